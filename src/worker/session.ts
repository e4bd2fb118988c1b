/**
 * One page's session with the simulation: takes the requests of protocol.ts, works in slices between them, and posts
 * replies and updates. Knows neither Worker nor timers: both are handed in, so the same session runs in a worker, on
 * the main thread where there is no worker, and in tests.
 *
 *   request ─▶ inbox ─▶ tick: answer the inbox, advance one slice, post an update ─▶ tick … until nothing is left
 */
import type { Action, ApplyResult, SimulationFacade, SimulationOptions } from "../core/simulation/contract.ts";
import { unreachable } from "../core/base/names.ts";
import type { ManifestFile } from "../core/manifests/types.ts";
import { lineEdit, type LineEdit } from "./one-value.ts";
import type { Command, FromWorker, Reply, Request, Update } from "./protocol.ts";

/** The outside world of a session. Times are milliseconds of any steady clock. */
export interface SessionHost {
  post(message: FromWorker): void;
  now(): number;
  /** Calls back soon, after messages that wait already had their turn. */
  soon(callback: () => void): void;
  /** Calls back after so many milliseconds. */
  later(callback: () => void, ms: number): void;
}

export interface SessionLimits {
  /** Events between two looks at the clock. */
  readonly eventsAtOnce: number;
  /** About so long the simulation works between two looks into the inbox: without a worker the page waits for it. */
  readonly sliceMs: number;
  /** At least so much time between two updates. */
  readonly updateEveryMs: number;
}

const DEFAULT_LIMITS: SessionLimits = { eventsAtOnce: 100, sliceMs: 8, updateEveryMs: 16 };

/** So many journeys of one update are posted with their packets. */
const FULL_JOURNEYS = 20;

/** What the next update has to tell. */
interface Pending {
  /** Result of a text that was read since the last update. */
  applied: ApplyResult | null;
  /** How many timeline entries were posted already. */
  timelinePosted: number;
  /** Something changed that is neither a journey nor a timeline entry. */
  due: boolean;
}

/** A line that is being typed in: the texts before its first letter, and the way back to the run as it was then. */
interface Typing {
  readonly edit: LineEdit;
  readonly files: readonly ManifestFile[];
  readonly rewind: () => void;
}

/** The way back to before an action, and the requests that were under way then. */
interface Taken {
  readonly rewind: () => void;
  readonly unfinished: readonly number[];
}

/** So many actions can be taken back without making the run anew. */
const TAKEN_KEPT = 50;

export class SimulationSession {
  private readonly host: SessionHost;
  private readonly create: (options: SimulationOptions) => SimulationFacade;
  private readonly limits: SessionLimits;
  private simulation: SimulationFacade | null = null;
  private inbox: Request[] = [];
  private ticking = false;
  private waiting = false;
  private failed: string | null = null;
  private appliedId = 0;
  private lastGood = true;
  private clusterVersion = -1;
  private lastUpdateAt = -Infinity;
  /** What the last update said of work under way. */
  private toldBusy = false;
  private unfinished = new Set<number>();
  /** The texts as applied last. */
  private files: readonly ManifestFile[] = [];
  private typing: Typing | null = null;
  /** Actions since the last text, oldest first. */
  private taken: Taken[] = [];
  private pending: Pending = { applied: null, timelinePosted: 0, due: false };

  constructor(host: SessionHost, create: (options: SimulationOptions) => SimulationFacade, limits: SessionLimits = DEFAULT_LIMITS) {
    this.host = host;
    this.create = create;
    this.limits = limits;
  }

  /** Takes a request; the reply comes by `post`, never before this returns. */
  handle(request: Request): void {
    this.inbox.push(request);
    this.wake();
  }

  private wake(): void {
    if (this.ticking) return;
    this.ticking = true;
    this.host.soon(() => this.tick());
  }

  private tick(): void {
    this.ticking = false;
    for (const request of this.takeInbox()) this.answer(request);
    const more = this.advance();
    this.update(more);
    if (more || this.inbox.length > 0) this.wake();
  }

  /** The newest text wins: an `apply` that a later `apply` or `start` follows is answered without being done. */
  private takeInbox(): Request[] {
    const taken = this.inbox;
    this.inbox = [];
    const replaces = (kind: Command["kind"]): boolean => kind === "apply" || kind === "start";
    return taken.filter((request, i) => {
      const superseded = request.command.kind === "apply" && taken.slice(i + 1).some((later) => replaces(later.command.kind));
      if (superseded) this.reply(request.id, { kind: "done" });
      return !superseded;
    });
  }

  private answer(request: Request): void {
    if (this.failed !== null && request.command.kind !== "start") {
      this.reply(request.id, { kind: "failed", error: this.failed });
      return;
    }
    try {
      this.reply(request.id, this.execute(request.id, request.command));
    } catch (error) {
      this.failed = messageOf(error);
      this.reply(request.id, { kind: "failed", error: this.failed });
    }
  }

  private execute(id: number, command: Command): Reply {
    if (command.kind === "start") return this.start(id, command);
    const simulation = this.simulation;
    if (simulation === null) return { kind: "refused", error: "Nothing was started yet." };
    switch (command.kind) {
      case "apply":
        this.applied(id, this.type(simulation, command.files));
        return { kind: "done" };
      case "perform":
        return this.perform(simulation, command.action);
      case "take-back":
        return this.takeBack(simulation);
      case "send": {
        this.typing = null;
        const sent = simulation.send(command.request);
        if ("error" in sent) return { kind: "refused", error: sent.error };
        for (const journey of sent) this.unfinished.add(journey);
        return { kind: "sent", journeys: sent };
      }
      case "rules":
        return { kind: "rules", rules: simulation.rulesView(command.node, command.family) };
      case "conntrack":
        return { kind: "conntrack", entries: simulation.conntrack(command.node) };
      case "distribution": {
        const distribution = simulation.distribution(command.request);
        return "error" in distribution ? { kind: "refused", error: distribution.error } : { kind: "distribution", distribution };
      }
      case "journey":
        return { kind: "journey", journey: simulation.journey(command.id) };
      default:
        return unreachable(command);
    }
  }

  private start(id: number, command: Extract<Command, { kind: "start" }>): Reply {
    this.failed = null;
    const simulation = this.create({ seed: command.seed });
    this.simulation = simulation;
    this.unfinished.clear();
    this.clusterVersion = -1;
    this.pending = { applied: null, timelinePosted: 0, due: true };
    this.files = command.files;
    this.typing = null;
    this.taken = [];
    this.applied(id, simulation.apply(command.files));
    for (const { at, action } of command.actions) {
      simulation.settle(at);
      // Also one that is refused now counts: the page takes its actions back one by one.
      this.remember(simulation);
      simulation.perform(action);
    }
    return { kind: "done" };
  }

  private perform(simulation: SimulationFacade, action: Action): Reply {
    this.typing = null;
    const at = simulation.now;
    this.remember(simulation);
    const refusal = simulation.perform(action);
    this.pending.due = true;
    if (refusal === null) return { kind: "done", at };
    this.taken.pop();
    return { kind: "refused", error: refusal.error };
  }

  private remember(simulation: SimulationFacade): void {
    this.taken = [...this.taken.slice(1 - TAKEN_KEPT), { rewind: simulation.rewindPoint(), unfinished: [...this.unfinished] }];
  }

  private takeBack(simulation: SimulationFacade): Reply {
    const last = this.taken.pop();
    if (last === undefined) return { kind: "refused", error: "Nothing was done since the manifests were applied." };
    this.typing = null;
    last.rewind();
    this.unfinished = new Set(last.unfinished);
    this.wentBack(simulation);
    this.pending.due = true;
    return { kind: "taken-back", now: simulation.now };
  }

  /** The view and the end of the timeline are told again. */
  private wentBack(simulation: SimulationFacade): void {
    this.clusterVersion = -1;
    this.pending.timelinePosted = Math.min(this.pending.timelinePosted, simulation.timeline().length);
  }

  /**
   * Applies a text. While one line is being typed in, every text is applied to the state before its first letter: the
   * cluster sees one change, not a rollout a letter.
   */
  private type(simulation: SimulationFacade, files: readonly ManifestFile[]): ApplyResult {
    this.taken = [];
    const { typing } = this;
    const edit = typing === null ? null : lineEdit(typing.files, files);
    if (typing !== null && edit !== null && edit.file === typing.edit.file && edit.line === typing.edit.line) {
      typing.rewind();
      this.wentBack(simulation);
    } else {
      const first = lineEdit(this.files, files);
      this.typing = first === null ? null : { edit: first, files: this.files, rewind: simulation.rewindPoint() };
    }
    this.files = files;
    return simulation.apply(files);
  }

  private applied(id: number, result: ApplyResult): void {
    this.appliedId = id;
    this.lastGood = !result.applied;
    this.pending.applied = result;
    this.pending.due = true;
  }

  /** One slice. True when there is more to do. */
  private advance(): boolean {
    if (this.simulation === null || this.failed !== null) return false;
    try {
      const until = this.host.now() + this.limits.sliceMs;
      while (this.simulation.advance(this.limits.eventsAtOnce)) if (this.host.now() >= until) return true;
      return false;
    } catch (error) {
      this.failed = messageOf(error);
      this.host.post({ kind: "failed", error: this.failed });
      return false;
    }
  }

  private update(busy: boolean): void {
    const simulation = this.simulation;
    // That work has ended is news too, when the last update said that more would follow.
    const ended = this.toldBusy && !busy;
    if (simulation === null || this.failed !== null || !(ended || this.hasNews(simulation))) return;
    const wait = this.lastUpdateAt + this.limits.updateEveryMs - this.host.now();
    if (wait > 0) {
      if (!busy && !this.waiting) {
        this.waiting = true;
        this.host.later(() => {
          this.waiting = false;
          this.update(false);
        }, wait);
      }
      return;
    }
    this.lastUpdateAt = this.host.now();
    this.toldBusy = busy;
    this.host.post(this.nextUpdate(simulation, busy));
  }

  private hasNews(simulation: SimulationFacade): boolean {
    return this.pending.due || this.unfinished.size > 0 || simulation.timeline().length > this.pending.timelinePosted;
  }

  private nextUpdate(simulation: SimulationFacade, busy: boolean): Update {
    const ended = [...this.unfinished].map((id) => simulation.journey(id)).filter((journey) => journey !== null);
    for (const journey of ended) this.unfinished.delete(journey.id);
    const timelineFrom = this.pending.timelinePosted;
    const timeline = simulation.timeline().slice(timelineFrom);
    const view = simulation.view();
    const changed = view.version !== this.clusterVersion;
    this.clusterVersion = view.version;
    const applied = this.pending.applied;
    this.pending = { ...this.pending, applied: null, due: false, timelinePosted: this.pending.timelinePosted + timeline.length };
    return {
      kind: "update",
      applied: this.appliedId,
      now: simulation.now,
      cluster: changed ? view : null,
      diagnostics: applied?.diagnostics ?? null,
      lastGood: this.lastGood,
      journeys: ended.map((journey, i) => (i < FULL_JOURNEYS ? journey : { ...journey, packets: [] })),
      timeline,
      timelineFrom,
      busy,
    };
  }

  private reply(id: number, reply: Reply): void {
    this.host.post({ kind: "reply", id, reply });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * One page's session with the simulation: takes the requests of protocol.ts, works in slices between them, and posts
 * replies and updates. Knows neither Worker nor timers: both are handed in, so the same session runs in a worker, on
 * the main thread where there is no worker, and in tests.
 *
 *   request ─▶ inbox ─▶ tick: answer the inbox, advance one slice, post an update ─▶ tick … until nothing is left
 *
 * While steady traffic stands something is always left: then virtual time runs with the wall clock (pace.ts), tick by tick.
 */
import type { Action, ApplyResult, Refusal, SimulationFacade, SimulationOptions } from "../core/simulation/contract.ts";
import { unreachable, type NamespacedName } from "../core/base/names.ts";
import type { ManifestFile } from "../core/manifests/types.ts";
import { captureIn } from "./capture.ts";
import { lineEdit, type LineEdit } from "./one-value.ts";
import { Pace } from "./pace.ts";
import type { Command, FromWorker, Reply, Request, TimedAction, Update } from "./protocol.ts";
import { SpanBook } from "./spans.ts";
import { forking, madeUntilNow, pastUpdate } from "./time-travel.ts";
import { endedOf, trafficUpdate } from "./traffic-update.ts";

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
  /** At least so much time between two updates, */
  readonly updateEveryMs: number;
  /** and between two that tell of nothing but steady traffic. */
  readonly trafficEveryMs: number;
}

const DEFAULT_LIMITS: SessionLimits = { eventsAtOnce: 100, sliceMs: 8, updateEveryMs: 16, trafficEveryMs: 100 };

/** While steady traffic stands, virtual time moves on so often. */
const BEAT_MS = 25;
/** Typing within one line is one change: under steady traffic it is applied when no letter came for so long. */
const TYPED_AFTER_MS = 500;

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

/** A text that waits until its line has been typed. */
interface Held {
  readonly id: number;
  readonly files: readonly ManifestFile[];
  readonly dueMs: number;
}

/** So many actions can be taken back without making the run anew; the more Pods each remembers, the fewer. */
const TAKEN_MOST = 50;
const TAKEN_LEAST = 3;
const PODS_KEPT = 200_000;

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
  /** How many there were when the page was last told. */
  private pods = 0;
  private readonly spans = new SpanBook();
  private readonly pace = new Pace();
  /** Whether time ran when the run went to its past. */
  private playedAtNewest = true;
  private beating = false;
  private held: Held | null = null;
  /** Recorded actions that are to be made again at their times. */
  private script: readonly TimedAction[] = [];
  /** Steady requests that earlier updates knew as sent and as ended. */
  private told = { sent: 0, ended: 0 };
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
    this.update(more && !this.stands);
    if (more || this.inbox.length > 0) this.wake();
    else this.beat();
  }

  /** Whether steady traffic stands, and all recorded actions were made. */
  private get stands(): boolean {
    return this.script.length === 0 && this.simulation?.traffic()?.until === null;
  }

  /** Time goes on by itself. */
  private beat(): void {
    if (this.beating || this.failed !== null || !(this.held !== null || ((this.stands || this.inPast) && this.pace.playing))) return;
    this.beating = true;
    this.host.later(() => {
      this.beating = false;
      this.wake();
    }, BEAT_MS);
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
    if (command.kind === "pace") return this.setPace(command);
    const simulation = this.simulation;
    if (simulation === null) return { kind: "refused", error: "Nothing was started yet." };
    this.finishScript(simulation);
    if (command.kind === "apply") return this.applyOrHold(id, simulation, command.files);
    // What is asked about the run is asked of one that has what was typed.
    this.applyHeld(simulation);
    switch (command.kind) {
      case "perform":
        return this.perform(simulation, command.action);
      case "take-back":
        return this.takeBack(simulation);
      case "send": {
        this.typing = null;
        const sent = this.puttingIn(simulation, () => simulation.send(command.request));
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
      case "reach": {
        const reach = simulation.whoCanReach(command.service);
        return "error" in reach ? { kind: "refused", error: reach.error } : { kind: "reach", reach };
      }
      case "journey":
        return { kind: "journey", journey: simulation.journey(command.id) };
      case "environment":
        return environmentReply(simulation, command.pod);
      case "names": {
        const answer = simulation.names(command.question);
        return "error" in answer ? { kind: "refused", error: answer.error } : { kind: "names", answer };
      }
      case "capture":
        return { kind: "capture", capture: captureIn(simulation, command.journeys) };
      case "go-to":
        return this.goTo(simulation, command.at, command.before);
      case "change-run":
        return this.changeRun(simulation, command.index);
      case "span":
        return { kind: "span", span: this.spans.record(simulation, command.position) };
      default:
        return unreachable(command);
    }
  }

  private start(id: number, command: Extract<Command, { kind: "start" }>): Reply {
    this.failed = null;
    const simulation = this.create({ seed: command.seed, recorded: true });
    this.simulation = simulation;
    this.unfinished.clear();
    this.clusterVersion = -1;
    this.pending = { applied: null, timelinePosted: 0, due: true };
    this.files = command.files;
    this.typing = null;
    this.taken = [];
    this.spans.clear();
    this.held = null;
    this.told = { sent: 0, ended: 0 };
    this.applied(id, simulation.apply(command.files));
    if (command.actions.length > 0) this.pods = simulation.view().pods.length;
    // Until traffic begins all of it is settled soon; what traffic makes of it may take a while, and other requests come in between.
    const begins = command.actions.findIndex(({ action }) => action.kind === "start-traffic");
    const soon = begins === -1 ? command.actions.length : begins;
    for (const { at, action } of command.actions.slice(0, soon)) {
      simulation.settle(at);
      this.makeAgain(simulation, action);
    }
    this.script = command.actions.slice(soon);
    this.pace.set(this.host.now(), simulation.now);
    return { kind: "done" };
  }

  /** A recorded action at its time. Also one that is refused now counts: the page takes its actions back one by one. */
  private makeAgain(simulation: SimulationFacade, action: Action): void {
    const rewind = this.remember(simulation);
    this.performed(simulation, action, rewind);
  }

  /** All recorded actions now, because something is wanted that comes after them. */
  private finishScript(simulation: SimulationFacade): void {
    for (const { at, action } of this.script) {
      simulation.settle(at);
      this.makeAgain(simulation, action);
    }
    if (this.script.length > 0) this.scriptEnded(simulation);
  }

  private scriptEnded(simulation: SimulationFacade): void {
    this.script = [];
    this.pending.due = true;
    this.pace.set(this.host.now(), simulation.now);
  }

  private perform(simulation: SimulationFacade, action: Action): Reply {
    this.typing = null;
    this.catchUp(simulation);
    const at = simulation.now;
    const rewind = this.remember(simulation);
    const refusal = this.performed(simulation, action, rewind);
    this.pending.due = true;
    if (refusal === null) {
      this.pace.set(this.host.now(), simulation.now);
      if (action.kind === "start-traffic") this.told = { sent: 0, ended: 0 };
      return { kind: "done", at };
    }
    this.taken.pop();
    return { kind: "refused", error: refusal.error };
  }

  /** Performs it, and remembers its span where all that follows from it happens at once. */
  private performed(simulation: SimulationFacade, action: Action, rewind: () => void): Refusal | null {
    const position = simulation.timeline().length;
    const refusal = this.puttingIn(simulation, () => simulation.perform(action));
    const timed = action.kind === "start-traffic" || action.kind === "stop-traffic" || this.simulation?.traffic()?.until === null;
    if (refusal === null && !timed) this.spans.add({ position, rewind, again: (run) => void run.perform(action, run.now) }, simulation);
    return refusal;
  }

  private remember(simulation: SimulationFacade): () => void {
    const rewind = simulation.rewindPoint();
    const kept = Math.max(TAKEN_LEAST, Math.min(TAKEN_MOST, Math.floor(PODS_KEPT / (this.pods + 1))));
    this.taken = [...this.taken.slice(1 - kept), { rewind, unfinished: [...this.unfinished] }];
    return rewind;
  }

  // ---- the past ---------------------------------------------------------------------------------------------------

  private get inPast(): boolean {
    return this.simulation !== null && this.simulation.past() !== null;
  }

  private goTo(simulation: SimulationFacade, at: number | null, before?: boolean): Reply {
    this.typing = null;
    if (!this.inPast) {
      this.catchUp(simulation);
      this.playedAtNewest = this.pace.playing;
    }
    simulation.goTo(at ?? Infinity, before);
    this.pace.playing = !this.inPast && this.playedAtNewest;
    return this.went(simulation);
  }

  private changeRun(simulation: SimulationFacade, index: number): Reply {
    const forkedAt = simulation.leftRuns()[index]?.forkedAt;
    const refusal = simulation.changeRun(index);
    if (refusal !== null) return { kind: "refused", error: refusal.error };
    this.forked(simulation, forkedAt ?? 0, 0);
    return this.went(simulation);
  }

  private went(simulation: SimulationFacade): Reply {
    const made = madeUntilNow(simulation.inputs());
    this.files = made.files;
    this.showsAnother(simulation);
    return { kind: "went", ...made, past: this.inPast };
  }

  /** Whatever changes the run: in the past it forks it. */
  private puttingIn<R>(simulation: SimulationFacade, make: () => R): R {
    const { length } = simulation.timeline();
    return forking(simulation, make, (past) => this.forked(simulation, past.at, length));
  }

  /** `length`: of the timeline where the runs part. */
  private forked(simulation: SimulationFacade, at: number, length: number): void {
    this.taken = [];
    this.unfinished.clear();
    this.spans.forgetFrom(length);
    this.host.post({ kind: "forked", at });
    this.pending.timelinePosted = 0;
    this.showsAnother(simulation);
  }

  /** What is told next is of another moment than the last. */
  private showsAnother(simulation: SimulationFacade): void {
    this.clusterVersion = -1;
    this.pending.due = true;
    const traffic = simulation.traffic();
    this.told = traffic === null ? { sent: 0, ended: 0 } : { sent: traffic.sent, ended: endedOf(traffic) };
    this.pace.set(this.host.now(), simulation.now);
  }

  // ---- time that runs by itself -----------------------------------------------------------------------------------

  private setPace({ playing, rate }: Extract<Command, { kind: "pace" }>): Reply {
    const { simulation } = this;
    if (simulation !== null) this.catchUp(simulation);
    this.pace.playing = playing;
    this.pace.rate = rate;
    this.pace.set(this.host.now(), simulation?.now ?? 0);
    this.pending.due = true;
    return { kind: "done" };
  }

  /** What a person does happens at the moment at which it is done, not at the last beat. */
  private catchUp(simulation: SimulationFacade): void {
    if (!this.stands || !this.pace.playing) return;
    const now = this.host.now();
    const target = this.pace.target(now);
    // At most what one slice is worth; the rest follows beat by beat.
    if (target > simulation.now) simulation.advance(this.limits.eventsAtOnce, target);
  }

  /** A text under steady traffic: a line that is being typed in waits for its last letter, all else happens now. */
  private applyOrHold(id: number, simulation: SimulationFacade, files: readonly ManifestFile[]): Reply {
    if (!this.stands) {
      this.held = null;
      this.applied(id, this.type(simulation, files));
      return { kind: "done" };
    }
    this.held = { id, files, dueMs: lineEdit(this.files, files) === null ? -Infinity : this.host.now() + TYPED_AFTER_MS };
    if (this.held.dueMs <= this.host.now()) this.applyHeld(simulation);
    return { kind: "done" };
  }

  private applyHeld(simulation: SimulationFacade): void {
    const { held } = this;
    if (held === null) return;
    this.held = null;
    this.typing = null;
    this.taken = [];
    this.catchUp(simulation);
    this.files = held.files;
    this.applied(
      held.id,
      this.puttingIn(simulation, () => simulation.apply(held.files)),
    );
  }

  // ---- going back -------------------------------------------------------------------------------------------------

  private takeBack(simulation: SimulationFacade): Reply {
    const last = this.taken.pop();
    if (last === undefined) return { kind: "refused", error: "Nothing was done since the manifests were applied." };
    if (this.inPast) return { kind: "refused", error: "The run is in its past." };
    this.typing = null;
    last.rewind();
    this.unfinished = new Set(last.unfinished);
    this.wentBack(simulation);
    this.pace.set(this.host.now(), simulation.now);
    this.pending.due = true;
    return { kind: "taken-back", now: simulation.now };
  }

  /** The view and the end of the timeline are told again. */
  private wentBack(simulation: SimulationFacade): void {
    this.clusterVersion = -1;
    const { length } = simulation.timeline();
    this.pending.timelinePosted = Math.min(this.pending.timelinePosted, length);
    this.spans.forgetFrom(length);
    const traffic = simulation.traffic();
    this.told = traffic === null ? { sent: 0, ended: 0 } : { sent: traffic.sent, ended: endedOf(traffic) };
  }

  /**
   * Applies a text. While one line is being typed in, every text is applied to the state before its first letter: the
   * cluster sees one change, not a rollout a letter.
   */
  private type(simulation: SimulationFacade, files: readonly ManifestFile[]): ApplyResult {
    this.taken = [];
    const { typing } = this;
    const edit = typing === null ? null : lineEdit(typing.files, files);
    let rewind: () => void;
    if (typing !== null && edit !== null && edit.file === typing.edit.file && edit.line === typing.edit.line) {
      ({ rewind } = typing);
      rewind();
      this.wentBack(simulation);
    } else {
      const first = lineEdit(this.files, files);
      rewind = simulation.rewindPoint();
      this.typing = first === null ? null : { edit: first, files: this.files, rewind };
    }
    this.files = files;
    return this.settled(simulation, files, rewind);
  }

  /** Applies a text that settles at once, and remembers its span. */
  private settled(simulation: SimulationFacade, files: readonly ManifestFile[], rewind: () => void): ApplyResult {
    const position = simulation.timeline().length;
    const result = this.puttingIn(simulation, () => simulation.apply(files));
    if (simulation.timeline()[position]?.kind === "edit")
      this.spans.add({ position, rewind, again: (run) => void run.apply(files, run.now) }, simulation);
    return result;
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
      if (this.held !== null && this.host.now() >= this.held.dueMs) this.applyHeld(this.simulation);
      const until = this.host.now() + this.limits.sliceMs;
      if (this.script.length > 0) return this.advanceScript(this.simulation, until);
      if (this.inPast && !this.pace.playing) return false;
      if (this.stands || this.inPast) return this.advanceWithTime(this.simulation, until);
      while (this.simulation.advance(this.limits.eventsAtOnce)) if (this.host.now() >= until) return true;
      return false;
    } catch (error) {
      this.failed = messageOf(error);
      this.host.post({ kind: "failed", error: this.failed });
      return false;
    }
  }

  private advanceScript(simulation: SimulationFacade, until: number): boolean {
    for (;;) {
      const [next, ...rest] = this.script;
      if (next === undefined) {
        this.scriptEnded(simulation);
        return false;
      }
      while (simulation.advance(this.limits.eventsAtOnce, next.at)) if (this.host.now() >= until) return true;
      this.makeAgain(simulation, next.action);
      this.script = rest;
    }
  }

  /** To where the wall clock is. What cannot be done in time is done later: time then runs slower. */
  private advanceWithTime(simulation: SimulationFacade, until: number): boolean {
    const target = this.pace.target(this.host.now());
    if (target <= simulation.now) return false;
    const wasPast = this.inPast;
    while (simulation.advance(this.limits.eventsAtOnce, target)) {
      if (this.host.now() < until) continue;
      this.pace.reached(this.host.now(), simulation.now);
      return true;
    }
    // The recorded run has been played to its end.
    if (wasPast && !this.inPast) this.showsAnother(simulation);
    return false;
  }

  private update(busy: boolean): void {
    const simulation = this.simulation;
    // That work has ended is news too, when the last update said that more would follow.
    const ended = this.toldBusy && !busy;
    if (simulation === null || this.failed !== null || !(ended || this.hasNews(simulation))) return;
    const every = ended || this.hasOwnNews(simulation) ? this.limits.updateEveryMs : this.limits.trafficEveryMs;
    const wait = this.lastUpdateAt + every - this.host.now();
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
    return this.hasOwnNews(simulation) || this.hasTrafficNews(simulation) || (this.inPast && this.pace.playing);
  }

  private hasOwnNews(simulation: SimulationFacade): boolean {
    return (
      this.pending.due ||
      this.unfinished.size > 0 ||
      simulation
        .timeline()
        .slice(this.pending.timelinePosted)
        .some(({ kind }) => kind !== "traffic")
    );
  }

  private hasTrafficNews(simulation: SimulationFacade): boolean {
    const traffic = simulation.traffic();
    return traffic !== null && (traffic.sent !== this.told.sent || endedOf(traffic) !== this.told.ended);
  }

  private nextUpdate(simulation: SimulationFacade, busy: boolean): Update {
    const ended = [...this.unfinished].map((id) => simulation.journey(id)).filter((journey) => journey !== null);
    for (const journey of ended) this.unfinished.delete(journey.id);
    const timelineFrom = this.pending.timelinePosted;
    // In the past the recorded timeline has fewer entries than were told; those ahead stay as they are.
    const timeline = simulation.timeline().slice(timelineFrom);
    const view = simulation.view();
    this.pods = view.pods.length;
    const changed = view.version !== this.clusterVersion;
    this.clusterVersion = view.version;
    const applied = this.pending.applied;
    const traffic = simulation.traffic();
    const told = traffic === null ? null : trafficUpdate(traffic, this.told.ended, this.pace);
    if (traffic !== null) this.told = { sent: traffic.sent, ended: endedOf(traffic) };
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
      spans: this.spans.positions,
      traffic: told,
      past: pastUpdate(simulation, this.pace.playing),
      leftRuns: simulation.leftRuns(),
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

function environmentReply(simulation: SimulationFacade, pod: NamespacedName): Reply {
  const variables = simulation.environment(pod);
  if ("error" in variables) return { kind: "refused", error: variables.error };
  const spec = simulation.object("Pod", pod)?.["spec"] as { readonly enableServiceLinks?: boolean } | undefined; // the kind says so
  return { kind: "environment", variables, links: spec?.enableServiceLinks !== false };
}

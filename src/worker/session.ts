/**
 * One page's session with the simulation: takes the requests of protocol.ts, works in slices between them, and posts
 * replies and updates. Knows neither Worker nor timers: both are handed in, so the same session runs in a worker, on
 * the main thread where there is no worker, and in tests.
 *
 *   request ─▶ inbox ─▶ tick: answer the inbox, advance one slice, post an update ─▶ tick … until nothing is left
 *
 * While steady traffic stands something is always left: then virtual time runs with the wall clock (timed-run.ts), tick by tick.
 */
import type { SimulationFacade, SimulationOptions } from "../core/simulation/contract.ts";
import { diagnoseJourney, diagnoseRequest } from "../core/diagnosis/diagnose.ts";
import type { Diagnosis } from "../core/diagnosis/types.ts";
import type { Pod } from "../core/api/types.ts";
import { unreachable, type NamespacedName } from "../core/base/names.ts";
import { inventoryOf } from "../core/manifests/inventory.ts";
import type { ManifestFile } from "../core/manifests/types.ts";
import type { TerminalAnswer, TerminalAsk } from "../core/terminal/types.ts";
import { captureIn } from "./capture.ts";
import { News } from "./news.ts";
import { Pace } from "./pace.ts";
import type { Command, FromWorker, Reply, Request } from "./protocol.ts";
import { TimedRun } from "./timed-run.ts";

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

/** The page's terminal over a run; pages without one have none. */
export type AnswerTerminal = (simulation: SimulationFacade, files: readonly ManifestFile[], ask: TerminalAsk) => TerminalAnswer;

/** Between two words of how far a change is. */
const PROGRESS_MS = 250;

/** While steady traffic stands, virtual time moves on so often. */
const BEAT_MS = 25;

export class SimulationSession {
  private readonly host: SessionHost;
  private readonly create: (options: SimulationOptions) => SimulationFacade;
  private readonly limits: SessionLimits;
  private readonly terminal: AnswerTerminal | null;
  private run: TimedRun | null = null;
  private readonly news = new News();
  /** May be set before a run begins, and stays. */
  private readonly pace = new Pace();
  private inbox: Request[] = [];
  private ticking = false;
  private waiting = false;
  private beating = false;
  private failed: string | null = null;
  private lastUpdateAt = -Infinity;
  private progressAt = -Infinity;
  /** What the last update said of work under way. */
  private toldBusy = false;

  constructor(
    host: SessionHost,
    create: (options: SimulationOptions) => SimulationFacade,
    limits: SessionLimits = DEFAULT_LIMITS,
    terminal: AnswerTerminal | null = null,
  ) {
    this.host = host;
    this.terminal = terminal;
    this.create = create;
    this.limits = limits;
  }

  /** A change that takes long says how far it is. */
  private tellProgress(pods: number): void {
    const now = this.host.now();
    if (now < this.progressAt + PROGRESS_MS) return;
    this.progressAt = now;
    this.host.post({ kind: "progress", pods });
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
    this.update(more && this.run?.stands !== true);
    if (more || this.inbox.length > 0) this.wake();
    else this.beat();
  }

  /** Time goes on by itself. */
  private beat(): void {
    if (this.beating || this.failed !== null || this.run?.ticks !== true) return;
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
    const { run } = this;
    if (run === null) return { kind: "refused", error: "Nothing was started yet." };
    run.finishScript();
    if (command.kind === "apply") return run.applyOrHold(id, command.files);
    // What is asked about the run is asked of one that has what was typed.
    run.applyHeld();
    switch (command.kind) {
      case "perform":
        return run.perform(command.action);
      case "take-back":
        return run.takeBack();
      case "send":
        return run.send(command.request);
      case "go-to":
        return run.goTo(command.at, command.before);
      case "change-run":
        return run.changeRun(command.index);
      case "span":
        return { kind: "span", span: run.spans.record(run.simulation, command.position) };
      case "terminal":
        if (this.terminal === null) return { kind: "refused", error: "There is no terminal here." };
        return { kind: "terminal", answer: this.terminal(run.simulation, run.files, command.ask) };
      default:
        return look(run.simulation, command);
    }
  }

  private start(id: number, command: Extract<Command, { kind: "start" }>): Reply {
    this.failed = null;
    this.news.begins();
    const host = { now: () => this.host.now(), forked: (at: number) => this.host.post({ kind: "forked", at }) };
    const simulation = this.create({ seed: command.seed, recorded: true, progress: (pods) => this.tellProgress(pods) });
    this.run = new TimedRun(simulation, host, this.news, this.pace, this.limits.eventsAtOnce);
    this.run.start(id, command.files, command.actions);
    return { kind: "done" };
  }

  private setPace(command: Extract<Command, { kind: "pace" }>): Reply {
    if (this.run !== null) this.run.setPace(command);
    else {
      this.pace.playing = command.playing;
      this.pace.rate = command.rate;
    }
    return { kind: "done" };
  }

  /** One slice. True when there is more to do. */
  private advance(): boolean {
    if (this.run === null || this.failed !== null) return false;
    try {
      return this.run.advance(this.host.now() + this.limits.sliceMs);
    } catch (error) {
      this.failed = messageOf(error);
      this.host.post({ kind: "failed", error: this.failed });
      return false;
    }
  }

  private update(busy: boolean): void {
    const { run, news } = this;
    if (run === null || this.failed !== null) return;
    const { simulation, spans, pace, files, resultOf } = run;
    // That work has ended is news too, when the last update said that more would follow.
    const ended = this.toldBusy && !busy;
    const own = ended || news.hasOwn(simulation);
    if (!own && !news.hasTraffic(simulation) && !(run.inPast && pace.playing)) return;
    const every = own ? this.limits.updateEveryMs : this.limits.trafficEveryMs;
    const wait = this.lastUpdateAt + every - this.host.now();
    if (wait > 0) {
      if (!busy) this.updateAfter(wait);
      return;
    }
    this.lastUpdateAt = this.host.now();
    const update = news.next(simulation, { spans, pace, files, resultOf, busy });
    this.toldBusy = update.busy;
    this.host.post(update);
    if (news.more && !busy) this.updateAfter(this.limits.updateEveryMs);
  }

  private updateAfter(ms: number): void {
    if (this.waiting) return;
    this.waiting = true;
    this.host.later(() => {
      this.waiting = false;
      this.update(false);
    }, ms);
  }

  private reply(id: number, reply: Reply): void {
    this.host.post({ kind: "reply", id, reply });
  }
}

type Look = Exclude<
  Command,
  { kind: "start" | "pace" | "apply" | "perform" | "take-back" | "send" | "go-to" | "change-run" | "span" | "terminal" }
>;

/** What is asked of the run as it stands; it stays as it is. */
function look(simulation: SimulationFacade, command: Look): Reply {
  switch (command.kind) {
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
    case "inventory":
      return { kind: "inventory", inventory: inventoryOf(command.files) };
    case "compare-moments":
      return { kind: "moments", diff: simulation.compareMoments(command.a, command.b) };
    case "record":
      return { kind: "record", run: simulation.runInputs() };
    case "hash":
      return { kind: "hash", at: simulation.now, hash: simulation.hash() };
    case "diagnose":
      return { kind: "diagnosis", diagnosis: diagnosisOf(simulation, command.of) };
    case "capture":
      return { kind: "capture", capture: captureIn(simulation, command.journeys) };
    default:
      return unreachable(command);
  }
}

function diagnosisOf(simulation: SimulationFacade, of: Extract<Command, { kind: "diagnose" }>["of"]): Diagnosis | null {
  if ("to" in of) return diagnoseRequest(simulation, of.from, of.to);
  const journey = simulation.journey(of.journey);
  return journey === null ? null : diagnoseJourney(simulation, journey);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function environmentReply(simulation: SimulationFacade, pod: NamespacedName): Reply {
  const variables = simulation.environment(pod);
  if ("error" in variables) return { kind: "refused", error: variables.error };
  const object = simulation.object("Pod", pod) as Partial<Pick<Pod, "spec" | "status">> | null; // the kind says so
  const links = object?.spec?.enableServiceLinks !== false;
  return { kind: "environment", variables, links, conditions: object?.status?.conditions ?? [] };
}

/**
 * The run of a session and its time: what is put in and when, the way back to before it, the past, and time that goes on by
 * itself while steady traffic stands. Knows no messages: `session.ts` hands in what they ask for, `news.ts` keeps what is told.
 */
import type { Action, ApplyResult, Refusal, SendRequest, SimulationFacade } from "../core/simulation/contract.ts";
import type { ManifestFile } from "../core/manifests/types.ts";
import type { News } from "./news.ts";
import { lineEdit, type LineEdit } from "./one-value.ts";
import { Pace } from "./pace.ts";
import type { Command, Reply, TimedAction } from "./protocol.ts";
import { SpanBook } from "./spans.ts";
import { forking, madeUntilNow } from "./time-travel.ts";

/** While steady traffic stands, typing within one line is one change: it is applied when no letter came for so long. */
const TYPED_AFTER_MS = 500;

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

export interface TimedRunHost {
  /** Milliseconds of any steady clock. */
  now(): number;
  /** The run went another way from a past moment on. */
  forked(at: number): void;
}

export class TimedRun {
  readonly simulation: SimulationFacade;
  readonly spans = new SpanBook();
  readonly pace: Pace;
  private readonly host: TimedRunHost;
  private readonly news: News;
  /** Events between two looks at the clock. */
  private readonly eventsAtOnce: number;
  /** The texts as applied last. */
  files: readonly ManifestFile[] = [];
  /** What became of texts when they were applied, by the list that was handed in. */
  private readonly results = new WeakMap<readonly ManifestFile[], ApplyResult>();
  private typing: Typing | null = null;
  /** Actions since the last text, oldest first. */
  private taken: Taken[] = [];
  /** Whether time ran when the run went to its past. */
  private playedAtNewest = true;
  private held: Held | null = null;
  /** Recorded actions that are to be made again at their times. */
  private script: readonly TimedAction[] = [];

  constructor(simulation: SimulationFacade, host: TimedRunHost, news: News, pace: Pace, eventsAtOnce: number) {
    this.simulation = simulation;
    this.host = host;
    this.news = news;
    this.pace = pace;
    this.eventsAtOnce = eventsAtOnce;
  }

  /** Whether steady traffic stands, and all recorded actions were made. */
  get stands(): boolean {
    return this.script.length === 0 && this.simulation.traffic()?.until === null;
  }

  get inPast(): boolean {
    return this.simulation.past() !== null;
  }

  /** Time goes on by itself, or a text waits for its time. */
  get ticks(): boolean {
    return this.held !== null || ((this.stands || this.inPast) && this.pace.playing);
  }

  // ---- what is put in ---------------------------------------------------------------------------------------------

  /** The texts, and the recorded actions at their times. */
  start(id: number, files: readonly ManifestFile[], actions: readonly TimedAction[]): void {
    const { simulation } = this;
    this.files = files;
    this.applied(id, files, simulation.apply(files));
    if (actions.length > 0) this.news.pods = simulation.view().pods.length;
    // Until traffic begins all of it is settled soon; what traffic makes of it may take a while, and other requests come in between.
    const begins = actions.findIndex(({ action }) => beginsTraffic(action));
    const soon = begins === -1 ? actions.length : begins;
    for (const { at, action } of actions.slice(0, soon)) {
      simulation.settle(at);
      this.makeAgain(action);
    }
    this.script = actions.slice(soon);
    this.pace.set(this.host.now(), simulation.now);
  }

  /** A recorded action at its time. Also one that is refused now counts: the page takes its actions back one by one. */
  private makeAgain(action: Action): void {
    this.performed(action, this.remember());
  }

  /** All recorded actions now, because something is wanted that comes after them. */
  finishScript(): void {
    for (const { at, action } of this.script) {
      this.simulation.settle(at);
      this.makeAgain(action);
    }
    if (this.script.length > 0) this.scriptEnded();
  }

  private scriptEnded(): void {
    this.script = [];
    this.news.due();
    this.pace.set(this.host.now(), this.simulation.now);
  }

  perform(action: Action): Reply {
    this.typing = null;
    this.catchUp();
    const at = this.simulation.now;
    const stood = this.simulation.traffic()?.until === null;
    const refusal = this.performed(action, this.remember());
    this.news.due();
    if (refusal === null) {
      this.pace.set(this.host.now(), this.simulation.now);
      if (action.kind === "start-traffic" || (!stood && beginsTraffic(action))) this.news.trafficBegins();
      return { kind: "done", at };
    }
    this.taken.pop();
    return { kind: "refused", error: refusal.error };
  }

  /** Performs it, and remembers its span where all that follows from it happens at once. */
  private performed(action: Action, rewind: () => void): Refusal | null {
    const { simulation } = this;
    const position = simulation.timeline().length;
    const refusal = this.puttingIn(() => simulation.perform(action));
    const timed = action.kind === "stop-traffic" || beginsTraffic(action) || simulation.traffic()?.until === null;
    if (refusal === null && !timed) this.spans.add({ position, rewind, again: (run) => void run.perform(action, run.now) }, simulation);
    return refusal;
  }

  private remember(): () => void {
    const rewind = this.simulation.rewindPoint();
    const kept = Math.max(TAKEN_LEAST, Math.min(TAKEN_MOST, Math.floor(PODS_KEPT / (this.news.pods + 1))));
    this.taken = [...this.taken.slice(1 - kept), { rewind, unfinished: [...this.news.unfinished] }];
    return rewind;
  }

  send(request: SendRequest): Reply {
    this.typing = null;
    const sent = this.puttingIn(() => this.simulation.send(request));
    if ("error" in sent) return { kind: "refused", error: sent.error };
    for (const journey of sent) this.news.unfinished.add(journey);
    return { kind: "sent", journeys: sent };
  }

  /** A text under steady traffic: a line that is being typed in waits for its last letter, all else happens now. */
  applyOrHold(id: number, files: readonly ManifestFile[]): Reply {
    if (!this.stands) {
      this.held = null;
      this.applied(id, files, this.type(files));
      return { kind: "done" };
    }
    this.held = { id, files, dueMs: lineEdit(this.files, files) === null ? -Infinity : this.host.now() + TYPED_AFTER_MS };
    if (this.held.dueMs <= this.host.now()) this.applyHeld();
    return { kind: "done" };
  }

  applyHeld(): void {
    const { held } = this;
    if (held === null) return;
    this.held = null;
    this.typing = null;
    this.taken = [];
    this.catchUp();
    this.files = held.files;
    this.applied(
      held.id,
      held.files,
      this.puttingIn(() => this.simulation.apply(held.files)),
    );
  }

  private applied(id: number, files: readonly ManifestFile[], result: ApplyResult): void {
    this.results.set(files, result);
    this.news.applied(id, result);
  }

  /** What became of these texts when they were applied. */
  readonly resultOf = (files: readonly ManifestFile[]): ApplyResult | null => this.results.get(files) ?? null;

  /**
   * Applies a text. While one line is being typed in, every text is applied to the state before its first letter: the
   * cluster sees one change, not a rollout a letter.
   */
  private type(files: readonly ManifestFile[]): ApplyResult {
    this.taken = [];
    const { typing } = this;
    const edit = typing === null ? null : lineEdit(typing.files, files);
    let rewind: () => void;
    if (typing !== null && edit !== null && edit.file === typing.edit.file && edit.line === typing.edit.line) {
      ({ rewind } = typing);
      rewind();
      this.wentBack();
    } else {
      const first = lineEdit(this.files, files);
      rewind = this.simulation.rewindPoint();
      this.typing = first === null ? null : { edit: first, files: this.files, rewind };
    }
    this.files = files;
    return this.settled(files, rewind);
  }

  /** Applies a text that settles at once, and remembers its span. */
  private settled(files: readonly ManifestFile[], rewind: () => void): ApplyResult {
    const { simulation } = this;
    const position = simulation.timeline().length;
    const result = this.puttingIn(() => simulation.apply(files));
    if (simulation.timeline()[position]?.kind === "edit")
      this.spans.add({ position, rewind, again: (run) => void run.apply(files, run.now) }, simulation);
    return result;
  }

  /** Whatever changes the run: in the past it forks it. */
  private puttingIn<R>(make: () => R): R {
    const { length } = this.simulation.timeline();
    return forking(this.simulation, make, (past) => this.forked(past.at, length));
  }

  // ---- going back -------------------------------------------------------------------------------------------------

  takeBack(): Reply {
    const last = this.taken.pop();
    if (last === undefined) return { kind: "refused", error: "Nothing was done since the manifests were applied." };
    if (this.inPast) return { kind: "refused", error: "The run is in its past." };
    this.typing = null;
    last.rewind();
    this.news.unfinished = new Set(last.unfinished);
    this.wentBack();
    this.pace.set(this.host.now(), this.simulation.now);
    this.news.due();
    return { kind: "taken-back", now: this.simulation.now };
  }

  private wentBack(): void {
    this.news.wentBack(this.simulation);
    this.spans.forgetFrom(this.simulation.timeline().length);
  }

  goTo(at: number | null, before?: boolean): Reply {
    this.typing = null;
    if (!this.inPast) {
      this.catchUp();
      this.playedAtNewest = this.pace.playing;
    }
    this.simulation.goTo(at ?? Infinity, before);
    this.pace.playing = !this.inPast && this.playedAtNewest;
    return this.went();
  }

  changeRun(index: number): Reply {
    const forkedAt = this.simulation.leftRuns()[index]?.forkedAt;
    const refusal = this.simulation.changeRun(index);
    if (refusal !== null) return { kind: "refused", error: refusal.error };
    this.forked(forkedAt ?? 0, 0);
    return this.went();
  }

  private went(): Reply {
    const made = madeUntilNow(this.simulation.inputs());
    this.files = made.files;
    this.showsAnother();
    return { kind: "went", ...made, past: this.inPast };
  }

  /** `length`: of the timeline where the runs part. */
  private forked(at: number, length: number): void {
    this.taken = [];
    this.spans.forgetFrom(length);
    this.host.forked(at);
    this.news.forked(this.simulation);
    this.pace.set(this.host.now(), this.simulation.now);
  }

  private showsAnother(): void {
    this.news.showsAnother(this.simulation);
    this.pace.set(this.host.now(), this.simulation.now);
  }

  // ---- time -------------------------------------------------------------------------------------------------------

  setPace({ playing, rate }: Extract<Command, { kind: "pace" }>): void {
    this.catchUp();
    this.pace.playing = playing;
    this.pace.rate = rate;
    this.pace.set(this.host.now(), this.simulation.now);
    this.news.due();
  }

  /** What a person does happens at the moment at which it is done, not at the last beat. */
  private catchUp(): void {
    if (!this.stands || !this.pace.playing) return;
    const target = this.pace.target(this.host.now());
    // At most what one slice is worth; the rest follows beat by beat.
    if (target > this.simulation.now) this.simulation.advance(this.eventsAtOnce, target);
  }

  /** One slice, until about `untilMs`. True when there is more to do. */
  advance(untilMs: number): boolean {
    if (this.held !== null && this.host.now() >= this.held.dueMs) this.applyHeld();
    if (this.script.length > 0) return this.advanceScript(untilMs);
    if (this.inPast && !this.pace.playing) return false;
    if (this.stands || this.inPast) return this.advanceWithTime(untilMs);
    while (this.simulation.advance(this.eventsAtOnce)) if (this.host.now() >= untilMs) return true;
    return false;
  }

  private advanceScript(untilMs: number): boolean {
    for (;;) {
      const [next, ...rest] = this.script;
      if (next === undefined) {
        this.scriptEnded();
        return false;
      }
      while (this.simulation.advance(this.eventsAtOnce, next.at)) if (this.host.now() >= untilMs) return true;
      this.makeAgain(next.action);
      this.script = rest;
    }
  }

  /** To where the wall clock is. What cannot be done in time is done later: time then runs slower. */
  private advanceWithTime(untilMs: number): boolean {
    const { simulation } = this;
    const target = this.pace.target(this.host.now());
    if (target <= simulation.now) return false;
    const wasPast = this.inPast;
    while (simulation.advance(this.eventsAtOnce, target)) {
      if (this.host.now() < untilMs) continue;
      this.pace.reached(this.host.now(), simulation.now);
      return true;
    }
    // The recorded run has been played to its end.
    if (wasPast && !this.inPast) {
      this.files = madeUntilNow(simulation.inputs()).files;
      this.showsAnother();
    }
    return false;
  }
}

/** After it steady traffic stands, if it did not before. */
function beginsTraffic(action: Action): boolean {
  return action.kind === "start-traffic" || (action.kind === "set-sender" && action.request !== null);
}

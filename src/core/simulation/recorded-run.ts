/**
 * A run with its record: it can go to every moment of its past, and on from there, exactly as it went the first time. What
 * is put in at a past moment forks it (`record.ts`). Without a record (`recorded` unset) it only goes forward, and keeps nothing.
 */
import type { Nanos } from "../base/time.ts";
import { connectionsIn } from "../netfilter/stack.ts";
import type { ManifestFile } from "../manifests/types.ts";
import type { Action, ApplyResult, Past, Refusal, SendRequest } from "./contract.ts";
import {
  EMPTY_RECORD,
  change,
  fork,
  isDue,
  keep,
  madeSoFar,
  nextInput,
  putIn,
  stateBefore,
  type Input,
  type RecordedInput,
  type RecordedState,
  type RunInputs,
  type RunRecord,
} from "./record.ts";
import type { Run } from "./run.ts";

export class RecordedRun {
  private readonly run: Run;
  private readonly recorded: boolean;
  private record: RunRecord = EMPTY_RECORD;

  constructor(run: Run, recorded: boolean) {
    this.run = run;
    this.recorded = recorded;
    if (recorded) this.keep();
  }

  // ---- what is put in -------------------------------------------------------------------------------------------

  apply(files: readonly ManifestFile[], until?: Nanos): ApplyResult {
    return this.putIn({ kind: "apply", files }, () => this.run.apply(files, until));
  }

  perform(action: Action, until?: Nanos): Refusal | null {
    return this.putIn({ kind: "perform", action }, () => this.run.perform(action, until));
  }

  send(request: SendRequest): readonly number[] | Refusal {
    return this.putIn({ kind: "send", request }, () => this.run.send(request));
  }

  /** Makes it and writes it down. What is refused changes nothing, and is not written. */
  private putIn<R extends object | null>(input: Input, make: () => R): R {
    if (!this.recorded) return make();
    const back = this.record.past === null ? null : this.rewindPoint();
    const { now, handled } = this.run.state;
    if (back !== null) {
      this.record = fork(this.record, now, handled);
      this.run.endSpans();
    }
    // To a change people go back (typing, watching, taking it back), so the moment before it is kept.
    if (input.kind !== "send" && handled > (this.record.states.at(-1)?.handled ?? -1)) this.keep();
    const result = make();
    if (result === null || !("error" in result))
      this.record = putIn(this.record, { input, at: now, handled, endsAt: input.kind === "send" ? now : this.run.now });
    else back?.();
    return result;
  }

  // ---- time -----------------------------------------------------------------------------------------------------

  /** As `SimulationFacade.advance`. In the past the recorded run is played on, as far as its head. */
  advance(maxEvents: number, until: Nanos = Infinity): boolean {
    for (let handled = 0; handled < maxEvents; handled++) {
      if (this.next(until)) continue;
      this.passTo(until);
      return false;
    }
    return this.record.past !== null || this.run.isDue(until);
  }

  /** As `SimulationFacade.settle`. */
  settle(until: Nanos = this.run.restsAt()): void {
    while (this.next(until));
    this.passTo(until);
  }

  /** The next event, or in the past what comes next of the record; false when nothing is due by `until`. */
  private next(until: Nanos): boolean {
    if (this.record.past !== null) return this.nextAgain(until);
    if (!this.run.step(until)) return false;
    if (this.recorded && isDue(this.record, this.run.state.handled)) this.keep();
    return true;
  }

  /** `before`: what was put in at `until` itself is not. */
  private nextAgain(until: Nanos, before = false): boolean {
    const { record, run } = this;
    const { past } = record;
    if (past === null) return false;
    const input = nextInput(record);
    if (input !== null && input.handled === run.state.handled) {
      if (input.at > until || (before && input.at === until)) return false;
      run.passTo(input.at);
      run.again(input);
      this.record = { ...record, past: { ...past, made: past.made + 1 } };
      return true;
    }
    // Behind its head a run does not rest: what came to pass by then is known.
    return run.state.handled < past.head.handled && run.step(Math.min(until, past.head.at));
  }

  private passTo(until: Nanos): void {
    const { past, inputs } = this.record;
    if (past === null) return this.run.passTo(until);
    this.run.passTo(Math.min(until, past.head.at));
    if (this.run.now === past.head.at && this.run.state.handled === past.head.handled && past.made === inputs.length)
      this.record = { ...this.record, past: null };
  }

  // ---- the past -------------------------------------------------------------------------------------------------

  /** As `SimulationFacade.goTo`. */
  goTo(at: Nanos, before = false): void {
    if (!this.recorded) throw new Error("this run keeps no record");
    const head = this.head();
    if (at > head.at || (at === head.at && !before)) {
      this.run.restore(head.checkpoint);
      this.record = { ...this.record, past: null };
      return;
    }
    const state = stateBefore(this.record, at, before);
    if (state === null) throw new Error(`nothing is recorded before ${at}`);
    this.run.restore(state.checkpoint);
    this.record = { ...this.record, past: { made: state.inputs, head } };
    while (this.nextAgain(at, before));
    this.passTo(at);
  }

  /** The newest moment of this run. */
  private head(): RecordedState {
    return this.record.past?.head ?? this.stateNow();
  }

  /** As `SimulationFacade.past`. */
  past(): Past | null {
    const { past } = this.record;
    if (past === null) return null;
    const before = nextInput(this.record)?.at === this.run.now;
    return { at: this.run.now, endsAt: past.head.at, ...(before ? { before } : {}) };
  }

  /** Where each run that was left forked off, and its newest moment; oldest first. */
  leftRuns(): readonly { readonly forkedAt: Nanos; readonly endsAt: Nanos }[] {
    return this.record.left.map(({ forkedAt, head }) => ({ forkedAt, endsAt: head.at }));
  }

  /** Goes over to the newest moment of a run that was left. */
  changeRun(index: number): Refusal | null {
    const changed = change(this.record, index, this.head());
    const head = this.record.left[index]?.head;
    if (changed === null || head === undefined) return { error: "That run is not remembered any more." };
    this.record = changed;
    this.run.restore(head.checkpoint);
    return null;
  }

  /** What was put in until now, oldest first. */
  inputs(): readonly RecordedInput[] {
    return this.record.inputs.slice(0, madeSoFar(this.record));
  }

  /** What makes this run again, as far as it went until now. */
  runInputs(): RunInputs {
    const { seed, now: at, handled } = this.run.state;
    return { seed, inputs: this.inputs(), end: { at, handled } };
  }

  /** Makes a run again that another recorded. This one must have its seed, and nothing put in yet. */
  replay({ seed, inputs, end }: RunInputs): void {
    const { state } = this.run;
    if (!this.recorded || state.seed !== seed || state.handled > 0 || this.record.inputs.length > 0)
      throw new Error(`a run is made again in a recorded one of its seed ${seed} that nothing was put in`);
    for (const input of inputs) {
      this.playTo(input.at, input.handled);
      if (input.input.kind !== "send" && input.handled > (this.record.states.at(-1)?.handled ?? -1)) this.keep();
      this.run.again(input);
      this.record = putIn(this.record, input);
    }
    this.playTo(end.at, end.handled);
  }

  private playTo(at: Nanos, handled: number): void {
    while (this.run.state.handled < handled && this.next(at));
    if (this.run.state.handled !== handled) throw new Error(`${this.run.state.handled} events by ${at}, where the record has ${handled}`);
    this.run.passTo(at);
  }

  get statesKept(): number {
    return this.record.states.length;
  }

  /** Remembers run and record as they are. */
  rewindPoint(): () => void {
    const checkpoint = this.run.checkpoint();
    const { record } = this;
    return () => {
      this.run.restore(checkpoint);
      this.record = record;
    };
  }

  private keep(): void {
    const state = this.stateNow();
    let things = this.run.state.store.objects.get("Pod")?.size ?? 0;
    for (const { conntrack } of state.checkpoint.stacks.values()) things += connectionsIn(conntrack);
    this.record = keep(this.record, state, things);
  }

  private stateNow(): RecordedState {
    const { now, handled } = this.run.state;
    return { at: now, handled, inputs: madeSoFar(this.record), checkpoint: this.run.checkpoint() };
  }
}

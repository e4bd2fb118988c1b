/**
 * What went into a run, and its state now and then: with both, every past moment can be made again exactly. A value that is
 * never changed; each function gives the next one.
 *
 *   inputs   ──a───────b──c────────────d──▶      each with the number of events that were handled before it
 *   states   ●────●────●─────●─────●────●        the spacing doubles when there are too many
 *
 * A run that went back is in its past: it makes the recorded inputs again when it comes to them, until it is at its head.
 * Whatever is put in before that forks it: the rest is set aside as a run of its own.
 */
import type { Nanos } from "../base/time.ts";
import type { ManifestFile } from "../manifests/types.ts";
import type { Action, SendRequest } from "./contract.ts";
import type { Checkpoint } from "./state.ts";

/** What a person puts in. */
export type Input =
  | { readonly kind: "apply"; readonly files: readonly ManifestFile[] }
  | { readonly kind: "perform"; readonly action: Action }
  | { readonly kind: "send"; readonly request: SendRequest };

export interface RecordedInput {
  readonly input: Input;
  readonly at: Nanos;
  /** Events that the run had handled before it. */
  readonly handled: number;
  /** When all that follows from it had happened, as its entry of the timeline says. */
  readonly endsAt: Nanos;
}

/** All that makes a run again in another process: plain data, also as JSON. */
export interface RunInputs {
  readonly seed: number;
  /** Oldest first. */
  readonly inputs: readonly RecordedInput[];
  /** How far the run went. */
  readonly end: { readonly at: Nanos; readonly handled: number };
}

export interface RecordedState {
  readonly at: Nanos;
  readonly handled: number;
  /** Inputs that it knows of: so many from the first. */
  readonly inputs: number;
  readonly checkpoint: Checkpoint;
}

/** A run that was left in its past, as it was at its newest moment. */
export interface LeftRun {
  readonly inputs: readonly RecordedInput[];
  readonly states: readonly RecordedState[];
  readonly head: RecordedState;
  /** Where the run that took its place went another way. */
  readonly forkedAt: Nanos;
}

export interface RunRecord {
  readonly inputs: readonly RecordedInput[];
  /** Oldest first. */
  readonly states: readonly RecordedState[];
  /** At least so many events between two states that were kept without an input. */
  readonly spacing: number;
  /** While the run is in its past: inputs made so far, and the newest moment. */
  readonly past: { readonly made: number; readonly head: RecordedState } | null;
  /** Oldest first. */
  readonly left: readonly LeftRun[];
}

const SPACING_FIRST = 500;
/** So many states are kept; the more Pods and connections each holds, the fewer. */
const STATES_MOST = 48;
const STATES_LEAST = 4;
const THINGS_KEPT = 200_000;
/** So many runs that were left can be gone back to. */
const LEFT_MOST = 4;

export const EMPTY_RECORD: RunRecord = { inputs: [], states: [], spacing: SPACING_FIRST, past: null, left: [] };

/** How many inputs the run has made at the moment where it stands. */
export function madeSoFar({ inputs, past }: RunRecord): number {
  return past?.made ?? inputs.length;
}

/** Whether a state is worth keeping after so many events. */
export function isDue({ states, spacing, past }: RunRecord, handled: number): boolean {
  return past === null && handled - (states.at(-1)?.handled ?? -Infinity) >= spacing;
}

/**
 * Keeps a state; of too many every other goes, the first and the newest aside: the way to a past moment gets longer then, and
 * leads to the same one. `things`: how many Pods and connections the state holds.
 */
export function keep(record: RunRecord, state: RecordedState, things: number): RunRecord {
  const states = [...record.states, state];
  const most = Math.max(STATES_LEAST, Math.min(STATES_MOST, Math.floor(THINGS_KEPT / (things + 1))));
  if (states.length <= most) return { ...record, states };
  return { ...record, states: states.filter((_, i) => i === 0 || i === states.length - 1 || i % 2 === 0), spacing: record.spacing * 2 };
}

/** Something was put in, at the head. */
export function putIn(record: RunRecord, input: RecordedInput): RunRecord {
  return { ...record, inputs: [...record.inputs, input] };
}

/** The newest state that is not later than `at`; `before`: in which nothing was put in at `at` itself. */
export function stateBefore({ states, inputs }: RunRecord, at: Nanos, before: boolean): RecordedState | null {
  const made = before ? inputs.filter((input) => input.at < at).length : inputs.length;
  return states.findLast((state) => state.at <= at && state.inputs <= made) ?? null;
}

/** The input that comes next where the run is in its past, or null. */
export function nextInput({ inputs, past }: RunRecord): RecordedInput | null {
  return past === null ? null : (inputs[past.made] ?? null);
}

/**
 * The run goes its own way from a moment of its past: what came later is set aside. `at`: that moment; spans that were
 * under way end there.
 */
export function fork(record: RunRecord, at: Nanos, handled: number): RunRecord {
  const { inputs, states, past, left } = record;
  if (past === null) return record;
  return {
    ...record,
    inputs: inputs.slice(0, past.made).map((input) => (input.endsAt > at ? { ...input, endsAt: at } : input)),
    states: states.filter((state) => state.inputs <= past.made && state.handled <= handled && state.at <= at),
    past: null,
    left: [...left, { inputs, states, head: past.head, forkedAt: at }].slice(-LEFT_MOST),
  };
}

/** Goes over to a run that was left; the present one, at its `head`, takes its place among those. */
export function change(record: RunRecord, index: number, head: RecordedState): RunRecord | null {
  const chosen = record.left[index];
  if (chosen === undefined) return null;
  const { inputs, states } = record;
  const present: LeftRun = { inputs, states, head: record.past?.head ?? head, forkedAt: chosen.forkedAt };
  return {
    ...record,
    inputs: chosen.inputs,
    states: chosen.states,
    past: null,
    left: record.left.map((one, i) => (i === index ? present : one)),
  };
}

/**
 * The plain walk is what rules mean, the index only makes it fast. While packets pass, both are asked about a sample of
 * them: the base chain is walked beforehand in each way, and nothing of that stays. Random numbers come from a
 * copy of the stream, so that a run is the same with and without its samples.
 */
import type { RecentLists } from "./recent.ts";
import type { Run } from "./run.ts";
import type { RuleCell } from "./tables.ts";

/**
 * Of the new flows at a node the second is compared, and every so manieth after it. Not the first: it finds rules that were
 * just written, and in a table of 10,000 Services the plain walk would double what somebody waits for it.
 */
export const COMPARE_EVERY = 64;

/** Throws with both traces where the index leads elsewhere than the plain walk. `walk` walks the chain and gives its verdict. */
export function checkIndex(run: Run, where: string, walk: () => number): void {
  const plain = rehearsed(run, false, true, walk);
  const indexed = rehearsed(run, true, true, walk);
  if (plain.end !== indexed.end || plain.steps !== indexed.steps) fail(where, plain, indexed);
  // Without a trace of every step the index leaves out more.
  if (run.recordSteps) return;
  const brief = rehearsed(run, true, false, walk);
  if (plain.end !== brief.end) fail(where, plain, brief);
}

function fail(where: string, plain: Rehearsal, indexed: Rehearsal): never {
  const text = ({ end, steps }: Rehearsal): string => `${end} ${steps}`;
  throw new Error(`index and plain walk differ in ${where}\nplain walk: ${text(plain)}\nby index:   ${text(indexed)}`);
}

/** A walk as text. */
interface Rehearsal {
  /** Verdict, mark, what was drawn, the flow, rules that matched and the one that decided. */
  readonly end: string;
  readonly steps: string;
}

/** One walk with all that it did; afterwards everything is as it was. */
function rehearsed(run: Run, useIndex: boolean, recordSteps: boolean, walk: () => number): Rehearsal {
  const { mark, random, matched, recordMatched, recordSteps: recordedSteps, steps, decider, unmodelled } = run;
  const restoreFlow = run.keepFlow();
  run.useIndex = useIndex;
  run.random = { ...random };
  run.matched = [];
  run.steps = [];
  run.recordMatched = true;
  run.recordSteps = recordSteps;
  run.undo = [];
  const verdict = walk();
  const named = (cell: RuleCell | null): string => (cell === null ? "" : `${cell.slot.name} ${cell.compiled.index}`);
  const end = [verdict, run.mark, run.random, run.flowText(), named(run.decider), run.unmodelled, run.matched.map(named)];
  const told = { end: JSON.stringify(end), steps: JSON.stringify(run.steps) };
  for (const back of run.undo.reverse()) back();
  restoreFlow();
  const before = { mark, random, matched, recordMatched, recordSteps: recordedSteps, steps, decider, unmodelled };
  Object.assign(run, before, { useIndex: true, undo: null });
  return told;
}

/** Notes how a list of recent stands before it is asked. */
export function keepList(undo: (() => void)[], lists: RecentLists, name: string): void {
  const list = lists.get(name);
  if (list === undefined) undo.push(() => lists.delete(name));
  else {
    const copy = new Map([...list].map(([address, times]) => [address, [...times]]));
    undo.push(() => lists.set(name, copy));
  }
}

/** Notes how the credit of a rate limit stands before it is taken from. */
export function keepCredit(undo: (() => void)[], cell: RuleCell): void {
  const limit = cell.limit === null ? null : { ...cell.limit };
  undo.push(() => {
    cell.limit = limit;
  });
}

/**
 * The plain walk is what rules mean, the index only makes it fast. While packets pass, both are asked about a sample of
 * them: the base chain is walked twice beforehand, once in each way, and nothing of that stays. Random numbers come from a
 * copy of the stream, so that a run is the same with and without its samples.
 */
import type { RecentLists } from "./recent.ts";
import type { Run } from "./run.ts";
import type { RuleCell } from "./tables.ts";

/** Of the new flows at a node the first is compared, and every so manieth after it. */
export const COMPARE_EVERY = 64;

/** Throws with both traces where the index leads elsewhere than the plain walk. `walk` walks the chain and gives its verdict. */
export function checkIndex(run: Run, where: string, walk: () => number): void {
  const plain = rehearsed(run, false, walk);
  const indexed = rehearsed(run, true, walk);
  if (plain !== indexed) throw new Error(`index and plain walk differ in ${where}\nplain walk: ${plain}\nby index:   ${indexed}`);
}

/** One walk with all that it did, as text; afterwards everything is as it was. */
function rehearsed(run: Run, useIndex: boolean, walk: () => number): string {
  const { mark, random, matched, recordMatched, recordSteps, steps, decider, unmodelled } = run;
  const restoreFlow = run.keepFlow();
  run.useIndex = useIndex;
  run.random = { ...random };
  run.matched = [];
  run.steps = [];
  run.recordMatched = true;
  run.recordSteps = true;
  run.undo = [];
  const verdict = walk();
  const did = [verdict, run.steps, run.mark, run.random, run.flowText(), run.decider?.ref ?? null, run.unmodelled, run.matched.length];
  const text = JSON.stringify(did);
  for (const back of run.undo.reverse()) back();
  restoreFlow();
  Object.assign(run, { mark, random, matched, recordMatched, recordSteps, steps, decider, unmodelled, useIndex: true, undo: null });
  return text;
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

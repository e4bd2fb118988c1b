/** Two moments of a recorded run, each made again exactly, and what differs between them. The run stays where it is. */
import { compareText } from "../base/names.ts";
import { diffMoments, type Moment, type MomentsDiff, type NodeRules } from "./moment-diff.ts";
import { momentFacts, rulesNow, type MomentFacts } from "./moment-facts.ts";
import type { RecordedRun } from "./recorded-run.ts";
import type { Run } from "./run.ts";

/** In clusters of more nodes only the rules of so many are held against each other: those that synced in between come first. */
const NODES_MOST = 24;

/** The earlier of the two stands first in the answer, whichever is named first. */
export function compareMomentsIn(run: Run, recorded: RecordedRun, a: Moment, b: Moment): MomentsDiff {
  const back = recorded.rewindPoint();
  try {
    const [first, second] = isLater(a, b) ? [b, a] : [a, b];
    const go = (moment: Moment): void => recorded.goTo(moment?.at ?? Infinity, moment?.before);
    go(first);
    const from = momentFacts(run);
    go(second);
    const to = momentFacts(run);
    const nodes = nodesToCompare(from, to);
    const after = rulesOf(run, nodes);
    go(first);
    const before = rulesOf(run, nodes);
    const all = new Set([...from.nodes, ...to.nodes].map(({ node }) => node));
    return diffMoments(from, to, { from: before, to: after, notCompared: all.size - nodes.length });
  } finally {
    back();
  }
}

/** Before what was put in at a time is earlier than after it. */
function isLater(a: Moment, b: Moment): boolean {
  const [at, other] = [a?.at ?? Infinity, b?.at ?? Infinity];
  return at > other || (at === other && b?.before === true && a?.before !== true);
}

function rulesOf(run: Run, nodes: readonly string[]): readonly NodeRules[] {
  return nodes.map((node) => ({ node, rules: rulesNow(run, node) }));
}

function nodesToCompare(from: MomentFacts, to: MomentFacts): readonly string[] {
  const was = new Map(from.nodes.map(({ node, version }) => [node, version]));
  const is = new Map(to.nodes.map(({ node, version }) => [node, version]));
  const nodes = [...new Set([...was.keys(), ...is.keys()])].sort(compareText);
  if (nodes.length <= NODES_MOST) return nodes;
  const synced = nodes.filter((node) => was.get(node) !== is.get(node));
  return [...new Set([...synced, ...nodes])].slice(0, NODES_MOST);
}

/** Readings of what netfilter did, for cards and rules: pure functions over the trace and a node's rules. */
import type { Draw, Hop, HookWalk, Journey, RuleStep } from "../../core/network/trace.ts";
import type { Hook, RuleRef, TableName } from "../../core/netfilter/rules.ts";
import type { RulesView } from "../../core/simulation/view.ts";
import type { Beat } from "../../scene/contract.ts";

export type GateHop = Extract<Hop, { readonly walks: readonly HookWalk[] }>;
type RuleAt = Extract<RuleStep, { readonly kind: "rule" }>;

export function isGateHop(hop: Hop): hop is GateHop {
  return "walks" in hop;
}

/** The hops that a beat covers, in order. */
export function hopsOf(beat: Beat, journey: Journey): readonly Hop[] {
  return beat.hops.map(([packet, hop]) => journey.packets[packet]?.hops[hop]).filter((hop): hop is Hop => hop !== undefined);
}

/** The hop of a beat that says most: what changed or stopped the packet, else what a gate let pass. */
export function mainHop(beat: Beat, journey: Journey): Hop | null {
  const hops = hopsOf(beat, journey);
  const order: readonly Hop["kind"][] = ["reject", "drop", "refuse", "lost", "rewrite", "restore", "known", "pass"];
  for (const kind of order) {
    const found = hops.find((hop) => hop.kind === kind);
    if (found !== undefined) return found;
  }
  return null;
}

/** The rule that decided at a gate: it rewrote the packet, refused or dropped it. null where none did. */
export function decidingRule(hop: Hop | null): RuleRef | null {
  if (hop?.kind === "reject" || hop?.kind === "drop") return hop.rule;
  if (hop?.kind !== "rewrite") return null;
  const steps = hop.walks.flatMap((walk) => walk.steps).filter((step): step is RuleAt => step.kind === "rule");
  return steps.find((step) => stateOf(step) === "rewrote")?.rule ?? null;
}

/** The rule that chose among endpoints: the one that jumped to an endpoint's chain. */
export interface Choice {
  readonly rule: RuleRef;
  readonly draw: Draw | null;
  /** Position among the rules that choose, from 1, and how many there are; null where the rules are not known. */
  readonly place: { readonly number: number; readonly of: number } | null;
}

export function choiceOf(hop: GateHop, rules: RulesView | null): Choice | null {
  const matched = hop.walks
    .flatMap((walk) => walk.steps)
    .filter((step): step is RuleAt => step.kind === "rule" && step.result === "matched");
  const step = matched.find((one) => (one.did?.kind === "jump" || one.did?.kind === "goto") && one.did.chain.startsWith("KUBE-SEP-"));
  if (step === undefined) return null;
  const chain = chainRows(rules, step.rule.table, step.rule.chain)?.filter(
    (row) => row.rule.text.includes(" -j KUBE-SEP-") && !row.rule.text.includes("--rcheck"),
  );
  const at = chain?.findIndex((row) => row.rule.text === step.rule.text) ?? -1;
  return { rule: step.rule, draw: step.draw, place: chain === undefined || at === -1 ? null : { number: at + 1, of: chain.length } };
}

/** `1 in 3`, or a percentage where it is no such fraction. */
export function odds(below: number): string {
  const inverse = 1 / below;
  return Math.abs(inverse - Math.round(inverse)) < 0.01 ? `1 in ${Math.round(inverse)}` : `${(100 * below).toFixed(1)}%`;
}

export function chainRows(
  rules: RulesView | null,
  table: TableName,
  chain: string,
): RulesView["tables"][number]["chains"][number]["rows"] | undefined {
  return rules?.tables.find((one) => one.name === table)?.chains.find((one) => one.name === chain)?.rows;
}

/** How likely it was overall that a rule was chosen, after those of its chain that the draw passed by. */
export function overall(rows: WalkedChain["rows"], row: WalkedRow): number {
  let left = 1;
  for (const other of rows) {
    if (other === row) break;
    if (other.kind === "row" && other.draw !== null) left *= 1 - other.draw.below;
  }
  return left * (row.draw?.below ?? 1);
}

export type RowState = "matched" | "considered" | "not-reached" | "rewrote" | "stopped";

export interface WalkedRow {
  readonly kind: "row";
  readonly rule: RuleRef;
  readonly state: RowState;
  readonly packets: number | null;
  readonly draw: Draw | null;
}

export interface WalkedChain {
  readonly hook: Hook;
  readonly table: TableName;
  readonly name: string;
  /** Name of the Service or endpoint it was written for, or null. */
  readonly origin: string | null;
  /** How many rules the chain has; null where the rules are not known. */
  readonly size: number | null;
  readonly rows: readonly (WalkedRow | { readonly kind: "more"; readonly count: number; readonly state: "considered" | "not-reached" })[];
}

/** Rules before and after the ones that matter that are shown one by one. */
const NEAR = 2;

/**
 * Chains in the order in which the packet walked them, with how each rule fared. With the node's rules at hand the
 * ones never reached are there too; long stretches are folded to a number.
 */
export function walkedChains(hop: GateHop, tables: ReadonlySet<TableName>, rules: RulesView | null): readonly WalkedChain[] {
  const chains: WalkedChain[] = [];
  for (const walk of hop.walks) {
    if (!tables.has(walk.table)) continue;
    const visited = visitsOf(walk);
    for (const [name, steps] of visited) chains.push(chainOf(walk, name, steps, rules));
  }
  return chains;
}

/** A base chain in which nothing matched says nothing. */
export function worthShowing(chain: WalkedChain): boolean {
  return chain.rows.some((row) => row.kind === "row" && (row.state === "matched" || row.state === "rewrote" || row.state === "stopped"));
}

interface Visit {
  readonly steps: readonly RuleAt[];
  /** Index of the first rule not reached. */
  readonly reached: number;
}

function visitsOf(walk: HookWalk): Map<string, Visit> {
  const visits = new Map<string, Visit>();
  for (const step of walk.steps) {
    const name = step.kind === "rule" ? step.rule.chain : step.chain;
    const before = visits.get(name) ?? { steps: [], reached: 0 };
    if (step.kind === "skipped") visits.set(name, { ...before, reached: before.reached + step.count });
    else visits.set(name, { steps: [...before.steps, step], reached: Math.max(before.reached, step.rule.index + 1) });
  }
  return visits;
}

function chainOf(walk: HookWalk, name: string, visit: Visit, rules: RulesView | null): WalkedChain {
  const known = unchanged(chainRows(rules, walk.table, name), visit.steps);
  const byIndex = new Map(visit.steps.map((step) => [step.rule.index, step]));
  const rows: WalkedRow[] =
    known === undefined
      ? visit.steps.map((step) => ({ kind: "row", rule: step.rule, state: stateOf(step), packets: null, draw: step.draw }))
      : known.map((row) => {
          const step = byIndex.get(row.rule.index);
          const state = step !== undefined ? stateOf(step) : row.rule.index < visit.reached ? "considered" : "not-reached";
          return { kind: "row", rule: row.rule, state, packets: row.packets, draw: step?.draw ?? null };
        });
  const origin =
    visit.steps.find((step) => step.rule.origin !== null && step.rule.chain.startsWith("KUBE-SVC-"))?.rule.origin?.servicePort ?? null;
  return { hook: walk.hook, table: walk.table, name, origin, size: known?.length ?? null, rows: fold(rows) };
}

/** The chain's rows, unless kube-proxy has rewritten it since the packet was there. */
function unchanged<T extends { readonly rule: RuleRef }>(
  rows: readonly T[] | undefined,
  steps: readonly RuleAt[],
): readonly T[] | undefined {
  return rows !== undefined && steps.every((step) => rows[step.rule.index]?.rule.text === step.rule.text) ? rows : undefined;
}

function stateOf(step: RuleAt): RowState {
  if (step.result === "passed") return "considered";
  if (step.did?.kind === "dnat" || step.did?.kind === "snat") return "rewrote";
  return step.did?.kind === "reject" || step.did?.kind === "drop" ? "stopped" : "matched";
}

/** Keeps what matched and its neighbours; the rest becomes a number. */
function fold(rows: readonly WalkedRow[]): WalkedChain["rows"] {
  if (rows.length <= 6) return rows;
  const matters = rows.map((row) => row.state !== "considered" && row.state !== "not-reached");
  const keep = rows.map((_, i) => matters.slice(Math.max(0, i - NEAR), i + NEAR + 1).some(Boolean) || i === 0);
  const folded: WalkedChain["rows"][number][] = [];
  rows.forEach((row, i) => {
    const last = folded.at(-1);
    if (keep[i]) folded.push(row);
    else if (last?.kind === "more" && last.state === row.state) folded[folded.length - 1] = { ...last, count: last.count + 1 };
    else folded.push({ kind: "more", count: 1, state: row.state === "considered" ? "considered" : "not-reached" });
  });
  return folded;
}

/** The text of a rule's first comment; null where it has none. */
export function remarkOf(text: string): string | null {
  const [, quoted, bare] = /-m comment --comment (?:"((?:[^"\\]|\\.)*)"|(\S+))/.exec(text) ?? [];
  return quoted?.replace(/\\(.)/g, "$1") ?? bare ?? null;
}

/** `-A CHAIN …` without the chain and without comments: what one reads to understand a rule. */
export function shortRule(text: string): string {
  return text
    .replace(/^-A \S+ ?/, "")
    .replace(/-m comment --comment ("(?:[^"\\]|\\.)*"|\S+) ?/, "")
    .replace(/-m (tcp|udp|sctp) /g, "")
    .replace(/-m statistic --mode random /, "")
    .replace(/(--probability \d\.\d{5})\d*/, "$1")
    .trim();
}

/**
 * The rules of one node and family as the interpreter walks them: compiled chains (shared by all nodes) in slots of the
 * node's own, with a cell for each rule that a packet met: its counter, where it jumps to, its rate limit. New rules are
 * laid in with `replace`, which looks at the slots of the chains that changed, so that a sync which touches one chain costs
 * one chain. A chain whose rules changed starts counting anew, as after iptables-restore.
 */
import type { Family } from "../base/names.ts";
import type { Nanos } from "../base/time.ts";
import { compileChain } from "./compile.ts";
import type { ChainBody, ChainIndex, Chances, CompiledRule, CompiledRules } from "./compile.ts";
import { isHook, printRule } from "./print.ts";
import type { Chain, Hook, RuleRef, RuleSet, TableName } from "./rules.ts";
import type { RuleEffect, RuleStep } from "./walk.ts";

/**
 * What a node keeps about one rule. Also the handle by which results name a rule: `ref` is made when asked for. What most
 * packets ask stands first.
 */
export class RuleCell {
  packets: number;
  jump: ChainSlot | null;
  #matched: RuleStep | null = null;
  #ref: RuleRef | null = null;
  readonly slot: ChainSlot;
  readonly compiled: CompiledRule;
  /** Credit and last time of a limit match (xt_limit); null before its first packet. */
  limit: { credit: number; at: Nanos } | null;
  #passed: RuleStep | null = null;

  constructor(slot: ChainSlot, compiled: CompiledRule) {
    this.packets = 0;
    this.jump = null;
    this.slot = slot;
    this.compiled = compiled;
    this.limit = null;
  }

  get ref(): RuleRef {
    this.#ref ??= refOf(this.slot, this.compiled);
    return this.#ref;
  }

  /** The step of a packet that matched without a draw, of a rule that does the same for every packet (`compiled.did`). */
  matchedStep(did: RuleEffect): RuleStep {
    this.#matched ??= { kind: "rule", rule: this.ref, result: "matched", did, draw: null };
    return this.#matched;
  }

  /** The step of a packet that fitted the header but not the matches, without a draw. */
  passedStep(): RuleStep {
    this.#passed ??= { kind: "rule", rule: this.ref, result: "passed", did: null, draw: null };
    return this.#passed;
  }
}

function refOf(slot: ChainSlot, compiled: CompiledRule): RuleRef {
  const { tables, table, name } = slot;
  const text = printRule(name, compiled.rule, "save", tables.family);
  const { origin, own } = compiled.rule;
  const ref = { node: tables.node, family: tables.family, table, chain: name, index: compiled.index, text, origin };
  return own === undefined ? ref : { ...ref, own };
}

const NO_RULES: readonly CompiledRule[] = [];

/** One chain of one node. */
export class ChainSlot {
  /** The first rule of a chain without an index, or null; what most packets ask stands first. */
  first: CompiledRule | null;
  cells: (RuleCell | undefined)[];
  /** The body's own, at hand; rules are null where the table has no such chain now. */
  rules: CompiledRules | null;
  index: ChainIndex | null;
  chances: Chances | null;
  /** null: the table has no such chain now. */
  body: ChainBody | null;
  readonly tables: NodeTables;
  readonly table: TableName;
  readonly name: string;

  constructor(tables: NodeTables, table: TableName, name: string) {
    this.first = null;
    this.cells = [];
    this.rules = null;
    this.index = null;
    this.chances = null;
    this.body = null;
    this.tables = tables;
    this.table = table;
    this.name = name;
  }

  /** The cell of a rule, made at its first use. */
  cell(compiled: CompiledRule): RuleCell {
    const known = this.cells[compiled.index];
    if (known !== undefined) return known;
    const cell = new RuleCell(this, compiled);
    this.cells[compiled.index] = cell;
    return cell;
  }
}

/**
 * Nobody writes a built-in chain anew (kube-proxy inserts its jumps once), so that rules which are still there go on
 * counting; a chain that is declared anew starts at zero.
 */
function carryOver(slot: ChainSlot, before: readonly (RuleCell | undefined)[]): void {
  const left = before.filter((cell) => cell !== undefined).map((cell) => ({ cell, text: JSON.stringify(cell.compiled.rule) }));
  for (const compiled of slot.body?.rules.all() ?? NO_RULES) {
    if (left.length === 0) return;
    const written = JSON.stringify(compiled.rule);
    const at = left.findIndex(({ text }) => text === written);
    const [found] = at < 0 ? [] : left.splice(at, 1);
    if (found !== undefined) goesOn(slot.cell(compiled), found.cell);
  }
}

function goesOn(cell: RuleCell, before: RuleCell): void {
  cell.packets = before.packets;
  cell.limit = before.limit;
}

/** Two Chain objects that hold the same rules are one chain, which nobody wrote anew. */
function saysTheSame(before: Chain | undefined, after: Chain | undefined): boolean {
  if (before === undefined || after === undefined || before.rules.length !== after.rules.length) return false;
  return before.rules.every((rule, i) => rule === after.rules[i] || JSON.stringify(rule) === JSON.stringify(after.rules[i]));
}

/**
 * Chains that were made from others know which of them differ; others are compared one by one. Both are right, and one is
 * fast where ten thousand chains are in use.
 */
export interface FollowedChains extends ReadonlyMap<string, Chain> {
  /** Names of chains that may differ from those of `before`, gone ones too; null: nobody knows. */
  changedSince(before: ReadonlyMap<string, Chain>): Iterable<string> | null;
}

export function isFollowed(chains: ReadonlyMap<string, Chain>): chains is FollowedChains {
  return "changedSince" in chains;
}

/** One table's chain at one hook. `at` numbers them, so that each packet finds its base chains without a look-up. */
export interface BaseChain {
  readonly table: TableName;
  readonly hook: Hook;
  readonly at: number;
}

const baseChain = (table: TableName, hook: Hook, at: number): BaseChain => ({ table, hook, at });

/** All base chains, by `hook table`. */
export const BASE = {
  rawPrerouting: baseChain("raw", "PREROUTING", 0),
  manglePrerouting: baseChain("mangle", "PREROUTING", 1),
  natPrerouting: baseChain("nat", "PREROUTING", 2),
  mangleInput: baseChain("mangle", "INPUT", 3),
  filterInput: baseChain("filter", "INPUT", 4),
  natInput: baseChain("nat", "INPUT", 5),
  mangleForward: baseChain("mangle", "FORWARD", 6),
  filterForward: baseChain("filter", "FORWARD", 7),
  rawOutput: baseChain("raw", "OUTPUT", 8),
  mangleOutput: baseChain("mangle", "OUTPUT", 9),
  natOutput: baseChain("nat", "OUTPUT", 10),
  filterOutput: baseChain("filter", "OUTPUT", 11),
  manglePostrouting: baseChain("mangle", "POSTROUTING", 12),
  natPostrouting: baseChain("nat", "POSTROUTING", 13),
} as const;

export class NodeTables {
  readonly node: string;
  readonly family: Family;
  ruleSet: RuleSet;
  /** Without one, new flows are not asked to be unique at each hook. */
  hasNat: boolean;
  readonly #slots = new Map<TableName, Map<string, ChainSlot>>();
  readonly #base: (ChainSlot | undefined)[] = new Array<ChainSlot | undefined>(Object.keys(BASE).length);

  constructor(node: string, ruleSet: RuleSet) {
    this.node = node;
    this.family = ruleSet.family;
    this.ruleSet = ruleSet;
    this.hasNat = ruleSet.tables.has("nat");
  }

  replace(ruleSet: RuleSet): void {
    if (ruleSet.family !== this.family) throw new Error(`rules of ${ruleSet.family} for the ${this.family} tables of ${this.node}`);
    const before = this.ruleSet;
    this.ruleSet = ruleSet;
    this.hasNat = ruleSet.tables.has("nat");
    // At once, not when the next packet comes: a chain that is written anew twice starts at zero, also where nobody looked between.
    for (const [table, slots] of this.#slots) {
      const [old, now] = [before.tables.get(table)?.chains, ruleSet.tables.get(table)?.chains];
      if (old === now) continue;
      const changed = old === undefined || now === undefined || !isFollowed(now) ? null : now.changedSince(old);
      if (changed === null) for (const slot of slots.values()) this.refresh(slot);
      else for (const slot of [...changed].flatMap((name) => slots.get(name) ?? [])) this.refresh(slot);
    }
  }

  /** The slot of a base chain. */
  baseSlot(base: BaseChain): ChainSlot {
    return (this.#base[base.at] ??= this.slot(base.table, base.hook));
  }

  /** The chain's slot; its body is null if there is no such chain. */
  slot(table: TableName, name: string): ChainSlot {
    let slots = this.#slots.get(table);
    if (slots === undefined) {
      slots = new Map();
      this.#slots.set(table, slots);
    }
    let slot = slots.get(name);
    if (slot === undefined) {
      slot = new ChainSlot(this, table, name);
      slots.set(name, slot);
      this.refresh(slot);
    }
    return slot;
  }

  /** Brings a slot up to date with the rule set. Where the list of rules stayed, so do the cells of its rules. */
  private refresh(slot: ChainSlot): void {
    const chain = this.ruleSet.tables.get(slot.table)?.chains.get(slot.name);
    const { cells, body } = slot;
    if (body?.chain === chain) return;
    slot.body = chain === undefined ? null : compileChain(chain);
    const rules = slot.body?.rules ?? null;
    slot.index = slot.body?.index ?? null;
    slot.first = slot.index === null ? (rules?.at(0) ?? null) : null;
    slot.rules = rules;
    slot.chances = slot.body?.chances ?? null;
    if (body !== null && body.rules === rules) return;
    slot.cells = new Array<RuleCell | undefined>(rules?.length ?? 0);
    if (saysTheSame(body?.chain, chain)) {
      for (const before of cells) if (before !== undefined) goesOn(slot.cell(rules?.at(before.compiled.index) as CompiledRule), before);
    } else if (isHook(slot.name)) carryOver(slot, cells);
  }

  /** Packets that a rule matched since its chain was written. */
  packets(table: TableName, chain: string, index: number): number {
    const slots = this.#slots.get(table);
    return slots?.has(chain) === true ? (this.slot(table, chain).cells[index]?.packets ?? 0) : 0;
  }

  /** Every chain that a packet has met. */
  chainsMet(): Chain[] {
    return [...this.#slots.values()].flatMap((slots) => [...slots.values()].flatMap((slot) => slot.body?.chain ?? []));
  }

  /** Every cell in use, by table, chain and position in the order of first use. */
  cells(): RuleCell[] {
    const found: RuleCell[] = [];
    for (const [table, slots] of this.#slots) {
      for (const name of slots.keys()) {
        for (const cell of this.slot(table, name).cells) if (cell !== undefined) found.push(cell);
      }
    }
    return found;
  }
}

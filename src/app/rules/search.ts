/** Rules of a node by a few words: chain, address, port, remark, target. Pure. */
import type { TableName } from "../../core/netfilter/rules.ts";
import type { RuleRow, RulesView } from "../../core/simulation/view.ts";

export interface FoundChain {
  readonly table: TableName;
  readonly name: string;
  /** Of the chain: how many rules it has. */
  readonly size: number;
  readonly rows: readonly RuleRow[];
}

export interface FoundRules {
  readonly chains: readonly FoundChain[];
  /** All rules that have the words, shown or not. */
  readonly total: number;
  readonly inChains: number;
}

/** The first `most` rules whose text, chain or remark has every word; a chain that is called so has all its rules. */
export function searchRules(rules: RulesView, query: string, most: number): FoundRules {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  if (words.length === 0) return { chains: [], total: 0, inChains: 0 };
  const chains: FoundChain[] = [];
  let [total, inChains, shown] = [0, 0, 0];
  for (const { name: table, chains: all } of rules.tables) {
    for (const { name, rows } of all) {
      // `-A CHAIN …` begins every rule: so a chain's name finds all of its rules, and rules that jump there.
      const found = rows.filter(({ rule }) => has(`${table} ${rule.text}`, words));
      const called = found.length > 0 || has(`${table} ${name}`, words);
      if (!called) continue;
      total += found.length;
      inChains += 1;
      if (shown >= most) continue;
      const first = found.slice(0, most - shown);
      shown += Math.max(1, first.length);
      chains.push({ table, name, size: rows.length, rows: first });
    }
  }
  return { chains, total, inChains };
}

function has(text: string, words: readonly string[]): boolean {
  const small = text.toLowerCase();
  return words.every((word) => small.includes(word));
}

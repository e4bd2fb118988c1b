/** A node's rules as the inspector lists them: every chain in order, each rule as text with its counter. */
import { BUILT_IN } from "../netfilter/parse.ts";
import { TABLE_ORDER, chainsInOrder, isHook, printRule } from "../netfilter/print.ts";
import type { Chain, RuleSet, Table, TableName } from "../netfilter/rules.ts";
import type { RulesView } from "./view.ts";

type Packets = (table: TableName, chain: string, index: number) => number;
type TableView = RulesView["tables"][number];

export function rulesView(node: string, rules: RuleSet, packets: Packets): RulesView {
  const { family } = rules;
  const rows = (table: TableName, { name: chain, rules: of }: Chain): TableView["chains"][number]["rows"] =>
    of.map((rule, index) => ({
      rule: {
        node,
        family,
        table,
        chain,
        index,
        text: printRule(chain, rule, "save", family),
        origin: rule.origin,
        ...(rule.own === undefined ? {} : { own: rule.own }),
      },
      packets: packets(table, chain, index),
    }));
  const view = (table: Table): TableView => ({
    name: table.name,
    chains: chainsInOrder(table).map((chain) => ({
      name: chain.name,
      policy: chain.policy,
      hook: isHook(chain.name) && BUILT_IN[table.name].includes(chain.name) ? chain.name : null,
      rows: rows(table.name, chain),
    })),
  });
  const tables = TABLE_ORDER.map((name) => rules.tables.get(name)).filter((table) => table !== undefined);
  return { node, family, tables: tables.map(view) };
}

/** A node's chains where no packet's way orders them: those of a Service in the order in which they hand on, then all. */
import { useState, type ReactElement } from "react";
import type { TableName } from "../../core/netfilter/rules.ts";
import type { RuleRow, RulesView } from "../../core/simulation/view.ts";
import { Icon } from "../parts/icons.tsx";
import { count, plural } from "../state/format.ts";
import { names } from "../state/pointing-names.ts";
import { namesOfChain } from "../linked/rule-names.ts";
import { serviceOfPort } from "../state/focus.ts";
import type { ChainGraph, ChainNode } from "./chain-graph.ts";
import { RuleRowLine } from "./rule-rows.tsx";
import { searchRules } from "./search.ts";

/** Rules of a chain that show at once. */
const ROWS = 12;
/** Rules that a search shows. */
const FOUND = 120;
/** Chains that show at once where all are listed. */
const CHAINS = 25;

interface PlainChainProps {
  readonly table: TableName;
  readonly name: string;
  readonly rows: readonly RuleRow[];
  /** How many rules the chain has, where not all of them are here. */
  readonly size?: number;
  /** All rows show from the start. */
  readonly whole?: boolean;
}

export function PlainChain({ table, name, rows, size = rows.length, whole = false }: PlainChainProps): ReactElement {
  const [most, setMost] = useState(whole ? 200 : ROWS);
  const service = rows.map(({ rule }) => rule.origin?.servicePort).find((port) => port !== undefined);
  const one = service !== undefined && /^KUBE-(SVC|SVL|EXT|FW|SEP)-/.test(name) ? service : null;
  return (
    <section className="chain">
      <h3 {...names(...namesOfChain(table, name, one === null ? null : { servicePort: one }))}>
        {name}
        {table !== "nat" && <span>{table}</span>}
        {one !== null && <span className="svc-t">{serviceOfPort(one).split("/")[1]}</span>}
        {rows.length < size && <span>{`${count(rows.length)} of ${plural(size, "rule")}`}</span>}
        {size === 0 && <span>no rules</span>}
      </h3>
      {rows.slice(0, most).map((row) => (
        <RuleRowLine
          key={row.rule.index}
          row={{ kind: "row", rule: row.rule, state: "not-reached", packets: row.packets, draw: null }}
          share={1}
          quiet
        />
      ))}
      {rows.length > most && (
        <button type="button" className="btn quiet" onClick={() => setMost(most + 200)}>
          {`Show ${count(Math.min(200, rows.length - most))} more of ${plural(rows.length, "rule")}`}
        </button>
      )}
    </section>
  );
}

/** The chains that belong to the graph, in its order, then all others on demand. */
export function ServiceChains({
  rules,
  graph,
  words,
}: {
  readonly rules: RulesView;
  readonly graph: ChainGraph;
  readonly words: string;
}): ReactElement {
  const nodes = graph.bands.flatMap((band) => band.nodes).filter((node): node is ChainNode => node.kind === "chain");
  const of = (node: ChainNode): readonly RuleRow[] => {
    const rows = rowsOf(rules, node);
    const folds = graph.bands.flatMap(({ edges }) => edges).filter(({ from }) => from === node.id);
    // Of a chain that hands on to everybody, the rules that hand on to what is shown.
    const shown = new Set(folds.flatMap((edge) => edge.rules.map(({ index }) => index)));
    return folds.some(({ rules: none }) => none.length === 0) ? rows.filter(({ rule }) => shown.has(rule.index)) : rows;
  };
  return (
    <>
      <p className="why pad">{words}</p>
      {nodes
        .filter((node) => node.rules > 0)
        .map((node) => (
          <PlainChain key={node.id} table={node.table} name={node.name} rows={of(node)} size={node.rules} />
        ))}
    </>
  );
}

export function rowsOf(rules: RulesView, { table, name }: { readonly table: TableName; readonly name: string }): readonly RuleRow[] {
  return rules.tables.find((one) => one.name === table)?.chains.find((chain) => chain.name === name)?.rows ?? [];
}

/** Every chain of the node, a page at a time. */
export function AllChains({ rules }: { readonly rules: RulesView }): ReactElement {
  const [most, setMost] = useState(0);
  const all = rules.tables.flatMap(({ name: table, chains }) => chains.map((chain) => ({ ...chain, table })));
  return (
    <section aria-label="All chains" className="allchains">
      <button type="button" className="btn quiet" aria-expanded={most > 0} onClick={() => setMost(most > 0 ? 0 : CHAINS)}>
        <Icon name="chevron" size={12} />
        {`All ${plural(all.length, "chain")} of ${rules.node}`}
      </button>
      {all.slice(0, most).map(({ table, name, rows }) => (
        <PlainChain key={`${table} ${name}`} table={table} name={name} rows={rows} />
      ))}
      {most > 0 && all.length > most && (
        <button type="button" className="btn quiet" onClick={() => setMost(most + CHAINS)}>
          {`Show ${count(Math.min(CHAINS, all.length - most))} more of ${plural(all.length, "chain")}`}
        </button>
      )}
    </section>
  );
}

export function FoundRulesList({ rules, query }: { readonly rules: RulesView; readonly query: string }): ReactElement {
  const { chains, total, inChains } = searchRules(rules, query, FOUND);
  const shown = chains.reduce((sum, { rows }) => sum + rows.length, 0);
  const words = inChains === 0 ? "No rule has these words." : `${plural(total, "rule")} in ${plural(inChains, "chain")}`;
  return (
    <>
      <p className="why pad" role="status">
        {shown < total ? `${words}, the first ${count(shown)} here` : words}
      </p>
      {chains.map(({ table, name, rows, size }) => (
        <PlainChain key={`${table} ${name}`} table={table} name={name} rows={rows} size={size} whole />
      ))}
    </>
  );
}

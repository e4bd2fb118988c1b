/**
 * The rules of one node: as the packet walked them, with counters; without a packet those of the Service in focus; by a
 * search; or as a graph of chains. For any node, and for both families where the cluster has both.
 */
import { useEffect, useMemo, useRef, useState, type ReactElement } from "react";
import type { Family } from "../../core/base/names.ts";
import type { RuleRef, TableName } from "../../core/netfilter/rules.ts";
import type { Journey } from "../../core/network/trace.ts";
import type { ClusterView, RulesView, ServiceView } from "../../core/simulation/view.ts";
import { Icon } from "../parts/icons.tsx";
import { Segmented } from "../parts/segmented.tsx";
import { names } from "../state/pointing-names.ts";
import { usePicture } from "../state/picture.ts";
import { useMoment } from "../state/playback.ts";
import { setState, useStore } from "../state/store.ts";
import { chainGraph, type ChainGraph } from "../rules/chain-graph.ts";
import { ChainPicture } from "../rules/chain-picture.tsx";
import { ChainRows } from "../rules/rule-rows.tsx";
import { RulesLarge } from "../rules/rules-large.tsx";
import { showRules, unfold, useRulesShow } from "../rules/rules-show.ts";
import { AllChains, FoundRulesList, PlainChain, rowsOf, ServiceChains } from "../rules/table-list.tsx";
import { familyOf, tellingHop } from "../rules/walks.ts";
import { OwnRules } from "./own-rules.tsx";
import { useRules } from "./use-answers.ts";
import { hopsOf, isGateHop, walkedChains, worthShowing, type GateHop, type WalkedChain } from "./walk.ts";

const VIEWS = [
  { value: "list", label: "List" },
  { value: "graph", label: "Graph" },
] as const;
const FAMILIES = [
  { value: "IPv4", label: "IPv4" },
  { value: "IPv6", label: "IPv6" },
] as const;

export function RulesTab(): ReactElement {
  const cluster = useStore((state) => state.cluster);
  const chosen = useStore((state) => state.rulesNode);
  const { view, family: chosenFamily, query } = useRulesShow();
  const journey = usePicture((picture) => picture.journey);
  const service = usePicture((picture) => picture.focus);
  const hops = useGateHops(journey);
  const walkedOn = [...new Set(hops.map((hop) => hop.node))];
  const decided = hops.find((hop) => hop.kind === "rewrite" || hop.kind === "reject" || hop.kind === "drop");
  const there = chosen !== null && cluster?.nodes.some(({ name }) => name === chosen) === true ? chosen : null;
  const node = there ?? decided?.node ?? walkedOn[0] ?? cluster?.nodes.find((one) => !one.controlPlane)?.name ?? null;
  const here = hops.filter((hop) => hop.node === node);
  const family = chosenFamily ?? familyOf(decided?.node === node ? decided : (here[0] ?? { walks: [] })) ?? firstFamily(cluster);
  const hop = tellingHop(
    here.filter((one) => (familyOf(one) ?? family) === family),
    node ?? "",
  );
  const rules = useRules(node, family);
  const graph = useGraph(rules, service, hop);
  if (cluster === null || node === null) return <p className="emptytab">Rules appear with the first node.</p>;
  const both = isDual(cluster);
  const words = wordsOf(journey, hop, service, node, family);
  return (
    <>
      <div className="ibar">
        <label className="nodepick" {...names(`node:${node}`)}>
          <b>{node}</b>
          <Icon name="chevron" size={12} className="c3" />
          <select aria-label="Node" value={node} onChange={(event) => setState({ rulesNode: event.target.value })}>
            {cluster.nodes.map((one) => (
              <option key={one.name}>{one.name}</option>
            ))}
          </select>
        </label>
        <span className="clip">{hop === null ? "not passed" : tablesText(hop)}</span>
        <span className="grow" />
        {both ? (
          <Segmented<Family> label="Address family" value={family} choices={FAMILIES} onChange={(next) => showRules({ family: next })} />
        ) : (
          <span className="c3">{cluster.nodes.find((one) => one.name === node)?.proxyMode ?? "iptables"}</span>
        )}
      </div>
      <div className="rulesbar">
        <SearchField />
        <Segmented label="How rules are shown" value={view} choices={VIEWS} onChange={(next) => showRules({ view: next })} />
      </div>
      {rules === null ? (
        <p className="emptytab">kube-proxy has not written rules on this node yet.</p>
      ) : query.trim() !== "" ? (
        <FoundRulesList rules={rules} query={query} />
      ) : view === "graph" && graph !== null ? (
        <>
          <p className="why pad">{words}</p>
          <ChainPicture
            graph={graph}
            cluster={cluster}
            compact
            opened={null}
            onOpen={(chain) => showRules({ view: "list", opened: chain })}
            onUnfold={unfold}
          >
            <OpenLarge
              walked={hop === null ? [] : walkedChains(hop, ALL_TABLES, rules)}
              rules={rules}
              graph={graph}
              cluster={cluster}
              title={`Chains of ${node}${both ? `, ${family}` : ""}`}
              words={words}
            />
          </ChainPicture>
        </>
      ) : (
        <RulesList rules={rules} graph={graph} hop={hop} words={words} />
      )}
      <OwnRules node={node} rules={rules} />
      <p className="foot">Counters count connections. Later packets follow conntrack and skip these rules.</p>
    </>
  );
}

function firstFamily(cluster: ClusterView | null): Family {
  return cluster?.podCidrs[0]?.includes(":") === true ? "IPv6" : "IPv4";
}

function isDual({ podCidrs }: ClusterView): boolean {
  return podCidrs.some((cidr) => cidr.includes(":")) && podCidrs.some((cidr) => !cidr.includes(":"));
}

/** Whose chains these are, and where the packet was. */
function wordsOf(journey: Journey | null, hop: GateHop | null, service: ServiceView | null, node: string, family: Family): string {
  const of = service === null ? "The chains of all Services" : `The chains of Service ${service.name}`;
  if (hop !== null && journey !== null)
    return `The way of request ${journey.id} on ${node}${service === null ? "" : `, among the chains of Service ${service.name}`}.`;
  if (journey === null) return `${of}, as kube-proxy wrote them on ${node}. Send a request to see how they are walked.`;
  return `Request ${journey.id} has met no ${family} rules on ${node}. ${of} there:`;
}

/** The same tables, Service and walk give the same graph. */
function useGraph(rules: RulesView | null, service: ServiceView | null, hop: GateHop | null): ChainGraph | null {
  const unfolded = useRulesShow((show) => show.unfolded);
  const key = service?.key ?? null;
  return useMemo(
    () => (rules === null ? null : chainGraph({ rules, service: key, walks: hop?.walks ?? [], unfolded })),
    [rules, key, hop, unfolded],
  );
}

function SearchField(): ReactElement {
  const query = useRulesShow((show) => show.query);
  return (
    <input
      type="search"
      className="rulesearch"
      aria-label="Search the rules of this node"
      placeholder="Chain, address, remark"
      value={query}
      spellCheck={false}
      autoCapitalize="off"
      autoComplete="off"
      onChange={(event) => showRules({ query: event.target.value })}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || query === "") return;
        showRules({ query: "" });
        event.stopPropagation();
      }}
    />
  );
}

interface OpenLargeProps {
  readonly rules: RulesView;
  readonly graph: ChainGraph;
  readonly cluster: ClusterView;
  readonly title: string;
  readonly words: string;
  readonly walked: readonly WalkedChain[];
}

function OpenLarge(props: OpenLargeProps): ReactElement {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="btn quiet" onClick={() => setOpen(true)}>
        <Icon name="external" size={13} />
        Open large
      </button>
      {open && <RulesLarge {...props} onClose={() => setOpen(false)} />}
    </>
  );
}

interface RulesListProps {
  readonly rules: RulesView;
  readonly graph: ChainGraph | null;
  readonly hop: GateHop | null;
  readonly words: string;
}

function RulesList({ rules, graph, hop, words }: RulesListProps): ReactElement {
  // Rows come before this: a rule that none of them took stands in a chain that is not on show.
  const wanted = useRulesShow((show) => show.at);
  useEffect(() => {
    const { at } = useRulesShow.getState();
    if (at !== null && at.node === rules.node && at.family === rules.family)
      showRules({ opened: `${at.table} ${at.chain}`, at: missed(at, rules) });
  }, [wanted, rules]);
  return (
    <>
      <OpenedChain rules={rules} />
      {hop !== null ? <Walked hop={hop} rules={rules} /> : graph !== null && <ServiceChains rules={rules} graph={graph} words={words} />}
      <AllChains key={`${rules.node} ${rules.family}`} rules={rules} />
    </>
  );
}

/** The chain that was pressed in the graph, with all its rules, before the others; it takes the focus. */
function OpenedChain({ rules }: { readonly rules: RulesView }): ReactElement | null {
  const opened = useRulesShow((show) => show.opened);
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (opened === null) return;
    host.current?.focus();
    host.current?.scrollIntoView({ block: "nearest" });
  }, [opened]);
  if (opened === null) return null;
  const [table, name] = [opened.slice(0, opened.indexOf(" ")) as TableName, opened.slice(opened.indexOf(" ") + 1)]; // ids begin with their table
  const known = rules.tables.some((one) => one.name === table && one.chains.some((chain) => chain.name === name));
  if (!known) return null;
  return (
    <div className="openedchain" ref={host} tabIndex={-1} role="group" aria-label={`Chain ${name}`}>
      <button type="button" className="btn quiet" onClick={() => showRules({ opened: null })}>
        <Icon name="close" size={12} />
        Close
      </button>
      <PlainChain key={opened} table={table} name={name} rows={rowsOf(rules, { table, name })} whole />
    </div>
  );
}

/** The rule where its chain still has it; null where kube-proxy has rewritten it since. */
function missed(at: RuleRef, rules: RulesView): RuleRef | null {
  return rowsOf(rules, { table: at.table, name: at.chain })[at.index]?.rule.text === at.text ? at : null;
}

const ALL_TABLES: ReadonlySet<TableName> = new Set(["raw", "mangle", "nat", "filter"]);

const TABLES_OF: Readonly<Record<string, readonly TableName[]>> = {
  reject: ["nat", "filter", "mangle", "raw"],
  drop: ["nat", "filter", "mangle", "raw"],
};

/** nat, where a stop happened all, and those in which a rule of one's own was met. */
function tablesOf(hop: GateHop): ReadonlySet<TableName> {
  const own = hop.walks.filter(({ steps }) => steps.some((step) => step.kind === "rule" && step.rule.own !== undefined));
  return new Set([...(TABLES_OF[hop.kind] ?? ["nat"]), ...own.map(({ table }) => table)]);
}

function tablesText(hop: GateHop): string {
  const stopped = hop.kind === "reject" || hop.kind === "drop" ? hop.rule?.table : undefined;
  return stopped === undefined || stopped === "nat" ? "table nat" : `tables nat, ${stopped}`;
}

/** The gates that the request's packets passed so far, those of the connection before those of its look-up. */
function useGateHops(journey: Journey | null): readonly GateHop[] {
  const choreography = usePicture((picture) => picture.choreography);
  const current = useMoment((moment) => moment.beat);
  return useMemo(() => {
    if (journey === null || choreography === null) return [];
    const past = choreography.beats.slice(0, Math.max(0, current) + 1);
    const gates = (dns: boolean): GateHop[] =>
      past
        .filter((beat) => (beat.glyph === "dns") === dns)
        .flatMap((beat) => hopsOf(beat, journey))
        .filter(isGateHop);
    return [...gates(false), ...gates(true)];
  }, [journey, choreography, current]);
}

function Walked({ hop, rules }: { readonly hop: GateHop; readonly rules: RulesView }): ReactElement {
  const chains = walkedChains(hop, tablesOf(hop), rules).filter(worthShowing);
  if (chains.length === 0) {
    const known = hop.kind === "known" || hop.kind === "restore";
    return (
      <p className="why pad">
        {known ? "Conntrack knew this connection, so the nat rules were not asked." : `No rule of ${hop.node} matched this packet.`}
      </p>
    );
  }
  return (
    <>
      {chains.map((chain, i) => (
        <ChainRows key={`${placeOf(chain)} ${chains.slice(0, i).filter((one) => placeOf(one) === placeOf(chain)).length}`} chain={chain} />
      ))}
    </>
  );
}

/** The same chain may be walked several times. Its rows keep what was opened in them when the node's rules arrive. */
const placeOf = ({ hook, table, name }: WalkedChain): string => `${hook} ${table} ${name}`;

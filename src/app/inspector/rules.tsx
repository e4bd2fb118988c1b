/** The rules as the packet walked them, with counters. Without a request: the node's nat table, chain by chain. */
import { Fragment, useState, type ReactElement } from "react";
import type { Draw, Journey } from "../../core/network/trace.ts";
import type { TableName } from "../../core/netfilter/rules.ts";
import type { RulesView } from "../../core/simulation/view.ts";
import { Icon } from "../parts/icons.tsx";
import { breakpointAt, sameBreakpoint } from "../state/breakpoints.ts";
import { capital, count } from "../state/format.ts";
import { usePicture } from "../state/picture.ts";
import { useMoment } from "../state/playback.ts";
import { setState, useStore } from "../state/store.ts";
import { serviceOfPort } from "../state/focus.ts";
import { toggleBreakpoint } from "../watch/breaking.ts";
import { OwnRules } from "./own-rules.tsx";
import { RuleText } from "./rule-text.tsx";
import { useRules } from "./use-answers.ts";
import {
  hopsOf,
  isGateHop,
  odds,
  overall,
  shortRule,
  walkedChains,
  worthShowing,
  type GateHop,
  type WalkedChain,
  type WalkedRow,
} from "./walk.ts";

export function RulesTab(): ReactElement {
  const cluster = useStore((state) => state.cluster);
  const chosen = useStore((state) => state.rulesNode);
  const journey = usePicture((picture) => picture.journey);
  const hops = useGateHops(journey);
  const walkedOn = [...new Set(hops.map((hop) => hop.node))];
  const decided = hops.find((hop) => hop.kind === "rewrite" || hop.kind === "reject" || hop.kind === "drop");
  const node = chosen ?? decided?.node ?? walkedOn[0] ?? cluster?.nodes.find((one) => !one.controlPlane)?.name ?? null;
  const rules = useRules(node);
  if (cluster === null || node === null) return <p className="emptytab">Rules appear with the first node.</p>;
  // The hop that decided on this node, else the first that passed here.
  const hop = hops.find((one) => one.node === node && one === decided) ?? hops.find((one) => one.node === node) ?? null;
  const mode = cluster.nodes.find((one) => one.name === node)?.proxyMode ?? "iptables";
  return (
    <>
      <div className="ibar">
        <label className="nodepick">
          <b>{node}</b>
          <Icon name="chevron" size={12} className="c3" />
          <select aria-label="Node" value={node} onChange={(event) => setState({ rulesNode: event.target.value })}>
            {cluster.nodes.map((one) => (
              <option key={one.name}>{one.name}</option>
            ))}
          </select>
        </label>
        <span>{hop === null ? "table nat" : tablesText(hop)}</span>
        <span className="grow" />
        <span className="c3">{mode}</span>
      </div>
      <OwnRules node={node} rules={rules} />
      {hop === null ? <WholeTable rules={rules} journey={journey} /> : <Walked hop={hop} rules={rules} />}
      <p className="foot">Counters count connections. Later packets follow conntrack and skip these rules.</p>
    </>
  );
}

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
  if (journey === null || choreography === null) return [];
  const past = choreography.beats.slice(0, Math.max(0, current) + 1);
  const gates = (dns: boolean): GateHop[] =>
    past
      .filter((beat) => (beat.glyph === "dns") === dns)
      .flatMap((beat) => hopsOf(beat, journey))
      .filter(isGateHop);
  return [...gates(false), ...gates(true)];
}

function Walked({ hop, rules }: { readonly hop: GateHop; readonly rules: RulesView | null }): ReactElement {
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

function ChainRows({ chain }: { readonly chain: WalkedChain }): ReactElement {
  const shown = chain.rows.filter((row) => row.kind === "row").length;
  return (
    <section className="chain">
      <h3>
        {chain.name}
        {chain.table !== "nat" && <span>{chain.table}</span>}
        {chain.origin !== null && <span className="svc-t">{serviceOfPort(chain.origin).split("/")[1]}</span>}
        {chain.size !== null && shown < chain.size && <span>{`${shown} of ${count(chain.size)} rules`}</span>}
      </h3>
      {chain.rows.map((row, i) =>
        row.kind === "more" ? (
          <p
            key={`more ${i}`}
            className="why"
          >{`${count(row.count)} more ${row.state === "considered" ? "did not match" : "not reached"}`}</p>
        ) : (
          <RuleRowLine key={row.rule.index} row={row} share={overall(chain.rows, row)} />
        ),
      )}
    </section>
  );
}

const STATE = {
  matched: { className: "hit", word: "matched" },
  considered: { className: "miss", word: "did not match" },
  "not-reached": { className: "un", word: "not reached" },
  rewrote: { className: "nat", word: "rewrote" },
  stopped: { className: "stop", word: "stopped the packet" },
} as const;

function RuleRowLine({ row, share }: { readonly row: WalkedRow; readonly share: number }): ReactElement {
  const [whole, setWhole] = useState(false);
  const breaks = useStore(({ breakpoints }) => breakpoints.some((one) => sameBreakpoint(one, breakpointAt(row.rule))));
  const { className, word } = STATE[row.state];
  const text = whole ? row.rule.text : shortRule(row.rule.text);
  return (
    <>
      <button type="button" className={`rl ${className}`} aria-expanded={whole} onClick={() => setWhole(!whole)}>
        <span className="m" aria-hidden="true">
          {row.state === "rewrote" && <Icon name="nat" size={15} />}
          {row.state === "stopped" && <Icon name={row.rule.text.includes("DROP") ? "drop" : "reject"} size={15} />}
        </span>
        <span className="tx">
          <RuleText text={text} />
          <span className="visually-hidden">{`${row.rule.own === undefined ? "" : ", a rule of your own"}, ${word}`}</span>
        </span>
        {row.rule.own !== undefined && (
          <span className="owntag" aria-hidden="true">
            yours
          </span>
        )}
        {breaks && (
          <span className="owntag" aria-hidden="true">
            stops
          </span>
        )}
        <span className="ct">{row.packets === null ? "" : count(row.packets)}</span>
      </button>
      {whole && (
        <button type="button" className="btn quiet rulestop" aria-pressed={breaks} onClick={() => toggleBreakpoint(breakpointAt(row.rule))}>
          <Icon name={breaks ? "close" : "pause"} size={13} />
          {breaks ? "Do not stop here any more" : "Stop the play when this rule matches"}
        </button>
      )}
      {row.draw !== null && row.state !== "not-reached" && <p className="why">{drawText(row.draw, row.state === "considered", share)}</p>}
    </>
  );
}

/** The draw and what it means. */
function drawText({ drawn, below }: Draw, passed: boolean, share: number): string {
  if (passed) return `Drew ${drawn.toFixed(2)}, not under ${below.toFixed(2)}, so on to the next.`;
  const drew = `Drew ${drawn.toFixed(2)}, under ${below.toFixed(2)}.`;
  return Math.abs(share - below) < 1e-6
    ? `${drew} That is ${odds(below)}.`
    : `${drew} ${capital(odds(below))} of what is left is ${odds(share)} overall.`;
}

/** A chain in which a person's own rules stand. */
function hasOwn({ rows }: RulesView["tables"][number]["chains"][number]): boolean {
  return rows.some(({ rule }) => rule.own !== undefined);
}

function WholeTable({ rules, journey }: { readonly rules: RulesView | null; readonly journey: Journey | null }): ReactElement {
  const nat = rules?.tables.find((table) => table.name === "nat");
  const others = (rules?.tables ?? []).flatMap((table) =>
    table.name === "nat" ? [] : table.chains.filter(hasOwn).map((chain) => ({ ...chain, table: table.name })),
  );
  if (nat === undefined) return <p className="emptytab">kube-proxy has not written rules on this node yet.</p>;
  return (
    <>
      <p className="why pad">
        {journey === null
          ? "The nat table as kube-proxy wrote it. Send a request to see how it is walked."
          : "The request has not passed this node. Its nat table:"}
      </p>
      {[...others, ...nat.chains.map((chain) => ({ ...chain, table: nat.name }))]
        .filter((chain) => chain.rows.length > 0)
        .map((chain) => (
          <section className="chain" key={`${chain.table} ${chain.name}`}>
            <h3>
              {chain.name}
              {chain.table !== "nat" && <span>{chain.table}</span>}
            </h3>
            {chain.rows.slice(0, 40).map((row) => (
              <Fragment key={row.rule.index}>
                <RuleRowLine row={{ kind: "row", rule: row.rule, state: "not-reached", packets: row.packets, draw: null }} share={1} />
              </Fragment>
            ))}
            {chain.rows.length > 40 && <p className="why">{`${count(chain.rows.length - 40)} more`}</p>}
          </section>
        ))}
    </>
  );
}

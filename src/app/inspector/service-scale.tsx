/** The page of a Service with many endpoints: counts, charts that end with a sentence, each with its table (DESIGN 3 E). */
import { useEffect, useMemo, useState, type ReactElement, type ReactNode } from "react";
import type { NamespacedName } from "../../core/base/names.ts";
import type { SendRequest } from "../../core/simulation/contract.ts";
import type { ClusterView, Distribution, ServiceView } from "../../core/simulation/view.ts";
import { thousands } from "../../scene/map.ts";
import { useAnswers } from "../map/answers.ts";
import { Icon } from "../parts/icons.tsx";
import { ask, senderOf } from "../state/commands.ts";
import { usePicture } from "../state/picture.ts";
import { useStore } from "../state/store.ts";
import { requestTo } from "../topology/share.ts";
import { costOf, nodesToAsk, spreadOf, zoneSentence, zoneShares, type Cost, type Spread, type ZoneRow } from "./service-spread.ts";
import "../styles/service-scale.css";

/** From so many endpoints on they are counted and not told one by one. */
export const MANY_ENDPOINTS = 20;

export function ServiceScale({ service: key }: { readonly service: NamespacedName }): ReactElement | null {
  const cluster = useStore((state) => state.cluster);
  const service = cluster?.services.find((one) => one.key === key);
  if (cluster === null || service === undefined || service.endpoints.length < MANY_ENDPOINTS) return null;
  return (
    <div className="sscale">
      <Counts cluster={cluster} service={service} />
      <RequestsPerEndpoint cluster={cluster} service={service} />
      <BetweenZones cluster={cluster} service={service} />
      <CostOfChange cluster={cluster} service={service} />
    </div>
  );
}

interface OfService {
  readonly cluster: ClusterView;
  readonly service: ServiceView;
}

function Counts({ cluster, service }: OfService): ReactElement {
  const ready = service.endpoints.filter((endpoint) => endpoint.ready).length;
  const slices = cluster.slices.filter((slice) => slice.service === service.key).length;
  return (
    <dl className="scounts">
      <div>
        <dt>endpoints</dt>
        <dd>{thousands(service.endpoints.length)}</dd>
      </div>
      <div>
        <dt>
          <Icon name="ready" size={12} /> ready
        </dt>
        <dd>{thousands(ready)}</dd>
      </div>
      <div>
        <dt>{slices === 1 ? "EndpointSlice" : "EndpointSlices"}</dt>
        <dd>{thousands(slices)}</dd>
      </div>
    </dl>
  );
}

/** A chart that ends with one sentence; its table stands behind a button. */
function Chart({
  title,
  aside,
  sentence,
  table,
  children,
}: {
  readonly title: string;
  readonly aside: string;
  readonly sentence: string;
  readonly table: ReactNode;
  readonly children: ReactNode;
}): ReactElement {
  const [asTable, setAsTable] = useState(false);
  return (
    <section aria-label={title}>
      <h3>
        {title} <span className="c3">{aside}</span>
        <span className="grow" />
        <button
          type="button"
          className="tool small"
          aria-pressed={asTable}
          aria-label={`${title} as a table`}
          onClick={() => setAsTable(!asTable)}
        >
          <Icon name="table" size={14} />
        </button>
      </h3>
      {asTable ? table : children}
      <p className="sentence">{sentence}</p>
    </section>
  );
}

/** The exact odds from a sender; asked anew when the cluster changes. */
function useOdds(cluster: ClusterView, service: ServiceView): Distribution | null {
  const draft = useStore((state) => state.draft);
  const [odds, setOdds] = useState<Distribution | null>(null);
  const from = senderOf(draft, cluster);
  // as text, so that the same request is not asked for twice; a new version of the cluster asks again
  const request = from === null ? null : JSON.stringify(requestTo(cluster, service, from, draft.to));
  const { version } = cluster;
  useEffect(() => {
    if (request === null || version < 0) return;
    let current = true;
    void ask({ kind: "distribution", request: JSON.parse(request) as SendRequest }).then((reply) => {
      if (current) setOdds(reply.kind === "distribution" ? reply.distribution : null);
    });
    return () => {
      current = false;
    };
  }, [request, version]);
  return odds;
}

function RequestsPerEndpoint({ cluster, service }: OfService): ReactElement {
  const answers = useAnswers();
  const focus = usePicture((picture) => picture.focus?.key ?? null);
  const odds = useOdds(cluster, service);
  const spread = useMemo(() => {
    const ready = service.endpoints.filter((endpoint) => endpoint.ready && endpoint.pod !== null);
    const shares = new Map<string, number | null>();
    for (const { pod, probability } of odds?.candidates ?? []) if (pod !== null) shares.set(pod, probability);
    // answers are counted for the Service in focus
    const counts = ready.map(({ pod }) => (focus === service.key ? (answers.get(pod ?? "") ?? 0) : 0));
    return spreadOf(
      counts,
      ready.map(({ pod }) => (odds === null ? null : (shares.get(pod ?? "") ?? 0))),
    );
  }, [service, answers, odds, focus]);
  return (
    <Chart
      title="Requests per endpoint"
      aside={spread.total === 0 ? "none yet" : `${thousands(spread.total)} answered`}
      sentence={spread.sentence}
      table={<SpreadTable spread={spread} />}
    >
      <Histogram spread={spread} />
    </Chart>
  );
}

const CHART = { width: 330, height: 96, left: 2, bottom: 18 } as const;

function Histogram({ spread: { bins } }: { readonly spread: Spread }): ReactElement {
  const most = bins.reduce((top, { observed, expected }) => Math.max(top, observed, expected ?? 0), 1);
  const step = (CHART.width - 2 * CHART.left) / bins.length;
  const y = (value: number): number => CHART.height - (value / most) * (CHART.height - 8);
  const middle = (i: number): number => CHART.left + (i + 0.5) * step;
  const curve = bins.map(({ expected }, i) => `${i === 0 ? "M" : "L"}${middle(i).toFixed(1)} ${y(expected ?? 0).toFixed(1)}`).join("");
  const every = Math.max(1, Math.ceil(bins.length / 8));
  return (
    <figure className="histogram">
      <svg
        viewBox={`0 0 ${CHART.width} ${CHART.height + CHART.bottom}`}
        role="img"
        aria-label="Endpoints by the requests that they answered"
      >
        {bins.map(({ from, observed }, i) =>
          observed === 0 ? null : (
            <rect
              key={from}
              x={CHART.left + i * step + 1}
              y={y(observed)}
              width={Math.max(1, step - 2)}
              height={CHART.height - y(observed)}
            />
          ),
        )}
        <path className="axis" d={`M0 ${CHART.height + 0.5}H${CHART.width}`} />
        {bins.some(({ expected }) => expected !== null) && <path className="expected" d={curve} />}
        {bins.map(({ from }, i) =>
          i % every === 0 ? (
            <text key={from} x={middle(i)} y={CHART.height + 14} textAnchor="middle">
              {from}
            </text>
          ) : null,
        )}
      </svg>
      <figcaption className="c2">
        <span className="barkey" aria-hidden="true" /> endpoints
        <span className="dashkey" aria-hidden="true" /> expected
      </figcaption>
    </figure>
  );
}

function SpreadTable({ spread: { bins } }: { readonly spread: Spread }): ReactElement {
  return (
    <table className="stable">
      <thead>
        <tr>
          <th scope="col">requests</th>
          <th scope="col">endpoints</th>
          <th scope="col">expected</th>
        </tr>
      </thead>
      <tbody>
        {bins.map(({ from, to, observed, expected }) => (
          <tr key={from}>
            <th scope="row">{from === to ? from : `${from} to ${to}`}</th>
            <td>{observed}</td>
            <td>{expected === null ? "" : expected.toFixed(1)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** So many zones at most make a table that can be read. */
const ZONES_MOST = 6;

function useZones({ cluster, service }: OfService): readonly ZoneRow[] {
  const [rows, setRows] = useState<readonly ZoneRow[]>([]);
  useEffect(() => {
    let current = true;
    const asked = nodesToAsk(cluster).slice(0, ZONES_MOST);
    const zones = asked.map(({ zone }) => zone);
    if (asked.length < 2) return setRows([]);
    void Promise.all(
      asked.map(async ({ zone, node }) => {
        const reply = await ask({ kind: "distribution", request: requestTo(cluster, service, { kind: "node", node }, "") });
        return reply.kind === "distribution" ? [{ from: zone, node, shares: zoneShares(cluster, reply.distribution, zones) }] : [];
      }),
    ).then((found) => {
      if (current) setRows(found.flat());
    });
    return () => {
      current = false;
    };
  }, [cluster, service]);
  return rows;
}

function BetweenZones(of: OfService): ReactElement | null {
  const rows = useZones(of);
  if (rows.length < 2) return null;
  const zones = rows.map(({ from }) => from);
  return (
    <section aria-label="Between zones">
      <h3>
        Between zones <span className="c3">from row, to column</span>
      </h3>
      <table className="zones">
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">from</span>
            </th>
            {zones.map((zone) => (
              <th key={zone} scope="col">
                {zone}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ from, node, shares }) => (
            <tr key={from}>
              <th scope="row" title={`By the rules of ${node}`}>
                {from}
              </th>
              {shares.map((share, i) => (
                <td key={zones[i]} className={zones[i] === from ? "own" : undefined}>
                  {Math.round(100 * share)}%
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p className="sentence">{zoneSentence(rows)}</p>
    </section>
  );
}

function CostOfChange({ cluster, service }: OfService): ReactElement | null {
  const [cost, setCost] = useState<Cost | null>(null);
  const [, first] = nodesToAsk(cluster);
  const node = first?.node ?? cluster.nodes.find(({ ready }) => ready)?.name ?? null;
  useEffect(() => {
    let current = true;
    if (node !== null)
      void ask({ kind: "rules", node, family: "IPv4" }).then((reply) => {
        if (current && reply.kind === "rules") setCost(reply.rules === null ? null : costOf(reply.rules, service.key));
      });
    return () => {
      current = false;
    };
  }, [node, service, cluster]);
  if (cost === null || service.headless) return null;
  return (
    <section aria-label="Cost of a change">
      <h3>
        Cost of a change <span className="c3">one endpoint added, per node</span>
      </h3>
      <table className="stable">
        <thead>
          <tr>
            <th scope="col">kube-proxy mode</th>
            <th scope="col">entries held</th>
            <th scope="col">written</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">iptables</th>
            <td>{thousands(cost.held)} rules</td>
            <td>{thousands(cost.written)} rules</td>
          </tr>
        </tbody>
      </table>
      <p className="sentence">
        Every node writes the chains of {service.name} anew, and the lists of all Services; the chains of other Services stay.
      </p>
    </section>
  );
}

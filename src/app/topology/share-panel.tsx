/** Share per endpoint, with each Pod's readiness switch; a sentence and a table behind one button. */
import { useEffect, useMemo, useState, type ReactElement } from "react";
import type { SendRequest } from "../../core/simulation/contract.ts";
import type { Distribution, ServiceView } from "../../core/simulation/view.ts";
import { percentages } from "../../scene/percentages.ts";
import { Icon } from "../parts/icons.tsx";
import { toggleReady } from "../state/changes.ts";
import { ask, hovers, senderOf } from "../state/commands.ts";
import { count } from "../state/format.ts";
import { usePicture } from "../state/picture.ts";
import { useMoment } from "../state/playback.ts";
import { journeysByThen } from "../state/past.ts";
import { useStore } from "../state/store.ts";
import { onTheWay } from "../state/tally.ts";
import { countedJourneys, type Counted, ENOUGH, requestTo, sharesOf, type ShareRow, type Shares } from "./share.ts";

/** More endpoints than this are told apart in the table only. */
const MOST_BARS = 8;

export function SharePanel(): ReactElement | null {
  const cluster = useStore((state) => state.cluster);
  const journeys = useStore(journeysByThen);
  const passages = useStore((state) => state.passages);
  const timeline = useStore((state) => state.timeline);
  const service = usePicture((picture) => picture.focus);
  const choreography = usePicture((picture) => picture.choreography);
  const arrived = useMoment((moment) => moment.arrived);
  const distribution = useDistribution(service);
  const [asTable, setAsTable] = useState(false);
  const shares = useMemo(() => {
    if (cluster === null || service === null) return null;
    const all: readonly (Counted & { readonly id?: number })[] = [...journeys, ...passages];
    return sharesOf(cluster, service, countedJourneys(cluster, service, all, timeline, onTheWay(choreography, arrived)), distribution);
  }, [cluster, service, journeys, passages, timeline, choreography, arrived, distribution]);
  if (shares === null || service === null || service.health === "external-name") return null;
  const port = service.ports[0];
  const enough = shares.total >= ENOUGH;
  return (
    <section className="share" aria-label="Share per endpoint">
      <h2>
        Share per endpoint
        <span className="sub">
          {service.name}
          {port === undefined ? "" : ` port ${port.port}`}
          {shares.total > 0 && `, ${shares.total === 1 ? "1 request" : `last ${shares.total} requests`}`}
        </span>
        {enough && <Legend />}
        <button
          type="button"
          className="tool small"
          aria-pressed={asTable}
          aria-label="Show as a table"
          onClick={() => setAsTable(!asTable)}
        >
          <Icon name="table" size={14} />
        </button>
      </h2>
      {asTable ? <ShareTable shares={shares} /> : <Bars shares={shares} />}
      {(asTable || !enough || shares.notable) && <p className="sentence">{shares.sentence}</p>}
    </section>
  );
}

function Legend(): ReactElement {
  return (
    <span className="legend">
      <span>
        <svg width="14" height="10" aria-hidden="true">
          <rect y="1" width="14" height="8" rx="2.5" fill="var(--ink)" />
        </svg>
        observed
      </span>
      <span>
        <svg width="18" height="14" aria-hidden="true">
          <rect y="2" width="18" height="10" fill="var(--heat-1)" opacity=".75" />
          <rect x="8" y="1" width="2" height="12" fill="var(--surface)" stroke="var(--ink)" strokeWidth="1.2" />
        </svg>
        expected, and where 95 of 100 runs fall
      </span>
    </span>
  );
}

function Bars({ shares }: { readonly shares: Shares }): ReactElement {
  const { rows, total } = shares;
  const hot = useStore((state) => (state.hovered?.kind === "pod" ? state.hovered.key : null));
  const enough = total >= ENOUGH;
  // a few requests are counted, each a square: as a bar, one of one would look like all of many
  const few = total > 0 && !enough;
  const shown = rows.slice(0, MOST_BARS);
  // The scale ends at the largest number in sight, with a little room.
  const top = enough ? Math.max(0.05, ...rows.map((row) => Math.max(row.count / total, row.expected ?? 0, row.band?.high ?? 0))) * 1.08 : 1;
  const percent = (share: number): string => `${(100 * Math.min(1, share / top)).toFixed(2)}%`;
  const whole = percentages(rows.map((row) => [row.pod ?? row.key, row.count]));
  return (
    <div className="bars">
      {shown.map((row) => (
        <div
          className={`brow ${row.pod !== null && row.pod === hot ? "hot" : ""}`}
          key={row.key}
          {...hovers(row.pod === null ? null : { kind: "pod", key: row.pod })}
        >
          <ReadySwitch row={row} />
          <span className={`clip ${row.ready ? "" : "off"}`} title={row.pod ?? undefined}>
            {row.name}
          </span>
          {row.note !== null && row.count === 0 ? (
            <span className="note">{row.note}</span>
          ) : (
            <>
              <span className="bar" aria-hidden="true">
                {few && <Squares count={row.count} />}
                {row.band !== null && (
                  <em style={{ left: percent(row.band.low), width: `calc(${percent(row.band.high)} - ${percent(row.band.low)})` }} />
                )}
                {enough && row.count > 0 && <i style={{ width: percent(row.count / total) }} />}
                {!few && row.expected !== null && <u style={{ left: percent(row.expected) }} />}
              </span>
              <span className="num">{enough ? `${whole.get(row.pod ?? row.key) ?? 0}%` : ""}</span>
              <span className="num c3">{row.count}</span>
            </>
          )}
        </div>
      ))}
      {rows.length > shown.length && <p className="morebars">{`${count(rows.length - shown.length)} more in the table`}</p>}
    </div>
  );
}

/** One square a request. */
function Squares({ count }: { readonly count: number }): ReactElement {
  return (
    <svg width={10 * ENOUGH} height="11" style={{ display: "block" }}>
      {Array.from({ length: count }, (_, i) => (
        <rect key={i} x={2 + 10 * i} y="2" width="7" height="7" rx="2" fill="var(--ink)" />
      ))}
    </svg>
  );
}

function ReadySwitch({ row }: { readonly row: ShareRow }): ReactElement {
  const pod = row.pod;
  if (pod === null) return <span />;
  return (
    <button
      type="button"
      className="sw"
      role="switch"
      aria-checked={row.ready}
      aria-label={`${row.name} ready`}
      onClick={() => toggleReady(pod)}
    >
      <span />
    </button>
  );
}

function ShareTable({ shares }: { readonly shares: Shares }): ReactElement {
  const percent = (share: number | null | undefined): string => (share == null ? "" : `${(100 * share).toFixed(1)}%`);
  return (
    <div className="tablewrap" tabIndex={0} role="group" aria-label="Shares as a table">
      <table>
        <thead>
          <tr>
            <th>Endpoint</th>
            <th>Requests</th>
            <th>Observed</th>
            <th>Expected</th>
            <th>95 of 100 runs</th>
          </tr>
        </thead>
        <tbody>
          {shares.rows.map((row) => (
            <tr key={row.key}>
              <td>{row.name}</td>
              <td>{row.count}</td>
              <td>{shares.total === 0 ? "" : percent(row.count / shares.total)}</td>
              <td>{percent(row.expected)}</td>
              <td>{row.band === null ? (row.note ?? "") : `${percent(row.band.low)} to ${percent(row.band.high)}`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The exact odds for what the request line says, from the rules; null while they are asked for or without any. */
function useDistribution(service: ServiceView | null): Distribution | null {
  const cluster = useStore((state) => state.cluster);
  const draft = useStore((state) => state.draft);
  const journey = usePicture((picture) => picture.journey);
  const [distribution, setDistribution] = useState<Distribution | null>(null);
  const from = cluster === null ? null : (journey?.from ?? senderOf(draft, cluster));
  // As text, so that the same request is not asked for twice; a new version of the cluster asks again.
  const asked = cluster === null || from === null || service === null ? null : requestTo(cluster, service, from, journey?.to ?? draft.to);
  const request = asked === null ? null : JSON.stringify(asked);
  const version = cluster?.version ?? null;
  useEffect(() => {
    if (request === null || version === null) return;
    let current = true;
    void ask({ kind: "distribution", request: JSON.parse(request) as SendRequest }).then((reply) => {
      if (current) setDistribution(reply.kind === "distribution" ? reply.distribution : null);
    });
    return () => {
      current = false;
    };
  }, [request, version]);
  return distribution;
}

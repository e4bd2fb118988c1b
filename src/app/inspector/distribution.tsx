/**
 * Where a new connection of this sender to this destination can end: the exact odds, walked from the rules of every node on
 * the way, as marks; what was observed as bars; and what chance alone would make of the difference.
 */
import { scaleLinear } from "d3";
import { useEffect, useMemo, useState, type ReactElement } from "react";
import type { Sender } from "../../core/network/trace.ts";
import type { SendRequest } from "../../core/simulation/contract.ts";
import { feelsText, percentText, seenText, stoppedShort } from "../../core/simulation/reach-words.ts";
import type { Distribution } from "../../core/simulation/view.ts";
import { Icon, type IconName } from "../parts/icons.tsx";
import { ask, hovers, senderOf } from "../state/commands.ts";
import { plural, podName, senderName } from "../state/format.ts";
import { usePicture } from "../state/picture.ts";
import { useMoment } from "../state/playback.ts";
import { useStore } from "../state/store.ts";
import { onTheWay } from "../state/tally.ts";
import { countedSince } from "../topology/share.ts";
import { oddsOf, type Odds, type OddsRow, type Seen } from "./odds.ts";

const GLYPHS: Readonly<Record<OddsRow["felt"], IconName>> = {
  reaches: "packet",
  refused: "reject",
  unreachable: "blocked",
  dropped: "drop",
};

export function DistributionTab(): ReactElement {
  const asked = useAsked();
  const distribution = useOdds(asked);
  const seen = useSeen(asked);
  const cluster = useStore((state) => state.cluster);
  const service = usePicture((picture) => picture.focus);
  const journey = usePicture((picture) => picture.journey);
  const kept = useMemo(
    () => ({ affinity: service?.sessionAffinity === "ClientIP", connection: journey?.connection !== undefined }),
    [service, journey],
  );
  const odds = useMemo(
    () => (distribution === null || "error" in distribution ? null : oddsOf(distribution, seen, kept)),
    [distribution, seen, kept],
  );
  if (asked === null || cluster === null) return <p className="emptytab">Where a new connection can end appears here.</p>;
  if (distribution !== null && "error" in distribution) return <p className="emptytab">{distribution.error}</p>;
  if (odds === null) return <p className="emptytab">Walking the rules.</p>;
  return (
    <section className="odds" aria-label="Distribution">
      <p className="what">
        <b>{senderName(cluster, asked.from)}</b>
        <Icon name="arrow" size={12} className="c3" />
        <span className="mono">{asked.to}</span>
        <span className="grow" />
        <span className="c3 nowrap">{plural(odds.n, "request")}</span>
      </p>
      <Rows odds={odds} />
      <p className="sentence">{odds.sentence}</p>
      <p className="c3 legend">
        <span className="barkey" aria-hidden="true" /> observed
        <span className="markkey" aria-hidden="true" /> exact, from the rules of every node on the way; known clients and kept connections
        aside
      </p>
    </section>
  );
}

function Rows({ odds: { rows, n } }: { readonly odds: Odds }): ReactElement {
  const cluster = useStore((state) => state.cluster);
  const top = n === 0 ? 1 : Math.max(0.05, ...rows.map(({ share, count }) => Math.max(share, count / n))) * 1.06;
  const x = scaleLinear().domain([0, top]).range([0, 100]);
  return (
    <ol>
      {rows.map((row) => (
        <li key={row.key} {...hovers(row.pod === null ? null : { kind: "pod", key: row.pod })}>
          <span className="row">
            <Icon name={GLYPHS[row.felt]} size={14} />
            <b className="clip" title={row.pod ?? row.endpoint ?? undefined}>
              {nameOf(row, cluster === null || row.pod === null ? null : podName(cluster, row.pod))}
            </b>
            <span className="grow" />
            <span className="num">{n === 0 ? "" : `${row.count} of ${n}`}</span>
            <span className="num exact">{percentText(row.share)}</span>
          </span>
          <svg className="obar" width="100%" height="14" aria-hidden="true">
            <rect className="ground" y="3" width="100%" height="8" rx="2.5" />
            {row.count > 0 && (
              <rect className={row.felt === "reaches" ? "seen" : "seen lost"} y="3" width={`${x(row.count / n)}%`} height="8" rx="2.5" />
            )}
            <rect className="mark" x={`${x(row.share)}%`} y="0.6" width="2.6" height="12.8" rx="1" transform="translate(-1.3 0)" />
          </svg>
          <small>{detailOf(row, n)}</small>
        </li>
      ))}
    </ol>
  );
}

function nameOf({ endpoint, felt }: OddsRow, pod: string | null): string {
  return pod ?? endpoint ?? feelsText(felt);
}

/** `10.244.1.5:80, expected 20 ± 3.7, sees the client's own address 10.244.1.9`. */
function detailOf({ endpoint, pod, expected, spread, sources, stops }: OddsRow, n: number): string {
  const at = pod === null || endpoint === null ? [] : [endpoint];
  const expects = n === 0 ? [] : [`expected ${round(expected)}${spread > 0 ? ` \u00b1 ${round(spread)}` : ""}`];
  const sees = sources.length === 0 ? [] : [`sees ${sources.map(seenText).join(" or ")}`];
  const stopped = [...new Set(stops.flatMap(({ by }) => (by === null ? [] : [stoppedShort(by)])))];
  return [...at, ...expects, ...sees, ...stopped].join(", ");
}

function round(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}

// ---- what is asked, and what was seen -------------------------------------------------------------------------------

interface Asked {
  readonly from: Sender;
  readonly to: string;
}

/** The request on show, else what the request line says. The same value as long as it is the same. */
function useAsked(): Asked | null {
  const journey = usePicture((picture) => picture.journey);
  const draft = useStore((state) => state.draft);
  const cluster = useStore((state) => state.cluster);
  const from = journey?.from ?? (cluster === null ? null : senderOf(draft, cluster));
  const text = from === null ? null : JSON.stringify({ from, to: journey?.to ?? draft.to });
  // Made by the line above.
  return useMemo(() => (text === null ? null : (JSON.parse(text) as Asked)), [text]);
}

function useOdds(asked: Asked | null): Distribution | { readonly error: string } | null {
  const version = useStore((state) => state.cluster?.version ?? null);
  const [answer, setAnswer] = useState<{ readonly asked: Asked; readonly said: Distribution | { readonly error: string } } | null>(null);
  useEffect(() => {
    if (asked === null || version === null) return;
    let current = true;
    const request: SendRequest = asked;
    void ask({ kind: "distribution", request }).then((reply) => {
      if (!current) return;
      if (reply.kind === "distribution") setAnswer({ asked, said: reply.distribution });
      else if (reply.kind === "refused") setAnswer({ asked, said: { error: reply.error } });
    });
    return () => {
      current = false;
    };
  }, [asked, version]);
  return answer?.asked === asked ? answer.said : null;
}

/** Requests of that sender to that destination since the cluster last changed, steady ones included; those on their way aside. */
function useSeen(asked: Asked | null): readonly Seen[] {
  const journeys = useStore((state) => state.journeys);
  const passages = useStore((state) => state.passages);
  const steady = useStore((state) => state.traffic?.request ?? null);
  const timeline = useStore((state) => state.timeline);
  const choreography = usePicture((picture) => picture.choreography);
  const arrived = useMoment((moment) => moment.arrived);
  return useMemo(() => {
    if (asked === null) return [];
    const since = countedSince(timeline);
    const hidden = onTheWay(choreography, arrived);
    const isAsked = (from: Sender, to: string): boolean => to === asked.to && JSON.stringify(from) === JSON.stringify(asked.from);
    return [
      ...journeys.filter(({ id, from, to, sentAt }) => sentAt >= since && !hidden.has(id) && isAsked(from, to)),
      ...(steady !== null && isAsked(steady.from, steady.to)
        ? passages.filter(({ to, sentAt }) => sentAt >= since && to === asked.to)
        : []),
    ];
  }, [asked, journeys, passages, steady, timeline, choreography, arrived]);
}

/** Source and destination as they are now, rewritten fields marked, and who holds each. */
import type { ReactElement } from "react";
import type { Header, Journey } from "../../core/network/trace.ts";
import type { ClusterView } from "../../core/simulation/view.ts";
import type { Beat } from "../../scene/contract.ts";
import { Icon } from "../parts/icons.tsx";
import { send } from "../state/commands.ts";
import { holder, socket } from "../state/format.ts";
import { usePicture } from "../state/picture.ts";
import { useMoment } from "../state/playback.ts";
import { addressName, names } from "../state/pointing-names.ts";
import { useStore } from "../state/store.ts";
import { SpanSummary, TrafficSummary } from "../watch/summary.tsx";
import { breakable } from "./hop-card.tsx";
import { followNeighbour } from "../timeline/timeline.tsx";

export function PacketHeader(): ReactElement {
  const journey = usePicture((picture) => picture.journey);
  const choreography = usePicture((picture) => picture.choreography);
  const cluster = useStore((state) => state.cluster);
  const index = useMoment((moment) => moment.beat);
  const atEnd = useMoment((moment) => moment.atEnd);
  const still = useMoment((moment) => moment.still);
  const many = useStore((state) => state.journeys.length > 1);
  const live = useStore((state) => state.live);
  const watched = useStore((state) => state.watched !== null);
  if (watched) return <SpanSummary />;
  if (live) return <TrafficSummary />;
  if (journey === null || choreography === null || cluster === null) return <NothingYet />;
  const beat = choreography.beats[Math.max(0, index)];
  const glyph = atEnd ? ENDS[journey.outcome.kind].glyph : "packet";
  return (
    <div className="pkt">
      <div className="t">
        <Icon name={glyph} />
        <h2>Request {journey.id}</h2>
        <span className="c3 state clip">{beat === undefined ? "" : stateOf(journey, beat, index, atEnd)}</span>
        <span className="grow" />
        {many && (
          <>
            <button type="button" className="tool small" aria-label="Previous request" onClick={() => followNeighbour(-1)}>
              <Icon name="back" size={14} />
            </button>
            <button type="button" className="tool small" aria-label="Next request" onClick={() => followNeighbour(1)}>
              <Icon name="step" size={14} />
            </button>
          </>
        )}
      </div>
      {beat !== undefined && (
        <Addresses
          beat={beat}
          first={choreography.beats.find((one) => one.glyph !== "dns" && one.direction === beat.direction)}
          done={still || atEnd}
          cluster={cluster}
        />
      )}
    </div>
  );
}

function NothingYet(): ReactElement {
  const ready = useStore((state) => state.cluster !== null);
  return (
    <div className="pkt">
      <div className="t">
        <Icon name="packet" />
        <h2>No request yet</h2>
      </div>
      <p className="empty">Send a request to follow it here.</p>
      <button type="button" className="btn" disabled={!ready} onClick={() => send()}>
        Send
      </button>
    </div>
  );
}

const PURPOSES = {
  "dns-query": "DNS query",
  "dns-answer": "DNS answer",
  syn: "TCP SYN",
  "syn-ack": "TCP SYN, ACK",
  ack: "TCP ACK",
  request: "HTTP request",
  response: "HTTP response",
  fin: "TCP FIN",
  reset: "TCP reset",
  init: "SCTP INIT",
  "init-ack": "SCTP INIT ACK",
  "cookie-echo": "SCTP COOKIE ECHO",
  "cookie-ack": "SCTP COOKIE ACK",
  sack: "SCTP SACK",
  shutdown: "SCTP SHUTDOWN",
  "shutdown-ack": "SCTP SHUTDOWN ACK",
  "shutdown-complete": "SCTP SHUTDOWN COMPLETE",
  abort: "SCTP ABORT",
  datagram: "datagram",
  "datagram-reply": "datagram back",
  "icmp-error": "ICMP error",
} as const;

export const ENDS = {
  delivered: { words: "answered", glyph: "packet" },
  refused: { words: "connection refused", glyph: "reject" },
  unreachable: { words: "no route to host", glyph: "reject" },
  dropped: { words: "timed out", glyph: "drop" },
  "dns-failed": { words: "name not resolved", glyph: "drop" },
  unmodelled: { words: "not simulated", glyph: "info" },
} as const;

function stateOf(journey: Journey, beat: Beat, index: number, atEnd: boolean): string {
  if (atEnd) return ENDS[journey.outcome.kind].words;
  if (index < 0) return "ready to go";
  const purpose = journey.packets[beat.hops[0]?.[0] ?? 0]?.purpose;
  return purpose === undefined ? "in flight" : `${PURPOSES[purpose]}, in flight`;
}

interface AddressesProps {
  readonly beat: Beat;
  /** The first that is told of this packet's way: its header is as it was sent. */
  readonly first: Beat | undefined;
  /** The beat has shown what it is about: the header is as it is after it. */
  readonly done: boolean;
  readonly cluster: ClusterView;
}

function Addresses({ beat, first, done, cluster }: AddressesProps): ReactElement {
  // Where the way ends it is the packet that was stopped, not the error that answers it.
  const now: Header = done && !beat.trouble ? beat.after : beat.before;
  // A look-up ends with the answer, whose two ends are those of the question the other way round: nothing was rewritten for good.
  const lookup = beat.glyph === "dns";
  const sent = lookup ? now : (first?.before ?? beat.before);
  const changed = { src: now.src !== sent.src, dst: now.dst !== sent.dst };
  return (
    <div className="addr">
      <End address={now.src} port={now.srcPort} was={changed.src ? sent.src : null} cluster={cluster} />
      <Icon name="arrow" size={14} className="c3" />
      <End address={now.dst} port={now.dstPort} was={changed.dst ? sent.dst : null} cluster={cluster} />
    </div>
  );
}

interface EndProps {
  readonly address: string;
  readonly port: number;
  /** The address it had when it was sent, where it has another now: it is marked, and the old one named beside it. */
  readonly was: string | null;
  readonly cluster: ClusterView;
}

function End({ address, port, was, cluster }: EndProps): ReactElement {
  const text = socket(address, port);
  const who = holder(cluster, address);
  const before = was === null ? null : holder(cluster, was);
  return (
    <div>
      <div className="a">
        <span className={was === null ? undefined : "hl"} {...names(addressName(address))}>
          {breakable(text)}
        </span>
      </div>
      <small>
        {who === null ? "nobody in sight" : <Named who={who} />}
        {before !== null && (
          <>
            , was <Named who={before} />
          </>
        )}
      </small>
    </div>
  );
}

function Named({ who }: { readonly who: { readonly kind: string; readonly name: string } }): ReactElement {
  if (who.kind !== "service") return <span>{who.name}</span>;
  return (
    <span className="svcname">
      <Icon name="service" size={12} />
      <span className="svc-t">{who.name}</span>
    </span>
  );
}

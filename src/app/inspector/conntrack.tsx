/** One card for each entry, as they stood at the moment on show: newest first, grouped by node. */
import { useState, type ReactElement } from "react";
import { conntrackLines, conntrackSummary } from "../../core/netfilter/conntrack-text.ts";
import type { ConntrackView, Hop, Journey } from "../../core/network/trace.ts";
import { virtualAt } from "../../scene/show-time.ts";
import { Icon } from "../parts/icons.tsx";
import { Segmented } from "../parts/segmented.tsx";
import { follow, sourceOf } from "../state/commands.ts";
import { duration, plural, socket } from "../state/format.ts";
import { usePicture } from "../state/picture.ts";
import { showMsNow, useMoment } from "../state/playback.ts";
import { addressName, names as called } from "../state/pointing-names.ts";
import { useStore } from "../state/store.ts";
import { endsOf } from "./conntrack-places.ts";
import { Places, PlacesOf } from "./places.tsx";
import { useConntrack } from "./use-answers.ts";
import { isGateHop } from "./walk.ts";

type Look = "cards" | "text";
const LOOKS = [
  { value: "cards", label: "Cards" },
  { value: "text", label: "conntrack -L" },
] as const;

export function ConntrackTab(): ReactElement {
  const cluster = useStore((state) => state.cluster);
  const now = useStore((state) => state.now);
  const journey = usePicture((picture) => picture.journey);
  const choreography = usePicture((picture) => picture.choreography);
  const beat = useMoment((moment) => moment.beat);
  const names = cluster?.nodes.map((node) => node.name) ?? [];
  const tables = useConntrack(names);
  // Between beats nothing here changes; the moment is read when one begins.
  const at =
    choreography === null || beat < 0
      ? (journey?.sentAt ?? now)
      : virtualAt(choreography, Math.max(showMsNow(), choreography.beats[beat]?.stillMs ?? 0));
  const [look, setLook] = useState<Look>("cards");
  const [most, setMost] = useState(CARDS);
  const shown = names
    .map((node) => [node, entriesAt(tables.get(node) ?? [], journey, node, at)] as const)
    .filter(([, entries]) => entries.length > 0);
  if (shown.length === 0) return <p className="emptytab">No connections yet.</p>;
  const all = shown.flatMap(([, entries]) => entries);
  const rewritten = all.find((entry) => isRewritten(entry));
  const each = cardsEach(
    shown.map(([, { length }]) => length),
    most,
  );
  // What the request on show left there is always among them.
  const carded = (entry: ConntrackView, i: number): boolean => i < each || (journey !== null && entry.journey === journey.id);
  return (
    <>
      {shown.map(([node, entries], i) => (
        <section key={node} aria-label={`Conntrack of ${node}`}>
          <div className="ibar">
            <b {...called(`node:${node}`)}>{node}</b>
            {plural(entries.length, "entry", "entries")}
            <PlacesOf thing={{ kind: "node", name: node }} />
            <span className="grow" />
            {i === 0 && <Segmented<Look> label="How entries are shown" value={look} choices={LOOKS} onChange={setLook} />}
          </div>
          {look === "text" ? (
            <ListText node={node} entries={entries} at={at} />
          ) : (
            entries.filter(carded).map((entry) => <Entry key={entry.id} entry={entry} journey={journey} at={at} />)
          )}
        </section>
      ))}
      {each < Infinity && look === "cards" && (
        <button type="button" className="btn" style={{ margin: "4px 16px 12px" }} onClick={() => setMost(most + CARDS)}>
          Show {CARDS} more of {plural(all.length, "entry", "entries")}
        </button>
      )}
      {rewritten !== undefined && look === "cards" && (
        <p className="foot">
          The line marked <b>back</b> is what undoes the rewrite: a reply from {socket(rewritten.reply.src, rewritten.reply.srcPort)} leaves{" "}
          {rewritten.node} as {socket(rewritten.original.dst, rewritten.original.dstPort)}.
        </p>
      )}
    </>
  );
}

/** So many cards at first, and with each press on more: hundreds at once take the page longer to lay out than several frames. */
const CARDS = 24;

/** How many of each table: as many as there is room for in all, at least one of each, and all of those that are short. */
export function cardsEach(lengths: readonly number[], most: number): number {
  let room = most;
  for (const [i, length] of lengths.toSorted((a, b) => a - b).entries()) {
    const share = Math.floor(room / (lengths.length - i));
    if (length > share) return Math.max(1, share);
    room -= length;
  }
  return Infinity;
}

/**
 * The table at a moment: what was created by then, and for the request on show the state that its packets had seen
 * by then (the table itself is that of the end of the run).
 */
export function entriesAt(table: readonly ConntrackView[], journey: Journey | null, node: string, at: number): readonly ConntrackView[] {
  const seen = new Map<number, ConntrackView>();
  for (const hop of journey?.packets.flatMap((packet) => packet.hops) ?? []) {
    if (hasEntry(hop) && hop.node === node && hop.at <= at) seen.set(hop.entry.id, hop.entry);
  }
  const ofJourney = new Set(seen.keys());
  const rest = table.filter(
    (entry) => !ofJourney.has(entry.id) && entry.createdAt <= at && (entry.journey === null || entry.journey !== journey?.id),
  );
  const passed = table.filter(
    (entry) => !ofJourney.has(entry.id) && journey !== null && entry.journey === journey.id && entry.createdAt <= at,
  );
  return [...seen.values(), ...passed, ...rest].sort((a, b) => b.createdAt - a.createdAt || b.id - a.id);
}

type WithEntry = Extract<Hop, { readonly entry: ConntrackView }>;
function hasEntry(hop: Hop): hop is WithEntry {
  return isGateHop(hop) && "entry" in hop;
}

function isRewritten(entry: ConntrackView): boolean {
  return entry.reply.src !== entry.original.dst || entry.reply.srcPort !== entry.original.dstPort || entry.reply.dst !== entry.original.src;
}

/** As `conntrack -L` prints them on the node, the oldest first, to be copied. */
function ListText({
  node,
  entries,
  at,
}: {
  readonly node: string;
  readonly entries: readonly ConntrackView[];
  readonly at: number;
}): ReactElement {
  const [copied, setCopied] = useState<"no" | "yes" | "by-hand">("no");
  const lines = conntrackLines([...entries].reverse(), at);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(lines.map((line) => `${line}\n`).join(""));
      setCopied("yes");
    } catch {
      setCopied("by-hand");
    }
  };
  return (
    <div className="listtext">
      {/* Long lines scroll: so the keyboard can reach it. */}
      <pre className="mono" tabIndex={0} aria-label={`conntrack -L on ${node}`}>
        {lines.join("\n")}
      </pre>
      <div className="row">
        <span className="c3">{conntrackSummary(lines.length)}</span>
        <span className="grow" />
        <button type="button" className="btn quiet" onClick={() => void copy()}>
          <Icon name={copied === "yes" ? "check" : "link"} size={14} />
          {copied === "yes" ? "Copied" : copied === "by-hand" ? "Select and copy" : "Copy"}
        </button>
      </div>
    </div>
  );
}

/** Whose connection it is; of another request the way to it. */
function Title({
  entry: { journey },
  own,
  isDns,
}: {
  readonly entry: ConntrackView;
  readonly own: boolean;
  readonly isDns: boolean;
}): ReactElement {
  const kept = useStore((state) => journey !== null && state.journeys.some(({ id }) => id === journey));
  if (journey === null) return <b>Another flow</b>;
  if (own) return <b>{isDns ? "Its DNS query" : `Request ${journey}`}</b>;
  const text = isDns ? `DNS query of request ${journey}` : `Request ${journey}`;
  if (!kept) return <b>{text}</b>;
  return (
    <button type="button" className="link" onClick={() => follow(journey, "hold")}>
      {text}
    </button>
  );
}

/** In the manifests: whom it was meant for, else who answers. */
function EntryPlaces({ entry }: { readonly entry: ConntrackView }): ReactElement | null {
  useStore((state) => state.files);
  const cluster = useStore((state) => state.cluster);
  if (cluster === null) return null;
  const ends = endsOf(cluster, entry);
  const source =
    ends
      .toReversed()
      .map(sourceOf)
      .find((place) => place !== null) ?? null;
  const { src, srcPort, dst, dstPort } = entry.original;
  return <Places what={`Connection of ${socket(src, srcPort)} to ${socket(dst, dstPort)}`} source={source} things={ends} />;
}

function Entry({
  entry,
  journey,
  at,
}: {
  readonly entry: ConntrackView;
  readonly journey: Journey | null;
  readonly at: number;
}): ReactElement {
  const { original, reply } = entry;
  const isDns = original.protocol === "UDP" && (original.dstPort === 53 || reply.srcPort === 53);
  const own = journey !== null && entry.journey === journey.id;
  const left = entry.expiresAt - at;
  const srcChanged = reply.src !== original.dst || reply.srcPort !== original.dstPort;
  const dstChanged = reply.dst !== original.src || reply.dstPort !== original.srcPort;
  return (
    <div className={`ct-e ${own && !isDns ? "on" : ""} ${left <= 0 ? "gone" : ""}`}>
      <div className="h">
        <Title entry={entry} own={own} isDns={isDns} />
        <span className="clip">
          {original.protocol.toLowerCase()}
          {entry.state === "" ? "" : `, ${entry.state}`}
        </span>
        <span className="grow" />
        <span className="nowrap">{left <= 0 ? "expired" : `${duration(left)} left`}</span>
        <EntryPlaces entry={entry} />
      </div>
      <div className="tup">
        <span className="f">out</span>
        <span {...called(addressName(original.src))}>{socket(original.src, original.srcPort)}</span>
        <Icon name="arrow" size={12} />
        <span {...called(addressName(original.dst))}>{socket(original.dst, original.dstPort)}</span>
        <span className="f">back</span>
        <span className={srcChanged ? "hl" : ""} {...called(addressName(reply.src))}>
          {socket(reply.src, reply.srcPort)}
        </span>
        <Icon name="arrow" size={12} />
        <span className={dstChanged ? "hl" : ""} {...called(addressName(reply.dst))}>
          {socket(reply.dst, reply.dstPort)}
        </span>
      </div>
    </div>
  );
}

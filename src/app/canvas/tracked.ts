/** How many connections a node's conntrack holds, moment by moment of the request on show. Pure. */
import type { ConntrackView, Journey } from "../../core/network/trace.ts";
import type { Choreography, Tracked } from "../../scene/contract.ts";
import { showAt } from "../../scene/show-time.ts";

export interface TrackedInput {
  readonly node: string;
  /** As it is at the end of the run so far. */
  readonly table: readonly ConntrackView[];
  /** What is told of the request on show, and the request; null: the moment `now` alone. */
  readonly told: { readonly journey: Journey; readonly choreography: Choreography } | null;
  /** Virtual nanoseconds. */
  readonly now: number;
}

/** An entry counts from its creation until it expires. */
export function trackedOf({ node, table, told, now }: TrackedInput): Tracked {
  if (told === null) return { node, counts: [{ fromMs: 0, count: aliveAt(table, now) }] };
  const { journey, choreography } = told;
  const entries = [...new Map([...ownEntries(journey, node), ...table].map((entry) => [entry.id, entry])).values()];
  const { sentAt, endedAt } = journey;
  const changes = entries.flatMap(({ createdAt, expiresAt }) => [createdAt, expiresAt]).filter((at) => at > sentAt && at <= endedAt);
  const times = [...new Set(changes)].sort((a, b) => a - b);
  return {
    node,
    counts: [
      { fromMs: 0, count: aliveAt(entries, sentAt) },
      ...times.map((at) => ({ fromMs: showAt(choreography, at), count: aliveAt(entries, at) })),
    ],
  };
}

function aliveAt(entries: readonly ConntrackView[], at: number): number {
  return entries.filter(({ createdAt, expiresAt }) => createdAt <= at && at < expiresAt).length;
}

/** What its packets met on this node; the table may have forgotten it since. */
function ownEntries(journey: Journey, node: string): readonly ConntrackView[] {
  return journey.packets.flatMap(({ hops }) => hops.flatMap((hop) => ("entry" in hop && hop.node === node ? [hop.entry] : [])));
}

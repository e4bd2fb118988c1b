/**
 * Which interface saw which packet when. Each Pod, node and outside host has one interface to the others, `eth0`; a
 * Pod's is the end of its veth pair, so that what leaves it is seen before the node's rules and what enters it after them.
 */
import type { Nanos } from "../../core/base/time.ts";
import type { Header, Hop, Journey, PacketTrace, Place } from "../../core/network/trace.ts";

/** `pod default/web-1`, `node node-1`, `outside external`. */
export type InterfaceName = string;

export interface Sighting {
  readonly interface: InterfaceName;
  readonly at: Nanos;
  readonly direction: "in" | "out";
  readonly journey: number;
  readonly packet: PacketTrace;
  readonly header: Header;
  readonly ttl: number;
}

/** All of them in the order of time; of equal times, in the order of journeys, packets and hops. */
export function sightingsOf(journeys: readonly Journey[]): readonly Sighting[] {
  const seen = journeys.flatMap((journey) =>
    journey.packets.flatMap((packet) => packet.hops.flatMap((hop) => ofHop(journey.id, packet, hop))),
  );
  return seen
    .map((sighting, order) => ({ sighting, order }))
    .sort((a, b) => a.sighting.at - b.sighting.at || a.order - b.order)
    .map(({ sighting }) => sighting);
}

function ofHop(journey: number, packet: PacketTrace, hop: Hop): readonly Sighting[] {
  const out = (place: Place): readonly Sighting[] => sighting(place, "out", hop.at, hop.before);
  const into = (place: Place): readonly Sighting[] => sighting(place, "in", hop.endsAt, hop.after);
  const sighting = (place: Place, direction: "in" | "out", at: Nanos, header: Header): readonly Sighting[] => {
    const name = interfaceOf(place);
    return name === null ? [] : [{ interface: name, at, direction, journey, packet, header, ttl: hop.ttl }];
  };
  switch (hop.kind) {
    case "leave":
      // A process of the node itself reaches the rules without an interface.
      return hop.from.kind === "pod" ? out(hop.from) : [];
    case "deliver":
      return hop.to.kind === "node" || hop.from.kind === "outside" ? [] : into(hop.to);
    case "enter-cluster":
    case "leave-cluster":
    case "cross":
      return [...out(hop.from), ...into(hop.to)];
    case "lost":
      // Nobody answered for the address: no frame was ever sent.
      return hop.from.kind === "gate" && (hop.why === "no-route" || hop.why === "node-down") && hop.route !== null ? out(hop.from) : [];
    case "send":
    case "pass":
    case "rewrite":
    case "known":
    case "restore":
    case "reject":
    case "drop":
    case "accept":
    case "refuse":
      return [];
  }
}

/** null: a place behind the gateway. */
export function interfaceOf(place: Place): InterfaceName | null {
  switch (place.kind) {
    case "pod":
      return `pod ${place.pod}`;
    case "node":
    case "gate":
      return `node ${place.node}`;
    case "outside":
      return `outside ${place.id}`;
    case "beyond":
      return null;
  }
}

/** The network's events, handled one at a time, and the journey that remains when a request is over. */
import { endpointText } from "../base/address.ts";
import type { Protocol } from "../base/names.ts";
import type { Nanos } from "../base/time.ts";
import { DATAGRAM_TEXT, begin, onClientEvent, onTimer, requestText } from "./client.ts";
import { CLIENT } from "./delays.ts";
import { emit, passGate } from "./delivery.ts";
import type { Destination, Emission, Flight, NetworkEvent, PacketDraft } from "./flight.ts";
import type { KeepPolicy } from "./kept.ts";
import { lookupTrace } from "./lookup.ts";
import { receive, upstreamReplied } from "./sockets.ts";
import type { Content, Journey, PacketTrace, Place, Sender } from "./trace.ts";
import type { World } from "./world.ts";

/** Starts a request now: its first packets are in the queue when this returns. */
export function startFlight(
  world: World,
  request: {
    readonly id: number;
    readonly from: Sender;
    readonly place: Place;
    readonly sources: readonly string[];
    readonly destination: Destination;
    readonly protocol: Protocol;
    readonly keep?: KeepPolicy | null;
    readonly patience?: Nanos;
  },
): Flight {
  const flight = emptyFlight(world, request);
  begin(world, flight);
  return flight;
}

/** A flight that has waited for its client's connection goes on. */
export function resumeFlight(world: World, flight: Flight): void {
  if (flight.result === null) begin(world, flight);
}

export function emptyFlight(
  world: World,
  request: Pick<Flight, "id" | "from" | "place" | "sources" | "destination" | "protocol"> & {
    readonly keep?: KeepPolicy | null;
    readonly patience?: Nanos;
  },
): Flight {
  return {
    ...request,
    keep: request.keep ?? null,
    patience: request.patience ?? CLIENT.connectTimeout,
    use: null,
    isClosing: false,
    sentAt: world.now,
    lookup: null,
    addresses: [],
    conversations: [],
    packets: [],
    deadNeighbours: [],
    pendingDns: [],
    passed: [],
    findings: { servicePort: null, endpoint: null, pod: null, node: null, sourceSeen: null, masqueraded: false },
    open: 0,
    timers: { lookup: 0, retry: 0, "connect-timeout": 0, "answer-timeout": 0 },
    result: null,
  };
}

/** True for a timer that was set anew or cancelled: it must not move the clock. */
export function isStale(flight: Flight, event: NetworkEvent): boolean {
  if (event.kind === "upstream-reply") return flight.pendingDns[event.pending]?.over === true;
  return event.kind === "timer" && (flight.result !== null || flight.timers[event.purpose] !== event.generation);
}

/** Nothing of the request is under way any more and the client knows its result. */
export function isOver(flight: Flight): boolean {
  return flight.open === 0 && flight.result !== null;
}

/** Handles one event of the flight at `world.now`. */
export function handleEvent(world: World, flight: Flight, event: NetworkEvent): void {
  switch (event.kind) {
    case "at-gate":
      return atGate(world, flight, event);
    case "at-place": {
      const learned = receive(world, flight, packetOf(flight, event.packet), event.place);
      if (learned !== null) onClientEvent(world, flight, learned);
      return;
    }
    case "emit": {
      flight.open -= 1;
      const { from } = event.emission;
      if (from.kind === "pod" && !world.topology.pods.has(from.pod)) return;
      if ((from.kind === "pod" || from.kind === "node" || from.kind === "gate") && world.topology.nodes.get(from.node)?.stopped === true)
        return;
      if (hasEnded(world, event.emission)) return;
      emit(world, flight, event.emission);
      return;
    }
    case "timer":
      if (!isStale(flight, event)) onTimer(world, flight, event.purpose);
      return;
    case "upstream-reply":
      if (!isStale(flight, event)) upstreamReplied(world, flight, event.pending);
      return;
  }
}

/** The server that was to send it ended before it did. */
function hasEnded(world: World, { from, packet, process }: Emission): boolean {
  if (process === undefined || packet.protocol === "ICMP") return false;
  return world.server(from, packet.src, packet.protocol, packet.srcPort)?.process !== process;
}

function atGate(world: World, flight: Flight, event: Extract<NetworkEvent, { kind: "at-gate" }>): void {
  const draft = packetOf(flight, event.packet);
  const { passage, local } = passGate(world, flight, draft, event.node, event.inInterface);
  const conversation = flight.conversations[draft.conversation];
  if (conversation === undefined || draft.direction !== "out") return;
  if (conversation.use === "request") noteService(flight, draft);
  const stopped = passage.kind === "rejected" || passage.kind === "dropped";
  // A process of the node whose datagram a rule stops hears of it from send() itself (measured).
  if (stopped && local && flight.place.kind === "node" && draft.packet.protocol === "UDP") {
    onClientEvent(world, flight, { kind: "not-permitted", conversation, packet: draft });
  }
}

/** The service port whose rule caught the connection, the first one that did, and the endpoint that it was sent to. */
function noteService(flight: Flight, draft: PacketDraft): void {
  for (const hop of draft.hops) {
    if ((hop.kind === "rewrite" || hop.kind === "known") && hop.changed.destination)
      flight.findings.endpoint ??= endpointText(hop.after.dst, hop.after.dstPort);
    if (hop.kind === "rewrite" || hop.kind === "reject" || hop.kind === "drop") flight.findings.servicePort ??= hop.servicePort;
  }
}

function packetOf(flight: Flight, index: number): PacketDraft {
  const draft = flight.packets[index];
  if (draft === undefined) throw new Error(`journey ${flight.id} has no packet ${index}`);
  return draft;
}

/** The finished journey. Throws for one that is still under way: a packet without an outcome is our own mistake. */
export function journeyOf(flight: Flight): Journey {
  const { id, from, destination, sentAt, result, findings, lookup } = flight;
  if (result === null) throw new Error(`journey ${id} is not over`);
  return {
    id,
    from,
    to: destination.text,
    sentAt,
    endedAt: result.at,
    lookup: lookup === null ? null : lookupTrace(lookup),
    packets: flight.packets.map((draft) => packetTrace(id, draft)),
    outcome: result.outcome,
    ...findings,
    clientSays: result.says,
    ...(flight.use === null ? {} : { connection: flight.use }),
  };
}

function packetTrace(journey: number, draft: PacketDraft): PacketTrace {
  const { index, purpose, direction, answers, ipId, tcp, payloadBytes, hops, outcome } = draft;
  const payload = payloadBytes === 0 ? null : contentOf(draft);
  if (outcome === null) throw new Error(`packet ${index} of journey ${journey} has no outcome`);
  const { sctpChunk: sctp } = draft.packet;
  return { index, purpose, direction, answers, ipId, tcp, ...(sctp === undefined ? {} : { sctp }), payloadBytes, payload, hops, outcome };
}

function contentOf({ payload, packet }: PacketDraft): Content | null {
  switch (payload.kind) {
    case "none":
      return null;
    case "dns":
      return payload;
    case "request":
      return { kind: "text", text: packet.protocol === "TCP" ? requestText(payload.destination) : DATAGRAM_TEXT };
    case "response":
      return { kind: "text", text: payload.text };
  }
}

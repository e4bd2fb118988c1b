/**
 * A packet before a socket: the client's own, a server's, or nobody's. Servers are found by asking who listens; a
 * client's socket takes only what comes from whom it talked to, so an answer that was not translated back is refused,
 * as a kernel would.
 */
import { endpointText } from "../base/address.ts";
import { encodeMessage } from "../dns/message.ts";
import type { Transport } from "../dns/records.ts";
import type { Packet } from "../netfilter/packet.ts";
import { DELAYS } from "./delays.ts";
import { accept, emitLater, placeKey, receiverDown, receiverGone, refuse } from "./delivery.ts";
import type { Conversation, Flight, PacketDraft, Payload } from "./flight.ts";
import {
  clientReceives,
  flagsOf,
  serverOf,
  serverOpens,
  serverReceives,
  serverReplies,
  strange,
  type ClientEvent,
  type Reply,
} from "./tcp.ts";
import { associationReceives, associationServes } from "./sctp.ts";
import { headerOf } from "./gate.ts";
import { mayAnswerWithError } from "./icmp.ts";
import type { Answered, CoreDnsPending } from "./name-service.ts";
import type { Header, Place } from "./trace.ts";
import { familyOf } from "./topology.ts";
import { tryUpstream } from "./upstream.ts";
import type { Server, World } from "./world.ts";

const NOTHING: Payload = { kind: "none" };

/** Handles `at-place`. Returns what the client program learns, if it does. */
export function receive(world: World, flight: Flight, draft: PacketDraft, place: Place): ClientEvent | null {
  const learned = take(world, flight, draft, place);
  if (learned?.conversation.use !== "upstream") return learned;
  upstreamHeard(world, flight, learned.conversation, learned.kind === "answered" ? "answer" : "unreachable");
  return null;
}

function take(world: World, flight: Flight, draft: PacketDraft, place: Place): ClientEvent | null {
  if ((place.kind === "pod" || place.kind === "node") && world.topology.nodes.get(place.node)?.stopped === true) {
    receiverDown(world, flight, draft, place);
    return null;
  }
  if (place.kind === "pod" && !isThere(world, place.pod, draft.packet.dst)) {
    receiverGone(world, flight, draft, place);
    return null;
  }
  const conversation = flight.conversations[draft.conversation];
  if (conversation === undefined) throw new Error(`packet ${draft.index} belongs to no conversation`);
  const { icmp } = draft.packet;
  if (icmp?.kind === "error")
    return receiveError(world, flight, { draft, place, conversation, quoted: icmp.quoted, code: icmp.code, type: icmp.type });
  if (isClientSocket(conversation, draft.packet, place)) {
    if (conversation.sctp !== null) return associationReceives(world, flight, conversation, conversation.sctp, draft);
    return draft.packet.protocol === "TCP"
      ? clientReceives(world, flight, conversation, draft)
      : clientTakesDatagram(world, flight, conversation, draft);
  }
  if (draft.packet.protocol === "SCTP") {
    const listening = world.server(place, draft.packet.dst, "SCTP", draft.packet.dstPort);
    if (draft.packet.sctpChunk === "INIT") found(flight, conversation, draft, place, listening);
    associationServes(world, flight, { conversation, draft, place, listening }, () => replyOf(world, flight, draft, place));
    return null;
  }
  return draft.packet.protocol === "TCP"
    ? serveSegment(world, flight, conversation, draft, place)
    : serveDatagram(world, flight, conversation, draft, place);
}

function isThere(world: World, pod: string, address: string): boolean {
  return address.startsWith("127.") || address === "::1" || (world.topology.pods.get(pod)?.addresses.includes(address) ?? false);
}

function isClientSocket(conversation: Conversation, packet: Packet, place: Place): boolean {
  const { header } = conversation;
  return (
    placeKey(place) === placeKey(conversation.place) &&
    packet.protocol === header.protocol &&
    packet.dst === header.src &&
    packet.dstPort === header.srcPort &&
    packet.src === header.dst &&
    packet.srcPort === header.dstPort
  );
}

function sameHeader(a: Header, b: Header): boolean {
  return a.src === b.src && a.srcPort === b.srcPort && a.dst === b.dst && a.dstPort === b.dstPort && a.protocol === b.protocol;
}

/** An ICMP error is told to the socket whose packet it quotes; a stranger's is accepted and forgotten. */
function receiveError(
  world: World,
  flight: Flight,
  error: {
    readonly draft: PacketDraft;
    readonly place: Place;
    readonly conversation: Conversation;
    readonly quoted: Header;
    readonly type: number;
    readonly code: number;
  },
): ClientEvent | null {
  const { draft, place, conversation, quoted } = error;
  accept(world, flight, draft, place, null);
  if (conversation.over || placeKey(place) !== placeKey(conversation.place) || !sameHeader(quoted, conversation.header)) return null;
  // On an established connection an error is only advice (RFC 1122, 4.2.3.9).
  if (conversation.tcp !== null && conversation.tcp.state !== "syn-sent") return null;
  const portUnreachable = draft.packet.family === "IPv4" ? error.code === 3 || error.code === 2 : error.code === 4;
  // A UDP socket is not told that the host is unreachable: it waits (measured).
  if (conversation.tcp === null && !portUnreachable) return null;
  return { kind: portUnreachable ? "refused" : "unreachable", conversation, packet: draft };
}

function clientTakesDatagram(world: World, flight: Flight, conversation: Conversation, draft: PacketDraft): ClientEvent | null {
  const { payload } = draft;
  if (conversation.over) return nobody(world, flight, draft, conversation.place);
  accept(world, flight, draft, conversation.place, payload.kind === "response" ? payload.says : null);
  return { kind: "answered", conversation, answer: payload, packet: draft };
}

// ---- servers ------------------------------------------------------------------------------------------------------

function serveSegment(world: World, flight: Flight, conversation: Conversation, draft: PacketDraft, place: Place): null {
  const { packet } = draft;
  const flags = flagsOf(packet);
  const server = serverOf(conversation, draft, place);
  if (flags.syn && !flags.ack) {
    const listening = world.server(place, packet.dst, "TCP", packet.dstPort);
    found(flight, conversation, draft, place, listening);
    if (listening !== null) serverOpens(world, flight, conversation, draft, { place, process: listening.process });
    else strange(world, flight, draft, place);
    return null;
  }
  if (server === null) {
    // A connection that this end does not have: rules sent its packets elsewhere before.
    if (draft.payloadBytes > 0) found(flight, conversation, draft, place, null);
    return strange(world, flight, draft, place);
  }
  serverReceives(world, flight, { conversation, server, draft }, () => replyOf(world, flight, draft, place));
  return null;
}

function serveDatagram(world: World, flight: Flight, conversation: Conversation, draft: PacketDraft, place: Place): null {
  const { packet } = draft;
  const listening = packet.protocol === "ICMP" ? null : world.server(place, packet.dst, packet.protocol, packet.dstPort);
  found(flight, conversation, draft, place, listening);
  if (listening === null) return nobody(world, flight, draft, place);
  accept(world, flight, draft, place, null);
  sendDatagram(world, flight, { draft, place, conversation }, replyOf(world, flight, draft, place), listening.process);
  return null;
}

function sendDatagram(
  world: World,
  flight: Flight,
  to: { readonly draft: PacketDraft; readonly place: Place; readonly conversation: Conversation },
  reply: Reply,
  process?: string,
): void {
  if (reply.kind !== "data") return;
  const { draft, place } = to;
  const { packet } = draft;
  emitLater(world, flight, reply.delay, {
    from: place,
    packet: {
      family: packet.family,
      src: packet.dst,
      srcPort: packet.dstPort,
      dst: packet.src,
      dstPort: packet.srcPort,
      protocol: packet.protocol,
    },
    purpose: reply.purpose,
    direction: "back",
    answers: draft.index,
    tcp: null,
    payloadBytes: reply.bytes,
    payload: reply.payload,
    conversation: draft.conversation,
    ...(process === undefined ? {} : { process }),
  });
}

/** What the server at this place sends back to the request that this packet brought. */
function replyOf(world: World, flight: Flight, draft: PacketDraft, place: Place): Reply {
  const { packet, payload } = draft;
  const server = world.server(place, packet.dst, packet.protocol === "ICMP" ? "TCP" : packet.protocol, packet.dstPort);
  if (server === null) return { kind: "close", delay: 0 };
  if (payload.kind === "dns" && server.kind === "dns")
    return askNameServer(world, flight, { draft, place, asked: payload, delay: server.delay });
  return answerOf(server, packet, payload);
}

function answerOf(server: Server, packet: Packet, payload: Payload): Reply {
  const asked = payload.kind === "request" ? payload.destination : { path: "/", host: packet.dst };
  const method = "method" in asked && asked.method !== undefined ? asked.method : "GET";
  const answer = server.answer({ peer: endpointText(packet.src, packet.srcPort), method, path: asked.path, host: asked.host });
  if (answer === null) return { kind: "close", delay: DELAYS.serve + server.delay };
  const purpose = packet.protocol === "TCP" ? "response" : "datagram-reply";
  return {
    kind: "data",
    payload: { kind: "response", says: answer.says, text: answer.text, tls: server.tls },
    bytes: answer.text.length,
    purpose,
    delay: DELAYS.serve + server.delay,
  };
}

function askNameServer(
  world: World,
  flight: Flight,
  question: {
    readonly draft: PacketDraft;
    readonly place: Place;
    readonly asked: Extract<Payload, { kind: "dns" }>;
    readonly delay: number;
  },
): Reply {
  const { draft, place, asked, delay } = question;
  const served = world.names.serve(place, asked.message, asked.transport);
  switch (served.kind) {
    case "reply":
      return {
        kind: "data",
        payload: answerPayload(served, asked.transport),
        bytes: served.bytes,
        purpose: "dns-answer",
        delay: DELAYS.coredns + delay,
      };
    case "forward":
      passOn(world, flight, { place, packet: draft.index, forwarded: served.forwarded }, DELAYS.coredns + delay);
      return { kind: "wait" };
    case "ignore":
      return { kind: "wait" };
  }
}

type Waiting = Pick<CoreDnsPending, "place" | "packet" | "forwarded">;

/** The name server asks its upstream; `upstream-reply` comes when it has an answer or gives this try up. */
function passOn(world: World, flight: Flight, question: Waiting, delay: number): void {
  const way = tryUpstream(world, question.place, question.forwarded);
  const asks = way.kind === "asks";
  const conversation = asks ? askUpstream(world, flight, question, way.header, delay) : null;
  flight.pendingDns.push({ ...question, conversation, heard: asks ? "timeout" : way.heard, over: false });
  flight.open += 1;
  const after = asks ? question.forwarded.timeout : way.after;
  world.after(delay + after, { kind: "upstream-reply", flight: flight.id, pending: flight.pendingDns.length - 1 });
}

/** Sends the question to the name server outside, from a socket of its own. Returns that. */
function askUpstream(world: World, flight: Flight, { place, forwarded }: Waiting, header: Header, delay: number): number {
  const payload: Payload = { kind: "dns", message: forwarded.message, transport: "udp" };
  const index = flight.conversations.length;
  const ends = { tcp: null, sctp: null, associations: [], servers: [], queries: [], lastSent: null, keeps: false, over: false };
  flight.conversations.push({ index, use: "upstream", header, place, payload, ...ends });
  emitLater(world, flight, delay, {
    from: place,
    packet: { family: familyOf(header.src), ...header },
    purpose: "dns-query",
    direction: "out",
    answers: null,
    tcp: null,
    payloadBytes: encodeMessage(forwarded.message).length,
    payload,
    conversation: index,
  });
  return index;
}

/** What came back to the socket that asked an upstream. */
function upstreamHeard(world: World, flight: Flight, conversation: Conversation, heard: CoreDnsPending["heard"]): void {
  const pending = flight.pendingDns.findIndex((one) => one.conversation === conversation.index);
  const waiting = flight.pendingDns[pending];
  if (waiting === undefined || waiting.over) return;
  waiting.heard = heard;
  upstreamReplied(world, flight, pending);
}

function answerPayload({ message, by }: Answered, transport: Transport): Payload {
  return { kind: "dns", message, transport, ...(by === undefined ? {} : { by }) };
}

/** Handles `upstream-reply`: the name server answers who asked it, or tries once more. */
export function upstreamReplied(world: World, flight: Flight, pending: number): void {
  flight.open -= 1;
  const waiting = flight.pendingDns[pending];
  const draft = flight.packets[waiting?.packet ?? -1];
  if (waiting === undefined || draft === undefined || draft.payload.kind !== "dns") throw new Error(`no question waits as ${pending}`);
  waiting.over = true;
  const socket = waiting.conversation === null ? undefined : flight.conversations[waiting.conversation];
  if (socket !== undefined) socket.over = true;
  const { place } = waiting;
  if (place.kind === "pod" && !world.topology.pods.has(place.pod)) return;
  const conversation = flight.conversations[draft.conversation];
  if (conversation === undefined) throw new Error(`packet ${draft.index} belongs to no conversation`);
  const answered = world.names.resume(place, waiting.forwarded, waiting.heard);
  if (answered.kind === "forward") return passOn(world, flight, { place, packet: draft.index, forwarded: answered.forwarded }, 0);
  if (answered.kind === "ignore") throw new Error("a name server ignored the reply that it waited for");
  const reply: Reply = {
    kind: "data",
    payload: answerPayload(answered, draft.payload.transport),
    bytes: answered.bytes,
    purpose: "dns-answer",
    delay: 0,
  };
  if (draft.packet.protocol !== "TCP") return sendDatagram(world, flight, { draft, place, conversation }, reply);
  const server = serverOf(conversation, draft, place);
  if (server !== null) serverReplies(world, flight, { conversation, server, answers: draft.index }, reply);
}

/** No socket takes the datagram: ICMP port unreachable. */
function nobody(world: World, flight: Flight, draft: PacketDraft, place: Place): null {
  const { packet } = draft;
  refuse(world, flight, draft, place, "icmp-port-unreachable");
  if (!mayAnswerWithError(packet)) return null;
  emitLater(world, flight, 0, {
    from: place,
    packet: {
      family: packet.family,
      src: packet.dst,
      srcPort: 0,
      dst: packet.src,
      dstPort: 0,
      protocol: "ICMP",
      icmp: { kind: "error", type: packet.family === "IPv4" ? 3 : 1, code: packet.family === "IPv4" ? 3 : 4, quoted: headerOf(packet) },
    },
    purpose: "icmp-error",
    direction: draft.direction === "out" ? "back" : "out",
    answers: draft.index,
    tcp: null,
    payloadBytes: 28,
    payload: NOTHING,
    conversation: draft.conversation,
  });
  return null;
}

/** Notes where the request's own connection got to. */
function found(flight: Flight, conversation: Conversation, draft: PacketDraft, place: Place, listening: Server | null): void {
  if (conversation.use !== "request" || draft.direction !== "out") return;
  const { src, srcPort, dst, dstPort } = draft.packet;
  const { findings } = flight;
  findings.endpoint = endpointText(dst, dstPort);
  findings.pod = place.kind === "pod" ? place.pod : (listening?.pod ?? null);
  findings.node = place.kind === "pod" || place.kind === "node" ? place.node : null;
  findings.sourceSeen = endpointText(src, srcPort);
  findings.masqueraded = draft.hops.some((hop) => hop.kind === "rewrite" && hop.changed.source);
}

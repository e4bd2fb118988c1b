/**
 * Both ends of a TCP connection as far as a trace shows them: handshake, one request, one answer, close, resets
 * (RFC 9293). Every segment is a packet of its own. Each side counts its own sequence numbers. A client that keeps its
 * connection asks again after the answer's ACK, and leaves the FINs out.
 *
 *   client            server
 *     SYN ───────────▶
 *     ◀────── SYN, ACK
 *     ACK ───────────▶
 *     request ───────▶
 *     ◀──────── answer
 *     ACK ───────────▶
 *     FIN, ACK ──────▶
 *     ◀────── FIN, ACK
 *     ACK ───────────▶
 */
import { nextUint32 } from "../base/random.ts";
import { TCP_ACK, TCP_FIN, TCP_PSH, TCP_RST, TCP_SYN, type Packet } from "../netfilter/packet.ts";
import { CLIENT } from "./delays.ts";
import { accept, emit, emitLater, placeKey, refuse } from "./delivery.ts";
import type { Conversation, Emission, Flight, PacketDraft, Payload, TcpServer } from "./flight.ts";
import { resetFor } from "./icmp.ts";
import { mayAnswerWithError } from "./icmp.ts";
import { familyOf } from "./topology.ts";
import type { Header, Place, Purpose } from "./trace.ts";
import type { World } from "./world.ts";

type Flag = "SYN" | "ACK" | "PSH" | "FIN" | "RST";
const BITS: Readonly<Record<Flag, number>> = { SYN: TCP_SYN, ACK: TCP_ACK, PSH: TCP_PSH, FIN: TCP_FIN, RST: TCP_RST };
const NOTHING: Payload = { kind: "none" };

/** What the client program learns. */
export type ClientEvent =
  | { readonly kind: "connected"; readonly conversation: Conversation }
  | { readonly kind: "answered"; readonly conversation: Conversation; readonly answer: Payload; readonly packet: PacketDraft }
  | {
      readonly kind: "refused" | "unreachable" | "reset" | "not-permitted" | "acknowledged";
      readonly conversation: Conversation;
      readonly packet: PacketDraft;
    };

/** One segment to be sent. */
interface Segment {
  readonly from: Place;
  readonly header: Header;
  readonly flags: readonly Flag[];
  readonly seq: number;
  readonly ack: number;
  readonly purpose: Purpose;
  readonly direction: "out" | "back";
  readonly answers: number | null;
  readonly payload: Payload;
  readonly bytes: number;
  readonly conversation: number;
}

function segment(of: Segment): Emission {
  const packet: Packet = { family: familyOf(of.header.src), ...of.header, tcpFlags: of.flags.reduce((bits, flag) => bits | BITS[flag], 0) };
  return {
    from: of.from,
    packet,
    purpose: of.purpose,
    direction: of.direction,
    answers: of.answers,
    tcp: { flags: of.flags, seq: of.seq, ack: of.ack },
    payloadBytes: of.bytes,
    payload: of.payload,
    conversation: of.conversation,
  };
}

export function flagsOf(packet: Packet): { readonly syn: boolean; readonly ack: boolean; readonly fin: boolean; readonly rst: boolean } {
  const bits = packet.tcpFlags ?? 0;
  return { syn: (bits & TCP_SYN) !== 0, ack: (bits & TCP_ACK) !== 0, fin: (bits & TCP_FIN) !== 0, rst: (bits & TCP_RST) !== 0 };
}

/** An initial sequence number for a socket at this place. */
export function initialSequence(world: World, place: Place): number {
  return nextUint32(world.random(`isn ${placeKey(place)}`));
}

// ---- the client's end ---------------------------------------------------------------------------------------------

interface ClientSegment {
  readonly flags: readonly Flag[];
  readonly purpose: Purpose;
  readonly answers: number | null;
  readonly payload?: Payload;
  readonly bytes?: number;
}

function fromClient(world: World, flight: Flight, conversation: Conversation, what: ClientSegment): number {
  const { tcp } = conversation;
  if (tcp === null) throw new Error(`conversation ${conversation.index} is not TCP`);
  const bytes = what.bytes ?? 0;
  const { flags, purpose, answers } = what;
  const index = emit(
    world,
    flight,
    segment({
      from: conversation.place,
      header: conversation.header,
      flags,
      seq: tcp.seq,
      ack: flags.includes("ACK") ? tcp.ack : 0,
      purpose,
      direction: "out",
      answers,
      payload: what.payload ?? NOTHING,
      bytes,
      conversation: conversation.index,
    }),
  );
  tcp.seq = (tcp.seq + bytes + (flags.includes("SYN") || flags.includes("FIN") ? 1 : 0)) >>> 0;
  return index;
}

/** Sends the SYN, or sends it again. */
export function sendSyn(world: World, flight: Flight, conversation: Conversation): void {
  const { tcp } = conversation;
  if (tcp === null) throw new Error(`conversation ${conversation.index} is not TCP`);
  tcp.seq = tcp.isn;
  tcp.sent += 1;
  conversation.lastSent = fromClient(world, flight, conversation, { flags: ["SYN"], purpose: "syn", answers: null });
}

/** Sends a request on an established connection: a new one, or (`again`) the one that waits for its answer. */
export function sendRequest(world: World, flight: Flight, conversation: Conversation, bytes: number, again = false): void {
  const { tcp, payload } = conversation;
  if (tcp === null) throw new Error(`conversation ${conversation.index} is not TCP`);
  if (again) tcp.seq = tcp.request;
  else tcp.request = tcp.seq;
  tcp.sent = again ? tcp.sent + 1 : 1;
  const purpose = conversation.use === "dns" ? "dns-query" : "request";
  conversation.lastSent = fromClient(world, flight, conversation, { flags: ["PSH", "ACK"], purpose, answers: null, payload, bytes });
}

/** A segment for the client's socket. */
export function clientReceives(world: World, flight: Flight, conversation: Conversation, draft: PacketDraft): ClientEvent | null {
  const { tcp } = conversation;
  if (tcp === null) throw new Error(`conversation ${conversation.index} is not TCP`);
  const flags = flagsOf(draft.packet);
  const from = conversation.place;
  const closes = tcp.state === "closing" || tcp.state === "last-ack";
  if (tcp.state === "closed" || (conversation.over && !closes)) return strange(world, flight, draft, from);
  accept(world, flight, draft, from, saysOf(draft.payload));
  if (flags.rst) {
    const kind = tcp.state === "syn-sent" ? "refused" : "reset";
    if (tcp.state === "closing") return null;
    tcp.state = "closed";
    return { kind, conversation, packet: draft };
  }
  if (tcp.state === "last-ack") {
    tcp.state = "closed";
    return null;
  }
  if (flags.syn && flags.ack && tcp.state === "syn-sent") {
    tcp.state = "established";
    tcp.sent = 0;
    tcp.ack = ((draft.tcp?.seq ?? 0) + 1) >>> 0;
    fromClient(world, flight, conversation, { flags: ["ACK"], purpose: "ack", answers: draft.index });
    return { kind: "connected", conversation };
  }
  if (draft.payloadBytes > 0 && tcp.state === "established") {
    if (draft.tcp?.seq !== tcp.ack) {
      fromClient(world, flight, conversation, { flags: ["ACK"], purpose: "ack", answers: draft.index });
      return null;
    }
    tcp.ack = (tcp.ack + draft.payloadBytes) >>> 0;
    tcp.sent = 0;
    fromClient(world, flight, conversation, { flags: ["ACK"], purpose: "ack", answers: draft.index });
    if (!conversation.keeps) closeClient(world, flight, conversation);
    return { kind: "answered", conversation, answer: draft.payload, packet: draft };
  }
  if (flags.fin) {
    tcp.ack = (tcp.ack + 1) >>> 0;
    if (tcp.state !== "established") {
      tcp.state = "closed";
      fromClient(world, flight, conversation, { flags: ["ACK"], purpose: "ack", answers: draft.index });
      return null;
    }
    tcp.state = "last-ack";
    fromClient(world, flight, conversation, { flags: ["FIN", "ACK"], purpose: "fin", answers: draft.index });
    return { kind: "answered", conversation, answer: NOTHING, packet: draft };
  }
  if (tcp.sent > 0 && draft.tcp?.ack === tcp.seq) return { kind: "acknowledged", conversation, packet: draft };
  return null;
}

/** The client closes first. */
export function closeClient(world: World, flight: Flight, conversation: Conversation): void {
  const { tcp } = conversation;
  if (tcp === null || tcp.state !== "established") return;
  tcp.state = "closing";
  fromClient(world, flight, conversation, { flags: ["FIN", "ACK"], purpose: "fin", answers: null });
}

function saysOf(payload: Payload): string | null {
  return payload.kind === "response" ? payload.says : null;
}

/** A segment that belongs to no connection: the kernel resets it. */
export function strange(world: World, flight: Flight, draft: PacketDraft, place: Place): null {
  refuse(world, flight, draft, place, "tcp-reset");
  if (!mayAnswerWithError(draft.packet)) return null;
  const direction = draft.direction === "out" ? "back" : "out";
  emitLater(world, flight, 0, {
    ...resetFor(draft, draft.packet),
    from: place,
    purpose: "reset",
    direction,
    answers: draft.index,
    payloadBytes: 0,
    payload: NOTHING,
    conversation: draft.conversation,
  });
  return null;
}

// ---- the server's end ---------------------------------------------------------------------------------------------

/** What a server sends back, once it has thought. */
export type Reply =
  | { readonly kind: "data"; readonly payload: Payload; readonly bytes: number; readonly purpose: Purpose; readonly delay: number }
  | { readonly kind: "close"; readonly delay: number }
  /** It will answer later by itself (a name server that asks its upstream). */
  | { readonly kind: "wait" };

interface ServerSegment {
  readonly flags: readonly Flag[];
  readonly purpose: Purpose;
  readonly answers: number | null;
  readonly delay: number;
  readonly payload?: Payload;
  readonly bytes?: number;
  /** Only while this process still runs when it is to be sent. */
  readonly process?: string;
}

function fromServer(world: World, flight: Flight, conversation: Conversation, server: TcpServer, what: ServerSegment): void {
  const bytes = what.bytes ?? 0;
  const { flags, purpose, answers } = what;
  const emission = segment({
    from: server.place,
    header: server.header,
    flags,
    seq: server.seq,
    ack: server.ack,
    purpose,
    direction: "back",
    answers,
    payload: what.payload ?? NOTHING,
    bytes,
    conversation: conversation.index,
  });
  server.seq = (server.seq + bytes + (flags.includes("SYN") || flags.includes("FIN") ? 1 : 0)) >>> 0;
  emitLater(world, flight, what.delay, what.process === undefined ? emission : { ...emission, process: what.process });
}

/** The server's connection that this segment belongs to, by both addresses and ports as they are here. */
export function serverOf(conversation: Conversation, draft: PacketDraft, place: Place): TcpServer | null {
  const { packet } = draft;
  const same = (server: TcpServer): boolean =>
    placeKey(server.place) === placeKey(place) &&
    server.header.src === packet.dst &&
    server.header.srcPort === packet.dstPort &&
    server.header.dst === packet.src &&
    server.header.dstPort === packet.srcPort;
  return conversation.servers.find(same) ?? null;
}

/** A SYN for a listening socket: a new connection, or the SYN-ACK again. */
export function serverOpens(
  world: World,
  flight: Flight,
  conversation: Conversation,
  draft: PacketDraft,
  at: { readonly place: Place; readonly process: string },
): void {
  const { place, process } = at;
  accept(world, flight, draft, place, null);
  let server = serverOf(conversation, draft, place);
  if (server === null) {
    const { src, srcPort, dst, dstPort } = draft.packet;
    const isn = initialSequence(world, place);
    const header: Header = { src: dst, srcPort: dstPort, dst: src, dstPort: srcPort, protocol: "TCP" };
    const ack = ((draft.tcp?.seq ?? 0) + 1) >>> 0;
    server = { place, header, isn, process, seq: isn, ack, state: "syn-received", orphaned: false, answered: null };
    conversation.servers.push(server);
  }
  if (server.state !== "syn-received") return;
  server.seq = server.isn;
  fromServer(world, flight, conversation, server, { flags: ["SYN", "ACK"], purpose: "syn-ack", answers: draft.index, delay: 0 });
}

/** A segment of a connection that the server has. `reply` is asked when the request is there. */
export function serverReceives(
  world: World,
  flight: Flight,
  at: { readonly conversation: Conversation; readonly server: TcpServer; readonly draft: PacketDraft },
  reply: () => Reply,
): void {
  const { conversation, server, draft } = at;
  const flags = flagsOf(draft.packet);
  // Nobody reads any more what comes: RFC 1122, 4.2.2.13.
  if (draft.payloadBytes > 0 && server.state === "closed") return void strange(world, flight, draft, server.place);
  accept(world, flight, draft, server.place, null);
  if (flags.rst) {
    server.state = "closed";
    return;
  }
  if (server.state === "syn-received") server.state = "established";
  if (draft.payloadBytes > 0) {
    if (draft.tcp?.seq !== server.ack) return serverRepeats(world, flight, at);
    server.ack = (server.ack + draft.payloadBytes) >>> 0;
    server.answered = null;
    serverReplies(world, flight, { conversation, server, answers: draft.index }, reply());
  } else if (flags.fin) {
    server.ack = (server.ack + 1) >>> 0;
    const closed = server.state === "closed";
    server.state = "closed";
    const how = closed ? ({ flags: ["ACK"], purpose: "ack" } as const) : ({ flags: ["FIN", "ACK"], purpose: "fin" } as const);
    fromServer(world, flight, conversation, server, { ...how, answers: draft.index, delay: 0 });
  }
}

const ACKNOWLEDGEMENT = { flags: ["ACK"], purpose: "ack" } as const;

/** What came before comes again: its answer is sent again too, as it would be by the server's own timer. */
function serverRepeats(
  world: World,
  flight: Flight,
  { conversation, server, draft }: { readonly conversation: Conversation; readonly server: TcpServer; readonly draft: PacketDraft },
): void {
  const { answered } = server;
  if (answered === null || answered.sentAt > world.now)
    return fromServer(world, flight, conversation, server, { ...ACKNOWLEDGEMENT, answers: draft.index, delay: 0 });
  const now = server.seq;
  server.seq = answered.seq;
  const { payload, bytes, purpose } = answered;
  fromServer(world, flight, conversation, server, { flags: ["PSH", "ACK"], purpose, answers: draft.index, delay: 0, payload, bytes });
  server.seq = now;
}

/** The process of the socket has ended: its kernel closes the connection (RFC 9293, 3.6), whatever it still had to say. */
export function serverEnds(world: World, flight: Flight, conversation: Conversation, server: TcpServer): void {
  const wasOpen = server.state !== "closed";
  server.orphaned = true;
  if (!wasOpen) return;
  server.state = "closed";
  // An answer that was not sent yet never will be: what the peer has seen counts.
  if (server.answered !== null && server.answered.sentAt > world.now) server.seq = server.answered.seq;
  fromServer(world, flight, conversation, server, { flags: ["FIN", "ACK"], purpose: "fin", answers: null, delay: 0 });
}

export function serverReplies(
  world: World,
  flight: Flight,
  to: { readonly conversation: Conversation; readonly server: TcpServer; readonly answers: number },
  reply: Reply,
): void {
  const { conversation, server, answers } = to;
  if (reply.kind === "data") {
    const { payload, bytes, purpose, delay } = reply;
    if (delay > CLIENT.delayedAck)
      fromServer(world, flight, conversation, server, { ...ACKNOWLEDGEMENT, answers, delay: CLIENT.delayedAck });
    server.answered = { seq: server.seq, sentAt: world.now + delay, payload, bytes, purpose };
    fromServer(world, flight, conversation, server, {
      flags: ["PSH", "ACK"],
      purpose,
      answers,
      delay,
      payload,
      bytes,
      process: server.process,
    });
  } else if (reply.kind === "close") {
    if (reply.delay > CLIENT.delayedAck)
      fromServer(world, flight, conversation, server, { ...ACKNOWLEDGEMENT, answers, delay: CLIENT.delayedAck });
    server.state = "closed";
    fromServer(world, flight, conversation, server, { flags: ["FIN", "ACK"], purpose: "fin", answers, delay: reply.delay });
  }
}

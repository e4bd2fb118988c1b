/**
 * Both ends of an SCTP association as far as a trace shows them (RFC 9260): the handshake with its cookie, one request, one
 * answer, shutdown. Every chunk is a packet of its own.
 *
 *   client                      server
 *     INIT ─────────────────────▶
 *     ◀───────────────── INIT ACK       with a cookie: the server remembers nothing yet
 *     COOKIE ECHO ──────────────▶
 *     ◀──────────────── COOKIE ACK
 *     DATA ─────────────────────▶
 *     ◀───────────────────── SACK
 *     ◀───────────────────── DATA
 *     SACK ─────────────────────▶
 *     SHUTDOWN ─────────────────▶
 *     ◀───────────── SHUTDOWN ACK
 *     SHUTDOWN COMPLETE ────────▶
 */
import { SECOND, type Nanos } from "../base/time.ts";
import type { SctpChunk } from "../netfilter/sctp-states.ts";
import { accept, emit, emitLater, placeKey, refuse } from "./delivery.ts";
import type { Conversation, Emission, Flight, PacketDraft, Payload } from "./flight.ts";
import { headerOf } from "./gate.ts";
import type { ClientEvent, Reply } from "./tcp.ts";
import { familyOf } from "./topology.ts";
import type { Header, Place, Purpose } from "./trace.ts";
import type { Server, World } from "./world.ts";

export interface SctpClient {
  state: "cookie-wait" | "cookie-echoed" | "established" | "shutdown-sent" | "closed";
  /** Times that the chunk now waiting for an answer was sent. */
  sent: number;
}

/** An association as its server has it: from the cookie's return. */
export interface SctpServer {
  readonly place: Place;
  /** The peer as it is seen there. */
  readonly peer: Header;
  readonly process: string;
  open: boolean;
}

const NOTHING: Payload = { kind: "none" };

/** RTO.Initial of Linux (net.sctp.rto_initial), doubled each time to RTO.Max. */
const FIRST_RETRY: Nanos = 3 * SECOND;
const LONGEST_RETRY: Nanos = 60 * SECOND;

/** How long the kernel waits after a chunk was sent so often. */
export function chunkWait(sent: number): Nanos {
  return Math.min(FIRST_RETRY * 2 ** (sent - 1), LONGEST_RETRY);
}

const PURPOSES: { readonly [chunk in Exclude<SctpChunk, "DATA">]: Purpose } = {
  INIT: "init",
  "INIT-ACK": "init-ack",
  "COOKIE-ECHO": "cookie-echo",
  "COOKIE-ACK": "cookie-ack",
  SACK: "sack",
  SHUTDOWN: "shutdown",
  "SHUTDOWN-ACK": "shutdown-ack",
  "SHUTDOWN-COMPLETE": "shutdown-complete",
  ABORT: "abort",
};

interface Chunk {
  readonly chunk: SctpChunk;
  readonly from: Place;
  readonly header: Header;
  readonly direction: "out" | "back";
  readonly answers: number | null;
  readonly conversation: number;
  readonly payload?: Payload;
  readonly bytes?: number;
  readonly process?: string;
}

function emission({ chunk, from, header, direction, answers, conversation, payload = NOTHING, bytes = 0, process }: Chunk): Emission {
  const purpose = chunk === "DATA" ? (direction === "out" ? "request" : "response") : PURPOSES[chunk];
  const packet = { family: familyOf(header.src), ...header, sctpChunk: chunk };
  const of = { from, packet, purpose, direction, answers, tcp: null, payloadBytes: bytes, payload, conversation };
  return process === undefined ? of : { ...of, process };
}

// ---- the client's end ---------------------------------------------------------------------------------------------

function fromClient(world: World, flight: Flight, conversation: Conversation, chunk: SctpChunk, more: Partial<Chunk> = {}): number {
  const { place: from, header, index } = conversation;
  return emit(world, flight, emission({ chunk, from, header, direction: "out", answers: null, conversation: index, ...more }));
}

/** Sends the INIT, or sends it again. */
export function sendInit(world: World, flight: Flight, conversation: Conversation, sctp: SctpClient): void {
  sctp.sent += 1;
  conversation.lastSent = fromClient(world, flight, conversation, "INIT");
}

/** Sends what waits for its answer again: the INIT, the cookie, or the request. */
export function sendAgain(world: World, flight: Flight, conversation: Conversation, sctp: SctpClient, bytes: number): void {
  if (sctp.state === "cookie-wait") return sendInit(world, flight, conversation, sctp);
  sctp.sent += 1;
  if (sctp.state === "cookie-echoed") fromClient(world, flight, conversation, "COOKIE-ECHO");
  else fromClient(world, flight, conversation, "DATA", { payload: conversation.payload, bytes });
}

/** Sends the request on an association that stands. */
export function sendData(world: World, flight: Flight, conversation: Conversation, sctp: SctpClient, bytes: number): void {
  sctp.sent = 1;
  conversation.lastSent = fromClient(world, flight, conversation, "DATA", { payload: conversation.payload, bytes });
}

/** A chunk for the client's socket. */
export function associationReceives(
  world: World,
  flight: Flight,
  conversation: Conversation,
  sctp: SctpClient,
  draft: PacketDraft,
): ClientEvent | null {
  const chunk = draft.packet.sctpChunk;
  const { payload } = draft;
  if (sctp.state === "closed") return abort(world, flight, draft, conversation.place);
  accept(world, flight, draft, conversation.place, payload.kind === "response" ? payload.says : null);
  const answer = (next: SctpChunk): number => fromClient(world, flight, conversation, next, { answers: draft.index });
  switch (chunk) {
    case "INIT-ACK":
      if (sctp.state !== "cookie-wait") return null;
      sctp.state = "cookie-echoed";
      sctp.sent = 1;
      answer("COOKIE-ECHO");
      return null;
    case "COOKIE-ACK":
      if (sctp.state !== "cookie-echoed") return null;
      sctp.state = "established";
      return { kind: "connected", conversation };
    case "SACK":
      return { kind: "acknowledged", conversation, packet: draft };
    case "DATA":
      answer("SACK");
      if (sctp.state !== "established") return null;
      sctp.state = "shutdown-sent";
      fromClient(world, flight, conversation, "SHUTDOWN");
      return { kind: "answered", conversation, answer: payload, packet: draft };
    case "SHUTDOWN":
      // The server closes without a word.
      sctp.state = "shutdown-sent";
      answer("SHUTDOWN-ACK");
      return { kind: "answered", conversation, answer: NOTHING, packet: draft };
    case "SHUTDOWN-ACK":
      sctp.state = "closed";
      answer("SHUTDOWN-COMPLETE");
      return null;
    case "SHUTDOWN-COMPLETE":
      sctp.state = "closed";
      return null;
    case "ABORT": {
      const kind = sctp.state === "cookie-wait" || sctp.state === "cookie-echoed" ? "refused" : "reset";
      sctp.state = "closed";
      return { kind, conversation, packet: draft };
    }
    default:
      return null;
  }
}

/** A chunk that belongs to no association: it is answered with an ABORT, and an ABORT with nothing (RFC 9260, 8.4). */
function abort(world: World, flight: Flight, draft: PacketDraft, place: Place): null {
  const { sctpChunk: chunk } = draft.packet;
  refuse(world, flight, draft, place, "sctp-abort");
  if (chunk === "ABORT" || chunk === "SHUTDOWN-COMPLETE") return null;
  const direction = draft.direction === "out" ? "back" : "out";
  emitLater(
    world,
    flight,
    0,
    emission({ chunk: "ABORT", from: place, header: turned(draft), direction, answers: draft.index, conversation: draft.conversation }),
  );
  return null;
}

function turned({ packet }: PacketDraft): Header {
  return { src: packet.dst, srcPort: packet.dstPort, dst: packet.src, dstPort: packet.srcPort, protocol: "SCTP" };
}

// ---- the server's end ---------------------------------------------------------------------------------------------

/** A chunk for a server's socket, or for nobody's. `reply` is asked when the request is there. */
export function associationServes(
  world: World,
  flight: Flight,
  at: { readonly conversation: Conversation; readonly draft: PacketDraft; readonly place: Place; readonly listening: Server | null },
  reply: () => Reply,
): void {
  const { conversation, draft, place, listening } = at;
  const chunk = draft.packet.sctpChunk;
  if (listening === null) return void abort(world, flight, draft, place);
  const known = associationOf(conversation, draft, place);
  const opening = chunk === "INIT" || chunk === "COOKIE-ECHO";
  if (!opening && (known?.open !== true || known.process !== listening.process)) return void abort(world, flight, draft, place);
  accept(world, flight, draft, place, null);
  const back = (next: SctpChunk, delay = 0, more: Partial<Chunk> = {}): void =>
    emitLater(
      world,
      flight,
      delay,
      emission({
        chunk: next,
        from: place,
        header: turned(draft),
        direction: "back",
        answers: draft.index,
        conversation: conversation.index,
        ...more,
      }),
    );
  switch (chunk) {
    case "INIT":
      return back("INIT-ACK");
    case "COOKIE-ECHO":
      if (known === null) conversation.associations.push({ place, peer: headerOf(draft.packet), process: listening.process, open: true });
      return back("COOKIE-ACK");
    case "DATA": {
      back("SACK");
      const said = reply();
      if (said.kind === "data") back("DATA", said.delay, { payload: said.payload, bytes: said.bytes, process: listening.process });
      if (said.kind === "close") back("SHUTDOWN", said.delay, { process: listening.process });
      return;
    }
    case "SHUTDOWN":
      return back("SHUTDOWN-ACK");
    case "SHUTDOWN-ACK":
      if (known !== null) known.open = false;
      return back("SHUTDOWN-COMPLETE");
    case "SHUTDOWN-COMPLETE":
    case "ABORT":
      if (known !== null) known.open = false;
      return;
    default:
  }
}

function associationOf({ associations }: Conversation, { packet }: PacketDraft, place: Place): SctpServer | null {
  const same = ({ place: its, peer }: SctpServer): boolean =>
    placeKey(its) === placeKey(place) &&
    peer.src === packet.src &&
    peer.srcPort === packet.srcPort &&
    peer.dst === packet.dst &&
    peer.dstPort === packet.dstPort;
  return associations.find(same) ?? null;
}

/**
 * The sender's program: looks the name up, connects to the first address, asks, hears. TCP behaves like curl: the next
 * address is tried where one is refused or unreachable; name and handshake share one time limit. UDP sends one datagram
 * and waits for one.
 */
import type { OutgoingQuery } from "../dns/resolver.ts";
import { MOST_SENT, dataWait, synWait } from "./delays.ts";
import { emit } from "./delivery.ts";
import type { Conversation, Destination, Flight, Payload, TimerPurpose } from "./flight.ts";
import { keepSocket, staysOpen, takeTurn } from "./kept.ts";
import { beginLookup, continueLookup, finishLookup, type LookupProgress } from "./lookup.ts";
import { chunkWait, sendAgain, sendData, sendInit } from "./sctp.ts";
import { initialSequence, sendRequest, sendSyn, type ClientEvent } from "./tcp.ts";
import { familyOf, isLoopback, routeFrom } from "./topology.ts";
import type { Header, JourneyOutcome } from "./trace.ts";
import { words } from "./words.ts";
import type { World } from "./world.ts";

/** Starts the request: its first packets leave now. */
export function begin(world: World, flight: Flight): void {
  const { destination } = flight;
  // An association is not kept: each request has its own.
  if (flight.keep !== null && flight.protocol !== "SCTP") {
    const turn = takeTurn(world, flight);
    if (turn.kind === "waits") return patience(world, flight, "answer-timeout");
    if (turn.kind === "reuses") return ask(world, flight, turn.conversation);
    // It has waited for a connection that is no more.
    cancelTimer(flight, "answer-timeout");
  }
  patience(world, flight, "connect-timeout");
  if (destination.isAddress) {
    flight.addresses = [destination.host];
    connect(world, flight);
    return;
  }
  const kept = world.names.kept(flight.from, destination.host);
  if (kept === null) return look(world, flight, beginLookup(world, flight));
  flight.addresses = kept;
  connect(world, flight);
}

/** Tells the program what its socket learned. */
export function onClientEvent(world: World, flight: Flight, event: ClientEvent): void {
  if (flight.result !== null) return;
  if (event.conversation.use === "dns") return onResolverEvent(world, flight, event);
  switch (event.kind) {
    case "connected":
      cancelTimer(flight, "connect-timeout");
      return ask(world, flight, event.conversation);
    case "acknowledged":
      return cancelTimer(flight, "retry");
    case "answered":
      return answered(world, flight, event.answer);
    case "refused":
      if (flight.protocol === "TCP") return nextAddress(world, flight, { kind: "refused" });
      return finish(world, flight, { kind: "refused" }, words.datagramRefused());
    case "unreachable":
      return nextAddress(world, flight, { kind: "unreachable" });
    case "reset":
      return finish(world, flight, { kind: "refused" }, flight.protocol === "TCP" ? words.reset() : words.associationAborted());
    case "not-permitted":
      return finish(
        world,
        flight,
        event.packet.outcome?.kind === "rejected" ? { kind: "refused" } : { kind: "dropped" },
        words.datagramNotPermitted(),
      );
  }
}

/** A timer of the program ran out; the newest of its kind, the caller has looked. */
export function onTimer(world: World, flight: Flight, purpose: TimerPurpose): void {
  if (flight.result !== null) return;
  const elapsed = world.now - flight.sentAt;
  switch (purpose) {
    case "lookup":
      return look(world, flight, continueLookup(world, flight, { kind: "timer" }));
    case "retry":
      return retry(world, flight);
    case "connect-timeout":
      if (flight.lookup !== null && flight.addresses.length === 0) {
        finishLookup(world, flight);
        return finish(world, flight, { kind: "dns-failed" }, words.resolvingTimedOut(elapsed));
      }
      return finish(
        world,
        flight,
        silence(flight),
        flight.protocol === "TCP" ? words.connectTimedOut(elapsed) : words.datagramNoAnswer(elapsed),
      );
    case "answer-timeout":
      return finish(world, flight, silence(flight), flight.protocol === "TCP" ? words.noAnswer(elapsed) : words.datagramNoAnswer(elapsed));
  }
}

/** Nothing came back: dropped, unless a packet met something that is not modelled. */
function silence(flight: Flight): JourneyOutcome {
  for (const { outcome } of flight.packets) if (outcome?.kind === "unmodelled") return { kind: "unmodelled", what: outcome.what };
  return { kind: "dropped" };
}

// ---- the name -----------------------------------------------------------------------------------------------------

function look(world: World, flight: Flight, progress: LookupProgress): void {
  for (const query of progress.send) askName(world, flight, query);
  if (progress.wakeAt === null) cancelTimer(flight, "lookup");
  else setTimer(world, flight, "lookup", progress.wakeAt - world.now);
  if (!progress.done) return;
  cancelTimer(flight, "lookup");
  finishLookup(world, flight);
  const { lookup } = flight;
  if (lookup === null || lookup.error !== null) return finish(world, flight, { kind: "dns-failed" }, words.noSuchHost(flight.destination));
  const families = new Set(flight.sources.map(familyOf));
  const usable = lookup.addresses.filter((address) => families.has(familyOf(address)));
  flight.addresses = world.names.keep(flight.from, flight.destination.host, usable);
  connect(world, flight);
}

/** Puts one query of the resolver on the wire, from its socket. */
function askName(world: World, flight: Flight, query: OutgoingQuery): void {
  const { lookup } = flight;
  if (lookup === null) throw new Error("a query without a look-up");
  const payload: Payload = { kind: "dns", message: query.message, transport: query.transport };
  const known = lookup.queries.find(
    ({ outgoing }) => outgoing.socket === query.socket && outgoing.server === query.server && outgoing.transport === query.transport,
  );
  let conversation = known === undefined ? undefined : flight.conversations[known.conversation];
  if (conversation === undefined) {
    const header = socketTo(world, flight, { address: query.server, port: 53, protocol: query.transport === "tcp" ? "TCP" : "UDP" });
    if (header === null) return look(world, flight, continueLookup(world, flight, { kind: "unreachable", query: query.index }));
    conversation = open(world, flight, { use: "dns", header, payload });
  }
  conversation.queries.push(query.index);
  const run = { outgoing: query, conversation: conversation.index, packet: flight.packets.length, result: null, at: world.now };
  lookup.queries.push(run);
  if (conversation.tcp !== null) return sendSyn(world, flight, conversation);
  run.packet = emitDatagram(world, flight, conversation, payload, queryBytes(query));
}

function onResolverEvent(world: World, flight: Flight, event: ClientEvent): void {
  const { lookup } = flight;
  const index = event.conversation.queries[0];
  if (lookup === null || index === undefined || flight.addresses.length > 0) return;
  switch (event.kind) {
    case "connected":
      return sendRequest(
        world,
        flight,
        event.conversation,
        queryBytes(lookup.queries.find(({ outgoing }) => outgoing.index === index)?.outgoing ?? null) + 2,
      );
    case "answered": {
      const { answer, packet } = event;
      if (answer.kind !== "dns") return;
      const asked = lookup.queries.find(
        ({ outgoing, conversation, result }) =>
          result === null && conversation === event.conversation.index && outgoing.message.id === answer.message.id,
      );
      if (asked === undefined) return;
      return look(
        world,
        flight,
        continueLookup(world, flight, { kind: "reply", query: asked.outgoing.index, message: answer.message, packet }),
      );
    }
    case "refused":
    case "reset":
    case "unreachable":
    case "not-permitted": {
      const about = lookup.queries.find(
        ({ conversation, result, packet }) =>
          conversation === event.conversation.index &&
          result === null &&
          (event.packet.answers === null || packet === event.packet.answers),
      );
      const failed =
        about ?? lookup.queries.find(({ conversation, result }) => conversation === event.conversation.index && result === null);
      if (failed === undefined) return;
      return look(world, flight, continueLookup(world, flight, { kind: "unreachable", query: failed.outgoing.index }));
    }
  }
}

/** The size of a question without EDNS: 12 octets of header, the name with its length octets, type and class (RFC 1035). */
function queryBytes(query: OutgoingQuery | null): number {
  return query === null ? 0 : 12 + query.question.name.length + 1 + 4;
}

// ---- the connection -----------------------------------------------------------------------------------------------

function connect(world: World, flight: Flight): void {
  const [address] = flight.addresses;
  const header =
    address === undefined ? null : socketTo(world, flight, { address, port: flight.destination.port, protocol: flight.protocol });
  if (header === null) return nextAddress(world, flight, { kind: "unreachable" });
  const conversation = open(world, flight, { use: "request", header, payload: { kind: "request", destination: flight.destination } });
  if (conversation.sctp !== null) {
    sendInit(world, flight, conversation, conversation.sctp);
    return setTimer(world, flight, "retry", chunkWait(conversation.sctp.sent));
  }
  if (conversation.tcp === null) {
    cancelTimer(flight, "connect-timeout");
    if (flight.keep !== null) keepSocket(world, flight, conversation);
    return ask(world, flight, conversation);
  }
  sendSyn(world, flight, conversation);
  setTimer(world, flight, "retry", synWait(conversation.tcp.sent));
}

/** The request itself, on a socket that is connected. */
function ask(world: World, flight: Flight, conversation: Conversation): void {
  patience(world, flight, "answer-timeout");
  if (conversation.sctp !== null) {
    sendData(world, flight, conversation, conversation.sctp, DATAGRAM_TEXT.length);
    return setTimer(world, flight, "retry", chunkWait(conversation.sctp.sent));
  }
  if (conversation.tcp === null) {
    emitDatagram(world, flight, conversation, conversation.payload, DATAGRAM_TEXT.length);
    return;
  }
  conversation.keeps = staysOpen(world, flight);
  sendRequest(world, flight, conversation, requestBytes(flight));
  setTimer(world, flight, "retry", dataWait(conversation.tcp.sent));
}

/** Tries the next address, or gives up with what the last one did. */
function nextAddress(world: World, flight: Flight, outcome: { readonly kind: "refused" | "unreachable" }): void {
  closeConversations(flight);
  flight.addresses = flight.addresses.slice(1);
  if (flight.addresses.length > 0) return connect(world, flight);
  const { protocol, destination } = flight;
  finish(
    world,
    flight,
    outcome,
    protocol === "TCP" ? words.noConnection(destination, world.now - flight.sentAt) : words.networkUnreachable(),
  );
}

function retry(world: World, flight: Flight): void {
  const conversation = flight.conversations.findLast(({ use, over }) => use === "request" && !over);
  const tcp = conversation?.tcp;
  const sctp = conversation?.sctp;
  if (conversation !== undefined && sctp !== undefined && sctp !== null) {
    sendAgain(world, flight, conversation, sctp, DATAGRAM_TEXT.length);
    return setTimer(world, flight, "retry", chunkWait(sctp.sent));
  }
  if (conversation === undefined || tcp === undefined || tcp === null) return;
  if (tcp.state === "syn-sent") {
    if (tcp.sent >= MOST_SENT.syn) return timedOut(world, flight);
    sendSyn(world, flight, conversation);
    setTimer(world, flight, "retry", synWait(tcp.sent));
  } else if (tcp.state === "established") {
    if (tcp.sent >= MOST_SENT.data) return finish(world, flight, silence(flight), words.brokenByTime());
    sendRequest(world, flight, conversation, requestBytes(flight), true);
    setTimer(world, flight, "retry", dataWait(tcp.sent));
  }
}

/** ETIMEDOUT: the kernel gives up, and the client tries no other address. */
function timedOut(world: World, flight: Flight): void {
  finish(world, flight, silence(flight), words.noConnectionInTime(flight.destination, world.now - flight.sentAt));
}

function answered(world: World, flight: Flight, answer: Payload): void {
  if (answer.kind === "response") return finish(world, flight, { kind: "delivered" }, heard(flight, answer));
  // Connected, but the server closed without a word: delivered all the same, unless the server never came to it.
  const cutOff = flight.conversations.some(({ use, servers }) => use === "request" && servers.some(({ orphaned }) => orphaned));
  finish(
    world,
    flight,
    { kind: cutOff ? "refused" : "delivered" },
    flight.protocol === "TCP" ? words.emptyReply() : words.closedSilently(),
  );
}

/** TLS itself is not simulated: a client that wants it says what curl says of a server's certificate, or of plain text. */
function heard({ destination }: Flight, answer: Extract<Payload, { kind: "response" }>): string {
  if (destination.scheme !== "https") return answer.says;
  return answer.tls ? words.unknownIssuer() : words.noTls();
}

function finish(world: World, flight: Flight, outcome: JourneyOutcome, says: string): void {
  flight.result = { at: world.now, outcome, says };
  if (outcome.kind !== "delivered") closeConversations(flight);
}

function closeConversations(flight: Flight): void {
  // A name server goes on asking for whoever asked it.
  for (const conversation of flight.conversations) if (conversation.use !== "upstream") conversation.over = true;
}

// ---- sockets ------------------------------------------------------------------------------------------------------

/** The header of a new socket's packets, or null where the sender has no address or no route for it. */
function socketTo(
  world: World,
  flight: Flight,
  to: { readonly address: string; readonly port: number; readonly protocol: Flight["protocol"] },
): Header | null {
  const src = sourceFor(world, flight, to.address);
  if (src === null) return null;
  return { src, srcPort: world.clientPort(flight.place, to.protocol), dst: to.address, dstPort: to.port, protocol: to.protocol };
}

function sourceFor(world: World, flight: Flight, destination: string): string | null {
  const { place } = flight;
  if (place.kind === "node") {
    const node = world.topology.nodes.get(place.node);
    const route = node === undefined ? null : routeFrom(world.topology, node, destination);
    return route === null || route.kind === "none" ? null : route.source;
  }
  if (isLoopback(destination)) return destination;
  return flight.sources.find((source) => familyOf(source) === familyOf(destination)) ?? null;
}

function open(world: World, flight: Flight, of: Pick<Conversation, "use" | "header" | "payload">): Conversation {
  const isn = of.header.protocol === "TCP" ? initialSequence(world, flight.place) : 0;
  const conversation: Conversation = {
    ...of,
    index: flight.conversations.length,
    place: flight.place,
    tcp: of.header.protocol === "TCP" ? { state: "syn-sent", seq: isn, ack: 0, isn, request: isn, sent: 0 } : null,
    sctp: of.header.protocol === "SCTP" ? { state: "cookie-wait", sent: 0 } : null,
    associations: [],
    servers: [],
    queries: [],
    lastSent: null,
    keeps: false,
    over: false,
  };
  flight.conversations.push(conversation);
  return conversation;
}

/** What a client sends over UDP and SCTP, as `echo ping | nc` would. */
export const DATAGRAM_TEXT = "ping\n";

function emitDatagram(world: World, flight: Flight, conversation: Conversation, payload: Payload, bytes: number): number {
  const { header } = conversation;
  return emit(world, flight, {
    from: flight.place,
    packet: { family: familyOf(header.src), ...header },
    purpose: conversation.use === "dns" ? "dns-query" : "datagram",
    direction: "out",
    answers: null,
    tcp: null,
    payloadBytes: bytes,
    payload,
    conversation: conversation.index,
  });
}

function requestBytes({ destination }: Flight): number {
  return requestText(destination).length;
}

/** What curl sends. */
export function requestText(destination: Destination): string {
  return `${destination.method ?? "GET"} ${destination.path} HTTP/1.1\r\nHost: ${destination.host}\r\nUser-Agent: curl/8.14.1\r\nAccept: */*\r\n\r\n`;
}

/** Sets the client's own time-out anew. */
function patience(world: World, flight: Flight, purpose: "connect-timeout" | "answer-timeout"): void {
  cancelTimer(flight, purpose);
  setTimer(world, flight, purpose, flight.patience);
}

function setTimer(world: World, flight: Flight, purpose: TimerPurpose, delay: number): void {
  flight.timers[purpose] += 1;
  world.after(delay, { kind: "timer", flight: flight.id, purpose, generation: flight.timers[purpose] });
}

function cancelTimer(flight: Flight, purpose: TimerPurpose): void {
  flight.timers[purpose] += 1;
}

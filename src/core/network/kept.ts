/**
 * Connections that a client keeps for several requests (HTTP keep-alive, HTTP/2, gRPC, a UDP socket). A sender has one a
 * destination and protocol; a request finds it open, waits for the one before it, or opens another. Rules choose an
 * endpoint for a connection's first packet only, so all its requests go where the first went.
 *
 *   open ─▶ busy ─▶ idle ─▶ busy ─▶ idle ─▶ …      until either end closes it, or a request on it fails
 */
import { SECOND, type Nanos } from "../base/time.ts";
import type { Passed } from "./doors.ts";
import { placeKey } from "./delivery.ts";
import type { Conversation, Destination, Findings, Flight } from "./flight.ts";
import type { Place, Sender } from "./trace.ts";
import type { World } from "./world.ts";

/** How a client keeps a connection, and how many requests follow in its series. */
export interface KeepPolicy {
  /** The client opens another after so many requests. */
  readonly requests: number | null;
  /** Or for the first request after so many seconds. */
  readonly seconds: number | null;
  /** null: nobody knows. */
  readonly following: number | null;
}

/** A connection between requests, or while one uses it. */
export interface Kept {
  readonly from: Sender;
  readonly place: Place;
  readonly destination: Destination;
  /** The process at the client's end. */
  readonly process: string | null;
  /** The journey that opened it, and when. */
  opened: number;
  openedAt: Nanos;
  requests: number;
  /** The socket while nobody uses it. A UDP socket stands here always. */
  conversation: Conversation | null;
  passed: readonly Passed[];
  findings: Findings | null;
  /** The flight that uses it; null: it is idle. */
  busy: number | null;
  /** Flights that wait for it, in order. */
  readonly waiting: number[];
  /** Why the connection before was given up. */
  instead: string | null;
}

/** What a request finds. */
export type Turn = { readonly kind: "opens" | "waits" } | { readonly kind: "reuses"; readonly conversation: Conversation };

/** One a sender, protocol and destination. */
export function keptKey({ place, protocol, destination }: Pick<Flight, "place" | "protocol" | "destination">): string {
  return `${placeKey(place)} ${protocol} ${destination.scheme ?? ""} ${destination.host} ${destination.port}`;
}

/** The request asks for its client's connection. Where it reuses one, the flight has its way and what was found on it. */
export function takeTurn(world: World, flight: Flight): Turn {
  const key = keptKey(flight);
  let kept = world.kept.get(key);
  if (kept === undefined) {
    kept = {
      from: flight.from,
      place: flight.place,
      destination: flight.destination,
      process: world.process(flight.place),
      opened: flight.id,
      openedAt: world.now,
      requests: 0,
      conversation: null,
      passed: [],
      findings: null,
      busy: null,
      waiting: [],
      instead: null,
    };
    world.kept.set(key, kept);
  }
  if (kept.busy !== null) {
    kept.waiting.push(flight.id);
    return { kind: "waits" };
  }
  kept.busy = flight.protocol === "UDP" ? null : flight.id;
  return kept.conversation === null ? opens(world, flight, kept) : reuses(flight, kept, kept.conversation);
}

function opens(world: World, flight: Flight, kept: Kept): Turn {
  kept.opened = flight.id;
  kept.openedAt = world.now;
  kept.requests = 0;
  uses(flight, kept);
  kept.instead = null;
  return { kind: "opens" };
}

function reuses(flight: Flight, kept: Kept, idle: Conversation): Turn {
  uses(flight, kept);
  const conversation: Conversation = {
    ...idle,
    index: flight.conversations.length,
    // What is asked is this request's own; on what connection, the idle one's.
    payload: { kind: "request", destination: flight.destination },
    queries: [],
    lastSent: null,
    over: false,
  };
  flight.conversations.push(conversation);
  flight.passed.push(...kept.passed);
  if (kept.findings !== null) {
    // A UDP socket's next datagram may be sent elsewhere; only the Service is the same.
    const { servicePort } = kept.findings;
    Object.assign(flight.findings, conversation.tcp === null ? { servicePort } : kept.findings);
  }
  if (conversation.tcp !== null) kept.conversation = null;
  return { kind: "reuses", conversation };
}

function uses(flight: Flight, kept: Kept): void {
  kept.requests += 1;
  const following = flight.keep?.following ?? null;
  const planned = following === null ? null : kept.requests + following;
  const most = flight.keep?.requests ?? null;
  flight.use = {
    opened: kept.opened,
    request: kept.requests,
    of: planned === null ? null : Math.min(planned, most ?? planned),
    instead: kept.instead,
  };
}

/** Whether the client leaves the connection open after this request. */
export function staysOpen(world: World, flight: Flight): boolean {
  const { keep, use } = flight;
  if (keep === null || use === null) return false;
  const kept = world.kept.get(keptKey(flight));
  if (keep.requests !== null && use.request >= keep.requests) return false;
  return keep.seconds === null || kept === undefined || world.now - kept.openedAt < keep.seconds * SECOND;
}

/** Another socket is the client's from now on: a UDP one as soon as it has sent. */
export function keepSocket(world: World, flight: Flight, conversation: Conversation): void {
  const kept = world.kept.get(keptKey(flight));
  if (kept !== undefined) kept.conversation = { ...conversation, queries: [], lastSent: null };
}

/**
 * The flight is over. What is still open stays for the next request. Comes back: the flight that waited for it longest, or
 * null.
 */
export function endTurn(world: World, flight: Flight): number | null {
  if (flight.keep === null && !flight.isClosing) return null;
  const key = keptKey(flight);
  const kept = world.kept.get(key);
  if (kept === undefined) return null;
  const place = kept.waiting.indexOf(flight.id);
  if (place >= 0) kept.waiting.splice(place, 1);
  if (flight.protocol === "UDP") {
    kept.passed = [...flight.passed];
    if (flight.findings.servicePort !== null) kept.findings = { ...flight.findings };
    return null;
  }
  if (kept.busy !== flight.id) return null;
  kept.busy = null;
  const open = flight.conversations.findLast(
    ({ use, over, keeps, tcp }) => use === "request" && !over && keeps && tcp?.state === "established",
  );
  kept.conversation = open ?? null;
  kept.passed = open === undefined ? [] : [...flight.passed];
  kept.findings = open === undefined ? null : { ...flight.findings };
  if (open === undefined) kept.instead = whyNot(flight);
  const next = kept.waiting.shift() ?? null;
  if (open === undefined && next === null && kept.instead === null) world.kept.delete(key);
  return next;
}

/** Why the connection is no more, for the request that opens the next one; null where its client closed it as it meant to. */
function whyNot(flight: Flight): string | null {
  const connected = flight.conversations.some(({ use, servers }) => use === "request" && servers.length > 0);
  if (!connected) return null;
  const conversation = flight.conversations.findLast(({ use }) => use === "request");
  if (conversation?.servers.some(({ orphaned }) => orphaned) === true) return "its server's process had ended";
  if (flight.isClosing) return "it was closed";
  if (flight.result?.outcome.kind === "delivered") return conversation?.keeps === true ? "the server closed it" : "it was old enough";
  return flight.result?.outcome.kind === "refused" ? "it was reset" : "nothing came back on it";
}

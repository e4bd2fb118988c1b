/** Requests in the run: series of them one after another, their ends recorded, ports of their sockets. */
import type { Protocol } from "../base/names.ts";
import { nextBelow } from "../base/random.ts";
import { DELAYS } from "../network/delays.ts";
import { placeKey } from "../network/delivery.ts";
import { readDestination } from "../network/destination.ts";
import { closeEnded, endOfIdle, startClosing } from "../network/endings.ts";
import { handleEvent, isOver, journeyOf, resumeFlight, startFlight } from "../network/events.ts";
import type { Flight, NetworkEvent } from "../network/flight.ts";
import { endTurn, type KeepPolicy } from "../network/kept.ts";
import type { Journey, Place, Sender } from "../network/trace.ts";
import type { World } from "../network/world.ts";
import type { Refusal, SendRequest } from "./contract.ts";
import { schedule } from "./queue.ts";
import { followingOf, senderAt } from "./series.ts";
import type { Origin } from "./senders.ts";
import type { SimulationEvent, SimulationState } from "./state.ts";
import { stream } from "./streams.ts";

/** net.ipv4.ip_local_port_range. */
const FIRST_EPHEMERAL = 32_768;
const EPHEMERAL_PORTS = 28_232;

type Begin = Extract<SimulationEvent, { kind: "begin" }>;

/** Puts the first request of a series into the queue; the others follow when each has ended. Their ids, in order. */
export function enqueueSeries(state: SimulationState, request: SendRequest, count: number): readonly number[] {
  const first = state.nextJourney;
  state.nextJourney += count;
  schedule(state.queue, state.now, { kind: "begin", id: first, request, following: count - 1 });
  return Array.from({ length: count }, (_, i) => first + i);
}

/** A request leaves now. Journeys that end at once come back: it, or a whole series whose sender went away. */
export function beginRequest(state: SimulationState, world: World, begin: Begin, origin: Origin | Refusal): readonly Journey[] {
  const { id, request, following } = begin;
  const destination = readDestination(request.to);
  if ("error" in destination) throw new Error(destination.error);
  const from = senderOfBegin(begin);
  const regular = request.every !== undefined && following > 0;
  if (regular) follow(state, begin, request.every);
  if ("error" in origin) {
    // Others have their turns all the same; one alone does not come back.
    const others = !regular && following > 0 && request.others !== undefined;
    if (others) follow(state, begin, pauseOf(request));
    const alone = regular || others ? 1 : following + 1;
    return Array.from({ length: alone }, (_, i) => neverLeft(state, { ...request, from }, id + i, origin.error));
  }
  const flight = startFlight(world, {
    id,
    from,
    ...origin,
    destination: request.method === undefined ? destination : { ...destination, method: request.method },
    protocol: request.protocol ?? destination.protocol ?? "TCP",
    keep: keepOf(request, begin.steady === true ? null : following),
    ...(request.patience === undefined ? {} : { patience: request.patience }),
  });
  state.flights.set(id, flight);
  if (following > 0 && !regular) state.series.set(id, { request, following });
  return endIfOver(state, world, flight);
}

/** Whose turn it is. */
export function senderOfBegin({ request, following }: Begin): Sender {
  return senderAt(request, (request.count ?? 1) - 1 - following);
}

/** The next request of the series leaves so much later. */
function follow(state: SimulationState, { id, request, following }: Omit<Begin, "kind">, delay: number): void {
  schedule(state.queue, state.now + delay, { kind: "begin", id: id + 1, request, following: following - 1 });
}

function pauseOf({ pause }: SendRequest): number {
  return pause ?? DELAYS.betweenRequests;
}

function keepOf(request: SendRequest, following: number | null): KeepPolicy | null {
  const { keepAlive = false } = request;
  if (keepAlive === false) return null;
  const { requests = null, seconds = null } = keepAlive === true ? {} : keepAlive;
  return { requests, seconds, following: following === null ? null : followingOf(request, following) };
}

/** Handles a packet's or a timer's event. The journey comes back when it ended with it. */
export function handleTraffic(state: SimulationState, world: World, flight: Flight, event: NetworkEvent): readonly Journey[] {
  handleEvent(world, flight, event);
  return endIfOver(state, world, flight);
}

function endIfOver(state: SimulationState, world: World, flight: Flight): readonly Journey[] {
  if (!isOver(flight)) return [];
  state.flights.delete(flight.id);
  const series = state.series.get(flight.id);
  if (series !== undefined) {
    state.series.delete(flight.id);
    follow(state, { id: flight.id, ...series }, pauseOf(series.request));
  }
  const journeys = flight.isClosing ? [] : [journeyOf(flight)];
  const waiting = state.flights.get(endTurn(world, flight) ?? 0);
  if (waiting === undefined) return journeys;
  resumeFlight(world, waiting);
  return [...journeys, ...endIfOver(state, world, waiting)];
}

/**
 * Pods or machines changed: connections whose process at either end is no more are closed by its kernel. Those that a
 * request is using learn of it there; idle ones are closed by packets of their own.
 */
export function closeEndedConnections(state: SimulationState, world: World): void {
  for (const flight of state.flights.values()) closeEnded(world, flight);
  for (const [key, kept] of state.kept) {
    if (kept.busy !== null) continue;
    const end = endOfIdle(world, kept);
    if (end === "nothing") continue;
    if (end === "forget") {
      state.kept.delete(key);
      continue;
    }
    const flight = startClosing(world, kept, state.nextClosing--, end);
    if (isOver(flight)) endTurn(world, flight);
    else state.flights.set(flight.id, flight);
  }
}

function neverLeft({ now }: SimulationState, { from, to }: SendRequest, id: number, why: string): Journey {
  return {
    id,
    from,
    to,
    sentAt: now,
    endedAt: now,
    lookup: null,
    packets: [],
    outcome: { kind: "unreachable" },
    servicePort: null,
    endpoint: null,
    pod: null,
    node: null,
    sourceSeen: null,
    masqueraded: false,
    clientSays: why,
  };
}

/** Ports of a sender go up by two from a drawn start, as connect() of Linux walks its range (RFC 6056, algorithm 3). */
export function clientPort({ clientPorts, streams, seed }: SimulationState, place: Place, protocol: Protocol): number {
  const key = `${protocol} ${placeKey(place)}`;
  const offset = clientPorts.get(key) ?? nextBelow(stream(streams, seed, `client-port ${key}`), EPHEMERAL_PORTS);
  clientPorts.set(key, (offset + 2) % EPHEMERAL_PORTS);
  return FIRST_EPHEMERAL + offset;
}

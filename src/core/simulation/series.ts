/**
 * A series of requests: who sends each of them, when it leaves, and what cannot be asked for.
 *
 *   one after another   ├──1──┤ pause ├──2──┤ pause ├──3──┤
 *   at regular times    ├──1──┤
 *                          ├──2──┤            `every` apart, answered or not
 *                             ├──3──┤
 */
import { SECOND } from "../base/time.ts";
import { METHODS } from "../network/methods.ts";
import type { Sender } from "../network/trace.ts";
import type { Refusal, SendRequest } from "./contract.ts";

const LONGEST = 3600 * SECOND;
/** So many clients share a series at most. */
const CLIENTS_MOST = 100;

/** All who send it, in the order of their turns. */
export function clientsOf({ from, others = [] }: Pick<SendRequest, "from" | "others">): readonly Sender[] {
  return [from, ...others];
}

/** The sender of the request at this position of its series, from 0. */
export function senderAt(request: Pick<SendRequest, "from" | "others">, position: number): Sender {
  const clients = clientsOf(request);
  return clients[position % clients.length] ?? request.from;
}

/** How many of the requests that follow the one client sends whose turn it is. */
export function followingOf(request: Pick<SendRequest, "from" | "others">, following: number): number {
  return Math.floor(following / clientsOf(request).length);
}

/** Why a request cannot be sent as it was asked for, or null. */
export function requestFault({ count = 1, patience, keepAlive, every, pause, method, others = [] }: SendRequest): Refusal | null {
  if (!Number.isInteger(count) || count < 1) return { error: `A request is sent once or more often, not ${count} times.` };
  if (patience !== undefined && !(patience > 0 && patience <= LONGEST)) return { error: "A client waits for some time, up to an hour." };
  const limits = typeof keepAlive === "object" ? [keepAlive.requests ?? 1, keepAlive.seconds ?? 1] : [];
  if (limits.some((limit) => !Number.isInteger(limit) || limit < 1))
    return { error: "A connection is kept for a whole number of requests or seconds, from 1." };
  if (every !== undefined && !isTime(every, 1)) return { error: "Requests leave some time apart, up to an hour." };
  if (pause !== undefined && !isTime(pause, 0)) return { error: "Between two requests passes some time, up to an hour." };
  if (method !== undefined && !METHODS.includes(method))
    return { error: `${JSON.stringify(method)}: the methods are ${METHODS.join(", ")}.` };
  return others.length < CLIENTS_MOST ? null : { error: `At most ${CLIENTS_MOST} clients take turns.` };
}

function isTime(nanos: number, least: number): boolean {
  return Number.isInteger(nanos) && nanos >= least && nanos <= LONGEST;
}

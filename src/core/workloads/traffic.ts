/**
 * Standing senders: the annotation `kubehop.dev/traffic` of a Pod (of a workload's template) says where its process keeps
 * sending, and how often. Only the simulator knows it; a real cluster passes it over.
 *
 *     kubehop.dev/traffic: "http://web 5/s"            one destination
 *     kubehop.dev/traffic: "http://web 5/s, api:8080"  several; one a second where no rate is said
 *     kubehop.dev/traffic: "http://web 5/s keep-alive" all on one connection; `keep-alive=100`, `keep-alive=30s`: another
 *                                                      one after so many requests or seconds
 *     kubehop.dev/traffic: "udp://stats:8125 2/s"      a datagram each, over UDP
 */
import type { StringMap } from "../api/types.ts";

export const TRAFFIC_ANNOTATION = "kubehop.dev/traffic";

/** Requests a second that one sender may make. */
export const RATE = { least: 1, most: 50 } as const;

export interface StandingRequest {
  /** What one would type. */
  readonly to: string;
  readonly rate: number;
  /** As in a request of the simulation: whether the connection is kept, and until when. */
  readonly keepAlive?: boolean | { readonly requests?: number; readonly seconds?: number };
}

/** In the order of the text; parts that cannot be read are passed over (`trafficFaults` names them). */
export function standingRequests(annotations: StringMap | undefined): readonly StandingRequest[] {
  const text = annotations?.[TRAFFIC_ANNOTATION];
  return text === undefined ? [] : parts(text).flatMap((part) => readPart(part) ?? []);
}

/** Parts of the annotation that say no destination, or a rate that cannot be. */
export function trafficFaults(text: string): readonly string[] {
  return parts(text).filter((part) => readPart(part) === null);
}

/** A whole number of requests a second within what one sender may make. */
export function isRate(rate: number): boolean {
  return Number.isInteger(rate) && rate >= RATE.least && rate <= RATE.most;
}

function parts(text: string): readonly string[] {
  return text
    .split(/[,\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function readPart(part: string): StandingRequest | null {
  const found = /^(\S+)(?:\s+(\d{1,3})\s*\/\s*s)?(?:\s+keep-alive(?:=(\d{1,6})(s?))?)?$/.exec(part);
  if (found === null) return null;
  const [, to = "", said = "1", most, unit] = found;
  const rate = Number(said);
  if (!isRate(rate) || most === "0") return null;
  const keepAlive = most === undefined ? true : unit === "s" ? { seconds: Number(most) } : { requests: Number(most) };
  return { to, rate, ...(/\skeep-alive\b/.test(part) ? { keepAlive } : {}) };
}

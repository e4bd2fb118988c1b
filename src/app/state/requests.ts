/** What the request line means as a request; and what of it beyond who, where to and how often a link or the storage holds. */
import type { Sender } from "../../core/network/trace.ts";
import type { SendRequest, SteadyRequest } from "../../core/simulation/contract.ts";
import type { Draft } from "./store.ts";

/** What the composer adds; each absent where it is as usual. Times in virtual nanoseconds. */
export interface More extends Pick<SendRequest, "others" | "every" | "pause" | "method" | "patience"> {
  /** Until when a connection is kept, where it is. */
  readonly until?: { readonly requests?: number; readonly seconds?: number };
}

/** A sender with a name that a person keeps. */
export interface KeptSender {
  readonly name: string;
  readonly request: Draft;
  /** Steady, so many a second; null: as often as the request says. */
  readonly rate: number | null;
}

export function requestOf({ to, count, keep, more = {} }: Draft, from: Sender): SendRequest {
  const { until, ...rest } = more;
  return { from, to, count, ...rest, ...(keep === true ? { keepAlive: until ?? true } : {}) };
}

/** Steady requests leave at their rate: pauses and counts are not theirs. */
export function steadyOf(draft: Draft, from: Sender, rate: number): SteadyRequest {
  const { count: _, every: __, pause: ___, ...request } = requestOf(draft, from);
  return { ...request, rate };
}

type Fields = { readonly [key: string]: unknown };
const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);
const HOUR = 3_600_000_000_000;
const isTime = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= HOUR;

/** Foreign data: what cannot be understood is left out. */
export function readMore(value: unknown, readSender: (value: unknown) => Sender | null): Pick<Draft, "more"> {
  if (!isFields(value)) return {};
  const { others, method, until } = value;
  const times = Object.fromEntries(
    (["every", "pause", "patience"] as const).flatMap((key) => (isTime(value[key]) ? [[key, value[key]]] : [])),
  );
  const clients = Array.isArray(others) ? others.slice(0, 99).flatMap((one) => readSender(one) ?? []) : [];
  const more = {
    ...times,
    ...(clients.length > 0 ? { others: clients } : {}),
    // which methods there are the simulation says
    ...(typeof method === "string" ? { method: method as NonNullable<More["method"]> } : {}),
    ...(isFields(until) ? { until } : {}),
  };
  return Object.keys(more).length === 0 ? {} : { more };
}

/** So many are kept. */
export const SENDERS_MOST = 40;

export function readSenders(value: unknown, readDraft: (value: unknown) => Draft | null): readonly KeptSender[] {
  if (!Array.isArray(value)) return [];
  return (value as readonly unknown[]).slice(0, SENDERS_MOST).flatMap((one) => {
    const request = isFields(one) ? readDraft(one.request) : null;
    if (!isFields(one) || request === null || typeof one.name !== "string" || !isName(one.name)) return [];
    return [{ name: one.name, request, rate: Number.isSafeInteger(one.rate) ? Math.max(1, Math.min(50, one.rate as number)) : null }];
  });
}

/** Names are short, and never a Pod's key. */
export function isName(name: string): boolean {
  return name.trim() !== "" && name.length <= 40 && !name.includes("/");
}

/** What the composer's fields mean, apart from how they look. */
import type { Sender } from "../../core/network/trace.ts";
import type { ClusterView } from "../../core/simulation/view.ts";
import { duration, plural, senderName } from "../state/format.ts";
import type { More } from "../state/requests.ts";
import type { Draft } from "../state/store.ts";

export const SCHEMES = ["http", "https", "tcp", "udp", "sctp"] as const;
export type Scheme = (typeof SCHEMES)[number];

/** `http` where none is typed: so the simulation reads it. */
export function schemeOf(to: string): Scheme {
  const typed = /^([a-z]+):\/\//i.exec(to.trim())?.[1]?.toLowerCase();
  return SCHEMES.find((scheme) => scheme === typed) ?? "http";
}

/** The same destination by another protocol; a path makes no sense without HTTP. */
export function withScheme(to: string, scheme: Scheme): string {
  const rest = to.trim().replace(/^[a-z][a-z0-9+.-]*:\/\//i, "");
  return `${scheme}://${isHttp(scheme) ? rest : rest.replace(/\/.*$/s, "")}`;
}

export function isHttp(scheme: Scheme): boolean {
  return scheme === "http" || scheme === "https";
}

// ---- clients ------------------------------------------------------------------------------------------------------

export const CLIENTS_MOST = 20;

/** Addresses of documentation (RFC 5737, TEST-NET-2), one for each client. */
export function addresses(count: number): readonly Sender[] {
  return Array.from({ length: Math.max(1, Math.min(CLIENTS_MOST, count)) }, (_, i) => ({ kind: "outside", id: `198.51.100.${i + 1}` }));
}

/** How a draft's clients were chosen: one, outside addresses, or several of the cluster's own. */
export function clientsKind({ from, more }: Draft): "one" | "addresses" | "several" {
  const others = more?.others ?? [];
  if (others.length === 0) return "one";
  return [from, ...others].every((client) => client?.kind === "outside") ? "addresses" : "several";
}

/** With these clients in place of those before; none of them: as it was, one alone. */
export function withClients(draft: Draft, clients: readonly Sender[]): Draft {
  const [from = draft.from, ...others] = clients;
  return withMore({ ...draft, from }, { others: others.length === 0 ? undefined : others });
}

// ---- the rest -----------------------------------------------------------------------------------------------------

/** Changes what the composer adds; `undefined` means as usual. */
export function withMore(draft: Draft, change: { readonly [K in keyof More]: More[K] | undefined }): Draft {
  const entries = Object.entries({ ...draft.more, ...change }).filter(([, value]) => value !== undefined);
  const { more: _, ...rest } = draft;
  return entries.length === 0 ? rest : { ...rest, more: Object.fromEntries(entries) };
}

/** `debug sends 10 requests to http://web, 5 a second, all on one connection.` */
export function sentenceOf(draft: Draft, rate: number | null, from: Sender | null, cluster: ClusterView): string {
  const { to, count, keep, more = {} } = draft;
  const clients = 1 + (more.others?.length ?? 0);
  const first = from === null ? "Nobody yet" : senderName(cluster, from);
  const who = clients === 1 ? `${first} sends` : `${first} and ${plural(clients - 1, "other")} send in turn`;
  const method = more.method === undefined || more.method === "GET" || !isHttp(schemeOf(to)) ? "" : `${more.method} `;
  const many = rate === null ? plural(count, `${method}request`) : `${method}requests`;
  const pace = rate !== null ? `, ${rate} a second until stopped` : count === 1 ? "" : paceText(more);
  const kept = keep === true ? `, ${clients === 1 ? "all on one connection" : "each client on one connection"}${untilText(more)}` : "";
  const patience = more.patience === undefined ? "" : `, and waits up to ${duration(more.patience)}`;
  return `${who} ${many} to ${to.trim() === "" ? "nowhere yet" : to}${pace}${kept}${patience}.`;
}

function paceText({ every, pause }: More): string {
  if (every !== undefined) return `, ${perSecond(every)} a second`;
  return pause === undefined ? ", one after another" : `, ${duration(pause)} after each other`;
}

function untilText({ until }: More): string {
  if (until?.requests !== undefined) return ` for ${plural(until.requests, "request")}`;
  return until?.seconds === undefined ? "" : ` for ${plural(until.seconds, "second")}`;
}

const SECOND = 1_000_000_000;

/** Nanoseconds apart as requests a second, to two digits. */
export function perSecond(every: number): number {
  return Number((SECOND / every).toPrecision(3));
}

export function everyOf(rate: number): number {
  return Math.round(SECOND / rate);
}

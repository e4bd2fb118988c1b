/** What a person types as a destination: `http://web`, `web.shop:8080`, `10.96.0.1:443`, `[fd00::1]:80`, `udp://stats:8125`. */
import { parseAddress } from "../base/address.ts";
import type { Protocol } from "../base/names.ts";
import type { Destination } from "./flight.ts";

const HOST_NAME = /^[A-Za-z0-9_]([-A-Za-z0-9_]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([-A-Za-z0-9_]*[A-Za-z0-9_])?)*\.?$/;

/** The destination, or what is wrong with it in one sentence. */
export function readDestination(text: string): Destination | { readonly error: string } {
  const trimmed = text.trim();
  if (trimmed === "") return { error: "Say where to: a URL, HOST:PORT or IP:PORT." };
  const url = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(.*)$/s.exec(trimmed);
  const typed = url === null ? null : (url[1] ?? "").toLowerCase();
  const protocol = PROTOCOLS[typed ?? ""] ?? null;
  const scheme = protocol === null ? typed : null;
  if (scheme !== null && scheme !== "http" && scheme !== "https") {
    return { error: `${JSON.stringify(text)}: the scheme ${scheme} is not simulated; http, https, tcp, udp and sctp are.` };
  }
  const rest = url === null ? trimmed : (url[2] ?? "");
  const slash = rest.search(/[/?#]/);
  const authority = slash < 0 ? rest : rest.slice(0, slash);
  const path = slash < 0 ? "/" : rest.slice(slash).replace(/#.*$/s, "");
  const parts = /^(?:[^@/]*@)?(?:\[([^\]]*)\]|([^:]*))(?::([^:]*))?$/s.exec(authority);
  if (parts === null) return { error: `${JSON.stringify(text)} is not a destination; an IPv6 address stands in brackets: [fd00::1]:80.` };
  const port = readPort(parts[3], scheme === "https" ? 443 : 80);
  if (port === null) return { error: `${JSON.stringify(text)}: ${JSON.stringify(parts[3] ?? "")} is not a port from 1 to 65535.` };
  const bracketed = parts[1];
  const host = bracketed ?? parts[2] ?? "";
  const address = parseAddress(host);
  if (bracketed !== undefined && address?.family !== "IPv6")
    return { error: `${JSON.stringify(text)}: ${JSON.stringify(host)} is not an IPv6 address.` };
  if (address === null && (!HOST_NAME.test(host) || /^[\d.]+$/.test(host)))
    return { error: `${JSON.stringify(text)}: ${JSON.stringify(host)} is neither a name nor an address.` };
  const of = { text, protocol, isAddress: address !== null, port };
  return { ...of, scheme, host: address?.text ?? host, path: path.startsWith("/") ? path : `/${path}` };
}

/** Schemes that say no more than the protocol. */
const PROTOCOLS: { readonly [scheme: string]: Protocol } = { tcp: "TCP", udp: "UDP", sctp: "SCTP" };

function readPort(text: string | undefined, otherwise: number): number | null {
  if (text === undefined) return otherwise;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : null;
}

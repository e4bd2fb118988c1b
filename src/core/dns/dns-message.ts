/** One message in octets, answered by the cluster's DNS in octets: `dns-message` of the batch interface. */
import type { Nanos } from "../base/time.ts";
import type { Internet } from "./internet.ts";
import { bytesOfHex, decodeMessage, encodeMessage, hexOf, isHex } from "./message.ts";
import { serveAtOnce } from "./pipeline.ts";
import type { StoredDns } from "./resolve.ts";
import type { Transport } from "./records.ts";

export type AnsweredMessage =
  | { readonly kind: "reply"; readonly hex: string }
  /** A message that no server answers: a response, or less than a header. */
  | { readonly kind: "silence" }
  | { readonly kind: "error"; readonly error: string };

/** `hex` is a UDP payload, or a TCP one with its two octets of length; the reply has the same form. */
export function answerMessage(dns: StoredDns, internet: Internet, hex: string, transport: Transport, now: Nanos = 0): AnsweredMessage {
  if (!isHex(hex)) return { kind: "error", error: "hex: not pairs of hexadecimal digits" };
  const payload = bytesOfHex(hex);
  const framed = transport === "tcp" && isFramed(payload);
  const reply = answerBytes(dns, internet, framed ? payload.subarray(2) : payload, transport, now);
  if (reply === null) return { kind: "silence" };
  return { kind: "reply", hex: hexOf(framed ? [reply.length >> 8, reply.length & 0xff, ...reply] : reply) };
}

/** A TCP payload begins with the length of what follows (RFC 1035, 4.2.2). */
function isFramed(payload: Uint8Array): boolean {
  const [high, low] = payload;
  return high !== undefined && low !== undefined && high * 256 + low === payload.length - 2;
}

function answerBytes(dns: StoredDns, internet: Internet, bytes: Uint8Array, transport: Transport, now: Nanos): Uint8Array | null {
  const decoded = decodeMessage(bytes);
  switch (decoded.kind) {
    case "unreadable":
      return null;
    case "rejected":
      return encodeMessage(decoded.reply);
    case "message":
      return serveAtOnce(dns.server, dns.state, decoded.message, now, transport, internet)?.bytes ?? null;
  }
}

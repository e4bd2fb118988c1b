/**
 * Names of kube-proxy's chains. The hash is the first 16 characters of the base32 text (RFC 4648) of a SHA-256
 * digest. Source: `pkg/proxy/iptables/proxier.go` (`portProtoHash`, `servicePortEndpointChainName`).
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import type { Protocol } from "../base/names.ts";

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** A pure memo: names are asked for at each sync and a digest costs a microsecond. Its order never shows. */
const memo = new Map<string, string>();
const MEMO_LIMIT = 300_000;

/** First 16 characters of base32(SHA-256(text)): ten bytes of the digest. */
export function chainHash(text: string): string {
  const known = memo.get(text);
  if (known !== undefined) return known;
  if (memo.size >= MEMO_LIMIT) memo.clear();
  const hash = base32(digest(octetsOf(text)));
  memo.set(text, hash);
  return hash;
}

/**
 * A hasher at its beginning, and one that each text is hashed in: nothing of a text outlasts its digest. Making
 * one takes longer than a digest, and a node of ten thousand Services asks for as many.
 */
const fresh = sha256.create();
const scratch = sha256.create();
const digested = new Uint8Array(sha256.outputLen);

/** Room for the octets of any name that is likely; nothing of it outlasts a digest. */
const room = new Uint8Array(512);

function octetsOf(text: string): Uint8Array {
  if (text.length > room.length) return utf8ToBytes(text);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // Names are ASCII; what is not is still hashed as the real kube-proxy would.
    if (code > 127) return utf8ToBytes(text);
    room[i] = code;
  }
  return room.subarray(0, text.length);
}

function digest(bytes: Uint8Array): Uint8Array {
  fresh._cloneInto(scratch).update(bytes).digestInto(digested);
  return digested;
}

/** Each two characters, by their ten bits: a digest's text is eight of them. */
const PAIRS: readonly string[] = Array.from({ length: 1024 }, (_, bits) => BASE32.charAt(bits >> 5) + BASE32.charAt(bits & 31));

/** The first ten bytes. */
function base32(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < 10; i += 5) {
    const high = ((bytes[i] ?? 0) << 12) | ((bytes[i + 1] ?? 0) << 4) | ((bytes[i + 2] ?? 0) >> 4);
    const low = (((bytes[i + 2] ?? 0) & 15) << 16) | ((bytes[i + 3] ?? 0) << 8) | (bytes[i + 4] ?? 0);
    text += pair(high >> 10) + pair(high) + pair(low >> 10) + pair(low);
  }
  return text;
}

function pair(bits: number): string {
  return PAIRS[bits & 1023] ?? "";
}

/** `NAMESPACE/NAME:PORT`, or `NAMESPACE/NAME` for a port without a name. */
export function servicePortName(namespace: string, service: string, port: string): string {
  return port === "" ? `${namespace}/${service}` : `${namespace}/${service}:${port}`;
}

/** What the own chains of a service port end in, those of its endpoints aside. `name` is its service port name. */
export function servicePortHash(name: string, protocol: Protocol): string {
  return chainHash(name + lowerCase(protocol));
}

/** A service port's own chain: for policy Cluster, for policy Local, for external destinations, for source ranges. */
export function serviceChain(kind: "SVC" | "SVL" | "EXT" | "FW", hash: string): string {
  return `KUBE-${kind}-${hash}`;
}

/** The chain of one endpoint (`ip:port`) of a service port. */
export function endpointChain(name: string, protocol: Protocol, endpoint: string): string {
  return `KUBE-SEP-${chainHash(name + lowerCase(protocol) + endpoint)}`;
}

/** As rules and digests write a protocol. */
export function lowerCase(protocol: Protocol): "tcp" | "udp" | "sctp" {
  return protocol === "TCP" ? "tcp" : protocol === "UDP" ? "udp" : "sctp";
}

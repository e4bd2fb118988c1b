/**
 * Names of kube-proxy's chains. The hash is the first 16 characters of the base32 text (RFC 4648) of a SHA-256
 * digest. Source: `pkg/proxy/iptables/proxier.go` (`portProtoHash`, `servicePortEndpointChainName`).
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import type { Protocol } from "../base/names.ts";

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const HASH_CHARACTERS = 16;

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

const characters = new Array<number>(HASH_CHARACTERS).fill(0);

function base32(bytes: Uint8Array): string {
  for (let i = 0; i < HASH_CHARACTERS; i++) {
    const bit = i * 5;
    const pair = ((bytes[bit >> 3] ?? 0) << 8) | (bytes[(bit >> 3) + 1] ?? 0);
    characters[i] = BASE32.charCodeAt((pair >> (11 - (bit & 7))) & 31);
  }
  return String.fromCharCode(...characters);
}

/** `NAMESPACE/NAME:PORT`, or `NAMESPACE/NAME` for a port without a name. */
export function servicePortName(namespace: string, service: string, port: string): string {
  return port === "" ? `${namespace}/${service}` : `${namespace}/${service}:${port}`;
}

export interface ServiceChains {
  /** Policy Cluster. */
  readonly cluster: string;
  /** Policy Local. */
  readonly local: string;
  /** Entry for external destinations. */
  readonly external: string;
  /** Source ranges. */
  readonly firewall: string;
}

/** The chains of one service port. `name` is its service port name. */
export function serviceChains(name: string, protocol: Protocol): ServiceChains {
  const hash = chainHash(name + protocol.toLowerCase());
  return { cluster: `KUBE-SVC-${hash}`, local: `KUBE-SVL-${hash}`, external: `KUBE-EXT-${hash}`, firewall: `KUBE-FW-${hash}` };
}

/** The chain of one endpoint (`ip:port`) of a service port. */
export function endpointChain(name: string, protocol: Protocol, endpoint: string): string {
  return `KUBE-SEP-${chainHash(name + protocol.toLowerCase() + endpoint)}`;
}

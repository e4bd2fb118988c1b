/**
 * What `-m tcp --tcp-flags` and `-m icmp --icmp-type` ask of a packet's own header (xt_tcpudp.c): flags by name, ICMP types
 * by number or by the names of iptables-extensions(8). `iptables-save` prints flags in the order of their bits and types as
 * numbers.
 */
import type { Family } from "../base/names.ts";
import type { Match } from "./rules.ts";

const FLAGS = ["FIN", "SYN", "RST", "PSH", "ACK", "URG"] as const;

/** `SYN,ACK`, `ALL`, `NONE` as bits; null where a word is no flag. */
function readFlags(text: string): number | null {
  if (text === "NONE") return 0;
  if (text === "ALL") return 0x3f;
  let bits = 0;
  for (const word of text.toUpperCase().split(",")) {
    const at = FLAGS.findIndex((flag) => flag === word);
    if (at === -1) return null;
    bits |= 1 << at;
  }
  return bits;
}

function flagsText(bits: number): string {
  const names = FLAGS.filter((_flag, at) => (bits & (1 << at)) !== 0);
  return names.length === 0 ? "NONE" : names.join(",");
}

type FlagsMatch = Extract<Match, { kind: "tcp-flags" }>;

/** `--tcp-flags MASK COMP`, or `--syn`; a text is an error. */
export function buildTcpFlags(option: string, invert: boolean, args: readonly string[]): FlagsMatch | string {
  if (option === "--syn") return { kind: "tcp-flags", mask: 0x17, set: 0x02, invert };
  const [mask, set] = [readFlags(args[0] ?? ""), readFlags(args[1] ?? "")];
  return mask === null || set === null ? `cannot read --tcp-flags ${args.join(" ")}` : { kind: "tcp-flags", mask, set, invert };
}

export function tcpFlagsWords({ mask, set, invert }: FlagsMatch): readonly string[] {
  return [...(invert ? ["!"] : []), "--tcp-flags", flagsText(mask), flagsText(set)];
}

export function tcpFlagsMatch({ mask, set, invert }: FlagsMatch, flags: number): boolean {
  return ((flags & mask) === set) !== invert;
}

// ---- ICMP ---------------------------------------------------------------------------------------------------------------

type IcmpMatch = Extract<Match, { kind: "icmp" }>;

/** Type, or type and code. */
const NAMES: Readonly<Record<Family, Readonly<Record<string, readonly [type: number, code?: number]>>>> = {
  IPv4: {
    "echo-reply": [0],
    pong: [0],
    "destination-unreachable": [3],
    "network-unreachable": [3, 0],
    "host-unreachable": [3, 1],
    "protocol-unreachable": [3, 2],
    "port-unreachable": [3, 3],
    "fragmentation-needed": [3, 4],
    "communication-prohibited": [3, 13],
    "source-quench": [4],
    redirect: [5],
    "echo-request": [8],
    ping: [8],
    "router-advertisement": [9],
    "router-solicitation": [10],
    "time-exceeded": [11],
    "ttl-exceeded": [11],
    "ttl-zero-during-transit": [11, 0],
    "parameter-problem": [12],
    "timestamp-request": [13],
    "timestamp-reply": [14],
  },
  IPv6: {
    "destination-unreachable": [1],
    "no-route": [1, 0],
    "communication-prohibited": [1, 1],
    "address-unreachable": [1, 3],
    "port-unreachable": [1, 4],
    "packet-too-big": [2],
    "time-exceeded": [3],
    "ttl-exceeded": [3],
    "parameter-problem": [4],
    "echo-request": [128],
    ping: [128],
    "echo-reply": [129],
    pong: [129],
    "router-solicitation": [133],
    "router-advertisement": [134],
    "neighbour-solicitation": [135],
    "neighbor-solicitation": [135],
    "neighbour-advertisement": [136],
    "neighbor-advertisement": [136],
    redirect: [137],
  },
};

/** `8`, `3/4`, `echo-request`, `any`; a text is an error. */
export function buildIcmp(text: string, invert: boolean, family: Family): IcmpMatch | string {
  if (text === "any") return { kind: "icmp", type: null, code: null, invert };
  const named = Object.hasOwn(NAMES[family], text) ? NAMES[family][text] : undefined;
  if (named !== undefined) return { kind: "icmp", type: named[0], code: named[1] ?? null, invert };
  const numbers = /^(\d{1,3})(?:\/(\d{1,3}))?$/.exec(text);
  const [type, code] = [Number(numbers?.[1]), numbers?.[2] === undefined ? null : Number(numbers[2])];
  if (numbers === null || type > 255 || (code ?? 0) > 255) return `unknown ICMP type ${text}`;
  return { kind: "icmp", type, code, invert };
}

export function icmpWords({ type, code, invert }: IcmpMatch, family: Family): readonly string[] {
  const option = family === "IPv4" ? "--icmp-type" : "--icmpv6-type";
  const text = type === null ? "any" : code === null ? String(type) : `${type}/${code}`;
  return [...(invert ? ["!"] : []), option, text];
}

/** `message` null: the packet is no ICMP, so that the rule's protocol does not fit either. */
export function icmpMatches({ type, code, invert }: IcmpMatch, message: { readonly type: number; readonly code: number } | null): boolean {
  if (message === null) return false;
  return (type === null || (message.type === type && (code === null || message.code === code))) !== invert;
}

/** Small builders of rules, so that the chains read like kube-proxy's own lines. */
import type { Address } from "../base/address.ts";
import type { Protocol } from "../base/names.ts";
import type { Match, Rule, RuleOrigin, Target } from "../netfilter/rules.ts";
import { hostCidr } from "./addresses.ts";
import type { PodSource } from "./settings.ts";

/** A rule appended to a chain: one `-A` line. */
export interface ChainRule {
  readonly chain: string;
  readonly rule: Rule;
}

/** The header fields of a rule that kube-proxy sets. */
export type Header = Partial<Pick<Rule, "protocol" | "source" | "destination" | "inInterface" | "destinationPort">>;

/** Fields always in one order: engines then keep one shape for all rules. */
export function makeRule(header: Header, matches: readonly Match[], target: Target | null, origin: RuleOrigin | null): Rule {
  return {
    protocol: header.protocol ?? null,
    source: header.source ?? null,
    destination: header.destination ?? null,
    inInterface: header.inInterface ?? null,
    outInterface: null,
    sourcePort: null,
    destinationPort: header.destinationPort ?? null,
    matches,
    target,
    origin,
  };
}

export function comment(text: string): Match {
  return { kind: "comment", text };
}

export function jump(chain: string): Target {
  return { kind: "jump", chain };
}

// Rules never change, so all of a protocol share its match.
const PROTOCOLS: Readonly<Record<Protocol, NonNullable<Rule["protocol"]>>> = {
  TCP: { name: "tcp", invert: false },
  UDP: { name: "udp", invert: false },
  SCTP: { name: "sctp", invert: false },
};

export function protocolOf(protocol: Protocol): NonNullable<Rule["protocol"]> {
  return PROTOCOLS[protocol];
}

/** `-m tcp -p tcp --dport PORT`, with `-d ADDRESS` unless null. */
export function toPort(protocol: Protocol, address: Address | null, port: number): Header {
  return {
    protocol: protocolOf(protocol),
    destination: address === null ? null : { cidr: hostCidr(address), invert: false },
    destinationPort: { from: port, to: port, invert: false },
  };
}

/** A source as the user wrote it: a prefix also where it holds one address. */
export function fromRange(cidr: string): Header {
  return { source: { cidr, invert: false, prefixWritten: true } };
}

export function fromAddress(address: Address): Header {
  return { source: { cidr: hostCidr(address), invert: false } };
}

export function toCidr(cidr: string, invert = false): Header {
  return { destination: { cidr, invert } };
}

/** "From a Pod", as the detector sees it. */
export function fromPods(pods: PodSource): Header {
  return podMatch(pods, false);
}

export function notFromPods(pods: PodSource): Header {
  return podMatch(pods, true);
}

function podMatch(pods: PodSource, invert: boolean): Header {
  return pods.kind === "cidr" ? { source: { cidr: pods.cidr, invert, prefixWritten: true } } : { inInterface: { name: pods.name, invert } };
}

export const TO_LOCAL: Match = { kind: "addrtype", destination: "LOCAL" };
export const FROM_LOCAL: Match = { kind: "addrtype", source: "LOCAL" };
export const NEW_CONNECTION: Match = { kind: "conntrack", states: ["NEW"], invert: false };

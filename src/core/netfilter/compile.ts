/**
 * A chain in the interpreter's form. The layout is the kernel's: what the header decides are plain fields of the rule,
 * all other matches are a list. Long chains get an index that leaves out rules which cannot match; order stays that of
 * the chain, so an index changes neither what happens nor what is drawn.
 *
 * Compiled chains hold nothing of a node. They are remembered by the identity of their Chain (a WeakMap: a pure memo),
 * so that all nodes share them and an unchanged chain is never compiled again.
 */
import { addressId, addressText, cidrTest, endpointText, parseCidr } from "../base/address.ts";
import type { CidrTest } from "../base/address.ts";
import { probabilityThreshold } from "./kernel-numbers.ts";
import { protocolMatchPosition } from "./print.ts";
import { SCTP, TCP, UDP, protocolNumber } from "./protocols.ts";
import type { AddressMatch, AddressType, Chain, ConntrackState, InterfaceMatch, Match, PortRange, Rule, RuleOrigin } from "./rules.ts";
import type { RuleEffect } from "./walk.ts";

/** Below this many rules a walk is as fast as an index. */
const INDEX_ABOVE = 8;

/** No address, protocol or port test. */
export const ANY = -1;

// Bits of a packet's conntrack state, for -m conntrack.
export const CT_INVALID = 1;
export const CT_NEW = 2;
export const CT_ESTABLISHED = 4;
export const CT_RELATED = 8;
export const CT_UNTRACKED = 16;
export const CT_SNAT = 32;
export const CT_DNAT = 64;
const STATE_BITS: Readonly<Record<ConntrackState, number>> = {
  INVALID: CT_INVALID,
  NEW: CT_NEW,
  ESTABLISHED: CT_ESTABLISHED,
  RELATED: CT_RELATED,
  UNTRACKED: CT_UNTRACKED,
  SNAT: CT_SNAT,
  DNAT: CT_DNAT,
};

/** What a compiled match asks. Numbers, so that the hot switch compares small integers. */
export const OP = {
  conntrack: 0,
  mark: 1,
  statistic: 2,
  sourceType: 3,
  destinationType: 4,
  recent: 5,
  multiport: 6,
  limit: 7,
  set: 8,
  ports: 9,
  unknown: 10,
  /** Asks the packet's own header or its flow: the rarer ones that a person writes. */
  packet: 11,
} as const;

/** One match. `value` and `mask` hold what the operation needs; `match` is the rule's own, for the rarer ones. */
export class CompiledMatch {
  readonly op: number;
  readonly invert: boolean;
  readonly value: number;
  readonly mask: number;
  readonly addressType: AddressType | null;
  readonly match: Match | null;

  constructor(op: number, invert: boolean, value: number, mask: number, addressType: AddressType | null, match: Match | null) {
    this.op = op;
    this.invert = invert;
    this.value = value;
    this.mask = mask;
    this.addressType = addressType;
    this.match = match;
  }
}

// What of a rule's header is to be asked, and what of it is negated. A rule without header asks nothing.
export const TESTS_DESTINATION = 1;
export const TESTS_PROTOCOL = 2;
export const TESTS_DESTINATION_PORT = 4;
export const TESTS_SOURCE = 8;
export const TESTS_SOURCE_CIDR = 16;
export const TESTS_DESTINATION_CIDR = 32;
export const TESTS_SOURCE_PORT = 64;
export const TESTS_IN_INTERFACE = 128;
export const TESTS_OUT_INTERFACE = 256;
export const NOT_DESTINATION = 512;
export const NOT_PROTOCOL = 1024;
export const NOT_DESTINATION_PORT = 2048;
export const NOT_SOURCE = 4096;
export const NOT_SOURCE_PORT = 8192;

/** What a rule does, as a number for the hot switch. */
export const ACTION = {
  none: 0,
  jump: 1,
  goto: 2,
  ACCEPT: 3,
  DROP: 4,
  RETURN: 5,
  REJECT: 6,
  MARK: 7,
  DNAT: 8,
  SNAT: 9,
  MASQUERADE: 10,
  REDIRECT: 11,
  LOG: 12,
  unknown: 13,
  aside: 14,
} as const;

/**
 * A rule with its header test as fields, always in this order and of these kinds. With thousands of Services what a rule
 * costs is the cache lines that it touches: what most packets ask stands together at the front.
 */
export class CompiledRule {
  /** TESTS_… and NOT_… bits. */
  readonly header: number;
  readonly destination: number;
  readonly destinationPortFrom: number;
  readonly destinationPortTo: number;
  readonly protocol: number;
  /** The id of a whole address, or ANY. */
  readonly source: number;
  readonly sourceCidr: CidrTest | null;
  /** The rule after this one in its chain; null at the end. */
  next: CompiledRule | null;
  readonly hasMatches: boolean;
  /** An ACTION. */
  readonly action: number;
  readonly index: number;
  /** Where DNAT or SNAT go, or ANY. */
  readonly natAddress: number;
  /** The one port that DNAT goes to, or ANY. */
  readonly natPort: number;
  readonly origin: RuleOrigin | null;
  /** What a match does, where it does the same for every packet. */
  readonly did: RuleEffect | null;
  /** The threshold where a plain statistic match is all that is asked, else ANY. */
  readonly threshold: number;
  readonly matches: readonly CompiledMatch[];
  readonly destinationCidr: CidrTest | null;
  readonly sourcePortFrom: number;
  readonly sourcePortTo: number;
  readonly inInterface: InterfaceMatch | null;
  readonly outInterface: InterfaceMatch | null;
  readonly rule: Rule;

  constructor(rule: Rule, index: number) {
    const late = portsComeLate(rule);
    const source = compileAddress(rule.source);
    const destination = compileAddress(rule.destination);
    const sourcePort = late ? null : rule.sourcePort;
    const destinationPort = late ? null : rule.destinationPort;
    const matches = compileMatches(rule, late);
    const [only] = matches;
    const plain = matches.length === 1 && only?.op === OP.statistic && !only.invert;
    this.header = headerBits(rule, source.id, destination.id, sourcePort, destinationPort);
    this.destination = destination.id;
    this.destinationPortFrom = destinationPort?.from ?? ANY;
    this.destinationPortTo = destinationPort?.to ?? ANY;
    this.protocol = rule.protocol === null ? ANY : protocolNumber(rule.protocol.name);
    this.source = source.id;
    this.sourceCidr = source.cidr;
    this.next = null;
    this.hasMatches = matches.length > 0;
    this.action = ACTION[rule.target?.kind ?? "none"];
    this.index = index;
    this.natAddress = natAddressOf(rule);
    this.natPort = rule.target?.kind === "DNAT" && rule.target.portTo === undefined ? (rule.target.port ?? ANY) : ANY;
    this.origin = rule.origin;
    this.did = effectOf(rule, this);
    this.threshold = plain ? only.value : ANY;
    this.matches = matches;
    this.destinationCidr = destination.cidr;
    this.sourcePortFrom = sourcePort?.from ?? ANY;
    this.sourcePortTo = sourcePort?.to ?? ANY;
    this.inInterface = rule.inInterface;
    this.outInterface = rule.outInterface;
    this.rule = rule;
  }
}

function headerBits(
  rule: Rule,
  source: number,
  destination: number,
  sourcePort: PortRange | null,
  destinationPort: PortRange | null,
): number {
  let bits = 0;
  if (rule.destination !== null) bits |= destination === ANY ? TESTS_DESTINATION_CIDR : TESTS_DESTINATION;
  if (rule.source !== null) bits |= source === ANY ? TESTS_SOURCE_CIDR : TESTS_SOURCE;
  if (rule.protocol !== null) bits |= TESTS_PROTOCOL;
  if (destinationPort !== null) bits |= TESTS_DESTINATION_PORT;
  if (sourcePort !== null) bits |= TESTS_SOURCE_PORT;
  if (rule.inInterface !== null) bits |= TESTS_IN_INTERFACE;
  if (rule.outInterface !== null) bits |= TESTS_OUT_INTERFACE;
  if (rule.destination?.invert === true) bits |= NOT_DESTINATION;
  if (rule.source?.invert === true) bits |= NOT_SOURCE;
  if (rule.protocol?.invert === true) bits |= NOT_PROTOCOL;
  if (destinationPort?.invert === true) bits |= NOT_DESTINATION_PORT;
  if (sourcePort?.invert === true) bits |= NOT_SOURCE_PORT;
  return bits;
}

const DID_ACCEPT: RuleEffect = { kind: "accept" };
const DID_DROP: RuleEffect = { kind: "drop" };
const DID_RETURN: RuleEffect = { kind: "return" };
const DID_COUNT: RuleEffect = { kind: "count" };
const DID_LOG: RuleEffect = { kind: "log" };

/** null where it depends on the packet, or is not known. */
function effectOf(rule: Rule, compiled: Pick<CompiledRule, "header" | "protocol" | "natAddress" | "natPort">): RuleEffect | null {
  const { target } = rule;
  switch (target?.kind) {
    case undefined: {
      const recent = rule.matches.find((match) => match.kind === "recent" && match.action === "set");
      return recent?.kind === "recent" ? { kind: "remember", list: recent.name } : DID_COUNT;
    }
    // A jump's own target has the shape of the effect: { kind, chain }.
    case "jump":
    case "goto":
      return target;
    case "ACCEPT":
      return DID_ACCEPT;
    case "DROP":
      return DID_DROP;
    case "RETURN":
      return DID_RETURN;
    case "LOG":
      return DID_LOG;
    case "aside":
      return DID_COUNT;
    case "REJECT":
      return { kind: "reject", with: target.with };
    case "DNAT": {
      const { header, protocol, natAddress, natPort } = compiled;
      const hasPorts = (header & NOT_PROTOCOL) === 0 && (protocol === TCP || protocol === UDP || protocol === SCTP);
      return hasPorts && natAddress !== ANY && natPort !== ANY
        ? { kind: "dnat", to: endpointText(addressText(natAddress), natPort) }
        : null;
    }
    default:
      return null;
  }
}

function natAddressOf(rule: Rule): number {
  const { target } = rule;
  const address = target?.kind === "DNAT" || target?.kind === "SNAT" ? target.address : undefined;
  return address === undefined ? ANY : addressId(address);
}

/**
 * The rules of one chain. A long chain compiles each when a packet meets it: of ten thousand Services' rules in
 * KUBE-SERVICES the index leads a packet to one, and the others cost nothing until a plain walk asks for all.
 */
export class CompiledRules {
  readonly length: number;
  readonly #source: readonly Rule[];
  readonly #made: (CompiledRule | undefined)[];
  #linked: readonly CompiledRule[] | null = null;

  constructor(source: readonly Rule[]) {
    this.length = source.length;
    this.#source = source;
    this.#made = new Array<CompiledRule | undefined>(source.length);
  }

  /** The rule at a position of the chain; undefined behind its end. */
  at(position: number): CompiledRule | undefined {
    return this.#made[position] ?? this.#make(position);
  }

  #make(position: number): CompiledRule | undefined {
    const rule = this.#source[position];
    if (rule === undefined) return undefined;
    const made = new CompiledRule(rule, position);
    this.#made[position] = made;
    return made;
  }

  /** All of them, each with its `next`. */
  all(): readonly CompiledRule[] {
    if (this.#linked !== null) return this.#linked;
    const all = this.#source.map((_, i) => this.at(i) as CompiledRule); // as long as its source
    for (let i = 1; i < all.length; i++) (all[i - 1] as CompiledRule).next = all[i] as CompiledRule;
    this.#linked = all;
    return all;
  }
}

export interface ChainBody {
  readonly chain: Chain;
  readonly rules: CompiledRules;
  readonly index: ChainIndex | null;
  readonly chances: Chances | null;
}

/**
 * Rules in a row that every packet meets and that ask chance alone, as a service port's own chain has one for each endpoint:
 * thresholds side by side, so that those which are passed need not be touched.
 */
export interface Chances {
  /** Position of the first. */
  readonly from: number;
  readonly thresholds: readonly number[];
}

/** Fewer than this are looked at one by one. */
const CHANCES_FROM = 3;

/** One position by itself, several as a list: most addresses have one rule, and a list costs a cache miss. */
export type Positions = number | readonly number[];

/** Positions of rules by what they pin, each list ascending. */
export interface ChainIndex {
  /** Rules that pin a whole destination address. */
  readonly byAddress: ReadonlyMap<number, Positions>;
  /** Rules that pin one destination port and no whole address. */
  readonly byPort: ReadonlyMap<number, Positions>;
  readonly others: readonly number[];
}

const bodies = new WeakMap<Chain, ChainBody>();

/** The chain in fast form; the same object for the same Chain. */
export function compileChain(chain: Chain): ChainBody {
  const known = bodies.get(chain);
  if (known !== undefined) return known;
  const body = { chain, ...compileRules(chain.rules) };
  bodies.set(chain, body);
  return body;
}

/** Also a pure memo: a chain that is written anew with the same rules counts anew, and is not compiled again. */
const compiled = new WeakMap<readonly Rule[], Omit<ChainBody, "chain">>();

function compileRules(list: readonly Rule[]): Omit<ChainBody, "chain"> {
  const known = compiled.get(list);
  if (known !== undefined) return known;
  const rules = new CompiledRules(list);
  const index = list.length > INDEX_ABOVE ? usefulIndex(list) : null;
  const made = { rules, index, chances: index === null ? chancesOf(rules.all()) : null };
  compiled.set(list, made);
  return made;
}

/** The first such row of a chain. */
function chancesOf(rules: readonly CompiledRule[]): Chances | null {
  const isChance = (rule: CompiledRule | undefined): rule is CompiledRule => rule?.header === 0 && rule.threshold !== ANY;
  const from = rules.findIndex(isChance);
  if (from < 0) return null;
  let end = from;
  while (isChance(rules[end])) end += 1;
  return end - from < CHANCES_FROM
    ? null
    : sharedChances(
        from,
        rules.slice(from, end).map((rule) => rule.threshold),
      );
}

/** A pure memo: Services with as many endpoints ask the same thresholds, which then lie in a cache. */
const knownChances = new Map<string, Chances>();

function sharedChances(from: number, thresholds: readonly number[]): Chances {
  const key = `${from} ${thresholds.join(" ")}`;
  const known = knownChances.get(key);
  if (known !== undefined) return known;
  const made = { from, thresholds };
  knownChances.set(key, made);
  return made;
}

/** null where it would leave out so few rules that a walk is as fast, as in a chain of statistic rules. */
function usefulIndex(rules: readonly Rule[]): ChainIndex | null {
  const index = buildIndex(rules);
  return rules.length - index.others.length > INDEX_ABOVE ? index : null;
}

function buildIndex(rules: readonly Rule[]): ChainIndex {
  const byAddress = new Map<number, number | number[]>();
  const byPort = new Map<number, number | number[]>();
  const others: number[] = [];
  rules.forEach((rule, i) => {
    const address = pinnedAddress(rule.destination);
    if (address !== ANY) append(byAddress, address, i);
    else if (pinsOnePort(rule)) append(byPort, rule.destinationPort?.from ?? ANY, i);
    else others.push(i);
  });
  return { byAddress, byPort, others };
}

/** The id of the one address that the match fits, or ANY. */
function pinnedAddress(match: AddressMatch | null): number {
  return match === null || match.invert ? ANY : wholeAddress(match.cidr);
}

function pinsOnePort(rule: Rule): boolean {
  const { destinationPort: range } = rule;
  return range !== null && !range.invert && range.from === range.to && !portsComeLate(rule);
}

function append(map: Map<number, number | number[]>, key: number, value: number): void {
  const there = map.get(key);
  if (there === undefined) map.set(key, value);
  else if (typeof there === "number") map.set(key, [there, value]);
  else there.push(value);
}

function compileAddress(match: AddressMatch | null): { readonly id: number; readonly cidr: CidrTest | null } {
  if (match === null) return { id: ANY, cidr: null };
  const id = wholeAddress(match.cidr);
  return { id, cidr: id === ANY ? prefixTest(match) : null };
}

/** The id of the address where the prefix holds no other, or ANY. */
function wholeAddress(cidr: string): number {
  const whole = cidr.endsWith(cidr.includes(":") ? "/128" : "/32");
  return whole ? addressId(cidr.slice(0, cidr.indexOf("/"))) : ANY;
}

/** A pure memo: a node's rules name a handful of prefixes, each of them ten thousand times. */
const prefixTests = new Map<string, CidrTest>();

function prefixTest({ cidr }: AddressMatch): CidrTest {
  const known = prefixTests.get(cidr);
  if (known !== undefined) return known;
  const read = parseCidr(cidr);
  if (read === null || read.text !== cidr) throw new Error(`not a canonical prefix in a rule: ${JSON.stringify(cidr)}`);
  const test = cidrTest(read);
  prefixTests.set(cidr, test);
  return test;
}

/**
 * The kernel asks the protocol's match where it stands among the others. That shows only when one before it remembers,
 * draws or counts; then the ports stay out of the header.
 */
function portsComeLate(rule: Rule): boolean {
  if (rule.sourcePort === null && rule.destinationPort === null) return false;
  const at = protocolMatchPosition(rule) ?? 0;
  return rule.matches.slice(0, at).some((match) => ["recent", "statistic", "limit", "unknown"].includes(match.kind));
}

const NO_MATCHES: readonly CompiledMatch[] = [];

function compileMatches(rule: Rule, latePorts: boolean): readonly CompiledMatch[] {
  const asked: CompiledMatch[] = [];
  const at = latePorts ? protocolMatchPosition(rule) : null;
  rule.matches.forEach((match, i) => {
    if (i === at) asked.push(portsMatch());
    asked.push(...compileMatch(match));
  });
  if (at === rule.matches.length) asked.push(portsMatch());
  return asked.length === 0 ? NO_MATCHES : asked;
}

function portsMatch(): CompiledMatch {
  return new CompiledMatch(OP.ports, false, 0, 0, null, null);
}

/** comment and nfacct (which only counts) are always true and leave nothing to ask. */
function compileMatch(match: Match): CompiledMatch[] {
  switch (match.kind) {
    case "comment":
    case "nfacct":
      return [];
    case "conntrack": {
      const mask = match.states.reduce((bits, state) => bits | STATE_BITS[state], 0);
      return [new CompiledMatch(OP.conntrack, match.invert, 0, mask, null, match)];
    }
    case "mark":
      return [new CompiledMatch(OP.mark, match.invert, match.value | 0, match.mask | 0, null, match)];
    case "statistic":
      return [new CompiledMatch(OP.statistic, match.invert, probabilityThreshold(match.probability), 0, null, match)];
    case "addrtype":
      return [
        ...typeMatch(OP.sourceType, match.source, match.sourceInvert === true, match),
        ...typeMatch(OP.destinationType, match.destination, match.destinationInvert === true, match),
      ];
    case "recent":
      return [new CompiledMatch(OP.recent, match.invert, 0, 0, null, match)];
    case "multiport":
      return [new CompiledMatch(OP.multiport, match.invert, 0, 0, null, match)];
    case "limit":
      return [new CompiledMatch(OP.limit, false, 0, 0, null, match)];
    case "set":
      return [new CompiledMatch(OP.set, match.invert, 0, 0, null, match)];
    case "connection":
    case "tcp-flags":
    case "icmp":
      return [new CompiledMatch(OP.packet, false, 0, 0, null, match)];
    case "unknown":
      return [new CompiledMatch(OP.unknown, false, 0, 0, null, match)];
  }
}

/** Types that only routes decide (BLACKHOLE and so on) are not modelled. */
function typeMatch(op: number, type: AddressType | undefined, invert: boolean, match: Match): CompiledMatch[] {
  if (type === undefined) return [];
  const modelled = ["LOCAL", "UNICAST", "BROADCAST", "MULTICAST"].includes(type);
  return [new CompiledMatch(modelled ? op : OP.unknown, invert, 0, 0, type, match)];
}

/** True if the port lies in the rule's range, negation included; true where the rule has none. */
export function portMatches(range: PortRange | null, port: number): boolean {
  return range === null || (port >= range.from && port <= range.to) !== range.invert;
}

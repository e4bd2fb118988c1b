/**
 * The words of one rule, as people and tools write them for iptables, read into the model. Options may stand in any
 * order; a match that is not known, or a known one with an option that is not, becomes a Match of kind `unknown` that
 * keeps its words, so that nothing is guessed.
 */
import { addressFamily, parseCidr } from "../base/address.ts";
import type { Family } from "../base/names.ts";
import { buildTcpFlags } from "./header-tests.ts";
import { ASIDE_TARGETS, MATCHES, TARGETS, UNMODELLED_TARGETS, gotoSpec, jumpSpec, readRange } from "./parse-extensions.ts";
import type { Given, Spec } from "./parse-extensions.ts";
import { hasPorts, protocolMatchPosition } from "./print.ts";
import type { AddressMatch, InterfaceMatch, Match, PortRange, Rule, Target } from "./rules.ts";

export interface RuleWords {
  readonly family: Family;
  readonly words: readonly string[];
  /** True for chains that a jump may name. */
  readonly isChain: (name: string) => boolean;
}

export interface ParsedRule {
  /** Several where one line names several addresses (`-s A,B`). */
  readonly rules: readonly Rule[];
  /** What iptables would refuse. Rules are then empty. */
  readonly error: string | null;
  /** Words that were kept but are not modelled. */
  readonly unmodelled: readonly string[];
}

interface Draft<T> {
  readonly name: string;
  readonly spec: Spec<T> | null;
  readonly given: Given[];
  readonly words: string[];
  known: boolean;
}

const HEADER_OPTIONS: Readonly<Record<string, keyof HeaderDraft>> = {
  "-s": "source",
  "--source": "source",
  "--src": "source",
  "-d": "destination",
  "--destination": "destination",
  "--dst": "destination",
  "-i": "inInterface",
  "--in-interface": "inInterface",
  "-o": "outInterface",
  "--out-interface": "outInterface",
  "-p": "protocol",
  "--protocol": "protocol",
  "--proto": "protocol",
};
const PORT_OPTIONS: Readonly<Record<string, "sourcePort" | "destinationPort">> = {
  "--sport": "sourcePort",
  "--source-port": "sourcePort",
  "--dport": "destinationPort",
  "--destination-port": "destinationPort",
};

/** Options that load the protocol's match without `-m` and are not modelled. */
const PROTOCOL_OPTIONS: readonly string[] = ["--tcp-option", "--chunk-types"];
/** Options that load a match of their own without `-m`, by the protocol whose it is. */
const LOADING_OPTIONS: Readonly<Record<string, string>> = { "--icmp-type": "icmp", "--icmpv6-type": "icmp6" };

interface HeaderDraft {
  source: { readonly text: string; readonly invert: boolean } | null;
  destination: { readonly text: string; readonly invert: boolean } | null;
  inInterface: { readonly text: string; readonly invert: boolean } | null;
  outInterface: { readonly text: string; readonly invert: boolean } | null;
  protocol: { readonly text: string; readonly invert: boolean } | null;
}

interface RuleDraft {
  readonly header: HeaderDraft;
  sourcePort: PortRange | null;
  destinationPort: PortRange | null;
  /** Matches in the order in which they were loaded; the protocol's own by its name alone. */
  readonly matches: Draft<Match>[];
  protocolMatch: { readonly name: string; readonly at: number } | null;
  tcpFlags: Extract<Match, { kind: "tcp-flags" }> | null;
  target: Draft<Target> | null;
  /** The draft that takes options nobody knows. */
  last: Draft<Match> | Draft<Target> | null;
}

class Refused extends Error {}

/** Reads the words after `-A CHAIN`. */
export function parseRuleWords(input: RuleWords): ParsedRule {
  try {
    const draft = readWords(input);
    return finish(draft, input);
  } catch (error) {
    if (error instanceof Refused) return { rules: [], error: error.message, unmodelled: [] };
    throw error;
  }
}

// ---- reading words ------------------------------------------------------------------------------------------------

function readWords(input: RuleWords): RuleDraft {
  const draft: RuleDraft = {
    header: { source: null, destination: null, inInterface: null, outInterface: null, protocol: null },
    sourcePort: null,
    destinationPort: null,
    matches: [],
    protocolMatch: null,
    tcpFlags: null,
    target: null,
    last: null,
  };
  const { words } = input;
  let at = 0;
  while (at < words.length) {
    const invert = words[at] === "!";
    if (invert) at += 1;
    const option = words[at];
    if (option === undefined) throw new Refused("nothing follows the !");
    if (!option.startsWith("-")) throw new Refused(`unexpected word ${option}`);
    at += 1;
    at = readOption(draft, input, option, invert, at);
  }
  return draft;
}

function readOption(draft: RuleDraft, input: RuleWords, option: string, invert: boolean, at: number): number {
  const { words } = input;
  const argument = (): string => words[at] ?? refuse(`${option} needs a value`);
  const headerField = HEADER_OPTIONS[option];
  if (headerField !== undefined) {
    draft.header[headerField] = { text: argument(), invert };
    return at + 1;
  }
  const portField = PORT_OPTIONS[option];
  if (portField !== undefined) {
    loadProtocolMatch(draft, draft.protocolMatch?.name ?? draft.header.protocol?.text ?? "");
    draft[portField] = readPorts(argument(), invert);
    return at + 1;
  }
  switch (option) {
    case "-m":
    case "--match":
      loadMatch(draft, argument());
      return at + 1;
    case "-j":
    case "--jump":
      loadTarget(draft, argument(), input);
      return at + 1;
    case "-g":
    case "--goto": {
      const chain = argument();
      if (!input.isChain(chain)) throw new Refused(`goto '${chain}' is not a chain`);
      draft.target = { name: chain, spec: gotoSpec(chain), given: [], words: ["-g", chain], known: true };
      return at + 1;
    }
    case "--syn":
    case "--tcp-flags": {
      if ((draft.header.protocol?.text ?? draft.protocolMatch?.name) !== "tcp") throw new Refused(`${option} needs -p tcp`);
      loadProtocolMatch(draft, "tcp");
      const count = option === "--syn" ? 0 : 2;
      const flags = buildTcpFlags(option, invert, words.slice(at, at + count));
      if (typeof flags === "string") throw new Refused(flags);
      if (draft.tcpFlags !== null) throw new Refused("only one of --syn and --tcp-flags is allowed");
      draft.tcpFlags = flags;
      return at + count;
    }
    case "-f":
    case "--fragment":
      draft.matches.push({ name: "fragment", spec: null, given: [], words: [...(invert ? ["!"] : []), "-f"], known: false });
      return at;
    case "-c":
    case "--set-counters":
      return at + 2;
    case "-4":
    case "-6":
      if ((option === "-4") !== (input.family === "IPv4")) throw new Refused(`${option} in ${input.family} rules`);
      return at;
    default:
      return readExtensionOption(draft, words, option, invert, at);
  }
}

/** Gives an option to the loaded match or target that knows it, latest first; else to the last one loaded, which is unknown then. */
function readExtensionOption(draft: RuleDraft, words: readonly string[], option: string, invert: boolean, at: number): number {
  const loads = LOADING_OPTIONS[option];
  if (loads !== undefined && !draft.matches.some(({ name }) => name === loads)) loadMatch(draft, loads);
  const loaded: (Draft<Match> | Draft<Target>)[] = draft.target === null ? draft.matches : [...draft.matches, draft.target];
  for (let i = loaded.length - 1; i >= 0; i--) {
    const owner = loaded[i];
    const count = owner?.spec?.options[option];
    if (owner === undefined || count === undefined) continue;
    const args = words.slice(at, at + count);
    if (args.length < count) throw new Refused(`${option} needs a value`);
    owner.given.push({ name: option, invert, args });
    owner.words.push(...(invert ? ["!"] : []), option, ...args);
    return at + count;
  }
  const protocol = draft.header.protocol?.text ?? "";
  if (PROTOCOL_OPTIONS.includes(option) && hasPorts(protocol)) loadProtocolMatch(draft, protocol);
  const owner = draft.last ?? refuse(`unknown option ${option}`);
  let end = at;
  while (end < words.length && !(words[end] as string).startsWith("-") && words[end] !== "!") end += 1;
  owner.known = false;
  owner.words.push(...(invert ? ["!"] : []), option, ...words.slice(at, end));
  return end;
}

function loadMatch(draft: RuleDraft, name: string): void {
  if (hasPorts(name)) {
    loadProtocolMatch(draft, name);
    return;
  }
  const spec = MATCHES[name] ?? null;
  const match: Draft<Match> = { name, spec, given: [], words: ["-m", name], known: spec !== null };
  draft.matches.push(match);
  draft.last = match;
}

function loadProtocolMatch(draft: RuleDraft, name: string): void {
  if (!hasPorts(name)) throw new Refused(name === "" ? "a port needs -p tcp, udp or sctp" : `protocol ${name} has no ports`);
  if (draft.protocolMatch !== null) return;
  draft.protocolMatch = { name, at: draft.matches.length };
  // Other options of this match (--tcp-flags, --syn, --chunk-types) are not modelled: they make an unknown match of their own.
  const match: Draft<Match> = { name, spec: null, given: [], words: ["-m", name], known: true };
  draft.matches.push(match);
  draft.last = match;
}

function loadTarget(draft: RuleDraft, name: string, input: RuleWords): void {
  if (input.isChain(name)) {
    draft.target = { name, spec: jumpSpec(name), given: [], words: ["-j", name], known: true };
  } else {
    const spec = TARGETS[name] ?? null;
    if (spec === null && !UNMODELLED_TARGETS.includes(name)) throw new Refused(`no chain named ${name}`);
    draft.target = { name, spec, given: [], words: ["-j", name], known: spec !== null };
  }
  draft.last = draft.target;
}

// ---- making the rule ----------------------------------------------------------------------------------------------

function finish(draft: RuleDraft, { family }: RuleWords): ParsedRule {
  const protocol = readProtocol(draft.header.protocol);
  const ports = draft.protocolMatch;
  if (ports !== null && (protocol === null || protocol.invert || protocol.name !== ports.name)) {
    throw new Refused(`-m ${ports.name} needs -p ${ports.name}`);
  }
  const unmodelled: string[] = [];
  const matches: Match[] = [];
  let protocolMatchAt: number | null = null;
  for (const match of draft.matches) {
    const isProtocolMatch = match.spec === null && hasPorts(match.name) && match.known;
    if (isProtocolMatch) {
      protocolMatchAt ??= matches.length;
      if (draft.tcpFlags !== null) matches.push(draft.tcpFlags);
    } else matches.push(buildMatch(match, family, unmodelled));
  }
  if (draft.tcpFlags !== null && !matches.includes(draft.tcpFlags)) {
    // Beside an option that is not known: the flags stand by themselves.
    protocolMatchAt = matches.length;
    matches.push(draft.tcpFlags);
  }
  // Ports beside an unknown option of the same match still need their own place.
  if (protocolMatchAt === null && (draft.sourcePort !== null || draft.destinationPort !== null)) protocolMatchAt = ports?.at ?? 0;
  const target = draft.target === null ? null : buildTarget(draft.target, family, unmodelled);
  const misfit = needsProtocol(matches, target, protocol);
  if (misfit !== null) throw new Refused(misfit);
  const base: Rule = {
    protocol,
    source: null,
    destination: null,
    inInterface: readInterface(draft.header.inInterface),
    outInterface: readInterface(draft.header.outInterface),
    sourcePort: wholeRange(draft.sourcePort) ? null : draft.sourcePort,
    destinationPort: wholeRange(draft.destinationPort) ? null : draft.destinationPort,
    matches,
    target,
    origin: null,
  };
  const placed = protocolMatchPosition(base) === protocolMatchAt ? base : { ...base, protocolMatchAt };
  const sources = readAddresses(draft.header.source, family);
  const destinations = readAddresses(draft.header.destination, family);
  const rules = sources.flatMap((source) => destinations.map((destination) => ({ ...placed, source, destination })));
  return { rules, error: null, unmodelled };
}

/** What of a rule needs a protocol that it does not name; null: nothing. */
function needsProtocol(matches: readonly Match[], target: Target | null, protocol: Rule["protocol"]): string | null {
  const name = protocol === null || protocol.invert ? "" : protocol.name;
  if (matches.some(({ kind }) => kind === "multiport") && !hasPorts(name)) return "multiport needs -p tcp, udp, udplite, sctp or dccp";
  const icmp = matches.some(({ kind }) => kind === "icmp");
  if (icmp && name !== "icmp" && name !== "ipv6-icmp") return "an ICMP type needs -p icmp or -p ipv6-icmp";
  if (target?.kind === "REJECT" && target.with === "tcp-reset" && name !== "tcp") return "REJECT with tcp-reset needs -p tcp";
  const translates = target?.kind === "DNAT" || target?.kind === "SNAT" || target?.kind === "REDIRECT";
  return translates && target.port !== undefined && !hasPorts(name) ? `a port of ${target.kind} needs -p tcp, udp, sctp or dccp` : null;
}

function buildMatch(draft: Draft<Match>, family: Family, unmodelled: string[]): Match {
  if (draft.spec !== null && draft.known) {
    const match = draft.spec.build(draft.given, family);
    if (typeof match === "string") throw new Refused(match);
    if (match.kind === "unknown") unmodelled.push(match.text);
    return match;
  }
  const text = draft.words.map(word).join(" ");
  unmodelled.push(text);
  return { kind: "unknown", text };
}

function buildTarget(draft: Draft<Target>, family: Family, unmodelled: string[]): Target {
  if (draft.spec !== null && draft.known) {
    const target = draft.spec.build(draft.given, family);
    if (typeof target === "string") throw new Refused(target);
    if (target.kind === "unknown") unmodelled.push(target.text);
    if (otherFamily(target, family)) throw new Refused(`${draft.name} to an address that is not ${family}`);
    return target;
  }
  const text = draft.words.map(word).join(" ");
  if (ASIDE_TARGETS.includes(draft.name)) return { kind: "aside", text };
  unmodelled.push(text);
  return { kind: "unknown", text };
}

/** A word as it can be read again. */
function word(text: string): string {
  return /^[^\s"'\\]+$/.test(text) ? text : `"${text.replace(/["'\\]/g, "\\$&")}"`;
}

function readAddresses(given: HeaderDraft["source"], family: Family): (AddressMatch | null)[] {
  if (given === null) return [null];
  const parts = given.text.split(",");
  if (parts.length > 1 && given.invert) throw new Refused("! is not allowed with several addresses");
  return parts.map((part) => {
    const cidr = parseCidr(prefixed(part)) ?? refuse(`cannot read the address ${part}`);
    if (cidr.family !== family) throw new Refused(`${part} is not an ${family} address`);
    return cidr.prefix === 0 && !given.invert ? null : { cidr: cidr.text, invert: given.invert };
  });
}

/** `10.0.0.0/255.255.0.0` as `10.0.0.0/16`. A mask with holes stays as it is, and is refused. */
function prefixed(text: string): string {
  const [address = "", mask = ""] = text.split("/");
  const octets = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(mask)?.slice(1).map(Number);
  if (octets === undefined || octets.some((octet) => octet > 255)) return text;
  const bits = octets.map((octet) => octet.toString(2).padStart(8, "0")).join("");
  return /^1*0*$/.test(bits) ? `${address}/${bits.lastIndexOf("1") + 1}` : text;
}

function readInterface(given: HeaderDraft["source"]): InterfaceMatch | null {
  return given === null || given.text === "+" ? null : { name: given.text, invert: given.invert };
}

const PROTOCOL_NUMBERS: Readonly<Record<string, string>> = {
  "1": "icmp",
  "6": "tcp",
  "17": "udp",
  "33": "dccp",
  "47": "gre",
  "50": "esp",
  "51": "ah",
  "58": "ipv6-icmp",
  "132": "sctp",
  "136": "udplite",
  icmpv6: "ipv6-icmp",
};

function readProtocol(given: HeaderDraft["protocol"]): Rule["protocol"] {
  if (given === null) return null;
  const lower = given.text.toLowerCase();
  const name = PROTOCOL_NUMBERS[lower] ?? lower;
  if (name === "all" || name === "0") return null;
  return { name, invert: given.invert };
}

function wholeRange(range: PortRange | null): boolean {
  return range !== null && range.from === 0 && range.to === 65535 && !range.invert;
}

function readPorts(text: string, invert: boolean): PortRange {
  const range = readRange(text, ":") ?? refuse(`cannot read the port ${text}`);
  return { ...range, invert };
}

function otherFamily(target: Target, family: Family): boolean {
  const address = target.kind === "DNAT" || target.kind === "SNAT" ? target.address : undefined;
  return address !== undefined && addressFamily(address) !== family;
}

function refuse(message: string): never {
  throw new Refused(message);
}

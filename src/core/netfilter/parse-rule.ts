/**
 * The words of one rule, as people and tools write them for iptables, read into the model. Options may stand in any
 * order; a match that is not known, or a known one with an option that is not, becomes a Match of kind `unknown` that
 * keeps its words, so that nothing is guessed.
 */
import { addressFamily, canonicalAddress, parseCidr } from "../base/address.ts";
import type { Family } from "../base/names.ts";
import { limitPeriod } from "./kernel-numbers.ts";
import { hasPorts, protocolMatchPosition } from "./print.ts";
import type { AddressMatch, AddressType, ConntrackState, InterfaceMatch, Match, PortRange, Rule, Target } from "./rules.ts";

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

/** An option as given: `! --dport 80` is { name: "--dport", invert: true, args: ["80"] }. */
interface Given {
  readonly name: string;
  readonly invert: boolean;
  readonly args: readonly string[];
}

/** A reader of a match or target: its options with the number of their arguments, and what they make. A text is an error. */
interface Spec<T> {
  readonly options: Readonly<Record<string, number>>;
  readonly build: (given: readonly Given[], family: Family) => T | string;
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
const PROTOCOL_OPTIONS: readonly string[] = ["--syn", "--tcp-flags", "--tcp-option", "--chunk-types"];

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
    if (isProtocolMatch) protocolMatchAt ??= matches.length;
    else matches.push(buildMatch(match, family, unmodelled));
  }
  // Ports beside an unknown option of the same match still need their own place.
  if (protocolMatchAt === null && (draft.sourcePort !== null || draft.destinationPort !== null)) protocolMatchAt = ports?.at ?? 0;
  const target = draft.target === null ? null : buildTarget(draft.target, family, unmodelled);
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
    const cidr = parseCidr(part) ?? refuse(`cannot read the address ${part}`);
    if (cidr.family !== family) throw new Refused(`${part} is not an ${family} address`);
    return cidr.prefix === 0 && !given.invert ? null : { cidr: cidr.text, invert: given.invert };
  });
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

/** `80`, `80:90`, `:90`, `80:`; null if unreadable. */
function readRange(text: string, separator: ":" | "-"): { from: number; to: number } | null {
  const parts = text.split(separator);
  const numbers = parts.map((part, i) => (part === "" && parts.length === 2 ? i * 65535 : /^\d{1,5}$/.test(part) ? Number(part) : -1));
  const [from = -1, to = from] = numbers;
  const wrong = text === "" || parts.length > 2 || from < 0 || to > 65535 || from > to;
  return wrong ? null : { from, to };
}

// ---- matches ------------------------------------------------------------------------------------------------------

const STATES: readonly ConntrackState[] = ["INVALID", "NEW", "ESTABLISHED", "RELATED", "UNTRACKED", "SNAT", "DNAT"];
const ADDRESS_TYPES: readonly AddressType[] = [
  "LOCAL",
  "UNICAST",
  "BROADCAST",
  "MULTICAST",
  "ANYCAST",
  "BLACKHOLE",
  "UNREACHABLE",
  "PROHIBIT",
];

const one = (given: readonly Given[], ...names: string[]): Given | undefined => given.find((g) => names.includes(g.name));
const value = (given: readonly Given[], ...names: string[]): string | undefined => one(given, ...names)?.args[0];

function conntrackSpec(option: string): Spec<Match> {
  return {
    options: { [option]: 1 },
    build: (given) => {
      const states = one(given, option);
      if (states === undefined) return `${option} is missing`;
      const words = (states.args[0] ?? "").toUpperCase().split(",");
      const read = words.flatMap((w) => STATES.filter((state) => state === w));
      if (read.length < words.length) return `bad ctstate ${states.args[0] ?? ""}`;
      return { kind: "conntrack", states: read, invert: states.invert };
    },
  };
}

const MATCHES: Readonly<Record<string, Spec<Match>>> = {
  comment: {
    options: { "--comment": 1 },
    build: (given) => ({ kind: "comment", text: value(given, "--comment") ?? "" }),
  },
  conntrack: conntrackSpec("--ctstate"),
  state: conntrackSpec("--state"),
  mark: {
    options: { "--mark": 1 },
    build: (given) => {
      const mark = readMark(value(given, "--mark"));
      return mark === null ? "cannot read --mark" : { kind: "mark", ...mark, invert: one(given, "--mark")?.invert === true };
    },
  },
  addrtype: { options: { "--src-type": 1, "--dst-type": 1 }, build: buildAddressType },
  statistic: {
    options: { "--mode": 1, "--probability": 1 },
    build: (given) => {
      const probability = one(given, "--probability");
      const text = probability?.args[0] ?? "";
      if (value(given, "--mode") !== "random" || probability === undefined) return "statistic needs --mode random --probability";
      if (!/^\d*\.?\d+(e-?\d+)?$/i.test(text) || Number(text) > 1) return `--probability ${text} is not between 0 and 1`;
      return { kind: "statistic", probability: text, invert: probability.invert };
    },
  },
  recent: {
    options: {
      "--name": 1,
      "--set": 0,
      "--rcheck": 0,
      "--update": 0,
      "--remove": 0,
      "--seconds": 1,
      "--hitcount": 1,
      "--reap": 0,
      "--mask": 1,
      "--rsource": 0,
    },
    build: buildRecent,
  },
  multiport: {
    options: { "--sports": 1, "--source-ports": 1, "--dports": 1, "--destination-ports": 1, "--ports": 1 },
    build: (given) => {
      const ports = given[0];
      const ranges = (ports?.args[0] ?? "").split(",").map((part) => readRange(part, ":"));
      if (ports === undefined || ranges.includes(null)) return "cannot read the ports of multiport";
      const side = ports.name === "--ports" ? "either" : ports.name.startsWith("--s") ? "source" : "destination";
      return { kind: "multiport", side, ports: ranges.filter((range) => range !== null), invert: ports.invert };
    },
  },
  limit: {
    options: { "--limit": 1, "--limit-burst": 1 },
    build: (given) => {
      const rate = value(given, "--limit") ?? "3/hour";
      const burst = Number(value(given, "--limit-burst") ?? "5");
      if (limitPeriod(rate) === null) return `cannot read --limit ${rate}`;
      return Number.isInteger(burst) && burst > 0 ? { kind: "limit", rate, burst } : "bad --limit-burst";
    },
  },
  set: {
    options: { "--match-set": 2 },
    build: (given) => {
      const set = one(given, "--match-set");
      const flags = (set?.args[1] ?? "").split(",").filter((flag) => flag === "src" || flag === "dst");
      if (set === undefined || flags.length === 0) return "set needs --match-set NAME src|dst";
      return { kind: "set", name: set.args[0] ?? "", flags, invert: set.invert };
    },
  },
  nfacct: {
    options: { "--nfacct-name": 1 },
    build: (given) => ({ kind: "nfacct", name: value(given, "--nfacct-name") ?? "" }),
  },
};

function buildAddressType(given: readonly Given[]): Match | string {
  const source = one(given, "--src-type");
  const destination = one(given, "--dst-type");
  if (source === undefined && destination === undefined) return "addrtype needs --src-type or --dst-type";
  const type = (text: string | undefined): AddressType | undefined => ADDRESS_TYPES.find((t) => t === text?.toUpperCase());
  for (const option of [source, destination]) {
    if (option !== undefined && type(option.args[0]) === undefined) return `bad address type ${option.args[0] ?? ""}`;
  }
  return {
    kind: "addrtype",
    ...(source === undefined ? {} : { source: type(source.args[0]) }),
    ...(source?.invert === true ? { sourceInvert: true } : {}),
    ...(destination === undefined ? {} : { destination: type(destination.args[0]) }),
    ...(destination?.invert === true ? { destinationInvert: true } : {}),
  };
}

const RECENT_ACTIONS = ["set", "rcheck", "update", "remove"] as const;

function buildRecent(given: readonly Given[]): Match | string {
  const actions = RECENT_ACTIONS.filter((action) => one(given, `--${action}`) !== undefined);
  const [action] = actions;
  if (action === undefined || actions.length > 1) return "recent needs one of --set, --rcheck, --update, --remove";
  const mask = value(given, "--mask");
  if (mask !== undefined && mask !== "255.255.255.255" && canonicalAddress(mask) !== "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff") {
    return { kind: "unknown", text: `-m recent --${action} --name ${value(given, "--name") ?? "DEFAULT"} --mask ${mask}` };
  }
  const seconds = value(given, "--seconds");
  const hitcount = value(given, "--hitcount");
  if ([seconds, hitcount].some((number) => number !== undefined && !/^\d{1,9}$/.test(number)))
    return "recent: --seconds and --hitcount are numbers";
  const reap = one(given, "--reap") !== undefined;
  if (reap && seconds === undefined) return "recent: --reap needs --seconds";
  return {
    kind: "recent",
    name: value(given, "--name") ?? "DEFAULT",
    action,
    ...(seconds === undefined ? {} : { seconds: Number(seconds) }),
    ...(hitcount === undefined ? {} : { hitcount: Number(hitcount) }),
    reap,
    invert: one(given, `--${action}`)?.invert === true,
  };
}

/** `0x4000`, `0x4000/0x4000`, decimal, octal; null if unreadable. */
function readMark(text: string | undefined): { value: number; mask: number } | null {
  const [value = "", mask] = (text ?? "").split("/");
  const number = (part: string): number | null => {
    const read =
      /^0x[0-9a-f]+$/i.test(part) || /^(0|[1-9]\d*)$/.test(part) ? Number(part) : /^0[0-7]+$/.test(part) ? Number.parseInt(part, 8) : -1;
    return read >= 0 && read <= 0xffffffff ? read : null;
  };
  const [a, b] = [number(value), mask === undefined ? 0xffffffff : number(mask)];
  return a === null || b === null ? null : { value: a, mask: b };
}

// ---- targets ------------------------------------------------------------------------------------------------------

const jumpSpec = (chain: string): Spec<Target> => ({ options: {}, build: () => ({ kind: "jump", chain }) });
const gotoSpec = (chain: string): Spec<Target> => ({ options: {}, build: () => ({ kind: "goto", chain }) });
const plain = (kind: "ACCEPT" | "DROP" | "RETURN"): Spec<Target> => ({ options: {}, build: () => ({ kind }) });

const REJECT_WITH: Readonly<Record<Family, readonly string[]>> = {
  IPv4: [
    "icmp-net-unreachable",
    "icmp-host-unreachable",
    "icmp-proto-unreachable",
    "icmp-port-unreachable",
    "icmp-net-prohibited",
    "icmp-host-prohibited",
    "icmp-admin-prohibited",
    "tcp-reset",
  ],
  IPv6: ["icmp6-no-route", "icmp6-adm-prohibited", "icmp6-addr-unreachable", "icmp6-port-unreachable", "tcp-reset"],
};

const TARGETS: Readonly<Record<string, Spec<Target>>> = {
  ACCEPT: plain("ACCEPT"),
  DROP: plain("DROP"),
  RETURN: plain("RETURN"),
  REJECT: {
    options: { "--reject-with": 1 },
    build: (given, family) => {
      const answer = value(given, "--reject-with") ?? (family === "IPv4" ? "icmp-port-unreachable" : "icmp6-port-unreachable");
      return REJECT_WITH[family].includes(answer) ? { kind: "REJECT", with: answer } : `unknown reject type ${answer}`;
    },
  },
  MARK: { options: { "--set-mark": 1, "--set-xmark": 1, "--or-mark": 1, "--and-mark": 1, "--xor-mark": 1 }, build: buildMark },
  DNAT: { options: { "--to-destination": 1 }, build: (given) => buildNat("DNAT", value(given, "--to-destination")) },
  SNAT: {
    options: { "--to-source": 1, "--random-fully": 0 },
    build: (given) => {
      const nat = buildNat("SNAT", value(given, "--to-source"));
      return typeof nat === "string" ? nat : { ...nat, randomFully: one(given, "--random-fully") !== undefined };
    },
  },
  MASQUERADE: {
    options: { "--random-fully": 0 },
    build: (given) => ({ kind: "MASQUERADE", randomFully: one(given, "--random-fully") !== undefined }),
  },
  REDIRECT: {
    options: { "--to-ports": 1 },
    build: (given) => {
      const text = value(given, "--to-ports") ?? "";
      const range = readRange(text, "-");
      if (range === null || range.from !== range.to)
        return { kind: "unknown", text: `-j REDIRECT${text === "" ? "" : ` --to-ports ${text}`}` };
      return { kind: "REDIRECT", port: range.from };
    },
  },
  // How a line is logged changes no packet: the other options are read and left out.
  LOG: {
    options: {
      "--log-prefix": 1,
      "--log-level": 1,
      "--log-tcp-sequence": 0,
      "--log-tcp-options": 0,
      "--log-ip-options": 0,
      "--log-uid": 0,
      "--log-macdecode": 0,
    },
    build: (given) => ({ kind: "LOG", prefix: value(given, "--log-prefix") ?? "" }),
  },
};

/** Targets that exist but are not modelled; any other word after -j must be a chain. */
const UNMODELLED_TARGETS: readonly string[] = (
  "AUDIT CHECKSUM CLASSIFY CLUSTERIP CONNMARK CONNSECMARK CT DNPT DSCP ECN HL HMARK IDLETIMER LED NETMAP NFLOG NFQUEUE NOTRACK " +
  "QUEUE RATEEST SECMARK SET SNPT SYNPROXY TCPMSS TCPOPTSTRIP TEE TOS TPROXY TRACE TTL ULOG"
).split(" ");

function buildMark(given: readonly Given[]): Target | string {
  const option = given[0];
  const mark = readMark(option?.args[0]);
  if (option === undefined || given.length > 1 || mark === null) return "MARK needs one readable value";
  switch (option.name) {
    case "--set-xmark":
      return { kind: "MARK", ...mark, written: "set-xmark" };
    case "--set-mark":
      return { kind: "MARK", value: mark.value, mask: (mark.value | mark.mask) >>> 0, written: "set" };
    case "--or-mark":
      return { kind: "MARK", value: mark.value, mask: mark.value, written: "or" };
    case "--xor-mark":
      return { kind: "MARK", value: mark.value, mask: 0, written: "xor" };
    default:
      return { kind: "MARK", value: 0, mask: ~mark.value >>> 0, written: "and" };
  }
}

type NatTarget<K> = { readonly kind: K; readonly address?: string; readonly port?: number; readonly portTo?: number };

/** `1.2.3.4`, `1.2.3.4:80`, `1.2.3.4:80-90`, `:80`, `[fd00::1]:80`. Ranges of addresses are not modelled. */
function buildNat<K extends "DNAT" | "SNAT">(kind: K, text: string | undefined): NatTarget<K> | string {
  const parts = /^(?:\[([^\]]*)\]|([^:[\]]*)|([0-9a-fA-F]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*))(?::(\d+)(?:-(\d+))?)?$/.exec(text ?? "");
  const written = parts?.[1] ?? parts?.[2] ?? parts?.[3] ?? "";
  const address = written === "" ? undefined : (canonicalAddress(written) ?? undefined);
  const [port, portTo] = [parts?.[4], parts?.[5]].map((part) => (part === undefined ? undefined : Number(part)));
  const unreadable = parts === null || (written !== "" && address === undefined) || (written === "" && port === undefined);
  if (unreadable || (port ?? 0) > 65535 || (portTo ?? 0) > 65535) return `cannot read the address ${text ?? ""} of ${kind}`;
  return {
    kind,
    ...(address === undefined ? {} : { address }),
    ...(port === undefined ? {} : { port }),
    ...(portTo === undefined || portTo === port ? {} : { portTo }),
  };
}

function otherFamily(target: Target, family: Family): boolean {
  const address = target.kind === "DNAT" || target.kind === "SNAT" ? target.address : undefined;
  return address !== undefined && addressFamily(address) !== family;
}

function refuse(message: string): never {
  throw new Refused(message);
}

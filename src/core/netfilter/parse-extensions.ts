/**
 * The matches and targets that are modelled, as iptables spells them: the options of each with the number of their
 * arguments, and what they make of a rule. Sources: the manual page iptables-extensions(8), and iptables 1.8.9 itself.
 */
import { canonicalAddress } from "../base/address.ts";
import type { Family } from "../base/names.ts";
import { CONNECTION_OPTIONS, buildConntrack, readStates } from "./connection-tests.ts";
import { buildIcmp } from "./header-tests.ts";
import { limitPeriod } from "./kernel-numbers.ts";
import type { AddressType, Match, Target } from "./rules.ts";

/** An option as given: `! --dport 80` is { name: "--dport", invert: true, args: ["80"] }. */
export interface Given {
  readonly name: string;
  readonly invert: boolean;
  readonly args: readonly string[];
}

/** A reader of a match or target: its options with the number of their arguments, and what they make. A text is an error. */
export interface Spec<T> {
  readonly options: Readonly<Record<string, number>>;
  readonly build: (given: readonly Given[], family: Family) => T | string;
}

// ---- matches ------------------------------------------------------------------------------------------------------

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

/** Types that only routes decide, and whose words the model has no place for. */
const OTHER_ADDRESS_TYPES: readonly string[] = ["UNSPEC", "THROW", "NAT", "XRESOLVE"];

const one = (given: readonly Given[], ...names: string[]): Given | undefined => given.find((g) => names.includes(g.name));
const value = (given: readonly Given[], ...names: string[]): string | undefined => one(given, ...names)?.args[0];

/** The older `-m state --state`. */
const STATE_SPEC: Spec<Match> = {
  options: { "--state": 1 },
  build: (given) => {
    const option = one(given, "--state");
    const states = readStates(option?.args[0] ?? "");
    if (option === undefined) return "--state is missing";
    return states === null ? `bad ctstate ${option.args[0] ?? ""}` : { kind: "conntrack", states, invert: option.invert };
  },
};

function icmpSpec(option: string): Spec<Match> {
  return {
    options: { [option]: 1 },
    build: (given, family) => {
      const type = one(given, option);
      return type === undefined ? `${option} is missing` : buildIcmp(type.args[0] ?? "", type.invert, family);
    },
  };
}

export const MATCHES: Readonly<Record<string, Spec<Match>>> = {
  comment: {
    options: { "--comment": 1 },
    build: (given) => ({ kind: "comment", text: value(given, "--comment") ?? "" }),
  },
  conntrack: { options: CONNECTION_OPTIONS, build: buildConntrack },
  state: STATE_SPEC,
  icmp: icmpSpec("--icmp-type"),
  icmp6: icmpSpec("--icmpv6-type"),
  mark: {
    options: { "--mark": 1 },
    build: (given) => {
      const mark = readMark(value(given, "--mark"));
      return mark === null ? "cannot read --mark" : { kind: "mark", ...mark, invert: one(given, "--mark")?.invert === true };
    },
  },
  addrtype: { options: { "--src-type": 1, "--dst-type": 1 }, build: buildAddressType },
  statistic: {
    options: { "--mode": 1, "--probability": 1, "--every": 1, "--packet": 1 },
    build: (given) => {
      // Every n-th packet: what a new flow meets depends on all before it.
      if (value(given, "--mode") === "nth") return { kind: "unknown", text: `-m statistic ${wordsOf(given)}` };
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
      if (ports === undefined || given.length > 1 || ranges.includes(null)) return "cannot read the ports of multiport";
      // A range takes the place of two (XT_MULTI_PORTS).
      const places = ranges.reduce((sum, range) => sum + (range !== null && range.from !== range.to ? 2 : 1), 0);
      if (places > 15) return "multiport: too many ports, 15 are allowed and a range counts as two";
      const side = ports.name === "--ports" ? "either" : ports.name.startsWith("--s") ? "source" : "destination";
      return { kind: "multiport", side, ports: ranges.filter((range) => range !== null), invert: ports.invert };
    },
  },
  limit: {
    options: { "--limit": 1, "--limit-burst": 1 },
    build: (given) => {
      if (given.some(({ invert }) => invert)) return "limit cannot be inverted";
      const rate = value(given, "--limit") ?? "3/hour";
      const burst = Number(value(given, "--limit-burst") ?? "5");
      if (limitPeriod(rate) === null) return `cannot read --limit ${rate}`;
      return Number.isInteger(burst) && burst >= 0 && burst <= 10_000
        ? { kind: "limit", rate, burst: burst === 0 ? 5 : burst }
        : "bad --limit-burst: 0 to 10000";
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

/** Options as they were given. */
function wordsOf(given: readonly Given[]): string {
  return given.map(({ name, invert, args }) => [...(invert ? ["!"] : []), name, ...args].join(" ")).join(" ");
}

function buildAddressType(given: readonly Given[]): Match | string {
  const source = one(given, "--src-type");
  const destination = one(given, "--dst-type");
  if (source === undefined && destination === undefined) return "addrtype needs --src-type or --dst-type";
  const type = (text: string | undefined): AddressType | undefined => ADDRESS_TYPES.find((t) => t === text?.toUpperCase());
  if ([source, destination].some((option) => OTHER_ADDRESS_TYPES.includes(option?.args[0]?.toUpperCase() ?? "")))
    return { kind: "unknown", text: `-m addrtype ${wordsOf(given)}` };
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

export const jumpSpec = (chain: string): Spec<Target> => ({ options: {}, build: () => ({ kind: "jump", chain }) });
export const gotoSpec = (chain: string): Spec<Target> => ({ options: {}, build: () => ({ kind: "goto", chain }) });
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

export const TARGETS: Readonly<Record<string, Spec<Target>>> = {
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
      return typeof nat === "string" || nat.kind === "unknown" ? nat : { ...nat, randomFully: one(given, "--random-fully") !== undefined };
    },
  },
  MASQUERADE: {
    options: { "--random-fully": 0 },
    build: (given) => ({ kind: "MASQUERADE", randomFully: one(given, "--random-fully") !== undefined }),
  },
  REDIRECT: {
    options: { "--to-ports": 1 },
    build: (given) => {
      const text = value(given, "--to-ports");
      if (text === undefined) return { kind: "REDIRECT" };
      const range = readRange(text, "-");
      if (range === null) return `cannot read --to-ports ${text}`;
      return { kind: "REDIRECT", port: range.from, ...(range.to === range.from ? {} : { portTo: range.to }) };
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
export const UNMODELLED_TARGETS: readonly string[] = (
  "AUDIT CHECKSUM CLASSIFY CLUSTERIP CONNMARK CONNSECMARK CT DNPT DSCP ECN HL HMARK IDLETIMER LED NETMAP NFLOG NFQUEUE NOTRACK " +
  "QUEUE RATEEST SECMARK SET SNPT SYNPROXY TCPMSS TCPOPTSTRIP TEE TOS TPROXY TRACE TTL ULOG"
).split(" ");

/**
 * Of those the ones that let every packet go on and change nothing that a modelled match or a route asks: what they do to it
 * (its segment size, its class, a copy of it) is left out.
 */
export const ASIDE_TARGETS: readonly string[] = "AUDIT CHECKSUM CLASSIFY DSCP ECN IDLETIMER LED NFLOG RATEEST TCPMSS TOS TRACE ULOG".split(
  " ",
);

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
function buildNat<K extends "DNAT" | "SNAT">(
  kind: K,
  text: string | undefined,
): NatTarget<K> | { readonly kind: "unknown"; readonly text: string } | string {
  const parts = /^(?:\[([^\]]*)\]|([^:[\]]*)|([0-9a-fA-F]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*))(?::(\d+)(?:-(\d+))?)?$/.exec(text ?? "");
  const written = parts?.[1] ?? parts?.[2] ?? parts?.[3] ?? "";
  const address = written === "" ? undefined : (canonicalAddress(written) ?? undefined);
  const [port, portTo] = [parts?.[4], parts?.[5]].map((part) => (part === undefined ? undefined : Number(part)));
  const isRange = /^\d+\.\d+\.\d+\.\d+-\d+\.|^\[?[0-9a-f:]+-[0-9a-f]*:[0-9a-f:]*/i.test(text ?? "");
  if (isRange) return { kind: "unknown", text: `-j ${kind} ${kind === "DNAT" ? "--to-destination" : "--to-source"} ${text ?? ""}` };
  const unreadable = parts === null || (written !== "" && address === undefined) || (written === "" && port === undefined);
  if (unreadable || (port ?? 0) > 65535 || (portTo ?? 0) > 65535) return `cannot read the address ${text ?? ""} of ${kind}`;
  return {
    kind,
    ...(address === undefined ? {} : { address }),
    ...(port === undefined ? {} : { port }),
    ...(portTo === undefined || portTo === port ? {} : { portTo }),
  };
}

/** `80`, `80:90`, `:90`, `80:`; null if unreadable. */
export function readRange(text: string, separator: ":" | "-"): { from: number; to: number } | null {
  const parts = text.split(separator);
  const numbers = parts.map((part, i) => (part === "" && parts.length === 2 ? i * 65535 : /^\d{1,5}$/.test(part) ? Number(part) : -1));
  const [from = -1, to = from] = numbers;
  const wrong = text === "" || parts.length > 2 || from < 0 || to > 65535 || from > to;
  return wrong ? null : { from, to };
}

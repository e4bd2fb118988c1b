/**
 * `-m conntrack` with more than states: what it asks of the packet's flow (xt_conntrack.c, conntrack_mt). Read, printed in
 * the order in which `iptables-save` does (libxt_conntrack.c, matchinfo_print), and asked.
 */
import { addressId, idInCidr, cidrTest, parseCidr } from "../base/address.ts";
import type { Family } from "../base/names.ts";
import { packetProtocol, protocolNumber } from "./protocols.ts";
import type { ConnectionTest, ConntrackState, Match } from "./rules.ts";
import type { ConntrackView, Header } from "./walk.ts";

export interface GivenOption {
  readonly name: string;
  readonly invert: boolean;
  readonly args: readonly string[];
}

const STATES: readonly ConntrackState[] = ["INVALID", "NEW", "RELATED", "ESTABLISHED", "UNTRACKED", "SNAT", "DNAT"];
const STATUSES = ["NONE", "EXPECTED", "SEEN_REPLY", "ASSURED", "CONFIRMED"] as const;

/** Every option of `-m conntrack`, each with one argument. */
export const CONNECTION_OPTIONS = {
  "--ctstate": 1,
  "--ctproto": 1,
  "--ctorigsrc": 1,
  "--ctorigdst": 1,
  "--ctreplsrc": 1,
  "--ctrepldst": 1,
  "--ctorigsrcport": 1,
  "--ctorigdstport": 1,
  "--ctreplsrcport": 1,
  "--ctrepldstport": 1,
  "--ctstatus": 1,
  "--ctexpire": 1,
  "--ctdir": 1,
} as const;

/** The states named, in the kernel's spelling; null where a word is none. */
export function readStates(text: string): readonly ConntrackState[] | null {
  const words = text.toUpperCase().split(",");
  const read = words.flatMap((word) => STATES.filter((state) => state === word));
  return read.length < words.length ? null : read;
}

/** The match that the options make, or what iptables would say against them. States alone are the plain match. */
export function buildConntrack(given: readonly GivenOption[], family: Family): Match | string {
  if (given.length === 0) return "conntrack needs at least one option";
  const tests: ConnectionTest[] = [];
  for (const option of given) {
    const test = readTest(option, family);
    if (typeof test === "string") return test;
    tests.push(test);
  }
  const [only] = tests;
  if (tests.length === 1 && only?.field === "state") return { kind: "conntrack", states: only.states, invert: only.invert };
  return { kind: "connection", tests };
}

function readTest({ name, invert, args }: GivenOption, family: Family): ConnectionTest | string {
  const text = args[0] ?? "";
  const end = /^--ct(orig|repl)(src|dst)(port)?$/.exec(name);
  if (end !== null) {
    const side = end[1] === "orig" ? "original" : "reply";
    const which = end[2] === "src" ? "source" : "destination";
    if (end[3] === undefined) {
      const cidr = parseCidr(text);
      if (cidr === null || cidr.family !== family) return `${text} is not an ${family} address`;
      return { field: "address", side, end: which, cidr: cidr.text, invert };
    }
    const ports = readPorts(text);
    return ports === null ? `cannot read the port ${text}` : { field: "port", side, end: which, ...ports, invert };
  }
  switch (name) {
    case "--ctstate": {
      const states = readStates(text);
      return states === null ? `bad ctstate ${text}` : { field: "state", states, invert };
    }
    case "--ctproto": {
      const number = protocolNumber(text.toLowerCase());
      return number < 0 ? `unknown protocol ${text}` : { field: "protocol", number, invert };
    }
    case "--ctstatus": {
      const words = text.toUpperCase().split(",");
      const statuses = words.flatMap((word) => STATUSES.filter((status) => status === word));
      return statuses.length < words.length ? `bad ctstatus ${text}` : { field: "status", statuses, invert };
    }
    case "--ctexpire": {
      const [from = "", to = from] = text.split(":");
      if (!/^\d{1,9}$/.test(from) || !/^\d{1,9}$/.test(to)) return `cannot read --ctexpire ${text}`;
      return { field: "expires", from: Number(from), to: Number(to), invert };
    }
    default:
      if (text !== "ORIGINAL" && text !== "REPLY") return `--ctdir takes ORIGINAL or REPLY, not ${text}`;
      // `! --ctdir` is refused by iptables: there are only two.
      return invert ? "--ctdir cannot be inverted" : { field: "direction", isReply: text === "REPLY" };
  }
}

function readPorts(text: string): { readonly from: number; readonly to: number } | null {
  const [from = "", to = from, more] = text.split(":");
  const isPort = (part: string): boolean => /^\d{1,5}$/.test(part) && Number(part) <= 65535;
  return more === undefined && isPort(from) && isPort(to) && Number(from) <= Number(to) ? { from: Number(from), to: Number(to) } : null;
}

// ---- as text ----------------------------------------------------------------------------------------------------------

const PRINT_ORDER = [
  "state",
  "protocol",
  "original source address",
  "original destination address",
  "reply source address",
  "reply destination address",
  "original source port",
  "original destination port",
  "reply source port",
  "reply destination port",
  "status",
  "expires",
  "direction",
];

function placeOf(test: ConnectionTest): number {
  return PRINT_ORDER.indexOf(test.field === "address" || test.field === "port" ? `${test.side} ${test.end} ${test.field}` : test.field);
}

/** The words after `-m conntrack`, in the order in which iptables-save prints them. */
export function connectionWords(tests: readonly ConnectionTest[]): readonly string[] {
  return [...tests].sort((a, b) => placeOf(a) - placeOf(b)).flatMap(testWords);
}

function testWords(test: ConnectionTest): readonly string[] {
  const not = test.field !== "direction" && test.invert ? ["!"] : [];
  switch (test.field) {
    case "state":
      return [...not, "--ctstate", STATES.filter((state) => test.states.includes(state)).join(",")];
    case "protocol":
      return [...not, "--ctproto", String(test.number)];
    case "address":
      return [...not, `--ct${short(test)}`, bare(test.cidr)];
    case "port":
      return [...not, `--ct${short(test)}port`, test.from === test.to ? String(test.from) : `${test.from}:${test.to}`];
    case "status":
      return [...not, "--ctstatus", STATUSES.filter((status) => test.statuses.includes(status)).join(",")];
    case "expires":
      return [...not, "--ctexpire", test.from === test.to ? String(test.from) : `${test.from}:${test.to}`];
    case "direction":
      return ["--ctdir", test.isReply ? "REPLY" : "ORIGINAL"];
  }
}

function short({ side, end }: { readonly side: "original" | "reply"; readonly end: "source" | "destination" }): string {
  return `${side === "original" ? "orig" : "repl"}${end === "source" ? "src" : "dst"}`;
}

/** A whole address stands bare. */
function bare(cidr: string): string {
  return cidr.replace(cidr.includes(":") ? /\/128$/ : /\/32$/, "");
}

// ---- asked --------------------------------------------------------------------------------------------------------------

/** What of a packet and its flow is asked; `flow` null: conntrack does not know the packet. */
export interface AskedFlow {
  readonly states: readonly ConntrackState[];
  readonly flow: ConntrackView | null;
  readonly isReply: boolean;
  /** Nanoseconds until the entry goes. */
  readonly left: number;
  /** It stands in the table already. */
  readonly confirmed: boolean;
}

/** Without a flow only states can match (conntrack_mt: after the state, `if (ct == NULL) return false`). */
export function connectionMatches(tests: readonly ConnectionTest[], asked: AskedFlow): boolean {
  const { flow } = asked;
  const states = tests.filter((test) => test.field === "state");
  if (!states.every((test) => test.states.some((state) => asked.states.includes(state)) !== test.invert)) return false;
  if (flow === null) return tests.length === states.length;
  return tests.every((test) => test.field === "state" || holds(test, flow, asked));
}

function holds(test: Exclude<ConnectionTest, { field: "state" }>, flow: ConntrackView, { isReply, left, confirmed }: AskedFlow): boolean {
  switch (test.field) {
    case "protocol": {
      const family = flow.original.src.includes(":") ? "IPv6" : "IPv4";
      return (packetProtocol(flow.protocol, family) === test.number) !== test.invert;
    }
    case "address": {
      const cidr = parseCidr(test.cidr);
      if (cidr === null) throw new Error(`not a prefix in a rule: ${test.cidr}`);
      const header = sideOf(flow, test.side);
      return idInCidr(addressId(test.end === "source" ? header.src : header.dst), cidrTest(cidr)) !== test.invert;
    }
    case "port": {
      const header = sideOf(flow, test.side);
      const port = test.end === "source" ? header.srcPort : header.dstPort;
      return (port >= test.from && port <= test.to) !== test.invert;
    }
    case "status": {
      const has: readonly string[] = [
        ...(flow.seenReply ? ["SEEN_REPLY"] : []),
        ...(flow.assured ? ["ASSURED"] : []),
        ...(confirmed ? ["CONFIRMED"] : []),
      ];
      const wanted = test.statuses.filter((status) => status !== "NONE");
      return (wanted.length === 0 ? has.length === 0 : wanted.some((status) => has.includes(status))) !== test.invert;
    }
    case "expires": {
      // The kernel counts in whole seconds (nf_ct_expires / HZ); an entry that is not in the table yet has none.
      const seconds = confirmed ? Math.floor(left / 1_000_000_000) : 0;
      return (seconds >= test.from && seconds <= test.to) !== test.invert;
    }
    case "direction":
      return isReply === test.isReply;
  }
}

function sideOf(flow: ConntrackView, side: "original" | "reply"): Header {
  return side === "original" ? flow.original : flow.reply;
}

/**
 * Rules as text, in two spellings of the same rule:
 *
 *   restore  as kube-proxy writes it for iptables-restore (pkg/proxy/iptables/proxier.go): comment first, the protocol
 *            match before `-p`, addresses bare, marks with eight hex digits
 *   save     as `iptables-save` prints it (measured with iptables 1.8.9): addresses, interfaces and protocol first with
 *            prefix lengths, then the matches in their order, then the target
 */
import { endpointText } from "../base/address.ts";
import type { Family } from "../base/names.ts";
import { compareText, unreachable } from "../base/names.ts";
import { connectionWords } from "./connection-tests.ts";
import { icmpWords, tcpFlagsWords } from "./header-tests.ts";
import { limitPeriod, periodText, probabilityThreshold, thresholdText } from "./kernel-numbers.ts";
import type { AddressMatch, Chain, ConntrackState, Hook, Match, PortRange, Rule, RuleSet, Table, TableName, Target } from "./rules.ts";

export type RuleStyle = "restore" | "save";

/** In the order in which `iptables-save` prints them. */
export const TABLE_ORDER: readonly TableName[] = ["raw", "mangle", "filter", "nat"];
export const HOOK_ORDER: readonly Hook[] = ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"];
const STATE_ORDER: readonly ConntrackState[] = ["INVALID", "NEW", "RELATED", "ESTABLISHED", "UNTRACKED", "SNAT", "DNAT"];
const PORT_PROTOCOLS: readonly string[] = ["tcp", "udp", "sctp", "udplite", "dccp"];

/** Packets counted by a rule, for `iptables-save -c`. */
export type RulePackets = (table: TableName, chain: string, index: number) => number;

/** One rule as an `-A` line. */
export function printRule(chain: string, rule: Rule, style: RuleStyle, family: Family): string {
  const words = style === "save" ? saveWords(rule, family) : restoreWords(rule, family);
  return ["-A", chain, ...words, ...targetWords(rule.target, style, family)].join(" ");
}

/** All tables as `iptables-save` prints them, without the remarks that hold the date. An empty machine loads it. */
export function printSave(ruleSet: RuleSet, packets?: RulePackets): string {
  const lines: string[] = [];
  for (const name of TABLE_ORDER) {
    const table = ruleSet.tables.get(name);
    if (table !== undefined) lines.push(...saveTable(table, ruleSet.family, packets));
  }
  return lines.map((line) => `${line}\n`).join("");
}

/** The chains of a table in print order: built-in ones in hook order, then the others by name. */
export function chainsInOrder(table: Table): Chain[] {
  const chains = [...table.chains.values()];
  const builtIn = HOOK_ORDER.flatMap((hook) => chains.filter((chain) => chain.name === hook));
  const users = chains.filter((chain) => !isHook(chain.name));
  return [...builtIn, ...users.sort((a, b) => compareText(a.name, b.name))];
}

/** True for the name of a built-in chain. */
export function isHook(name: string): name is Hook {
  return HOOK_ORDER.some((hook) => hook === name);
}

/** Where the protocol's own match stands among the matches; null if there is none (see Rule.protocolMatchAt). */
export function protocolMatchPosition(rule: Rule): number | null {
  if (rule.protocolMatchAt !== undefined) return rule.protocolMatchAt;
  if (rule.protocol === null || !PORT_PROTOCOLS.includes(rule.protocol.name)) return null;
  const beforeNfacct = rule.matches.findIndex((match) => match.kind === "nfacct");
  return beforeNfacct < 0 ? rule.matches.length : beforeNfacct;
}

/** The protocols that have ports. */
export function hasPorts(protocol: string): boolean {
  return PORT_PROTOCOLS.includes(protocol);
}

function saveTable(table: Table, family: Family, packets: RulePackets | undefined): string[] {
  const chains = chainsInOrder(table);
  const heads = chains.map((chain) => `:${chain.name} ${chain.policy ?? "-"} [0:0]`);
  const rules = chains.flatMap((chain) =>
    chain.rules.map((rule, index) => {
      const text = printRule(chain.name, rule, "save", family);
      return packets === undefined ? text : `[${packets(table.name, chain.name, index)}:0] ${text}`;
    }),
  );
  return [`*${table.name}`, ...heads, ...rules, "COMMIT"];
}

// ---- the two word orders ------------------------------------------------------------------------------------------

function saveWords(rule: Rule, family: Family): string[] {
  const words: string[] = [];
  if (rule.source !== null) words.push(...not(rule.source.invert), "-s", rule.source.cidr);
  if (rule.destination !== null) words.push(...not(rule.destination.invert), "-d", rule.destination.cidr);
  if (rule.inInterface !== null) words.push(...not(rule.inInterface.invert), "-i", rule.inInterface.name);
  if (rule.outInterface !== null) words.push(...not(rule.outInterface.invert), "-o", rule.outInterface.name);
  if (rule.protocol !== null) words.push(...not(rule.protocol.invert), "-p", rule.protocol.name);
  const at = protocolMatchPosition(rule);
  rule.matches.forEach((match, i) => {
    if (i === at) words.push(...protocolMatch(rule));
    // Flags belong to the protocol's own match where they stand beside it.
    words.push(...(i === at && match.kind === "tcp-flags" ? tcpFlagsWords(match) : matchWords(match, "save", family)));
  });
  if (at === rule.matches.length) words.push(...protocolMatch(rule));
  return words;
}

function protocolMatch(rule: Rule): string[] {
  if (rule.protocol === null) throw new Error(`ports without a protocol: ${JSON.stringify(rule)}`);
  return ["-m", rule.protocol.name, ...portWords("--sport", rule.sourcePort), ...portWords("--dport", rule.destinationPort)];
}

/**
 * kube-proxy writes the header where the protocol match stands (`-m tcp -p tcp -d X --dport N ! -s Y`); without a
 * protocol, after comment and addrtype.
 */
function restoreWords(rule: Rule, family: Family): string[] {
  const at = protocolMatchPosition(rule);
  const firstOther = rule.matches.findIndex((match) => match.kind !== "comment" && match.kind !== "addrtype");
  const headerAt = at ?? (firstOther < 0 ? rule.matches.length : firstOther);
  const words: string[] = [];
  rule.matches.forEach((match, i) => {
    if (i === headerAt) words.push(...restoreHeader(rule, at !== null));
    words.push(...(i === at && match.kind === "tcp-flags" ? tcpFlagsWords(match) : matchWords(match, "restore", family)));
  });
  if (headerAt === rule.matches.length) words.push(...restoreHeader(rule, at !== null));
  return words;
}

function restoreHeader(rule: Rule, withMatch: boolean): string[] {
  const words: string[] = [];
  const { protocol, source, destination } = rule;
  if (protocol !== null) words.push(...(withMatch ? ["-m", protocol.name] : []), ...not(protocol.invert), "-p", protocol.name);
  if (destination !== null) words.push(...not(destination.invert), "-d", restoreAddress(destination));
  words.push(...portWords("--sport", rule.sourcePort), ...portWords("--dport", rule.destinationPort));
  if (source !== null) words.push(...not(source.invert), "-s", restoreAddress(source));
  if (rule.inInterface !== null) words.push(...not(rule.inInterface.invert), "-i", rule.inInterface.name);
  if (rule.outInterface !== null) words.push(...not(rule.outInterface.invert), "-o", rule.outInterface.name);
  return words;
}

/** Addresses bare, except where a prefix was given: a range, or `! -d ::1/128`. */
function restoreAddress(match: AddressMatch): string {
  const whole = match.cidr.endsWith(match.cidr.includes(":") ? "/128" : "/32");
  return whole && !match.invert && match.prefixWritten !== true ? match.cidr.slice(0, match.cidr.indexOf("/")) : match.cidr;
}

// ---- matches ------------------------------------------------------------------------------------------------------

function matchWords(match: Match, style: RuleStyle, family: Family): string[] {
  switch (match.kind) {
    case "comment":
      return ["-m", "comment", "--comment", quoted(match.text, style)];
    case "conntrack": {
      const states = style === "save" ? STATE_ORDER.filter((state) => match.states.includes(state)) : match.states;
      return ["-m", "conntrack", ...not(match.invert), "--ctstate", states.join(",")];
    }
    case "connection":
      return ["-m", "conntrack", ...connectionWords(match.tests)];
    case "tcp-flags":
      return ["-m", "tcp", ...tcpFlagsWords(match)];
    case "icmp":
      return ["-m", family === "IPv4" ? "icmp" : "icmp6", ...icmpWords(match, family)];
    case "mark":
      return ["-m", "mark", ...not(match.invert), "--mark", markText(match.value, match.mask, style)];
    case "addrtype":
      return ["-m", "addrtype", ...addressTypeWords(match)];
    case "statistic": {
      const probability = style === "save" ? thresholdText(probabilityThreshold(match.probability)) : match.probability;
      return ["-m", "statistic", "--mode", "random", ...not(match.invert), "--probability", probability];
    }
    case "recent":
      return recentWords(match, style, family);
    case "multiport": {
      const option = { source: "--sports", destination: "--dports", either: "--ports" }[match.side];
      return ["-m", "multiport", ...not(match.invert), option, match.ports.map(rangeText).join(",")];
    }
    case "limit":
      return limitWords(match, style);
    case "set":
      return ["-m", "set", ...not(match.invert), "--match-set", match.name, match.flags.join(",")];
    case "nfacct":
      // iptables 1.8.9 prints two blanks here.
      return ["-m", "nfacct", "--nfacct-name", style === "save" ? ` ${match.name}` : match.name];
    case "unknown":
      return [match.text];
    default:
      return unreachable(match);
  }
}

function addressTypeWords(match: Extract<Match, { kind: "addrtype" }>): string[] {
  const words: string[] = [];
  if (match.source !== undefined) words.push(...not(match.sourceInvert === true), "--src-type", match.source);
  if (match.destination !== undefined) words.push(...not(match.destinationInvert === true), "--dst-type", match.destination);
  return words;
}

function recentWords(match: Extract<Match, { kind: "recent" }>, style: RuleStyle, family: Family): string[] {
  const action = [...not(match.invert), `--${match.action}`];
  const details = match.seconds === undefined ? [] : ["--seconds", String(match.seconds)];
  if (match.reap) details.push("--reap");
  if (match.hitcount !== undefined) details.push("--hitcount", String(match.hitcount));
  if (style === "restore") return ["-m", "recent", "--name", match.name, ...action, ...details];
  const mask = family === "IPv4" ? "255.255.255.255" : "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
  return ["-m", "recent", ...action, ...details, "--name", match.name, "--mask", mask, "--rsource"];
}

function limitWords(match: Extract<Match, { kind: "limit" }>, style: RuleStyle): string[] {
  const period = limitPeriod(match.rate);
  const rate = style === "save" && period !== null ? periodText(period) : match.rate;
  return ["-m", "limit", "--limit", rate, ...(match.burst === 5 ? [] : ["--limit-burst", String(match.burst)])];
}

// ---- targets ------------------------------------------------------------------------------------------------------

function targetWords(target: Target | null, style: RuleStyle, family: Family): string[] {
  if (target === null) return [];
  switch (target.kind) {
    case "jump":
      return ["-j", target.chain];
    case "goto":
      return ["-g", target.chain];
    case "ACCEPT":
    case "DROP":
    case "RETURN":
      return ["-j", target.kind];
    case "REJECT": {
      const bare = style === "restore" && target.with === defaultReject(family);
      return ["-j", "REJECT", ...(bare ? [] : ["--reject-with", target.with])];
    }
    case "MARK":
      return ["-j", "MARK", ...markTargetWords(target, style)];
    case "DNAT":
      return ["-j", "DNAT", "--to-destination", natText(target)];
    case "SNAT":
      return ["-j", "SNAT", "--to-source", natText(target), ...randomFully(target.randomFully)];
    case "MASQUERADE":
      return ["-j", "MASQUERADE", ...randomFully(target.randomFully)];
    case "REDIRECT":
      return ["-j", "REDIRECT", ...redirectWords(target)];
    case "LOG":
      return ["-j", "LOG", ...(target.prefix === "" ? [] : ["--log-prefix", quoted(target.prefix, style)])];
    case "aside":
    case "unknown":
      return [target.text];
    default:
      return unreachable(target);
  }
}

function redirectWords({ port, portTo }: Extract<Target, { kind: "REDIRECT" }>): string[] {
  if (port === undefined) return [];
  return ["--to-ports", portTo === undefined ? String(port) : `${port}-${portTo}`];
}

/** What `-j REJECT` alone means. */
export function defaultReject(family: Family): string {
  return family === "IPv4" ? "icmp-port-unreachable" : "icmp6-port-unreachable";
}

function markTargetWords(target: Extract<Target, { kind: "MARK" }>, style: RuleStyle): string[] {
  const { value, mask, written } = target;
  if (style === "save" || written === "set-xmark") return ["--set-xmark", `${hex(value, style)}/${hex(mask, style)}`];
  if (written === "and") return ["--and-mark", hex(~mask >>> 0, style)];
  if (written === "set") return ["--set-mark", markText(value, mask, style)];
  return [`--${written}-mark`, hex(value, style)];
}

/** `1.2.3.4:80`, `1.2.3.4:80-90`, `1.2.3.4`, `[fd00::1]:80`, `:80`: also how a trace names the translation. */
export function natText(target: { readonly address?: string; readonly port?: number; readonly portTo?: number }): string {
  const range = target.portTo === undefined || target.portTo === target.port ? "" : `-${target.portTo}`;
  if (target.address === undefined) return target.port === undefined ? "" : `:${target.port}${range}`;
  return target.port === undefined ? target.address : `${endpointText(target.address, target.port)}${range}`;
}

// ---- words --------------------------------------------------------------------------------------------------------

function not(invert: boolean): string[] {
  return invert ? ["!"] : [];
}

function portWords(option: string, range: PortRange | null): string[] {
  return range === null ? [] : [...not(range.invert), option, rangeText(range)];
}

function rangeText(range: { readonly from: number; readonly to: number }): string {
  return range.from === range.to ? String(range.from) : `${range.from}:${range.to}`;
}

function randomFully(wanted: boolean): string[] {
  return wanted ? ["--random-fully"] : [];
}

/** kube-proxy prints marks with eight digits, iptables-save with as many as needed. */
function hex(value: number, style: RuleStyle): string {
  const digits = (value >>> 0).toString(16);
  return `0x${style === "restore" ? digits.padStart(8, "0") : digits}`;
}

function markText(value: number, mask: number, style: RuleStyle): string {
  return mask >>> 0 === 0xffffffff ? hex(value, style) : `${hex(value, style)}/${hex(mask, style)}`;
}

/**
 * save: xtables_save_string quotes whatever holds more than letters, digits, `_` and `-`. restore: kube-proxy quotes
 * all its comments except a bare service port name, which has no blank.
 */
function quoted(text: string, style: RuleStyle): string {
  const plain = style === "save" ? /^[A-Za-z0-9_-]+$/ : /^[^\s"'\\]+$/;
  return plain.test(text) ? text : `"${text.replace(/["'\\]/g, "\\$&")}"`;
}

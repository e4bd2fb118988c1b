/**
 * The rule model: tables, chains and rules as data. kube-proxy writes it, the parser reads it from
 * `iptables-save` text, the printer turns it into text, the interpreter walks exactly it.
 *
 * The layout is the kernel's (struct ipt_entry): protocol, source, destination and interfaces are fields of the
 * rule; all other matches are a list. Ports sit with the protocol, since most rules pin them.
 */
import type { Family } from "../base/names.ts";

export type TableName = "raw" | "mangle" | "nat" | "filter";
/** The kernel's five hooks, by the names of the built-in chains. */
export type Hook = "PREROUTING" | "INPUT" | "FORWARD" | "OUTPUT" | "POSTROUTING";

/** An address with prefix length, canonical, host bits cleared: `10.244.0.0/16`, `10.96.0.10/32`, `fd00::/64`. */
export interface AddressMatch {
  readonly cidr: string;
  readonly invert: boolean;
  /** True where kube-proxy writes `/32` or `/128` after a whole address (a source range); absent: written bare. */
  readonly prefixWritten?: boolean;
}

export interface PortRange {
  readonly from: number;
  readonly to: number;
  readonly invert: boolean;
}

export interface InterfaceMatch {
  /** `eth0`, or a prefix with `+` at its end. */
  readonly name: string;
  readonly invert: boolean;
}

export type ConntrackState = "INVALID" | "NEW" | "ESTABLISHED" | "RELATED" | "UNTRACKED" | "SNAT" | "DNAT";
export type AddressType = "LOCAL" | "UNICAST" | "BROADCAST" | "MULTICAST" | "ANYCAST" | "BLACKHOLE" | "UNREACHABLE" | "PROHIBIT";

/** One thing that `-m conntrack` asks of a packet's flow. */
export type ConnectionTest =
  | { readonly field: "state"; readonly states: readonly ConntrackState[]; readonly invert: boolean }
  | { readonly field: "protocol"; readonly number: number; readonly invert: boolean }
  | {
      readonly field: "address";
      readonly side: "original" | "reply";
      readonly end: "source" | "destination";
      readonly cidr: string;
      readonly invert: boolean;
    }
  | {
      readonly field: "port";
      readonly side: "original" | "reply";
      readonly end: "source" | "destination";
      readonly from: number;
      readonly to: number;
      readonly invert: boolean;
    }
  | {
      readonly field: "status";
      readonly statuses: readonly ("NONE" | "EXPECTED" | "SEEN_REPLY" | "ASSURED" | "CONFIRMED")[];
      readonly invert: boolean;
    }
  /** Seconds that are left to the entry. */
  | { readonly field: "expires"; readonly from: number; readonly to: number; readonly invert: boolean }
  | { readonly field: "direction"; readonly isReply: boolean };

export type Match =
  | { readonly kind: "comment"; readonly text: string }
  | { readonly kind: "conntrack"; readonly states: readonly ConntrackState[]; readonly invert: boolean }
  /** `-m conntrack` that asks for more than states: all of it must hold (connection-tests.ts). */
  | { readonly kind: "connection"; readonly tests: readonly ConnectionTest[] }
  /** `-m tcp --tcp-flags MASK SET`, bits as in the header. Stands in the place of the protocol's own match, or behind it. */
  | { readonly kind: "tcp-flags"; readonly mask: number; readonly set: number; readonly invert: boolean }
  /** `-m icmp --icmp-type`, `-m icmp6 --icmpv6-type`; null: any. */
  | { readonly kind: "icmp"; readonly type: number | null; readonly code: number | null; readonly invert: boolean }
  | { readonly kind: "mark"; readonly value: number; readonly mask: number; readonly invert: boolean }
  | {
      readonly kind: "addrtype";
      readonly source?: AddressType;
      readonly sourceInvert?: boolean;
      readonly destination?: AddressType;
      readonly destinationInvert?: boolean;
    }
  /** `probability` is what was written; the kernel keeps round(p * 2^31) and compares 31 random bits with it. */
  | { readonly kind: "statistic"; readonly probability: string; readonly invert: boolean }
  | {
      readonly kind: "recent";
      readonly name: string;
      readonly action: "set" | "rcheck" | "update" | "remove";
      readonly seconds?: number;
      readonly hitcount?: number;
      readonly reap: boolean;
      readonly invert: boolean;
    }
  | {
      readonly kind: "multiport";
      readonly side: "source" | "destination" | "either";
      readonly ports: readonly { readonly from: number; readonly to: number }[];
      readonly invert: boolean;
    }
  | { readonly kind: "limit"; readonly rate: string; readonly burst: number }
  | { readonly kind: "set"; readonly name: string; readonly flags: readonly ("src" | "dst")[]; readonly invert: boolean }
  | { readonly kind: "nfacct"; readonly name: string }
  /** A match that was read but is not modelled; a packet that meets it ends in the outcome `unmodelled`. */
  | { readonly kind: "unknown"; readonly text: string };

export type Target =
  | { readonly kind: "jump"; readonly chain: string }
  | { readonly kind: "goto"; readonly chain: string }
  | { readonly kind: "ACCEPT" }
  | { readonly kind: "DROP" }
  | { readonly kind: "RETURN" }
  | { readonly kind: "REJECT"; readonly with: string }
  /** mark = (mark & ~mask) ^ value, the kernel's --set-xmark; `written` keeps --or-mark, --xor-mark and so on. */
  | { readonly kind: "MARK"; readonly value: number; readonly mask: number; readonly written: "or" | "xor" | "and" | "set" | "set-xmark" }
  | { readonly kind: "DNAT"; readonly address?: string; readonly port?: number; readonly portTo?: number }
  | { readonly kind: "SNAT"; readonly address?: string; readonly port?: number; readonly portTo?: number; readonly randomFully: boolean }
  | { readonly kind: "MASQUERADE"; readonly randomFully: boolean }
  /** Without a port the packet keeps its own. */
  | { readonly kind: "REDIRECT"; readonly port?: number; readonly portTo?: number }
  | { readonly kind: "LOG"; readonly prefix: string }
  /** Does something that changes neither the packet's way nor what rules here ask (TCPMSS, NFLOG, …); the packet goes on. */
  | { readonly kind: "aside"; readonly text: string }
  | { readonly kind: "unknown"; readonly text: string };

/** The service port a rule was written for: what lets the page and the CLI name a Service without a second path. */
export interface RuleOrigin {
  /** `namespace/name:port`, or `namespace/name` for a port without a name. */
  readonly servicePort: string;
  /** `ip:port` where the rule belongs to one endpoint. */
  readonly endpoint?: string;
}

export interface Rule {
  readonly protocol: { readonly name: "tcp" | "udp" | "sctp" | "icmp" | "ipv6-icmp" | string; readonly invert: boolean } | null;
  readonly source: AddressMatch | null;
  readonly destination: AddressMatch | null;
  readonly inInterface: InterfaceMatch | null;
  readonly outInterface: InterfaceMatch | null;
  readonly sourcePort: PortRange | null;
  readonly destinationPort: PortRange | null;
  readonly matches: readonly Match[];
  /**
   * Where the protocol's own match (`-m tcp --dport …`) stands: before matches[protocolMatchAt]. null: there is none
   * (`-p tcp` alone). Absent on a rule with a port protocol: where kube-proxy puts it, before an nfacct match, else
   * last. The kernel asks the matches in this order, which shows when one that remembers or draws stands before it.
   */
  readonly protocolMatchAt?: number | null;
  /** null: a remark that only counts. */
  readonly target: Target | null;
  readonly origin: RuleOrigin | null;
  /** Of a person's own rule (own-rules.ts): its line in their text, from 1. Absent: kube-proxy or a plugin wrote it. */
  readonly own?: number;
}

export interface Chain {
  readonly name: string;
  /** Only built-in chains have a policy. */
  readonly policy: "ACCEPT" | "DROP" | null;
  readonly rules: readonly Rule[];
}

export interface Table {
  readonly name: TableName;
  /** In the order of their declaration. */
  readonly chains: ReadonlyMap<string, Chain>;
}

/** All tables of one family on one node. */
export interface RuleSet {
  readonly family: Family;
  readonly tables: ReadonlyMap<TableName, Table>;
}

/** Points at one rule of one node's tables. `index` counts from 0 within its chain. */
export interface RuleRef {
  readonly node: string;
  readonly family: Family;
  readonly table: TableName;
  readonly chain: string;
  readonly index: number;
  /** As `iptables-save` prints it: `-A KUBE-SVC-… -m statistic …`. */
  readonly text: string;
  readonly origin: RuleOrigin | null;
  /** As the rule's: present on a rule that a person added to the node. */
  readonly own?: number;
}

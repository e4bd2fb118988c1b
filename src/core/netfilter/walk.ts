/**
 * What a walk through the hooks looks like as data: the words shared by the interpreter, which writes them, and the
 * trace, which shows them.
 */
import type { Protocol } from "../base/names.ts";
import type { Nanos } from "../base/time.ts";
import type { Hook, RuleRef, TableName } from "./rules.ts";

export interface Header {
  readonly src: string;
  readonly srcPort: number;
  readonly dst: string;
  readonly dstPort: number;
  readonly protocol: Protocol | "ICMP";
  /** Of an ICMP error: its type and code, and the header of the packet that it is about, as it stands in there. */
  readonly error?: { readonly type: number; readonly code: number; readonly quoted: Header };
}

/** How a rule fared when a packet met it. Rules that could not match by their header are only counted. */
export type RuleStep =
  | {
      readonly kind: "rule";
      readonly rule: RuleRef;
      readonly result: "matched" | "passed";
      readonly did: RuleEffect | null;
      readonly draw: Draw | null;
    }
  /** Consecutive rules of one chain whose header match failed. */
  | { readonly kind: "skipped"; readonly chain: string; readonly count: number };

/** The random draw of a statistic match: 31 bits against a threshold, shown as fractions. */
export interface Draw {
  readonly drawn: number;
  readonly below: number;
}

export type RuleEffect =
  | { readonly kind: "jump" | "goto"; readonly chain: string }
  | { readonly kind: "return" | "accept" | "drop" | "count" | "log" }
  | { readonly kind: "mark"; readonly mark: number }
  | { readonly kind: "remember"; readonly list: string }
  | { readonly kind: "reject"; readonly with: string }
  | { readonly kind: "dnat"; readonly to: string }
  | { readonly kind: "snat"; readonly to: string };

/** One table's base chain at one hook. Hooks appear in kernel order; base chains without rules are left out. */
export interface HookWalk {
  readonly hook: Hook;
  readonly table: TableName;
  readonly steps: readonly RuleStep[];
  readonly verdict: "accept" | "drop" | "reject";
}

/** The connection's state as conntrack saw a packet. */
export type CtState = "NEW" | "ESTABLISHED" | "RELATED" | "INVALID" | "UNTRACKED";

export interface ConntrackView {
  readonly id: number;
  readonly node: string;
  readonly protocol: Protocol | "ICMP";
  readonly state: string;
  readonly original: Header;
  readonly reply: Header;
  readonly assured: boolean;
  readonly seenReply: boolean;
  /** Of an ICMP echo: its id, which stands in the place of ports. */
  readonly echo?: number;
  readonly createdAt: Nanos;
  readonly expiresAt: Nanos;
  readonly journey: number | null;
}

export interface Changed {
  readonly source: boolean;
  readonly destination: boolean;
}

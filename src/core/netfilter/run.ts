/**
 * One packet on its way through one node's hooks: the header as numbers, what is known about it, and what the rules did
 * to it so far. The interpreter reads and changes it; `stack.ts` makes it.
 */
import { addressText } from "../base/address.ts";
import type { Nanos } from "../base/time.ts";
import type { RandomState } from "../base/random.ts";
import type { AskedFlow } from "./connection-tests.ts";
import type { Tuple } from "./conntrack.ts";
import type { Machine } from "./machine.ts";
import type { RuleCell } from "./tables.ts";
import { protocolName } from "./protocols.ts";
import type { Header, HookWalk, RuleStep } from "./walk.ts";

/** How much to record: nothing, the rules that matched, or every step. */
export type TraceMode = "none" | "summary" | "full";

/** In place of random draws: decides a statistic match (used to compute exact odds). */
export interface Oracle {
  /** `threshold` of 2^31. */
  decide(threshold: number): boolean;
}

export abstract class Run {
  // The header.
  readonly protocol: number;
  source: number;
  sourcePort: number;
  destination: number;
  destinationPort: number;
  // About the packet.
  mark = 0;
  inInterface = "";
  outInterface = "";
  /** One CT_… state bit. */
  ctState = 0;
  /** CT_SNAT and CT_DNAT bits of the connection. */
  ctNat = 0;
  // The world.
  readonly machine: Machine;
  readonly now: Nanos;
  random: RandomState;
  /** Not null: nothing is counted, remembered or drawn. */
  readonly oracle: Oracle | null;
  useIndex: boolean;
  /** The index is compared with the plain walk at each base chain. */
  compares = false;
  /** Not null: a walk of which nothing is to stay; what takes back its effects, the last one last. */
  undo: (() => void)[] | null = null;
  // The record.
  recordMatched: boolean;
  recordSteps: boolean;
  matched: RuleCell[];
  steps: RuleStep[] = NO_STEPS;
  readonly walks: HookWalk[];
  /** The rule that decided: the last DNAT, or the REJECT or DROP. */
  decider: RuleCell | null = null;
  /** What was met that is not modelled. */
  unmodelled = "";
  /** The last draw of a statistic match, or -1. */
  drawn = -1;
  drawnBelow = 0;

  constructor(protocol: number, tuple: Readonly<Tuple>, machine: Machine, world: RunWorld, oracle: Oracle | null) {
    this.protocol = protocol;
    this.source = tuple.source;
    this.sourcePort = tuple.sourcePort;
    this.destination = tuple.destination;
    this.destinationPort = tuple.destinationPort;
    this.machine = machine;
    this.now = world.now;
    this.random = world.random;
    this.oracle = oracle;
    this.useIndex = world.useIndex ?? true;
    this.recordMatched = world.mode !== "none";
    this.recordSteps = world.mode === "full";
    this.matched = this.recordMatched ? [] : NO_CELLS;
    this.walks = this.recordSteps ? [] : NO_WALKS;
  }

  /** TCP flag bits of the packet; null where nobody can tell. */
  tcpFlags(): number | null {
    return null;
  }

  /** Type and code of an ICMP message; "none": it is no ICMP. null where nobody can tell. */
  icmpType(): { readonly type: number; readonly code: number } | "none" | null {
    return null;
  }

  /** The packet's flow as `-m conntrack` asks for it; null where nobody can tell. */
  askedFlow(): AskedFlow | null {
    return null;
  }

  /** Notes what translations change in the flow; the call takes it back. */
  abstract keepFlow(): () => void;
  /** What translations made of the flow so far. */
  abstract flowText(): string;
  /** Performs DNAT, SNAT, MASQUERADE or REDIRECT; the verdict is ACCEPT or DROP. */
  abstract translate(cell: RuleCell): number;
  /** What the translation made: `10.244.1.10:8080`. */
  abstract translatedTo(cell: RuleCell): string;
}

/** What a packet brings along. */
export interface RunWorld {
  readonly now: Nanos;
  readonly random: RandomState;
  readonly mode: TraceMode;
  /** Default true. */
  readonly useIndex?: boolean;
}

/** Where nothing is recorded, nothing is allocated. Never written to. */
const NO_CELLS: RuleCell[] = [];
const NO_WALKS: HookWalk[] = [];
const NO_STEPS: RuleStep[] = [];

/** The header as text. ICMP has no ports. */
export function headerOf(number: number, tuple: Readonly<Tuple>): Header {
  const protocol = protocolName(number);
  const ports = protocol !== "ICMP";
  return {
    src: addressText(tuple.source),
    srcPort: ports ? tuple.sourcePort : 0,
    dst: addressText(tuple.destination),
    dstPort: ports ? tuple.destinationPort : 0,
    protocol,
  };
}

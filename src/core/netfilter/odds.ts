/**
 * The exact distribution over what becomes of a new flow: the same walk as a packet's, taken once for every way the
 * statistic rules can decide, with the probabilities the kernel keeps (31 bits). Affinity is set aside: nobody is
 * remembered. Nothing is counted or changed.
 */
import { endpointText } from "../base/address.ts";
import { randomState } from "../base/random.ts";
import type { Nanos } from "../base/time.ts";
import type { Packet } from "./packet.ts";
import type { RuleOrigin, RuleRef } from "./rules.ts";
import type { Oracle } from "./run.ts";
import { rehearse } from "./stack.ts";
import type { Entry, NodeStack, RouteQuestion, RouteResult, TraverseResult, Verdict } from "./stack.ts";

export interface Way {
  readonly probability: number;
  readonly verdict: Verdict;
  /** `ip:port` that the packet has at the end. */
  readonly destination: string;
  /** Address that it comes from at the end. */
  readonly source: string;
  /** A rule translated the destination, even to what it was (an endpoint that is the external address itself). */
  readonly translated: boolean;
  readonly masqueraded: boolean;
  readonly origin: RuleOrigin | null;
  /** The rules that matched, in order. */
  readonly rules: readonly RuleRef[];
}

/** More ways than this are not followed: their share comes back as one way with the verdict `unmodelled`. */
export const WAYS_LIMIT = 20_000;

const TWO_31 = 2147483648;

export interface OddsContext<R extends RouteResult> {
  readonly now: Nanos;
  readonly route: (question: RouteQuestion) => R;
}

/** Ways with the same end are one; they stand in the order in which the rules come to them. Probabilities add up to 1. */
export function odds<R extends RouteResult>(stack: NodeStack, packet: Packet, entry: Entry, context: OddsContext<R>): readonly Way[] {
  const ways = new Map<string, Way>();
  // Decisions that lead to ways not taken yet; the last is taken next, so that rules keep their order.
  const pending: boolean[][] = [[]];
  // Never drawn from: the oracle decides.
  const random = randomState(0, "");
  for (let taken = 0; taken < WAYS_LIMIT; taken++) {
    const prefix = pending.pop();
    if (prefix === undefined) return [...ways.values()];
    const fork = new Fork(prefix, pending);
    const result = rehearse(stack, packet, entry, { ...context, random, mode: "summary" }, fork);
    addWay(ways, wayOf(result, fork.probability));
  }
  if (pending.length > 0) ways.set("", restOf(ways, packet));
  return [...ways.values()];
}

/** Follows a list of decisions; where it ends, takes the rule and notes the other way for later. */
class Fork implements Oracle {
  probability = 1;
  readonly #decisions: boolean[] = [];
  readonly #prefix: readonly boolean[];
  readonly #pending: boolean[][];

  constructor(prefix: readonly boolean[], pending: boolean[][]) {
    this.#prefix = prefix;
    this.#pending = pending;
  }

  decide(threshold: number): boolean {
    if (threshold <= 0 || threshold >= TWO_31) return threshold > 0;
    let decision = this.#prefix[this.#decisions.length];
    if (decision === undefined) {
      decision = true;
      this.#pending.push([...this.#decisions, false]);
    }
    this.#decisions.push(decision);
    this.probability *= decision ? threshold / TWO_31 : 1 - threshold / TWO_31;
    return decision;
  }
}

function wayOf(result: TraverseResult<RouteResult>, probability: number): Way {
  const { verdict, header, nat, origin, matched } = result;
  const met = (...kinds: readonly string[]): boolean => matched.some(({ compiled }) => kinds.includes(compiled.rule.target?.kind ?? ""));
  const masqueraded = met("MASQUERADE", "SNAT");
  const rules = matched.map((cell) => cell.ref);
  return {
    probability,
    verdict,
    destination: endpointText(header.dst, header.dstPort),
    source: header.src,
    translated: nat.changed.destination || met("DNAT", "REDIRECT"),
    masqueraded,
    origin,
    rules,
  };
}

function addWay(ways: Map<string, Way>, way: Way): void {
  const decided = way.verdict.kind === "reject" || way.verdict.kind === "drop" ? (way.verdict.rule?.text ?? "") : "";
  const key = `${way.verdict.kind} ${way.destination} ${way.source} ${way.masqueraded} ${decided}`;
  const known = ways.get(key);
  ways.set(key, known === undefined ? way : { ...known, probability: known.probability + way.probability });
}

function restOf(ways: ReadonlyMap<string, Way>, packet: Packet): Way {
  const probability = [...ways.values()].reduce((left, way) => left - way.probability, 1);
  const verdict: Verdict = { kind: "unmodelled", what: `more than ${WAYS_LIMIT} ways through the rules`, rule: null };
  return {
    probability,
    verdict,
    destination: endpointText(packet.dst, packet.dstPort),
    source: packet.src,
    translated: false,
    masqueraded: false,
    origin: null,
    rules: [],
  };
}

/**
 * The walk of one packet through one base chain, as ipt_do_table does it: each rule in order, its header first, then its
 * matches, then its target; a jump comes back when its chain ends, the base chain's end is its policy. The same rules
 * are found by index where a chain has one; steps, draws and effects are those of the plain walk.
 */
import { nextUint32 } from "../base/random.ts";
import { idInCidr } from "../base/address.ts";
import {
  ACTION,
  ANY,
  NOT_DESTINATION,
  NOT_DESTINATION_PORT,
  NOT_PROTOCOL,
  NOT_SOURCE,
  NOT_SOURCE_PORT,
  OP,
  TESTS_DESTINATION,
  TESTS_DESTINATION_CIDR,
  TESTS_DESTINATION_PORT,
  TESTS_IN_INTERFACE,
  TESTS_OUT_INTERFACE,
  TESTS_PROTOCOL,
  TESTS_SOURCE,
  TESTS_SOURCE_CIDR,
  TESTS_SOURCE_PORT,
  portMatches,
} from "./compile.ts";
import type { ChainIndex, Chances, CompiledMatch, CompiledRule, CompiledRules, Positions } from "./compile.ts";
import { connectionMatches } from "./connection-tests.ts";
import { icmpMatches, tcpFlagsMatch } from "./header-tests.ts";
import { isInSet } from "./ip-sets.ts";
import type { SetQuestion } from "./ip-sets.ts";
import { checkIndex, keepCredit, keepList } from "./index-check.ts";
import { limitPeriod, periodNanos } from "./kernel-numbers.ts";
import { hasType } from "./machine.ts";
import { askRecent } from "./recent.ts";
import type { InterfaceMatch, Match } from "./rules.ts";
import type { Run } from "./run.ts";
import type { BaseChain, ChainSlot, NodeTables, RuleCell } from "./tables.ts";
import type { HookWalk, RuleEffect } from "./walk.ts";

// Verdicts of a chain or rule.
/** The chain ended, or the rule does not end the walk. */
export const CONTINUE = 0;
export const ACCEPT = 1;
export const DROP = 2;
export const REJECT = 3;
/** Something was met that is not modelled; Run.unmodelled says what. */
export const UNMODELLED = 4;
const RETURN = 5;

/**
 * Calls within calls. The kernel refuses tables with loops when they are loaded. iptables-legacy knows no other bound (its
 * jump stack grows with the table); iptables-nft takes 15 chains within each other (NFT_JUMP_STACK_SIZE; both measured).
 * Deeper than this nobody writes.
 */
export const JUMP_LIMIT = 500;

/** Walks a base chain. A table or chain without rules accepts and leaves no walk behind. */
export function walkHook(run: Run, tables: NodeTables, base: BaseChain): number {
  const slot = tables.baseSlot(base);
  const body = slot.body;
  if (body === null || (body.rules.length === 0 && body.chain.policy !== "DROP")) return ACCEPT;
  if (run.compares) compareWalks(run, slot, base);
  if (run.recordSteps) run.steps = [];
  let verdict = walkChain(run, slot, 0);
  if (verdict === CONTINUE) {
    verdict = body.chain.policy === "DROP" ? DROP : ACCEPT;
    if (verdict === DROP) run.decider = null;
  }
  if (run.recordSteps) run.walks.push({ hook: base.hook, table: base.table, steps: run.steps, verdict: verdictName(verdict) });
  return verdict;
}

/** By itself, since a function that holds a closure allocates for it at every call. */
function compareWalks(run: Run, slot: ChainSlot, base: BaseChain): void {
  checkIndex(run, `${base.hook} of table ${base.table} on ${slot.tables.node}`, () => walkChain(run, slot, 0));
}

/** A walk that met something unmodelled has no verdict of its own; its packet's outcome says so. */
function verdictName(verdict: number): HookWalk["verdict"] {
  return verdict === DROP ? "drop" : verdict === REJECT ? "reject" : "accept";
}

function walkChain(run: Run, slot: ChainSlot, depth: number): number {
  const { index, chances, rules } = slot;
  if (rules === null) {
    run.unmodelled = `a jump to chain ${slot.name}, which table ${slot.table} does not have`;
    return UNMODELLED;
  }
  if (run.useIndex) {
    if (index !== null) return walkIndexed(run, slot, rules, index, depth);
    if (chances !== null && !run.recordSteps && run.oracle === null) return walkChances(run, slot, rules, chances, depth);
  }
  return walkFrom(run, slot, index === null ? slot.first : (rules.all()[0] ?? null), depth);
}

/** Each rule in order, from this one on: what rules mean. */
function walkFrom(run: Run, slot: ChainSlot, first: CompiledRule | null, depth: number): number {
  let skipped = 0;
  for (let rule = first; rule !== null; rule = rule.next) {
    if (!headerMatches(rule, run)) {
      skipped += 1;
      continue;
    }
    if (skipped > 0) {
      recordSkipped(run, slot, skipped);
      skipped = 0;
    }
    const verdict = meetRule(run, slot, rule, depth);
    if (verdict !== CONTINUE) return verdict === RETURN ? CONTINUE : verdict;
  }
  if (skipped > 0) recordSkipped(run, slot, skipped);
  return CONTINUE;
}

/** Draws for one rule after the other without touching those that are passed; only where nobody wants to know of them. */
function walkChances(run: Run, slot: ChainSlot, rules: CompiledRules, chances: Chances, depth: number): number {
  const { from, thresholds } = chances;
  for (let rule = slot.first; rule !== null && rule.index < from; rule = rule.next) {
    if (!headerMatches(rule, run)) continue;
    const verdict = meetRule(run, slot, rule, depth);
    if (verdict !== CONTINUE) return verdict === RETURN ? CONTINUE : verdict;
  }
  for (let i = 0; i < thresholds.length; i++) {
    if (nextUint32(run.random) >>> 1 >= (thresholds[i] as number)) continue;
    const verdict = takeRule(run, slot, rules.at(from + i) as CompiledRule, depth);
    if (verdict !== CONTINUE) return verdict === RETURN ? CONTINUE : verdict;
  }
  return walkFrom(run, slot, rules.at(from + thresholds.length) ?? null, depth);
}

/**
 * Merges the three lists by position. Nothing in a chain that goes on changes destination or port: only translations
 * do, and they end the table.
 */
function walkIndexed(run: Run, slot: ChainSlot, rules: CompiledRules, index: ChainIndex, depth: number): number {
  const address = index.byAddress.get(run.destination);
  const port = index.byPort.get(run.destinationPort);
  const { others } = index;
  const { length } = rules;
  let a = 0;
  let p = 0;
  let o = 0;
  let done = 0;
  for (;;) {
    const atA = positionAt(address, a, length);
    const atP = positionAt(port, p, length);
    const atO = o < others.length ? (others[o] as number) : length;
    const at = atA < atP ? (atA < atO ? atA : atO) : atP < atO ? atP : atO;
    if (at === length) break;
    if (at === atA) a += 1;
    else if (at === atP) p += 1;
    else o += 1;
    const rule = rules.at(at) as CompiledRule; // positions of an index lie in its chain
    if (!headerMatches(rule, run)) continue;
    if (at > done) recordSkipped(run, slot, at - done);
    done = at + 1;
    const verdict = meetRule(run, slot, rule, depth);
    if (verdict !== CONTINUE) return verdict === RETURN ? CONTINUE : verdict;
  }
  if (length > done) recordSkipped(run, slot, length - done);
  return CONTINUE;
}

/** The position number `i` of a list, or `length` after its end. */
function positionAt(positions: Positions | undefined, i: number, length: number): number {
  if (positions === undefined) return length;
  if (typeof positions === "number") return i === 0 ? positions : length;
  return i < positions.length ? (positions[i] as number) : length;
}

function recordSkipped(run: Run, slot: ChainSlot, count: number): void {
  if (run.recordSteps) run.steps.push({ kind: "skipped", chain: slot.name, count });
}

// ---- the header ---------------------------------------------------------------------------------------------------

function headerMatches(rule: CompiledRule, run: Run): boolean {
  const { header } = rule;
  if (header === 0) return true;
  if ((header & TESTS_DESTINATION) !== 0 && (rule.destination === run.destination) === ((header & NOT_DESTINATION) !== 0)) return false;
  if ((header & TESTS_DESTINATION_PORT) !== 0) {
    const port = run.destinationPort;
    if ((port >= rule.destinationPortFrom && port <= rule.destinationPortTo) === ((header & NOT_DESTINATION_PORT) !== 0)) return false;
  }
  if ((header & TESTS_PROTOCOL) !== 0 && (rule.protocol === run.protocol) === ((header & NOT_PROTOCOL) !== 0)) return false;
  if ((header & TESTS_SOURCE) !== 0 && (rule.source === run.source) === ((header & NOT_SOURCE) !== 0)) return false;
  return header < TESTS_SOURCE_CIDR || rareHeaderMatches(rule, run, header);
}

/** What hardly a rule of a Service asks. */
const TESTS_REST = TESTS_DESTINATION_CIDR | TESTS_SOURCE_PORT | TESTS_IN_INTERFACE | TESTS_OUT_INTERFACE;

function rareHeaderMatches(rule: CompiledRule, run: Run, header: number): boolean {
  const { sourceCidr } = rule;
  if (sourceCidr !== null && idInCidr(run.source, sourceCidr) === ((header & NOT_SOURCE) !== 0)) return false;
  return (header & TESTS_REST) === 0 || restMatches(rule, run, header);
}

function restMatches(rule: CompiledRule, run: Run, header: number): boolean {
  const { destinationCidr, inInterface, outInterface } = rule;
  if (destinationCidr !== null && idInCidr(run.destination, destinationCidr) === ((header & NOT_DESTINATION) !== 0)) return false;
  if ((header & TESTS_SOURCE_PORT) !== 0) {
    const port = run.sourcePort;
    if ((port >= rule.sourcePortFrom && port <= rule.sourcePortTo) === ((header & NOT_SOURCE_PORT) !== 0)) return false;
  }
  if (inInterface !== null && !interfaceMatches(inInterface, run.inInterface)) return false;
  return outInterface === null || interfaceMatches(outInterface, run.outInterface);
}

function interfaceMatches(match: InterfaceMatch, name: string): boolean {
  const fits = match.name.endsWith("+") ? name.startsWith(match.name.slice(0, -1)) : name === match.name;
  return fits !== match.invert;
}

// ---- a rule whose header fits ---------------------------------------------------------------------------------------

function meetRule(run: Run, slot: ChainSlot, rule: CompiledRule, depth: number): number {
  run.drawn = -1;
  if (rule.hasMatches) {
    const answer = rule.threshold === ANY ? askAll(run, slot, rule) : draw(run, rule.threshold) ? YES : NO;
    if (answer === UNKNOWN) return meetUnmodelled(run, slot.cell(rule));
    if (answer === NO) {
      if (run.recordSteps) recordPassed(run, slot.cell(rule));
      return CONTINUE;
    }
  }
  return takeRule(run, slot, rule, depth);
}

/** The rule matches. */
function takeRule(run: Run, slot: ChainSlot, rule: CompiledRule, depth: number): number {
  const cell = slot.cell(rule);
  if (run.oracle === null && run.undo === null) cell.packets += 1;
  if (run.recordMatched) run.matched.push(cell);
  return applyTarget(run, rule, cell, depth);
}

function askAll(run: Run, slot: ChainSlot, rule: CompiledRule): number {
  const { matches } = rule;
  for (let i = 0; i < matches.length; i++) {
    const answer = ask(run, slot, rule, matches[i] as CompiledMatch);
    if (answer !== YES) return answer;
  }
  return YES;
}

function meetUnmodelled(run: Run, cell: RuleCell): number {
  const unknownSet = cell.compiled.rule.matches.find((match) => match.kind === "set" && !run.machine.sets.has(match.name));
  run.decider = cell;
  run.unmodelled =
    unknownSet?.kind === "set"
      ? `the members of set ${unknownSet.name} are not known: ${cell.ref.text}`
      : `a rule that is not modelled: ${cell.ref.text}`;
  return UNMODELLED;
}

function recordPassed(run: Run, cell: RuleCell): void {
  if (run.drawn < 0) run.steps.push(cell.passedStep());
  else run.steps.push({ kind: "rule", rule: cell.ref, result: "passed", did: null, draw: drawOf(run) });
}

/** Of a rule that does the same for every packet. */
function recordMatched(run: Run, rule: CompiledRule, cell: RuleCell): void {
  const { did } = rule;
  if (did === null) throw new Error(`a rule without an effect of its own: ${cell.ref.text}`);
  if (run.drawn < 0) run.steps.push(cell.matchedStep(did));
  else recordEffect(run, cell, did);
}

function recordEffect(run: Run, cell: RuleCell, did: RuleEffect): void {
  run.steps.push({ kind: "rule", rule: cell.ref, result: "matched", did, draw: run.drawn < 0 ? null : drawOf(run) });
}

function drawOf(run: Run): { readonly drawn: number; readonly below: number } {
  return { drawn: run.drawn / 2147483648, below: run.drawnBelow / 2147483648 };
}

// ---- matches ------------------------------------------------------------------------------------------------------

const NO = 0;
const YES = 1;
const UNKNOWN = 2;

function ask(run: Run, slot: ChainSlot, rule: CompiledRule, match: CompiledMatch): number {
  switch (match.op) {
    case OP.conntrack:
      return (((run.ctState | run.ctNat) & match.mask) !== 0) === match.invert ? NO : YES;
    case OP.mark:
      return ((run.mark & match.mask) === match.value) === match.invert ? NO : YES;
    case OP.statistic:
      return draw(run, match.value) === match.invert ? NO : YES;
    case OP.sourceType:
      return askType(run, run.source, match);
    case OP.destinationType:
      return askType(run, run.destination, match);
    case OP.ports:
      return portMatches(rule.rule.sourcePort, run.sourcePort) && portMatches(rule.rule.destinationPort, run.destinationPort) ? YES : NO;
    default:
      return match.match === null ? UNKNOWN : askRare(run, slot, rule, match, match.match);
  }
}

function askType(run: Run, address: number, match: CompiledMatch): number {
  if (match.addressType === null) return UNKNOWN;
  return hasType(run.machine, address, match.addressType) === match.invert ? NO : YES;
}

/** 31 random bits below the threshold (xt_statistic: (get_random_u32() & 0x7FFFFFFF) < probability). */
function draw(run: Run, threshold: number): boolean {
  if (run.oracle !== null) return run.oracle.decide(threshold);
  run.drawn = nextUint32(run.random) >>> 1;
  run.drawnBelow = threshold;
  return run.drawn < threshold;
}

function askRare(run: Run, slot: ChainSlot, rule: CompiledRule, compiled: CompiledMatch, match: Match): number {
  if (compiled.op === OP.unknown) return UNKNOWN;
  switch (match.kind) {
    case "recent":
      // For odds nobody is remembered, and nobody is noted.
      if (run.oracle !== null) return (match.action === "set") === match.invert ? NO : YES;
      if (run.undo !== null) keepList(run.undo, run.machine.recent, match.name);
      return askRecent(run.machine.recent, match, run.source, run.now) ? YES : NO;
    case "multiport":
      return askMultiport(run, match) === match.invert ? NO : YES;
    case "limit":
      if (run.undo !== null) keepCredit(run.undo, slot.cell(rule));
      return run.oracle !== null || takeCredit(slot.cell(rule), match, run.now) ? YES : NO;
    case "set": {
      const set = run.machine.sets.get(match.name);
      if (set === undefined) return UNKNOWN;
      return isInSet(set, match.flags, { ...questionOf(run), family: slot.tables.family }) === match.invert ? NO : YES;
    }
    case "tcp-flags": {
      const flags = run.tcpFlags();
      return flags === null ? UNKNOWN : tcpFlagsMatch(match, flags) ? YES : NO;
    }
    case "icmp": {
      const message = run.icmpType();
      return message === null ? UNKNOWN : icmpMatches(match, message === "none" ? null : message) ? YES : NO;
    }
    case "connection": {
      const asked = run.askedFlow();
      return asked === null ? UNKNOWN : connectionMatches(match.tests, asked) ? YES : NO;
    }
    default:
      return UNKNOWN;
  }
}

function questionOf({ source, sourcePort, destination, destinationPort, protocol }: Run): Omit<SetQuestion, "family"> {
  return { source, sourcePort, destination, destinationPort, protocol };
}

function askMultiport(run: Run, match: Extract<Match, { kind: "multiport" }>): boolean {
  const { side, ports } = match;
  const within = (port: number): boolean => ports.some(({ from, to }) => port >= from && port <= to);
  return (side !== "destination" && within(run.sourcePort)) || (side !== "source" && within(run.destinationPort));
}

/** The token bucket of xt_limit: full at first, one packet's worth a period, `burst` packets at most. */
function takeCredit(cell: RuleCell, match: Extract<Match, { kind: "limit" }>, now: number): boolean {
  const period = limitPeriod(match.rate);
  if (period === null) throw new Error(`unreadable rate in a rule: ${match.rate}`);
  const cost = periodNanos(period);
  const full = cost * match.burst;
  const limit = (cell.limit ??= { credit: full, at: now });
  limit.credit = Math.min(full, limit.credit + (now - limit.at));
  limit.at = now;
  if (limit.credit < cost) return false;
  limit.credit -= cost;
  return true;
}

// ---- targets ------------------------------------------------------------------------------------------------------

function applyTarget(run: Run, rule: CompiledRule, cell: RuleCell, depth: number): number {
  switch (rule.action) {
    case ACTION.none:
    case ACTION.aside:
    case ACTION.LOG:
      if (run.recordSteps) recordMatched(run, rule, cell);
      return CONTINUE;
    case ACTION.jump:
      if (run.recordSteps) recordMatched(run, rule, cell);
      return enter(run, cell, depth);
    case ACTION.goto: {
      if (run.recordSteps) recordMatched(run, rule, cell);
      // Nothing is left to come back to: the chain's end is the end of this one.
      const verdict = enter(run, cell, depth);
      return verdict === CONTINUE ? RETURN : verdict;
    }
    case ACTION.ACCEPT:
      if (run.recordSteps) recordMatched(run, rule, cell);
      return ACCEPT;
    case ACTION.DROP:
      if (run.recordSteps) recordMatched(run, rule, cell);
      run.decider = cell;
      return DROP;
    case ACTION.RETURN:
      if (run.recordSteps) recordMatched(run, rule, cell);
      return RETURN;
    case ACTION.REJECT:
      if (run.recordSteps) recordMatched(run, rule, cell);
      run.decider = cell;
      return REJECT;
    case ACTION.MARK:
      return applyMark(run, rule, cell);
    case ACTION.DNAT:
    case ACTION.REDIRECT:
    case ACTION.SNAT:
    case ACTION.MASQUERADE:
      return applyTranslation(run, rule, cell);
    default:
      return meetUnmodelled(run, cell);
  }
}

function applyMark(run: Run, rule: CompiledRule, cell: RuleCell): number {
  const { target } = rule.rule;
  if (target?.kind !== "MARK") throw new Error(`not a mark: ${cell.ref.text}`);
  run.mark = (run.mark & ~target.mask) ^ target.value;
  if (run.recordSteps) recordEffect(run, cell, { kind: "mark", mark: run.mark >>> 0 });
  return CONTINUE;
}

function applyTranslation(run: Run, rule: CompiledRule, cell: RuleCell): number {
  const destination = rule.action === ACTION.DNAT || rule.action === ACTION.REDIRECT;
  const verdict = run.translate(cell);
  if (run.recordSteps) {
    if (rule.did === null) recordEffect(run, cell, { kind: destination ? "dnat" : "snat", to: run.translatedTo(cell) });
    else recordMatched(run, rule, cell);
  }
  if (destination || verdict === DROP) run.decider = cell;
  return verdict;
}

function enter(run: Run, cell: RuleCell, depth: number): number {
  if (depth >= JUMP_LIMIT) {
    run.decider = cell;
    run.unmodelled = `more than ${JUMP_LIMIT} chains within each other, at ${cell.ref.text}`;
    return UNMODELLED;
  }
  return walkChain(run, cell.jump ?? firstEntry(cell), depth + 1);
}

function firstEntry(cell: RuleCell): ChainSlot {
  const { target } = cell.compiled.rule;
  if (target?.kind !== "jump" && target?.kind !== "goto") throw new Error(`not a jump: ${cell.ref.text}`);
  cell.jump = cell.slot.tables.slot(cell.slot.table, target.chain);
  return cell.jump;
}

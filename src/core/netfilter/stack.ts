/**
 * One node's network stack as a packet sees it: hooks and tables in kernel order, connection tracking, translation.
 *
 *   arrives ─► raw ─ conntrack ─ mangle ─ nat PREROUTING ─► route ─┬─► mangle ─ filter FORWARD ─► mangle ─ nat POSTROUTING ─► leaves
 *                                                                  └─► mangle ─ filter ─ nat INPUT ─► a process of the node
 *   a process ─► route ─► raw ─ conntrack ─ mangle ─ nat OUTPUT ─► route again if changed ─► filter OUTPUT ─► … POSTROUTING ─► leaves
 *
 * (priorities: raw -300, conntrack -200, mangle -150, nat -100, filter 0, nat 100 in INPUT and POSTROUTING;
 * include/uapi/linux/netfilter_ipv4.h). The nat chains see a flow's first packet only; all others follow its entry.
 * A new flow's entry joins the table where its first packet leaves the hooks: refused and dropped ones leave none.
 */
import { addressId, addressText } from "../base/address.ts";
import type { Family } from "../base/names.ts";
import type { RandomState } from "../base/random.ts";
import type { Nanos } from "../base/time.ts";
import { CT_DNAT, CT_ESTABLISHED, CT_INVALID, CT_NEW, CT_RELATED, CT_SNAT } from "./compile.ts";
import {
  CONFIRMED,
  Connection,
  DESTINATION_DONE,
  DESTINATION_NAT,
  SOURCE_DONE,
  SOURCE_NAT,
  echoType,
  isPortProtocol,
  replyOf,
  setReply,
} from "./conntrack.ts";
import type { Tuple } from "./conntrack.ts";
import type { AskedFlow } from "./connection-tests.ts";
import { ACCEPT, CONTINUE, DROP, REJECT, UNMODELLED, walkHook } from "./interpret.ts";
import { COMPARE_EVERY } from "./index-check.ts";
import { bindUnchanged, halfOf, rewrite, rewriteError, translate, translatedText, translatingTarget } from "./nat.ts";
import { conntrackView } from "./node.ts";
import type { Half } from "./nat.ts";
import type { NodeStack } from "./node.ts";
import type { NumberedPacket, Packet } from "./packet.ts";
import { packetProtocol } from "./protocols.ts";
import type { RuleOrigin, RuleRef } from "./rules.ts";
import { Run, headerOf } from "./run.ts";
import type { Oracle, TraceMode } from "./run.ts";
import { BASE } from "./tables.ts";
import type { BaseChain, NodeTables, RuleCell } from "./tables.ts";
import { track, trackError } from "./track.ts";
import type { Changed, CtState, Header, HookWalk } from "./walk.ts";

export { conntrackView, conntrackViews, createNodeStack, deleteEntries, packetsOf, restoreStack, setRules, stackState } from "./node.ts";
export { connectionsIn } from "./conntrack-table.ts";
export type { NodeStack, NodeStackOptions, NodeStackState } from "./node.ts";
export type { Connection, ConntrackState, NodeSettings } from "./conntrack.ts";
export type { InterfaceAddresses } from "./machine.ts";
export type { TraceMode } from "./run.ts";
export type { RuleCell } from "./tables.ts";

export type Entry = { readonly hook: "PREROUTING"; readonly inInterface: string } | { readonly hook: "OUTPUT" };

export interface RouteQuestion {
  readonly family: Family;
  readonly src: string;
  readonly dst: string;
  readonly mark: number;
  /** null: made on the node. */
  readonly inInterface: string | null;
}

export interface RouteResult {
  readonly kind: "local" | "forward" | "none";
  /** `lo` for local. */
  readonly outInterface: string;
  /** What MASQUERADE takes there; null: it drops the packet. */
  readonly masqueradeAddress: string | null;
}

export interface TraverseContext<R extends RouteResult> {
  readonly now: Nanos;
  /** For statistic draws and source ports. */
  readonly random: RandomState;
  readonly route: (question: RouteQuestion) => R;
  readonly mode: TraceMode;
  /** Noted in a new connection. */
  readonly journey?: number | null;
  /** false: the plain walk. The result is the same. */
  readonly useIndex?: boolean;
  /** Index and plain walk are compared on a node's second new flow and on every so manieth after it; default COMPARE_EVERY. */
  readonly compareEvery?: number;
}

export type Verdict =
  | { readonly kind: "forward" | "local" | "no-route" }
  | { readonly kind: "reject"; readonly rule: RuleRef; readonly with: string }
  | { readonly kind: "drop"; readonly rule: RuleRef | null; readonly why: DropReason }
  | { readonly kind: "unmodelled"; readonly what: string; readonly rule: RuleRef | null };

/** clash: another flow has the same tuple. table-full: nf_conntrack_max. */
export type DropReason = "rule" | "policy" | "clash" | "table-full";

export interface TraverseResult<R extends RouteResult> {
  readonly verdict: Verdict;
  /** After all hooks that it passed; text is made when somebody asks. */
  readonly header: Header;
  /** The same in numbers; of an ICMP echo the id and the type. */
  readonly tuple: Readonly<Tuple>;
  /** The packet that an ICMP error quotes, as it reads after translation; else null. */
  readonly quoted: Header | null;
  readonly mark: number;
  /** The route that the packet took last; null where none was asked for. */
  readonly route: R | null;
  readonly ctState: CtState;
  /** The packet's flow, if it is or was in the table. */
  readonly entry: Connection | null;
  /** new: translated just now. known: the recorded translation, applied again. reply: undone. none: an untranslated flow, or no flow. */
  readonly nat: { readonly kind: "none" | "new" | "known" | "reply"; readonly changed: Changed };
  /** Rules that matched, in order (summary and full). */
  readonly matched: readonly RuleCell[];
  /** Mode full. */
  readonly walks: readonly HookWalk[];
  /** Of the rule that decided (DNAT, REJECT, DROP), if it was written for a service port. */
  readonly origin: RuleOrigin | null;
}

// ---- a packet -----------------------------------------------------------------------------------------------------

/** Takes a packet through the node's hooks. Its fate is the result's verdict; state changes are those of a kernel. */
export function traverse<R extends RouteResult>(
  stack: NodeStack,
  packet: Packet | NumberedPacket,
  entry: Entry,
  context: TraverseContext<R>,
): TraverseResult<R> {
  return new Passage(stack, packet, entry, context, null).go();
}

/** The same with an oracle in place of chance: a new flow, and nothing is counted, remembered or changed (see odds.ts). */
export function rehearse<R extends RouteResult>(
  stack: NodeStack,
  packet: Packet,
  entry: Entry,
  context: TraverseContext<R>,
  oracle: Oracle,
): TraverseResult<R> {
  return new Passage(stack, packet, entry, context, oracle).go();
}

/** In the order of the CT_… bits. */
const CT_STATES = ["INVALID", "NEW", "ESTABLISHED", "RELATED", "UNTRACKED", "SNAT", "DNAT"] as const;

const NOTHING_CHANGED: Changed = { source: false, destination: false };
const SOURCE_CHANGED: Changed = { source: true, destination: false };
const DESTINATION_CHANGED: Changed = { source: false, destination: true };
const BOTH_CHANGED: Changed = { source: true, destination: true };

const FORWARD: Verdict = { kind: "forward" };
const LOCAL: Verdict = { kind: "local" };
const NO_ROUTE: Verdict = { kind: "no-route" };

/** A result whose header is text once somebody asks for it. */
class Passed<R extends RouteResult> implements TraverseResult<R> {
  readonly verdict: Verdict;
  readonly tuple: Readonly<Tuple>;
  readonly quoted: Header | null;
  readonly mark: number;
  readonly route: R | null;
  readonly ctState: CtState;
  readonly entry: Connection | null;
  readonly nat: TraverseResult<R>["nat"];
  readonly matched: readonly RuleCell[];
  readonly walks: readonly HookWalk[];
  readonly origin: RuleOrigin | null;
  readonly #protocol: number;
  #header: Header | null = null;

  constructor(result: Omit<TraverseResult<R>, "header">, protocol: number) {
    this.verdict = result.verdict;
    this.tuple = result.tuple;
    this.quoted = result.quoted;
    this.mark = result.mark;
    this.route = result.route;
    this.ctState = result.ctState;
    this.entry = result.entry;
    this.nat = result.nat;
    this.matched = result.matched;
    this.walks = result.walks;
    this.origin = result.origin;
    this.#protocol = protocol;
  }

  get header(): Header {
    this.#header ??= headerOf(this.#protocol, this.tuple);
    return this.#header;
  }
}

/** One packet's way through one node. */
class Passage<R extends RouteResult> extends Run {
  readonly #stack: NodeStack;
  readonly #packet: Packet | NumberedPacket;
  readonly #entry: Entry;
  readonly #context: TraverseContext<R>;
  readonly #tables: NodeTables | undefined;
  /** As it came in. */
  readonly #tuple: Tuple;
  #route: R | null = null;
  #connection: Connection | null = null;
  #state: CtState = "INVALID";
  #reply = false;
  #isNew = false;
  /** The packet an ICMP error quotes. */
  readonly #quoted: Tuple | null;

  constructor(stack: NodeStack, packet: Packet | NumberedPacket, entry: Entry, context: TraverseContext<R>, oracle: Oracle | null) {
    const protocol = packetProtocol(packet.protocol, packet.family);
    const tuple = tupleOfPacket(packet, protocol);
    super(protocol, tuple, stack.machine, context, oracle);
    const quoted = packet.icmp?.kind === "error" ? packet.icmp.quoted : null;
    this.#stack = stack;
    this.#packet = packet;
    this.#entry = entry;
    this.#context = context;
    this.#tables = stack.tables.get(packet.family);
    this.#tuple = tuple;
    this.#quoted = quoted === null ? null : tupleOf(quoted, quoted.srcPort, quoted.dstPort);
  }

  go(): TraverseResult<R> {
    return this.#result(this.#entry.hook === "PREROUTING" ? this.#arrive(this.#entry.inInterface) : this.#depart());
  }

  /** From an interface. */
  #arrive(inInterface: string): Verdict {
    this.inInterface = inInterface;
    const stopped =
      this.#walk(BASE.rawPrerouting) ?? this.#track() ?? this.#walk(BASE.manglePrerouting) ?? this.#nat(BASE.natPrerouting, "destination");
    if (stopped !== null) return stopped;
    const route = this.#askRoute(inInterface);
    if (route.kind === "none") return NO_ROUTE;
    if (route.kind === "local") return this.#deliver() ?? LOCAL;
    this.outInterface = route.outInterface;
    return this.#walk(BASE.mangleForward) ?? this.#walk(BASE.filterForward) ?? this.#leave() ?? FORWARD;
  }

  /** From a process of the node. Without a route its rules are never asked (measured). */
  #depart(): Verdict {
    if (this.#askRoute(null).kind === "none") return NO_ROUTE;
    this.outInterface = this.#route?.outInterface ?? "";
    const { destination, mark } = this;
    const stopped =
      this.#walk(BASE.rawOutput) ?? this.#track() ?? this.#walk(BASE.mangleOutput) ?? this.#nat(BASE.natOutput, "destination");
    if (stopped !== null) return stopped;
    if (this.destination !== destination || this.mark !== mark) {
      if (this.#askRoute(null).kind === "none") return NO_ROUTE;
      this.outInterface = this.#route?.outInterface ?? "";
    }
    const refused = this.#walk(BASE.filterOutput) ?? this.#leave();
    if (refused !== null) return refused;
    return this.#route?.kind === "local" ? this.#comeBack() : FORWARD;
  }

  /** The node talks to itself: the packet comes in again by the loopback interface, tracked and translated already. */
  #comeBack(): Verdict {
    this.inInterface = this.outInterface;
    this.outInterface = "";
    return this.#walk(BASE.rawPrerouting) ?? this.#walk(BASE.manglePrerouting) ?? this.#deliver() ?? LOCAL;
  }

  #deliver(): Verdict | null {
    this.outInterface = "";
    return this.#walk(BASE.mangleInput) ?? this.#walk(BASE.filterInput) ?? this.#nat(BASE.natInput, "source") ?? this.#confirm();
  }

  #leave(): Verdict | null {
    this.inInterface = "";
    return this.#walk(BASE.manglePostrouting) ?? this.#nat(BASE.natPostrouting, "source") ?? this.#confirm();
  }

  #askRoute(inInterface: string | null): R {
    const src = addressText(this.source);
    const dst = addressText(this.destination);
    const route = this.#context.route({ family: this.#packet.family, src, dst, mark: this.mark >>> 0, inInterface });
    this.#route = route;
    return route;
  }

  /** Null where the packet goes on. */
  #walk(base: BaseChain): Verdict | null {
    if (this.#tables === undefined) return null;
    const verdict = walkHook(this, this.#tables, base);
    return verdict === ACCEPT || verdict === CONTINUE ? null : this.#stop(verdict);
  }

  #stop(verdict: number): Verdict {
    const { decider, unmodelled } = this;
    const rule = decider?.ref ?? null;
    if (verdict === UNMODELLED) return { kind: "unmodelled", what: unmodelled, rule };
    const target = decider?.compiled.rule.target;
    if (verdict === REJECT && rule !== null && target?.kind === "REJECT") return { kind: "reject", rule, with: target.with };
    if (verdict === DROP) return { kind: "drop", rule, why: rule === null ? "policy" : "rule" };
    throw new Error(`no such verdict: ${verdict}`);
  }

  // ---- connection tracking and translation ----------------------------------------------------------------------------

  #track(): Verdict | null {
    const { conntrack } = this.#stack;
    const { icmp } = this.#packet;
    const tuple = this.#tuple;
    const { protocol, now } = this;
    if (this.oracle !== null) {
      // A new flow, whatever the table holds.
      if (icmp === undefined || icmp.kind === "echo") this.#see(new Connection(protocol, tuple, now, null), "NEW", false, true);
      else this.ctState = CT_INVALID;
      return null;
    }
    if (icmp?.kind === "other") {
      this.ctState = CT_INVALID;
      return null;
    }
    if (icmp?.kind === "error") {
      const quoted = this.#quoted;
      if (quoted === null || icmp.quoted.protocol === "ICMP") {
        this.ctState = CT_INVALID;
        return null;
      }
      const tracked = trackError(conntrack, packetProtocol(icmp.quoted.protocol, this.#packet.family), quoted, now);
      this.#see(tracked.connection, tracked.state, tracked.reply, false);
      return null;
    }
    const { tcpFlags = 0, sctpChunk } = this.#packet;
    const begins = { protocol, tuple, tcpFlags, sctpChunk, canBegin: icmp === undefined || !icmp.reply };
    const tracked = track(conntrack, begins, now, this.#context.journey ?? null);
    if (tracked === "full") return { kind: "drop", rule: null, why: "table-full" };
    const { connection } = tracked;
    const isNew = connection !== null && connection.id === 0;
    this.#see(connection, tracked.state, tracked.reply, isNew);
    if (isNew && this.useIndex) this.#sample();
    return null;
  }

  #sample(): void {
    const { sample } = this.#stack;
    const every = this.#context.compareEvery ?? COMPARE_EVERY;
    this.compares = sample.flows % every === 1 % every;
    sample.flows += 1;
    if (this.compares) sample.compared += 1;
  }

  #see(connection: Connection | null, state: CtState, reply: boolean, isNew: boolean): void {
    this.#connection = connection;
    this.#state = state;
    this.#reply = reply;
    this.#isNew = isNew;
    this.ctState = state === "NEW" ? CT_NEW : state === "ESTABLISHED" ? CT_ESTABLISHED : state === "RELATED" ? CT_RELATED : CT_INVALID;
    this.#noteNat();
  }

  #noteNat(): void {
    const status = this.#connection?.status ?? 0;
    this.ctNat = ((status & SOURCE_NAT) === 0 ? 0 : CT_SNAT) | ((status & DESTINATION_NAT) === 0 ? 0 : CT_DNAT);
  }

  /** The nat table at a hook (nf_nat_inet_fn): decides a half once, then rewrites it on every packet. */
  #nat(base: BaseChain, half: Half): Verdict | null {
    const connection = this.#connection;
    if (connection === null) return null;
    const done = half === "source" ? SOURCE_DONE : DESTINATION_DONE;
    if (this.#isNew && (connection.status & done) === 0 && this.#tables?.hasNat === true) {
      const verdict = walkHook(this, this.#tables, base);
      if (verdict !== ACCEPT && verdict !== CONTINUE) return this.#stop(verdict);
      if ((connection.status & done) === 0) bindUnchanged(this, this.#stack.conntrack, connection, half);
      this.#noteNat();
    }
    if (this.#quoted !== null) rewriteError(this, this.#quoted, connection, half, this.#reply);
    else rewrite(this, connection, half, this.#reply);
    return null;
  }

  override tcpFlags(): number {
    return this.#packet.tcpFlags ?? 0;
  }

  override icmpType(): { readonly type: number; readonly code: number } | "none" {
    const { icmp } = this.#packet;
    if (icmp === undefined) return "none";
    return icmp.kind === "echo" ? { type: echoType(this.protocol, icmp.reply), code: 0 } : icmp;
  }

  override askedFlow(): AskedFlow {
    const connection = this.#connection;
    const bits = this.ctState | this.ctNat;
    return {
      states: CT_STATES.filter((_state, at) => (bits & (1 << at)) !== 0),
      flow: connection === null ? null : conntrackView(this.#stack, connection),
      isReply: this.#reply,
      left: connection === null ? 0 : connection.expiresAt - this.now,
      confirmed: connection !== null && (connection.status & CONFIRMED) !== 0,
    };
  }

  override keepFlow(): () => void {
    const connection = this.#connection;
    if (connection === null) return () => {};
    const { status, isFree } = connection;
    const reply = replyOf(connection);
    return () => {
      setReply(connection, reply);
      connection.status = status;
      connection.isFree = isFree;
    };
  }

  override flowText(): string {
    return this.#connection === null ? "" : JSON.stringify([replyOf(this.#connection), this.#connection.status]);
  }

  override translate(cell: RuleCell): number {
    return translate(this, this.#stack.conntrack, this.#translated(), cell.compiled, this.#route?.masqueradeAddress ?? null);
  }

  override translatedTo(cell: RuleCell): string {
    return translatedText(this.#translated(), halfOf(translatingTarget(cell.compiled)));
  }

  #translated(): Connection {
    if (this.#connection === null) throw new Error("a translation without a flow");
    return this.#connection;
  }

  #confirm(): Verdict | null {
    const connection = this.#connection;
    if (connection === null || !this.#isNew || this.oracle !== null || (connection.status & CONFIRMED) !== 0) return null;
    return this.#stack.conntrack.confirm(connection, this.now) ? null : { kind: "drop", rule: null, why: "clash" };
  }

  // ---- the result -----------------------------------------------------------------------------------------------------

  #result(verdict: Verdict): TraverseResult<R> {
    const connection = this.#connection;
    return new Passed(
      {
        verdict,
        tuple: { source: this.source, sourcePort: this.sourcePort, destination: this.destination, destinationPort: this.destinationPort },
        quoted: this.#quoted === null ? null : this.#quotedHeader(),
        mark: this.mark >>> 0,
        route: this.#route,
        ctState: this.#state,
        entry: connection !== null && connection.id !== 0 ? connection : null,
        nat: { kind: this.#natKind(connection), changed: this.#changed() },
        matched: this.matched,
        walks: this.walks,
        origin: this.decider?.compiled.origin ?? null,
      },
      this.protocol,
    );
  }

  /** An echo's id is no port, and shows nowhere. */
  #changed(): Changed {
    const tuple = this.#tuple;
    const ports = isPortProtocol(this.protocol);
    const source = this.source !== tuple.source || (ports && this.sourcePort !== tuple.sourcePort);
    const destination = this.destination !== tuple.destination || (ports && this.destinationPort !== tuple.destinationPort);
    return source ? (destination ? BOTH_CHANGED : SOURCE_CHANGED) : destination ? DESTINATION_CHANGED : NOTHING_CHANGED;
  }

  #natKind(connection: Connection | null): "none" | "new" | "known" | "reply" {
    if (connection === null || (connection.status & (SOURCE_NAT | DESTINATION_NAT)) === 0) return "none";
    if (this.#isNew) return "new";
    return this.#reply ? "reply" : "known";
  }

  #quotedHeader(): Header | null {
    const quoted = this.#quoted;
    const { icmp } = this.#packet;
    if (quoted === null || icmp?.kind !== "error") return null;
    const { protocol } = icmp.quoted;
    const number = packetProtocol(protocol, this.#packet.family);
    return headerOf(number, quoted);
  }
}

function tupleOfPacket(packet: Packet | NumberedPacket, protocol: number): Tuple {
  const { icmp } = packet;
  if ("source" in packet) {
    const { source, sourcePort, destination, destinationPort } = packet;
    return icmp?.kind === "echo"
      ? { source, sourcePort: icmp.id, destination, destinationPort: echoType(protocol, icmp.reply) }
      : { source, sourcePort, destination, destinationPort };
  }
  return icmp?.kind === "echo" ? tupleOf(packet, icmp.id, echoType(protocol, icmp.reply)) : tupleOf(packet, packet.srcPort, packet.dstPort);
}

function tupleOf(header: Header, sourcePort: number, destinationPort: number): Tuple {
  return { source: addressId(header.src), sourcePort, destination: addressId(header.dst), destinationPort };
}

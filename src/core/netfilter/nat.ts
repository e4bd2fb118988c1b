/**
 * Translations: which address and port a new flow gets, and rewriting of its packets (nf_nat_core.c). A flow is
 * translated at most once in each half, on its first packet; the rest follows its entry. Every new flow is made unique
 * here, also one that no rule translates: its source port changes if an existing flow's answers look the same.
 */
import { endpointText, addressId, addressText } from "../base/address.ts";
import { nextUint32 } from "../base/random.ts";
import {
  DESTINATION_DONE,
  DESTINATION_NAT,
  SOURCE_DONE,
  SOURCE_NAT,
  invert,
  isPortProtocol,
  originalOf,
  replyOf,
  setReply,
} from "./conntrack.ts";
import type { Connection, Tuple } from "./conntrack.ts";
import type { ConntrackTable } from "./conntrack-table.ts";
import { interfaceAddress, loopbackOf } from "./machine.ts";
import { ICMP, ICMPV6 } from "./protocols.ts";
import { ANY } from "./compile.ts";
import type { CompiledRule } from "./compile.ts";
import { ACCEPT, DROP } from "./interpret.ts";
import type { Target } from "./rules.ts";
import type { Run } from "./run.ts";

/** Which half of a header a translation changes. */
export type Half = "source" | "destination";

/** What a rule asks for. No port range: keep the port where possible. */
interface Wanted {
  readonly address: number;
  readonly portFrom: number | null;
  readonly portTo: number | null;
  readonly randomFully: boolean;
}

/** Searched ports before the search begins elsewhere (max_attempts). */
const MAX_ATTEMPTS = 128;

export type TranslatingTarget = Extract<Target, { kind: "DNAT" | "SNAT" | "MASQUERADE" | "REDIRECT" }>;

/** Which half of the header a target translates. */
export function halfOf(target: TranslatingTarget): Half {
  return target.kind === "DNAT" || target.kind === "REDIRECT" ? "destination" : "source";
}

/** Carries out a translating target on a flow whose half is not decided yet; ACCEPT or DROP. */
export function translate(
  run: Run,
  table: ConntrackTable,
  connection: Connection,
  compiled: CompiledRule,
  masqueradeAddress: string | null,
): number {
  if (compiled.natPort !== ANY && compiled.natAddress !== ANY) {
    toOneEndpoint(connection, compiled.natAddress, compiled.natPort);
    return ACCEPT;
  }
  const target = translatingTarget(compiled);
  const wanted = wantedBy(run, connection, target, compiled.natAddress, masqueradeAddress);
  // MASQUERADE on an interface without address, REDIRECT into one: the kernel drops.
  if (wanted === null) return DROP;
  setUp(run, table, connection, halfOf(target), wanted);
  return ACCEPT;
}

/** The target of a rule that translates. */
export function translatingTarget(compiled: CompiledRule): TranslatingTarget {
  const { target } = compiled.rule;
  if (target?.kind === "DNAT" || target?.kind === "SNAT" || target?.kind === "MASQUERADE" || target?.kind === "REDIRECT") return target;
  throw new Error(`a rule that does not translate: ${JSON.stringify(compiled.rule)}`);
}

/** The common case of a DNAT: one address and port leave nothing to choose, so nothing is drawn or looked up. */
function toOneEndpoint(connection: Connection, address: number, port: number): void {
  const isPorts = isPortProtocol(connection.protocol);
  if (connection.replySource !== address || (isPorts && connection.replySourcePort !== port)) connection.status |= DESTINATION_NAT;
  connection.replySource = address;
  if (isPorts) connection.replySourcePort = port;
  connection.isFree = false;
  connection.status |= DESTINATION_DONE;
}

/** What a half of the flow is translated to, as text. */
export function translatedText(connection: Connection, half: Half): string {
  const address = half === "source" ? connection.replyDestination : connection.replySource;
  const port = half === "source" ? connection.replyDestinationPort : connection.replySourcePort;
  return isPortProtocol(connection.protocol) ? endpointText(addressText(address), port) : addressText(address);
}

function wantedBy(
  run: Run,
  connection: Connection,
  target: TranslatingTarget,
  natAddress: number,
  masqueradeAddress: string | null,
): Wanted | null {
  switch (target.kind) {
    case "MASQUERADE":
      if (masqueradeAddress === null) return null;
      return { address: addressId(masqueradeAddress), portFrom: null, portTo: null, randomFully: target.randomFully };
    case "REDIRECT": {
      const address =
        run.inInterface === "" ? loopbackOf(run.destination) : interfaceAddress(run.machine, run.inInterface, run.destination);
      return address === null
        ? null
        : { address, portFrom: target.port ?? null, portTo: target.portTo ?? target.port ?? null, randomFully: false };
    }
    case "DNAT":
    case "SNAT": {
      const current = target.kind === "DNAT" ? connection.replySource : connection.replyDestination;
      return {
        address: natAddress === ANY ? current : natAddress,
        portFrom: target.port ?? null,
        portTo: target.portTo ?? target.port ?? null,
        randomFully: target.kind === "SNAT" && target.randomFully,
      };
    }
  }
}

/** No rule translated this half: keep the address, and the port unless the flow would not be unique. */
export function bindUnchanged(run: Run, table: ConntrackTable, connection: Connection, half: Half): void {
  if (run.oracle !== null || table.isFree(connection, run.now)) {
    connection.status |= half === "source" ? SOURCE_DONE : DESTINATION_DONE;
    return;
  }
  const address = half === "source" ? connection.replyDestination : connection.replySource;
  setUp(run, table, connection, half, { address, portFrom: null, portTo: null, randomFully: false });
}

/** nf_nat_setup_info: chooses, writes the answer's tuple, marks the half as decided. */
function setUp(run: Run, table: ConntrackTable, connection: Connection, half: Half, wanted: Wanted): void {
  const current = invert(connection.protocol, replyOf(connection));
  const chosen = uniqueTuple(run, table, connection, current, half, wanted);
  const changed =
    chosen.source !== current.source ||
    chosen.sourcePort !== current.sourcePort ||
    chosen.destination !== current.destination ||
    chosen.destinationPort !== current.destinationPort;
  if (changed) {
    setReply(connection, invert(connection.protocol, chosen));
    connection.status |= half === "source" ? SOURCE_NAT : DESTINATION_NAT;
  }
  connection.status |= half === "source" ? SOURCE_DONE : DESTINATION_DONE;
}

/**
 * get_unique_tuple. The search for an earlier mapping of the same client socket is left out: without --random-fully it
 * gives the port that is kept anyway, as long as that is free.
 */
function uniqueTuple(run: Run, table: ConntrackTable, connection: Connection, current: Tuple, half: Half, wanted: Wanted): Tuple {
  const tuple: Tuple = half === "source" ? { ...current, source: wanted.address } : { ...current, destination: wanted.address };
  if (!wanted.randomFully) {
    if (wanted.portFrom === null) {
      if (!isTaken(run, table, connection, tuple)) return tuple;
    } else {
      const port = half === "source" ? tuple.sourcePort : tuple.destinationPort;
      const within = port >= wanted.portFrom && port <= (wanted.portTo ?? wanted.portFrom);
      if (within && (wanted.portFrom === wanted.portTo || !isTaken(run, table, connection, tuple))) return tuple;
    }
  }
  return searchPort(run, table, connection, tuple, half, wanted);
}

/** nf_nat_l4proto_unique_tuple: tries ports from a random start; the last one tried stays if none is free. */
function searchPort(run: Run, table: ConntrackTable, connection: Connection, tuple: Tuple, half: Half, wanted: Wanted): Tuple {
  const range = portRange(connection.protocol, tuple, half, wanted);
  if (range === null) return tuple;
  const { from, size } = range;
  const set = (port: number): void => {
    if (half === "source" || !isPortProtocol(connection.protocol)) tuple.sourcePort = port;
    else tuple.destinationPort = port;
  };
  // A single port leaves nothing to draw.
  if (size === 1) {
    set(from);
    return tuple;
  }
  // For odds the port does not matter and nothing may be drawn.
  if (run.oracle !== null) return tuple;
  for (let attempts = Math.min(size, MAX_ATTEMPTS); ; attempts = Math.floor(attempts / 2)) {
    const offset = nextUint32(run.random) >>> 16;
    for (let i = 0; i < attempts; i++) {
      set(from + ((offset + i) % size));
      if (!isTaken(run, table, connection, tuple)) return tuple;
    }
    if (attempts >= size || attempts < 16) return tuple;
  }
}

function portRange(protocol: number, tuple: Tuple, half: Half, wanted: Wanted): { readonly from: number; readonly size: number } | null {
  if (protocol === ICMP || protocol === ICMPV6) return { from: 0, size: 65_536 };
  if (!isPortProtocol(protocol)) return null;
  if (wanted.portFrom !== null) {
    const [low, high] = [
      Math.min(wanted.portFrom, wanted.portTo ?? wanted.portFrom),
      Math.max(wanted.portFrom, wanted.portTo ?? wanted.portFrom),
    ];
    return { from: low, size: high - low + 1 };
  }
  // A destination's port cannot change unasked. A source's stays in its class of privilege.
  if (half === "destination") return null;
  if (tuple.sourcePort < 512) return { from: 1, size: 511 };
  if (tuple.sourcePort < 1024) return { from: 600, size: 424 };
  return { from: 1024, size: 64_512 };
}

/** True if a flow of the table already has answers like those of this tuple (nf_conntrack_tuple_taken). */
function isTaken(run: Run, table: ConntrackTable, connection: Connection, tuple: Tuple): boolean {
  if (run.oracle !== null) return false;
  return table.isTaken(connection, invert(connection.protocol, tuple), run.now);
}

// ---- rewriting packets ------------------------------------------------------------------------------------------------

/** True if this half of a packet going this way is translated: the answer's source is the original's destination. */
export function isTranslated(connection: Connection, half: Half, reply: boolean): boolean {
  const bit = (half === "source") !== reply ? SOURCE_NAT : DESTINATION_NAT;
  return (connection.status & bit) !== 0;
}

/** Rewrites one half of the packet as its flow's entry says (nf_nat_packet): answers get what was there at first. */
export function rewrite(run: Run, connection: Connection, half: Half, reply: boolean): void {
  if (!isTranslated(connection, half, reply)) return;
  const isPorts = isPortProtocol(connection.protocol);
  if (half === "source") {
    run.source = reply ? connection.originalDestination : connection.replyDestination;
    if (isPorts) run.sourcePort = reply ? connection.originalDestinationPort : connection.replyDestinationPort;
    else run.sourcePort = reply ? connection.originalSourcePort : connection.replySourcePort;
  } else {
    run.destination = reply ? connection.originalSource : connection.replySource;
    const port = reply ? connection.originalSourcePort : connection.replySourcePort;
    if (isPorts) run.destinationPort = port;
    else run.sourcePort = port;
  }
}

/**
 * Rewrites an ICMP error about a translated flow (nf_nat_icmp_reply_translation): outside its address of this half,
 * inside the opposite half of the packet it quotes, so that the one it goes to recognises what it sent.
 */
export function rewriteError(run: Run, quoted: Tuple, connection: Connection, half: Half, reply: boolean): void {
  if (!isTranslated(connection, half, reply)) return;
  const other = reply ? originalOf(connection) : replyOf(connection);
  if (half === "source") {
    run.source = other.destination;
    quoted.destination = other.destination;
    quoted.destinationPort = other.destinationPort;
  } else {
    run.destination = other.source;
    quoted.source = other.source;
    quoted.sourcePort = other.sourcePort;
  }
}

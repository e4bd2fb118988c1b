/**
 * What a node keeps between packets: its rules, flows, lists and counters; laying in rules, looking at flows, and the
 * whole as a plain value for checkpoints and hashes. How packets pass is in stack.ts.
 */
import type { Family, Protocol } from "../base/names.ts";
import type { Nanos } from "../base/time.ts";
import { viewOf } from "./conntrack.ts";
import type { Connection, ConntrackState, NodeSettings } from "./conntrack.ts";
import { conntrackState, restoreConntrack } from "./conntrack-table.ts";
import type { ConntrackTable } from "./conntrack-table.ts";
import type { IpSets } from "./ip-sets.ts";
import { makeMachine } from "./machine.ts";
import type { InterfaceAddresses, Machine } from "./machine.ts";
import { protocolName } from "./protocols.ts";
import { dropUnnamed, recentState, restoreRecent } from "./recent.ts";
import type { RecentState } from "./recent.ts";
import type { Chain, RuleSet, TableName } from "./rules.ts";
import { NodeTables } from "./tables.ts";
import type { ConntrackView } from "./walk.ts";

export interface NodeStackOptions {
  readonly node: string;
  /** Canonical addresses of the node; 127.0.0.0/8, ::1 and those of the interfaces are local too. */
  readonly localAddresses: readonly string[];
  readonly interfaces?: readonly InterfaceAddresses[];
  readonly settings?: NodeSettings;
  /** Members (addresses or prefixes) of ip sets by name, or whole sets. Of one that is not here nobody knows the members. */
  readonly sets?: Readonly<Record<string, readonly string[]>> | IpSets;
}

export interface NodeStack {
  readonly node: string;
  readonly machine: Machine;
  readonly conntrack: ConntrackTable;
  readonly tables: Map<Family, NodeTables>;
  /** New flows that this stack has seen since it was made, and how many of them index and plain walk were compared on. */
  readonly sample: { flows: number; compared: number };
  /** Counters and rate limits of a restored state that wait for their rules. */
  waiting: readonly CellState[];
}

export function createNodeStack(options: NodeStackOptions): NodeStack {
  const state: NodeStackState = { node: options.node, conntrack: { nextId: 1, connections: [] }, recent: [], cells: [] };
  return restoreStack(state, options);
}

/** Lays in the rules of one family, after each sync. Unchanged Chain objects keep their compiled form and counters. */
export function setRules(stack: NodeStack, ruleSet: RuleSet): void {
  const tables = stack.tables.get(ruleSet.family);
  if (tables === undefined) {
    const made = new NodeTables(stack.node, ruleSet);
    stack.tables.set(ruleSet.family, made);
    stack.waiting = stack.waiting.filter((cell) => !takeBack(made, cell));
    return;
  }
  if (tables.ruleSet === ruleSet) return;
  tables.replace(ruleSet);
  const { recent } = stack.machine;
  if (recent.size === 0) return;
  // Mostly a chain that a packet met names the list; only else all chains are read.
  const met = recentNames([...stack.tables.values()].flatMap((each) => each.chainsMet()));
  if ([...recent.keys()].every((name) => met.has(name))) return;
  dropUnnamed(recent, recentNames(allChains([...stack.tables.values()])));
}

const namesOfChains = new WeakMap<Chain, readonly string[]>();

function allChains(tables: readonly NodeTables[]): readonly Chain[] {
  return tables.flatMap(({ ruleSet }) => [...ruleSet.tables.values()].flatMap((table) => [...table.chains.values()]));
}

/** Names of recent lists in rules; remembered by chain (a pure memo). */
function recentNames(chains: readonly Chain[]): Set<string> {
  const names = new Set<string>();
  for (const chain of chains) {
    let known = namesOfChains.get(chain);
    if (known === undefined) {
      known = chain.rules.flatMap((rule) => rule.matches.flatMap((match) => (match.kind === "recent" ? [match.name] : [])));
      namesOfChains.set(chain, known);
    }
    for (const name of known) names.add(name);
  }
  return names;
}

// ---- looking at and clearing the table --------------------------------------------------------------------------------

export function conntrackView(stack: NodeStack, entry: Connection): ConntrackView {
  return viewOf(entry, stack.node);
}

/** All live entries, oldest first. */
export function conntrackViews(stack: NodeStack, now: Nanos): ConntrackView[] {
  return stack.conntrack
    .all()
    .filter((connection) => connection.expiresAt > now)
    .map((connection) => viewOf(connection, stack.node));
}

/**
 * Deletes the entries that a filter picks and says how many: for kube-proxy's clean-up of stale UDP flows
 * (pkg/proxy/conntrack/cleanup.go), and for `conntrack -D`.
 */
export function deleteEntries(stack: NodeStack, filter: (entry: ConntrackView) => boolean, only?: Protocol): number {
  let deleted = 0;
  for (const connection of stack.conntrack.all()) {
    if (only !== undefined && protocolName(connection.protocol) !== only) continue;
    if (!filter(viewOf(connection, stack.node))) continue;
    stack.conntrack.remove(connection);
    deleted += 1;
  }
  return deleted;
}

/** Packets that a rule matched since its chain was written. */
export function packetsOf(stack: NodeStack, family: Family, table: TableName, chain: string, index: number): number {
  return stack.tables.get(family)?.packets(table, chain, index) ?? 0;
}

// ---- plain state ------------------------------------------------------------------------------------------------------

interface CellState {
  readonly family: Family;
  readonly table: TableName;
  readonly chain: string;
  readonly index: number;
  readonly packets: number;
  readonly limit: { readonly credit: number; readonly at: Nanos } | null;
}

/** All that changes when packets pass, as plain data. Rules are not in it: who restores lays them in again. */
export interface NodeStackState {
  readonly node: string;
  readonly conntrack: ConntrackState;
  readonly recent: RecentState;
  readonly cells: readonly CellState[];
}

/** The state at `now`; equal histories give equal states. */
export function stackState(stack: NodeStack, now: Nanos): NodeStackState {
  const cells = [...stack.tables.values()].flatMap((tables) =>
    tables.cells().flatMap(({ slot, compiled, packets, limit }): CellState[] => {
      if (packets === 0 && limit === null) return [];
      return [
        {
          family: tables.family,
          table: slot.table,
          chain: slot.name,
          index: compiled.index,
          packets,
          limit: limit === null ? null : { ...limit },
        },
      ];
    }),
  );
  const key = (cell: CellState): string => `${cell.family} ${cell.table} ${cell.chain}`;
  cells.push(...stack.waiting);
  cells.sort((a, b) => (key(a) === key(b) ? a.index - b.index : key(a) < key(b) ? -1 : 1));
  return { node: stack.node, conntrack: conntrackState(stack.conntrack, now), recent: recentState(stack.machine.recent), cells };
}

/** A stack that goes on from a state; its rules are to be laid in with setRules. */
export function restoreStack(state: NodeStackState, options: NodeStackOptions): NodeStack {
  const { localAddresses, interfaces = [], settings = {}, sets = {} } = options;
  return {
    node: options.node,
    machine: makeMachine({ localAddresses, interfaces, sets, recent: restoreRecent(state.recent) }),
    conntrack: restoreConntrack(state.conntrack, settings),
    tables: new Map(),
    sample: { flows: 0, compared: 0 },
    waiting: state.cells,
  };
}

/** True if the saved counter belonged to these tables; it is dropped if its rule is gone. */
function takeBack(tables: NodeTables, saved: CellState): boolean {
  if (saved.family !== tables.family) return false;
  const slot = tables.slot(saved.table, saved.chain);
  const compiled = slot.body?.rules.at(saved.index);
  if (compiled !== undefined) {
    const cell = slot.cell(compiled);
    cell.packets = saved.packets;
    cell.limit = saved.limit === null ? null : { ...saved.limit };
  }
  return true;
}

/**
 * The whole mutable state of a run as one value: cloned for checkpoints, hashed for goldens, compared by tests. All that
 * is derived (topology, rule sets, DNS index, views) is remembered outside, by the identity of what it is made from.
 */
import type { Family, NamespacedName } from "../base/names.ts";
import type { Nanos } from "../base/time.ts";
import { emptyStore, snapshotStore, type ObjectStore } from "../api/store.ts";
import { DEFAULT_SETTINGS, type ClusterSettings } from "../api/settings.ts";
import { emptyMemory, snapshotMemory, type ControlMemory } from "../controllers/world.ts";
import type { EndpointSlice, Node, Service } from "../api/types.ts";
import type { Work } from "../controllers/wake-ups.ts";
import type { CoreDnsState } from "../dns/pipeline.ts";
import type { NodeStackState } from "../netfilter/stack.ts";
import type { Flight, NetworkEvent } from "../network/flight.ts";
import type { Kept } from "../network/kept.ts";
import type { Journey } from "../network/trace.ts";
import { clonePlain } from "./clone.ts";
import type { SendRequest, SimulationOptions } from "./contract.ts";
import { copyQueue, emptyQueue, inOrder, type EventQueue } from "./queue.ts";
import { isVoidEvent } from "./rest.ts";
import { copySteady, type Beat, type Steady } from "./steady.ts";
import { copyStreams, type Streams } from "./streams.ts";
import type { TimelineEvent } from "./view.ts";
import { copyWaiting, waitingForm, type Waiting } from "./waiting.ts";

export type SimulationEvent =
  | { readonly kind: "network"; readonly event: NetworkEvent }
  /** `idle`: only time brings it; see `WakeUp`. */
  | { readonly kind: "control"; readonly work: Work; readonly idle?: true }
  | { readonly kind: "proxy-sync"; readonly node: string }
  /** The next request of a series leaves; `ids` are those that follow it. */
  | { readonly kind: "begin"; readonly id: number; readonly request: SendRequest; readonly following: number; readonly steady?: true }
  | Beat;

/** What kube-proxies see at one moment, each list in the order of its keys. Never changed; nodes that synced from it share it. */
export interface ProxySnapshot {
  /** Counts changes that kube-proxies hear of, from 0. */
  readonly version: number;
  readonly services: readonly Service[];
  readonly slices: readonly EndpointSlice[];
  readonly nodes: readonly Node[];
  readonly settings: ClusterSettings;
}

/** One node's kube-proxy. */
export interface ProxyState {
  /** What its rules were written from; null before its first sync. */
  synced: ProxySnapshot | null;
  syncedAt: Nanos | null;
  /** When its next sync is due, or null. */
  dueAt: Nanos | null;
  /** A person stopped it: its rules stay as they are. */
  stopped: boolean;
}

export interface SimulationState {
  now: Nanos;
  readonly seed: number;
  /** What the clock shows at 0: seconds since 1970. */
  readonly epochSeconds: number;
  settings: ClusterSettings;
  /** What decides about the cluster as a whole (clusterBasis); "" before the first text. */
  basis: string;
  store: ObjectStore;
  memory: ControlMemory;
  queue: EventQueue<SimulationEvent>;
  waiting: Waiting;
  /** Events handled so far, without those that did not count any more. */
  handled: number;
  streams: Streams;
  /** Next port of a sender's sockets: `pod default/a` → offset in the ephemeral range. */
  clientPorts: Map<string, number>;
  proxies: Map<string, ProxyState>;
  /** Added to the usual times: from a change of Pods to the slices, and from a change of the API to each node's rules. */
  readonly delays: { readonly slice: Nanos; readonly sync: Nanos; readonly syncOf?: { readonly [node: string]: Nanos } };
  /** Changes that kube-proxies hear of, so far. */
  proxyVersion: number;
  /** `node family` → rules in place of what kube-proxy wrote. */
  overrides: Map<string, string>;
  /** Node, or `*` for all → rules that a person added. Never changed in place. */
  ownRules: ReadonlyMap<string, string>;
  coredns: Map<NamespacedName, CoreDnsState>;
  /** `pod process name` → address that a process keeps of a name (annotation kubehop.dev/resolve). */
  keptNames: Map<string, string>;
  /** Addresses outside that a person sent from, beside the standing hosts. */
  visitors: string[];
  flights: Map<number, Flight>;
  /** Journey under way → what follows it in its series. */
  series: Map<number, { readonly request: SendRequest; readonly following: number }>;
  /** Steady traffic that stands, or stood last; null before the first. */
  steady: Steady | null;
  journeys: Journey[];
  nextJourney: number;
  /** Connections that clients keep between requests (network/kept.ts). */
  kept: Map<string, Kept>;
  /** Id of the next flight that is no request: from -1 downwards. */
  nextClosing: number;
  timeline: TimelineEvent[];
  /** Rises with every change of what the view shows. */
  clusterVersion: number;
  /** Unix second of the last change that alters a DNS answer. */
  dnsSerial: number;
  /** Whether a text was ever applied. */
  applied: boolean;
}

export function initialState(
  seed: number,
  epochSeconds: number,
  { slice = 0, sync = 0, syncOf }: NonNullable<SimulationOptions["delays"]> = {},
): SimulationState {
  return {
    now: 0,
    seed,
    epochSeconds,
    settings: DEFAULT_SETTINGS,
    basis: "",
    store: emptyStore(),
    memory: emptyMemory(),
    queue: emptyQueue(),
    waiting: new Map(),
    handled: 0,
    streams: new Map(),
    clientPorts: new Map(),
    proxies: new Map(),
    delays: { slice, sync, ...(syncOf === undefined ? {} : { syncOf }) },
    proxyVersion: 0,
    overrides: new Map(),
    ownRules: new Map(),
    coredns: new Map(),
    keptNames: new Map(),
    visitors: [],
    flights: new Map(),
    series: new Map(),
    steady: null,
    journeys: [],
    nextJourney: 1,
    kept: new Map(),
    nextClosing: -1,
    timeline: [],
    clusterVersion: 0,
    dnsSerial: epochSeconds,
    applied: false,
  };
}

/** A copy that goes its own way. Objects, snapshots, journeys and timeline entries never change and are shared. */
export function copyState(state: SimulationState): SimulationState {
  return {
    ...state,
    store: snapshotStore(state.store),
    memory: snapshotMemory(state.memory),
    queue: copyQueue(state.queue),
    waiting: copyWaiting(state.waiting),
    streams: copyStreams(state.streams),
    clientPorts: new Map(state.clientPorts),
    proxies: new Map([...state.proxies].map(([node, proxy]) => [node, { ...proxy }])),
    overrides: new Map(state.overrides),
    coredns: clonePlain(state.coredns),
    keptNames: new Map(state.keptNames),
    visitors: [...state.visitors],
    flights: clonePlain(state.flights),
    series: new Map(state.series),
    kept: clonePlain(state.kept),
    steady: copySteady(state.steady),
    journeys: [...state.journeys],
    timeline: [...state.timeline],
  };
}

/** State and the netfilter of each node that a packet has met. */
export interface Checkpoint {
  readonly state: SimulationState;
  readonly stacks: ReadonlyMap<string, NodeStackState>;
}

/**
 * The value that is hashed: snapshots of kube-proxies stand once, nodes name them by version. Of the queue, what will
 * happen in its order: where an event that does not count is still in it, or how the heap lies, tells runs apart that are the same.
 */
export function hashedForm(checkpoint: Checkpoint): unknown {
  const { state, stacks } = checkpoint;
  const snapshots = new Map<number, unknown>();
  const proxies = new Map<string, unknown>();
  for (const [node, { synced, syncedAt, dueAt, stopped }] of state.proxies) {
    if (synced !== null) snapshots.set(synced.version, synced);
    proxies.set(node, { synced: synced?.version ?? null, syncedAt, dueAt, stopped });
  }
  // A run without own rules is the same value as before there were any.
  const ownRules = state.ownRules.size === 0 ? undefined : state.ownRules;
  const queue = inOrder(state.queue).filter(({ event }) => !isVoidEvent(state, event));
  // Nor is one in which nobody ever kept a connection another.
  const kept = state.kept.size === 0 ? undefined : state.kept;
  const nextClosing = state.nextClosing === -1 ? undefined : state.nextClosing;
  const waiting = waitingForm(state.waiting);
  return { ...state, queue, waiting, ownRules, kept, nextClosing, proxies, snapshots, stacks };
}

export function overrideKey(node: string, family: Family): string {
  return `${node} ${family}`;
}

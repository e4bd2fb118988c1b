/** What a controller works on, and the only ways in which it writes. */
import { compareText } from "../base/names.ts";
import { nextBelow, randomState } from "../base/random.ts";
import type { RandomState } from "../base/random.ts";
import { SECOND } from "../base/time.ts";
import type { Nanos } from "../base/time.ts";
import { formatInstant } from "../api/instant.ts";
import { sameJson } from "../api/json.ts";
import { storedKind } from "../api/kinds.ts";
import type { ClusterSettings } from "../api/settings.ts";
import { get, keyOf, put, remove } from "../api/store.ts";
import { sharedKey } from "../api/store-index.ts";
import type { ObjectStore } from "../api/store.ts";
import type { Container, KubeObject, OwnerReference, Pod, Service } from "../api/types.ts";

/** One stored write. `before` is null for a creation, `after` for a removal. */
export interface Change {
  readonly kind: string;
  readonly key: string;
  readonly before: KubeObject | null;
  readonly after: KubeObject | null;
}

/** What the kubelet knows of a Pod beyond the object: when each step happened, in exact virtual time. */
export interface PodRuntime {
  readonly uid: string;
  readonly boundAt: Nanos;
  /** Position among the Pods that this node started, for the stagger. */
  readonly turn: number;
  readonly sandboxAt: Nanos | null;
  readonly startedAt: Nanos | null;
  readonly readySince: Nanos | null;
  readonly deletedAt: Nanos | null;
  /** Init containers, by name: when their turn came. */
  readonly inits?: { readonly [container: string]: Nanos };
  /** Containers whose process has ended at least once, by name. */
  readonly crashes: { readonly [container: string]: Crash };
  /** Container → the set of Services that it knew when it started (`serviceSets`). */
  readonly links: { readonly [container: string]: string };
  /** Of a Pod that came out of a cluster: its containers that were ready. It stays so until something happens to it here. */
  readonly found?: readonly string[];
}

/** A container whose process has ended; it may have been started again since. */
export interface Crash {
  /** A person wants it to end so many times more, each time soon after its start. */
  readonly left: number;
  /** When its process ends next because a person wants it, or null. */
  readonly endsAt: Nanos | null;
  /** How it ended last, and why: a person's doing, by itself, or killed for a probe that failed. */
  readonly exitCode: number;
  readonly cause: "crash" | "exit" | "probe";
  /** When its process ended last. */
  readonly endedAt: Nanos;
  /** When it is started again; null while it runs. */
  readonly startsAt: Nanos | null;
  /** When it was started last. */
  readonly startedAt: Nanos;
  readonly restarts: number;
  /** What the kubelet waits before the next restart; 0: it does not. */
  readonly backOff: Nanos;
}

/** A node that a person stopped or cut off: nobody hears of its kubelet. */
export interface NodeFault {
  /** Switched off: nothing on it runs. */
  readonly stopped: boolean;
  /** Its cable is out: what is on it runs on. */
  readonly cut: boolean;
  /** Since when the API server has not heard of it. */
  readonly since: Nanos;
}

/** A drain that could not evict everything yet. */
export interface Drain {
  /** Tries in a row that evicted nothing. */
  readonly tries: number;
  /** Pods that are left, and what the API server says. */
  readonly refused: readonly { readonly pod: string; readonly why: string }[];
}

/** How far the load balancer of a Service is. */
export interface Balancer {
  readonly provider:
    | "none"
    | "cloud"
    | "cloud-proxy"
    | "cloud-hostname"
    | "cloud-provider-kind"
    | "metallb"
    | "quota"
    | "permission"
    | "subnet";
  /** When the provider was asked, and when it answers; once it has refused: when it is asked again. */
  readonly since: Nanos;
  readonly due: Nanos;
  /** The provider has had its say. */
  readonly done: boolean;
  /** How often in a row it refused. */
  readonly refusals: number;
  /** The Service's uid, for what is said when the Service is gone. */
  readonly uid: string;
  /** What the provider was told of the Service, and of which nodes: what changes it is told again. */
  readonly asked: string;
  readonly hosts: string;
  /** It is being taken down. */
  readonly leaving?: true;
  /** MetalLB: the node that has announced the address last. */
  readonly announcer?: string | null;
}

/** How fast a Pod answers, where a person has set it. */
export interface Pace {
  /** On top of the usual time; 0: as usual again. */
  readonly delay: Nanos;
  readonly since: Nanos;
  /** Whether the Pod was ready when that changed. */
  readonly readyBefore: boolean;
}

/** An object that the manifests made, and what it replaced. */
export interface Applied {
  readonly manifest: unknown;
  readonly file: string;
  readonly document: number;
  /** Where in the document the object stands: `items[3]` for one of a List, else "". */
  readonly root: string;
  /** First line of the document, from 1. */
  readonly line: number;
  /** The object that the cluster had brought along under this name; it comes back when the manifest goes. */
  readonly replaced: KubeObject | null;
}

/** Everything that controllers remember beside the store. Plain data: cloned, hashed, compared. */
export interface ControlMemory {
  /** Owner `Kind ns/name` → how many Pods it has made: the ordinal that names the next one. */
  readonly podsMade: Map<string, number>;
  /** `node family` → how many addresses of the node's podCIDR have been given out, rounds included. */
  readonly addressesGiven: Map<string, number>;
  /** Node → Pods started there. */
  readonly podsStarted: Map<string, number>;
  /** Pod key → when its steps happened. */
  readonly pods: Map<string, PodRuntime>;
  /** Pod key → readiness that a person forced. */
  readonly readyOverrides: Map<string, boolean>;
  /** Pod key → how fast it answers. */
  readonly paces: Map<string, Pace>;
  /** Node → what a person did to it. */
  readonly nodeFaults: Map<string, NodeFault>;
  /** Pod key → since when a taint of its node drives it out. */
  readonly evictions: Map<string, Nanos>;
  /** Node → how far its drain is. */
  readonly drains: Map<string, Drain>;
  /** Namespace → how often one of its Services was written. */
  readonly serviceChanges: Map<string, number>;
  /** Sets of Services that containers knew when they started. */
  readonly serviceSets: Map<string, readonly Service[]>;
  /** Service key → its load balancer. */
  readonly balancers: Map<string, Balancer>;
  /** `Kind ns/name` → the manifest that made the object. */
  readonly applied: Map<string, Applied>;
  /** `StatefulSet ns/name` → what the cluster of a dump called a template that has another name here (`revisions.ts`). */
  readonly revisions: Map<string, { readonly ours: string; readonly theirs: string }>;
  /** `controller ns/name` → digest of what the slices of a dump follow from: while it is the same, they stay (`kept-slices.ts`). */
  readonly keptSlices: Map<string, string>;
}

export function emptyMemory(): ControlMemory {
  return {
    podsMade: new Map(),
    addressesGiven: new Map(),
    podsStarted: new Map(),
    pods: new Map(),
    readyOverrides: new Map(),
    paces: new Map(),
    nodeFaults: new Map(),
    evictions: new Map(),
    drains: new Map(),
    serviceChanges: new Map(),
    serviceSets: new Map(),
    balancers: new Map(),
    applied: new Map(),
    revisions: new Map(),
    keptSlices: new Map(),
  };
}

/** A copy that later changes do not reach. The values in the maps are never changed in place. */
export function snapshotMemory(memory: ControlMemory): ControlMemory {
  return {
    podsMade: new Map(memory.podsMade),
    addressesGiven: new Map(memory.addressesGiven),
    podsStarted: new Map(memory.podsStarted),
    pods: new Map(memory.pods),
    readyOverrides: new Map(memory.readyOverrides),
    paces: new Map(memory.paces),
    nodeFaults: new Map(memory.nodeFaults),
    evictions: new Map(memory.evictions),
    drains: new Map(memory.drains),
    serviceChanges: new Map(memory.serviceChanges),
    serviceSets: new Map(memory.serviceSets),
    balancers: new Map(memory.balancers),
    applied: new Map(memory.applied),
    revisions: new Map(memory.revisions),
    keptSlices: new Map(memory.keptSlices),
  };
}

export interface World {
  readonly store: ObjectStore;
  readonly memory: ControlMemory;
  readonly settings: ClusterSettings;
  readonly seed: number;
  readonly now: Nanos;
  /** Instant that the clock shows at virtual time 0, as seconds since 1970. */
  readonly epochSeconds: number;
  /** Writes that nobody has taken yet, in order. */
  readonly changes: Change[];
  /**
   * Whether the program that starts in the container at that time reads a configuration that it cannot work with, and ends.
   * Absent: none does. Asked again about the same start it says the same.
   */
  readonly cannotStart?: (pod: Pod, container: Container, startedAt: Nanos) => boolean;
}

/** The instant that the clock shows now, or `later` nanoseconds from now: RFC 3339, whole seconds. */
export function instantOf(world: World, later: Nanos = 0): string {
  const seconds = world.epochSeconds + Math.floor((world.now + later) / SECOND);
  let text = instants.get(seconds);
  if (text === undefined) {
    if (instants.size >= INSTANTS_MOST) instants.clear();
    instants.set(seconds, (text = formatInstant(seconds)));
  }
  return text;
}

/** A pure memo: thousands of objects are written within one second, and then hold one text. */
const instants = new Map<number, string>();
const INSTANTS_MOST = 1_000;

/**
 * Stores an object as it is (controllers write what they know to be valid). Nothing happens where nothing changed.
 * `known`: its key, where the caller has it, and the object as it is stored now, where the caller has just looked.
 */
export function write<T extends KubeObject>(world: World, object: T, known?: string, stored?: T): T {
  const { store } = world;
  const kind = storedKind(object.apiVersion, object.kind);
  const key = known ?? sharedKey(store, kind, keyOf(object));
  const before = stored ?? get(store, kind, key) ?? null;
  if (before !== null && sameButRevision(before, object)) return object;
  const after = put(store, object, kind, key);
  world.changes.push({ kind, key, before, after });
  if (kind === "Service") noteService(world, object);
  return after;
}

function sameButRevision(a: KubeObject, b: KubeObject): boolean {
  return (
    a === b || (sameWithout(a, b, "metadata") && (a.metadata === b.metadata || sameWithout(a.metadata, b.metadata, "resourceVersion")))
  );
}

/** Equal as JSON, one member aside. */
function sameWithout<T extends object>(a: T, b: T, member: string): boolean {
  for (const name in a) if (name !== member && a[name] !== b[name] && !sameJson(a[name], b[name])) return false;
  for (const name in b) if (name !== member && b[name] !== undefined && a[name] === undefined) return false;
  return true;
}

/** Containers that start from now on know other Services. */
function noteService({ memory }: World, { kind, metadata: { namespace = "" } }: KubeObject): void {
  if (kind === "Service") memory.serviceChanges.set(namespace, (memory.serviceChanges.get(namespace) ?? 0) + 1);
}

/** Removes an object at once. Graceful deletion of Pods is `deletePod`. */
export function erase(world: World, kind: string, key: string): void {
  const before = get(world.store, kind, key);
  if (before === undefined) return;
  remove(world.store, kind, key);
  world.changes.push({ kind, key, before, after: null });
  noteService(world, before);
}

/** The start of the random stream of this name in this run. */
export function stream(world: World, name: string): RandomState {
  return randomState(world.seed, name);
}

/** No vowels and no 0, 1, 3, so that no word and no mix-up comes out. (apimachinery/pkg/util/rand) */
const ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

export function randomSuffix(state: RandomState, length = 5): string {
  const codes: number[] = [];
  for (let index = 0; index < length; index++) codes.push(ALPHABET.charCodeAt(nextBelow(state, ALPHABET.length)));
  return String.fromCharCode(...codes);
}

/** A version 4 UUID from the stream of this object's name and birth. */
export function uidOf(world: World, kind: string, key: string): string {
  const state = stream(world, `uid ${kind} ${key} ${world.now}`);
  // Put together in one go: a text that grows is kept in pieces, and every object keeps its uid.
  const hex = (length: number): string => {
    const codes: number[] = [];
    for (let index = 0; index < length; index++) codes.push(HEX.charCodeAt(nextBelow(state, 16)));
    return String.fromCharCode(...codes);
  };
  return [hex(8), hex(4), `4${hex(3)}`, `${"89ab"[nextBelow(state, 4)] ?? "8"}${hex(3)}`, hex(12)].join("-");
}

const HEX = "0123456789abcdef";

/** The reference that makes `owner` the controller of an object. */
export function controlledBy(owner: KubeObject): OwnerReference {
  const { name, uid = "" } = owner.metadata;
  return { apiVersion: owner.apiVersion, kind: owner.kind, name, uid, controller: true, blockOwnerDeletion: true };
}

export function controllerOf(object: KubeObject): OwnerReference | undefined {
  const { ownerReferences } = object.metadata;
  if (ownerReferences === undefined) return undefined;
  for (const owner of ownerReferences) if (owner.controller === true) return owner;
  return undefined;
}

export function isControlledBy(object: KubeObject, owner: KubeObject): boolean {
  return controllerOf(object)?.uid === owner.metadata.uid;
}

/** Ordered by creation, then by name: a stable "oldest first". */
export function byAge(a: KubeObject, b: KubeObject): number {
  return (
    compareText(a.metadata.creationTimestamp ?? "", b.metadata.creationTimestamp ?? "") || compareText(a.metadata.name, b.metadata.name)
  );
}

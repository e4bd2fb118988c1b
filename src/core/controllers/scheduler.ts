/**
 * The scheduler: gives every waiting Pod a node, or says why not. Filters in the order of the default profile; among the
 * nodes that are left the preferences of the Pod weigh as they do there (taints 3, affinity, spreading and other Pods 2
 * each), then it takes the node with the fewest Pods of the same workload, then the fewest Pods, then the first by name.
 * (pkg/scheduler/framework/plugins, pkg/scheduler/apis/config/v1/default_plugins.go)
 */
import { compareText } from "../base/names.ts";
import { listAt, textAt } from "../api/json.ts";
import { podsOnNode } from "../api/store-index.ts";
import { list } from "../api/store.ts";
import type { Node, Pod } from "../api/types.ts";
import { matchesNode, nodePreference, podRules, prefersNodes } from "./affinity.ts";
import type { PodRules } from "./affinity.ts";
import { Line, likeness } from "./alike.ts";
import { conditionOf, isActive } from "./lookup.ts";
import { addPod, clash, hostPortsOf, loadOf, ownLoad, workloadOf } from "./node-load.ts";
import type { NodeLoad, OwnLoad } from "./node-load.ts";
import { say } from "./records.ts";
import { requestsOf, shortages } from "./resources.ts";
import { blockingTaints, tolerates } from "./taints.ts";
import type { Taint } from "./taints.ts";
import { spreadRules } from "./topology-spread.ts";
import type { SpreadRules } from "./topology-spread.ts";
import { instantOf, write } from "./world.ts";
import type { World } from "./world.ts";
import type { WakeUp } from "./wake-ups.ts";

/** A node with what it bears. */
interface Slot {
  readonly node: Node;
  readonly blocking: number;
  readonly prefersOthers: readonly Taint[];
  load: NodeLoad;
  /** The load as long as Pods only come, once one has come. */
  own: OwnLoad | null;
  taken: number;
}

/** Handles every Pod without a node, oldest first. Its key is always "". */
export function reconcileScheduler(world: World): readonly WakeUp[] {
  const waiting = podsOnNode(world.store, "").filter((pod) => isActive(pod) && isOurs(pod));
  if (waiting.length === 0) return [];
  const slots = list(world.store, "Node").map((node): Slot => ({
    node,
    blocking: blockingTaints(node).length,
    prefersOthers: (node.spec.taints ?? []).filter(({ effect }) => effect === "PreferNoSchedule"),
    load: loadOf(world.store, node.metadata.name),
    own: null,
    taken: 0,
  }));
  const fromLine = linesOver(world, slots);
  for (const pod of waiting) {
    if (listAt(pod.spec, "schedulingGates").length > 0) {
      reportWaiting(world, pod, "SchedulingGated", "Scheduling is blocked due to non-empty scheduling gates");
      continue;
    }
    const slot = fromLine(pod) ?? choose(world, pod, slots);
    if ("message" in slot) {
      reportUnschedulable(world, pod, slot.message);
      continue;
    }
    write(world, { ...pod, spec: { ...pod.spec, nodeName: slot.node.metadata.name } });
    take(slot, pod);
  }
  return [];
}

/** One more Pod stands on the node. */
function take(slot: Slot, pod: Pod): void {
  slot.own ??= ownLoad(slot.load);
  addPod(slot.own, pod);
  slot.load = slot.own;
  slot.taken += 1;
}

/** Gives the node for each Pod of a kind in turn; null where none takes it, or where every node has to be asked. */
function linesOver(world: World, slots: readonly Slot[]): (pod: Pod) => Slot | null {
  const lines = new Map<string, Line<Slot>>();
  if (slots.some(({ prefersOthers }) => prefersOthers.length > 0)) return () => null;
  return (pod) => {
    const name = likeness(world.store, pod);
    if (name === null) return null;
    let line = lines.get(name);
    if (line === undefined) {
      const filter = filtersFor(pod, rulesFor(world, pod, slots));
      lines.set(name, (line = new Line(slots, workloadOf(pod) ?? "", (slot) => filter(slot) === null)));
    }
    return line.best();
  };
}

/** Somebody else's scheduler would have to look at the others. */
function isOurs(pod: Pod): boolean {
  return (textAt(pod.spec, "schedulerName") ?? "default-scheduler") === "default-scheduler";
}

// ---- filters ------------------------------------------------------------------------------------------------------

/** Why a node cannot take a Pod. `hopeless`: no Pod that could be made to go would change it. */
interface Misfit {
  readonly reasons: readonly string[];
  readonly hopeless: boolean;
}

/** Why the node cannot take the Pod by itself, whatever runs on it; null when it can. */
export function misfit(pod: Pod, node: Node): string | null {
  if (node.spec.unschedulable === true && !tolerates(pod, UNSCHEDULABLE)) return "node(s) were unschedulable";
  if (pod.spec.nodeName !== undefined && pod.spec.nodeName !== node.metadata.name) return "node(s) didn't match the requested node name";
  const taints = [...blockingTaints(node), ...(isKnownUnready(node) ? [NOT_READY] : [])];
  if (taints.some((taint) => !tolerates(pod, taint))) return "node(s) had untolerated taint(s)";
  return matchesNode(pod, node) ? null : "node(s) didn't match Pod's node affinity/selector";
}

const UNSCHEDULABLE: Taint = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" };
const NOT_READY: Taint = { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" };

/** A Node that says nothing about itself is taken as it stands. */
function isKnownUnready(node: Node): boolean {
  return (conditionOf(node, "Ready")?.status ?? "True") !== "True";
}

/** What is worked out once for a Pod, to be asked of every node. */
interface Rules {
  readonly spread: SpreadRules;
  readonly others: PodRules;
}

/** The filters for one Pod, in order: each node fails at the first that says no. */
function filtersFor(pod: Pod, { spread, others }: Rules): (slot: Slot) => Misfit | null {
  const ports = hostPortsOf(pod);
  const requests = requestsOf(pod);
  return ({ node, load }) => {
    const own = misfit(pod, node);
    if (own !== null) return { reasons: [own], hopeless: true };
    if (ports.some((port) => load.hostPorts.some((taken) => clash(port, taken))))
      return { reasons: ["node(s) didn't have free ports for the requested pod ports"], hopeless: false };
    const short = shortages(requests, node, load);
    if (short.length > 0) return { reasons: short.map(({ reason }) => reason), hopeless: short.some(({ hopeless }) => hopeless) };
    const no = spread.misfit(node) ?? others.misfit(node);
    return no === null ? null : { reasons: [no.reason], hopeless: no.hopeless };
  };
}

// ---- the choice ---------------------------------------------------------------------------------------------------

function rulesFor(world: World, pod: Pod, slots: readonly Slot[]): Rules {
  const nodes = slots.map(({ node }) => node);
  return { spread: spreadRules(world.store, pod, nodes), others: podRules(world.store, pod) };
}

/** Asks every node. */
function choose(world: World, pod: Pod, slots: readonly Slot[]): Slot | { readonly message: string } {
  const rules = rulesFor(world, pod, slots);
  const filter = filtersFor(pod, rules);
  const misfits: Misfit[] = [];
  const fitting: Slot[] = [];
  for (const slot of slots) {
    const no = filter(slot);
    if (no === null) fitting.push(slot);
    else misfits.push(no);
  }
  const wished = preferences(pod, fitting, rules);
  const workload = workloadOf(pod) ?? "";
  let best: Slot | null = null;
  let bestWish = 0;
  for (const [index, slot] of fitting.entries()) {
    const wish = wished?.[index] ?? 0;
    if (best !== null && (wish < bestWish || (wish === bestWish && !isBetter(slot, best, workload)))) continue;
    best = slot;
    bestWish = wish;
  }
  return best ?? { message: unschedulable(slots.length, misfits) };
}

/** A node that the Pod merely tolerates comes after those that want it; then fewer of its like, then fewer Pods. */
function isBetter(a: Slot, b: Slot, workload: string): boolean {
  if (a.blocking !== b.blocking) return a.blocking < b.blocking;
  const like = (a.load.byWorkload.get(workload) ?? 0) - (b.load.byWorkload.get(workload) ?? 0);
  return like !== 0 ? like < 0 : a.load.active < b.load.active;
}

/** What the Pod's preferences make of each node, 0 to 100 each, weighted; null where it has none. */
function preferences(pod: Pod, slots: readonly Slot[], { spread, others }: Rules): readonly number[] | null {
  const parts: (readonly number[])[] = [];
  const weigh = (weight: number, value: (slot: Slot) => number): void => {
    parts.push(scaled(slots.map(value)).map((score) => score * weight));
  };
  if (slots.some(({ prefersOthers }) => prefersOthers.length > 0))
    weigh(3, ({ prefersOthers }) => -prefersOthers.filter((taint) => !tolerates(pod, taint)).length);
  if (prefersNodes(pod)) weigh(2, ({ node }) => nodePreference(pod, node));
  const { crowd } = spread;
  if (crowd !== null) weigh(2, ({ node }) => -crowd(node));
  const { preference } = others;
  if (preference !== null) weigh(2, ({ node }) => preference(node));
  return parts.length === 0 ? null : slots.map((_slot, index) => parts.reduce((sum, part) => sum + (part[index] ?? 0), 0));
}

/** The least becomes 0, the most 100, all others whole numbers between. */
function scaled(values: readonly number[]): readonly number[] {
  let least = Infinity;
  let most = -Infinity;
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return values.map((value) => (most === least ? 0 : Math.floor((100 * (value - least)) / (most - least))));
}

// ---- what is said -------------------------------------------------------------------------------------------------

/**
 * `0/4 nodes are available: 1 node(s) had untolerated taint(s), 3 Insufficient cpu. preemption: 0/4 nodes are available: …`
 * (pkg/scheduler/framework/types.go, FitError; …/preemption/preemption.go)
 */
function unschedulable(nodes: number, misfits: readonly Misfit[]): string {
  if (nodes === 0) return "no nodes available to schedule pods";
  const available = `0/${nodes} nodes are available:`;
  const help = misfits.map(({ hopeless }) =>
    hopeless ? "Preemption is not helpful for scheduling" : "No preemption victims found for incoming pod",
  );
  return `${available} ${histogram(misfits.flatMap(({ reasons }) => reasons))}. preemption: ${available} ${histogram(help)}.`;
}

function histogram(reasons: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .map(([reason, times]) => `${times} ${reason}`)
    .sort(compareText)
    .join(", ");
}

function reportUnschedulable(world: World, pod: Pod, message: string): void {
  const known = conditionOf(pod, "PodScheduled");
  reportWaiting(world, pod, "Unschedulable", message);
  if (known?.message !== message) say(world, pod, { by: "default-scheduler", type: "Warning", reason: "FailedScheduling", message });
}

function reportWaiting(world: World, pod: Pod, reason: string, message: string): void {
  const before = conditionOf(pod, "PodScheduled");
  const condition = {
    type: "PodScheduled",
    status: "False" as const,
    reason,
    message,
    lastTransitionTime: before?.status === "False" ? (before.lastTransitionTime ?? instantOf(world)) : instantOf(world),
  };
  write(world, { ...pod, status: { ...pod.status, phase: "Pending" as const, conditions: [condition] } });
}

/**
 * Pods that ask the same of every node (those of one Deployment, say): the best node for each in turn, without asking
 * every node again. While Pods only come, a node that has taken one stands no higher than before and fits no better, so
 * the order of the others holds; a node is looked at anew when it has come to the top.
 */
import { at, listAt } from "../api/json.ts";
import { podsThatKeepAway } from "../api/store-index.ts";
import type { ObjectStore } from "../api/store.ts";
import type { Pod } from "../api/types.ts";
import { prefersNodes } from "./affinity.ts";
import { workloadOf, type NodeLoad } from "./node-load.ts";

/** What a node is compared by; of two that are equal the first by position wins. */
export interface Candidate {
  readonly blocking: number;
  readonly load: NodeLoad;
  /** Rises with each Pod that the node takes. */
  readonly taken: number;
}

/** A node and how it stood when it was put here. */
interface Entry<S> {
  readonly slot: S;
  readonly position: number;
  readonly taken: number;
  readonly active: number;
  readonly blocking: number;
  readonly like: number;
}

/** Nodes for Pods of one kind, best first: a binary heap. */
export class Line<S extends Candidate> {
  private readonly heap: Entry<S>[] = [];
  private readonly workload: string;
  private readonly fits: (slot: S) => boolean;

  /** `fits`: whether the node takes such a Pod as it is loaded at that moment. */
  constructor(slots: readonly S[], workload: string, fits: (slot: S) => boolean) {
    this.workload = workload;
    this.fits = fits;
    for (const [position, slot] of slots.entries()) if (fits(slot)) this.heap.push(this.entry(slot, position));
    for (let parent = (this.heap.length >> 1) - 1; parent >= 0; parent--) this.sink(parent);
  }

  /** The node that the next Pod goes to; null where none takes it. */
  best(): S | null {
    for (;;) {
      const [first] = this.heap;
      if (first === undefined) return null;
      if (first.taken === first.slot.taken) return first.slot;
      if (this.fits(first.slot)) this.heap[0] = this.entry(first.slot, first.position);
      else {
        const last = this.heap.pop();
        if (this.heap.length > 0 && last !== undefined) this.heap[0] = last;
      }
      this.sink(0);
    }
  }

  private entry(slot: S, position: number): Entry<S> {
    const { taken, load, blocking } = slot;
    return { slot, position, taken, active: load.active, blocking, like: load.byWorkload.get(this.workload) ?? 0 };
  }

  private sink(from: number): void {
    const { heap } = this;
    for (let parent = from; ;) {
      let least = parent;
      const left = 2 * parent + 1;
      if (left < heap.length && before(heap, left, least)) least = left;
      if (left + 1 < heap.length && before(heap, left + 1, least)) least = left + 1;
      if (least === parent) return;
      const other = heap[least] as Entry<S>; // both positions lie inside
      heap[least] = heap[parent] as Entry<S>;
      heap[parent] = other;
      parent = least;
    }
  }
}

function before(heap: readonly Entry<Candidate>[], i: number, j: number): boolean {
  const a = heap[i] as Entry<Candidate>; // callers pass positions inside
  const b = heap[j] as Entry<Candidate>;
  if (a.blocking !== b.blocking) return a.blocking < b.blocking;
  if (a.like !== b.like) return a.like < b.like;
  return a.active !== b.active ? a.active < b.active : a.position < b.position;
}

/**
 * What two Pods have in common that go to the same nodes; null for one whose choice depends on where other Pods stand, or
 * that likes some nodes better.
 */
export function likeness(store: ObjectStore, pod: Pod): string | null {
  const { spec } = pod;
  if (at(spec, "affinity", "podAffinity") !== undefined || at(spec, "affinity", "podAntiAffinity") !== undefined) return null;
  if (prefersNodes(pod) || listAt(spec, "topologySpreadConstraints").length > 0 || podsThatKeepAway(store).length > 0) return null;
  return `${workloadOf(pod) ?? ""} ${textOf(spec)}`;
}

/** A pure memo of the last answer: Pods of one template come in a row, and have one spec until they are bound. */
let last: { readonly spec: Pod["spec"]; readonly text: string } | null = null;

function textOf(spec: Pod["spec"]): string {
  if (last?.spec !== spec) last = { spec, text: JSON.stringify(spec) };
  return last.text;
}

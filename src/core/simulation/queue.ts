/**
 * The event queue: a binary heap ordered by virtual time, ties by order of insertion. A plain value, so that a
 * checkpoint is a copy.
 */
import type { Nanos } from "../base/time.ts";

export interface Queued<E> {
  readonly at: Nanos;
  /** Order of insertion, from 0. */
  readonly order: number;
  readonly event: E;
}

export interface EventQueue<E> {
  readonly heap: Queued<E>[];
  inserted: number;
}

export function emptyQueue<E>(): EventQueue<E> {
  return { heap: [], inserted: 0 };
}

/** Events are values that nobody changes, so a copy shares them. */
export function copyQueue<E>(queue: EventQueue<E>): EventQueue<E> {
  return { heap: [...queue.heap], inserted: queue.inserted };
}

export function schedule<E>(queue: EventQueue<E>, at: Nanos, event: E): void {
  if (!Number.isSafeInteger(at) || at < 0) throw new Error(`event at ${at}: virtual time is a whole number of nanoseconds`);
  const { heap } = queue;
  heap.push({ at, order: queue.inserted, event });
  queue.inserted += 1;
  let child = heap.length - 1;
  while (child > 0) {
    const parent = (child - 1) >> 1;
    if (!before(heap, child, parent)) break;
    swap(heap, child, parent);
    child = parent;
  }
}

/** The time of the next event, or null. */
export function nextAt<E>(queue: EventQueue<E>): Nanos | null {
  return queue.heap[0]?.at ?? null;
}

/** What waits, next first. */
export function inOrder<E>({ heap }: EventQueue<E>): readonly Queued<E>[] {
  return heap.toSorted((a, b) => a.at - b.at || a.order - b.order);
}

/** Takes the next event out of the queue. */
export function takeNext<E>(queue: EventQueue<E>): Queued<E> | null {
  const { heap } = queue;
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined) return null;
  if (heap.length === 0) return first;
  heap[0] = last;
  let parent = 0;
  for (;;) {
    let least = parent;
    for (const child of [2 * parent + 1, 2 * parent + 2]) if (child < heap.length && before(heap, child, least)) least = child;
    if (least === parent) return first;
    swap(heap, parent, least);
    parent = least;
  }
}

function before<E>(heap: Queued<E>[], a: number, b: number): boolean {
  const x = heap[a] as Queued<E>; // callers pass positions inside the heap
  const y = heap[b] as Queued<E>;
  return x.at < y.at || (x.at === y.at && x.order < y.order);
}

function swap<E>(heap: Queued<E>[], a: number, b: number): void {
  const x = heap[a] as Queued<E>;
  heap[a] = heap[b] as Queued<E>;
  heap[b] = x;
}

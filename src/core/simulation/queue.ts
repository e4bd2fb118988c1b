/**
 * The event queue, ordered by virtual time, ties by order of insertion: a binary heap of the times at which something is
 * due, and for each the events of that time in a line. Thousands of Pods do the same at the same moment, so that most
 * events cost no more than a place in a list. A plain value, so that a checkpoint is a copy.
 */
import type { Nanos } from "../base/time.ts";

export interface Queued<E> {
  readonly at: Nanos;
  /** Order of insertion, from 0. */
  readonly order: number;
  readonly event: E;
}

/** What is due at one time: `events` from `next` on. */
interface Line<E> {
  events: Queued<E>[];
  next: number;
}

export interface EventQueue<E> {
  /** Each time at which something is due, once: a binary heap. */
  readonly times: Nanos[];
  readonly lines: Map<Nanos, Line<E>>;
  inserted: number;
}

export function emptyQueue<E>(): EventQueue<E> {
  return { times: [], lines: new Map(), inserted: 0 };
}

/** Events are values that nobody changes, so a copy shares them. */
export function copyQueue<E>(queue: EventQueue<E>): EventQueue<E> {
  const lines = new Map<Nanos, Line<E>>();
  for (const [at, { events, next }] of queue.lines) lines.set(at, { events: events.slice(next), next: 0 });
  return { times: [...queue.times], lines, inserted: queue.inserted };
}

export function schedule<E>(queue: EventQueue<E>, at: Nanos, event: E): void {
  if (!Number.isSafeInteger(at) || at < 0) throw new Error(`event at ${at}: virtual time is a whole number of nanoseconds`);
  const queued = { at, order: queue.inserted, event };
  queue.inserted += 1;
  const line = queue.lines.get(at);
  if (line !== undefined) {
    line.events.push(queued);
    return;
  }
  queue.lines.set(at, { events: [queued], next: 0 });
  rise(queue.times, at);
}

/** The time of the next event, or null. */
export function nextAt<E>(queue: EventQueue<E>): Nanos | null {
  return queue.times[0] ?? null;
}

/** The next event, or null. */
export function nextEvent<E>(queue: EventQueue<E>): E | null {
  const [at] = queue.times;
  const line = at === undefined ? undefined : queue.lines.get(at);
  return line?.events[line.next]?.event ?? null;
}

/** Whether one of the events that wait is so. */
export function waitsSome<E>({ lines }: EventQueue<E>, is: (event: E) => boolean): boolean {
  for (const { events, next } of lines.values())
    for (let i = next; i < events.length; i++) if (is((events[i] as Queued<E>).event)) return true;
  return false;
}

/** What waits, next first. */
export function inOrder<E>({ times, lines }: EventQueue<E>): readonly Queued<E>[] {
  return times
    .toSorted((a, b) => a - b)
    .flatMap((at) => {
      const line = lines.get(at);
      return line === undefined ? [] : line.events.slice(line.next);
    });
}

/** So many that are behind are let go at once, where they are half of the line. */
const BEHIND_MOST = 1_024;

/** Takes the next event out of the queue. */
export function takeNext<E>(queue: EventQueue<E>): Queued<E> | null {
  const [at] = queue.times;
  const line = at === undefined ? undefined : queue.lines.get(at);
  if (at === undefined || line === undefined) return null;
  const first = line.events[line.next] as Queued<E>; // a line without events is taken out
  line.next += 1;
  if (line.next === line.events.length) {
    queue.lines.delete(at);
    sink(queue.times);
  } else if (line.next >= BEHIND_MOST && 2 * line.next >= line.events.length) {
    line.events = line.events.slice(line.next);
    line.next = 0;
  }
  return first;
}

/** Puts a time into the heap. */
function rise(times: Nanos[], at: Nanos): void {
  let child = times.push(at) - 1;
  while (child > 0) {
    const parent = (child - 1) >> 1;
    if ((times[parent] as Nanos) <= at) break;
    times[child] = times[parent] as Nanos; // positions inside the heap
    child = parent;
  }
  times[child] = at;
}

/** Takes the first time out of the heap. */
function sink(times: Nanos[]): void {
  const last = times.pop();
  if (last === undefined || times.length === 0) return;
  let parent = 0;
  for (;;) {
    let least = 2 * parent + 1;
    if (least >= times.length) break;
    if (least + 1 < times.length && (times[least + 1] as Nanos) < (times[least] as Nanos)) least += 1;
    if ((times[least] as Nanos) >= last) break;
    times[parent] = times[least] as Nanos;
    parent = least;
  }
  times[parent] = last;
}

/**
 * Which controller has to look at what, and when: a key waits once for a controller, and once more for what only time brings.
 * Nested maps by texts that are there already, so that nobody makes one text of the two for every wake-up.
 */
import type { Nanos } from "../base/time.ts";
import type { Work } from "../controllers/wake-ups.ts";

/** Controller (with ` idle` for what only time brings) → key → when it is due. */
export type Waiting = Map<string, Map<string, Nanos>>;

const IDLE = " idle";

function lineOf(controller: string, idle: boolean): string {
  return idle ? controller + IDLE : controller;
}

export function copyWaiting(waiting: Waiting): Waiting {
  return new Map([...waiting].map(([line, keys]) => [line, new Map(keys)]));
}

/** Whether the work waits already, no later than at `at`; else it waits for then from now on. */
export function waitsBy(waiting: Waiting, { controller, key }: Work, idle: boolean, at: Nanos): boolean {
  const line = lineOf(controller, idle);
  let keys = waiting.get(line);
  if (keys === undefined) waiting.set(line, (keys = new Map()));
  const known = keys.get(key);
  if (known !== undefined && known <= at) return true;
  keys.set(key, at);
  return false;
}

/** The work is done at `now`; where it is due later as well it waits on. */
export function waitsNoMore(waiting: Waiting, { controller, key }: Work, idle: boolean, now: Nanos): void {
  const keys = waiting.get(lineOf(controller, idle));
  if (keys?.get(key) === now) keys.delete(key);
}

/** `controller key` or `controller key idle` → when it is due: how a run is hashed. */
export function waitingForm(waiting: Waiting): ReadonlyMap<string, Nanos> {
  const form = new Map<string, Nanos>();
  for (const [line, keys] of waiting) {
    const idle = line.endsWith(IDLE);
    const controller = idle ? line.slice(0, -IDLE.length) : line;
    for (const [key, at] of keys) form.set(`${controller} ${key}${idle ? IDLE : ""}`, at);
  }
  return form;
}

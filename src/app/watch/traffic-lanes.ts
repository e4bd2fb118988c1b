/** The last minute of steady traffic, second by second: what was answered, what was lost, what happened to the cluster. */
import type { TimelineEvent, TrafficSecond } from "../../core/simulation/view.ts";

export const SECONDS_SHOWN = 60;
const SECOND = 1e9;

export interface Second {
  /** Whole seconds of virtual time. */
  readonly at: number;
  readonly answered: number;
  readonly lost: number;
  /** What a person did in it. */
  readonly done: readonly string[];
  /** How many changes of Pods and endpoints were recorded in it. */
  readonly changes: number;
}

/** From the series' first second, or the last minute of it; always ending with the present one. */
export function secondsOf(timeline: readonly TimelineEvent[], open: TrafficSecond | null, since: number, now: number): readonly Second[] {
  const last = Math.floor(now / SECOND);
  const first = Math.max(Math.floor(since / SECOND), last - SECONDS_SHOWN + 1);
  const seconds = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => ({
    at: first + i,
    answered: 0,
    lost: 0,
    done: [] as string[],
    changes: 0,
  }));
  const of = (at: number): (typeof seconds)[number] | undefined => seconds[Math.floor(at / SECOND) - first];
  for (let i = timeline.length - 1; i >= 0; i--) {
    const event = timeline[i];
    // Entries stand in the order in which they were recorded; edits and actions at their beginning.
    if (event === undefined || event.at < (first - 1) * SECOND) break;
    count(of(event.at), event);
  }
  if (open !== null) count(of(open.at), open);
  return seconds;
}

function count(second: { answered: number; lost: number; done: string[]; changes: number } | undefined, event: TimelineEvent): void {
  if (second === undefined) return;
  switch (event.kind) {
    case "traffic":
      second.answered += event.answered;
      second.lost += event.lost;
      return;
    case "edit":
    case "action":
      second.done.unshift(event.what);
      return;
    case "pod":
    case "slice":
    case "event":
      second.changes += 1;
      return;
    case "journey":
    case "sync":
    case "name":
  }
}

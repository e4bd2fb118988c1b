/** What became of each sender's requests in steady traffic. */
import { compareText, type NamespacedName } from "../base/names.ts";
import type { Journey } from "../network/trace.ts";
import type { Steady } from "./steady.ts";
import type { SenderView } from "./view.ts";

export interface SenderCounts {
  sent: number;
  answered: number;
  lost: number;
  /** Answers by Pod. */
  readonly answeredBy: Map<NamespacedName, number>;
}

/** The sender's counts, from nothing where it is new. */
export function countsOf(counts: Map<string, SenderCounts>, sender: string): SenderCounts {
  const known = counts.get(sender);
  if (known !== undefined) return known;
  const fresh: SenderCounts = { sent: 0, answered: 0, lost: 0, answeredBy: new Map() };
  counts.set(sender, fresh);
  return fresh;
}

export function copyCounts(counts: ReadonlyMap<string, SenderCounts>): Map<string, SenderCounts> {
  return new Map([...counts].map(([sender, own]) => [sender, { ...own, answeredBy: new Map(own.answeredBy) }]));
}

/** A request of the sender has ended. */
export function countEnd(counts: SenderCounts, { outcome, pod }: Journey): void {
  if (outcome.kind !== "delivered") {
    counts.lost += 1;
    return;
  }
  counts.answered += 1;
  if (pod !== null) counts.answeredBy.set(pod, (counts.answeredBy.get(pod) ?? 0) + 1);
}

/** By name: those that send, those that have sent in this series, and those that were silenced. */
export function sendersView({ beating, counts, silenced }: Pick<Steady, "beating" | "counts" | "silenced">): readonly SenderView[] {
  return [...new Set([...beating.keys(), ...counts.keys(), ...silenced])].sort(compareText).map((sender) => {
    const own = counts.get(sender);
    return {
      sender,
      request: beating.get(sender)?.request ?? null,
      sent: own?.sent ?? 0,
      answered: own?.answered ?? 0,
      lost: own?.lost ?? 0,
      answeredBy: [...(own?.answeredBy ?? [])].sort((a, b) => compareText(a[0], b[0])).map(([pod, count]) => ({ pod, count })),
    };
  });
}

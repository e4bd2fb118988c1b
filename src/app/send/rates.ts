/** What is observed of each sender: how many a second it sent and lost in the last seconds of virtual time. */
import { create } from "zustand";
import type { TrafficUpdate } from "../../worker/protocol.ts";
import { useStore } from "../state/store.ts";

type Counts = Pick<TrafficUpdate["bySender"][number], "sender" | "sent" | "lost">;

export interface Sample {
  readonly at: number;
  readonly counts: readonly Counts[];
}

const SECOND = 1_000_000_000;
/** Over so much virtual time a rate is observed. */
const SPAN = 5 * SECOND;

/** Keeps what a rate needs. A series that began anew, or a time before the last, begins anew too. */
export function sampled(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const last = samples.at(-1);
  if (last !== undefined && sample.at < last.at) return [sample];
  const from = samples.findLastIndex(({ at }) => at <= sample.at - SPAN);
  return [...samples.slice(Math.max(0, from)), sample];
}

export interface Observed {
  readonly sent: number;
  readonly lost: number;
}

/** Requests a second over the samples; null while there is less than a second of them. */
export function observed(samples: readonly Sample[], sender: string): Observed | null {
  const last = samples.at(-1);
  const first = samples.find(({ counts }) => counts.some((one) => one.sender === sender));
  if (last === undefined || first === undefined || last.at - first.at < 0.9 * SECOND) return null;
  const of = ({ counts }: Sample): Counts | undefined => counts.find((one) => one.sender === sender);
  const [was, is] = [of(first), of(last)];
  if (was === undefined || is === undefined) return null;
  const seconds = (last.at - first.at) / SECOND;
  return { sent: (is.sent - was.sent) / seconds, lost: (is.lost - was.lost) / seconds };
}

/** The samples of the traffic that stands. */
export const useSamples = create<{ readonly since: number; readonly samples: readonly Sample[] }>(() => ({ since: -1, samples: [] }));

useStore.subscribe(({ traffic, now }, before) => {
  if (traffic === null || traffic === before.traffic) return;
  const { since, samples } = useSamples.getState();
  const known = since === traffic.since ? samples : [];
  const counts = traffic.bySender.map(({ sender, sent, lost }) => ({ sender, sent, lost }));
  useSamples.setState({ since: traffic.since, samples: sampled(known, { at: now, counts }) });
});

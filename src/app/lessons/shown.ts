/**
 * Which requests a reader has seen: all are computed at once, and shown one send after the other. Those before the ones on show;
 * of these the ones that have reached their Pod; the rest when the story is told. Pure.
 */
import type { Journey } from "../../core/network/trace.ts";
import type { ClusterView } from "../../core/simulation/view.ts";
import type { SeenRequest } from "./types.ts";

export interface Shown {
  readonly journeys: readonly Journey[];
  /** The cluster when each of them ended, as far as it is remembered. */
  readonly views: ReadonlyMap<number, ClusterView>;
  /** Requests that were sent together, in order; one alone is in none of them. */
  readonly sends: readonly (readonly number[])[];
  /** The last of those on show; null: none was. */
  readonly followed: number | null;
  /** Of those on show the ones that have reached the Pod that answers them. */
  readonly arrived: ReadonlySet<number>;
  /** What is on show has come to its end. */
  readonly told: boolean;
  readonly cluster: ClusterView;
}

export function seenRequests({ journeys, views, sends, followed, arrived, told, cluster }: Shown): readonly SeenRequest[] {
  if (followed === null) return [];
  const onShow = sends.find((ids) => ids.at(-1) === followed) ?? [followed];
  const first = onShow[0] ?? followed;
  return journeys
    .filter(({ id }) => id < first || (onShow.includes(id) && (told || arrived.has(id))))
    .map((journey) => ({ journey, over: journey.id < first || told, view: views.get(journey.id) ?? cluster }));
}

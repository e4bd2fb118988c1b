/** Which lanes are on show, and over which stretch of the run: chosen by the reader, and kept while the page is open. */
import { create } from "zustand";
import { LANE_KINDS, type LaneKind } from "./kinds.ts";

export interface LaneChoice {
  readonly open: boolean;
  /** Over the whole run, or around the request in detail. */
  readonly stretch: "run" | "request";
  readonly kinds: readonly LaneKind[];
}

export const useLanes = create<LaneChoice>(() => ({ open: false, stretch: "request", kinds: LANE_KINDS }));

export function toggleLanes(): void {
  useLanes.setState({ open: !useLanes.getState().open });
}

/** In the order in which they stand. */
export function toggleKind(kind: LaneKind): void {
  const { kinds } = useLanes.getState();
  useLanes.setState({ kinds: LANE_KINDS.filter((one) => kinds.includes(one) !== (one === kind)) });
}

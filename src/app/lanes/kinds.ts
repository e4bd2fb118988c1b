/** The kinds of lanes, in the order in which they stand. Apart from what fills them, which comes when lanes are opened. */
export type LaneKind = "packets" | "pods" | "slices" | "rules" | "names";

export const LANE_NAMES: Readonly<Record<LaneKind, string>> = {
  packets: "Packets",
  pods: "Pods",
  slices: "Endpoints",
  rules: "Rules",
  names: "DNS cache",
};

export const LANE_KINDS: readonly LaneKind[] = ["packets", "pods", "slices", "rules", "names"];

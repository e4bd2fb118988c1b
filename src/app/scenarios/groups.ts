/** The groups in which scenarios are shown, in their order. */
import type { ScenarioGroup } from "./types.ts";

export const SCENARIO_GROUPS: readonly ScenarioGroup[] = [
  { id: "reach", title: "Reach a Service", words: "inside the cluster" },
  { id: "names", title: "Names", words: "what DNS is asked" },
  { id: "outside", title: "From outside", words: "through a node" },
  { id: "answers", title: "Who answers", words: "and when it changes" },
  { id: "wrong", title: "What goes wrong", words: "find it, then fix it" },
];

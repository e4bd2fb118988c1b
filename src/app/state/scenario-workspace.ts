/** Scenarios as workspaces: plain values, without the page's state. */
import type { Sender } from "../../core/network/trace.ts";
import { DEFAULT_SCENARIO } from "../scenarios/default.ts";
import type { Scenario } from "../scenarios/types.ts";
import type { Workspace } from "./workspace.ts";

const DEFAULT_SEED = 1;

export function workspaceOfScenario(scenario: Scenario): Workspace {
  const { from, to, count, keep = false } = scenario.request;
  return {
    files: scenario.files,
    seed: DEFAULT_SEED,
    scenario: scenario.id,
    request: { from: senderOfText(from), to, count, ...(keep ? { keep } : {}) },
    actions: [],
    view: { tab: "hops", focus: null },
    traffic: scenario.traffic ?? null,
  };
}

export function defaultWorkspace(): Workspace {
  return workspaceOfScenario(DEFAULT_SCENARIO);
}

/** `NAMESPACE/POD`, `node/NODE`, `external`, or an address outside. */
export function senderOfText(from: string): Sender {
  if (!from.includes("/")) return { kind: "outside", id: from };
  if (from.startsWith("node/")) return { kind: "node", node: from.slice("node/".length) };
  return { kind: "pod", pod: from };
}

/** Scenarios as workspaces. */
import type { Sender } from "../../core/network/trace.ts";
import { DEFAULT_SCENARIO, scenarioById } from "../scenarios/index.ts";
import type { Scenario } from "../scenarios/types.ts";
import { openWorkspace, say } from "./commands.ts";
import { getState } from "./store.ts";
import { workspaceOf, type Workspace } from "./workspace.ts";

const DEFAULT_SEED = 1;

export function workspaceOfScenario(scenario: Scenario): Workspace {
  const { from, to, count } = scenario.request;
  return {
    files: scenario.files,
    seed: DEFAULT_SEED,
    scenario: scenario.id,
    request: { from: senderOfText(from), to, count },
    actions: [],
    view: { tab: "hops", focus: null },
  };
}

export function defaultWorkspace(): Workspace {
  return workspaceOfScenario(DEFAULT_SCENARIO);
}

/**
 * Opens a scenario with its request paused at the start: the first press of Play is the reader's. What the reader had
 * written is one press away.
 */
export function openScenario(id: string): void {
  const scenario = scenarioById(id);
  if (scenario === null) return;
  const before = workspaceOf(getState());
  openWorkspace(workspaceOfScenario(scenario), "hold");
  if (isOwnWork(before)) say(`Opened “${scenario.title}”`, "done", () => openWorkspace(before, "hold"));
}

/** Text that is not a scenario's own. */
export function isOwnWork(workspace: Workspace): boolean {
  const scenario = workspace.scenario === null ? null : scenarioById(workspace.scenario);
  return workspace.files.length > 0 && JSON.stringify(scenario?.files) !== JSON.stringify(workspace.files);
}

/** `NAMESPACE/POD`, `node/NODE` or `external`. */
function senderOfText(from: string): Sender {
  if (from === "external") return { kind: "outside", id: from };
  if (from.startsWith("node/")) return { kind: "node", node: from.slice("node/".length) };
  return { kind: "pod", pod: from };
}

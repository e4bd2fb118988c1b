/** What a person does with scenarios. */
import { bringScenarios, scenarioAtHand } from "../scenarios/at-hand.ts";
import { openWorkspace, say } from "./commands.ts";
import { lessonOf } from "./lesson-name.ts";
import { workspaceOfScenario } from "./scenario-workspace.ts";
import { getState } from "./store.ts";
import { workspaceOf, type Workspace } from "./workspace.ts";

/**
 * Opens a scenario with its request paused at the start: the first press of Play is the reader's. What the reader had
 * written is one press away.
 */
export async function openScenario(id: string): Promise<void> {
  if (scenarioAtHand(id) === null) await bringScenarios();
  const scenario = scenarioAtHand(id);
  if (scenario === null) return;
  const before = workspaceOf(getState());
  openWorkspace(workspaceOfScenario(scenario), "hold");
  if (isOwnWork(before)) say(`Opened “${scenario.title}”`, "done", () => openWorkspace(before, "hold"));
}

/** Text that is not a scenario's own, nor a lesson's with what was done to it there. */
export function isOwnWork(workspace: Workspace): boolean {
  if (lessonOf(workspace) !== null) return false;
  const scenario = workspace.scenario === null ? null : scenarioAtHand(workspace.scenario);
  return workspace.files.length > 0 && JSON.stringify(scenario?.files) !== JSON.stringify(workspace.files);
}

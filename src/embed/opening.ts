/** Opens what an address names; what cannot be opened is said, and the first scenario stands in. */
import { scenarioById } from "../app/scenarios/index.ts";
import { openWorkspace } from "../app/state/commands.ts";
import { readFragment } from "../app/state/link.ts";
import { defaultWorkspace, workspaceOfScenario } from "../app/state/scenario-workspace.ts";
import { setState } from "../app/state/store.ts";
import type { Parameters } from "./parameters.ts";

export async function open({ link, scenario }: Pick<Parameters, "link" | "scenario">): Promise<void> {
  if (link === null) {
    const named = scenario === null ? null : scenarioById(scenario);
    openWorkspace(named === null ? defaultWorkspace() : workspaceOfScenario(named), "hold");
    return;
  }
  const read = await readFragment(link);
  if (read.kind === "ok") {
    openWorkspace(read.workspace, "hold");
    if (read.unknown.length > 0) setState({ notice: { kind: "link-newer", unknown: read.unknown } });
    return;
  }
  openWorkspace(defaultWorkspace(), "hold");
  setState({ notice: read.kind === "newer" ? { kind: "link-newer", unknown: [`version ${read.version}`] } : { kind: "link-damaged" } });
}

/** Opens what an address names; what cannot be opened is said, and the first scenario stands in. */
import { DEFAULT_SCENARIO } from "../app/scenarios/default.ts";
import type { Scenario } from "../app/scenarios/types.ts";
import { openWorkspace } from "../app/state/commands.ts";
import { readFragment } from "../app/state/link.ts";
import { defaultWorkspace, workspaceOfScenario } from "../app/state/scenario-workspace.ts";
import { getState, setState } from "../app/state/store.ts";
import { scenarioAtHand } from "./at-hand.ts";
import { contentsOf } from "./contents.ts";
import { coreOnceSeen } from "./engine.ts";
import type { Parameters } from "./parameters.ts";

type Named = Pick<Parameters, "link" | "scenario">;

/** Counts what was asked for: what comes late must not take the place of something newer. */
let asked = 0;

export async function open(named: Named): Promise<void> {
  const mine = ++asked;
  if (named.link === null) {
    const id = named.scenario !== null && contentsOf(named.scenario) !== null ? named.scenario : DEFAULT_SCENARIO.id;
    const scenario = scenarioAtHand(id) ?? (await coming(id, named));
    if (scenario !== null && mine === asked) openWorkspace(workspaceOfScenario(scenario), "hold");
    return;
  }
  const read = await readFragment(named.link);
  if (mine !== asked) return;
  if (read.kind === "ok") {
    openWorkspace(read.workspace, "hold");
    if (read.unknown.length > 0) setState({ notice: { kind: "link-newer", unknown: read.unknown } });
    return;
  }
  openWorkspace(defaultWorkspace(), "hold");
  setState({ notice: read.kind === "newer" ? { kind: "link-newer", unknown: [`version ${read.version}`] } : { kind: "link-damaged" } });
}

/** A scenario that comes with the simulator; null when that cannot be had, which is said. Nothing else is on show yet, or what was stays. */
async function coming(id: string, named: Named): Promise<Scenario | null> {
  if (getState().files.length === 0) setState({ scenario: id });
  const mine = asked;
  try {
    await coreOnceSeen();
  } catch (error) {
    if (mine === asked)
      setState({
        notice: { kind: "failed", error: error instanceof Error ? error.message : String(error), again: () => void open(named) },
      });
    return null;
  }
  const scenario = scenarioAtHand(id);
  if (scenario === null) throw new Error(`the scenario ${id} did not come with the simulator`);
  return scenario;
}

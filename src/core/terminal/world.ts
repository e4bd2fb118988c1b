/** A simulation as the terminal's programs see it: itself, and the manifests by name. */
import type { Simulation } from "../simulation/simulation.ts";
import type { TerminalWorld } from "./types.ts";

export function worldOf(simulation: Simulation, files: ReadonlyMap<string, string>): TerminalWorld {
  return Object.assign(Object.create(simulation) as Simulation, { files });
}

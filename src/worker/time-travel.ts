/** Going to a past moment of the run: what was put in until then, as the page keeps it. */
import type { Past, SimulationFacade } from "../core/simulation/contract.ts";
import type { ManifestFile } from "../core/manifests/types.ts";
import type { RecordedInput } from "../core/simulation/record.ts";
import type { PastUpdate, TimedAction } from "./protocol.ts";

/** The texts that the run had been given, and the actions taken. */
export function madeUntilNow(inputs: readonly RecordedInput[]): {
  readonly files: readonly ManifestFile[];
  readonly actions: readonly TimedAction[];
} {
  let files: readonly ManifestFile[] = [];
  const actions: TimedAction[] = [];
  for (const { input, at } of inputs) {
    if (input.kind === "apply") ({ files } = input);
    else if (input.kind === "perform") actions.push({ at, action: input.action });
  }
  return { files, actions };
}

export function pastUpdate(simulation: SimulationFacade, playing: boolean): PastUpdate | null {
  const past = simulation.past();
  return past === null ? null : { ...past, ...madeUntilNow(simulation.inputs()), playing };
}

/** Makes what is put in; `forked` is told where that was done in the past, and what came later has not happened in this run. */
export function forking<R>(simulation: SimulationFacade, make: () => R, forked: (past: Past) => void): R {
  const past = simulation.past();
  const result = make();
  if (past !== null && simulation.past() === null) forked(past);
  return result;
}

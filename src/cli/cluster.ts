/** What commands have in common: their input and output, and the cluster that files or objects make. */
import { storedFault } from "../core/api/stored.ts";
import { parseManifests } from "../core/manifests/parse.ts";
import type { Diagnostic, ManifestFile } from "../core/manifests/types.ts";
import { createSimulation, type Simulation } from "../core/simulation/simulation.ts";
import type { ProxyMode, SimulationOptions } from "../core/simulation/contract.ts";
import { performSteps, stepsOf } from "./actions.ts";
import { UsageError, choiceOption, durationOption, flagOption, numberOption, textOption, type Options } from "./arguments.ts";

export interface CommandOutput {
  /** What `--json` prints and `batch` answers. */
  readonly json: unknown;
  readonly text: string;
  /** What the command line prints on standard error. */
  readonly error?: string;
  readonly exit: 0 | 1;
  /** What the command line writes to a file; `-`: to standard output, in place of the text. */
  readonly file?: { readonly name: string; readonly octets: Uint8Array };
}

/** What a command is given. `objects` and `stored` come with batch requests. */
export interface CommandInput {
  readonly options: Options;
  readonly positionals: readonly string[];
  /** Reads FILE arguments. Throws UsageError. */
  readonly readFiles: (names: readonly string[]) => readonly ManifestFile[];
  readonly objects?: readonly unknown[];
  /** The request came in a batch. */
  readonly batch?: boolean;
  /** All of standard input, where the command line has one. */
  readonly standardInput?: () => string;
}

/** The cluster that these files or objects make, settled, after the steps of `--do`. Throws UsageError where they do not make one. */
export function clusterOf(input: CommandInput, names: readonly string[] = input.positionals, settleUntil?: number): Simulation {
  const steps = stepsOf(input.options);
  const after = durationOption(input.options, "after");
  if (steps.length === 0 && after !== undefined) throw new UsageError("--after goes with --do: it is the time after the last step");
  if (steps.length > 0 && flagOption(input.options, "stored"))
    throw new UsageError("--do: a stored cluster has no controllers that could act");
  const simulation = clusterMade(input, names, settleUntil);
  performSteps(simulation, steps, after);
  return simulation;
}

function clusterMade(input: CommandInput, names: readonly string[], settleUntil: number | undefined): Simulation {
  const common = { ...commonOptions(input.options), settleUntil, keepTraces: Infinity };
  if (input.objects !== undefined) {
    if (common.stored === true) refuseUnreadable(input.objects);
    return accepted(createSimulation({ ...common, objects: input.objects }));
  }
  const files = input.readFiles(names);
  if (common.stored !== true) return accepted(createSimulation({ ...common, files }));
  const { documents, diagnostics } = parseManifests(files);
  refuseErrors(diagnostics);
  const objects = documents.map(({ value }) => value);
  refuseUnreadable(objects);
  return createSimulation({ ...common, objects });
}

export function noSuchNode(simulation: Simulation, node: string): UsageError {
  const names = simulation.view().nodes.map(({ name }) => name);
  return new UsageError(`there is no node ${node}; there are ${names.length === 0 ? "none" : names.join(", ")}`);
}

/** Options that every command takes. */
export function commonOptions(options: Options): SimulationOptions {
  const now = textOption(options, "now");
  if (now !== undefined && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(now))
    throw new UsageError(`--now takes an instant such as 2026-01-01T00:00:00Z, not ${JSON.stringify(now)}`);
  return {
    seed: numberOption(options, "seed", 0),
    now,
    stored: flagOption(options, "stored"),
    mode: readMode(options),
  };
}

function readMode(options: Options): ProxyMode | undefined {
  const mode = choiceOption(options, "mode", ["iptables", "nftables", "ipvs"] as const);
  if (mode !== undefined && mode !== "iptables") throw new UsageError(`--mode ${mode}: only kube-proxy's iptables mode is simulated`);
  return mode;
}

function accepted(simulation: Simulation): Simulation {
  const { startResult } = simulation;
  if (startResult?.applied === false) refuseErrors(startResult.diagnostics);
  return simulation;
}

export function refuseErrors(diagnostics: readonly Diagnostic[]): void {
  const first = diagnostics.find(({ severity }) => severity === "error");
  if (first !== undefined)
    throw new InvalidManifests(`${first.file}:${first.range.line}:${first.range.column}: ${first.message} [${first.code}]`);
}

/** Stored objects are taken as they are; what an API server cannot have stored is refused. Throws InvalidManifests. */
export function refuseUnreadable(objects: readonly unknown[]): void {
  const fault = storedFault(objects);
  if (fault !== null) throw new InvalidManifests(fault);
}

/** The manifests have errors: the answer is "no" (exit status 1), said in one line. */
export class InvalidManifests extends Error {}

/**
 * `kubehop replay RUN`: makes a recorded run again and prints the hash of its whole state at each moment asked for. A run is what
 * `SimulationFacade.runInputs` gives, as JSON: two processes that print the same hashes had the same run, to the byte.
 */
import { SECOND } from "../core/base/time.ts";
import { createSimulation } from "../core/simulation/simulation.ts";
import type { RunInputs } from "../core/simulation/record.ts";
import { UsageError, listOption, readDuration } from "./arguments.ts";
import type { CommandInput, CommandOutput } from "./cluster.ts";

/** `--at`: virtual times, each as a duration since the run's beginning; by default its end. */
export function replay({ options, positionals, readFiles }: CommandInput): CommandOutput {
  const [file, ...more] = readFiles(positionals);
  if (file === undefined || more.length > 0) throw new UsageError("replay takes one recorded run");
  const run = readRun(file.name, file.text);
  const simulation = createSimulation({ seed: run.seed, recorded: true });
  try {
    simulation.replay(run);
  } catch (error) {
    throw new UsageError(`${file.name} is not a run that can be made again: ${error instanceof Error ? error.message : String(error)}`);
  }
  const times = listOption(options, "at").map((text) => readDuration("at", text));
  const hashes = (times.length === 0 ? [run.end.at] : times).map((at) => {
    simulation.goTo(at);
    return { at: simulation.now, hash: simulation.hash() };
  });
  return { json: { seed: run.seed, hashes }, text: hashes.map(({ at, hash }) => `${at / SECOND}s ${hash}\n`).join(""), exit: 0 };
}

function readRun(name: string, text: string): RunInputs {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError(`${name} is not JSON`);
  }
  if (!isRun(value)) throw new UsageError(`${name} holds no recorded run: an object with seed, inputs and end`);
  return value;
}

/** The outer shape; what inputs hold is looked at when they are made again. */
function isRun(value: unknown): value is RunInputs {
  const { seed, inputs, end } = (value ?? {}) as Partial<Record<keyof RunInputs, unknown>>; // of anything but an object they are undefined
  const { at, handled } = (end ?? {}) as { readonly at?: unknown; readonly handled?: unknown }; // likewise
  return Number.isSafeInteger(seed) && Array.isArray(inputs) && Number.isSafeInteger(at) && Number.isSafeInteger(handled);
}

/** `kubectl ARGS…` against a moment of a run: what it prints, and what it asks the simulation to do. */
import type { Simulation } from "../simulation/simulation.ts";
import { readFlags, type Flag, type Invocation } from "./flags.ts";
import { GET_FLAGS, get } from "./get.ts";
import { KubectlError, Session } from "./session.ts";
import type { KubectlInput, KubectlResult, KubectlRun } from "./types.ts";

/** The moment at which a run stands. `stored`: it was made of stored objects, and no controller runs. */
export function kubectlRunOf(simulation: Simulation, stored = false): KubectlRun {
  return { ...simulation.controlPlane(), stored };
}

interface Command {
  readonly flags: readonly Flag[];
  readonly does: (session: Session, invocation: Invocation) => void;
}

const COMMANDS: { readonly [name: string]: Command } = {
  get: { flags: GET_FLAGS, does: get },
};

/** Pure: nothing in `run` changes. Mistakes of the person are on standard error with exit status 1, in kubectl's words. */
export function runKubectl(run: KubectlRun, input: KubectlInput): KubectlResult {
  const session = new Session(run, input);
  try {
    const [name = "", ...words] = input.args;
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (command === undefined) throw new KubectlError(`error: unknown command "${name}" for "kubectl"`);
    command.does(session, readFlags(`kubectl ${name}`, command.flags, words));
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error;
    session.failWith(error.text);
  }
  return session.result();
}

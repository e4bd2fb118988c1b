/** The terminal of a session: one line at a time is under way, in the run in which it began. */
import { Simulation } from "../core/simulation/simulation.ts";
import type { SimulationFacade } from "../core/simulation/contract.ts";
import { Terminal } from "../core/terminal/terminal.ts";
import { worldOf } from "../core/terminal/world.ts";
import type { AnswerTerminal } from "./session.ts";

export function terminalOfSession(): AnswerTerminal {
  let terminal = new Terminal();
  let run: SimulationFacade | null = null;
  return (simulation, files, ask) => {
    if (!(simulation instanceof Simulation)) throw new Error("the terminal's programs look into the whole simulation");
    // A line of another run has nothing to go on with.
    if (run !== simulation) terminal = new Terminal();
    run = simulation;
    return terminal.answer(ask, worldOf(simulation, new Map(files.map(({ name, text }) => [name, text]))));
  };
}

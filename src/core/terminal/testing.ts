/** For tests: a terminal over a simulation, with what a page would do for it. */
import type { Simulation } from "../simulation/simulation.ts";
import { Terminal } from "./terminal.ts";
import { worldOf } from "./world.ts";
import { FRESH_SHELL, type Got, type Need, type Output, type ShellState, type TerminalAnswer, type TerminalWorld } from "./types.ts";

export class Typist {
  readonly simulation: Simulation;
  readonly terminal = new Terminal();
  shell: ShellState = FRESH_SHELL;
  readonly needs: Need[] = [];
  private readonly world: TerminalWorld;

  constructor(simulation: Simulation, files: ReadonlyMap<string, string> = new Map()) {
    this.simulation = simulation;
    this.world = worldOf(simulation, files);
  }

  /** Types a line, does what it needs, and gives what it printed. */
  types(line: string): readonly Output[] {
    const output: Output[] = [];
    let answer: TerminalAnswer = this.terminal.answer({ kind: "line", line, shell: this.shell }, this.world);
    for (;;) {
      if (answer.kind !== "turn") throw new Error(`${line}: ${answer.kind}`);
      output.push(...answer.turn.output);
      this.shell = answer.turn.shell;
      const { need } = answer.turn;
      if (need === null) return output;
      this.needs.push(need);
      answer = this.terminal.answer({ kind: "go-on", got: this.does(need) }, this.world);
    }
  }

  /** What is on the screen, without notes. */
  prints(line: string): string {
    return this.types(line)
      .map((piece) => (piece.kind === "out" || piece.kind === "err" ? piece.text : ""))
      .join("");
  }

  notes(line: string): string {
    return this.types(line)
      .map((piece) => (piece.kind === "note" ? `${piece.text}\n` : ""))
      .join("");
  }

  completes(text: string): string {
    const answer = this.terminal.answer({ kind: "complete", text, shell: this.shell }, this.world);
    if (answer.kind !== "completion") throw new Error(answer.kind);
    return [answer.completion.text, ...answer.completion.candidates].join("|");
  }

  private does(need: Need): Got {
    switch (need.kind) {
      case "send": {
        const sent = this.simulation.send(need.request);
        if ("error" in sent) return { kind: "refused", error: sent.error };
        this.simulation.settle();
        return { kind: "sent", journeys: sent };
      }
      case "effects":
        for (const { action } of need.effects) {
          const refusal = this.simulation.perform(action);
          if (refusal !== null) return { kind: "refused", error: refusal.error };
        }
        return { kind: "done" };
      case "wait": {
        const refusal = this.simulation.perform({ kind: "wait", time: need.time });
        return refusal === null ? { kind: "done" } : { kind: "refused", error: refusal.error };
      }
    }
  }
}

/**
 * A terminal's lines over a simulation: one line at a time is under way; it stops where it needs something of the simulation
 * (a request, a change), and goes on when that is done. A class because a line under way is a generator, which no message can
 * hold: it stays here, and only what it prints and needs goes to the page.
 */
import { clusterEvents } from "./cluster-events.ts";
import { complete } from "./completion.ts";
import { parseLine } from "./grammar.ts";
import { LeaveLine, runText, shellOf, type Io, type Shell } from "./interpret.ts";
import { PROGRAMS } from "./programs.ts";
import type { Got, Output, Running, ShellState, TerminalAnswer, TerminalAsk, TerminalWorld, Turn } from "./types.ts";

interface Line {
  readonly shell: Shell;
  readonly running: Running;
  output: Output[];
}

export class Terminal {
  private line: Line | null = null;

  answer(ask: TerminalAsk, world: TerminalWorld): TerminalAnswer {
    switch (ask.kind) {
      case "line":
        return this.begin(ask.line, ask.shell, world);
      case "go-on":
        if (this.line === null) return { kind: "gone", error: "This line is not known any more." };
        return this.goOn(this.line, ask.got);
      case "stop":
        this.line = null;
        return { kind: "gone", error: "" };
      case "complete":
        return { kind: "completion", completion: complete(ask.text, ask.shell, world) };
      case "rules":
        return { kind: "rules", text: world.rulesText(ask.node, ask.family, false) };
      case "events":
        return { kind: "events", ...clusterEvents(world, ask.most) };
    }
  }

  private begin(text: string, state: ShellState, world: TerminalWorld): TerminalAnswer {
    const list = parseLine(text);
    if ("error" in list && list.open) return { kind: "open" };
    const output: Output[] = [];
    const shell = shellOf(stillThere(state, world, output), world, PROGRAMS, (piece) => this.line?.output.push(piece));
    const io: Io = {
      stdin: "",
      toTerminal: true,
      out: (more) => this.line?.output.push({ kind: "out", text: more }),
      err: (more) => this.line?.output.push({ kind: "err", text: more }),
    };
    this.line = { shell, running: runText(shell, text, io), output };
    return this.goOn(this.line, null);
  }

  private goOn(line: Line, got: Got | null): TerminalAnswer {
    let need: Turn["need"] = null;
    try {
      // The first `next` begins the line; what it is given is not looked at.
      const step = line.running.next(got ?? { kind: "done" });
      need = step.done === true ? null : step.value;
    } catch (error) {
      if (!(error instanceof LeaveLine)) throw error;
    }
    const { output, shell } = line;
    if (need === null) this.line = null;
    line.output = [];
    const { spots, variables, files, exit } = shell;
    return { kind: "turn", turn: { output: joined(output), need, shell: { spots, variables, files, exit } } };
  }
}

/** A shell in a Pod that is gone, or on a node that is, has ended. */
function stillThere(state: ShellState, world: TerminalWorld, output: Output[]): ShellState {
  const gone = state.spots.findIndex(
    (spot) =>
      (spot.kind === "pod" && world.object("Pod", spot.pod) === null) ||
      (spot.kind === "node" && !world.view().nodes.some(({ name, fault }) => name === spot.node && fault === null)),
  );
  const left = gone < 0 ? undefined : state.spots[gone];
  if (left === undefined) return state;
  output.push(
    left.kind === "pod"
      ? { kind: "err", text: "command terminated with exit code 137\n" }
      : { kind: "err", text: `Connection to ${left.kind === "node" ? left.node : ""} closed by remote host.\n` },
  );
  return { ...state, spots: state.spots.slice(0, gone), exit: 137 };
}

/** Neighbours of one kind as one piece. */
function joined(output: readonly Output[]): readonly Output[] {
  const pieces: Output[] = [];
  for (const piece of output) {
    const last = pieces.at(-1);
    if (last !== undefined && (piece.kind === "out" || piece.kind === "err") && last.kind === piece.kind)
      pieces[pieces.length - 1] = { kind: piece.kind, text: last.text + piece.text };
    else pieces.push(piece);
  }
  return pieces;
}

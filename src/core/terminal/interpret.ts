/**
 * Runs a line: words are expanded, pipelines run from left to right (each command ends before the next begins; text goes from
 * one to the other whole), lists go on by exit status. What takes part in the simulation is yielded as a need and waited for.
 */
import type { Command, List, Part, Pipeline, Redirect, Word } from "./grammar.ts";
import { parseLine } from "./grammar.ts";
import type { Call, Got, Need, Output, Running, ShellState, Spot, TerminalWorld } from "./types.ts";

/** What the shell itself needs of programs: they are looked up where the line runs. */
export interface Programs {
  /** null: there is no such program there. */
  find(name: string, spot: Spot, world: TerminalWorld): ((call: Call, shell: Shell) => number | Running) | null;
  /** Exit status and words for a program that is not there. */
  missing(name: string, spot: Spot, world: TerminalWorld, io: Io): number;
}

export interface Io {
  readonly stdin: string;
  readonly toTerminal: boolean;
  out(text: string): void;
  err(text: string): void;
}

/** The shell while a line runs: builtins change it. */
export interface Shell {
  readonly world: TerminalWorld;
  readonly programs: Programs;
  spots: readonly Spot[];
  variables: { readonly [name: string]: string };
  files: { readonly [name: string]: string };
  exit: number;
  emit(output: Output): void;
}

/** Commands of one line: a loop that never waits ends here. */
const COMMANDS_MOST = 20_000;
/** Characters that a pipe or a variable holds. */
const TEXT_MOST = 4_000_000;

/** Leaves the line, whatever is still to come: `exit` in the middle of it. */
export class LeaveLine extends Error {}

/** Runs a text in a shell until it is done. Yields what it waits for; returns its exit status. */
export function* runText(shell: Shell, text: string, io: Io): Running {
  const list = parseLine(text);
  if ("error" in list) {
    io.err(`${list.error}\n`);
    return (shell.exit = 2);
  }
  return yield* runList({ shell, left: COMMANDS_MOST }, list, io);
}

interface Line {
  readonly shell: Shell;
  left: number;
}

function* runList(line: Line, list: List, io: Io): Running {
  for (const { joint, pipeline } of list) {
    const { exit } = line.shell;
    if ((joint === "&&" && exit !== 0) || (joint === "||" && exit === 0)) continue;
    line.shell.exit = yield* runPipeline(line, pipeline, io);
  }
  return line.shell.exit;
}

function* runPipeline(line: Line, { negated, commands }: Pipeline, io: Io): Running {
  let stdin = io.stdin;
  let exit = 0;
  for (const [i, command] of commands.entries()) {
    const last = i === commands.length - 1;
    let text = "";
    const own: Io = last ? { ...io, stdin } : { stdin, toTerminal: false, out: (more) => (text = bounded(text + more)), err: io.err };
    exit = yield* runCommand(line, command, own);
    stdin = text;
  }
  return negated ? Number(exit === 0) : exit;
}

function bounded(text: string): string {
  return text.length > TEXT_MOST ? text.slice(0, TEXT_MOST) : text;
}

function* runCommand(line: Line, command: Command, io: Io): Running {
  if (--line.left < 0) {
    io.err(`sh: stopped after ${COMMANDS_MOST} commands\n`);
    throw new LeaveLine();
  }
  const { shell } = line;
  switch (command.kind) {
    case "for": {
      const values = yield* expandAll(line, command.words);
      shell.exit = 0;
      for (const value of values) {
        shell.variables = { ...shell.variables, [command.name]: value };
        yield* runList(line, command.body, io);
      }
      return shell.exit;
    }
    case "while": {
      let exit = 0;
      for (;;) {
        const test = yield* runList(line, command.test, io);
        if ((test === 0) === command.until) return exit;
        exit = yield* runList(line, command.body, io);
      }
    }
    case "simple":
      return yield* runSimple(line, command, io);
  }
}

function* runSimple(line: Line, { sets, words, redirects }: Extract<Command, { kind: "simple" }>, outer: Io): Running {
  const { shell } = line;
  const values: { [name: string]: string } = {};
  for (const { name, value } of sets) values[name] = (yield* expandWord(line, value, false)).join(" ");
  const [name, ...args] = yield* expandAll(line, words);
  const before = shell.exit;
  const target = yield* redirected(line, redirects, outer);
  if (target === null) return 1;
  const { io, close } = target;
  if (name === undefined) {
    shell.variables = { ...shell.variables, ...values };
    close();
    return words.length > 0 ? before : 0;
  }
  const spot = shell.spots.at(-1) ?? { kind: "host" };
  const program = shell.programs.find(name, spot, shell.world);
  if (program === null) {
    const exit = shell.programs.missing(name, spot, shell.world, io);
    close();
    return exit;
  }
  const call: Call = {
    name,
    args,
    stdin: io.stdin,
    world: shell.world,
    spot,
    environment: { ...shell.variables, ...values },
    toTerminal: io.toTerminal,
    file: (file) => (Object.hasOwn(shell.files, file) ? (shell.files[file] ?? null) : null),
    save: (file, text) => (shell.files = { ...shell.files, [file]: bounded(text) }),
    out: io.out,
    err: io.err,
    note: (text) => shell.emit({ kind: "note", text }),
    request: (journey) => shell.emit({ kind: "request", journey }),
  };
  const running = program(call, shell);
  const exit = typeof running === "number" ? running : yield* running;
  close();
  return exit;
}

// ---- redirections -------------------------------------------------------------------------------------------------------

type Sink = (text: string) => void;

/** null: a file could not be opened, and the command does not run. */
function* redirected(line: Line, redirects: readonly Redirect[], io: Io): Generator<Need, { io: Io; close: () => void } | null, Got> {
  const { shell } = line;
  let { stdin, toTerminal } = io;
  let sinks: readonly [Sink, Sink] = [io.out, io.err];
  const written = new Map<string, string>();
  for (const { stream, kind, word } of redirects) {
    const [text = ""] = yield* expandWord(line, word, false);
    if (kind === "here") stdin = text;
    else if (kind === "from") {
      const found = Object.hasOwn(shell.files, text) ? shell.files[text] : undefined;
      if (found === undefined && text !== "/dev/null") {
        io.err(`sh: can't open ${text}: no such file\n`);
        return null;
      }
      stdin = found ?? "";
    } else {
      const sink: Sink = kind === "same-as" ? (text === "2" ? sinks[1] : sinks[0]) : fileSink(shell, written, text, kind === "onto");
      sinks = stream === 2 ? [sinks[0], sink] : [sink, sinks[1]];
      if (stream !== 2) toTerminal = false;
    }
  }
  const close = (): void => {
    if (written.size > 0) shell.files = { ...shell.files, ...Object.fromEntries(written) };
  };
  return { io: { stdin, toTerminal, out: sinks[0], err: sinks[1] }, close };
}

function fileSink(shell: Shell, written: Map<string, string>, name: string, onto: boolean): Sink {
  if (name.startsWith("/dev/")) return () => {};
  written.set(name, onto ? (written.get(name) ?? (Object.hasOwn(shell.files, name) ? (shell.files[name] ?? "") : "")) : "");
  return (text) => written.set(name, bounded((written.get(name) ?? "") + text));
}

// ---- words --------------------------------------------------------------------------------------------------------------

function* expandAll(line: Line, words: readonly Word[]): Generator<Need, readonly string[], Got> {
  const all: string[] = [];
  for (const word of words) all.push(...(yield* expandWord(line, word, true)));
  return all;
}

/** `splits`: what is put in without quotes falls into words at blanks, and `{1..3}` is three. */
function* expandWord(line: Line, word: Word, splits: boolean): Generator<Need, readonly string[], Got> {
  /** The words so far; the last is still open. An empty one stays only where it was quoted. */
  const words: { text: string; quoted: boolean }[] = [{ text: "", quoted: false }];
  const add = (text: string, quoted: boolean): void => {
    const last = words.at(-1);
    if (last === undefined) return;
    last.text = bounded(last.text + text);
    last.quoted ||= quoted;
  };
  for (const part of word) {
    const text = yield* valueOf(line, part);
    if (part.kind === "text" || part.quoted || !splits) {
      add(text, part.quoted);
      continue;
    }
    const pieces = text.split(/[ \t\n]+/);
    for (const [i, piece] of pieces.entries()) {
      if (i > 0 && (words.at(-1)?.text !== "" || words.at(-1)?.quoted === true)) words.push({ text: "", quoted: false });
      add(piece, false);
    }
  }
  if (!splits) return words.map(({ text }) => text);
  const kept = words.filter(({ text, quoted }) => text !== "" || quoted).map(({ text }) => text);
  return word.length === 1 && word[0]?.kind === "text" && !word[0].quoted ? kept.flatMap(braces) : kept;
}

/** Numbers of a brace at most. */
const BRACES_MOST = 1_000;

function braces(text: string): readonly string[] {
  const found = /^(.*?)\{(?:(\d{1,6})\.\.(\d{1,6})|([^{},]*(?:,[^{},]*)+))\}(.*)$/s.exec(text);
  if (found === null) return [text];
  const [, before = "", from, to, list, after = ""] = found;
  const values =
    list === undefined
      ? Array.from({ length: Math.min(BRACES_MOST, Math.abs(Number(to) - Number(from)) + 1) }, (_, i) =>
          String(Number(from) + (Number(to) >= Number(from) ? i : -i)),
        )
      : list.split(",");
  return values.flatMap((value) => braces(after).map((rest) => `${before}${value}${rest}`));
}

function* valueOf(line: Line, part: Part): Generator<Need, string, Got> {
  const { shell } = line;
  switch (part.kind) {
    case "text":
      return part.text;
    case "variable":
      return variableIn(shell, part.name);
    case "output": {
      let text = "";
      const io: Io = {
        stdin: "",
        toTerminal: false,
        out: (more) => (text = bounded(text + more)),
        err: (more) => shell.emit({ kind: "err", text: more }),
      };
      yield* runList(line, part.list, io);
      return text.replace(/\n+$/, "");
    }
  }
}

function variableIn(shell: Shell, name: string): string {
  if (name === "?") return String(shell.exit);
  if (/^[#$0-9]$/.test(name)) return name === "$" ? "1" : name === "#" ? "0" : name === "0" ? "sh" : "";
  if (Object.hasOwn(shell.variables, name)) return shell.variables[name] ?? "";
  return environmentAt(shell)[name] ?? "";
}

/** The variables of the container's process; of a host and of a node: the few that every shell has. */
export function environmentAt({ spots, world }: Pick<Shell, "spots" | "world">): { readonly [name: string]: string } {
  const spot = spots.at(-1);
  if (spot?.kind === "pod") {
    const found = world.environment(spot.pod, spot.container);
    if (!("error" in found)) {
      const own = Object.fromEntries(found.map(({ name, value }) => [name, value]));
      return {
        PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        HOSTNAME: hostNameOf(world, spot.pod),
        ...own,
        HOME: "/root",
      };
    }
  }
  return { HOME: "/root", PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" };
}

export function hostNameOf(world: TerminalWorld, pod: string): string {
  const spec = world.object("Pod", pod)?.spec as { readonly hostname?: string } | undefined; // the kind says so
  return (
    spec?.hostname ??
    pod
      .slice(pod.indexOf("/") + 1)
      .slice(0, 63)
      .replace(/[-.]+$/, "")
  );
}

/** A shell as its state says, that tells what it prints to `emit`. */
export function shellOf(state: ShellState, world: TerminalWorld, programs: Programs, emit: (output: Output) => void): Shell {
  return { world, programs, spots: state.spots, variables: state.variables, files: state.files, exit: state.exit, emit };
}

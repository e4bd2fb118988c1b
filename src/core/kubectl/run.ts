/** `kubectl ARGS…` against a moment of a run: what it prints, and what it asks the simulation to do. */
import type { Simulation } from "../simulation/simulation.ts";
import { COMMANDS, type Command } from "./commands.ts";
import { CONTEXT } from "./about.ts";
import { GLOBAL_FLAGS, readFlags, type Invocation } from "./flags.ts";
import { KubectlError, Session, fail } from "./session.ts";
import type { KubectlInput, KubectlResult, KubectlRun } from "./types.ts";

/** The moment at which a run stands. `stored`: it was made of stored objects, and no controller runs. */
export function kubectlRunOf(simulation: Simulation, stored = false): KubectlRun {
  return { ...simulation.controlPlane(), stored };
}

/** Pure: nothing in `run` changes. Mistakes of the person are on standard error with exit status 1, in kubectl's words. */
export function runKubectl(run: KubectlRun, input: KubectlInput): KubectlResult {
  const session = new Session(run, input);
  try {
    dispatch(session, input.args);
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error;
    session.failWith(error.text);
  }
  return session.result();
}

function dispatch(session: Session, args: readonly string[]): void {
  const { command, path, words } = findCommand(args);
  if (command === null) return session.print(`${OVERVIEW}\n`);
  if (command.does === null && command.under.length > 0) return session.print(within(command, path, words));
  if (command.does === null) fail(`this kubectl has no ${path.slice("kubectl ".length)}: docs/fidelity.md says what it has`);
  const invocation = readFlags(path, command.flags, words);
  if (invocation.flags.bool("help"))
    return session.print(`Usage:\n  ${path} [flags] [options]\n\nFlags: ${command.flags.map(({ name }) => `--${name}`).join(" ")}\n`);
  connect(invocation);
  command.does(session, invocation);
}

/** What a command that only holds others has. Throws KubectlError for one that it does not. */
function within({ flags, under }: Command, path: string, words: readonly string[]): string {
  const [unknown] = readFlags(path, flags, words).args;
  if (unknown !== undefined) fail(`unknown command "${unknown}"\nSee '${path} -h' for help and examples`);
  const names = under.filter(({ does }) => does !== null).map(({ name }) => `  ${name}\n`);
  return `Available Commands:\n${names.join("")}\nUsage:\n  ${path} SUBCOMMAND [options]\n`;
}

/** There is one cluster, and one context that leads to it. */
function connect({ flags }: Invocation): void {
  const context = flags.text("context");
  if (context !== undefined && context !== CONTEXT) fail(`context "${context}" does not exist`);
  const server = flags.text("server");
  if (server !== undefined)
    throw new KubectlError(
      `The connection to the server ${server.replace(/^https?:\/\//, "").replace(/\/.*$/, "")} was refused - did you specify the right host or port?`,
    );
}

const OVERVIEW = `kubectl controls the Kubernetes cluster manager.

 Find more information at: https://kubernetes.io/docs/reference/kubectl/

Commands: ${COMMANDS.filter(({ does, under }) => does !== null || under.length > 0)
  .map(({ name }) => name)
  .join(", ")}

Usage:
  kubectl [flags] [options]`;

interface Reached {
  readonly command: Command | null;
  /** `kubectl create service clusterip`. */
  readonly path: string;
  /** The words that are not names of commands. */
  readonly words: readonly string[];
}

/** Goes down the tree of commands by the words that are no flags. Throws KubectlError for a command that there is not. */
function findCommand(args: readonly string[]): Reached {
  let here: Command | null = null;
  let path = "kubectl";
  let words: readonly string[] = args;
  for (;;) {
    const at = firstArgument(words, here);
    const word = at === null ? undefined : words[at];
    const under: readonly Command[] = here === null ? COMMANDS : here.under;
    const next: Command | undefined = under.find(({ name }) => name === word);
    if (next === undefined) {
      if (here === null && word !== undefined) throw new KubectlError(unknownCommand(word));
      return { command: here, path, words };
    }
    here = next;
    path += ` ${next.name}`;
    words = words.filter((_, i) => i !== at);
  }
}

/** The place of the first word that is neither a flag nor a flag's value; null where there is none. */
function firstArgument(words: readonly string[], here: Command | null): number | null {
  const flags = [...GLOBAL_FLAGS, ...(here?.flags ?? [])];
  const takesValue = (word: string): boolean => {
    if (word.includes("=")) return false;
    const found = word.startsWith("--")
      ? flags.find(({ name }) => name === word.slice(2))
      : flags.find(({ short }) => short !== undefined && short === word.slice(1));
    return found !== undefined && found.kind !== "bool" && typeof found.kind !== "object";
  };
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? "";
    if (word === "--") return null;
    if (!word.startsWith("-") || word === "-") return i;
    if (takesValue(word)) i++;
  }
  return null;
}

function unknownCommand(word: string): string {
  const near = COMMANDS.filter(({ name }) => distance(word.toLowerCase(), name) <= 2 || name.startsWith(word.toLowerCase()));
  const hint = near.length === 0 ? "" : `\n\nDid you mean this?\n${near.map(({ name }) => `\t${name}\n`).join("")}`;
  return `error: unknown command "${word}" for "kubectl"${hint}`;
}

/** Letters to change, add or take away. (github.com/spf13/cobra, ld) */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(a[i - 1] === b[j - 1] ? (row[j - 1] ?? 0) : 1 + Math.min(row[j] ?? 0, next[j - 1] ?? 0, row[j - 1] ?? 0));
    row = next;
  }
  return row.at(-1) ?? 0;
}

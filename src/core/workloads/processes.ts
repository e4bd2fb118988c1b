/**
 * How long a container's process lives, as far as its image and its command say: a shell without a terminal ends at once,
 * `sleep 30` after 30 s, a server never. What nobody here can read runs on, or (in a Job and before the others) does its
 * work and ends well.
 */
import { booleanAt } from "../api/json.ts";
import type { Container } from "../api/types.ts";
import { SECOND } from "../base/time.ts";
import type { Nanos } from "../base/time.ts";
import { knowledgeOf, repositoryOf } from "./images.ts";
import { isIdle } from "./listeners.ts";

export interface Process {
  /** From its start to its end; null: it does not end by itself. */
  readonly lasts: Nanos | null;
  readonly exitCode: number;
}

const FOREVER: Process = { lasts: null, exitCode: 0 };
/** What a short command takes, its start included. */
const SHORT: Nanos = 1 * SECOND;
/** What the work of a program takes that nobody here knows. */
const WORK: Nanos = 2 * SECOND;

/** Images whose own program says something and ends. */
const ENDING: { readonly [repository: string]: number } = { "hello-world": 0, "curlimages/curl": 2, "google/cloud-sdk": 0 };
/** Boxes of tools whose own program is a shell or an interpreter: without a terminal it finds the end of its input. */
const SHELLS: ReadonlySet<string> = new Set([
  "busybox",
  "alpine",
  "debian",
  "ubuntu",
  "centos",
  "fedora",
  "bash",
  "python",
  "busyboxplus",
  "busybox-curl",
]);

/** `works`: it is there to do something and end, as in a Job or an init container. */
export function processOf(container: Container, works: boolean): Process {
  const known = works ? knownWorkers : knownServers;
  let process = known.get(container);
  if (process === undefined) known.set(container, (process = readProcess(container, works)));
  return process;
}

/** Pure memos: read off a container that never changes. */
const knownWorkers = new WeakMap<Container, Process>();
const knownServers = new WeakMap<Container, Process>();

function readProcess(container: Container, works: boolean): Process {
  const words = [...(container.command ?? []), ...(container.args ?? [])];
  if (words.length === 0) return ownProgram(container, works);
  if (isIdle(container)) return sleeps(words.join(" "));
  return readCommand(words) ?? (works ? { lasts: WORK, exitCode: 0 } : FOREVER);
}

function ownProgram(container: Container, works: boolean): Process {
  const repository = repositoryOf(container.image);
  const code = ENDING[repository];
  if (code !== undefined) return { lasts: SHORT, exitCode: code };
  const knowledge = knowledgeOf(container.image);
  if (knowledge === null) return works ? { lasts: WORK, exitCode: 0 } : FOREVER;
  if (!SHELLS.has(knowledge.title) || booleanAt(container, "stdin") === true || booleanAt(container, "tty") === true) return FOREVER;
  return { lasts: SHORT, exitCode: 0 };
}

/** One that only waits: for a time that it names, or for ever. */
function sleeps(line: string): Process {
  const time = /\bsleep\s+(\S+)/.exec(line);
  if (time === null || /\bwhile\b/.test(line)) return FOREVER;
  const lasts = sleepTime(time[1] ?? "");
  return lasts === null ? FOREVER : { lasts, exitCode: 0 };
}

/** `30`, `1.5`, `10m`; null for `infinity`, and for what cannot be read. */
function sleepTime(text: string): Nanos | null {
  const found = /^(\d+(?:\.\d+)?)([smhd]?)["';]*$/.exec(text);
  if (found === null) return null;
  const unit = { s: 1, m: 60, h: 3600, d: 86_400 }[found[2] ?? ""] ?? 1;
  return Math.round(Number(found[1]) * unit * SECOND);
}

const QUICK: ReadonlySet<string> = new Set(
  ": true echo printf date ls cat env printenv hostname id whoami uname touch mkdir rm cp mv chmod chown test [ export set cd pwd nslookup dig host wget curl ping ps ip getent head tail grep sed awk sort wc df free".split(
    " ",
  ),
);
/** With these words a command goes on for ever, or for nobody knows how long. */
const UNREADABLE = /\b(while|until|for|if|case|function|exec|trap|watch|tail\s+-[fF])\b|[`(){}]|&\s*$|&\s*;|ping(?!.*\s-c)/;

/** What a command comes to that consists of nothing but short ones and `sleep`; null where it has others. */
export function readCommand(words: readonly string[]): Process | null {
  const isShell = /(^|\/)(ba|da|a)?sh$/.test(words[0] ?? "");
  const dash = isShell ? words.findIndex((word) => /^-\w*c$/.test(word)) : -1;
  if (isShell && dash < 0) return null;
  const script = isShell ? (words[dash + 1] ?? "") : words.map((word) => word.replaceAll(/[;&|]/g, " ")).join(" ");
  if (UNREADABLE.test(script)) return null;
  let lasts = 0;
  let exitCode = 0;
  for (const step of script.split(/;|&&|\|\||\n/)) {
    // Of a pipe the last counts; where its words go does not.
    const [name = "", argument = ""] = (step.split("|").at(-1) ?? "")
      .replaceAll(/\d?>+\s*\S+|<\s*\S+/g, " ")
      .trim()
      .split(/\s+/);
    const program = name.replace(/^.*\//, "");
    if (program === "" || program.startsWith("#")) continue;
    if (program === "sleep") {
      const time = sleepTime(argument);
      if (time === null) return argument === "infinity" ? FOREVER : null;
      lasts += time;
      exitCode = 0;
    } else if (program === "exit") {
      return { lasts: lasts + SHORT, exitCode: /^\d+$/.test(argument) ? Number(argument) % 256 : exitCode };
    } else if (program === "false") exitCode = 1;
    else if (QUICK.has(program)) exitCode = 0;
    else return null;
  }
  return { lasts: lasts + SHORT, exitCode };
}

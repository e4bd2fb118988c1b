/** `kubehop kubectl FILE… -- ARGS…`: a kubectl command against the cluster that those files make. */
import { existsSync } from "node:fs";
import { isObject } from "../core/api/json.ts";
import { kubectlRunOf, runKubectl } from "../core/kubectl/run.ts";
import type { KubectlInput, KubectlResult, KubectlRun } from "../core/kubectl/types.ts";
import type { Simulation } from "../core/simulation/simulation.ts";
import type { ManifestFile } from "../core/manifests/types.ts";
import { UsageError, flagOption, textOption } from "./arguments.ts";
import { clusterOf, type CommandInput, type CommandOutput } from "./cluster.ts";
import { clusterFiles } from "./files.ts";

export function kubectl(input: CommandInput): CommandOutput {
  const { options, positionals } = input;
  const stored = flagOption(options, "stored");
  const simulation = clusterOf(input, positionals);
  if (options["args"] === undefined) throw new UsageError("kubectl takes FILE… -- ARGS…: what follows -- is what one types after kubectl");
  const args = wordsOf("args", options["args"]);
  const files = options["workdir"] === undefined && input.batch !== true ? filesNamed(args) : workdirOf(options["workdir"]);
  const stdin = textOption(options, "stdin") ?? (manifestsOf(args).includes("-") ? input.standardInput?.() : undefined);
  let run = kubectlRunOf(simulation, stored);
  const ask = (words: readonly string[]): KubectlResult => {
    const asked: KubectlInput = { args: words, files, ...(stdin === undefined ? {} : { stdin }) };
    const result = runKubectl(run, asked);
    run = afterwards(simulation, run, result);
    return result;
  };
  for (const args of setupOf(options["setup"])) ask(args);
  const { stdout, stderr, exit, exec } = ask(args);
  if (exec !== null) return noShell(stdout, stderr);
  return { json: { stdout, stderr, exit }, text: stdout, error: stderr, exit };
}

/** What is to run in a container runs in the page's terminal. */
function noShell(stdout: string, stderr: string): CommandOutput {
  const error = `${stderr}error: kubehop has no shell in Pods on the command line: the terminal of the page has one; kubehop trace, dig and nslookup ask from a Pod\n`;
  return { json: { stdout, stderr: error, exit: 1 }, text: stdout, error, exit: 1 };
}

/** What the next command meets: stored objects change as they are told, a running cluster settles. */
function afterwards(simulation: Simulation, run: KubectlRun, { store, effects }: KubectlResult): KubectlRun {
  if (run.stored) return { ...run, store };
  for (const { action } of effects) {
    const refusal = simulation.perform(action, simulation.now);
    if (refusal !== null) throw new UsageError(refusal.error);
  }
  if (effects.length > 0) simulation.settle();
  return kubectlRunOf(simulation);
}

function wordsOf(name: string, value: unknown): readonly string[] {
  if (Array.isArray(value) && value.every((each) => typeof each === "string")) return value;
  throw new UsageError(`${name} is a list of words, such as ["get", "pods"]`);
}

function setupOf(value: unknown): readonly (readonly string[])[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new UsageError("setup is a list of commands, each a list of words");
  return value.map((each) => wordsOf("setup", each));
}

/** What `-f` names. */
function manifestsOf(args: readonly string[]): readonly string[] {
  return args.flatMap((arg, i) => {
    if (arg === "-f" || arg === "--filename") return (args[i + 1] ?? "").split(",");
    const found = /^(?:--filename=|-f=?)(.+)$/.exec(arg);
    return found === null ? [] : (found[1] ?? "").split(",");
  });
}

/** The manifests that a command names, where they are; what is not there kubectl says itself. */
function filesNamed(args: readonly string[]): ReadonlyMap<string, string> {
  const names = manifestsOf(args).filter((name) => name !== "-" && name !== "" && existsSync(name));
  return new Map(clusterFilesIfAny(names).map(({ name, text }) => [name, text] as const));
}

function clusterFilesIfAny(names: readonly string[]): readonly ManifestFile[] {
  return names.length === 0 ? [] : clusterFiles(names, () => "");
}

function workdirOf(value: unknown): ReadonlyMap<string, string> {
  if (value === undefined || value === null) return new Map();
  if (!isObject(value)) throw new UsageError('workdir is an object of texts: { "web.yaml": "…" }');
  return new Map(
    Object.entries(value).map(([name, text]) => {
      if (typeof text !== "string") throw new UsageError(`workdir: ${name} is no text`);
      return [name, text] as const;
    }),
  );
}

/** Stored clusters for this room's tests, and a command's answer as one text. */
import { parseManifests } from "../manifests/parse.ts";
import { createSimulation } from "../simulation/simulation.ts";
import { kubectlRunOf, runKubectl } from "./run.ts";
import type { KubectlResult, KubectlRun } from "./types.ts";

export const NOW = "2026-11-21T12:00:00Z";

/** Objects as text, taken as an API server's stored state. */
export function stored(text: string): KubectlRun {
  const objects = parseManifests([{ name: "stored.yaml", text }]).documents.map(({ value }) => value);
  return kubectlRunOf(createSimulation({ objects, stored: true, now: NOW }), true);
}

/** Words as a shell would split them: quotes hold them together. */
export function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/(?:[^\s'"]+|'[^']*'|"[^"]*")+/g)].map(([word]) => word.replace(/'([^']*)'|"([^"]*)"/g, "$1$2"));
}

export function ask(run: KubectlRun, line: string, files: { readonly [name: string]: string } = {}): KubectlResult {
  return runKubectl(run, { args: wordsOf(line), files: new Map(Object.entries(files)) });
}

/** Standard output, then each line of standard error after `! `. */
export function told({ stdout, stderr }: KubectlResult): string {
  return stdout + stderr.replace(/^(?=.|\n)/gm, "! ").replace(/! $/, "");
}

/** A text without the indentation that its test gives it. */
export function text(indented: string): string {
  const lines = indented.replace(/^\n/, "").replace(/\n *$/, "\n").split("\n");
  const depth = Math.min(...lines.filter((line) => line.trim() !== "").map((line) => /^ */.exec(line)?.[0].length ?? 0));
  return lines.map((line) => line.slice(depth)).join("\n");
}

/** `kubehop check`: what is wrong with manifests, by file, line and column. */
import { createSimulation } from "../core/simulation/simulation.ts";
import type { Diagnostic } from "../core/manifests/types.ts";
import { commonOptions, type CommandInput, type CommandOutput } from "./cluster.ts";

export function check(input: CommandInput): CommandOutput {
  const diagnostics = inOrder(resultOf(input).diagnostics);
  const failed = diagnostics.some(({ severity }) => severity === "error");
  return { json: diagnostics.map(asJson), text: diagnostics.map((each) => `${asText(each)}\n`).join(""), exit: failed ? 1 : 0 };
}

function resultOf(input: CommandInput): { readonly diagnostics: readonly Diagnostic[] } {
  const common = { ...commonOptions(input.options), stored: false };
  if (input.objects === undefined) return createSimulation(common).apply(input.readFiles(input.positionals));
  return createSimulation({ ...common, objects: input.objects }).startResult ?? { diagnostics: [] };
}

/** As in the text, file by file. */
function inOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const files = [...new Set(diagnostics.map(({ file }) => file))];
  return [...diagnostics].sort((a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.range.start - b.range.start);
}

function asText({ file, range, severity, message, code }: Diagnostic): string {
  return `${file}:${range.line}:${range.column}: ${severity}: ${message} [${code}]`;
}

function asJson({ file, document, range, severity, code, field, message }: Diagnostic): unknown {
  return { file, document, line: range.line, column: range.column, severity, code, field, message };
}

/**
 * `node scripts/run-ts.mjs scripts/corpus-check.ts FOLDER [-v]`: reads every manifest of a folder, brings each up as a
 * cluster of its own, sends a request to every port of every Service in it, and prints a table. Ends with 1 where one does
 * not load, a request has no named outcome, or a count differs from the table in the folder's README.md (columns `file`,
 * `objects`, `Services`, `unmatched`), where there is one. `-v` prints each diagnostic and each request.
 */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expandList } from "../src/core/manifests/list.ts";
import { parseManifests } from "../src/core/manifests/parse.ts";
import type { Diagnostic, ManifestFile } from "../src/core/manifests/types.ts";
import { createSimulation, type Simulation } from "../src/core/simulation/simulation.ts";
import { survey, SURVEYOR, type Surveyed } from "../src/core/simulation/survey.ts";

interface Counts {
  readonly objects: number;
  readonly services: number;
  readonly unmatched: number;
}

interface Checked extends Counts {
  readonly file: string;
  readonly diagnostics: readonly Diagnostic[];
  readonly requests: readonly Surveyed[];
  /** Namespaces that the file takes for granted. */
  readonly namespaces: readonly string[];
  readonly failure: string | null;
  readonly milliseconds: number;
}

const args = process.argv.slice(2);
const verbose = args.includes("-v");
const folder = args.find((arg) => !arg.startsWith("-"));
if (folder === undefined || !existsSync(folder)) {
  process.stderr.write("usage: node scripts/run-ts.mjs scripts/corpus-check.ts FOLDER [-v]\n");
  process.exit(2);
}

const wanted = readTable(join(folder, "README.md"));
const names = readdirSync(folder)
  .filter((name) => /\.(ya?ml|json)$/.test(name))
  .sort();
const checked = names.map((name) => check(name, readFileSync(join(folder, name), "utf8")));
process.stdout.write(tableOf(checked));
const faults = checked.flatMap((each) => faultsOf(each, wanted.get(each.file)));
for (const fault of faults) process.stdout.write(`${fault}\n`);
process.stdout.write(`${checked.length} files, ${faults.length === 0 ? "nothing to say" : `${faults.length} to look at`}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;

function check(file: string, text: string): Checked {
  const began = performance.now();
  const { documents } = parseManifests([{ name: file, text }]);
  const objects = documents.flatMap(expandList).filter(({ value }) => value !== null);
  const services = objects.filter(({ value }) => fieldOf(value, "kind") === "Service" && fieldOf(value, "apiVersion") === "v1");
  const keys = new Set(
    services.map(
      ({ value }) =>
        `${String(fieldOf(fieldOf(value, "metadata"), "namespace") ?? "default")}/${String(fieldOf(fieldOf(value, "metadata"), "name"))}`,
    ),
  );
  const namespaces = namespacesOf(documents.flatMap(expandList).map(({ value }) => value));
  const base = { file, objects: objects.length, services: services.length, namespaces };
  try {
    const files: ManifestFile[] = [
      { name: file, text },
      { name: "surveyor", text: SURVEYOR },
    ];
    if (namespaces.length > 0) files.push({ name: "namespaces", text: namespaces.map(namespaceText).join("---\n") });
    const { simulation, diagnostics } = broughtUp(files);
    const unmatched = diagnostics.filter(({ code }) => code === "selector-matches-nothing").length;
    const requests = survey(simulation, ({ metadata }) => keys.has(`${metadata.namespace ?? ""}/${metadata.name}`));
    return { ...base, diagnostics, unmatched, requests, failure: null, milliseconds: performance.now() - began };
  } catch (error) {
    const failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { ...base, diagnostics: [], unmatched: 0, requests: [], failure, milliseconds: performance.now() - began };
  }
}

/** In the default cluster, or, where a file asks for both families, in one that has them. */
function broughtUp(files: readonly ManifestFile[]): { readonly simulation: Simulation; readonly diagnostics: readonly Diagnostic[] } {
  const simulation = createSimulation();
  const { diagnostics } = simulation.apply(files);
  const fix = diagnostics.flatMap(({ fixes }) => fixes).find(({ title }) => title === "Make the cluster dual-stack");
  if (fix === undefined) return { simulation, diagnostics };
  const both = createSimulation();
  const cluster = { name: "cluster", text: fix.edits.map(({ text }) => text).join("") };
  return { simulation: both, diagnostics: both.apply([...files, cluster]).diagnostics };
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === "object" && value !== null && field in value ? (value as { readonly [key: string]: unknown })[field] : undefined;
}

/** Namespaces that objects name and no document makes. */
function namespacesOf(values: readonly unknown[]): readonly string[] {
  const made = values.filter((value) => fieldOf(value, "kind") === "Namespace").map((value) => fieldOf(fieldOf(value, "metadata"), "name"));
  const named = values.map((value) => fieldOf(fieldOf(value, "metadata"), "namespace")).filter((name) => typeof name === "string");
  return [...new Set(named)].filter((name) => !made.includes(name) && !/^(default|kube-(system|public|node-lease))$/.test(name)).sort();
}

function namespaceText(name: string): string {
  return `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${name}\n`;
}

function faultsOf(each: Checked, row: Counts | undefined): readonly string[] {
  const faults: string[] = [];
  if (each.failure !== null) faults.push(`${each.file}: ${each.failure}`);
  for (const { severity, code, message, range } of each.diagnostics)
    if (severity === "error") faults.push(`${each.file}:${range.line}: ${message} [${code}]`);
  for (const request of each.requests)
    if (request.outcome === "unmodelled") faults.push(`${each.file}: ${request.to}: ${request.outcome}, ${request.because}`);
  if (row === undefined) return faults;
  for (const what of ["objects", "services", "unmatched"] as const)
    if (each[what] !== row[what]) faults.push(`${each.file}: ${each[what]} ${what}; its README says ${row[what]}`);
  return faults;
}

/** `file` → counts, out of a Markdown table with these columns. */
function readTable(path: string): ReadonlyMap<string, Counts> {
  const rows = existsSync(path)
    ? readFileSync(path, "utf8")
        .split("\n")
        .filter((line) => line.startsWith("|"))
    : [];
  const cells = rows.map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  const head = cells.find((row) => row.includes("file") && row.includes("objects"));
  if (head === undefined) return new Map();
  const at = (row: readonly string[], column: string): string => row[head.indexOf(column)] ?? "";
  return new Map(
    cells
      .filter((row) => /^`.*`$/.test(at(row, "file")))
      .map((row) => [
        at(row, "file").slice(1, -1),
        { objects: leading(at(row, "objects")), services: leading(at(row, "Services")), unmatched: leading(at(row, "unmatched")) },
      ]),
  );
}

function leading(text: string): number {
  return Number.parseInt(text, 10);
}

function tableOf(all: readonly Checked[]): string {
  const head = ["file", "objects", "Services", "unmatched", "ms", "diagnostics", "requests"];
  const lines = all.map((each) => [
    each.file,
    String(each.objects),
    String(each.services),
    String(each.unmatched),
    String(Math.round(each.milliseconds)),
    counted(each.diagnostics.map(({ severity, code }) => (severity === "info" ? code : `${severity} ${code}`))),
    counted(each.requests.map(({ outcome }) => outcome)),
  ]);
  const widths = head.map((title, column) => Math.max(title.length, ...lines.map((line) => line[column]?.length ?? 0)));
  const printed = [head, ...lines].map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const [title = "", ...rows] = printed;
  return [title, ...rows.flatMap((row, index) => [row, ...(verbose ? detailsOf(all[index]) : [])])].map((line) => `${line}\n`).join("");
}

function counted(words: readonly string[]): string {
  const times = new Map<string, number>();
  for (const word of words) times.set(word, (times.get(word) ?? 0) + 1);
  return [...times].map(([word, count]) => `${count} ${word}`).join(", ");
}

function detailsOf(each: Checked | undefined): readonly string[] {
  return [
    ...(each?.diagnostics ?? []).map(
      ({ range, severity, code, message }) => `    ${range.line}:${range.column} ${severity}: ${message} [${code}]`,
    ),
    ...(each?.requests ?? []).map(
      ({ service, port, door, to, outcome, because }) => `    ${service} ${port} by ${door} ${to}: ${outcome}, ${because}`,
    ),
  ];
}

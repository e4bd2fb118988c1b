/** `kubehop reach`: who can reach a Service, by which way, and what becomes of the others. */
import type { EndView } from "../core/simulation/ends.ts";
import { feltAs } from "../core/simulation/felt.ts";
import type { ReachCell, ReachPort, ReachRow, ReachSource, ReachView, ReachWay } from "../core/simulation/reach-types.ts";
import {
  cellLines,
  cellText,
  portText,
  seenWords,
  sourceKindText,
  sourceNames,
  stoppedText,
  wayKindText,
  wayText,
} from "../core/simulation/reach-words.ts";
import type { Simulation } from "../core/simulation/simulation.ts";
import { UsageError, flagOption, requiredOption, textOption } from "./arguments.ts";
import { clusterOf, type CommandInput, type CommandOutput } from "./cluster.ts";

export function reach(input: CommandInput): CommandOutput {
  const { files, service } = questionOf(input);
  const simulation = clusterOf(input, files);
  const view = simulation.whoCanReach(service);
  if ("error" in view) throw noSuchService(simulation, service);
  return { json: jsonOf(view), text: textOf(view, flagOption(input.options, "explain")), exit: 0 };
}

/** `FILE… SERVICE`; in a batch request the Service is an option. */
function questionOf({ options, positionals, objects }: CommandInput): { readonly files: readonly string[]; readonly service: string } {
  const isOption = objects !== undefined || textOption(options, "service") !== undefined;
  const name = isOption ? requiredOption(options, "service") : (positionals.at(-1) ?? "");
  const files = isOption ? positionals : positionals.slice(0, -1);
  if (name === "" || (files.length === 0 && objects === undefined)) throw new UsageError("reach takes FILE… SERVICE");
  const bare = name.replace(/^(svc|service)\//i, "");
  return { files, service: bare.includes("/") ? bare : `default/${bare}` };
}

function noSuchService(simulation: Simulation, service: string): UsageError {
  const names = simulation.view().services.map(({ key }) => key);
  return new UsageError(`there is no Service ${service}; there are ${names.join(", ")}`);
}

// ---- JSON -----------------------------------------------------------------------------------------------------------

function jsonOf({ service, says, ports, notes }: ReachView): unknown {
  return { service, says, ports: ports.map(portJson), notes };
}

function portJson({ name, protocol, port, ways, rows }: ReachPort): unknown {
  return { name, protocol, port, ways: ways.map(wayJson), rows: rows.map(rowJson) };
}

function wayJson({ kind, to, family, node, others, unasked }: ReachWay): unknown {
  return { kind, to, family, node, others: others.map((other) => other.to), unasked };
}

function rowJson({ source, others, unasked, cells }: ReachRow): unknown {
  return {
    kind: source.kind,
    from: senderText(source),
    node: source.node,
    others: others.map(senderText),
    unasked,
    cells: cells.map(cellJson),
  };
}

/** As `--from` takes it; null: nobody, one that was imagined. */
function senderText({ sender }: ReachSource): string | null {
  if (sender === null) return null;
  if (sender.kind === "pod") return sender.pod;
  return sender.kind === "node" ? `node/${sender.node}` : sender.id;
}

function cellJson(cell: ReachCell | null): unknown {
  if (cell === null) return null;
  if (cell.kind === "says") return { to: cell.to, word: "not-sent", says: cell.says, ends: [] };
  return { to: cell.to, word: cell.word, ends: cell.ends.map(endJson) };
}

function endJson(end: EndView): unknown {
  const { probability, endpoint, pod, node, source, by } = end;
  return {
    probability,
    felt: feltAs(end),
    endpoint,
    pod,
    node,
    sourceSeen: source.address,
    sourceOf: source.whose === "node" ? `node/${source.node ?? ""}` : source.whose,
    because: by === null ? null : stoppedText(by),
  };
}

// ---- text -----------------------------------------------------------------------------------------------------------

function textOf(view: ReachView, explain: boolean): string {
  const parts = [
    ...(view.says === null ? [] : [[view.says]]),
    ...view.ports.map((port) => [`${view.service} port ${portText(port)}`, "", ...table(port), ...(explain ? explained(port) : [])]),
    ...(view.notes.length === 0 ? [] : [view.notes]),
  ];
  return `${parts.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

/** Each row in two lines: what happens, and whose address is seen. */
function table({ ways, rows }: ReachPort): readonly string[] {
  const head = [
    ["FROM", ...ways.map(({ kind }) => wayKindText(kind))],
    ["", ...ways.map(wayText)],
  ];
  const body = rows.flatMap((row) => [
    [sourceKindText(row.source.kind), ...row.cells.map(cellText)],
    [`  ${sourceNames(row)}`, ...row.cells.map((cell) => (seenWords(cell) === "" ? "" : `  seen as ${seenWords(cell)}`))],
  ]);
  const lines = [...head, ...body];
  const widths = (lines[0] ?? []).map((_, c) => Math.max(...lines.map((cells) => (cells[c] ?? "").length)));
  return lines.map((cells) =>
    cells
      .map((cell, c) => cell.padEnd(widths[c] ?? 0))
      .join("   ")
      .trimEnd(),
  );
}

function explained({ ways, rows }: ReachPort): readonly string[] {
  return rows.flatMap((row) =>
    row.cells.flatMap((cell, c) => {
      const way = ways[c];
      if (cell === null || way === undefined) return [];
      return [
        "",
        `${sourceKindText(row.source.kind)}, ${sourceNames(row)} -> ${wayKindText(way.kind)} ${cell.to}`,
        ...cellLines(cell).map((line) => `  ${line}`),
      ];
    }),
  );
}

/**
 * Makes one of what is the same: node ports at which every sender meets the same, and senders of one kind to whom the same
 * happens at every way. "The same" is seen from where one stands: "the node whose port it is", "the sender's own node",
 * "the sender itself", so that twelve nodes are one line.
 */
import { byText, type EndView } from "./ends.ts";
import type { ReachCell, ReachRow, ReachSource, ReachWay } from "./reach-types.ts";

export interface Column {
  readonly way: ReachWay;
  /** For how many other nodes this one stands. */
  readonly unasked: number;
}

export interface Line {
  readonly source: ReachSource;
  /** Others for whom this one stands. */
  readonly unasked: readonly ReachSource[];
  readonly cells: readonly (ReachCell | null)[];
}

/** Columns first: what a column does is a matter of all lines. */
export function fold(
  columns: readonly Column[],
  lines: readonly Line[],
): { readonly ways: readonly ReachWay[]; readonly rows: readonly ReachRow[] } {
  const every = new Set(lines.flatMap(({ cells }) => cells.flatMap(deliveredTo)));
  const texts = lines.map((line) => line.cells.map((cell, c) => cellText(cell, line.source, columns[c]?.way ?? null, every)));
  const groups = grouped(
    columns.map(({ way }, c) => (way.kind === "node-port" ? `${way.family} ${texts.map((row) => row[c]).join("\n")}` : `${c}`)),
  );
  const ways = groups.flatMap((members) => oneWay(columns, members));
  const kept = groups.flatMap(([first]) => (first === undefined ? [] : [first]));
  const rows = grouped(
    lines.map(({ source }, l) => `${source.kind} ${source.sender === null} ${kept.map((c) => texts[l]?.[c]).join("\n")}`),
  );
  return { ways, rows: rows.flatMap((members) => oneRow(lines, members, kept)) };
}

/** Positions with the same text, in the order in which the texts come. */
function grouped(texts: readonly string[]): readonly (readonly number[])[] {
  const groups = new Map<string, number[]>();
  texts.forEach((text, position) => {
    const group = groups.get(text);
    if (group === undefined) groups.set(text, [position]);
    else group.push(position);
  });
  return [...groups.values()];
}

function oneWay(columns: readonly Column[], members: readonly number[]): readonly ReachWay[] {
  const all = members.flatMap((member) => columns[member] ?? []);
  const [first, ...rest] = all;
  if (first === undefined) return [];
  const others = rest.map(({ way }) => ({ node: way.node ?? "", to: way.to }));
  return [{ ...first.way, others, unasked: all.reduce((sum, { unasked }) => sum + unasked, 0) }];
}

function oneRow(lines: readonly Line[], members: readonly number[], kept: readonly number[]): readonly ReachRow[] {
  const all = members.flatMap((member) => lines[member] ?? []);
  const [first, ...rest] = all;
  if (first === undefined) return [];
  const unasked = all.flatMap((line) => line.unasked);
  const others = [...rest.map(({ source }) => source), ...unasked];
  return [{ source: first.source, others, unasked: unasked.length, cells: kept.map((c) => first.cells[c] ?? null) }];
}

// ---- the text of a cell ---------------------------------------------------------------------------------------------

function deliveredTo(cell: ReachCell | null): readonly string[] {
  return cell?.kind === "ends" ? cell.ends.filter(({ kind }) => kind === "delivered").map(({ endpoint }) => endpoint) : [];
}

function cellText(cell: ReachCell | null, from: ReachSource, way: ReachWay | null, every: ReadonlySet<string>): string {
  if (cell === null) return "";
  if (cell.kind === "says") return cell.says;
  const groups = new Map<string, EndView[]>();
  for (const end of cell.ends) {
    const key = `${end.kind} from ${sourceText(end, from, way)} by ${stoppedText(end, from, way)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [end]);
    else group.push(end);
  }
  const others = new Set(every);
  for (const { pod, endpoint } of cell.ends) if (pod === from.name) others.delete(endpoint);
  return [...groups]
    .map(([key, ends]) => `${key} ${endpointsText(ends, from, way, { others })} ${sharesText(ends)}`)
    .sort()
    .join("; ");
}

function sourceText({ source }: EndView, from: ReachSource, way: ReachWay | null): string {
  if (source.whose === "client" && source.node === null) return "the client";
  return `${source.whose === "node" ? "" : source.address} ${nodeText(source.node, from, way)}`;
}

function nodeText(node: string | null, from: ReachSource, way: ReachWay | null): string {
  if (node === null) return "";
  if (way?.node === node) return "the node of the port";
  return from.node === node ? "the sender's node" : node;
}

function stoppedText({ by, endpoint, pod }: EndView, from: ReachSource, way: ReachWay | null): string {
  if (by === null) return "";
  const node = by.kind === "port" ? null : by.node;
  const who = node === null ? "" : nodeText(node, from, way);
  switch (by.kind) {
    case "port":
      return `port ${pod === null ? endpoint.slice(endpoint.lastIndexOf(":")) : ""}`;
    case "network-policy":
      return `policy ${by.stop.direction} ${by.stop.policies}`;
    case "rule":
      return `rule ${who} ${by.rule.text}`;
    case "link":
    case "node":
    case "unmodelled":
      return `${by.kind} ${by.kind === "node" ? who : byText({ ...by, node: who })}`;
  }
}

interface Endpoints {
  /** All that anybody reaches, the sender itself aside. */
  readonly others: ReadonlySet<string>;
}

/** Which endpoints, seen from the sender and the way: "all but itself", "2 on the node of the port", else by address. */
function endpointsText(ends: readonly EndView[], from: ReachSource, way: ReachWay | null, endpoints: Endpoints): string {
  if (way?.kind !== "pods" && ends.every(({ translated }) => !translated)) return "as sent";
  const itself = ends.some(({ pod }) => pod === from.name) ? "itself and " : "";
  const rest = ends.filter(({ pod }) => pod !== from.name);
  if (rest.length === endpoints.others.size && rest.every(({ endpoint }) => endpoints.others.has(endpoint))) return `${itself}all others`;
  if (way !== null && way.node !== null && rest.every(({ node }) => node === way.node))
    return `${itself}${rest.length} on the node of the port`;
  if (from.node !== null && rest.every(({ node }) => node === from.node)) return `${itself}${rest.length} on the sender's node`;
  return (
    itself +
    rest
      .map(({ endpoint }) => endpoint)
      .sort()
      .join()
  );
}

function sharesText(ends: readonly EndView[]): string {
  return ends
    .map(({ probability }) => Math.round(probability * 1e6))
    .sort((a, b) => a - b)
    .join();
}

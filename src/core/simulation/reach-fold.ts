/**
 * Makes one of what is the same: node ports at which every sender meets the same, and senders of one kind to whom the same
 * happens at every way. "The same" is seen from where one stands: "the node whose port it is", "the sender's own node",
 * "the sender itself", so that twelve nodes are one line. At its own node's port a sender may meet something else than at
 * any other node's; then that is a way of its own.
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

/** A way of the folded matrix, with its cells and their texts line by line. */
interface Strip {
  readonly way: ReachWay;
  readonly cells: readonly Cell[];
}

interface Cell {
  readonly cell: ReachCell | null;
  readonly text: string;
}

/** Ways first: whether two are alike is a matter of all lines. */
export function fold(
  columns: readonly Column[],
  lines: readonly Line[],
): { readonly ways: readonly ReachWay[]; readonly rows: readonly ReachRow[] } {
  const every = new Set(lines.flatMap(({ cells }) => cells.flatMap(deliveredTo)));
  const all = columns.map((column, c): Strip => {
    const cells = lines.map(({ source, cells }) => ({
      cell: cells[c] ?? null,
      text: cellText(cells[c] ?? null, source, column.way, every),
    }));
    return { way: { ...column.way, unasked: column.unasked }, cells };
  });
  const strips = foldWays(all, lines);
  const rows = grouped(
    lines.map(({ source }, l) => `${source.kind} ${source.sender === null} ${strips.map(({ cells }) => cells[l]?.text).join("\n")}`),
  );
  return { ways: strips.map(({ way }) => way), rows: rows.flatMap((members) => oneRow(lines, members, strips)) };
}

// ---- ways -----------------------------------------------------------------------------------------------------------

/** Node ports of one family become as few ways as they can; they stand where the first of them stood. */
function foldWays(all: readonly Strip[], lines: readonly Line[]): readonly Strip[] {
  const done = new Set<string>();
  return all.flatMap((strip): readonly Strip[] => {
    const { kind, family } = strip.way;
    if (kind !== "node-port") return [strip];
    if (done.has(family)) return [];
    done.add(family);
    return foldNodePorts(
      all.filter(({ way }) => way.kind === "node-port" && way.family === family),
      lines,
    );
  });
}

function foldNodePorts(ports: readonly Strip[], lines: readonly Line[]): readonly Strip[] {
  const simple = merged(ports, () => false);
  if (simple.length === 1 || ports.length < 2) return simple;
  const isOwn = ({ way }: Strip, l: number): boolean => way.node !== null && lines[l]?.source.node === way.node;
  const apart = merged(ports, isOwn);
  if (apart.length >= simple.length) return simple;
  return [...apart, ownPort(ports, lines, isOwn)];
}

/** Ports at which the same happens, those cells aside that say where the sender is itself. */
function merged(ports: readonly Strip[], isAside: (strip: Strip, line: number) => boolean): readonly Strip[] {
  const groups: { readonly members: Strip[]; cells: Cell[]; asides: boolean[] }[] = [];
  for (const port of ports) {
    const asides = port.cells.map((_, l) => isAside(port, l));
    const group = groups.find((each) =>
      each.cells.every(({ text }, l) => each.asides[l] === true || asides[l] === true || text === port.cells[l]?.text),
    );
    if (group === undefined) {
      groups.push({ members: [port], cells: [...port.cells], asides });
      continue;
    }
    group.members.push(port);
    port.cells.forEach((cell, l) => {
      if (group.asides[l] === true && asides[l] !== true) group.cells[l] = cell;
    });
    group.asides = group.asides.map((aside, l) => aside && asides[l] === true);
  }
  return groups.flatMap(({ members: [first, ...rest], cells }) => (first === undefined ? [] : [{ way: oneWay(first, rest), cells }]));
}

function oneWay({ way }: Strip, rest: readonly Strip[]): ReachWay {
  const others = rest.map((other) => ({ node: other.way.node ?? "", to: other.way.to }));
  return { ...way, others, unasked: [way, ...rest.map((other) => other.way)].reduce((sum, { unasked }) => sum + unasked, 0) };
}

function ownPort(ports: readonly Strip[], lines: readonly Line[], isOwn: (strip: Strip, line: number) => boolean): Strip {
  const cells = lines.map((_, l) => ports.find((port) => isOwn(port, l))?.cells[l] ?? { cell: null, text: "" });
  const [first] = ports;
  if (first === undefined) throw new Error("no node ports");
  return { way: { ...first.way, kind: "own-node-port", to: "", address: null, node: null, others: [], unasked: 0 }, cells };
}

// ---- rows -----------------------------------------------------------------------------------------------------------

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

function oneRow(lines: readonly Line[], members: readonly number[], strips: readonly Strip[]): readonly ReachRow[] {
  const all = members.flatMap((member) => lines[member] ?? []);
  const [first, ...rest] = all;
  const [position] = members;
  if (first === undefined || position === undefined) return [];
  const unasked = all.flatMap((line) => line.unasked);
  const others = [...rest.map(({ source }) => source), ...unasked];
  return [{ source: first.source, others, unasked: unasked.length, cells: strips.map(({ cells }) => cells[position]?.cell ?? null) }];
}

// ---- the text of a cell ---------------------------------------------------------------------------------------------

function deliveredTo(cell: ReachCell | null): readonly string[] {
  return cell?.kind === "ends" ? cell.ends.filter(({ by }) => by === null).map(({ endpoint }) => endpoint) : [];
}

/** From where the ends of a cell are looked at. */
interface Standpoint {
  readonly from: ReachSource;
  readonly way: ReachWay;
  /** Everybody that anybody reaches, the sender itself aside: `ip:port` → its node. */
  readonly others: ReadonlyMap<string, string | null>;
}

function cellText(cell: ReachCell | null, from: ReachSource, way: ReachWay, every: ReadonlySet<string>): string {
  if (cell === null) return "";
  if (cell.kind === "says") return cell.says;
  const others = new Map<string, string | null>([...every].map((endpoint) => [endpoint, null]));
  for (const { endpoint, node, pod } of cell.ends) {
    if (pod === from.name) others.delete(endpoint);
    else if (others.has(endpoint)) others.set(endpoint, node);
  }
  const standpoint = { from, way, others };
  const groups = new Map<string, EndView[]>();
  for (const end of cell.ends) {
    // What is stopped on the way is seen by nobody.
    const seen = end.by === null || end.by.kind === "port" ? sourceText(end, standpoint) : "";
    const key = `${end.kind} from ${seen} by ${stoppedText(end, standpoint)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [end]);
    else group.push(end);
  }
  return [...groups]
    .map(([key, ends]) => `${key} ${endpointsText(ends, standpoint)} ${sharesText(ends)}`)
    .sort()
    .join("; ");
}

/** A masquerade says whose address it took, also where that is the sender's own. */
function sourceText({ source, masqueraded }: EndView, standpoint: Standpoint): string {
  if (source.whose === "client" && !(masqueraded && source.node !== null)) return "the client";
  return source.node === null ? source.address : nodeText(source.node, standpoint);
}

function nodeText(node: string, { from, way }: Standpoint): string {
  if (way.node === node) return "the node of the port";
  return from.node === node ? "the sender's node" : node;
}

function stoppedText({ by, endpoint, pod }: EndView, standpoint: Standpoint): string {
  if (by === null) return "";
  if (by.kind === "port") return `port ${pod === null ? endpoint.slice(endpoint.lastIndexOf(":")) : ""}`;
  const who = by.node === null ? "" : nodeText(by.node, standpoint);
  switch (by.kind) {
    case "way-back":
      return "no way back";
    case "network-policy":
      return `policy ${by.stop.direction} ${by.stop.policies}`;
    case "rule":
      return `rule ${who} ${by.rule.text}`;
    case "link":
    case "node":
    case "unmodelled":
      return byText({ ...by, node: who });
  }
}

/** Which endpoints, seen from the sender and the way: "all others", "2 on the node of the port", else by address. */
function endpointsText(ends: readonly EndView[], { from, way, others }: Standpoint): string {
  if (way.kind !== "pods" && ends.every(({ translated }) => !translated)) return "as sent";
  const itself = ends.some(({ pod }) => pod === from.name) ? "itself and " : "";
  const rest = ends.filter(({ pod }) => pod !== from.name);
  const isAll = (wanted: readonly string[]): boolean =>
    rest.length === wanted.length && rest.every(({ endpoint }) => wanted.includes(endpoint));
  const elsewhere = (node: string): readonly string[] => [...others].flatMap(([endpoint, on]) => (on === node ? [] : [endpoint]));
  if (isAll([...others.keys()])) return `${itself}all others`;
  for (const [node, name] of [[way.node, "the node of the port"] as const, [from.node, "the sender's node"] as const]) {
    if (node === null) continue;
    if (rest.every((end) => end.node === node)) return `${itself}${rest.length} on ${name}`;
    if (isAll(elsewhere(node))) return `${itself}all that are not on ${name}`;
  }
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

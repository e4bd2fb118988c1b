/** The matrix of who can reach a Service in words: labels of rows and columns, what a cell says in short and in full, Markdown. */
import { unreachable } from "../base/names.ts";
import { policyText } from "../base/policy-stop.ts";
import type { LostReason } from "../network/trace.ts";
import type { EndView, SourceSeen, StoppedBy } from "./ends.ts";
import type { ReachCell, ReachPort, ReachRow, ReachSource, ReachView, ReachWay, ReachWord, SourceKind, WayKind } from "./reach-types.ts";

const SOURCES: { readonly [kind in SourceKind]: string } = {
  endpoint: "Endpoint itself",
  "pod-beside-endpoint": "Pod beside an endpoint",
  "pod-elsewhere": "Pod on another node",
  "pod-other-namespace": "Pod in another namespace",
  "node-with-endpoint": "Node with an endpoint",
  "node-elsewhere": "Node without one",
  "control-plane": "Control-plane node",
  outside: "Outside",
};

const WAYS: { readonly [kind in WayKind]: string } = {
  "cluster-ip": "ClusterIP",
  pods: "Pods by name",
  "node-port": "Node port",
  "own-node-port": "Its own node's port",
  localhost: "Node port, localhost",
  "load-balancer": "Load balancer",
  "external-ip": "External IP",
};

const FEELS: { readonly [word in ReachWord]: string } = {
  reaches: "reaches",
  sometimes: "at times",
  refused: "refused",
  unreachable: "unreachable",
  dropped: "dropped",
};

const LOST: { readonly [why in LostReason]: string } = {
  "no-route": "no route leads there",
  "nobody-has-the-address": "nobody has the address",
  "hop-limit": "it goes round in circles",
  "pod-gone": "the Pod is gone",
  "node-down": "the node is down",
  "no-healthy-node": "no healthy node",
  "source-not-allowed": "not in the source ranges",
};

/** So many letters of names are written out. */
const SHORT = 32;

export function sourceKindText(kind: SourceKind): string {
  return SOURCES[kind];
}

export function wayKindText(kind: WayKind): string {
  return WAYS[kind];
}

/** `default/client and 3 more`, `node-1`. */
export function sourceNames({ source, others }: Pick<ReachRow, "source" | "others">): string {
  const name = shortName(source);
  if (others.length === 0) return name;
  const all = [name, ...others.map(shortName)].join(", ");
  return all.length <= SHORT ? all : `${name} and ${others.length} more`;
}

function shortName({ name, sender }: ReachSource): string {
  return sender === null ? `${name} (imagined)` : name.replace(/^default\//, "");
}

/** `10.96.0.10:80`, `node-1:30080 and 2 more`. */
export function wayText({ kind, to, node, port, others, unasked }: ReachWay): string {
  if (kind === "own-node-port") return `:${port}`;
  if (kind !== "node-port" || node === null) return to;
  const more = others.length + unasked;
  return more === 0 ? `${node}:${port}` : `${node}:${port} and ${more} more`;
}

/** In one or two words: `3 endpoints`, `67% arrive`, `policy deny`. Beside it stands the word of what the client feels. */
export function cellShort(cell: ReachCell): string {
  if (cell.kind === "says") return cell.says;
  const arriving = cell.ends.filter(({ by }) => by === null);
  if (cell.word === "reaches") return plural(new Set(arriving.map(({ endpoint }) => endpoint)).size, "endpoint");
  if (cell.word === "sometimes") return `${percentText(arriving.reduce((sum, { probability }) => sum + probability, 0))} arrive`;
  const first = cell.ends.find(({ by }) => by !== null)?.by ?? null;
  return first === null ? "" : stoppedShort(first);
}

export function feelsText(word: ReachWord): string {
  return FEELS[word];
}

/** One line for each end: its share, who answers and whose address it sees, or what stopped it. */
export function cellLines(cell: ReachCell): readonly string[] {
  return cell.kind === "says" ? [cell.says] : cell.ends.map(endLine);
}

function endLine(end: EndView): string {
  const share = percentText(end.probability);
  const who = end.pod ?? end.endpoint;
  const at = end.pod === null ? "" : ` at ${end.endpoint}`;
  if (end.by === null) return `${share} ${who}${at}, which sees ${seenText(end.source)}`;
  const on = end.translated ? ` on the way to ${who}` : "";
  if (end.by.kind === "way-back") return `${share} ${who}${at} gets it, but ${stoppedText(end.by)}`;
  return `${share} ${feelsOf(end)}${on}: ${stoppedText(end.by)}`;
}

function feelsOf({ kind }: EndView): string {
  switch (kind) {
    case "rejected":
      return "refused";
    case "unmodelled":
      return "not modelled";
    default:
      return kind;
  }
}

/** `node-1's address 192.168.10.11`. */
export function seenText({ address, whose, node }: SourceSeen): string {
  switch (whose) {
    case "client":
      return `the client's own address ${address}`;
    case "node":
      return `${node ?? "a node"}'s address ${address}`;
    case "balancer":
      return `the load balancer's address ${address}`;
    case "other":
      return address;
  }
}

/** What stopped it, in a sentence without its end. */
export function stoppedText(by: StoppedBy): string {
  switch (by.kind) {
    case "rule":
      return `a rule of ${by.node}, ${by.rule.table} ${by.rule.text}`;
    case "network-policy":
      return `${policyText(by.stop)} ${by.stop.direction === "in" ? `does not let it in to ${by.stop.pod}` : `does not let ${by.stop.pod} send it`}`;
    case "node":
      return `${by.node} drops it without a rule`;
    case "link":
      return `${LOST[by.why]}${by.node === null ? "" : ` (${by.node})`}`;
    case "way-back":
      return `the answer comes back past the node that translated the address, as from ${by.from}, or gets lost`;
    case "port":
      return `nobody listens at ${by.at}`;
    case "unmodelled":
      return `${by.node} meets what is not modelled: ${by.what}`;
    default:
      return unreachable(by);
  }
}

/** The same in two or three words: `policy deny`, `no endpoints`. */
export function stoppedShort(by: StoppedBy): string {
  switch (by.kind) {
    case "rule":
      return ruleShort(by.rule.text, by.rule.chain);
    case "network-policy":
      return `policy ${by.stop.policies}`;
    case "node":
      return "by the node";
    case "link":
      return LOST[by.why];
    case "way-back":
      return "answer lost";
    case "port":
      return "closed port";
    case "unmodelled":
      return "not modelled";
    default:
      return unreachable(by);
  }
}

/** kube-proxy says in its comments why it stops a packet: `"default/web:http has no endpoints"`. */
function ruleShort(text: string, chain: string): string {
  const comment = /--comment "?([^"]*?)"?(?: -|$)/.exec(text)?.[1] ?? "";
  if (comment.endsWith("has no endpoints")) return "no endpoints";
  if (comment.endsWith("has no local endpoints")) return "no local endpoint";
  if (chain === "KUBE-PROXY-FIREWALL" || comment.includes(" traffic not accepted by ")) return "source ranges";
  return comment === "" ? `rule in ${chain}` : comment.replace(/^\S+\/\S+ /, "");
}

/** 1/3 is 33.3%. */
export function percentText(share: number): string {
  const tenths = Math.round(share * 1000) / 10;
  return `${Number.isInteger(tenths) ? tenths : tenths.toFixed(1)}%`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

// ---- as text --------------------------------------------------------------------------------------------------------

/** `dropped, policy deny`. */
export function cellText(cell: ReachCell | null): string {
  if (cell === null) return "";
  return cell.kind === "says" ? cell.says : `${feelsText(cell.word)}, ${cellShort(cell)}`;
}

/** What endpoints of the cell see, each once: `the client's own address`, `node-1's address`. */
export function seenWords(cell: ReachCell | null): string {
  if (cell?.kind !== "ends") return "";
  const seen = cell.ends.flatMap(({ by, source }) => (by === null ? [whoseText(source)] : []));
  return [...new Set(seen)].join(" or ");
}

function whoseText({ whose, node, address }: SourceSeen): string {
  switch (whose) {
    case "client":
      return "the client";
    case "node":
      return node ?? "a node";
    case "balancer":
      return "the load balancer";
    case "other":
      return address;
  }
}

/** The whole answer as Markdown: a table for each port, and what its readers must know. */
export function reachMarkdown(view: ReachView): string {
  const blocks = [
    `## Who can reach ${view.service}`,
    ...(view.says === null ? [] : [view.says]),
    ...view.ports.map(portMarkdown),
    ...(view.notes.length === 0 ? [] : [view.notes.map((note) => `- ${note}`).join("\n")]),
  ];
  return `${blocks.join("\n\n")}\n`;
}

export function portText({ name, port, protocol }: Pick<ReachPort, "name" | "port" | "protocol">): string {
  return `${name === "" ? "" : `${name} `}${port}/${protocol}`;
}

function portMarkdown(port: ReachPort): string {
  const head = ["From", ...port.ways.map((way) => `${wayKindText(way.kind)} ${code(wayText(way))}`)];
  const rows = port.rows.map((row) => [`${sourceKindText(row.source.kind)}: ${sourceNames(row)}`, ...row.cells.map(markdownCell)]);
  const lines = [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.map(escaped).join(" | ")} |`);
  return [`### Port ${portText(port)}`, lines.join("\n")].join("\n\n");
}

function markdownCell(cell: ReachCell | null): string {
  const seen = seenWords(cell);
  return `${cellText(cell)}${seen === "" ? "" : ` (seen as ${seen})`}`;
}

function code(text: string): string {
  return `\`${text}\``;
}

function escaped(text: string): string {
  return text.replaceAll("|", "\\|");
}

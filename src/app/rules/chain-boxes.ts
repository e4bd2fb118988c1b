/** What stands in a box of the graph and on its edges, and how much room that takes. Pure, in px. */
import type { ClusterView } from "../../core/simulation/view.ts";
import { addressOf, thingAtAddress } from "../linked/holders.ts";
import { count, plural, podName } from "../state/format.ts";
import { serviceOfPort } from "../state/focus.ts";
import { odds } from "../inspector/walk.ts";
import type { ChainBand, ChainEdge, ChainEnd, ChainNode, FoldNode } from "./chain-graph.ts";
import { layOut, type Layout } from "./chain-layout.ts";

export interface BoxLine {
  readonly text: string;
  readonly kind: "name" | "words" | "service" | "rewrite" | "stop" | "machine";
  /** The packet met it. */
  readonly lit: boolean;
}

export interface Box {
  readonly node: ChainNode | FoldNode;
  readonly lines: readonly BoxLine[];
  /** What a screen reader says. */
  readonly said: string;
}

export interface BandPicture {
  readonly band: ChainBand;
  readonly boxes: ReadonlyMap<string, Box>;
  readonly labels: ReadonlyMap<string, EdgeLabel>;
  readonly layout: Layout;
}

export interface EdgeLabel {
  /** Above the line: the odds, or what a packet must be. */
  readonly above: string;
  /** Below it: how many packets went there. */
  readonly below: string;
}

export interface BoxStyle {
  /** Names are cut, and edges say their odds only: for a narrow panel. */
  readonly compact: boolean;
}

const MONO = 6.65;
const UI = 6.1;
const LINE = 17;
const PAD_X = 22;
const PAD_Y = 12;

/** What a built-in chain is asked about. */
const HOOKS = {
  PREROUTING: "packets that arrive",
  INPUT: "for the node itself",
  FORWARD: "on the way through",
  OUTPUT: "made on the node",
  POSTROUTING: "packets that leave",
} as const;

export function bandPicture(band: ChainBand, cluster: ClusterView, style: BoxStyle): BandPicture {
  const boxes = new Map(band.nodes.map((node) => [node.id, boxOf(node, band, cluster, style)] as const));
  const labels = new Map(band.edges.map((edge) => [edge.id, labelOf(edge, style)] as const));
  const layout = layOut(
    band.nodes.map(({ id }) => ({ id, ...sizeOf(boxes.get(id)?.lines ?? []) })),
    band.edges.map(({ id, from, to }) => ({ id, from, to, labelWidth: labelWidth(labels.get(id)) })),
    style.compact ? 32 : 52,
  );
  return { band, boxes, labels, layout };
}

function sizeOf(lines: readonly BoxLine[]): { readonly width: number; readonly height: number } {
  const wide = lines.map(
    ({ text, kind }) =>
      text.length * (kind === "words" || kind === "service" ? UI : MONO) + (kind === "rewrite" || kind === "stop" ? 22 : 0),
  );
  return { width: Math.ceil(Math.max(76, ...wide) + PAD_X), height: PAD_Y + LINE * lines.length };
}

function labelWidth(label: EdgeLabel | undefined): number {
  return label === undefined ? 0 : Math.ceil(Math.max(label.above.length, label.below.length) * UI);
}

function labelOf({ share, when, packets, rules }: ChainEdge, { compact }: BoxStyle): EdgeLabel {
  const above = share !== null ? odds(share) : compact ? "" : when;
  return { above, below: rules.length === 0 && packets === 0 ? "" : count(packets) };
}

function boxOf(node: ChainNode | FoldNode, band: ChainBand, cluster: ClusterView, style: BoxStyle): Box {
  if (node.kind === "fold") {
    const text = `${count(node.chains)} more ${node.chains === 1 ? "chain" : "chains"}`;
    return { node, lines: [{ text, kind: "words", lit: false }], said: `${text} behind ${nameOf(node.of)}: show them` };
  }
  const lines: BoxLine[] = [{ text: style.compact ? shortName(node.name) : node.name, kind: "name", lit: node.walked }];
  lines.push(aboutOf(node, cluster));
  const ends = endLines(node.ends);
  const said = saidOf(node, band, [...lines, ...ends]);
  // In a narrow panel the marker and the address say it; the chain's rules say it in full.
  const shown = style.compact ? ends.map((line) => ({ ...line, text: line.text.replace(/^[DS]NAT to /, "") })) : ends;
  return { node, lines: [...lines, ...shown], said };
}

/** `KUBE-SVC-LOLE4ISW44XBNF3G` → `KUBE-SVC-LOLE…` */
function shortName(name: string): string {
  return name.replace(/^(KUBE-[A-Z]+-[A-Z0-9]{4})[A-Z0-9]{12}$/, "$1…");
}

function aboutOf({ name, hook, origin, rules, ends }: ChainNode, cluster: ClusterView): BoxLine {
  const words = (text: string): BoxLine => ({ text, kind: "words", lit: false });
  if (hook !== null) return words(HOOKS[hook]);
  if (origin?.endpoint !== undefined) {
    const holder = thingAtAddress(cluster, addressOf(origin.endpoint));
    return words(holder?.kind === "pod" ? podName(cluster, holder.key) : holder?.kind === "node" ? holder.name : origin.endpoint);
  }
  if (origin !== null && /^KUBE-(SVC|SVL|EXT|FW|XLB)-/.test(name)) {
    const port = origin.servicePort.slice(serviceOfPort(origin.servicePort).length).replace(/^:/, ", ");
    return {
      text: `${serviceOfPort(origin.servicePort).split("/")[1] ?? ""}${port}${PURPOSES[name.slice(5, 8)] ?? ""}`,
      kind: "service",
      lit: false,
    };
  }
  const [only] = ends;
  if (rules === 1 && only?.kind === "other") return words(only.text);
  return words(rules === 0 ? "no rules" : plural(rules, "rule"));
}

/** What the kinds of a Service's chains are for, where it is not plain. */
const PURPOSES: Readonly<Record<string, string>> = { EXT: ", from outside", SVL: ", on this node", "FW-": ", allowed sources" };

/** Ends that rewrite or stop, those that the packet met first; of many alike their number. */
function endLines(ends: readonly ChainEnd[]): readonly BoxLine[] {
  const telling = ends.filter(({ kind }) => kind !== "other");
  const met = telling.filter(({ walked }) => walked);
  const rest = telling.filter(({ walked }) => !walked);
  const line = ({ text, kind, walked }: ChainEnd): BoxLine => ({ text, kind: kind === "stop" ? "stop" : "rewrite", lit: walked });
  if (telling.length <= 2) return telling.map(line);
  const [first] = rest;
  return [
    ...met.map(line),
    ...(first === undefined
      ? []
      : [{ text: `${first.text.split(" ", 1)[0]} by ${count(rest.length)} rules`, kind: "machine", lit: false } as const]),
  ];
}

const nameOf = (id: string): string => id.slice(id.indexOf(" ") + 1);

/** Everything that the box and its edges show, in words. */
function saidOf(node: ChainNode, { edges }: ChainBand, lines: readonly BoxLine[]): string {
  const out = edges.filter(({ from }) => from === node.id);
  const ways = out.map((edge) => {
    const to = edge.to.startsWith("fold ") ? "other chains" : nameOf(edge.to);
    const how = [edge.share === null ? "" : odds(edge.share), edge.when, plural(edge.packets, "packet"), edge.walked ? "taken" : ""];
    return `${to} (${how.filter((word) => word !== "").join(", ")})`;
  });
  return [
    `Chain ${node.name}, table ${node.table}`,
    ...lines
      .slice(1)
      .map(({ text, lit, kind }) => (lit ? `${text}, ${kind === "stop" ? "stopped the packet here" : "done to the packet"}` : text)),
    node.walked ? "the packet passed here" : "",
    ways.length === 0 ? "" : `hands on to ${ways.join("; ")}`,
  ]
    .filter((part) => part !== "")
    .join(". ");
}

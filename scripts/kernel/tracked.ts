/**
 * What flows leave in each node's connection tracking: both tuples, whether an answer was seen, and the state. Compared as sets
 * of shapes; left out are the client's and masqueraded ports, time-outs, and how far the end of a connection has come.
 */
import { canonicalAddress } from "../../src/core/base/address.ts";
import type { ConntrackView } from "../../src/core/network/trace.ts";
import type { NodeNet } from "../../src/core/network/topology.ts";
import type { Machines } from "./machines.ts";

/** By node. */
export type Shapes = ReadonlyMap<string, ReadonlySet<string>>;

interface Entry {
  readonly protocol: string;
  readonly state: string;
  readonly original: { readonly src: string; readonly dst: string; readonly dstPort: number };
  readonly reply: { readonly src: string; readonly srcPort: number; readonly dst: string };
  readonly assured: boolean;
  readonly seenReply: boolean;
}

const TABLE = "/proc/net/nf_conntrack";
const ENDING = ["FIN_WAIT", "CLOSE_WAIT", "LAST_ACK", "TIME_WAIT", "CLOSE"];

function shapeOf({ protocol, state, original, reply, assured, seenReply }: Entry): string {
  // A UDP flow is assured once it is two seconds old, which a probe is not.
  const isTcp = protocol === "TCP";
  const words = [
    isTcp ? (ENDING.includes(state) ? "ending" : state) : "",
    seenReply ? "" : "[UNREPLIED]",
    isTcp && assured ? "[ASSURED]" : "",
  ];
  const tuples = `${original.src} > ${original.dst} ${original.dstPort}, ${reply.src} ${reply.srcPort} > ${reply.dst}`;
  return [protocol, ...words.filter((word) => word !== ""), tuples].join(" ");
}

/** The shapes of the simulator's entries that these journeys made. */
export function simulatedShapes(
  nodes: readonly NodeNet[],
  conntrack: (node: string) => readonly ConntrackView[],
  journeys: ReadonlySet<number>,
): Shapes {
  const of = (node: string): ReadonlySet<string> =>
    new Set(
      conntrack(node)
        .filter(({ journey, protocol }) => journey !== null && journeys.has(journey) && protocol !== "ICMP")
        .map(shapeOf),
    );
  return new Map(nodes.map(({ name }) => [name, of(name)]));
}

/** The lines of each node's table now, by what does not change while a flow lives. */
export type Snapshot = ReadonlyMap<string, ReadonlyMap<string, Entry>>;

export async function snapshot(machines: Machines, nodes: Iterable<string>): Promise<Snapshot> {
  const tables = new Map<string, ReadonlyMap<string, Entry>>();
  for (const node of nodes) {
    const text = await machines.helper(`node/${node}`).read(TABLE);
    tables.set(node, new Map(text.split("\n").flatMap(readLine)));
  }
  return tables;
}

/** What is new since `before`. */
export function newShapes(before: Snapshot, after: Snapshot): Shapes {
  return new Map(
    [...after].map(([node, entries]) => [
      node,
      new Set([...entries].filter(([key]) => before.get(node)?.has(key) !== true).map(([, entry]) => shapeOf(entry))),
    ]),
  );
}

export function shapeDifferences(simulated: Shapes, kernels: Shapes): readonly string[] {
  return [...simulated].flatMap(([node, shapes]) => {
    const there = kernels.get(node) ?? new Set();
    return [
      ...[...shapes].filter((shape) => !there.has(shape)).map((shape) => `conntrack of ${node}, only simulated: ${shape}`),
      ...[...there].filter((shape) => !shapes.has(shape)).map((shape) => `conntrack of ${node}, only in the kernel: ${shape}`),
    ];
  });
}

/** `ipv4 2 tcp 6 117 TIME_WAIT src=… dst=… sport=… dport=… src=… dst=… sport=… dport=… [ASSURED] mark=0 …`; TCP and UDP only. */
export function readLine(line: string): [key: string, entry: Entry][] {
  const words = line.trim().split(/\s+/);
  const protocol = words[2]?.toUpperCase();
  if (protocol !== "TCP" && protocol !== "UDP") return [];
  const all = (name: string): string[] => words.filter((word) => word.startsWith(`${name}=`)).map((word) => word.slice(name.length + 1));
  const addresses = (name: string): string[] => all(name).map((text) => canonicalAddress(text) ?? text);
  const [src = "", replySrc = ""] = addresses("src");
  const [dst = "", replyDst = ""] = addresses("dst");
  const [sport = "", replySport = ""] = all("sport");
  const [dport = "", replyDport = ""] = all("dport");
  const entry: Entry = {
    protocol,
    state: protocol === "TCP" ? (words[5] ?? "") : "",
    original: { src, dst, dstPort: Number(dport) },
    reply: { src: replySrc, srcPort: Number(replySport), dst: replyDst },
    assured: words.includes("[ASSURED]"),
    seenReply: !words.includes("[UNREPLIED]"),
  };
  return [[[protocol, src, sport, dst, dport, replySrc, replySport, replyDst, replyDport].join(" "), entry]];
}

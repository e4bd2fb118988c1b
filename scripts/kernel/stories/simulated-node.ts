/** One node of the simulator, asked packet by packet: where a client's next packet goes at a given time. */
import { parseEndpoint } from "../../../src/core/base/address.ts";
import { randomState } from "../../../src/core/base/random.ts";
import { SECOND, type Nanos } from "../../../src/core/base/time.ts";
import { TCP_ACK, TCP_SYN } from "../../../src/core/netfilter/packet.ts";
import {
  createNodeStack,
  deleteEntries,
  setRules,
  traverse,
  type NodeStack,
  type TraverseResult,
} from "../../../src/core/netfilter/stack.ts";
import { routeAnswerer, type RouteAnswer } from "../../../src/core/network/gate.ts";
import { localAddresses, type NodeNet } from "../../../src/core/network/topology.ts";
import type { TestCluster } from "../cluster.ts";

/** Of a client: the address and port that it sends from. */
export interface Socket {
  readonly address: string;
  readonly port: number;
  readonly inInterface: string;
}

export class SimulatedNode {
  readonly #stack: NodeStack;
  readonly #node: NodeNet;
  #cluster: TestCluster;
  readonly #random = randomState(1, "stories");

  constructor(cluster: TestCluster, name: string) {
    const node = cluster.topology.nodes.get(name);
    if (node === undefined) throw new Error(`no node ${name}`);
    this.#node = node;
    this.#cluster = cluster;
    this.#stack = createNodeStack({ node: name, localAddresses: localAddresses(node) });
    this.load(cluster);
  }

  /** Its kube-proxy has synced. */
  load(cluster: TestCluster): void {
    const rules = cluster.rules.IPv4.get(this.#node.name);
    if (rules === undefined) throw new Error(`no rules for ${this.#node.name}`);
    this.#cluster = cluster;
    setRules(this.#stack, rules);
  }

  /** `10.244.1.5:8080` that the packet is for when it leaves, or how it was stopped: `reject`, `drop`. */
  send(socket: Socket, to: string, protocol: "TCP" | "UDP", seconds: number, flag: "syn" | "ack" = "syn"): string {
    const at = parseEndpoint(to);
    if (at === null) throw new Error(`no address and port: ${to}`);
    const header = { src: socket.address, srcPort: socket.port, dst: at.address, dstPort: at.port };
    const result = this.#pass(header, protocol, socket.inInterface, seconds, flag === "syn" ? TCP_SYN : TCP_ACK);
    if (result.verdict.kind === "reject" || result.verdict.kind === "drop") return result.verdict.kind;
    const { dst, dstPort, src, srcPort } = result.header;
    // Its answer, so that the entry is one that was answered.
    this.#pass(
      { src: dst, srcPort: dstPort, dst: src, dstPort: srcPort },
      protocol,
      "cni0",
      seconds,
      flag === "syn" ? TCP_SYN | TCP_ACK : TCP_ACK,
    );
    return `${dst}:${dstPort}`;
  }

  #pass(
    header: { readonly src: string; readonly srcPort: number; readonly dst: string; readonly dstPort: number },
    protocol: "TCP" | "UDP",
    inInterface: string,
    seconds: number,
    tcpFlags: number,
  ): TraverseResult<RouteAnswer> {
    const now: Nanos = Math.round(seconds * SECOND);
    const packet = { family: "IPv4" as const, protocol, ...header, ...(protocol === "TCP" ? { tcpFlags } : {}) };
    const entry = { hook: "PREROUTING" as const, inInterface };
    const route = routeAnswerer(this.#cluster, this.#node);
    return traverse(this.#stack, packet, entry, { now, random: this.#random, mode: "summary", route });
  }

  /** Deletes UDP entries for which the test holds: as kube-proxy deletes stale ones. How many. */
  forget(
    test: (entry: {
      readonly protocol: string;
      readonly dst: string;
      readonly dstPort: number;
      readonly replySrc: string;
      readonly replySrcPort: number;
    }) => boolean,
  ): number {
    return deleteEntries(this.#stack, ({ protocol, original, reply }) =>
      test({ protocol, dst: original.dst, dstPort: original.dstPort, replySrc: reply.src, replySrcPort: reply.srcPort }),
    );
  }
}

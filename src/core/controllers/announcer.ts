/**
 * MetalLB's speakers in layer 2 mode: which node answers for an address. They agree without talking: the first by SHA-256
 * of node and address among the nodes whose speaker is alive, with policy Local among those that have an endpoint.
 * (go.universe.tf/metallb speaker/layer2_controller.go, ShouldAnnounce)
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { canonicalAddress } from "../base/address.ts";
import { keyOf, list } from "../api/store.ts";
import { slicesFor } from "../api/store-index.ts";
import type { EndpointSlice, Node, Service } from "../api/types.ts";
import { DELAYS } from "./delays.ts";
import { isBackendNode } from "./load-balancer-nodes.ts";
import { conditionOf } from "./lookup.ts";
import { announcersOf } from "./metallb.ts";
import type { World } from "./world.ts";

/** The node that announces the Service's address now; null: none, so that nobody answers for it. */
export function announcerOf(world: Pick<World, "store" | "memory" | "now">, service: Service, ip: string): string | null {
  const mayAnnounce = announcersOf(world, ip);
  const serving = servingNodes(world, service);
  if (mayAnnounce === null || serving.size === 0) return null;
  const local = service.spec.externalTrafficPolicy === "Local";
  const able = list(world.store, "Node").filter(
    (node) =>
      isBackendNode(node) && isCountedOn(world, node) && mayAnnounce(node.metadata.labels) && (!local || serving.has(node.metadata.name)),
  );
  const address = canonicalAddress(ip) ?? ip;
  const order = able
    .map(({ metadata: { name } }) => ({ name, key: hex(sha256(utf8ToBytes(`${name}#${address}`))) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  return order[0]?.name ?? null;
}

/** A node that fails keeps the address until the other speakers notice; then the next in order takes it. */
function isCountedOn({ memory, now }: Pick<World, "memory" | "now">, node: Node): boolean {
  const fault = memory.nodeFaults.get(node.metadata.name);
  if (fault !== undefined) return now < fault.since + DELAYS.metallbFailover;
  return conditionOf(node, "Ready")?.status !== "False";
}

/** Nodes that have an endpoint that serves, "" for one without a node. Speakers read slices, not kube-proxy's rules. */
function servingNodes({ store }: Pick<World, "store">, service: Service): ReadonlySet<string> {
  const slices = slicesFor(store, keyOf(service)) as readonly EndpointSlice[]; // only slices bear a Service's name
  const serving = slices.flatMap(({ endpoints }) => endpoints.filter(({ conditions }) => conditions?.serving ?? conditions?.ready ?? true));
  return new Set(serving.map(({ nodeName }) => nodeName ?? ""));
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

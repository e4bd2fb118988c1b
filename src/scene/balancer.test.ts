/** A packet that comes through a load balancer: what is said of it, and what its nodes show (DESIGN 5). */
import { expect, test } from "vitest";
import type { BalancerReach, ClusterView } from "../core/simulation/view.ts";
import { choreograph } from "./choreography.ts";
import { frameAt } from "./frame.ts";
import { buildScene } from "./layout.ts";
import { PICTURE_A, clusterOf, journeyOf } from "./test-views.ts";

const ADDRESS = "198.51.100.10";
const REACH: BalancerReach = { provider: "cloud", fault: null, announcedBy: null, checks: [] };
const checked = (...healthy: readonly string[]): BalancerReach => ({
  ...REACH,
  checks: ["node-1", "node-2", "node-3"].map((node) => ({ node, healthy: healthy.includes(node), why: "" })),
});

function told(reach: BalancerReach, address = ADDRESS) {
  const plain = clusterOf(PICTURE_A);
  const view: ClusterView = {
    ...plain,
    services: plain.services.map((service) =>
      service.key === "default/web" ? { ...service, loadBalancer: { state: "ready", addresses: [ADDRESS], reach } } : service,
    ),
  };
  const toNode = journeyOf({ view, from: "external", service: "default/web", to: "default/web-9xq7", node: "node-1", lookup: false });
  const packets = toNode.packets.map((packet) => ({
    ...packet,
    // the client asks for the balancer's address, not for the node's
    hops: packet.hops.map((hop) => ({
      ...hop,
      before: hop.before.dst === "192.168.10.11" ? { ...hop.before, dst: address } : hop.before,
      after: hop.after.dst === "192.168.10.11" ? { ...hop.after, dst: address } : hop.after,
    })),
  }));
  const journey = { ...toNode, packets };
  const scene = buildScene(view, { width: 718, focus: "default/web", previous: null, arrangement: "workbench", podDetail: "address" });
  const choreography = choreograph({ journey, view, scene });
  const beat = choreography.beats.find((one) => one.title === "Reach node-1")!;
  return { beat, doors: frameAt(scene, choreography, beat.stillMs, { playing: false, rate: 1 }).doors };
}

test.each([
  [
    "a cloud, three healthy nodes",
    checked("node-1", "node-2", "node-3"),
    "The load balancer of web gives the packet to node-1, one of 3 healthy nodes.",
    ["node-1 33%", "node-2 33%", "node-3 33%"],
  ],
  [
    "a cloud, two healthy nodes",
    checked("node-1", "node-3"),
    "The load balancer of web gives the packet to node-1, one of 2 healthy nodes.",
    ["node-1 50%", "node-3 50%"],
  ],
  ["a cloud, one healthy node", checked("node-1"), "The load balancer of web gives the packet to node-1, the one healthy node.", []],
  [
    "MetalLB",
    { ...REACH, provider: "metallb" as const, announcedBy: "node-1" },
    "node-1 alone answers for the external address of web, so the packet comes to it.",
    [],
  ],
])("%s", (_who, reach, sentence, doors) => {
  const { beat, doors: shown } = told(reach);
  expect(beat.sentence).toBe(sentence);
  expect(shown.map(({ node, text }) => `${node} ${text}`)).toEqual(doors);
});

test("a packet to a node's own address is nobody's choice", () => {
  const { beat, doors } = told(checked("node-1", "node-2"), "192.168.10.11");
  expect(beat.sentence).toBe("client sends its packet to node-1, through the boundary of the cluster.");
  expect(doors).toEqual([]);
});

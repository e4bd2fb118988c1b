import { describe, expect, test } from "vitest";
import { storeOf } from "../api/stored.ts";
import { localAddresses, routeFrom, topologyOf, type Topology } from "./topology.ts";

function node(name: string, address: string, podCIDR: string, ready = "True"): unknown {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels: { "topology.kubernetes.io/zone": "zone-a" } },
    spec: { podCIDR },
    status: {
      addresses: [
        { type: "InternalIP", address },
        { type: "Hostname", address: name },
      ],
      conditions: [{ type: "Ready", status: ready }],
    },
  };
}

function pod(name: string, nodeName: string, podIP: string, more: object = {}, phase = "Running"): unknown {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default" },
    spec: { nodeName, containers: [], ...more },
    status: { phase, podIP, podIPs: [{ ip: podIP }] },
  };
}

const OUTSIDE = [{ id: "external", name: "client", address: "203.0.113.24", kind: "client" }] as const;

function two(): Topology {
  const objects = [
    node("a", "192.168.10.11", "10.244.1.0/24"),
    node("b", "192.168.10.12", "10.244.2.0/24"),
    pod("one", "a", "10.244.1.5"),
    pod("host", "a", "192.168.10.11", { hostNetwork: true }),
    pod("done", "a", "10.244.1.6", {}, "Succeeded"),
    pod("elsewhere", "b", "172.16.0.9"),
  ];
  return topologyOf(storeOf(objects), OUTSIDE);
}

describe("routes of node a", () => {
  const topology = two();
  const a = topology.nodes.get("a");
  test.each([
    ["10.244.1.5", "forward 10.244.1.0/24 dev cni0 from 10.244.1.1"],
    ["10.244.1.200", "forward 10.244.1.0/24 dev cni0 from 10.244.1.1"],
    ["10.244.2.7", "forward 10.244.2.0/24 via 192.168.10.12 dev eth0 from 192.168.10.11"],
    ["172.16.0.9", "forward 172.16.0.9/32 via 192.168.10.12 dev eth0 from 192.168.10.11"],
    ["192.168.10.12", "forward 192.168.10.0/24 dev eth0 from 192.168.10.11"],
    ["192.168.10.11", "local local dev lo from 192.168.10.11"],
    ["10.244.1.1", "local local dev lo from 10.244.1.1"],
    ["127.0.0.1", "local local dev lo from 127.0.0.1"],
    ["10.96.0.1", "forward default via 192.168.10.1 dev eth0 from 192.168.10.11"],
    ["203.0.113.24", "forward default via 192.168.10.1 dev eth0 from 192.168.10.11"],
    ["fd00::1", "none none dev lo from null"],
  ])("to %s: %s", (destination, wanted) => {
    if (a === undefined) throw new Error("no node a");
    const { kind, prefix, via, device, source } = routeFrom(topology, a, destination);
    expect(`${kind} ${prefix}${via === null ? "" : ` via ${via}`} dev ${device} from ${source}`).toBe(wanted);
  });
});

describe("who has which address", () => {
  const topology = two();
  test("Pods that run, by address; host-network Pods are their node; an ended Pod's address is free", () => {
    expect([...topology.podAt].map(([address, { key }]) => `${address} ${key}`)).toEqual([
      "172.16.0.9 default/elsewhere",
      "10.244.1.5 default/one",
    ]);
    expect([...topology.pods.keys()]).toEqual(["default/elsewhere", "default/host", "default/one"]);
  });
  test("nodes: their own addresses and their bridge's", () => {
    expect([...topology.nodeAt]).toEqual([
      ["192.168.10.11", "a"],
      ["10.244.1.1", "a"],
      ["192.168.10.12", "b"],
      ["10.244.2.1", "b"],
    ]);
  });
  test.each([
    ["a Pod", pod("first", "a", "10.244.1.1")],
    [
      "an endpoint",
      {
        apiVersion: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        metadata: { name: "web-1", namespace: "default" },
        addressType: "IPv4",
        endpoints: [{ addresses: ["10.244.1.1"] }],
        ports: [],
      },
    ],
  ])("no bridge where %s holds its address, as other network plugins give it out", (_, holder) => {
    const topology = topologyOf(
      storeOf([node("a", "192.168.10.11", "10.244.1.0/24"), node("b", "192.168.10.12", "10.244.2.0/24"), holder]),
      OUTSIDE,
    );
    expect([...topology.nodeAt.keys()]).toEqual(["192.168.10.11", "192.168.10.12", "10.244.2.1"]);
    const a = topology.nodes.get("a");
    if (a === undefined) throw new Error("no node a");
    expect(routeFrom(topology, a, "10.244.1.1")).toMatchObject({ kind: "forward", device: "cni0", source: "192.168.10.11" });
  });
  test("nodes that stand far apart are neighbours all the same", () => {
    const far = topologyOf(storeOf([node("a", "10.0.1.5", "10.244.1.0/24"), node("b", "10.0.7.9", "10.244.2.0/24", "Unknown")]), OUTSIDE);
    expect(far.segment.IPv4?.text).toBe("10.0.0.0/21");
    expect(far.gateway.IPv4).toBe("10.0.0.1");
    expect([...far.nodes.values()].map(({ name, up }) => `${name} ${up}`)).toEqual(["a true", "b false"]);
  });
  test("a node's gateway is never a node", () => {
    const first = topologyOf(storeOf([node("a", "192.168.10.1", "10.244.1.0/24")]), OUTSIDE);
    expect(first.gateway.IPv4).toBe("192.168.10.2");
    expect(localAddresses(first.nodes.get("a") ?? { ...[...first.nodes.values()][0]! })).toEqual(["192.168.10.1", "10.244.1.1"]);
  });
});

describe("addresses of a node beside the first", () => {
  // Held against the kernel by clusters drawn at random (scripts/kernel/random).
  const withAddresses = (name: string, podCIDRs: readonly string[], addresses: readonly string[]): unknown => ({
    apiVersion: "v1",
    kind: "Node",
    metadata: { name },
    spec: { podCIDR: podCIDRs[0], podCIDRs },
    status: { addresses: addresses.map((address, i) => ({ type: i < 2 ? "InternalIP" : "ExternalIP", address })) },
  });
  const objects = [
    withAddresses("a", ["10.244.1.0/24", "fd00:10:244:1::/64"], ["192.168.10.11", "2001:db8:100::11", "192.0.2.201", "2001:db8:200::1"]),
    withAddresses("b", ["10.244.2.0/24", "fd00:10:244:2::/64"], ["192.168.10.12", "2001:db8:100::12", "192.0.2.202", "2001:db8:200::2"]),
  ];
  const topology = topologyOf(storeOf(objects), OUTSIDE);
  const a = topology.nodes.get("a");
  test.each([
    // The gateway hands it straight on to the node that has it.
    ["192.0.2.202", "default via 192.168.10.1 to 192.168.10.12 from 192.168.10.11"],
    // IPv6 takes the address of its own that is most like the destination, IPv4 the first.
    ["2001:db8:200::2", "default via 2001:db8:100::1 to 2001:db8:100::12 from 2001:db8:200::1"],
    ["2001:db8:100::12", "2001:db8:100::/64 via null to 2001:db8:100::12 from 2001:db8:100::11"],
    ["fd00:10:244:2::7", "fd00:10:244:2::/64 via 2001:db8:100::12 to 2001:db8:100::12 from 2001:db8:100::11"],
    ["2001:db8:300::7", "default via 2001:db8:100::1 to 2001:db8:100::1 from 2001:db8:200::1"],
  ])("node a to %s: %s", (destination, wanted) => {
    if (a === undefined) throw new Error("no node a");
    const { prefix, via, nextHop, source } = routeFrom(topology, a, destination);
    expect(`${prefix} via ${via} to ${nextHop} from ${source}`).toBe(wanted);
  });
});

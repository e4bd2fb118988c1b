/**
 * Where clusters drawn at random once told the simulator and a Linux kernel apart (scripts/kernel/random): the kernel's answer,
 * kept. Others stand beside what they are about: source addresses of IPv6 in network/topology.test.ts, policies' blocks of all
 * addresses and their neighbour discovery in network-policy/rules.test.ts.
 */
import { describe, expect, test } from "vitest";
import type { Journey, Sender } from "../network/trace.ts";
import { createSimulation, type Simulation } from "./simulation.ts";

function node(n: number): object {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: `node-${n}` },
    spec: { podCIDR: `10.244.${n}.0/24`, podCIDRs: [`10.244.${n}.0/24`] },
    status: {
      conditions: [{ type: "Ready", status: "True" }],
      addresses: [
        { type: "InternalIP", address: `192.168.100.1${n}` },
        { type: "ExternalIP", address: `192.0.2.20${n}` },
      ],
    },
  };
}

function pod(name: string, n: number, podIP: string, listen: string): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "t", annotations: { "kubehop.dev/listen": listen } },
    spec: { nodeName: `node-${n}`, containers: [{ name: "main", image: "example.com/main" }] },
    status: { phase: "Running", podIP, podIPs: [{ ip: podIP }] },
  };
}

function simulation(): Simulation {
  const ports = [
    { name: "tcp", port: 80, protocol: "TCP", nodePort: 30080 },
    { name: "udp", port: 53, protocol: "UDP", nodePort: 30053 },
  ];
  const objects = [
    node(1),
    node(2),
    pod("client", 1, "10.244.1.5", ""),
    pod("server", 2, "10.244.2.10", "8080, 5353/udp"),
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web", namespace: "t" },
      spec: {
        type: "LoadBalancer",
        clusterIP: "10.96.0.10",
        clusterIPs: ["10.96.0.10"],
        ipFamilies: ["IPv4"],
        sessionAffinity: "None",
        ports,
      },
      status: { loadBalancer: { ingress: [{ ip: "198.51.100.10" }] } },
    },
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name: "web-1", namespace: "t", labels: { "kubernetes.io/service-name": "web" } },
      addressType: "IPv4",
      ports: [
        { name: "tcp", port: 8080, protocol: "TCP" },
        { name: "udp", port: 5353, protocol: "UDP" },
      ],
      endpoints: [{ addresses: ["10.244.2.10"], nodeName: "node-2" }],
    },
  ];
  return createSimulation({ objects, stored: true });
}

function sent(from: Sender, to: string, protocol: "TCP" | "UDP"): Journey {
  const run = simulation();
  const ids = run.send({ from, to, protocol });
  if ("error" in ids) throw new Error(ids.error);
  run.settle();
  const journey = run.journey(ids[0] ?? 0);
  if (journey === null) throw new Error("the journey did not end");
  return journey;
}

const OUTSIDE: Sender = { kind: "outside", id: "external" };
const POD: Sender = { kind: "pod", pod: "t/client" };

describe("a packet that goes round between node and gateway until its time to live is used up", () => {
  test.each([
    ["TCP", "unreachable"],
    // A UDP socket is not told.
    ["UDP", "dropped"],
  ] as const)("%s to a port that the load balancer's address does not have: %s", (protocol, outcome) => {
    const journey = sent(OUTSIDE, "198.51.100.10:81", protocol);
    expect(journey.outcome.kind).toBe(outcome);
    const error = journey.packets.find(({ purpose }) => purpose === "icmp-error")?.hops[0]?.before.error;
    expect(error).toMatchObject({ type: 11, code: 0, quoted: { dst: "198.51.100.10", dstPort: 81 } });
  });
});

test.each([
  ["TCP", "192.0.2.202:30080", "10.244.2.10:8080"],
  ["UDP", "192.0.2.202:30053", "10.244.2.10:5353"],
] as const)("%s from a Pod to a node port at another node's external address arrives by the gateway", (protocol, to, endpoint) => {
  const journey = sent(POD, to, protocol);
  expect([journey.outcome.kind, journey.endpoint]).toEqual(["delivered", endpoint]);
});

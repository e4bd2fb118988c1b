/** What Pods send out of the cluster: under whose address it goes, and whether the answer comes home. */
import { describe, expect, test } from "vitest";
import type { Journey } from "../network/trace.ts";
import { masqueradedByPlugin } from "../base/plugin-masquerade.ts";
import { createSimulation, type Simulation } from "./simulation.ts";
import { CLIENT, act, cluster, edit, sendOne, web } from "./testing.ts";

const NONE = "---\napiVersion: v1\nkind: Namespace\nmetadata: { name: kube-system, annotations: { kubehop.dev/masquerade: none } }\n";
const DUAL =
  "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnetworking: { ipFamily: dual }\nnodes: [{ role: control-plane }, { role: worker }]\n---\n";
const ON_KIND = CLIENT.replace("node-1", "kind-worker");
/** The host outside: nobody listens on it, so that it refuses what reaches it. */
const HOST = "203.0.113.24:8080";

/** Lines of the network plugin among the node's rules. */
function pluginLines(simulation: Simulation, node: string, family: "IPv4" | "IPv6" = "IPv4"): readonly string[] {
  return (simulation.rulesText(node, family, false) ?? "").split("\n").filter((line) => line.startsWith("-A") && line.includes("CNI-MASQ"));
}

/** Source of the request's first packet where it was sent and where it arrived, and whose rules changed it. */
function sources({ packets }: Journey): { readonly sent: string; readonly seen: string; readonly by: string | null } {
  const first = packets.find(({ purpose }) => purpose === "syn" || purpose === "datagram");
  const [sent, seen] = [first?.hops[0]?.before, first?.hops.at(-1)?.after];
  const rewrite = first?.hops.find((hop) => hop.kind === "rewrite" && hop.changed.source);
  const by = rewrite?.kind !== "rewrite" ? null : masqueradedByPlugin(rewrite) ? "the network plugin" : "kube-proxy";
  return { sent: sent?.src ?? "", seen: seen?.src ?? "", by };
}

describe("rules", () => {
  test("behind kube-proxy's in POSTROUTING: what is not for a Pod, a Service or a node is masqueraded", () => {
    const simulation = cluster(CLIENT);
    expect(pluginLines(simulation, "node-1")).toEqual([
      '-A POSTROUTING -s 10.244.0.0/16 ! -d 10.244.0.0/16 -m comment --comment "not from Pod to Pod" -j CNI-MASQ',
      '-A CNI-MASQ -d 10.96.0.0/12 -m comment --comment "to a Service" -j RETURN',
      '-A CNI-MASQ -d 192.168.10.0/24 -m comment --comment "to a node" -j RETURN',
      '-A CNI-MASQ -m comment --comment "to this node" -m addrtype --dst-type LOCAL -j RETURN',
      "-A CNI-MASQ -d 224.0.0.0/4 -m comment --comment multicast -j RETURN",
      '-A CNI-MASQ -m comment --comment "leaves the cluster" -j MASQUERADE --random-fully',
    ]);
    const posts = (simulation.rulesText("node-1", "IPv4", false) ?? "").split("\n").filter((line) => line.startsWith("-A POSTROUTING"));
    expect(posts.map((line) => line.split(" ").at(-1))).toEqual(["KUBE-POSTROUTING", "CNI-MASQ"]);
    expect(simulation.rulesText("node-1", "IPv4", true)).not.toContain("CNI-");
    expect(pluginLines(simulation, "node-1", "IPv6")).toEqual([]);
  });

  test("both families where Pods have both", () => {
    const lines = pluginLines(cluster(DUAL + ON_KIND), "kind-worker", "IPv6");
    expect(lines).toContain('-A CNI-MASQ -m comment --comment "leaves the cluster" -j MASQUERADE --random-fully');
    expect(lines).toContain("-A CNI-MASQ -d ff00::/8 -m comment --comment multicast -j RETURN");
  });

  test("none of them in a cluster of stored objects, nor where the plugin does not masquerade", () => {
    expect(pluginLines(cluster(CLIENT + NONE), "node-1")).toEqual([]);
    const objects = cluster(CLIENT).objects();
    expect(pluginLines(createSimulation({ objects, stored: true }), "node-1")).toEqual([]);
  });

  test("two ranges of Pods are one network, and nodes far from each other are named one by one", () => {
    const node = (name: string, address: string, cidr: string): string =>
      `---\napiVersion: v1\nkind: Node\nmetadata: { name: ${name} }\nspec: { podCIDR: ${cidr} }\nstatus: { addresses: [{ type: InternalIP, address: ${address} }] }\n`;
    const simulation = cluster(node("a", "10.0.0.1", "10.244.1.0/24") + node("b", "192.168.0.1", "172.20.0.0/24"));
    expect(pluginLines(simulation, "a").map((line) => /-d (\S+)/.exec(line)?.[1] ?? "")).toEqual([
      "10.244.0.0/16",
      "172.20.0.0/24",
      "10.244.0.0/16",
      "172.20.0.0/24",
      "10.96.0.0/12",
      "10.0.0.1/32",
      "192.168.0.1/32",
      "",
      "224.0.0.0/4",
      "",
    ]);
  });
});

describe("to a host outside", () => {
  test("a Pod is seen under its node's address and another port, and the refusal comes home", () => {
    const journey = sendOne(cluster(CLIENT), "default/client", HOST);
    expect(journey.outcome.kind).toBe("refused");
    expect(sources(journey)).toEqual({ sent: "10.244.1.2", seen: "192.168.10.11", by: "the network plugin" });
    const rewrite = journey.packets[0]?.hops.find((hop) => hop.kind === "rewrite");
    const entry = rewrite?.kind === "rewrite" ? rewrite.entry : null;
    expect(entry?.original).toMatchObject({ src: "10.244.1.2", dst: "203.0.113.24", dstPort: 8080 });
    expect(entry?.reply).toMatchObject({ src: "203.0.113.24", dst: "192.168.10.11" });
    expect(entry?.reply.dstPort).not.toBe(entry?.original.srcPort);
  });

  test("an ICMP error quotes what it left as, and comes home quoting what the Pod sent", () => {
    const journey = sendOne(cluster(CLIENT), "default/client", `udp://${HOST}`, { protocol: "UDP" });
    expect(journey.outcome.kind).toBe("refused");
    const error = journey.packets.find(({ purpose }) => purpose === "icmp-error");
    expect(error?.hops[0]?.before).toMatchObject({ src: "203.0.113.24", dst: "192.168.10.11" });
    expect(error?.hops[0]?.before.error?.quoted.src).toBe("192.168.10.11");
    expect(error?.hops.at(-1)?.after).toMatchObject({ dst: "10.244.1.2", error: { quoted: { src: "10.244.1.2" } } });
  });

  test("over IPv6 alike", () => {
    const journey = sendOne(cluster(DUAL + ON_KIND), "default/client", "[2001:db8:99::7]:80");
    const { sent, seen, by } = sources(journey);
    expect([sent.startsWith("fd00:10:244:"), seen.startsWith("fc00:") || seen.startsWith("fd00:10:244:"), by]).toEqual([
      true,
      true,
      "the network plugin",
    ]);
    expect(seen).not.toBe(sent);
  });

  test("from the node itself, or a Pod on its network, nothing is replaced", () => {
    const own = CLIENT.replace("spec: {", "spec: { hostNetwork: true,");
    expect(sources(sendOne(cluster(own), "default/client", HOST))).toMatchObject({ seen: "192.168.10.11", by: null });
    expect(sources(sendOne(cluster(CLIENT), "node/node-1", HOST))).toMatchObject({ seen: "192.168.10.11", by: null });
  });

  test("where the plugin does not masquerade, it arrives under the Pod's address and nobody hears the answer", () => {
    const journey = sendOne(cluster(CLIENT + NONE), "default/client", HOST);
    expect(sources(journey)).toEqual({ sent: "10.244.1.2", seen: "10.244.1.2", by: null });
    expect(journey.outcome.kind).toBe("dropped");
  });

  test("switched off and on again, new flows follow at once", () => {
    const simulation = cluster(CLIENT);
    expect(sources(sendOne(simulation, "default/client", HOST)).by).toBe("the network plugin");
    edit(simulation, CLIENT + NONE);
    expect(sources(sendOne(simulation, "default/client", HOST)).by).toBeNull();
    edit(simulation, CLIENT);
    expect(sources(sendOne(simulation, "default/client", HOST)).by).toBe("the network plugin");
  });

  test("a node whose kube-proxy never wrote anything masquerades too", () => {
    const simulation = cluster(CLIENT);
    act(simulation, { kind: "stop-proxy", node: "node-1" });
    act(simulation, { kind: "stop-node", node: "node-1" });
    act(simulation, { kind: "start-node", node: "node-1" });
    expect(simulation.rulesText("node-1", "IPv4", false)).not.toContain("KUBE-");
    expect(sources(sendOne(simulation, "node/node-1", HOST)).by).toBeNull();
    expect(pluginLines(simulation, "node-1")).toHaveLength(6);
  });

  test("a policy on the way out is asked with the Pod's own address, before", () => {
    const policy = (cidr: string): string =>
      `---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: out }\nspec: { podSelector: {}, policyTypes: [Egress], egress: [{ to: [{ ipBlock: { cidr: ${cidr} } }] }] }\n`;
    expect(sendOne(cluster(CLIENT + policy("203.0.113.0/24")), "default/client", HOST).outcome.kind).toBe("refused");
    expect(sendOne(cluster(CLIENT + policy("198.51.100.0/24")), "default/client", HOST).outcome.kind).toBe("dropped");
  });

  test("a Service whose endpoint is outside: both addresses are replaced, each by its owner", () => {
    const service =
      "---\napiVersion: v1\nkind: Service\nmetadata: { name: far }\nspec: { clusterIP: 10.96.30.30, ports: [{ port: 80, targetPort: 8080 }] }\n" +
      "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: { name: far-1, labels: { kubernetes.io/service-name: far } }\naddressType: IPv4\nports: [{ port: 8080 }]\nendpoints: [{ addresses: [203.0.113.24] }]\n";
    const simulation = cluster(CLIENT + service);
    const journey = sendOne(simulation, "default/client", "10.96.30.30:80");
    expect(journey).toMatchObject({ outcome: { kind: "refused" }, endpoint: "203.0.113.24:8080", servicePort: "default/far" });
    expect(sources(journey)).toMatchObject({ seen: "192.168.10.11", by: "the network plugin" });
    const header = { src: "10.244.1.2", srcPort: 40_000, dst: "10.96.30.30", dstPort: 80, protocol: "TCP" } as const;
    // `masquerade` speaks of kube-proxy's rules.
    expect(simulation.packetAt("node-1", header)).toMatchObject({ verdict: "dnat", masquerade: false, pluginMasquerade: true });
  });
});

describe("inside, the Pod's address stays", () => {
  test.each([
    ["another Pod", "10.244.2.2:9153"],
    ["another node", "192.168.10.12:10256"],
    ["its own node", "192.168.10.11:10256"],
    ["an address of the nodes' segment that nobody has", "192.168.10.240:80"],
    ["an address of the Services that none has", "10.100.0.1:80"],
  ])("to %s", (_, to) => {
    expect(sources(sendOne(cluster(CLIENT), "default/client", to))).toEqual({ sent: "10.244.1.2", seen: "10.244.1.2", by: null });
  });

  test("to another node's port of a Service with policy Local (short cut): the Pod's own address on the wire", () => {
    const text = web({ port: "{ port: 80, nodePort: 30080 }", extra: "type: NodePort\nexternalTrafficPolicy: Local" });
    const simulation = cluster(text);
    const journey = sendOne(simulation, "default/client", "192.168.10.12:30080");
    expect(sources(journey)).toMatchObject({ seen: "10.244.1.2", by: null });
  });
});

test("a Pod that asks the node's own name server hears its answer", () => {
  const text = CLIENT.replace("spec: {", "spec: { dnsPolicy: Default,");
  const { lookup } = sendOne(cluster(text), "default/client", "http://www.example.com.");
  expect(lookup?.nameserver).toBe("192.0.2.53");
  expect(lookup?.queries.map(({ rcode }) => rcode)).toEqual(["NOERROR", "NOERROR"]);
  expect(sendOne(cluster(text + NONE), "default/client", "http://www.example.com.").outcome.kind).toBe("dns-failed");
});

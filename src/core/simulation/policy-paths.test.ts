/**
 * Network policies among Services, nodes and the outside: which address a policy sees when, who is outside of policies, and
 * what passes whatever they say. Each row is one request in a settled cluster.
 */
import { describe, expect, test } from "vitest";
import type { Simulation } from "./simulation.ts";
import { act, cluster, edit, sendOne } from "./testing.ts";

const pod = (name: string, node: string, more = ""): string => `---
apiVersion: v1
kind: Pod
metadata: { name: ${name}, labels: { app: ${name} } }
spec: { nodeName: ${node}, ${more}containers: [{ name: c, image: traefik/whoami }] }
`;
const SERVICE = `---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { type: NodePort, clusterIP: 10.96.20.20, selector: { app: web }, ports: [{ name: http, port: 80, nodePort: 30080 }] }
`;
const policy = (spec: string, name = "guard", namespace = "default"): string => `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: ${name}, namespace: ${namespace} }
spec: ${spec}
`;
const WEB = "podSelector: { matchLabels: { app: web } }";
const DENY_IN = policy(`{ ${WEB}, policyTypes: [Ingress] }`);
const DENY_ALL = policy("{ podSelector: {}, policyTypes: [Ingress, Egress] }");
const block = (cidr: string): string => policy(`{ ${WEB}, ingress: [{ from: [{ ipBlock: { cidr: ${cidr} } }] }] }`);
/** web on node-1, near beside it, far on node-2. */
const PODS = pod("web", "node-1") + pod("near", "node-1") + pod("far", "node-2");
const NEAR = "default/near";
const FAR = "default/far";

function comes(documents: string, from: string, to: string): boolean {
  return sendOne(cluster(documents), from, to).outcome.kind === "delivered";
}

const addressOf = (simulation: Simulation, name: string): string => simulation.view().pods.find((one) => one.name === name)?.ips[0] ?? "";

describe("through a Service", () => {
  test.each<[string, string, string, string, boolean]>([
    ["a Pod of its node, denied", PODS + SERVICE + DENY_IN, NEAR, "10.96.20.20", false],
    ["a Pod of another node, denied", PODS + SERVICE + DENY_IN, FAR, "10.96.20.20", false],
    ["the Pod itself, though it may neither send nor be sent to (hairpin)", PODS + SERVICE + DENY_ALL, "default/web", "10.96.20.20", true],
    ["a process of its node", PODS + SERVICE + DENY_IN, "node/node-1", "10.96.20.20", true],
    ["a process of its node by the node port", PODS + SERVICE + DENY_IN, "node/node-1", "192.168.10.11:30080", true],
    ["a process of another node", PODS + SERVICE + DENY_IN, "node/node-2", "10.96.20.20", false],
    ["… let in by that node's address", PODS + SERVICE + block("192.168.10.12/32"), "node/node-2", "10.96.20.20", true],
    [
      "a client outside, by the Pod's node: its own address",
      PODS + SERVICE + block("203.0.113.0/24"),
      "outside/external",
      "192.168.10.11:30080",
      true,
    ],
    ["… and not the node's", PODS + SERVICE + block("192.168.10.11/32"), "outside/external", "192.168.10.11:30080", false],
    [
      "a client outside, by another node: that node's address",
      PODS + SERVICE + block("192.168.10.12/32"),
      "outside/external",
      "192.168.10.12:30080",
      true,
    ],
    ["… and not its own", PODS + SERVICE + block("203.0.113.0/24"), "outside/external", "192.168.10.12:30080", false],
    [
      "policy Local keeps its own",
      PODS + SERVICE.replace("type: NodePort", "type: NodePort, externalTrafficPolicy: Local") + block("203.0.113.0/24"),
      "outside/external",
      "192.168.10.11:30080",
      true,
    ],
    [
      "the Service's address as a block lets nobody out",
      PODS +
        SERVICE +
        policy(
          "{ podSelector: { matchLabels: { app: near } }, policyTypes: [Egress], egress: [{ to: [{ ipBlock: { cidr: 10.96.0.0/12 } }] }] }",
        ),
      NEAR,
      "10.96.20.20",
      false,
    ],
  ])("%s", (_, documents, from, to, expected) => {
    expect(comes(documents, from, to.includes(":") ? `http://${to}` : `http://${to}:80`)).toBe(expected);
  });
});

describe("outside of policies", () => {
  test.each<[string, string, string, boolean]>([
    [
      "a Pod with its node's address is not isolated",
      pod("web", "node-1", "hostNetwork: true, ") + pod("far", "node-2") + DENY_IN,
      FAR,
      true,
    ],
    [
      "nor is it one of the Pods that a peer means",
      pod("web", "node-1") + pod("far", "node-2", "hostNetwork: true, ") + policy(`{ ${WEB}, ingress: [{ from: [{ podSelector: {} }] }] }`),
      FAR,
      false,
    ],
    [
      "a policy of another namespace",
      `${PODS}---\napiVersion: v1\nkind: Namespace\nmetadata: { name: other }\n${policy("{ podSelector: {} }", "deny", "other")}`,
      FAR,
      true,
    ],
  ])("%s", (_, documents, from, expected) => {
    const simulation = cluster(documents);
    expect(sendOne(simulation, from, `http://${addressOf(simulation, "web")}`).outcome.kind === "delivered").toBe(expected);
  });
});

describe("what comes back", () => {
  test("answers to a Pod that lets nothing in", () => {
    expect(comes(PODS + SERVICE + policy("{ podSelector: { matchLabels: { app: far } } }"), FAR, "http://10.96.20.20")).toBe(true);
  });

  test("a refusal of a closed port, and the ICMP error of one of UDP", () => {
    const simulation = cluster(PODS + policy("{ podSelector: { matchLabels: { app: far } } }"));
    const web = addressOf(simulation, "web");
    expect(sendOne(simulation, FAR, `http://${web}:81`).outcome.kind).toBe("refused");
    const asked = sendOne(simulation, FAR, `udp://${web}:53`);
    expect(asked.packets.map(({ purpose, outcome }) => `${purpose} ${outcome.kind}`)).toContain("icmp-error delivered");
  });

  test("a new connection from where one came is another matter", () => {
    const simulation = cluster(PODS + SERVICE + policy("{ podSelector: { matchLabels: { app: far } } }"));
    expect(sendOne(simulation, FAR, "http://10.96.20.20").outcome.kind).toBe("delivered");
    expect(sendOne(simulation, "default/web", `http://${addressOf(simulation, "far")}`).outcome.kind).toBe("dropped");
  });
});

describe("as Pods come and go", () => {
  const guarded = policy(`{ ${WEB}, ingress: [{ from: [{ podSelector: { matchLabels: { app: far } } }] }] }`);

  test("a peer that waits for a node is let in once it has an address", () => {
    const waiting =
      pod("web", "node-1") + pod("far", "node-2").replace("nodeName: node-2", "nodeSelector: { disk: ssd }") + SERVICE + guarded;
    const simulation = cluster(waiting);
    expect(addressOf(simulation, "far")).toBe("");
    expect(simulation.rulesText("node-1", "IPv4", false)).not.toContain("default/far");
    edit(simulation, PODS + SERVICE + guarded);
    expect(sendOne(simulation, FAR, "http://10.96.20.20").outcome.kind).toBe("delivered");
    expect(sendOne(simulation, NEAR, "http://10.96.20.20").outcome.kind).toBe("dropped");
  });

  test("a Pod that is deleted is guarded until it is gone", () => {
    const simulation = cluster(PODS + SERVICE + guarded);
    const web = addressOf(simulation, "web");
    expect(simulation.perform({ kind: "delete-pod", pod: "default/web" }, simulation.now)).toBeNull();
    expect(simulation.view().pods.find(({ name }) => name === "web")?.state).toBe("terminating");
    const sent = simulation.send({ from: { kind: "pod", pod: NEAR }, to: `http://${web}` });
    if ("error" in sent) throw new Error(sent.error);
    simulation.settle();
    expect(simulation.journey(sent[0] ?? 0)?.outcome.kind).toBe("dropped");
    expect(simulation.rulesText("node-1", "IPv4", false)).not.toContain("not let in to default/web");
  });

  test("a peer that is not ready is a peer all the same", () => {
    const simulation = cluster(PODS + SERVICE + guarded);
    act(simulation, { kind: "set-ready", pod: FAR, ready: false });
    expect(sendOne(simulation, FAR, "http://10.96.20.20").outcome.kind).toBe("delivered");
  });

  test("another label of a namespace lets its Pods in", () => {
    const shop = (team: string): string =>
      `---\napiVersion: v1\nkind: Namespace\nmetadata: { name: shop, labels: { team: ${team} } }\n${pod("till", "node-2").replace("name: till,", "name: till, namespace: shop,")}`;
    const byTeam = policy(`{ ${WEB}, ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: a } } }] }] }`);
    const simulation = cluster(PODS + SERVICE + byTeam + shop("b"));
    expect(sendOne(simulation, "shop/till", "http://10.96.20.20").outcome.kind).toBe("dropped");
    edit(simulation, PODS + SERVICE + byTeam + shop("a"));
    expect(sendOne(simulation, "shop/till", "http://10.96.20.20").outcome.kind).toBe("delivered");
  });
});

describe("dual stack", () => {
  const KIND =
    "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnetworking: { ipFamily: dual }\nnodes: [{ role: control-plane }, { role: worker }, { role: worker }]\n";
  const pods = pod("web", "kind-worker") + pod("near", "kind-worker") + pod("far", "kind-worker2");

  test.each<[string, string, string, readonly boolean[]]>([
    ["denied in both families", DENY_IN, FAR, [false, false]],
    [
      "a peer in both families",
      policy(`{ ${WEB}, ingress: [{ from: [{ podSelector: { matchLabels: { app: far } } }] }] }`),
      FAR,
      [true, true],
    ],
    ["a block of one family", block("fd00::/8"), FAR, [false, true]],
    ["itself in both", DENY_ALL, "default/web", [true, true]],
  ])("%s", (_, guard, from, expected) => {
    const simulation = cluster(KIND + pods + guard);
    const addresses = simulation.view().pods.find(({ name }) => name === "web")?.ips ?? [];
    expect(addresses).toHaveLength(2);
    const came = addresses.map(
      (address) => sendOne(simulation, from, `http://${address.includes(":") ? `[${address}]` : address}`).outcome.kind === "delivered",
    );
    expect(came).toEqual(expected);
  });
});

describe("what the cluster's plugin makes of them", () => {
  const plugin = (word: string): string =>
    `---\napiVersion: v1\nkind: Namespace\nmetadata: { name: kube-system, annotations: { kubehop.dev/network-policy: ${word} } }\n`;
  test.each<[string, string, boolean]>([
    ["nothing is said: they are enforced", "", false],
    ["enforced", plugin("enforced"), false],
    ["ignored", plugin("ignored"), true],
  ])("%s", (_, documents, expected) => {
    const simulation = cluster(PODS + SERVICE + DENY_IN + documents);
    expect(simulation.view().enforcesPolicies).toBe(documents === "" || !expected);
    expect(simulation.view().policies.map(({ key, selects }) => `${key} ${selects.join(" ")}`)).toEqual(["default/guard default/web"]);
    expect(simulation.rulesText("node-1", "IPv4", false)?.includes("CNI-POLICY")).toBe(!expected);
    expect(sendOne(simulation, FAR, "http://10.96.20.20").outcome.kind === "delivered").toBe(expected);
  });
});

/** Load balancers and external IPs: who provides an address, how long it takes, and where packets from outside get to. */
import { describe, expect, test } from "vitest";
import { SECOND } from "../base/time.ts";
import type { Journey } from "../network/trace.ts";
import { createSimulation, type Simulation } from "./simulation.ts";
import { act, cluster, edit, send, sendOne, web } from "./testing.ts";
import type { ServiceView } from "./view.ts";

const POOL = `
---
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: { name: pool, namespace: metallb-system }
spec: { addresses: [ 192.168.10.200-192.168.10.209 ] }
---
apiVersion: v1
kind: Namespace
metadata: { name: metallb-system }
`;
const ADVERTISED = `${POOL}
---
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: { name: all, namespace: metallb-system }
`;
const KIND =
  "\n---\nkind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodes: [ { role: control-plane }, { role: worker }, { role: worker }, { role: worker } ]\n";

/** web() as type LoadBalancer. */
function balanced({
  provider,
  extra = "",
  more = "",
  replicas = 3,
}: { provider?: string; extra?: string; more?: string; replicas?: number } = {}): string {
  const annotations = provider === undefined ? "" : `, annotations: { kubehop.dev/load-balancer: ${provider} }`;
  const text = web({ replicas, extra: `type: LoadBalancer\n${extra}` }).replace(
    "kind: Service\nmetadata: { name: web }",
    `kind: Service\nmetadata: { name: web${annotations} }`,
  );
  return text + more;
}

function serviceOf(simulation: Simulation): ServiceView {
  const service = simulation.view().services.find(({ key }) => key === "default/web");
  if (service === undefined) throw new Error("no Service web");
  return service;
}

function events(simulation: Simulation): readonly string[] {
  return simulation
    .timeline()
    .flatMap((entry) => (entry.kind === "event" && entry.about === "Service default/web" ? [`${entry.reason}: ${entry.message}`] : []));
}

const to = (simulation: Simulation): string => serviceOf(simulation).loadBalancer.addresses[0] ?? "";

const nodesEntered = (journeys: readonly Journey[]): readonly string[] =>
  [
    ...new Set(
      journeys.flatMap(({ packets }) =>
        packets.flatMap(({ hops }) => hops.flatMap((hop) => (hop.kind === "enter-cluster" && hop.to.kind === "gate" ? [hop.to.node] : []))),
      ),
    ),
  ].sort();

describe("who provides", () => {
  test.each<readonly [string, string, ServiceView["loadBalancer"], readonly string[]]>([
    ["nobody", balanced(), { state: "pending", addresses: [] }, []],
    [
      "nobody, by choice, although pools are there",
      balanced({ provider: "none", more: ADVERTISED }),
      { state: "pending", addresses: [] },
      [],
    ],
    [
      "a cloud with addresses",
      balanced({ provider: "cloud" }),
      { state: "ready", addresses: ["198.51.100.10"] },
      ["EnsuringLoadBalancer: Ensuring load balancer", "EnsuredLoadBalancer: Ensured load balancer"],
    ],
    [
      "a cloud, asked for an address",
      balanced({ provider: "cloud", extra: "loadBalancerIP: 198.51.100.77" }),
      { state: "ready", addresses: ["198.51.100.77"] },
      ["EnsuringLoadBalancer: Ensuring load balancer", "EnsuredLoadBalancer: Ensured load balancer"],
    ],
    [
      "a cloud with a proxy",
      balanced({ provider: "cloud-proxy" }),
      { state: "ready", addresses: ["198.51.100.10"] },
      ["EnsuringLoadBalancer: Ensuring load balancer", "EnsuredLoadBalancer: Ensured load balancer"],
    ],
    [
      "cloud-provider-kind",
      balanced({ provider: "cloud-provider-kind", more: KIND }).replace("node-1", "kind-worker"),
      { state: "ready", addresses: ["172.18.0.200"] },
      ["EnsuringLoadBalancer: Ensuring load balancer", "EnsuredLoadBalancer: Ensured load balancer"],
    ],
    [
      "MetalLB, where its pools are",
      balanced({ more: ADVERTISED }),
      { state: "ready", addresses: ["192.168.10.200"] },
      ['IPAllocated: Assigned IP ["192.168.10.200"]', 'nodeAssigned: announcing from node "node-3" with protocol "layer2"'],
    ],
    [
      "MetalLB, asked for an address",
      balanced({ extra: "loadBalancerIP: 192.168.10.205", more: ADVERTISED }),
      { state: "ready", addresses: ["192.168.10.205"] },
      ['IPAllocated: Assigned IP ["192.168.10.205"]', 'nodeAssigned: announcing from node "node-3" with protocol "layer2"'],
    ],
    [
      "MetalLB, asked for an address that it has not",
      balanced({ extra: "loadBalancerIP: 192.0.2.1", more: ADVERTISED }),
      { state: "pending", addresses: [], trouble: 'Failed to allocate IP for "default/web": ["192.0.2.1"] is not allowed in config' },
      ['AllocationFailed: Failed to allocate IP for "default/web": ["192.0.2.1"] is not allowed in config'],
    ],
    [
      "nobody for a class that nobody knows",
      balanced({ extra: "loadBalancerClass: example.com/own", more: ADVERTISED }),
      { state: "pending", addresses: [] },
      [],
    ],
    ...(
      [
        ["quota", "TooManyLoadBalancers: Exceeded quota of account"],
        ["permission", "AccessDenied: the cluster's role is not authorized to perform: elasticloadbalancing:CreateLoadBalancer"],
        ["subnet", "could not find any suitable subnets for creating the ELB"],
      ] as const
    ).map(([provider, why]) => {
      const trouble = `Error syncing load balancer: failed to ensure load balancer: ${why}`;
      return [
        `a cloud that fails by ${provider}`,
        balanced({ provider }),
        { state: "pending" as const, addresses: [], trouble },
        ["EnsuringLoadBalancer: Ensuring load balancer", `SyncLoadBalancerFailed: ${trouble}`],
      ] as const;
    }),
  ])("%s", (_name, text, view, said) => {
    const simulation = cluster(text);
    const { reach, ...loadBalancer } = serviceOf(simulation).loadBalancer;
    expect(loadBalancer).toEqual(view);
    expect(reach?.fault === null).toBe(view.trouble === undefined);
    expect(events(simulation)).toEqual(said);
  });

  test("a Namespace chooses for its Services; a Service for itself", () => {
    const namespace =
      "\n---\napiVersion: v1\nkind: Namespace\nmetadata: { name: default, annotations: { kubehop.dev/load-balancer: cloud } }\n";
    expect(serviceOf(cluster(balanced({ more: namespace }))).loadBalancer.state).toBe("ready");
    expect(serviceOf(cluster(balanced({ provider: "none", more: namespace }))).loadBalancer.state).toBe("pending");
  });

  test("a cloud takes its time: pending first", () => {
    const simulation = cluster(web());
    const { loadBalancer } = ((): ServiceView => {
      simulation.apply([{ name: "test.yaml", text: balanced({ provider: "cloud" }) }], simulation.now + 10 * SECOND);
      return serviceOf(simulation);
    })();
    expect(loadBalancer).toMatchObject({ state: "pending", addresses: [] });
    simulation.settle();
    expect(serviceOf(simulation).loadBalancer.state).toBe("ready");
  });

  test("another provider takes over, and another type gives the address back", () => {
    const simulation = cluster(balanced({ provider: "cloud" }));
    edit(simulation, balanced({ provider: "quota" }));
    expect(serviceOf(simulation).loadBalancer.state).toBe("pending");
    edit(simulation, balanced({ provider: "cloud" }));
    expect(serviceOf(simulation).loadBalancer.state).toBe("ready");
    edit(simulation, web({ extra: "type: ClusterIP" }));
    expect(serviceOf(simulation).loadBalancer).toEqual({ state: "none", addresses: [] });
  });

  test("two Services never get one address, and a full pool says so", () => {
    const services = Array.from(
      { length: 11 },
      (_, i) =>
        `\n---\napiVersion: v1\nkind: Service\nmetadata: { name: lb-${i} }\nspec: { type: LoadBalancer, ports: [ { port: 80 } ] }\n`,
    );
    const simulation = cluster(ADVERTISED + services.join(""));
    const given = simulation.view().services.flatMap(({ loadBalancer }) => loadBalancer.addresses);
    expect(new Set(given).size).toBe(10);
    expect(given).toHaveLength(10);
    expect(
      simulation.view().services.filter(({ loadBalancer }) => loadBalancer.trouble?.endsWith("no available IPs") === true),
    ).toHaveLength(1);
  });
});

describe("packets from outside", () => {
  test.each([
    ["a cloud, policy Cluster", balanced({ provider: "cloud" }), ["node-1", "node-2", "node-3"], true, false],
    [
      "a cloud, policy Local",
      balanced({ provider: "cloud", extra: "externalTrafficPolicy: Local" }),
      ["node-1", "node-2", "node-3"],
      false,
      true,
    ],
  ])("by %s", (_name, text, nodes, masqueraded, sourceKept) => {
    const simulation = cluster(text);
    const journeys = send(simulation, "outside/external", to(simulation), { count: 40 });
    expect(journeys.map(({ outcome }) => outcome.kind)).toEqual(journeys.map(() => "delivered"));
    expect(nodesEntered(journeys)).toEqual(nodes);
    expect(journeys.every((journey) => journey.masqueraded === masqueraded)).toBe(true);
    expect(journeys.every(({ sourceSeen }) => sourceSeen?.startsWith("203.0.113.24:") === true)).toBe(sourceKept);
    expect(journeys.every(({ servicePort }) => servicePort === "default/web")).toBe(true);
  });

  test("policy Local brings them only to nodes with an endpoint: healthCheckNodePort tells", () => {
    const simulation = cluster(balanced({ provider: "cloud", extra: "externalTrafficPolicy: Local", replicas: 1 }));
    const journeys = send(simulation, "outside/external", to(simulation), { count: 20 });
    expect(journeys.map(({ outcome }) => outcome.kind)).toEqual(journeys.map(() => "delivered"));
    expect(nodesEntered(journeys)).toEqual([simulation.view().pods.find(({ name }) => name.startsWith("web-"))?.node]);
    const odds = simulation.distribution({ from: { kind: "outside", id: "external" }, to: to(simulation) });
    expect("error" in odds ? odds : odds.candidates.map(({ probability }) => probability)).toEqual([1]);
  });

  test("without a healthy node they are lost at the load balancer", () => {
    const simulation = cluster(balanced({ provider: "cloud", extra: "externalTrafficPolicy: Local", replicas: 0 }));
    const journey = sendOne(simulation, "outside/external", to(simulation));
    expect(journey.outcome.kind).toBe("dropped");
    expect(journey.packets[0]?.outcome).toMatchObject({ kind: "lost", why: "no-healthy-node" });
  });

  test("a node whose kube-proxy is stopped is left out", () => {
    const simulation = cluster(balanced({ provider: "cloud" }));
    act(simulation, { kind: "stop-proxy", node: "node-2" });
    expect(nodesEntered(send(simulation, "outside/external", to(simulation), { count: 40 }))).toEqual(["node-1", "node-3"]);
  });

  test.each([
    ["cloud-hostname", "", /^198\.18\./],
    ["cloud-provider-kind", KIND, /^172\.18\.0\.200:/],
  ])("%s is a proxy: it hides the client behind its own address and comes in by a node port", (provider, more, source) => {
    const text = balanced({ provider, extra: "externalTrafficPolicy: Local", more });
    const simulation = cluster(more === "" ? text : text.replace("node-1", "kind-worker"));
    const journeys = send(simulation, "outside/external", `http://${to(simulation)}`, { count: 10 });
    expect(journeys.map(({ outcome }) => outcome.kind)).toEqual(journeys.map(() => "delivered"));
    for (const { sourceSeen, packets } of journeys) {
      expect(sourceSeen).toMatch(source);
      const syn = packets.find(({ purpose }) => purpose === "syn")?.hops.find(({ kind }) => kind === "enter-cluster");
      expect(syn?.after.dstPort).toBe(serviceOf(simulation).ports[0]?.nodePort);
      const answer = packets.find(({ purpose }) => purpose === "response")?.hops.find(({ kind }) => kind === "leave-cluster");
      expect(answer?.after).toMatchObject({ src: syn?.before.dst, srcPort: 80, dst: "203.0.113.24" });
    }
  });

  test("MetalLB brings all flows to the one node that announces the address; another takes over once it is missed", () => {
    const simulation = cluster(balanced({ more: ADVERTISED, replicas: 6 }));
    const [announcer, ...others] = nodesEntered(send(simulation, "outside/external", to(simulation), { count: 20 }));
    expect(others).toEqual([]);
    const begun = simulation.now;
    simulation.perform({ kind: "stop-node", node: announcer ?? "" }, begun + SECOND);
    const first = simulation.send({ from: { kind: "outside", id: "external" }, to: to(simulation) });
    simulation.settle(begun + 20 * SECOND);
    // The first packets go to the node that is down; a later try of the same client finds the next one.
    const journey = "error" in first ? null : simulation.journey(first[0] ?? 0);
    expect(journey?.packets[0]?.outcome).toMatchObject({ kind: "lost", why: "node-down" });
    const [next] = nodesEntered(journey === null ? [] : [journey]);
    expect(next).toBeDefined();
    expect(next).not.toBe(announcer);
    const said = events(simulation).filter((text) => text.startsWith("nodeAssigned"));
    expect(said).toEqual([announcer, next].map((node) => `nodeAssigned: announcing from node "${node}" with protocol "layer2"`));
    expect(serviceOf(simulation).loadBalancer.reach?.announcedBy).toBe(next);
    // Back again, it takes the address back.
    simulation.perform({ kind: "start-node", node: announcer ?? "" });
    expect(serviceOf(simulation).loadBalancer.reach?.announcedBy).toBe(announcer);
  });

  test("MetalLB with policy Local announces only from a node with an endpoint", () => {
    for (const seed of [1, 2, 3, 4]) {
      const simulation = cluster(balanced({ more: ADVERTISED, replicas: 1, extra: "externalTrafficPolicy: Local" }), { seed });
      const journey = sendOne(simulation, "outside/external", to(simulation));
      expect(journey).toMatchObject({ outcome: { kind: "delivered" }, masqueraded: false });
      expect(nodesEntered([journey])).toEqual([journey.node]);
    }
  });

  test("an address of MetalLB that nobody advertises is nobody's", () => {
    const simulation = cluster(balanced({ more: POOL }));
    expect(serviceOf(simulation).loadBalancer.state).toBe("ready");
    expect(sendOne(simulation, "outside/external", to(simulation)).packets[0]?.outcome).toMatchObject({
      kind: "lost",
      why: "nobody-has-the-address",
    });
  });
});

describe("what the view says of a balancer's reach", () => {
  test.each([
    ["nobody provides", balanced(), { provider: "none", fault: null, announcedBy: null, checks: [] }],
    ["a quota", balanced({ provider: "quota" }), { provider: "quota", fault: "quota", announcedBy: null, checks: [] }],
    ["an address of no pool", balanced({ extra: "loadBalancerIP: 192.0.2.1", more: ADVERTISED }), { fault: "address not in the pool" }],
    ["an address that nobody advertises", balanced({ more: POOL }), { provider: "metallb", fault: null, announcedBy: null }],
    [
      "policy Local without a Pod",
      balanced({ provider: "cloud", extra: "externalTrafficPolicy: Local", replicas: 0 }),
      { checks: ["node-1", "node-2", "node-3"].map((node) => ({ node, healthy: false, why: "no ready Pod there" })) },
    ],
  ])("%s", (_name, text, reach) => {
    expect(serviceOf(cluster(text)).loadBalancer.reach).toMatchObject(reach);
  });

  test("MetalLB's announcing node is the one that packets enter by, and another once it is gone", () => {
    const simulation = cluster(balanced({ more: ADVERTISED, replicas: 6 }));
    const announcer = serviceOf(simulation).loadBalancer.reach?.announcedBy;
    expect(nodesEntered(send(simulation, "outside/external", to(simulation), { count: 5 }))).toEqual([announcer]);
    simulation.perform({ kind: "stop-node", node: announcer ?? "" }, simulation.now + 6 * SECOND);
    const next = serviceOf(simulation).loadBalancer.reach?.announcedBy;
    expect(nodesEntered(send(simulation, "outside/external", to(simulation)))).toEqual([next]);
    expect(next).not.toBe(announcer);
  });

  test("health checks pass exactly at the nodes that packets enter by", () => {
    const simulation = cluster(balanced({ provider: "cloud" }));
    act(simulation, { kind: "stop-proxy", node: "node-2" });
    simulation.perform({ kind: "stop-node", node: "node-3" }, simulation.now + SECOND);
    expect(serviceOf(simulation).loadBalancer.reach?.checks).toEqual([
      { node: "node-1", healthy: true, why: "" },
      { node: "node-2", healthy: false, why: "kube-proxy is stopped" },
      { node: "node-3", healthy: false, why: "the node does not answer" },
    ]);
    expect(nodesEntered(send(simulation, "outside/external", to(simulation), { count: 20 }))).toEqual(["node-1"]);
  });
});

describe("external IPs", () => {
  const text = (annotations: string): string =>
    web({ extra: "externalIPs: [ 198.51.100.33 ]" }).replace(
      "kind: Service\nmetadata: { name: web }",
      `kind: Service\nmetadata: { name: web${annotations} }`,
    );

  test("without a route nobody outside can bring a packet to them; inside they work", () => {
    const simulation = cluster(text(""));
    const journey = sendOne(simulation, "outside/external", "198.51.100.33");
    expect(journey.packets[0]?.outcome).toMatchObject({ kind: "lost", why: "no-route", at: { kind: "beyond" } });
    expect(sendOne(simulation, "default/client", "198.51.100.33").outcome.kind).toBe("delivered");
  });

  test("with a route to a node they are caught there", () => {
    const simulation = cluster(text(", annotations: { kubehop.dev/external-ip-route: node-2 }"));
    const journeys = send(simulation, "outside/external", "198.51.100.33", { count: 5 });
    expect(journeys.map(({ outcome }) => outcome.kind)).toEqual(journeys.map(() => "delivered"));
    expect(nodesEntered(journeys)).toEqual(["node-2"]);
    simulation.perform({ kind: "cut-node", node: "node-2" }, simulation.now + SECOND);
    expect(sendOne(simulation, "outside/external", "198.51.100.33").packets[0]?.outcome).toMatchObject({ kind: "lost", why: "node-down" });
  });
});

describe("what the service controller says", () => {
  const cloud = (extra = "", replicas = 3): string => balanced({ provider: "cloud", extra, replicas });
  const since = (simulation: Simulation, begun: number): readonly string[] => events(simulation).slice(begun);

  test.each([
    ["another port", cloud().replace("port: 80 }", "port: 8080 }")],
    ["source ranges", cloud("loadBalancerSourceRanges: [ 203.0.113.0/24 ]")],
    ["another policy", cloud("externalTrafficPolicy: Local")],
    ["affinity", cloud("sessionAffinity: ClientIP")],
  ])("%s is a change of the load balancer, which keeps its address", (_name, text) => {
    const simulation = cluster(cloud());
    const address = to(simulation);
    const begun = events(simulation).length;
    edit(simulation, text);
    expect(since(simulation, begun)).toEqual([
      "EnsuringLoadBalancer: Ensuring load balancer",
      "EnsuredLoadBalancer: Ensured load balancer",
    ]);
    expect(to(simulation)).toBe(address);
  });

  test.each([
    ["another selector", cloud().replace("selector: { app: web }\n  ports", "selector: { app: other }\n  ports")],
    ["more Pods", cloud("", 5)],
  ])("%s is none of its business", (_name, text) => {
    const simulation = cluster(cloud());
    const begun = events(simulation).length;
    edit(simulation, text);
    expect(since(simulation, begun)).toEqual([]);
  });

  test("another type, or no Service any more: it is taken down", () => {
    for (const text of [web(), web().replace("name: web }\nspec:\n  selector", "name: other }\nspec:\n  selector")]) {
      const simulation = cluster(cloud());
      const begun = events(simulation).length;
      edit(simulation, text);
      expect(since(simulation, begun)).toEqual([
        "DeletingLoadBalancer: Deleting load balancer",
        "DeletedLoadBalancer: Deleted load balancer",
      ]);
    }
    const refused = cluster(balanced({ provider: "quota" }));
    edit(refused, web());
    expect(events(refused).at(-1)).toBe("DeletedLoadBalancer: Deleted load balancer");
    expect(events(refused).some((text) => text.startsWith("DeletingLoadBalancer"))).toBe(false);
  });

  test("nodes that come, go or are excluded are told to it; without any it says so", () => {
    const node = (name: string, labels = ""): string =>
      `\n---\napiVersion: v1\nkind: Node\nmetadata: { name: ${name}, labels: { ${labels} } }\n`;
    const excluded = 'node.kubernetes.io/exclude-from-external-load-balancers: ""';
    const simulation = cluster(cloud() + node("node-1") + node("node-2"));
    const begun = events(simulation).length;
    edit(simulation, cloud() + node("node-1") + node("node-2", excluded));
    expect(since(simulation, begun)).toEqual(["UpdatedLoadBalancer: Updated load balancer with new hosts"]);
    expect(nodesEntered(send(simulation, "outside/external", to(simulation), { count: 10 }))).toEqual(["node-1"]);
    edit(simulation, cloud() + node("node-1", excluded) + node("node-2", excluded));
    expect(since(simulation, begun + 1)).toEqual([
      "UnAvailableLoadBalancer: There are no available nodes for LoadBalancer",
      "UpdatedLoadBalancer: Updated load balancer with new hosts",
    ]);
    expect(sendOne(simulation, "outside/external", to(simulation)).packets[0]?.outcome).toMatchObject({ why: "no-healthy-node" });
  });

  test("a cloud that refuses is asked again after 5, 10, 20 s …, and nobody waits for that", () => {
    const simulation = cluster(balanced({ provider: "subnet" }));
    const refused = (): readonly number[] =>
      simulation.timeline().flatMap((entry) => (entry.kind === "event" && entry.reason === "SyncLoadBalancerFailed" ? [entry.at] : []));
    expect(refused()).toHaveLength(1);
    const [first = 0] = refused();
    simulation.settle(first + 60 * SECOND);
    expect(refused().map((at) => Math.round((at - first) / SECOND))).toEqual([0, 8, 21, 44]);
    const [event] = simulation.objects("Event").filter(({ reason }) => reason === "SyncLoadBalancerFailed");
    expect(event?.["count"]).toBe(4);
    // Where the cause is taken away, the next try succeeds at once.
    edit(simulation, balanced({ provider: "cloud" }));
    expect(serviceOf(simulation).loadBalancer.state).toBe("ready");
  });
});

describe("a proxy, asked from inside the cluster", () => {
  const way = (journey: Journey): string =>
    (journey.packets.find(({ purpose }) => purpose === "syn")?.hops ?? []).map(({ kind }) => kind).join(" ");

  test.each([
    ["cloud", "", "send leave rewrite"],
    // The network plugin masquerades what leaves the cluster, but not what goes to an address of the nodes' segment.
    ["cloud-proxy", "", "send leave rewrite leave-cluster enter-cluster rewrite"],
    ["cloud-hostname", "", "send leave rewrite leave-cluster enter-cluster rewrite"],
    ["cloud-provider-kind", KIND, "send leave pass leave-cluster enter-cluster rewrite"],
  ])("%s: kube-proxy's rules catch the packet only where the address is its own (%s)", (provider, more, begins) => {
    const text = balanced({ provider, more });
    const simulation = cluster(more === "" ? text : text.replace("node-1", "kind-worker"));
    for (const journey of send(simulation, "default/client", `http://${to(simulation)}`, { count: 6 })) {
      expect(journey.outcome.kind).toBe("delivered");
      expect(way(journey).startsWith(begins)).toBe(true);
    }
    const odds = simulation.distribution({ from: { kind: "pod", pod: "default/client" }, to: `http://${to(simulation)}` });
    expect("error" in odds ? odds : odds.candidates.map(({ probability }) => probability?.toFixed(3))).toEqual(["0.333", "0.333", "0.333"]);
  });

  test("a node asks it alike, and the Pods see another source than through the rules", () => {
    const simulation = cluster(balanced({ provider: "cloud-proxy", extra: "externalTrafficPolicy: Local" }));
    const journey = sendOne(simulation, "node/node-2", to(simulation));
    expect(journey).toMatchObject({ outcome: { kind: "delivered" }, masqueraded: false });
    expect(journey.sourceSeen?.startsWith(`${to(simulation)}:`)).toBe(true);
  });

  test("without a healthy node it is lost there, as from outside", () => {
    const simulation = cluster(balanced({ provider: "cloud-proxy", extra: "externalTrafficPolicy: Local", replicas: 0 }));
    expect(sendOne(simulation, "default/client", to(simulation)).packets[0]?.outcome).toMatchObject({
      kind: "lost",
      why: "no-healthy-node",
    });
  });
});

describe("source ranges", () => {
  const RANGE = "loadBalancerSourceRanges: [ 203.0.113.0/24 ]";
  test.each([
    ["cloud", "", "outside/external", "delivered", null],
    ["cloud", "", "outside/198.51.100.99", "dropped", "dropped"],
    ["cloud-proxy", "", "outside/external", "delivered", null],
    ["cloud-proxy", "", "outside/198.51.100.99", "dropped", "source-not-allowed"],
    ["cloud-hostname", "", "outside/198.51.100.99", "dropped", "source-not-allowed"],
    ["cloud-provider-kind", KIND, "outside/198.51.100.99", "dropped", "source-not-allowed"],
    ["metallb", ADVERTISED, "outside/external", "delivered", null],
    ["metallb", ADVERTISED, "outside/198.51.100.99", "dropped", "dropped"],
    // From inside, kube-proxy's rules look at the Pod's address too.
    ["cloud", "", "default/client", "dropped", "dropped"],
  ])("%s%s from %s: %s", (provider, more, from, outcome, why) => {
    const text = balanced({ provider, more, extra: RANGE });
    const simulation = cluster(provider === "cloud-provider-kind" ? text.replace("node-1", "kind-worker") : text);
    const journey = sendOne(simulation, from, to(simulation));
    expect(journey.outcome.kind).toBe(outcome);
    const end = journey.packets.find(({ purpose }) => purpose === "syn")?.outcome;
    if (why !== null) expect(end?.kind === "lost" ? end.why : end?.kind).toBe(why);
  });
});

describe("allocateLoadBalancerNodePorts: false", () => {
  const NONE = "allocateLoadBalancerNodePorts: false";
  test.each([
    ["cloud", "delivered"],
    ["metallb", "delivered"],
    ["cloud-proxy", "dropped"],
  ])("%s: %s, for a proxy has no port to go to", (provider, outcome) => {
    const simulation = cluster(balanced({ provider, extra: NONE, more: ADVERTISED }));
    expect(serviceOf(simulation).ports[0]?.nodePort).toBeNull();
    expect(sendOne(simulation, "outside/external", to(simulation)).outcome.kind).toBe(outcome);
  });
});

describe("an address that came with a dump is a VIP where it says nothing", () => {
  test("the packet keeps it up to the rules", () => {
    const objects = cluster(balanced({ provider: "cloud" }))
      .objects()
      .map((object) => {
        if (object.kind !== "Service" || object.metadata.name !== "web") return object;
        const { annotations: _annotations, ...metadata } = object.metadata;
        return { ...object, metadata, status: { loadBalancer: { ingress: [{ ip: "198.51.100.200" }] } } };
      });
    const simulation = createSimulation({ objects, stored: true });
    const journey = sendOne(simulation, "outside/external", "198.51.100.200");
    expect(journey.outcome.kind).toBe("delivered");
    const entered = journey.packets[0]?.hops.find(({ kind }) => kind === "enter-cluster");
    expect(entered?.after).toMatchObject({ dst: "198.51.100.200", dstPort: 80 });
  });
});

describe("MetalLB's pools", () => {
  const pool = (name: string, addresses: string, more = ""): string =>
    `\n---\napiVersion: metallb.io/v1beta1\nkind: IPAddressPool\nmetadata: { name: ${name}, namespace: metallb-system, labels: { pool: ${name} } }\nspec: { addresses: [ ${addresses} ]${more} }\n`;
  const advertisement = (spec = ""): string =>
    `\n---\napiVersion: metallb.io/v1beta1\nkind: L2Advertisement\nmetadata: { name: all, namespace: metallb-system }\nspec: { ${spec} }\n---\napiVersion: v1\nkind: Namespace\nmetadata: { name: metallb-system, labels: { team: red } }\n---\napiVersion: v1\nkind: Namespace\nmetadata: { name: shop, labels: { team: blue } }\n`;
  const lb = (name: string, { namespace = "default", labels = "", annotations = "", spec = "", ports = "{ port: 80 }" } = {}): string =>
    `\n---\napiVersion: v1\nkind: Service\nmetadata: { name: ${name}, namespace: ${namespace}, labels: { ${labels} }, annotations: { ${annotations} } }\nspec: { type: LoadBalancer, ports: [ ${ports} ]${spec} }\n`;
  const given = (simulation: Simulation): { readonly [key: string]: string } =>
    Object.fromEntries(
      simulation
        .view()
        .services.filter(({ type }) => type === "LoadBalancer")
        .map(({ name, loadBalancer: { addresses, trouble } }) => [name, addresses.join() || (trouble ?? "pending").replace(/^.*": /, "")]),
    );
  const [A, B] = ["192.168.10.200-192.168.10.201", "192.168.10.220/30"];

  test.each<readonly [string, string, { readonly [key: string]: string }]>([
    ["the first pool by name", pool("b", B) + pool("a", A) + lb("one"), { one: "192.168.10.200" }],
    [
      "the next pool when the first is full",
      pool("a", A) + pool("b", B) + lb("one") + lb("two") + lb("three"),
      { one: "192.168.10.200", two: "192.168.10.201", three: "192.168.10.220" },
    ],
    ["none automatically", pool("a", A, ", autoAssign: false") + lb("one"), { one: "no available IPs" }],
    [
      "by name, also of one that gives none automatically",
      pool("a", A, ", autoAssign: false") + lb("one", { annotations: "metallb.io/address-pool: a" }),
      { one: "192.168.10.200" },
    ],
    [
      "by a name that no pool has",
      pool("a", A) + lb("one", { annotations: "metallb.io/address-pool: gold" }),
      { one: 'unknown pool "gold"' },
    ],
    [
      "by name, but it is full",
      pool("a", "192.168.10.200/32") + lb("one") + lb("two", { annotations: "metallb.io/address-pool: a" }),
      { one: "192.168.10.200", two: 'no available IPs in pool "a" for ipv4 IPFamily' },
    ],
    [
      "for a namespace by name",
      pool("a", A, ", serviceAllocation: { namespaces: [ shop ] }") + lb("one") + lb("two", { namespace: "shop" }),
      { one: "no available IPs", two: "192.168.10.200" },
    ],
    [
      "for a namespace by label",
      pool("a", A, ", serviceAllocation: { namespaceSelectors: [ { matchLabels: { team: blue } } ] }") +
        lb("one") +
        lb("two", { namespace: "shop" }),
      { one: "no available IPs", two: "192.168.10.200" },
    ],
    [
      "for Services by label",
      pool(
        "a",
        A,
        ", serviceAllocation: { serviceSelectors: [ { matchExpressions: [ { key: tier, operator: In, values: [ edge ] } ] } ] }",
      ) +
        lb("one") +
        lb("two", { labels: "tier: edge" }),
      { one: "no available IPs", two: "192.168.10.200" },
    ],
    [
      "own pools by priority before those for everybody",
      pool("a", A) +
        pool("b", B, ", serviceAllocation: { priority: 20, namespaces: [ default ] }") +
        pool("c", "192.168.10.240/30", ", serviceAllocation: { priority: 10, namespaces: [ default ] }") +
        lb("one"),
      { one: "192.168.10.240" },
    ],
    [
      "not .0 and .255 where they are to be avoided",
      pool("a", "192.168.9.255-192.168.10.1", ", avoidBuggyIPs: true") + lb("one"),
      { one: "192.168.10.1" },
    ],
    [
      "an address asked for",
      pool("a", A) + lb("one", { annotations: "metallb.io/loadBalancerIPs: 192.168.10.201" }),
      { one: "192.168.10.201" },
    ],
    [
      "an address of no pool",
      pool("a", A) + lb("one", { annotations: "metallb.io/loadBalancerIPs: 192.0.2.7" }),
      { one: '["192.0.2.7"] is not allowed in config' },
    ],
    [
      "an address of another family",
      pool("a", A) + lb("one", { annotations: 'metallb.io/loadBalancerIPs: "fd00::7"' }),
      { one: 'requested loadBalancer IP(s) ["fd00::7"] does not match the ipFamily of the service' },
    ],
    [
      "an address that another has",
      pool("a", A) + lb("one") + lb("two", { spec: ", loadBalancerIP: 192.168.10.200" }),
      { one: "192.168.10.200", two: `can't change sharing key for "default/two", address also in use by default/one` },
    ],
    [
      "shared by one key where ports differ",
      pool("a", A) +
        lb("one", { annotations: "metallb.io/allow-shared-ip: k" }) +
        lb("two", { annotations: "metallb.io/allow-shared-ip: k", ports: "{ port: 81 }" }),
      { one: "192.168.10.200", two: "192.168.10.200" },
    ],
    [
      "not shared where ports are the same",
      pool("a", A) +
        lb("one", { annotations: "metallb.io/allow-shared-ip: k" }) +
        lb("two", { annotations: "metallb.io/allow-shared-ip: k" }),
      { one: "192.168.10.200", two: "192.168.10.201" },
    ],
    [
      "one port of both",
      pool("a", A) +
        lb("one", { annotations: "metallb.io/allow-shared-ip: k" }) +
        lb("two", { annotations: "metallb.io/allow-shared-ip: k", spec: ", loadBalancerIP: 192.168.10.200" }),
      { one: "192.168.10.200", two: 'port tcp/80 is already in use on "192.168.10.200"' },
    ],
    [
      "another key",
      pool("a", A) +
        lb("one", { annotations: "metallb.io/allow-shared-ip: k" }) +
        lb("two", { annotations: "metallb.io/allow-shared-ip: other", ports: "{ port: 81 }" }),
      { one: "192.168.10.200", two: "192.168.10.201" },
    ],
    [
      "policy Local shares with the same Pods only",
      pool("a", A) +
        lb("one", { annotations: "metallb.io/allow-shared-ip: k", spec: ", externalTrafficPolicy: Local, selector: { app: a }" }) +
        lb("two", {
          annotations: "metallb.io/allow-shared-ip: k",
          ports: "{ port: 81 }",
          spec: ", externalTrafficPolicy: Local, selector: { app: b }",
        }),
      { one: "192.168.10.200", two: "192.168.10.201" },
    ],
  ])("%s", (_name, text, addresses) => {
    expect(given(cluster(text + advertisement()))).toEqual(addresses);
  });

  test("an address given back goes to one who waits", () => {
    const one = pool("a", "192.168.10.200/32") + advertisement();
    const simulation = cluster(one + lb("one") + lb("two"));
    expect(given(simulation)).toEqual({ one: "192.168.10.200", two: "no available IPs" });
    edit(simulation, one + lb("two"));
    expect(given(simulation)).toEqual({ two: "192.168.10.200" });
  });

  test("a wish that comes later moves the Service; a pool that goes takes its addresses along", () => {
    const simulation = cluster(pool("a", A) + advertisement() + lb("one"));
    edit(simulation, pool("a", A) + advertisement() + lb("one", { annotations: "metallb.io/loadBalancerIPs: 192.168.10.201" }));
    expect(given(simulation)).toEqual({ one: "192.168.10.201" });
    edit(simulation, pool("b", B) + advertisement() + lb("one"));
    expect(given(simulation)).toEqual({ one: "192.168.10.220" });
  });

  test("of two Services at one address each is reached at its port", () => {
    const shared = "metallb.io/allow-shared-ip: k";
    const text =
      web() +
      pool("a", A) +
      advertisement() +
      lb("one", { annotations: shared, spec: ", selector: { app: web }" }) +
      lb("two", { annotations: shared, ports: "{ port: 81, targetPort: 80 }", spec: ", selector: { app: web }" });
    const simulation = cluster(text);
    expect(sendOne(simulation, "outside/external", "192.168.10.200:80").servicePort).toBe("default/one");
    expect(sendOne(simulation, "outside/external", "192.168.10.200:81").servicePort).toBe("default/two");
  });

  test.each([
    ["by the nodes' labels", "nodeSelectors: [ { matchLabels: { kubernetes.io/hostname: node-2 } } ]", "node-2"],
    ["for a pool by its label", "ipAddressPoolSelectors: [ { matchLabels: { pool: a } } ]", /^node-[123]$/],
    ["for another pool", "ipAddressPoolSelectors: [ { matchLabels: { pool: gold } } ]", null],
    ["for no node", "nodeSelectors: [ { matchLabels: { kubernetes.io/hostname: nowhere } } ]", null],
  ])("announces %s", (_name, spec, node) => {
    const simulation = cluster(web({ extra: "type: LoadBalancer" }) + pool("a", A) + advertisement(spec));
    const by = serviceOf(simulation).loadBalancer.reach?.announcedBy ?? null;
    if (node instanceof RegExp) expect(by).toMatch(node);
    else expect(by).toBe(node);
  });
});

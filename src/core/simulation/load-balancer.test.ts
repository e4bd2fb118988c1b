/** Load balancers and external IPs: who provides an address, how long it takes, and where packets from outside get to. */
import { describe, expect, test } from "vitest";
import { SECOND } from "../base/time.ts";
import type { Journey } from "../network/trace.ts";
import type { Simulation } from "./simulation.ts";
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
      "cloud-provider-kind",
      balanced({ provider: "cloud-provider-kind", more: KIND }).replace("node-1", "kind-worker"),
      { state: "ready", addresses: ["172.18.0.200"] },
      ["EnsuringLoadBalancer: Ensuring load balancer", "EnsuredLoadBalancer: Ensured load balancer"],
    ],
    [
      "MetalLB, where its pools are",
      balanced({ more: ADVERTISED }),
      { state: "ready", addresses: ["192.168.10.200"] },
      ['IPAllocated: Assigned IP ["192.168.10.200"]'],
    ],
    [
      "MetalLB, asked for an address",
      balanced({ extra: "loadBalancerIP: 192.168.10.205", more: ADVERTISED }),
      { state: "ready", addresses: ["192.168.10.205"] },
      ['IPAllocated: Assigned IP ["192.168.10.205"]'],
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

  test("MetalLB brings all flows to the one node that announces the address; another takes over when it is gone", () => {
    const simulation = cluster(balanced({ more: ADVERTISED, replicas: 6 }));
    const [announcer, ...others] = nodesEntered(send(simulation, "outside/external", to(simulation), { count: 20 }));
    expect(others).toEqual([]);
    simulation.perform({ kind: "stop-node", node: announcer ?? "" }, simulation.now + SECOND);
    const [next] = nodesEntered(send(simulation, "outside/external", to(simulation)));
    expect(next).toBeDefined();
    expect(next).not.toBe(announcer);
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
    simulation.perform({ kind: "stop-node", node: announcer ?? "" }, simulation.now + SECOND);
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

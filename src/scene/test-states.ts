/**
 * Every state that a thing of the picture can be in (DESIGN 4), each as a small cluster: for golden pictures and for the
 * sheet that `npm run shots -- states` makes to be looked at.
 */
import type { Hop, Journey } from "../core/network/trace.ts";
import type { ClusterView, NodeView, PolicyView, ServiceView } from "../core/simulation/view.ts";
import type { Attention, Choreography, SceneOptions } from "./contract.ts";
import { choreograph } from "./choreography.ts";
import { buildScene } from "./layout.ts";
import { sceneBetween } from "./relayout.ts";
import type { Scene } from "./scene.ts";
import { PICTURE_A, clusterOf, journeyOf } from "./test-views.ts";

export interface StatePicture {
  /** Name of its golden file. */
  readonly name: string;
  /** What is to be seen. */
  readonly title: string;
  readonly scene: Scene;
  readonly choreography?: Choreography;
  readonly showMs?: number;
  readonly attention?: Attention;
}

const OPTIONS: SceneOptions = { width: 718, focus: "default/web", previous: null, arrangement: "workbench", podDetail: "address" };

const THREE = `
  node node-1 zone-a 192.168.10.11
  node node-2 zone-a 192.168.10.12
  node node-3 zone-b 192.168.10.13
`;
const WEB = "service web ClusterIP 10.96.142.31:80 -> 8080 app=web";

function withService(view: ClusterView, key: string, change: Partial<ServiceView>): ClusterView {
  return { ...view, services: view.services.map((service) => (service.key === key ? { ...service, ...change } : service)) };
}

function withNode(view: ClusterView, name: string, change: Partial<NodeView>): ClusterView {
  return { ...view, nodes: view.nodes.map((node) => (node.name === name ? { ...node, ...change } : node)) };
}

const PODS = clusterOf(`${THREE}
  pod node-1 web-4k2p 10.244.1.5 app=web
  pod node-1 web-a8dw 10.244.1.6 app=web not-ready
  pod node-1 web-c0dd - app=web starting
  pod node-1 debug 10.244.1.7 run=debug client
  pod node-2 web-e1nd 10.244.2.5 app=web terminating
  pod node-2 web-cr5h 10.244.2.6 app=web crashing
  pod node-2 report-x1 10.244.2.7 app=report completed
  pod node-2 report-x2 10.244.2.8 app=report failed
  pod node-3 web-h8wd 10.244.3.4 app=web
  pod node-3 agent 192.168.10.13 app=agent host-network
  pod node-3 kube-system/coredns-8m4k 10.244.3.3 k8s-app=kube-dns dns
  pod - web-big1 - app=web pending
  pod - web-big2 - app=web pending
  ${WEB}
  service kube-system/kube-dns ClusterIP 10.96.0.10:53 -> 53 k8s-app=kube-dns
`);

/** Half of a rolling update: new Pods start, one is ready, one of the old is ending. */
const ROLLING = clusterOf(`${THREE}
  pod node-1 web-old1 10.244.1.5 app=web
  pod node-1 web-new1 10.244.1.8 app=web
  pod node-1 debug 10.244.1.7 run=debug client
  pod node-2 web-old2 10.244.2.6 app=web terminating
  pod node-2 web-new2 10.244.2.9 app=web starting
  pod node-3 web-old3 10.244.3.4 app=web
  ${WEB}
`);

const NODES_TEXT = `
  node node-1 - 192.168.10.11
  node node-2 - 192.168.10.12
  node node-3 - 192.168.10.13
  pod node-1 debug 10.244.1.7 run=debug client
  pod node-1 web-4k2p 10.244.1.5 app=web
  pod node-2 web-9xq7 10.244.2.6 app=web
  pod node-3 web-h8wd 10.244.3.4 app=web
  ${WEB}
`;
const NODES = clusterOf(NODES_TEXT);

const LOST = clusterOf(
  NODES_TEXT.replace(".11", ".11 cordoned")
    .replace(".12", ".12 not-ready stopped")
    .replace(".13\n", ".13 cut behind\n")
    .replace("web-9xq7 10.244.2.6 app=web", "web-9xq7 10.244.2.6 app=web not-ready"),
);

const stopped = { stopped: true, syncedAt: 12_400_000_000, dueAt: null };
const GATES = withNode(
  withNode(withNode(NODES, "node-1", { changesBehind: 2 }), "node-2", { proxy: stopped, changesBehind: 3 }),
  "node-3",
  { changesBehind: 1, proxy: { stopped: false, syncedAt: 12_400_000_000, dueAt: 12_431_000_000 } },
);
const SWITCHED_OFF = withNode(withNode(NODES, "node-2", { fault: "stopped" }), "node-3", { proxy: stopped });

type PolicySpec = PolicyView["spec"];

/** Policies over the Pods of the states: what comes in, what goes out, both. */
function withPolicies(view: ClusterView, enforced: boolean): ClusterView {
  const policy = (name: string, policyTypes: PolicySpec["policyTypes"], selects: readonly string[]): PolicyView => ({
    key: `default/${name}`,
    namespace: "default",
    name,
    spec: { podSelector: {}, policyTypes },
    selects,
    source: null,
  });
  const policies = [
    policy("in", ["Ingress"], ["default/web-4k2p", "default/web-9xq7"]),
    policy("out", ["Egress"], ["default/debug", "default/web-9xq7"]),
  ];
  return { ...view, policies, enforcesPolicies: enforced };
}
const GUARDED = withPolicies(NODES, true);

function barred(): StatePicture {
  const scene = at(GUARDED);
  const plain = journeyOf({ view: GUARDED, from: "default/debug", service: "default/web", ending: "dropped", lookup: false });
  const journey = stoppedBy(plain, "not let in to default/web-4k2p by in");
  const choreography = choreograph({ journey, view: GUARDED, scene });
  return {
    name: "policy-stop",
    title: "A network policy stops a packet at the Pod's bar",
    scene,
    choreography,
    showMs: choreography.totalMs - 200,
  };
}

/** The same journey, dropped by the chain of a policy in place of a rule of kube-proxy's. */
function stoppedBy(journey: Journey, refusal: string): Journey {
  const text = `-A CNI-IN-X -m comment --comment "${refusal}" -j DROP`;
  const ofPolicy = (hop: Hop): Hop =>
    hop.kind === "drop" && hop.rule !== null ? { ...hop, rule: { ...hop.rule, table: "filter", chain: "CNI-IN-X", text } } : hop;
  return { ...journey, packets: journey.packets.map((packet) => ({ ...packet, hops: packet.hops.map(ofPolicy) })) };
}

const A = clusterOf(PICTURE_A);
type Balancer = ServiceView["loadBalancer"];
const REACH = { provider: "cloud", fault: null, announcedBy: null, checks: [] } as const;
const checked = (...healthy: readonly string[]): Balancer => ({
  state: "ready",
  addresses: ["198.51.100.10"],
  reach: {
    ...REACH,
    checks: ["node-1", "node-2", "node-3"].map((node) => ({
      node,
      healthy: healthy.includes(node),
      why: healthy.includes(node) ? "" : node === "node-3" ? "kube-proxy is stopped" : "no ready Pod there",
    })),
  },
});
const balanced = (loadBalancer: Balancer): ClusterView => withService(A, "default/web", { loadBalancer });

const SERVICES = ((): ClusterView => {
  let view = clusterOf(`${THREE}
    pod node-1 web-4k2p 10.244.1.5 app=web
    pod node-1 debug 10.244.1.7 run=debug client
    pod node-2 api-1 10.244.2.6 app=api not-ready
    pod node-3 db-0 10.244.3.4 app=db
    service web ClusterIP 10.96.142.31:80 -> 8080 app=web
    service cart ClusterIP 10.96.88.9:80 -> 8080 app=crat
    service api ClusterIP 10.96.7.7:80 -> 8080 app=api
    service db ClusterIP None:5432 -> 5432 app=db
    service legacy ClusterIP 10.96.5.5:80 -> 8080
    service partner ClusterIP 10.96.6.6:80 -> 8080
  `);
  view = withService(view, "default/partner", {
    type: "ExternalName",
    externalName: "api.example.com",
    health: "external-name",
    selector: null,
    clusterIps: [],
  });
  return withService(view, "default/legacy", { selector: null, health: "no-selector" });
})();
const BY_HAND = withService(SERVICES, "default/legacy", {
  selector: null,
  health: "ok",
  endpoints: ["203.0.113.30", "203.0.113.31"].map((address) => ({
    address,
    ports: [{ name: "", protocol: "TCP", port: 8080 }],
    pod: null,
    node: null,
    zone: null,
    ready: true,
    serving: true,
    terminating: false,
    hostname: null,
  })),
});

const at = (view: ClusterView, options: Partial<SceneOptions> = {}): Scene => buildScene(view, { ...OPTIONS, ...options });
const selected = (id: string): Attention => ({ selected: { kind: "outside", id }, hovered: null, focused: null });

function dropped(): StatePicture {
  const scene = at(A);
  const journey = journeyOf({ view: A, from: "default/debug", service: "default/web", ending: "dropped", lookup: false });
  const choreography = choreograph({ journey, view: A, scene });
  return { name: "waiting", title: "A dropped request: the client waits", scene, choreography, showMs: choreography.totalMs - 200 };
}

/** The same cluster a moment later: the ending Pod is gone, the starting one is ready, one more begins. */
const ROLLED = clusterOf(`${THREE}
  pod node-1 web-old1 10.244.1.5 app=web terminating
  pod node-1 web-new1 10.244.1.8 app=web
  pod node-1 debug 10.244.1.7 run=debug client
  pod node-2 web-new2 10.244.2.9 app=web
  pod node-2 web-new3 - app=web starting
  pod node-3 web-old3 10.244.3.4 app=web
  ${WEB}
`);

function changing(part: number): Scene {
  const before = at(ROLLING);
  return sceneBetween(before, at(ROLLED, { previous: before.slots }), part);
}

/** All of them, in the order of the design's table. */
export function statePictures(): readonly StatePicture[] {
  return [
    {
      name: "services",
      title: "Services: ready, no Pods, none ready, headless, no selector, ExternalName",
      scene: at(SERVICES, { focus: null }),
    },
    {
      name: "services-by-hand",
      title: "Endpoints written by hand; a Service in focus that has none ready",
      scene: at(BY_HAND, { focus: "default/api" }),
    },
    {
      name: "services-external",
      title: "A Service without a selector in focus: its endpoints outside",
      scene: at(BY_HAND, { focus: "default/legacy" }),
    },
    { name: "services-alias", title: "An ExternalName in focus", scene: at(BY_HAND, { focus: "default/partner" }) },
    {
      name: "pods",
      title: "Pods: ready, not ready, starting, ending, crashing, completed, failed, host network, without a node",
      scene: at(PODS),
    },
    { name: "rolling", title: "A rolling update", scene: at(ROLLING) },
    { name: "rolling-on-the-way", title: "The rolling update, four tenths of the way to its next moment", scene: changing(0.4) },
    { name: "policies", title: "Network policies: what comes in, what goes out, both", scene: at(GUARDED) },
    { name: "policies-from-afar", title: "The same on a phone", scene: at(GUARDED, { arrangement: "phone", width: 374 }) },
    { name: "policies-ignored", title: "Network policies that nothing enforces", scene: at(withPolicies(NODES, false), { width: 900 }) },
    barred(),
    { name: "gates", title: "Gates: out of date, stopped, syncing", scene: at(GATES) },
    { name: "switched-off", title: "A node switched off a moment ago; a kube-proxy stopped and in step", scene: at(SWITCHED_OFF) },
    { name: "nodes", title: "Nodes: cordoned, not ready, cut off", scene: at(LOST) },
    {
      name: "balancer-nobody",
      title: "A load balancer that nobody provides",
      scene: at(balanced({ state: "pending", addresses: [], reach: { ...REACH, provider: "none" } })),
    },
    {
      name: "balancer-pending",
      title: "A load balancer on its way",
      scene: at(balanced({ state: "pending", addresses: [], reach: REACH })),
    },
    {
      name: "balancer-quota",
      title: "A cloud that refuses",
      scene: at(
        balanced({ state: "pending", addresses: [], trouble: "Exceeded quota", reach: { ...REACH, provider: "quota", fault: "quota" } }),
      ),
    },
    {
      name: "balancer-checks",
      title: "Health checks listed",
      scene: at(balanced(checked("node-1"))),
      attention: selected("balancer default/web"),
    },
    { name: "balancer-unhealthy", title: "No healthy node", scene: at(balanced(checked())) },
    {
      name: "balancer-metallb",
      title: "MetalLB: one node answers for the address",
      scene: at(
        balanced({ state: "ready", addresses: ["192.168.10.200"], reach: { ...REACH, provider: "metallb", announcedBy: "node-2" } }),
      ),
    },
    dropped(),
  ];
}

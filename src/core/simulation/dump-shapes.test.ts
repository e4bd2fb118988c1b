/** Dumps of clusters that are built otherwise than ours, or that lack something: what they are taken for. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { EndpointSlice, Node, Pod, Service } from "../api/types.ts";
import type { Diagnostic } from "../manifests/types.ts";
import { act, edit, sendOne } from "./testing.ts";
import { createSimulation, type Simulation } from "./simulation.ts";

const FLAT = readFileSync(new URL("fixtures/dumps/flat-network.yaml", import.meta.url), "utf8");

/** The list's objects as texts, in its order. */
const ITEMS = FLAT.slice(FLAT.indexOf("- "), FLAT.lastIndexOf("kind: List")).split(/^(?=- )/m);

/** The dump with only the objects whose text `keep` likes. */
function only(keep: (item: string) => boolean): string {
  return `apiVersion: v1\nitems:\n${ITEMS.filter(keep).join("")}kind: List\n`;
}

const kindOf = (item: string): string => /^(?: {2}|- )kind: (\w+)$/m.exec(item)?.[1] ?? "";

function read(text: string): { readonly simulation: Simulation; readonly diagnostics: readonly Diagnostic[] } {
  const simulation = createSimulation();
  const { applied, diagnostics } = simulation.apply([{ name: "dump.yaml", text }]);
  if (!applied) throw new Error(diagnostics.map(({ range, message }) => `${range.line}: ${message}`).join("\n"));
  return { simulation, diagnostics };
}

const said = (diagnostics: readonly Diagnostic[]): readonly string[] => diagnostics.map(({ severity, code }) => `${severity} ${code}`);
const podsOf = (simulation: Simulation): readonly string[] =>
  (simulation.objects("Pod") as Pod[]).map(
    ({ metadata, spec, status }) => `${metadata.name} ${status.podIP ?? "-"} ${spec.nodeName ?? "-"}`,
  );
const slicesOf = (simulation: Simulation, name: string): readonly EndpointSlice[] =>
  (simulation.objects("EndpointSlice") as EndpointSlice[]).filter(({ metadata }) => metadata.name.startsWith(name));

const SHOP = ["shop-7d9f8c6b5d-4kq2z 10.42.0.11 box-a", "shop-7d9f8c6b5d-m8xvw 10.42.0.12 box-b", "shop-7d9f8c6b5d-w5p7c 10.42.0.14 box-a"];

describe("a cluster whose Pod addresses do not go by node", () => {
  it("stands as it was: Pods, one name server of its own, slices in an older release's words", () => {
    const { simulation, diagnostics } = read(FLAT);
    expect(podsOf(simulation)).toEqual(["coredns-66bc5c9577-9lbdk 10.42.0.5 box-a", "bench 10.42.0.13 box-b", ...SHOP]);
    expect(slicesOf(simulation, "shop-")[0]?.endpoints[0]?.conditions).toEqual({ ready: true });
    expect(slicesOf(simulation, "shop-")[0]?.metadata.generation).toBe(6);
    expect(said(diagnostics)).toEqual(["info dump-ranges", "info dump-ranges", "info dump-without-nodes", "info dump-without-owners"]);
    expect(diagnostics.map(({ message }) => /10\.\d+\.0\.0\/16/.exec(message)?.[0]).slice(0, 2)).toEqual(["10.42.0.0/16", "10.43.0.0/16"]);
  });

  it("has nodes with the addresses that the Pods give, and what reaches the Service arrives", () => {
    const { simulation } = read(FLAT);
    expect((simulation.objects("Node") as Node[]).map(({ metadata, status }) => [metadata.name, status.addresses?.[0]?.address])).toEqual([
      ["box-a", "172.31.5.10"],
      ["box-b", "172.31.5.11"],
    ]);
    for (let turn = 0; turn < 4; turn++) {
      const journey = sendOne(simulation, "store/bench", "http://shop");
      expect(journey.outcome.kind).toBe("delivered");
      expect(["10.42.0.11:80", "10.42.0.12:80"]).toContain(journey.endpoint);
    }
    expect(sendOne(simulation, "store/bench", "http://10.42.0.14").outcome.kind).toBe("delivered");
    expect(sendOne(simulation, "outside/external", "http://172.31.5.11:31234").outcome.kind).toBe("delivered");
  });

  it("keeps what a load balancer had given", () => {
    const { simulation } = read(FLAT);
    const shop = (simulation.objects("Service") as Service[]).find(({ metadata }) => metadata.name === "shop");
    expect(shop?.status.loadBalancer.ingress).toEqual([{ ip: "172.31.5.10", ipMode: "VIP" }]);
  });

  it("stands once, also where it was pasted twice", () => {
    const { simulation, diagnostics } = read(`${FLAT}---\n${FLAT}`);
    expect(podsOf(simulation).filter((line) => line.startsWith("shop-"))).toEqual(SHOP);
    expect(diagnostics.filter(({ code }) => code === "duplicate-object")).toHaveLength(ITEMS.length);
  });

  it("gives no address twice", () => {
    const { simulation } = read(FLAT);
    for (const pod of SHOP) act(simulation, { kind: "delete-pod", pod: `store/${pod.split(" ")[0] ?? ""}` });
    const addresses = podsOf(simulation).map((line) => line.split(" ")[1]);
    expect(new Set(addresses).size).toBe(addresses.length);
    expect(podsOf(simulation).filter((line) => line.startsWith("shop-7d9f8c6b5d-"))).toHaveLength(3);
    expect(podsOf(simulation).some((line) => SHOP.includes(line))).toBe(false);
    // Once a Pod has changed, the slice is this control plane's own work.
    expect(slicesOf(simulation, "shop-")[0]?.endpoints.every(({ conditions }) => conditions?.serving === true)).toBe(true);
    expect(sendOne(simulation, "store/bench", "http://shop").outcome.kind).toBe("delivered");
  });
});

describe("a dump that lacks something", () => {
  it("slices without their Pods stay, and say whom they name", () => {
    const { simulation, diagnostics } = read(
      only((item) => kindOf(item) !== "Pod" || item.includes("name: bench") || item.includes("coredns-")),
    );
    expect(said(diagnostics)).toContain("info dump-without-pods");
    expect(slicesOf(simulation, "shop-")[0]?.endpoints).toHaveLength(3);
    const journey = sendOne(simulation, "store/bench", "http://shop");
    expect(journey.outcome.kind).toBe("unreachable");
    expect(journey.packets.map(({ outcome }) => outcome.kind)).toContain("lost");
    act(simulation, { kind: "cordon", node: "box-a" });
    expect(slicesOf(simulation, "shop-")[0]?.endpoints).toHaveLength(3);
  });

  it("slices are made where there are none", () => {
    const { simulation, diagnostics } = read(only((item) => kindOf(item) !== "EndpointSlice"));
    expect(said(diagnostics)).toContain("info dump-without-slices");
    expect(
      slicesOf(simulation, "shop-")[0]?.endpoints.map(({ addresses, conditions }) => `${addresses.join()} ${String(conditions?.ready)}`),
    ).toEqual(["10.42.0.11 true", "10.42.0.12 true", "10.42.0.14 false"]);
  });

  it("Services alone keep their addresses and have no endpoints", () => {
    const { simulation, diagnostics } = read(only((item) => kindOf(item) === "Service"));
    expect(simulation.objects("Service").map((service) => (service as Service).spec.clusterIP)).toEqual([
      "10.43.0.1",
      "10.43.0.10",
      "10.43.77.8",
    ]);
    expect(said(diagnostics)).toEqual(["info dump-ranges", "info selector-matches-nothing"]);
    // Without name servers of its own the cluster has ours.
    expect(simulation.objects("Deployment").map(({ metadata }) => metadata.name)).toEqual(["coredns"]);
  });

  it("Pods go where another document's nodes are", () => {
    const cluster =
      "apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nnetworking: { serviceSubnet: 10.43.0.0/16 }\nnodes:\n  - role: control-plane\n  - role: worker\n---\n";
    const { simulation } = read(cluster + FLAT);
    expect(simulation.objects("Node").map(({ metadata }) => metadata.name)).toEqual(["kind-control-plane", "kind-worker"]);
    expect(
      podsOf(simulation)
        .filter((line) => line.startsWith("shop-"))
        .every((line) => / 10\.244\.\d+\.\d+ kind-worker$/.test(line)),
    ).toBe(true);
    expect(sendOne(simulation, "store/bench", "http://shop").outcome.kind).toBe("delivered");
  });
});

describe("what a dump says of its ranges", () => {
  const config = (name: string, key: string, lines: string): string =>
    `---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  namespace: kube-system\n  uid: 00000000-0000-4000-8000-0000000000${name.length}\ndata:\n  ${key}: |\n${lines.replace(/^/gm, "    ")}\n`;
  const pod = (name: string, command: string): string =>
    `---\napiVersion: v1\nkind: Pod\nmetadata: { name: ${name}, namespace: kube-system, uid: u-${name} }\nspec: { nodeName: a, hostNetwork: true, containers: [ { name: c, image: x, command: [ ${command} ] } ] }\nstatus: { phase: Running, podIP: 192.168.7.2, hostIP: 192.168.7.2 }\n`;
  const service = (name: string, clusterIP: string): string =>
    `---\napiVersion: v1\nkind: Service\nmetadata: { name: ${name}, namespace: shop, uid: u-${name} }\nspec: { clusterIP: ${JSON.stringify(clusterIP)}, ports: [ { port: 80 } ] }\n`;
  const kubernetes = (clusterIP: string): string => service("kubernetes", clusterIP).replace("namespace: shop", "namespace: default");

  it.each([
    [
      "kubeadm's ConfigMap",
      config(
        "kubeadm-config",
        "ClusterConfiguration",
        "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nnetworking:\n  dnsDomain: corp.local\n  podSubnet: 10.8.0.0/14\n  serviceSubnet: 10.200.0.0/20",
      ),
      "10.200.0.1",
    ],
    [
      "the flags of the control plane",
      pod("kube-apiserver-a", "kube-apiserver, --service-cluster-ip-range=10.200.0.0/20") +
        pod("kube-controller-manager-a", "x, --cluster-cidr=10.8.0.0/14"),
      "10.200.0.1",
    ],
    [
      "a ServiceCIDR",
      "---\napiVersion: networking.k8s.io/v1\nkind: ServiceCIDR\nmetadata: { name: kubernetes, uid: s }\nspec: { cidrs: [ 10.200.0.0/20 ] }\n",
      "10.200.0.1",
    ],
    ["the address of the API server", kubernetes("10.100.0.1") + service("a", "10.100.243.9"), "10.100.0.1"],
    ["addresses of the usual range", service("a", "10.96.5.6"), "10.96.0.1"],
    ["IPv6 addresses", service("a", "fd00:10:96::a7"), "fd00:10:96::1"],
    ["IPv6 addresses of another range", kubernetes("fd12:3456::1") + service("a", "fd12:3456::77"), "fd12:3456::1"],
  ])("%s", (_name, text, wanted) => {
    const { simulation } = read(text);
    const api = (simulation.objects("Service") as Service[]).find(({ metadata }) => metadata.name === "kubernetes");
    expect(api?.spec.clusterIP).toBe(wanted);
  });

  it("kube-proxy's own ConfigMap is its configuration", () => {
    const text = config(
      "kube-proxy",
      "config.conf",
      "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nclusterCIDR: 10.8.0.0/14\niptables:\n  masqueradeAll: true",
    );
    const { simulation } = read(`${text}${service("a", "10.96.5.6")}`);
    expect(simulation.rulesText("node-1", "IPv4", false)).toMatch(/-A KUBE-SVC-\w+ -d 10\.96\.\S+ .*-j KUBE-MARK-MASQ/);
  });
});

describe("what a dump's own settings ask for and nobody simulates", () => {
  it("is said at the ConfigMap that asks", () => {
    const text = `apiVersion: v1
kind: ConfigMap
metadata: { name: kube-proxy, namespace: kube-system, uid: c }
data:
  config.conf: |
    apiVersion: kubeproxy.config.k8s.io/v1alpha1
    kind: KubeProxyConfiguration
    mode: ipvs
`;
    const { diagnostics } = read(text);
    expect(diagnostics.map(({ range, code, message }) => `${range.line} ${code} ${message}`)).toEqual([
      "1 cluster-setting mode: kube-proxy's ipvs mode is not simulated; its iptables mode stands in for it",
    ]);
  });
});

describe("edits of a dump", () => {
  const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  namespace: store
  uid: 00000999-1111-4222-8333-000000000999
  annotations: { deployment.kubernetes.io/revision: "4" }
spec:
  replicas: 3
  selector: { matchLabels: { app: shop } }
  template:
    metadata: { labels: { app: shop } }
    spec: { containers: [ { name: main, image: "nginx:1.27", ports: [ { containerPort: 80 } ] } ] }
---
`;

  it("a Deployment without its ReplicaSet finds its Pods, and they come back with it", () => {
    const { simulation } = read(deployment + FLAT);
    expect(podsOf(simulation).filter((line) => line.startsWith("shop-"))).toEqual(SHOP);
    const set = simulation.objects("ReplicaSet").find(({ metadata }) => metadata.name === "shop-7d9f8c6b5d");
    expect(set?.metadata.annotations?.["deployment.kubernetes.io/revision"]).toBe("4");
    expect(set?.metadata.ownerReferences?.[0]?.name).toBe("shop");
  });

  it("taking the whole dump away leaves the default cluster", () => {
    const { simulation } = read(FLAT);
    edit(simulation, "");
    expect(simulation.objects("Node").map(({ metadata }) => metadata.name)).toEqual(["control-plane", "node-1", "node-2", "node-3"]);
    expect(simulation.objects("Service").map(({ metadata }) => metadata.name)).toEqual(["kubernetes", "kube-dns"]);
  });

  it("a Pod whose text goes is deleted; the slice that named it is written anew", () => {
    const { simulation } = read(FLAT);
    const without = `apiVersion: v1\nitems:\n${ITEMS.filter((item) => !item.includes("name: shop-7d9f8c6b5d-4kq2z\n    namespace")).join("")}kind: List\n`;
    edit(simulation, without);
    expect(podsOf(simulation).filter((line) => line.startsWith("shop-"))).toEqual(SHOP.slice(1));
    expect(slicesOf(simulation, "shop-")[0]?.endpoints.map(({ addresses }) => addresses[0])).toEqual(["10.42.0.12", "10.42.0.14"]);
  });

  it("a slice whose text goes is made again", () => {
    const { simulation } = read(FLAT);
    edit(
      simulation,
      only((item) => !item.includes("name: shop-r7k2q")),
    );
    const [slice] = slicesOf(simulation, "shop-");
    expect(slice?.metadata.name).not.toBe("shop-r7k2q");
    expect(slice?.endpoints).toHaveLength(3);
  });
});

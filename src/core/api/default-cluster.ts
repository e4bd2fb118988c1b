/**
 * The cluster that stands before anybody applies anything: nodes, namespaces, the API server's own Service, CoreDNS.
 * Shaped as kubeadm leaves it. (cmd/kubeadm/app/phases/addons/dns/manifests.go; pkg/controlplane/controller/kubernetesservice)
 */
import { compareText } from "../base/names.ts";
import type { Family } from "../base/names.ts";
import { addressAt, familyOf, formatAddress, parseAddress, parseRange } from "./addresses.ts";
import { isObject, listAt, stringsAt, textAt, withoutNulls } from "./json.ts";
import { bringsNodes } from "./settings.ts";
import type { ClusterSettings } from "./settings.ts";
import { itemsOf } from "./stored.ts";
import type { KubeObject, Node, StringMap } from "./types.ts";

export const KUBERNETES_VERSION = "v1.36.2";
const CONTROL_PLANE = "node-role.kubernetes.io/control-plane";
const ZONE = "topology.kubernetes.io/zone";
const API_SERVER_PORT = 6443;

/** Objects to create, in order. Given documents that describe nodes take the place of the default nodes. */
export function defaultCluster(settings: ClusterSettings, documents: readonly unknown[]): readonly KubeObject[] {
  const objects = documents.flatMap(itemsOf);
  const nodes = bringsNodes(objects) ? completeNodes(objects, settings) : plannedNodes(settings);
  return [
    ...["default", "kube-node-lease", "kube-public", "kube-system"].map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } })),
    ...nodes,
    ...apiServerService(settings, nodes),
    ...coreDns(settings),
  ];
}

/**
 * What decides about this cluster as a whole. While it stays the same, new text is applied to the running cluster;
 * when it changes, the cluster is another one and starts anew.
 */
export function clusterBasis(settings: ClusterSettings, documents: readonly unknown[]): string {
  return JSON.stringify([settings, bringsNodes(documents.flatMap(itemsOf))]);
}

interface NodePlanned {
  readonly name: string;
  readonly controlPlane: boolean;
  readonly labels: StringMap;
}

const DEFAULT_NODES: readonly NodePlanned[] = [
  { name: "control-plane", controlPlane: true, labels: { [ZONE]: "zone-a" } },
  { name: "node-1", controlPlane: false, labels: { [ZONE]: "zone-a" } },
  { name: "node-2", controlPlane: false, labels: { [ZONE]: "zone-a" } },
  { name: "node-3", controlPlane: false, labels: { [ZONE]: "zone-b" } },
];

/** The first node's address and those after it, by family: ours for the default cluster, kind's for kind. */
const NODE_NETWORKS: Readonly<Record<"default" | "kind", Readonly<Record<Family, string>>>> = {
  default: { IPv4: "192.168.10.10", IPv6: "2001:db8:10::10" },
  kind: { IPv4: "172.18.0.2", IPv6: "fc00:f853:ccd:e793::2" },
};

function plannedNodes(settings: ClusterSettings): readonly Node[] {
  const network = settings.kindNodes === null ? "default" : "kind";
  return (settings.kindNodes ?? DEFAULT_NODES).map((plan, index) => {
    const addresses = podFamilies(settings).map((family) => addressAfter(NODE_NETWORKS[network][family], index));
    return nodeObject(plan, addresses, podCidrsAt(settings, index));
  });
}

function podFamilies(settings: ClusterSettings): readonly Family[] {
  return [...new Set(settings.podSubnets.map(familyOf))];
}

function addressAfter(first: string, offset: number): string {
  const address = parseAddress(first);
  if (address === null) throw new Error(`not an address: ${first}`);
  return formatAddress({ family: address.family, value: address.value + BigInt(offset) });
}

/** Part number `index` of each pod subnet: a /24 of IPv4 and a /64 of IPv6 a node, or less where the subnet is small. */
function podCidrsAt(settings: ClusterSettings, index: number): readonly string[] {
  return settings.podSubnets.map((subnet) => {
    const range = parseRange(subnet);
    if (range === null) throw new Error(`not a CIDR: ${subnet}`);
    const usual = range.family === "IPv4" ? 24 : 64;
    const prefix = range.prefix < usual ? usual : Math.min(range.prefix + 4, range.family === "IPv4" ? 30 : 126);
    const bits = BigInt((range.family === "IPv4" ? 32 : 128) - prefix);
    return `${addressAt(range, BigInt(index) << bits)}/${prefix}`;
  });
}

function nodeObject(plan: NodePlanned, addresses: readonly string[], podCIDRs: readonly string[]): Node {
  const role: StringMap = plan.controlPlane ? { [CONTROL_PLANE]: "" } : {};
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: plan.name, labels: { ...standardLabels(plan.name), ...role, ...plan.labels } },
    spec: {
      podCIDR: podCIDRs[0],
      podCIDRs,
      ...(plan.controlPlane ? { taints: [{ key: CONTROL_PLANE, effect: "NoSchedule" }] } : {}),
    },
    status: nodeStatus(plan.name, addresses),
  };
}

function standardLabels(name: string): StringMap {
  return { "kubernetes.io/arch": "amd64", "kubernetes.io/hostname": name, "kubernetes.io/os": "linux" };
}

function nodeStatus(name: string, addresses: readonly string[]): Node["status"] & { readonly [field: string]: unknown } {
  return {
    addresses: [...addresses.map((address) => ({ type: "InternalIP", address })), { type: "Hostname", address: name }],
    conditions: [{ type: "Ready", status: "True", reason: "KubeletReady", message: "kubelet is posting ready status" }],
    allocatable: { cpu: "4", memory: "8144880Ki", pods: "110" },
    capacity: { cpu: "4", memory: "8247280Ki", pods: "110" },
    nodeInfo: {
      architecture: "amd64",
      containerRuntimeVersion: "containerd://2.2.1",
      kernelVersion: "6.12.0",
      kubeletVersion: KUBERNETES_VERSION,
      operatingSystem: "linux",
      osImage: "Debian GNU/Linux 13 (trixie)",
    },
  };
}

/**
 * Nodes that somebody wrote, with what a kubelet and the node controller would have added: addresses, a podCIDR, the
 * Ready condition. What is written stands; nodes that are there already (`existing`) keep what they were given.
 */
function completeNodes(objects: readonly unknown[], settings: ClusterSettings, existing: readonly Node[] = []): readonly Node[] {
  const written = objects.filter((object) => textAt(object, "kind") === "Node" && (textAt(object, "metadata", "name") ?? "") !== "");
  const kept = new Map(existing.map((node) => [node.metadata.name, node]));
  const taken = new Set([
    ...written.map((object) => textAt(object, "spec", "podCIDR") ?? kept.get(textAt(object, "metadata", "name") ?? "")?.spec.podCIDR ?? ""),
    ...existing.flatMap(internalAddresses),
  ]);
  const families = podFamilies(settings);
  /** The first ones, counting up, that nobody has. */
  const counter = (make: (part: number) => readonly string[]): (() => readonly string[]) => {
    let part = 0;
    return () => {
      for (;;) {
        const made = make(part++);
        if (!made.some((each) => taken.has(each))) return made;
      }
    };
  };
  const nextCidrs = counter((part) => podCidrsAt(settings, part));
  const nextAddresses = counter((part) => families.map((family) => addressAfter(NODE_NETWORKS.default[family], part)));
  return written.map((object) => {
    const name = textAt(object, "metadata", "name") ?? "";
    const before = kept.get(name);
    const own = textAt(object, "spec", "podCIDR") ?? before?.spec.podCIDR;
    const listed = listAt(object, "spec", "podCIDRs").filter((cidr) => typeof cidr === "string");
    const podCIDRs = listed.length > 0 ? listed : own === undefined ? nextCidrs() : (before?.spec.podCIDRs ?? [own]);
    const addresses = before === undefined ? nextAddresses() : internalAddresses(before);
    return completeNode(object, name, podCIDRs, addresses);
  });
}

function internalAddresses(node: Node): readonly string[] {
  return (node.status.addresses ?? []).filter(({ type }) => type === "InternalIP").map(({ address }) => address);
}

function completeNode(object: unknown, name: string, podCIDRs: readonly string[], addresses: readonly string[]): Node {
  const given = withoutNulls(object);
  const part = (field: string): { readonly [key: string]: unknown } => (isObject(given) && isObject(given[field]) ? given[field] : {});
  const status = nodeStatus(name, addresses);
  const written = part("status");
  const node = {
    apiVersion: "v1",
    kind: "Node",
    metadata: { ...part("metadata"), name, labels: { ...standardLabels(name), ...stringsAt(given, "metadata", "labels") } },
    spec: { ...part("spec"), podCIDR: podCIDRs[0], podCIDRs },
    status: { ...status, ...written, nodeInfo: { ...(isObject(status["nodeInfo"]) ? status["nodeInfo"] : {}), ...(isObject(written["nodeInfo"]) ? written["nodeInfo"] : {}) } },
  };
  return node as unknown as Node; // fields that are not ours stay as written
}

/** By name, the Node that the cluster gets for each Node document. `existing` are the nodes that stand already. */
export function completedNodes(documents: readonly unknown[], settings: ClusterSettings, existing: readonly Node[] = []): ReadonlyMap<string, Node> {
  return new Map(completeNodes(documents.flatMap(itemsOf), settings, existing).map((node) => [node.metadata.name, node]));
}

/** Address number `offset` of the primary service subnet: 1 is the API server's, 10 is DNS's. */
export function serviceAddress(settings: ClusterSettings, offset: number): string {
  const range = parseRange(settings.serviceSubnets[0] ?? "");
  if (range === null) throw new Error(`not a CIDR: ${String(settings.serviceSubnets[0])}`);
  return addressAt(range, BigInt(offset));
}

function apiServerService(settings: ClusterSettings, nodes: readonly Node[]): readonly KubeObject[] {
  const clusterIP = serviceAddress(settings, 1);
  const family = familyOf(clusterIP);
  const masters = nodes.filter((node) => node.metadata.labels?.[CONTROL_PLANE] !== undefined);
  const hosts = masters.length > 0 ? masters : [...nodes].sort((a, b) => compareText(a.metadata.name, b.metadata.name)).slice(0, 1);
  const addresses = hosts.flatMap((node) => (node.status.addresses ?? []).filter(({ type, address }) => type === "InternalIP" && familyOf(address) === family)).map(({ address }) => address);
  const metadata = { name: "kubernetes", namespace: "default", labels: { component: "apiserver", provider: "kubernetes" } };
  return [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: { type: "ClusterIP", clusterIP, ports: [{ name: "https", port: 443, protocol: "TCP", targetPort: API_SERVER_PORT }], ipFamilyPolicy: "SingleStack" },
    },
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name: "kubernetes", namespace: "default", labels: { "kubernetes.io/service-name": "kubernetes" } },
      addressType: family,
      endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
      ports: [{ name: "https", port: API_SERVER_PORT, protocol: "TCP" }],
    },
  ];
}

/** The Corefile that kubeadm writes. */
export function kubeadmCorefile(domain: string): string {
  return `.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes ${domain} in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30 {
       disable success ${domain}
       disable denial ${domain}
    }
    loop
    reload
    loadbalance
}
`;
}

function coreDns(settings: ClusterSettings): readonly KubeObject[] {
  const labels = { "k8s-app": "kube-dns" };
  const metadata = (name: string, more: StringMap = {}): KubeObject["metadata"] => ({ name, namespace: "kube-system", labels: { ...labels, ...more } });
  return [
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "coredns", namespace: "kube-system" }, data: { Corefile: kubeadmCorefile(settings.dnsDomain) } },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: {
        ...metadata("kube-dns", { "kubernetes.io/cluster-service": "true", "kubernetes.io/name": "CoreDNS" }),
        annotations: { "prometheus.io/port": "9153", "prometheus.io/scrape": "true" },
      },
      spec: {
        clusterIP: serviceAddress(settings, 10),
        selector: labels,
        ports: [
          { name: "dns", port: 53, protocol: "UDP", targetPort: 53 },
          { name: "dns-tcp", port: 53, protocol: "TCP", targetPort: 53 },
          { name: "metrics", port: 9153, protocol: "TCP", targetPort: 9153 },
        ],
      },
    },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: metadata("coredns"),
      spec: {
        replicas: 2,
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } },
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: coreDnsPod() },
      },
    },
  ];
}

function coreDnsPod(): { readonly [field: string]: unknown } {
  return {
    priorityClassName: "system-cluster-critical",
    serviceAccountName: "coredns",
    tolerations: [{ key: "CriticalAddonsOnly", operator: "Exists" }, { key: CONTROL_PLANE, effect: "NoSchedule" }],
    nodeSelector: { "kubernetes.io/os": "linux" },
    dnsPolicy: "Default",
    containers: [
      {
        name: "coredns",
        image: "registry.k8s.io/coredns/coredns:v1.14.2",
        args: ["-conf", "/etc/coredns/Corefile"],
        ports: [
          { name: "dns", containerPort: 53, protocol: "UDP" },
          { name: "dns-tcp", containerPort: 53, protocol: "TCP" },
          { name: "metrics", containerPort: 9153, protocol: "TCP" },
          { name: "liveness-probe", containerPort: 8080, protocol: "TCP" },
          { name: "readiness-probe", containerPort: 8181, protocol: "TCP" },
        ],
        livenessProbe: { httpGet: { path: "/health", port: "liveness-probe", scheme: "HTTP" }, initialDelaySeconds: 60, timeoutSeconds: 5, failureThreshold: 5 },
        readinessProbe: { httpGet: { path: "/ready", port: "readiness-probe", scheme: "HTTP" } },
        volumeMounts: [{ name: "config-volume", mountPath: "/etc/coredns", readOnly: true }],
      },
    ],
    volumes: [{ name: "config-volume", configMap: { name: "coredns", items: [{ key: "Corefile", path: "Corefile" }] } }],
  };
}

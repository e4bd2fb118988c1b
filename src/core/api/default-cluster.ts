/**
 * The cluster that stands before anybody applies anything: nodes, namespaces, the API server's own Service, CoreDNS.
 * Shaped as kubeadm leaves it. (cmd/kubeadm/app/phases/addons/dns/manifests.go; pkg/controlplane/controller/kubernetesservice)
 */
import { parseAddress } from "../base/address.ts";
import { compareText } from "../base/names.ts";
import { familyOf } from "./addresses.ts";
import { addressIn, completeNodes, CONTROL_PLANE, plannedNodes } from "./nodes.ts";
import { at, textAt } from "./json.ts";
import { bringsNodes } from "./settings.ts";
import type { ClusterSettings } from "./settings.ts";
import { itemsOf } from "./stored.ts";
import type { KubeObject, Node, StringMap } from "./types.ts";

const API_SERVER_PORT = 6443;

/** Objects to create, in order. Given documents that describe nodes take the place of the default nodes. */
export function defaultCluster(settings: ClusterSettings, documents: readonly unknown[]): readonly KubeObject[] {
  const objects = documents.flatMap(itemsOf);
  const nodes = bringsNodes(objects) ? completeNodes(objects, settings) : plannedNodes(settings);
  return [
    ...["default", "kube-node-lease", "kube-public", "kube-system"].map((name) => ({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name },
    })),
    ...nodes,
    ...apiServerService(settings, nodes),
    ...coreDns(settings).filter(({ kind }) => kind !== "Deployment" || !bringsNameServer(objects)),
  ];
}

/**
 * What decides about this cluster as a whole. While it stays the same, new text is applied to the running cluster;
 * when it changes, the cluster is another one and starts anew.
 */
export function clusterBasis(settings: ClusterSettings, documents: readonly unknown[]): string {
  const objects = documents.flatMap(itemsOf);
  return JSON.stringify([settings, bringsNodes(objects), ...(bringsNameServer(objects) ? ["dns"] : [])]);
}

/** Whether a dump of a running cluster has that cluster's own name servers, whatever made them there. */
function bringsNameServer(objects: readonly unknown[]): boolean {
  return objects.some((object) => {
    if (textAt(object, "metadata", "namespace") !== "kube-system" || textAt(object, "metadata", "uid") === undefined) return false;
    const labels =
      textAt(object, "kind") === "Pod" ? at(object, "metadata", "labels") : at(object, "spec", "template", "metadata", "labels");
    return textAt(labels, "k8s-app") === "kube-dns";
  });
}

/** Address number `offset` of the primary service subnet: 1 is the API server's, 10 is DNS's. */
export function serviceAddress(settings: ClusterSettings, offset: number): string {
  return addressIn(settings.serviceSubnets[0] ?? "", offset);
}

function apiServerService(settings: ClusterSettings, nodes: readonly Node[]): readonly KubeObject[] {
  const clusterIP = serviceAddress(settings, 1);
  const family = familyOf(clusterIP);
  const masters = nodes.filter((node) => node.metadata.labels?.[CONTROL_PLANE] !== undefined);
  const hosts = masters.length > 0 ? masters : [...nodes].sort((a, b) => compareText(a.metadata.name, b.metadata.name)).slice(0, 1);
  const addresses = hosts
    .flatMap((node) => (node.status.addresses ?? []).filter(({ type }) => type === "InternalIP").map(({ address }) => address))
    .filter((address) => parseAddress(address) !== null && familyOf(address) === family);
  const metadata = { name: "kubernetes", namespace: "default", labels: { component: "apiserver", provider: "kubernetes" } };
  return [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: {
        type: "ClusterIP",
        clusterIP,
        ports: [{ name: "https", port: 443, protocol: "TCP", targetPort: API_SERVER_PORT }],
        ipFamilyPolicy: "SingleStack",
      },
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

/** The Corefile that kubeadm writes, for a cluster domain. */
export function kubeadmCorefile(domain = "cluster.local"): string {
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
  const metadata = (name: string, more: StringMap = {}): KubeObject["metadata"] => ({
    name,
    namespace: "kube-system",
    labels: { ...labels, ...more },
  });
  return [
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "coredns", namespace: "kube-system" },
      data: { Corefile: kubeadmCorefile(settings.dnsDomain) },
    },
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
    tolerations: [
      { key: "CriticalAddonsOnly", operator: "Exists" },
      { key: CONTROL_PLANE, effect: "NoSchedule" },
    ],
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
        livenessProbe: {
          httpGet: { path: "/health", port: "liveness-probe", scheme: "HTTP" },
          initialDelaySeconds: 60,
          timeoutSeconds: 5,
          failureThreshold: 5,
        },
        readinessProbe: { httpGet: { path: "/ready", port: "readiness-probe", scheme: "HTTP" } },
        volumeMounts: [{ name: "config-volume", mountPath: "/etc/coredns", readOnly: true }],
      },
    ],
    volumes: [{ name: "config-volume", configMap: { name: "coredns", items: [{ key: "Corefile", path: "Corefile" }] } }],
  };
}

/**
 * Kinds that describe a cluster itself and are no part of the Kubernetes API: kind's Cluster, kubeadm's and kube-proxy's
 * configuration, MetalLB's pools. The fields that are simulated, in our own words; in the shape of the generated schema.
 */
import type { SchemaNode } from "./schema.ts";

const text = (d: string, e?: readonly string[]): SchemaNode => ({ t: "string", d, ...(e === undefined ? {} : { e }) });
const flag = (d: string): SchemaNode => ({ t: "boolean", d });
const number = (d: string): SchemaNode => ({ t: "number", d });
const object = (d: string, p: { readonly [field: string]: SchemaNode }): SchemaNode => ({ t: "object", d, p });
const list = (d: string, i: SchemaNode): SchemaNode => ({ t: "array", d, i });
const labels: SchemaNode = { t: "map", i: { t: "string" }, d: "Labels of the node; topology.kubernetes.io/zone is its zone." };
const needed = (node: SchemaNode): SchemaNode => ({ ...node, r: 1 });

const head = (apiVersion: string, kind: string): { readonly [field: string]: SchemaNode } => ({
  apiVersion: needed({ t: "string", e: [apiVersion] }),
  kind: needed({ t: "string", e: [kind] }),
});

const MODES = ["iptables", "nftables", "ipvs"];
const metadata = object("Name and namespace.", {
  name: needed(text("Name of the object, unique for its kind in a namespace.")),
  namespace: text("metallb-system, as a rule."),
});

const KIND_NODE = object("A node of the cluster.", {
  role: text("control-plane or worker.", ["control-plane", "worker"]),
  labels,
  extraPortMappings: list(
    "What reaches this node from localhost.",
    object("One port.", {
      containerPort: needed(number("Port on the node: a node port, as a rule.")),
      hostPort: number("Port on localhost."),
      listenAddress: text("Address on the host; every one where it is not said."),
      protocol: text("TCP unless it is said.", ["TCP", "UDP", "SCTP"]),
    }),
  ),
});

/** `apiVersion kind` → its fields. */
export const CLUSTER_KINDS: { readonly [kind: string]: SchemaNode } = {
  "kind.x-k8s.io/v1alpha4 Cluster": object("A cluster as kind makes it: nodes and their network.", {
    ...head("kind.x-k8s.io/v1alpha4", "Cluster"),
    name: text("Name of the cluster; its nodes are called after it."),
    nodes: list("The nodes, in order. Without it there is one control plane.", KIND_NODE),
    networking: object("Addresses and kube-proxy.", {
      ipFamily: text("ipv4 unless it is said.", ["ipv4", "ipv6", "dual"]),
      podSubnet: text("Addresses of Pods: one range a family, separated by a comma."),
      serviceSubnet: text("Addresses of Services: one range a family, separated by a comma."),
      kubeProxyMode: text("How kube-proxy writes its rules.", MODES),
    }),
  }),
  "kubeproxy.config.k8s.io/v1alpha1 KubeProxyConfiguration": object("kube-proxy, the same on every node.", {
    ...head("kubeproxy.config.k8s.io/v1alpha1", "KubeProxyConfiguration"),
    mode: text("How it writes its rules.", MODES),
    clusterCIDR: text("Addresses of Pods: traffic from elsewhere to a Service is masqueraded."),
    detectLocalMode: text("How it tells traffic of its own Pods.", ["ClusterCIDR", "NodeCIDR", "BridgeInterface", "InterfaceNamePrefix"]),
    nodePortAddresses: list("Ranges on whose addresses node ports are open; primary: the node's own address.", { t: "string" }),
    iptables: object("For mode iptables.", {
      masqueradeAll: flag("Masquerade everything that goes to a Service."),
      masqueradeBit: number("Bit of the packet mark that asks for masquerade; 14 unless it is said."),
      localhostNodePorts: flag("Node ports are open on 127.0.0.1 too; true unless it is said."),
      syncPeriod: text("How often all rules are written anew."),
      minSyncPeriod: text("At least so long between two syncs."),
    }),
    ipvs: object("For mode ipvs.", { scheduler: text("rr unless it is said.", ["rr", "lc", "dh", "sh", "sed", "nq", "wrr", "wlc"]) }),
  }),
  "kubeadm.k8s.io/v1beta4 ClusterConfiguration": object("What kubeadm sets up.", {
    ...head("kubeadm.k8s.io/v1beta4", "ClusterConfiguration"),
    networking: object("Addresses and names.", {
      podSubnet: text("Addresses of Pods."),
      serviceSubnet: text("Addresses of Services."),
      dnsDomain: text("Domain of the cluster; cluster.local unless it is said."),
    }),
    apiServer: object("The API server.", {
      extraArgs: list(
        "Its flags; service-node-port-range is read.",
        object("One flag.", { name: needed(text("Without the dashes.")), value: needed(text("30000-32767, for example.")) }),
      ),
    }),
  }),
  "metallb.io/v1beta1 IPAddressPool": object("Addresses that MetalLB may give to Services of type LoadBalancer.", {
    ...head("metallb.io/v1beta1", "IPAddressPool"),
    metadata,
    spec: needed(
      object("The addresses.", {
        addresses: needed(list("Ranges: 192.168.10.0/24, or 192.168.10.240-192.168.10.250.", { t: "string" })),
        autoAssign: flag("False: only Services that name the pool get an address from it."),
      }),
    ),
  }),
  "metallb.io/v1beta1 L2Advertisement": object("Which pools one node answers for, on the local network (layer 2).", {
    ...head("metallb.io/v1beta1", "L2Advertisement"),
    metadata,
    spec: object("The pools; all of them where none is named.", {
      ipAddressPools: list("Names of IPAddressPools.", { t: "string" }),
    }),
  }),
};

/**
 * What the cluster's own documents say: kind `Cluster`, kubeadm `ClusterConfiguration`, `KubeProxyConfiguration`.
 * They are settings and not API objects: nothing stores them. Nodes and the Corefile are API objects and stay so.
 *
 * Defaults are kubeadm's: kubeadm gives kube-proxy the pod subnet as its `clusterCIDR`. A stored cluster has no
 * kubeadm beside it, so there only what its KubeProxyConfiguration says counts (kube-proxy's own defaults else).
 */
import { cidrSize } from "../base/address.ts";
import type { Family } from "../base/names.ts";
import { parseRange } from "./addresses.ts";
import { dns1123Subdomain, labelErrors } from "./formats.ts";
import { at, booleanAt, isObject, listAt, numberAt, stringsAt, textAt } from "./json.ts";
import { SCHEDULERS, settingFaults } from "./setting-checks.ts";
import { subnetProblems } from "./subnet-checks.ts";
import type { StringMap } from "./types.ts";

export type ProxyMode = "iptables" | "nftables" | "ipvs";
export type DetectLocalMode = "ClusterCIDR" | "NodeCIDR" | "BridgeInterface" | "InterfaceNamePrefix";

/** kube-proxy's configuration, the same on every node. (staging/src/k8s.io/kube-proxy/config/v1alpha1/types.go) */
export interface ProxySettings {
  readonly mode: ProxyMode;
  /** Comma-separated CIDRs of the Pods; "" turns the detector of local traffic off. */
  readonly clusterCIDR: string;
  readonly detectLocalMode: DetectLocalMode;
  readonly bridgeInterface: string;
  readonly interfaceNamePrefix: string;
  /** CIDRs, or the one word `primary`; empty: the mode's own default. */
  readonly nodePortAddresses: readonly string[];
  readonly masqueradeAll: boolean;
  /** Bit of the packet mark that asks for masquerade: 14 gives 0x4000. */
  readonly masqueradeBit: number;
  /** iptables mode only. */
  readonly localhostNodePorts: boolean;
  readonly ipvsScheduler: string;
}

/** A node that a kind `Cluster` document asks for. */
export interface NodePlan {
  readonly name: string;
  readonly controlPlane: boolean;
  readonly labels: StringMap;
}

export interface PortRange {
  readonly first: number;
  /** Inclusive. */
  readonly last: number;
}

export interface ClusterSettings {
  /** The objects are the API server's stored state: no default cluster, no controller. */
  readonly stored: boolean;
  /** One CIDR a family, the primary family first. */
  readonly podSubnets: readonly string[];
  readonly serviceSubnets: readonly string[];
  /** Families of `serviceSubnets`: what Services can have. */
  readonly families: readonly Family[];
  readonly dnsDomain: string;
  readonly nodePortRange: PortRange;
  readonly proxy: ProxySettings;
  /** Nodes of a kind `Cluster`, or null for the default ones. */
  readonly kindNodes: readonly NodePlan[] | null;
  /** `extraPortMappings` of kind's nodes: what reaches the cluster from `localhost`. */
  readonly portMappings: readonly { readonly node: string; readonly containerPort: number; readonly hostPort: number }[];
}

/** A setting that cannot be read; the default stands in for it. `document` is the position in what was given. */
export interface SettingsProblem {
  readonly document: number;
  readonly field: string;
  readonly message: string;
  /** An error where not even the type is right; else a warning. */
  readonly severity?: "error" | "warning";
}

const SETTINGS_KINDS: readonly (readonly [group: string, kind: string])[] = [
  ["kind.x-k8s.io", "Cluster"],
  ["kubeproxy.config.k8s.io", "KubeProxyConfiguration"],
  ["kubeadm.k8s.io", "ClusterConfiguration"],
  ["kubeadm.k8s.io", "InitConfiguration"],
  ["kubeadm.k8s.io", "JoinConfiguration"],
  ["kubelet.config.k8s.io", "KubeletConfiguration"],
];

/** Documents that describe the cluster itself; nothing stores them. */
export function isSettingsDocument(document: unknown): boolean {
  const group = (textAt(document, "apiVersion") ?? "").split("/")[0];
  const kind = textAt(document, "kind");
  return SETTINGS_KINDS.some(([ofGroup, ofKind]) => group === ofGroup && kind === ofKind);
}

export const DEFAULT_SETTINGS: ClusterSettings = {
  stored: false,
  podSubnets: ["10.244.0.0/16"],
  serviceSubnets: ["10.96.0.0/12"],
  families: ["IPv4"],
  dnsDomain: "cluster.local",
  nodePortRange: { first: 30_000, last: 32_767 },
  proxy: {
    mode: "iptables",
    clusterCIDR: "10.244.0.0/16",
    detectLocalMode: "ClusterCIDR",
    bridgeInterface: "",
    interfaceNamePrefix: "",
    nodePortAddresses: [],
    masqueradeAll: false,
    masqueradeBit: 14,
    localhostNodePorts: true,
    ipvsScheduler: "rr",
  },
  kindNodes: null,
  portMappings: [],
};

/** The kubeadm document where it sets a subnet. */
function networkingAt(documents: readonly unknown[], kubeadmAt: number): number | undefined {
  const sets = ["podSubnet", "serviceSubnet"].some((field) => textAt(documents[kubeadmAt], "networking", field) !== undefined);
  return sets ? kubeadmAt : undefined;
}

/**
 * Reads the settings out of all documents of a cluster (others are passed over). The last document of a kind wins.
 * `mode` wins over the documents. Never throws: what cannot be read is a problem, and the default stands.
 */
export function readSettings(
  documents: readonly unknown[],
  options: { readonly stored?: boolean; readonly mode?: ProxyMode } = {},
): { readonly settings: ClusterSettings; readonly problems: readonly SettingsProblem[] } {
  const problems: SettingsProblem[] = [];
  const last = (kind: string): number =>
    documents.findLastIndex((document) => isSettingsDocument(document) && textAt(document, "kind") === kind);
  const kindAt = last("Cluster");
  const kubeadmAt = last("ClusterConfiguration");
  const proxyAt = last("KubeProxyConfiguration");

  for (const index of new Set([kindAt, kubeadmAt, proxyAt]))
    if (index >= 0) problems.push(...faultsOf(documents[index]).map((fault) => ({ document: index, ...fault })));
  const stored = options.stored === true;
  let settings: ClusterSettings = { ...DEFAULT_SETTINGS, stored };
  if (kindAt >= 0) settings = withKind(settings, documents[kindAt], kindAt, problems);
  if (kubeadmAt >= 0) settings = withKubeadm(settings, documents[kubeadmAt], kubeadmAt, problems);
  const proxyDefaults = { ...settings.proxy, clusterCIDR: stored ? "" : settings.podSubnets.join(",") };
  problems.push(...subnetProblems(settings, documents, networkingAt(documents, kubeadmAt) ?? kindAt));
  const proxy = proxyAt >= 0 ? withProxy(proxyDefaults, documents[proxyAt], proxyAt, problems) : proxyDefaults;
  return { settings: { ...settings, proxy: options.mode === undefined ? proxy : { ...proxy, mode: options.mode } }, problems };
}

/** A pure memo: a document that was read is never changed, and every edit of another asks again. */
const faultsKnown = new WeakMap<object, ReturnType<typeof settingFaults>>();

function faultsOf(document: unknown): ReturnType<typeof settingFaults> {
  if (!isObject(document)) return settingFaults(document);
  let faults = faultsKnown.get(document);
  if (faults === undefined) faultsKnown.set(document, (faults = settingFaults(document)));
  return faults;
}

const isMode = (text: string): text is ProxyMode => text === "iptables" || text === "nftables" || text === "ipvs";

/** kind's defaults: pods 10.244.0.0/16 or fd00:10:244::/56, services 10.96.0.0/16 or fd00:10:96::/112. (kind, pkg/apis/config) */
function withKind(base: ClusterSettings, document: unknown, index: number, problems: SettingsProblem[]): ClusterSettings {
  const family = textAt(document, "networking", "ipFamily") ?? "ipv4";
  const pick = (v4: string, v6: string): string => (family === "ipv6" ? v6 : family === "dual" ? `${v4},${v6}` : v4);
  const subnets = (field: keyof typeof LEAST_ADDRESSES, fallback: string): readonly string[] =>
    readSubnets(textAt(document, "networking", field) ?? fallback, fallback, { document: index, field, stored: base.stored }, problems);
  const podSubnets = subnets("podSubnet", pick("10.244.0.0/16", "fd00:10:244::/56"));
  const serviceSubnets = subnets("serviceSubnet", pick("10.96.0.0/16", "fd00:10:96::/112"));
  const mode = textAt(document, "networking", "kubeProxyMode");
  const named = textAt(document, "name") ?? "kind";
  const nameFaults = dns1123Subdomain(named);
  if (nameFaults.length > 0)
    problems.push({ document: index, field: "name", message: `${JSON.stringify(named)} is not a name for nodes: ${nameFaults[0] ?? ""}` });
  const name = nameFaults.length > 0 ? "kind" : named;
  const { kindNodes, portMappings, faults } = nodesOfKind(document, name);
  problems.push(...faults.map((fault) => ({ document: index, ...fault })));
  return {
    ...base,
    podSubnets,
    serviceSubnets,
    families: familiesOf(serviceSubnets),
    kindNodes,
    portMappings,
    proxy: { ...base.proxy, mode: mode !== undefined && isMode(mode) ? mode : base.proxy.mode },
  };
}

interface KindNodes {
  readonly name: string;
  readonly kindNodes: readonly NodePlan[];
  readonly portMappings: ClusterSettings["portMappings"];
  readonly faults: readonly { readonly field: string; readonly message: string }[];
}

/** A pure memo, as `faultsKnown`. */
const nodesKnown = new WeakMap<object, KindNodes>();

/** `name`: what the names of the nodes begin with. */
function nodesOfKind(document: unknown, name: string): KindNodes {
  if (!isObject(document)) return readNodes(document, name);
  const known = nodesKnown.get(document);
  if (known?.name === name) return known;
  const nodes = readNodes(document, name);
  nodesKnown.set(document, nodes);
  return nodes;
}

function readNodes(document: unknown, name: string): KindNodes {
  const asked = listAt(document, "nodes");
  const nodes = asked.length === 0 ? [{ role: "control-plane" }] : asked;
  const kindNodes: NodePlan[] = [];
  const portMappings: { node: string; containerPort: number; hostPort: number }[] = [];
  const faults: { field: string; message: string }[] = [];
  const counts = { "control-plane": 0, worker: 0 };
  for (const [position, node] of nodes.entries()) {
    const controlPlane = textAt(node, "role") !== "worker";
    const role = controlPlane ? "control-plane" : "worker";
    const same = counts[role]++;
    const nodeName = `${name}-${role}${same === 0 ? "" : String(same + 1)}`;
    const labels = stringsAt(node, "labels");
    const [labelFault] = labelErrors("labels", labels);
    if (labelFault !== undefined)
      faults.push({ field: `nodes[${position}].labels`, message: `labels of ${nodeName}: ${labelFault.message}` });
    kindNodes.push({ name: nodeName, controlPlane, labels: labelFault === undefined ? labels : {} });
    for (const mapping of listAt(node, "extraPortMappings")) {
      const containerPort = numberAt(mapping, "containerPort");
      const hostPort = numberAt(mapping, "hostPort");
      if (isPort(containerPort) && isPort(hostPort)) portMappings.push({ node: nodeName, containerPort, hostPort });
    }
  }
  return { name, kindNodes, portMappings, faults };
}

function isPort(port: number | undefined): port is number {
  return port !== undefined && Number.isInteger(port) && port >= 1 && port <= 65_535;
}

function withKubeadm(base: ClusterSettings, document: unknown, index: number, problems: SettingsProblem[]): ClusterSettings {
  const subnets = (field: keyof typeof LEAST_ADDRESSES, fallback: readonly string[]): readonly string[] =>
    readSubnets(
      textAt(document, "networking", field) ?? fallback.join(","),
      fallback.join(","),
      { document: index, field, stored: base.stored },
      problems,
    );
  const serviceSubnets = subnets("serviceSubnet", base.serviceSubnets);
  const range = extraArgument(at(document, "apiServer", "extraArgs"), "service-node-port-range");
  const nodePortRange = range === undefined ? base.nodePortRange : parsePortRange(range);
  if (nodePortRange === null) {
    problems.push({
      document: index,
      field: "apiServer.extraArgs",
      message: `service-node-port-range ${JSON.stringify(range)} is not a range of ports such as 30000-32767`,
    });
  }
  return {
    ...base,
    podSubnets: subnets("podSubnet", base.podSubnets),
    serviceSubnets,
    families: familiesOf(serviceSubnets),
    dnsDomain: readDomain(textAt(document, "networking", "dnsDomain") ?? base.dnsDomain, base.dnsDomain, index, problems),
    nodePortRange: nodePortRange ?? base.nodePortRange,
  };
}

function readDomain(text: string, fallback: string, document: number, problems: SettingsProblem[]): string {
  const errors = dns1123Subdomain(text);
  if (errors.length === 0) return text;
  problems.push({
    document,
    field: "networking.dnsDomain",
    message: `${JSON.stringify(text)} is not a domain such as cluster.local: ${errors[0] ?? ""}`,
  });
  return fallback;
}

/** `extraArgs` is a list of name and value since v1beta4, and was a map before. */
function extraArgument(args: unknown, name: string): string | undefined {
  if (!Array.isArray(args)) return textAt(args, name);
  return args
    .map((argument: unknown) => (textAt(argument, "name") === name ? textAt(argument, "value") : undefined))
    .findLast((value) => value !== undefined);
}

/** `30000-32767`, or `30000+100` (base and size). (apimachinery/pkg/util/net/port_range.go) */
function parsePortRange(text: string): PortRange | null {
  const found = /^\s*(\d+)\s*([-+])\s*(\d+)\s*$/.exec(text);
  if (found === null) return null;
  const first = Number(found[1]);
  const last = found[2] === "-" ? Number(found[3]) : Math.min(first + Number(found[3]), 65_535);
  return first >= 1 && first <= last && last <= 65_535 ? { first, last } : null;
}

function withProxy(base: ProxySettings, document: unknown, index: number, problems: SettingsProblem[]): ProxySettings {
  const mode = textAt(document, "mode") ?? "";
  if (mode !== "" && !isMode(mode)) {
    problems.push({
      document: index,
      field: "mode",
      message: `${JSON.stringify(mode)} is not a mode of kube-proxy on Linux: iptables, nftables or ipvs`,
    });
  }
  const detect = textAt(document, "detectLocalMode") ?? "";
  const modes: readonly DetectLocalMode[] = ["ClusterCIDR", "NodeCIDR", "BridgeInterface", "InterfaceNamePrefix"];
  const detectLocalMode = modes.find((known) => known === detect) ?? base.detectLocalMode;
  if (detect !== "" && detect !== detectLocalMode) {
    problems.push({ document: index, field: "detectLocalMode", message: `${JSON.stringify(detect)} is none of ${modes.join(", ")}` });
  }
  const bits = numberAt(document, "iptables", "masqueradeBit") ?? numberAt(document, "nftables", "masqueradeBit");
  const scheduler = textAt(document, "ipvs", "scheduler") ?? "";
  const cidr = textAt(document, "clusterCIDR");
  return {
    mode: isMode(mode) ? mode : base.mode,
    clusterCIDR: cidr !== undefined && isCidrList(cidr) ? cidr : base.clusterCIDR,
    detectLocalMode,
    bridgeInterface: textAt(document, "detectLocal", "bridgeInterface") ?? base.bridgeInterface,
    interfaceNamePrefix: textAt(document, "detectLocal", "interfaceNamePrefix") ?? base.interfaceNamePrefix,
    nodePortAddresses: listAt(document, "nodePortAddresses").filter(
      (entry): entry is string => typeof entry === "string" && (entry === "primary" || parseRange(entry) !== null),
    ),
    masqueradeAll: ["iptables", "nftables", "ipvs", "linux"].some((section) => booleanAt(document, section, "masqueradeAll") === true),
    masqueradeBit: bits !== undefined && bits >= 0 && bits <= 31 ? bits : base.masqueradeBit,
    localhostNodePorts: booleanAt(document, "iptables", "localhostNodePorts") ?? base.localhostNodePorts,
    ipvsScheduler: SCHEDULERS.includes(scheduler) ? scheduler : base.ipvsScheduler,
  };
}

/** Comma-separated CIDRs; "" for none. */
function isCidrList(text: string): boolean {
  return text.split(",").every((part) => part.trim() === "" || parseRange(part.trim()) !== null);
}

/** Fewer do not hold the cluster that stands before anybody applies anything: CoreDNS has the tenth Service address. */
const LEAST_ADDRESSES = { serviceSubnet: 10, podSubnet: 16 } as const;

function readSubnets(
  text: string,
  fallback: string,
  from: { readonly document: number; readonly field: keyof typeof LEAST_ADDRESSES; readonly stored: boolean },
  problems: SettingsProblem[],
): readonly string[] {
  const where = { document: from.document, field: `networking.${from.field}` };
  const least = from.stored ? 1 : LEAST_ADDRESSES[from.field];
  const parts = text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const bad = parts.find((part) => parseRange(part) === null);
  const families = familiesOf(parts);
  const small = parts.find((part) => sizeOf(part) < least);
  if (bad === undefined && small === undefined && parts.length > 0 && families.length === parts.length) return parts;
  problems.push({ ...where, message: subnetFault(text, { bad, small, least }) });
  return fallback.split(",");
}

function subnetFault(
  text: string,
  fault: { readonly bad: string | undefined; readonly small: string | undefined; readonly least: number },
): string {
  const { bad, small, least } = fault;
  if (bad !== undefined) return `${JSON.stringify(bad)} is not a CIDR such as 10.244.0.0/16`;
  if (small !== undefined) return `${small} is too small: it takes at least ${least} addresses`;
  return `expected one CIDR a family, got ${JSON.stringify(text)}`;
}

function sizeOf(subnet: string): number {
  const range = parseRange(subnet);
  return range === null ? Infinity : cidrSize(range);
}

function familiesOf(subnets: readonly string[]): readonly Family[] {
  return [...new Set(subnets.map((subnet) => parseRange(subnet)?.family ?? "IPv4"))];
}

/** Whether the documents bring nodes of their own, so that the default ones stay away. */
export function bringsNodes(documents: readonly unknown[]): boolean {
  return documents.some((document) => isObject(document) && document["kind"] === "Node" && document["apiVersion"] === "v1");
}

/**
 * What a dump says of the cluster that it came from, beside its objects: the ranges of its addresses and the nodes that its
 * Pods name. It comes as the documents that would have said the same, so that everybody reads it like those.
 *
 * Ranges, first what is surest: kubeadm's own ConfigMaps, the flags of the control plane's Pods, ServiceCIDR objects, and
 * else a range around the addresses that the objects have.
 */
import { addressAt, cidrContains, parseAddress, parseCidr } from "../base/address.ts";
import type { Address, Cidr } from "../base/address.ts";
import { compareText } from "../base/names.ts";
import type { Family } from "../base/names.ts";
import { isObject, listAt, textAt } from "../api/json.ts";
import { DEFAULT_SETTINGS, isSettingsDocument } from "../api/settings.ts";
import { itemsOf } from "../api/stored.ts";
import type { StringMap } from "../api/types.ts";
import { parseManifests } from "../manifests/parse.ts";
import { isFromCluster } from "./dumps.ts";

export interface DumpCluster {
  /** Settings and Nodes that nobody wrote. They go after the written documents. */
  readonly documents: readonly unknown[];
  /** The Nodes among them. */
  readonly nodes: readonly { readonly metadata: { readonly name: string } }[];
  /** Ranges that were taken from addresses alone, where they differ from the default ones. */
  readonly guessed: { readonly pods: readonly string[]; readonly services: readonly string[] };
}

const NOTHING: DumpCluster = { documents: [], nodes: [], guessed: { pods: [], services: [] } };

/** `values`: all documents of the workspace, as they were read. */
export function clusterOfDump(values: readonly unknown[]): DumpCluster {
  const objects = values.flatMap(itemsOf);
  const brought = objects.filter(isFromCluster);
  if (brought.length === 0) return NOTHING;
  const isGiven = (kind: string): boolean => objects.some((object) => isSettingsDocument(object) && textAt(object, "kind") === kind);
  const recorded = kubeadmDocuments(brought).filter((document) => !isGiven(textAt(document, "kind") ?? ""));
  const isRanged = isGiven("Cluster") || isGiven("ClusterConfiguration");
  const ranges = isRanged ? null : rangesOf(brought, recorded);
  const nodes = isGiven("Cluster") ? [] : nodesOf(objects, brought);
  return {
    documents: [
      ...recorded.filter((document) => textAt(document, "kind") !== "ClusterConfiguration"),
      ...(ranges?.documents ?? []),
      ...nodes,
    ],
    nodes,
    guessed: ranges?.guessed ?? NOTHING.guessed,
  };
}

// ---- settings -------------------------------------------------------------------------------------------------------

const SETTINGS_KEYS: { readonly [configMap: string]: string } = { "kubeadm-config": "ClusterConfiguration", "kube-proxy": "config.conf" };

/** `kube-system/kubeadm-config` and `kube-system/kube-proxy` hold the settings of their cluster as texts. */
export function holdsSettings(object: unknown): boolean {
  if (textAt(object, "kind") !== "ConfigMap" || textAt(object, "metadata", "namespace") !== "kube-system") return false;
  return Object.hasOwn(SETTINGS_KEYS, textAt(object, "metadata", "name") ?? "") && isFromCluster(object);
}

function kubeadmDocuments(brought: readonly unknown[]): readonly unknown[] {
  return brought.filter(holdsSettings).flatMap((object) => {
    const text = textAt(object, "data", SETTINGS_KEYS[textAt(object, "metadata", "name") ?? ""] ?? "");
    if (text === undefined) return [];
    return parseManifests([{ name: "", text }]).documents.flatMap(({ value }) => (isSettingsDocument(value) ? [value] : []));
  });
}

interface Ranges {
  readonly documents: readonly unknown[];
  readonly guessed: DumpCluster["guessed"];
}

function rangesOf(brought: readonly unknown[], recorded: readonly unknown[]): Ranges {
  const kubeadm = recorded.find((document) => textAt(document, "kind") === "ClusterConfiguration");
  const found = addressesOf(brought);
  const said = {
    pods: split(textAt(kubeadm, "networking", "podSubnet")) ?? flagOf(brought, "kube-controller-manager", "cluster-cidr"),
    services:
      split(textAt(kubeadm, "networking", "serviceSubnet")) ??
      flagOf(brought, "kube-apiserver", "service-cluster-ip-range") ??
      cidrsOf(brought),
  };
  const services = said.services ?? aroundEach(found.services, USUAL.services, [...found.pods, ...found.nodes]);
  const pods = said.pods ?? aroundEach(found.pods, USUAL.pods, [...found.services, ...found.nodes]);
  const networking = {
    ...(isObject(kubeadm) && isObject(kubeadm["networking"]) ? kubeadm["networking"] : {}),
    ...(pods.length === 0 ? {} : { podSubnet: pods.join(",") }),
    ...(services.length === 0 ? {} : { serviceSubnet: services.join(",") }),
  };
  const document = {
    apiVersion: "kubeadm.k8s.io/v1beta4",
    kind: "ClusterConfiguration",
    ...(isObject(kubeadm) ? kubeadm : {}),
    networking,
  };
  const isNews = (range: string): boolean => ![...DEFAULT_SETTINGS.podSubnets, ...DEFAULT_SETTINGS.serviceSubnets].includes(range);
  return {
    documents: kubeadm === undefined && pods.length === 0 && services.length === 0 ? [] : [document],
    guessed: {
      pods: said.pods === undefined ? pods.filter(isNews) : [],
      services: said.services === undefined ? services.filter(isNews) : [],
    },
  };
}

/** A list of CIDRs; undefined where one of them is none. */
function split(text: string | undefined): readonly string[] | undefined {
  const parts = (text ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  return parts.length === 0 || parts.some((part) => !part.includes("/") || parseCidr(part) === null) ? undefined : parts;
}

/** A flag in the command of a Pod of the control plane. */
function flagOf(brought: readonly unknown[], component: string, flag: string): readonly string[] | undefined {
  for (const object of brought) {
    if (textAt(object, "kind") !== "Pod" || textAt(object, "metadata", "namespace") !== "kube-system") continue;
    if (!(textAt(object, "metadata", "name") ?? "").startsWith(`${component}-`)) continue;
    const words = listAt(object, "spec", "containers").flatMap((container) => [
      ...listAt(container, "command"),
      ...listAt(container, "args"),
    ]);
    const word = words.find((each): each is string => typeof each === "string" && each.startsWith(`--${flag}=`));
    const ranges = split(word?.slice(flag.length + 3));
    if (ranges !== undefined) return ranges;
  }
  return undefined;
}

function cidrsOf(brought: readonly unknown[]): readonly string[] | undefined {
  const cidr = brought.find((object) => textAt(object, "kind") === "ServiceCIDR" && textAt(object, "metadata", "name") === "kubernetes");
  return split(listAt(cidr, "spec", "cidrs").join(","));
}

// ---- addresses ------------------------------------------------------------------------------------------------------

interface Addresses {
  /** Of Pods with a network of their own. Where all of them lie in podCIDRs of Nodes, those ranges' first addresses too. */
  readonly pods: readonly Address[];
  readonly services: readonly Address[];
  readonly nodes: readonly Address[];
}

function addressesOf(brought: readonly unknown[]): Addresses {
  const pods: Address[] = [];
  const services: Address[] = [];
  const nodes: Address[] = [];
  const cidrs: Cidr[] = [];
  for (const object of brought) {
    switch (textAt(object, "kind")) {
      case "Pod":
        nodes.push(...read([textAt(object, "status", "hostIP")]));
        if (isObject(object) && !isHostNetwork(object)) pods.push(...read(podAddresses(object)));
        break;
      case "Service":
        services.push(...read([textAt(object, "spec", "clusterIP"), ...listAt(object, "spec", "clusterIPs")]));
        break;
      case "Node":
        nodes.push(...read(listAt(object, "status", "addresses").map((each) => textAt(each, "address"))));
        cidrs.push(
          ...[textAt(object, "spec", "podCIDR"), ...listAt(object, "spec", "podCIDRs")].flatMap((text) =>
            typeof text === "string" ? (parseCidr(text) ?? []) : [],
          ),
        );
        break;
      default:
    }
  }
  // Where another plugin gives out addresses, the nodes' podCIDRs say nothing.
  const known = new Set(cidrs.map(({ text }) => text));
  const prefixes = [...new Set(cidrs.map(({ prefix }) => prefix))];
  const counts = pods.every(({ text }) => prefixes.some((prefix) => known.has(parseCidr(`${text}/${prefix}`)?.text ?? "")));
  return { pods: counts ? [...pods, ...cidrs.flatMap((cidr) => read([addressAt(cidr, 0)]))] : pods, services, nodes };
}

function isHostNetwork(pod: { readonly [field: string]: unknown }): boolean {
  return isObject(pod["spec"]) && pod["spec"]["hostNetwork"] === true;
}

function podAddresses(pod: unknown): readonly (string | undefined)[] {
  return [textAt(pod, "status", "podIP"), ...listAt(pod, "status", "podIPs").map((each) => textAt(each, "ip"))];
}

function read(texts: readonly unknown[]): readonly Address[] {
  return texts.flatMap((text) => (typeof text === "string" ? (parseAddress(text) ?? []) : []));
}

/** The default range of each family, and how wide a range is usually made. */
const USUAL = {
  pods: { IPv4: { byDefault: "10.244.0.0/16", prefix: 16 }, IPv6: { byDefault: "fd00:10:244::/56", prefix: 56 } },
  services: { IPv4: { byDefault: "10.96.0.0/12", prefix: 16 }, IPv6: { byDefault: "fd00:10:96::/112", prefix: 112 } },
} as const;

type Usual = Readonly<Record<Family, { readonly byDefault: string; readonly prefix: number }>>;

/** A range for each family among the addresses, that of the first address first. */
function aroundEach(addresses: readonly Address[], usual: Usual, others: readonly Address[]): readonly string[] {
  const families = [...new Set(addresses.map(({ family }) => family))];
  return families.map((family) => {
    const isOf = (address: Address): boolean => address.family === family;
    return around(addresses.filter(isOf), usual[family], others.filter(isOf));
  });
}

/** Narrower ranges would leave no room for what is to come. */
const NARROWEST: Readonly<Record<Family, number>> = { IPv4: 24, IPv6: 120 };

/** The default range where it holds all; else one that does, as wide as is usual and the other addresses allow. */
function around(
  addresses: readonly Address[],
  { byDefault, prefix: usual }: { readonly byDefault: string; readonly prefix: number },
  others: readonly Address[],
): string {
  const known = parseCidr(byDefault);
  if (known !== null && addresses.every((address) => cidrContains(known, address))) return byDefault;
  const [first] = addresses;
  if (first === undefined) return byDefault;
  const holdsAll = (cidr: Cidr): boolean => addresses.every((address) => cidrContains(cidr, address));
  const at = (prefix: number): Cidr | null => parseCidr(`${first.text}/${prefix}`);
  let range: Cidr | null = null;
  for (let prefix = NARROWEST[first.family]; prefix >= 0; prefix--) {
    const wider = at(prefix);
    if (wider === null) break;
    const isEnough = range !== null && prefix < usual;
    if (isEnough || (range !== null && others.some((other) => cidrContains(wider, other)))) break;
    if (holdsAll(wider)) range = wider;
  }
  return range?.text ?? byDefault;
}

// ---- nodes ----------------------------------------------------------------------------------------------------------

interface NodeSeen {
  hostIps: readonly string[];
  zone: string;
  controlPlane: boolean;
  readonly pods: Address[];
}

/** Nodes that Pods or endpoints of the dump are on and that no document describes. */
function nodesOf(objects: readonly unknown[], brought: readonly unknown[]): readonly NamedNode[] {
  const written = new Set(
    objects.filter((object) => textAt(object, "kind") === "Node").map((object) => textAt(object, "metadata", "name")),
  );
  const seen = new Map<string, NodeSeen>();
  const on = (name: string | undefined): NodeSeen | null => {
    if (name === undefined || name === "" || written.has(name)) return null;
    let node = seen.get(name);
    if (node === undefined) seen.set(name, (node = { hostIps: [], zone: "", controlPlane: false, pods: [] }));
    return node;
  };
  for (const object of brought) {
    if (textAt(object, "kind") === "Pod") noteNodeOfPod(object, on(textAt(object, "spec", "nodeName")));
    if (textAt(object, "kind") !== "EndpointSlice") continue;
    for (const endpoint of listAt(object, "endpoints")) {
      const node = on(textAt(endpoint, "nodeName"));
      if (node !== null) node.zone ||= textAt(endpoint, "zone") ?? "";
    }
  }
  const names = [...seen.keys()].sort(compareText);
  return names.map((name) => nodeDocument(name, seen));
}

function noteNodeOfPod(pod: unknown, node: NodeSeen | null): void {
  if (node === null) return;
  const hostIps = listAt(pod, "status", "hostIPs").flatMap((each) => textAt(each, "ip") ?? []);
  const hostIp = textAt(pod, "status", "hostIP");
  if (node.hostIps.length === 0) node.hostIps = hostIps.length > 0 ? hostIps : hostIp === undefined ? [] : [hostIp];
  if (isObject(pod) && !isHostNetwork(pod)) node.pods.push(...read(podAddresses(pod)));
  node.controlPlane ||= textAt(pod, "metadata", "labels", "component") === "kube-apiserver";
}

interface NamedNode {
  readonly [field: string]: unknown;
  readonly metadata: { readonly name: string; readonly labels: StringMap };
}

function nodeDocument(name: string, seen: ReadonlyMap<string, NodeSeen>): NamedNode {
  const { hostIps = [], zone = "", controlPlane = false } = seen.get(name) ?? {};
  const podCIDRs = podCidrs(name, seen);
  const labels = {
    ...(zone === "" ? {} : { "topology.kubernetes.io/zone": zone }),
    ...(controlPlane ? { "node-role.kubernetes.io/control-plane": "" } : {}),
  };
  const addresses = [...hostIps.map((address) => ({ type: "InternalIP", address })), { type: "Hostname", address: name }];
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels },
    spec: podCIDRs === null ? {} : { podCIDR: podCIDRs[0], podCIDRs },
    // Without an address of its own the node gets one as every other node does.
    ...(hostIps.length === 0 ? {} : { status: { addresses } }),
  };
}

/** For each family the block that the node's Pods have to themselves; null where there is none, as in a flat network. */
function podCidrs(name: string, seen: ReadonlyMap<string, NodeSeen>): readonly string[] | null {
  const own = seen.get(name)?.pods ?? [];
  const others = [...seen].filter(([other]) => other !== name).flatMap(([, { pods }]) => pods);
  const blocks = [...new Set(own.map(({ family }) => family))].map((family) => {
    const [first, ...rest] = own.filter((address) => address.family === family);
    if (first === undefined) return null;
    for (let prefix = family === "IPv4" ? 24 : 64; prefix <= (family === "IPv4" ? 28 : 80); prefix += family === "IPv4" ? 1 : 16) {
      const block = parseCidr(`${first.text}/${prefix}`);
      if (block === null || !rest.every((address) => cidrContains(block, address))) return null;
      if (!others.some((address) => cidrContains(block, address))) return block.text;
    }
    return null;
  });
  const found = blocks.filter((block) => block !== null);
  return found.length === 0 || found.length < blocks.length ? null : found;
}

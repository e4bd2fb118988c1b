/**
 * What the settings documents of a cluster may hold: types as the tools that read them have them, and the values that each
 * field can take. (kind, pkg/apis/config/v1alpha4; kubeadm v1beta4; staging/src/k8s.io/kube-proxy/config/v1alpha1)
 */
import { parsePath } from "../manifests/path.ts";
import { parseRange } from "./addresses.ts";
import { decodeFaults } from "./decode.ts";
import type { Shape } from "./decode.ts";
import { at, isObject, listAt, textAt } from "./json.ts";
import { any, bool, int32, list, open, string, strings, struct, textsOf } from "./shape-parts.ts";

export interface SettingFault {
  readonly field: string;
  readonly message: string;
  /** An error is a value that the tool itself could not read; a warning is one that it, or the simulation, cannot use. */
  readonly severity: "error" | "warning";
}

const kindNode = struct("Node", {
  ...textsOf("role", "image"),
  labels: strings,
  extraMounts: list(open("Mount", textsOf("hostPath", "containerPath"))),
  extraPortMappings: list(struct("PortMapping", { containerPort: int32, hostPort: int32, listenAddress: string, protocol: string })),
  kubeadmConfigPatches: list(string),
  kubeadmConfigPatchesJSON6902: list(any),
});

const SHAPES: { readonly [kind: string]: Shape } = {
  Cluster: struct("Cluster", {
    ...textsOf("apiVersion", "kind", "name"),
    nodes: list(kindNode),
    networking: struct("Networking", {
      ...textsOf("ipFamily", "apiServerAddress", "podSubnet", "serviceSubnet", "kubeProxyMode"),
      apiServerPort: int32,
      disableDefaultCNI: bool,
      dnsSearch: list(string),
    }),
    featureGates: { kind: "map", of: bool },
    runtimeConfig: strings,
    kubeadmConfigPatches: list(string),
    kubeadmConfigPatchesJSON6902: list(any),
    containerdConfigPatches: list(string),
    containerdConfigPatchesJSON6902: list(string),
    // Some tools that wrap kind write it.
    metadata: any,
  }),
  KubeProxyConfiguration: open("KubeProxyConfiguration", {
    ...textsOf("mode", "clusterCIDR", "detectLocalMode", "bindAddress", "hostnameOverride"),
    detectLocal: open("DetectLocalConfiguration", textsOf("bridgeInterface", "interfaceNamePrefix")),
    nodePortAddresses: list(string),
    iptables: open("KubeProxyIPTablesConfiguration", {
      masqueradeAll: bool,
      masqueradeBit: int32,
      localhostNodePorts: bool,
      ...textsOf("syncPeriod", "minSyncPeriod"),
    }),
    nftables: open("KubeProxyNFTablesConfiguration", {
      masqueradeAll: bool,
      masqueradeBit: int32,
      ...textsOf("syncPeriod", "minSyncPeriod"),
    }),
    ipvs: open("KubeProxyIPVSConfiguration", {
      ...textsOf("scheduler", "syncPeriod", "minSyncPeriod"),
      masqueradeAll: bool,
      strictARP: bool,
      excludeCIDRs: list(string),
    }),
    linux: open("KubeProxyLinuxConfiguration", { masqueradeAll: bool }),
  }),
  ClusterConfiguration: open("ClusterConfiguration", {
    ...textsOf("clusterName", "kubernetesVersion", "controlPlaneEndpoint"),
    networking: open("Networking", textsOf("serviceSubnet", "podSubnet", "dnsDomain")),
    apiServer: open("APIServer", { extraArgs: any, certSANs: list(string) }),
  }),
};

/** All that is wrong with a settings document, beyond what the readers of `settings.ts` say of subnets, names and modes. */
export function settingFaults(document: unknown): readonly SettingFault[] {
  const kind = textAt(document, "kind") ?? "";
  const shape = Object.hasOwn(SHAPES, kind) ? SHAPES[kind] : undefined;
  if (shape === undefined) return [];
  const types = decodeFaults(document, shape).map(({ kind: what, field, message, known }): SettingFault =>
    what === "unknown-field"
      ? { field, message: `no such field here: it takes ${listed(known)}`, severity: "warning" }
      : { field, message: wrongType(document, field, message), severity: "error" },
  );
  const wrong = new Set(types.filter(({ severity }) => severity === "error").map(({ field }) => field));
  return [...types, ...(VALUES[kind] ?? noValues)(document).filter(({ field }) => !wrong.has(field))];
}

const noValues = (): readonly SettingFault[] => [];

function listed(words: readonly string[]): string {
  return words.filter((word) => word !== "apiVersion" && word !== "kind" && word !== "metadata").join(", ");
}

function wrongType(document: unknown, field: string, message: string): string {
  const goType = /of type (.+)$/.exec(message)?.[1] ?? "";
  return `expected ${expected(goType)}, found ${found(at(document, ...parsePath(field)))}`;
}

function expected(goType: string): string {
  if (goType === "string") return "text";
  if (goType === "bool") return "true or false";
  if (goType.startsWith("int")) return "a whole number";
  return goType.startsWith("[]") ? "a list" : "an object";
}

function found(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (isObject(value)) return "an object";
  if (typeof value === "string") return `the text ${JSON.stringify(value)}`;
  return typeof value === "number" ? `the number ${value}` : String(value);
}

// ---- values ---------------------------------------------------------------------------------------------------------

const VALUES: { readonly [kind: string]: (document: unknown) => readonly SettingFault[] } = {
  Cluster: (document) => [
    ...word(document, "networking.ipFamily", ["ipv4", "ipv6", "dual"]),
    ...word(document, "networking.kubeProxyMode", ["iptables", "nftables", "ipvs", "none"]),
    ...(textAt(document, "networking", "kubeProxyMode") === "none"
      ? [unusable("networking.kubeProxyMode", "a cluster without kube-proxy is not simulated; its iptables mode stands in")]
      : []),
    ...listAt(document, "nodes").flatMap((_node, index) => kindNodeFaults(document, `nodes[${index}]`)),
  ],
  KubeProxyConfiguration: (document) => [
    ...cidrs(textAt(document, "clusterCIDR"), () => "clusterCIDR"),
    ...listAt(document, "nodePortAddresses").flatMap((each, index, all) =>
      typeof each !== "string" || (each === "primary" && all.length === 1) ? [] : cidrs(each, () => `nodePortAddresses[${index}]`),
    ),
    ...["iptables", "nftables"].flatMap((section) => range(document, `${section}.masqueradeBit`, 0, 31)),
    ...word(document, "ipvs.scheduler", ["", ...SCHEDULERS]),
    ...needsInterface(document, "BridgeInterface", "bridgeInterface"),
    ...needsInterface(document, "InterfaceNamePrefix", "interfaceNamePrefix"),
  ],
  ClusterConfiguration: argumentFaults,
};

/** Schedulers of IPVS that Linux has. (net/netfilter/ipvs) */
export const SCHEDULERS = "rr wrr lc wlc fo ovf lblc lblcr dh sh mh sed nq twos".split(" ");

function unusable(field: string, message: string): SettingFault {
  return { field, message, severity: "warning" };
}

function word(document: unknown, field: string, words: readonly string[]): readonly SettingFault[] {
  const value = at(document, ...parsePath(field));
  if (typeof value !== "string" || words.includes(value)) return [];
  return [unusable(field, `${JSON.stringify(value)} is none of ${words.filter((each) => each !== "").join(", ")}`)];
}

/** (pkg/proxy/apis/config/validation, validateInterface) */
function needsInterface(document: unknown, mode: string, setting: string): readonly SettingFault[] {
  if (textAt(document, "detectLocalMode") !== mode || (textAt(document, "detectLocal", setting) ?? "") !== "") return [];
  const missing = `${mode} needs detectLocal.${setting}: kube-proxy does not start without it`;
  return [unusable("detectLocalMode", `${missing}. Here it takes no packet for a Pod's`)];
}

function range(document: unknown, field: string, first: number, last: number): readonly SettingFault[] {
  const value = at(document, ...parsePath(field));
  if (typeof value !== "number" || (value >= first && value <= last)) return [];
  return [unusable(field, `${value} is not between ${first} and ${last}`)];
}

function cidrs(text: string | undefined, field: () => string): readonly SettingFault[] {
  const bad = (text ?? "")
    .split(",")
    .map((part) => part.trim())
    .find((part) => part !== "" && parseRange(part) === null);
  return bad === undefined ? [] : [unusable(field(), `${JSON.stringify(bad)} is not a CIDR such as 10.244.0.0/16`)];
}

function kindNodeFaults(document: unknown, field: string): readonly SettingFault[] {
  return [
    ...word(document, `${field}.role`, ["control-plane", "worker"]),
    ...listAt(at(document, ...parsePath(field)), "extraPortMappings").flatMap((_mapping, index) => [
      ...range(document, `${field}.extraPortMappings[${index}].containerPort`, 1, 65_535),
      ...range(document, `${field}.extraPortMappings[${index}].hostPort`, 0, 65_535),
      ...word(document, `${field}.extraPortMappings[${index}].protocol`, ["TCP", "UDP", "SCTP", "tcp", "udp", "sctp"]),
    ]),
  ];
}

/** A list of name and value since v1beta4, a map before: texts in both. */
function argumentFaults(document: unknown): readonly SettingFault[] {
  const args = at(document, "apiServer", "extraArgs");
  const fault = (field: string, message: string): SettingFault => ({ field: `apiServer.extraArgs${field}`, message, severity: "error" });
  if (args === undefined || args === null) return [];
  if (Array.isArray(args)) {
    return args.flatMap((argument: unknown, index) =>
      ["name", "value"].flatMap((part) => {
        const value = isObject(argument) ? argument[part] : argument;
        return typeof value === "string"
          ? []
          : [fault(`[${index}].${part}`, `expected text, found ${value === undefined ? "nothing" : found(value)}`)];
      }),
    );
  }
  if (!isObject(args)) return [fault("", `expected a list of name and value, found ${found(args)}`)];
  return Object.entries(args).flatMap(([name, value]) =>
    typeof value === "string" ? [] : [fault(`[${name}]`, `expected text, found ${found(value)}`)],
  );
}

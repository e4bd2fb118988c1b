/**
 * kube-proxy's settings that shape rules, with the defaults of 1.36, and what they come to for a family and a node.
 * Source: `pkg/proxy/apis/config/v1alpha1/defaults.go`, `cmd/kube-proxy/app/server_linux.go`.
 */
import { cidrContains, parseAddress } from "../base/address.ts";
import type { Address, Cidr } from "../base/address.ts";
import type { Family } from "../base/names.ts";
import { cidrsOf, hostCidr, isLoopback } from "./addresses.ts";

export type DetectLocalMode = "ClusterCIDR" | "NodeCIDR" | "BridgeInterface" | "InterfaceNamePrefix";

export interface ProxySettings {
  readonly detectLocalMode: DetectLocalMode;
  /** One CIDR per family, comma separated. Empty: no detector (for mode ClusterCIDR). */
  readonly clusterCidr: string;
  readonly bridgeInterface: string;
  readonly interfaceNamePrefix: string;
  readonly masqueradeAll: boolean;
  /** Mark = 1 shifted left by this. */
  readonly masqueradeBit: number;
  readonly localhostNodePorts: boolean;
  /** CIDRs, or the word `primary`; empty: all addresses. */
  readonly nodePortAddresses: readonly string[];
  /** Unspecified ("", `0.0.0.0`, `::`): the node's own address is used. */
  readonly bindAddress: string;
  /** The sysctl `net.netfilter.nf_conntrack_tcp_be_liberal` is set: no rule drops INVALID packets. */
  readonly conntrackTcpBeLiberal: boolean;
  /** The kernel has nfnetlink_acct, so that rules count with `-m nfacct`. Simulated nodes have not. */
  readonly accounting: boolean;
}

export const DEFAULT_PROXY_SETTINGS: ProxySettings = {
  detectLocalMode: "ClusterCIDR",
  clusterCidr: "",
  bridgeInterface: "",
  interfaceNamePrefix: "",
  masqueradeAll: false,
  masqueradeBit: 14,
  localhostNodePorts: true,
  nodePortAddresses: [],
  bindAddress: "",
  conntrackTcpBeLiberal: false,
  accounting: false,
};

/** How a packet is known to come from a Pod. null: not known, rules that ask are left out. */
export type PodSource = { readonly kind: "cidr"; readonly cidr: string } | { readonly kind: "interface"; readonly name: string };

export function podSource(settings: ProxySettings, family: Family, podCidrs: readonly string[]): PodSource | null {
  switch (settings.detectLocalMode) {
    case "ClusterCIDR":
      return firstCidr(settings.clusterCidr.split(","), family);
    case "NodeCIDR":
      return firstCidr(podCidrs, family);
    case "BridgeInterface":
      return settings.bridgeInterface === "" ? null : { kind: "interface", name: settings.bridgeInterface };
    case "InterfaceNamePrefix":
      return settings.interfaceNamePrefix === "" ? null : { kind: "interface", name: `${settings.interfaceNamePrefix}+` };
  }
}

function firstCidr(texts: readonly string[], family: Family): PodSource | null {
  const [cidr] = cidrsOf(texts, family);
  return cidr === undefined ? null : { kind: "cidr", cidr: cidr.text };
}

/** Where node ports listen: everywhere, or on addresses inside these CIDRs. */
export type NodePortAddresses = { readonly kind: "all" } | { readonly kind: "cidrs"; readonly cidrs: readonly Cidr[] };

/** CIDRs of the other family are ignored; with none left, or one of length 0, all addresses accept. */
export function nodePortAddresses(settings: ProxySettings, family: Family, nodeIp: Address): NodePortAddresses {
  const texts = settings.nodePortAddresses.flatMap((entry) => (entry === "primary" ? [hostCidr(nodeIp)] : [entry]));
  const cidrs = cidrsOf(texts, family);
  if (cidrs.length === 0 || cidrs.some((cidr) => cidr.prefix === 0)) return { kind: "all" };
  return { kind: "cidrs", cidrs };
}

/** Node ports on 127.0.0.1: IPv4 only, and only where the accepted addresses cover loopback. */
export function localhostNodePorts(settings: ProxySettings, family: Family, accepted: NodePortAddresses): boolean {
  if (!settings.localhostNodePorts || family === "IPv6") return false;
  return accepted.kind === "all" || accepted.cidrs.some(coversLoopback);
}

function coversLoopback(cidr: Cidr): boolean {
  const loopback = parseAddress("127.0.0.1");
  return isLoopback({ family: cidr.family, words: cidr.words, text: cidr.text }) || (loopback !== null && cidrContains(cidr, loopback));
}

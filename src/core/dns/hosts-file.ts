/** /etc/hosts of a container, as the kubelet writes it. Source: kubernetes pkg/kubelet/kubelet_pods.go, hostsFileContent. */
import { podIpsOf } from "../api/pod-ips.ts";
import type { Pod, PodSpec } from "../api/types.ts";

export interface HostsFile {
  readonly entries: readonly { readonly address: string; readonly names: readonly string[] }[];
}

export interface PodHostsFile extends HostsFile {
  readonly text: string;
}

const LOCAL_LINES: readonly (readonly [string, ...string[]])[] = [
  ["127.0.0.1", "localhost"],
  ["::1", "localhost", "ip6-localhost", "ip6-loopback"],
  ["fe00::0", "ip6-localnet"],
  ["fe00::0", "ip6-mcastprefix"],
  ["fe00::1", "ip6-allnodes"],
  ["fe00::2", "ip6-allrouters"],
];

/** What Debian writes into a machine's own file. */
const NODE_LINES: readonly (readonly [string, ...string[]])[] = [
  ["127.0.0.1", "localhost"],
  ["::1", "localhost", "ip6-localhost", "ip6-loopback"],
];

/** A Pod with `hostNetwork` sees its node's file: localhost and the node's own name. */
export function hostsFileOf(pod: Pick<Pod, "metadata" | "spec" | "status">, domain: string): PodHostsFile {
  const host = pod.spec.hostNetwork === true;
  const lines = host ? nodeLines(pod) : [...LOCAL_LINES, ...ownLines(pod, domain)];
  const aliases = hostAliases(pod);
  const all = [...lines, ...aliases];
  const title = host ? "# Kubernetes-managed hosts file (host network)." : "# Kubernetes-managed hosts file.";
  const aliasTitle = aliases.length > 0 ? ["", "# Entries added by HostAliases."] : [];
  const text = [title, ...lines.map(lineText), ...aliasTitle, ...aliases.map(lineText)];
  return { entries: all.map(([address, ...names]) => ({ address, names })), text: `${text.join("\n")}\n` };
}

function lineText(line: readonly string[]): string {
  return line.join("\t");
}

/** The hostname in the Pod's kernel: `spec.hostname`, or the Pod's name cut to 63 characters. */
export function hostnameOf(pod: Pick<Pod, "metadata" | "spec">): string {
  const { hostname } = pod.spec;
  return hostname !== undefined && hostname !== "" ? hostname : pod.metadata.name.slice(0, 63).replace(/[-.]+$/, "");
}

function ownLines(pod: Pick<Pod, "metadata" | "spec" | "status">, domain: string): (readonly [string, ...string[]])[] {
  const hostname = hostnameOf(pod);
  const { subdomain } = pod.spec;
  const namespace = pod.metadata.namespace ?? "default";
  const names =
    subdomain !== undefined && subdomain !== "" ? [`${hostname}.${subdomain}.${namespace}.svc.${domain}`, hostname] : [hostname];
  const ips = podIpsOf(pod);
  return ips.map((ip) => [ip, ...names] as const);
}

function nodeLines(pod: Pick<Pod, "spec">): (readonly [string, ...string[]])[] {
  return [...NODE_LINES, ...(pod.spec.nodeName === undefined ? [] : [["127.0.1.1", pod.spec.nodeName] as const])];
}

type SpecWithAliases = PodSpec & { readonly hostAliases?: readonly { readonly ip: string; readonly hostnames?: readonly string[] }[] };

function hostAliases(pod: Pick<Pod, "spec">): (readonly [string, ...string[]])[] {
  const spec: SpecWithAliases = pod.spec;
  return (spec.hostAliases ?? []).map(({ ip, hostnames = [] }) => [ip, ...hostnames] as const);
}

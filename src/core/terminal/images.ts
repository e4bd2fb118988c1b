/**
 * Which programs there are where a line runs. In a container it depends on the image: busybox has its applets and no curl, an
 * image made from nothing has not even a shell. Of an image that nobody knows every program is there.
 */
import type { Container, Pod } from "../api/types.ts";
import { knowledgeOf } from "../workloads/images.ts";

/** What the shell brings itself, and what every image with a shell has. */
export const EVERYWHERE: readonly string[] = [
  "cat", "cut", "date", "echo", "egrep", "env", "false", "fgrep", "grep", "head", "hostname", "id", "nl", "printenv", "rev", "seq", "sleep", "sort",
  "tac", "tail", "tee", "test", "[", "tr", "true", "uname", "uniq", "wc", "whoami",
]; // prettier-ignore
const BUSYBOX: readonly string[] = ["ip", "nc", "nslookup", "ping", "wget"];
const NETWORK: readonly string[] = [...BUSYBOX, "curl", "dig", "getent"];
/** On a node, beside those. */
const NODE: readonly string[] = [
  "curl",
  "getent",
  "ip",
  "ping",
  "nc",
  "conntrack",
  "iptables",
  "iptables-save",
  "ip6tables",
  "ip6tables-save",
  "nft",
  "ipvsadm",
];
const HOST: readonly string[] = ["curl", "ping", "nc", "wget"];

/** null: every program that there is. `[]`: no shell either. */
const BY_TITLE: { readonly [title: string]: readonly string[] } = {
  busybox: BUSYBOX,
  busyboxplus: [...BUSYBOX, "curl"],
  "busybox-curl": [...BUSYBOX, "curl"],
  alpine: [...BUSYBOX, "getent"],
  bash: [...BUSYBOX, "getent"],
  curl: [...BUSYBOX, "curl", "getent"],
  debian: ["getent"],
  ubuntu: ["getent"],
  python: ["getent"],
  centos: ["curl", "getent"],
  fedora: ["curl", "getent"],
  nginx: ["curl", "getent"],
  httpd: ["getent"],
  redis: ["getent"],
  postgres: ["getent"],
  mysql: ["getent"],
};
/** Made from nothing, or nearly: one program and no shell. */
const WITHOUT_SHELL: ReadonlySet<string> = new Set(["CoreDNS", "pause", "whoami", "http-echo"]);

export function containerOf(pod: Pod, name: string): Container | undefined {
  return pod.spec.containers.find((container) => container.name === name) ?? pod.spec.containers[0];
}

export function hasShell(image: string): boolean {
  return !WITHOUT_SHELL.has(knowledgeOf(image)?.title ?? "");
}

/** The programs of an image beside those that are everywhere; null: nobody knows, so all. */
export function programsOf(image: string): readonly string[] | null {
  const known = knowledgeOf(image);
  if (known === null) return null;
  const own = Object.hasOwn(BY_TITLE, known.title) ? BY_TITLE[known.title] : undefined;
  if (own === undefined) return null;
  // On Alpine busybox's applets are there too.
  return known.libc === "musl" ? [...new Set([...own, ...BUSYBOX])] : own;
}

export function programsOn(spot: "host" | "node"): readonly string[] {
  return spot === "node" ? NODE : HOST;
}

export const ALL_NETWORK_PROGRAMS = NETWORK;

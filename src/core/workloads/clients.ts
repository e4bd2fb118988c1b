/** What a Pod is good for as a sender: its C library decides how names are looked up. */
import type { Container, Pod, PodSpec } from "../api/types.ts";
import { knowledgeOf } from "./images.ts";
import { listenersOf } from "./listeners.ts";
import type { PodLike } from "./listeners.ts";

export type Libc = "glibc" | "musl";

/** The library of the first container's image; an image that nobody knows is taken for glibc unless its tag says Alpine. */
export function libcOf(spec: PodSpec): Libc {
  const image = spec.containers[0]?.image ?? "";
  return knowledgeOf(image)?.libc ?? (/alpine|musl/.test(image) ? "musl" : "glibc");
}

/** How programs of a Pod use names: `once`: they look one up at the first use and keep its first address while they run. */
export const RESOLVE_ANNOTATION = "kubehop.dev/resolve";
export const RESOLVE_WORDS: readonly string[] = ["always", "once"];

/** Its programs keep the first address of a name for as long as they run, as many servers and drivers do. */
export function resolvesOnce({ metadata }: Pick<Pod, "metadata">): boolean {
  return metadata.annotations?.[RESOLVE_ANNOTATION] === "once";
}

/** Nothing listens in the Pod, or its first image is a box of tools. */
export function isClient(pod: PodLike): boolean {
  return listenersOf(pod).length === 0 || knowledgeOf(pod.spec.containers[0]?.image ?? "")?.client === true;
}

/** Whether CoreDNS runs in the Pod. */
export function isNameServer(pod: PodLike): boolean {
  return nameServerOf(pod) !== null;
}

/** The container in which CoreDNS runs, or null. */
export function nameServerOf({ spec }: PodLike): Container | null {
  return spec.containers.find((container) => knowledgeOf(container.image)?.voice === "dns") ?? null;
}

/** Images of tools that bring BIND's programs, also where they are built on Alpine. */
const WITH_BIND: ReadonlySet<string> = new Set(["netshoot", "network-multitool", "dnstools", "dnsutils", "utils"]);

/** Whose nslookup is in the first container's image: busybox's in busybox and on Alpine, else BIND's (dnsutils). */
export function nslookupOf(spec: PodSpec): "busybox" | "bind" {
  const image = spec.containers[0]?.image ?? "";
  const title = knowledgeOf(image)?.title ?? "";
  if (WITH_BIND.has(title)) return "bind";
  return /busybox/.test(`${title} ${image}`) || libcOf(spec) === "musl" ? "busybox" : "bind";
}

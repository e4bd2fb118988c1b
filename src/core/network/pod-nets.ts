/** Which Pods hold which addresses, kept in step with a list of Pods that changes by few. */
import { canonicalAddress } from "../base/address.ts";
import { compareText, type NamespacedName } from "../base/names.ts";
import { podIpsOf } from "../api/pod-ips.ts";
import { changesBetween, keyOf } from "../api/store.ts";
import type { Pod } from "../api/types.ts";

export interface PodNet {
  readonly key: NamespacedName;
  readonly node: string;
  readonly addresses: readonly string[];
  readonly hostNetwork: boolean;
  readonly pod: Pod;
}

export interface PodNets {
  /** Pods that hold an address, by `namespace/name`, in the order of their keys. */
  readonly pods: ReadonlyMap<NamespacedName, PodNet>;
  /** Host-network Pods are not in here: their address is their node's. */
  readonly podAt: ReadonlyMap<string, PodNet>;
}

/** `pods` in the order of their keys. */
export function podNetsOf(pods: readonly Pod[]): PodNets {
  const nets = new Map<NamespacedName, PodNet>();
  for (const pod of pods) {
    const net = podNet(pod);
    if (net !== null) nets.set(net.key, net);
  }
  return { pods: nets, podAt: byAddress(nets) };
}

/** Of Pods that claim one address the last has it. */
function byAddress(nets: ReadonlyMap<NamespacedName, PodNet>): ReadonlyMap<string, PodNet> {
  const podAt = new Map<string, PodNet>();
  for (const net of nets.values()) if (!net.hostNetwork) for (const address of net.addresses) podAt.set(address, net);
  return podAt;
}

/** null while the Pod has no address, and once it ended: its address is free again. */
export function podNet(pod: Pod): PodNet | null {
  const addresses = addressesOfPod(pod);
  const { spec } = pod;
  return addresses === null || spec.nodeName === undefined
    ? null
    : { key: keyOf(pod), node: spec.nodeName, addresses, hostNetwork: spec.hostNetwork === true, pod };
}

/** The addresses that the Pod holds now, canonical; null where it holds none. */
export function addressesOfPod(pod: Pod): readonly string[] | null {
  const { spec, status } = pod;
  const phase = status?.phase;
  if (spec.nodeName === undefined || phase === "Succeeded" || phase === "Failed") return null;
  const addresses = podIpsOf(pod)
    .map(canonicalAddress)
    .filter((address) => address !== null);
  return addresses.length === 0 ? null : addresses;
}

/** The nets of one list of Pods after the other: what stayed the same is not read again. */
export class PodNetBook {
  private made: { readonly from: readonly Pod[]; readonly nets: PodNets } | null = null;

  /** `pods` in the order of their keys; no list is ever changed in place. */
  of(pods: readonly Pod[]): PodNets {
    const { made } = this;
    if (made?.from === pods) return made.nets;
    const nets = made === null ? podNetsOf(pods) : changed(made.nets, changesBetween(made.from, pods));
    this.made = { from: pods, nets };
    return nets;
  }
}

/** What `podNetsOf` makes of all Pods, from what it made of those before. */
function changed(before: PodNets, { gone, come }: { readonly gone: readonly Pod[]; readonly come: readonly Pod[] }): PodNets {
  const left = new Set(gone.map(keyOf));
  const added = come.map(podNet).filter((net) => net !== null);
  const nets = new Map<NamespacedName, PodNet>();
  let next = 0;
  for (const [key, net] of before.pods) {
    for (let other = added[next]; other !== undefined && compareText(other.key, key) <= 0; other = added[++next])
      nets.set(other.key, other);
    if (!left.has(key)) nets.set(key, net);
  }
  for (const net of added.slice(next)) nets.set(net.key, net);
  return { pods: nets, podAt: byAddress(nets) };
}

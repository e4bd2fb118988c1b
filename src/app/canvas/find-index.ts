/**
 * Everything in the cluster that can be found by a few letters: Pods, nodes, Services and hosts outside, by name, namespace,
 * address and label. Each has its words in one line of small letters, so that thousands are looked through at every letter.
 */
import type { ClusterView } from "../../core/simulation/view.ts";
import type { ThingId } from "../../scene/contract.ts";

export interface Findable {
  readonly thing: ThingId;
  readonly name: string;
  /** What it is and where, for the list: "Pod on node-1, 10.244.1.3". */
  readonly note: string;
  /** The name in small letters. */
  readonly called: string;
  /** All its words in small letters, one after the other. */
  readonly words: string;
}

const indexes = new WeakMap<ClusterView, readonly Findable[]>();

/** A view never changes, so its index is made once for it. Services come first, then nodes, Pods, and what is outside. */
export function findIndex(view: ClusterView): readonly Findable[] {
  const known = indexes.get(view);
  if (known !== undefined) return known;
  const made = makeIndex(view);
  indexes.set(view, made);
  return made;
}

function makeIndex({ services, nodes, pods, idle = [], outsiders }: ClusterView): readonly Findable[] {
  return [
    ...services.map((service) =>
      findable(
        { kind: "service", key: service.key },
        service.name,
        `Service, ${service.clusterIps[0] ?? service.externalName ?? "no address"}`,
        [service.key, service.dnsName, ...service.clusterIps, ...service.externalIps, ...service.loadBalancer.addresses],
      ),
    ),
    ...nodes.map((node) =>
      findable({ kind: "node", name: node.name }, node.name, `node${node.zone === "" ? "" : ` in ${node.zone}`}, ${node.internalIp}`, [
        node.zone,
        ...node.addresses,
      ]),
    ),
    ...pods.map((pod) =>
      findable(
        { kind: "pod", key: pod.key },
        pod.shortName,
        `Pod ${pod.node === null ? "without a node" : `on ${pod.node}`}, ${pod.ips[0] ?? "no address"}`,
        [pod.key, ...pod.ips, pod.workload?.name ?? "", ...Object.entries(pod.labels).map(([label, value]) => `${label}=${value}`)],
      ),
    ),
    ...idle.map(({ key, kind, name, labels }) =>
      findable({ kind: "workload", key }, name, `${kind}, no Pods`, [
        key,
        ...Object.entries(labels).map(([label, value]) => `${label}=${value}`),
      ]),
    ),
    ...outsiders.map((host) => findable({ kind: "outside", id: host.id }, host.name, `outside, ${host.address}`, [host.address])),
  ];
}

function findable(thing: ThingId, name: string, note: string, more: readonly string[]): Findable {
  const called = name.toLowerCase();
  return { thing, name, note, called, words: [called, ...more].join(" ").toLowerCase() };
}

export interface Found {
  /** The best ones, best first. */
  readonly first: readonly Findable[];
  readonly total: number;
}

/** What has all words of the query somewhere, a name before an address or a label, a beginning before a middle. */
export function find(index: readonly Findable[], query: string, most: number): Found {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const [head] = words;
  if (head === undefined) return { first: [], total: 0 };
  const ranks: Findable[][] = [[], [], [], []];
  for (const one of index) if (words.every((word) => one.words.includes(word))) ranks[rankOf(one, head)]?.push(one);
  const all = ranks.flat();
  return { first: all.slice(0, most), total: all.length };
}

function rankOf({ called, words }: Findable, word: string): number {
  if (called === word) return 0;
  if (called.startsWith(word)) return 1;
  // A whole address or label before a part of one.
  return called.includes(word) || ` ${words} `.includes(` ${word} `) ? 2 : 3;
}

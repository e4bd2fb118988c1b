/**
 * Everything in the cluster that can be found by a few letters: Pods, nodes, Services and hosts outside, by name, namespace,
 * address and label. Thousands of Pods are looked through at every letter, and 150,000 still without lag: what many have in common
 * (labels, the workload) is one line of small letters that is asked once, and a Pod's own words are those of the view.
 */
import type { ClusterView, PodView } from "../../core/simulation/view.ts";
import type { ThingId } from "../../scene/contract.ts";

export interface Findable {
  readonly thing: ThingId;
  readonly name: string;
  /** What it is and where, for the list: "Pod on node-1, 10.244.1.3". */
  readonly note: string;
}

/** What stands once: all its words in small letters, one after the other; the name first. */
interface Entry extends Findable {
  readonly called: string;
  readonly words: string;
}

export interface FindIndex {
  /** Services, then nodes. */
  readonly before: readonly Entry[];
  readonly pods: readonly PodView[];
  /** Of each Pod the line of what it has in common with others, in `lines`. */
  readonly lineOf: Uint32Array;
  readonly lines: readonly string[];
  /** Workloads without Pods, hosts outside. */
  readonly after: readonly Entry[];
}

const indexes = new WeakMap<ClusterView, FindIndex>();

/** A view never changes, so its index is made once for it. Services come first, then nodes, Pods, and what is outside. */
export function findIndex(view: ClusterView): FindIndex {
  const known = indexes.get(view);
  if (known !== undefined) return known;
  const made = makeIndex(view);
  indexes.set(view, made);
  return made;
}

function makeIndex({ services, nodes, pods, idle = [], outsiders }: ClusterView): FindIndex {
  return {
    before: [
      ...services.map((service) =>
        entry(
          { kind: "service", key: service.key },
          service.name,
          `Service, ${service.clusterIps[0] ?? service.externalName ?? "no address"}`,
          [service.key, service.dnsName, ...service.clusterIps, ...service.externalIps, ...service.loadBalancer.addresses],
        ),
      ),
      ...nodes.map((node) =>
        entry({ kind: "node", name: node.name }, node.name, `node${node.zone === "" ? "" : ` in ${node.zone}`}, ${node.internalIp}`, [
          node.zone,
          ...node.addresses,
        ]),
      ),
    ],
    pods,
    ...linesOf(pods),
    after: [
      ...idle.map(({ key, kind, name, labels }) =>
        entry({ kind: "workload", key }, name, `${kind}, no Pods`, [key, ...labelWords(labels)]),
      ),
      ...outsiders.map((host) => entry({ kind: "outside", id: host.id }, host.name, `outside, ${host.address}`, [host.address])),
    ],
  };
}

function entry(thing: ThingId, name: string, note: string, more: readonly string[]): Entry {
  const called = name.toLowerCase();
  return { thing, name, note, called, words: [called, ...more].join(" ").toLowerCase() };
}

function labelWords(labels: PodView["labels"]): readonly string[] {
  return Object.entries(labels).map(([label, value]) => `${label}=${value}`);
}

function linesOf(pods: readonly PodView[]): Pick<FindIndex, "lineOf" | "lines"> {
  const lines: string[] = [];
  const ids = new Map<string, number>();
  const known = new Map<PodView["labels"], Map<PodView["workload"], number>>();
  const lineOf = Uint32Array.from(pods, ({ labels, workload }) => {
    let byWorkload = known.get(labels);
    if (byWorkload === undefined) known.set(labels, (byWorkload = new Map()));
    let id = byWorkload.get(workload);
    if (id === undefined) {
      const line = [workload?.name ?? "", ...labelWords(labels)].join(" ").toLowerCase();
      id = ids.get(line) ?? lines.push(line) - 1;
      ids.set(line, id);
      byWorkload.set(workload, id);
    }
    return id;
  });
  return { lineOf, lines };
}

export interface Found {
  /** The best ones, best first. */
  readonly first: readonly Findable[];
  readonly total: number;
}

/** What has all words of the query somewhere, a name before an address or a label, a beginning before a middle. */
export function find(index: FindIndex, query: string, most: number): Found {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const [head] = words;
  if (head === undefined) return { first: [], total: 0 };
  // of many that are as good as each other only the first are ever shown
  const ranks: (Findable | PodView)[][] = [[], [], [], []];
  let total = 0;
  const add = (rank: number, one: Findable | PodView): void => {
    total++;
    const list = ranks[rank];
    if (list !== undefined && list.length < most) list.push(one);
  };
  const look = (entries: readonly Entry[]): void => {
    for (const one of entries) if (words.every((word) => one.words.includes(word))) add(rankOf(one.called, one.words, head), one);
  };
  look(index.before);
  lookAtPods(index, words, head, add);
  look(index.after);
  return { first: ranks.flat().slice(0, most).map(findable), total };
}

/** Names and addresses of Pods are in small letters already (RFC 1123, RFC 5952). */
function lookAtPods(
  { pods, lineOf, lines }: FindIndex,
  words: readonly string[],
  head: string,
  add: (rank: number, pod: PodView) => void,
): void {
  const inLine = words.map((word) => lines.map((line) => line.includes(word)));
  const whole = lines.map((line) => isWhole(line, head));
  const has = (pod: PodView, word: string): boolean =>
    pod.key.includes(word) || pod.shortName.includes(word) || pod.ips.some((ip) => ip.includes(word));
  pods.forEach((pod, i) => {
    const line = lineOf[i] ?? 0;
    for (let w = 0; w < words.length; w++) if (inLine[w]?.[line] !== true && !has(pod, words[w] ?? "")) return;
    const { shortName, key, ips } = pod;
    if (shortName === head) add(0, pod);
    else if (shortName.startsWith(head)) add(1, pod);
    else add(shortName.includes(head) || whole[line] === true || key === head || ips.includes(head) ? 2 : 3, pod);
  });
}

function findable(one: Findable | PodView): Findable {
  if ("thing" in one) return one;
  const { key, shortName, node, ips } = one;
  return {
    thing: { kind: "pod", key },
    name: shortName,
    note: `Pod ${node === null ? "without a node" : `on ${node}`}, ${ips[0] ?? "no address"}`,
  };
}

function rankOf(called: string, words: string, word: string): number {
  if (called === word) return 0;
  if (called.startsWith(word)) return 1;
  // A whole address or label before a part of one.
  return called.includes(word) || isWhole(words, word) ? 2 : 3;
}

function isWhole(words: string, word: string): boolean {
  return ` ${words} `.includes(` ${word} `);
}

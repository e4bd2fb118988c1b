/**
 * What differs between two moments of a run. Pure: both are given as facts. Things are matched by name; a rule by its text and its
 * chain, for its place among others says nothing; a tracked connection by its number.
 */
import { compareText, type Family, type NamespacedName } from "../base/names.ts";
import type { Nanos } from "../base/time.ts";
import type { ConntrackView } from "../network/trace.ts";
import type { MomentFacts } from "./moment-facts.ts";
import type { EndpointView, NodeView, PodView, PolicyView, RulesView, ServiceView } from "./view.ts";

/** A moment of a run: virtual time, `before`: before what was put in at that very time; or (null) its newest. */
export type Moment = { readonly at: Nanos; readonly before?: boolean } | null;

export type What = "came" | "went" | "changed";

/** A field that has another value: in the words of `kubectl`, "" where there is none. */
export interface FieldDiff {
  readonly field: string;
  readonly from: string;
  readonly to: string;
}

export interface ThingDiff {
  /** `namespace/name`, or a node's name. */
  readonly key: string;
  /** What a person calls it. */
  readonly name: string;
  readonly what: What;
  /** Of one that changed. */
  readonly fields: readonly FieldDiff[];
}

/** An address of a Service's slices, with its conditions. */
export interface EndpointDiff extends ThingDiff {
  readonly service: NamespacedName;
  readonly pod: NamespacedName | null;
}

export interface RuleLine {
  readonly table: string;
  readonly chain: string;
  readonly text: string;
}

/** Rules that came and went, of nodes that changed alike. */
export interface RulesDiff {
  readonly nodes: readonly string[];
  readonly family: Family;
  /** How many rules there were and are. */
  readonly from: number;
  readonly to: number;
  readonly removed: readonly RuleLine[];
  readonly added: readonly RuleLine[];
  /** Lines beyond the first few hundred of each. */
  readonly more: number;
}

/** A rule that is there at both moments and has counted packets in between. */
export interface CounterDiff extends RuleLine {
  readonly node: string;
  readonly family: Family;
  readonly from: number;
  readonly to: number;
}

export interface ConntrackDiff {
  readonly node: string;
  readonly what: What;
  /** As it is at the later moment; of one that is gone as it was. */
  readonly entry: ConntrackView;
  /** Its state at the earlier moment, where it changed. */
  readonly was: string | null;
}

export interface CacheDiff {
  readonly pod: NamespacedName;
  readonly name: string;
  readonly type: string;
  /** renewed: asked again after it had run out. */
  readonly what: "came" | "went" | "renewed";
  readonly denial: boolean;
  /** Until when it is kept, or was. */
  readonly goneAt: Nanos;
}

export interface SumDiff {
  readonly key: string;
  readonly from: number;
  readonly to: number;
}

export interface MomentsDiff {
  readonly from: Nanos;
  readonly to: Nanos;
  readonly pods: readonly ThingDiff[];
  readonly services: readonly ThingDiff[];
  readonly endpoints: readonly EndpointDiff[];
  readonly nodes: readonly ThingDiff[];
  readonly policies: readonly ThingDiff[];
  readonly rules: readonly RulesDiff[];
  readonly counters: readonly CounterDiff[];
  /** Nodes whose rules were not held against each other, of a very large cluster. */
  readonly nodesNotCompared: number;
  readonly conntrack: readonly ConntrackDiff[];
  readonly caches: readonly CacheDiff[];
  /** Requests answered, by Pod; and lost, by what became of them. */
  readonly answered: readonly SumDiff[];
  readonly lost: readonly SumDiff[];
}

export interface NodeRules {
  readonly node: string;
  readonly rules: ReadonlyMap<Family, RulesView>;
}

/** So many lines of each kind are told of one group of nodes. */
const LINES_MOST = 300;
/** And so many rows of things that grow with traffic. */
const ROWS_MOST = 500;

export function diffMoments(
  from: MomentFacts,
  to: MomentFacts,
  rules: { readonly from: readonly NodeRules[]; readonly to: readonly NodeRules[]; readonly notCompared: number },
): MomentsDiff {
  return {
    from: from.at,
    to: to.at,
    pods: things(from.view.pods, to.view.pods, { key: ({ key }) => key, name: ({ shortName }) => shortName, fields: podFields }),
    services: things(from.view.services, to.view.services, { key: ({ key }) => key, name: ({ name }) => name, fields: serviceFields }),
    endpoints: endpointDiffs(from.view.services, to.view.services),
    nodes: things(from.view.nodes, to.view.nodes, { key: ({ name }) => name, name: ({ name }) => name, fields: nodeFields }),
    policies: things(from.view.policies, to.view.policies, { key: ({ key }) => key, name: ({ name }) => name, fields: policyFields }),
    rules: ruleDiffs(rules.from, rules.to),
    counters: counterDiffs(rules.from, rules.to).slice(0, ROWS_MOST),
    nodesNotCompared: rules.notCompared,
    conntrack: conntrackDiffs(from, to).slice(0, ROWS_MOST),
    caches: cacheDiffs(from, to).slice(0, ROWS_MOST),
    answered: sumDiffs(from.answered, to.answered),
    lost: sumDiffs(from.lost, to.lost),
  };
}

// ---- things -------------------------------------------------------------------------------------------------------

interface Kind<T> {
  readonly key: (one: T) => string;
  readonly name: (one: T) => string;
  readonly fields: (one: T) => Fields;
}

type Fields = { readonly [field: string]: string };

/** Those that went, those that came, those that changed; each in the order of names. */
function things<T>(from: readonly T[], to: readonly T[], { key, name, fields }: Kind<T>): readonly ThingDiff[] {
  const was = new Map(from.map((one) => [key(one), one]));
  const is = new Map(to.map((one) => [key(one), one]));
  const whole = (one: T, what: "came" | "went"): ThingDiff => ({ key: key(one), name: name(one), what, fields: [] });
  const changed = to.flatMap((one): ThingDiff[] => {
    const before = was.get(key(one));
    // What did not change is the same value, or an equal one.
    if (before === undefined || before === one) return [];
    const differing = fieldDiffs(fields(before), fields(one));
    return differing.length === 0 ? [] : [{ key: key(one), name: name(one), what: "changed", fields: differing }];
  });
  return [
    ...from.filter((one) => !is.has(key(one))).map((one) => whole(one, "went")),
    ...to.filter((one) => !was.has(key(one))).map((one) => whole(one, "came")),
    ...changed,
  ];
}

function fieldDiffs(from: Fields, to: Fields): readonly FieldDiff[] {
  return Object.keys(to).flatMap((field) => {
    const [was, is] = [from[field] ?? "", to[field] ?? ""];
    return was === is ? [] : [{ field, from: was, to: is }];
  });
}

const yes = (is: boolean): string => (is ? "yes" : "no");
const labelText = (labels: { readonly [name: string]: string } | null): string =>
  Object.entries(labels ?? {})
    .map(([name, value]) => `${name}=${value}`)
    .join(", ");

function podFields(pod: PodView): Fields {
  return {
    state: pod.state,
    reason: pod.reason,
    node: pod.node ?? "",
    addresses: pod.ips.join(", "),
    restarts: String(pod.restarts),
    image: pod.image,
    labels: labelText(pod.labels),
    "listens on": pod.listens.map(({ port, protocol }) => `${port}/${protocol}`).join(", "),
    "readiness by hand": pod.readyOverride === null ? "" : pod.readyOverride ? "ready" : "not ready",
  };
}

function serviceFields(service: ServiceView): Fields {
  const { loadBalancer } = service;
  return {
    type: service.type,
    "cluster IP": service.headless ? "None" : service.clusterIps.join(", "),
    ports: service.ports
      .map(
        ({ port, protocol, targetPort, nodePort }) =>
          `${port}/${protocol} to ${targetPort}${nodePort === null ? "" : `, node port ${nodePort}`}`,
      )
      .join("; "),
    selector: labelText(service.selector),
    "external name": service.externalName ?? "",
    "external addresses": [...service.externalIps, ...loadBalancer.addresses].join(", "),
    "load balancer": loadBalancer.state === "none" ? "" : (loadBalancer.trouble ?? loadBalancer.state),
    internalTrafficPolicy: service.internalTrafficPolicy ?? "",
    externalTrafficPolicy: service.externalTrafficPolicy ?? "",
    sessionAffinity:
      service.affinitySeconds === null ? service.sessionAffinity : `${service.sessionAffinity}, ${service.affinitySeconds} s`,
  };
}

function nodeFields(node: NodeView): Fields {
  return {
    ready: yes(node.ready),
    cordoned: yes(node.cordoned),
    machine: node.fault === null ? "" : node.fault === "cut" ? "cut off the network" : "switched off",
    "kube-proxy": node.proxy.stopped ? "stopped" : "runs",
    "changes its rules do not hold": String(node.changesBehind),
  };
}

function policyFields(policy: PolicyView): Fields {
  return { selects: policy.selects.join(", "), spec: JSON.stringify(policy.spec) };
}

function endpointDiffs(from: readonly ServiceView[], to: readonly ServiceView[]): readonly EndpointDiff[] {
  const none: readonly EndpointView[] = [];
  const was = new Map(from.map((service) => [service.key, service.endpoints]));
  const is = new Map(to.map((service) => [service.key, service.endpoints]));
  const keys = [...new Set([...was.keys(), ...is.keys()])].sort(compareText);
  return keys.flatMap((service) => {
    const [before, after] = [was.get(service) ?? none, is.get(service) ?? none];
    if (before === after) return [];
    const pods = new Map([...before, ...after].map(({ address, pod }) => [address, pod]));
    const kind: Kind<EndpointView> = { key: ({ address }) => address, name: ({ address }) => address, fields: endpointFields };
    return things(before, after, kind).map((diff) => ({ ...diff, service, pod: pods.get(diff.key) ?? null }));
  });
}

function endpointFields({ ready, serving, terminating, ports, node, zone }: EndpointView): Fields {
  return {
    ready: yes(ready),
    serving: yes(serving),
    terminating: yes(terminating),
    ports: ports.map(({ port, protocol }) => `${port}/${protocol}`).join(", "),
    node: node ?? "",
    zone: zone ?? "",
  };
}

// ---- rules --------------------------------------------------------------------------------------------------------

interface CountedLine extends RuleLine {
  readonly packets: number;
}

function linesOf(view: RulesView | undefined): readonly CountedLine[] {
  return (view?.tables ?? []).flatMap(({ chains }) =>
    chains.flatMap(({ rows }) => rows.map(({ rule, packets }) => ({ table: rule.table, chain: rule.chain, text: rule.text, packets }))),
  );
}

const lineKey = ({ table, chain, text }: RuleLine): string => `${table}\n${chain}\n${text}`;

/** Lines of the first that the second has not, where one stands several times so many fewer. */
function without(lines: readonly CountedLine[], others: readonly CountedLine[]): readonly RuleLine[] {
  const left = new Map<string, number>();
  for (const one of others) left.set(lineKey(one), (left.get(lineKey(one)) ?? 0) + 1);
  return lines.flatMap((one) => {
    const key = lineKey(one);
    const there = left.get(key) ?? 0;
    left.set(key, there - 1);
    return there > 0 ? [] : [{ table: one.table, chain: one.chain, text: one.text }];
  });
}

function pairs(
  from: readonly NodeRules[],
  to: readonly NodeRules[],
): readonly { readonly node: string; readonly was: NodeRules["rules"]; readonly is: NodeRules["rules"] }[] {
  const none: NodeRules["rules"] = new Map();
  const was = new Map(from.map(({ node, rules }) => [node, rules]));
  const is = new Map(to.map(({ node, rules }) => [node, rules]));
  return [...new Set([...was.keys(), ...is.keys()])].map((node) => ({ node, was: was.get(node) ?? none, is: is.get(node) ?? none }));
}

function ruleDiffs(from: readonly NodeRules[], to: readonly NodeRules[]): readonly RulesDiff[] {
  const groups = new Map<string, RulesDiff>();
  for (const { node, was, is } of pairs(from, to)) {
    for (const family of ["IPv4", "IPv6"] as const) {
      const [before, after] = [linesOf(was.get(family)), linesOf(is.get(family))];
      const [removed, added] = [without(before, after), without(after, before)];
      if (removed.length === 0 && added.length === 0) continue;
      const key = JSON.stringify([family, removed, added]);
      const group = groups.get(key);
      groups.set(key, {
        nodes: [...(group?.nodes ?? []), node],
        family,
        from: before.length,
        to: after.length,
        removed: removed.slice(0, LINES_MOST),
        added: added.slice(0, LINES_MOST),
        more: Math.max(0, removed.length - LINES_MOST) + Math.max(0, added.length - LINES_MOST),
      });
    }
  }
  return [...groups.values()];
}

function counterDiffs(from: readonly NodeRules[], to: readonly NodeRules[]): readonly CounterDiff[] {
  return pairs(from, to).flatMap(({ node, was, is }) =>
    (["IPv4", "IPv6"] as const).flatMap((family) => {
      const counted = new Map(linesOf(was.get(family)).map((line) => [lineKey(line), line.packets]));
      return linesOf(is.get(family)).flatMap(({ packets, ...line }): CounterDiff[] => {
        const before = counted.get(lineKey(line));
        return before === undefined || before === packets ? [] : [{ ...line, node, family, from: before, to: packets }];
      });
    }),
  );
}

// ---- connections, caches, sums ------------------------------------------------------------------------------------

function conntrackDiffs(from: MomentFacts, to: MomentFacts): readonly ConntrackDiff[] {
  // A node that was switched off begins to count anew.
  const key = ({ id, createdAt }: ConntrackView): string => `${id} ${createdAt}`;
  const nodes = [...new Set([...from.nodes, ...to.nodes].map(({ node }) => node))];
  return nodes.flatMap((node) => {
    const entriesOf = (facts: MomentFacts): ReadonlyMap<string, ConntrackView> =>
      new Map((facts.nodes.find((one) => one.node === node)?.conntrack ?? []).map((entry) => [key(entry), entry]));
    const [was, is] = [entriesOf(from), entriesOf(to)];
    const went = [...was].flatMap(([id, entry]): ConntrackDiff[] => (is.has(id) ? [] : [{ node, what: "went", entry, was: null }]));
    const others = [...is].flatMap(([id, entry]): ConntrackDiff[] => {
      const before = was.get(id);
      if (before === undefined) return [{ node, what: "came", entry, was: null }];
      return before.state === entry.state ? [] : [{ node, what: "changed", entry, was: before.state }];
    });
    return [...went, ...others];
  });
}

function cacheDiffs(from: MomentFacts, to: MomentFacts): readonly CacheDiff[] {
  const rowsOf = ({ caches }: MomentFacts): ReadonlyMap<string, Omit<CacheDiff, "what">> =>
    new Map(
      caches.flatMap(({ pod, rows }) =>
        rows.map(({ name, type, kind, goneAt }) => [
          `${pod} ${kind} ${type} ${name}`,
          { pod, name, type, denial: kind === "denial", goneAt },
        ]),
      ),
    );
  const [was, is] = [rowsOf(from), rowsOf(to)];
  const went = [...was].flatMap(([key, row]): CacheDiff[] => (is.has(key) ? [] : [{ ...row, what: "went" }]));
  const others = [...is].flatMap(([key, row]): CacheDiff[] => {
    const before = was.get(key);
    if (before === undefined) return [{ ...row, what: "came" }];
    return before.goneAt === row.goneAt ? [] : [{ ...row, what: "renewed" }];
  });
  return [...went, ...others];
}

function sumDiffs(from: ReadonlyMap<string, number>, to: ReadonlyMap<string, number>): readonly SumDiff[] {
  const keys = [...new Set([...from.keys(), ...to.keys()])].sort(compareText);
  return keys.flatMap((key) => {
    const [was, is] = [from.get(key) ?? 0, to.get(key) ?? 0];
    return was === is ? [] : [{ key, from: was, to: is }];
  });
}

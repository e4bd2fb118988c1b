/** What is known of one moment of a run, to be held against another: the cluster, rules with their counters, tracked connections, caches, sums. */
import type { Family, NamespacedName } from "../base/names.ts";
import type { Nanos } from "../base/time.ts";
import type { CacheRow } from "../dns/cache-view.ts";
import type { ConntrackView } from "../network/trace.ts";
import { dnsView } from "./dns-view.ts";
import { FAMILIES } from "./node-stacks.ts";
import { rulesViewOf } from "./questions.ts";
import type { Run } from "./run.ts";
import { trafficView } from "./steady.ts";
import type { ClusterView, RulesView } from "./view.ts";

export interface NodeFacts {
  readonly node: string;
  /** Which state of the cluster its rules were written from, counted from 0; null before its first sync. */
  readonly version: number | null;
  readonly syncedAt: Nanos | null;
  readonly conntrack: readonly ConntrackView[];
}

export interface MomentFacts {
  readonly at: Nanos;
  readonly view: ClusterView;
  /** In the order of `view.nodes`. */
  readonly nodes: readonly NodeFacts[];
  readonly caches: readonly { readonly pod: NamespacedName; readonly rows: readonly CacheRow[] }[];
  /** Requests that each Pod answered: single ones, and those of the steady traffic that stands. */
  readonly answered: ReadonlyMap<NamespacedName, number>;
  /** Those that got no answer, by what became of them. */
  readonly lost: ReadonlyMap<string, number>;
}

/** Everything but rules, which are dear: `rulesNow` gives those of a node. */
export function momentFacts(run: Run): MomentFacts {
  const { state } = run;
  const view = run.view();
  return {
    at: run.now,
    view,
    nodes: view.nodes.map(({ name: node }) => {
      const proxy = state.proxies.get(node);
      return {
        node,
        version: proxy?.synced?.version ?? null,
        syncedAt: proxy?.syncedAt ?? null,
        conntrack: run.stacks.conntrack(node, run.now),
      };
    }),
    caches: dnsView(state).replicas.map(({ pod, cache }) => ({ pod, rows: cache })),
    ...sums(run),
  };
}

function sums({ state }: Run): Pick<MomentFacts, "answered" | "lost"> {
  const answered = new Map<NamespacedName, number>();
  const lost = new Map<string, number>();
  const count = (to: Map<string, number>, key: string, by: number): void => void to.set(key, (to.get(key) ?? 0) + by);
  for (const { outcome, pod } of state.journeys) {
    if (outcome.kind !== "delivered") count(lost, outcome.kind, 1);
    else if (pod !== null) count(answered, pod, 1);
  }
  const traffic = trafficView(state);
  for (const one of traffic?.answeredBy ?? []) count(answered, one.pod, one.count);
  for (const one of traffic?.lostBy ?? []) count(lost, one.outcome, one.count);
  return { answered, lost };
}

/** The rules of a node with what each has counted, of both families; empty where there is no such node. */
export function rulesNow(run: Run, node: string): ReadonlyMap<Family, RulesView> {
  const views = FAMILIES.flatMap((family) => {
    const view = rulesViewOf(run, node, family);
    return view === null ? [] : [[family, view] as const];
  });
  return new Map(views);
}

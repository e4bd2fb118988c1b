/**
 * Share per endpoint: what was observed beside what the rules' odds give, and the band where 95 of 100 runs fall.
 * Pure; the panel only draws it.
 */
import type { NamespacedName } from "../../core/base/names.ts";
import type { Journey, Sender } from "../../core/network/trace.ts";
import type { SendRequest } from "../../core/simulation/contract.ts";
import type { ClusterView, Distribution, ServiceView, TimelineEvent } from "../../core/simulation/view.ts";
import { serviceNamed, serviceOfPort } from "../state/focus.ts";

/** Below this many requests percentages and bands say nothing. */
export const ENOUGH = 10;

export interface ShareRow {
  readonly key: string;
  readonly pod: NamespacedName | null;
  readonly name: string;
  readonly ready: boolean;
  readonly count: number;
  /** 0..1; null where the rules give no odds. */
  readonly expected: number | null;
  /** Shares, 0..1; null below ENOUGH. */
  readonly band: { readonly low: number; readonly high: number } | null;
  /** In place of a bar: why nothing can arrive here; null where something can. */
  readonly note: string | null;
}

export interface Shares {
  readonly total: number;
  readonly rows: readonly ShareRow[];
  /** What to see, in one sentence. */
  readonly sentence: string;
  /** The bars alone would mislead: the sentence shows beside them. */
  readonly notable: boolean;
}

/**
 * The request whose odds belong beside this Service's shares: what the request line says where that means it, else
 * its address.
 */
export function requestTo(cluster: ClusterView, service: ServiceView, from: Sender, typed: string): SendRequest {
  if (serviceNamed(cluster, typed)?.key === service.key) return { from, to: typed };
  const port = service.ports[0];
  const host = service.headless || service.clusterIps[0] === undefined ? service.dnsName : service.clusterIps[0];
  const at = host.includes(":") ? `[${host}]` : host;
  return port === undefined ? { from, to: at } : { from, to: `${at}:${port.port}`, protocol: port.protocol };
}

/** What of a request the shares go by. */
export type Counted = Pick<Journey, "to" | "sentAt" | "outcome" | "pod" | "endpoint" | "servicePort">;

/** Since when requests count: the manifests' or (of one Service, or of any) the endpoints' last change. */
export function countedSince(timeline: readonly TimelineEvent[], service: NamespacedName | null = null): number {
  const { any, slices, slice } = lastChanges(timeline);
  return Math.max(any, service === null ? slice : (slices.get(service) ?? -1));
}

interface LastChanges {
  /** Of the manifests, or what a person did. */
  readonly any: number;
  /** Of a Service's endpoints, and of any's. */
  readonly slices: ReadonlyMap<NamespacedName, number>;
  readonly slice: number;
}

// A timeline never changes, and of a large cluster it is long: it is gone through once, however many ask.
const changes = new WeakMap<readonly TimelineEvent[], LastChanges>();

function lastChanges(timeline: readonly TimelineEvent[]): LastChanges {
  const known = changes.get(timeline);
  if (known !== undefined) return known;
  let any = -1;
  let slice = -1;
  const slices = new Map<NamespacedName, number>();
  for (const event of timeline) {
    if (event.kind === "edit" || event.kind === "action") any = Math.max(any, event.at);
    else if (event.kind === "slice") {
      slice = Math.max(slice, event.at);
      slices.set(event.service, Math.max(slices.get(event.service) ?? -1, event.at));
    }
  }
  const made = { any, slices, slice };
  changes.set(timeline, made);
  return made;
}

/** The requests that count: to this Service, since its endpoints or the manifests last changed, and not hidden: those on their way. */
export function countedJourneys<J extends Counted & { readonly id?: number }>(
  cluster: ClusterView,
  service: ServiceView,
  journeys: readonly J[],
  timeline: readonly TimelineEvent[],
  hidden: ReadonlySet<number>,
): readonly J[] {
  const since = countedSince(timeline, service.key);
  return journeys.filter(
    (journey) => journey.sentAt >= since && !(journey.id !== undefined && hidden.has(journey.id)) && isTo(cluster, service, journey),
  );
}

/** A headless Service has no rules that could name it: who typed its name and reached one of its endpoints counts. */
function isTo(cluster: ClusterView, service: ServiceView, journey: Counted): boolean {
  if (journey.servicePort !== null) return serviceOfPort(journey.servicePort) === service.key;
  return (
    service.headless &&
    journey.pod !== null &&
    service.endpoints.some((endpoint) => endpoint.pod === journey.pod) &&
    serviceNamed(cluster, journey.to)?.key === service.key
  );
}

export function sharesOf(
  cluster: ClusterView,
  service: ServiceView,
  journeys: readonly Counted[],
  distribution: Distribution | null,
): Shares {
  const arrived = journeys.filter((journey) => journey.pod !== null && journey.outcome.kind === "delivered");
  const total = arrived.length;
  // looked up, not searched for each endpoint: a Service may have hundreds, and a cluster thousands of Pods
  const endpoints = new Set(service.endpoints.map(({ pod }) => pod));
  const pods = new Map(cluster.pods.flatMap((pod) => (endpoints.has(pod.key) ? [[pod.key, pod] as const] : [])));
  const odds = expectedByAddress(distribution);
  const counts = new Map<string, number>();
  for (const { endpoint } of arrived) if (endpoint !== null) counts.set(addressOf(endpoint), (counts.get(addressOf(endpoint)) ?? 0) + 1);
  const bands = new Map<number, ShareRow["band"]>();
  const bandOf = (expected: number): ShareRow["band"] => {
    if (!bands.has(expected)) bands.set(expected, band(total, expected));
    return bands.get(expected) ?? null;
  };
  const rows = service.endpoints.map((endpoint): ShareRow => {
    const pod = pods.get(endpoint.pod ?? "");
    const expected = odds.get(endpoint.address) ?? null;
    const count = counts.get(endpoint.address) ?? 0;
    return {
      key: endpoint.address,
      pod: endpoint.pod,
      name: pod?.shortName ?? endpoint.address,
      ready: endpoint.ready,
      count,
      expected,
      band: total >= ENOUGH && expected !== null ? bandOf(expected) : null,
      note: noteOf(endpoint.ready, expected, distribution),
    };
  });
  return {
    total,
    rows,
    sentence: sentenceOf(service, rows, total, distribution),
    notable:
      service.sessionAffinity === "ClientIP" ||
      (total > 0 && rows.filter((row) => row.ready).length > 1 && rows.some((row) => row.count === total)),
  };
}

function addressOf(endpoint: string): string {
  return endpoint.slice(0, endpoint.lastIndexOf(":")).replace(/^\[|\]$/g, "");
}

/** What the rules give each address; null where they give no odds for one of its ports. */
function expectedByAddress(distribution: Distribution | null): ReadonlyMap<string, number | null> {
  const odds = new Map<string, number | null>();
  for (const { endpoint, probability } of distribution?.candidates ?? []) {
    const address = addressOf(endpoint);
    const before = odds.has(address) ? (odds.get(address) ?? null) : 0;
    odds.set(address, before === null || probability === null ? null : before + probability);
  }
  return odds;
}

function noteOf(ready: boolean, expected: number | null, distribution: Distribution | null): string | null {
  if (!ready) return "not ready, so no rule points to it";
  if (distribution !== null && expected === null && distribution.candidates.length > 0) return "the sender's node has no rule to it";
  return null;
}

function sentenceOf(service: ServiceView, rows: readonly ShareRow[], total: number, distribution: Distribution | null): string {
  if (rows.length === 0) return "No endpoints: nothing to share between.";
  if (rows.every((row) => !row.ready)) return "None ready: nothing to share between.";
  if (distribution !== null && distribution.dropped > 0.999) return "Nothing arrives from here: the rules drop it.";
  if (distribution !== null && distribution.rejected > 0.999) return "Nothing arrives from here: the rules refuse it.";
  if (service.sessionAffinity === "ClientIP" && total > 0 && rows.some((row) => row.count === total))
    return `One client, one Pod: ClientIP affinity keeps it${service.affinitySeconds === null ? "" : ` for ${service.affinitySeconds} seconds`}.`;
  if (total < ENOUGH) return "After 10 requests the shares mean something.";
  const only = rows.find((row) => row.count === total && total > 0);
  if (only !== undefined && rows.filter((row) => row.ready).length > 1) return `All ${total} requests went to ${only.name}.`;
  const out = rows.find((row) => row.band !== null && (row.count / total < row.band.low || row.count / total > row.band.high));
  if (out !== undefined) return `${out.name} lies outside the band: fewer than 5 of 100 runs look like this.`;
  return "All shares lie where 95 of 100 runs fall.";
}

/** The central 95% of the binomial distribution, exactly: smallest and largest share with 2.5% beyond each. */
export function band(n: number, p: number): { readonly low: number; readonly high: number } {
  if (p <= 0) return { low: 0, high: 0 };
  if (p >= 1) return { low: 1, high: 1 };
  // Weights relative to the mode, so that nothing underflows.
  const mode = Math.min(n, Math.floor((n + 1) * p));
  const weights = new Array<number>(n + 1).fill(0);
  weights[mode] = 1;
  const odds = p / (1 - p);
  for (let k = mode; k < n; k++) weights[k + 1] = (weights[k] ?? 0) * ((n - k) / (k + 1)) * odds;
  for (let k = mode; k > 0; k--) weights[k - 1] = ((weights[k] ?? 0) * (k / (n - k + 1))) / odds;
  const tail = 0.025 * weights.reduce((sum, weight) => sum + weight, 0);
  let low = 0;
  for (let sum = weights[0] ?? 0; sum < tail && low < n; sum += weights[++low] ?? 0);
  let high = n;
  for (let sum = weights[n] ?? 0; sum < tail && high > 0; sum += weights[--high] ?? 0);
  return { low: low / n, high: high / n };
}

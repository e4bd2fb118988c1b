/**
 * A Service with many endpoints in numbers: how requests spread over them beside what chance gives, where they go from each
 * zone, and what a change of it costs a node. Pure; the page of the Service only draws it.
 */
import type { NamespacedName } from "../../core/base/names.ts";
import type { ClusterView, Distribution, RulesView } from "../../core/simulation/view.ts";

// ---- requests per endpoint ------------------------------------------------------------------------------------------

export interface Bin {
  /** Requests an endpoint answered: from, to (inclusive). */
  readonly from: number;
  readonly to: number;
  /** Endpoints. */
  readonly observed: number;
  /** How many one expects; null where the rules give no odds. */
  readonly expected: number | null;
}

export interface Spread {
  readonly total: number;
  readonly bins: readonly Bin[];
  /** Endpoints that chance would not bring so far out, once in a hundred such pictures. */
  readonly outside: number;
  readonly sentence: string;
}

const BINS_MOST = 24;
const ENOUGH = 10;
/** Beyond this an endpoint lies outside, taken over all endpoints together. */
const UNLIKELY = 0.01;

/** `counts[i]`: what endpoint i answered; `odds[i]`: its exact share, null where there is none. */
export function spreadOf(counts: readonly number[], odds: readonly (number | null)[]): Spread {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const known = odds.length > 0 && odds.every((share) => share !== null);
  const shares = new Map<number, number>();
  if (known) for (const share of odds) shares.set(share ?? 0, (shares.get(share ?? 0) ?? 0) + 1);
  const chances = new Map([...shares.keys()].map((share) => [share, binomial(total, share)]));
  const reach = [...chances.values()].map((chance) => chance.findLastIndex((part) => part > 1e-4));
  const highest = Math.max(
    0,
    ...reach,
    counts.reduce((most, count) => Math.max(most, count), 0),
  );
  const width = Math.ceil((highest + 1) / BINS_MOST);
  const bins = Array.from({ length: Math.ceil((highest + 1) / width) }, (_, i): Bin => {
    const [from, to] = [i * width, (i + 1) * width - 1];
    const observed = counts.filter((count) => count >= from && count <= to).length;
    const expected = known ? [...shares].reduce((sum, [share, many]) => sum + many * between(chances.get(share), from, to), 0) : null;
    return { from, to, observed, expected };
  });
  const outside = known ? counts.filter((count, i) => isOutside(chances.get(odds[i] ?? 0), count, counts.length)).length : 0;
  return { total, bins, outside, sentence: spreadSentence(total, known, outside) };
}

function isOutside(chance: readonly number[] | undefined, count: number, endpoints: number): boolean {
  if (chance === undefined) return false;
  const tail = Math.min(between(chance, 0, count), between(chance, count, chance.length - 1));
  return tail < UNLIKELY / (2 * endpoints);
}

function between(chance: readonly number[] | undefined, from: number, to: number): number {
  return (chance ?? []).slice(from, to + 1).reduce((sum, part) => sum + part, 0);
}

function spreadSentence(total: number, known: boolean, outside: number): string {
  if (total < ENOUGH) return "After 10 requests the spread means something.";
  if (!known) return "The rules give no fixed odds here, so nothing can be expected.";
  if (outside === 0) return "The spread is what random choice gives.";
  const pods = outside === 1 ? "One Pod lies" : `${outside} Pods lie`;
  return `${pods} far outside what random choice gives: kept connections, affinity, or endpoints that changed meanwhile.`;
}

/** Chances of 0 to n hits in n draws with chance p each. Relative to the likeliest, so that nothing underflows. */
export function binomial(n: number, p: number): readonly number[] {
  const weights = Array.from({ length: n + 1 }, () => 0);
  if (p <= 0 || p >= 1) {
    weights[p <= 0 ? 0 : n] = 1;
    return weights;
  }
  const mode = Math.min(n, Math.floor((n + 1) * p));
  const ratio = p / (1 - p);
  weights[mode] = 1;
  for (let k = mode; k < n; k++) weights[k + 1] = (weights[k] ?? 0) * ((n - k) / (k + 1)) * ratio;
  for (let k = mode; k > 0; k--) weights[k - 1] = ((weights[k] ?? 0) * (k / (n - k + 1))) / ratio;
  const sum = weights.reduce((all, weight) => all + weight, 0);
  return weights.map((weight) => weight / sum);
}

// ---- between zones ----------------------------------------------------------------------------------------------------

export interface ZoneRow {
  readonly from: string;
  /** The node whose rules were walked. */
  readonly node: string;
  /** Share to each zone, in the order of `zones`. */
  readonly shares: readonly number[];
}

/** A node to ask from in each zone, by zone: the first that is ready. */
export function nodesToAsk({ nodes }: ClusterView): readonly { readonly zone: string; readonly node: string }[] {
  const found = new Map<string, string>();
  for (const { zone, name, ready, fault, controlPlane } of nodes)
    if (zone !== "" && ready && fault === null && !controlPlane && !found.has(zone)) found.set(zone, name);
  return [...found].map(([zone, node]) => ({ zone, node })).sort((a, b) => (a.zone < b.zone ? -1 : 1));
}

export function zoneShares(cluster: ClusterView, distribution: Distribution, zones: readonly string[]): readonly number[] {
  const zoneOf = new Map(cluster.nodes.map(({ name, zone }) => [name, zone]));
  const sums = new Map<string, number>();
  for (const { node, probability } of distribution.candidates) {
    const zone = zoneOf.get(node ?? "") ?? "";
    sums.set(zone, (sums.get(zone) ?? 0) + (probability ?? 0));
  }
  return zones.map((zone) => sums.get(zone) ?? 0);
}

export function zoneSentence(rows: readonly ZoneRow[]): string {
  const staying = rows.reduce((sum, { shares }, i) => sum + (shares[i] ?? 0), 0) / Math.max(1, rows.length);
  const percent = Math.round(100 * (1 - staying));
  if (percent === 0) return "Every request stays in its zone.";
  if (percent === 100) return "Every request leaves its zone.";
  return `From equally busy zones ${percent}% of the requests leave their zone.`;
}

// ---- cost of a change ------------------------------------------------------------------------------------------------

export interface Cost {
  /** Rules of kube-proxy on the node, in all tables. */
  readonly held: number;
  /** Rules in the restore that follows one more endpoint. */
  readonly written: number;
}

/** Chains that belong to one Service port or one endpoint. */
const OWN_CHAIN = /^KUBE-(SVC|SVL|EXT|FW|SEP)-/;
/** One more endpoint: a rule that jumps to its chain, and in that chain one that marks hairpins and one that rewrites. */
const NEW_ENDPOINT_RULES = 3;

/**
 * iptables mode: the restore holds the chains of the Services that changed and the lists of all Services; chains of other
 * Services are left out. (kubernetes pkg/proxy/iptables/proxier.go, syncProxyRules)
 */
export function costOf(rules: RulesView, service: NamespacedName): Cost {
  let held = 0;
  let written = NEW_ENDPOINT_RULES;
  for (const { chains } of rules.tables)
    for (const { name, rows } of chains) {
      if (!name.startsWith("KUBE-")) continue;
      held += rows.length;
      if (!OWN_CHAIN.test(name)) written += rows.length;
      else written += rows.filter(({ rule }) => names(rule.text, service)).length;
    }
  return { held, written };
}

/** Comments name the port: `"shop/checkout:http"`, `"shop/checkout:http -> 10.0.0.1:80"`. */
function names(text: string, service: NamespacedName): boolean {
  return text.includes(`"${service}:`) || text.includes(`"${service} `) || text.includes(`"${service}"`) || text.includes(` ${service} `);
}

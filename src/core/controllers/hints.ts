/**
 * Topology hints of EndpointSlices: `trafficDistribution`, and the older annotation that spreads by the zones' CPU.
 * (staging/src/k8s.io/endpointslice/trafficdist, topologycache)
 */
import { compareText } from "../base/names.ts";
import { textAt } from "../api/json.ts";
import type { Endpoint, Node, Service } from "../api/types.ts";
import { isReady } from "./lookup.ts";
import { ZONE_LABEL } from "./endpoints-of-service.ts";
import type { PortGroup } from "./endpoints-of-service.ts";

/** The groups of one family with hints on their ready endpoints. */
export function withHints(service: Service, groups: readonly PortGroup[], nodes: readonly Node[]): readonly PortGroup[] {
  if (wantsAuto(service)) return spreadByCpu(groups, nodes);
  const distribution = service.spec.trafficDistribution;
  const near = distribution === "PreferClose" || distribution === "PreferSameZone" || distribution === "PreferSameNode";
  if (!near) return groups;
  return groups.map((group) => ({
    ...group,
    endpoints: group.endpoints.map((endpoint) => ownHint(endpoint, distribution === "PreferSameNode")),
  }));
}

export function wantsAuto(service: Service): boolean {
  const annotations = service.metadata.annotations ?? {};
  const value = annotations["service.kubernetes.io/topology-aware-hints"] ?? annotations["service.kubernetes.io/topology-mode"];
  return value === "Auto" || value === "auto";
}

/** Its own zone where it has one; with PreferSameNode its own node, zone or not. */
function ownHint(endpoint: Endpoint, nodeToo: boolean): Endpoint {
  const { zone, nodeName } = endpoint;
  if (endpoint.conditions?.ready !== true) return endpoint;
  const forZones = zone === undefined ? {} : { forZones: [{ name: zone }] };
  const forNodes = nodeToo && nodeName !== undefined ? { forNodes: [{ name: nodeName }] } : {};
  const hints = { ...forZones, ...forNodes };
  return Object.keys(hints).length === 0 ? endpoint : { ...endpoint, hints };
}

const OVERLOAD = 0.2;

/** Every ready endpoint serves its own zone; whole endpoints are lent from zones with too many to zones with too few. */
function spreadByCpu(groups: readonly PortGroup[], nodes: readonly Node[]): readonly PortGroup[] {
  const ratios = cpuByZone(nodes);
  const ready = groups.flatMap((group) => group.endpoints).filter((endpoint) => endpoint.conditions?.ready === true);
  if (ratios === null || ready.length < ratios.size || ready.some((endpoint) => endpoint.zone === undefined)) return groups;
  const wanted = new Map<string, number>();
  let least = 0;
  for (const [zone, ratio] of ratios) {
    const minimum = Math.ceil((ratio * ready.length) / (1 + OVERLOAD));
    least += minimum;
    wanted.set(zone, Math.max(ratio * ready.length, minimum));
  }
  if (least > ready.length) return groups;
  const lent = loans(ready, wanted);
  return groups.map((group) => ({ ...group, endpoints: group.endpoints.map((endpoint) => lentHint(endpoint, lent)) }));
}

/** Each zone's share of the CPU of ready worker nodes; null when a node lacks zone or CPU, or there is only one zone. */
function cpuByZone(nodes: readonly Node[]): ReadonlyMap<string, number> | null {
  const byZone = new Map<string, number>();
  for (const node of nodes) {
    const labels = node.metadata.labels ?? {};
    if ("node-role.kubernetes.io/control-plane" in labels || "node-role.kubernetes.io/master" in labels || !isReady(node)) continue;
    const zone = labels[ZONE_LABEL];
    const cpu = milliCpu(textAt(node.status, "allocatable", "cpu") ?? "0");
    if (zone === undefined || cpu === 0) return null;
    byZone.set(zone, (byZone.get(zone) ?? 0) + cpu);
  }
  if (byZone.size < 2) return null;
  const total = [...byZone.values()].reduce((sum, cpu) => sum + cpu, 0);
  return new Map([...byZone].sort(([a], [b]) => compareText(a, b)).map(([zone, cpu]) => [zone, cpu / total]));
}

/** `4`, `3920m`, `0.5` */
function milliCpu(quantity: string): number {
  const found = /^(\d+(?:\.\d+)?)(m?)$/.exec(quantity);
  return found === null ? 0 : Number(found[1]) * (found[2] === "m" ? 1 : 1000);
}

interface Loans {
  readonly gives: Map<string, number>;
  readonly takes: Map<string, number>;
}

function loans(ready: readonly Endpoint[], wanted: ReadonlyMap<string, number>): Loans {
  const has = new Map<string, number>();
  for (const { zone = "" } of ready) has.set(zone, (has.get(zone) ?? 0) + 1);
  const surplus = new Map<string, number>();
  const lack = new Map<string, number>();
  for (const zone of new Set([...wanted.keys(), ...has.keys()])) {
    const difference = (has.get(zone) ?? 0) - (wanted.get(zone) ?? 0);
    if (difference > 0) surplus.set(zone, difference);
    if (difference < 0) lack.set(zone, -difference);
  }
  const gives = new Map<string, number>();
  const takes = new Map<string, number>();
  for (;;) {
    const giver = most(surplus);
    const taker = most(lack);
    if (giver === null || taker === null) break;
    if (giver.amount < 0.5 || taker.amount < 0.5 || (giver.amount < 1 && taker.amount < 1)) break;
    surplus.set(giver.zone, giver.amount - 1);
    lack.set(taker.zone, taker.amount - 1);
    gives.set(giver.zone, (gives.get(giver.zone) ?? 0) + 1);
    takes.set(taker.zone, (takes.get(taker.zone) ?? 0) + 1);
  }
  return { gives, takes };
}

function most(amounts: ReadonlyMap<string, number>): { readonly zone: string; readonly amount: number } | null {
  let best: { zone: string; amount: number } | null = null;
  for (const [zone, amount] of amounts) if (best === null || amount > best.amount) best = { zone, amount };
  return best;
}

/** Takes a loan off the books when this endpoint is lent. */
function lentHint(endpoint: Endpoint, { gives, takes }: Loans): Endpoint {
  const { zone = "" } = endpoint;
  if (endpoint.conditions?.ready !== true) return endpoint;
  const giving = gives.get(zone) ?? 0;
  const taker = giving > 0 ? [...takes].find(([, count]) => count > 0) : undefined;
  if (taker === undefined) return { ...endpoint, hints: { forZones: [{ name: zone }] } };
  gives.set(zone, giving - 1);
  takes.set(taker[0], taker[1] - 1);
  return { ...endpoint, hints: { forZones: [{ name: taker[0] }] } };
}

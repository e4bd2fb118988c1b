/**
 * What a Service touches: itself, its Pods and the nodes they stand on, who sends to it and by which ways, CoreDNS where a name was
 * looked up for it, its load balancer, addresses written by hand; and the policies before its Pods, in words.
 */
import type { NamespacedName } from "../../core/base/names.ts";
import type { Journey } from "../../core/network/trace.ts";
import type { ClusterView, ServiceView } from "../../core/simulation/view.ts";
import type { Kept, ThingId } from "../../scene/contract.ts";
import { externalAddresses, externalId } from "../../scene/externals.ts";
import { usedBy } from "../../scene/layout.ts";
import { balancerId } from "../../scene/wires.ts";
import { serviceNamed, serviceOfPort } from "../state/focus.ts";
import { plural } from "../state/format.ts";

/** So many of the last requests to it are looked at. */
const REQUESTS = 60;

export interface Touched {
  readonly kept: Kept;
  /** "3 Pods on 3 nodes, 1 sender and CoreDNS" */
  readonly words: string;
}

/** `journeys`: all that are known, in any order of destinations, oldest first. */
export function touchedBy(service: ServiceView, view: ClusterView, journeys: readonly Journey[]): Touched {
  const own = new Set<NamespacedName>([...service.selects, ...service.endpoints.flatMap(({ pod }) => (pod === null ? [] : [pod]))]);
  const here = new Set(view.pods.map(({ key }) => key));
  for (const key of own) if (!here.has(key)) own.delete(key);
  const nodeOf = new Map(view.pods.map(({ key, node }) => [key, node]));
  const nodesOf = (pods: Iterable<NamespacedName>): Set<string> => new Set([...pods].flatMap((key) => nodeOf.get(key) ?? []));
  const ownNodes = nodesOf(own);
  const sent = journeys.filter((journey) => journey.packets.length > 0 && goesTo(journey, service.key, view)).slice(-REQUESTS);
  const senders = new Set(sent.map(({ from }) => JSON.stringify(from)));

  const pods = new Set(own);
  const nodes = new Set(ownNodes);
  const outside = new Set([
    ...externalAddresses(view, service).map(externalId),
    ...(service.loadBalancer.state === "none" ? [] : [balancerId(service.key)]),
  ]);
  addThings(sent.flatMap(usedBy), { pods, nodes, outside, here });
  for (const node of nodesOf(pods)) nodes.add(node);

  const dns = view.pods.filter(({ key, role }) => role === "dns" && pods.has(key) && !own.has(key));
  const services = new Set([service.key]);
  if (dns.length > 0) for (const one of view.services) if (dns.some(({ key }) => one.selects.includes(key))) services.add(one.key);
  const policies = view.policies.filter(({ selects }) => selects.some((key) => own.has(key))).length;
  const words = [
    own.size === 0 ? "no Pods" : `${plural(own.size, "Pod")} on ${plural(ownNodes.size, "node")}`,
    ...(senders.size === 0 ? [] : [plural(senders.size, "sender")]),
    ...(dns.length === 0 ? [] : ["CoreDNS"]),
    ...(policies === 0 ? [] : [plural(policies, "network policy", "network policies")]),
  ];
  return { kept: { pods, nodes, services, outside }, words: listed(words) };
}

function goesTo({ servicePort, to }: Journey, key: NamespacedName, view: ClusterView): boolean {
  return servicePort === null ? serviceNamed(view, to)?.key === key : serviceOfPort(servicePort) === key;
}

interface Adding {
  readonly pods: Set<NamespacedName>;
  readonly nodes: Set<string>;
  readonly outside: Set<string>;
  /** Pods that are there. */
  readonly here: ReadonlySet<NamespacedName>;
}

function addThings(things: readonly ThingId[], { pods, nodes, outside, here }: Adding): void {
  for (const thing of things) {
    if (thing.kind === "pod" && here.has(thing.key)) pods.add(thing.key);
    else if (thing.kind === "node") nodes.add(thing.name);
    else if (thing.kind === "gate") nodes.add(thing.node);
    else if (thing.kind === "outside") outside.add(thing.id);
  }
}

/** With other things, which are on show now: a packet on its way, what is selected. */
export function withThings(kept: Kept, things: readonly ThingId[], view: ClusterView): Kept {
  if (things.length === 0) return kept;
  const [pods, nodes, services, outside] = [new Set(kept.pods), new Set(kept.nodes), new Set(kept.services), new Set(kept.outside)];
  addThings(things, { pods, nodes, outside, here: new Set(view.pods.map(({ key }) => key)) });
  for (const { key, node } of view.pods) if (node !== null && pods.has(key)) nodes.add(node);
  for (const thing of things) if (thing.kind === "service") services.add(thing.key);
  return { pods, nodes, services, outside };
}

/** `a, b and c` */
function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} and ${last}`;
}

/**
 * Who can reach a Service: every kind of sender by every way in, and what becomes of a new flow, as the rules of the nodes
 * on the way decide it. Nothing is known here of what a Service should do: each cell is a walk over the tables
 * (network/flow-ends.ts), and senders or node ports with the same cells become one.
 */
import type { NamespacedName, Protocol } from "../base/names.ts";
import { get } from "../api/store.ts";
import type { Service, ServicePort } from "../api/types.ts";
import type { NewFlowWorld } from "../network/flow-ends.ts";
import { familyOf, type NodeNet } from "../network/topology.ts";
import type { Sender } from "../network/trace.ts";
import type { Refusal } from "./contract.ts";
import { wordOf } from "./felt.ts";
import { newFlowsTo } from "./new-flows.ts";
import { fold, type Column, type Line } from "./reach-fold.ts";
import { askers, FEW, NodeKinds, SAMPLE, type Asker, type AskerClass } from "./reach-senders.ts";
import type { ReachCell, ReachPort, ReachView, ReachWay } from "./reach-types.ts";
import { waysOf } from "./reach-ways.ts";
import type { SimulationState } from "./state.ts";

export interface ReachWorld extends NewFlowWorld {
  readonly state: SimulationState;
  /** The addresses that the sender's resolver finds for a name. */
  readonly lookup: (from: Sender, name: string) => readonly string[];
  /** Up to so many Pods and nodes each is asked, of more some of each kind; by default FEW. */
  readonly few?: number;
}

/** The matrix of a Service, or why there is none. */
export function whoCanReach(asked: ReachWorld, key: NamespacedName): ReachView | Refusal {
  const world: ReachWorld = { ...asked, known: new Map() };
  const { state, topology } = world;
  const service = get(state.store, "Service", key);
  if (service === undefined) return { error: `There is no Service ${key}.` };
  const says = nothingToCompute(service);
  if (says !== null) return { service: key, says, ports: [], notes: [] };
  const few = world.few ?? FEW;
  const kinds = new NodeKinds(state, service);
  const classes = askers(state, topology, service, { kinds, few });
  const homes = new Set(classes.flatMap(({ asked }) => asked.map(({ source }) => source.node)));
  const nodes = sampledNodes([...topology.nodes.values()], few, kinds, homes);
  const ports = (service.spec.ports ?? []).map((port) => portOf(world, service, port, { classes, nodes }));
  return { service: key, says: null, ports, notes: notesOf(service, classes, ports) };
}

function nothingToCompute({ metadata, spec }: Service): string | null {
  if (spec.type === "ExternalName")
    return `${metadata.name} is another name for ${spec.externalName ?? ""}: DNS answers with it, and the client asks for that. No address of the cluster and no rule has to do with it.`;
  if ((spec.ports ?? []).length === 0) return `${metadata.name} has no ports: its name leads to the Pods at whatever port one asks for.`;
  return null;
}

/** Nodes that are asked, and for which others each of them stands. */
interface SampledNodes {
  readonly asked: readonly NodeNet[];
  readonly unasked: ReadonlyMap<string, readonly NodeNet[]>;
}

/** All of a small cluster, of a large one some of each kind; and those on which somebody stands who is asked. */
function sampledNodes(nodes: readonly NodeNet[], few: number, kinds: NodeKinds, homes: ReadonlySet<string | null>): SampledNodes {
  if (nodes.length <= few) return { asked: nodes, unasked: new Map() };
  const classes = new Map<string, NodeNet[]>();
  for (const node of nodes) {
    const text = kinds.textOf(node);
    const members = classes.get(text);
    if (members === undefined) classes.set(text, [node]);
    else members.push(node);
  }
  const unasked = new Map<string, readonly NodeNet[]>();
  const asked = [...classes.values()].flatMap((members) => {
    const some = members.filter((node, i) => i < SAMPLE || homes.has(node.name));
    const [first] = some;
    if (first !== undefined)
      unasked.set(
        first.name,
        members.filter((node) => !some.includes(node)),
      );
    return some;
  });
  return { asked, unasked };
}

function portOf(
  world: ReachWorld,
  service: Service,
  port: ServicePort,
  of: { readonly classes: readonly AskerClass[]; readonly nodes: SampledNodes },
): ReachPort {
  const ways = waysOf(world.state, service, port, of.nodes.asked);
  const columns = ways.map((way): Column => {
    const unasked = (way.kind === "node-port" ? of.nodes.unasked.get(way.node ?? "") : undefined) ?? [];
    return { way, unasked: unasked.length };
  });
  const lines = of.classes.flatMap(({ asked, others }) =>
    asked.map((asker, i): Line => {
      const cells = ways.map((way) => cellOf(world, asker, way, port.protocol));
      return { source: asker.source, unasked: i === 0 ? others : [], cells };
    }),
  );
  return { name: port.name ?? "", protocol: port.protocol, port: port.port, ...fold(columns, lines) };
}

// ---- a cell ---------------------------------------------------------------------------------------------------------

function cellOf(world: ReachWorld, asker: Asker, way: ReachWay, protocol: Protocol): ReachCell | null {
  if (way.kind === "localhost" && asker.origin.place.kind !== "node") return null;
  const addresses = way.address === null ? addressesOf(world, asker, way) : [way.address];
  if (addresses.length === 0) return { kind: "says", to: way.to, says: "The name is not found" };
  const ends = newFlowsTo(world, asker.origin, { addresses, port: way.port, protocol });
  if (ends === null)
    return { kind: "says", to: way.to, says: `No ${[...new Set(addresses.map(familyOf))].join(" or ")} address to send from` };
  return { kind: "ends", to: way.to, word: wordOf(ends), ends };
}

function addressesOf(world: ReachWorld, { source }: Asker, { to }: ReachWay): readonly string[] {
  return source.sender === null ? [] : world.lookup(source.sender, to.slice(0, to.lastIndexOf(":")));
}

// ---- notes ----------------------------------------------------------------------------------------------------------

function notesOf({ metadata, spec, status }: Service, classes: readonly AskerClass[], ports: readonly ReachPort[]): readonly string[] {
  const askedFor = classes.flatMap(({ asked }) => asked);
  const unasked = classes.some(({ others }) => others.length > 0) || ports.some(({ ways }) => ways.some((way) => way.unasked > 0));
  const pending = spec.type === "LoadBalancer" && (status?.loadBalancer?.ingress ?? []).length === 0;
  return [
    ...(pending ? [`The load balancer of ${metadata.name} has no address yet.`] : []),
    ...(spec.sessionAffinity === "ClientIP"
      ? ["A client that came before goes back to its endpoint; the shares are those of a new one."]
      : []),
    ...(askedFor.some(({ source }) => source.sender === null)
      ? ["Where the cluster has no such Pod, one without labels was imagined, at an address that is free."]
      : []),
    ...(unasked ? ["Of many nodes or Pods that rules and routes cannot tell apart, a few were asked for all."] : []),
  ];
}

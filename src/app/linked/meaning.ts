/** What a name means: everything that it is called elsewhere, and the things of the picture that it is. Pure. */
import type { ClusterView, PodView, ServiceView } from "../../core/simulation/view.ts";
import type { ThingId } from "../../scene/contract.ts";
import { addressName, nameOfThing, type PointedName } from "../state/pointing-names.ts";
import { thingAtAddress } from "./holders.ts";

export interface Meaning {
  /** Appearances that carry one of these are marked. */
  readonly names: readonly PointedName[];
  readonly things: readonly ThingId[];
}

const NOTHING: Meaning = { names: [], things: [] };
/** A workload of thousands of Pods is its first ones: more rings than these say no more. */
const MOST = 200;

/**
 * What pointing at an appearance means: its first name, and the chains that it leads to. The things are those of the first name
 * that has any, so that a hop rings its place.
 */
export function meaningOf(cluster: ClusterView, of: readonly PointedName[]): Meaning {
  const [first] = of;
  if (first === undefined) return NOTHING;
  const meanings = of.map((name) => meaning(cluster, name));
  const chains = of.filter((name) => name.startsWith("chain:"));
  return {
    names: [...new Set([first, ...(meanings[0]?.names ?? []), ...chains])],
    things: meanings.find(({ things }) => things.length > 0)?.things ?? [],
  };
}

function meaning(cluster: ClusterView, name: PointedName): Meaning {
  const at = name.indexOf(":");
  const [kind, id] = [name.slice(0, at), name.slice(at + 1)];
  switch (kind) {
    case "address": {
      const thing = thingAtAddress(cluster, id);
      const held = thing === null ? NOTHING : ofThing(cluster, thing);
      return { names: [name, ...held.names], things: held.things };
    }
    case "pod":
    case "service":
      return ofThing(cluster, { kind, key: id });
    case "node":
      return ofThing(cluster, { kind, name: id });
    case "gate":
      return ofThing(cluster, { kind, node: id });
    case "outside":
      return ofThing(cluster, { kind, id });
    case "workload":
      return ofPods(
        name,
        cluster.pods.filter(({ workload }) => workload !== null && `${workload.kind}/${workload.namespace}/${workload.name}` === id),
      );
    case "selected": {
      const keys = new Set(cluster.services.find(({ key }) => key === id)?.selects);
      return ofPods(
        name,
        cluster.pods.filter(({ key }) => keys.has(key)),
      );
    }
    case "policy": {
      const keys = new Set(cluster.policies.find(({ key }) => key === id)?.selects);
      return {
        names: [name],
        things: ofPods(
          name,
          cluster.pods.filter(({ key }) => keys.has(key)),
        ).things,
      };
    }
    case "slice": {
      const service = cluster.slices.find((slice) => `${slice.namespace}/${slice.name}` === id)?.service ?? null;
      return { names: [name], things: service === null ? [] : [{ kind: "service", key: service }] };
    }
    default:
      return { names: [name], things: [] };
  }
}

function ofPods(name: PointedName, pods: readonly PodView[]): Meaning {
  const first = pods.slice(0, MOST);
  return { names: [name, ...first.flatMap(namesOfPod)], things: first.map(({ key }) => ({ kind: "pod", key })) };
}

function ofThing(cluster: ClusterView, thing: ThingId): Meaning {
  const own = nameOfThing(thing);
  const addresses = addressesOf(cluster, thing).map(addressName);
  return { names: [own, ...addresses].filter((name) => name !== null), things: [thing] };
}

function namesOfPod({ key, ips, hostNetwork }: PodView): readonly PointedName[] {
  const own: PointedName = `pod:${key}`;
  return [own, ...(hostNetwork ? [] : ips.map(addressName))].filter((name) => name !== null);
}

/** Addresses that stand for the thing and nothing else. */
function addressesOf(cluster: ClusterView, thing: ThingId): readonly string[] {
  switch (thing.kind) {
    case "pod": {
      const pod = cluster.pods.find(({ key }) => key === thing.key);
      return pod === undefined || pod.hostNetwork ? [] : pod.ips;
    }
    case "service":
      return serviceAddresses(cluster.services.find(({ key }) => key === thing.key));
    case "node":
      return cluster.nodes.find(({ name }) => name === thing.name)?.addresses ?? [];
    case "outside":
      return cluster.outsiders.filter(({ id }) => id === thing.id).map(({ address }) => address);
    case "gate":
    case "workload":
    case "group":
      return [];
  }
}

function serviceAddresses(service: ServiceView | undefined): readonly string[] {
  return service === undefined ? [] : [...service.clusterIps, ...service.externalIps, ...service.loadBalancer.addresses];
}

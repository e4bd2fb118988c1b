/**
 * The legacy Endpoints object of a Service with a selector, as the endpoints controller would keep it beside the slices.
 * Nothing here reads it, so it is made when somebody asks. (pkg/controller/endpoint/endpoints_controller.go,
 * pkg/api/v1/endpoints/util.go, RepackSubsets)
 */
import { compareText } from "../base/names.ts";
import { list } from "../api/store.ts";
import type { ObjectStore } from "../api/store.ts";
import type { Endpoint, EndpointPort, KubeObject, Service } from "../api/types.ts";
import { familiesOfService, portGroupsOf } from "./endpoints-of-service.ts";

/** More addresses than this are cut off. (maxCapacity) */
const CAPACITY = 1000;

/** Of every Service that has one, and those that people wrote, by namespace and name. */
export function endpointsObjects(store: ObjectStore): readonly KubeObject[] {
  const made = list(store, "Service").flatMap((service) => endpointsObject(store, service) ?? []);
  const names = new Set(made.map(({ metadata }) => `${metadata.namespace ?? ""}/${metadata.name}`));
  const written = list(store, "Endpoints").filter(({ metadata }) => !names.has(`${metadata.namespace ?? ""}/${metadata.name}`));
  return [...made, ...written].sort(
    (a, b) => compareText(a.metadata.namespace ?? "", b.metadata.namespace ?? "") || compareText(a.metadata.name, b.metadata.name),
  );
}

/** null for a Service without a selector, and for one that is only a name. */
export function endpointsObject(store: ObjectStore, service: Service): KubeObject | null {
  const { metadata, spec } = service;
  if (spec.type === "ExternalName" || Object.keys(spec.selector ?? {}).length === 0) return null;
  const all = subsetsOf(store, service);
  const subsets = truncated(all);
  const { name, namespace } = metadata;
  const { "endpoints.kubernetes.io/managed-by": _manager, "service.kubernetes.io/headless": _headless, ...labels } = metadata.labels ?? {};
  const headless = (spec.clusterIP ?? "") === "" || spec.clusterIP === "None";
  return {
    apiVersion: "v1",
    kind: "Endpoints",
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(metadata.creationTimestamp === undefined ? {} : { creationTimestamp: metadata.creationTimestamp }),
      labels: {
        ...labels,
        "endpoints.kubernetes.io/managed-by": "endpoint-controller",
        ...(headless ? { "service.kubernetes.io/headless": "" } : {}),
      },
      ...(subsets === all ? {} : { annotations: { "endpoints.kubernetes.io/over-capacity": "truncated" } }),
    },
    ...(subsets.length === 0 ? {} : { subsets: subsets.map(written) }),
  };
}

interface Subset {
  readonly ports: readonly EndpointPort[];
  readonly ready: readonly Endpoint[];
  readonly unready: readonly Endpoint[];
}

/** Pods that have the same ports, in the Service's first family. One that is on its way out is listed no more. */
function subsetsOf(store: ObjectStore, service: Service): readonly Subset[] {
  const [family] = familiesOfService(service);
  if (family === undefined) return [];
  const portless = (service.spec.ports ?? []).length === 0 && service.spec.clusterIP === "None";
  return portGroupsOf(store, service, family)
    .filter(({ ports }) => portless || ports.length > 0)
    .map(({ ports, endpoints }) => {
      const stay = endpoints.filter(({ conditions }) => service.spec.publishNotReadyAddresses === true || conditions?.terminating !== true);
      const isReady = ({ conditions }: Endpoint): boolean => conditions?.ready === true;
      return { ports, ready: byAddress(stay.filter(isReady)), unready: byAddress(stay.filter((each) => !isReady(each))) };
    })
    .filter(({ ready, unready }) => ready.length + unready.length > 0);
}

/** As text: 10.0.0.10 stands before 10.0.0.9. */
function byAddress(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  return [...endpoints].sort((a, b) => compareText(a.addresses[0] ?? "", b.addresses[0] ?? ""));
}

/** The first thousand addresses, ready ones before all others; the same list where there are no more. (truncateEndpoints) */
function truncated(subsets: readonly Subset[]): readonly Subset[] {
  const count = (of: (subset: Subset) => readonly Endpoint[]): number => subsets.reduce((sum, subset) => sum + of(subset).length, 0);
  if (count(({ ready }) => ready) + count(({ unready }) => unready) <= CAPACITY) return subsets;
  let left = CAPACITY;
  const take = (endpoints: readonly Endpoint[]): readonly Endpoint[] => {
    const taken = endpoints.slice(0, left);
    left -= taken.length;
    return taken;
  };
  const ready = subsets.map((subset) => take(subset.ready));
  return subsets
    .map((subset, index) => ({ ports: subset.ports, ready: ready[index] ?? [], unready: take(subset.unready) }))
    .filter((subset) => subset.ready.length + subset.unready.length > 0);
}

function written({ ports, ready, unready }: Subset): unknown {
  return {
    ...(ready.length === 0 ? {} : { addresses: ready.map(address) }),
    ...(unready.length === 0 ? {} : { notReadyAddresses: unready.map(address) }),
    ...(ports.length === 0 ? {} : { ports: ports.map(port) }),
  };
}

function address({ addresses, hostname, nodeName, targetRef }: Endpoint): unknown {
  return {
    ip: addresses[0],
    ...(hostname === undefined ? {} : { hostname }),
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(targetRef === undefined ? {} : { targetRef }),
  };
}

function port({ name, port: number, protocol, appProtocol }: EndpointPort): unknown {
  return {
    ...(name === undefined || name === null || name === "" ? {} : { name }),
    port: number,
    protocol,
    ...(appProtocol === undefined ? {} : { appProtocol }),
  };
}

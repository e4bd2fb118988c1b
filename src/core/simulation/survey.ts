/**
 * A request to every port of every Service, and what became of each: does a set of manifests do what it says? It sends
 * real requests in the run that it is given, so it is given one of its own.
 */
import { endpointText } from "../base/address.ts";
import { list } from "../api/store.ts";
import type { Node, Service, ServicePort } from "../api/types.ts";
import type { Journey, JourneyOutcome, Sender } from "../network/trace.ts";
import type { Simulation } from "./simulation.ts";

/** How a request came to the Service. */
export type Door = "name" | "cluster-ip" | "node-port" | "load-balancer" | "external-ip";

export interface Surveyed {
  /** `namespace/name` */
  readonly service: string;
  /** `80/TCP`, with the port's name before it where it has one: `http 80/TCP`. */
  readonly port: string;
  readonly door: Door;
  /** What was sent to. */
  readonly to: string;
  readonly outcome: JourneyOutcome["kind"];
  /** Where it ended, or what stopped it, in the words of the trace. */
  readonly because: string;
}

/** The one Pod that a survey sends from; it takes any node. Its manifest, to be applied beside the others. */
export const SURVEYOR = `apiVersion: v1
kind: Pod
metadata:
  name: surveyor
  namespace: default
spec:
  tolerations:
    - operator: Exists
  containers:
    - name: curl
      image: curlimages/curl
      command: [sleep, infinity]
`;

/** All Services, those of the cluster itself (`default/kubernetes`, `kube-system`) aside unless they are asked for. */
export function survey(simulation: Simulation, isAsked: (service: Service) => boolean): readonly Surveyed[] {
  const from: Sender = { kind: "pod", pod: "default/surveyor" };
  const outside: Sender = { kind: "outside", id: "external" };
  const services = list(simulation.snapshot(), "Service").filter(isAsked);
  return services.flatMap((service) =>
    portsOf(service).flatMap((port) =>
      doorsOf(simulation, service, port).map(({ door, to }) => {
        const sender = door === "name" || door === "cluster-ip" ? from : outside;
        return surveyed(service, port, door, to, send(simulation, sender, to, port));
      }),
    ),
  );
}

/** A name for something elsewhere may name no port: any is as good as the next. */
function portsOf({ spec }: Service): readonly ServicePort[] {
  const ports = spec.ports ?? [];
  return ports.length > 0 || spec.type !== "ExternalName" ? ports : [{ port: 80, targetPort: 80, protocol: "TCP" }];
}

function doorsOf(simulation: Simulation, service: Service, port: ServicePort): readonly { readonly door: Door; readonly to: string }[] {
  const { name, namespace = "" } = service.metadata;
  const { clusterIP = "", externalIPs = [], type } = service.spec;
  // Behind a name without a cluster IP stand the Pods themselves, at their own port.
  const isHeadless = clusterIP === "None";
  const byName = { door: "name" as const, to: `${name}.${namespace}:${isHeadless ? portOfPods(simulation, service, port) : port.port}` };
  if (type === "ExternalName") return [byName];
  const nodePort = port.nodePort;
  const node = nodePort === undefined ? undefined : reachableNode(simulation);
  const balancer = service.status.loadBalancer.ingress?.[0]?.ip;
  return [
    byName,
    ...(isHeadless || clusterIP === "" ? [] : [{ door: "cluster-ip" as const, to: endpointText(clusterIP, port.port) }]),
    ...(node === undefined || nodePort === undefined ? [] : [{ door: "node-port" as const, to: endpointText(node, nodePort) }]),
    ...(balancer === undefined ? [] : [{ door: "load-balancer" as const, to: endpointText(balancer, port.port) }]),
    ...externalIPs.slice(0, 1).map((address) => ({ door: "external-ip" as const, to: endpointText(address, port.port) })),
  ];
}

function portOfPods(simulation: Simulation, service: Service, port: ServicePort): number {
  const { name, namespace = "" } = service.metadata;
  const slices = list(simulation.snapshot(), "EndpointSlice").filter(
    ({ metadata }) => metadata.namespace === namespace && metadata.labels?.["kubernetes.io/service-name"] === name,
  );
  const found = slices.flatMap(({ ports }) => ports.filter((each) => (each.name ?? "") === (port.name ?? "")).map((each) => each.port));
  return found.find((each) => each !== null && each !== undefined) ?? port.port;
}

/** A node that is not of the control plane where there is one: the first by name. */
function reachableNode(simulation: Simulation): string | undefined {
  const nodes = list(simulation.snapshot(), "Node");
  const workers = nodes.filter(({ metadata }) => metadata.labels?.["node-role.kubernetes.io/control-plane"] === undefined);
  const [node]: readonly Node[] = workers.length > 0 ? workers : nodes;
  return node?.status.addresses?.find(({ type }) => type === "InternalIP")?.address;
}

function send(simulation: Simulation, from: Sender, to: string, { protocol }: ServicePort): Journey {
  const sent = simulation.send({ from, to, protocol });
  if ("error" in sent) throw new Error(`${to}: ${sent.error}`);
  simulation.settle();
  const [id] = sent;
  const journey = id === undefined ? null : simulation.journey(id);
  if (journey === null) throw new Error(`the request to ${to} never ended`);
  return journey;
}

function surveyed(service: Service, port: ServicePort, door: Door, to: string, journey: Journey): Surveyed {
  const { name, namespace = "" } = service.metadata;
  const label = `${port.name === undefined || port.name === "" ? "" : `${port.name} `}${port.port}/${port.protocol}`;
  return { service: `${namespace}/${name}`, port: label, door, to, outcome: journey.outcome.kind, because: becauseOf(journey) };
}

function becauseOf(journey: Journey): string {
  if (journey.outcome.kind === "delivered") return journey.pod ?? journey.endpoint ?? "";
  if (journey.outcome.kind === "unmodelled") return journey.outcome.what;
  const last = journey.packets.map(({ outcome }) => outcome).findLast(({ kind }) => kind !== "delivered");
  switch (last?.kind) {
    case "refused":
      return `nobody listens at ${journey.endpoint ?? journey.to}`;
    case "rejected":
      return `rejected by ${last.rule.table} ${last.rule.chain}`;
    case "dropped":
      return last.rule === null ? "dropped" : `dropped by ${last.rule.table} ${last.rule.chain}`;
    case "lost":
      return `lost: ${last.why}`;
    default: {
      if (journey.lookup?.error !== undefined && journey.lookup.error !== null) return journey.lookup.error;
      // Everything arrived, and still the client waited in vain: the server does not know what to say to that.
      const arrived = journey.packets.some(({ purpose }) => purpose === "datagram" || purpose === "init");
      return arrived ? `arrived at ${journey.pod ?? journey.endpoint ?? ""}, which says nothing` : journey.clientSays;
    }
  }
}

/** Who listens where: the processes of Pods, the API server on control-plane nodes, kube-proxy for health checks, the name server outside. */
import type { Protocol } from "../base/names.ts";
import { at, textAt } from "../api/json.ts";
import type { ObjectStore } from "../api/store.ts";
import { slicesFor } from "../api/store-index.ts";
import type { EndpointSlice, Pod } from "../api/types.ts";
import type { Pace } from "../controllers/world.ts";
import { answerOf } from "../workloads/answers.ts";
import { isNameServer } from "../workloads/clients.ts";
import { listensOn } from "../workloads/listeners.ts";
import type { Topology, PodNet } from "../network/topology.ts";
import type { Place } from "../network/trace.ts";
import type { Server } from "../network/world.ts";

/** kubeadm's API server (kube-apiserver --secure-port). */
const API_SERVER_PORT = 6443;
const DNS_PORT = 53;

export interface ServerWorld {
  readonly topology: Topology;
  readonly paces: ReadonlyMap<string, Pace>;
  readonly store: ObjectStore;
  /** kube-proxy's listener for health checks of load balancers. */
  readonly health: (node: string, address: string, port: number) => Server | null;
}

/** The process that listens at the place, or null. */
export function serverAt(world: ServerWorld, place: Place, address: string, protocol: Protocol, port: number): Server | null {
  const { topology, paces } = world;
  switch (place.kind) {
    case "pod": {
      const pod = topology.pods.get(place.pod);
      return pod === undefined ? null : serverOfPod(pod, paces, protocol, port);
    }
    case "node":
      return (
        serverOnNode(topology, paces, place.node, protocol, port) ??
        (protocol === "TCP" ? (apiServerAt(world.store, address, port) ?? world.health(place.node, address, port)) : null)
      );
    case "outside": {
      const host = topology.outside.get(place.id);
      return host?.kind === "dns" && host.address === address && port === DNS_PORT ? NAME_SERVER : null;
    }
    case "gate":
    case "beyond":
      return null;
  }
}

const NAME_SERVER: Server = { pod: null, process: "", kind: "dns", tls: false, delay: 0, answer: () => null };

/** What kube-apiserver says to a request in plain HTTP. */
const API_SERVER: Server = {
  pod: null,
  process: "kube-apiserver",
  kind: "http",
  tls: true,
  delay: 0,
  answer: () => spoken("HTTP/1.0 400 Bad Request: Client sent an HTTP request to an HTTPS server."),
};

function serverOnNode(topology: Topology, paces: ReadonlyMap<string, Pace>, node: string, protocol: Protocol, port: number): Server | null {
  for (const pod of hostNetworkPods(topology, node)) {
    const server = serverOfPod(pod, paces, protocol, port);
    if (server !== null) return server;
  }
  const controlPlane = topology.nodes.get(node)?.controlPlane === true;
  return controlPlane && protocol === "TCP" && port === API_SERVER_PORT ? API_SERVER : null;
}

/** An API server is where it says so itself, in the slices of `default/kubernetes`: that of a dump may have any port. */
function apiServerAt(store: ObjectStore, address: string, port: number): Server | null {
  const slices = slicesFor(store, "default/kubernetes") as readonly EndpointSlice[]; // only slices stand in that index
  const isNamed = slices.some(
    ({ endpoints, ports }) => ports.some((each) => each.port === port) && endpoints.some(({ addresses }) => addresses.includes(address)),
  );
  return isNamed ? API_SERVER : null;
}

function hostNetworkPods(topology: Topology, node: string): readonly PodNet[] {
  return [...topology.pods.values()].filter((pod) => pod.hostNetwork && pod.node === node);
}

function serverOfPod({ key, pod }: PodNet, paces: ReadonlyMap<string, Pace>, protocol: Protocol, port: number): Server | null {
  const listener = listensOn(pod, protocol, port);
  if (listener === null || !isRunning(pod, listener.container)) return null;
  const delay = paces.get(key)?.delay ?? 0;
  const process = processOf(pod, listener.container);
  if (port === DNS_PORT && isNameServer(pod)) return { ...NAME_SERVER, pod: key, process, delay };
  if (protocol !== "TCP") return { pod: key, process, kind: "other", tls: false, delay, answer: () => spoken(pod.metadata.name) };
  return {
    pod: key,
    process,
    kind: "http",
    tls: false,
    delay,
    answer: ({ peer, method, path, host }) => {
      const answer = answerOf(pod, listener, { method, path, sourceSeen: peer, host });
      if (answer === null) return null;
      const head = `${answer.statusLine}\r\nContent-Type: ${answer.contentType}\r\nContent-Length: ${answer.body.length}\r\n\r\n`;
      return {
        says: [answer.statusLine, method === "HEAD" ? "" : firstLine(answer.body)].filter((part) => part !== "").join(" "),
        // The head says how long the body would be; after HEAD it stays away (RFC 9110, 9.3.2).
        text: method === "HEAD" ? head : head + answer.body,
      };
    },
  };
}

function firstLine(body: string): string {
  return body.trimStart().split("\n", 1)[0]?.trim() ?? "";
}

/** A container's process listens from its start to its end. */
function isRunning({ status }: Pod, container: string): boolean {
  const all = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  const state = all.find(({ name }) => name === container)?.state;
  // One runs while others of its Pod still wait for their image.
  if (at(state, "running") !== undefined) return true;
  // A Pod whose status says nothing of its containers is taken at its phase.
  return status?.phase === "Running" && at(state, "terminated") === undefined && at(state, "waiting") === undefined;
}

/** The process of a container: another text after each start. */
function processOf({ metadata, status }: Pod, container: string): string {
  const of = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])].find(({ name }) => name === container);
  return `${metadata.uid ?? ""} ${container} ${of?.restartCount ?? 0} ${textAt(of?.state, "running", "startedAt") ?? ""}`;
}

/** The first process at a place, as of a client's program: of a Pod its first container's, where that runs. */
export function processAt({ pods, nodes }: Topology, place: Place): string | null {
  switch (place.kind) {
    case "pod": {
      const pod = pods.get(place.pod)?.pod;
      const container = pod?.spec.containers[0]?.name;
      return pod === undefined || container === undefined || !isRunning(pod, container) ? null : processOf(pod, container);
    }
    case "node":
      return nodes.get(place.node)?.stopped === false ? "" : null;
    case "outside":
      return "";
    case "gate":
    case "beyond":
      return null;
  }
}

function spoken(says: string): { readonly says: string; readonly text: string } {
  return { says, text: says };
}

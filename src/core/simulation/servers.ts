/** Who listens where: the processes of Pods, the API server on control-plane nodes, the name server outside. */
import type { Protocol } from "../base/names.ts";
import type { Pod } from "../api/types.ts";
import { answerOf } from "../workloads/answers.ts";
import { isNameServer } from "../workloads/clients.ts";
import { listensOn } from "../workloads/listeners.ts";
import type { Topology, PodNet } from "../network/topology.ts";
import type { Place } from "../network/trace.ts";
import type { Server } from "../network/world.ts";

/** kubeadm's API server (kube-apiserver --secure-port). */
const API_SERVER_PORT = 6443;
const DNS_PORT = 53;

/** The process that listens at the place, or null. */
export function serverAt(topology: Topology, place: Place, address: string, protocol: Protocol, port: number): Server | null {
  switch (place.kind) {
    case "pod": {
      const pod = topology.pods.get(place.pod);
      return pod === undefined ? null : serverOfPod(pod.pod, protocol, port);
    }
    case "node":
      return serverOnNode(topology, place.node, protocol, port);
    case "outside": {
      const host = topology.outside.get(place.id);
      return host?.kind === "dns" && host.address === address && port === DNS_PORT ? NAME_SERVER : null;
    }
    case "gate":
    case "beyond":
      return null;
  }
}

const NAME_SERVER: Server = { kind: "dns", tls: false, answer: () => null };

/** What kube-apiserver says to a request in plain HTTP. */
const API_SERVER: Server = {
  kind: "http",
  tls: true,
  answer: () => spoken("HTTP/1.0 400 Bad Request: Client sent an HTTP request to an HTTPS server."),
};

function serverOnNode(topology: Topology, node: string, protocol: Protocol, port: number): Server | null {
  for (const pod of hostNetworkPods(topology, node)) {
    const server = serverOfPod(pod.pod, protocol, port);
    if (server !== null) return server;
  }
  const controlPlane = topology.nodes.get(node)?.controlPlane === true;
  return controlPlane && protocol === "TCP" && port === API_SERVER_PORT ? API_SERVER : null;
}

function hostNetworkPods(topology: Topology, node: string): readonly PodNet[] {
  return [...topology.pods.values()].filter((pod) => pod.hostNetwork && pod.node === node);
}

function serverOfPod(pod: Pod, protocol: Protocol, port: number): Server | null {
  const listener = listensOn(pod, protocol, port);
  if (listener === null || !isRunning(pod)) return null;
  if (port === DNS_PORT && isNameServer(pod)) return NAME_SERVER;
  if (protocol !== "TCP") return { kind: "other", tls: false, answer: () => spoken(pod.metadata.name) };
  return {
    kind: "http",
    tls: false,
    answer: ({ peer, path, host }) => {
      const answer = answerOf(pod, listener, { method: "GET", path, sourceSeen: peer, host });
      if (answer === null) return null;
      const head = `${answer.statusLine}\r\nContent-Type: ${answer.contentType}\r\nContent-Length: ${answer.body.length}\r\n\r\n`;
      return {
        says: [answer.statusLine, firstLine(answer.body)].filter((part) => part !== "").join(" "),
        bytes: head.length + answer.body.length,
      };
    },
  };
}

function firstLine(body: string): string {
  return body.trimStart().split("\n", 1)[0]?.trim() ?? "";
}

/** A container's process listens from its start to its end. */
function isRunning(pod: Pod): boolean {
  return pod.status?.phase === "Running";
}

function spoken(says: string): { readonly says: string; readonly bytes: number } {
  return { says, bytes: says.length };
}

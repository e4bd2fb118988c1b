/**
 * Probes: a call of the kubelet on the Pod's own node, answered by what listens in the Pod. No packet is sent.
 * (pkg/kubelet/prober)
 */
import type { Container, Probe } from "../api/types.ts";
import { unreachable } from "../base/names.ts";
import { knowledgeOf } from "./images.ts";
import { listensOn, mountPaths, probedHost } from "./listeners.ts";
import type { PodLike } from "./listeners.ts";
import { readCommand } from "./processes.ts";
import { respond } from "./answers.ts";

export interface ProbeResult {
  readonly ok: boolean;
  /** As the kubelet's event says it: `Get "http://10.244.1.5:8080/": dial tcp 10.244.1.5:8080: connect: connection refused`. */
  readonly why: string;
}

const PASSED: ProbeResult = { ok: true, why: "" };

/** `ip` is the Pod's address, for the text. */
export function probe(pod: PodLike, container: Container, check: Probe, ip: string): ProbeResult {
  const call = callOf(check);
  if (call === null) return PASSED;
  // Asked at another host than the Pod's address: what a program that nobody knows does there, its author knows.
  if (probedHost(check) !== null && knowledgeOf(container.image) === null) return PASSED;
  switch (call.kind) {
    case "exec":
      // What a command finds inside a container is not simulated; one that fails in any (`false`, `exit 1`) fails here too.
      return (readCommand(call.command)?.exitCode ?? 0) === 0 ? PASSED : { ok: false, why: "" };
    case "httpGet":
      return httpProbe(pod, container, call, ip);
    case "tcpSocket":
    case "grpc": {
      const port = portNumberOf(container, call.port);
      if (port === null) return unknownPort(call.port);
      const target = hostPort(ip, port);
      if (listensOn(pod, "TCP", port) !== null) return PASSED;
      if (call.kind === "tcpSocket") return { ok: false, why: `dial tcp ${target}: connect: connection refused` };
      return { ok: false, why: `timeout: failed to connect service "${target}" within 1s: context deadline exceeded` };
    }
    default:
      return unreachable(call);
  }
}

type Call =
  | { readonly kind: "exec"; readonly command: readonly string[] }
  | { readonly kind: "httpGet"; readonly port: number | string; readonly path: string; readonly scheme: string }
  | { readonly kind: "tcpSocket"; readonly port: number | string }
  | { readonly kind: "grpc"; readonly port: number };

function callOf(check: Probe): Call | null {
  if (check.httpGet !== undefined) {
    const { port, path = "/", scheme = "HTTP" } = check.httpGet;
    return { kind: "httpGet", port, path: path.startsWith("/") ? path : `/${path}`, scheme };
  }
  if (check.tcpSocket !== undefined) return { kind: "tcpSocket", port: check.tcpSocket.port };
  if (check.grpc !== undefined) return { kind: "grpc", port: check.grpc.port };
  return check.exec === undefined ? null : { kind: "exec", command: check.exec.command ?? [] };
}

function httpProbe(pod: PodLike, container: Container, call: Call & { kind: "httpGet" }, ip: string): ProbeResult {
  const port = portNumberOf(container, call.port);
  if (port === null) return unknownPort(call.port);
  const url = `${call.scheme.toLowerCase()}://${hostPort(ip, port)}${call.path}`;
  const listener = listensOn(pod, "TCP", port);
  if (listener === null) return { ok: false, why: `Get "${url}": dial tcp ${hostPort(ip, port)}: connect: connection refused` };
  const owner = pod.spec.containers.find((each) => each.name === listener.container) ?? container;
  const knowledge = knowledgeOf(owner.image);
  // An image that nobody knows, or one with files of its own, is taken to answer its own probe well.
  if (knowledge === null || mountPaths(owner).length > 0) return PASSED;
  const answer = respond(owner, listener, { method: "GET", path: call.path, sourceSeen: "", pod: { name: "", ip } });
  if (answer === null) return { ok: false, why: `Get "${url}": EOF` };
  return answer.status >= 200 && answer.status < 400 ? PASSED : { ok: false, why: `HTTP probe failed with statuscode: ${answer.status}` };
}

/** A number, or the name of a port of the container; null where the container has no such port. */
function portNumberOf(container: Container, port: number | string): number | null {
  if (typeof port === "number") return port;
  if (/^\d+$/.test(port)) return Number(port);
  return container.ports?.find((each) => each.name === port)?.containerPort ?? null;
}

function unknownPort(port: number | string): ProbeResult {
  return { ok: false, why: `couldn't find port: ${String(port)}` };
}

function hostPort(ip: string, port: number): string {
  return ip.includes(":") ? `[${ip}]:${port}` : `${ip}:${port}`;
}

/**
 * kube-proxy's own listener: the healthCheckNodePort of a Service with `externalTrafficPolicy: Local`, on every node, answered
 * from what that node's kube-proxy has synced (pkg/proxy/healthcheck/service_health.go). Load balancers ask it; so may a person.
 */
import { parseAddress } from "../base/address.ts";
import { healthCheckAnswer } from "../kube-proxy/sync.ts";
import type { NodeNet } from "../network/topology.ts";
import type { Server } from "../network/world.ts";
import type { RuleBook } from "./proxies.ts";
import type { SimulationState } from "./state.ts";

const STATUS: Readonly<Record<number, string>> = { 200: "HTTP/1.1 200 OK", 503: "HTTP/1.1 503 Service Unavailable" };

/** null where no Service has that port for its health checks, or nobody listens there: kube-proxy is stopped, has not synced, or listens elsewhere. */
export function healthServer(state: SimulationState, rules: RuleBook, node: NodeNet, at: string, port: number): Server | null {
  const proxy = state.proxies.get(node.name);
  const address = parseAddress(at);
  if (proxy === undefined || proxy.stopped || proxy.synced === null || address === null) return null;
  const answer = healthCheckAnswer(rules.servicePorts(proxy.synced, address.family), node.name, port);
  if (answer !== null && !rules.answersChecksAt(proxy.synced, node, address)) return null;
  if (answer === null) return null;
  const status = STATUS[answer.status] ?? `HTTP/1.1 ${answer.status}`;
  const head = [status, ...answer.headers.map(([name, value]) => `${name}: ${value}`), `Content-Length: ${answer.body.length}`];
  return {
    pod: null,
    process: "kube-proxy",
    kind: "http",
    tls: false,
    delay: 0,
    answer: () => ({ says: `${status} ${answer.body.replaceAll(/\s+/g, " ")}`, text: `${head.join("\r\n")}\r\n\r\n${answer.body}` }),
  };
}

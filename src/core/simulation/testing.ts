/** For tests: a cluster from manifests as text, requests and what became of them. */
import type { Journey, Sender } from "../network/trace.ts";
import type { Action, SendRequest, SimulationOptions } from "./contract.ts";
import { createSimulation, type Simulation } from "./simulation.ts";

/** A settled cluster. Throws where the manifests have errors. */
export function cluster(manifests: string, options: SimulationOptions = {}): Simulation {
  const simulation = createSimulation(options);
  edit(simulation, manifests);
  return simulation;
}

export function edit(simulation: Simulation, manifests: string): void {
  const { applied, diagnostics } = simulation.apply([{ name: "test.yaml", text: manifests }]);
  if (!applied) throw new Error(diagnostics.map(({ range, message }) => `${range.line}:${range.column} ${message}`).join("\n"));
}

/** `default/client`, `node/node-1`, `outside/external`. */
export function sender(text: string): Sender {
  const [kind = "", rest = ""] = text.split("/");
  if (kind === "node") return { kind: "node", node: rest };
  if (kind === "outside") return { kind: "outside", id: rest };
  return { kind: "pod", pod: text };
}

/** Sends and runs until nothing is under way. */
export function send(simulation: Simulation, from: string, to: string, more: Partial<SendRequest> = {}): readonly Journey[] {
  const sent = simulation.send({ from: sender(from), to, ...more });
  if ("error" in sent) throw new Error(sent.error);
  simulation.settle();
  return sent.map((id) => {
    const journey = simulation.journey(id);
    if (journey === null) throw new Error(`journey ${id} did not end`);
    return journey;
  });
}

export function sendOne(simulation: Simulation, from: string, to: string, more: Partial<SendRequest> = {}): Journey {
  const [journey] = send(simulation, from, to, more);
  if (journey === undefined) throw new Error("nothing was sent");
  return journey;
}

export function act(simulation: Simulation, action: Action): void {
  const refusal = simulation.perform(action);
  if (refusal !== null) throw new Error(refusal.error);
}

/** The node's rules, with each `[pattern, replacement]` done once. Throws where a pattern is not found. */
export function rewriteRules(simulation: Simulation, node: string, ...changes: readonly (readonly [string | RegExp, string])[]): void {
  let text = simulation.rulesText(node, "IPv4", false) ?? "";
  for (const [pattern, replacement] of changes) {
    const next = text.replace(pattern, replacement);
    if (next === text) throw new Error(`not found in the rules of ${node}: ${String(pattern)}\n${text}`);
    text = next;
  }
  act(simulation, { kind: "override-rules", node, family: "IPv4", text });
}

/** The way of one packet: `send leave rewrite cross pass deliver accept`. */
export function wayOf(journey: Journey, purpose: string): string {
  return (journey.packets.find((packet) => packet.purpose === purpose)?.hops ?? []).map(({ kind }) => kind).join(" ");
}

export const CLIENT = `
apiVersion: v1
kind: Pod
metadata: { name: client }
spec: { nodeName: node-1, containers: [ { name: curl, image: curlimages/curl, command: [sleep, infinity] } ] }
`;

/** A Deployment with a Service of the same name; `extra` are lines of the Service's spec. */
export function web({ replicas = 3, selector = "web", port = "{ port: 80 }", extra = "" } = {}): string {
  return `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [ { name: nginx, image: nginx:1.27 } ] }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec:
  selector: { app: ${selector} }
  ports: [ ${port} ]
${extra
  .split("\n")
  .map((line) => `  ${line}`)
  .join("\n")}
---
${CLIENT}`;
}

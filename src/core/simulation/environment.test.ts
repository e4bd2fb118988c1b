/** Service environment variables have an order problem: a container knows the Services that were there when it started. */
import { expect, test } from "vitest";
import { CLIENT, act, cluster, edit } from "./testing.ts";
import type { Simulation } from "./simulation.ts";

const SERVICE = "\n---\napiVersion: v1\nkind: Service\nmetadata: { name: late }\nspec: { ports: [ { port: 80 } ] }\n";

function knows(simulation: Simulation, name: string): boolean {
  const variables = simulation.environment("default/client");
  if ("error" in variables) throw new Error(variables.error);
  return variables.some((variable) => variable.name === name);
}

test("a Service that comes after the Pod is not in its environment until the container is started again", () => {
  const simulation = cluster(CLIENT);
  expect(knows(simulation, "KUBERNETES_SERVICE_HOST")).toBe(true);
  edit(simulation, CLIENT + SERVICE);
  expect(knows(simulation, "LATE_SERVICE_HOST")).toBe(false);
  act(simulation, { kind: "crash-pod", pod: "default/client" });
  expect(knows(simulation, "LATE_SERVICE_HOST")).toBe(true);
});

test("a Service that is there first is in it, and stays when the Service goes", () => {
  const simulation = cluster(CLIENT.trimStart() + SERVICE);
  expect(knows(simulation, "LATE_PORT_80_TCP_ADDR")).toBe(true);
  edit(simulation, CLIENT);
  expect(knows(simulation, "LATE_PORT_80_TCP_ADDR")).toBe(true);
});

test("who asks for what is not there is told so", () => {
  const simulation = cluster(CLIENT);
  expect(simulation.environment("default/none")).toEqual({ error: "There is no Pod default/none." });
  expect(simulation.environment("default/client", "x")).toEqual({ error: "Pod default/client has no container x." });
});

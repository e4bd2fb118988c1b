/** Service environment variables have an order problem: a container knows the Services that were there when it started. */
import { describe, expect, test } from "vitest";
import { CLIENT, act, cluster, edit, send, sendOne, web } from "./testing.ts";
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

describe("in what a person types, the Pod's shell puts them in", () => {
  test.each(["$WEB_SERVICE_HOST", "http://${WEB_SERVICE_HOST}:$WEB_SERVICE_PORT/", "http://$WEB_PORT_80_TCP_ADDR"])("%s", (to) => {
    const simulation = cluster(web());
    const journey = sendOne(simulation, "default/client", to);
    expect(journey.outcome.kind).toBe("delivered");
    expect(journey.lookup).toBeNull();
    expect(journey.to).toMatch(/10\.\d+\.\d+\.\d+/);
    const shares = simulation.distribution({ from: journey.from, to });
    expect("error" in shares ? shares : shares.candidates).toHaveLength(3);
  });

  test("one that is not set is said, with why", () => {
    const simulation = cluster(CLIENT);
    edit(simulation, web());
    const to = "http://$WEB_SERVICE_HOST";
    const refusal = {
      error:
        "WEB_SERVICE_HOST is not set in Pod default/client: a container gets variables for the Services that were there when it started.",
    };
    expect(simulation.send({ from: { kind: "pod", pod: "default/client" }, to })).toEqual(refusal);
    expect(simulation.distribution({ from: { kind: "pod", pod: "default/client" }, to })).toEqual(refusal);
    act(simulation, { kind: "crash-pod", pod: "default/client" });
    expect(send(simulation, "default/client", to)).toHaveLength(1);
  });

  test("a node and a client outside have none of them", () => {
    const simulation = cluster(web());
    for (const from of [{ kind: "node", node: "node-1" } as const, { kind: "outside", id: "external" } as const])
      expect(simulation.send({ from, to: "http://$WEB_SERVICE_HOST" })).toMatchObject({ error: expect.stringContaining("neither a name") });
  });

  test("steady traffic gets them when it starts", () => {
    const simulation = cluster(web());
    const request = { from: { kind: "pod", pod: "default/client" }, to: "http://$WEB_SERVICE_HOST", rate: 5 } as const;
    expect(simulation.perform({ kind: "start-traffic", request })).toBeNull();
    expect(simulation.traffic()?.request?.to).toMatch(/^http:\/\/10\./);
    expect(simulation.perform({ kind: "start-traffic", request: { ...request, to: "http://$NONE" } })).toMatchObject({
      error: expect.stringContaining("NONE is not set"),
    });
  });
});

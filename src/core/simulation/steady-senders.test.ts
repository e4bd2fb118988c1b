/** Several senders of steady traffic at once: each begins, changes and stops by itself, and is counted by itself. */
import { expect, test } from "vitest";
import type { SteadyRequest } from "./contract.ts";
import { createSimulation, type Simulation } from "./simulation.ts";
import { act, cluster, sender, web } from "./testing.ts";

const SECOND = 1_000_000_000;
const LOAD = `
apiVersion: v1
kind: Pod
metadata: { name: load, annotations: { kubehop.dev/traffic: "http://web 5/s" } }
spec: { nodeName: node-1, containers: [ { name: curl, image: curlimages/curl, command: [sleep, infinity] } ] }
`;

const toWeb = (rate: number, more: Partial<SteadyRequest> = {}): SteadyRequest => ({
  from: sender("default/client"),
  to: "http://web",
  rate,
  ...more,
});

/** `name sent/lost` of each, after so many seconds. */
function after(simulation: Simulation, seconds: number): readonly string[] {
  simulation.settle(simulation.now + seconds * SECOND);
  return (simulation.traffic()?.bySender ?? []).map(
    ({ sender: name, sent, lost, request }) => `${name} ${sent}/${lost}${request === null ? " off" : ""}`,
  );
}

test("two senders beside each other, each with its rate and its own counts", () => {
  const simulation = cluster(web());
  act(simulation, { kind: "set-sender", sender: "a", request: toWeb(5) });
  act(simulation, { kind: "set-sender", sender: "b", request: toWeb(10, { to: "http://nowhere" }) });
  expect(after(simulation, 0.95)).toEqual(["a 5/0", "b 10/10"]);
  const [a] = simulation.traffic()?.bySender ?? [];
  expect(a?.answeredBy.reduce((sum, { count }) => sum + count, 0)).toBe(a?.answered);
  const { sent, answered, lost } = simulation.traffic()!;
  expect([sent, answered, lost]).toEqual([15, 5, 10]);
});

test("another rate takes effect at once, and the beats of the one before are void", () => {
  const simulation = cluster(web());
  act(simulation, { kind: "set-sender", sender: "a", request: toWeb(2) });
  expect(after(simulation, 0.9)).toEqual(["a 2/0"]);
  act(simulation, { kind: "set-sender", sender: "a", request: toWeb(20) });
  expect(after(simulation, 1)).toEqual(["a 23/0"]);
});

test("one stops while the other goes on; with the last the series ends", () => {
  const simulation = cluster(web());
  act(simulation, { kind: "set-sender", sender: "a", request: toWeb(5) });
  act(simulation, { kind: "set-sender", sender: "b", request: toWeb(5) });
  act(simulation, { kind: "set-sender", sender: "a", request: null });
  expect(after(simulation, 0.95)).toEqual(["a 1/0 off", "b 5/0"]);
  act(simulation, { kind: "set-sender", sender: "b", request: null });
  expect(simulation.traffic()?.until).toBe(simulation.now);
  expect(simulation.perform({ kind: "set-sender", sender: "b", request: null })).toEqual({ error: "b sends nothing now." });
});

test("a Pod's own sender is listed, is silenced, stays silent when Pods change, and sends again", () => {
  const simulation = cluster(`${web()}---${LOAD}`);
  act(simulation, { kind: "start-traffic", request: null });
  const own = "default/load 0";
  expect(after(simulation, 2)).toEqual([`${own} 10/0`]);
  act(simulation, { kind: "set-sender", sender: "a", request: toWeb(1) });
  act(simulation, { kind: "set-sender", sender: own, request: null });
  act(simulation, { kind: "scale", workload: { kind: "Deployment", key: "default/web" }, replicas: 4 });
  expect(after(simulation, 2.5)).toEqual(["a 3/0", `${own} 10/0 off`]);
  act(simulation, { kind: "set-sender", sender: own, request: { from: sender("default/load"), to: "http://web", rate: 10 } });
  expect(after(simulation, 0.95)).toContainEqual(`${own} 20/0`);
});

test("several clients take turns", () => {
  const simulation = cluster(web());
  act(simulation, { kind: "set-sender", sender: "a", request: toWeb(10, { others: [sender("node/node-1")] }) });
  simulation.settle(simulation.now + 0.95 * SECOND);
  const { lastAnswered = [], lastLost = [] } = simulation.traffic() ?? {};
  const kinds = [...lastAnswered, ...lastLost].sort((a, b) => a.id - b.id).map(({ from }) => from.kind);
  expect(kinds.slice(0, 4)).toEqual(["pod", "node", "pod", "node"]);
});

test("a run with several senders goes back and plays on to the same state", () => {
  const simulation = createSimulation({ recorded: true });
  simulation.apply([{ name: "web.yaml", text: web() }]);
  act(simulation, { kind: "set-sender", sender: "a", request: toWeb(5) });
  simulation.settle(simulation.now + SECOND);
  act(simulation, { kind: "set-sender", sender: "b", request: toWeb(7) });
  simulation.settle(simulation.now + SECOND);
  const [now, hash] = [simulation.now, simulation.hash()];
  simulation.goTo(now - 1.5 * SECOND);
  expect(simulation.traffic()?.bySender.map(({ sender: name }) => name)).toEqual(["a"]);
  simulation.settle(now);
  expect(simulation.hash()).toBe(hash);
});

test.each([
  [{ sender: "", request: toWeb(5) }, "A sender has a name."],
  [{ sender: "a", request: toWeb(500) }, "Steady traffic is 1 to 50 requests a second, not 500."],
  [{ sender: "a", request: toWeb(5, { from: sender("default/nobody") }) }, "There is no Pod default/nobody."],
] as const)("%o is refused, and nothing stands", (of, error) => {
  const simulation = cluster(web());
  expect(simulation.perform({ kind: "set-sender", ...of })).toEqual({ error });
  expect(simulation.traffic()).toBeNull();
});

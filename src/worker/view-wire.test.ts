import { expect, test } from "vitest";
import { createSimulation } from "../core/simulation/simulation.ts";
import type { Action, SimulationFacade } from "../core/simulation/contract.ts";
import type { ClusterView } from "../core/simulation/view.ts";
import type { FromWorker, Update } from "./protocol.ts";
import { fromWire, toWire } from "./view-wire.ts";

const text = (replicas: number, second = ""): string => `apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector: { app: web }
  ports: [{ port: 80 }]
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: ${replicas}
  selector:
    matchLabels: { app: web }
  template:
    metadata:
      labels: { app: web }
    spec:
      containers: [{ name: nginx, image: nginx }]
${second}`;

const OTHER = `---
apiVersion: v1
kind: Service
metadata:
  name: api
spec:
  selector: { app: api }
  ports: [{ port: 80 }]
---
apiVersion: v1
kind: Pod
metadata:
  name: api
  labels: { app: api }
spec:
  containers: [{ name: nginx, image: nginx }]
`;

function updateOf(cluster: ClusterView | null): Update {
  return {
    kind: "update",
    applied: 1,
    now: 0,
    cluster,
    diagnostics: null,
    lastGood: false,
    journeys: [],
    timeline: [],
    timelineFrom: 0,
    spans: [],
    traffic: null,
    past: null,
    leftRuns: [],
    busy: false,
  };
}

/** A wire between two threads: what goes over is copied. */
function wire(): (cluster: ClusterView | null) => ClusterView | null {
  const [send, receive] = [toWire(), fromWire()];
  return (cluster) => {
    const received = receive(structuredClone(send(updateOf(cluster))));
    return received.kind === "update" ? received.cluster : null;
  };
}

function act(simulation: SimulationFacade, action: Action): void {
  expect(simulation.perform(action)).toBe(null);
  simulation.settle();
}

const STEPS: readonly { readonly name: string; readonly change: (simulation: SimulationFacade) => void }[] = [
  { name: "a Pod unready", change: (run) => act(run, { kind: "set-ready", pod: firstPod(run), ready: false }) },
  { name: "nothing", change: () => undefined },
  { name: "a Pod deleted, another in its place", change: (run) => act(run, { kind: "delete-pod", pod: firstPod(run) }) },
  { name: "scaled up", change: (run) => void run.apply([{ name: "web.yaml", text: text(9) }]) },
  { name: "another Service and Pod", change: (run) => void run.apply([{ name: "web.yaml", text: text(9, OTHER) }]) },
  { name: "scaled to nothing", change: (run) => void run.apply([{ name: "web.yaml", text: text(0, OTHER) }]) },
  { name: "an empty text", change: (run) => void run.apply([{ name: "web.yaml", text: "" }]) },
  { name: "all of it again", change: (run) => void run.apply([{ name: "web.yaml", text: text(4, OTHER) }]) },
];

function firstPod(run: SimulationFacade): string {
  return run.view().pods.find(({ name }) => name.startsWith("web-"))!.key;
}

test("after every change the page has the view that the worker has", () => {
  const simulation = createSimulation({ files: [{ name: "web.yaml", text: text(5) }] });
  simulation.settle();
  const over = wire();
  expect(over(simulation.view())).toEqual(simulation.view());
  for (const { name, change } of STEPS) {
    change(simulation);
    simulation.settle();
    expect(over(null), name).toBe(null);
    expect(over(simulation.view()), name).toEqual(simulation.view());
  }
});

test("what did not change is the same object in the page", () => {
  const simulation = createSimulation({ files: [{ name: "web.yaml", text: text(5, OTHER) }] });
  simulation.settle();
  const over = wire();
  const before = over(simulation.view())!;
  const unready = firstPod(simulation);
  act(simulation, { kind: "set-ready", pod: unready, ready: false });
  const after = over(simulation.view())!;
  const changed = (list: "pods" | "services") =>
    after[list].filter((one) => !(before[list] as readonly unknown[]).includes(one)).map(({ key }) => key);
  expect(changed("pods")).toEqual([unready]);
  expect(changed("services")).toEqual(["default/web"]);
  expect(over(simulation.view())!.pods).toBe(after.pods);
});

test("only what is new goes over", () => {
  const simulation = createSimulation({ files: [{ name: "web.yaml", text: text(40) }] });
  simulation.settle();
  const send = toWire();
  const bytes = (message: unknown): number =>
    JSON.stringify(message, (_, value: unknown) => (value instanceof Int32Array ? 0 : value)).length;
  const all = bytes(send(updateOf(simulation.view())).kind === "update" ? simulation.view() : null);
  act(simulation, { kind: "set-ready", pod: firstPod(simulation), ready: false });
  expect(bytes(send(updateOf(simulation.view())))).toBeLessThan(all / 2);
});

test("other messages go over as they are", () => {
  const message: FromWorker = { kind: "forked", at: 7 };
  expect(fromWire()(toWire()(message))).toBe(message);
});

test("a page that missed a view says so", () => {
  const simulation = createSimulation({ files: [{ name: "web.yaml", text: text(5) }] });
  simulation.settle();
  const send = toWire();
  send(updateOf(simulation.view()));
  expect(() => fromWire()(send(updateOf(simulation.view())))).toThrow("none was before");
});

import { expect, test } from "vitest";
import { createSimulation } from "../core/simulation/simulation.ts";
import type { Action, SimulationFacade } from "../core/simulation/contract.ts";
import type { ClusterView, TimelineEvent } from "../core/simulation/view.ts";
import type { FromWorker, Update } from "./protocol.ts";
import { fromWire, toWire, type OverWire } from "./view-wire.ts";

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
function wire(): (cluster: ClusterView | null, timeline?: readonly TimelineEvent[]) => Update["cluster"] {
  const send = sender();
  return (cluster, timeline = []) => send({ ...updateOf(cluster), timeline })?.cluster ?? null;
}

/** Sends an update over, and gives it as it came. */
function sender(): (update: Update) => Update | null {
  const receive = fromWire();
  let came: FromWorker | null = null;
  const send = toWire((message) => (came = receive(structuredClone(message)) ?? came));
  return (update) => {
    send(update);
    return came?.kind === "update" ? came : null;
  };
}

/** The messages that go over for one. */
function sent(
  send: { readonly posted: OverWire[]; readonly wire: (message: FromWorker) => void },
  message: FromWorker,
): readonly OverWire[] {
  send.posted.length = 0;
  send.wire(message);
  return [...send.posted];
}

function posting(): { readonly posted: OverWire[]; readonly wire: (message: FromWorker) => void } {
  const posted: OverWire[] = [];
  return { posted, wire: toWire((message) => void posted.push(message)) };
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
  const send = posting();
  const bytes = (message: unknown): number =>
    JSON.stringify(message, (_, value: unknown) => (value instanceof Int32Array ? 0 : value)).length;
  const all = bytes(sent(send, updateOf(simulation.view())).length === 1 ? simulation.view() : null);
  act(simulation, { kind: "set-ready", pod: firstPod(simulation), ready: false });
  expect(bytes(sent(send, updateOf(simulation.view())))).toBeLessThan(all / 2);
});

test("other messages go over as they are", () => {
  const message: FromWorker = { kind: "forked", at: 7 };
  expect(sent(posting(), message).map(fromWire())).toEqual([message]);
});

test("a page that missed a view says so", () => {
  const simulation = createSimulation({ files: [{ name: "web.yaml", text: text(5) }] });
  simulation.settle();
  const send = posting();
  sent(send, updateOf(simulation.view()));
  expect(() => sent(send, updateOf(simulation.view())).map(fromWire())).toThrow("none was before");
});

test("a large view and its timeline go ahead in parts, and come whole", () => {
  const many = (replicas: number): string => `${text(replicas)}---
kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
networking: { podSubnet: 10.128.0.0/11 }
nodes: [{ role: control-plane }${", { role: worker }".repeat(60)}]
`;
  const simulation = createSimulation({ files: [{ name: "web.yaml", text: many(4_200) }], recorded: true });
  simulation.settle();
  const update = { ...updateOf(simulation.view()), timeline: simulation.timeline() };
  const messages = sent(posting(), update);
  const parts = messages.slice(0, -1).map((message) => (message.kind === "part" ? message.part.kind : message.kind));
  expect(new Set(parts)).toEqual(new Set(["pods", "pod-list", "slices", "events"]));
  // what is left for the update itself is small
  expect(JSON.stringify(messages.at(-1), (_, value: unknown) => (value instanceof Int32Array ? 0 : value)).length).toBeLessThan(100_000);

  const over = sender();
  expect(over(update)).toEqual(update);
  act(simulation, { kind: "set-ready", pod: firstPod(simulation), ready: false });
  const small = { ...updateOf(simulation.view()), timeline: [] };
  expect(over(small)).toEqual(small);
  simulation.apply([{ name: "web.yaml", text: many(1_700) }]);
  simulation.settle();
  const fewer = { ...updateOf(simulation.view()), timeline: [] };
  expect(over(fewer)).toEqual(fewer);
});

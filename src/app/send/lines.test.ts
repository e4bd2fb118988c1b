/** Senders that can be switched, what is observed of them, and their shares. */
import { expect, test } from "vitest";
import { createSimulation } from "../../core/simulation/simulation.ts";
import type { TrafficUpdate } from "../../worker/protocol.ts";
import type { KeptSender } from "../state/requests.ts";
import { linesOf, partsOf, type Line } from "./lines.ts";
import { observed, sampled, type Sample } from "./rates.ts";

const S = 1_000_000_000;
const WEB = `
apiVersion: v1
kind: Pod
metadata: { name: load, annotations: { kubehop.dev/traffic: "http://web 5/s" } }
spec: { nodeName: node-1, containers: [ { name: curl, image: curlimages/curl, command: [sleep, infinity] } ] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 3
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [ { name: nginx, image: "nginx:1.27" } ] }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [ { port: 80 } ] }
`;

const KEPT: readonly KeptSender[] = [
  { name: "ten", request: { from: null, to: "http://web", count: 10 }, rate: null },
  { name: "stream", request: { from: null, to: "http://web", count: 1 }, rate: 20 },
];

function run(): {
  readonly lines: readonly Line[];
  readonly before: readonly Line[];
  readonly view: ReturnType<ReturnType<typeof createSimulation>["view"]>;
} {
  const simulation = createSimulation();
  simulation.apply([{ name: "web.yaml", text: WEB }]);
  const view = simulation.view();
  const before = linesOf(view, KEPT, null);
  simulation.perform({ kind: "set-sender", sender: "stream", request: before[1]!.request });
  simulation.settle(simulation.now + 3 * S);
  const { lastAnswered: _, lastLost: __, ...sums } = simulation.traffic()!;
  const traffic: TrafficUpdate = { ...sums, playing: true, rate: 1, passages: [], losses: [] };
  return { before, lines: linesOf(view, KEPT, traffic), view };
}

const text = (lines: readonly Line[]): readonly string[] =>
  lines.map(
    ({ title, from, to, rate, sends, declared }) =>
      `${title}: ${from} to ${to}, ${rate}${sends ? " on" : ""}${declared ? " declared" : ""}`,
  );

test("kept senders and those that Pods declare, sending or not", () => {
  const { before, lines } = run();
  expect(text(before)).toEqual(["ten: load to http://web, null", "stream: load to http://web, 20", "load: load to http://web, 5 declared"]);
  expect(text(lines)).toEqual([
    "ten: load to http://web, null",
    "stream: load to http://web, 20 on",
    "load: load to http://web, 5 on declared",
  ]);
  expect(lines[1]?.counts?.sent).toBe(61);
});

test("shares are parts of what was answered, and their percentages add up to 100", () => {
  const { lines, view } = run();
  const parts = partsOf(view, lines[1]!);
  expect(parts.reduce((sum, { count }) => sum + count, 0)).toBe(lines[1]?.counts?.answered);
  expect(parts.reduce((sum, { percent }) => sum + percent, 0)).toBe(100);
  expect(parts.length).toBe(3);
});

test("a rate is observed over the last five seconds", () => {
  let samples: readonly Sample[] = [];
  for (let i = 0; i <= 100; i++)
    samples = sampled(samples, {
      at: i * 0.1 * S,
      counts: [{ sender: "a", sent: i <= 50 ? 2 * i : 100 + (i - 50), lost: i <= 50 ? 0 : i - 50 }],
    });
  expect(observed(samples, "a")).toEqual({ sent: 10, lost: 10 });
  expect(observed(samples, "b")).toBeNull();
  expect(samples.length).toBeLessThan(60);
});

test("with less than a second nothing is observed, and going back in time begins anew", () => {
  const counts = [{ sender: "a", sent: 3, lost: 0 }];
  const two = sampled(sampled([], { at: 0, counts }), { at: 0.5 * S, counts });
  expect(observed(two, "a")).toBeNull();
  expect(sampled(two, { at: 0.2 * S, counts })).toHaveLength(1);
});

/** What gates say, from real rules and real traces. */
import { expect, test } from "vitest";
import type { Sender } from "../core/network/trace.ts";
import { createSimulation } from "../core/simulation/simulation.ts";
import { choreograph } from "./choreography.ts";
import type { Choreography, Cue, GateShow } from "./contract.ts";
import { frameAt } from "./frame.ts";
import { buildScene, usedBy } from "./layout.ts";
import type { Scene } from "./scene.ts";

const web = (spec: string): string =>
  `apiVersion: v1
kind: Service
metadata: { name: web }
spec:
  selector: { app: web }
  ports: [{ port: 80PORT }]
${spec}
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 3
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: c, image: nginx }] }
---
apiVersion: v1
kind: Pod
metadata: { name: debug }
spec: { containers: [{ name: c, image: curlimages/curl, command: [sleep, infinity] }] }
`.replace("PORT", spec.includes("NodePort") ? ", nodePort: 30080" : "");

const DEBUG: Sender = { kind: "pod", pod: "default/debug" };
const OUTSIDE: Sender = { kind: "outside", id: "external" };

interface Sent {
  readonly stories: readonly Choreography[];
  readonly scene: Scene;
}

function sent(spec: string, from: Sender, count: number, to = "http://web"): Sent {
  const simulation = createSimulation({ files: [{ name: "web.yaml", text: web(spec) }], seed: 3 });
  simulation.settle();
  const node = simulation.view().nodes.find((one) => !one.controlPlane)!.internalIp;
  const ids = simulation.send({ from, to: to.replace("NODE", node), count });
  if ("error" in ids) throw new Error(ids.error);
  simulation.settle();
  const journeys = ids.map((id) => simulation.journey(id)!);
  const view = simulation.view();
  const used = journeys.flatMap(usedBy);
  const scene = buildScene(view, {
    width: 718,
    focus: "default/web",
    previous: null,
    arrangement: "workbench",
    podDetail: "address",
    used,
  });
  const stories = journeys.map((journey, i) => choreograph({ journey, view, scene, earlier: journeys.slice(0, i) }));
  return { stories, scene };
}

type GateCue = Extract<Cue, { readonly kind: "gate" }>;

function shows<K extends GateShow["kind"]>(story: Choreography, kind: K): readonly Extract<GateShow, { readonly kind: K }>[] {
  return story.cues
    .filter((cue): cue is GateCue => cue.kind === "gate")
    .flatMap((cue) => (cue.show.kind === kind ? [cue.show as Extract<GateShow, { readonly kind: K }>] : []));
}

const choices = (story: Choreography): readonly string[] => shows(story, "choosing").map((show) => show.text);

test.each([
  { seconds: 600, left: "10 min" },
  { seconds: 10_800, left: "3 h" },
  { seconds: 5430, left: "1 h 30 min" },
  { seconds: 90, left: "1 min 30 s" },
  { seconds: 1, left: "1 s" },
])("affinity of $seconds s: the first is chosen by chance, the second goes the same way with $left left", ({ seconds, left }) => {
  const { stories } = sent(`  sessionAffinity: ClientIP\n  sessionAffinityConfig: { clientIP: { timeoutSeconds: ${seconds} } }`, DEBUG, 2);
  expect(choices(stories[0]!)).toEqual(["random, one of 3"]);
  expect(stories[0]!.cues.some((cue) => cue.kind === "chances" && cue.chances.length > 0)).toBe(true);
  expect(choices(stories[1]!)).toEqual([`same as before, ${left} left`]);
  expect(stories[1]!.cues.some((cue) => cue.kind === "chances" && cue.chances.length > 0)).toBe(false);
});

test("without the requests before, no time is made up", () => {
  const simulation = createSimulation({ files: [{ name: "web.yaml", text: web("  sessionAffinity: ClientIP") }], seed: 3 });
  simulation.settle();
  const ids = simulation.send({ from: DEBUG, to: "http://web", count: 2 });
  if ("error" in ids) throw new Error(ids.error);
  simulation.settle();
  const view = simulation.view();
  const scene = buildScene(view, { width: 718, focus: null, previous: null, arrangement: "workbench", podDetail: "address" });
  const story = choreograph({ journey: simulation.journey(ids[1]!)!, view, scene });
  expect(choices(story)).toEqual(["same as before"]);
});

const NODE_PORT = "  type: NodePort";

test("what matches a packet for a node port is that port; for the Service's address the rules are counted", () => {
  const outside = sent(NODE_PORT, OUTSIDE, 1, "http://NODE:30080");
  expect(shows(outside.stories[0]!, "matching").map((show) => show.nodePort)).toEqual([30080]);
  const inside = sent(NODE_PORT, DEBUG, 1, "http://web");
  expect(shows(inside.stories[0]!, "matching").map((show) => show.nodePort)).toContain(null);
  expect(shows(inside.stories[0]!, "matching").map((show) => show.nodePort)).not.toContain(30080);
});

test("with masquerade the destination changes first, then the source, at the gate and in the label", () => {
  const { stories, scene } = sent(NODE_PORT, OUTSIDE, 1, "http://NODE:30080");
  const story = stories[0]!;
  const shown = shows(story, "rewriting");
  expect(shown.map((show) => [show.to !== "", show.masquerade !== null])).toEqual([
    [true, false],
    [true, true],
  ]);
  const { swap, before, after } = story.motions.find((motion) => motion.kind === "rewrite" && !motion.folded)!;
  expect(shown[1]).toMatchObject({ to: `${after.dst}:${after.dstPort}`, masquerade: `${after.src}:${after.srcPort}` });
  const label = (part: number) => {
    const showMs = swap!.startMs + (swap!.endMs - swap!.startMs) * part;
    const { source, destination } = frameAt(scene, story, showMs, { playing: false, rate: 1 }).packets.find(
      (packet) => packet.label !== null,
    )!.label!;
    return [source.text, destination.text, source.old === null, destination.old === null];
  };
  const [from, to] = [`${before.src}:${before.srcPort}`, `${after.dst}:${after.dstPort}`];
  expect(label(0.25)).toEqual([from, to, true, false]);
  expect(label(0.49)).toEqual([from, to, true, false]);
  expect(label(0.75)).toEqual([`${after.src}:${after.srcPort}`, to, false, true]);
  expect(label(1)).toEqual([`${after.src}:${after.srcPort}`, to, true, true]);
});

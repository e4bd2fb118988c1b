/** Many requests at once: streams along the wires, and each endpoint's share beside them. */
import { describe, expect, test } from "vitest";
import type { Journey } from "../core/network/trace.ts";
import { createSimulation } from "../core/simulation/simulation.ts";
import type { Choreography, Tally } from "./contract.ts";
import { frameAt, type Frame } from "./frame.ts";
import { buildScene, usedBy } from "./layout.ts";
import { movingShapes } from "./paint/moving.ts";
import { percentages } from "./percentages.ts";
import { choreographStream } from "./stream.ts";
import type { Scene } from "./scene.ts";

const WEB = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 3
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [ { name: nginx, image: nginx:1.27 } ] }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [ { port: 80 } ] }
---
apiVersion: v1
kind: Pod
metadata: { name: debug }
spec: { nodeName: node-1, containers: [ { name: curl, image: nicolaka/netshoot, command: [sleep, infinity] } ] }
`;

interface Shown {
  readonly scene: Scene;
  readonly story: Choreography;
  readonly journeys: readonly Journey[];
  readonly tally: Tally;
}

function stream(count: number): Shown {
  const simulation = createSimulation({ seed: 5 });
  simulation.apply([{ name: "web.yaml", text: WEB }]);
  const ids = simulation.send({ from: { kind: "pod", pod: "default/debug" }, to: "http://web", count });
  if ("error" in ids) throw new Error(ids.error);
  simulation.settle();
  const journeys = ids.map((id) => simulation.journey(id)!);
  const view = simulation.view();
  const scene = buildScene(view, {
    width: 718,
    focus: "default/web",
    previous: null,
    arrangement: "workbench",
    podDetail: "address",
    used: journeys.flatMap(usedBy),
  });
  const story = choreographStream({ journeys, view, scene });
  return { scene, story, journeys, tally: { before: [], arrivals: story.arrivals } };
}

const NOBODY = { selected: null, hovered: null, focused: null } as const;
const at = ({ scene, story, tally }: Shown, showMs: number): Frame => frameAt(scene, story, showMs, { playing: true, rate: 1, tally });
const moments = ({ story }: Shown): readonly number[] => Array.from({ length: 60 }, (_, i) => (story.totalMs * i) / 59);

describe("two hundred requests", () => {
  const two = stream(200);

  test("read as streams while more than twelve packets are in flight: bands along their wires, one label at most", () => {
    const frames = moments(two).map((ms) => at(two, ms));
    const crowded = frames.filter(({ packets }) => packets.length > 12 && packets.length <= 200);
    expect(crowded.length).toBeGreaterThan(10);
    for (const frame of crowded) {
      const others = frame.packets.filter(({ number, style }) => number === null && style !== "dns");
      expect(frame.bands.length > 0).toBe(others.length > 0);
      expect(frame.packets.filter(({ label }) => label !== null).length).toBeLessThanOrEqual(1);
      for (const { packets, of } of frame.bands) expect(packets).toBeLessThanOrEqual(of);
    }
  });

  test("shares add up to 100 at every moment, and are those of what has arrived", () => {
    for (const ms of moments(two)) {
      const { tallies, streams } = at(two, ms);
      expect(streams).toBe(true);
      const total = tallies.reduce((sum, { count }) => sum + count, 0);
      if (total < 10) {
        expect(tallies.every(({ share }) => share === null)).toBe(true);
        continue;
      }
      expect(tallies.reduce((sum, { share }) => sum + (share ?? 0), 0)).toBe(100);
      expect(new Map(tallies.map(({ pod, share }) => [pod, share]))).toEqual(percentages(tallies.map(({ pod, count }) => [pod, count])));
    }
  });

  test("at the end they are the run's own distribution, drawn in each Pod", () => {
    const last = at(two, two.story.totalMs);
    const own = new Map<string, number>();
    for (const { pod } of two.journeys) if (pod !== null) own.set(pod, (own.get(pod) ?? 0) + 1);
    expect(new Map(last.tallies.map(({ pod, count }) => [pod, count]))).toEqual(own);
    const texts = movingShapes(two.scene, last, NOBODY, { level: 4, scale: 1, measure: (text) => text.length * 6 }).flatMap((shape) =>
      shape.kind === "text" ? [shape.text] : [],
    );
    for (const share of percentages([...own]).values()) expect(texts).toContain(`${share}%`);
  });
});

test("five requests keep their labels' room and carry no bands", () => {
  const five = stream(5);
  for (const ms of moments(five)) {
    const frame = at(five, ms);
    if (frame.packets.length <= 12) expect(frame.bands).toEqual([]);
    expect(frame.tallies.every(({ share }) => share === null)).toBe(true);
  }
});

test("more than two hundred packets in flight are bands and no squares but the told one's", () => {
  const { scene, story, tally } = stream(200);
  const packed: Choreography = { ...story, packetsMost: 20 };
  const frames = moments({ scene, story, tally, journeys: [] }).map((ms) => frameAt(scene, packed, ms, { playing: true, rate: 1, tally }));
  const dense = frames.filter(({ bands, packets }) => bands.length > 0 && packets.length <= 4);
  expect(dense.length).toBeGreaterThan(10);
});

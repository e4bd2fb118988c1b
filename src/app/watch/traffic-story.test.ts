/** Steady traffic as tokens: along the wires of its hops, octagons where it was stopped, bands when there are too many. */
import { describe, expect, test } from "vitest";
import { createSimulation } from "../../core/simulation/simulation.ts";
import { web } from "../../core/simulation/testing.ts";
import type { TimelineEvent, TrafficSecond } from "../../core/simulation/view.ts";
import { frameAt } from "../../scene/frame.ts";
import { buildScene } from "../../scene/layout.ts";
import type { Passage } from "../../worker/protocol.ts";
import { trafficUpdate } from "../../worker/traffic-update.ts";
import { secondsOf } from "./traffic-lanes.ts";
import { isOver, TOKEN_MS, trafficChoreography, type Token } from "./traffic-story.ts";

/** So many passages of a real run, and the scene of its cluster. */
function passages(
  manifests: string,
  seconds: number,
): { passages: readonly Passage[]; scene: ReturnType<typeof buildScene>; since: number } {
  const simulation = createSimulation();
  simulation.apply([{ name: "web.yaml", text: manifests }]);
  simulation.perform({
    kind: "start-traffic",
    request: { from: { kind: "pod", pod: "default/client" }, to: "http://web", rate: 50 },
  });
  simulation.settle(simulation.now + seconds * 1e9);
  const view = simulation.traffic();
  if (view === null) throw new Error("no traffic");
  const scene = buildScene(simulation.view(), {
    width: 900,
    focus: "default/web",
    previous: null,
    arrangement: "workbench",
    podDetail: "address",
  });
  return { passages: trafficUpdate(view, 0, { playing: true, rate: 1 }).passages, scene, since: view.since };
}

const frame = (
  scene: ReturnType<typeof buildScene>,
  story: ReturnType<typeof trafficChoreography>,
  showMs: number,
): ReturnType<typeof frameAt> => frameAt(scene, story, showMs, { playing: true, rate: 1 });

describe("tokens", () => {
  const { passages: all, scene, since } = passages(web(), 1);
  const tokens: readonly Token[] = all.map((passage) => ({ passage, startMs: (passage.sentAt - since) / 1e6 }));
  const story = trafficChoreography({ tokens, scene, since, motion: "full", sentence: "50 sent" });

  test("run without labels from the sender's stub to the Pod that answers", () => {
    const [first] = tokens;
    if (first === undefined) throw new Error("no token");
    const alone = trafficChoreography({ tokens: [first], scene, since, motion: "full", sentence: "" });
    const [begin] = frame(scene, alone, first.startMs + 1).packets;
    const [end] = frame(scene, alone, first.startMs + TOKEN_MS - 1).packets;
    expect(begin?.label).toBeNull();
    const box = scene.pods.find(({ key }) => key === first.passage.pod)?.box;
    expect(Math.abs((end?.point.y ?? 0) - ((box?.y ?? 0) + (box?.height ?? 0) / 2))).toBeLessThan(4);
    expect(begin?.point).not.toEqual(end?.point);
    expect(frame(scene, alone, first.startMs + TOKEN_MS + 1).packets).toEqual([]);
  });

  test("are functions of show time alone, which is simulated time", () => {
    expect(frame(scene, story, 500)).toEqual(frame(scene, story, 500));
    expect(story.clock[0]).toEqual([0, since]);
    expect(frame(scene, story, 500).packets.length).toBeGreaterThan(10);
  });

  test.each([
    { count: 200, packets: 200 },
    { count: 201, packets: 0 },
  ])("$count on their way: $packets packets beside the bands", ({ count, packets }) => {
    const many = Array.from({ length: count }, (_, i): Token => {
      const token = tokens[i % tokens.length]!;
      return { ...token, startMs: 0, passage: { ...token.passage, journey: i } };
    });
    const dense = trafficChoreography({ tokens: many, scene, since, motion: "full", sentence: "" });
    const shown = frame(scene, dense, 400);
    expect(shown.packets).toHaveLength(packets);
    expect(shown.bands.length).toBeGreaterThan(0);
  });

  test("with reduced motion nothing travels", () => {
    const still = trafficChoreography({ tokens, scene, since, motion: "reduced", sentence: "" });
    expect(frame(scene, still, 500).packets).toEqual([]);
  });
});

test("a request that is stopped ends in an octagon, and it stays for a while", () => {
  const { passages: all, scene, since } = passages(web({ selector: "webb" }), 0.1);
  const tokens = all.slice(0, 1).map((passage): Token => ({ passage, startMs: 0 }));
  const story = trafficChoreography({ tokens, scene, since, motion: "full", sentence: "" });
  expect(frame(scene, story, TOKEN_MS - 10).octagons).toEqual([]);
  expect(frame(scene, story, TOKEN_MS + 200).octagons).toMatchObject([{ glyph: "reject" }]);
  const [token] = tokens;
  if (token === undefined) throw new Error("no token");
  expect(isOver(token, TOKEN_MS + 200)).toBe(false);
  expect(isOver(token, TOKEN_MS + 5_000)).toBe(true);
});

describe("the last minute, second by second", () => {
  const second = (at: number, answered: number, lost = 0): TrafficSecond => ({
    kind: "traffic",
    at: at * 1e9,
    endsAt: (at + 1) * 1e9,
    answered,
    lost,
    losses: [],
  });
  const text = (seconds: ReturnType<typeof secondsOf>): string =>
    seconds
      .map(
        ({ at, answered, lost, done, changes }) =>
          `${at}:${answered}/${lost}${done.length > 0 ? `!${done.join()}` : ""}${changes > 0 ? `~${changes}` : ""}`,
      )
      .join(" ");

  test("from the series' beginning, with what was done and what changed", () => {
    const timeline: readonly TimelineEvent[] = [
      second(2, 99),
      second(10, 5),
      { kind: "action", at: 11.5e9, endsAt: 11.5e9, what: "web-1 deleted" },
      { kind: "slice", at: 11.6e9, service: "default/web", ready: 2, total: 3 },
      second(11, 3, 2),
    ];
    expect(text(secondsOf(timeline, second(12, 1), 10.2e9, 12.5e9))).toBe("10:5/0 11:3/2!web-1 deleted~1 12:1/0");
  });

  test("at most sixty", () => {
    const seconds = secondsOf(
      Array.from({ length: 500 }, (_, i) => second(i, i)),
      null,
      0,
      499.5e9,
    );
    expect(seconds).toHaveLength(60);
    expect(seconds.at(-1)).toMatchObject({ at: 499, answered: 499 });
    expect(seconds[0]).toMatchObject({ at: 440, answered: 440 });
  });
});

/** A span as a story: words of real changes, show time, lanes. */
import { describe, expect, test } from "vitest";
import { createSimulation } from "../../core/simulation/simulation.ts";
import { web } from "../../core/simulation/testing.ts";
import { beatAt, captionAt, showAt, virtualAt } from "../../scene/show-time.ts";
import type { SpanMoment, SpanRecord } from "../../worker/protocol.ts";
import { SpanBook } from "../../worker/spans.ts";
import { clusterAt, spanLanes, spanStory, titleOf, type SpanStory } from "./span-story.ts";

/** A deleted Pod, as the worker records it: done at once, and made again step by step. */
function deletion(): SpanRecord {
  const simulation = createSimulation();
  simulation.apply([{ name: "web.yaml", text: web() }]);
  const action = { kind: "delete-pod", pod: simulation.view().pods.find(({ name }) => name.startsWith("web-"))?.key ?? "" } as const;
  const rewind = simulation.rewindPoint();
  const position = simulation.timeline().length;
  simulation.perform(action);
  const book = new SpanBook();
  book.add({ position, rewind, again: (run) => void run.perform(action, run.now) }, simulation);
  const record = book.record(simulation, position);
  if (record === null) throw new Error("nothing was recorded");
  return record;
}

const names = (story: SpanStory): readonly string[] =>
  story.beats.flatMap(({ cluster }) => cluster.pods.filter(({ name }) => name.startsWith("web-")).map(({ shortName }) => shortName));

/** Pods by letter, so that generated names do not show. */
function plain(story: SpanStory, text: string): string {
  return [
    ...new Set([...story.before.pods.filter(({ name }) => name.startsWith("web-")).map(({ shortName }) => shortName), ...names(story)]),
  ].reduce((said, name, i) => said.replaceAll(name, `pod-${"abcdef"[i]}`), text);
}

describe("a deleted Pod", () => {
  const story = spanStory(deletion());

  test("is told moment by moment", () => {
    const said = story.told.beats.map(({ sentence }) => plain(story, sentence));
    expect(said[0]).toMatch(
      /^pod-a is terminating; pod-d starts; EndpointSlice of web: 2 of 3 ready; the rules of 4 nodes are 1 change behind\.$/,
    );
    expect(said.some((sentence) => /pod-a is gone/.test(sentence))).toBe(true);
    expect(said.at(-1)).toMatch(/up to date\.$/);
  });

  test("shows the cluster as it was, then each moment's, then the last", () => {
    expect(clusterAt(story, 0)).toBe(story.before);
    const [first] = story.told.beats;
    expect(clusterAt(story, (first?.startMs ?? 0) - 1)).toBe(story.before);
    expect(clusterAt(story, first?.startMs ?? 0).pods.some(({ state }) => state === "terminating")).toBe(true);
    expect(clusterAt(story, story.told.totalMs)).toBe(story.beats.at(-1)?.cluster);
  });

  test("begins with what was done and ends with how long it took", () => {
    expect(plain(story, captionAt(story.told, 0).sentence)).toBe("pod-a deleted: this is what followed.");
    expect(captionAt(story.told, story.told.totalMs).sentence).toMatch(/: all that followed took [\d.]+ seconds of simulated time\.$/);
  });

  test("each sentence can be read, and steps land where what it says is seen", () => {
    for (const beat of story.told.beats) {
      expect(beat.endMs - beat.startMs).toBeGreaterThanOrEqual(1_300);
      expect(beatAt(story.told, beat.stillMs)).toBe(beat);
    }
  });

  test("lanes: the old Pod ends, the new one starts, the slice goes from two to three, nodes lag", () => {
    const { pods, endpoints, rules } = spanLanes(story);
    expect(pods.map(({ label, tone }) => plain(story, `${label} ${tone}`)).sort()).toEqual(["pod-a terminating", "pod-d starting"]);
    expect(new Set(pods.map(({ row }) => row)).size).toBe(2);
    expect(endpoints[0]?.label).toBe("web 2 of 3");
    expect(endpoints.at(-1)?.label).toBe("web 3 of 3");
    expect(rules.length).toBeGreaterThan(0);
    for (const bar of [...pods, ...endpoints, ...rules]) expect(bar.to).toBeGreaterThan(bar.from);
  });
});

describe("show time", () => {
  const view = deletion().moments[0]?.cluster;
  if (view === undefined) throw new Error("no cluster");
  const moment = (seconds: number): SpanMoment => ({
    at: seconds * 1e9,
    cluster: { ...view, pods: [...view.pods] },
    events: [{ kind: "slice", at: seconds * 1e9, service: "default/web", ready: Math.round(seconds * 10), total: 999 }],
  });
  const told = (...seconds: readonly number[]): SpanStory =>
    spanStory({
      position: 1,
      kind: "edit",
      at: 0,
      endsAt: (seconds.at(-1) ?? 0) * 1e9,
      what: "web.yaml",
      moments: [{ at: 0, cluster: view, events: [] }, ...seconds.map(moment)],
    });

  test("is one second a second where that can be read", () => {
    const story = told(1, 3);
    const [a, b] = story.told.beats;
    expect((b?.startMs ?? 0) - (a?.startMs ?? 0)).toBe(2_000);
  });

  test("stretches what comes too close, tells what comes together in one", () => {
    expect(told(1, 1.1).told.beats).toHaveLength(1);
    const [a, b] = told(1, 1.4).told.beats;
    expect((b?.startMs ?? 0) - (a?.startMs ?? 0)).toBe(1_300);
  });

  test("skips idle gaps, and says where", () => {
    const story = told(1, 300);
    const [a, b] = story.told.beats;
    expect((b?.startMs ?? 0) - (a?.startMs ?? 0)).toBe(1_500);
    expect(story.gaps).toEqual([{ from: 1e9, to: 300e9 }]);
  });

  test("is a monotone map both ways", () => {
    const { told: map } = told(0.2, 0.9, 1.5, 60, 61);
    let before = -1;
    for (let showMs = 0; showMs <= map.totalMs; showMs += 50) {
      const nanos = virtualAt(map, showMs);
      expect(nanos).toBeGreaterThanOrEqual(before);
      before = nanos;
    }
    for (const [showMs, nanos] of map.clock.slice(1, -1)) expect(showAt(map, nanos)).toBeLessThanOrEqual(showMs);
    expect(virtualAt(map, map.totalMs)).toBe(61e9);
  });
});

test.each([
  { kind: "edit", what: "web.yaml", want: "Edit of web.yaml" },
  { kind: "action", what: "default/web-1 deleted", want: "web-1 deleted" },
  { kind: "action", what: "shop/web-1 crashed", want: "shop/web-1 crashed" },
] as const)("the title of $what is $want", ({ want, ...record }) => expect(titleOf(record)).toBe(want));

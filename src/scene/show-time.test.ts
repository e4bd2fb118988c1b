import { expect, test } from "vitest";
import { choreograph } from "./choreography.ts";
import { buildScene, usedBy } from "./layout.ts";
import { beatAt, captionAt, nextHop, nextStop, previousStop, showAt, showNow, virtualAt } from "./show-time.ts";
import { randomCase } from "./test-random.ts";
import { PICTURE_A, clusterOf, journeyOf } from "./test-views.ts";

const options = { width: 718, focus: null, previous: null, arrangement: "workbench", podDetail: "address" } as const;

function story(ending: "delivered" | "rejected" = "delivered") {
  const view = clusterOf(PICTURE_A);
  const journey = journeyOf({ view, from: "default/debug", service: "default/web", to: "default/web-9xq7", ending });
  return choreograph({ journey, view, scene: buildScene(view, { ...options, used: usedBy(journey) }) });
}

test("show time and virtual time never run against each other", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const { view, journey } = randomCase(seed);
    const scene = buildScene(view, { ...options, used: usedBy(journey) });
    for (const motion of ["full", "reduced"] as const) {
      const told = choreograph({ journey, view, scene, motion });
      const wrong: string[] = [];
      told.clock.forEach(([showMs, nanos], i) => {
        const before = told.clock[i - 1];
        if (before !== undefined && (showMs < before[0] || nanos < before[1])) wrong.push(`pair ${i} runs back`);
      });
      if (virtualAt(told, 0) !== journey.sentAt) wrong.push("does not begin when it was sent");
      if (virtualAt(told, told.totalMs) < journey.endedAt) wrong.push("ends too early");
      let last = -1;
      for (let ms = 0; ms <= told.totalMs; ms += told.totalMs / 37) {
        const nanos = virtualAt(told, ms);
        if (nanos < last) wrong.push(`runs back at ${ms} ms`);
        if (showAt(told, nanos) > ms + 1e-6) wrong.push(`${nanos} ns is shown at ${showAt(told, nanos)} ms, not by ${ms} ms`);
        last = nanos;
      }
      expect(wrong, `seed ${seed} ${motion}`).toEqual([]);
    }
  }
});

test("told hops are shown at their own virtual time", () => {
  const view = clusterOf(PICTURE_A);
  const journey = journeyOf({ view, from: "default/debug", service: "default/web", to: "default/web-9xq7" });
  const told = choreograph({ journey, view, scene: buildScene(view, options) });
  for (const motion of told.motions) {
    const hop = journey.packets[motion.packet]!.hops[motion.hop]!;
    if (motion.endMs - motion.startMs > 1)
      expect(virtualAt(told, (motion.startMs + motion.endMs) / 2)).toBeCloseTo((hop.at + hop.endsAt) / 2, -1);
  }
});

test("stepping visits every beat once, forward and back", () => {
  const told = story();
  const visited: number[] = [];
  for (let ms = 0, i = 0; ms < told.totalMs && i < 20; i++) {
    ms = nextStop(told, ms);
    visited.push(beatAt(told, ms)?.number ?? 0);
  }
  expect(visited).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 8]);
  const back: number[] = [];
  for (let ms = told.totalMs, i = 0; ms > 0 && i < 20; i++) {
    ms = previousStop(told, ms);
    back.push(ms === 0 ? 0 : (beatAt(told, ms)?.number ?? 0));
  }
  expect(back).toEqual([8, 7, 6, 5, 4, 3, 2, 1, 0]);
  expect(nextHop(told, 0)).toBeGreaterThan(0);
});

test.each([
  ["stands still", { playing: false, rate: 1, showMs: 400, stampedAt: 1000 }, 9000, 400],
  ["runs at its rate", { playing: true, rate: 2, showMs: 400, stampedAt: 1000 }, 1500, 1400],
  ["stops at the end", { playing: true, rate: 4, showMs: 400, stampedAt: 1000 }, 99_000, 5000],
  ["never runs back", { playing: true, rate: 1, showMs: 400, stampedAt: 1000 }, 900, 400],
])("a clock that %s", (_, clock, now, want) => {
  expect(showNow(clock, now, 5000)).toBe(want);
});

test("the caption says the beat, and at the end the result", () => {
  const told = story();
  expect(captionAt(told, told.beats[3]!.stillMs)).toMatchObject({ number: 4, of: 8, done: false, trouble: false });
  expect(captionAt(told, told.beats[3]!.stillMs).sentence).toMatch(/^Crossing from node-1 to node-2\./);
  expect(captionAt(told, told.totalMs)).toMatchObject({ number: 8, sentence: told.summary, done: true });
  const refused = story("rejected");
  expect(captionAt(refused, refused.beats[2]!.stillMs)).toMatchObject({
    trouble: true,
    sentence: "node-1 has no endpoint for web, nobody to send it to, so it refuses the connection.",
  });
});

test("the caption names the chosen Pod when it is chosen, not before", () => {
  const view = clusterOf(PICTURE_A);
  const journey = journeyOf({ view, from: "default/debug", service: "default/web", to: "default/web-9xq7" });
  const scene = buildScene(view, { width: 718, focus: "default/web", previous: null, arrangement: "workbench", podDetail: "address" });
  const choreography = choreograph({ journey, view, scene });
  const beat = choreography.beats.find((one) => one.title === "Rewrite the destination")!;
  const chosen = choreography.cues.find((cue) => cue.kind === "chosen")!;
  expect(chosen.startMs).toBeGreaterThan(beat.startMs);
  expect(captionAt(choreography, beat.startMs + 1).sentence).toBe("node-1 looks through its rules for web.");
  expect(captionAt(choreography, chosen.startMs - 1).sentence).not.toContain("web-9xq7");
  expect(captionAt(choreography, chosen.startMs).sentence).toBe(
    "node-1 replaces the Service address of web with the address of web-9xq7, as kube-proxy's rules say.",
  );
  expect(captionAt(choreography, beat.stillMs).sentence).toContain("web-9xq7");
  const reduced = choreograph({ journey, view, scene, motion: "reduced" });
  expect(captionAt(reduced, reduced.beats.find((one) => one.title === beat.title)!.startMs).sentence).toContain("web-9xq7");
});

import { expect, test } from "vitest";
import { choreograph } from "./choreography.ts";
import { frameAt } from "./frame.ts";
import { buildScene } from "./layout.ts";
import { captionAt, nextHop, nextStop, previousHop, previousStop, virtualAt } from "./show-time.ts";
import { overlap } from "./overlap.ts";
import { choreographStream, everyMs } from "./stream.ts";
import { PICTURE_A, clusterOf, journeyOf } from "./test-views.ts";
import type { JourneyOf } from "./test-views.ts";
import type { Choreography, Motion } from "./contract.ts";

const view = clusterOf(PICTURE_A);
const scene = buildScene(view, { width: 718, focus: "default/web", previous: null, arrangement: "workbench", podDetail: "address" });
const PODS = ["default/web-4k2p", "default/web-9xq7", "default/web-h8wd"];

function requests(count: number, of: (i: number) => Partial<JourneyOf> = () => ({})) {
  return Array.from({ length: count }, (_, i) =>
    journeyOf({ view, from: "default/debug", service: "default/web", to: PODS[i % 3]!, id: i + 1, ...of(i) }),
  );
}

function stream(count: number, of?: (i: number) => Partial<JourneyOf>): Choreography {
  return choreographStream({ journeys: requests(count, of), view, scene });
}

/** The motions of all requests, by when they are shown. */
function everyMotion({ motions, beside = [] }: Choreography): readonly Motion[] {
  const others = beside.flatMap(({ journey, motions, byMs }) =>
    motions.map((motion) => ({ ...motion, journey, startMs: motion.startMs + byMs, endMs: motion.endMs + byMs })),
  );
  return [...motions, ...others].sort((a, b) => a.startMs - b.startMs);
}

const playing = { playing: true, rate: 1 };
const tallyOf = ({ arrivals }: Choreography) => ({ before: [], arrivals });

test("the last of ten is told, the others run ahead of it", () => {
  const ten = stream(10);
  const alone = stream(1);
  const begins = 9 * everyMs(10);
  expect(ten.stream).toMatchObject({ requests: 10, beginsMs: begins, toldMs: begins + alone.totalMs });
  expect(ten.beats.map((beat) => beat.title)).toEqual(alone.beats.map((beat) => beat.title));
  expect(ten.beats[0]!.startMs).toBe(begins);
  expect(
    new Set(
      everyMotion(ten)
        .filter((motion) => motion.startMs < begins)
        .map((motion) => motion.journey),
    ),
  ).toEqual(new Set([1, 2, 3, 4, 5, 6, 7, 8, 9]));
  const frame = frameAt(scene, ten, begins + 500, playing);
  expect(frame.packets.filter((packet) => packet.number === null).length).toBeGreaterThan(3);
  expect(frame.packets.filter((packet) => packet.number !== null)).toHaveLength(1);
});

test("who went the same way as another is drawn as if it were worked out by itself", () => {
  const journeys = requests(24, (i) => (i === 7 ? { ending: "dropped" } : i === 11 ? { ending: "rejected" } : {})).map((journey, i) => ({
    ...journey,
    sentAt: journey.sentAt + i * 1_000,
  }));
  const drawn = (story: Choreography) => ({
    motions: everyMotion(story).map(({ journey, packet, hop, kind, startMs, endMs, path, style, direction, folded }) =>
      [journey, packet, hop, kind, startMs, endMs, JSON.stringify(path), style, direction, folded].join(" "),
    ),
    cues: story.cues,
    arrivals: story.arrivals,
    past: story.past,
    totalMs: story.totalMs,
    clock: story.clock,
  });
  const each = overlap(
    journeys.map((journey, i) => ({ ...choreograph({ journey, view, scene, earlier: journeys.slice(0, i) }), past: [] })),
    everyMs(24),
    23,
  );
  expect(drawn(choreographStream({ journeys, view, scene }))).toEqual(drawn(each));
});

test("of requests that went the same way the motions are the same ones", () => {
  const { beside = [] } = stream(31);
  expect(beside).toHaveLength(30);
  expect(new Set(beside.map(({ motions }) => motions)).size).toBe(3);
  // and asked for again, in another stream of the same scene
  const again = choreographStream({ journeys: requests(4), view, scene });
  expect(again.beside?.every(({ motions }) => beside.some((one) => one.motions === motions))).toBe(true);
});

test("a step by hops stops at those of every request", () => {
  const ten = stream(10);
  const ends = everyMotion(ten).map(({ endMs }) => endMs);
  const first = nextHop(ten, 0);
  expect(first).toBeLessThan(ten.beats[0]!.startMs);
  expect(ends).toContain(first);
  expect(previousHop(ten, first + 1)).toBeLessThan(first + 1);
});

test("the others never halt for an explanation", () => {
  const ten = stream(10);
  const halts = everyMotion(ten).filter((motion) => motion.journey !== 10 && motion.path.length === 1 && motion.kind !== "send");
  expect(halts.length).toBeGreaterThan(0);
  expect(Math.max(...halts.map((motion) => motion.endMs - motion.startMs))).toBeLessThanOrEqual(200.001);
});

test.each([
  { count: 1, every: 300 },
  { count: 10, every: 300 },
  { count: 60, every: 85 },
  { count: 100, every: 51 },
  { count: 1000, every: 20 },
])("$count requests begin $every ms apart", ({ count, every }) => expect(everyMs(count)).toBe(every));

test("a frame of a stream is a function of show time alone", () => {
  const ten = stream(10);
  const options = { ...playing, tally: tallyOf(ten) };
  const times = Array.from({ length: 40 }, (_, i) => (i * ten.totalMs) / 39);
  const forward = times.map((showMs) => JSON.stringify(frameAt(scene, ten, showMs, options)));
  const again = stream(10);
  const back = [...times].reverse().map((showMs) => JSON.stringify(frameAt(scene, again, showMs, { ...playing, tally: tallyOf(again) })));
  expect(back.reverse()).toEqual(forward);
});

test("tallies count what has arrived, and at the end all that was answered", () => {
  const ten = stream(10, (i) => (i === 4 ? { ending: "dropped" } : {}));
  const options = { ...playing, tally: { before: [{ pod: PODS[1]!, count: 7 }], arrivals: ten.arrivals } };
  const at = (showMs: number) => Object.fromEntries(frameAt(scene, ten, showMs, options).tallies.map(({ pod, count }) => [pod, count]));
  expect(at(0)).toEqual({ [PODS[1]!]: 7 });
  expect(at(ten.totalMs)).toEqual({ [PODS[0]!]: 4, [PODS[1]!]: 9, [PODS[2]!]: 3 });
  const sums = Array.from({ length: 50 }, (_, i) => Object.values(at((i * ten.totalMs) / 49)).reduce((sum, one) => sum + one, 0));
  expect(sums).toEqual([...sums].sort((a, b) => a - b));
  expect(new Set(sums).size).toBeGreaterThan(6);
});

test("the last arrival steps the tally in the picture of the arrival, not after it", () => {
  const one = stream(1);
  const arrive = one.beats.find((beat) => beat.title.startsWith("Arrive"))!;
  expect(one.arrivals).toHaveLength(1);
  expect(one.arrivals[0]!.atMs).toBeGreaterThan(arrive.startMs);
  expect(one.arrivals[0]!.atMs).toBeLessThan(arrive.stillMs);
});

test("labels go to the told one alone when more than twelve are in flight, and more than 200 are bands", () => {
  const sixty = stream(60);
  const begins = sixty.stream!.beginsMs;
  const labelled = frameAt(scene, sixty, begins + 700, playing).packets.filter((packet) => packet.label !== null);
  expect(labelled.every((packet) => packet.number !== null)).toBe(true);
  // fewer are squares above a band of their wires, none of which is a name's look-up
  const between = frameAt(scene, sixty, begins, playing);
  expect(between.packets.filter((packet) => packet.number === null).length).toBeGreaterThan(12);
  expect(between.bands.reduce((sum, band) => sum + band.packets, 0)).toBe(
    between.packets.filter((packet) => packet.number === null && packet.style !== "dns").length,
  );
  const three = requests(3).map((journey) => choreographStream({ journeys: [journey], view, scene }));
  const many = overlap(
    Array.from({ length: 300 }, (_, i) => {
      const story = three[i % 3]!;
      return { ...story, journey: i + 1, motions: story.motions.map((motion) => ({ ...motion, journey: i + 1 })) };
    }),
    5,
    299,
  );
  const frame = frameAt(scene, many, many.stream!.beginsMs + 700, playing);
  expect(frame.packets.every((packet) => packet.number !== null)).toBe(true);
  expect(frame.bands.length).toBeGreaterThan(2);
  expect(frame.bands.reduce((sum, band) => sum + band.packets, 0)).toBeGreaterThan(150);
});

test("where requests went stays at 30%, once for each way", () => {
  const ten = stream(10);
  const faint = (showMs: number) => frameAt(scene, ten, showMs, playing).trails.filter((trail) => trail.alpha === 0.3).length;
  expect(faint(0)).toBe(0);
  expect(faint(ten.totalMs)).toBe(3);
});

test("stepping goes from the beginning of all to the first beat and back", () => {
  const ten = stream(10);
  expect(nextStop(ten, 0)).toBe(ten.beats[0]!.stillMs);
  expect(previousStop(ten, ten.beats[0]!.stillMs)).toBe(0);
});

test("virtual time never runs back", () => {
  const ten = stream(10);
  const nanos = Array.from({ length: 200 }, (_, i) => virtualAt(ten, (i * ten.totalMs) / 199));
  expect(nanos).toEqual([...nanos].sort((a, b) => a - b));
});

test("the caption says what is on its way, and at the end who answered", () => {
  const ten = stream(10);
  expect(captionAt(ten, 100)).toMatchObject({ number: 0, sentence: "10 requests on their way. The last one is told hop by hop." });
  expect(captionAt(ten, ten.totalMs).sentence).toMatch(
    /^Delivered to web-4k2p in .*\. Of 10 requests web-4k2p answered 4, web-9xq7 3 and web-h8wd 3\.$/,
  );
  const some = stream(4, (i) => (i === 1 ? { ending: "rejected" } : {}));
  expect(captionAt(some, some.totalMs).sentence).toMatch(/Of 4 requests web-4k2p answered 2 and web-h8wd 1; 1 failed\.$/);
  const none = stream(3, () => ({ ending: "rejected" }));
  expect(captionAt(none, none.totalMs).sentence).toMatch(/Of 3 requests none was answered\.$/);
});

test("reduced motion: the others have arrived, the last is told in still pictures", () => {
  const still = choreographStream({ journeys: requests(10), view, scene, motion: "reduced" });
  const alone = choreographStream({ journeys: requests(10).slice(9), view, scene, motion: "reduced" });
  expect(still.totalMs).toBe(alone.totalMs);
  expect(still.arrivals.filter((arrival) => arrival.atMs === 0)).toHaveLength(9);
});

test("the request before leaves its trail at 30% where its Pods still stand", () => {
  const [first, second] = requests(2);
  const one = choreographStream({ journeys: [second!], earlier: [first!], view, scene });
  expect(frameAt(scene, one, 0, playing).trails).toMatchObject([{ kind: "traffic", alpha: 0.3 }]);
  const gone = buildScene(clusterOf(PICTURE_A.replace(/.*web-4k2p.*/, "")), {
    width: 718,
    focus: "default/web",
    previous: null,
    arrangement: "workbench",
    podDetail: "address",
  });
  const without = choreographStream({ journeys: [second!], earlier: [first!], view, scene: gone });
  expect(frameAt(gone, without, 0, playing).trails).toEqual([]);
});

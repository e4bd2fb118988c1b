import { expect, test } from "vitest";
import { choreograph, groupHops } from "./choreography.ts";
import type { Choreography, SceneOptions } from "./contract.ts";
import { frameAt } from "./frame.ts";
import { buildScene, usedBy } from "./layout.ts";
import type { Scene } from "./scene.ts";
import { motionComplaints } from "./test-motions.ts";
import { randomCase } from "./test-random.ts";
import { PICTURE_A, clusterOf, journeyOf } from "./test-views.ts";
import type { JourneyOf } from "./test-views.ts";
import type { Journey } from "../core/network/trace.ts";
import { destinationText, sourceText } from "./naming.ts";

const OPTIONS: SceneOptions = { width: 718, focus: "default/web", previous: null, arrangement: "workbench", podDetail: "address" };

interface Told {
  readonly journey: Journey;
  readonly scene: Scene;
  readonly story: Choreography;
}

function tell(of: Partial<Omit<JourneyOf, "view">>, cluster = PICTURE_A): Told {
  const view = clusterOf(cluster);
  const journey = journeyOf({ view, from: "default/debug", service: "default/web", to: "default/web-9xq7", ...of });
  const scene = buildScene(view, { ...OPTIONS, used: usedBy(journey) });
  return { journey, scene, story: choreograph({ journey, view, scene }) };
}

const titles = (story: Choreography): string =>
  story.beats.map((beat) => `${beat.number} ${beat.title}${beat.trouble ? " !" : ""}`).join("\n");

test("in 200 random small clusters every hop has exactly one motion between the right places", () => {
  let motions = 0;
  for (let seed = 1; seed <= 200; seed++) {
    const { view, journey } = randomCase(seed);
    const scene = buildScene(view, { ...OPTIONS, focus: null, used: usedBy(journey) });
    for (const motion of ["full", "reduced"] as const) {
      const story = choreograph({ journey, view, scene, motion });
      expect(motionComplaints(journey, scene, story), `seed ${seed}, ${motion}`).toEqual([]);
      motions += story.motions.length;
    }
  }
  expect(motions).toBeGreaterThan(4000);
});

test("each beat's hops are in no other beat, and beats follow each other", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const { view, journey } = randomCase(seed);
    const scene = buildScene(view, { ...OPTIONS, used: usedBy(journey) });
    const story = choreograph({ journey, view, scene });
    const seen = story.beats.flatMap((beat) => beat.hops.map(([packet, hop]) => `${packet} ${hop}`));
    expect(new Set(seen).size, `seed ${seed}`).toBe(seen.length);
    expect(seen.length, `seed ${seed}`).toBe(story.motions.length);
    story.beats.forEach((beat, i) => {
      expect(beat.number).toBe(i + 1);
      expect(beat.startMs, `seed ${seed}`).toBe(story.beats[i - 1]?.endMs ?? 0);
      expect(beat.stillMs, `seed ${seed}`).toBeGreaterThanOrEqual(beat.startMs);
      expect(beat.stillMs, `seed ${seed}`).toBeLessThanOrEqual(beat.endMs);
    });
    expect(story.beats.at(-1)?.endMs).toBe(story.totalMs);
  }
});

test("a request through a Service is told in eight steps", () => {
  const { story } = tell({});
  expect(titles(story)).toBe(
    [
      "1 Look up the name",
      "2 Leave the Pod",
      "3 Rewrite the destination",
      "4 Cross to node-2",
      "5 Enter node-2",
      "6 Arrive at web-9xq7, port 8080",
      "7 Reply, source restored",
      "8 Back in debug",
    ].join("\n"),
  );
  expect(story.summary).toBe(
    "Delivered to web-9xq7 in 1.3 milliseconds, 8 hops. node-1 replaced the Service address of web with the address of web-9xq7, as kube-proxy's rules say.",
  );
  expect(story.beats[0]?.detail).toBe("web is 10.96.142.31, says CoreDNS");
  expect(story.beats[3]?.detail).toBe("route 10.244.2.0/24 via 192.168.10.12");
});

test.each<{ name: string; of: Partial<Omit<JourneyOf, "view">>; want: string; summary: string }>([
  {
    name: "the chosen Pod is on the sender's own node",
    of: { to: "default/web-4k2p" },
    want: "1 Look up the name\n2 Leave the Pod\n3 Rewrite the destination\n4 Arrive at web-4k2p, port 8080\n5 Reply, source restored\n6 Back in debug",
    summary:
      "Delivered to web-4k2p in 0.69 milliseconds, 6 hops. node-1 replaced the Service address of web with the address of web-4k2p, as kube-proxy's rules say.",
  },
  {
    name: "no endpoints",
    of: { ending: "rejected" },
    want: "1 Look up the name\n2 Leave the Pod\n3 Refuse the connection !",
    summary: "Refused at node-1: web has no endpoints. No address of the request was rewritten.",
  },
  {
    name: "dropped in silence",
    of: { ending: "dropped" },
    want: "1 Look up the name\n2 Leave the Pod\n3 Drop the packet !",
    summary: "Dropped at node-1 on the way to web: no answer in 5 seconds. No address of the request was rewritten.",
  },
  {
    name: "nobody listens on the target port",
    of: { ending: "refused" },
    want: "1 Look up the name\n2 Leave the Pod\n3 Rewrite the destination\n4 Cross to node-2\n5 Enter node-2\n6 Refused by web-9xq7 !\n7 The refusal returns, source restored !\n8 Back in debug !",
    summary:
      "Refused by web-9xq7: nothing listens on port 8080. node-1 replaced the Service address of web with the address of web-9xq7, as kube-proxy's rules say.",
  },
  {
    name: "no such name",
    of: { ending: "no-such-name" },
    want: "1 Look up the name !",
    summary: "No packet was sent: the look-up of web failed.",
  },
  {
    name: "from outside to a node port",
    of: { from: "external", node: "node-1", to: "default/web-h8wd" },
    want: "1 Reach node-1\n2 Rewrite destination and source\n3 Cross to node-3\n4 Enter node-3\n5 Arrive at web-h8wd, port 8080\n6 Reply, source restored\n7 Back in client",
    summary:
      "Delivered to web-h8wd in 0.92 milliseconds, 7 hops. node-1 replaced two addresses, as kube-proxy's rules say: the address of node-1, port 31523, with that of web-h8wd, and the sender's with its own.",
  },
])("$name", ({ of, want, summary }) => {
  const { story, journey, scene } = tell(of);
  expect(titles(story)).toBe(want);
  expect(story.summary).toBe(summary);
  expect(motionComplaints(journey, scene, story)).toEqual([]);
});

test("the durations are the design's", () => {
  const { story } = tell({});
  const lasts = story.beats.map((beat) => Math.round(beat.endMs - beat.startMs));
  // try 300 and two legs of 480; birth 240 and leave 360; 3 rules, choice, rewrite, hold; one zone; the rest as written
  expect(lasts).toEqual([1260, 600, 3 * 150 + 280 + 520 + 280, 640, 260, 320, 1210, 192 + 360]);
  const zoned = tell({ to: "default/web-h8wd" });
  const cross = zoned.story.beats.find((beat) => beat.title === "Cross to node-3");
  expect(Math.round((cross?.endMs ?? 0) - (cross?.startMs ?? 0))).toBe(920);
});

test("labels print the hop's header, before the rewrite and after it", () => {
  for (let seed = 1; seed <= 80; seed++) {
    const { view, journey } = randomCase(seed);
    const scene = buildScene(view, { ...OPTIONS, used: usedBy(journey) });
    const story = choreograph({ journey, view, scene });
    for (const motion of story.motions) {
      if (motion.folded || motion.style !== "traffic" || motion.endMs - motion.startMs < 2) continue;
      const hop = journey.packets[motion.packet]!.hops[motion.hop]!;
      const label = (ms: number) =>
        frameAt(scene, story, ms, { playing: false, rate: 1 }).packets.find((packet) => packet.style === "traffic" && packet.label !== null)
          ?.label;
      const early = label(motion.startMs + 0.5);
      const late = label(motion.endMs - 0.5);
      const begin = motion.swap !== null && motion.swap.startMs > motion.startMs + 1 ? hop.before : hop.after;
      if (motion.swap === null || motion.swap.startMs > motion.startMs + 1) {
        expect(early?.source.text, `seed ${seed} ${hop.kind}`).toBe(sourceText(begin));
        expect(early?.destination.text, `seed ${seed} ${hop.kind}`).toBe(destinationText(begin));
      }
      expect(late?.source.text, `seed ${seed} ${hop.kind}`).toBe(sourceText(hop.after));
      expect(late?.destination.text, `seed ${seed} ${hop.kind}`).toBe(destinationText(hop.after));
      const first = journey.packets[motion.packet]!.hops[0]!.before;
      expect(late?.destination.marked, `seed ${seed} ${hop.kind}`).toBe(destinationText(hop.after) !== destinationText(first));
    }
  }
});

test("while the address changes the old one is struck, and the gate is yellow from that instant", () => {
  const { story, scene } = tell({});
  const rewrite = story.motions.find((motion) => motion.kind === "rewrite" && motion.style === "traffic")!;
  const at = (ms: number) => frameAt(scene, story, ms, { playing: true, rate: 1 });
  const before = at(rewrite.swap!.startMs - 1);
  expect(before.packets[0]?.label?.destination).toMatchObject({ text: "10.96.142.31:80", old: null, marked: false, service: true });
  expect(before.gates.map((gate) => gate.show)).toEqual([{ kind: "choosing", text: "random, one of 3" }]);
  const during = at(rewrite.swap!.startMs + 60);
  expect(during.packets[0]?.label?.destination).toMatchObject({ text: "10.244.2.6:8080", old: "10.96.142.31:80", marked: true });
  expect(during.gates[0]?.show).toEqual({ kind: "rewriting", service: "web", to: "10.244.2.6:8080", masquerade: null });
  const after = at(rewrite.swap!.endMs + 1);
  expect(after.packets[0]?.label?.destination).toMatchObject({ text: "10.244.2.6:8080", old: null, marked: true, service: false });
  expect(after.chosen).toEqual(["default/web-9xq7"]);
});

test("candidates show the chance that the rules gave them, the chosen one its outline", () => {
  const { story, scene } = tell({});
  const chances = story.cues.find((cue) => cue.kind === "chances");
  expect(chances?.kind === "chances" ? chances.chances.map((one) => `${one.pod} ${one.text}`) : null).toEqual([
    "default/web-4k2p 33%",
    "default/web-9xq7 33%",
    "default/web-h8wd 33%",
  ]);
  const frame = frameAt(scene, story, (chances?.startMs ?? 0) + 1, { playing: true, rate: 1 });
  expect(frame.chances).toHaveLength(3);
});

test("trails: DNS and traffic stay, a refusal is dashed back to the sender, the answer walks the same way", () => {
  const kinds = (told: Told): string[] =>
    frameAt(told.scene, told.story, told.story.totalMs, { playing: false, rate: 1 }).trails.map((trail) => trail.kind);
  expect(kinds(tell({}))).toEqual(["dns", "traffic"]);
  expect(kinds(tell({ ending: "rejected" }))).toEqual(["dns", "traffic", "refusal"]);
  expect(kinds(tell({ ending: "dropped" }))).toEqual(["dns", "traffic"]);
  expect(kinds(tell({ ending: "refused" }))).toEqual(["dns", "traffic", "refusal"]);
});

test("a drop leaves an octagon with a cross and a sender who waits; a refusal one with a turn", () => {
  const dropped = tell({ ending: "dropped" });
  const frame = frameAt(dropped.scene, dropped.story, dropped.story.totalMs - 1, { playing: false, rate: 1 });
  expect(frame.octagons.map((one) => one.glyph)).toEqual(["drop"]);
  expect(frame.waiting).toMatchObject({ place: { kind: "pod", pod: "default/debug", node: "node-1" } });
  expect(frame.waiting?.progress).toBeGreaterThan(0.99);
  const refused = tell({ ending: "refused" });
  const last = frameAt(refused.scene, refused.story, refused.story.totalMs, { playing: false, rate: 1 });
  expect(last.octagons).toMatchObject([{ glyph: "reject", said: "8080 is closed", pod: "default/web-9xq7" }]);
  expect(last.waiting).toBe(null);
});

test("the way ahead is dotted only as far as it is decided", () => {
  const { story, scene } = tell({});
  const ahead = (ms: number) =>
    frameAt(scene, story, ms, { playing: true, rate: 1 })
      .trails.find((trail) => trail.kind === "ahead")
      ?.points.at(-1);
  const leave = story.motions.find((motion) => motion.kind === "leave" && motion.style === "traffic")!;
  const cross = story.motions.find((motion) => motion.kind === "cross" && motion.style === "traffic")!;
  const node1 = scene.nodes.find((node) => node.name === "node-1")!;
  const web = scene.pods.find((pod) => pod.key === "default/web-9xq7")!;
  expect(ahead(leave.startMs + 100)?.x).toBe(node1.railX);
  expect(ahead(cross.startMs + 100)).toEqual({ x: web.box.x, y: web.box.y + web.box.height / 2 });
});

test("numbers never stand on each other", () => {
  for (let seed = 1; seed <= 80; seed++) {
    const { view, journey } = randomCase(seed);
    const scene = buildScene(view, { ...OPTIONS, used: usedBy(journey) });
    const { stops } = choreograph({ journey, view, scene });
    for (const [i, a] of stops.entries())
      for (const b of stops.slice(i + 1))
        expect(
          Math.hypot(a.point.x - b.point.x, a.point.y - b.point.y),
          `seed ${seed}: ${a.number} and ${b.number}`,
        ).toBeGreaterThanOrEqual(18);
  }
});

test("reduced motion: one still picture a beat, the same beats", () => {
  const view = clusterOf(PICTURE_A);
  const journey = journeyOf({ view, from: "default/debug", service: "default/web", to: "default/web-9xq7" });
  const scene = buildScene(view, OPTIONS);
  const full = choreograph({ journey, view, scene });
  const still = choreograph({ journey, view, scene, motion: "reduced" });
  expect(still.beats.map((beat) => beat.title)).toEqual(full.beats.map((beat) => beat.title));
  expect(still.totalMs).toBe(8 * 1520);
  const options = { playing: true, rate: 1 };
  const third = frameAt(scene, still, still.beats[2]!.stillMs, options);
  expect(third.fade).toBe(null);
  expect(third.packets).toEqual(frameAt(scene, full, full.beats[2]!.stillMs, options).packets);
  const fading = frameAt(scene, still, still.beats[3]!.startMs + 60, options);
  expect(fading.fade?.progress).toBeCloseTo(0.5);
});

test("a packet's hops become the steps a person would count", () => {
  const { journey } = tell({});
  const syn = journey.packets.find((packet) => packet.purpose === "syn")!;
  expect(groupHops(syn.hops).map((group) => group.hops.map((i) => syn.hops[i]!.kind).join("+"))).toEqual([
    "send+leave",
    "rewrite",
    "cross",
    "pass",
    "deliver+accept",
  ]);
});

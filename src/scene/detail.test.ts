/** The three levels of detail: the same hops at each, told more or less closely. */
import { describe, expect, test } from "vitest";
import type { Journey } from "../core/network/trace.ts";
import { createSimulation } from "../core/simulation/simulation.ts";
import type { SendRequest } from "../core/simulation/contract.ts";
import type { ClusterView } from "../core/simulation/view.ts";
import type { Choreography, Detail, SceneOptions } from "./contract.ts";
import { choreographIn } from "./detail.ts";
import { frameAt } from "./frame.ts";
import { buildScene, usedBy } from "./layout.ts";
import { captionAt } from "./show-time.ts";
import { motionComplaints } from "./test-motions.ts";
import { randomCase } from "./test-random.ts";
import type { Scene } from "./scene.ts";

const OPTIONS: SceneOptions = { width: 718, focus: "default/web", previous: null, arrangement: "workbench", podDetail: "address" };
const LEVELS: readonly Detail[] = ["request", "connection", "packet"];

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
kind: Service
metadata: { name: none }
spec: { selector: { app: nobody }, ports: [ { port: 80 } ] }
---
apiVersion: v1
kind: Pod
metadata: { name: debug }
spec: { nodeName: node-1, containers: [ { name: curl, image: nicolaka/netshoot, command: [sleep, infinity] } ] }
`;

interface Sent {
  readonly journeys: readonly Journey[];
  readonly view: ClusterView;
}

function sent(to: string, more: Partial<SendRequest> = {}): Sent {
  const simulation = createSimulation({ seed: 3 });
  simulation.apply([{ name: "web.yaml", text: WEB }]);
  const ids = simulation.send({ from: { kind: "pod", pod: "default/debug" }, to, ...more });
  if ("error" in ids) throw new Error(ids.error);
  simulation.settle();
  return { journeys: ids.map((id) => simulation.journey(id)!), view: simulation.view() };
}

function tell(
  detail: Detail,
  { journeys, view }: Sent,
  position = 0,
): { readonly story: Choreography; readonly scene: Scene; readonly journey: Journey } {
  const journey = journeys[position]!;
  const scene = buildScene(view, { ...OPTIONS, used: usedBy(journey) });
  return { story: choreographIn({ journey, view, scene, detail }), scene, journey };
}

const titles = ({ beats }: Choreography): readonly string[] =>
  beats.map(({ title }) => title.replace(/web-\w{5}/g, "web-x").replace(/10\.\d+\.\d+\.\d+/g, "ADDRESS"));

describe("one request to http://web", () => {
  const web = sent("http://web");

  test("request: three stops, one motion there and one back, in less than half the time", () => {
    const { story, journey } = tell("request", web);
    expect(titles(story)).toEqual(["Look up the name", "Rewrite the destination", "web-x answers"]);
    expect(story.stops.map(({ number }) => number)).toEqual([1, 2, 3]);
    const own = new Set(story.motions.filter(({ folded, style }) => !folded && style === "traffic").map(({ packet }) => packet));
    expect(own.size).toBe(2);
    expect(story.totalMs).toBeLessThan(tell("connection", web).story.totalMs / 2);
    expect(story.totalMs).toBeGreaterThan(1500);
    expect(captionAt(story, story.totalMs).sentence).toMatch(/^Delivered to web-/);
    expect(story.beats[2]?.detail).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(story.beats[2]?.past).toContain(`all ${journey.packets.length} packets`);
  });

  test("request: nothing is counted, chosen or tried", () => {
    const { story } = tell("request", web);
    const kinds = new Set(story.cues.map((cue) => (cue.kind === "gate" ? cue.show.kind : cue.kind)));
    for (const kind of ["matching", "choosing", "chances", "search"]) expect([...kinds]).not.toContain(kind);
    expect([...kinds]).toContain("rewriting");
  });

  test("packet: every packet has its row, the first of the connection hop by hop", () => {
    const { story, journey } = tell("packet", web);
    const list = titles(story);
    expect(list).toContain("SYN: leave the Pod");
    const from = list.findIndex((title) => title.startsWith("SYN-ACK"));
    expect(list.slice(from)).toEqual([
      "SYN-ACK: accept it",
      "ACK: heard",
      "Request: GET / HTTP/1.1",
      "Response: HTTP/1.1 200 OK",
      "ACK: heard",
      "FIN: close",
      "FIN: close",
      "ACK: heard",
    ]);
    expect(list.filter((title) => title.startsWith("Ask "))).toHaveLength(journey.lookup?.queries.length ?? 0);
    expect(list.filter((title) => title.startsWith("Answer"))).toHaveLength(journey.lookup?.queries.length ?? 0);
    expect(story.motions.every(({ folded }) => !folded)).toBe(true);
    expect(new Set(story.beats.flatMap(({ hops }) => hops.map(([packet]) => packet))).size).toBe(journey.packets.length);
  });

  test("packet: the gate knows later packets: a link for 120 ms, nothing matched, no yellow, the label changed when it leaves", () => {
    const { story, scene, journey } = tell("packet", web);
    const request = journey.packets.find(({ purpose }) => purpose === "request")!;
    const known = story.motions.find((motion) => motion.packet === request.index && motion.kind === "known")!;
    expect(known.endMs - known.startMs).toBe(120);
    const during = frameAt(scene, story, known.startMs + 60, { playing: false, rate: 1 });
    expect(during.gates.map(({ show }) => show.kind)).toEqual(["known"]);
    const beat = story.beats[known.beat]!;
    for (const cue of story.cues)
      if (cue.kind === "gate" && cue.startMs < beat.endMs && beat.startMs < cue.endMs)
        expect(["known", "restoring"]).toContain(cue.show.kind);
    const after = frameAt(scene, story, known.endMs + 1, { playing: false, rate: 1 });
    const [packet] = after.packets.filter(({ label }) => label !== null);
    expect(packet?.label?.destination.text).toBe(journey.endpoint);
    expect(packet?.label?.destination.marked).toBe(false);
    // the first packet's is marked
    const first = story.motions.find((motion) => motion.kind === "rewrite" && motion.style === "traffic")!;
    const rewritten = frameAt(scene, story, first.endMs + 1, { playing: false, rate: 1 }).packets.find(({ label }) => label !== null);
    expect(rewritten?.label?.destination.marked).toBe(true);
  });

  test("packet: numbers on the picture stay few: those of the first packet, its answer and the name server", () => {
    const { story } = tell("packet", web);
    expect(story.stops.length).toBeLessThanOrEqual(9);
    expect(story.beats.length).toBeGreaterThan(12);
  });

  test("the same hops move at every level, and all levels end as the request ended", () => {
    const hops = LEVELS.map((detail) => {
      const { story } = tell(detail, web);
      return story.motions.map(({ packet, hop }) => `${packet} ${hop}`).sort();
    });
    expect(hops[0]).toEqual(hops[1]);
    expect(hops[2]).toEqual(hops[1]);
    expect(new Set(LEVELS.map((detail) => tell(detail, web).story.summary.replace(/, \d+ hops?/, ""))).size).toBe(1);
  });
});

test("a kept connection's second request has no handshake at packet level, and its rewrite is known", () => {
  const kept = sent("http://web", { count: 2, keepAlive: true });
  expect(titles(tell("packet", kept, 1).story).at(-2)).toBe("Response: HTTP/1.1 200 OK");
  expect(titles(tell("packet", kept, 1).story).filter((title) => title.startsWith("SYN"))).toEqual([]);
  expect(titles(tell("packet", kept, 1).story)[0]).toBe("Request: leave the Pod");
  expect(titles(tell("request", kept, 1).story)).toHaveLength(2);
});

test("where nobody answers a refusal ends the request in trouble at every level", () => {
  const none = sent("http://none");
  for (const detail of LEVELS) {
    const { story } = tell(detail, none);
    expect(story.trouble, detail).toBe(true);
    expect(
      story.beats.some(({ trouble }) => trouble),
      detail,
    ).toBe(true);
    expect(
      story.cues.filter(({ kind }) => kind === "stopped"),
      detail,
    ).toHaveLength(1);
  }
});

test("a SYN that nobody answers is told each time it is sent, and stopped at one octagon", () => {
  const story = tell("packet", sent("10.244.9.9:80")).story;
  expect(titles(story).filter((title) => title === "SYN: ask for a connection, again").length).toBeGreaterThan(2);
  expect(story.cues.filter(({ kind }) => kind === "stopped")).toHaveLength(1);
});

test("a name that nobody knows: its questions and answers, and no connection", () => {
  const story = tell("packet", sent("http://nowhere")).story;
  expect(story.beats.every(({ glyph }) => glyph === "dns")).toBe(true);
  expect(titles(tell("request", sent("http://nowhere")).story)).toHaveLength(1);
});

test("in 120 random small clusters every hop has one motion, every hop one beat, and beats follow each other, at every level", () => {
  for (let seed = 1; seed <= 120; seed++) {
    const { view, journey } = randomCase(seed);
    const scene = buildScene(view, { ...OPTIONS, focus: null, used: usedBy(journey) });
    for (const detail of LEVELS)
      for (const motion of ["full", "reduced"] as const) {
        const story = choreographIn({ journey, view, scene, detail, motion });
        expect(motionComplaints(journey, scene, story), `seed ${seed}, ${detail}, ${motion}`).toEqual([]);
        const seen = story.beats.flatMap(({ hops }) => hops.map(([packet, hop]) => `${packet} ${hop}`));
        expect(new Set(seen).size, `seed ${seed}, ${detail}`).toBe(seen.length);
        story.beats.forEach((beat, i) => {
          expect(beat.number).toBe(i + 1);
          expect(beat.startMs, `seed ${seed}, ${detail}, ${motion}, beat ${i}`).toBeCloseTo(story.beats[i - 1]?.endMs ?? 0, 6);
          expect(beat.stillMs).toBeGreaterThanOrEqual(beat.startMs - 1e-6);
          expect(beat.stillMs).toBeLessThanOrEqual(beat.endMs + 1e-6);
        });
        expect(
          story.clock.every(
            ([showMs, nanos], i) => i === 0 || (showMs >= (story.clock[i - 1]?.[0] ?? 0) && nanos >= (story.clock[i - 1]?.[1] ?? 0)),
          ),
        ).toBe(true);
      }
  }
});

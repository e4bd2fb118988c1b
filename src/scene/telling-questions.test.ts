/** A look-up told question by question. */
import { describe, expect, test } from "vitest";
import type { Journey } from "../core/network/trace.ts";
import type { ClusterView } from "../core/simulation/view.ts";
import { act, cluster, send, web } from "../core/simulation/testing.ts";
import { choreograph } from "./choreography.ts";
import type { Choreography } from "./contract.ts";
import { frameAt } from "./frame.ts";
import { buildScene, usedBy } from "./layout.ts";
import { legMs } from "./telling-questions.ts";

interface Told {
  readonly journey: Journey;
  readonly view: ClusterView;
  readonly folded: Choreography;
  readonly open: Choreography;
  searchAt(showMs: number): readonly string[];
}

function told(to: string, prepare: (simulation: ReturnType<typeof cluster>) => void = () => {}): Told {
  const simulation = cluster(web());
  prepare(simulation);
  const [journey] = send(simulation, "default/client", to);
  if (journey === undefined) throw new Error(`nothing was sent to ${to}`);
  const view = simulation.view();
  const scene = buildScene(view, {
    width: 718,
    focus: null,
    previous: null,
    arrangement: "workbench",
    podDetail: "address",
    used: usedBy(journey),
  });
  const open = choreograph({ journey, view, scene, lookup: "open" });
  return {
    journey,
    view,
    folded: choreograph({ journey, view, scene }),
    open,
    searchAt: (showMs) =>
      (frameAt(scene, open, showMs, { playing: false, rate: 1 }).search?.rows ?? []).map(({ name, state }) => `${name} ${state}`),
  };
}

const dnsBeats = ({ beats }: Choreography): readonly string[] =>
  beats
    .filter(({ glyph }) => glyph === "dns")
    .map(({ number, title, detail, trouble }) => `${number} ${title} (${detail})${trouble ? " !" : ""}`);

test("a name of another namespace's shape: one beat folded, one for each question open", () => {
  const { folded, open } = told("http://web.default");
  expect(dnsBeats(folded)).toEqual([expect.stringMatching(/^1 Look up the name \(web\.default is [\d.]+, says CoreDNS, asked 4 times\)$/)]);
  expect(dnsBeats(open)).toEqual([
    "1 Ask for web.default.default.svc.cluster.local (A: no such name)",
    "2 Ask for web.default.default.svc.cluster.local (AAAA: no such name)",
    expect.stringMatching(/^3 Ask for web\.default\.svc\.cluster\.local \(A: [\d.]+\)$/),
    "4 Ask for web.default.svc.cluster.local (AAAA: no such record)",
  ]);
  // The rest of the story is the same.
  expect(open.beats.slice(4).map(({ title }) => title)).toEqual(folded.beats.slice(1).map(({ title }) => title));
});

test("every question and every answer of the resolver has motions of its own, in the order of time; CoreDNS's own run beside", () => {
  const { journey, open } = told("http://wbe");
  const own = new Set(open.motions.filter(({ style, folded }) => style === "dns" && !folded).map(({ packet }) => packet));
  const queries = journey.lookup?.queries ?? [];
  expect(own).toEqual(new Set(queries.flatMap(({ queryPacket, answerPacket }) => [queryPacket, answerPacket])));
  const dns = journey.packets.filter(({ purpose }) => purpose === "dns-query" || purpose === "dns-answer");
  const beside = dns.filter(({ index }) => !own.has(index));
  expect(beside.map(({ hops }) => [hops[0]?.after.src, hops[0]?.after.dst]).flat()).toContain("192.0.2.53");
  const folded = new Set(open.motions.filter(({ style, folded }) => style === "dns" && folded).map(({ packet }) => packet));
  expect(beside.every(({ index }) => folded.has(index))).toBe(true);
  const starts = open.beats.map(({ startMs }) => startMs);
  expect(starts).toEqual([...starts].sort((a, b) => a - b));
  expect(open.clock.every(([showMs, nanos], i) => showMs >= (open.clock[i - 1]?.[0] ?? 0) && nanos >= (open.clock[i - 1]?.[1] ?? 0))).toBe(
    true,
  );
});

test("names of the search appear as they are asked for, and are struck as they are known not to be", () => {
  const { open, searchAt } = told("http://web.default");
  const [first, , third] = open.beats;
  expect(searchAt((first?.startMs ?? 0) + 1)).toEqual(["web.default.default.svc.cluster.local asking"]);
  expect(searchAt((third?.startMs ?? 0) + 1)).toEqual([
    "web.default.default.svc.cluster.local not-found",
    "web.default.svc.cluster.local asking",
  ]);
});

describe("how it ends where nothing was found", () => {
  test("nobody knows the name: the last question bears the mark", () => {
    const { open } = told("http://wbe");
    const beats = dnsBeats(open);
    expect(beats).toHaveLength(8);
    expect(beats.filter((beat) => beat.endsWith("!"))).toEqual(["8 Ask for wbe (AAAA: no such name) !"]);
    expect(open.cues.filter(({ kind }) => kind === "stopped")).toHaveLength(1);
  });

  test("no CoreDNS Pod is ready: each question is refused at the gate", () => {
    const { open } = told("http://web", (simulation) => {
      for (const { key, role } of simulation.view().pods)
        if (role === "dns") act(simulation, { kind: "set-ready", pod: key, ready: false });
    });
    const beats = dnsBeats(open);
    expect(beats.length).toBeGreaterThan(1);
    expect(beats.every((beat) => beat.includes(": refused)") && beat.endsWith("!"))).toBe(true);
  });
});

test("many questions do not bore: each is shown shorter, down to a bound", () => {
  expect([1, 4, 8, 16, 40].map(legMs)).toEqual([480, 480, 240, 120, 110]);
  const { open, folded } = told("http://wbe");
  expect(open.totalMs).toBeLessThan(2.2 * folded.totalMs);
});

test("each name server has one number on the picture", () => {
  const { open } = told("http://wbe");
  const servers = new Set(open.beats.map(({ place }) => JSON.stringify(place)));
  expect(open.stops.length).toBe(servers.size);
  expect(open.stops.at(-1)?.number).toBe(8);
});

/** Steady traffic in the run: regular, repeatable, bounded; and what a rolling update does to it. */
import { describe, expect, test } from "vitest";
import { MILLISECOND, SECOND } from "../base/time.ts";
import type { SteadyRequest } from "./contract.ts";
import { createSimulation, type Simulation } from "./simulation.ts";
import { act, cluster, edit, web } from "./testing.ts";
import type { TrafficView } from "./view.ts";

const FROM_CLIENT: SteadyRequest = { from: { kind: "pod", pod: "default/client" }, to: "http://web", rate: 10 };

function trafficOf(simulation: Simulation): TrafficView {
  const traffic = simulation.traffic();
  if (traffic === null) throw new Error("no traffic");
  return traffic;
}

function start(simulation: Simulation, request: SteadyRequest | null = FROM_CLIENT): void {
  act(simulation, { kind: "start-traffic", request });
}

/** Lets the run go on for so long. */
function pass(simulation: Simulation, nanos: number): void {
  simulation.settle(simulation.now + nanos);
}

const sums = ({ sent, answered, lost }: TrafficView): string => `${sent} sent, ${answered} answered, ${lost} lost`;

describe("beats", () => {
  test("are regular from the first, which is now", () => {
    const simulation = cluster(web());
    const begins = simulation.now;
    start(simulation);
    expect(simulation.now).toBe(begins);
    pass(simulation, 3 * SECOND);
    expect(sums(trafficOf(simulation))).toMatch(/^31 sent, 3[01] answered, 0 lost$/);
    expect(trafficOf(simulation).lastAnswered.map(({ sentAt }) => (sentAt - begins) / (100 * MILLISECOND))).toEqual(
      trafficOf(simulation).lastAnswered.map((_, i) => i),
    );
  });

  test("end with the series: the run comes to rest, and no beat that was set moves its clock", () => {
    const simulation = cluster(web());
    start(simulation, { ...FROM_CLIENT, rate: 1 });
    pass(simulation, 300 * MILLISECOND);
    const { now } = simulation;
    act(simulation, { kind: "stop-traffic" });
    expect(simulation.now - now).toBeLessThan(300 * MILLISECOND);
    expect(sums(trafficOf(simulation))).toBe("1 sent, 1 answered, 0 lost");
    expect(trafficOf(simulation).until).toBe(now);
    expect(simulation.perform({ kind: "stop-traffic" })).toEqual({ error: "No steady traffic stands." });
  });

  test("of a new series stand in place of the old one's", () => {
    const simulation = cluster(web());
    start(simulation);
    pass(simulation, SECOND);
    start(simulation, { ...FROM_CLIENT, rate: 2 });
    pass(simulation, 2 * SECOND);
    expect(trafficOf(simulation).sent).toBe(5);
    expect(simulation.journeys()).toEqual([]);
  });

  test.each([
    { name: "never", request: { ...FROM_CLIENT, rate: 0 }, says: /1 to 50 requests a second, not 0/ },
    { name: "half a request", request: { ...FROM_CLIENT, rate: 1.5 }, says: /not 1.5/ },
    { name: "too many", request: { ...FROM_CLIENT, rate: 51 }, says: /not 51/ },
    {
      name: "from nobody",
      request: { ...FROM_CLIENT, from: { kind: "pod", pod: "default/ghost" } as const },
      says: /no Pod default\/ghost/,
    },
    { name: "to nowhere", request: { ...FROM_CLIENT, to: "http://" }, says: /./ },
  ])("$name is refused", ({ request, says }) => {
    const simulation = cluster(web());
    const refusal = simulation.perform({ kind: "start-traffic", request });
    expect(refusal?.error).toMatch(says);
    expect(simulation.traffic()).toBeNull();
  });
});

/** A workload of two Pods that send on their own. */
const SENDERS = `
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: shopper }
spec:
  replicas: 2
  selector: { matchLabels: { app: shopper } }
  template:
    metadata: { labels: { app: shopper }, annotations: { kubehop.dev/traffic: "http://web 5/s" } }
    spec: { containers: [ { name: curl, image: curlimages/curl, command: [sleep, infinity] } ] }
`;

describe("Pods that send on their own", () => {
  test("do so while traffic stands, each at its own moments; a new Pod joins in", () => {
    const simulation = cluster(web() + SENDERS);
    pass(simulation, 5 * SECOND);
    start(simulation, null);
    pass(simulation, 2 * SECOND);
    expect(trafficOf(simulation).senders).toBe(2);
    expect(trafficOf(simulation).sent).toBe(20);
    expect(new Set(trafficOf(simulation).lastAnswered.map(({ sentAt }) => sentAt)).size).toBe(20);
    edit(simulation, web() + SENDERS.replace("replicas: 2", "replicas: 3"));
    pass(simulation, 10 * SECOND);
    expect(trafficOf(simulation).senders).toBe(3);
    const names = new Set(trafficOf(simulation).lastAnswered.map(({ from }) => (from.kind === "pod" ? from.pod : "")));
    expect(names.size).toBe(3);
    expect(trafficOf(simulation).lost).toBe(0);
  });

  test("a sender that is gone sends no more", () => {
    const simulation = cluster(web() + SENDERS);
    start(simulation, null);
    edit(simulation, web());
    pass(simulation, 40 * SECOND);
    expect(trafficOf(simulation).senders).toBe(0);
    const { sent } = trafficOf(simulation);
    pass(simulation, 5 * SECOND);
    expect(trafficOf(simulation).sent).toBe(sent);
  });
});

describe("the same inputs at the same virtual times", () => {
  /** Traffic, a deletion, an edit; `step` is how far the run goes at once. */
  function run(step: (simulation: Simulation, until: number) => void): string {
    const simulation = createSimulation({ seed: 7 });
    edit(simulation, web() + SENDERS);
    const begins = simulation.now;
    start(simulation);
    step(simulation, begins + 2 * SECOND);
    act(simulation, { kind: "delete-pod", pod: simulation.view().pods.find(({ name }) => name.startsWith("web-"))?.key ?? "" });
    step(simulation, begins + 3 * SECOND);
    edit(simulation, web({ replicas: 4 }) + SENDERS);
    step(simulation, begins + 9 * SECOND);
    return simulation.hash();
  }

  test("give the same state, however the run is cut into slices", () => {
    const whole = run((simulation, until) => simulation.settle(until));
    const slices = run((simulation, until) => {
      while (simulation.advance(7, until));
    });
    const frames = run((simulation, until) => {
      for (let at = simulation.now; at < until; at += 16_700_000) simulation.settle(Math.min(until, at));
      simulation.settle(until);
    });
    expect(slices).toBe(whole);
    expect(frames).toBe(whole);
  });

  test("give it again from a rewind point in the middle of it", () => {
    const simulation = cluster(web());
    start(simulation);
    pass(simulation, SECOND);
    const back = simulation.rewindPoint();
    const there = simulation.hash();
    pass(simulation, 2 * SECOND);
    const after = simulation.hash();
    back();
    expect(simulation.hash()).toBe(there);
    pass(simulation, 2 * SECOND);
    expect(simulation.hash()).toBe(after);
  });
});

test("memory is bounded: long traffic leaves sums and the last journeys", { timeout: 60_000 }, () => {
  const simulation = cluster(web());
  start(simulation, { ...FROM_CLIENT, rate: 50 });
  pass(simulation, 40 * SECOND);
  const traffic = trafficOf(simulation);
  expect(traffic.sent).toBe(2001);
  expect(traffic.lastAnswered.length).toBe(150);
  expect(simulation.journeys()).toEqual([]);
  expect(simulation.timeline().filter(({ kind }) => kind === "traffic").length).toBeLessThanOrEqual(41);
  const [last] = traffic.lastAnswered.slice(-1);
  expect(simulation.journey(last?.id ?? 0)).toBe(last);
  expect(last?.packets.length).toBeGreaterThan(0);
  expect(traffic.answeredBy.reduce((sum, { count }) => sum + count, 0)).toBe(traffic.answered);
  expect(traffic.lastAnswered.filter(({ packets }) => packets.length > 0).length, "with their packets").toBe(20);
  expect(traffic.lastPassages.map(({ journey }) => journey)).toEqual(traffic.lastAnswered.slice(-60).map(({ id }) => id));
  expect(
    traffic.lastPassages.every(({ hops }) => hops.length > 0 && hops.every((hop) => !("walks" in hop) || hop.walks.length === 0)),
  ).toBe(true);
});

test("a run that goes back to a request makes the packets again that it has forgotten", () => {
  const simulation = createSimulation({ files: [{ name: "web.yaml", text: web() }], recorded: true });
  simulation.settle();
  start(simulation, { ...FROM_CLIENT, rate: 20 });
  pass(simulation, 2 * SECOND);
  const { now } = simulation;
  const then = trafficOf(simulation).lastAnswered.at(-1)!;
  expect(then.packets.length).toBeGreaterThan(0);
  pass(simulation, 2 * SECOND);
  expect(simulation.journey(then.id)).toEqual({ ...then, packets: [] });
  simulation.goTo(now);
  expect(simulation.journey(then.id)).toEqual(then);
});

describe("a rolling update under steady traffic", () => {
  const versioned = (tag: string, preStop: boolean): string =>
    web().replace("image: nginx:1.27 }", `image: "nginx:${tag}"${preStop ? ", lifecycle: { preStop: { sleep: { seconds: 5 } } }" : ""} }`);

  function roll(preStop: boolean): { readonly traffic: TrafficView; readonly simulation: Simulation } {
    const simulation = cluster(versioned("1.27", preStop));
    start(simulation, { ...FROM_CLIENT, rate: 50 });
    pass(simulation, SECOND);
    const { now } = simulation;
    edit(simulation, versioned("1.28", preStop));
    expect(simulation.now, "the edit happens now, what follows later").toBe(now);
    pass(simulation, 60 * SECOND);
    return { traffic: trafficOf(simulation), simulation };
  }

  test("without preStop loses what is sent to Pods that are gone while rules still name them", () => {
    const { traffic, simulation } = roll(false);
    expect(traffic.lost).toBeGreaterThan(0);
    expect(traffic.lastLost.every(({ outcome }) => outcome.kind !== "delivered")).toBe(true);
    const named = simulation.timeline().flatMap((entry) => (entry.kind === "traffic" ? entry.losses : []));
    expect(named.length).toBeGreaterThan(0);
    expect(simulation.journey(named[0] ?? 0)?.packets.length).toBeGreaterThan(0);
  });

  test("with a preStop that outlasts slice and sync loses none", () => {
    expect(roll(true).traffic.lost).toBe(0);
  });
});

/** Every past moment is as it was: after playing, after going there from both sides, and made anew from its record. */
import { describe, expect, test } from "vitest";
import { MILLISECOND, SECOND } from "../base/time.ts";
import { nextBelow, randomState } from "../base/random.ts";
import type { RunInputs } from "./record.ts";
import { createSimulation, type Simulation } from "./simulation.ts";
import { act, cluster, edit, send, sender, web } from "./testing.ts";

const FROM_CLIENT = { from: sender("default/client"), to: "http://web" };

/** Edits, actions, requests and steady traffic, in an order that each seed draws anew. */
function live(seed: number, steps: number): Simulation {
  const random = randomState(seed, "what a person does");
  const simulation = cluster(web(), { recorded: true });
  const podOf = (which: number): string => {
    const pods = simulation.view().pods.filter(({ name }) => name.startsWith("web-"));
    return pods[which % Math.max(1, pods.length)]?.key ?? "default/nobody";
  };
  for (let i = 0; i < steps; i++) {
    const draw = nextBelow(random, 1000);
    switch (nextBelow(random, 8)) {
      case 0:
        edit(simulation, web({ replicas: 1 + (draw % 4) }));
        break;
      case 1:
        simulation.perform({ kind: "delete-pod", pod: podOf(draw) });
        break;
      case 2:
        simulation.perform({ kind: "set-ready", pod: podOf(draw), ready: draw % 2 === 0 });
        break;
      case 3:
        simulation.perform({ kind: draw % 2 === 0 ? "stop-proxy" : "start-proxy", node: "node-2" });
        break;
      case 4:
        simulation.perform(draw % 2 === 0 ? { kind: "start-traffic", request: { ...FROM_CLIENT, rate: 5 } } : { kind: "stop-traffic" });
        break;
      default:
        simulation.send({ ...FROM_CLIENT, count: 1 + (draw % 4) });
    }
    // Slices as a page cuts them, some of which end in the middle of a moment.
    for (let slice = 0; slice < 4; slice++) simulation.advance(1 + (draw % 37), simulation.now + (draw % 400) * MILLISECOND);
  }
  simulation.settle(simulation.now + 50 * MILLISECOND);
  return simulation;
}

/** A new run that makes the same inputs, as another process reads them. */
function replay(inputs: RunInputs): Simulation {
  const simulation = createSimulation({ recorded: true, seed: inputs.seed });
  simulation.replay(JSON.parse(JSON.stringify(inputs)) as RunInputs); // written from one
  return simulation;
}

describe("a recorded run", () => {
  test.each([1, 2, 3, 4])("is the same at every moment, from both sides and made anew (seed %i)", (seed) => {
    const simulation = live(seed, 25);
    const end = simulation.now;
    const atEnd = simulation.hash();
    const random = randomState(seed, "moments");
    const times = Array.from({ length: 8 }, () => Math.floor((end * nextBelow(random, 1000)) / 1000)).sort((a, b) => a - b);

    const forward = times.map((at) => {
      simulation.goTo(at);
      expect(simulation.now).toBe(at);
      expect(simulation.past()).toEqual({ at, endsAt: end });
      return simulation.hash();
    });
    // Played through from the first of them, not gone to.
    simulation.goTo(times[0] ?? 0);
    const played = times.map((at) => {
      while (simulation.advance(13, at));
      return simulation.hash();
    });
    expect(played).toEqual(forward);
    const backward = times.toReversed().map((at) => {
      simulation.goTo(at);
      return simulation.hash();
    });
    expect(backward.toReversed()).toEqual(forward);

    simulation.goTo(end);
    expect(simulation.past()).toBeNull();
    expect(simulation.hash()).toBe(atEnd);
    // Played on to the newest moment, the run is there and no longer in its past.
    simulation.goTo(times[3] ?? 0);
    while (simulation.past() !== null) simulation.advance(50, end);
    expect(simulation.hash()).toBe(atEnd);

    const again = replay(simulation.runInputs());
    expect(again.hash()).toBe(atEnd);
    const anew = times.map((at) => {
      again.goTo(at);
      return again.hash();
    });
    expect(anew).toEqual(forward);
  });

  test("shows in the middle of a change what was then", () => {
    const simulation = cluster(web({ replicas: 1 }), { recorded: true });
    const before = simulation.now;
    edit(simulation, web({ replicas: 3 }));
    const ready = (): number =>
      simulation
        .view()
        .services.find(({ key }) => key === "default/web")
        ?.endpoints.filter((one) => one.ready).length ?? 0;
    expect(ready()).toBe(3);
    simulation.goTo(before + 1);
    expect(ready()).toBe(1);
    const entry = simulation.timeline().findLast(({ kind }) => kind === "edit");
    expect(entry).toMatchObject({ at: before });
    simulation.settle(before + 500 * MILLISECOND);
    expect(simulation.view().pods.filter(({ name }) => name.startsWith("web-")).length).toBe(3);
    expect(ready()).toBe(1);
  });
});

test("the moment before a change is one of its own", () => {
  const simulation = cluster(web(), { recorded: true });
  const at = simulation.now;
  const before = simulation.hash();
  edit(simulation, web({ selector: "nobody" }));
  simulation.goTo(at);
  expect(simulation.hash()).not.toBe(before);
  simulation.goTo(at, true);
  expect(simulation.hash()).toBe(before);
  expect(simulation.past()?.at).toBe(at);
});

describe("what is put in at a past moment", () => {
  test("forks the run; the other one can be gone back to", () => {
    const simulation = cluster(web(), { recorded: true });
    const first = simulation.now;
    edit(simulation, web({ selector: "nobody" }));
    send(simulation, "default/client", "http://web");
    const left = { at: simulation.now, hash: simulation.hash() };

    simulation.goTo(first);
    expect(send(simulation, "default/client", "http://web")[0]?.outcome).toEqual({ kind: "delivered" });
    expect(simulation.past()).toBeNull();
    expect(simulation.journeys().length).toBe(1);
    expect(simulation.leftRuns()).toEqual([{ forkedAt: first, endsAt: left.at }]);
    const taken = { at: simulation.now, hash: simulation.hash() };

    expect(simulation.changeRun(0)).toBeNull();
    expect(simulation.hash()).toBe(left.hash);
    expect(simulation.changeRun(0)).toBeNull();
    expect(simulation.hash()).toBe(taken.hash);
    expect(simulation.changeRun(3)).toEqual({ error: "That run is not remembered any more." });
  });

  test("in the middle of a change ends that change there", () => {
    const simulation = cluster(web({ replicas: 1 }), { recorded: true });
    const at = simulation.now;
    edit(simulation, web({ replicas: 3 }));
    simulation.goTo(at + 5 * MILLISECOND);
    act(simulation, { kind: "stop-proxy", node: "node-1" });
    const entries = simulation.timeline().filter(({ kind }) => kind === "edit" || kind === "action");
    expect(entries.at(-2)).toMatchObject({ kind: "edit", at, endsAt: at + 5 * MILLISECOND });
    const end = { at: simulation.now, hash: simulation.hash() };
    simulation.goTo(at + MILLISECOND);
    simulation.goTo(end.at);
    expect(simulation.hash()).toBe(end.hash);
    simulation.goTo(at + 6 * MILLISECOND);
    simulation.settle(end.at);
    expect(simulation.hash()).toBe(end.hash);
  });

  test("and is refused changes nothing: the run is still in its past", () => {
    const simulation = cluster(web(), { recorded: true });
    send(simulation, "default/client", "http://web");
    const end = simulation.now;
    simulation.goTo(end - 1);
    const hash = simulation.hash();
    expect(simulation.perform({ kind: "delete-pod", pod: "default/ghost" })).not.toBeNull();
    expect(simulation.send({ from: sender("default/client"), to: "http://" })).toHaveProperty("error");
    expect(simulation.past()).toEqual({ at: end - 1, endsAt: end });
    expect(simulation.hash()).toBe(hash);
    expect(simulation.leftRuns()).toEqual([]);
  });
});

test("what is kept of a long run stays bounded, and every moment can still be gone to", () => {
  const simulation = cluster(web(), { recorded: true });
  act(simulation, { kind: "start-traffic", request: { ...FROM_CLIENT, rate: 20 } });
  const begins = simulation.now;
  for (let second = 0; second < 25; second++) simulation.settle(simulation.now + SECOND);
  const hash = simulation.hash();
  const end = simulation.now;
  expect(simulation.statesKept).toBeLessThanOrEqual(48);
  simulation.goTo(begins + 10 * SECOND);
  expect(simulation.traffic()?.sent).toBe(201);
  simulation.goTo(end);
  expect(simulation.hash()).toBe(hash);
});

describe("a run is made again from what was put in", () => {
  test("also where it was forked in the middle of a change that would have gone on", () => {
    const simulation = cluster(web({ replicas: 1 }), { recorded: true });
    const before = simulation.now;
    edit(simulation, web({ replicas: 3 }));
    simulation.goTo(before + 300 * MILLISECOND);
    send(simulation, "default/client", "http://web");
    simulation.settle();
    const again = replay(simulation.runInputs());
    expect(again.hash()).toBe(simulation.hash());
    expect(again.inputs()).toEqual(simulation.inputs());
  });

  test("in a run that something was put in already it is our own mistake", () => {
    const simulation = cluster(web(), { recorded: true });
    expect(() => simulation.replay(simulation.runInputs())).toThrow("a run is made again in a recorded one of its seed 1");
  });

  test("a record that does not fit the rules of today says where it parts", () => {
    const simulation = cluster(web(), { recorded: true });
    const inputs = simulation.runInputs();
    expect(() => replay({ ...inputs, end: { ...inputs.end, handled: 9_999_999 } })).toThrow(/events by \d+, where the record has 9999999$/);
  });
});

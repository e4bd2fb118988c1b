/** An earlier request over a cluster that has changed. */
import { describe, expect, test } from "vitest";
import { cluster, edit, send, web } from "../../core/simulation/testing.ts";
import type { Journey } from "../../core/network/trace.ts";
import type { ClusterView } from "../../core/simulation/view.ts";
import type { Simulation } from "../../core/simulation/simulation.ts";
import { podNotes } from "../../scene/notes.ts";
import { changedSince, goneSince, withGone } from "./gone.ts";

function after(change: (simulation: Simulation, pod: string) => void): {
  readonly journey: Journey;
  readonly was: ClusterView;
  readonly now: ClusterView;
} {
  const simulation = cluster(web());
  send(simulation, "default/client", "http://web");
  const then = simulation.view();
  const journey = simulation.journeys().at(-1);
  if (journey?.pod == null) throw new Error("nobody answered");
  change(simulation, journey.pod);
  simulation.settle();
  return { journey, was: then, now: simulation.view() };
}

describe("a request that was answered before the cluster changed", () => {
  test("nothing changed", () => {
    const { journey, was: then, now } = after(() => {});
    expect(changedSince(journey, then, now)).toBeNull();
    expect(withGone(now, goneSince(journey, then, now))).toBe(now);
  });

  test("the Pod that answered is gone: it stays in the picture with the word, on its node", () => {
    const { journey, was: then, now } = after((simulation, pod) => void simulation.perform({ kind: "delete-pod", pod }));
    const gone = goneSince(journey, then, now);
    expect(gone.map(({ key }) => key)).toEqual([journey.pod]);
    expect(changedSince(journey, then, now)).toMatch(/^web-\w+, where this request went, is gone by now\.$/);
    const ghost = withGone(now, gone).pods.find(({ key }) => key === journey.pod);
    expect(ghost?.node).toBe(journey.node);
    expect(ghost === undefined ? [] : podNotes(ghost)).toEqual(["gone"]);
  });

  test("another Pod is gone: its own way is still there, the endpoints are others", () => {
    const {
      journey,
      was: then,
      now,
    } = after((simulation, pod) => {
      const other = simulation.view().pods.find(({ key, name }) => name.startsWith("web-") && key !== pod)?.key ?? "";
      simulation.perform({ kind: "delete-pod", pod: other });
    });
    expect(goneSince(journey, then, now)).toEqual([]);
    expect(changedSince(journey, then, now)).toBe("The endpoints of web have changed since this request.");
  });

  test("the whole node is gone: there is no place to draw the Pod at, but it is said", () => {
    const { journey, was: then, now } = after((simulation) => void edit(simulation, web({ replicas: 0 })));
    expect(goneSince(journey, then, { ...now, nodes: [] })).toEqual([]);
    expect(goneSince(journey, then, now)).toHaveLength(1);
  });
});

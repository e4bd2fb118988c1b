import { describe, expect, test } from "vitest";
import { cluster, sendOne, web } from "../../core/simulation/testing.ts";
import type { Journey } from "../../core/network/trace.ts";
import type { TrafficUpdate } from "../../worker/protocol.ts";
import { choreograph } from "../../scene/choreography.ts";
import type { Choreography } from "../../scene/contract.ts";
import { buildScene } from "../../scene/layout.ts";
import { breakpointAt, breaksOf, newLoss, toggled, type Breakpoint } from "./breakpoints.ts";

function story(manifests: string): { readonly journey: Journey; readonly choreography: Choreography } {
  const simulation = cluster(manifests);
  const journey = sendOne(simulation, "default/client", "http://web");
  const view = simulation.view();
  const scene = buildScene(view, { width: 720, focus: "default/web", previous: null, arrangement: "workbench", podDetail: "address" });
  return { journey, choreography: choreograph({ journey, view, scene }) };
}

const titlesAt = ({ journey, choreography }: ReturnType<typeof story>, breakpoints: readonly Breakpoint[]): readonly string[] =>
  breaksOf(choreography, journey, breakpoints).map(({ showMs }) => choreography.beats.find((beat) => beat.stillMs === showMs)?.title ?? "");

/** The rule of the connection's first packet that jumped to the Service's chain. */
function serviceRule({ journey }: ReturnType<typeof story>): Breakpoint {
  for (const packet of journey.packets) {
    for (const hop of packet.hops) {
      if (packet.purpose !== "syn" || !("walks" in hop)) continue;
      const step = hop.walks
        .flatMap(({ steps }) => steps)
        .find((one) => one.kind === "rule" && one.result === "matched" && one.rule.chain.startsWith("KUBE-SVC-"));
      if (step?.kind === "rule") return breakpointAt(step.rule);
    }
  }
  throw new Error("no rule of a Service matched");
}

describe("breakpoints in a request's story", () => {
  test("none without any", () => expect(titlesAt(story(web()), [])).toEqual([]));

  test("a rule: the beat in which it matched, on its node alone", () => {
    const told = story(web());
    const rule = serviceRule(told);
    expect(titlesAt(told, [rule])).toEqual(["Rewrite the destination"]);
    expect(rule.kind === "rule" && titlesAt(told, [{ ...rule, node: "node-3" }])).toEqual([]);
  });

  test("a packet that is stopped", () => {
    expect(titlesAt(story(web()), [{ kind: "stopped" }])).toEqual([]);
    expect(titlesAt(story(web({ selector: "nobody" })), [{ kind: "stopped" }]).length).toBe(1);
  });
});

test("a breakpoint is set and taken away by the same press", () => {
  const rule: Breakpoint = { kind: "rule", node: "node-1", table: "nat", chain: "KUBE-SERVICES", text: "-A KUBE-SERVICES …" };
  const one = toggled([], rule);
  expect(one).toEqual([rule]);
  const two = toggled(one, { kind: "lost" });
  expect(two).toEqual([rule, { kind: "lost" }]);
  expect(toggled(two, { ...rule })).toEqual([{ kind: "lost" }]);
});

test("a loss is new once", () => {
  const losses = (...journeys: number[]): TrafficUpdate =>
    ({
      lost: journeys.length,
      losses: journeys.map((journey) => ({ journey, sentAt: 0, endedAt: journey, outcome: "lost", pod: null, says: "" })),
    }) as unknown as TrafficUpdate; // only what is read
  expect(newLoss(null, losses(1))).toBeNull();
  expect(newLoss(losses(), losses(4))?.journey).toBe(4);
  expect(newLoss(losses(4), losses(4))).toBeNull();
  expect(newLoss(losses(4), losses(4, 9))?.journey).toBe(9);
});

import { describe, expect, test } from "vitest";
import { createSimulation } from "../../core/simulation/simulation.ts";
import type { Journey, Outcome, Sender } from "../../core/network/trace.ts";
import { SCENARIOS } from "./index.ts";
import type { Scenario } from "./types.ts";

function senderOf(from: string): Sender {
  if (from === "external") return { kind: "outside", id: from };
  return from.startsWith("node/") ? { kind: "node", node: from.slice("node/".length) } : { kind: "pod", pod: from };
}

function run({ files, request }: Scenario, seed: number): readonly Journey[] {
  const simulation = createSimulation({ files, seed });
  simulation.settle();
  const sent = simulation.send({ from: senderOf(request.from), to: request.to, count: request.count });
  if ("error" in sent) throw new Error(sent.error);
  simulation.settle();
  return sent.map((id) => simulation.journey(id) as Journey);
}

/** Whether each journey arrived, in a word, what the client saw of it, and at what. */
const WANT: {
  readonly [id: string]: {
    readonly outcome: string;
    readonly says: RegExp;
    readonly served: RegExp | null;
    readonly masqueraded?: boolean;
  };
} = {
  clusterip: { outcome: "delivered", says: /200 OK/, served: /^default\/web-/ },
  headless: { outcome: "delivered", says: /200 OK/, served: /^default\/web-/, masqueraded: false },
  nodeport: { outcome: "delivered", says: /200 OK/, served: /^default\/web-/, masqueraded: true },
  "session-affinity": { outcome: "delivered", says: /200 OK/, served: /^default\/web-/ },
  "traffic-policy-local": { outcome: "dropped", says: /curl: \(28\)/, served: null },
  "selector-typo": { outcome: "refused", says: /curl: \(7\)/, served: null },
  "target-port": { outcome: "refused", says: /curl: \(7\)/, served: null },
};

describe.each(SCENARIOS)("$id", (scenario) => {
  const want = WANT[scenario.id];
  if (want === undefined) throw new Error(`say what ${scenario.id} leads to`);

  test.each([1, 2, 3])("leads to what it promises, seed %i", (seed) => {
    const journeys = run(scenario, seed);
    expect(journeys).toHaveLength(scenario.request.count);
    for (const journey of journeys) {
      expect(journey.outcome.kind).toBe(want.outcome);
      expect(journey.clientSays).toMatch(want.says);
      if (want.served !== null) expect(journey.pod).toMatch(want.served);
      if (want.masqueraded !== undefined) expect(journey.masqueraded).toBe(want.masqueraded);
    }
  });
});

test("session affinity: five connections, one Pod", () => {
  const scenario = SCENARIOS.find(({ id }) => id === "session-affinity") as Scenario;
  for (const seed of [1, 2, 3, 4]) expect(new Set(run(scenario, seed).map(({ pod }) => pod)).size).toBe(1);
});

test("ClusterIP: over some seeds every Pod gets its turn", () => {
  const scenario = SCENARIOS.find(({ id }) => id === "clusterip") as Scenario;
  const many = { ...scenario, request: { ...scenario.request, count: 30 } };
  expect(new Set(run(many, 1).map(({ pod }) => pod)).size).toBe(3);
});

test.each([
  { id: "selector-typo", want: "rejected on the sender's node" },
  { id: "target-port", want: "refused by a pod" },
  { id: "traffic-policy-local", want: "dropped on node-3" },
])("$id: who ends the packet", ({ id, want }) => {
  const scenario = SCENARIOS.find((each) => each.id === id) as Scenario;
  const simulation = createSimulation({ files: scenario.files, seed: 1 });
  simulation.settle();
  const [journey] = run(scenario, 1);
  const syn = journey?.packets.find((packet) => packet.tcp?.flags.join() === "SYN");
  const sender = simulation.view().pods.find((pod) => pod.key === scenario.request.from);
  expect(ending(syn?.outcome, sender?.node ?? null)).toBe(want);
});

function ending(outcome: Outcome | undefined, senderNode: string | null): string {
  switch (outcome?.kind) {
    case "rejected":
      return outcome.node === senderNode ? "rejected on the sender's node" : `rejected on ${outcome.node}`;
    case "dropped":
      return `dropped on ${outcome.node}`;
    case "refused":
      return `refused by a ${outcome.by.kind}`;
    default:
      return JSON.stringify(outcome);
  }
}

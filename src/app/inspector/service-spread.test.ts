import { describe, expect, it, test } from "vitest";
import { createSimulation } from "../../core/simulation/simulation.ts";
import { binomial, costOf, nodesToAsk, spreadOf, zoneSentence, zoneShares } from "./service-spread.ts";

describe("chances of hits", () => {
  it.each([
    [4, 0.5, [1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16]],
    [2, 0, [1, 0, 0]],
    [2, 1, [0, 0, 1]],
    [0, 0.3, [1]],
  ])("%i draws, chance %d", (n, p, want) => {
    binomial(n, p).forEach((chance, k) => expect(chance).toBeCloseTo(want[k] ?? Number.NaN, 12));
  });

  test("of many draws they add up to 1, and nothing underflows", () => {
    expect(binomial(20_000, 1 / 412).reduce((sum, part) => sum + part, 0)).toBeCloseTo(1, 9);
  });
});

describe("requests per endpoint", () => {
  const even = (endpoints: number): readonly number[] => Array.from({ length: endpoints }, () => 1 / endpoints);
  it.each([
    ["too few to say", [1, 2, 0], even(3), 0, /^After 10 requests/],
    ["about what chance gives", [3, 5, 4, 2, 6, 4, 3, 5], even(8), 0, /what random choice gives\.$/],
    ["one far out", [4, 4, 4, 4, 4, 4, 4, 40], even(8), 1, /^One Pod lies far outside/],
    ["no odds", [10, 0], [null, null], 0, /no fixed odds/],
  ])("%s", (_name, counts, odds: readonly (number | null)[], outside, sentence) => {
    const spread = spreadOf(counts, odds);
    expect(spread.bins.reduce((sum, { observed }) => sum + observed, 0)).toBe(counts.length);
    expect(spread.outside).toBe(outside);
    expect(spread.sentence).toMatch(sentence);
  });

  test("what is expected adds up to the endpoints", () => {
    const { bins } = spreadOf(
      Array.from({ length: 50 }, (_, i) => i % 7),
      even(50),
    );
    expect(bins.reduce((sum, { expected }) => sum + (expected ?? 0), 0)).toBeCloseTo(50, 1);
  });
});

const CLUSTER = `kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
nodes:
  - role: control-plane
  - {role: worker, labels: {topology.kubernetes.io/zone: a}}
  - {role: worker, labels: {topology.kubernetes.io/zone: b}}
`;
const service = (name: string, more = ""): string =>
  `---\napiVersion: v1\nkind: Service\nmetadata: {name: ${name}}\nspec: {${more}selector: {app: ${name}}, ports: [{port: 80}]}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}}\nspec: {replicas: 4, selector: {matchLabels: {app: ${name}}}, template: {metadata: {labels: {app: ${name}}}, spec: {containers: [{name: c, image: nginx}]}}}\n`;

function cluster(more = ""): ReturnType<typeof createSimulation> {
  const simulation = createSimulation({ files: [{ name: "a.yaml", text: CLUSTER + service("web", more) + service("other") }] });
  simulation.settle();
  return simulation;
}

describe("between zones", () => {
  it.each([
    ["any endpoint", "", [0.5, 0.5], "From equally busy zones 50% of the requests leave their zone."],
    ["those of the zone", "trafficDistribution: PreferSameZone, ", [1, 0], "Every request stays in its zone."],
  ])("%s", (_name, more, want, sentence) => {
    const simulation = cluster(more);
    const view = simulation.view();
    const asked = nodesToAsk(view);
    expect(asked.map(({ zone }) => zone)).toEqual(["a", "b"]);
    const address = view.services.find(({ name }) => name === "web")?.clusterIps[0] ?? "";
    const rows = asked.map(({ zone, node }) => {
      const odds = simulation.distribution({ from: { kind: "node", node }, to: `${address}:80` });
      if ("error" in odds) throw new Error(odds.error);
      return { from: zone, node, shares: zoneShares(view, odds, ["a", "b"]) };
    });
    rows[0]?.shares.forEach((share, i) => expect(share).toBeCloseTo(want[i] ?? Number.NaN, 6));
    expect(zoneSentence(rows)).toBe(sentence);
  });
});

test("one more endpoint costs what the node's rules grow by, the Service's own chains and the lists of all", () => {
  const simulation = cluster();
  const node = simulation.view().nodes.find(({ zone }) => zone === "a")?.name ?? "";
  const rules = simulation.rulesView(node, "IPv4");
  if (rules === null) throw new Error("the node has rules");
  const before = costOf(rules, "default/web");
  simulation.perform({ kind: "scale", workload: { kind: "Deployment", key: "default/web" }, replicas: 5 });
  simulation.settle();
  const after = costOf(simulation.rulesView(node, "IPv4") ?? rules, "default/web");
  expect(after.held - before.held).toBe(3);
  // the chains of the other Service are left out: four jumps, a mark, four times two in the chains of its endpoints
  expect(before.held + 3 - before.written).toBeGreaterThanOrEqual(13);
  expect(after.written - before.written).toBe(3);
});

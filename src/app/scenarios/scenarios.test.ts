import { describe, expect, test } from "vitest";
import { parseManifests } from "../../core/manifests/parse.ts";
import { SCENARIOS, SCENARIO_GROUPS, scenarioById } from "./index.ts";

describe.each(SCENARIOS)("$id", (scenario) => {
  const { documents, diagnostics } = parseManifests(scenario.files);

  test("its manifests have nothing to complain about", () => {
    expect(diagnostics).toEqual([]);
  });

  test("its words fit the card", () => {
    expect(scenario.words.split(/\s+/).length).toBeLessThanOrEqual(9);
    expect(SCENARIO_GROUPS.map((group) => group.id)).toContain(scenario.group);
  });

  test("its sender is in it", () => {
    const [kind, name] = scenario.request.from.split("/");
    if (scenario.request.from === "external" || kind === "node") return;
    const pods = documents.map((each) => each.value as { kind: string; metadata: { name: string } }).filter((each) => each.kind === "Pod");
    expect(pods.map((pod) => pod.metadata.name)).toContain(name);
  });

  test("its files end with a line end and hold no tab", () => {
    for (const file of scenario.files) expect(file.text).toMatch(/^[^\t]*\n$/);
  });
});

test("ids are unique and found", () => {
  expect(new Set(SCENARIOS.map((scenario) => scenario.id)).size).toBe(SCENARIOS.length);
  expect(scenarioById("clusterip")?.title).toBe("From name to Pod");
  expect(scenarioById("of a later version")).toBeNull();
});

test("the pinned Pods of Local carry their nodeSelector", () => {
  const text = scenarioById("traffic-policy-local")?.files[0]?.text ?? "";
  const deployment = parseManifests([{ name: "f", text }]).documents[1]?.value;
  expect(deployment).toMatchObject({ spec: { template: { spec: { nodeSelector: { "topology.kubernetes.io/zone": "zone-a" } } } } });
});

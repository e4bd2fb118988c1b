import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseManifests } from "../../core/manifests/parse.ts";
import { editOfStep } from "../state/steps.ts";
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

  test("its sentences fit where they stand", () => {
    expect(scenario.note.length).toBeLessThanOrEqual(260);
    for (const { label, says } of scenario.steps ?? []) {
      expect(label.split(/\s+/).length).toBeLessThanOrEqual(5);
      expect(says.length).toBeLessThanOrEqual(190);
      expect(says).toMatch(/\.$/);
    }
    for (const text of [scenario.words, scenario.note]) expect(text).toMatch(/\.$/);
  });

  test("its steps have a label each, and the first can be taken at once", () => {
    const { steps = [], files } = scenario;
    expect(new Set(steps.map(({ label }) => label)).size).toBe(steps.length);
    const [first] = steps;
    if (first?.does.kind === "edit") expect(editOfStep(files, first.does)).not.toBeNull();
  });

  test("its sender is in it", () => {
    const [kind, name] = scenario.request.from.split("/");
    if (name === undefined || kind === "node") return;
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

test("docs/scenarios.md has a row for each, in their order", () => {
  const page = readFileSync(new URL("../../../docs/scenarios.md", import.meta.url), "utf8");
  const rows = [...page.matchAll(/^\| `([a-z-]+)`\s+\| (.+?)\s+\| .+?\s+\| (.*?)\s*\|$/gm)];
  expect(rows.map(([, id, title, steps]) => [id, title, steps])).toEqual(
    SCENARIO_GROUPS.flatMap(({ id: group }) => SCENARIOS.filter((scenario) => scenario.group === group)).map(
      ({ id, title, steps = [] }) => [id, title, steps.map(({ label }) => label).join("; ")],
    ),
  );
});

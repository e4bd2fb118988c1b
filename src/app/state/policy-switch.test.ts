import { describe, expect, test } from "vitest";
import { createSimulation } from "../../core/simulation/simulation.ts";
import { plannedEnforcement } from "./policy-switch.ts";
import { editFiles } from "./text.ts";

const POD = "apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec: { containers: [{ name: c, image: nginx }] }\n";
const KUBE_SYSTEM = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: kube-system # ours\n";

async function switched(text: string, enforced: boolean): Promise<string> {
  const files = [{ name: "a.yaml", text }];
  const planned = await plannedEnforcement(files, enforced);
  return "refused" in planned ? planned.refused : (editFiles(files, planned)[0]?.text ?? "");
}

function enforces(text: string): boolean {
  const simulation = createSimulation({ files: [{ name: "a.yaml", text }] });
  return simulation.view().enforcesPolicies;
}

describe("off and on again", () => {
  test.each([
    ["no Namespace in the text", POD],
    ["no text", ""],
    ["no line end at the end", POD.trimEnd()],
  ])("%s", async (_, text) => {
    const off = await switched(text, false);
    expect(enforces(off)).toBe(false);
    const on = await switched(off, true);
    expect(enforces(on)).toBe(true);
    expect(on.trimEnd()).toBe(text.trimEnd());
  });
});

test("a Namespace that the manifests have says so itself", async () => {
  const off = await switched(KUBE_SYSTEM, false);
  expect(off).toBe(`${KUBE_SYSTEM}  annotations:\n    kubehop.dev/network-policy: ignored\n`);
  expect(enforces(off)).toBe(false);
  const on = await switched(off, true);
  expect(on).toBe(`${KUBE_SYSTEM}  annotations:\n    kubehop.dev/network-policy: enforced\n`);
  expect(enforces(on)).toBe(true);
});

test("a file in JSON is left alone", async () => {
  expect(await switched('{"kind": "List", "apiVersion": "v1", "items": []}', false)).toMatch(/no YAML file/);
});

import { describe, expect, test } from "vitest";
import type { ClusterView, PodView } from "../../core/simulation/view.ts";
import { actionOfStep, editOfStep, inverseOf } from "./steps.ts";
import { editFiles } from "./text.ts";

describe("an edit", () => {
  test.each<readonly [string, string, string, string, string | null]>([
    ["is made where its text stands", "replicas: 2\n", "replicas: 2", "replicas: 10", "replicas: 10\n"],
    ["is not made where its text does not stand", "replicas: 3\n", "replicas: 2", "replicas: 10", null],
    ["is not made where its text stands twice", "a: 1\na: 1\n", "a: 1", "a: 2", null],
    ["that adds to its text is made once", "spec:\n  a: 1\n", "spec:\n", "spec:\n  b: 2\n", "spec:\n  b: 2\n  a: 1\n"],
    ["that adds to its text is not made again", "spec:\n  b: 2\n  a: 1\n", "spec:\n", "spec:\n  b: 2\n", null],
    ["takes its text out", "a: 1\nb: 2\n", "b: 2\n", "", "a: 1\n"],
  ])("%s", (_name, text, from, to, want) => {
    const files = [{ name: "f", text }];
    const edit = editOfStep(files, { kind: "edit", from, to });
    expect(edit === null ? null : editFiles(files, [edit])[0]?.text).toBe(want);
  });

  test("finds its file, and not one of two", () => {
    const files = [
      { name: "f", text: "a: 1\n" },
      { name: "g", text: "b: 2\n" },
    ];
    expect(editOfStep(files, { kind: "edit", from: "b: 2", to: "b: 3" })?.file).toBe("g");
    expect(editOfStep(files, { kind: "edit", from: ": ", to: ":  " })).toBeNull();
  });

  test("is taken back by its inverse", () => {
    const files = [{ name: "f", text: "a: 1\nb: 2\nc: 3\n" }];
    const edit = editOfStep(files, { kind: "edit", from: "b: 2\n", to: "" });
    if (edit === null) throw new Error("no edit");
    expect(editFiles(editFiles(files, [edit]), [inverseOf(files, edit)])).toEqual(files);
  });
});

describe("an action", () => {
  const pod = (name: string, workload: string | null, state: PodView["state"] = "ready", node = "node-1"): Partial<PodView> => ({
    key: `default/${name}`,
    workload: workload === null ? null : { kind: "Deployment", namespace: "default", name: workload },
    state,
    node,
  });
  const cluster = {
    pods: [
      pod("debug", null),
      pod("web-1", "web", "terminating"),
      pod("web-2", "web", "not-ready"),
      pod("web-3", "web", "ready", "node-2"),
    ],
  } as unknown as ClusterView; // what the choice reads of it

  test.each<readonly [string, Parameters<typeof actionOfStep>[0], string | null]>([
    ["a Pod by its name", { kind: "crash-pod", pod: "default/debug" }, "default/debug"],
    ["a Pod that is not there", { kind: "crash-pod", pod: "default/none" }, null],
    [
      "the first of a workload that is not on its way out",
      { kind: "delete-pod", pod: { workload: "default/web", index: 0 } },
      "default/web-2",
    ],
    [
      "the first of a workload on a node",
      { kind: "delete-pod", pod: { workload: "default/web", index: 0, node: "node-2" } },
      "default/web-3",
    ],
    ["more than the workload has", { kind: "delete-pod", pod: { workload: "default/web", index: 2 } }, null],
  ])("%s", (_name, action, want) => {
    const found = actionOfStep(action, cluster);
    expect(found !== null && "pod" in found ? found.pod : null).toBe(want);
  });

  test("without a Pod stays as it is", () => {
    expect(actionOfStep({ kind: "stop-node", node: "node-1" }, cluster)).toEqual({ kind: "stop-node", node: "node-1" });
  });
});

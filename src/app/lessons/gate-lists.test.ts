import { expect, test } from "vitest";
import { lessonById } from "./course/index.ts";
import { addressesIn, listWords } from "./gate-lists.ts";
import { LessonRun } from "./testing.ts";

function lists(run: LessonRun): readonly (number | null)[] {
  const service = run.simulation.view().services.find(({ key }) => key === "default/web");
  if (service === undefined) throw new Error("no web");
  return ["node-1", "node-2", "node-3"].map((node) => {
    const rules = run.simulation.rulesView(node, "IPv4");
    return rules === null ? null : addressesIn(rules, service);
  });
}

test("each node's rules hold the ready endpoints", () => {
  const run = new LessonRun(lessonById("readiness") ?? expect.fail("no lesson"));
  expect(lists(run)).toEqual([3, 3, 3]);
  run.does({ kind: "action", action: { kind: "set-ready", pod: { workload: "default/web", index: 1 }, ready: false } });
  expect(lists(run)).toEqual([2, 2, 2]);
});

test("a node whose kube-proxy is stopped keeps what it had", () => {
  const run = new LessonRun(lessonById("kube-proxy") ?? expect.fail("no lesson"));
  run.does({ kind: "action", action: { kind: "stop-proxy", node: "node-1" } });
  run.does({ kind: "edit", from: "replicas: 3", to: "replicas: 2" });
  expect(lists(run)).toEqual([3, 2, 2]);
});

test("a Service without endpoints has none, and other modes say nothing", () => {
  const run = new LessonRun(lessonById("no-endpoints") ?? expect.fail("no lesson"));
  expect(lists(run)).toEqual([0, 0, 0]);
});

test.each([
  [0, "no address for web"],
  [1, "1 address for web"],
  [3, "3 addresses for web"],
])("%i: %s", (count, words) => {
  expect(listWords(count, "web")).toEqual([words, words.replace(" for web", "")]);
});

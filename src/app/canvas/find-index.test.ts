import { expect, test } from "vitest";
import { createSimulation } from "../../core/simulation/simulation.ts";
import type { ClusterView, PodView } from "../../core/simulation/view.ts";
import { scenarioById } from "../scenarios/index.ts";
import { find, findIndex } from "./find-index.ts";

const SIMULATION = createSimulation({ files: scenarioById("clusterip")?.files ?? [] });
SIMULATION.settle();
const VIEW = SIMULATION.view();
const web = VIEW.pods.filter((pod) => pod.labels["app"] === "web");

function names(view: ClusterView, query: string, most = 30): readonly string[] {
  return find(findIndex(view), query, most).first.map(({ thing, name }) => `${thing.kind} ${name}`);
}

test.each<{ name: string; query: string; want: readonly string[] }>([
  { name: "a Service before its Pods", query: "web", want: ["service web", ...web.map((pod) => `pod ${pod.shortName}`)] },
  { name: "in capitals", query: "WEB ", want: ["service web", ...web.map((pod) => `pod ${pod.shortName}`)] },
  { name: "a node", query: "node-2", want: ["node node-2"] },
  { name: "a Pod's address", query: web[0]?.ips[0] ?? "none", want: [`pod ${web[0]?.shortName}`] },
  { name: "a label with its value", query: "app=web", want: web.map((pod) => `pod ${pod.shortName}`) },
  { name: "a Service's address", query: VIEW.services.find(({ name }) => name === "web")?.clusterIps[0] ?? "none", want: ["service web"] },
  { name: "two words, both of them", query: "web default/web-", want: web.map((pod) => `pod ${pod.shortName}`) },
  { name: "a host outside", query: "203.0.113.24", want: ["outside client"] },
  { name: "nothing by that name", query: "nobody-is-called-so", want: [] },
  { name: "no words", query: "  ", want: [] },
])("$name", ({ query, want }) => {
  expect(names(VIEW, query)).toEqual(want);
});

test("more than are shown are counted", () => {
  const { first, total } = find(findIndex(VIEW), "kube-system", 2);
  expect(first).toHaveLength(2);
  expect(total).toBeGreaterThan(2);
});

test("5,000 Pods are looked through at every letter without lag", () => {
  const model = web[0];
  if (model === undefined) throw new Error("no Pod to copy");
  const pods = Array.from({ length: 5_000 }, (_, i): PodView => ({
    ...model,
    key: `default/web-${i}`,
    name: `web-${i}`,
    shortName: `web-${i}`,
  }));
  const view: ClusterView = { ...VIEW, pods };
  const index = findIndex(view);
  expect(findIndex(view)).toBe(index);
  const started = performance.now();
  for (const query of ["w", "we", "web", "web-", "web-4", "web-49", "web-499", "web-4999", "app=web", "10.244"]) find(index, query, 30);
  expect(performance.now() - started, "ten letters").toBeLessThan(1_000);
  expect(names(view, "web-4999")).toEqual(["pod web-4999"]);
  expect(names(view, "web-49", 2)).toEqual(["pod web-49", "pod web-490"]);
});

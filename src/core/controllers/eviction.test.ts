import { describe, expect, it } from "vitest";
import { numberAt } from "../api/json.ts";
import { get, list } from "../api/store.ts";
import type { Node, Pod } from "../api/types.ts";
import { SECOND } from "../base/time.ts";
import { commandCordon, commandDrain, commandStopNode } from "./commands.ts";
import { isTerminating } from "./lookup.ts";
import { testCluster } from "./test-world.ts";
import type { TestCluster } from "./test-world.ts";
import { staysFor } from "./taints.ts";
import { write } from "./world.ts";

const pod = (name: string, spec = ""): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec: {nodeName: node-1, ${spec}${spec === "" ? "" : ", "}containers: [{name: c, image: nginx}]}\n---\n`;
const web = (replicas: number, more = ""): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: ${replicas}, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {${more}containers: [{name: c, image: nginx}]}}}\n---\n`;
const budget = (spec: string): string =>
  `apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: web}\nspec: {${spec}, selector: {matchLabels: {app: web}}}\n---\n`;

const podsOf = (cluster: TestCluster): readonly Pod[] =>
  list(cluster.world.store, "Pod").filter(({ metadata }) => metadata.namespace === "default");

function taint(cluster: TestCluster, ...taints: NonNullable<Node["spec"]["taints"]>): void {
  const node = get(cluster.world.store, "Node", "node-1");
  if (node !== undefined) write(cluster.world, { ...node, spec: { ...node.spec, taints } });
}

/** The nodes on which Pods of `web` stand that stay. */
const nodesOf = (cluster: TestCluster): readonly string[] =>
  podsOf(cluster)
    .filter((each) => !isTerminating(each))
    .map(({ spec }) => spec.nodeName ?? "-")
    .sort();

describe("a NoExecute taint", () => {
  const TAINT = { key: "k", value: "v", effect: "NoExecute" };
  it("drives out what does not tolerate it, at once or after its time", () => {
    const cluster = testCluster();
    cluster.apply(
      pod("no") +
        pod("some", "tolerations: [{key: k, operator: Exists, effect: NoExecute, tolerationSeconds: 60}]") +
        pod("ever", "tolerations: [{key: k, operator: Equal, value: v}]") +
        pod("other", "tolerations: [{key: k, operator: Equal, value: w}]"),
    );
    taint(cluster, TAINT);
    cluster.settle(10 * SECOND);
    expect(cluster.names("Pod")).toEqual(["ever", "some"]);
    cluster.settle(45 * SECOND);
    expect(cluster.names("Pod")).toEqual(["ever", "some"]);
    cluster.settle(10 * SECOND);
    expect(cluster.names("Pod")).toEqual(["ever"]);
    expect(
      list(cluster.world.store, "Event")
        .filter(({ reason }) => reason === "TaintManagerEviction")
        .map(({ message }) => message),
    ).toHaveLength(3);
  });

  it("that is taken away in time drives nobody out", () => {
    const cluster = testCluster();
    cluster.apply(pod("some", "tolerations: [{key: k, operator: Exists, effect: NoExecute, tolerationSeconds: 60}]"));
    taint(cluster, TAINT);
    cluster.settle(30 * SECOND);
    taint(cluster);
    cluster.settle(120 * SECOND);
    expect(cluster.names("Pod")).toEqual(["some"]);
  });

  it("meets a Pod that comes later", () => {
    const cluster = testCluster();
    taint(cluster, TAINT);
    cluster.apply(pod("late"));
    expect(cluster.names("Pod")).toEqual([]);
  });

  it("NoSchedule drives nobody out", () => {
    const cluster = testCluster();
    cluster.apply(pod("p"));
    taint(cluster, { key: "k", effect: "NoSchedule" });
    cluster.settle(600 * SECOND);
    expect(cluster.names("Pod")).toEqual(["p"]);
  });

  it.each([
    ["none", [], 0],
    ["one for ever", [{ key: "k", operator: "Exists" }], null],
    ["the shorter of two", [{ key: "k", operator: "Exists", tolerationSeconds: 30 }], 30],
    ["below zero is at once", [{ key: "k", operator: "Exists", tolerationSeconds: -5 }], 0],
    ["everything", [{ operator: "Exists" }], null],
    ["another effect", [{ key: "k", operator: "Exists", effect: "NoSchedule" }], 0],
  ])("is tolerated: %s", (_name, tolerations, seconds) => {
    const of = { spec: { containers: [], tolerations } } as unknown as Pod;
    expect(staysFor(of, [{ key: "k", effect: "NoExecute" }])).toBe(seconds === null ? null : seconds * SECOND);
  });
});

describe("a node that nobody hears of", () => {
  it("keeps its Pods terminating; out of service it loses them", () => {
    const cluster = testCluster();
    cluster.apply(web(1, "nodeSelector: {kubernetes.io/hostname: node-1}, "));
    const stopped = commandStopNode(cluster.world, "node-1");
    cluster.settle(undefined, "error" in stopped ? [] : stopped);
    // Evicted after 300 s; its successor waits for a node, the node for its return.
    expect(podsOf(cluster).map(isTerminating).sort()).toEqual([false, true]);
    cluster.settle(3600 * SECOND);
    expect(podsOf(cluster)).toHaveLength(2);
    const node = get(cluster.world.store, "Node", "node-1");
    const taints = [...(node?.spec.taints ?? []), { key: "node.kubernetes.io/out-of-service", value: "nodeshutdown", effect: "NoExecute" }];
    taint(cluster, ...taints);
    cluster.settle();
    expect(podsOf(cluster).map(isTerminating)).toEqual([false]);
  });

  it("is Unknown again when somebody writes that it is ready", () => {
    const cluster = testCluster();
    const before = get(cluster.world.store, "Node", "node-1");
    const stopped = commandStopNode(cluster.world, "node-1");
    cluster.settle(undefined, "error" in stopped ? [] : stopped);
    if (before !== undefined) write(cluster.world, before);
    cluster.settle();
    expect(get(cluster.world.store, "Node", "node-1")?.status.conditions?.find(({ type }) => type === "Ready")?.status).toBe("Unknown");
  });
});

describe("a disruption budget", () => {
  it.each([
    ["minAvailable: 2", { currentHealthy: 3, desiredHealthy: 2, disruptionsAllowed: 1, expectedPods: 3 }],
    ["minAvailable: 50%", { currentHealthy: 3, desiredHealthy: 2, disruptionsAllowed: 1, expectedPods: 3 }],
    ["maxUnavailable: 1", { currentHealthy: 3, desiredHealthy: 2, disruptionsAllowed: 1, expectedPods: 3 }],
    ["maxUnavailable: 0", { currentHealthy: 3, desiredHealthy: 3, disruptionsAllowed: 0, expectedPods: 3 }],
    ["maxUnavailable: 34%", { currentHealthy: 3, desiredHealthy: 1, disruptionsAllowed: 2, expectedPods: 3 }],
    ["minAvailable: 5", { currentHealthy: 3, desiredHealthy: 5, disruptionsAllowed: 0, expectedPods: 3 }],
  ])("%s counts", (spec, wanted) => {
    const cluster = testCluster();
    cluster.apply(web(3) + budget(spec));
    expect(get(cluster.world.store, "PodDisruptionBudget", "default/web")?.["status"]).toMatchObject(wanted);
  });

  it("lets a drain go on only as Pods become ready elsewhere", () => {
    const cluster = testCluster();
    cluster.apply(web(3, "nodeSelector: {topology.kubernetes.io/zone: zone-a}, ") + budget("minAvailable: 2"));
    expect(nodesOf(cluster)).toEqual(["node-1", "node-1", "node-2"]);
    const drain = commandDrain(cluster.world, "node-1", true);
    expect(cluster.world.memory.drains.get("node-1")?.refused.map(({ why }) => why)).toEqual([
      "Cannot evict pod as it would violate the pod's disruption budget.",
    ]);
    let least = 3;
    const from = cluster.world.now;
    cluster.settle(0, "error" in drain ? [] : drain);
    while (cluster.world.now < from + 20 * SECOND) {
      cluster.settle(SECOND / 10);
      least = Math.min(least, numberAt(get(cluster.world.store, "Deployment", "default/web")?.status, "availableReplicas") ?? 0);
    }
    expect([least, nodesOf(cluster)]).toEqual([2, ["node-2", "node-2", "node-2"]]);
    expect(cluster.world.memory.drains.size).toBe(0);
  });

  it("that can never be kept stops a drain, and the cluster rests; uncordoned, the node keeps its Pods", () => {
    const cluster = testCluster();
    cluster.apply(web(3) + budget("maxUnavailable: 0"));
    const drain = commandDrain(cluster.world, "node-2");
    cluster.settle(undefined, "error" in drain ? [] : drain);
    expect(nodesOf(cluster)).toEqual(["node-1", "node-2", "node-3"]);
    expect(cluster.world.memory.drains.get("node-2")?.refused).toHaveLength(1);
    commandCordon(cluster.world, "node-2", false);
    cluster.settle(60 * SECOND);
    expect([nodesOf(cluster), cluster.world.memory.drains.size]).toEqual([["node-1", "node-2", "node-3"], 0]);
  });

  it.each([
    [
      "two budgets",
      budget("minAvailable: 0") + budget("minAvailable: 1").replace("name: web", "name: other"),
      "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
    ],
    ["as many as there are", budget("minAvailable: 3"), "Cannot evict pod as it would violate the pod's disruption budget."],
  ])("%s", (_name, budgets, why) => {
    const cluster = testCluster();
    cluster.apply(web(3) + budgets);
    commandDrain(cluster.world, "node-2");
    expect(cluster.world.memory.drains.get("node-2")?.refused.map((each) => each.why)).toEqual([why]);
  });
});

import { describe, expect, it } from "vitest";
import { numberAt } from "../api/json.ts";
import { get, list } from "../api/store.ts";
import type { Pod } from "../api/types.ts";
import { SECOND } from "../base/time.ts";
import { commandCordon } from "./commands.ts";
import { isActive, isReady } from "./lookup.ts";
import { deletePod } from "./pod-deletion.ts";
import { testCluster } from "./test-world.ts";
import type { TestCluster } from "./test-world.ts";
import { write } from "./world.ts";

const agent = (image = "redis:1", spec = "", set = ""): string =>
  `apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: agent}\nspec: {${set}selector: {matchLabels: {app: agent}}, template: {metadata: {labels: {app: agent}}, spec: {${spec}containers: [{name: c, image: "${image}"}]}}}\n`;
const podsOf = (cluster: TestCluster): readonly Pod[] =>
  list(cluster.world.store, "Pod").filter((pod) => pod.metadata.namespace === "default" && isActive(pod));
const nodesOf = (cluster: TestCluster): readonly string[] =>
  podsOf(cluster)
    .map(({ spec }) => spec.nodeName?.replace("node-", "") ?? "-")
    .sort();
const tags = (cluster: TestCluster): string =>
  podsOf(cluster)
    .map(({ spec }) => spec.containers[0]?.image.split(":")[1] ?? "")
    .sort()
    .join("");

describe("a DaemonSet", () => {
  it.each([
    ["runs on every worker", "", ["1", "2", "3"]],
    ["on nodes of its selector", "nodeSelector: {topology.kubernetes.io/zone: zone-a}, ", ["1", "2"]],
    [
      "also where a taint is tolerated",
      "tolerations: [{key: node-role.kubernetes.io/control-plane, operator: Exists}], ",
      ["1", "2", "3", "control-plane"],
    ],
    [
      "on nodes of its affinity",
      "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: NotIn, values: [node-2]}]}]}}}, ",
      ["1", "3"],
    ],
  ])("%s", (_name, spec, nodes) => {
    const cluster = testCluster();
    cluster.apply(agent("redis:1", spec));
    expect(nodesOf(cluster)).toEqual(nodes);
    expect(get(cluster.world.store, "DaemonSet", "default/agent")?.["status"]).toMatchObject({
      desiredNumberScheduled: nodes.length,
      numberReady: nodes.length,
    });
  });

  it.each([
    ["waits for a node's network", "", ["1", "3"]],
    ["does not wait for it on the node's own", "hostNetwork: true, ", ["1", "2", "3"]],
  ])("%s", (_name, spec, nodes) => {
    const cluster = testCluster();
    const node = get(cluster.world.store, "Node", "node-2");
    if (node === undefined) throw new Error("no node-2");
    const taints = [{ key: "node.kubernetes.io/network-unavailable", effect: "NoSchedule" }];
    write(cluster.world, { ...node, spec: { ...node.spec, taints } });
    cluster.apply(agent("redis:1", spec));
    expect(nodesOf(cluster)).toEqual(nodes);
  });

  it("stays on a cordoned node, and is made again there", () => {
    const cluster = testCluster();
    cluster.apply(agent());
    commandCordon(cluster.world, "node-2", true);
    const [pod] = podsOf(cluster).filter(({ spec }) => spec.nodeName === "node-2");
    deletePod(cluster.world, `default/${pod?.metadata.name ?? ""}`);
    cluster.settle();
    expect(nodesOf(cluster)).toEqual(["1", "2", "3"]);
  });

  it("follows the labels and taints of nodes", () => {
    const cluster = testCluster();
    cluster.apply(agent("redis:1", "nodeSelector: {disk: ssd}, "));
    expect(nodesOf(cluster)).toEqual([]);
    const node = get(cluster.world.store, "Node", "node-3");
    if (node === undefined) throw new Error("no node-3");
    write(cluster.world, { ...node, metadata: { ...node.metadata, labels: { ...node.metadata.labels, disk: "ssd" } } });
    cluster.settle();
    expect(nodesOf(cluster)).toEqual(["3"]);
    write(cluster.world, node);
    cluster.settle();
    expect(nodesOf(cluster)).toEqual([]);
  });

  it.each([
    ["one at a time", "", 2],
    ["two at a time", "updateStrategy: {rollingUpdate: {maxUnavailable: 2}}, ", 1],
    ["two thirds at a time", 'updateStrategy: {rollingUpdate: {maxUnavailable: "50%"}}, ', 1],
  ])("updates its Pods %s", (_name, set, least) => {
    const cluster = testCluster();
    cluster.apply(agent("redis:1", "", set));
    cluster.apply(agent("redis:2", "", set), 0);
    let ready = 3;
    for (let tenth = 0; tenth < 150; tenth++) {
      cluster.settle(SECOND / 10);
      ready = Math.min(ready, podsOf(cluster).filter(isReady).length);
    }
    expect([ready, tags(cluster)]).toEqual([least, "222"]);
    expect(numberAt(get(cluster.world.store, "DaemonSet", "default/agent")?.["status"], "updatedNumberScheduled")).toBe(3);
  });

  it("with OnDelete updates a Pod that a person deletes", () => {
    const cluster = testCluster();
    const set = "updateStrategy: {type: OnDelete}, ";
    cluster.apply(agent("redis:1", "", set));
    cluster.apply(agent("redis:2", "", set));
    expect(tags(cluster)).toBe("111");
    deletePod(cluster.world, `default/${podsOf(cluster)[0]?.metadata.name ?? ""}`);
    cluster.settle();
    expect(tags(cluster)).toBe("112");
  });
});

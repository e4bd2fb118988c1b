import { describe, expect, it } from "vitest";
import { get, list } from "../api/store.ts";
import type { Pod } from "../api/types.ts";
import { SECOND } from "../base/time.ts";
import { commandCutNode, commandJoinNode, commandStartNode, commandStopNode } from "./commands.ts";
import type { Done } from "./commands.ts";
import { conditionOf, isReady, isTerminating } from "./lookup.ts";
import { testCluster } from "./test-world.ts";
import type { TestCluster } from "./test-world.ts";

const pod = (name: string, spec = ""): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, labels: {app: web}}\nspec: {nodeName: node-1, ${spec}${spec === "" ? "" : ", "}containers: [{name: c, image: nginx}]}\n---\n`;
const SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: 80}]}\n---\n";

function after(cluster: TestCluster, done: Done, seconds?: number): void {
  cluster.settle(seconds === undefined ? undefined : seconds * SECOND, "error" in done ? [] : done);
}

const the = (cluster: TestCluster, name: string): Pod | undefined => get(cluster.world.store, "Pod", `default/${name}`);
const readyOf = (cluster: TestCluster): string =>
  conditionOf(get(cluster.world.store, "Node", "node-1") ?? { status: {} }, "Ready")?.status ?? "-";
const taintsOf = (cluster: TestCluster): readonly string[] =>
  (get(cluster.world.store, "Node", "node-1")?.spec.taints ?? []).map(
    ({ key, effect }) => `${key.replace("node.kubernetes.io/", "")}:${effect}`,
  );
/** Conditions of the Service's endpoints: ready, serving, terminating. */
const endpoints = (cluster: TestCluster): readonly string[] =>
  list(cluster.world.store, "EndpointSlice")
    .filter(({ metadata }) => metadata.name.startsWith("web-"))
    .flatMap((slice) =>
      slice.endpoints.map(({ conditions = {} }) =>
        (["ready", "serving", "terminating"] as const).filter((flag) => conditions[flag]).join(" "),
      ),
    );

describe.each([
  ["switched off", commandStopNode, commandStartNode],
  ["cut off", commandCutNode, commandJoinNode],
])("a node that is %s", (_name, fail, repair) => {
  it("is Unknown, tainted and without ready endpoints after its grace period, not before", () => {
    const cluster = testCluster();
    cluster.apply(SERVICE + pod("p"));
    after(cluster, fail(cluster.world, "node-1"), 49);
    expect([readyOf(cluster), taintsOf(cluster), endpoints(cluster)]).toEqual(["True", [], ["ready serving"]]);
    cluster.settle(2 * SECOND);
    expect([readyOf(cluster), taintsOf(cluster), endpoints(cluster)]).toEqual([
      "Unknown",
      ["unreachable:NoSchedule", "unreachable:NoExecute"],
      [""],
    ]);
    expect(list(cluster.world.store, "Event").map(({ message }) => message)).toContain("Node node-1 status is now: NodeNotReady");
  });

  it.each([
    ["300 s by default", "", 300],
    [
      "for a time of its own",
      "tolerations: [{key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 20}]",
      20,
    ],
    ["at once", "tolerations: [{key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 0}]", 0],
    ["for ever", "tolerations: [{key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute}]", null],
  ])("keeps a Pod %s, and then until it is back", (_case, spec, seconds) => {
    const cluster = testCluster();
    cluster.apply(pod("p", spec));
    after(cluster, fail(cluster.world, "node-1"), 50 + (seconds ?? 1000) - 1);
    expect(isTerminating(the(cluster, "p") as Pod)).toBe(false);
    cluster.settle(3 * SECOND);
    expect(isTerminating(the(cluster, "p") as Pod)).toBe(seconds !== null);
    cluster.settle(3600 * SECOND);
    // Nobody can say that its processes have ended.
    expect(the(cluster, "p")).toBeDefined();
    after(cluster, repair(cluster.world, "node-1"));
    expect(the(cluster, "p") === undefined).toBe(seconds !== null);
  });

  it("that comes back is ready, without its taints, and so are its Pods", () => {
    const cluster = testCluster();
    cluster.apply(SERVICE + pod("p"));
    const ip = the(cluster, "p")?.status.podIP;
    after(cluster, fail(cluster.world, "node-1"), 60);
    after(cluster, repair(cluster.world, "node-1"));
    const back = the(cluster, "p");
    expect([readyOf(cluster), taintsOf(cluster), endpoints(cluster), back !== undefined && isReady(back)]).toEqual([
      "True",
      [],
      ["ready serving"],
      true,
    ]);
    // Switched on again it makes its sandboxes anew; joined again it still has them.
    expect(back?.status.podIP === ip).toBe(repair === commandJoinNode);
    expect(back?.status.containerStatuses?.[0]?.restartCount).toBe(repair === commandJoinNode ? 0 : 1);
  });

  it("that comes back within its grace period was never missed", () => {
    const cluster = testCluster();
    cluster.apply(SERVICE + pod("p"));
    after(cluster, fail(cluster.world, "node-1"), 30);
    after(cluster, repair(cluster.world, "node-1"), 60);
    expect([readyOf(cluster), taintsOf(cluster)]).toEqual(["True", []]);
  });

  it("takes no new Pods", () => {
    const cluster = testCluster();
    after(cluster, fail(cluster.world, "node-1"), 60);
    cluster.apply(pod("p").replace("nodeName: node-1, ", "nodeSelector: {kubernetes.io/hostname: node-1}, "));
    expect(the(cluster, "p")?.spec.nodeName).toBeUndefined();
    after(cluster, repair(cluster.world, "node-1"));
    expect(the(cluster, "p")?.spec.nodeName).toBe("node-1");
  });
});

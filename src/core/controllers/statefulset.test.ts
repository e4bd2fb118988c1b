import { describe, expect, it } from "vitest";
import { get, list } from "../api/store.ts";
import type { Pod } from "../api/types.ts";
import { SECOND } from "../base/time.ts";
import { commandStopNode, commandStartNode } from "./commands.ts";
import { conditionOf, isReady } from "./lookup.ts";
import { deletePod, setReadyOverride } from "./pod-deletion.ts";
import { testCluster } from "./test-world.ts";
import type { TestCluster } from "./test-world.ts";

function db(spec: string, image = "redis:1", pod = ""): string {
  return `apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec: {serviceName: db, ${spec}, selector: {matchLabels: {app: db}}, template: {metadata: {labels: {app: db}}, spec: {containers: [{name: c, image: "${image}"${pod}}]}}}\n`;
}

const podsOf = (cluster: TestCluster): readonly Pod[] =>
  list(cluster.world.store, "Pod").filter(({ metadata }) => metadata.namespace === "default");

/** `db-0=1 db-1=2`: each Pod with the tag of its image. */
function images(cluster: TestCluster): string {
  return podsOf(cluster)
    .map(({ metadata, spec }) => `${metadata.name}=${spec.containers[0]?.image.split(":")[1] ?? ""}`)
    .join(" ");
}

/** Every state that the Pods go through, in steps of a tenth of a second. */
function story(cluster: TestCluster, text: string, seconds: number): string {
  const seen: string[] = [];
  cluster.apply(text, 0);
  for (let tenth = 0; tenth < seconds * 10; tenth++) {
    const now = podsOf(cluster)
      .map((pod) => `${pod.metadata.name.slice(3)}${pod.metadata.deletionTimestamp === undefined ? (isReady(pod) ? "" : "?") : "x"}`)
      .join(" ");
    if (seen.at(-1) !== now) seen.push(now);
    cluster.settle(SECOND / 10);
  }
  return seen.join(" → ");
}

describe("a StatefulSet", () => {
  it.each([
    ["makes its Pods one after the other", "replicas: 3", " → 0? → 0 1? → 0 1 2? → 0 1 2"],
    ["or all at once", "replicas: 3, podManagementPolicy: Parallel", " → 0? 1? 2? → 0 1? 2? → 0 1 2? → 0 1 2"],
    ["from another ordinal on", "replicas: 2, ordinals: {start: 5}", " → 5? → 5 6? → 5 6"],
    ["each after the one before was ready for minReadySeconds", "replicas: 2, minReadySeconds: 3", " → 0? → 0 → 0 1? → 0 1"],
  ])("%s", (_name, spec, wanted) => {
    const parallel = spec.includes("Parallel");
    const told = story(testCluster(), db(spec), 8);
    // Pods that start side by side on several nodes may become ready in one tenth.
    if (parallel) expect([told.startsWith(" → 0? 1? 2? →"), told.endsWith("0 1 2")]).toEqual([true, true]);
    else expect(told).toBe(wanted);
  });

  it("names its Pods, and labels them with name and index", () => {
    const cluster = testCluster();
    cluster.apply(db("replicas: 2, ordinals: {start: 7}"));
    expect(
      podsOf(cluster).map(({ metadata, spec }) => [
        metadata.labels?.["statefulset.kubernetes.io/pod-name"],
        metadata.labels?.["apps.kubernetes.io/pod-index"],
        spec.hostname,
        spec.subdomain,
      ]),
    ).toEqual([
      ["db-7", "7", "db-7", "db"],
      ["db-8", "8", "db-8", "db"],
    ]);
  });

  it("takes its Pods away from the last", () => {
    const cluster = testCluster();
    cluster.apply(db("replicas: 3"));
    expect(story(cluster, db("replicas: 1"), 6)).toBe("0 1 2 → 0 1 2x → 0 1x → 0");
  });

  it("makes no further Pod while one before it is not ready", () => {
    const cluster = testCluster();
    cluster.apply(db("replicas: 3", "redis:1", ", readinessProbe: {tcpSocket: {port: 9}}"));
    expect(podsOf(cluster).map(({ metadata }) => metadata.name)).toEqual(["db-0"]);
    setReadyOverride(cluster.world, "default/db-0", true);
    cluster.settle(undefined, [{ controller: "kubelet", key: "default/db-0", after: 0 }]);
    expect(podsOf(cluster).map(({ metadata }) => metadata.name)).toEqual(["db-0", "db-1"]);
  });

  it.each([
    ["all, from the last", "", "db-0=2 db-1=2 db-2=2"],
    ["down to the partition", "updateStrategy: {rollingUpdate: {partition: 2}}", "db-0=1 db-1=1 db-2=2"],
    ["none with OnDelete", "updateStrategy: {type: OnDelete}", "db-0=1 db-1=1 db-2=1"],
    [
      "the partition counts from the first ordinal",
      "ordinals: {start: 3}, updateStrategy: {rollingUpdate: {partition: 1}}",
      "db-3=1 db-4=2 db-5=2",
    ],
    ["two at a time", "updateStrategy: {rollingUpdate: {maxUnavailable: 2}}", "db-0=2 db-1=2 db-2=2"],
  ])("updates %s", (_name, more, wanted) => {
    const cluster = testCluster();
    const spec = `replicas: 3${more === "" ? "" : `, ${more}`}`;
    cluster.apply(db(spec));
    cluster.apply(db(spec, "redis:2"));
    expect(images(cluster)).toBe(wanted);
  });

  it("makes a Pod below the partition again from the template that it had", () => {
    const cluster = testCluster();
    const spec = "replicas: 2, updateStrategy: {rollingUpdate: {partition: 1}}";
    cluster.apply(db(spec));
    cluster.apply(db(spec, "redis:2"));
    deletePod(cluster.world, "default/db-0");
    deletePod(cluster.world, "default/db-1");
    cluster.settle();
    expect(images(cluster)).toBe("db-0=1 db-1=2");
    expect(get(cluster.world.store, "StatefulSet", "default/db")?.["status"]).toMatchObject({
      replicas: 2,
      readyReplicas: 2,
      updatedReplicas: 1,
      currentReplicas: 1,
    });
  });

  it("makes a deleted Pod anew from the new template with OnDelete", () => {
    const cluster = testCluster();
    const spec = "replicas: 2, updateStrategy: {type: OnDelete}";
    cluster.apply(db(spec));
    cluster.apply(db(spec, "redis:2"));
    deletePod(cluster.world, "default/db-0");
    cluster.settle();
    expect(images(cluster)).toBe("db-0=2 db-1=1");
  });

  it("does not replace a Pod whose node is lost before the node is back", () => {
    const cluster = testCluster();
    cluster.apply(db("replicas: 1"));
    const before = get(cluster.world.store, "Pod", "default/db-0");
    const node = before?.spec.nodeName ?? "";
    const stopped = commandStopNode(cluster.world, node);
    cluster.settle(undefined, "error" in stopped ? [] : stopped);
    // Evicted after 50 s and 300 s, and still there, since nobody can say that it has ended.
    const lost = get(cluster.world.store, "Pod", "default/db-0");
    expect([lost?.metadata.uid === before?.metadata.uid, lost?.metadata.deletionTimestamp === undefined]).toEqual([true, false]);
    const started = commandStartNode(cluster.world, node);
    cluster.settle(undefined, "error" in started ? [] : started);
    const after = get(cluster.world.store, "Pod", "default/db-0");
    expect(after?.metadata.uid).not.toBe(before?.metadata.uid);
    expect(conditionOf(after ?? {}, "Ready")?.status).toBe("True");
  });
});

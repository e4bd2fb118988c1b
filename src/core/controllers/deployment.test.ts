import { describe, expect, it } from "vitest";
import { MILLISECOND, SECOND } from "../base/time.ts";
import { get, list } from "../api/store.ts";
import type { Deployment } from "../api/types.ts";
import { limitsOf } from "./deployment.ts";
import { setReadyOverride } from "./pod-deletion.ts";
import { reconcile, runToRest, takeChanges, workOf } from "./reconcile.ts";
import type { WakeUp } from "./reconcile.ts";
import { templateHash } from "./pod-template.ts";
import { testCluster } from "./test-world.ts";
import type { TestCluster } from "./test-world.ts";
import { write } from "./world.ts";

function deployment(
  replicas: number,
  more: { readonly image?: string; readonly strategy?: string; readonly name?: string; readonly spec?: string } = {},
): string {
  const { image = "nginx:1.28", strategy = "{}", name = "web", spec = "" } = more;
  return `
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  replicas: ${replicas}
  strategy: ${strategy}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {containers: [{name: c, image: "${image}"}]${spec}}
---`;
}

/** Sizes that ReplicaSets were given, oldest set first: `3+0 3+1 …`. */
function rollout(cluster: TestCluster, text: string): string {
  const seen: string[] = [];
  const sizes = (): string => {
    const sets = list(cluster.world.store, "ReplicaSet").filter(({ metadata }) => metadata.namespace === "default");
    sets.sort(
      (a, b) =>
        Number(a.metadata.annotations?.["deployment.kubernetes.io/revision"] ?? 99) -
        Number(b.metadata.annotations?.["deployment.kubernetes.io/revision"] ?? 99),
    );
    return sets.map(({ spec }) => spec.replicas).join("+");
  };
  const note = (): void => {
    const now = sizes();
    if (seen.at(-1) !== now) seen.push(now);
  };
  cluster.apply(text, 0);
  note();
  const queue: { at: number; work: WakeUp }[] = workOf(cluster.world, []).map((work) => ({ at: 0, work }));
  queue.push({ at: cluster.world.now, work: { controller: "deployment", key: "default/web", after: 0 } });
  for (let step = 0; queue.length > 0 && step < 5000; step++) {
    queue.sort((a, b) => a.at - b.at);
    const item = queue.shift();
    if (item === undefined) break;
    const then = { ...cluster.world, now: item.at };
    const wakeUps = [...reconcile(then, item.work)];
    note();
    wakeUps.push(...workOf(then, takeChanges(cluster.world)));
    for (const work of wakeUps)
      if (
        !queue.some(
          (other) => other.at === item.at + work.after && other.work.controller === work.controller && other.work.key === work.key,
        )
      )
        queue.push({ at: item.at + work.after, work });
  }
  return seen.join(" ");
}

describe("a rolling update", () => {
  it.each([
    ["3 replicas, 25 %", 3, "{}", "3 3+1 2+1 2+2 1+2 1+3 0+3"],
    ["4 replicas, 25 %", 4, "{}", "4 4+1 3+1 3+2 1+2 1+4 0+4"],
    ["no surge", 3, "{rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}", "3 2+0 2+1 1+1 1+2 0+2 0+3"],
    ["all at once", 3, '{rollingUpdate: {maxSurge: "100%", maxUnavailable: 0}}', "3 3+3 0+3"],
  ])("%s", (_name, replicas, strategy, wanted) => {
    const cluster = testCluster();
    cluster.apply(deployment(replicas, { strategy }));
    const steps = rollout(cluster, deployment(replicas, { strategy, image: "nginx:1.29" })).replace(/\+0 /, "+0 ");
    expect(simplified(steps)).toBe(wanted);
    expect(cluster.names("Pod").length).toBe(replicas);
  });

  /** The new set appears with 0 Pods first, and Pods that are ready at different moments give single steps. */
  function simplified(steps: string): string {
    return steps.replace(/^(\d+) \1\+0 /, "$1 ").replace(/3\+3 (?:[12]\+3 )+0\+3/, "3+3 0+3");
  }

  it.each([
    [{ replicas: 3 }, { surge: 1, unavailable: 0 }],
    [{ replicas: 10 }, { surge: 3, unavailable: 2 }],
    [{ replicas: 1 }, { surge: 1, unavailable: 0 }],
    [
      { replicas: 2, maxSurge: 0, maxUnavailable: "10%" },
      { surge: 0, unavailable: 1 },
    ],
    [
      { replicas: 30, maxSurge: "10%", maxUnavailable: 50 },
      { surge: 3, unavailable: 30 },
    ],
  ])("limits of %j", ({ replicas, ...rollingUpdate }, wanted) => {
    const of = { spec: { replicas, strategy: { type: "RollingUpdate", rollingUpdate } } } as unknown as Deployment;
    expect(limitsOf(of)).toEqual(wanted);
  });

  it("stops before the old Pods go while the new ones do not become ready", () => {
    const cluster = testCluster();
    cluster.apply(deployment(4));
    const stuck = deployment(4, { image: "redis" }).replace('image: "redis"', 'image: "redis", readinessProbe: {tcpSocket: {port: 80}}');
    cluster.apply(stuck);
    const sizes = list(cluster.world.store, "ReplicaSet")
      .filter(({ metadata }) => metadata.namespace === "default")
      .map(({ spec, status }) => [spec.replicas, status.readyReplicas]);
    expect(sizes.sort()).toEqual([
      [2, 0],
      [3, 3],
    ]);
    expect(get(cluster.world.store, "Deployment", "default/web")?.status).toMatchObject({
      availableReplicas: 3,
      unavailableReplicas: 2,
      updatedReplicas: 2,
    });
  });

  it("lets unready old Pods go first, and no more of them than new ones can stand in for", () => {
    const cluster = testCluster();
    cluster.apply(deployment(4));
    const pods = list(cluster.world.store, "Pod")
      .filter(({ metadata }) => metadata.namespace === "default")
      .slice(0, 2);
    for (const { metadata } of pods) {
      setReadyOverride(cluster.world, `default/${metadata.name}`, false);
      runToRest(cluster.world, [{ controller: "kubelet", key: `default/${metadata.name}`, after: 0 }]);
    }
    cluster.settle();
    cluster.apply(deployment(4, { image: "redis" }).replace('image: "redis"', 'image: "redis", readinessProbe: {tcpSocket: {port: 80}}'));
    const sizes = list(cluster.world.store, "ReplicaSet")
      .filter(({ metadata }) => metadata.namespace === "default")
      .map(({ spec, status }) => [spec.replicas, status.readyReplicas]);
    expect(sizes.sort()).toEqual([
      [2, 0],
      [3, 2],
    ]);
  });

  it("scaled down lets unready Pods go first, then the ones with the lower deletion cost, then the newer", () => {
    const cluster = testCluster();
    cluster.apply(deployment(4));
    const [unready = "", cheap = "", old = ""] = list(cluster.world.store, "Pod")
      .filter(({ metadata }) => metadata.namespace === "default")
      .map(({ metadata }) => metadata.name);
    setReadyOverride(cluster.world, `default/${unready}`, false);
    runToRest(cluster.world, [{ controller: "kubelet", key: `default/${unready}`, after: 0 }]);
    const pod = get(cluster.world.store, "Pod", `default/${cheap}`);
    if (pod === undefined) throw new Error("no Pod");
    write(cluster.world, { ...pod, metadata: { ...pod.metadata, annotations: { "controller.kubernetes.io/pod-deletion-cost": "-5" } } });
    cluster.settle();
    cluster.apply(deployment(3));
    expect(cluster.names("Pod")).not.toContain(unready);
    cluster.apply(deployment(2));
    expect(cluster.names("Pod")).not.toContain(cheap);
    expect(cluster.names("Pod")).toContain(old);
  });

  it("goes back to an old template's ReplicaSet under the next revision", () => {
    const cluster = testCluster();
    cluster.apply(deployment(2));
    const [first] = cluster.names("ReplicaSet");
    cluster.apply(deployment(2, { image: "nginx:1.29" }));
    cluster.apply(deployment(2));
    const sets = list(cluster.world.store, "ReplicaSet").filter(({ metadata }) => metadata.namespace === "default");
    expect(
      sets.map(({ metadata, spec }) => [
        metadata.name === first,
        metadata.annotations?.["deployment.kubernetes.io/revision"],
        spec.replicas,
      ]),
    ).toEqual(
      expect.arrayContaining([
        [true, "3", 2],
        [false, "2", 0],
      ]),
    );
  });

  it("with Recreate waits for the last old Pod", () => {
    const cluster = testCluster();
    cluster.apply(deployment(3, { strategy: "{type: Recreate}" }));
    cluster.apply(deployment(3, { strategy: "{type: Recreate}", image: "nginx:1.29" }), 200 * MILLISECOND);
    const phases = list(cluster.world.store, "Pod")
      .filter(({ metadata }) => metadata.namespace === "default")
      .map(({ metadata }) => metadata.deletionTimestamp !== undefined);
    expect(phases).toEqual([true, true, true]);
  });

  it.each([1, 2, 3])("with Recreate makes the new Pods once the last of %d old ones is gone", (replicas) => {
    const cluster = testCluster();
    cluster.apply(deployment(replicas, { strategy: "{type: Recreate}" }));
    cluster.apply(deployment(replicas, { strategy: "{type: Recreate}", image: "nginx:1.29" }));
    const images = list(cluster.world.store, "Pod")
      .filter(({ metadata }) => metadata.namespace === "default")
      .map(({ spec }) => spec.containers[0]?.image);
    expect(images).toEqual(Array.from({ length: replicas }, () => "nginx:1.29"));
  });
});

describe("a Deployment", () => {
  it("names its ReplicaSet and Pods as the reference does", () => {
    const cluster = testCluster();
    cluster.apply(deployment(2));
    const [set = ""] = cluster.names("ReplicaSet");
    expect(set).toMatch(/^web-[456789bcdf]{7,10}$/);
    for (const pod of cluster.names("Pod")) expect(pod).toMatch(new RegExp(`^${set}-[bcdfghjklmnpqrstvwxz2456789]{5}$`));
    expect(templateHash({ spec: { containers: [] } })).toBe(templateHash({ spec: { containers: [] } }));
    expect(templateHash({ spec: { containers: [] } })).not.toBe(templateHash({ spec: { containers: [] } }, 1));
  });

  it("keeps its Pods when only the number changes, and makes the next names of its own", () => {
    const cluster = testCluster();
    cluster.apply(deployment(2));
    const before = cluster.names("Pod");
    cluster.apply(deployment(4));
    expect(cluster.names("Pod")).toEqual(expect.arrayContaining([...before]));
    expect(cluster.names("Pod").length).toBe(4);
    cluster.apply(deployment(1));
    expect(cluster.names("Pod").length).toBe(1);
  });

  it("is not renamed by a neighbour", () => {
    const alone = testCluster();
    alone.apply(deployment(3));
    const beside = testCluster();
    beside.apply(deployment(3, { name: "api" }) + deployment(3));
    expect(beside.names("Pod").filter((name) => name.startsWith("web"))).toEqual(alone.names("Pod"));
  });

  it("reports what it has", () => {
    const cluster = testCluster();
    cluster.apply(deployment(3));
    expect(get(cluster.world.store, "Deployment", "default/web")?.status).toMatchObject({
      replicas: 3,
      updatedReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
    });
  });

  it("counts a Pod as available only after minReadySeconds", () => {
    const text = deployment(1).replace("replicas: 1", "replicas: 1\n  minReadySeconds: 10");
    const cluster = testCluster();
    const start = cluster.world.now;
    cluster.apply(text);
    expect(cluster.world.now - start).toBeGreaterThan(10 * SECOND);
    expect(get(cluster.world.store, "Deployment", "default/web")?.status.availableReplicas).toBe(1);
  });

  it("takes its ReplicaSets and Pods with it", () => {
    const cluster = testCluster();
    cluster.apply(deployment(3));
    cluster.apply("");
    expect([cluster.names("Deployment"), cluster.names("ReplicaSet"), cluster.names("Pod")]).toEqual([[], [], []]);
  });
});

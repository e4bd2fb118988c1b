import { describe, expect, it } from "vitest";
import { numberAt } from "../api/json.ts";
import { get, list } from "../api/store.ts";
import type { Deployment, ReplicaSet } from "../api/types.ts";
import { SECOND } from "../base/time.ts";
import { conditionOf } from "./lookup.ts";
import { proportionalSizes } from "./rolling-update.ts";
import { testCluster } from "./test-world.ts";
import type { TestCluster } from "./test-world.ts";
import { commandScale, commandUndo } from "./workload-commands.ts";

function web(spec: string, image = "nginx:1", pod = ""): string {
  return `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {${spec}, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: "${image}"${pod}}]}}}\n`;
}
const NEVER_READY = ", readinessProbe: {tcpSocket: {port: 9}}";

const deploymentOf = (cluster: TestCluster): Deployment | undefined => get(cluster.world.store, "Deployment", "default/web");

/** `1:nginx:1=3` a set, by revision. */
function sets(cluster: TestCluster): string {
  return list(cluster.world.store, "ReplicaSet")
    .filter(({ metadata }) => metadata.namespace === "default")
    .map(
      ({ metadata, spec }) =>
        `${metadata.annotations?.["deployment.kubernetes.io/revision"] ?? "?"}:${spec.template.spec.containers[0]?.image ?? ""}=${spec.replicas}`,
    )
    .sort()
    .join(" ");
}

describe("a Deployment that is scaled in the middle of a rollout", () => {
  /** `old sizes`, replicas before and after, with surge 25 % of them and max-replicas as it was annotated. */
  const sized = (before: number, after: number, sizes: readonly number[]): readonly number[] => {
    const surge = (replicas: number): number => Math.ceil(replicas / 4);
    const deployment = { spec: { replicas: after, strategy: { type: "RollingUpdate" } }, status: {} } as unknown as Deployment;
    const all = sizes.map((replicas, index) => ({
      metadata: {
        name: `set-${index}`,
        annotations: {
          "deployment.kubernetes.io/desired-replicas": String(before),
          "deployment.kubernetes.io/max-replicas": String(before + surge(before)),
        },
      },
      spec: { replicas },
      status: { availableReplicas: replicas },
    })) as unknown as ReplicaSet[];
    const wanted = proportionalSizes(deployment, all.at(-1) ?? null, all);
    return all.map((set) => wanted.get(set) ?? set.spec.replicas);
  };
  it.each([
    // As in the documentation: 10 replicas in 8 old and 5 new Pods, then 15.
    ["10 → 15", 10, 15, [8, 5], [12, 7]],
    ["10 → 5", 10, 5, [8, 5], [4, 3]],
    ["10 → 0", 10, 0, [8, 5], [0, 0]],
    ["6 → 10, equal sets: the newer takes what is left over", 6, 10, [4, 4], [6, 7]],
    ["three sets", 10, 20, [5, 5, 3], [10, 10, 5]],
    ["one set takes all", 3, 7, [3], [7]],
  ])("%s keeps its sets in proportion", (_name, before, after, sizes, wanted) => {
    expect(sized(before, after, sizes)).toEqual(wanted);
  });

  it("as kubectl scale does it, while new Pods do not become ready", () => {
    const cluster = testCluster();
    cluster.apply(web("replicas: 4"));
    cluster.apply(web("replicas: 4", "nginx:2", NEVER_READY));
    expect(sets(cluster)).toBe("1:nginx:1=3 2:nginx:2=2");
    expect(commandScale(cluster.world, "Deployment", "default/web", 8)).toEqual([]);
    cluster.settle();
    expect(sets(cluster)).toBe("1:nginx:1=6 2:nginx:2=4");
  });
});

describe("kubectl scale", () => {
  it.each([
    ["Deployment", "default/web", 2, []],
    ["Deployment", "default/none", 2, { error: "There is no Deployment default/none." }],
    [
      "DaemonSet",
      "default/web",
      2,
      { error: "A DaemonSet has no number of replicas: kubectl scale could not find the requested resource." },
    ],
    ["Deployment", "default/web", -1, { error: "A Deployment has 0 replicas or more, not -1." }],
  ])("of %s %s to %d", (kind, key, replicas, wanted) => {
    const cluster = testCluster();
    cluster.apply(web("replicas: 1"));
    expect(commandScale(cluster.world, kind, key, replicas)).toEqual(wanted);
    cluster.settle();
    expect(cluster.names("Pod")).toHaveLength(Array.isArray(wanted) ? replicas : 1);
  });
});

describe("a paused Deployment", () => {
  it("makes no Pods of its new template until it is resumed, and is scaled meanwhile", () => {
    const cluster = testCluster();
    cluster.apply(web("replicas: 2"));
    cluster.apply(web("replicas: 3, paused: true", "nginx:2"));
    expect(sets(cluster)).toBe("1:nginx:1=3");
    expect(conditionOf(deploymentOf(cluster) ?? {}, "Progressing")).toMatchObject({ status: "Unknown", reason: "DeploymentPaused" });
    expect(commandUndo(cluster.world, "Deployment", "default/web")).toEqual({
      error: "you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again",
    });
    cluster.apply(web("replicas: 3, paused: false", "nginx:2"));
    expect(sets(cluster)).toBe("1:nginx:1=0 2:nginx:2=3");
    expect(conditionOf(deploymentOf(cluster) ?? {}, "Progressing")).toMatchObject({ status: "True", reason: "NewReplicaSetAvailable" });
  });
});

describe("a rollout that hangs", () => {
  it("is said to be in progress, and to have failed once its deadline is over; the cluster rests meanwhile", () => {
    const cluster = testCluster();
    cluster.apply(web("replicas: 2, progressDeadlineSeconds: 60"));
    cluster.apply(web("replicas: 2, progressDeadlineSeconds: 60", "nginx:2", NEVER_READY));
    const progressing = (): unknown => conditionOf(deploymentOf(cluster) ?? {}, "Progressing");
    expect(progressing()).toMatchObject({ status: "True", reason: "ReplicaSetUpdated" });
    cluster.settle(58 * SECOND);
    expect(progressing()).toMatchObject({ status: "True" });
    cluster.settle(5 * SECOND);
    const name = list(cluster.world.store, "ReplicaSet").find(({ spec }) => spec.template.spec.containers[0]?.image === "nginx:2")?.metadata
      .name;
    expect(progressing()).toMatchObject({
      status: "False",
      reason: "ProgressDeadlineExceeded",
      message: `ReplicaSet "${name ?? ""}" has timed out progressing.`,
    });
    expect(commandUndo(cluster.world, "Deployment", "default/web")).toEqual([]);
    cluster.settle();
    expect(progressing()).toMatchObject({ status: "True", reason: "NewReplicaSetAvailable" });
    expect(sets(cluster)).toBe("2:nginx:2=0 3:nginx:1=2");
  });

  it("waits for Pods to be ready for minReadySeconds before old ones go", () => {
    const cluster = testCluster();
    cluster.apply(web("replicas: 2, minReadySeconds: 20"));
    const { now } = cluster.world;
    cluster.apply(web("replicas: 2, minReadySeconds: 20", "nginx:2"));
    // Two steps of one surge Pod each.
    expect(Math.floor((cluster.world.now - now) / SECOND)).toBeGreaterThanOrEqual(40);
    expect(sets(cluster)).toBe("1:nginx:1=0 2:nginx:2=2");
  });
});

describe("kubectl rollout undo", () => {
  const rolled = (limit = 10): TestCluster => {
    const cluster = testCluster();
    for (const image of ["nginx:1", "nginx:2", "nginx:3"]) cluster.apply(web(`replicas: 1, revisionHistoryLimit: ${limit}`, image));
    return cluster;
  };
  it.each([
    [undefined, "1:nginx:1=0 3:nginx:3=0 4:nginx:2=1"],
    [0, "1:nginx:1=0 3:nginx:3=0 4:nginx:2=1"],
    [1, "2:nginx:2=0 3:nginx:3=0 4:nginx:1=1"],
    [3, "1:nginx:1=0 2:nginx:2=0 3:nginx:3=1"],
  ])("to revision %s", (revision, wanted) => {
    const cluster = rolled();
    expect(sets(cluster)).toBe("1:nginx:1=0 2:nginx:2=0 3:nginx:3=1");
    expect(commandUndo(cluster.world, "Deployment", "default/web", revision)).toEqual([]);
    cluster.settle();
    expect(sets(cluster)).toBe(wanted);
    expect(deploymentOf(cluster)?.metadata.annotations?.["deployment.kubernetes.io/revision"]).toBe(wanted.split(" ").at(-1)?.slice(0, 1));
  });

  it.each([
    [rolled(), "Deployment", 9, "unable to find specified revision 9 in history"],
    [rolled(0), "Deployment", undefined, 'no rollout history found for deployment "web"'],
    [rolled(), "ReplicaSet", undefined, 'no rollbacker has been implemented for "ReplicaSet"'],
  ])("is refused in kubectl's words (%#)", (cluster, kind, revision, error) => {
    expect(commandUndo(cluster.world, kind, "default/web", revision)).toEqual({ error });
  });

  it("finds no more than revisionHistoryLimit old sets", () => {
    expect(sets(rolled(1))).toBe("2:nginx:2=0 3:nginx:3=1");
  });

  it.each(["StatefulSet", "DaemonSet"])("of a %s", (kind) => {
    const cluster = testCluster();
    const text = (image: string): string =>
      `apiVersion: apps/v1\nkind: ${kind}\nmetadata: {name: db}\nspec: {selector: {matchLabels: {app: db}}, template: {metadata: {labels: {app: db}}, spec: {containers: [{name: c, image: "${image}"}]}}}\n`;
    for (const image of ["redis:1", "redis:2", "redis:3"]) cluster.apply(text(image));
    const images = (): readonly string[] => [
      ...new Set(
        list(cluster.world.store, "Pod")
          .filter(({ metadata }) => metadata.namespace === "default")
          .map(({ spec }) => spec.containers[0]?.image ?? ""),
      ),
    ];
    const numbers = (): readonly (number | undefined)[] =>
      list(cluster.world.store, "ControllerRevision")
        .map((each) => numberAt(each, "revision"))
        .sort();
    expect([images(), numbers()]).toEqual([["redis:3"], [1, 2, 3]]);
    expect(commandUndo(cluster.world, kind, "default/db")).toEqual([]);
    cluster.settle();
    expect([images(), numbers()]).toEqual([["redis:2"], [1, 3, 4]]);
    expect(commandUndo(cluster.world, kind, "default/db", 1)).toEqual([]);
    cluster.settle();
    expect([images(), numbers()]).toEqual([["redis:1"], [3, 4, 5]]);
  });
});

describe("a Deployment says what it does to its sets", () => {
  it("in events", () => {
    const cluster = testCluster();
    cluster.apply(web("replicas: 1"));
    cluster.apply(web("replicas: 1", "nginx:2"));
    const said = list(cluster.world.store, "Event")
      .filter(({ reason, metadata }) => reason === "ScalingReplicaSet" && metadata.namespace === "default")
      .map(({ message }) => String(message).replace(/web-\w+/, "SET"));
    expect(said.sort()).toEqual([
      "Scaled down replica set SET from 1 to 0",
      "Scaled up replica set SET from 0 to 1",
      "Scaled up replica set SET from 0 to 1",
    ]);
  });
});

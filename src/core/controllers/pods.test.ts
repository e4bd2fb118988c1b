import { describe, expect, it } from "vitest";
import { MILLISECOND, SECOND } from "../base/time.ts";
import { get, list } from "../api/store.ts";
import type { Pod } from "../api/types.ts";
import { conditionOf } from "./lookup.ts";
import { deletePod, setReadyOverride } from "./pod-deletion.ts";
import { runToRest } from "./reconcile.ts";
import { testCluster } from "./test-world.ts";
import type { TestCluster } from "./test-world.ts";

const WEB = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: nginx, image: nginx}]}
`;

function pod(spec: string, name = "a"): string {
  return `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, labels: {app: ${name}}}\nspec: {${spec}}\n---\n`;
}

function the(cluster: TestCluster, name = "a"): Pod {
  const found = get(cluster.world.store, "Pod", `default/${name}`);
  if (found === undefined) throw new Error(`no Pod ${name}`);
  return found;
}

const NGINX = "containers: [{name: c, image: nginx}]";

describe("a Pod's life", () => {
  it("goes from Pending through ContainerCreating to Ready, each step at its time", () => {
    const cluster = testCluster();
    const seen: string[] = [];
    cluster.apply(pod("containers: [{name: c, image: nginx, readinessProbe: {httpGet: {port: 80}, initialDelaySeconds: 2}}]"), 0);
    for (let tenth = 0; tenth < 40; tenth++) {
      runToRestUntil(cluster, 100 * MILLISECOND);
      const { status, spec } = the(cluster);
      const state = JSON.stringify(status.containerStatuses?.[0]?.state ?? {}).match(/ContainerCreating|running/)?.[0] ?? "-";
      const line = `${spec.nodeName ?? "-"} ${status.phase ?? ""} ${state} ${status.podIP ?? "-"} ${conditionOf(the(cluster), "Ready")?.status ?? "-"}`;
      if (seen.at(-1) !== line) seen.push(line);
    }
    expect(seen).toEqual([
      "node-3 Pending ContainerCreating - False",
      "node-3 Pending ContainerCreating 10.244.3.2 False",
      "node-3 Running running 10.244.3.2 False",
      "node-3 Running running 10.244.3.2 True",
    ]);
  });

  /** Goes on with what was left over at the last look. */
  function runToRestUntil(cluster: TestCluster, nanos: number): void {
    const later = { ...cluster.world, now: cluster.world.now + nanos };
    runToRest(
      later,
      [
        { controller: "scheduler", key: "", after: 0 },
        { controller: "kubelet", key: "default/a", after: 0 },
      ],
      { until: later.now },
    );
    cluster.world = later;
  }

  it("waits for a node that suits it, and says why none does", () => {
    const cluster = testCluster();
    cluster.apply(pod(`nodeSelector: {disk: ssd}, ${NGINX}`));
    expect(conditionOf(the(cluster), "PodScheduled")).toMatchObject({
      status: "False",
      reason: "Unschedulable",
      message:
        "0/4 nodes are available: 1 node(s) had untolerated taint(s), 3 node(s) didn't match Pod's node affinity/selector. preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling.",
    });
    expect(the(cluster).status.phase).toBe("Pending");
  });

  it.each([
    ["its selector", "nodeSelector: {topology.kubernetes.io/zone: zone-b}, ", "node-3"],
    ["its own choice", "nodeName: node-2, ", "node-2"],
    [
      "a toleration and a selector",
      'nodeSelector: {node-role.kubernetes.io/control-plane: ""}, tolerations: [{operator: Exists}], ',
      "control-plane",
    ],
    [
      "required affinity",
      "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [node-1]}]}]}}}, ",
      "node-1",
    ],
  ])("is placed by %s", (_name, spec, wanted) => {
    const cluster = testCluster();
    cluster.apply(pod(spec + NGINX));
    expect(the(cluster).spec.nodeName).toBe(wanted);
  });

  it("is spread over the nodes by workload", () => {
    const cluster = testCluster();
    cluster.apply(WEB);
    expect(
      list(cluster.world.store, "Pod")
        .filter(({ metadata }) => metadata.namespace === "default")
        .map(({ spec }) => spec.nodeName)
        .sort(),
    ).toEqual(["node-1", "node-2", "node-3"]);
  });

  it("on the host network has its node's address", () => {
    const cluster = testCluster();
    cluster.apply(pod(`hostNetwork: true, nodeName: node-2, ${NGINX}`));
    expect(the(cluster).status.podIP).toBe("192.168.10.12");
  });

  it("is unready while a probe fails, and the condition says why", () => {
    const cluster = testCluster();
    cluster.apply(pod("containers: [{name: c, image: nginx, readinessProbe: {httpGet: {path: /, port: 8080}}}, {name: d, image: redis}]"));
    expect(conditionOf(the(cluster), "Ready")).toMatchObject({
      status: "False",
      reason: "ContainersNotReady",
      message: `containers with unready status: [c]: Readiness probe failed: Get "http://${the(cluster).status.podIP ?? ""}:8080/": dial tcp ${the(cluster).status.podIP ?? ""}:8080: connect: connection refused`,
    });
    expect(the(cluster).status.containerStatuses?.map(({ ready }) => ready)).toEqual([false, true]);
  });

  it("waits for its readiness gates, which nobody opens here", () => {
    const cluster = testCluster();
    cluster.apply(pod(`readinessGates: [{conditionType: example.com/lb}], ${NGINX}`));
    expect(conditionOf(the(cluster), "Ready")).toMatchObject({
      status: "False",
      reason: "ReadinessGatesNotReady",
      message: 'corresponding condition of pod readiness gate "example.com/lb" does not exist.',
    });
    expect(conditionOf(the(cluster), "ContainersReady")?.status).toBe("True");
  });

  it("is ready or not as a person wills", () => {
    const cluster = testCluster();
    cluster.apply(pod(NGINX));
    for (const [forced, wanted] of [
      [false, "False"],
      [true, "True"],
      [null, "True"],
    ] as const) {
      setReadyOverride(cluster.world, "default/a", forced);
      runToRest(cluster.world, [{ controller: "kubelet", key: "default/a", after: 0 }]);
      expect(conditionOf(the(cluster), "Ready")?.status).toBe(wanted);
    }
  });
});

describe("deletion", () => {
  it("of a Pod of a Deployment brings another one with a new name and a new address", () => {
    const cluster = testCluster();
    cluster.apply(WEB);
    const before = list(cluster.world.store, "Pod").filter(({ metadata }) => metadata.namespace === "default");
    const [victim] = before;
    if (victim === undefined) throw new Error("no Pod");
    deletePod(cluster.world, `default/${victim.metadata.name}`);
    cluster.settle();
    const after = list(cluster.world.store, "Pod").filter(({ metadata }) => metadata.namespace === "default");
    const fresh = after.filter(({ metadata }) => !before.some((old) => old.metadata.name === metadata.name));
    expect([after.length, fresh.length]).toEqual([3, 1]);
    expect(before.map(({ status }) => status.podIP)).not.toContain(fresh[0]?.status.podIP);
  });

  it.each([
    ["a server goes soon after TERM", NGINX, 1],
    ["after its preStop hook", "containers: [{name: c, image: nginx, lifecycle: {preStop: {sleep: {seconds: 5}}}}]", 6],
    ["an exec hook that sleeps", 'containers: [{name: c, image: nginx, lifecycle: {preStop: {exec: {command: [sh, -c, "sleep 7"]}}}}]', 8],
    ["sleep as process 1 is killed at the end", "containers: [{name: c, image: busybox, command: [sleep, infinity]}]", 30],
    [
      "of a grace period of its own",
      "terminationGracePeriodSeconds: 3, containers: [{name: c, image: busybox, command: [sleep, infinity]}]",
      3,
    ],
    [
      "a hook does not outlast the grace",
      "terminationGracePeriodSeconds: 4, containers: [{name: c, image: nginx, lifecycle: {preStop: {exec: {command: [sleep, '9']}}}}]",
      4,
    ],
  ])("%s", (_name, spec, seconds) => {
    const cluster = testCluster();
    cluster.apply(pod(spec));
    const start = cluster.world.now;
    deletePod(cluster.world, "default/a");
    expect(the(cluster).metadata.deletionTimestamp).toBeDefined();
    const { at } = cluster.settle();
    expect(get(cluster.world.store, "Pod", "default/a")).toBeUndefined();
    expect(Math.round((at - start) / SECOND)).toBe(seconds);
  });

  it("with grace 0, or of a Pod without a node, is at once", () => {
    const cluster = testCluster();
    cluster.apply(pod(NGINX) + pod(`nodeSelector: {disk: ssd}, ${NGINX}`, "b"));
    deletePod(cluster.world, "default/a", 0);
    deletePod(cluster.world, "default/b");
    expect(cluster.names("Pod")).toEqual([]);
  });

  it("leaves an address unused until all others of the node have been used", () => {
    const nodes = "apiVersion: v1\nkind: Node\nmetadata: {name: one}\nspec: {podCIDR: 10.9.9.0/29}\n---\n";
    const cluster = testCluster(nodes);
    const ips: string[] = [];
    for (let round = 0; round < 7; round++) {
      cluster.apply(nodes + pod(NGINX, `p${round}`));
      ips.push(the(cluster, `p${round}`).status.podIP ?? "");
    }
    // .2 and .3 are CoreDNS's; .1 is the bridge's and .7 the broadcast address.
    expect(ips.map((ip) => ip.replace("10.9.9.", ""))).toEqual(["4", "5", "6", "4", "5", "6", "4"]);
  });
});

describe("other workloads", () => {
  const template = "{metadata: {labels: {app: db}}, spec: {containers: [{name: c, image: redis}]}}";
  it("a StatefulSet makes Pods with ordinals, names and hostnames of their own", () => {
    const cluster = testCluster();
    cluster.apply(
      `apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec: {serviceName: db, replicas: 3, selector: {matchLabels: {app: db}}, template: ${template}}\n`,
    );
    expect(cluster.names("Pod")).toEqual(["db-0", "db-1", "db-2"]);
    expect(the(cluster, "db-1")).toMatchObject({
      spec: { hostname: "db-1", subdomain: "db" },
      metadata: { labels: { "apps.kubernetes.io/pod-index": "1" } },
    });
    const uid = the(cluster, "db-1").metadata.uid;
    deletePod(cluster.world, "default/db-1");
    cluster.settle();
    expect(the(cluster, "db-1").metadata.uid).not.toBe(uid);
  });

  it("a DaemonSet has a Pod on every node that it tolerates", () => {
    const cluster = testCluster();
    const set = (more: string): string =>
      `apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: agent}\nspec: {selector: {matchLabels: {app: db}}, template: {metadata: {labels: {app: db}}, spec: {${more}containers: [{name: c, image: redis}]}}}\n`;
    const nodes = (): readonly (string | undefined)[] =>
      list(cluster.world.store, "Pod")
        .filter(({ metadata }) => metadata.namespace === "default")
        .map(({ spec }) => spec.nodeName)
        .sort();
    cluster.apply(set(""));
    expect(nodes()).toEqual(["node-1", "node-2", "node-3"]);
    cluster.apply(set("tolerations: [{operator: Exists}], "));
    expect(nodes()).toEqual(["control-plane", "node-1", "node-2", "node-3"]);
  });

  it("a Job's Pod ends", () => {
    const cluster = testCluster();
    cluster.apply(
      "apiVersion: batch/v1\nkind: Job\nmetadata: {name: once}\nspec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [echo, hi]}]}}}\n",
    );
    expect(
      list(cluster.world.store, "Pod")
        .filter(({ metadata }) => metadata.namespace === "default")
        .map(({ status }) => status.phase),
    ).toEqual(["Succeeded"]);
  });

  it("a ReplicationController and a bare ReplicaSet make Pods and adopt orphans", () => {
    const cluster = testCluster();
    cluster.apply(
      `${pod(NGINX, "db")}apiVersion: v1\nkind: ReplicationController\nmetadata: {name: db}\nspec: {replicas: 2, template: ${template}}\n---\napiVersion: apps/v1\nkind: ReplicaSet\nmetadata: {name: rs}\nspec: {replicas: 2, selector: {matchLabels: {app: rs}}, template: {metadata: {labels: {app: rs}}, spec: {containers: [{name: c, image: redis}]}}}\n`,
    );
    const names = cluster.names("Pod");
    expect(names.length).toBe(4);
    expect(names).toContain("db");
  });
});

import { describe, expect, it } from "vitest";
import { at, textAt } from "../api/json.ts";
import { get, list } from "../api/store.ts";
import type { Pod } from "../api/types.ts";
import { SECOND } from "../base/time.ts";
import { commandSlow } from "./commands.ts";
import { conditionOf } from "./lookup.ts";
import { deletePod } from "./pod-deletion.ts";
import { testCluster } from "./test-world.ts";
import type { TestCluster } from "./test-world.ts";

const pod = (spec: string): string => `apiVersion: v1\nkind: Pod\nmetadata: {name: a, labels: {app: a}}\nspec: {${spec}}\n`;

function the(cluster: TestCluster): Pod {
  const found = get(cluster.world.store, "Pod", "default/a");
  if (found === undefined) throw new Error("no Pod a");
  return found;
}

/** `Running c=running:0 d=CrashLoopBackOff:2`: the phase, and each container with its state and restarts. */
function shown(cluster: TestCluster): string {
  const { status } = the(cluster);
  const all = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  const words = all.map(({ name, state, restartCount }) => {
    const of =
      textAt(state, "waiting", "reason") ??
      (at(state, "terminated") === undefined ? "running" : `exit ${String(at(state, "terminated", "exitCode"))}`);
    return `${name}=${of}:${restartCount}`;
  });
  return [status.phase, ...words].join(" ");
}

/** What can be seen in steps of a tenth of a second, after so many seconds each. */
function story(text: string, seconds: number): readonly string[] {
  const cluster = testCluster();
  cluster.apply(text, 0);
  const from = cluster.world.now;
  const seen: string[] = [];
  while (cluster.world.now < from + seconds * SECOND) {
    cluster.settle(SECOND / 10);
    if (cluster.names("Pod").length === 0) break;
    const now = shown(cluster);
    if (seen.at(-1)?.endsWith(`s ${now}`) !== true) seen.push(`${Math.floor((cluster.world.now - from) / SECOND)}s ${now}`);
  }
  return seen;
}

const events = (cluster: TestCluster, reason: string): readonly string[] =>
  list(cluster.world.store, "Event")
    .filter((each) => each["reason"] === reason)
    .map(({ message }) => String(message).replaceAll(/\([-\w]+\)/g, "(UID)"));

describe("a container whose process ends", () => {
  it.each([
    [
      "is started again and again, with longer and longer waits",
      "containers: [{name: c, image: busybox}]",
      60,
      [
        "0s Pending c=ContainerCreating:0",
        "0s Running c=running:0",
        "1s Running c=exit 0:0",
        "2s Running c=running:1",
        "3s Running c=CrashLoopBackOff:1",
        "13s Running c=running:2",
        "14s Running c=CrashLoopBackOff:2",
        "34s Running c=running:3",
        "35s Running c=CrashLoopBackOff:3",
      ],
    ],
    [
      "after a failure too",
      "restartPolicy: OnFailure, containers: [{name: c, image: busybox, command: [sh, -c, 'exit 3']}]",
      5,
      [
        "0s Pending c=ContainerCreating:0",
        "0s Running c=running:0",
        "1s Running c=exit 3:0",
        "2s Running c=running:1",
        "3s Running c=CrashLoopBackOff:1",
      ],
    ],
    [
      "ends the Pod well where it is not restarted",
      "restartPolicy: OnFailure, containers: [{name: c, image: busybox, command: [echo, hi]}]",
      5,
      ["0s Pending c=ContainerCreating:0", "0s Running c=running:0", "1s Succeeded c=exit 0:0"],
    ],
    [
      "ends the Pod badly where one of its containers failed",
      "restartPolicy: Never, containers: [{name: c, image: busybox, command: ['false']}, {name: d, image: busybox, command: [sleep, '3']}]",
      5,
      [
        "0s Pending c=ContainerCreating:0 d=ContainerCreating:0",
        "0s Running c=running:0 d=running:0",
        "1s Running c=exit 1:0 d=running:0",
        "3s Failed c=exit 1:0 d=exit 0:0",
      ],
    ],
    [
      "after a time of its own",
      "containers: [{name: c, image: busybox, command: [sleep, '20']}]",
      50,
      [
        "0s Pending c=ContainerCreating:0",
        "0s Running c=running:0",
        "20s Running c=exit 0:0",
        "21s Running c=running:1",
        "41s Running c=CrashLoopBackOff:1",
      ],
    ],
  ])("%s", (_name, spec, seconds, wanted) => {
    expect(story(pod(spec), seconds)).toEqual(wanted);
  });

  it("does not keep the cluster from rest, and says what it comes to", () => {
    const cluster = testCluster();
    cluster.apply(pod("containers: [{name: c, image: busybox}]"));
    expect(shown(cluster)).toBe("Running c=CrashLoopBackOff:1");
    expect(events(cluster, "BackOff")).toEqual(["Back-off restarting failed container c in pod a_default(UID)"]);
    const status = the(cluster).status.containerStatuses?.[0];
    expect(textAt(status?.state, "waiting", "message")).toMatch(/^back-off 10s restarting failed container=c pod=a_default\([-0-9a-f]+\)$/);
    expect(at(status, "lastState", "terminated", "exitCode")).toBe(0);
  });

  it("is forgiven after it has run long enough: the waits begin anew", () => {
    const cluster = testCluster();
    cluster.apply(pod("containers: [{name: c, image: busybox, command: [sleep, '700']}]"));
    cluster.settle(1500 * SECOND);
    // 700 s, at once; 700 s, at once again, since it had run for ten minutes.
    expect(shown(cluster)).toBe("Running c=running:2");
  });
});

describe("a liveness probe", () => {
  it("that fails gets the container killed and started again", () => {
    const cluster = testCluster();
    cluster.apply(
      pod("containers: [{name: c, image: nginx, livenessProbe: {httpGet: {port: 8080}, periodSeconds: 5, failureThreshold: 2}}]"),
    );
    expect(shown(cluster)).toBe("Running c=CrashLoopBackOff:1");
    const ip = the(cluster).status.podIP ?? "";
    expect(events(cluster, "Unhealthy")).toEqual([
      `Liveness probe failed: Get "http://${ip}:8080/": dial tcp ${ip}:8080: connect: connection refused`,
    ]);
    expect(events(cluster, "Killing")).toEqual(["Container c failed liveness probe, will be restarted"]);
  });

  it.each([
    [
      "a server, after its looks",
      "image: nginx, livenessProbe: {tcpSocket: {port: 9}, initialDelaySeconds: 3, periodSeconds: 2, failureThreshold: 3}",
      7,
    ],
    [
      "a process that does not heed TERM, at the end of its grace period",
      "image: busybox, command: [sleep, infinity], livenessProbe: {exec: {command: ['false']}, periodSeconds: 2, failureThreshold: 1}",
      30,
    ],
    [
      "a container that does not start in time",
      "image: nginx, startupProbe: {tcpSocket: {port: 9}, periodSeconds: 3, failureThreshold: 4}",
      9,
    ],
  ])("ends %s", (_name, container, seconds) => {
    const told = story(pod(`containers: [{name: c, ${container}}]`), 40);
    const end = told.find((line) => line.includes("exit"));
    expect(Number(end?.split("s")[0])).toBe(seconds);
  });

  it.each([
    ["that passes", "livenessProbe: {httpGet: {port: 80}}"],
    ["that waits for the startup probe", "startupProbe: {httpGet: {port: 80}}, livenessProbe: {tcpSocket: {port: 80}}"],
  ])("%s changes nothing", (_name, probes) => {
    const cluster = testCluster();
    cluster.apply(pod(`containers: [{name: c, image: nginx, ${probes}}]`));
    cluster.settle(600 * SECOND);
    expect(shown(cluster)).toBe("Running c=running:0");
  });

  it("kills a Pod that answers too late", () => {
    const cluster = testCluster();
    cluster.apply(
      pod("containers: [{name: c, image: nginx, livenessProbe: {httpGet: {port: 80}, periodSeconds: 5, failureThreshold: 2}}]"),
    );
    const slowed = commandSlow(cluster.world, "default/a", 3 * SECOND);
    cluster.settle(12 * SECOND, "error" in slowed ? [] : slowed);
    expect(shown(cluster)).toBe("Running c=running:1");
    expect(events(cluster, "Unhealthy")).toEqual([
      "Liveness probe failed: context deadline exceeded (Client.Timeout exceeded while awaiting headers)",
    ]);
  });
});

describe("an image that cannot be had", () => {
  it("is tried, and waited for, while the others run", () => {
    const told = story(pod("containers: [{name: c, image: 'nginx:doesnotexist'}, {name: d, image: redis}]"), 20);
    expect(told).toEqual([
      "0s Pending c=ContainerCreating:0 d=ContainerCreating:0",
      "0s Pending c=ErrImagePull:0 d=running:0",
      "10s Pending c=ImagePullBackOff:0 d=running:0",
    ]);
  });

  it("is told of in the kubelet's words", () => {
    const cluster = testCluster();
    cluster.apply(pod("containers: [{name: c, image: 'nginx:doesnotexist'}]"));
    expect([...events(cluster, "Failed")].sort().reverse()).toEqual([
      `Failed to pull image "nginx:doesnotexist": rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/nginx:doesnotexist": failed to resolve reference "docker.io/library/nginx:doesnotexist": docker.io/library/nginx:doesnotexist: not found`,
      "Error: ImagePullBackOff",
      "Error: ErrImagePull",
    ]);
    expect(shown(cluster)).toBe("Pending c=ImagePullBackOff:0");
    expect(conditionOf(the(cluster), "Ready")).toMatchObject({ status: "False", message: "containers with unready status: [c]" });
  });

  it("and one that is no image at all", () => {
    const cluster = testCluster();
    cluster.apply(pod("containers: [{name: c, image: Nginx}]"));
    expect(shown(cluster)).toBe("Pending c=InvalidImageName:0");
  });

  it("is put right in place", () => {
    const cluster = testCluster();
    cluster.apply(pod("containers: [{name: c, image: 'nginx:doesnotexist'}]"));
    cluster.apply(pod("containers: [{name: c, image: 'nginx:1.27'}]"));
    expect(shown(cluster)).toBe("Running c=running:0");
    expect(conditionOf(the(cluster), "Ready")?.status).toBe("True");
  });
});

describe("init containers", () => {
  it("run one after the other before the others start", () => {
    const told = story(
      pod(
        "initContainers: [{name: i, image: busybox, command: [sleep, '2']}, {name: j, image: example.com/migrate}], containers: [{name: c, image: nginx}]",
      ),
      10,
    );
    expect(told).toEqual([
      "0s Pending i=PodInitializing:0 j=PodInitializing:0 c=PodInitializing:0",
      "0s Pending i=running:0 j=PodInitializing:0 c=PodInitializing:0",
      "2s Pending i=exit 0:0 j=PodInitializing:0 c=PodInitializing:0",
      "3s Pending i=exit 0:0 j=running:0 c=PodInitializing:0",
      "5s Pending i=exit 0:0 j=exit 0:0 c=PodInitializing:0",
      "5s Running i=exit 0:0 j=exit 0:0 c=running:0",
    ]);
  });

  it.each([
    ["that fails is tried again", "restartPolicy: Always", "Pending i=CrashLoopBackOff:1 c=PodInitializing:0", "False"],
    ["that fails ends a Pod that restarts nothing", "restartPolicy: Never", "Failed i=exit 1:0 c=PodInitializing:0", "False"],
  ])("%s", (_name, policy, wanted, initialized) => {
    const cluster = testCluster();
    cluster.apply(pod(`${policy}, initContainers: [{name: i, image: busybox, command: ['false']}], containers: [{name: c, image: nginx}]`));
    expect(shown(cluster)).toBe(wanted);
    expect(conditionOf(the(cluster), "Initialized")).toMatchObject({
      status: initialized,
      message: "containers with incomplete status: [i]",
    });
  });

  it("that never ends keeps the others waiting", () => {
    const cluster = testCluster();
    cluster.apply(pod("initContainers: [{name: i, image: nginx}], containers: [{name: c, image: nginx}]"));
    expect(shown(cluster)).toBe("Pending i=running:0 c=PodInitializing:0");
  });

  it("with restartPolicy Always stay beside the others, and their readiness counts", () => {
    const sidecar = (probe: string): string =>
      pod(`initContainers: [{name: s, image: redis, restartPolicy: Always${probe}}], containers: [{name: c, image: nginx}]`);
    const cluster = testCluster();
    cluster.apply(sidecar(""));
    expect(shown(cluster)).toBe("Running s=running:0 c=running:0");
    expect(conditionOf(the(cluster), "Ready")?.status).toBe("True");
    const other = testCluster();
    other.apply(sidecar(", readinessProbe: {tcpSocket: {port: 9}}"));
    expect(conditionOf(the(other), "Ready")).toMatchObject({
      status: "False",
      message: expect.stringContaining("containers with unready status: [s]"),
    });
    expect(conditionOf(the(other), "ContainersReady")?.status).toBe("False");
  });

  it("that stay hold up those after them until they have started", () => {
    const cluster = testCluster();
    cluster.apply(
      pod(
        "initContainers: [{name: s, image: redis, restartPolicy: Always, startupProbe: {tcpSocket: {port: 9}, failureThreshold: 100}}], containers: [{name: c, image: nginx}]",
      ),
      20 * SECOND,
    );
    expect(shown(cluster)).toBe("Pending s=running:0 c=PodInitializing:0");
  });

  it("that stay end last, and do not keep a Pod from its end", () => {
    const cluster = testCluster();
    cluster.apply(
      pod(
        "restartPolicy: Never, initContainers: [{name: s, image: redis, restartPolicy: Always}], containers: [{name: c, image: busybox, command: [echo, hi]}]",
      ),
    );
    expect(the(cluster).status.phase).toBe("Succeeded");
    expect(conditionOf(the(cluster), "Ready")).toMatchObject({ status: "False", reason: "PodCompleted" });
  });
});

describe("the end of a Pod", () => {
  it.each([
    [
      "sidecars end after the others, within one grace period",
      "initContainers: [{name: s, image: redis, restartPolicy: Always, lifecycle: {preStop: {sleep: {seconds: 4}}}}], containers: [{name: c, image: nginx, lifecycle: {preStop: {sleep: {seconds: 3}}}}]",
      8,
    ],
    ["a container that waits for its restart has ended", "containers: [{name: c, image: busybox}]", 0],
    ["a container without an image never began", "containers: [{name: c, image: 'nginx:doesnotexist'}]", 0],
  ])("%s", (_name, spec, seconds) => {
    const cluster = testCluster();
    cluster.apply(pod(spec));
    const { now } = cluster.world;
    deletePod(cluster.world, "default/a");
    cluster.settle();
    expect(cluster.names("Pod")).toEqual([]);
    expect(Math.floor((cluster.world.now - now) / SECOND)).toBe(seconds);
  });

  it("comes at its own deadline", () => {
    const cluster = testCluster();
    cluster.apply(pod("activeDeadlineSeconds: 30, containers: [{name: c, image: nginx}]"));
    expect(the(cluster).status.phase).toBe("Running");
    cluster.settle(31 * SECOND);
    expect(the(cluster).status).toMatchObject({ phase: "Failed", reason: "DeadlineExceeded" });
  });
});

describe("what a Pod is worth", () => {
  it.each([
    ["BestEffort", ""],
    ["Burstable", "resources: {requests: {cpu: 100m}}"],
    ["Guaranteed", "resources: {limits: {cpu: 100m, memory: 64Mi}}"],
    ["Burstable", "resources: {limits: {cpu: 100m, memory: 64Mi}, requests: {cpu: 50m}}"],
  ])("%s with %s", (wanted, resources) => {
    const cluster = testCluster();
    cluster.apply(pod(`containers: [{name: c, image: nginx${resources === "" ? "" : `, ${resources}`}}]`));
    expect(at(the(cluster).status, "qosClass")).toBe(wanted);
  });
});

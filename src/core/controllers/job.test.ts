import { describe, expect, it } from "vitest";
import { at, listAt, numberAt, textAt } from "../api/json.ts";
import { get, list } from "../api/store.ts";
import type { Pod } from "../api/types.ts";
import { SECOND } from "../base/time.ts";
import { testCluster } from "./test-world.ts";
import type { TestCluster } from "./test-world.ts";

const job = (spec: string, command = "[echo, hi]", policy = "Never"): string =>
  `apiVersion: batch/v1\nkind: Job\nmetadata: {name: work}\nspec: {${spec}${spec === "" ? "" : ", "}template: {spec: {restartPolicy: ${policy}, containers: [{name: c, image: busybox, command: ${command}}]}}}\n`;

const podsOf = (cluster: TestCluster): readonly Pod[] =>
  list(cluster.world.store, "Pod").filter(({ metadata }) => metadata.namespace === "default");

/** `Complete 3/0`: how it stands, and Pods that succeeded and failed. */
function shown(cluster: TestCluster): string {
  const status = get(cluster.world.store, "Job", "default/work")?.["status"];
  if (status === undefined) return "gone";
  const last = textAt(listAt(status, "conditions").at(-1), "type") ?? `active ${numberAt(status, "active") ?? 0}`;
  return `${last} ${numberAt(status, "succeeded") ?? 0}/${numberAt(status, "failed") ?? 0}`;
}

describe("a Job", () => {
  it.each([
    ["runs once", job(""), "Complete 1/0", 1],
    ["as often as it is told", job("completions: 5, parallelism: 2"), "Complete 5/0", 5],
    ["a queue of work: one that succeeds is enough, when all have ended", job("parallelism: 3"), "Complete 3/0", 3],
    ["not at all while it is suspended", job("suspend: true"), "Suspended 0/0", 0],
    ["waits before it tries again", job("", "['false']"), "active 0 0/1", 1],
    ["gives up at once where it may not fail", job("backoffLimit: 0", "['false']"), "Failed 0/1", 1],
    ["a server in a Job does not end", job("", "[sleep, infinity]"), "active 1 0/0", 1],
  ])("%s", (_name, text, wanted, pods) => {
    const cluster = testCluster();
    cluster.apply(text);
    expect([shown(cluster), podsOf(cluster).length]).toEqual([wanted, pods]);
  });

  it("never runs more at a time than its parallelism", () => {
    const cluster = testCluster();
    cluster.apply(job("completions: 5, parallelism: 2"), 0);
    let most = 0;
    for (let tenth = 0; tenth < 150; tenth++) {
      cluster.settle(SECOND / 10);
      most = Math.max(most, podsOf(cluster).filter(({ status }) => status.phase === "Pending" || status.phase === "Running").length);
    }
    expect([most, shown(cluster)]).toEqual([2, "Complete 5/0"]);
  });

  it("tries again after 10, 20, 40 s, until its limit", () => {
    const cluster = testCluster();
    cluster.apply(job("backoffLimit: 3", "['false']"), 0);
    const from = cluster.world.now;
    const seen: number[] = [];
    for (let second = 0; second < 120; second++) {
      const before = podsOf(cluster).length;
      cluster.settle(SECOND);
      if (podsOf(cluster).length > before) seen.push(Math.round((cluster.world.now - from) / SECOND));
    }
    expect(seen).toEqual([1, 12, 34, 76]);
    expect(shown(cluster)).toBe("Failed 0/4");
    const conditions = listAt(get(cluster.world.store, "Job", "default/work")?.["status"], "conditions");
    expect(conditions.map((each) => [textAt(each, "type"), textAt(each, "reason"), textAt(each, "message")])).toEqual([
      ["FailureTarget", "BackoffLimitExceeded", "Job has reached the specified backoff limit"],
      ["Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit"],
    ]);
  });

  it("counts restarts in place where the kubelet restarts", () => {
    const cluster = testCluster();
    cluster.apply(job("backoffLimit: 2", "['false']", "OnFailure"));
    expect(shown(cluster)).toBe("active 1 0/0");
    cluster.settle(60 * SECOND);
    expect(shown(cluster)).toBe("Failed 0/0");
  });

  it("ends at its deadline, and its Pods with it", () => {
    const cluster = testCluster();
    cluster.apply(job("activeDeadlineSeconds: 30", "[sleep, infinity]"));
    expect(shown(cluster)).toBe("active 1 0/0");
    cluster.settle(90 * SECOND);
    expect([shown(cluster), podsOf(cluster).length]).toEqual(["Failed 0/0", 0]);
    expect(at(get(cluster.world.store, "Job", "default/work")?.["status"], "conditions", 1, "reason")).toBe("DeadlineExceeded");
  });

  it("is removed with its Pods when its time to live is over", () => {
    const cluster = testCluster();
    cluster.apply(job("ttlSecondsAfterFinished: 20"));
    expect(shown(cluster)).toBe("Complete 1/0");
    cluster.settle(22 * SECOND);
    expect([shown(cluster), podsOf(cluster).length]).toEqual(["gone", 0]);
  });

  it("gives each Pod its index", () => {
    const cluster = testCluster();
    cluster.apply(job("completions: 3, parallelism: 3, completionMode: Indexed"));
    expect(shown(cluster)).toBe("Complete 3/0");
    const told = podsOf(cluster)
      .map(({ metadata, spec }) => [
        metadata.name.replace(/\w{5}$/, "?"),
        metadata.annotations?.["batch.kubernetes.io/job-completion-index"],
        metadata.labels?.["batch.kubernetes.io/job-completion-index"],
        spec.hostname,
        spec.containers[0]?.env?.find(({ name }) => name === "JOB_COMPLETION_INDEX")?.value,
      ])
      .sort();
    expect(told).toEqual([
      ["work-0-?", "0", "0", "work-0", "0"],
      ["work-1-?", "1", "1", "work-1", "1"],
      ["work-2-?", "2", "2", "work-2", "2"],
    ]);
    expect(textAt(get(cluster.world.store, "Job", "default/work")?.["status"], "completedIndexes")).toBe("0-2");
  });
});

describe("a CronJob", () => {
  const cron = (spec: string, command = "[echo, hi]"): string =>
    `apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: tick}\nspec: {${spec}, jobTemplate: {metadata: {labels: {of: tick}}, spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: ${command}}]}}}}}\n`;
  const jobs = (cluster: TestCluster): string => cluster.names("Job").join(" ");
  // The clock begins at 2026-01-01T00:00:00Z, minute 29453760 since 1970.
  const minute = (number: number): string => `tick-${29_453_760 + number}`;

  it.each([
    ["every minute, the last three are kept", "schedule: '* * * * *'", 300, [3, 4, 5]],
    ["every other minute", "schedule: '*/2 * * * *'", 300, [2, 4]],
    ["@every 90s", "schedule: '@every 1m30s'", 300, [1, 3, 4]],
    ["at a minute of its own", "schedule: '3 0 1 1 *'", 300, [3]],
    ["never on another day", "schedule: '3 0 2 1 *'", 300, []],
    ["not while it is suspended", "schedule: '* * * * *', suspend: true", 300, []],
    ["with a history of one", "schedule: '* * * * *', successfulJobsHistoryLimit: 1", 300, [5]],
  ])("runs %s", (_name, spec, seconds, minutes) => {
    const cluster = testCluster();
    cluster.apply(cron(spec));
    expect(jobs(cluster)).toBe("");
    cluster.settle(seconds * SECOND + 5 * SECOND);
    expect(jobs(cluster)).toBe(minutes.map(minute).join(" "));
  });

  it("does not keep the cluster from rest", () => {
    const cluster = testCluster();
    cluster.apply(cron("schedule: '* * * * *'"));
    expect(cluster.world.now).toBeLessThan(10 * SECOND);
    cluster.settle();
    expect(cluster.world.now).toBeLessThan(10 * SECOND);
  });

  it.each([
    ["Allow", [1, 2, 3], 3],
    ["Forbid", [1], 1],
    ["Replace", [3], 1],
  ])("with concurrencyPolicy %s", (policy, minutes, active) => {
    const cluster = testCluster();
    cluster.apply(cron(`schedule: '* * * * *', concurrencyPolicy: ${policy}`, "[sleep, infinity]"));
    cluster.settle(215 * SECOND);
    expect(jobs(cluster)).toBe(minutes.map(minute).join(" "));
    const status = get(cluster.world.store, "CronJob", "default/tick")?.["status"];
    expect(listAt(status, "active").map((each) => textAt(each, "name"))).toEqual(minutes.map(minute));
    expect(cluster.names("Pod").filter((name) => name.startsWith("tick"))).toHaveLength(active);
  });

  it("names its Jobs, owns them, and says when it ran", () => {
    const cluster = testCluster();
    cluster.apply(cron("schedule: '* * * * *'"));
    cluster.settle(70 * SECOND);
    const made = get(cluster.world.store, "Job", `default/${minute(1)}`);
    expect(made?.metadata).toMatchObject({
      labels: { of: "tick" },
      annotations: { "batch.kubernetes.io/cronjob-scheduled-timestamp": "2026-01-01T00:01:00Z" },
      ownerReferences: [{ kind: "CronJob", name: "tick", controller: true }],
    });
    const status = get(cluster.world.store, "CronJob", "default/tick")?.["status"];
    expect(textAt(status, "lastScheduleTime")).toBe("2026-01-01T00:01:00Z");
    expect(textAt(status, "lastSuccessfulTime")).toMatch(/^2026-01-01T00:01:0\dZ$/);
  });

  it("takes its Jobs and their Pods along when it goes", () => {
    const cluster = testCluster();
    cluster.apply(cron("schedule: '* * * * *'"));
    cluster.settle(70 * SECOND);
    cluster.apply("");
    expect([cluster.names("Job"), cluster.names("Pod")]).toEqual([[], []]);
  });
});

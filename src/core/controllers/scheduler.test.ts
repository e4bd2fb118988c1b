import { describe, expect, it } from "vitest";
import { get, list } from "../api/store.ts";
import { conditionOf } from "./lookup.ts";
import { deletePod } from "./pod-deletion.ts";
import { requestsOf, amountOf } from "./resources.ts";
import { testCluster } from "./test-world.ts";
import type { TestCluster } from "./test-world.ts";
import type { Pod } from "../api/types.ts";

/** Nodes of a small cluster: `name: labels and more`. */
function node(
  name: string,
  more: { readonly zone?: string; readonly spec?: string; readonly allocatable?: string; readonly labels?: string } = {},
): string {
  const { zone, spec = "", allocatable = "", labels = "" } = more;
  const zoned = zone === undefined ? "" : `topology.kubernetes.io/zone: ${zone}, `;
  return `apiVersion: v1\nkind: Node\nmetadata: {name: ${name}, labels: {${zoned}${labels}}}\nspec: {${spec}}\nstatus: {${allocatable === "" ? "" : `allocatable: {${allocatable}}`}}\n---\n`;
}

function pod(name: string, spec: string, labels = ""): string {
  return `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, labels: {${labels}}}\nspec: {${spec}, containers: [{name: c, image: nginx}]}\n---\n`.replace(
    "{, ",
    "{",
  );
}

function asking(name: string, requests: string, more = ""): string {
  return `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec: {${more}containers: [{name: c, image: nginx, resources: {requests: {${requests}}}}]}\n---\n`;
}

const nodeOf = (cluster: TestCluster, name: string): string | undefined =>
  get(cluster.world.store, "Pod", `default/${name}`)?.spec.nodeName;

function message(cluster: TestCluster, name: string): string | undefined {
  const found = get(cluster.world.store, "Pod", `default/${name}`);
  return found === undefined ? undefined : conditionOf(found, "PodScheduled")?.message;
}

/** Where each Pod is, or what the scheduler says: the first half of its words. */
function placed(nodes: string, pods: string): { readonly [pod: string]: string } {
  const cluster = testCluster(nodes + HOME);
  cluster.apply(nodes + HOME + pods);
  return Object.fromEntries(
    cluster.names("Pod").map((name) => [name, nodeOf(cluster, name) ?? (message(cluster, name) ?? "").replace(/ preemption: .*/, "")]),
  );
}

/** A node that nothing goes to. Two Pods of CoreDNS are on the first nodes. */
const HOME = node("zz-home", { labels: "home: yes", spec: "taints: [{key: home, effect: NoSchedule}]" }).replace(
  "home: yes",
  'home: "yes"',
);
const THREE = node("a", { zone: "xx" }) + node("b", { zone: "xx" }) + node("c", { zone: "yy" });

const spread = (more: string): string =>
  `topologySpreadConstraints: [{maxSkew: 1, topologyKey: topology.kubernetes.io/zone, labelSelector: {matchLabels: {app: s}}, ${more}}]`;
const near = (kind: string, rule: string, key = "kubernetes.io/hostname"): string =>
  `affinity: {${kind}: {requiredDuringSchedulingIgnoredDuringExecution: [{labelSelector: {matchLabels: {${rule}}}, topologyKey: ${key}}]}}`;

describe("the scheduler places a Pod", () => {
  it.each([
    ["by its selector", THREE, pod("p", "nodeSelector: {topology.kubernetes.io/zone: yy}"), { p: "c" }],
    [
      "by preferred affinity, the heavier wish first",
      THREE,
      pod(
        "p",
        "affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, preference: {matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [a]}]}}, {weight: 9, preference: {matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [c]}]}}]}}",
      ),
      { p: "c" },
    ],
    [
      "by Gt on a label",
      node("a", { labels: 'cores: "4"' }) + node("b", { labels: 'cores: "16"' }),
      pod(
        "p",
        'affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: cores, operator: Gt, values: ["8"]}]}]}}}',
      ),
      { p: "b" },
    ],
    [
      "not where it tolerates no taint",
      node("a", { spec: "taints: [{key: k, value: v, effect: NoSchedule}]" }) + node("b"),
      pod("p", ""),
      { p: "b" },
    ],
    [
      "where it tolerates the taint, when its selector says so",
      node("a", { labels: "d: ssd", spec: "taints: [{key: k, value: v, effect: NoSchedule}]" }) + node("b"),
      pod("p", "nodeSelector: {d: ssd}, tolerations: [{key: k, operator: Equal, value: v, effect: NoSchedule}]"),
      { p: "a" },
    ],
    [
      "rather not where a taint says PreferNoSchedule",
      node("a", { spec: "taints: [{key: k, effect: PreferNoSchedule}]" }) + node("b"),
      pod("p", "") + pod("q", ""),
      { p: "b", q: "b" },
    ],
    [
      "with a Pod that it wants near",
      THREE,
      pod("db", "nodeName: b", "app: db") + pod("p", near("podAffinity", "app: db")),
      { db: "b", p: "b" },
    ],
    [
      "in the zone of a Pod that it wants near",
      THREE,
      pod("db", "nodeName: c", "app: db") + pod("p", near("podAffinity", "app: db", "topology.kubernetes.io/zone")),
      { db: "c", p: "c" },
    ],
    [
      "first of a group that wants to be together",
      THREE,
      pod("p", near("podAffinity", "app: p"), "app: p") + pod("q", near("podAffinity", "app: p"), "app: p"),
      { p: "c", q: "c" },
    ],
    [
      "away from its like",
      THREE,
      pod("p", near("podAntiAffinity", "app: p"), "app: p") +
        pod("q", near("podAntiAffinity", "app: p"), "app: p") +
        pod("r", near("podAntiAffinity", "app: p"), "app: p"),
      { p: "c", q: "a", r: "b" },
    ],
    [
      "away from a Pod that keeps it away",
      node("a") + node("b"),
      pod("p", `nodeName: a, ${near("podAntiAffinity", "app: q")}`, "app: p") + pod("q", "", "app: q") + pod("r", "", "app: q"),
      { p: "a", q: "b", r: "b" },
    ],
    [
      "rather away from its like",
      node("a") + node("b"),
      pod("x1", "nodeName: b") +
        pod("x2", "nodeName: b") +
        pod("p", "nodeName: a", "app: p") +
        pod(
          "q",
          "affinity: {podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 100, podAffinityTerm: {labelSelector: {matchLabels: {app: p}}, topologyKey: kubernetes.io/hostname}}]}}",
        ),
      { p: "a", q: "b", x1: "b", x2: "b" },
    ],
    [
      "in the zone with fewer of its like",
      THREE,
      ["p", "q", "r", "s"].map((name) => pod(name, spread("whenUnsatisfiable: DoNotSchedule"), "app: s")).join(""),
      { p: "c", q: "a", r: "b", s: "c" },
    ],
    [
      "rather in the zone with fewer",
      THREE,
      pod("o", "nodeName: a", "app: s") +
        pod("x1", "nodeName: c") +
        pod("x2", "nodeName: c") +
        pod("p", spread("whenUnsatisfiable: ScheduleAnyway"), "app: s"),
      { o: "a", p: "c", x1: "c", x2: "c" },
    ],
    ["where its host port is free", node("a") + node("b"), ["p", "q"].map((name) => hostPort(name, 8080)).join(""), { p: "a", q: "b" }],
    [
      "on a cordoned node only by name",
      node("a", { spec: "unschedulable: true" }) + node("b"),
      pod("p", "nodeName: a") + pod("q", ""),
      { p: "a", q: "b" },
    ],
    [
      "not at all while a gate is closed",
      THREE,
      pod("p", "schedulingGates: [{name: g}]"),
      { p: "Scheduling is blocked due to non-empty scheduling gates" },
    ],
    ["not at all where another scheduler is named", THREE, pod("p", "schedulerName: mine"), { p: "" }],
  ])("%s", (_name, nodes, pods, wanted) => {
    expect(placed(nodes, pods)).toEqual(wanted);
  });
});

function hostPort(name: string, port: number): string {
  return `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec: {containers: [{name: c, image: nginx, ports: [{containerPort: 80, hostPort: ${port}}]}]}\n---\n`;
}

describe("the scheduler says why it finds no node", () => {
  const FULL =
    node("a", { allocatable: 'cpu: "1", memory: 1Gi, pods: "4"' }) +
    node("b", { spec: "taints: [{key: dedicated, value: db, effect: NoSchedule}]" });
  it.each([
    [
      "not enough CPU, a taint",
      FULL,
      asking("p", 'cpu: "2"'),
      "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint(s). preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
    ],
    [
      "enough if the node were empty",
      FULL,
      asking("o", "cpu: 900m", "nodeName: a, ") + asking("p", "cpu: 500m"),
      "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint(s). preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.",
    ],
    [
      "two shortages of one node",
      FULL,
      asking("p", 'cpu: "2", memory: 2Gi, nvidia.com/gpu: "1"}, limits: {nvidia.com/gpu: "1"'),
      "0/3 nodes are available: 1 Insufficient cpu, 1 Insufficient memory, 1 Insufficient nvidia.com/gpu, 2 node(s) had untolerated taint(s). preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
    ],
    [
      "too many Pods",
      FULL,
      pod("x1", "nodeName: a") + pod("x2", "nodeName: a") + pod("p", ""),
      "0/3 nodes are available: 1 Too many pods, 2 node(s) had untolerated taint(s). preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.",
    ],
    [
      "unschedulable, selector",
      node("a", { spec: "unschedulable: true" }) + node("b"),
      pod("p", "nodeSelector: {disk: ssd}"),
      "0/3 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
    ],
    [
      "a host port that is taken",
      node("a"),
      hostPort("o", 80) + hostPort("p", 80),
      "0/2 nodes are available: 1 node(s) didn't have free ports for the requested pod ports, 1 node(s) had untolerated taint(s). preemption: 0/2 nodes are available: 1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling.",
    ],
    [
      "pod affinity to nobody",
      node("a"),
      pod("p", near("podAffinity", "app: db")),
      "0/2 nodes are available: 1 node(s) didn't match pod affinity rules, 1 node(s) had untolerated taint(s). preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.",
    ],
    [
      "pod anti-affinity",
      node("a"),
      pod("o", "nodeName: a", "app: o") + pod("p", near("podAntiAffinity", "app: o")),
      "0/2 nodes are available: 1 node(s) didn't match pod anti-affinity rules, 1 node(s) had untolerated taint(s). preemption: 0/2 nodes are available: 1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling.",
    ],
    [
      "the anti-affinity of another",
      node("a"),
      pod("o", `nodeName: a, ${near("podAntiAffinity", "app: p")}`) + pod("p", "", "app: p"),
      "0/2 nodes are available: 1 node(s) didn't satisfy existing pods anti-affinity rules, 1 node(s) had untolerated taint(s). preemption: 0/2 nodes are available: 1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling.",
    ],
    [
      "a spread that has no label to go by",
      node("a"),
      pod("p", spread("whenUnsatisfiable: DoNotSchedule"), "app: s"),
      "0/2 nodes are available: 1 node(s) didn't match pod topology spread constraints (missing required label), 1 node(s) had untolerated taint(s). preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.",
    ],
    [
      "a spread that would be too uneven",
      node("a", { zone: "xx" }) + node("b", { zone: "yy", allocatable: 'pods: "0"' }),
      pod("o", "nodeName: a", "app: s") + pod("p", spread("whenUnsatisfiable: DoNotSchedule"), "app: s"),
      "0/3 nodes are available: 1 Too many pods, 1 node(s) didn't match pod topology spread constraints, 1 node(s) had untolerated taint(s). preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.",
    ],
  ])("%s", (_name, nodes, pods, wanted) => {
    const cluster = testCluster(nodes + HOME);
    cluster.apply(nodes + HOME + pods);
    expect(message(cluster, "p")).toBe(wanted);
    const events = list(cluster.world.store, "Event").filter(({ reason }) => reason === "FailedScheduling");
    expect(events.map(({ message: said }) => said)).toContain(wanted);
  });

  it("and places it when room is made", () => {
    const cluster = testCluster(FULL + HOME);
    const pods = asking("o", "cpu: 900m", "nodeName: a, ") + asking("p", "cpu: 500m");
    cluster.apply(FULL + HOME + pods);
    expect(nodeOf(cluster, "p")).toBeUndefined();
    deletePod(cluster.world, "default/o");
    cluster.settle();
    expect(nodeOf(cluster, "p")).toBe("a");
  });

  it("and removes a Pod that names a node that is not there, after a while", () => {
    const cluster = testCluster();
    cluster.apply(pod("p", "nodeName: nowhere"));
    expect(cluster.names("Pod")).toEqual(["p"]);
    cluster.settle(41_000_000_000);
    expect(cluster.names("Pod")).toEqual([]);
  });
});

describe("what a Pod asks for", () => {
  it.each([
    ["cpu", "500m", 500],
    ["cpu", "0.5", 500],
    ["cpu", 2, 2000],
    ["cpu", "100u", 1],
    ["memory", "64Mi", 67_108_864],
    ["memory", "1.5Gi", 1_610_612_736],
    ["memory", "128M", 128_000_000],
    ["memory", "1e3", 1000],
    ["memory", "100m", 1],
    ["memory", "much", null],
  ])("%s %s is %s", (resource, quantity, wanted) => {
    expect(amountOf(resource, quantity)).toBe(wanted);
  });

  it.each([
    ["all containers together", "containers: [R(100m), R(200m)]", 300],
    ["the largest init container alone", "containers: [R(100m)], initContainers: [R(500m), R(50m)]", 500],
    ["sidecars beside the others", "containers: [R(100m)], initContainers: [S(50m), R(60m)]", 150],
    ["a sidecar beside a later init container", "containers: [R(100m)], initContainers: [S(50m), R(600m)]", 650],
    ["a limit stands in for a request", "containers: [{name: c, image: i, resources: {limits: {cpu: 250m}}}]", 250],
  ])("%s", (_name, spec, wanted) => {
    let count = 0;
    const text = spec
      .replace(/R\((\w+)\)/g, (_all, cpu: string) => `{name: c${++count}, image: i, resources: {requests: {cpu: ${cpu}}}}`)
      .replace(
        /S\((\w+)\)/g,
        (_all, cpu: string) => `{name: s${++count}, image: i, restartPolicy: Always, resources: {requests: {cpu: ${cpu}}}}`,
      );
    const cluster = testCluster();
    cluster.apply(`apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {${text}}\n`);
    const found: Pod | undefined = get(cluster.world.store, "Pod", "default/p");
    expect(found === undefined ? null : requestsOf(found).get("cpu")).toBe(wanted);
  });
});

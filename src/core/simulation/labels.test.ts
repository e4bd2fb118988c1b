/** `kubectl label` on a Pod that runs: who lets go of it, who makes another, and whether Services still choose it. */
import { describe, expect, test } from "vitest";
import type { Simulation } from "./simulation.ts";
import { act, cluster, web } from "./testing.ts";

const SETS = `apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db }
spec:
  serviceName: db
  replicas: 2
  selector: { matchLabels: { app: db } }
  template:
    metadata: { labels: { app: db } }
    spec: { containers: [{ name: db, image: nginx }] }
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: agent }
spec:
  selector: { matchLabels: { app: agent } }
  template:
    metadata: { labels: { app: agent } }
    spec: { containers: [{ name: agent, image: nginx }] }
`;

const podsOf = (simulation: Simulation, prefix: string) =>
  simulation.view().pods.filter(({ namespace, name }) => namespace === "default" && name.startsWith(prefix));
const endpoints = (simulation: Simulation): readonly (string | null)[] =>
  simulation
    .view()
    .services.find(({ key }) => key === "default/web")
    ?.endpoints.map(({ pod }) => pod) ?? [];

describe("a Pod of a Deployment", () => {
  test("that loses the label is let go, leaves the Service, and another takes its place", () => {
    const simulation = cluster(web());
    const before = podsOf(simulation, "web-");
    const pod = before[0]!;
    act(simulation, { kind: "label-pod", pod: pod.key, label: "app", value: "out" });
    simulation.settle();
    const after = podsOf(simulation, "web-");
    expect(after).toHaveLength(before.length + 1);
    expect(after.find(({ key }) => key === pod.key)).toMatchObject({ state: "ready", workload: null, ips: pod.ips });
    expect(endpoints(simulation)).toHaveLength(before.length);
    expect(endpoints(simulation)).not.toContain(pod.key);
  });

  test("that gets it back is taken up again, and one goes", () => {
    const simulation = cluster(web());
    const before = podsOf(simulation, "web-");
    const pod = before[0]!;
    act(simulation, { kind: "label-pod", pod: pod.key, label: "app", value: null });
    simulation.settle();
    act(simulation, { kind: "label-pod", pod: pod.key, label: "app", value: "web" });
    simulation.settle();
    const after = podsOf(simulation, "web-");
    expect(after).toHaveLength(before.length);
    expect(after.every(({ workload }) => workload?.name === "web")).toBe(true);
  });

  test("with a label that nobody asks for stays where it is", () => {
    const simulation = cluster(web());
    const keys = podsOf(simulation, "web-").map(({ key }) => key);
    act(simulation, { kind: "label-pod", pod: keys[0]!, label: "example.com/canary", value: "true" });
    simulation.settle();
    expect(podsOf(simulation, "web-").map(({ key }) => key)).toEqual(keys);
    expect(podsOf(simulation, "web-")[0]?.labels).toMatchObject({ app: "web", "example.com/canary": "true" });
    expect(endpoints(simulation)).toHaveLength(keys.length);
  });
});

test("a StatefulSet lets go too, and waits: the name is taken", () => {
  const simulation = cluster(SETS);
  act(simulation, { kind: "label-pod", pod: "default/db-1", label: "app", value: "out" });
  simulation.settle();
  expect(podsOf(simulation, "db-").map(({ name, workload }) => `${name} ${workload?.name ?? "alone"}`)).toEqual(["db-0 db", "db-1 alone"]);
  act(simulation, { kind: "delete-pod", pod: "default/db-1" });
  simulation.settle();
  expect(podsOf(simulation, "db-").map(({ name, workload }) => `${name} ${workload?.name ?? "alone"}`)).toEqual(["db-0 db", "db-1 db"]);
});

test("a DaemonSet makes another on that node", () => {
  const simulation = cluster(SETS);
  const [pod] = podsOf(simulation, "agent-");
  act(simulation, { kind: "label-pod", pod: pod!.key, label: "app", value: "out" });
  simulation.settle();
  expect(podsOf(simulation, "agent-").filter(({ node }) => node === pod!.node)).toHaveLength(2);
});

test.each([
  { pod: "default/none", label: "app", value: "x", error: "There is no Pod default/none." },
  { pod: "default/db-0", label: "-app", value: "x", error: /^"-app" is no label: / },
  { pod: "default/db-0", label: "app", value: "a b", error: /^"a b" is no value of a label: / },
  { pod: "default/db-0", label: "tier", value: null, error: "Pod default/db-0 has no label tier." },
])("$label=$value on $pod is refused", ({ pod, label, value, error }) => {
  const simulation = cluster(SETS);
  const refusal = simulation.perform({ kind: "label-pod", pod, label, value }, simulation.now);
  expect(refusal?.error).toMatch(error);
});

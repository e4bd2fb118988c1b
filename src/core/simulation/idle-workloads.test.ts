import { expect, test } from "vitest";
import type { Simulation } from "./simulation.ts";
import { act, cluster, web } from "./testing.ts";

const idle = (simulation: Simulation): readonly string[] => (simulation.view().idle ?? []).map(({ key }) => key);

test("a workload that is scaled to 0 is told of once its last Pod is gone, and no more when it has one again", () => {
  const simulation = cluster(web());
  expect(idle(simulation)).toEqual([]);
  const workload = { kind: "Deployment", key: "default/web" };
  act(simulation, { kind: "scale", workload, replicas: 0 });
  simulation.settle();
  expect(simulation.view().idle).toMatchObject([
    { key: "Deployment default/web", kind: "Deployment", namespace: "default", name: "web", labels: { app: "web" } },
  ]);
  expect(simulation.view().idle?.[0]?.source).toMatchObject({ file: "test.yaml" });
  act(simulation, { kind: "scale", workload, replicas: 1 });
  simulation.settle();
  expect(idle(simulation)).toEqual([]);
});

test("each kind with replicas is found; old ReplicaSets of a Deployment are not", () => {
  const simulation = cluster(`apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db, namespace: default }
spec:
  serviceName: db
  replicas: 0
  selector: { matchLabels: { app: db } }
  template: { metadata: { labels: { app: db } }, spec: { containers: [{ name: db, image: nginx }] } }
---
apiVersion: v1
kind: ReplicationController
metadata: { name: old }
spec:
  replicas: 0
  selector: { app: old }
  template: { metadata: { labels: { app: old } }, spec: { containers: [{ name: old, image: nginx }] } }
---${web()}`);
  act(simulation, { kind: "restart-pods", workload: { kind: "Deployment", key: "default/web" } });
  simulation.settle();
  expect(idle(simulation)).toEqual(["StatefulSet default/db", "ReplicationController default/old"]);
});

import { expect, it } from "vitest";
import { act, cluster, web } from "../simulation/testing.ts";
import { clusterEvents } from "./cluster-events.ts";
import { worldOf } from "./world.ts";

it("lists what happened, oldest first, and what came last where there is much", () => {
  const simulation = cluster(web({ replicas: 1 }));
  act(simulation, { kind: "wait", time: 5e9 });
  act(simulation, { kind: "scale", workload: { kind: "Deployment", key: "default/web" }, replicas: 2 });
  const { rows, total } = clusterEvents(worldOf(simulation, new Map()), 1_000);
  expect(total).toBe(rows.length);
  const web2 = rows
    .filter(({ at, message }) => at >= 5 && !message.includes("coredns"))
    .map(({ reason, about }) => `${reason} ${about.kind}`);
  expect(web2).toEqual([
    "ScalingReplicaSet Deployment",
    "SuccessfulCreate ReplicaSet",
    "Scheduled Pod",
    "Pulled Pod",
    "Created Pod",
    "Started Pod",
  ]);
  expect(rows.find(({ reason, about }) => reason === "ScalingReplicaSet" && about.name === "web")).toMatchObject({
    at: 0,
    warning: false,
    about: { kind: "Deployment", namespace: "default", name: "web" },
    message: expect.stringMatching(/^Scaled up replica set web-\w+ from 0 to 1$/),
  });
  expect(clusterEvents(worldOf(simulation, new Map()), 2).rows.map(({ reason }) => reason)).toEqual(["Created", "Started"]);
});

it("says what a node's Events are about without a namespace", () => {
  const simulation = cluster(web());
  act(simulation, { kind: "stop-node", node: "node-2" });
  act(simulation, { kind: "wait", time: 60e9 });
  const { rows } = clusterEvents(worldOf(simulation, new Map()), 1_000);
  expect(rows.find(({ reason }) => reason === "NodeNotReady")?.about).toEqual({ kind: "Node", namespace: null, name: "node-2" });
});

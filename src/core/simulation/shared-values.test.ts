/**
 * Pods of one kind hold equal values once (labels, owners, conditions, states of containers, endpoints' conditions). It must
 * show nowhere: the view that followed the run is the one that is made from nothing, and a run whose values are all its own
 * copies is the same to the byte and goes on the same way.
 */
import { expect, test } from "vitest";
import { clonePlain } from "./clone.ts";
import { createSimulation, type Simulation } from "./simulation.ts";
import type { KubeObject, Pod } from "../api/types.ts";

const deployment = (name: string, replicas: number, image: string): string => `
apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec: {selector: {app: ${name}}, ports: [{port: 80, targetPort: web}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {containers: [{name: c, image: "${image}", ports: [{name: web, containerPort: 80}], readinessProbe: {httpGet: {path: /, port: web}}}]}
`;

const text = (few: number, image = "nginx:1.28"): string => [deployment("a", few, image), deployment("b", 30, image)].join("---\n");

const podsOf = (simulation: Simulation): readonly Pod[] =>
  simulation.objects("Pod").filter(({ metadata }) => metadata.namespace === "default") as Pod[];

test("Pods of one template that became ready together hold one value each of what they have in common", () => {
  const pods = podsOf(createSimulation({ files: [{ name: "a.yaml", text: text(30) }] }));
  expect(pods).toHaveLength(60);
  const different = (read: (pod: Pod) => unknown): number => new Set(pods.map(read)).size;
  expect(different(({ metadata }) => metadata.labels)).toBe(2);
  expect(different(({ spec }) => spec.containers)).toBe(2);
  expect(different(({ spec }) => (spec as { readonly tolerations?: unknown }).tolerations)).toBe(2);
  // Starts on one node are staggered: not all become ready in the same second.
  expect(different(({ status }) => status.conditions)).toBeLessThan(10);
  expect(different(({ status }) => status.containerStatuses)).toBeLessThan(10);
});

test("a run goes on from copies of all its values as from the values that are shared", () => {
  const [shared, copied] = [1, 2].map(() => createSimulation({ files: [{ name: "a.yaml", text: text(30) }], recorded: true })) as [
    Simulation,
    Simulation,
  ];
  const { state, stacks } = copied.checkpoint();
  const objects = new Map([...state.store.objects].map(([kind, of]) => [kind, new Map<string, KubeObject>(clonePlain([...of]))]));
  const store = { objects, revision: state.store.revision };
  copied.restore({ state: { ...state, store, memory: clonePlain(state.memory) }, stacks });
  const steps: readonly ((simulation: Simulation) => unknown)[] = [
    () => null,
    (simulation) => simulation.apply([{ name: "a.yaml", text: text(29) }]),
    (simulation) => simulation.apply([{ name: "a.yaml", text: text(29, "nginx:1.29") }]),
    (simulation) => simulation.perform({ kind: "stop-node", node: simulation.view().nodes[1]?.name ?? "" }),
    (simulation) => simulation.advance(10_000, simulation.now + 400_000_000_000),
  ];
  for (const step of steps) {
    expect(step(copied)).toEqual(step(shared));
    expect(copied.view()).toEqual(shared.view());
    expect(copied.timeline()).toEqual(shared.timeline());
    expect(copied.hash()).toBe(shared.hash());
  }
});

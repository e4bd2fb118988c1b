import { describe, expect, test } from "vitest";
import { createSimulation } from "../core/simulation/simulation.ts";
import type { ClusterView } from "../core/simulation/view.ts";
import { cellsOf, squaresOn } from "./cells.ts";
import { sentCrowd, takenCrowd } from "./crowd-wire.ts";
import type { SceneOptions } from "./contract.ts";
import { buildScene } from "./layout.ts";
import { neighbour, onReadinessGlyph } from "./hit.ts";
import { indexOf, podCount, podsInSight, wiresInSight } from "./lookup.ts";
import { namespaceShades } from "./map.ts";
import { CROWDS } from "./packs.ts";
import { structureShapes } from "./paint/structure.ts";
import type { Scene, ScenePod } from "./scene.ts";

const NODES = 30;

function text(replicas: number): string {
  const nodes = Array.from({ length: NODES }, (_, i) => `{role: worker, labels: {topology.kubernetes.io/zone: zone-${"abc"[i % 3]}}}`);
  const workload = (name: string, count: number): string => `apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec: {selector: {app: ${name}}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec: {replicas: ${count}, selector: {matchLabels: {app: ${name}}}, template: {metadata: {labels: {app: ${name}, tier: shop}}, spec: {containers: [{name: c, image: "nginx:1.28"}]}}}
`;
  const both = `apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {selector: {tier: shop}, ports: [{port: 80}]}
`;
  const policy = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: shut}
spec: {podSelector: {matchLabels: {app: cart}}, policyTypes: [Ingress]}
`;
  const cluster = `kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodes: [{role: control-plane}, ${nodes.join(", ")}]\n`;
  return [cluster, both, workload("web", replicas), workload("cart", 40), policy].join("---\n");
}

const simulation = createSimulation({ files: [{ name: "big.yaml", text: text(160) }], recorded: true });
const view = simulation.view();
const OPTIONS: SceneOptions = {
  width: 985,
  height: 560,
  focus: "default/web",
  previous: null,
  arrangement: "workbench",
  podDetail: "address",
};
const options = { level: 4, scale: 1, measure: (words: string) => words.length * 6 } as const;

function shortly(pod: ScenePod): ScenePod {
  const { more: _more, ...rest } = pod as ScenePod & { readonly more?: string };
  return rest;
}

/** The same cluster with its Pods one by one, and in packs. */
function pair(of: ClusterView, more: Partial<SceneOptions> = {}): { readonly one: Scene; readonly crowd: Scene } {
  const laid = buildScene(of, { ...OPTIONS, ...more });
  // what a Pod says beside its two lines is left to pictures of few Pods
  const one = { ...laid, pods: laid.pods.map(shortly) };
  const crowd = buildScene(of, { ...OPTIONS, ...more, crowds: { ...CROWDS, from: 50 } });
  if (crowd.crowd === null || one.crowd !== null) throw new Error("the one is no crowd, the other is");
  return { one, crowd };
}

describe("a crowd shows what a picture of the same Pods one by one shows", () => {
  test.each([
    { name: "addresses", more: {} },
    { name: "labels", more: { podDetail: "labels" } },
    { name: "another Service in focus", more: { focus: "default/shop" } },
    { name: "nothing in focus", more: { focus: null } },
    { name: "on a phone", more: { arrangement: "phone", width: 390 } },
  ] as const)("$name", ({ more }) => {
    const { one, crowd } = pair(view, more);
    expect(podCount(crowd)).toBe(podCount(one));
    expect(podsInSight(crowd, undefined)).toEqual(one.pods);
    for (const { name } of one.nodes) expect(indexOf(crowd).podsOn.get(name)).toEqual(indexOf(one).podsOn.get(name));
    for (const pod of one.pods) {
      expect(indexOf(crowd).pods.get(pod.key)).toEqual(pod);
      expect(cellsOf(crowd).boxes.get(pod.key)).toEqual(cellsOf(one).boxes.get(pod.key));
      expect(indexOf(crowd).stateOf.get(pod.key)).toBe(pod.state);
    }
    expect({ ...crowd, crowd: null, pods: one.pods, wires: one.wires }).toEqual(one);
    const wires = (scene: Scene): readonly string[] =>
      wiresInSight(scene, undefined)
        .map((wire) => JSON.stringify(wire))
        .toSorted();
    expect(wires(crowd)).toEqual(wires(one));
    expect(namespaceShades(crowd)).toEqual(namespaceShades(one));
    for (const { name } of one.nodes) expect(squaresOn(crowd, name)).toEqual(squaresOn(one, name));
  });

  test.each([0, 1] as const)("the map at level %s", (level) => {
    const { one, crowd } = pair(view);
    for (const shade of ["requests", "readiness", "namespace"] as const)
      expect(structureShapes(crowd, { ...options, level, shade })).toEqual(structureShapes(one, { ...options, level, shade }));
  });

  test("the readiness glyph, and the neighbour of a Pod", () => {
    const { one, crowd } = pair(view);
    for (const { key, box } of one.pods.filter((_, i) => i % 9 === 0)) {
      const point = { x: box.x + 12, y: box.y + 8 };
      expect(onReadinessGlyph(crowd, point)).toBe(key);
      for (const direction of ["up", "down", "left", "right"] as const)
        expect(neighbour(crowd, { kind: "pod", key }, direction)).toEqual(neighbour(one, { kind: "pod", key }, direction));
    }
    expect(indexOf(crowd).pods.get("default/nobody")).toBeUndefined();
  });
});

describe("a change makes new packs of the nodes that it touches alone", () => {
  const { crowd: before } = pair(view);
  const packsOf = (scene: Scene): NonNullable<Scene["crowd"]>["packs"] => scene.crowd?.packs ?? [];
  simulation.apply([{ name: "big.yaml", text: text(158) }]);
  const fewer = simulation.view();
  const { one, crowd } = pair(fewer, { previous: before.slots });
  const changed = packsOf(crowd).filter((pack, i) => pack !== packsOf(before)[i]);

  test("two Pods fewer", () => {
    expect(changed.length).toBeGreaterThan(0);
    expect(changed.length).toBeLessThanOrEqual(4);
    expect(podsInSight(crowd, undefined)).toEqual(one.pods);
  });

  test("another thread hears of those alone, and has the whole", () => {
    const first = sentCrowd(null, before);
    const second = sentCrowd(before, crowd);
    expect(second.packs.fresh).toHaveLength(changed.length);
    const there = takenCrowd(null, structuredClone(first));
    expect(takenCrowd(there, structuredClone(second))).toEqual(crowd.crowd);
  });

  test("a Service that ceases to select", () => {
    simulation.apply([{ name: "big.yaml", text: text(158).replace("selector: {app: cart}, ports", "selector: {app: nobody}, ports") }]);
    const after = pair(simulation.view(), { previous: crowd.slots });
    expect(podsInSight(after.crowd, undefined)).toEqual(after.one.pods);
  });
});

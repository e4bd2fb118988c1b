import { expect, it } from "vitest";
import { list } from "../api/store.ts";
import { nextBelow, randomState } from "../base/random.ts";
import { conditionOf } from "./lookup.ts";
import { testCluster } from "./test-world.ts";

/** Pods that come one by one make the scheduler ask every node each time; Pods that come at once stand in lines. */
const ROUNDS = 25;

interface Set {
  readonly name: string;
  readonly replicas: number;
  readonly spec: string;
}

function setText({ name, spec }: Set, replicas: number): string {
  return `apiVersion: apps/v1\nkind: ReplicaSet\nmetadata: {name: ${name}}\nspec: {replicas: ${replicas}, selector: {matchLabels: {app: ${name}}}, template: {metadata: {labels: {app: ${name}}}, spec: ${spec}}}\n---\n`;
}

function randomCase(seed: number): { readonly nodes: string; readonly sets: readonly Set[] } {
  const random = randomState(seed, "lines");
  const below = (n: number): number => nextBelow(random, n);
  const nodes = Array.from({ length: 2 + below(6) }, (_, i) => {
    const labels = below(2) === 0 ? "{disk: fast}" : "{}";
    const taint = below(5) === 0 ? "{taints: [{key: own, effect: NoSchedule}]}" : "{}";
    const room = below(3) === 0 ? `{allocatable: {cpu: "${1 + below(4)}", memory: 4Gi, pods: "${3 + below(6)}"}}` : "{}";
    return `apiVersion: v1\nkind: Node\nmetadata: {name: n${i}, labels: ${labels}}\nspec: ${taint}\nstatus: ${room}\n---\n`;
  }).join("");
  const sets = Array.from({ length: 1 + below(4) }, (_, i): Set => {
    const selector = below(3) === 0 ? "nodeSelector: {disk: fast}, " : "";
    const tolerations = below(3) === 0 ? "tolerations: [{operator: Exists}], " : "";
    const port = below(4) === 0 ? `, ports: [{containerPort: 80, hostPort: ${8000 + below(2)}}]` : "";
    const asks = below(2) === 0 ? `, resources: {requests: {cpu: ${100 * (1 + below(12))}m}}` : "";
    const spec = `{${selector}${tolerations}containers: [{name: c, image: nginx${port}${asks}}]}`;
    return { name: `s${i}`, replicas: 1 + below(9), spec };
  });
  return { nodes, sets };
}

/** Each Pod with its node, or what keeps it waiting. */
function placesOf(cluster: ReturnType<typeof testCluster>): readonly string[] {
  return list(cluster.world.store, "Pod")
    .filter(({ metadata }) => metadata.namespace === "default")
    .map((pod) => `${pod.metadata.name}: ${pod.spec.nodeName ?? conditionOf(pod, "PodScheduled")?.message ?? "?"}`);
}

it.each(Array.from({ length: ROUNDS }, (_, i) => i + 1))("sends Pods that come at once where they go one by one, seed %i", (seed) => {
  const { nodes, sets } = randomCase(seed);
  const together = testCluster(nodes);
  together.apply(nodes + sets.map((set) => setText(set, set.replicas)).join(""));
  const single = testCluster(nodes);
  let before = nodes;
  for (const set of sets) {
    for (let replicas = 1; replicas <= set.replicas; replicas++) single.apply(before + setText(set, replicas));
    before += setText(set, set.replicas);
  }
  expect(placesOf(together)).toEqual(placesOf(single));
});

/** What an edit of a Node's document leaves of what commands and controllers wrote to the Node. */
import { describe, expect, it } from "vitest";
import { get } from "../api/store.ts";
import { commandCordon } from "./commands.ts";
import { testCluster } from "./test-world.ts";
import type { TestCluster } from "./test-world.ts";

const NODE = (more = "", spec = ""): string => `apiVersion: v1
kind: Node
metadata:
  name: worker
  labels:
    kubernetes.io/hostname: worker${more}
${spec}`;

const TAINTED = "spec:\n  taints:\n    - key: gpu\n      effect: NoSchedule\n";
const CORDON_TAINT = "node.kubernetes.io/unschedulable:NoSchedule";

function stateOf(cluster: TestCluster): string {
  const node = get(cluster.world.store, "Node", "worker");
  const taints = (node?.spec.taints ?? []).map(({ key, effect }) => `${key}:${effect}`);
  return [
    node?.spec.unschedulable === true ? "cordoned" : "open",
    ...taints,
    ...(node?.metadata.labels?.["tier"] === undefined ? [] : ["tier"]),
  ].join(" ");
}

function cordoned(text: string, by: boolean): TestCluster {
  const cluster = testCluster(text);
  cluster.apply(text);
  commandCordon(cluster.world, "worker", by);
  cluster.settle();
  return cluster;
}

describe("a Node's document after a cordon", () => {
  it.each([
    ["the same text", NODE(), NODE(), `cordoned ${CORDON_TAINT}`],
    ["one more label", NODE(), NODE("\n    tier: a"), `cordoned ${CORDON_TAINT} tier`],
    ["the same taints", NODE("", TAINTED), NODE("\n    tier: a", TAINTED), `cordoned gpu:NoSchedule ${CORDON_TAINT} tier`],
    ["a taint more", NODE(), NODE("", TAINTED), `cordoned gpu:NoSchedule ${CORDON_TAINT}`],
    ["no taint any more", NODE("", TAINTED), NODE(), `cordoned ${CORDON_TAINT}`],
    ["the document opens it", NODE(), NODE("", "spec:\n  unschedulable: false\n"), "open"],
  ])("%s", (_name, before, after, want) => {
    const cluster = cordoned(before, true);
    cluster.apply(after);
    expect(stateOf(cluster)).toBe(want);
  });

  it("a document that cordoned the node, and says so no more, opens it", () => {
    const cluster = testCluster(NODE("", "spec:\n  unschedulable: true\n"));
    cluster.apply(NODE("", "spec:\n  unschedulable: true\n"));
    expect(stateOf(cluster)).toBe(`cordoned ${CORDON_TAINT}`);
    cluster.apply(NODE());
    expect(stateOf(cluster)).toBe("open");
  });

  it("an uncordon of a node whose document cordons it holds until the document changes that field", () => {
    const text = NODE("", "spec:\n  unschedulable: true\n");
    const cluster = cordoned(text, false);
    cluster.apply(text);
    expect(stateOf(cluster)).toBe("open");
  });
});

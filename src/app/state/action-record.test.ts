import { describe, expect, test } from "vitest";
import type { Action } from "../../core/simulation/contract.ts";
import { readAction } from "./action-record.ts";
import { linkFragment, readFragment } from "./link.ts";
import type { Workspace } from "./workspace.ts";

const pod = "default/web-1";
const node = "node-1";
const workload = { kind: "Deployment", key: "default/web" };

/** One of every kind and of every choice within it. */
const ACTIONS: readonly Action[] = [
  { kind: "set-ready", pod, ready: true },
  { kind: "set-ready", pod, ready: false },
  { kind: "set-ready", pod, ready: null },
  { kind: "delete-pod", pod },
  { kind: "crash-pod", pod },
  { kind: "crash-pod", pod, container: "nginx", times: 5 },
  { kind: "slow-pod", pod, delay: 0 },
  { kind: "slow-pod", pod, delay: 200_000_000 },
  { kind: "cordon", node },
  { kind: "uncordon", node },
  { kind: "drain", node },
  { kind: "drain", node, force: true },
  { kind: "stop-node", node },
  { kind: "start-node", node },
  { kind: "cut-node", node },
  { kind: "join-node", node },
  { kind: "stop-proxy", node },
  { kind: "start-proxy", node },
  { kind: "restart-pods", workload },
  { kind: "start-traffic", request: { from: { kind: "pod", pod }, to: "http://web", rate: 20 } },
  { kind: "start-traffic", request: { from: { kind: "outside", id: "external" }, to: "10.96.0.10:53", rate: 1, protocol: "UDP" } },
  { kind: "start-traffic", request: null },
  {
    kind: "start-traffic",
    request: {
      from: { kind: "outside", id: "198.51.100.1" },
      others: [{ kind: "outside", id: "198.51.100.2" }],
      to: "http://web",
      rate: 5,
      keepAlive: { seconds: 30 },
      method: "POST",
      patience: 1_000_000_000,
    },
  },
  { kind: "set-sender", sender: "calm", request: { from: { kind: "pod", pod }, to: "http://web", rate: 20, keepAlive: true } },
  { kind: "set-sender", sender: "default/load 0", request: null },
  { kind: "stop-traffic" },
  { kind: "own-rules", node, text: "iptables -P FORWARD DROP" },
  { kind: "own-rules", node: null, text: null },
  { kind: "override-rules", node, family: "IPv4", text: "*nat\nCOMMIT\n" },
  { kind: "override-rules", node, family: "IPv6", text: null },
];

test("a link brings back every kind of action as it was", async () => {
  const workspace: Workspace = {
    files: [{ name: "web.yaml", text: "" }],
    seed: 1,
    scenario: null,
    request: { from: null, to: "http://web", count: 1 },
    actions: ACTIONS.map((action, i) => ({ at: i * 1_000_000_000, action })),
    view: { tab: "hops", focus: null },
    traffic: { rate: 20 },
  };
  expect(await readFragment(await linkFragment(workspace))).toEqual({ kind: "ok", workspace, unknown: [] });
});

describe("an action of another shape is not known", () => {
  test.each<{ readonly name: string; readonly value: { readonly [key: string]: unknown } }>([
    { name: "no kind", value: { pod } },
    { name: "a kind of later", value: { kind: "explode", pod } },
    { name: "a name that every object has", value: { kind: "toString" } },
    { name: "a Pod without its namespace", value: { kind: "delete-pod", pod: "web-1" } },
    { name: "no Pod", value: { kind: "delete-pod" } },
    { name: "faster than traffic goes", value: { kind: "start-traffic", request: { from: { kind: "pod", pod }, to: "web", rate: 51 } } },
    { name: "a sender without a name", value: { kind: "set-sender", sender: "", request: null } },
    {
      name: "a connection kept for half a request",
      value: { kind: "start-traffic", request: { from: { kind: "pod", pod }, to: "web", rate: 1, keepAlive: { requests: 0.5 } } },
    },
    { name: "traffic from nobody", value: { kind: "start-traffic", request: { from: { kind: "ghost" }, to: "web", rate: 1 } } },
    {
      name: "traffic with more to it",
      value: { kind: "start-traffic", request: { from: { kind: "pod", pod }, to: "web", rate: 1, burst: 9 } },
    },
    { name: "a readiness that is neither", value: { kind: "set-ready", pod, ready: "yes" } },
    { name: "readiness left out", value: { kind: "set-ready", pod } },
    { name: "no crash", value: { kind: "crash-pod", pod, times: 0 } },
    { name: "half a crash", value: { kind: "crash-pod", pod, times: 1.5 } },
    { name: "a container that is a number", value: { kind: "crash-pod", pod, container: 1 } },
    { name: "faster than usual", value: { kind: "slow-pod", pod, delay: -1 } },
    { name: "no end", value: { kind: "slow-pod", pod, delay: Number.POSITIVE_INFINITY } },
    { name: "no node", value: { kind: "cordon", node: "" } },
    { name: "a force that is a word", value: { kind: "drain", node, force: "yes" } },
    { name: "a field that is not known", value: { kind: "drain", node, grace: 0 } },
    { name: "a workload without its kind", value: { kind: "restart-pods", workload: { key: "default/web" } } },
    { name: "a workload that knows more", value: { kind: "restart-pods", workload: { ...workload, revision: 2 } } },
    { name: "own rules that are no text", value: { kind: "own-rules", node: null, text: 7 } },
    { name: "a family of another world", value: { kind: "override-rules", node, family: "IPX", text: "" } },
  ])("$name", ({ value }) => {
    expect(readAction(value)).toBeNull();
  });
});

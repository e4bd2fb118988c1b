/** What happened at a moment, in words. */
import { expect, test } from "vitest";
import type { ClusterView, TimelineEvent } from "../../core/simulation/view.ts";
import { clusterOf } from "../../scene/test-views.ts";
import { happenings, sentenceOf } from "./happenings.ts";

const CLUSTER = `
  node node-1 zone-a 192.168.10.11
  node node-2 zone-a 192.168.10.12
  node node-3 zone-b 192.168.10.13
  pod node-1 web-a 10.244.1.5 [app=web]
  pod node-2 web-b 10.244.2.5 [app=web]
  pod node-3 web-c 10.244.3.5 [app=web]
`;
const before = clusterOf(CLUSTER);
/** The same cluster with so many changes that each node's rules lag behind. */
const lagging = (...lag: readonly number[]): ClusterView => ({
  ...before,
  nodes: before.nodes.map((node, i) => ({ ...node, changesBehind: lag[i] ?? 0 })),
});
const pod = (name: string, what: Extract<TimelineEvent, { kind: "pod" }>["what"]): TimelineEvent => ({
  kind: "pod",
  at: 1,
  pod: `default/${name}`,
  what,
});
const slice = (ready: number, total: number): TimelineEvent => ({ kind: "slice", at: 1, service: "default/web", ready, total });

test.each<{ name: string; from?: ClusterView; to?: ClusterView; events?: readonly TimelineEvent[]; want: string }>([
  { name: "nothing", want: "" },
  { name: "one Pod", events: [pod("web-a", "terminating")], want: "web-a is terminating." },
  { name: "two", events: [pod("web-a", "ready"), pod("web-b", "ready")], want: "web-a and web-b are ready." },
  { name: "many", events: [pod("web-a", "starting"), pod("web-b", "starting"), pod("web-c", "starting")], want: "3 Pods start." },
  { name: "the last of several words about a Pod", events: [pod("web-a", "created"), pod("web-a", "starting")], want: "web-a starts." },
  { name: "a Pod that is gone keeps its name", events: [pod("web-z", "deleted")], want: "web-z is gone." },
  {
    name: "what leaves before what comes, endpoints after Pods, the last of each Service",
    events: [pod("web-b", "ready"), slice(2, 3), pod("web-a", "terminating"), slice(3, 4)],
    want: "web-a is terminating; web-b is ready; EndpointSlice of web: 3 of 4 ready.",
  },
  { name: "one node's rules", to: lagging(1), want: "node-1's rules are 1 change behind." },
  { name: "two nodes' rules", to: lagging(2, 2), want: "The rules of node-1 and node-2 are 2 changes behind." },
  { name: "by different numbers", to: lagging(2, 1), want: "The rules of node-1 and node-2 are 1 to 2 changes behind." },
  { name: "all of them", to: lagging(1, 1, 1), want: "The rules of 3 nodes are 1 change behind." },
  { name: "in step again", from: lagging(1, 1), to: lagging(0, 1), want: "node-1's rules are up to date." },
  {
    name: "a controller's own words",
    events: [
      { kind: "event", at: 1, about: "Service default/web", warning: true, reason: "SyncLoadBalancerFailed", message: "Quota exceeded." },
    ],
    want: "Quota exceeded.",
  },
  {
    name: "more than a person reads at once",
    events: [pod("web-a", "terminating"), pod("web-b", "ready"), pod("web-c", "starting"), slice(1, 2)],
    to: lagging(1),
    want: "web-a is terminating; web-b is ready; web-c starts; EndpointSlice of web: 1 of 2 ready; and 1 change more.",
  },
])("$name", ({ from = before, to = before, events = [], want }) => expect(sentenceOf(happenings(from, to, events))).toBe(want));

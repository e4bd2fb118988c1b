import { expect, test } from "vitest";
import { gateName, nameOf } from "./describe.ts";
import { outline } from "./outline.ts";
import type { ServiceView } from "../core/simulation/view.ts";
import { PICTURE_A, clusterOf } from "./test-views.ts";

const view = clusterOf(PICTURE_A);

test.each([
  [{ kind: "pod", key: "default/web-9xq7" }, "Pod web-9xq7, ready, 10.244.2.6, on node-2, endpoint of web"],
  [{ kind: "pod", key: "default/web-m3tz" }, "Pod web-m3tz, not ready, 10.244.2.8, on node-2, endpoint of web"],
  [{ kind: "pod", key: "default/gone" }, "Pod default/gone, gone"],
  [
    { kind: "service", key: "default/web" },
    "Service web, LoadBalancer, 10.96.142.31 port 80, node port 31523, 3 of 4 endpoints ready, external address 198.51.100.10",
  ],
  [{ kind: "service", key: "default/cart" }, "Service cart, ClusterIP, 10.96.88.9 port 80, selects no Pods"],
  [
    { kind: "service", key: "kube-system/kube-dns" },
    "Service kube-dns, in kube-system, ClusterIP, 10.96.0.10 port 53, 2 of 2 endpoints ready",
  ],
  [{ kind: "node", name: "node-3" }, "Node node-3, ready, zone-b, 192.168.10.13, 3 Pods"],
  [{ kind: "node", name: "control-plane" }, "Node control-plane, ready, control plane, 192.168.10.10, 0 Pods"],
  [{ kind: "gate", node: "node-1" }, "kube-proxy on node-1, iptables"],
  [{ kind: "outside", id: "external" }, "client, outside the cluster, 203.0.113.24"],
] as const)("%o is called %s", (thing, want) => {
  expect(nameOf(view, thing)).toBe(want);
});

test("a gate says what it does", () => {
  const node = view.nodes.find((one) => one.name === "node-1")!;
  expect(gateName(node, { kind: "rewriting", service: "web", to: "10.244.2.6:8080", masquerade: null })).toBe(
    "kube-proxy on node-1, iptables, rewriting to 10.244.2.6:8080",
  );
  expect(gateName({ ...node, changesBehind: 2 }, null)).toBe("kube-proxy on node-1, iptables, 2 changes behind");
});

test("the outline holds the whole cluster in reading order", () => {
  const rows = outline(view).map(
    (item) => `${"  ".repeat(item.level - 1)}${nameOf(view, item.thing).split(",")[0]} ${item.position}/${item.size}`,
  );
  expect(rows.join("\n")).toBe(
    [
      "Services 1/5",
      "  Service web 1/4",
      "  Service cart 2/4",
      "  Service kubernetes 3/4",
      "  Service kube-dns 4/4",
      "Nodes 2/5",
      "  Node control-plane 1/1",
      "    kube-proxy on control-plane 1/1",
      "Zone zone-a 3/5",
      "  Node node-1 1/2",
      "    kube-proxy on node-1 1/4",
      "    Pod debug 2/4",
      "    Pod web-4k2p 3/4",
      "    Pod coredns-2x7f 4/4",
      "  Node node-2 2/2",
      "    kube-proxy on node-2 1/4",
      "    Pod cart-7rbn 2/4",
      "    Pod web-9xq7 3/4",
      "    Pod web-m3tz 4/4",
      "Zone zone-b 4/5",
      "  Node node-3 1/1",
      "    kube-proxy on node-3 1/4",
      "    Pod cart-q5zc 2/4",
      "    Pod web-h8wd 3/4",
      "    Pod coredns-8m4k 4/4",
      "Outside the cluster 5/5",
      "  client 1/4",
      "  laptop 2/4",
      "  external DNS 3/4",
      "  Load balancer of web 4/4",
    ].join("\n"),
  );
});

const NODE = view.nodes.find((one) => one.name === "node-1")!;
const stopped = { stopped: true, syncedAt: 12_400_000_000, dueAt: null };

test.each([
  [{ changesBehind: 2 }, "2 changes behind"],
  [{ changesBehind: 1, proxy: { ...NODE.proxy, dueAt: 12_431_000_000 } }, "syncing, 1 change behind"],
  [{ proxy: stopped }, "stopped, rules from 12.4 s"],
  [{ proxy: stopped, changesBehind: 3 }, "stopped, rules from 12.4 s, 3 changes behind"],
  [{ proxy: { ...stopped, syncedAt: null } }, "stopped, no rules"],
  [{ fault: "cut" as const }, "hears nothing"],
  [{ fault: "cut" as const, changesBehind: 4 }, "hears nothing, 4 changes behind"],
  [{ fault: "stopped" as const }, "switched off, no rules"],
])("a gate of %o says %s", (change, words) => {
  expect(gateName({ ...NODE, ...change }, null)).toBe(`kube-proxy on node-1, iptables, ${words}`);
});

test.each([
  [{ cordoned: true }, "Node node-1, ready, takes no new Pods, zone-a, 192.168.10.11, 3 Pods"],
  [
    { fault: "cut" as const, evictsAt: 362_000_000_000 },
    "Node node-1, ready, cut off the network, its Pods leave from 362 s on, zone-a, 192.168.10.11, 3 Pods",
  ],
  [{ ready: false, fault: "stopped" as const }, "Node node-1, not ready, switched off, zone-a, 192.168.10.11, 3 Pods"],
])("a node of %o is called %s", (change, words) => {
  const nodes = view.nodes.map((node) => (node.name === "node-1" ? { ...node, ...change } : node));
  expect(nameOf({ ...view, nodes }, { kind: "node", name: "node-1" })).toBe(words);
});

const REACH = { provider: "cloud", fault: null, announcedBy: null, checks: [] } as const;
test.each<readonly [string, ServiceView["loadBalancer"], string]>([
  ["on its way", { state: "pending", addresses: [], reach: REACH }, "external address pending"],
  [
    "nobody provides it",
    { state: "pending", addresses: [], reach: { ...REACH, provider: "none" } },
    "external address pending, no provider",
  ],
  [
    "refused",
    { state: "pending", addresses: [], trouble: "Exceeded quota of account", reach: { ...REACH, provider: "quota", fault: "quota" } },
    "failing: quota, Exceeded quota of account",
  ],
  [
    "MetalLB",
    { state: "ready", addresses: ["192.168.10.200"], reach: { ...REACH, provider: "metallb", announcedBy: "node-2" } },
    "192.168.10.200:80, node-2 answers",
  ],
  [
    "nobody announces it",
    { state: "ready", addresses: ["192.168.10.200"], reach: { ...REACH, provider: "metallb" } },
    "192.168.10.200:80, no node answers",
  ],
  [
    "health checks",
    {
      state: "ready",
      addresses: ["198.51.100.10"],
      reach: {
        ...REACH,
        checks: [
          { node: "node-1", healthy: true, why: "" },
          { node: "node-2", healthy: false, why: "kube-proxy is stopped" },
        ],
      },
    },
    "198.51.100.10:80, healthy: node-1, not healthy: node-2, kube-proxy is stopped",
  ],
])("a load balancer, %s", (_state, loadBalancer, words) => {
  const services = view.services.map((service) => (service.key === "default/web" ? { ...service, loadBalancer } : service));
  expect(nameOf({ ...view, services }, { kind: "outside", id: "balancer default/web" })).toBe(
    `Load balancer of web, outside the cluster, ${words}`,
  );
});

test.each([
  [
    { state: "terminating" as const, endsBy: 42_300_000_000 },
    "Pod web-4k2p, ending, at the latest at 42.3 s, 10.244.1.5, on node-1, endpoint of web",
  ],
  [
    { state: "crashing" as const, restarts: 3, reason: "back-off 20s" },
    "Pod web-4k2p, crashing, 3 restarts, 10.244.1.5, on node-1, endpoint of web, back-off 20s",
  ],
  [
    { state: "pending" as const, node: null, ips: [], unschedulable: true, reason: "0/3 nodes are available" },
    "Pod web-4k2p, waiting for a node, no address yet, on no node yet, endpoint of web, 0/3 nodes are available",
  ],
])("a Pod of %o is called %s", (change, words) => {
  const pods = view.pods.map((pod) => (pod.key === "default/web-4k2p" ? { ...pod, ...change } : pod));
  expect(nameOf({ ...view, pods }, { kind: "pod", key: "default/web-4k2p" })).toBe(words);
});

test("external addresses and names are in the outline, and say whose they are", () => {
  const services = view.services.map((service) => {
    if (service.key === "default/cart")
      return { ...service, externalName: "api.example.com", health: "external-name" as const, selector: null };
    if (service.key !== "default/kubernetes") return service;
    const [like] = view.services.find((one) => one.key === "default/web")!.endpoints;
    return { ...service, endpoints: [{ ...like!, address: "203.0.113.30", pod: null, node: null }] };
  });
  const changed = { ...view, services };
  const rows = outline(changed).filter((row) => row.thing.kind === "outside" && row.thing.id.startsWith("external "));
  expect(rows.map((row) => nameOf(changed, row.thing))).toEqual([
    "api.example.com external name, outside the cluster, what cart stands for",
    "external address 203.0.113.30:8080, outside the cluster, endpoint of kubernetes",
  ]);
});

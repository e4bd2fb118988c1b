import { expect, test } from "vitest";
import { gateName, nameOf, outline } from "./describe.ts";
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
  const rows = outline(view).map((item) => `${"  ".repeat(item.level - 1)}${item.name.split(",")[0]} ${item.position}/${item.size}`);
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

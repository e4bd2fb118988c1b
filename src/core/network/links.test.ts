import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { addressLines, linkLines, linksOfNode, linksOfPod, macOf, neighbourLines, routeLines, vethOf, type LinkWorld } from "./links.ts";

/** Parts of the recording by their heads. */
const recorded = new Map(
  readFileSync(new URL("fixtures/links.txt", import.meta.url), "utf8")
    .split(/^## /m)
    .slice(1)
    .map((part) => {
      const [head = "", ...lines] = part.split("\n");
      return [head, lines.filter((line) => line !== "")] as const;
    }),
);

const WORLD: LinkWorld = {
  nodes: [
    { name: "n1", addresses: ["192.168.1.11", "fd01::11"], podCidrs: ["10.244.1.0/24", "fd00:10:244:1::/64"], up: true },
    { name: "n2", addresses: ["192.168.1.12", "fd01::12"], podCidrs: ["10.244.2.0/24", "fd00:10:244:2::/64"], up: true },
    { name: "n3", addresses: ["192.168.1.13"], podCidrs: ["10.244.3.0/24"], up: false },
  ],
  pods: [
    { key: "default/p1", node: "n1", addresses: ["10.244.1.2", "fd00:10:244:1::2"] },
    { key: "default/p2", node: "n1", addresses: ["10.244.1.3", "fd00:10:244:1::3"] },
  ],
};

const some = <T>(value: T | null): T => {
  if (value === null) throw new Error("not there");
  return value;
};
const node = some(linksOfNode(WORLD, "n1"));
const pod = some(linksOfPod(WORLD, "default/p1"));

describe("as ip prints it", () => {
  // In the recording eth0 is an end of a veth pair.
  const plain = (line: string): string => line.replace("eth0@if3        ", "eth0            ");
  it.each<readonly [string, readonly string[]]>([
    ["node: ip -br link", linkLines(node)],
    ["node: ip -br addr", addressLines(node)],
    ["node: ip route", routeLines(node, "IPv4")],
    ["node: ip -6 route", routeLines(node, "IPv6")],
    ["pod: ip -br link", linkLines(pod)],
    ["pod: ip -br addr", addressLines(pod)],
    ["pod: ip route", routeLines(pod, "IPv4")],
    ["pod: ip -6 route", routeLines(pod, "IPv6")],
  ])("%s", (head, lines) => {
    expect(lines).toEqual(recorded.get(head)?.map(plain));
  });

  // The kernel's order is that of a hash; states between REACHABLE and its next check are passing. One machine played gateway and n2.
  const neighbours = (lines: readonly string[]): readonly string[] =>
    lines
      .map((line) =>
        line.replace(/ (STALE|DELAY|PROBE) $/, " REACHABLE ").replace(/^(192\.168\.1\.1|fd01::1) (.*)lladdr \S+/, "$1 $2lladdr gateway"),
      )
      .sort();
  it.each([
    ["node: ip neigh", neighbourLines(node)],
    ["pod: ip neigh", neighbourLines(pod)],
  ])("%s", (head, lines) => {
    expect(neighbours(lines)).toEqual(neighbours(recorded.get(head) ?? []));
  });
});

describe("MAC addresses", () => {
  it("are 0a:58 and the address, as the bridge plugin makes them", () => {
    expect(macOf("10.244.1.2")).toBe("0a:58:0a:f4:01:02");
    expect(macOf("255.255.255.255")).toBe("0a:58:ff:ff:ff:ff");
  });

  it("are locally administered, of single machines, and all different", () => {
    const macs = [...node.links, ...pod.links].filter(({ device }) => device !== "lo").map(({ mac }) => mac);
    expect(new Set(macs).size).toBe(macs.length);
    for (const mac of macs) expect(Number.parseInt(mac.slice(0, 2), 16) & 3).toBe(2);
    expect(vethOf("default/p1")).toEqual(vethOf("default/p1"));
  });
});

describe("what a cluster's shape does to them", () => {
  it("a node without Pods has no bridge", () => {
    expect(linksOfNode(WORLD, "n2")?.links.map(({ device }) => device)).toEqual(["lo", "eth0"]);
  });

  it("a Pod outside of its node's range has a route of its own on every node", () => {
    const world = { ...WORLD, pods: [...WORLD.pods, { key: "default/far", node: "n2", addresses: ["172.20.0.9"] }] };
    expect(routeLines(some(linksOfNode(world, "n1")), "IPv4")).toContain("172.20.0.9 via 192.168.1.12 dev eth0 ");
    expect(routeLines(some(linksOfNode(world, "n2")), "IPv4")).toContain("172.20.0.9 dev cni0 scope link ");
  });

  it("an address that a Pod has is not the bridge's", () => {
    const world = { ...WORLD, pods: [{ key: "default/first", node: "n1", addresses: ["10.244.1.1"] }] };
    expect(addressLines(some(linksOfNode(world, "n1"))).find((line) => line.startsWith("cni0"))).not.toContain("10.244.1.1/");
  });
});

import { describe, expect, it } from "vitest";
import type { Family } from "../base/names.ts";
import { servicePorts } from "./service-ports.ts";
import type { ServicePortInfo } from "./service-ports.ts";
import { DEFAULT_PROXY_SETTINGS } from "./settings.ts";
import { changedServicePorts, healthCheckAnswer, isStale, proxyInput, staleFlows } from "./sync.ts";
import { storeOf } from "./test-objects.ts";

describe("what a node's kube-proxy knows of its node", () => {
  const store = storeOf(`
kind: Node
metadata: { name: a, labels: { topology.kubernetes.io/zone: z } }
spec: { podCIDR: 10.244.1.0/24, podCIDRs: [10.244.1.0/24, "fd00:1::/64"] }
status: { addresses: [{ type: ExternalIP, address: 203.0.113.7 }, { type: InternalIP, address: 192.168.0.2 }, { type: Hostname, address: a }, { type: InternalIP, address: "2001:db8::2" }] }
---
kind: Node
metadata: { name: b }
spec: {}
status: { addresses: [{ type: ExternalIP, address: 203.0.113.8 }] }
`);
  const node = (name: string, family: Family, bindAddress = "") => {
    const seen = proxyInput(
      store,
      name,
      family,
      { ...DEFAULT_PROXY_SETTINGS, bindAddress },
      [],
      family === "IPv4" ? ["10.244.1.1"] : [],
    ).node;
    return `${seen.nodeIp.text} of ${seen.addresses.map((address) => address.text).join(" ")}, zone ${seen.zone || "none"}, pods ${seen.podCidrs.join(" ") || "none"}`;
  };
  it.each([
    ["a", "IPv4", "", "192.168.0.2 of 127.0.0.1 203.0.113.7 192.168.0.2 10.244.1.1, zone z, pods 10.244.1.0/24 fd00:1::/64"],
    ["a", "IPv6", "", "2001:db8::2 of ::1 2001:db8::2, zone z, pods 10.244.1.0/24 fd00:1::/64"],
    ["a", "IPv4", "0.0.0.0", "192.168.0.2 of 127.0.0.1 203.0.113.7 192.168.0.2 10.244.1.1, zone z, pods 10.244.1.0/24 fd00:1::/64"],
    ["a", "IPv4", "203.0.113.7", "203.0.113.7 of 127.0.0.1 203.0.113.7 192.168.0.2 10.244.1.1, zone z, pods 10.244.1.0/24 fd00:1::/64"],
    ["b", "IPv4", "", "203.0.113.8 of 127.0.0.1 203.0.113.8 10.244.1.1, zone none, pods none"],
    ["b", "IPv6", "", "::1 of ::1, zone none, pods none"],
    ["c", "IPv4", "", "127.0.0.1 of 127.0.0.1 10.244.1.1, zone none, pods none"],
  ] as const)("%s %s bound to '%s'", (name, family, bind, wanted) => {
    expect(node(name, family, bind)).toBe(wanted);
  });
});

/** Service ports `n/dns:dns` (UDP) and `n/web` (TCP) with these endpoints: `1` serving, `1!` not serving. */
function ports(udp: string, tcp = "9", fields = ""): ServicePortInfo[] {
  const endpoints = (text: string): string =>
    text
      .split(" ")
      .filter(Boolean)
      .map(
        (word) =>
          `{ addresses: [10.244.0.${word.replace("!", "")}], nodeName: a, conditions: { ready: ${!word.includes("!")}, serving: ${!word.includes("!")} } }`,
      )
      .join(", ");
  return servicePorts(
    storeOf(`
kind: Service
metadata: { name: dns, namespace: n }
spec: { type: NodePort, clusterIP: 10.96.0.10, clusterIPs: [10.96.0.10], ipFamilies: [IPv4], sessionAffinity: None, externalIPs: [192.0.2.1], ports: [{ name: dns, port: 53, protocol: UDP, nodePort: 30053 }], ${fields} }
---
kind: Service
metadata: { name: web, namespace: n }
spec: { type: ClusterIP, clusterIP: 10.96.0.11, clusterIPs: [10.96.0.11], ipFamilies: [IPv4], sessionAffinity: None, ports: [{ port: 80, protocol: TCP }] }
---
kind: EndpointSlice
metadata: { name: dns-1, namespace: n, labels: { kubernetes.io/service-name: dns } }
addressType: IPv4
ports: [{ name: dns, port: 53, protocol: UDP }]
endpoints: [${endpoints(udp)}]
---
kind: EndpointSlice
metadata: { name: web-1, namespace: n, labels: { kubernetes.io/service-name: web } }
addressType: IPv4
ports: [{ name: "", port: 80, protocol: TCP }]
endpoints: [${endpoints(tcp)}]
`),
    "IPv4",
  );
}

describe("stale UDP flows", () => {
  const said = (before: ServicePortInfo[], after: ServicePortInfo[]) =>
    staleFlows(before, after).map(
      ({ destination, keep }) => `${destination.address ?? "any"}:${destination.port} keep ${[...keep].join(" ")}`,
    );
  it.each<[string, ServicePortInfo[], ServicePortInfo[], string[]]>([
    [
      "an endpoint went",
      ports("1 2"),
      ports("2"),
      ["10.96.0.10:53 keep 10.244.0.2:53", "192.0.2.1:53 keep 10.244.0.2:53", "any:30053 keep 10.244.0.2:53"],
    ],
    [
      "an endpoint stopped serving",
      ports("1 2"),
      ports("1! 2"),
      ["10.96.0.10:53 keep 10.244.0.2:53", "192.0.2.1:53 keep 10.244.0.2:53", "any:30053 keep 10.244.0.2:53"],
    ],
    ["the last one went: left alone", ports("1"), ports(""), []],
    ["only TCP changed", ports("1", "9"), ports("1", "8"), []],
    ["only the Service changed", ports("1"), ports("1", "9", "externalTrafficPolicy: Local"), []],
    ["nothing changed", ports("1"), ports("1"), []],
  ])("%s", (_, before, after, wanted) => {
    expect(said(before, after)).toEqual(wanted);
  });

  const flows = staleFlows(ports("1 2"), ports("2"));
  it.each([
    ["to the cluster IP, answered by who went", "UDP", "10.96.0.10", 53, "10.244.0.1", 53, true],
    ["answered by who serves", "UDP", "10.96.0.10", 53, "10.244.0.2", 53, false],
    ["to the node port of some node", "UDP", "192.168.7.7", 30053, "10.244.0.1", 53, true],
    ["to another port", "UDP", "10.96.0.10", 54, "10.244.0.1", 53, false],
    ["of TCP", "TCP", "10.96.0.10", 53, "10.244.0.1", 53, false],
  ])("an entry %s", (_, protocol, dst, dstPort, replySrc, replySrcPort, stale) => {
    expect(isStale(flows, { protocol, dst, dstPort, replySrc, replySrcPort })).toBe(stale);
  });
});

it("names the service ports that changed", () => {
  const before = ports("1 2");
  expect(changedServicePorts(before, before)).toEqual([]);
  expect(changedServicePorts(before, before.slice(1))).toEqual(["n/dns:dns"]);
  expect(changedServicePorts(before, ports("1 2"))).toEqual(["n/dns:dns", "n/web"]);
});

describe("health check node port", () => {
  const fields = "type: LoadBalancer, externalTrafficPolicy: Local, healthCheckNodePort: 32000";
  const answer = (udp: string, node = "a", healthy = true) => {
    const got = healthCheckAnswer(ports(udp, "9", fields), node, 32000, healthy);
    return got === null
      ? "closed"
      : `${got.status} ${got.headers.find(([name]) => name.endsWith("Weight"))?.[1]} ${got.body.replaceAll(/\s/g, "")}`;
  };
  it.each([
    ["1 2", "a", true, '200 2 {"service":{"namespace":"n","name":"dns"},"localEndpoints":2,"serviceProxyHealthy":true}'],
    ["1 2!", "a", true, '200 1 {"service":{"namespace":"n","name":"dns"},"localEndpoints":1,"serviceProxyHealthy":true}'],
    ["1 2", "b", true, '503 0 {"service":{"namespace":"n","name":"dns"},"localEndpoints":0,"serviceProxyHealthy":true}'],
    ["1", "a", false, '503 1 {"service":{"namespace":"n","name":"dns"},"localEndpoints":1,"serviceProxyHealthy":false}'],
  ])("endpoints %s on node %s, healthy %s", (udp, node, healthy, wanted) => {
    expect(answer(udp, node, healthy)).toBe(wanted);
  });

  it("answers nothing on a port of no Service", () => {
    expect(healthCheckAnswer(ports("1"), "a", 32000)).toBeNull();
    expect(healthCheckAnswer(ports("1"), "a", 0)).toBeNull();
  });
});

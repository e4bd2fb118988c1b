import { describe, expect, it } from "vitest";
import { get, put } from "../api/store.ts";
import type { ObjectStore } from "../api/store.ts";
import type { Family } from "../base/names.ts";
import { externallyAccessible, servicePorts, usesClusterEndpoints, usesLocalEndpoints } from "./service-ports.ts";
import type { ServicePortInfo } from "./service-ports.ts";
import { storeOf } from "./test-objects.ts";

/** Service `n/s` with these fields over a template, labels, status, and slices as YAML. */
function cluster(fields: string, options: { labels?: string; ingress?: string; slices?: string } = {}): ObjectStore {
  return storeOf(`
kind: Service
metadata: { name: s, namespace: n, labels: { ${options.labels ?? ""} } }
spec: { type: ClusterIP, clusterIP: 10.96.0.1, clusterIPs: [10.96.0.1, "fd00::1"], ipFamilies: [IPv4, IPv6], sessionAffinity: None, ports: [{ name: p, port: 80, protocol: TCP }], ${fields} }
status: { loadBalancer: { ingress: [${options.ingress ?? ""}] } }
---
${options.slices ?? ""}`);
}

function only(store: ObjectStore, family: Family = "IPv4"): ServicePortInfo {
  const ports = servicePorts(store, family);
  const [port] = ports;
  if (port === undefined || ports.length !== 1) throw new Error(`${ports.length} service ports`);
  return port;
}

describe("which Services get rules", () => {
  it.each<[string, ObjectStore, string[], string[]]>([
    ["dual-stack", cluster(""), ["10.96.0.1"], ["fd00::1"]],
    [
      "the other order",
      cluster('clusterIP: "fd00::1", clusterIPs: ["fd00::1", 10.96.0.1], ipFamilies: [IPv6, IPv4]'),
      ["10.96.0.1"],
      ["fd00::1"],
    ],
    ["one family", cluster("clusterIPs: [10.96.0.1], ipFamilies: [IPv4]"), ["10.96.0.1"], []],
    ["no families, clusterIP alone", cluster('clusterIP: "FD00::0:1", clusterIPs: [], ipFamilies: []'), [], ["fd00::1"]],
    ["leading zeros", cluster("clusterIPs: [010.096.0.01], ipFamilies: [IPv4]"), ["10.96.0.1"], []],
    ["headless", cluster("clusterIP: None, clusterIPs: [None]"), [], []],
    ["not allocated yet", cluster('clusterIP: "", clusterIPs: []'), [], []],
    ["ExternalName", cluster("type: ExternalName, externalName: example.com"), [], []],
    ["left to another proxy", cluster("", { labels: 'service.kubernetes.io/service-proxy-name: ""' }), [], []],
  ])("%s", (_, store, v4, v6) => {
    const ips = (family: Family) => servicePorts(store, family).map((port) => port.clusterIp.text);
    expect([ips("IPv4"), ips("IPv6")]).toEqual([v4, v6]);
  });
});

describe("derived values", () => {
  it("keeps external IPs of the family, in order", () => {
    const store = cluster('externalIPs: [192.0.2.9, "2001:db8::9", 192.0.2.1]');
    expect([only(store).externalIps.map((ip) => ip.text), only(store, "IPv6").externalIps.map((ip) => ip.text)]).toEqual([
      ["192.0.2.9", "192.0.2.1"],
      ["2001:db8::9"],
    ]);
  });

  it("keeps balancer addresses that arrive at nodes as they are", () => {
    const ingress =
      '{ ip: 1.2.3.4 }, { ip: 1.2.3.5, ipMode: Proxy }, { ip: 1.2.3.6, ipMode: VIP }, { hostname: lb.example.com }, { ip: "2001:db8::4" }';
    const store = cluster("type: LoadBalancer", { ingress });
    expect([only(store).loadBalancerIps.map((ip) => ip.text), only(store, "IPv6").loadBalancerIps.map((ip) => ip.text)]).toEqual([
      ["1.2.3.4", "1.2.3.6"],
      ["2001:db8::4"],
    ]);
  });

  it.each([
    ["[1.2.3.4/28, ' 10.0.0.0/8 ', 'fd00::/8']", ["1.2.3.0/28", "10.0.0.0/8"]],
    ["[1.2.3.4/28, 0.0.0.0/0]", []],
    ["[1.2.3.4/28, '::/0']", ["1.2.3.0/28"]],
    ["[]", []],
  ])("source ranges %s", (ranges, wanted) => {
    expect(only(cluster(`type: LoadBalancer, loadBalancerSourceRanges: ${ranges}`)).sourceRanges.map((range) => range.text)).toEqual(
      wanted,
    );
  });

  const NODE_PORT = "ports: [{ name: p, port: 80, protocol: TCP, nodePort: 30000 }]";
  it.each<[string, string, string]>([
    // fields; eTP Local, iTP Local, health check port, accessible, uses cluster, uses local
    ["ClusterIP", "", "- - 0 - cluster -"],
    ["eTP Local on a plain ClusterIP Service means nothing", "externalTrafficPolicy: Local", "- - 0 - cluster -"],
    ["with external IPs it does", "externalTrafficPolicy: Local, externalIPs: [192.0.2.1]", "eTP - 0 accessible cluster local"],
    ["NodePort", `type: NodePort, ${NODE_PORT}`, "- - 0 accessible cluster -"],
    ["NodePort, eTP Local", `type: NodePort, externalTrafficPolicy: Local, ${NODE_PORT}`, "eTP - 0 accessible cluster local"],
    [
      "LoadBalancer without node ports and address yet",
      "type: LoadBalancer, externalTrafficPolicy: Local, healthCheckNodePort: 32000",
      "eTP - 32000 - cluster -",
    ],
    ["a health check port needs eTP Local", `type: LoadBalancer, healthCheckNodePort: 32000, ${NODE_PORT}`, "- - 0 accessible cluster -"],
    ["iTP Local", "internalTrafficPolicy: Local", "- iTP 0 - - local"],
    ["iTP Local, reachable from outside", `type: NodePort, internalTrafficPolicy: Local, ${NODE_PORT}`, "- iTP 0 accessible cluster local"],
  ])("%s", (_, fields, wanted) => {
    const port = only(cluster(fields));
    const words: [boolean, string][] = [
      [externallyAccessible(port), "accessible"],
      [usesClusterEndpoints(port), "cluster"],
      [usesLocalEndpoints(port), "local"],
    ];
    expect(
      [
        port.externalLocal ? "eTP" : "-",
        port.internalLocal ? "iTP" : "-",
        port.healthCheckPort,
        ...words.map(([on, word]) => (on ? word : "-")),
      ].join(" "),
    ).toBe(wanted);
  });

  it.each([
    ["sessionAffinity: None, sessionAffinityConfig: { clientIP: { timeoutSeconds: 5 } }", null],
    ["sessionAffinity: ClientIP", 10800],
    ["sessionAffinity: ClientIP, sessionAffinityConfig: { clientIP: { timeoutSeconds: 5 } }", 5],
  ])("affinity of %s", (fields, seconds) => {
    expect(only(cluster(fields)).affinitySeconds).toBe(seconds);
  });
});

describe("endpoints", () => {
  const slice = (name: string, fields: string, labels = "kubernetes.io/service-name: s"): string => `
kind: EndpointSlice
metadata: { name: ${name}, namespace: n, labels: { ${labels} } }
addressType: IPv4
ports: [{ name: p, port: 8080, protocol: TCP }]
${fields}
---`;
  const TWO = "endpoints: [{ addresses: [10.0.0.9, 10.0.0.8] }, { addresses: [10.0.0.10] }]";
  const texts = (slices: string, family: Family = "IPv4", fields = "") =>
    only(cluster(fields, { slices }), family).endpoints.map((endpoint) => endpoint.text);

  it.each<[string, string, string[]]>([
    ["first addresses only, sorted as text", slice("a", TWO), ["10.0.0.10:8080", "10.0.0.9:8080"]],
    [
      "ports of that name and protocol only",
      slice("a", `ports: [{ name: q, port: 1, protocol: TCP }, { name: p, port: 2, protocol: UDP }, { name: p, port: 3 }]\n${TWO}`),
      ["10.0.0.10:3", "10.0.0.9:3"],
    ],
    [
      "a port without name or number counts for nothing",
      slice("a", `ports: [{ port: 1, protocol: TCP }, { name: p, protocol: TCP }, { name: p, port: 0 }]\n${TWO}`),
      [],
    ],
    [
      "one slice port name, two numbers",
      slice("a", `ports: [{ name: p, port: 1 }, { name: p, port: 2 }]\nendpoints: [{ addresses: [10.0.0.1] }]`),
      ["10.0.0.1:1", "10.0.0.1:2"],
    ],
    [
      "several slices",
      slice("a", TWO) + slice("b", "endpoints: [{ addresses: [10.0.0.1] }, { addresses: [10.0.0.9] }]"),
      ["10.0.0.10:8080", "10.0.0.1:8080", "10.0.0.9:8080"],
    ],
    ["not of headless Services", slice("a", TWO, 'kubernetes.io/service-name: s, service.kubernetes.io/headless: ""'), []],
    ["not without a Service", slice("a", TWO, "app: s"), []],
    ["not of another Service", slice("a", TWO, "kubernetes.io/service-name: t"), []],
    ["not of another address type", slice("a", `addressType: FQDN\n${TWO}`), []],
    ["not what is no address", slice("a", "endpoints: [{ addresses: [] }, { addresses: [web] }]"), []],
  ])("%s", (_, slices, wanted) => {
    expect(texts(slices)).toEqual(wanted);
  });

  it("prints IPv6 endpoints in brackets", () => {
    expect(texts(slice("a", 'addressType: IPv6\nendpoints: [{ addresses: ["FD00:0::A"] }]'), "IPv6")).toEqual(["[fd00::a]:8080"]);
  });

  it("takes unset conditions as ready, serving, staying", () => {
    const [endpoint] = only(cluster("", { slices: slice("a", "endpoints: [{ addresses: [10.0.0.1] }]") })).endpoints;
    expect(endpoint).toMatchObject({ ready: true, serving: true, terminating: false, nodeName: null, zoneHints: [], nodeHints: [] });
  });

  it.each([
    ["a later one wins", "{ ready: true }", "{ ready: false }", false],
    ["but not on its way out", "{ ready: true }", "{ ready: false, terminating: true }", true],
    ["and a staying one wins over a leaving one", "{ ready: false, terminating: true }", "{ ready: true }", true],
  ])("of two equal endpoints: %s", (_, first, second, ready) => {
    const of = (name: string, conditions: string): string =>
      slice(name, `endpoints: [{ addresses: [10.0.0.1], conditions: ${conditions} }]`);
    const { endpoints } = only(cluster("", { slices: of("a", first) + of("b", second) }));
    expect(endpoints.map((endpoint) => endpoint.ready)).toEqual([ready]);
  });
});

it("gives the same objects until the Service or one of its slices changes", () => {
  const store = cluster("", {
    slices:
      "kind: EndpointSlice\nmetadata: { name: a, namespace: n, labels: { kubernetes.io/service-name: s } }\naddressType: IPv4\nports: [{ name: p, port: 1 }]\nendpoints: []",
  });
  const before = only(store);
  expect(only(store)).toBe(before);
  const slice = get(store, "EndpointSlice", "n/a");
  if (slice === undefined) throw new Error("no slice");
  put(store, { ...slice, endpoints: [{ addresses: ["10.0.0.1"] }] });
  const after = only(store);
  expect(after).not.toBe(before);
  expect(after.endpoints.map((endpoint) => endpoint.text)).toEqual(["10.0.0.1:1"]);
});

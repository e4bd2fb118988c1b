import { describe, expect, test } from "vitest";
import type { Journey } from "../../core/network/trace.ts";
import type { ClusterView, ServiceView } from "../../core/simulation/view.ts";
import { focusedService, hostTyped, serviceNamed, serviceOfPort } from "./focus.ts";

const service = (key: string, over: Partial<ServiceView> = {}): ServiceView => {
  const [namespace = "", name = ""] = key.split("/");
  return {
    key,
    namespace,
    name,
    clusterIps: [],
    externalIps: [],
    loadBalancer: { state: "none", addresses: [] },
    ports: [],
    dnsName: `${name}.${namespace}.svc.cluster.local`,
    source: { file: "f", document: 0, line: 1 },
    selects: [],
    ...over,
  } as unknown as ServiceView; // only what is read here
};
const port = (nodePort: number): ServiceView["ports"][number] => ({ name: "", protocol: "TCP", port: 80, targetPort: 80, nodePort });
const cluster = {
  services: [
    service("default/kubernetes", { source: null }),
    service("default/cart", { clusterIps: ["10.96.0.8"] }),
    service("default/web", { clusterIps: ["10.96.0.9"], ports: [port(30080)] }),
    service("shop/web"),
  ],
  nodes: [{ name: "node-1", addresses: ["192.168.10.11"] }],
} as unknown as ClusterView; // only what is read here

describe("serviceNamed", () => {
  test.each([
    ["http://web", "default/web"],
    ["web:8080", "default/web"],
    ["http://web.shop/path?x=1", "shop/web"],
    ["web.shop.svc", "shop/web"],
    ["web.default.svc.cluster.local.", "default/web"],
    ["10.96.0.8:80", "default/cart"],
    ["http://192.168.10.11:30080", "default/web"],
    ["http://node-1:30080", "default/web"],
    ["http://192.168.10.11:30081", null],
    ["shop", null],
    ["", null],
  ])("%s means %s", (to, want) => expect(serviceNamed(cluster, to)?.key ?? null).toBe(want));
});

test.each([
  ["http://[fd00::1]:80/x", "fd00::1"],
  ["HTTPS://Web", "Web"],
  ["web", "web"],
])("hostTyped(%s)", (to, want) => expect(hostTyped(to)).toBe(want));

test("serviceOfPort drops the port's name", () => {
  expect(serviceOfPort("default/web:http")).toBe("default/web");
  expect(serviceOfPort("default/web")).toBe("default/web");
});

describe("focusedService", () => {
  const of = (over: Partial<Parameters<typeof focusedService>[0]>): string | null =>
    focusedService({ cluster, chosen: null, journey: null, to: "", ...over })?.key ?? null;
  test("what was chosen wins, then the request on show, then the request line, then the first of the manifests", () => {
    const journey = { to: "http://cart", servicePort: "default/cart" } as Journey; // only what is read here
    expect(of({ chosen: "shop/web", journey, to: "http://web" })).toBe("shop/web");
    expect(of({ journey, to: "http://web" })).toBe("default/cart");
    expect(of({ to: "http://web" })).toBe("default/web");
    expect(of({})).toBe("default/cart");
    expect(of({ chosen: "default/gone" })).toBe("default/cart");
  });
});

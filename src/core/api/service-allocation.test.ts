import { describe, expect, it } from "vitest";
import { addressAt, parseAddress } from "../base/address.ts";
import { parseRange } from "./addresses.ts";
import { at } from "./json.ts";
import { addressPools } from "./pools.ts";
import { DEFAULT_SETTINGS } from "./settings.ts";
import { created, faults, send, service } from "./test-requests.ts";
import type { RequestSetting } from "./test-requests.ts";

const DUAL: RequestSetting = { serviceSubnet: "10.96.0.0/16,fd00:10:96::/112" };

function spec(text: string, setting: RequestSetting = {}): unknown {
  return at(created(send("create", service(text), setting)), "spec");
}

describe("address pools", () => {
  it.each([
    ["10.96.0.0/12", "10.96.0.1", "10.96.1.0", "10.111.255.254"],
    ["10.96.0.0/16", "10.96.0.1", "10.96.1.0", "10.96.255.254"],
    ["10.1.1.0/24", "10.1.1.1", "10.1.1.16", "10.1.1.254"],
    ["10.1.1.0/27", "10.1.1.1", "10.1.1.16", "10.1.1.30"],
    ["10.1.1.0/28", "10.1.1.1", null, "10.1.1.14"],
    ["fd00:10:96::/112", "fd00:10:96::1", "fd00:10:96::100", "fd00:10:96::ffff"],
  ])("%s", (subnet, first, lastStatic, last) => {
    const [pool] = addressPools({ ...DEFAULT_SETTINGS, serviceSubnets: [subnet] });
    if (pool === undefined) throw new Error("no pool");
    expect(addressAt(pool.range, 1)).toBe(first);
    expect(pool.band === 0 ? null : addressAt(pool.range, pool.band)).toBe(lastStatic);
    expect(addressAt(pool.range, pool.usable)).toBe(last);
  });

  it("uses the static band when the rest is taken, then gives up", () => {
    const serviceSubnet = "10.1.1.0/28";
    let stored = "";
    const seen = new Set<string>();
    for (let number = 0; number < 14; number++) {
      const object = created(send("create", service("ports: [{port: 80}]", { name: `s${number}` }), { serviceSubnet, stored }));
      seen.add(String(at(object, "spec", "clusterIP")));
      stored += `---\n${JSON.stringify(object)}\n`;
    }
    expect(seen.size).toBe(14);
    expect(faults(send("create", service("ports: [{port: 80}]"), { serviceSubnet, stored }))).toEqual([
      '500 Internal error occurred: failed to allocate a serviceIP for Service "web": range is full',
    ]);
  });
});

describe("addresses", () => {
  it("are the Service's own: what others ask for does not shift them", () => {
    const alone = spec("ports: [{port: 80}]");
    const other = created(send("create", service("ports: [{port: 80}]", { name: "other" })));
    expect(spec("ports: [{port: 80}]", { stored: JSON.stringify(other) })).toEqual(alone);
    expect(at(other, "spec", "clusterIP")).not.toBe(at(alone, "clusterIP"));
  });

  it("are not given twice", () => {
    const ip = String(at(spec("ports: [{port: 80}]"), "clusterIP"));
    const taken = JSON.stringify(created(send("create", service(`{clusterIP: ${ip}, ports: [{port: 80}]}`, { name: "other" }))));
    expect(at(spec("ports: [{port: 80}]", { stored: taken }), "clusterIP")).not.toBe(ip);
    expect(faults(send("create", service(`{clusterIP: ${ip}, ports: [{port: 80}]}`), { stored: taken }))).toEqual([
      `spec.clusterIPs: Invalid value: ["${ip}"]: failed to allocate IP ${ip}: provided IP is already allocated`,
    ]);
  });

  it.each([
    ["ClusterIP", "ports: [{port: 80}]", { ipFamilies: ["IPv4"], ipFamilyPolicy: "SingleStack" }],
    ["PreferDualStack", "{ipFamilyPolicy: PreferDualStack, ports: [{port: 80}]}", { ipFamilies: ["IPv4", "IPv6"] }],
    ["IPv6 first", "{ipFamilyPolicy: RequireDualStack, ipFamilies: [IPv6], ports: [{port: 80}]}", { ipFamilies: ["IPv6", "IPv4"] }],
    ["IPv6 alone", "{ipFamilies: [IPv6], ports: [{port: 80}]}", { ipFamilies: ["IPv6"], ipFamilyPolicy: "SingleStack" }],
    [
      "headless with a selector",
      "{clusterIP: None, selector: {a: b}}",
      { clusterIPs: ["None"], ipFamilies: ["IPv4"], ipFamilyPolicy: "SingleStack" },
    ],
    [
      "headless without a selector",
      "{clusterIP: None}",
      { clusterIPs: ["None"], ipFamilies: ["IPv4", "IPv6"], ipFamilyPolicy: "RequireDualStack" },
    ],
  ])("of %s on two families", (_name, text, wanted) => {
    const made = spec(text, DUAL);
    expect(made).toMatchObject(wanted);
    const ips = (at(made, "clusterIPs") as string[]).filter((ip) => ip !== "None");
    if (ips.length > 0) expect(ips.map((ip) => parseAddress(ip)?.family)).toEqual(at(made, "ipFamilies"));
  });

  it("of a headless Service without selector has both families even in a cluster of one", () => {
    expect(spec("{clusterIP: None}")).toMatchObject({ ipFamilies: ["IPv4", "IPv6"], ipFamilyPolicy: "RequireDualStack" });
  });

  it("are canonical ranges whatever bits are written", () => {
    expect(parseRange("10.96.7.9/16")).toEqual(parseRange("10.96.0.0/16"));
  });
});

describe("node ports", () => {
  const ports = (made: unknown): unknown => (at(made, "ports") as { nodePort?: number }[]).map(({ nodePort }) => nodePort);

  it("are shared by entries with the same port", () => {
    const [first, second] = ports(spec("{type: NodePort, ports: [{name: a, port: 53, protocol: UDP}, {name: b, port: 53}]}")) as number[];
    expect(first).toBe(second);
    expect(first).toBeGreaterThanOrEqual(30_086);
    expect(ports(spec("{type: NodePort, ports: [{name: a, port: 53, protocol: UDP}, {name: b, port: 53, nodePort: 30053}]}"))).toEqual([
      30_053, 30_053,
    ]);
  });

  it("are not taken where allocation is off", () => {
    expect(
      ports(
        spec(
          "{type: LoadBalancer, allocateLoadBalancerNodePorts: false, ports: [{name: a, port: 80}, {name: b, port: 81, nodePort: 30081}]}",
        ),
      ),
    ).toEqual([undefined, 30_081]);
  });

  it("stay with the port of the same name", () => {
    const stored =
      "{apiVersion: v1, kind: Service, metadata: {name: web, namespace: default}, spec: {type: NodePort, clusterIP: 10.96.3.4, clusterIPs: [10.96.3.4], ipFamilies: [IPv4], ipFamilyPolicy: SingleStack, ports: [{name: a, port: 80, nodePort: 30080}, {name: b, port: 81, nodePort: 30081}]}}";
    const next = created(send("update", service("{type: NodePort, ports: [{name: b, port: 91}, {name: c, port: 92}]}"), { stored }));
    const [b, c] = ports(at(next, "spec")) as number[];
    expect(b).toBe(30_081);
    expect([30_080, 30_081]).not.toContain(c);
  });

  it("that another entry took over are not kept", () => {
    const stored =
      "{apiVersion: v1, kind: Service, metadata: {name: web, namespace: default}, spec: {type: NodePort, clusterIP: 10.96.3.4, clusterIPs: [10.96.3.4], ipFamilies: [IPv4], ipFamilyPolicy: SingleStack, ports: [{name: a, port: 80, nodePort: 30080}, {name: b, port: 81, nodePort: 30081}]}}";
    const next = created(
      send("update", service("{type: NodePort, ports: [{name: a, port: 80}, {name: b, port: 81, nodePort: 30080}]}"), { stored }),
    );
    const [a, b] = ports(at(next, "spec")) as number[];
    expect(b).toBe(30_080);
    expect(a).toBeGreaterThanOrEqual(30_086);
  });

  it("of a Local load balancer include one for health checks", () => {
    expect(
      at(spec("{type: LoadBalancer, externalTrafficPolicy: Local, ports: [{port: 80}]}"), "healthCheckNodePort"),
    ).toBeGreaterThanOrEqual(30_086);
  });

  it("taken for health checks are refused with a 500", () => {
    const taken = JSON.stringify(
      created(send("create", service("{type: NodePort, ports: [{port: 80, nodePort: 31000}]}", { name: "other" }))),
    );
    expect(
      faults(
        send("create", service("{type: LoadBalancer, externalTrafficPolicy: Local, healthCheckNodePort: 31000, ports: [{port: 80}]}"), {
          stored: taken,
        }),
      ),
    ).toEqual(["500 Internal error occurred: failed to allocate requested HealthCheck NodePort 31000: provided port is already allocated"]);
  });
});

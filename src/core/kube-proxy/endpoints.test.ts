import { describe, expect, it } from "vitest";
import { categorizeEndpoints, policyState } from "./endpoints.ts";
import type { NodePlace } from "./endpoints.ts";
import { readService } from "./service-ports.ts";
import type { EndpointInfo, ServicePortInfo } from "./service-ports.ts";
import { storeOf } from "./test-objects.ts";
import { get, list } from "../api/store.ts";

/**
 * A service port from a line of policies and its endpoints. An endpoint is a number (10.0.0.N) with its node and
 * state: `1@a` ready on a · `1@a-` not ready · `1@a~` terminating and serving · `1@a!` terminating, not serving ·
 * `=z` a zone hint · `>n` a node hint.
 */
function servicePort(policies: string, endpoints: string): ServicePortInfo {
  const spec = [
    "type: ClusterIP, clusterIP: 10.96.0.1, clusterIPs: [10.96.0.1], ipFamilies: [IPv4], sessionAffinity: None",
    ...(policies.includes("iTP") ? ["internalTrafficPolicy: Local"] : []),
    ...(policies.includes("eTP") ? ["externalTrafficPolicy: Local"] : []),
    ...(policies.includes("external") ? ["externalIPs: [192.0.2.1]"] : []),
    "ports: [{ port: 80, protocol: TCP }]",
  ].join(", ");
  const store = storeOf(`
kind: Service
metadata: { name: s, namespace: n }
spec: { ${spec} }
---
kind: EndpointSlice
addressType: IPv4
metadata: { name: s-1, namespace: n, labels: { kubernetes.io/service-name: s } }
ports: [{ name: "", port: 80, protocol: TCP }]
endpoints: [${endpoints.split(" ").filter(Boolean).map(endpointYaml).join(", ")}]
`);
  const service = get(store, "Service", "n/s");
  const port = service === undefined ? undefined : readService(service, list(store, "EndpointSlice"), "IPv4")[0];
  if (port === undefined) throw new Error("no service port");
  return port;
}

function endpointYaml(text: string): string {
  const [, number = "", node = "", state = "", hints = ""] = /^(\d+)(?:@(\w+))?([-~!]?)(.*)$/.exec(text) ?? [];
  const conditions = {
    "": "ready: true",
    "-": "ready: false, serving: false",
    "~": "ready: false, serving: true, terminating: true",
    "!": "ready: false, serving: false, terminating: true",
  }[state];
  const of = (sign: string): string =>
    [...hints.matchAll(new RegExp(`\\${sign}(\\w*)`, "g"))].map((hit) => `{ name: "${hit[1]}" }`).join(", ");
  return `{ addresses: [10.0.0.${number}], ${node === "" ? "" : `nodeName: ${node}, `}conditions: { ${conditions} }, hints: { forZones: [${of("=")}], forNodes: [${of(">")}] } }`;
}

function numbers(endpoints: readonly EndpointInfo[]): string {
  return endpoints.map((endpoint) => endpoint.address.text.split(".")[3]).join(" ");
}

/** `cluster / local / reachable / any`, as seen by node a in zone z. */
function chosen(policies: string, endpoints: string, node: NodePlace = { name: "a", zone: "z" }): string {
  const { cluster, local, reachable, any } = categorizeEndpoints(servicePort(policies, endpoints), node);
  return [numbers(cluster), numbers(local), numbers(reachable), any ? "any" : "none"].map((part) => (part === "" ? "·" : part)).join(" / ");
}

describe("categorizeEndpoints on node a of zone z", () => {
  it.each([
    // policies, endpoints, cluster / local / reachable / any
    ["", "", "· / · / · / none"],
    ["", "1@a 2@b 3", "1 2 3 / · / 1 2 3 / any"],
    ["", "1@a 2@b-", "1 / · / 1 / any"],
    ["", "1@a- 2@b-", "· / · / · / none"],
    ["", "1@a~ 2@b", "2 / · / 2 / any"],
    ["", "1@a~ 2@b~ 3@b!", "1 2 / · / 1 2 / any"],
    ["", "1@a!", "· / · / · / none"],
    // internal policy Local
    ["iTP", "1@a 2@b 3", "· / 1 / 1 / any"],
    ["iTP", "2@b", "· / · / · / any"],
    ["iTP", "2@b~", "· / · / · / any"],
    ["iTP", "2@b-", "· / · / · / none"],
    ["iTP", "1@a~ 2@b", "· / 1 / 1 / any"],
    ["iTP", "1@a~ 3@a", "· / 3 / 3 / any"],
    ["iTP", "1@a!", "· / · / · / none"],
    ["iTP", "3", "· / · / · / any"],
    // external policy Local
    ["eTP external", "1@a 2@b", "1 2 / 1 / 1 2 / any"],
    ["eTP external", "2@b", "2 / · / 2 / any"],
    ["eTP external", "1@a~ 2@b", "2 / 1 / 1 2 / any"],
    ["eTP external", "1@a~ 2@b~", "1 2 / 1 / 1 2 / any"],
    ["eTP", "1@a 2@b", "1 2 / · / 1 2 / any"],
    // both
    ["iTP external", "1@a 2@b", "1 2 / 1 / 1 2 / any"],
    ["iTP eTP external", "2@b", "2 / · / 2 / any"],
    // zone hints
    ["", "1@a=z 2@b=y", "1 / · / 1 / any"],
    ["", "1@a=y 2@b=y", "1 2 / · / 1 2 / any"],
    ["", "1@a=z 2@b", "1 2 / · / 1 2 / any"],
    ["", "1@a=z 2@b-", "1 / · / 1 / any"],
    ["", "1@a=z=y 2@b=y 3@b=z", "1 3 / · / 1 3 / any"],
    ["", "1@a-=z 2@b=y", "2 / · / 2 / any"],
    ["", "1@a~=y 2@b~=z", "1 2 / · / 1 2 / any"],
    ["eTP external", "1@a=y 2@b=z", "2 / 1 / 1 2 / any"],
    // node hints win over zone hints, and need one on every ready endpoint
    ["", "1@a>a=z 2@b>b=z", "1 / · / 1 / any"],
    ["", "1@a>b=z 2@b>b=z 3@b>c=y", "1 2 / · / 1 2 / any"],
    ["", "1@a>a=z 2@b=y", "1 / · / 1 / any"],
    ["", "1@a>a 2@b", "1 2 / · / 1 2 / any"],
  ])("%s [%s] → %s", (policies, endpoints, wanted) => {
    expect(chosen(policies, endpoints)).toBe(wanted);
  });

  it("takes no zone hint on a node without a zone", () => {
    expect(chosen("", "1@a=z 2@b=y", { name: "a", zone: "" })).toBe("1 2 / · / 1 2 / any");
    expect(chosen("", "1@a= 2@b=y", { name: "a", zone: "" }), "not even one for the empty zone").toBe("1 2 / · / 1 2 / any");
  });

  it("is never local without a node name, not even on a node without one", () => {
    expect(chosen("iTP", "1", { name: "", zone: "" })).toBe("· / · / · / any");
  });
});

describe("policyState", () => {
  const flags = (policies: string, endpoints: string): string => {
    const port = servicePort(policies, endpoints);
    const state = policyState(port, categorizeEndpoints(port, { name: "a", zone: "z" }));
    return Object.entries(state)
      .filter(([, on]) => on)
      .map(([name]) => name)
      .join(" ");
  };
  it.each([
    ["", "", ""],
    ["", "2@b", "hasEndpoints hasInternal hasExternal useClusterChain"],
    ["iTP", "2@b", "hasEndpoints hasExternal"],
    ["iTP", "1@a 2@b", "hasEndpoints hasInternal hasExternal useLocalChain"],
    ["external", "2@b", "hasEndpoints hasInternal hasExternal useClusterChain useExternalChain"],
    ["eTP external", "2@b", "hasEndpoints hasInternal useClusterChain useExternalChain"],
    ["eTP external", "1@a 2@b", "hasEndpoints hasInternal hasExternal useClusterChain useLocalChain useExternalChain"],
  ])("%s [%s] → %s", (policies, endpoints, wanted) => {
    expect(flags(policies, endpoints)).toBe(wanted);
  });
});

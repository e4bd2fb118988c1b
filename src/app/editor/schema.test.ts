import { describe, expect, test } from "vitest";
import { knownKinds, rootOf, schemaAt, typeText } from "./schema.ts";

function fieldAt(kind: string, path: readonly (string | number)[]): ReturnType<typeof schemaAt> {
  const root = rootOf(null, kind);
  return root === null ? null : schemaAt(root, path);
}

describe("the generated schema", () => {
  test.each([
    "Service",
    "Deployment",
    "Pod",
    "EndpointSlice",
    "NetworkPolicy",
    "Ingress",
    "CronJob",
    "Cluster",
    "KubeProxyConfiguration",
    "ClusterConfiguration",
    "IPAddressPool",
    "L2Advertisement",
  ])("knows the kind %s", (kind) => {
    expect(knownKinds().map((known) => known.kind)).toContain(kind);
  });

  test.each([
    { kind: "Service", path: ["spec", "externalTrafficPolicy"], type: "Cluster or Local" },
    { kind: "Service", path: ["spec", "type"], type: "ClusterIP, ExternalName, LoadBalancer or NodePort" },
    { kind: "Service", path: ["spec", "ports", 0, "targetPort"], type: "number or string" },
    { kind: "Service", path: ["spec", "selector"], type: "map of strings" },
    { kind: "Deployment", path: ["spec", "replicas"], type: "number" },
    { kind: "Deployment", path: ["spec", "template", "spec", "containers", 0, "ports", 0, "containerPort"], type: "number" },
    { kind: "Deployment", path: ["spec", "strategy", "rollingUpdate", "maxSurge"], type: "number or string" },
    { kind: "Pod", path: ["metadata", "labels"], type: "map of strings" },
    { kind: "CronJob", path: ["spec", "concurrencyPolicy"], type: "Allow, Forbid or Replace" },
    { kind: "CronJob", path: ["spec", "jobTemplate", "spec", "template", "spec", "restartPolicy"], type: "Always, Never or OnFailure" },
    { kind: "NetworkPolicy", path: ["spec", "ingress", 0, "from", 0, "ipBlock", "cidr"], type: "string" },
    { kind: "Ingress", path: ["spec", "rules", 0, "http", "paths", 0, "pathType"], type: "Exact, ImplementationSpecific or Prefix" },
    { kind: "Cluster", path: ["networking", "kubeProxyMode"], type: "iptables, nftables or ipvs" },
    { kind: "Cluster", path: ["nodes", 1, "extraPortMappings", 0, "hostPort"], type: "number" },
    { kind: "KubeProxyConfiguration", path: ["iptables", "masqueradeAll"], type: "boolean" },
    { kind: "IPAddressPool", path: ["spec", "addresses"], type: "list of string" },
    { kind: "EndpointSlice", path: ["endpoints", 0, "conditions", "ready"], type: "boolean" },
  ])("$kind $path is $type", ({ kind, path, type }) => {
    const node = fieldAt(kind, path);
    expect(node === null ? null : typeText(node)).toBe(type);
  });

  test("carries the API's words and its required marks", () => {
    expect(fieldAt("Service", ["spec", "sessionAffinity"])?.d).toMatch(/ClientIP/);
    expect(fieldAt("Service", ["spec", "ports", 0])?.p?.port?.r).toBe(1);
  });

  test.each([
    { kind: "Service", path: ["spec", "nope"] },
    { kind: "Service", path: ["spec", "ports", "port"] },
  ])("nothing at $path", ({ kind, path }) => expect(fieldAt(kind, path)).toBeNull());

  test("an unknown kind has no root", () => expect(rootOf("example.com/v1", "Gadget")).toBeNull());
});

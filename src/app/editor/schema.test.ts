import { describe, expect, test } from "vitest";
import { knownKinds, rootOf, schemaAt, typeText } from "./schema.ts";

function fieldAt(kind: string, path: readonly (string | number)[]): ReturnType<typeof schemaAt> {
  const root = rootOf(null, kind);
  return root === null ? null : schemaAt(root, path);
}

describe("the generated schema", () => {
  test("knows the kinds that people write here", () => {
    expect(knownKinds().map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(["Service", "Deployment", "Pod", "EndpointSlice", "NetworkPolicy", "Ingress"]),
    );
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

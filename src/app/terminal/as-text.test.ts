import { describe, expect, it } from "vitest";
import { changedFields, documentOf } from "./as-text.ts";

const deployment = { kind: "Deployment", metadata: { name: "web", labels: { app: "web" }, resourceVersion: "1" }, spec: { replicas: 3 } };

describe("fields that changed", () => {
  it.each([
    ["nothing", {}, []],
    ["what the server writes", { metadata: { ...deployment.metadata, resourceVersion: "2", generation: 4 }, status: { replicas: 1 } }, []],
    ["a number", { spec: { replicas: 5 } }, [{ path: "spec.replicas", value: 5 }]],
    [
      "a label with a dot in its key",
      { metadata: { ...deployment.metadata, labels: { app: "web", "app.kubernetes.io/name": "w" } } },
      [{ path: "metadata.labels[app.kubernetes.io/name]", value: "w" }],
    ],
    ["a label that went", { metadata: { ...deployment.metadata, labels: {} } }, [{ path: "metadata.labels.app", value: undefined }]],
  ])("%s", (_, change, wanted) => {
    expect(changedFields(deployment, { ...deployment, ...change })).toEqual(wanted);
  });

  it("goes into lists of the same length", () => {
    const containers = (image: string): { spec: { containers: readonly { name: string; image: string }[] } } => ({
      spec: { containers: [{ name: "a", image }] },
    });
    expect(changedFields(containers("nginx:1.27"), containers("nginx:1.28"))).toEqual([
      { path: "spec.containers[0].image", value: "nginx:1.28" },
    ]);
  });

  it("gives up on what is another object", () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`k${i}`, i]));
    expect(changedFields({ spec: {} }, { spec: many })).toBeNull();
  });
});

describe("an object as a document", () => {
  it("leaves out what nobody writes", async () => {
    const made = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "p", namespace: "default", creationTimestamp: null, labels: { run: "p" } },
      spec: { containers: [{ name: "p", image: "nginx", resources: {} }], restartPolicy: "Always" },
      status: {},
    };
    expect(await documentOf(made, "default/p")).toBe(
      "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  labels:\n    run: p\nspec:\n  containers:\n    - name: p\n      image: nginx\n  restartPolicy: Always\n",
    );
  });

  it("says its namespace where it is not the usual one", async () => {
    expect(await documentOf({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c", namespace: "shop" } }, "shop/c")).toContain(
      "  namespace: shop\n",
    );
    expect(await documentOf("text", "default/p")).toBeNull();
  });
});

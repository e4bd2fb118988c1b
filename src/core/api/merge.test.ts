import { describe, expect, test } from "vitest";
import { threeWayMerge } from "./merge.ts";
import { shapeOf } from "./shapes.ts";

describe("what kubectl apply sends", () => {
  test.each<readonly [string, unknown, unknown, unknown, unknown]>([
    ["a field of the cluster's stays", { a: 1, b: 2 }, { a: 1 }, { a: 3 }, { a: 3, b: 2 }],
    ["a field that the manifest said and says no more goes", { a: 1, b: 2 }, { a: 1, b: 2 }, { a: 1 }, { a: 1 }],
    ["maps are merged at any depth", { m: { x: 1, y: 2 } }, { m: { x: 1 } }, { m: { x: 5 } }, { m: { x: 5, y: 2 } }],
    ["lists are replaced", { l: [{ p: 80, n: 30000 }] }, undefined, { l: [{ p: 81 }] }, { l: [{ p: 81 }] }],
    [
      "another strategy of a Deployment takes none of the old one's fields along",
      { spec: { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%" } } } },
      { spec: { strategy: { type: "RollingUpdate" } } },
      { spec: { strategy: { type: "Recreate" } } },
      { spec: { strategy: { type: "Recreate" } } },
    ],
    [
      "also where the manifest said none before",
      { spec: { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%" } } } },
      { spec: {} },
      { spec: { strategy: { type: "Recreate" } } },
      { spec: { strategy: { type: "Recreate" } } },
    ],
    [
      "the same strategy keeps what it was defaulted to",
      { spec: { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%" } } } },
      { spec: { strategy: { type: "RollingUpdate" } } },
      { spec: { strategy: { type: "RollingUpdate" } } },
      { spec: { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%" } } } },
    ],
  ])("%s", (_name, current, last, next, merged) => {
    expect(threeWayMerge(current, last, next, shapeOf("apps/v1", "Deployment"))).toEqual(merged);
  });
});

const POD = shapeOf("v1", "Pod");
const SERVICE = shapeOf("v1", "Service");

describe("lists whose items are told apart by a member", () => {
  const pod = (spec: object): object => ({ spec });
  const containers = (...list: readonly object[]): object => pod({ containers: list });
  const env = (...list: readonly object[]): object => containers({ name: "a", env: list });

  test.each<readonly [string, object, object | undefined, object, object]>([
    [
      "a container keeps what it was defaulted to",
      containers({ name: "a", image: "x:1", imagePullPolicy: "Always" }),
      containers({ name: "a", image: "x:1" }),
      containers({ name: "a", image: "x:2" }),
      containers({ name: "a", image: "x:2", imagePullPolicy: "Always" }),
    ],
    [
      "a field of a container that the manifest says no more goes",
      containers({ name: "a", image: "x", command: ["b"], tty: true }),
      containers({ name: "a", image: "x", command: ["b"] }),
      containers({ name: "a", image: "x" }),
      containers({ name: "a", image: "x", tty: true }),
    ],
    [
      "a container that the manifest holds no more goes",
      containers({ name: "a" }, { name: "b" }),
      containers({ name: "a" }, { name: "b" }),
      containers({ name: "b" }),
      containers({ name: "b" }),
    ],
    [
      "a container of another's stays, before the new one",
      containers({ name: "a" }, { name: "injected" }),
      containers({ name: "a" }),
      containers({ name: "a" }, { name: "new" }),
      containers({ name: "a" }, { name: "injected" }, { name: "new" }),
    ],
    [
      "one that stood first stays first",
      containers({ name: "injected" }, { name: "a" }),
      containers({ name: "a" }),
      containers({ name: "a" }),
      containers({ name: "injected" }, { name: "a" }),
    ],
    [
      "the manifest's order is the order",
      containers({ name: "a" }, { name: "b" }),
      containers({ name: "a" }, { name: "b" }),
      containers({ name: "b" }, { name: "a" }),
      containers({ name: "b" }, { name: "a" }),
    ],
    ["a list that the manifest holds no more goes", containers({ name: "a" }), containers({ name: "a" }), pod({}), pod({})],
    [
      "a variable that refers to a field gets a value of its own",
      env({ name: "X", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } }),
      env({ name: "X", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } }),
      env({ name: "X", value: "1" }),
      env({ name: "X", value: "1" }),
    ],
    [
      "a variable that was set by hand stays",
      env({ name: "X", value: "1" }, { name: "Y", value: "2" }),
      env({ name: "X", value: "1" }),
      env({ name: "X", value: "3" }),
      env({ name: "X", value: "3" }, { name: "Y", value: "2" }),
    ],
    [
      "the ports of a container are told apart by their number",
      containers({ name: "a", ports: [{ containerPort: 80, protocol: "TCP" }] }),
      containers({ name: "a", ports: [{ containerPort: 80 }] }),
      containers({ name: "a", ports: [{ containerPort: 80, name: "http" }] }),
      containers({ name: "a", ports: [{ containerPort: 80, protocol: "TCP", name: "http" }] }),
    ],
    [
      "one number twice: the list is one value",
      containers({ name: "a", ports: [{ containerPort: 53, protocol: "UDP" }] }),
      containers({ name: "a", ports: [{ containerPort: 53, protocol: "UDP" }] }),
      containers({
        name: "a",
        ports: [
          { containerPort: 53, protocol: "UDP" },
          { containerPort: 53, protocol: "TCP" },
        ],
      }),
      containers({
        name: "a",
        ports: [
          { containerPort: 53, protocol: "UDP" },
          { containerPort: 53, protocol: "TCP" },
        ],
      }),
    ],
    [
      "a command is one value",
      containers({ name: "a", command: ["a", "b"] }),
      containers({ name: "a", command: ["a", "b"] }),
      containers({ name: "a", command: ["a"] }),
      containers({ name: "a", command: ["a"] }),
    ],
    [
      "tolerations are one value",
      pod({ tolerations: [{ key: "a" }, { key: "added" }] }),
      pod({ tolerations: [{ key: "a" }] }),
      pod({ tolerations: [{ key: "b" }] }),
      pod({ tolerations: [{ key: "b" }] }),
    ],
    [
      "a volume of another sort takes nothing of the old one along",
      pod({ volumes: [{ name: "v", configMap: { name: "c", defaultMode: 420 } }] }),
      pod({ volumes: [{ name: "v", configMap: { name: "c" } }] }),
      pod({ volumes: [{ name: "v", emptyDir: {} }] }),
      pod({ volumes: [{ name: "v", emptyDir: {} }] }),
    ],
    [
      "finalizers are told apart by themselves",
      { metadata: { finalizers: ["a/x", "b/y"] } },
      { metadata: { finalizers: ["a/x"] } },
      { metadata: { finalizers: ["c/z"] } },
      { metadata: { finalizers: ["b/y", "c/z"] } },
    ],
    [
      "a toleration's empty list empties it",
      pod({ tolerations: [{ key: "a" }] }),
      pod({ tolerations: [{ key: "a" }] }),
      pod({ tolerations: [] }),
      pod({ tolerations: [] }),
    ],
    [
      "the first apply onto an object of another's keeps its items",
      containers({ name: "a", image: "x" }, { name: "b" }),
      undefined,
      containers({ name: "a", image: "y" }),
      containers({ name: "a", image: "y" }, { name: "b" }),
    ],
  ])("%s", (_name, current, last, next, merged) => {
    expect(threeWayMerge(current, last, next, POD)).toEqual(merged);
  });

  test.each<readonly [string, readonly object[], readonly object[], readonly object[], readonly object[]]>([
    [
      "a node port stays with its port",
      [{ port: 80, protocol: "TCP", targetPort: 80, nodePort: 30001 }],
      [{ port: 80 }],
      [{ port: 80, name: "web" }],
      [{ port: 80, protocol: "TCP", targetPort: 80, nodePort: 30001, name: "web" }],
    ],
    [
      "another number is another port",
      [{ port: 80, protocol: "TCP", targetPort: 80, nodePort: 30001 }],
      [{ port: 80 }],
      [{ port: 81 }],
      [{ port: 81 }],
    ],
    [
      "one more port",
      [{ port: 80, nodePort: 30001 }],
      [{ port: 80 }],
      [{ port: 443 }, { port: 80 }],
      [{ port: 443 }, { port: 80, nodePort: 30001 }],
    ],
  ])("Service: %s", (_name, current, last, next, merged) => {
    expect(threeWayMerge({ spec: { ports: current } }, { spec: { ports: last } }, { spec: { ports: next } }, SERVICE)).toEqual({
      spec: { ports: merged },
    });
  });

  test("a custom resource's lists are replaced", () => {
    const list = (...names: readonly string[]): object => ({ spec: { containers: names.map((name) => ({ name })) } });
    expect(threeWayMerge(list("a", "b"), list("a"), list("c"), shapeOf("example.com/v1", "Thing"))).toEqual(list("c"));
  });

  test.each([
    ["the text became an object", "x", "x", { a: 1 }, { a: 1 }],
    ["the object became text", { a: 1 }, { a: 1 }, "x", "x"],
    ["there was nothing", undefined, undefined, { a: [1] }, { a: [1] }],
    ["a key that every object has", { a: 1 }, { a: 1 }, { constructor: 1 }, { constructor: 1 }],
  ])("%s", (_name, current, last, next, merged) => {
    expect(threeWayMerge(current, last, next, POD)).toEqual(merged);
  });
});

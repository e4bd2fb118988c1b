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

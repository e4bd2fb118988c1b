import { describe, expect, it } from "vitest";
import { nextBelow, randomState } from "../base/random.ts";
import { matchesPairs } from "./selectors.ts";
import { countOnNode, ownedBy, podKeysWith, podsOnNode, podsThatKeepAway, podsWith, serviceKeysFor, servicesFor } from "./store-index.ts";
import { emptyStore, put, remove, snapshotStore } from "./store.ts";
import type { ObjectStore } from "./store.ts";
import type { KubeObject, Pod, Service, StringMap } from "./types.ts";

const VALUES = ["a", "b", "c"];

function pod(name: string, labels: StringMap, owner: string, spec: Pod["spec"]): Pod {
  const metadata = { name, namespace: "n", labels, ownerReferences: [{ apiVersion: "v1", kind: "X", name: owner, uid: owner }] };
  return { apiVersion: "v1", kind: "Pod", metadata, spec, status: {} };
}

/** Bound to a node or to none; it may keep others away. */
function specOf(node: string, keepsAway: boolean): Pod["spec"] {
  const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: "zone" }] } };
  return { containers: [], ...(node === "c" ? {} : { nodeName: node }), ...(keepsAway ? { affinity } : {}) };
}

/** The same answers by looking at everything. */
function slowly(store: ObjectStore, labels: StringMap, owner: string): readonly unknown[] {
  const all = (kind: string): KubeObject[] => [...(store.objects.get(kind)?.values() ?? [])];
  return [
    all("Pod").filter((object) => matchesPairs(labels, object.metadata.labels)),
    (all("Service") as Service[]).filter((service) => matchesPairs(service.spec.selector, labels)),
    all("Pod").filter((object) => object.metadata.ownerReferences?.[0]?.uid === owner),
    (all("Pod") as Pod[]).filter(({ spec }) => spec.nodeName === owner),
    (all("Pod") as Pod[]).filter(({ spec }) => spec.nodeName === undefined),
    (all("Pod") as Pod[]).filter(({ spec }) => "affinity" in spec),
  ].map((objects) => objects.map(({ metadata }) => metadata.name));
}

function quickly(store: ObjectStore, labels: StringMap, owner: string): readonly unknown[] {
  const found: readonly (readonly KubeObject[])[] = [
    podsWith(store, "n", labels),
    servicesFor(store, "n", labels),
    ownedBy(store, owner),
    owner === "c" ? [] : podsOnNode(store, owner),
    podsOnNode(store, ""),
    podsThatKeepAway(store),
  ];
  const keys = (objects: readonly KubeObject[] | undefined): readonly string[] =>
    (objects ?? []).map(({ metadata }) => `n/${metadata.name}`);
  expect(podKeysWith(store, "n", labels).toSorted()).toEqual(keys(found[0]).toSorted());
  expect(serviceKeysFor(store, "n", labels)).toEqual(keys(found[1]));
  expect(countOnNode(store, "")).toBe(found[4]?.length);
  return found.map((objects) => objects.map(({ metadata }) => metadata.name));
}

describe("the index answers as a look at everything does", () => {
  it.each([1, 2, 3, 4, 5])("after random writes, seed %i", (seed) => {
    const random = randomState(seed, "store-index");
    const one = (): string => VALUES[nextBelow(random, VALUES.length)] ?? "a";
    let store = emptyStore();
    for (let step = 0; step < 400; step++) {
      const name = `p${nextBelow(random, 12)}`;
      const labels = { app: one(), tier: one() };
      switch (nextBelow(random, 6)) {
        case 0:
          remove(store, "Pod", `n/${name}`);
          break;
        case 1:
          put(store, {
            apiVersion: "v1",
            kind: "Service",
            metadata: { name, namespace: "n" },
            spec: { selector: nextBelow(random, 2) === 0 ? labels : { app: one() } },
          });
          break;
        case 2:
          // A copy starts without an index and has to give the same order.
          if (nextBelow(random, 10) === 0) store = snapshotStore(store);
          break;
        case 3: {
          // Most writes leave alone what the buckets go by.
          const before = store.objects.get("Pod")?.get(`n/${name}`) as Pod | undefined;
          if (before !== undefined) put(store, { ...before, status: { phase: "Running" } });
          if (before !== undefined && nextBelow(random, 2) === 0)
            put(store, { ...before, spec: specOf(one(), nextBelow(random, 3) === 0) });
          const service = store.objects.get("Service")?.get(`n/${name}`) as Service | undefined;
          if (service !== undefined) put(store, { ...service, spec: { ...service.spec, selector: labels } });
          break;
        }
        default:
          put(store, pod(name, labels, one(), specOf(one(), nextBelow(random, 3) === 0)));
      }
      const owner = one();
      expect(quickly(store, labels, owner)).toEqual(slowly(store, labels, owner));
    }
  });
});

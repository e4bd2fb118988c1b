/** Nets that follow a list of Pods are those that are made of it anew, in the same order. */
import { array, assert, boolean, constantFrom, integer, property, record } from "fast-check";
import { expect, test } from "vitest";
import { emptyStore, listed, put, remove } from "../api/store.ts";
import type { Pod } from "../api/types.ts";
import { PodNetBook, podNetsOf } from "./pod-nets.ts";

const WRITE = record({
  name: constantFrom("a", "b", "c", "d"),
  address: integer({ min: 0, max: 3 }),
  hostNetwork: boolean(),
  gone: boolean(),
  look: boolean(),
});

test("after Pods came, went and got other addresses", () => {
  assert(
    property(array(WRITE, { maxLength: 40 }), (writes) => {
      const store = emptyStore();
      const book = new PodNetBook();
      for (const { name, address, hostNetwork, gone, look } of writes) {
        const status = { phase: "Running" as const, podIPs: address === 0 ? [] : [{ ip: `10.244.1.${address}` }] };
        const metadata = { name, namespace: "default" };
        const pod: Pod = { apiVersion: "v1", kind: "Pod", metadata, spec: { nodeName: "n", containers: [], hostNetwork }, status };
        if (gone) remove(store, "Pod", `default/${name}`);
        else put(store, pod);
        if (!look) continue;
        const pods = listed(store, "Pod");
        const [followed, fresh] = [book.of(pods), podNetsOf(pods)];
        expect([...followed.pods]).toEqual([...fresh.pods]);
        expect([...followed.podAt]).toEqual([...fresh.podAt]);
        expect(book.of(pods)).toBe(followed);
      }
    }),
    { numRuns: 200, seed: 20260101 },
  );
});

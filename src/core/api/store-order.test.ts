/** Lists in order: the same as sorting anew after any writes, and never changed once handed out. */
import { array, assert, constantFrom, integer, property, record } from "fast-check";
import { describe, expect, test } from "vitest";
import { emptyStore, keyOf, list, listed, put, remove, snapshotStore } from "./store.ts";
import { nextBelow, randomState } from "../base/random.ts";
import { differences } from "./store-order.ts";
import type { ConfigMap } from "./types.ts";

const object = (name: string, namespace: string, data: string): ConfigMap => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace },
  data: { data },
});

const WRITE = record({
  what: constantFrom("put", "remove", "look", "copy"),
  name: constantFrom("a", "b", "c", "a-b", "a.b", "A"),
  namespace: constantFrom("x", "x-y", "y"),
  data: integer({ min: 0, max: 2 }).map(String),
});

test("after any writes the list is what sorting anew gives, and one that was handed out stays as it was", () => {
  assert(
    property(array(WRITE, { maxLength: 40 }), (writes) => {
      let store = emptyStore();
      const seen: { readonly list: readonly ConfigMap[]; readonly text: string }[] = [];
      for (const { what, name, namespace, data } of writes) {
        if (what === "put") put(store, object(name, namespace, data));
        if (what === "remove") remove(store, "ConfigMap", `${namespace}/${name}`);
        if (what === "copy") store = snapshotStore(store);
        if (what === "look") {
          const now = listed(store, "ConfigMap");
          expect(listed(store, "ConfigMap")).toBe(now);
          seen.push({ list: now, text: JSON.stringify(now) });
        }
        const keys = [...(store.objects.get("ConfigMap")?.keys() ?? [])].sort();
        expect(list(store, "ConfigMap").map(keyOf)).toEqual(keys);
        expect(list(store, "ConfigMap")).toEqual(keys.map((key) => store.objects.get("ConfigMap")?.get(key)));
      }
      for (const { list: before, text } of seen) expect(JSON.stringify(before)).toBe(text);
    }),
    { numRuns: 300, seed: 20260101 },
  );
});

test("many writes between two looks are merged into what sorting anew gives", () => {
  const write = record({ put: integer({ min: 0, max: 3 }).map((n) => n > 0), name: integer({ min: 0, max: 60 }).map((n) => `n${n}`) });
  assert(
    property(array(array(write, { maxLength: 70 }), { maxLength: 5 }), (rounds) => {
      const store = emptyStore();
      listed(store, "ConfigMap");
      for (const [round, writes] of rounds.entries()) {
        for (const { put: puts, name } of writes)
          if (puts) put(store, object(name, "x", String(round)));
          else remove(store, "ConfigMap", `x/${name}`);
        const stored = store.objects.get("ConfigMap");
        expect(list(store, "ConfigMap")).toEqual([...(stored?.keys() ?? [])].sort().map((key) => stored?.get(key)));
      }
    }),
    { numRuns: 200, seed: 20260101 },
  );
});

test("a kind that nobody wrote to keeps its list", () => {
  const store = emptyStore();
  put(store, object("a", "x", "1"));
  const before = listed(store, "ConfigMap");
  put(store, { apiVersion: "v1", kind: "Secret", metadata: { name: "s", namespace: "x" } });
  expect(listed(store, "ConfigMap")).toBe(before);
  put(store, object("a", "x", "2"));
  expect(listed(store, "ConfigMap")).not.toBe(before);
});

describe("differences", () => {
  const compare = (a: string, b: string): number => (a[0] ?? "").charCodeAt(0) - (b[0] ?? "").charCodeAt(0);
  test.each([
    ["", "", "", ""],
    ["a b c", "a b c", "", ""],
    ["a b c", "a b2 c", "b", "b2"],
    ["a b c", "a c", "b", ""],
    ["a c", "a b c d", "", "b d"],
    ["a b c", "b2 d", "a b c", "b2 d"],
    ["", "a b", "", "a b"],
    ["a b", "", "a b", ""],
  ])("%j to %j", (before, after, gone, come) => {
    const words = (text: string): readonly string[] => text.split(" ").filter((word) => word !== "");
    expect(differences(words(before), words(after), compare)).toEqual({ gone: words(gone), come: words(come) });
  });
});

test.each([1, 2, 3])("thousands of writes between two looks give what sorting anew gives, seed %i", (seed) => {
  const random = randomState(seed, "store-order");
  const store = emptyStore();
  listed(store, "ConfigMap");
  for (const most of [12_000, 3_000, 20_000]) {
    for (let i = 0; i < 25_000; i++) {
      const name = `n${nextBelow(random, most)}`;
      if (nextBelow(random, 3) === 0) remove(store, "ConfigMap", `x/${name}`);
      else put(store, object(name, "x", String(i)));
    }
    const stored = store.objects.get("ConfigMap");
    const now = listed(store, "ConfigMap");
    expect(now.map(keyOf)).toEqual([...(stored?.keys() ?? [])].sort());
    expect(now.every((each) => stored?.get(keyOf(each)) === each)).toBe(true);
    put(store, object("n0", "x", `after ${most}`));
    remove(store, "ConfigMap", "x/n1");
    expect(listed(store, "ConfigMap").map(keyOf)).toEqual([...(stored?.keys() ?? [])].sort());
    expect(now.some((each) => each.data?.["data"] === `after ${most}`)).toBe(false);
  }
});

import { describe, expect, test } from "vitest";
import { readSelector } from "../../core/api/selector-text.ts";
import { PICTURE_A, clusterOf } from "../../scene/test-views.ts";
import type { Filter } from "../state/narrow.ts";
import { countWords, filtered, namespacesOf } from "./filter.ts";

const view = clusterOf(PICTURE_A);
const NONE: Filter = { name: "", labels: "", namespace: null };
const short = (keys: Iterable<string>): string =>
  [...keys]
    .map((key) => key.slice(key.indexOf("/") + 1))
    .sort()
    .join(" ");

describe("what a filter keeps: Pods, their nodes, the Services that select them", () => {
  test.each([
    { filter: { name: "cart" }, pods: "cart-7rbn cart-q5zc", nodes: "node-2 node-3", services: "cart" },
    { filter: { labels: "app=web" }, pods: "web-4k2p web-9xq7 web-h8wd web-m3tz", nodes: "node-1 node-2 node-3", services: "web" },
    { filter: { labels: "app in (web,cart)", name: "-9" }, pods: "web-9xq7", nodes: "node-2", services: "web" },
    { filter: { namespace: "kube-system" }, pods: "coredns-2x7f coredns-8m4k", nodes: "node-1 node-3", services: "kube-dns" },
    { filter: { labels: "!app", namespace: "default" }, pods: "debug", nodes: "node-1", services: "" },
    // a name alone may be a node's or a Service's
    { filter: { name: "NODE-3" }, pods: "", nodes: "node-3", services: "" },
    { filter: { name: "kubernetes" }, pods: "", nodes: "", services: "kubernetes" },
    { filter: { name: "nobody" }, pods: "", nodes: "", services: "" },
  ])("$filter", ({ filter, pods, nodes, services }) => {
    const { kept } = filtered(view, { ...NONE, ...filter });
    expect([short(kept?.pods ?? []), short(kept?.nodes ?? []), short(kept?.services ?? [])]).toEqual([pods, nodes, services]);
  });

  test("a host outside by its name", () => {
    expect([...(filtered(view, { ...NONE, name: "client" }).kept?.outside ?? [])]).toEqual(["external"]);
  });
});

test("empty fields ask for nothing", () => {
  expect(filtered(view, { name: " ", labels: " ", namespace: null })).toMatchObject({ kept: null, pods: 9, of: 9, wrong: null });
});

test("the count in words", () => {
  expect(countWords(filtered(view, { ...NONE, name: "web" }))).toBe("4 of 9 Pods");
  expect(countWords({ pods: 12, of: 5000 })).toBe("12 of 5,000 Pods");
});

test("a selector that makes no sense says where, and the one before it holds meanwhile", () => {
  const before = readSelector("app=cart");
  if (before.kind === "wrong") throw new Error(before.message);
  const result = filtered(view, { ...NONE, labels: "app=cart,tier in" }, before.selector);
  expect(result.wrong).toEqual({ at: 16, message: "The values of in stand in parentheses: in (a, b)." });
  expect(short(result.kept?.pods ?? [])).toBe("cart-7rbn cart-q5zc");
});

test("namespaces to choose from", () => {
  expect(namespacesOf(view)).toEqual(["default", "kube-system"]);
});

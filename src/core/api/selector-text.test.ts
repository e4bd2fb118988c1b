import { describe, expect, test } from "vitest";
import { matchesTyped, readSelector } from "./selector-text.ts";
import type { StringMap } from "./types.ts";

const PODS: Readonly<Record<string, StringMap>> = {
  web: { app: "web", tier: "front" },
  canary: { app: "web", tier: "front", canary: "true" },
  cart: { app: "cart", tier: "back", weight: "7" },
  bare: {},
};

function matching(text: string): string {
  const read = readSelector(text);
  if (read.kind === "wrong") return `${read.at}: ${read.message}`;
  return Object.keys(PODS)
    .filter((name) => matchesTyped(read.selector, PODS[name] ?? {}))
    .join(" ");
}

describe("a selector as it is typed for kubectl -l", () => {
  test.each([
    { text: "", want: "web canary cart bare" },
    { text: "app=web", want: "web canary" },
    { text: "app==web", want: "web canary" },
    { text: " app = web , !canary ", want: "web" },
    { text: "app!=web", want: "cart bare" },
    { text: "canary", want: "canary" },
    { text: "!app", want: "bare" },
    { text: "app in (web, cart)", want: "web canary cart" },
    { text: "app in (cart),tier=back", want: "cart" },
    { text: "tier notin (front)", want: "cart bare" },
    { text: "app notin (web,cart)", want: "bare" },
    { text: "canary in (,x)", want: "" },
    { text: "app in (cart,)", want: "cart" },
    { text: "weight>6", want: "cart" },
    { text: "weight<7", want: "" },
    { text: "canary=", want: "" },
    // `in` and `notin` are only words where an operator stands
    { text: "in in (in)", want: "" },
    { text: "app.kubernetes.io/name!=x", want: "web canary cart bare" },
  ])("$text", ({ text, want }) => {
    expect(matching(text)).toBe(want);
  });
});

describe("what is no selector says where, and what is expected there", () => {
  test.each([
    { text: "app=web,", want: "8: After the comma another requirement is expected." },
    { text: ",app", want: "0: A label's key is expected here, not ,." },
    { text: "app web", want: "4: One of = != in notin is expected after app, not web." },
    { text: "app=web tier=a", want: "8: A comma is expected between two requirements, not tier." },
    { text: "app in web", want: "7: The values of in stand in parentheses: in (a, b)." },
    { text: "app in ()", want: "8: in wants at least one value." },
    { text: "app in (web", want: "11: A comma or the closing parenthesis is expected here." },
    { text: "app in (web cart)", want: "12: A comma or the closing parenthesis is expected here, not cart." },
    { text: "!", want: "1: A label's key is expected here." },
    { text: "!=web", want: "0: A label's key is expected here, not !=." },
    { text: "app==!web", want: "5: A value is expected after ==, not !." },
    { text: "app=we$b", want: "4: we$b is no label value: up to 63 letters, digits, - _ and ." },
    { text: "-app=web", want: "0: -app is no label key: letters, digits, - _ and . (with a domain and / before it, if any)." },
    { text: "weight>many", want: "7: A whole number is expected after >, not many." },
  ])("$text", ({ text, want }) => {
    expect(matching(text)).toBe(want);
  });
});

import { describe, expect, test } from "vitest";
import { PICTURE_A, clusterOf } from "../../scene/test-views.ts";
import { effectsOf, labelsAfter, readChange } from "./label-effects.ts";

const view = clusterOf(PICTURE_A);
const pod = view.pods.find(({ name }) => name === "web-4k2p")!;
const debug = view.pods.find(({ name }) => name === "debug")!;

describe("a change of labels as it is typed for kubectl label", () => {
  test.each([
    { text: "", want: { kind: "none" } },
    { text: "app=out", want: { kind: "ok", change: { label: "app", value: "out" } } },
    { text: " app= ", want: { kind: "ok", change: { label: "app", value: "" } } },
    { text: "app-", want: { kind: "ok", change: { label: "app", value: null } } },
    { text: "example.com/tier=a-b", want: { kind: "ok", change: { label: "example.com/tier", value: "a-b" } } },
    { text: "app", want: { kind: "wrong", message: "Write key=value, or key- to take a label away." } },
    { text: "tier-", want: { kind: "wrong", message: "The Pod has no label tier." } },
    { text: "a b=c", want: { kind: "wrong", message: "a b is no label key: letters, digits, - _ and ." } },
    { text: "app=a b", want: { kind: "wrong", message: "a b is no label value: up to 63 letters, digits, - _ and ." } },
  ])("$text", ({ text, want }) => {
    expect(readChange(text, pod.labels)).toEqual(want);
  });
});

describe("what it would change", () => {
  const owner = "If the selector of Deployment web asks for app, it lets go of this Pod and makes another.";
  test.each([
    { name: "out of its Service", of: pod, change: { label: "app", value: null }, want: ["web does not choose it any more.", owner] },
    {
      name: "into another",
      of: pod,
      change: { label: "app", value: "crat" },
      want: ["web does not choose it any more.", "cart chooses it too.", owner],
    },
    {
      name: "a label of no weight",
      of: pod,
      change: { label: "tier", value: "a" },
      want: ["No Service asks for it: nothing else changes."],
    },
    { name: "a client becomes an endpoint", of: debug, change: { label: "app", value: "web" }, want: ["web chooses it too."] },
    { name: "what is so already", of: pod, change: { label: "app", value: "web" }, want: ["It has that label already."] },
  ])("$name", ({ of, change, want }) => {
    expect(effectsOf(of, change, view)).toEqual(want);
  });
});

test("the others stay", () => {
  expect(labelsAfter({ app: "web", tier: "a" }, { label: "app", value: null })).toEqual({ tier: "a" });
  expect(labelsAfter({ app: "web", tier: "a" }, { label: "app", value: "b" })).toEqual({ tier: "a", app: "b" });
});

import { describe, expect, test } from "vitest";
import { PROVIDERS, BALANCER_ANNOTATION } from "../../core/controllers/load-balancer.ts";
import { NETWORK_POLICY_ANNOTATION } from "../../core/api/network-policies.ts";
import { MASQUERADE_ANNOTATION } from "../../core/api/network-plugin.ts";
import { ROUTE_ANNOTATION } from "../../core/controllers/annotations.ts";
import { RESOLVE_ANNOTATION, RESOLVE_WORDS } from "../../core/workloads/clients.ts";
import { annotationFaults, LISTEN_ANNOTATION } from "../../core/workloads/listeners.ts";
import { TRAFFIC_ANNOTATION, trafficFaults } from "../../core/workloads/traffic.ts";
import { annotationAt, annotationsAt } from "./annotations.ts";
import { placeAt } from "./yaml-path.ts";

/** What is offered where the bar stands: names of annotations, or values of one. */
function offered(text: string): readonly string[] {
  const before = text.slice(0, text.indexOf("|"));
  const place = placeAt(text.replace("|", ""), before.split("\n").length, before.length - before.lastIndexOf("\n"));
  if (place === null) return [];
  if (place.at === "key") return annotationsAt(place.kind, place.path).map(({ name }) => name);
  return annotationAt(place.kind, place.path)?.values.map(({ value }) => value) ?? [];
}

describe("annotations are offered where they count", () => {
  test.each([
    { name: "on a Service", text: "kind: Service\nmetadata:\n  annotations:\n    |", want: [BALANCER_ANNOTATION, ROUTE_ANNOTATION] },
    {
      name: "on a Namespace",
      text: "kind: Namespace\nmetadata:\n  annotations:\n    k|",
      want: [BALANCER_ANNOTATION, NETWORK_POLICY_ANNOTATION, MASQUERADE_ANNOTATION],
    },
    {
      name: "on a Pod",
      text: "kind: Pod\nmetadata:\n  annotations:\n    |",
      want: [RESOLVE_ANNOTATION, LISTEN_ANNOTATION, TRAFFIC_ANNOTATION],
    },
    {
      name: "on a Pod template",
      text: "kind: Deployment\nspec:\n  template:\n    metadata:\n      annotations:\n        kubehop.dev/|",
      want: [RESOLVE_ANNOTATION, LISTEN_ANNOTATION, TRAFFIC_ANNOTATION],
    },
  ])("$name", ({ text, want }) => {
    expect(offered(text)).toEqual(expect.arrayContaining(want));
    expect(offered(text).filter((name) => name.startsWith("kubehop.dev/"))).toEqual(want);
  });

  test.each([
    { name: "not on the Deployment itself", text: "kind: Deployment\nmetadata:\n  annotations:\n    |" },
    { name: "not among labels", text: "kind: Service\nmetadata:\n  labels:\n    |" },
    { name: "not in spec", text: "kind: Service\nspec:\n  |" },
  ])("$name", ({ text }) => {
    expect(offered(text)).toEqual([]);
  });
});

test("the providers that are offered are those that there are", () => {
  expect(offered("kind: Service\nmetadata:\n  annotations:\n    kubehop.dev/load-balancer: |")).toEqual([...PROVIDERS]);
});

test("the values that are offered can be read", () => {
  const values = (annotation: string): readonly string[] =>
    (annotationAt("Pod", ["metadata", "annotations", annotation])?.values ?? []).map(({ value }) => JSON.parse(value) as string);
  const resolve = annotationAt("Pod", ["metadata", "annotations", RESOLVE_ANNOTATION])?.values ?? [];
  expect(resolve.map(({ value }) => value).sort()).toEqual([...RESOLVE_WORDS].sort());
  expect(values(LISTEN_ANNOTATION).flatMap(annotationFaults)).toEqual([]);
  expect(values(LISTEN_ANNOTATION)).not.toEqual([]);
  expect(values(TRAFFIC_ANNOTATION).flatMap(trafficFaults)).toEqual([]);
  expect(values(TRAFFIC_ANNOTATION)).not.toEqual([]);
});

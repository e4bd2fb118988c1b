import { expect, test } from "vitest";
import { list } from "../api/store.ts";
import type { KubeObject } from "../api/types.ts";
import { clusterOf } from "./fixtures/cluster.ts";
import { movesSerial } from "./serial.ts";

const object = (line: string, kind: string): KubeObject => {
  const [found] = list(clusterOf(line), kind);
  if (found === undefined) throw new Error(line);
  return found;
};
const svc = (text: string): KubeObject => object(`svc a/s ${text}`, "Service");
const slice = (text: string): KubeObject => object(`slice a/s ${text}`, "EndpointSlice");
const labelled = { ...svc("10.96.0.1 p:1"), metadata: { name: "s", namespace: "a", labels: { a: "b" } } };

test.each([
  ["a new Service", null, svc("10.96.0.1 p:1"), true],
  ["a deleted slice", slice("10.1.0.1 : p:1"), null, true],
  ["a port's number", svc("10.96.0.1 p:1"), svc("10.96.0.1 p:2"), true],
  ["a port's name", svc("10.96.0.1 p:1"), svc("10.96.0.1 q:1"), true],
  ["an external name", svc("-> a.example"), svc("-> b.example"), true],
  ["a Service's labels", svc("10.96.0.1 p:1"), labelled, false],
  ["an endpoint that becomes ready", slice("!10.1.0.1 : p:1"), slice("10.1.0.1 : p:1"), true],
  ["one more that is not ready", slice("10.1.0.1 : p:1"), slice("10.1.0.1 !10.1.0.2 : p:1"), false],
  ["a hostname", slice("10.1.0.1 : p:1"), slice("10.1.0.1=h : p:1"), true],
  ["a Pod's name behind an address", slice("10.1.0.1@x : p:1"), slice("10.1.0.1@y : p:1"), false],
  ["a Namespace", null, object("ns a", "Namespace"), false],
  ["a Pod", null, object("pod a/p 10.1.0.1", "Pod"), false],
] as const)("%s", (_, before, after, want) => expect(movesSerial(before, after)).toBe(want));

import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { list } from "./store.ts";
import { storedFault, storeOf } from "./stored.ts";

function documents(text: string): unknown[] {
  return parseAllDocuments(text).map((document): unknown => document.toJS());
}

test.each([
  [
    "what an API server stores",
    "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{port: 80}]}, status: {conditions: []}}",
    null,
  ],
  ["a field that is not known here", "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {newer: 1}}", null],
  [
    "another type",
    "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: 80}}",
    "Service a: json: cannot unmarshal number into Go struct field ServiceSpec.spec.ports of type []v1.ServicePort",
  ],
  [
    "in a List",
    "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Node, metadata: {name: n}, status: {addresses: x}}]}",
    "Node n: json: cannot unmarshal string into Go struct field NodeStatus.status.addresses of type []v1.NodeAddress",
  ],
  [
    "metadata of any kind",
    "{apiVersion: a/v1, kind: B, metadata: {name: c, labels: 5}}",
    "B c: json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type map[string]string",
  ],
])("%s", (_, text, wanted) => {
  expect(storedFault(documents(text))).toBe(wanted);
});

test("what a reader of a kind relies on is there", () => {
  const store = storeOf(
    documents(`{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{port: 80}, ~]}}
---
{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: a}, endpoints: [{conditions: {ready: true}}]}
---
{apiVersion: v1, kind: Node, metadata: {name: n}, status: {addresses: [{type: InternalIP}, {address: 10.0.0.1}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p}, status: {podIPs: [{}]}}
---
{apiVersion: serving.knative.dev/v1, kind: Service, metadata: {name: k}}
`),
  );
  expect(list(store, "Service").map(({ spec }) => spec.ports)).toEqual([[{ port: 80, protocol: "TCP" }, { protocol: "TCP" }]]);
  expect(list(store, "EndpointSlice").map(({ endpoints }) => endpoints)).toEqual([[{ addresses: [], conditions: { ready: true } }]]);
  expect(list(store, "Node").map(({ status }) => status.addresses)).toEqual([[{ address: "10.0.0.1" }]]);
  expect(list(store, "Pod").map(({ status }) => status.podIPs)).toEqual([[]]);
});

test("so is what the API server fills in, where the type promises it", () => {
  const given = documents(`{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: a}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: b}, spec: {egress: [{ports: [{port: 53}]}]}}
---
{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: r}, spec: {rules: [{backendRefs: [{name: s, port: 80}]}]}}
`);
  const before = JSON.stringify(given);
  const store = storeOf(given);
  expect(list(store, "NetworkPolicy").map(({ spec }) => spec)).toEqual([
    { podSelector: {}, policyTypes: ["Ingress"] },
    { podSelector: {}, policyTypes: ["Ingress", "Egress"], egress: [{ ports: [{ port: 53, protocol: "TCP" }] }] },
  ]);
  expect(list(store, "HTTPRoute").map(({ spec }) => spec.rules?.[0]?.backendRefs)).toEqual([
    [{ group: "", kind: "Service", name: "s", port: 80, weight: 1 }],
  ]);
  expect(JSON.stringify(given)).toBe(before);
});

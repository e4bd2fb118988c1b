import { describe, expect, it } from "vitest";
import { at } from "./json.ts";
import { created, objectOf, refusals, send } from "./test-requests.ts";

type Row = readonly [body: string, ...wanted: readonly string[]];
const GATEWAY = "gateway.networking.k8s.io/v1";
const LISTENER = "{name: http, port: 80, protocol: HTTP}";

describe("a Gateway that is refused", () => {
  it.each<Row>([
    ["{}", "spec: Required value"],
    ["{spec: {}}", "spec.gatewayClassName: Required value", "spec.listeners: Required value"],
    [
      `{spec: {gatewayClassName: "", listeners: [${LISTENER}]}}`,
      'spec.gatewayClassName: Invalid value: "": spec.gatewayClassName in body should be at least 1 chars long',
    ],
    [
      `{spec: {gatewayClassName: 1, listeners: [${LISTENER}]}}`,
      'spec.gatewayClassName: Invalid value: "integer": spec.gatewayClassName in body must be of type string: "integer"',
    ],
    [
      "{spec: {gatewayClassName: a, listeners: []}}",
      "spec.listeners: Invalid value: 0: spec.listeners in body should have at least 1 items",
    ],
    [
      "{spec: {gatewayClassName: a, listeners: {name: a}}}",
      'spec.listeners: Invalid value: "object": spec.listeners in body must be of type array: "object"',
    ],
    [
      "{spec: {gatewayClassName: a, listeners: [{}]}}",
      "spec.listeners[0].name: Required value",
      "spec.listeners[0].port: Required value",
      "spec.listeners[0].protocol: Required value",
    ],
    [
      "{spec: {gatewayClassName: a, listeners: [{name: a, port: 0, protocol: HTTP}]}}",
      "spec.listeners[0].port: Invalid value: 0: spec.listeners[0].port in body should be greater than or equal to 1",
    ],
    [
      "{spec: {gatewayClassName: a, listeners: [{name: a, port: 65536, protocol: HTTP}]}}",
      "spec.listeners[0].port: Invalid value: 65536: spec.listeners[0].port in body should be less than or equal to 65535",
    ],
    [
      "{spec: {gatewayClassName: a, listeners: [{name: a, port: '80', protocol: HTTP}]}}",
      'spec.listeners[0].port: Invalid value: "string": spec.listeners[0].port in body must be of type integer: "string"',
    ],
    [
      "{spec: {gatewayClassName: a, listeners: [{name: a, port: 8.5, protocol: HTTP}]}}",
      'spec.listeners[0].port: Invalid value: "number": spec.listeners[0].port in body must be of type integer: "number"',
    ],
    [
      "{spec: {gatewayClassName: a, listeners: [{name: A, port: 80, protocol: HTTP}]}}",
      "spec.listeners[0].name: Invalid value: \"A\": spec.listeners[0].name in body should match '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'",
    ],
    [
      `{spec: {gatewayClassName: a, listeners: [${LISTENER}, ${LISTENER}]}}`,
      'spec.listeners: Invalid value: "array": Listener name must be unique within the Gateway',
      'spec.listeners: Invalid value: "array": Combination of port, protocol and hostname must be unique for each listener',
    ],
    [
      "{spec: {gatewayClassName: a, listeners: [{name: a, port: 80, protocol: HTTP, tls: {}}]}}",
      "spec.listeners: Invalid value: \"array\": tls must not be specified for protocols ['HTTP', 'TCP', 'UDP']",
    ],
    [
      "{spec: {gatewayClassName: a, listeners: [{name: a, port: 443, protocol: HTTPS, tls: {mode: Passthrough}}]}}",
      'spec.listeners: Invalid value: "array": tls mode must be Terminate for protocol HTTPS',
    ],
    [
      "{spec: {gatewayClassName: a, listeners: [{name: a, port: 53, protocol: UDP, hostname: a.b}]}}",
      "spec.listeners: Invalid value: \"array\": hostname must not be specified for protocols ['TCP', 'UDP']",
    ],
    [
      "{spec: {gatewayClassName: a, listeners: [{name: a, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: Some}}}]}}",
      'spec.listeners[0].allowedRoutes.namespaces.from: Unsupported value: "Some": supported values: "All", "Selector", "Same"',
    ],
    [
      `{spec: {gatewayClassName: a, listener: [], listeners: [${LISTENER}]}}`,
      '400 Gateway in version "v1" cannot be handled as a Gateway: strict decoding error: unknown field "spec.listener"',
    ],
  ])("%s", (body, ...wanted) => {
    expect(refusals(GATEWAY, "Gateway", body)).toEqual(wanted);
  });

  it("is filled in", () => {
    const made = created(
      send(
        "create",
        objectOf(
          GATEWAY,
          "Gateway",
          `{spec: {gatewayClassName: a, listeners: [${LISTENER}, {name: s, port: 443, protocol: HTTPS, tls: {}}]}}`,
        ),
      ),
    );
    expect(at(made, "spec", "listeners", 0)).toEqual({
      name: "http",
      port: 80,
      protocol: "HTTP",
      allowedRoutes: { namespaces: { from: "Same" } },
    });
    expect(at(made, "spec", "listeners", 1, "tls")).toEqual({ mode: "Terminate" });
    expect(at(made, "metadata", "generation")).toBe(1);
  });
});

describe("an HTTPRoute that is refused", () => {
  const rule = (body: string): string => `{spec: {rules: [${body}]}}`;
  it.each<Row>([
    ["{spec: {parentRefs: [{}]}}", "spec.parentRefs[0].name: Required value"],
    [
      "{spec: {hostnames: [10.0.0.1/8]}}",
      "spec.hostnames[0]: Invalid value: \"10.0.0.1/8\": spec.hostnames[0] in body should match '^(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'",
    ],
    ["{spec: {rules: []}}", "spec.rules: Invalid value: 0: spec.rules in body should have at least 1 items"],
    [
      rule("{matches: [{path: {type: Prefix}}]}"),
      'spec.rules[0].matches[0].path.type: Unsupported value: "Prefix": supported values: "Exact", "PathPrefix", "RegularExpression"',
    ],
    [
      rule("{matches: [{path: {value: shop}}]}"),
      "spec.rules[0].matches[0].path: Invalid value: \"object\": value must be an absolute path and start with '/' when type one of ['Exact', 'PathPrefix']",
    ],
    [
      rule("{matches: [{path: {type: Exact, value: /a//b}}]}"),
      "spec.rules[0].matches[0].path: Invalid value: \"object\": must not contain '//' when type one of ['Exact', 'PathPrefix']",
    ],
    [
      rule("{matches: [{method: get}]}"),
      'spec.rules[0].matches[0].method: Unsupported value: "get": supported values: "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"',
    ],
    [rule("{matches: [{headers: [{name: a}]}]}"), "spec.rules[0].matches[0].headers[0].value: Required value"],
    [rule("{backendRefs: [{port: 80}]}"), "spec.rules[0].backendRefs[0].name: Required value"],
    [rule("{backendRefs: [{name: web}]}"), 'spec.rules[0].backendRefs[0]: Invalid value: "object": Must have port for Service reference'],
    [
      rule("{backendRefs: [{name: web, port: 80, weight: -1}]}"),
      "spec.rules[0].backendRefs[0].weight: Invalid value: -1: spec.rules[0].backendRefs[0].weight in body should be greater than or equal to 0",
    ],
    [
      rule("{filters: [{type: Redirect}]}"),
      'spec.rules[0].filters[0].type: Unsupported value: "Redirect": supported values: "RequestHeaderModifier", "ResponseHeaderModifier", "RequestMirror", "RequestRedirect", "URLRewrite", "ExtensionRef", "CORS"',
    ],
    [
      rule("{filters: [{type: URLRewrite}]}"),
      'spec.rules[0].filters[0]: Invalid value: "object": filter.urlRewrite must be specified for URLRewrite filter.type',
    ],
    [
      rule("{filters: [{type: URLRewrite, urlRewrite: {}, requestMirror: {}}]}"),
      'spec.rules[0].filters[0]: Invalid value: "object": filter.requestMirror must be nil if the filter.type is not RequestMirror',
    ],
    [
      rule("{timeouts: {request: fast}}"),
      "spec.rules[0].timeouts.request: Invalid value: \"fast\": spec.rules[0].timeouts.request in body should match '^([0-9]{1,5}(h|m|s|ms)){1,4}$'",
    ],
    [
      rule("{backends: []}"),
      '400 HTTPRoute in version "v1" cannot be handled as a HTTPRoute: strict decoding error: unknown field "spec.rules[0].backends"',
    ],
    [rule("{backendRefs: [{name: a.b, kind: Other, group: example.com}]}")],
  ])("%s", (body, ...wanted) => {
    expect(refusals(GATEWAY, "HTTPRoute", body)).toEqual(wanted);
  });

  it.each<readonly [body: string, path: readonly (string | number)[], wanted: unknown]>([
    ["{spec: {}}", ["spec", "rules"], [{ matches: [{ path: { type: "PathPrefix", value: "/" } }] }]],
    ["{spec: {rules: [{}]}}", ["spec", "rules", 0, "matches"], [{ path: { type: "PathPrefix", value: "/" } }]],
    ["{spec: {rules: [{matches: [{method: GET}]}]}}", ["spec", "rules", 0, "matches", 0, "path"], { type: "PathPrefix", value: "/" }],
    ["{spec: {parentRefs: [{name: gw}]}}", ["spec", "parentRefs", 0], { group: "gateway.networking.k8s.io", kind: "Gateway", name: "gw" }],
    [
      "{spec: {rules: [{backendRefs: [{name: web, port: 80}]}]}}",
      ["spec", "rules", 0, "backendRefs", 0],
      { group: "", kind: "Service", name: "web", port: 80, weight: 1 },
    ],
    ["{spec: {rules: [{matches: [{headers: [{name: a, value: b}]}]}]}}", ["spec", "rules", 0, "matches", 0, "headers", 0, "type"], "Exact"],
  ])("%s is filled in: %s", (body, path, wanted) => {
    expect(at(created(send("create", objectOf(GATEWAY, "HTTPRoute", body))), ...path)).toEqual(wanted);
  });
});

describe("a GatewayClass", () => {
  it.each<Row>([
    ["{spec: {controllerName: example.com/gateway}}"],
    ["{spec: {}}", "spec.controllerName: Required value"],
    [
      "{spec: {controllerName: gateway}}",
      "spec.controllerName: Invalid value: \"gateway\": spec.controllerName in body should match '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\\/[A-Za-z0-9\\/\\-._~%!$&'()*+,;=:]+$'",
    ],
  ])("%s", (body, ...wanted) => {
    const { metadata: _metadata, ...rest } = objectOf(GATEWAY, "GatewayClass", body);
    const answer = send("create", { ...rest, metadata: { name: "a" } });
    expect(answer.ok ? [] : (answer.status.details?.causes ?? []).map(({ field, message }) => `${field}: ${message}`)).toEqual(wanted);
  });
});

describe("MetalLB's pools", () => {
  const METALLB = "metallb.io/v1beta1";
  const DENIED = '403 admission webhook "ipaddresspoolvalidationwebhook.metallb.io" denied the request: ';
  it.each<Row>([
    ["{spec: {addresses: [192.0.2.0/24, 192.0.2.10-192.0.2.20, 'fd00::/120', 'fd00::1-fd00::9']}}"],
    ["{spec: {}}", "spec.addresses: Required value"],
    [
      "{spec: {addresses: 192.0.2.0/24}}",
      'spec.addresses: Invalid value: "string": spec.addresses in body must be of type array: "string"',
    ],
    [
      "{spec: {addresses: [1]}}",
      'spec.addresses[0]: Invalid value: "integer": spec.addresses[0] in body must be of type string: "integer"',
    ],
    [
      "{spec: {addresses: [192.0.2.0/24], autoAssign: sometimes}}",
      'spec.autoAssign: Invalid value: "string": spec.autoAssign in body must be of type boolean: "string"',
    ],
    [
      "{spec: {addresses: [192.0.2.0/24], autoassign: true}}",
      '400 IPAddressPool in version "v1beta1" cannot be handled as a IPAddressPool: strict decoding error: unknown field "spec.autoassign"',
    ],
    ["{spec: {addresses: []}}", `${DENIED}pool has no prefixes defined`],
    ["{spec: {addresses: [192.0.2.0]}}", `${DENIED}parsing address pool a: invalid CIDR "192.0.2.0" in pool "a": invalid CIDR "192.0.2.0"`],
    [
      "{spec: {addresses: [192.0.2.9-192.0.2.1]}}",
      `${DENIED}parsing address pool a: invalid CIDR "192.0.2.9-192.0.2.1" in pool "a": invalid IP range "192.0.2.9-192.0.2.1": start IP "192.0.2.9" is after the end IP "192.0.2.1"`,
    ],
    [
      "{spec: {addresses: [a-192.0.2.1]}}",
      `${DENIED}parsing address pool a: invalid CIDR "a-192.0.2.1" in pool "a": invalid IP range "a-192.0.2.1": invalid start IP "a"`,
    ],
    [
      "{spec: {addresses: [192.0.2.1-b]}}",
      `${DENIED}parsing address pool a: invalid CIDR "192.0.2.1-b" in pool "a": invalid IP range "192.0.2.1-b": invalid end IP "b"`,
    ],
  ])("%s", (body, ...wanted) => {
    expect(refusals(METALLB, "IPAddressPool", body)).toEqual(wanted);
  });

  it.each<Row>([
    ["{}"],
    ["{spec: {ipAddressPools: [a], nodeSelectors: [{matchLabels: {a: b}}], interfaces: [eth0]}}"],
    [
      "{spec: {ipAddressPools: a}}",
      'spec.ipAddressPools: Invalid value: "string": spec.ipAddressPools in body must be of type array: "string"',
    ],
    [
      "{spec: {pools: [a]}}",
      '400 L2Advertisement in version "v1beta1" cannot be handled as a L2Advertisement: strict decoding error: unknown field "spec.pools"',
    ],
  ])("an L2Advertisement %s", (body, ...wanted) => {
    expect(refusals(METALLB, "L2Advertisement", body)).toEqual(wanted);
  });
});

describe("kinds that are not served", () => {
  it.each([
    ["v2", "Service"],
    ["apps/v1beta1", "Deployment"],
    ["extensions/v1beta1", "Ingress"],
    ["batch/v1beta1", "CronJob"],
    ["policy/v1beta1", "PodDisruptionBudget"],
    ["discovery.k8s.io/v1beta1", "EndpointSlice"],
    ["v1", "Servise"],
    ["v1", "Deployment"],
  ])("%s %s", (apiVersion, kind) => {
    expect(refusals(apiVersion, kind, "{}")).toEqual(["404 the server could not find the requested resource"]);
  });

  it.each([
    ["example.com/v1", "Widget"],
    ["serving.knative.dev/v1", "Service"],
    ["monitoring.coreos.com/v1", "ServiceMonitor"],
    ["apiextensions.k8s.io/v1beta1", "CustomResourceDefinition"],
    ["autoscaling/v2", "HorizontalPodAutoscaler"],
  ])("but %s %s is kept", (apiVersion, kind) => {
    expect(refusals(apiVersion, kind, "{spec: {anything: [goes]}}")).toEqual([]);
  });
});

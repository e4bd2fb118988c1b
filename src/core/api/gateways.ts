/**
 * Gateway API v1 as its CustomResourceDefinitions say it: GatewayClass, Gateway, HTTPRoute. Fields that no simulation
 * reads are kept as they come. (sigs.k8s.io/gateway-api, config/crd/standard)
 */
import { anything, array, integer, mapOf, shape, text, word } from "./crd-schema.ts";
import type { Schema, SchemaRule } from "./crd-schema.ts";
import { isObject, listAt, textAt } from "./json.ts";

const GROUP = "gateway.networking.k8s.io";
const HOSTNAME = String.raw`^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`;
const SUBDOMAIN = String.raw`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`;
const OPTIONAL_SUBDOMAIN = String.raw`^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`;
const LABEL = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";
const KIND = "^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$";
const PROTOCOL = String.raw`^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$|[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/[A-Za-z0-9]+$`;
const CONTROLLER = String.raw`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/[A-Za-z0-9\/\-._~%!$&'()*+,;=:]+$`;
const HEADER = "^[A-Za-z0-9!#$%&'*+\\-.^_\\x60|~]+$";
const DURATION = "^([0-9]{1,5}(h|m|s|ms)){1,4}$";

const hostname = text({ min: 1, max: 253, pattern: HOSTNAME });
const namespace = text({ min: 1, max: 63, pattern: LABEL });
const name = text({ min: 1, max: 253 });
const sectionName = text({ min: 1, max: 253, pattern: SUBDOMAIN });
const group = text({ max: 253, pattern: OPTIONAL_SUBDOMAIN });
const kind = text({ min: 1, max: 63, pattern: KIND });
const port = integer(1, 65_535);

const labelSelector = shape({ matchLabels: mapOf(text()), matchExpressions: array(anything) });

const listenerTls = shape({
  mode: [word("Terminate", "Passthrough"), "Terminate"],
  certificateRefs: array(shape({ group: [group, ""], kind: [kind, "Secret"], "name!": name, namespace }), { max: 64 }),
  options: mapOf(text()),
  frontendValidation: anything,
});

const listener = shape({
  "name!": sectionName,
  hostname,
  "port!": port,
  "protocol!": text({ min: 1, max: 255, pattern: PROTOCOL }),
  tls: listenerTls,
  allowedRoutes: [
    shape({
      namespaces: [shape({ from: [word("All", "Selector", "Same"), "Same"], selector: labelSelector }), { from: "Same" }],
      kinds: array(shape({ group: [group, GROUP], "kind!": kind }), { max: 8 }),
    }),
    { namespaces: { from: "Same" } },
  ],
});

/** Rules about all listeners together. */
const LISTENERS: readonly SchemaRule[] = [
  {
    about: "listeners",
    message: "tls must not be specified for protocols ['HTTP', 'TCP', 'UDP']",
    holds: (spec) => every(spec, (each) => !(["HTTP", "TCP", "UDP"].includes(textAt(each, "protocol") ?? "") && has(each, "tls"))),
  },
  {
    about: "listeners",
    message: "tls mode must be Terminate for protocol HTTPS",
    holds: (spec) =>
      every(spec, (each) => textAt(each, "protocol") !== "HTTPS" || (textAt(each, "tls", "mode") ?? "Terminate") === "Terminate"),
  },
  {
    about: "listeners",
    message: "hostname must not be specified for protocols ['TCP', 'UDP']",
    holds: (spec) =>
      every(spec, (each) => !(["TCP", "UDP"].includes(textAt(each, "protocol") ?? "") && (textAt(each, "hostname") ?? "") !== "")),
  },
  {
    about: "listeners",
    message: "Listener name must be unique within the Gateway",
    holds: (spec) => isUnique(spec, (each) => textAt(each, "name") ?? ""),
  },
  {
    about: "listeners",
    message: "Combination of port, protocol and hostname must be unique for each listener",
    holds: (spec) =>
      isUnique(
        spec,
        (each) => `${isObject(each) ? String(each["port"]) : ""} ${textAt(each, "protocol") ?? ""} ${textAt(each, "hostname") ?? ""}`,
      ),
  },
];

function every(spec: unknown, holds: (listener: unknown) => boolean): boolean {
  return listAt(spec, "listeners").every(holds);
}

function has(value: unknown, field: string): boolean {
  return isObject(value) && value[field] !== undefined;
}

function isUnique(spec: unknown, keyOf: (listener: unknown) => string): boolean {
  const keys = listAt(spec, "listeners").map(keyOf);
  return new Set(keys).size === keys.length;
}

const gatewaySpec = shape(
  {
    "gatewayClassName!": name,
    "listeners!": array(listener, { min: 1, max: 64 }),
    addresses: array(shape({ type: [text({ min: 1, max: 253 }), "IPAddress"], value: text({ max: 253 }) }), { max: 16 }),
    infrastructure: anything,
    backendTLS: anything,
    allowedListeners: anything,
    tls: anything,
    defaultScope: text(),
  },
  LISTENERS,
);

const parentRef = shape({
  group: [group, GROUP],
  kind: [kind, "Gateway"],
  namespace,
  "name!": name,
  sectionName,
  port,
});

const header = shape({
  type: [word("Exact", "RegularExpression"), "Exact"],
  "name!": text({ min: 1, max: 256, pattern: HEADER }),
  "value!": text({ min: 1, max: 4_096 }),
});

const path = shape({ type: [word("Exact", "PathPrefix", "RegularExpression"), "PathPrefix"], value: [text({ max: 1_024 }), "/"] }, [
  {
    message: "value must be an absolute path and start with '/' when type one of ['Exact', 'PathPrefix']",
    holds: (value) => value["type"] === "RegularExpression" || String(value["value"] ?? "").startsWith("/"),
  },
  {
    message: "must not contain '//' when type one of ['Exact', 'PathPrefix']",
    holds: (value) => value["type"] === "RegularExpression" || !String(value["value"] ?? "").includes("//"),
  },
]);

const ANY_PATH = { type: "PathPrefix", value: "/" };

const match = shape({
  path: [path, ANY_PATH],
  headers: array(header, { max: 16 }),
  queryParams: array(header, { max: 16 }),
  method: word("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"),
});

const FILTERS: { readonly [type: string]: string } = {
  RequestHeaderModifier: "requestHeaderModifier",
  ResponseHeaderModifier: "responseHeaderModifier",
  RequestMirror: "requestMirror",
  RequestRedirect: "requestRedirect",
  URLRewrite: "urlRewrite",
  ExtensionRef: "extensionRef",
  CORS: "cors",
};

const filter = shape(
  {
    "type!": word(...Object.keys(FILTERS)),
    ...Object.fromEntries(Object.values(FILTERS).map((field) => [field, anything])),
  },
  Object.entries(FILTERS).flatMap(([type, field]) => [
    {
      message: `filter.${field} must be nil if the filter.type is not ${type}`,
      holds: (value) => value["type"] === type || value[field] === undefined,
    },
    {
      message: `filter.${field} must be specified for ${type} filter.type`,
      holds: (value) => value["type"] !== type || value[field] !== undefined,
    },
  ]),
);

const backendRef = shape(
  {
    group: [group, ""],
    kind: [kind, "Service"],
    "name!": name,
    namespace,
    port,
    weight: [integer(0, 1_000_000), 1],
    filters: array(filter, { max: 16 }),
  },
  [
    {
      message: "Must have port for Service reference",
      holds: (value) => !((value["group"] ?? "") === "" && (value["kind"] ?? "Service") === "Service") || value["port"] !== undefined,
    },
  ],
);

const rule = shape({
  name: sectionName,
  matches: [array(match, { max: 64 }), [{ path: ANY_PATH }]],
  filters: array(filter, { max: 16 }),
  backendRefs: array(backendRef, { max: 16 }),
  timeouts: shape({ request: text({ pattern: DURATION }), backendRequest: text({ pattern: DURATION }) }),
  retry: anything,
  sessionPersistence: anything,
});

const routeSpec = shape({
  parentRefs: array(parentRef, { max: 32 }),
  hostnames: array(hostname, { max: 16 }),
  rules: [array(rule, { min: 1, max: 16 }), [{ matches: [{ path: ANY_PATH }] }]],
  useDefaultGateways: text(),
});

const parametersRef = shape({ "group!": group, "kind!": kind, "name!": name, namespace });
const classSpec = shape({
  "controllerName!": text({ min: 1, max: 253, pattern: CONTROLLER }),
  parametersRef,
  description: text({ max: 64 }),
});

export const gatewaySchemas: { readonly [kind: string]: Schema } = {
  GatewayClass: shape({ "spec!": classSpec, status: anything }),
  Gateway: shape({ "spec!": gatewaySpec, status: anything }),
  HTTPRoute: shape({ "spec!": routeSpec, status: anything }),
};

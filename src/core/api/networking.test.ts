import { describe, expect, it } from "vitest";
import { at } from "./json.ts";
import { changeRefusals, created, objectOf, refusals, send } from "./test-requests.ts";

type Row = readonly [body: string, ...wanted: readonly string[]];

const NETWORKING = "networking.k8s.io/v1";
const LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const CIDR = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";

describe("a NetworkPolicy that is refused", () => {
  it.each<Row>([
    ["{ingress: [{from: [{}]}]}", "spec.ingress[0].from[0]: Required value: must specify a peer"],
    [
      "{egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}, podSelector: {}}]}]}",
      "spec.egress[0].to[0]: Forbidden: may not specify both ipBlock and another peer",
    ],
    ["{ingress: [{from: [{ipBlock: {}}]}]}", "spec.ingress[0].from[0].ipBlock.cidr: Required value"],
    ["{ingress: [{from: [{ipBlock: {cidr: 10.0.0.0}}]}]}", `spec.ingress[0].from[0].ipBlock.cidr: Invalid value: "10.0.0.0": ${CIDR}`],
    [
      "{ingress: [{from: [{ipBlock: {cidr: 10.0.0.1/8}}]}]}",
      'spec.ingress[0].from[0].ipBlock.cidr: Invalid value: "10.0.0.1/8": must not have bits set beyond the prefix length',
    ],
    [
      "{ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/16]}}]}]}",
      'spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "11.0.0.0/16": must be a strict subset of `cidr`',
    ],
    [
      "{ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/8]}}]}]}",
      'spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "10.0.0.0/8": must be a strict subset of `cidr`',
    ],
    [
      "{ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [a]}}]}]}",
      `spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "a": ${CIDR}`,
    ],
    [
      "{ingress: [{ports: [{protocol: tcp, port: 80}]}]}",
      'spec.ingress[0].ports[0].protocol: Unsupported value: "tcp": supported values: "TCP", "UDP", "SCTP"',
    ],
    [
      "{ingress: [{ports: [{port: 70000}]}]}",
      "spec.ingress[0].ports[0].port: Invalid value: 70000: must be between 1 and 65535, inclusive",
    ],
    ["{ingress: [{ports: [{port: '80'}]}]}", 'spec.ingress[0].ports[0].port: Invalid value: "80": must contain at least one letter (a-z)'],
    [
      "{ingress: [{ports: [{port: 80, endPort: 79}]}]}",
      "spec.ingress[0].ports[0].endPort: Invalid value: 79: must be greater than or equal to `port`",
    ],
    [
      "{ingress: [{ports: [{port: 80, endPort: 70000}]}]}",
      "spec.ingress[0].ports[0].endPort: Invalid value: 70000: must be between 1 and 65535, inclusive",
    ],
    [
      "{ingress: [{ports: [{port: http, endPort: 90}]}]}",
      "spec.ingress[0].ports[0].endPort: Invalid value: 90: may not be specified when `port` is non-numeric",
    ],
    [
      "{egress: [{ports: [{endPort: 90}]}]}",
      "spec.egress[0].ports[0].endPort: Invalid value: 90: may not be specified when `port` is not specified",
    ],
    ["{policyTypes: [ingress]}", 'spec.policyTypes[0]: Unsupported value: "ingress": supported values: "Ingress", "Egress"'],
    [
      "{policyTypes: [Ingress, Egress, Ingress]}",
      'spec.policyTypes: Invalid value: ["Ingress","Egress","Ingress"]: may not specify more than two policyTypes',
    ],
    [
      "{podSelector: {matchExpressions: [{key: a, operator: In}]}}",
      "spec.podSelector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
    ],
    [
      "{ingress: [{from: [{namespaceSelector: {matchLabels: {a: 'b c'}}}]}]}",
      "spec.ingress[0].from[0].namespaceSelector.matchLabels: Invalid value: \"b c\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
    ],
    [
      "{ingress: {from: []}}",
      '400 NetworkPolicy in version "v1" cannot be handled as a NetworkPolicy: json: cannot unmarshal object into Go struct field NetworkPolicySpec.spec.ingress of type []v1.NetworkPolicyIngressRule',
    ],
    [
      "{ingress: [{to: []}]}",
      '400 NetworkPolicy in version "v1" cannot be handled as a NetworkPolicy: strict decoding error: unknown field "spec.ingress[0].to"',
    ],
    [
      "{podselector: {}}",
      '400 NetworkPolicy in version "v1" cannot be handled as a NetworkPolicy: strict decoding error: unknown field "spec.podselector"',
    ],
  ])("%s", (body, ...wanted) => {
    expect(refusals(NETWORKING, "NetworkPolicy", `{spec: ${body}}`)).toEqual(wanted);
  });

  it.each<readonly [body: string, path: readonly (string | number)[], wanted: unknown]>([
    ["{}", ["spec"], { podSelector: {}, policyTypes: ["Ingress"] }],
    ["{ingress: []}", ["spec", "policyTypes"], ["Ingress"]],
    ["{egress: [{}]}", ["spec", "policyTypes"], ["Ingress", "Egress"]],
    ["{egress: []}", ["spec", "policyTypes"], ["Ingress"]],
    ["{policyTypes: [Egress]}", ["spec", "policyTypes"], ["Egress"]],
    [
      "{ingress: [{ports: [{port: 80}, {port: dns, protocol: UDP}, {}]}]}",
      ["spec", "ingress", 0, "ports"],
      [{ port: 80, protocol: "TCP" }, { port: "dns", protocol: "UDP" }, { protocol: "TCP" }],
    ],
  ])("%s is filled in: %s", (body, path, wanted) => {
    expect(at(created(send("create", objectOf(NETWORKING, "NetworkPolicy", `{spec: ${body}}`))), ...path)).toEqual(wanted);
  });

  it("keeps ranges that it had before they were looked at so closely", () => {
    const stored = objectOf(NETWORKING, "NetworkPolicy", "{spec: {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.1/8}}]}]}}");
    const next = objectOf(
      NETWORKING,
      "NetworkPolicy",
      "{spec: {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.1/8}}]}], policyTypes: [Ingress]}}",
    );
    expect(send("update", next, { stored: JSON.stringify(stored) }).ok).toBe(true);
  });
});

const BACKEND = "backend: {service: {name: web, port: {number: 80}}}";
const paths = (path: string): string => `{rules: [{http: {paths: [${path}]}}]}`;

describe("an Ingress that is refused", () => {
  it.each<Row>([
    ["{}", "spec: Invalid value: null: either `defaultBackend` or `rules` must be specified"],
    ["{defaultBackend: {}}", 'spec.defaultBackend: Invalid value: "": resource or service backend is required'],
    ["{defaultBackend: {service: {port: {number: 80}}}}", "spec.defaultBackend.service.name: Required value"],
    ["{defaultBackend: {service: {name: Web, port: {number: 80}}}}", `spec.defaultBackend.service.name: Invalid value: "Web": ${LABEL}`],
    ["{defaultBackend: {service: {name: web}}}", "spec.defaultBackend: Required value: port name or number is required"],
    [
      "{defaultBackend: {service: {name: web, port: {number: 80, name: http}}}}",
      'spec.defaultBackend: Invalid value: "": cannot set both port name & port number',
    ],
    [
      "{defaultBackend: {service: {name: web, port: {number: 70000}}}}",
      "spec.defaultBackend.service.port.number: Invalid value: 70000: must be between 1 and 65535, inclusive",
    ],
    [
      "{defaultBackend: {service: {name: web, port: {name: '80'}}}}",
      'spec.defaultBackend.service.port.name: Invalid value: "80": must contain at least one letter (a-z)',
    ],
    [
      "{defaultBackend: {service: {name: web, port: {number: 80}}, resource: {kind: A, name: b}}}",
      'spec.defaultBackend: Invalid value: "": cannot set both resource and service backends',
    ],
    [
      "{defaultBackend: {resource: {apiGroup: Example}}}",
      `spec.defaultBackend.resource.apiGroup: Invalid value: "Example": ${SUBDOMAIN}`,
      "spec.defaultBackend.resource.kind: Required value",
      "spec.defaultBackend.resource.name: Required value",
    ],
    [
      "{defaultBackend: {resource: {kind: A, name: a/b}}}",
      "spec.defaultBackend.resource.name: Invalid value: \"a/b\": may not contain '/'",
    ],
    ["{rules: [{host: 10.0.0.1}]}", 'spec.rules[0].host: Invalid value: "10.0.0.1": must be a DNS name, not an IP address'],
    ["{rules: [{host: Shop.example.com}]}", `spec.rules[0].host: Invalid value: "Shop.example.com": ${SUBDOMAIN}`],
    [
      "{rules: [{host: 'a.*.com'}]}",
      "spec.rules[0].host: Invalid value: \"a.*.com\": a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    ],
    ["{rules: [{http: {}}]}", "spec.rules[0].http.paths: Required value"],
    [paths(`{path: /, ${BACKEND}}`), "spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified"],
    [
      paths(`{path: /, pathType: Regex, ${BACKEND}}`),
      'spec.rules[0].http.paths[0].pathType: Unsupported value: "Regex": supported values: "Exact", "ImplementationSpecific", "Prefix"',
    ],
    [
      paths(`{path: shop, pathType: Prefix, ${BACKEND}}`),
      'spec.rules[0].http.paths[0].path: Invalid value: "shop": must be an absolute path',
    ],
    [paths(`{pathType: Exact, ${BACKEND}}`), 'spec.rules[0].http.paths[0].path: Invalid value: "": must be an absolute path'],
    [paths(`{path: //a, pathType: Exact, ${BACKEND}}`), "spec.rules[0].http.paths[0].path: Invalid value: \"//a\": must not contain '//'"],
    [
      paths(`{path: /a/.., pathType: Prefix, ${BACKEND}}`),
      "spec.rules[0].http.paths[0].path: Invalid value: \"/a/..\": cannot end with '/..'",
    ],
    [
      paths(`{path: /a%2fb, pathType: Prefix, ${BACKEND}}`),
      "spec.rules[0].http.paths[0].path: Invalid value: \"/a%2fb\": must not contain '%2f'",
    ],
    [
      paths(`{path: a, pathType: ImplementationSpecific, ${BACKEND}}`),
      'spec.rules[0].http.paths[0].path: Invalid value: "a": must be an absolute path',
    ],
    [
      paths("{path: /, pathType: Prefix}"),
      'spec.rules[0].http.paths[0].backend: Invalid value: "": resource or service backend is required',
    ],
    [
      "{ingressClassName: Nginx, defaultBackend: {service: {name: web, port: {number: 80}}}}",
      `spec.ingressClassName: Invalid value: "Nginx": ${SUBDOMAIN}`,
    ],
    [
      "{tls: [{hosts: [A], secretName: B}], defaultBackend: {service: {name: web, port: {number: 80}}}}",
      `spec.tls[0].hosts[0]: Invalid value: "A": ${SUBDOMAIN}`,
      `spec.tls[0].secretName: Invalid value: "B": ${SUBDOMAIN}`,
    ],
    // The fields of v1beta1.
    [
      paths("{path: /, pathType: Prefix, backend: {serviceName: web, servicePort: 80}}"),
      '400 Ingress in version "v1" cannot be handled as a Ingress: strict decoding error: unknown field "spec.rules[0].http.paths[0].backend.serviceName", unknown field "spec.rules[0].http.paths[0].backend.servicePort"',
    ],
  ])("%s", (body, ...wanted) => {
    expect(refusals(NETWORKING, "Ingress", `{spec: ${body}}`)).toEqual(wanted);
  });

  it.each([
    paths(`{path: /, pathType: Prefix, ${BACKEND}}`),
    paths(`{pathType: ImplementationSpecific, ${BACKEND}}`),
    "{rules: [{host: '*.example.com'}]}",
    "{defaultBackend: {resource: {apiGroup: k8s.example.com, kind: Bucket, name: static}}}",
    "{tls: [{hosts: [a.b, '*.c.d'], secretName: s}], defaultBackend: {service: {name: web, port: {name: http}}}}",
  ])("but not %s", (body) => {
    expect(refusals(NETWORKING, "Ingress", `{spec: ${body}}`)).toEqual([]);
  });

  it("says its class once", () => {
    const body =
      "{metadata: {annotations: {kubernetes.io/ingress.class: a}}, spec: {ingressClassName: b, defaultBackend: {service: {name: web, port: {number: 80}}}}}";
    expect(refusals(NETWORKING, "Ingress", body)).toEqual([
      'annotations.kubernetes.io/ingress.class: Invalid value: "a": must match `ingressClassName` when both are specified',
    ]);
  });
});

describe("an IngressClass that is refused", () => {
  it.each<Row>([
    ["{}", "spec.controller: Required value"],
    ["{controller: nginx}", 'spec.controller: Invalid value: "nginx": must be a domain-prefixed path (such as "acme.io/foo")'],
    ["{controller: Example.com/a}", `spec.controller: Invalid value: "Example.com": ${SUBDOMAIN}`],
    ["{controller: a.b/c, parameters: {kind: K}}", "spec.parameters.name: Required value"],
    [
      "{controller: a.b/c, parameters: {kind: K, name: n, scope: Pod}}",
      'spec.parameters.scope: Unsupported value: "Pod": supported values: "Cluster", "Namespace"',
    ],
    [
      "{controller: a.b/c, parameters: {kind: K, name: n, scope: Namespace}}",
      "spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'",
    ],
    [
      "{controller: a.b/c, parameters: {kind: K, name: n, scope: Cluster, namespace: x}}",
      "spec.parameters.namespace: Forbidden: `parameters.scope` is set to 'Cluster'",
    ],
    ["{controller: a.b/c, parameters: {kind: K, name: n}}"],
  ])("%s", (body, ...wanted) => {
    expect(refusals(NETWORKING, "IngressClass", `{metadata: {namespace: ''}, spec: ${body}}`)).toEqual(wanted);
  });

  it("keeps its controller", () => {
    const spec = (controller: string): string => `{metadata: {namespace: ''}, spec: {controller: ${controller}}}`;
    expect(changeRefusals(NETWORKING, "IngressClass", spec("a.b/c"), spec("a.b/d"))).toEqual([
      'spec.controller: Invalid value: "a.b/d": field is immutable',
    ]);
  });
});

describe("the addresses of Services as objects", () => {
  const cidr = (cidrs: string): string => `{metadata: {namespace: ''}, spec: {cidrs: ${cidrs}}}`;
  it.each<Row>([
    ["[]", "spec.cidrs: Required value: at least one CIDR required"],
    ["[10.0.0.0]", `spec.cidrs[0]: Invalid value: "10.0.0.0": ${CIDR}`],
    [
      "[10.0.0.0/24, 10.1.0.0/24]",
      'spec.cidrs: Invalid value: ["10.0.0.0/24","10.1.0.0/24"]: may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64',
    ],
    [
      "[10.0.0.0/24, 'fd00::/112', 10.1.0.0/24]",
      'spec.cidrs: Invalid value: {"CIDRs":["10.0.0.0/24","fd00::/112","10.1.0.0/24"]}: may only hold up to 2 values',
    ],
    ["[10.0.0.0/24, 'fd00::/112']"],
  ])("a ServiceCIDR of %s", (cidrs, ...wanted) => {
    expect(refusals(NETWORKING, "ServiceCIDR", cidr(cidrs))).toEqual(wanted);
  });

  it.each<readonly [before: string, after: string, ...wanted: readonly string[]]>([
    ["[10.0.0.0/24]", "[10.1.0.0/24]", 'spec.cidrs[0]: Invalid value: "10.1.0.0/24": field is immutable'],
    ["[10.0.0.0/24]", "[10.0.0.0/24, 'fd00::/112']"],
    ["[10.0.0.0/24, 'fd00::/112']", "[10.0.0.0/24]", 'spec.cidrs: Invalid value: ["10.0.0.0/24"]: field is immutable'],
  ])("which changes from %s to %s", (before, after, ...wanted) => {
    expect(changeRefusals(NETWORKING, "ServiceCIDR", cidr(before), cidr(after))).toEqual(wanted);
  });

  it.each<readonly [name: string, body: string, ...wanted: readonly string[]]>([
    ["10.96.0.5", "{parentRef: {resource: services, namespace: default, name: web}}"],
    ["10.96.0.5", "{}", "spec.parentRef: Required value"],
    ["10.96.0.5", "{parentRef: {}}", "spec.parentRef.resource: Required value", "spec.parentRef.name: Required value"],
    [
      "web",
      "{parentRef: {resource: services, name: web}}",
      'metadata.name: Invalid value: "web": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
    ],
    ["10.96.0.05", "{parentRef: {resource: services, name: web}}", 'metadata.name: Invalid value: "10.96.0.05": must not have leading 0s'],
  ])("an IPAddress %s %s", (name, body, ...wanted) => {
    expect(refusals(NETWORKING, "IPAddress", `{metadata: {name: ${name}, namespace: ''}, spec: ${body}}`)).toEqual(wanted);
  });
});

describe("a PodDisruptionBudget that is refused", () => {
  it.each<Row>([
    ["{minAvailable: 1}"],
    ["{maxUnavailable: 25%, selector: {matchLabels: {a: b}}}"],
    [
      "{minAvailable: 1, maxUnavailable: 1}",
      'spec: Invalid value: {"MinAvailable":1,"Selector":null,"MaxUnavailable":1,"UnhealthyPodEvictionPolicy":null}: minAvailable and maxUnavailable cannot be both set',
    ],
    ["{minAvailable: -1}", "spec.minAvailable: Invalid value: -1: must be greater than or equal to 0"],
    ["{minAvailable: 101%}", 'spec.minAvailable: Invalid value: "101%": must not be greater than 100%'],
    [
      "{maxUnavailable: half}",
      "spec.maxUnavailable: Invalid value: \"half\": a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
    ],
    [
      "{unhealthyPodEvictionPolicy: Never}",
      'spec.unhealthyPodEvictionPolicy: Unsupported value: "Never": supported values: "AlwaysAllow", "IfHealthyBudget"',
    ],
    [
      "{minAvailabl: 1}",
      '400 PodDisruptionBudget in version "v1" cannot be handled as a PodDisruptionBudget: strict decoding error: unknown field "spec.minAvailabl"',
    ],
  ])("%s", (body, ...wanted) => {
    expect(refusals("policy/v1", "PodDisruptionBudget", `{spec: ${body}}`)).toEqual(wanted);
  });
});

describe("ConfigMaps and Secrets", () => {
  const KEY =
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
  it.each<readonly [kind: string, body: string, ...wanted: readonly string[]]>([
    ["ConfigMap", "{data: {a.b_c-D: x}, binaryData: {e: eA==}}"],
    ["ConfigMap", "{data: {'a b': x}}", `data[a b]: Invalid value: "a b": ${KEY}`],
    ["ConfigMap", "{data: {..: x}}", "data[..]: Invalid value: \"..\": must not be '..'"],
    ["ConfigMap", "{data: {..a: x}}", "data[..a]: Invalid value: \"..a\": must not start with '..'"],
    ["ConfigMap", "{data: {a: x}, binaryData: {a: eA==}}", 'data[a]: Invalid value: "a": duplicate of key present in binaryData'],
    [
      "ConfigMap",
      "{data: {a: 1}}",
      '400 ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
    ],
    ["Secret", "{stringData: {a: b}}"],
    ["Secret", "{data: {'a b': x}}", `data[a b]: Invalid value: "a b": ${KEY}`],
    ["Secret", "{type: kubernetes.io/tls, data: {tls.crt: eA==}}", "data[tls.key]: Required value"],
    ["Secret", "{type: kubernetes.io/dockerconfigjson}", "data[.dockerconfigjson]: Required value"],
  ])("%s %s", (kind, body, ...wanted) => {
    expect(refusals("v1", kind, body)).toEqual(wanted);
  });

  it.each<readonly [kind: string, before: string, after: string, ...wanted: readonly string[]]>([
    ["ConfigMap", "{data: {a: b}}", "{data: {a: c}}"],
    [
      "ConfigMap",
      "{immutable: true, data: {a: b}}",
      "{immutable: true, data: {a: c}}",
      "data: Forbidden: field is immutable when `immutable` is set",
    ],
    ["ConfigMap", "{immutable: true}", "{immutable: false}", "immutable: Forbidden: field is immutable when `immutable` is set"],
    ["Secret", "{type: a}", "{type: b}", 'type: Invalid value: "b": field is immutable'],
  ])("%s %s to %s", (kind, before, after, ...wanted) => {
    expect(changeRefusals("v1", kind, before, after)).toEqual(wanted);
  });
});

describe("a Node that is refused", () => {
  const node = (body: string): string => `{metadata: {namespace: ''}, ${body}}`;
  const QUALIFIED =
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
  it.each<Row>([
    ["spec: {taints: [{key: a, effect: NoSchedule}, {key: a, effect: NoExecute}]}"],
    ["spec: {taints: [{key: a}]}", "metadata.taints[0].effect: Required value"],
    [
      "spec: {taints: [{key: a, effect: Never}]}",
      'metadata.taints[0].effect: Unsupported value: "Never": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
    ],
    ["spec: {taints: [{key: a b, effect: NoExecute}]}", `metadata.taints[0].key: Invalid value: "a b": ${QUALIFIED}`],
    [
      "spec: {taints: [{key: a, effect: NoExecute}, {key: a, value: b, effect: NoExecute}]}",
      'metadata.taints[1]: Duplicate value: {"effect":"NoExecute","key":"a","value":"b"}: taints must be unique by key and effect pair',
    ],
    ["spec: {podCIDR: 10.0.0.0}", `spec.podCIDRs[0]: Invalid value: "10.0.0.0": ${CIDR}`],
    [
      "spec: {podCIDRs: [10.0.0.0/24, 10.0.1.0/24]}",
      'spec.podCIDRs: Invalid value: ["10.0.0.0/24","10.0.1.0/24"]: may specify no more than one CIDR for each IP family',
    ],
    ["status: {capacity: {cpu: -1}}", 'status.capacity.cpu: Invalid value: "-1": must be greater than or equal to 0'],
    [
      "status: {capacity: {memory: lots}}",
      "400 Node in version \"v1\" cannot be handled as a Node: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ],
  ])("%s", (body, ...wanted) => {
    expect(refusals("v1", "Node", node(body))).toEqual(wanted);
  });

  it.each<readonly [before: string, after: string, ...wanted: readonly string[]]>([
    ["spec: {}", "spec: {podCIDR: 10.0.0.0/24}"],
    ["spec: {podCIDR: 10.0.0.0/24}", "spec: {podCIDR: 10.0.0.0/24, podCIDRs: [10.0.0.0/24]}"],
    [
      "spec: {podCIDR: 10.0.0.0/24}",
      "spec: {podCIDR: 10.0.1.0/24}",
      'spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid',
    ],
    [
      "spec: {providerID: a}",
      "spec: {providerID: b}",
      'spec.providerID: Forbidden: node updates may not change providerID except from "" to valid',
    ],
    [
      "spec: {}",
      "status: {addresses: [{type: InternalIP, address: 1.1.1.1}, {type: InternalIP, address: 1.1.1.1}]}",
      'status.addresses[1]: Duplicate value: {"address":"1.1.1.1","type":"InternalIP"}',
    ],
    ["spec: {}", "spec: {unschedulable: true, taints: [{key: a, effect: NoSchedule}]}"],
  ])("%s to %s", (before, after, ...wanted) => {
    expect(changeRefusals("v1", "Node", node(before), node(after))).toEqual(wanted);
  });
});

describe("EndpointSlices and Endpoints beyond their addresses", () => {
  const DISCOVERY = "discovery.k8s.io/v1";
  const slice = (body: string): string => `{addressType: IPv4, ${body}}`;
  it.each<Row>([
    ["endpoints: [{addresses: [10.0.0.1], hostname: A}]", `endpoints[0].hostname: Invalid value: "A": ${LABEL}`],
    ["endpoints: [{addresses: [10.0.0.1], nodeName: A}]", `endpoints[0].nodeName: Invalid value: "A": ${SUBDOMAIN}`],
    ["endpoints: [{addresses: [10.0.0.1], hints: {forZones: [{}]}}]", "endpoints[0].hints.forZones[0].name: Required value"],
    [
      "endpoints: [{addresses: [10.0.0.1], hints: {forZones: [{name: a}, {name: a}]}}]",
      'endpoints[0].hints.forZones[1]: Duplicate value: "a"',
    ],
    [
      "endpoints: [{addresses: [10.0.0.1], hints: {forNodes: [{name: a}, {name: b}, {name: c}, {name: d}, {name: e}, {name: f}, {name: g}, {name: h}, {name: i}]}}]",
      "endpoints[0].hints.forNodes: Too many: 9: must have at most 8 items",
    ],
    ["ports: [{name: A}]", `ports[0].name: Invalid value: "A": ${LABEL}`],
  ])("%s", (body, ...wanted) => {
    expect(refusals(DISCOVERY, "EndpointSlice", slice(body))).toEqual(wanted);
  });

  it("at most a thousand endpoints", () => {
    const endpoints = Array.from({ length: 1_001 }, () => ({ addresses: ["10.0.0.1"] }));
    expect(refusals(DISCOVERY, "EndpointSlice", slice(`endpoints: ${JSON.stringify(endpoints)}`))).toEqual([
      "endpoints: Too many: 1001: must have at most 1000 items",
    ]);
  });

  it("a slice keeps its type of address", () => {
    expect(changeRefusals(DISCOVERY, "EndpointSlice", "{addressType: IPv4}", "{addressType: IPv6}")).toEqual([
      'addressType: Invalid value: "IPv6": field is immutable',
    ]);
  });

  it.each<Row>([
    ["[{addresses: [{ip: 10.0.0.1, hostname: A}]}]", `subsets[0].addresses[0].hostname: Invalid value: "A": ${LABEL}`],
    ["[{addresses: [{ip: 10.0.0.1, nodeName: A}]}]", `subsets[0].addresses[0].nodeName: Invalid value: "A": ${SUBDOMAIN}`],
    [
      "[{notReadyAddresses: [{ip: 127.0.0.1}]}]",
      'subsets[0].notReadyAddresses[0].ip: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
    ],
    [
      "[{addresses: [{ip: 10.0.0.1}], ports: [{port: 80, protocol: HTTP}]}]",
      'subsets[0].ports[0].protocol: Unsupported value: "HTTP": supported values: "SCTP", "TCP", "UDP"',
    ],
    [
      "[{addresses: [{ip: 10.0.0.1}], ports: [{port: 80, name: a}, {port: 81, name: b, appProtocol: a/b/c}]}]",
      "subsets[0].ports[1].appProtocol: Invalid value: \"a/b/c\": a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
    ],
  ])("Endpoints %s", (subsets, ...wanted) => {
    expect(refusals("v1", "Endpoints", `{subsets: ${subsets}}`)).toEqual(wanted);
  });
});

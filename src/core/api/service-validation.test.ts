import { describe, expect, it } from "vitest";
import { created, faults, send, service } from "./test-requests.ts";
import type { RequestSetting } from "./test-requests.ts";

const DUAL: RequestSetting = { serviceSubnet: "10.96.0.0/16,fd00:10:96::/112" };
const LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const VALUE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const NAME_PART =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const ONE = "ports: [{port: 80}]";

describe("a Service is created", () => {
  it.each([
    ["no ports", "{}", ["spec.ports: Required value"]],
    ["headless without ports", "clusterIP: None", []],
    ["two ports, one without a name", "ports: [{name: a, port: 80}, {port: 81}]", ["spec.ports[1].name: Required value"]],
    [
      "two ports without names",
      "ports: [{port: 80}, {port: 81}]",
      ["spec.ports[0].name: Required value", "spec.ports[1].name: Required value"],
    ],
    ["bad port name", "ports: [{name: Web, port: 80}]", [`spec.ports[0].name: Invalid value: "Web": ${LABEL}`]],
    ["dotted port name", "ports: [{name: a.b, port: 80}]", ['spec.ports[0].name: Invalid value: "a.b": must not contain dots']],
    [
      "port 0 copies itself to the target",
      "ports: [{port: 0}]",
      [
        "spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive",
        "spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive",
      ],
    ],
    [
      "port too large",
      "ports: [{port: 99999, targetPort: 80}]",
      ["spec.ports[0].port: Invalid value: 99999: must be between 1 and 65535, inclusive"],
    ],
    [
      "unknown protocol",
      "ports: [{port: 80, protocol: HTTP}]",
      ['spec.ports[0].protocol: Unsupported value: "HTTP": supported values: "SCTP", "TCP", "UDP"'],
    ],
    [
      "protocol in lower case",
      "ports: [{port: 80, protocol: tcp}]",
      ['spec.ports[0].protocol: Unsupported value: "tcp": supported values: "SCTP", "TCP", "UDP"'],
    ],
    [
      "target port as quoted number",
      'ports: [{port: 80, targetPort: "8080"}]',
      ['spec.ports[0].targetPort: Invalid value: "8080": must contain at least one letter (a-z)'],
    ],
    [
      "target port name with everything wrong",
      'ports: [{port: 80, targetPort: "-A--very-long-name-"}]',
      [
        'spec.ports[0].targetPort: Invalid value: "-A--very-long-name-": must be no more than 15 bytes',
        'spec.ports[0].targetPort: Invalid value: "-A--very-long-name-": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
        'spec.ports[0].targetPort: Invalid value: "-A--very-long-name-": must not contain consecutive hyphens',
        'spec.ports[0].targetPort: Invalid value: "-A--very-long-name-": must not begin or end with a hyphen',
      ],
    ],
    ["appProtocol", 'ports: [{port: 80, appProtocol: "a b"}]', [`spec.ports[0].appProtocol: Invalid value: "a b": ${NAME_PART}`]],
    ["selector value", `{${ONE}, selector: {app: "a b"}}`, [`spec.selector: Invalid value: "a b": ${VALUE}`]],
    ["selector key", `{${ONE}, selector: {"a b": x}}`, [`spec.selector: Invalid value: "a b": ${NAME_PART}`]],
    [
      "affinity",
      `{${ONE}, sessionAffinity: Cookie}`,
      ['spec.sessionAffinity: Unsupported value: "Cookie": supported values: "ClientIP", "None"'],
    ],
    [
      "affinity time 0",
      `{${ONE}, sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 0}}}`,
      ["spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 0: must be greater than 0 and less than 86400"],
    ],
    ["affinity time of a day", `{${ONE}, sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 86400}}}`, []],
    [
      "affinity time beyond a day",
      `{${ONE}, sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 86401}}}`,
      ["spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 86401: must be greater than 0 and less than 86400"],
    ],
    [
      "external IP no address",
      `{${ONE}, externalIPs: [x.x.x.x]}`,
      ['spec.externalIPs[0]: Invalid value: "x.x.x.x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
    ],
    [
      "external IP with zeros",
      `{${ONE}, externalIPs: [010.0.0.1]}`,
      ['spec.externalIPs[0]: Invalid value: "010.0.0.1": must not have leading 0s'],
    ],
    [
      "external IP mapped",
      `{${ONE}, externalIPs: ["::ffff:1.2.3.4"]}`,
      ['spec.externalIPs[0]: Invalid value: "::ffff:1.2.3.4": must not be an IPv4-mapped IPv6 address'],
    ],
    [
      "external IP unspecified",
      `{${ONE}, externalIPs: [0.0.0.0]}`,
      ['spec.externalIPs[0]: Invalid value: "0.0.0.0": may not be unspecified (0.0.0.0)'],
    ],
    [
      "external IP loopback",
      `{${ONE}, externalIPs: [127.0.0.1, "::1"]}`,
      [
        'spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
        'spec.externalIPs[1]: Invalid value: "::1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
      ],
    ],
    [
      "external IP link-local",
      `{${ONE}, externalIPs: [169.254.1.1, "fe80::1"]}`,
      [
        'spec.externalIPs[0]: Invalid value: "169.254.1.1": may not be in the link-local range (169.254.0.0/16, fe80::/10)',
        'spec.externalIPs[1]: Invalid value: "fe80::1": may not be in the link-local range (169.254.0.0/16, fe80::/10)',
      ],
    ],
    [
      "node port on ClusterIP",
      "ports: [{port: 80, nodePort: 30080}]",
      ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
    ],
    [
      "same port twice",
      "ports: [{name: a, port: 80}, {name: b, port: 80}]",
      ['spec.ports[1]: Duplicate value: {"Name":"","Protocol":"TCP","AppProtocol":null,"Port":80,"TargetPort":0,"NodePort":0}'],
    ],
    ["same port of two protocols", "ports: [{name: a, port: 53}, {name: b, port: 53, protocol: UDP}]", []],
    [
      "source ranges on ClusterIP",
      `{${ONE}, loadBalancerSourceRanges: [10.0.0.0/8]}`,
      ["spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'"],
    ],
    [
      "source range no CIDR",
      `{${ONE}, type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.0]}`,
      ['spec.LoadBalancerSourceRanges[0]: Invalid value: "10.0.0.0": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'],
    ],
    [
      "source range with host bits",
      `{${ONE}, type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.1/8]}`,
      ['spec.LoadBalancerSourceRanges[0]: Invalid value: "10.0.0.1/8": must not have bits set beyond the prefix length'],
    ],
    ["source range with spaces", `{${ONE}, type: LoadBalancer, loadBalancerSourceRanges: [" 10.0.0.0/8 "]}`, []],
    [
      "load balancer fields on NodePort",
      `{${ONE}, type: NodePort, allocateLoadBalancerNodePorts: false, loadBalancerClass: a}`,
      [
        "spec.allocateLoadBalancerNodePorts: Forbidden: may only be used when `type` is 'LoadBalancer'",
        "spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'",
      ],
    ],
    [
      "external policy on ClusterIP",
      `{${ONE}, externalTrafficPolicy: Local}`,
      ['spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services'],
    ],
    [
      "external policy unknown",
      `{${ONE}, type: NodePort, externalTrafficPolicy: Near}`,
      ['spec.externalTrafficPolicy: Unsupported value: "Near": supported values: "Cluster", "Local"'],
    ],
    [
      "internal policy unknown",
      `{${ONE}, internalTrafficPolicy: Near}`,
      ['spec.internalTrafficPolicy: Unsupported value: "Near": supported values: "Cluster", "Local"'],
    ],
    [
      "internal policy unknown, whatever the type",
      "{type: ExternalName, externalName: a.b, internalTrafficPolicy: Near}",
      ['spec.internalTrafficPolicy: Unsupported value: "Near": supported values: "Cluster", "Local"'],
    ],
    [
      "health check port on Cluster policy",
      `{${ONE}, type: LoadBalancer, healthCheckNodePort: 31000}`,
      [
        "spec.healthCheckNodePort: Invalid value: 31000: may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
      ],
    ],
    [
      "traffic distribution",
      `{${ONE}, trafficDistribution: Random}`,
      ['spec.trafficDistribution: Unsupported value: "Random": supported values: "PreferClose", "PreferSameZone", "PreferSameNode"'],
    ],
    [
      "headless NodePort",
      `{${ONE}, type: NodePort, clusterIP: None}`,
      ["spec.clusterIPs[0]: Invalid value: \"None\": may not be set to 'None' for NodePort services"],
    ],
    ["ExternalName without a name", "type: ExternalName", ["spec.externalName: Required value"]],
    ["ExternalName with a dot at its end", "{type: ExternalName, externalName: a.example.com.}", []],
    ["ExternalName that looks like an address", "{type: ExternalName, externalName: 10.0.0.5}", []],
    [
      "ExternalName with an address",
      "{type: ExternalName, externalName: a.example.com, clusterIP: 10.96.0.9, ipFamilies: [IPv4]}",
      [
        "spec.clusterIPs: Forbidden: may not be set for ExternalName services",
        "spec.ipFamilies: Forbidden: may not be set for ExternalName services",
      ],
    ],
    [
      "clusterIPs alone",
      `{${ONE}, clusterIPs: [10.96.0.9]}`,
      ['spec.clusterIPs: Invalid value: ["10.96.0.9"]: must be empty when `clusterIP` is not specified'],
    ],
    [
      "clusterIPs that disagree",
      `{${ONE}, clusterIP: 10.96.0.8, clusterIPs: [10.96.0.9]}`,
      ['spec.clusterIPs: Invalid value: ["10.96.0.9"]: first value must match `clusterIP`'],
    ],
    [
      "None and more",
      `{${ONE}, clusterIP: None, clusterIPs: [None, 10.96.0.9]}`,
      ['spec.clusterIPs: Invalid value: ["None","10.96.0.9"]: \'None\' must be the first and only value'],
    ],
    [
      "family unknown and twice",
      `{${ONE}, ipFamilies: [IPv5, IPv5]}`,
      [
        'spec.ipFamilies[0]: Unsupported value: "IPv5": supported values: "IPv4", "IPv6"',
        'spec.ipFamilies[1]: Unsupported value: "IPv5": supported values: "IPv4", "IPv6"',
        'spec.ipFamilies[1]: Duplicate value: "IPv5"',
      ],
    ],
    [
      "policy unknown",
      `{${ONE}, ipFamilyPolicy: Both}`,
      ['spec.ipFamilyPolicy: Unsupported value: "Both": supported values: "PreferDualStack", "RequireDualStack", "SingleStack"'],
    ],
    [
      "dual-stack on a single-stack cluster",
      `{${ONE}, ipFamilyPolicy: RequireDualStack}`,
      ['spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services'],
    ],
    [
      "IPv6 address on an IPv4 cluster",
      `{${ONE}, clusterIP: "fd00::1"}`,
      ['spec.clusterIPs[0]: Invalid value: ["fd00::1"]: IPv6 is not configured on this cluster'],
    ],
    [
      "IPv6 family on an IPv4 cluster",
      `{${ONE}, ipFamilies: [IPv6]}`,
      ['spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster'],
    ],
    [
      "address outside the range",
      `{${ONE}, clusterIP: 10.97.0.1}`,
      [
        'spec.clusterIPs: Invalid value: ["10.97.0.1"]: failed to allocate IP 10.97.0.1: the provided network does not match the current range',
      ],
    ],
    [
      "network address",
      `{${ONE}, clusterIP: 10.96.0.0}`,
      [
        'spec.clusterIPs: Invalid value: ["10.96.0.0"]: failed to allocate IP 10.96.0.0: the provided network does not match the current range',
      ],
    ],
    [
      "broadcast address",
      `{${ONE}, clusterIP: 10.96.255.255}`,
      [
        'spec.clusterIPs: Invalid value: ["10.96.255.255"]: failed to allocate IP 10.96.255.255: the provided network does not match the current range',
      ],
    ],
    [
      "node port out of range",
      `{type: NodePort, ports: [{port: 80, nodePort: 80}]}`,
      ["spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767"],
    ],
    [
      "two ports, one node port",
      "{type: NodePort, ports: [{name: a, port: 80, nodePort: 30080}, {name: b, port: 81, protocol: UDP, nodePort: 30080}]}",
      ["spec.ports[1].nodePort: Invalid value: 30080: provided port is already allocated"],
    ],
    [
      "unknown field",
      `{${ONE}, selecter: {app: web}}`,
      ['400 Service in version "v1" cannot be handled as a Service: strict decoding error: unknown field "spec.selecter"'],
    ],
    [
      "unknown fields in a list",
      "ports: [{port: 80, foo: 1, bar: 2}]",
      [
        '400 Service in version "v1" cannot be handled as a Service: strict decoding error: unknown field "spec.ports[0].foo", unknown field "spec.ports[0].bar"',
      ],
    ],
    [
      "port as text",
      'ports: [{port: "80"}]',
      [
        '400 Service in version "v1" cannot be handled as a Service: json: cannot unmarshal string into Go struct field ServicePort.spec.ports.port of type int32',
      ],
    ],
    [
      "selector value as a number",
      `{${ONE}, selector: {version: 1}}`,
      [
        '400 Service in version "v1" cannot be handled as a Service: json: cannot unmarshal number into Go struct field ServiceSpec.spec.selector of type string',
      ],
    ],
  ] as const)("%s", (_name, spec, wanted) => {
    expect(faults(send("create", service(spec)))).toEqual(wanted);
  });

  it.each([
    [
      "address and family disagree",
      "clusterIP: 10.96.0.5, ipFamilies: [IPv6]",
      ['spec.clusterIPs[0]: Invalid value: "10.96.0.5": expected an IPv6 value as indicated by `ipFamilies[0]`'],
    ],
    [
      "two addresses of one family",
      "clusterIP: 10.96.0.5, clusterIPs: [10.96.0.5, 10.96.0.6], ipFamilyPolicy: PreferDualStack",
      ['spec.clusterIPs: Invalid value: ["10.96.0.5","10.96.0.6"]: may specify no more than one IP for each IP family'],
    ],
    [
      "two addresses, SingleStack",
      'clusterIP: 10.96.0.5, clusterIPs: [10.96.0.5, "fd00:10:96::5"]',
      [
        "spec.ipFamilyPolicy: Invalid value: \"SingleStack\": must be 'RequireDualStack' or 'PreferDualStack' when multiple cluster IPs are specified",
      ],
    ],
    [
      "two families, SingleStack",
      "ipFamilies: [IPv4, IPv6]",
      [
        "spec.ipFamilyPolicy: Invalid value: \"SingleStack\": must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified",
      ],
    ],
    [
      "three addresses",
      'clusterIP: 10.96.0.5, clusterIPs: [10.96.0.5, "fd00:10:96::5", 10.96.0.6]',
      ['spec.clusterIPs: Invalid value: ["10.96.0.5","fd00:10:96::5","10.96.0.6"]: may only hold up to 2 values'],
    ],
  ] as const)("on two families: %s", (_name, spec, wanted) => {
    expect(faults(send("create", service(`{${ONE}, ${spec}}`), DUAL))).toEqual(wanted);
  });

  it.each([
    ["no name", { name: "" }, ["metadata.name: Required value: name or generateName is required"]],
    ["name in capitals", { name: "Web" }, [`metadata.name: Invalid value: "Web": ${LABEL}`]],
    ["name with a dot", { name: "web.shop" }, ['metadata.name: Invalid value: "web.shop": must not contain dots']],
    ["name that begins with a digit", { name: "1web" }, []],
    [
      "finalizer of nobody",
      { finalizers: ["mine"] },
      ['metadata.finalizers[0]: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified'],
    ],
    [
      "owner without a uid",
      { ownerReferences: [{ apiVersion: "v1", kind: "Pod", name: "a" }] },
      ['metadata.ownerReferences.uid: Invalid value: "": must not be empty'],
    ],
    ["label value", { labels: { app: "a b" } }, [`metadata.labels: Invalid value: "a b": ${VALUE}`]],
    [
      "annotation key",
      { annotations: { "a/b/c": "" } },
      [
        `metadata.annotations: Invalid value: "a/b/c": a valid label key ${NAME_PART.slice("name part ".length)} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
      ],
    ],
    [
      "topology annotations that disagree",
      { annotations: { "service.kubernetes.io/topology-aware-hints": "Auto", "service.kubernetes.io/topology-mode": "Disabled" } },
      [
        'metadata.annotations[service.kubernetes.io/topology-mode]: Invalid value: "Disabled": must match annotations[service.kubernetes.io/topology-aware-hints] when both are specified',
      ],
    ],
  ] as const)("metadata: %s", (_name, metadata, wanted) => {
    expect(faults(send("create", service(ONE, metadata)))).toEqual(wanted);
  });
});

describe("a Service is updated", () => {
  const STORED = `{apiVersion: v1, kind: Service, metadata: {name: web, namespace: default, uid: u1}, spec: {type: ClusterIP, clusterIP: 10.96.3.4, clusterIPs: [10.96.3.4], ipFamilies: [IPv4], ipFamilyPolicy: SingleStack, sessionAffinity: None, ports: [{port: 80, protocol: TCP, targetPort: 80}]}}`;
  it.each([
    [
      "address changed",
      "clusterIP: 10.96.3.5, clusterIPs: [10.96.3.5]",
      ['spec.clusterIPs[0]: Invalid value: ["10.96.3.5"]: may not change once set'],
    ],
    ["address to None", "clusterIP: None, clusterIPs: [None]", ['spec.clusterIPs[0]: Invalid value: ["None"]: may not change once set']],
    ["address left out", "{}", []],
    ["type to NodePort", "type: NodePort", []],
    ["type to ExternalName", "type: ExternalName, externalName: a.example.com", []],
    [
      "family changed",
      "ipFamilies: [IPv6]",
      ['spec.clusterIPs[0]: Invalid value: "10.96.3.4": expected an IPv6 value as indicated by `ipFamilies[0]`'],
    ],
  ] as const)("%s", (_name, spec, wanted) => {
    const parts = spec === "{}" ? ONE : `${ONE}, ${spec}`;
    expect(faults(send("update", service(`{${parts}}`), { stored: STORED }))).toEqual(wanted);
  });

  it.each([
    [
      "the class of a load balancer",
      "type: LoadBalancer, loadBalancerClass: a/b",
      "type: LoadBalancer, loadBalancerClass: a/c",
      ['spec.loadBalancerClass: Invalid value: "a/c": may not change once set'],
    ],
    [
      "a class that comes later",
      "type: LoadBalancer",
      "type: LoadBalancer, loadBalancerClass: a/c",
      ['spec.loadBalancerClass: Invalid value: "a/c": may not change once set'],
    ],
    [
      "the port of the health check",
      "type: LoadBalancer, externalTrafficPolicy: Local, healthCheckNodePort: 30900",
      "type: LoadBalancer, externalTrafficPolicy: Local, healthCheckNodePort: 30901",
      ["spec.healthCheckNodePort: Forbidden: field is immutable"],
    ],
    ["a class with another type", "type: LoadBalancer, loadBalancerClass: a/b", "type: ClusterIP", []],
  ] as const)("%s", (_name, before, after, wanted) => {
    const stored = STORED.replace("type: ClusterIP", before);
    expect(faults(send("update", service(`{${ONE}, ${after}}`), { stored }))).toEqual(wanted);
  });

  const DUAL_STORED = STORED.replace(
    "clusterIPs: [10.96.3.4], ipFamilies: [IPv4], ipFamilyPolicy: SingleStack",
    'clusterIPs: [10.96.3.4, "fd00:10:96::9"], ipFamilies: [IPv4, IPv6], ipFamilyPolicy: PreferDualStack',
  );
  it.each([
    [
      "to SingleStack",
      'ipFamilyPolicy: SingleStack, clusterIP: 10.96.3.4, clusterIPs: [10.96.3.4, "fd00:10:96::9"], ipFamilies: [IPv4, IPv6]',
      [],
    ],
    [
      "by leaving the address out",
      "ipFamilyPolicy: PreferDualStack, clusterIP: 10.96.3.4, clusterIPs: [10.96.3.4], ipFamilies: [IPv4, IPv6]",
      ["spec.ipFamilyPolicy: Invalid value: \"PreferDualStack\": must be 'SingleStack' to release the secondary cluster IP"],
    ],
    [
      "by leaving the family out",
      'ipFamilyPolicy: PreferDualStack, clusterIP: 10.96.3.4, clusterIPs: [10.96.3.4, "fd00:10:96::9"], ipFamilies: [IPv4]',
      ["spec.ipFamilyPolicy: Invalid value: \"PreferDualStack\": must be 'SingleStack' to release the secondary IP family"],
    ],
  ] as const)("gives up its second family %s", (_name, spec, wanted) => {
    expect(faults(send("update", service(`{${ONE}, ${spec}}`), { ...DUAL, stored: DUAL_STORED }))).toEqual(wanted);
  });

  it("takes a second family", () => {
    const next = created(
      send(
        "update",
        service(`{${ONE}, ipFamilyPolicy: PreferDualStack, clusterIP: 10.96.3.4, clusterIPs: [10.96.3.4], ipFamilies: [IPv4]}`),
        { ...DUAL, stored: STORED },
      ),
    );
    expect(next).toMatchObject({ spec: { clusterIP: "10.96.3.4", ipFamilies: ["IPv4", "IPv6"] } });
    expect((next as unknown as { spec: { clusterIPs: string[] } }).spec.clusterIPs[1]).toMatch(/^fd00:10:96::/);
  });

  it("drops what the new type does not have", () => {
    const stored = STORED.replace(
      "type: ClusterIP",
      "type: LoadBalancer, allocateLoadBalancerNodePorts: true, externalTrafficPolicy: Local, healthCheckNodePort: 30900",
    ).replace("targetPort: 80", "targetPort: 80, nodePort: 30080");
    const spec =
      "{type: ClusterIP, allocateLoadBalancerNodePorts: true, externalTrafficPolicy: Local, healthCheckNodePort: 30900, ports: [{port: 80, nodePort: 30080}]}";
    expect(created(send("update", service(spec), { stored }))).toMatchObject({
      spec: { type: "ClusterIP", clusterIP: "10.96.3.4", ports: [{ port: 80 }] },
    });
    expect(JSON.stringify(created(send("update", service(spec), { stored })))).not.toMatch(/nodePort|healthCheck|allocate|externalTraffic/);
  });

  it("refuses a stale version", () => {
    const stored = STORED.replace("uid: u1", "uid: u1, resourceVersion: '7'");
    expect(faults(send("update", service(ONE, { resourceVersion: "6" }), { stored }))).toEqual([
      '409 Operation cannot be fulfilled on services "web": the object has been modified; please apply your changes to the latest version and try again',
    ]);
  });

  it("says so when there is none, or one too many, or no Namespace", () => {
    expect(faults(send("update", service(ONE)))).toEqual(['404 services "web" not found']);
    expect(faults(send("create", service(ONE), { stored: STORED }))).toEqual(['409 services "web" already exists']);
    expect(faults(send("create", service(ONE, { namespace: "nowhere" })))).toEqual(['404 namespaces "nowhere" not found']);
  });
});

describe("warnings", () => {
  it.each([
    [
      "PreferClose",
      `{${ONE}, trafficDistribution: PreferClose}`,
      ['spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"'],
    ],
    [
      "external IPs",
      `{${ONE}, externalIPs: [198.51.100.7]}`,
      ["spec.externalIPs is deprecated and may no longer be implemented in some clusters"],
    ],
    [
      "headless with affinity",
      `{${ONE}, clusterIP: None, sessionAffinity: ClientIP}`,
      ["spec.SessionAffinity is ignored for headless services"],
    ],
    ["externalName on ClusterIP", `{${ONE}, externalName: a.b}`, ['spec.externalName is ignored when spec.type is not "ExternalName"']],
    [
      "IPv6 not canonical",
      `{${ONE}, externalIPs: ["2001:DB8::0:1"]}`,
      [
        "spec.externalIPs is deprecated and may no longer be implemented in some clusters",
        'spec.externalIPs[0]: IPv6 address "2001:DB8::0:1" should be in RFC 5952 canonical format ("2001:db8::1")',
      ],
    ],
  ] as const)("%s", (_name, spec, wanted) => {
    const answer = send("create", service(spec));
    expect(answer.ok && answer.warnings).toEqual(wanted);
  });
});

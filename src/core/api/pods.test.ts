import { describe, expect, it } from "vitest";
import { at } from "./json.ts";
import { created, objectOf, refusals, send } from "./test-requests.ts";

const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const QUALIFIED =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const VALUE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

type Row = readonly [body: string, ...wanted: readonly string[]];

/** The fields of a spec that has one container `c` besides. */
const spec = (body: string): readonly string[] => refusals("v1", "Pod", `{spec: {containers: [{name: c, image: a}], ${body}}}`);
/** The fields of that container. */
const container = (body: string): readonly string[] => refusals("v1", "Pod", `{spec: {containers: [{name: c, image: a, ${body}}]}}`);
/** What stands behind the path of the container or the spec. */
const shortened = (found: readonly string[], prefix: string): readonly string[] =>
  found.map((text) => (text.startsWith(prefix) ? text.slice(prefix.length) : text));

describe("a Pod's spec that is refused", () => {
  it.each<Row>([
    ["restartPolicy: Sometimes", 'restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"'],
    [
      "dnsPolicy: Cluster",
      'dnsPolicy: Unsupported value: "Cluster": supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"',
    ],
    ["dnsPolicy: None", "dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None"],
    [
      "dnsPolicy: None, dnsConfig: {searches: [a]}",
      "dnsConfig.nameservers: Required value: must provide at least one DNS nameserver when `dnsPolicy` is None",
    ],
    [
      "dnsConfig: {nameservers: [dns.example.com]}",
      'dnsConfig.nameservers[0]: Invalid value: "dns.example.com": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
    ],
    [
      "dnsConfig: {nameservers: [10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4]}",
      'dnsConfig.nameservers: Invalid value: ["10.0.0.1","10.0.0.2","10.0.0.3","10.0.0.4"]: must not have more than 3 nameservers',
    ],
    [
      "dnsConfig: {searches: [Example]}",
      "dnsConfig.searches[0]: Invalid value: \"Example\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*')",
    ],
    ["dnsConfig: {options: [{value: '2'}]}", "dnsConfig.options[0]: Required value: must not be empty"],
    ["nodeSelector: {'a b': c}", `nodeSelector: Invalid value: "a b": ${QUALIFIED}`],
    ["nodeSelector: {a: 'b c'}", `nodeSelector: Invalid value: "b c": ${VALUE}`],
    ["nodeName: Node_1", `nodeName: Invalid value: "Node_1": ${SUBDOMAIN}`],
    ["hostname: a.b", 'hostname: Invalid value: "a.b": must not contain dots'],
    ["subdomain: UPPER", `subdomain: Invalid value: "UPPER": ${LABEL}`],
    ["serviceAccountName: A", `serviceAccountName: Invalid value: "A": ${SUBDOMAIN}`],
    ["priorityClassName: A", `priorityClassName: Invalid value: "A": ${SUBDOMAIN}`],
    ["runtimeClassName: A", `runtimeClassName: Invalid value: "A": ${SUBDOMAIN}`],
    ["activeDeadlineSeconds: 0", "activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive"],
    ["preemptionPolicy: Always", 'preemptionPolicy: Unsupported value: "Always": supported values: "PreemptLowerPriority", "Never"'],
    ["os: {name: plan9}", 'os: Unsupported value: "plan9": supported values: "linux", "windows"'],
    ["os: {}", "os.name: Required value: cannot be empty"],
    [
      "hostAliases: [{ip: localhost, hostnames: [Foo]}]",
      'hostAliases[0].ip: Invalid value: "localhost": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      `hostAliases[0].hostnames[0]: Invalid value: "Foo": ${SUBDOMAIN}`,
    ],
    [
      "readinessGates: [{}]",
      'readinessGates[0].conditionType: Invalid value: "": name part must be non-empty',
      `readinessGates[0].conditionType: Invalid value: "": ${QUALIFIED}`,
    ],
    [
      "nodeName: n, schedulingGates: [{name: example.com/wait}]",
      "nodeName: Forbidden: cannot be set until all schedulingGates have been cleared",
    ],
    ["ephemeralContainers: [{name: d, image: b}]", "ephemeralContainers: Forbidden: cannot be set on create"],
    ["securityContext: {runAsUser: -1}", "securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive"],
  ])("%s", (body, ...wanted) => {
    expect(shortened(spec(body), "spec.")).toEqual(wanted);
  });
});

describe("tolerations that are refused", () => {
  it.each<Row>([
    ["{key: a b, operator: Exists}", `key: Invalid value: "a b": ${QUALIFIED}`],
    [
      "{operator: Equal, value: x}",
      'operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"',
    ],
    ["{value: x}", 'operator: Invalid value: "": operator must be Exists when `key` is empty, which means "match all values and all keys"'],
    ["{key: a, operator: Exists, value: x}", "operator: Invalid value: \"x\": value must be empty when `operator` is 'Exists'"],
    ["{key: a, operator: In}", 'operator: Unsupported value: "In": supported values: "Equal", "Exists"'],
    ["{key: a, value: x y}", `operator: Invalid value: "x y": ${VALUE}`],
    ["{key: a, tolerationSeconds: 5}", "effect: Invalid value: \"\": effect must be 'NoExecute' when `tolerationSeconds` is set"],
    ["{key: a, effect: Evict}", 'effect: Unsupported value: "Evict": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"'],
  ])("%s", (body, ...wanted) => {
    expect(shortened(spec(`tolerations: [${body}]`), "spec.tolerations[0].")).toEqual(wanted);
  });
});

describe("node affinity that is refused", () => {
  it.each<Row>([
    [
      "{requiredDuringSchedulingIgnoredDuringExecution: {}}",
      "requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: Required value: must have at least one node selector term",
    ],
    [
      "{requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: zone, operator: In}]}]}}",
      "requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
    ],
    [
      "{requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: zone, operator: Exists, values: [a]}]}]}}",
      "requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
    ],
    [
      "{requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: cores, operator: Gt, values: ['1', '2']}]}]}}",
      "requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].values: Required value: must be specified single value when `operator` is 'Lt' or 'Gt'",
    ],
    [
      "{requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: zone, operator: Is, values: [a]}]}]}}",
      'requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].operator: Invalid value: "Is": not a valid selector operator',
    ],
    [
      "{requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchFields: [{key: spec.x, operator: In, values: [a]}]}]}}",
      'requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchFields[0].key: Invalid value: "spec.x": not a valid field selector key',
    ],
    [
      "{requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchFields: [{key: metadata.name, operator: In, values: [a, b]}]}]}}",
      "requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchFields[0].values: Required value: must be only one value when `operator` is 'In' or 'NotIn' for node field selector",
    ],
    [
      "{preferredDuringSchedulingIgnoredDuringExecution: [{weight: 101, preference: {}}]}",
      "preferredDuringSchedulingIgnoredDuringExecution[0].weight: Invalid value: 101: must be in the range 1-100",
    ],
    [
      "{preferredDuringSchedulingIgnoredDuringExecution: [{preference: {}}]}",
      "preferredDuringSchedulingIgnoredDuringExecution[0].weight: Invalid value: 0: must be in the range 1-100",
    ],
  ])("%s", (body, ...wanted) => {
    expect(shortened(spec(`affinity: {nodeAffinity: ${body}}`), "spec.affinity.nodeAffinity.")).toEqual(wanted);
  });
});

describe("affinity to Pods that is refused", () => {
  it.each<Row>([
    [
      "{requiredDuringSchedulingIgnoredDuringExecution: [{labelSelector: {}}]}",
      "requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Required value: can not be empty",
      'requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Invalid value: "": name part must be non-empty',
      `requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Invalid value: "": ${QUALIFIED}`,
    ],
    [
      "{requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: zone, labelSelector: {matchExpressions: [{key: a, operator: In}]}}]}",
      "requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
    ],
    [
      "{requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: zone, namespaces: [A]}]}",
      `requiredDuringSchedulingIgnoredDuringExecution[0].namespace: Invalid value: "A": ${LABEL}`,
    ],
    [
      "{requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: zone, matchLabelKeys: [a]}]}",
      "requiredDuringSchedulingIgnoredDuringExecution[0].matchLabelKeys: Forbidden: must not be specified when labelSelector is not set",
    ],
    [
      "{requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: zone, labelSelector: {}, matchLabelKeys: [a], mismatchLabelKeys: [a]}]}",
      'requiredDuringSchedulingIgnoredDuringExecution[0].matchLabelKeys[0]: Invalid value: "a": exists in both matchLabelKeys and mismatchLabelKeys',
    ],
    [
      "{preferredDuringSchedulingIgnoredDuringExecution: [{weight: 0, podAffinityTerm: {topologyKey: zone}}]}",
      "preferredDuringSchedulingIgnoredDuringExecution[0].weight: Invalid value: 0: must be in the range 1-100",
    ],
  ])("%s", (body, ...wanted) => {
    expect(shortened(spec(`affinity: {podAffinity: ${body}}`), "spec.affinity.podAffinity.")).toEqual(wanted);
    expect(shortened(spec(`affinity: {podAntiAffinity: ${body}}`), "spec.affinity.podAntiAffinity.")).toEqual(wanted);
  });
});

describe("spreading that is refused", () => {
  it.each<Row>([
    [
      "[{}]",
      "[0].maxSkew: Invalid value: 0: must be greater than zero",
      "[0].topologyKey: Required value: can not be empty",
      '[0].whenUnsatisfiable: Unsupported value: "": supported values: "DoNotSchedule", "ScheduleAnyway"',
    ],
    [
      "[{maxSkew: 1, topologyKey: z, whenUnsatisfiable: DoNotSchedule}, {maxSkew: 2, topologyKey: z, whenUnsatisfiable: DoNotSchedule}]",
      '[0].{topologyKey, whenUnsatisfiable}: Duplicate value: "{z, DoNotSchedule}"',
    ],
    [
      "[{maxSkew: 1, topologyKey: z, whenUnsatisfiable: ScheduleAnyway, minDomains: 2}]",
      "[0].minDomains: Invalid value: 2: can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway",
    ],
    [
      "[{maxSkew: 1, topologyKey: z, whenUnsatisfiable: DoNotSchedule, minDomains: 0}]",
      "[0].minDomains: Invalid value: 0: must be greater than zero",
    ],
    [
      "[{maxSkew: 1, topologyKey: z, whenUnsatisfiable: DoNotSchedule, nodeTaintsPolicy: Maybe}]",
      '[0].nodeTaintsPolicy: Unsupported value: "Maybe": supported values: "Honor", "Ignore"',
    ],
    [
      "[{maxSkew: 1, topologyKey: z, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {a: b}}, matchLabelKeys: [a]}]",
      '[0].matchLabelKeys[0]: Invalid value: "a": exists in both matchLabelKeys and labelSelector',
    ],
  ])("%s", (body, ...wanted) => {
    expect(shortened(spec(`topologySpreadConstraints: ${body}`), "spec.topologySpreadConstraints")).toEqual(wanted);
  });
});

describe("a container that is refused", () => {
  it.each<Row>([
    ["imagePullPolicy: Sometimes", 'imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"'],
    [
      "terminationMessagePolicy: Log",
      'terminationMessagePolicy: Unsupported value: "Log": supported values: "File", "FallbackToLogsOnError"',
    ],
    ["restartPolicy: Always", "restartPolicy: Forbidden: may not be set for non-init containers"],
    [
      "securityContext: {allowPrivilegeEscalation: false, privileged: true}",
      'securityContext: Invalid value: {"allowPrivilegeEscalation":false,"privileged":true}: cannot set `allowPrivilegeEscalation` to false and `privileged` to true',
    ],
    // ports
    ["ports: [{containerPort: 0}]", "ports[0].containerPort: Required value"],
    ["ports: [{}]", "ports[0].containerPort: Required value"],
    ["ports: [{containerPort: 65536}]", "ports[0].containerPort: Invalid value: 65536: must be between 1 and 65535, inclusive"],
    ["ports: [{containerPort: 80, hostPort: 70000}]", "ports[0].hostPort: Invalid value: 70000: must be between 1 and 65535, inclusive"],
    ["ports: [{containerPort: 80, protocol: udp}]", 'ports[0].protocol: Unsupported value: "udp": supported values: "SCTP", "TCP", "UDP"'],
    ["ports: [{containerPort: 80, name: a}, {containerPort: 81, name: a}]", 'ports[1].name: Duplicate value: "a"'],
    [
      "ports: [{containerPort: 80, name: averyveryverylongname}]",
      'ports[0].name: Invalid value: "averyveryverylongname": must be no more than 15 bytes',
    ],
    ["ports: [{containerPort: 80, name: a--b}]", 'ports[0].name: Invalid value: "a--b": must not contain consecutive hyphens'],
    ["ports: [{containerPort: 80, name: -a}]", 'ports[0].name: Invalid value: "-a": must not begin or end with a hyphen'],
    ["ports: [{containerPort: 80, hostPort: 80}, {containerPort: 81, hostPort: 80}]", 'ports[1].hostPort: Duplicate value: "TCP//80"'],
    // environment
    ["env: [{value: a}]", "env[0].name: Required value"],
    [
      "env: [{name: 'a=b'}]",
      "env[0].name: Invalid value: \"a=b\": a valid environment variable name must consist only of printable ASCII characters other than '='",
    ],
    [
      "env: [{name: A, valueFrom: {}}]",
      'env[0].valueFrom: Invalid value: "": must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`',
    ],
    [
      "env: [{name: A, value: x, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]",
      'env[0].valueFrom: Invalid value: "": may not be specified when `value` is not empty',
    ],
    [
      "env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.name}, configMapKeyRef: {name: a, key: b}}}]",
      'env[0].valueFrom: Invalid value: "": may not have more than one field specified at a time',
    ],
    ["env: [{name: A, valueFrom: {fieldRef: {}}}]", "env[0].valueFrom.fieldRef.fieldPath: Required value"],
    [
      "env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.nam}}}]",
      'env[0].valueFrom.fieldRef.fieldPath: Invalid value: "metadata.nam": error converting fieldPath: field label not supported: metadata.nam',
    ],
    [
      "env: [{name: A, valueFrom: {fieldRef: {fieldPath: status.phase}}}]",
      'env[0].valueFrom.fieldRef.fieldPath: Unsupported value: "status.phase": supported values: "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"',
    ],
    [
      "env: [{name: A, valueFrom: {resourceFieldRef: {resource: limits.gpu}}}]",
      'env[0].valueFrom.resourceFieldRef.resource: Unsupported value: "limits.gpu": supported values: "limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory"',
    ],
    ["env: [{name: A, valueFrom: {configMapKeyRef: {name: a}}}]", "env[0].valueFrom.configMapKeyRef.key: Required value"],
    [
      "env: [{name: A, valueFrom: {secretKeyRef: {name: a, key: 'b c'}}}]",
      "env[0].valueFrom.secretKeyRef.key: Invalid value: \"b c\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
    ],
    ["envFrom: [{prefix: P}]", 'envFrom: Invalid value: "": must specify one of: `configMapRef` or `secretRef`'],
    [
      "envFrom: [{configMapRef: {name: a}, secretRef: {name: b}}]",
      'envFrom: Invalid value: "": may not have more than one field specified at a time',
    ],
    ["envFrom: [{configMapRef: {}}]", "envFrom[0].configMapRef.name: Required value"],
    // resources
    ["resources: {requests: {cpu: -1}}", 'resources.requests[cpu]: Invalid value: "-1": must be greater than or equal to 0'],
    [
      "resources: {requests: {cpu: 2}, limits: {cpu: 1}}",
      'resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
    ],
    [
      "resources: {requests: {memory: 1Gi}, limits: {memory: 512Mi}}",
      'resources.requests: Invalid value: "1Gi": must be less than or equal to memory limit of 512Mi',
    ],
    [
      "resources: {limits: {gpu: 1}}",
      'resources.limits[gpu]: Invalid value: "gpu": must be a standard resource type or fully qualified',
      'resources.limits[gpu]: Invalid value: "gpu": must be a standard resource for containers',
      // A Pod asks for what it is limited to.
      'resources.requests[gpu]: Invalid value: "gpu": must be a standard resource type or fully qualified',
      'resources.requests[gpu]: Invalid value: "gpu": must be a standard resource for containers',
    ],
    [
      "resources: {limits: {pods: 1}, requests: {pods: 1}}",
      'resources.limits[pods]: Invalid value: "pods": must be a standard resource for containers',
      'resources.requests[pods]: Invalid value: "pods": must be a standard resource for containers',
    ],
    ["resources: {requests: {nvidia.com/gpu: 1}}", "resources.limits: Required value: Limit must be set for non overcommitable resources"],
    [
      "resources: {requests: {nvidia.com/gpu: 1}, limits: {nvidia.com/gpu: 2}}",
      'resources.requests: Invalid value: "1": must be equal to nvidia.com/gpu limit of 2',
    ],
    [
      "resources: {requests: {nvidia.com/gpu: 500m}, limits: {nvidia.com/gpu: 500m}}",
      'resources.limits[nvidia.com/gpu]: Invalid value: "500m": must be an integer',
      'resources.requests[nvidia.com/gpu]: Invalid value: "500m": must be an integer',
    ],
    ["resources: {requests: {hugepages-2Mi: 2Mi}, limits: {hugepages-2Mi: 2Mi}}", "resources: Forbidden: HugePages require cpu or memory"],
    // mounts
    ["volumeMounts: [{name: data, mountPath: /d}]", 'volumeMounts[0].name: Not found: "data"'],
    ["volumeMounts: [{mountPath: /d}]", "volumeMounts[0].name: Required value", 'volumeMounts[0].name: Not found: ""'],
  ])("%s", (body, ...wanted) => {
    expect(shortened(container(body), "spec.containers[0].")).toEqual(wanted);
  });
});

describe("a probe or a hook that is refused", () => {
  it.each<Row>([
    ["livenessProbe: {}", "livenessProbe: Required value: must specify a handler type"],
    ["livenessProbe: {exec: {}}", "livenessProbe.exec.command: Required value"],
    [
      "readinessProbe: {tcpSocket: {port: 80}, httpGet: {port: 80}}",
      "readinessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type",
    ],
    [
      "readinessProbe: {httpGet: {port: http_80}}",
      'readinessProbe.httpGet.port: Invalid value: "http_80": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
    ],
    ["readinessProbe: {httpGet: {port: '80'}}", 'readinessProbe.httpGet.port: Invalid value: "80": must contain at least one letter (a-z)'],
    ["readinessProbe: {httpGet: {}}", "readinessProbe.httpGet.port: Invalid value: 0: must be between 1 and 65535, inclusive"],
    [
      "readinessProbe: {httpGet: {port: 80, scheme: http}}",
      'readinessProbe.httpGet.scheme: Unsupported value: "http": supported values: "HTTP", "HTTPS"',
    ],
    [
      "readinessProbe: {httpGet: {port: 80, httpHeaders: [{name: 'a b', value: c}]}}",
      "readinessProbe.httpGet.httpHeaders: Invalid value: \"a b\": a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')",
    ],
    ["readinessProbe: {grpc: {port: 0}}", "readinessProbe.grpc.port: Invalid value: 0: must be between 1 and 65535, inclusive"],
    [
      "readinessProbe: {tcpSocket: {port: 80}, periodSeconds: -1}",
      "readinessProbe.periodSeconds: Invalid value: -1: must be greater than or equal to 0",
    ],
    [
      "readinessProbe: {tcpSocket: {port: 80}, initialDelaySeconds: -5}",
      "readinessProbe.initialDelaySeconds: Invalid value: -5: must be greater than or equal to 0",
    ],
    ["livenessProbe: {tcpSocket: {port: 80}, successThreshold: 2}", "livenessProbe.successThreshold: Invalid value: 2: must be 1"],
    ["startupProbe: {tcpSocket: {port: 80}, successThreshold: 2}", "startupProbe.successThreshold: Invalid value: 2: must be 1"],
    [
      "readinessProbe: {tcpSocket: {port: 80}, terminationGracePeriodSeconds: 5}",
      "readinessProbe.terminationGracePeriodSeconds: Invalid value: 5: must not be set for readinessProbes",
    ],
    [
      "livenessProbe: {tcpSocket: {port: 80}, terminationGracePeriodSeconds: 0}",
      "livenessProbe.terminationGracePeriodSeconds: Invalid value: 0: must be greater than 0",
    ],
    ["lifecycle: {preStop: {}}", "lifecycle.preStop: Required value: must specify a handler type"],
    [
      "lifecycle: {preStop: {sleep: {seconds: 31}}}",
      "lifecycle.preStop.sleep: Invalid value: 31: must be non-negative and less than terminationGracePeriodSeconds (30)",
    ],
    [
      "lifecycle: {preStop: {sleep: {seconds: -1}}}",
      "lifecycle.preStop.sleep: Invalid value: -1: must be non-negative and less than terminationGracePeriodSeconds (30)",
    ],
    [
      "lifecycle: {postStart: {exec: {command: [a]}, tcpSocket: {port: 1}}}",
      "lifecycle.postStart.tcpSocket: Forbidden: may not specify more than 1 handler type",
    ],
  ])("%s", (body, ...wanted) => {
    expect(shortened(container(body), "spec.containers[0].")).toEqual(wanted);
  });
});

describe("several containers that are refused", () => {
  it.each<Row>([
    ["containers: []", "containers: Required value"],
    ["containers: [{name: c}]", "containers[0].image: Required value"],
    ["containers: [{image: a}]", "containers[0].name: Required value"],
    ["containers: [{name: c, image: ' a'}]", 'containers[0].image: Invalid value: " a": must not have leading or trailing whitespace'],
    ["containers: [{name: a, image: x}, {name: a, image: y}]", 'containers[1].name: Duplicate value: "a"'],
    ["containers: [{name: a, image: x}], initContainers: [{name: a, image: y}]", 'initContainers[0].name: Duplicate value: "a"'],
    [
      "containers: [{name: a, image: x, ports: [{containerPort: 1, hostPort: 80}]}, {name: b, image: y, ports: [{containerPort: 2, hostPort: 80}]}]",
      'containers[1].ports[0].hostPort: Duplicate value: "TCP//80"',
    ],
    [
      "hostNetwork: true, containers: [{name: a, image: x, ports: [{containerPort: 80, hostPort: 81}]}]",
      "containers[0].ports[0].hostPort: Invalid value: 81: must match `containerPort` when `hostNetwork` is true",
    ],
    [
      "containers: [{name: a, image: x}], initContainers: [{name: i, image: y, readinessProbe: {tcpSocket: {port: 1}}}]",
      "initContainers[0].readinessProbe: Forbidden: may not be set for init containers without restartPolicy=Always",
    ],
    [
      "containers: [{name: a, image: x}], initContainers: [{name: i, image: y, lifecycle: {preStop: {sleep: {seconds: 1}}}}]",
      "initContainers[0].lifecycle: Forbidden: may not be set for init containers without restartPolicy=Always",
    ],
    [
      "containers: [{name: a, image: x}], initContainers: [{name: i, image: y, restartPolicy: Never}]",
      'initContainers[0].restartPolicy: Unsupported value: "Never": supported values: "Always"',
    ],
    ["containers: [{name: A_b, image: x}]", `containers[0].name: Invalid value: "A_b": ${LABEL}`],
  ])("%s", (body, ...wanted) => {
    expect(shortened(refusals("v1", "Pod", `{spec: {${body}}}`), "spec.")).toEqual(wanted);
  });
});

describe("volumes that are refused", () => {
  it.each<Row>([
    ["[{emptyDir: {}}]", "[0].name: Required value"],
    ["[{name: A, emptyDir: {}}]", `[0].name: Invalid value: "A": ${LABEL}`],
    ["[{name: a, emptyDir: {}}, {name: a, emptyDir: {}}]", '[1].name: Duplicate value: "a"'],
    ["[{name: a, emptyDir: {}, hostPath: {path: /x}}]", "[0].emptyDir: Forbidden: may not specify more than 1 volume type"],
    ["[{name: a, hostPath: {}}]", "[0].hostPath.path: Required value"],
    ["[{name: a, hostPath: {path: /a/../b}}]", "[0].hostPath.path: Invalid value: \"/a/../b\": must not contain '..'"],
    [
      "[{name: a, hostPath: {path: /a, type: Folder}}]",
      '[0].hostPath.type: Unsupported value: "Folder": supported values: "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"',
    ],
    ["[{name: a, configMap: {}}]", "[0].configMap.name: Required value"],
    ["[{name: a, configMap: {name: b, items: [{key: k}]}}]", "[0].configMap.items[0].path: Required value"],
    [
      "[{name: a, configMap: {name: b, items: [{key: k, path: /x}]}}]",
      '[0].configMap.items[0].path: Invalid value: "/x": must be a relative path',
    ],
    ["[{name: a, secret: {}}]", "[0].secret.secretName: Required value"],
    ["[{name: a, persistentVolumeClaim: {}}]", "[0].persistentVolumeClaim.claimName: Required value"],
    ["[{name: a, nfs: {server: s, path: x}}]", '[0].nfs.path: Invalid value: "x": must be an absolute path'],
  ])("%s", (body, ...wanted) => {
    expect(shortened(spec(`volumes: ${body}`), "spec.volumes")).toEqual(wanted);
  });

  it.each<Row>([
    ["[{name: a, mountPath: /x}, {name: b, mountPath: /x}]", '[1].mountPath: Invalid value: "/x": must be unique'],
    ["[{name: a}]", "[0].mountPath: Required value"],
    ["[{name: a, mountPath: /x, subPath: /y}]", '.subPath: Invalid value: "/y": must be a relative path'],
    ["[{name: a, mountPath: /x, subPath: ../y}]", ".subPath: Invalid value: \"../y\": must not contain '..'"],
    [
      "[{name: a, mountPath: /x, subPath: y, subPathExpr: z}]",
      '[0].subPathExpr: Invalid value: "z": subPathExpr and subPath are mutually exclusive',
    ],
  ])("mounted so: %s", (body, ...wanted) => {
    const pod = `{spec: {volumes: [{name: a}, {name: b}], containers: [{name: c, image: x, volumeMounts: ${body}}]}}`;
    expect(shortened(refusals("v1", "Pod", pod), "spec.containers[0].volumeMounts")).toEqual(wanted);
  });
});

describe("a Pod that does not decode", () => {
  const QUANTITY = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
  it.each<Row>([
    ["{spec: {containers: [{name: c, image: a, resources: {limits: {memory: 1GB}}}]}}", QUANTITY],
    ["{spec: {containers: [{name: c, image: a, resources: {limits: {cpu: true}}}]}}", QUANTITY],
    [
      "{spec: {containers: [{name: c, image: a, resources: {limit: {cpu: 1}}}]}}",
      'strict decoding error: unknown field "spec.containers[0].resources.limit"',
    ],
    ["{spec: {volumes: [{name: v, emptydir: {}}]}}", 'strict decoding error: unknown field "spec.volumes[0].emptydir"'],
    [
      "{spec: {tolerations: {key: a}}}",
      "json: cannot unmarshal object into Go struct field PodSpec.spec.tolerations of type []v1.Toleration",
    ],
    ["{spec: {affinity: {nodeAffinty: {}}}}", 'strict decoding error: unknown field "spec.affinity.nodeAffinty"'],
    [
      "{spec: {hostAliases: [{ip: 1, hostnames: []}]}}",
      "json: cannot unmarshal number into Go struct field HostAlias.spec.hostAliases.ip of type string",
    ],
    [
      "{spec: {terminationGracePeriodSeconds: 5s}}",
      "json: cannot unmarshal string into Go struct field PodSpec.spec.terminationGracePeriodSeconds of type int64",
    ],
    [
      "{spec: {containers: [{name: c, image: a, env: {A: b}}]}}",
      "json: cannot unmarshal object into Go struct field Container.spec.containers.env of type []v1.EnvVar",
    ],
    [
      "{spec: {containers: [{name: c, image: a, env: [{name: A, value: 1}]}]}}",
      "json: cannot unmarshal number into Go struct field EnvVar.spec.containers.env.value of type string",
    ],
    [
      "{spec: {containers: [{name: c, image: a, env: [{name: A, value: true}]}]}}",
      "json: cannot unmarshal bool into Go struct field EnvVar.spec.containers.env.value of type string",
    ],
    [
      "{spec: {containers: [{name: c, image: a, args: [1]}]}}",
      "json: cannot unmarshal number into Go struct field Container.spec.containers.args of type string",
    ],
    ["{spec: {nodeSelector: {gpu: true}}}", "json: cannot unmarshal bool into Go struct field PodSpec.spec.nodeSelector of type string"],
  ])("%s", (body, ...wanted) => {
    const found = refusals("v1", "Pod", body).map((text) => text.replace('400 Pod in version "v1" cannot be handled as a Pod: ', ""));
    expect(found).toEqual(wanted);
  });
});

describe("annotations of Pods", () => {
  it.each<Row>([
    ["{controller.kubernetes.io/pod-deletion-cost: '10'}"],
    ["{controller.kubernetes.io/pod-deletion-cost: '-10'}"],
    [
      "{controller.kubernetes.io/pod-deletion-cost: cheap}",
      'metadata.annotations[controller.kubernetes.io/pod-deletion-cost]: Invalid value: "cheap": must be a 32bit integer',
    ],
    [
      "{controller.kubernetes.io/pod-deletion-cost: '010'}",
      'metadata.annotations[controller.kubernetes.io/pod-deletion-cost]: Invalid value: "010": must be a 32bit integer',
    ],
  ])("%s", (annotations, ...wanted) => {
    expect(refusals("v1", "Pod", `{metadata: {annotations: ${annotations}}, spec: {containers: [{name: c, image: a}]}}`)).toEqual(wanted);
  });
});

describe("Pods that are fine", () => {
  it.each([
    "tolerations: [{operator: Exists}, {key: a, operator: Exists, effect: NoExecute, tolerationSeconds: 5}, {key: b, value: c}]",
    "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: z, operator: In, values: [a]}], matchFields: [{key: metadata.name, operator: NotIn, values: [n]}]}]}}}",
    "affinity: {podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 100, podAffinityTerm: {topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {a: b}}}}]}}",
    "topologySpreadConstraints: [{maxSkew: 1, topologyKey: z, whenUnsatisfiable: DoNotSchedule, minDomains: 2, labelSelector: {matchLabels: {a: b}}}]",
    "hostAliases: [{ip: 127.0.0.1, hostnames: [foo.local, bar]}, {ip: '::1'}]",
    "dnsPolicy: None, dnsConfig: {nameservers: [1.1.1.1], searches: [a.b., _x.c, .], options: [{name: ndots, value: '2'}]}",
    "volumes: [{name: a}, {name: b, hostPath: {path: /x}}, {name: c, projected: {sources: []}}]",
    "initContainers: [{name: i, image: b, restartPolicy: Always, readinessProbe: {tcpSocket: {port: 1}}}]",
    "terminationGracePeriodSeconds: 0",
    "terminationGracePeriodSeconds: -1",
    "securityContext: {runAsUser: 0, fsGroup: 2000}",
    "priorityClassName: system-node-critical, schedulerName: other",
    "readinessGates: [{conditionType: example.com/ready}]",
  ])("%s", (body) => {
    expect(spec(body)).toEqual([]);
  });

  it.each([
    "resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {cpu: '1', memory: 1Gi, nvidia.com/gpu: 1}}",
    "resources: {limits: {hugepages-2Mi: 4Mi, cpu: 1}}",
    "resources: {requests: {cpu: 0.5, ephemeral-storage: 1e9}}",
    "env: [{name: a.b-c, value: x}, {name: '1', valueFrom: {fieldRef: {fieldPath: \"metadata.labels['app']\"}}}]",
    "env: [{name: A, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: 1m}}}, {name: B, valueFrom: {secretKeyRef: {name: s, key: k, optional: true}}}]",
    "envFrom: [{configMapRef: {name: a}}, {prefix: P_, secretRef: {name: b}}]",
    "lifecycle: {preStop: {sleep: {seconds: 30}}, postStart: {httpGet: {port: http}}}",
    "livenessProbe: {grpc: {port: 1}, terminationGracePeriodSeconds: 5}",
    "ports: [{containerPort: 53, protocol: UDP, hostPort: 53}, {containerPort: 53, hostPort: 53}]",
  ])("%s", (body) => {
    expect(container(body)).toEqual([]);
  });
});

describe("what a Pod is filled in with", () => {
  const made = (body: string): unknown => created(send("create", objectOf("v1", "Pod", body)));
  it.each<readonly [string, readonly (string | number)[], unknown]>([
    ["{spec: {containers: [{name: c, image: nginx}]}}", ["spec", "containers", 0, "imagePullPolicy"], "Always"],
    ["{spec: {containers: [{name: c, image: 'nginx:latest'}]}}", ["spec", "containers", 0, "imagePullPolicy"], "Always"],
    ["{spec: {containers: [{name: c, image: 'nginx:1'}]}}", ["spec", "containers", 0, "imagePullPolicy"], "IfNotPresent"],
    ["{spec: {containers: [{name: c, image: 'host:5000/nginx'}]}}", ["spec", "containers", 0, "imagePullPolicy"], "Always"],
    ["{spec: {containers: [{name: c, image: 'nginx@sha256:0'}]}}", ["spec", "containers", 0, "imagePullPolicy"], "IfNotPresent"],
    [
      "{spec: {containers: [{name: c, image: a, ports: [{containerPort: 80}]}]}}",
      ["spec", "containers", 0, "ports"],
      [{ containerPort: 80, protocol: "TCP" }],
    ],
    [
      "{spec: {hostNetwork: true, containers: [{name: c, image: a, ports: [{containerPort: 80}]}]}}",
      ["spec", "containers", 0, "ports"],
      [{ containerPort: 80, protocol: "TCP", hostPort: 80 }],
    ],
    [
      "{spec: {containers: [{name: c, image: a, readinessProbe: {httpGet: {port: 80}}}]}}",
      ["spec", "containers", 0, "readinessProbe"],
      { httpGet: { port: 80, path: "/", scheme: "HTTP" }, timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 },
    ],
    [
      "{spec: {containers: [{name: c, image: a, readinessProbe: {tcpSocket: {port: 80}, periodSeconds: 2, timeoutSeconds: 0}}]}}",
      ["spec", "containers", 0, "readinessProbe"],
      { tcpSocket: { port: 80 }, periodSeconds: 2, timeoutSeconds: 1, successThreshold: 1, failureThreshold: 3 },
    ],
    [
      "{spec: {containers: [{name: c, image: a, livenessProbe: {grpc: {port: 1}}}]}}",
      ["spec", "containers", 0, "livenessProbe", "grpc"],
      { port: 1, service: "" },
    ],
    [
      "{spec: {containers: [{name: c, image: a, lifecycle: {preStop: {httpGet: {port: 1}}}}]}}",
      ["spec", "containers", 0, "lifecycle", "preStop", "httpGet"],
      { port: 1, path: "/", scheme: "HTTP" },
    ],
    [
      "{spec: {containers: [{name: c, image: a, resources: {limits: {cpu: 1}}}]}}",
      ["spec", "containers", 0, "resources"],
      { limits: { cpu: 1 }, requests: { cpu: 1 } },
    ],
    [
      "{spec: {containers: [{name: c, image: a, resources: {limits: {cpu: 1, memory: 1Gi}, requests: {cpu: 100m}}}]}}",
      ["spec", "containers", 0, "resources", "requests"],
      { cpu: "100m", memory: "1Gi" },
    ],
    ["{spec: {containers: [{name: c, image: a}]}}", ["spec", "containers", 0, "resources"], {}],
    ["{spec: {containers: [{name: c, image: a}]}}", ["spec", "terminationGracePeriodSeconds"], 30],
    ["{spec: {terminationGracePeriodSeconds: 0, containers: [{name: c, image: a}]}}", ["spec", "terminationGracePeriodSeconds"], 0],
    ["{spec: {containers: [{name: c, image: a}]}}", ["spec", "dnsPolicy"], "ClusterFirst"],
    ["{spec: {containers: [{name: c, image: a}]}}", ["spec", "restartPolicy"], "Always"],
    ["{spec: {containers: [{name: c, image: a}]}}", ["spec", "schedulerName"], "default-scheduler"],
    ["{spec: {containers: [{name: c, image: a}]}}", ["spec", "enableServiceLinks"], true],
    ["{spec: {enableServiceLinks: false, containers: [{name: c, image: a}]}}", ["spec", "enableServiceLinks"], false],
    ["{spec: {volumes: [{name: v}], containers: [{name: c, image: a}]}}", ["spec", "volumes"], [{ name: "v", emptyDir: {} }]],
    ["{spec: {volumes: [{name: v, emptyDir: ~}], containers: [{name: c, image: a}]}}", ["spec", "volumes"], [{ name: "v", emptyDir: {} }]],
    [
      "{spec: {volumes: [{name: v, configMap: {name: m}}], containers: [{name: c, image: a}]}}",
      ["spec", "volumes", 0, "configMap"],
      { name: "m", defaultMode: 420 },
    ],
    [
      "{spec: {volumes: [{name: v, hostPath: {path: /x}}], containers: [{name: c, image: a}]}}",
      ["spec", "volumes", 0, "hostPath"],
      { path: "/x", type: "" },
    ],
    [
      "{spec: {containers: [{name: c, image: a, env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]}]}}",
      ["spec", "containers", 0, "env", 0, "valueFrom"],
      { fieldRef: { apiVersion: "v1", fieldPath: "metadata.name" } },
    ],
    ["{spec: {tolerations: [{operator: Exists}], containers: [{name: c, image: a}]}}", ["spec", "tolerations"], [{ operator: "Exists" }]],
  ])("%s: %s", (body, path, wanted) => {
    expect(at(made(body), ...path)).toEqual(wanted);
  });
});

import { describe, expect, it } from "vitest";
import { at } from "./json.ts";
import { changeRefusals, created, objectOf, refusals, send } from "./test-requests.ts";

type Row = readonly [body: string, ...wanted: readonly string[]];

const LABELS = "metadata: {labels: {app: a}}";
const TEMPLATE = `template: {${LABELS}, spec: {containers: [{name: c, image: x}]}}`;
const SELECTOR = "selector: {matchLabels: {app: a}}";
const LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const PERCENT =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";

describe("a Deployment that is refused", () => {
  it.each<Row>([
    [`{replicas: -1, ${SELECTOR}, ${TEMPLATE}}`, "spec.replicas: Invalid value: -1: must be greater than or equal to 0"],
    [`{minReadySeconds: -1, ${SELECTOR}, ${TEMPLATE}}`, "spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0"],
    [
      `{revisionHistoryLimit: -1, ${SELECTOR}, ${TEMPLATE}}`,
      "spec.revisionHistoryLimit: Invalid value: -1: must be greater than or equal to 0",
    ],
    [
      `{progressDeadlineSeconds: 5, minReadySeconds: 5, ${SELECTOR}, ${TEMPLATE}}`,
      "spec.progressDeadlineSeconds: Invalid value: 5: must be greater than minReadySeconds",
    ],
    [
      `{progressDeadlineSeconds: -5, ${SELECTOR}, ${TEMPLATE}}`,
      "spec.progressDeadlineSeconds: Invalid value: -5: must be greater than or equal to 0",
      "spec.progressDeadlineSeconds: Invalid value: -5: must be greater than minReadySeconds",
    ],
    [
      `{strategy: {type: Rolling}, ${SELECTOR}, ${TEMPLATE}}`,
      'spec.strategy: Unsupported value: {"Type":"Rolling","RollingUpdate":null}: supported values: "Recreate", "RollingUpdate"',
    ],
    [
      `{strategy: {rollingUpdate: {maxSurge: 25}, type: Recreate}, ${SELECTOR}, ${TEMPLATE}}`,
      "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
    ],
    [
      `{strategy: {rollingUpdate: {maxSurge: -1}}, ${SELECTOR}, ${TEMPLATE}}`,
      "spec.strategy.rollingUpdate.maxSurge: Invalid value: -1: must be greater than or equal to 0",
    ],
    [
      `{strategy: {rollingUpdate: {maxSurge: 25 %}}, ${SELECTOR}, ${TEMPLATE}}`,
      `spec.strategy.rollingUpdate.maxSurge: Invalid value: "25 %": ${PERCENT}`,
    ],
    [
      `{strategy: {rollingUpdate: {maxUnavailable: 101%}}, ${SELECTOR}, ${TEMPLATE}}`,
      'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%',
    ],
    [
      `{strategy: {rollingUpdate: {maxUnavailable: 0%, maxSurge: 0}}, ${SELECTOR}, ${TEMPLATE}}`,
      'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0',
    ],
    [
      `{selector: {matchExpressions: [{key: app, operator: Has}]}, ${TEMPLATE}}`,
      'spec.selector.matchExpressions[0].operator: Invalid value: "Has": not a valid selector operator',
      'spec.selector: Invalid value: {"matchExpressions":[{"key":"app","operator":"Has"}]}: invalid label selector',
    ],
    [
      `{selector: {matchExpressions: [{key: app, operator: In}]}, ${TEMPLATE}}`,
      "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
      'spec.selector: Invalid value: {"matchExpressions":[{"key":"app","operator":"In"}]}: invalid label selector',
    ],
    [
      `{selector: {matchExpressions: [{key: tier, operator: Exists}]}, ${TEMPLATE}}`,
      'spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`',
    ],
    [
      `{${SELECTOR}, template: {metadata: {labels: {app: a, b: "x y"}}, spec: {containers: [{name: c, image: x}]}}}`,
      "spec.template.labels: Invalid value: \"x y\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
    ],
    [
      `{${SELECTOR}, template: {metadata: {labels: {app: a}, annotations: {a/b/c: d}}, spec: {containers: [{name: c, image: x}]}}}`,
      "spec.template.annotations: Invalid value: \"a/b/c\": a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
    ],
    [
      `{${SELECTOR}, template: {${LABELS}, spec: {restartPolicy: OnFailure, containers: [{name: c, image: x}]}}}`,
      'spec.template.spec.restartPolicy: Unsupported value: "OnFailure": supported values: "Always"',
    ],
    [
      `{${SELECTOR}, template: {${LABELS}, spec: {activeDeadlineSeconds: 5, containers: [{name: c, image: x}]}}}`,
      "spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicaSet is not Supported",
    ],
    [
      `{${SELECTOR}, template: {${LABELS}, spec: {containers: [{name: c, image: x}], ephemeralContainers: [{name: e, image: y}]}}}`,
      "spec.template.spec.ephemeralContainers: Forbidden: ephemeral containers not allowed in pod template",
    ],
    [`{${SELECTOR}, template: {${LABELS}, spec: {containers: [{name: c}]}}}`, "spec.template.spec.containers[0].image: Required value"],
    // In a template the host port may wait for the Pod.
    [
      `{${SELECTOR}, template: {${LABELS}, spec: {hostNetwork: true, containers: [{name: c, image: x, ports: [{containerPort: 1, hostPort: 2}]}]}}}`,
      "spec.template.spec.containers[0].ports[0].hostPort: Invalid value: 2: must match `containerPort` when `hostNetwork` is true",
    ],
    [
      `{${SELECTOR}}`,
      "spec.template.metadata.labels: Invalid value: null: `selector` does not match template `labels`",
      "spec.template.spec.containers: Required value",
    ],
  ])("%s", (body, ...wanted) => {
    expect(refusals("apps/v1", "Deployment", `{spec: ${body}}`)).toEqual(wanted);
  });
});

describe("a StatefulSet that is refused", () => {
  it.each<Row>([
    [
      `{podManagementPolicy: Fast, ${SELECTOR}, ${TEMPLATE}}`,
      "spec.podManagementPolicy: Invalid value: \"Fast\": must be 'OrderedReady' or 'Parallel'",
    ],
    [
      `{updateStrategy: {type: Recreate}, ${SELECTOR}, ${TEMPLATE}}`,
      'spec.updateStrategy: Invalid value: {"Type":"Recreate","RollingUpdate":null}: must be \'RollingUpdate\' or \'OnDelete\'',
    ],
    [
      `{updateStrategy: {type: OnDelete, rollingUpdate: {partition: 1}}, ${SELECTOR}, ${TEMPLATE}}`,
      "spec.updateStrategy.rollingUpdate: Invalid value: {\"partition\":1}: only allowed for updateStrategy 'RollingUpdate'",
    ],
    [
      `{updateStrategy: {rollingUpdate: {partition: -1}}, ${SELECTOR}, ${TEMPLATE}}`,
      "spec.updateStrategy.rollingUpdate.partition: Invalid value: -1: must be greater than or equal to 0",
    ],
    [
      `{updateStrategy: {rollingUpdate: {maxUnavailable: 0}}, ${SELECTOR}, ${TEMPLATE}}`,
      "spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: 0: cannot be 0",
    ],
    [
      `{updateStrategy: {rollingUpdate: {maxUnavailable: 200%}}, ${SELECTOR}, ${TEMPLATE}}`,
      'spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: "200%": must not be greater than 100%',
    ],
    [
      `{persistentVolumeClaimRetentionPolicy: {whenDeleted: Keep}, ${SELECTOR}, ${TEMPLATE}}`,
      'spec.persistentVolumeClaimRetentionPolicy.whenDeleted: Unsupported value: "Keep": supported values: "Retain", "Delete"',
    ],
    [`{ordinals: {start: -2}, ${SELECTOR}, ${TEMPLATE}}`, "spec.ordinals.start: Invalid value: -2: must be greater than or equal to 0"],
    [
      `{replicas: -2, minReadySeconds: -1, ${SELECTOR}, ${TEMPLATE}}`,
      "spec.replicas: Invalid value: -2: must be greater than or equal to 0",
      "spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0",
    ],
    [`{serviceName: Web, ${SELECTOR}, ${TEMPLATE}}`, `spec.serviceName: Invalid value: "Web": ${LABEL}`],
    [`{selector: {}, ${TEMPLATE}}`, "spec.selector: Invalid value: {}: empty selector is invalid for statefulset"],
    [
      `{${TEMPLATE}}`,
      "spec.selector: Required value",
      'spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`',
    ],
    [
      `{selector: {matchExpressions: [{key: a, operator: x}]}, ${TEMPLATE}}`,
      'spec.selector.matchExpressions[0].operator: Invalid value: "x": not a valid selector operator',
      'spec.selector: Invalid value: {"matchExpressions":[{"key":"a","operator":"x"}]}',
    ],
    [
      `{${SELECTOR}, template: {${LABELS}, spec: {restartPolicy: Never, containers: [{name: c, image: x}]}}}`,
      'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
    ],
    [
      `{${SELECTOR}, template: {${LABELS}, spec: {activeDeadlineSeconds: 1, containers: [{name: c, image: x}]}}}`,
      "spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in StatefulSet is not Supported",
    ],
    [
      `{${SELECTOR}, template: {${LABELS}, spec: {containers: [{name: c, image: x, volumeMounts: [{name: data, mountPath: /d}]}]}}}`,
      'spec.template.spec.containers[0].volumeMounts[0].name: Not found: "data"',
    ],
  ])("%s", (body, ...wanted) => {
    expect(refusals("apps/v1", "StatefulSet", `{spec: ${body}}`)).toEqual(wanted);
  });

  it("but its claims may be mounted", () => {
    const claims = "volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce]}}]";
    const mounted = `template: {${LABELS}, spec: {containers: [{name: c, image: x, volumeMounts: [{name: data, mountPath: /d}]}]}}`;
    expect(refusals("apps/v1", "StatefulSet", `{spec: {${SELECTOR}, ${claims}, ${mounted}}}`)).toEqual([]);
  });

  it("has a name that its Pods can have", () => {
    expect(refusals("apps/v1", "StatefulSet", `{metadata: {name: a.b}, spec: {${SELECTOR}, ${TEMPLATE}}}`)).toEqual([
      'metadata.name: Invalid value: "a.b": must not contain dots',
    ]);
  });
});

describe("a DaemonSet that is refused", () => {
  it.each<Row>([
    [`{${TEMPLATE}}`, 'spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`'],
    [`{selector: {}, ${TEMPLATE}}`, "spec.selector: Invalid value: {}: empty selector is invalid for daemonset"],
    [`{minReadySeconds: -1, ${SELECTOR}, ${TEMPLATE}}`, "spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0"],
    [
      `{updateStrategy: {type: Recreate}, ${SELECTOR}, ${TEMPLATE}}`,
      'spec.updateStrategy: Unsupported value: {"Type":"Recreate","RollingUpdate":null}: supported values: "RollingUpdate", "OnDelete"',
    ],
    [
      `{updateStrategy: {rollingUpdate: {maxUnavailable: 0}}, ${SELECTOR}, ${TEMPLATE}}`,
      "spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0",
    ],
    [
      `{updateStrategy: {rollingUpdate: {maxSurge: 1}}, ${SELECTOR}, ${TEMPLATE}}`,
      "spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero",
    ],
    [
      `{updateStrategy: {rollingUpdate: {maxUnavailable: 150%}}, ${SELECTOR}, ${TEMPLATE}}`,
      'spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: "150%": must not be greater than 100%',
    ],
    [
      `{revisionHistoryLimit: -1, ${SELECTOR}, ${TEMPLATE}}`,
      "spec.revisionHistoryLimit: Invalid value: -1: must be greater than or equal to 0",
    ],
    [
      `{${SELECTOR}, template: {${LABELS}, spec: {restartPolicy: Never, containers: [{name: c, image: x}]}}}`,
      'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
    ],
  ])("%s", (body, ...wanted) => {
    expect(refusals("apps/v1", "DaemonSet", `{spec: ${body}}`)).toEqual(wanted);
  });
});

describe("a ReplicaSet or a ReplicationController that is refused", () => {
  it.each<readonly [version: string, kind: string, body: string, ...wanted: readonly string[]]>([
    [
      "apps/v1",
      "ReplicaSet",
      `{replicas: -1, minReadySeconds: -1, ${SELECTOR}, ${TEMPLATE}}`,
      "spec.replicas: Invalid value: -1: must be greater than or equal to 0",
      "spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0",
    ],
    // The reference's own slip.
    ["apps/v1", "ReplicaSet", `{selector: {}, ${TEMPLATE}}`, "spec.selector: Invalid value: {}: empty selector is invalid for deployment"],
    ["v1", "ReplicationController", `{replicas: -1, ${TEMPLATE}}`, "spec.replicas: Invalid value: -1: must be greater than or equal to 0"],
    [
      "v1",
      "ReplicationController",
      `{selector: {app: b}, ${TEMPLATE}}`,
      'spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`',
    ],
    ["v1", "ReplicationController", "{template: {spec: {containers: [{name: c, image: x}]}}}", "spec.selector: Required value"],
    [
      "v1",
      "ReplicationController",
      `{template: {${LABELS}, spec: {activeDeadlineSeconds: 3, containers: [{name: c, image: x}]}}}`,
      "spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicationController is not Supported",
    ],
  ])("%s %s %s", (version, kind, body, ...wanted) => {
    expect(refusals(version, kind, `{spec: ${body}}`)).toEqual(wanted);
  });
});

describe("what workloads are filled in with", () => {
  const spec = `${SELECTOR}, ${TEMPLATE}`;
  it.each<readonly [version: string, kind: string, body: string, path: readonly string[], wanted: unknown]>([
    ["apps/v1", "Deployment", spec, ["spec", "replicas"], 1],
    ["apps/v1", "Deployment", `replicas: 0, ${spec}`, ["spec", "replicas"], 0],
    [
      "apps/v1",
      "Deployment",
      spec,
      ["spec", "strategy"],
      { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } },
    ],
    ["apps/v1", "Deployment", `strategy: {type: Recreate}, ${spec}`, ["spec", "strategy"], { type: "Recreate" }],
    [
      "apps/v1",
      "Deployment",
      `strategy: {rollingUpdate: {maxSurge: 1}}, ${spec}`,
      ["spec", "strategy", "rollingUpdate"],
      { maxSurge: 1, maxUnavailable: "25%" },
    ],
    ["apps/v1", "Deployment", spec, ["spec", "progressDeadlineSeconds"], 600],
    ["apps/v1", "Deployment", spec, ["spec", "revisionHistoryLimit"], 10],
    ["apps/v1", "StatefulSet", spec, ["spec", "podManagementPolicy"], "OrderedReady"],
    ["apps/v1", "StatefulSet", spec, ["spec", "updateStrategy"], { type: "RollingUpdate", rollingUpdate: { partition: 0 } }],
    ["apps/v1", "StatefulSet", `updateStrategy: {type: OnDelete}, ${spec}`, ["spec", "updateStrategy"], { type: "OnDelete" }],
    ["apps/v1", "StatefulSet", spec, ["spec", "persistentVolumeClaimRetentionPolicy"], { whenDeleted: "Retain", whenScaled: "Retain" }],
    [
      "apps/v1",
      "DaemonSet",
      spec,
      ["spec", "updateStrategy"],
      { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
    ],
    ["apps/v1", "ReplicaSet", spec, ["metadata", "labels"], { app: "a" }],
    ["v1", "ReplicationController", TEMPLATE, ["spec", "selector"], { app: "a" }],
    ["v1", "ReplicationController", TEMPLATE, ["metadata", "labels"], { app: "a" }],
    ["apps/v1", "Deployment", spec, ["spec", "template", "spec", "restartPolicy"], "Always"],
    // What is limited is asked for in Pods, not in templates.
    [
      "apps/v1",
      "Deployment",
      `${SELECTOR}, template: {${LABELS}, spec: {containers: [{name: c, image: x, resources: {limits: {cpu: 1}}}]}}`,
      ["spec", "template", "spec", "containers", "0", "resources"],
      { limits: { cpu: 1 } },
    ],
  ])("%s %s {%s}: %s", (version, kind, body, path, wanted) => {
    expect(at(created(send("create", objectOf(version, kind, `{spec: {${body}}}`))), ...path)).toEqual(wanted);
  });
});

describe("what may not change", () => {
  const spec = `${SELECTOR}, ${TEMPLATE}`;
  const OTHER =
    "selector: {matchLabels: {app: a, b: c}}, template: {metadata: {labels: {app: a, b: c}}, spec: {containers: [{name: c, image: x}]}}";
  const CHANGED = '{"matchLabels":{"app":"a","b":"c"}}';
  const SET =
    "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
  it.each<readonly [version: string, kind: string, before: string, after: string, ...wanted: readonly string[]]>([
    ["apps/v1", "Deployment", spec, OTHER, `spec.selector: Invalid value: ${CHANGED}: field is immutable`],
    ["apps/v1", "ReplicaSet", spec, OTHER, `spec.selector: Invalid value: ${CHANGED}: field is immutable`],
    ["apps/v1", "DaemonSet", spec, OTHER, `spec.selector: Invalid value: ${CHANGED}: field is immutable`],
    ["apps/v1", "StatefulSet", spec, OTHER, SET],
    ["apps/v1", "StatefulSet", spec, `serviceName: b, ${spec}`, SET],
    ["apps/v1", "StatefulSet", spec, `podManagementPolicy: Parallel, ${spec}`, SET],
    ["apps/v1", "StatefulSet", spec, `volumeClaimTemplates: [{metadata: {name: d}}], ${spec}`, SET],
    // What may.
    ["apps/v1", "Deployment", spec, `replicas: 3, paused: true, ${spec}`],
    ["apps/v1", "StatefulSet", spec, `replicas: 3, ordinals: {start: 2}, minReadySeconds: 1, updateStrategy: {type: OnDelete}, ${spec}`],
    ["apps/v1", "DaemonSet", spec, `minReadySeconds: 4, ${spec}`],
    [
      "v1",
      "ReplicationController",
      TEMPLATE,
      "template: {metadata: {labels: {app: z}}, spec: {containers: [{name: c, image: x}]}}, selector: {app: z}",
    ],
  ])("%s %s {%s} to {%s}", (version, kind, before, after, ...wanted) => {
    expect(changeRefusals(version, kind, `{spec: {${before}}}`, `{spec: {${after}}}`)).toEqual(wanted);
  });
});

describe("what may not change of a Pod", () => {
  const FREE =
    "spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";
  const ONE = "containers: [{name: c, image: 'x:1'}]";
  it.each<readonly [before: string, after: string, ...wanted: readonly string[]]>([
    [ONE, "containers: [{name: c, image: 'x:2'}]"],
    [ONE, `${ONE}, activeDeadlineSeconds: 5`],
    [ONE, `${ONE}, tolerations: [{key: a, operator: Exists}]`],
    [`${ONE}, schedulingGates: [{name: a.b/c}]`, ONE],
    [`${ONE}, terminationGracePeriodSeconds: -1`, `${ONE}, terminationGracePeriodSeconds: 1`],
    [`initContainers: [{name: i, image: 'y:1'}], ${ONE}`, `initContainers: [{name: i, image: 'y:2'}], ${ONE}`],
    [
      ONE,
      "containers: [{name: c, image: 'x:1'}, {name: d, image: 'x:1'}]",
      "spec.containers: Forbidden: pod updates may not add or remove containers",
    ],
    [ONE, `initContainers: [{name: i, image: y}], ${ONE}`, "spec.initContainers: Forbidden: pod updates may not add or remove containers"],
    [ONE, `${ONE}, restartPolicy: Never`, FREE],
    [ONE, `${ONE}, nodeName: n`, FREE],
    [ONE, `${ONE}, terminationGracePeriodSeconds: 5`, FREE],
    [ONE, "containers: [{name: c, image: 'x:1', env: [{name: A, value: b}]}]", FREE],
    [ONE, "containers: [{name: c, image: 'x:1', ports: [{containerPort: 80}]}]", FREE],
    [ONE, `${ONE}, hostNetwork: true`, FREE],
    [
      `${ONE}, activeDeadlineSeconds: 5`,
      `${ONE}, activeDeadlineSeconds: 9`,
      "spec.activeDeadlineSeconds: Invalid value: 9: must be less than or equal to previous value",
    ],
    [
      `${ONE}, activeDeadlineSeconds: 5`,
      ONE,
      "spec.activeDeadlineSeconds: Invalid value: null: must not update from a positive integer to nil value",
    ],
    [
      `${ONE}, tolerations: [{key: a, operator: Exists}]`,
      `${ONE}, tolerations: [{key: b, operator: Exists}]`,
      "spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds",
    ],
    [
      ONE,
      `${ONE}, schedulingGates: [{name: a.b/c}]`,
      "spec.schedulingGates[0].name: Forbidden: only deletion is allowed, but found new scheduling gate 'a.b/c'",
    ],
  ])("{%s} to {%s}", (before, after, ...wanted) => {
    expect(changeRefusals("v1", "Pod", `{spec: {${before}}}`, `{spec: {${after}}}`)).toEqual(wanted);
  });
});

import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { at } from "./json.ts";
import { created, faults, send } from "./test-requests.ts";

const POD = "spec: {containers: [{name: c, image: nginx}]}";

function deployment(spec: string): unknown {
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" }, spec: parse(spec) as unknown };
}

describe("a Deployment is created", () => {
  it.each([
    ["well", `{selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, ${POD}}}`, []],
    [
      "without a selector",
      `{template: {metadata: {labels: {app: web}}, ${POD}}}`,
      [
        "spec.selector: Required value",
        'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
      ],
    ],
    [
      "with an empty selector",
      `{selector: {}, template: {metadata: {labels: {app: web}}, ${POD}}}`,
      ["spec.selector: Invalid value: {}: empty selector is invalid for deployment"],
    ],
    [
      "with a selector that misses its template",
      `{selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: api}}, ${POD}}}`,
      ['spec.template.metadata.labels: Invalid value: {"app":"api"}: `selector` does not match template `labels`'],
    ],
    [
      "without containers",
      "{selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {}}}",
      ["spec.template.spec.containers: Required value"],
    ],
    [
      "with restartPolicy Never",
      "{selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {restartPolicy: Never, containers: [{name: c, image: nginx}]}}}",
      ['spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"'],
    ],
    [
      "that can neither surge nor miss",
      `{strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0}}, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, ${POD}}}`,
      ["spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0"],
    ],
    [
      "with Recreate and numbers",
      `{strategy: {type: Recreate, rollingUpdate: {maxSurge: 1}}, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, ${POD}}}`,
      ["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"],
    ],
    [
      "with negative replicas",
      `{replicas: -1, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, ${POD}}}`,
      ["spec.replicas: Invalid value: -1: must be greater than or equal to 0"],
    ],
    [
      "with a container that is all wrong",
      "{selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{ports: [{name: HTTP, containerPort: 70000, protocol: tcp}]}]}}}",
      [
        "spec.template.spec.containers[0].name: Required value",
        "spec.template.spec.containers[0].image: Required value",
        'spec.template.spec.containers[0].ports[0].name: Invalid value: "HTTP": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
        'spec.template.spec.containers[0].ports[0].name: Invalid value: "HTTP": must contain at least one letter (a-z)',
        "spec.template.spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive",
        'spec.template.spec.containers[0].ports[0].protocol: Unsupported value: "tcp": supported values: "SCTP", "TCP", "UDP"',
      ],
    ],
  ] as const)("%s", (_name, spec, wanted) => {
    const causes = faults(send("create", deployment(spec))).map((fault) => fault.replace(/^422 /, ""));
    expect(causes).toEqual(wanted);
  });

  it("does not count a StatefulSet's Pods from below zero", () => {
    const set = parse(
      `{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: s, namespace: default}, spec: {ordinals: {start: -1}, selector: {matchLabels: {app: s}}, template: {metadata: {labels: {app: s}}, ${POD}}}}`,
    ) as unknown;
    expect(faults(send("create", set))).toEqual(["spec.ordinals.start: Invalid value: -1: must be greater than or equal to 0"]);
  });

  it("prints its group in the reply", () => {
    const answer = send(
      "create",
      deployment(`{replicas: -1, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, ${POD}}}`),
    );
    expect(!answer.ok && answer.status.message).toBe(
      'Deployment.apps "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    );
  });

  it("with defaults", () => {
    const made = created(
      send("create", deployment(`{selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, ${POD}}}`)),
    );
    expect(made).toMatchObject({
      metadata: { namespace: "default", generation: 1, creationTimestamp: "2026-01-01T00:00:00Z" },
      spec: {
        replicas: 1,
        strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } },
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
        template: {
          spec: {
            restartPolicy: "Always",
            dnsPolicy: "ClusterFirst",
            terminationGracePeriodSeconds: 30,
            containers: [{ imagePullPolicy: "Always" }],
          },
        },
      },
    });
  });

  it("and its selector stays", () => {
    const old = created(
      send("create", deployment(`{selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, ${POD}}}`)),
    );
    const next = deployment(`{selector: {matchLabels: {app: x}}, template: {metadata: {labels: {app: x}}, ${POD}}}`);
    expect(faults(send("update", next, { stored: JSON.stringify(old) }))).toEqual([
      'spec.selector: Invalid value: {"matchLabels":{"app":"x"}}: field is immutable',
    ]);
    expect(at(old, "metadata", "uid")).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

describe("a Pod is created", () => {
  const pod = (spec: string): unknown => ({ apiVersion: "v1", kind: "Pod", metadata: { name: "a" }, spec: parse(spec) as unknown });
  it.each([
    [
      "two containers of one name",
      "{containers: [{name: c, image: a}, {name: c, image: b}]}",
      ['spec.containers[1].name: Duplicate value: "c"'],
    ],
    [
      "a probe without a handler",
      "{containers: [{name: c, image: a, readinessProbe: {periodSeconds: 5}}]}",
      ["spec.containers[0].readinessProbe: Required value: must specify a handler type"],
    ],
    [
      "a probe on a bad port",
      "{containers: [{name: c, image: a, readinessProbe: {httpGet: {port: 0}}}]}",
      ["spec.containers[0].readinessProbe.httpGet.port: Invalid value: 0: must be between 1 and 65535, inclusive"],
    ],
    [
      "unknown dnsPolicy",
      "{dnsPolicy: clusterfirst, containers: [{name: c, image: a}]}",
      ['spec.dnsPolicy: Unsupported value: "clusterfirst": supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"'],
    ],
    [
      "dnsPolicy None alone",
      "{dnsPolicy: None, containers: [{name: c, image: a}]}",
      ["spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None"],
    ],
    [
      "an unknown field",
      "{containers: [{name: c, images: a}]}",
      ['400 Pod in version "v1" cannot be handled as a Pod: strict decoding error: unknown field "spec.containers[0].images"'],
    ],
    [
      "replicas of a wrong kind",
      "{containers: {name: c}}",
      [
        '400 Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container',
      ],
    ],
  ] as const)("%s", (_name, spec, wanted) => {
    expect(faults(send("create", pod(spec)))).toEqual(wanted);
  });

  it("with what admission adds", () => {
    const made = created(send("create", pod("{containers: [{name: c, image: 'a:1'}]}")));
    expect(made).toMatchObject({
      spec: {
        serviceAccountName: "default",
        enableServiceLinks: true,
        tolerations: [
          { key: "node.kubernetes.io/not-ready", tolerationSeconds: 300 },
          { key: "node.kubernetes.io/unreachable", tolerationSeconds: 300 },
        ],
        containers: [{ imagePullPolicy: "IfNotPresent" }],
      },
      status: { phase: "Pending" },
    });
  });
});

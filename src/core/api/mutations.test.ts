/**
 * Every field of a sample of every kind, set to things that it is not: the server answers with a refusal that names a
 * field, or with an object that is stored as it is when it is sent again. It never falls over.
 */
import { expect, test } from "vitest";
import { isObject } from "./json.ts";
import { created, objectOf, send } from "./test-requests.ts";

const POD = `{containers: [{name: a, image: nginx, command: [a], env: [{name: A, value: b}, {name: B, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}],
  ports: [{name: http, containerPort: 80, hostPort: 8080}], resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {cpu: "1"}},
  readinessProbe: {httpGet: {path: /, port: http}, periodSeconds: 5}, livenessProbe: {exec: {command: [a]}}, lifecycle: {preStop: {sleep: {seconds: 5}}},
  volumeMounts: [{name: v, mountPath: /v}]}], initContainers: [{name: i, image: b, restartPolicy: Always}],
  volumes: [{name: v, configMap: {name: c, items: [{key: k, path: p}]}}], hostAliases: [{ip: 10.0.0.1, hostnames: [a.b]}],
  dnsPolicy: None, dnsConfig: {nameservers: [10.0.0.1], searches: [a.b], options: [{name: ndots, value: "2"}]}, tolerations: [{key: a, operator: Exists, effect: NoExecute, tolerationSeconds: 3}],
  affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: In, values: [b]}]}]}},
    podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, podAffinityTerm: {topologyKey: z, labelSelector: {matchLabels: {a: b}}}}]}},
  topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {a: b}}}],
  terminationGracePeriodSeconds: 30, restartPolicy: Always}`;
// What a template holds is the Pod's own row.
const template = (restart = "Always"): string =>
  `template: {metadata: {labels: {app: a}}, spec: {restartPolicy: ${restart}, containers: [{name: a, image: nginx}]}}`;
const SELECTED = "selector: {matchLabels: {app: a}, matchExpressions: [{key: app, operator: Exists}]}";

const SAMPLES: readonly (readonly [apiVersion: string, kind: string, body: string])[] = [
  ["v1", "Pod", `{spec: ${POD}}`],
  [
    "v1",
    "Service",
    "{spec: {type: NodePort, selector: {a: b}, ports: [{name: a, port: 80, targetPort: http, nodePort: 30001}], sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 5}}, externalIPs: [198.51.100.7]}}",
  ],
  ["v1", "ReplicationController", `{spec: {replicas: 1, selector: {app: a}, ${template()}}}`],
  [
    "apps/v1",
    "Deployment",
    `{spec: {${SELECTED}, strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1, maxUnavailable: 25%}}, ${template()}}}`,
  ],
  [
    "apps/v1",
    "StatefulSet",
    `{spec: {${SELECTED}, serviceName: a, ordinals: {start: 1}, updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 1}}, ${template()}}}`,
  ],
  [
    "apps/v1",
    "DaemonSet",
    `{spec: {${SELECTED}, updateStrategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 1}}, ${template()}}}`,
  ],
  [
    "batch/v1",
    "Job",
    `{metadata: {labels: {a: b}}, spec: {completions: 2, parallelism: 1, backoffLimit: 3, completionMode: Indexed, ${template("Never")}}}`,
  ],
  [
    "batch/v1",
    "CronJob",
    `{spec: {schedule: "*/5 * * * *", timeZone: Etc/UTC, concurrencyPolicy: Forbid, jobTemplate: {spec: {${template("Never")}}}}}`,
  ],
  ["policy/v1", "PodDisruptionBudget", `{spec: {minAvailable: 50%, ${SELECTED}}}`],
  [
    "networking.k8s.io/v1",
    "NetworkPolicy",
    "{spec: {podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{from: [{podSelector: {matchLabels: {a: b}}}, {ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}], ports: [{protocol: TCP, port: 80, endPort: 90}]}], egress: [{to: [{namespaceSelector: {}}]}]}}",
  ],
  [
    "networking.k8s.io/v1",
    "Ingress",
    "{spec: {ingressClassName: a, tls: [{hosts: [a.b], secretName: s}], rules: [{host: a.b, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: a, port: {number: 80}}}}]}}]}}",
  ],
  [
    "discovery.k8s.io/v1",
    "EndpointSlice",
    "{addressType: IPv4, ports: [{name: a, port: 80, protocol: TCP}], endpoints: [{addresses: [10.1.2.3], conditions: {ready: true}, hints: {forZones: [{name: z}]}, targetRef: {kind: Pod, name: a}}]}",
  ],
  [
    "v1",
    "Endpoints",
    "{subsets: [{addresses: [{ip: 10.1.2.3, hostname: a}], notReadyAddresses: [{ip: 10.1.2.4}], ports: [{name: a, port: 80, protocol: TCP}]}]}",
  ],
  ["v1", "ConfigMap", "{data: {a: b}, binaryData: {c: YQ==}}"],
  ["v1", "Secret", "{type: Opaque, data: {a: YQ==}}"],
  [
    "v1",
    "Node",
    "{metadata: {namespace: null}, spec: {podCIDR: 10.1.0.0/24, podCIDRs: [10.1.0.0/24], taints: [{key: a, value: b, effect: NoSchedule}]}, status: {addresses: [{type: InternalIP, address: 10.0.0.1}]}}",
  ],
  [
    "gateway.networking.k8s.io/v1",
    "Gateway",
    "{spec: {gatewayClassName: a, listeners: [{name: a, protocol: HTTP, port: 80, allowedRoutes: {namespaces: {from: Same}}}]}}",
  ],
  [
    "gateway.networking.k8s.io/v1",
    "HTTPRoute",
    "{spec: {parentRefs: [{name: a}], hostnames: [a.b], rules: [{matches: [{path: {type: PathPrefix, value: /}, headers: [{name: a, value: b}]}], backendRefs: [{name: a, port: 80, weight: 1}]}]}}",
  ],
  [
    "metallb.io/v1beta1",
    "IPAddressPool",
    "{spec: {addresses: [10.0.0.0/24], autoAssign: true, serviceAllocation: {priority: 1, namespaces: [a]}}}",
  ],
];

const JUNK: readonly unknown[] = [undefined, null, "", "a b", -1, 1.5, true, [], [null], { constructor: {} }];

type Path = readonly (string | number)[];

function pathsOf(value: unknown, path: Path = []): readonly Path[] {
  if (Array.isArray(value)) return value.flatMap((item: unknown, index) => [[...path, index], ...pathsOf(item, [...path, index])]);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, member]) => [[...path, key], ...pathsOf(member, [...path, key])]);
}

/** A copy in which one place holds `junk`; undefined takes it away. */
function changed(value: unknown, [step, ...rest]: Path, junk: unknown): unknown {
  if (step === undefined) return junk;
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value.map((item: unknown, index) => (index === step ? changed(item, rest, junk) : item));
    return items.filter((item) => item !== undefined);
  }
  if (!isObject(value)) return value;
  const members = Object.entries({ ...value, [step]: changed(value[step], rest, junk) });
  return Object.fromEntries(members.filter(([, member]) => member !== undefined));
}

test.each(SAMPLES)("%s %s", (apiVersion, kind, body) => {
  const sample = objectOf(apiVersion, kind, body);
  const stored = JSON.stringify(created(send("create", sample)));
  for (const path of pathsOf(sample).filter(([first]) => first !== "apiVersion" && first !== "kind" && first !== "metadata")) {
    for (const junk of JUNK) {
      const object = changed(sample, path, junk);
      const what = `${path.join(".")} = ${JSON.stringify(junk)}`;
      const answer = send("create", object);
      if (junk === undefined) send("update", object, { stored });
      if (answer.ok) {
        const again = send("update", answer.object, { stored: JSON.stringify(answer.object) });
        expect(again.ok ? again.object : again.status.message, what).toEqual(answer.object);
      } else {
        expect(answer.problems.length, what).toBeGreaterThan(0);
        for (const { field, message } of answer.problems) expect(`${field}|${message}`, what).not.toMatch(/undefined|\[object|NaN/);
      }
    }
  }
});

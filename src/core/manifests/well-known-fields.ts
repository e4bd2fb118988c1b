/** Where the everyday fields of the everyday kinds stand: enough to put a manifest without indentation together again. */

export type FieldShape =
  | { readonly kind: "scalar" }
  /** Any keys, each with a scalar: labels, selectors, limits. */
  | { readonly kind: "words" }
  | { readonly kind: "list"; readonly of: FieldShape }
  | {
      readonly kind: "object";
      readonly fields: Fields;
      /** Fields whose own line may be lost as well. */ readonly implied: readonly string[];
    };

export type Fields = { readonly [name: string]: FieldShape };

const scalar: FieldShape = { kind: "scalar" };
const words: FieldShape = { kind: "words" };
const list = (of: FieldShape): FieldShape => ({ kind: "list", of });
const object = (fields: Fields, implied: readonly string[] = []): FieldShape => ({ kind: "object", fields, implied });
const scalars = (names: string): Fields => Object.fromEntries(names.split(" ").map((name) => [name, scalar]));

const metadata = object({
  ...scalars("name generateName namespace uid resourceVersion creationTimestamp"),
  labels: words,
  annotations: words,
});
const selector = object({ matchLabels: words, matchExpressions: list(object({ ...scalars("key operator"), values: list(scalar) })) });

const handler: Fields = {
  httpGet: object({ ...scalars("path port scheme host"), httpHeaders: list(object(scalars("name value"))) }),
  tcpSocket: object(scalars("port host")),
  exec: object({ command: list(scalar) }),
  grpc: object(scalars("port service")),
};
const probe = object({ ...scalars("initialDelaySeconds periodSeconds timeoutSeconds successThreshold failureThreshold"), ...handler });
const keyRef = object(scalars("name key optional"));
const container = object({
  ...scalars("name image imagePullPolicy workingDir stdin tty"),
  command: list(scalar),
  args: list(scalar),
  env: list(
    object({
      ...scalars("name value"),
      valueFrom: object({
        configMapKeyRef: keyRef,
        secretKeyRef: keyRef,
        fieldRef: object(scalars("apiVersion fieldPath")),
        resourceFieldRef: object(scalars("containerName resource divisor")),
      }),
    }),
  ),
  envFrom: list(object({ prefix: scalar, configMapRef: object(scalars("name optional")), secretRef: object(scalars("name optional")) })),
  ports: list(object(scalars("containerPort name protocol hostPort hostIP"))),
  resources: object({ limits: words, requests: words }),
  volumeMounts: list(object(scalars("name mountPath subPath readOnly"))),
  readinessProbe: probe,
  livenessProbe: probe,
  startupProbe: probe,
  lifecycle: object({ preStop: object(handler), postStart: object(handler) }),
  securityContext: object(scalars("runAsUser runAsGroup runAsNonRoot privileged readOnlyRootFilesystem allowPrivilegeEscalation")),
});
const podSpec = object({
  ...scalars(
    "restartPolicy nodeName hostNetwork hostname subdomain dnsPolicy serviceAccountName terminationGracePeriodSeconds schedulerName",
  ),
  containers: list(container),
  initContainers: list(container),
  nodeSelector: words,
  tolerations: list(object(scalars("key operator value effect tolerationSeconds"))),
  imagePullSecrets: list(object(scalars("name"))),
  volumes: list(
    object({
      ...scalars("name emptyDir"),
      configMap: object(scalars("name defaultMode")),
      secret: object(scalars("secretName defaultMode")),
      hostPath: object(scalars("path type")),
      persistentVolumeClaim: object(scalars("claimName readOnly")),
    }),
  ),
});
const template = object({ metadata, spec: podSpec });

const service = object(
  {
    ...scalars("type clusterIP externalName loadBalancerIP loadBalancerClass sessionAffinity externalTrafficPolicy internalTrafficPolicy"),
    ...scalars("ipFamilyPolicy healthCheckNodePort publishNotReadyAddresses allocateLoadBalancerNodePorts trafficDistribution"),
    selector: words,
    ports: list(object(scalars("name protocol port targetPort nodePort appProtocol"))),
    clusterIPs: list(scalar),
    externalIPs: list(scalar),
    ipFamilies: list(scalar),
    loadBalancerSourceRanges: list(scalar),
    sessionAffinityConfig: object({ clientIP: object(scalars("timeoutSeconds")) }),
  },
  ["ports", "selector"],
);

const workload = (...own: readonly Fields[]): FieldShape =>
  object(Object.assign({ ...scalars("replicas minReadySeconds revisionHistoryLimit"), selector, template }, ...own) as Fields);
const rolling = { rollingUpdate: object(scalars("maxSurge maxUnavailable partition")) };

const SPECS: { readonly [kind: string]: FieldShape } = {
  Service: service,
  Pod: podSpec,
  Deployment: workload({ strategy: object({ type: scalar, ...rolling }), ...scalars("paused progressDeadlineSeconds") }),
  ReplicaSet: workload(),
  DaemonSet: workload({ updateStrategy: object({ type: scalar, ...rolling }) }),
  StatefulSet: workload({ ...scalars("serviceName podManagementPolicy"), updateStrategy: object({ type: scalar, ...rolling }) }),
  Job: workload(scalars("parallelism completions backoffLimit activeDeadlineSeconds ttlSecondsAfterFinished")),
};

/** The fields of a whole object of this kind, or null for kinds that are not known well enough. */
export function wellKnownFields(kind: string): FieldShape | null {
  const top: Fields = { ...scalars("apiVersion kind"), metadata };
  if (kind === "Namespace") return object(top, ["metadata"]);
  if (kind === "ConfigMap") return object({ ...top, data: words, binaryData: words, immutable: scalar }, ["metadata"]);
  const spec = Object.hasOwn(SPECS, kind) ? SPECS[kind] : undefined;
  return spec === undefined ? null : object({ ...top, spec }, ["metadata", "spec"]);
}

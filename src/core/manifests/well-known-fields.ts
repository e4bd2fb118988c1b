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
const requirements = list(object({ ...scalars("key operator"), values: list(scalar) }));
const selector = object({ matchLabels: words, matchExpressions: requirements });

const handler: Fields = {
  httpGet: object({ ...scalars("path port scheme host"), httpHeaders: list(object(scalars("name value"))) }),
  tcpSocket: object(scalars("port host")),
  exec: object({ command: list(scalar) }),
  grpc: object(scalars("port service")),
};
const probe = object({ ...scalars("initialDelaySeconds periodSeconds timeoutSeconds successThreshold failureThreshold"), ...handler });
const keyRef = object(scalars("name key optional"));
const seccompProfile = object(scalars("type localhostProfile"));
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
  securityContext: object({
    ...scalars("runAsUser runAsGroup runAsNonRoot privileged readOnlyRootFilesystem allowPrivilegeEscalation"),
    capabilities: object({ add: list(scalar), drop: list(scalar) }),
    seccompProfile,
  }),
});
const nodeTerm = object({ matchExpressions: requirements, matchFields: requirements });
const podTerm = object({ labelSelector: selector, topologyKey: scalar, namespaces: list(scalar), namespaceSelector: selector });
const podAffinity = object({
  requiredDuringSchedulingIgnoredDuringExecution: list(podTerm),
  preferredDuringSchedulingIgnoredDuringExecution: list(object({ weight: scalar, podAffinityTerm: podTerm })),
});
const affinity = object({
  nodeAffinity: object({
    requiredDuringSchedulingIgnoredDuringExecution: object({ nodeSelectorTerms: list(nodeTerm) }),
    preferredDuringSchedulingIgnoredDuringExecution: list(object({ weight: scalar, preference: nodeTerm })),
  }),
  podAffinity,
  podAntiAffinity: podAffinity,
});
const keyToPath = list(object(scalars("key path mode")));
const podSpec = object({
  ...scalars(
    "enableServiceLinks hostPID priorityClassName shareProcessNamespace automountServiceAccountToken activeDeadlineSeconds setHostnameAsFQDN",
  ),
  ...scalars(
    "restartPolicy nodeName hostNetwork hostname subdomain dnsPolicy serviceAccountName terminationGracePeriodSeconds schedulerName",
  ),
  containers: list(container),
  initContainers: list(container),
  nodeSelector: words,
  tolerations: list(object(scalars("key operator value effect tolerationSeconds"))),
  affinity,
  topologySpreadConstraints: list(
    object({ ...scalars("maxSkew topologyKey whenUnsatisfiable minDomains"), labelSelector: selector, matchLabelKeys: list(scalar) }),
  ),
  hostAliases: list(object({ ip: scalar, hostnames: list(scalar) })),
  dnsConfig: object({ nameservers: list(scalar), searches: list(scalar), options: list(object(scalars("name value"))) }),
  readinessGates: list(object(scalars("conditionType"))),
  securityContext: object({
    ...scalars("runAsUser runAsGroup runAsNonRoot fsGroup fsGroupChangePolicy"),
    supplementalGroups: list(scalar),
    sysctls: list(object(scalars("name value"))),
    seccompProfile,
  }),
  imagePullSecrets: list(object(scalars("name"))),
  volumes: list(
    object({
      name: scalar,
      emptyDir: object(scalars("medium sizeLimit")),
      configMap: object({ ...scalars("name defaultMode optional"), items: keyToPath }),
      secret: object({ ...scalars("secretName defaultMode optional"), items: keyToPath }),
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

const claim = object({
  ...scalars("storageClassName volumeMode volumeName"),
  accessModes: list(scalar),
  resources: object({ requests: words, limits: words }),
});
const job = object({
  ...scalars("parallelism completions backoffLimit activeDeadlineSeconds ttlSecondsAfterFinished completionMode suspend manualSelector"),
  selector,
  template,
});
const rules = list(
  object({
    apiGroups: list(scalar),
    resources: list(scalar),
    resourceNames: list(scalar),
    nonResourceURLs: list(scalar),
    verbs: list(scalar),
  }),
);
const roleRef = object(scalars("apiGroup kind name"));
const subjects = list(object(scalars("apiGroup kind name namespace")));
const target = object(scalars("kind namespace name uid"));
const slicePorts = list(object(scalars("name port protocol appProtocol")));
const addresses = list(object({ ...scalars("ip hostname nodeName"), targetRef: target }));
const subsets = list(object({ addresses, notReadyAddresses: addresses, ports: slicePorts }));
const endpoints = list(
  object({
    ...scalars("hostname nodeName zone"),
    addresses: list(scalar),
    conditions: object(scalars("ready serving terminating")),
    hints: object({ forZones: list(object(scalars("name"))), forNodes: list(object(scalars("name"))) }),
    targetRef: target,
  }),
);
const reference = object(scalars("apiVersion kind name namespace"));

const peers = list(object({ podSelector: selector, namespaceSelector: selector, ipBlock: object({ cidr: scalar, except: list(scalar) }) }));
const policyPorts = list(object(scalars("protocol port endPort")));

const ingressBackend = object({
  service: object({ name: scalar, port: object(scalars("name number")) }),
  resource: object(scalars("apiGroup kind name")),
});

const parent = object(scalars("group kind namespace name sectionName port"));
const routeFilter = object({
  type: scalar,
  requestHeaderModifier: object({
    set: list(object(scalars("name value"))),
    add: list(object(scalars("name value"))),
    remove: list(scalar),
  }),
  requestRedirect: object(scalars("scheme hostname port statusCode")),
});
const httpRoute = object({
  hostnames: list(scalar),
  parentRefs: list(parent),
  rules: list(
    object({
      name: scalar,
      matches: list(
        object({
          method: scalar,
          path: object(scalars("type value")),
          headers: list(object(scalars("type name value"))),
          queryParams: list(object(scalars("type name value"))),
        }),
      ),
      filters: list(routeFilter),
      backendRefs: list(object(scalars("group kind namespace name port weight"))),
    }),
  ),
});
const gateway = object({
  gatewayClassName: scalar,
  addresses: list(object(scalars("type value"))),
  listeners: list(
    object({
      ...scalars("name hostname port protocol"),
      tls: object({ mode: scalar, certificateRefs: list(object(scalars("group kind namespace name"))) }),
      allowedRoutes: object({ namespaces: object({ from: scalar, selector }), kinds: list(object(scalars("group kind"))) }),
    }),
  ),
});

const SPECS: { readonly [kind: string]: FieldShape } = {
  Service: service,
  Pod: podSpec,
  Deployment: workload({ strategy: object({ type: scalar, ...rolling }), ...scalars("paused progressDeadlineSeconds") }),
  ReplicaSet: workload(),
  DaemonSet: workload({ updateStrategy: object({ type: scalar, ...rolling }) }),
  StatefulSet: workload({
    ...scalars("serviceName podManagementPolicy"),
    updateStrategy: object({ type: scalar, ...rolling }),
    ordinals: object(scalars("start")),
    persistentVolumeClaimRetentionPolicy: object(scalars("whenDeleted whenScaled")),
    volumeClaimTemplates: list(object({ ...scalars("apiVersion kind"), metadata, spec: claim })),
  }),
  PersistentVolumeClaim: claim,
  ReplicationController: object({ ...scalars("replicas minReadySeconds"), selector: words, template }),
  Job: job,
  CronJob: object({
    ...scalars("schedule timeZone concurrencyPolicy suspend startingDeadlineSeconds successfulJobsHistoryLimit failedJobsHistoryLimit"),
    jobTemplate: object({ metadata, spec: job }),
  }),
  NetworkPolicy: object({
    podSelector: selector,
    policyTypes: list(scalar),
    ingress: list(object({ from: peers, ports: policyPorts })),
    egress: list(object({ to: peers, ports: policyPorts })),
  }),
  Ingress: object({
    ingressClassName: scalar,
    defaultBackend: ingressBackend,
    tls: list(object({ hosts: list(scalar), secretName: scalar })),
    rules: list(object({ host: scalar, http: object({ paths: list(object({ ...scalars("path pathType"), backend: ingressBackend })) }) })),
  }),
  IngressClass: object({ controller: scalar, parameters: object(scalars("apiGroup kind name namespace scope")) }),
  PodDisruptionBudget: object({ ...scalars("minAvailable maxUnavailable unhealthyPodEvictionPolicy"), selector }),
  HorizontalPodAutoscaler: object({ ...scalars("minReplicas maxReplicas"), scaleTargetRef: reference }),
  Node: object({
    ...scalars("unschedulable podCIDR providerID"),
    podCIDRs: list(scalar),
    taints: list(object(scalars("key value effect"))),
  }),
  Gateway: gateway,
  HTTPRoute: httpRoute,
  IPAddressPool: object({ addresses: list(scalar), ...scalars("autoAssign avoidBuggyIPs") }),
  L2Advertisement: object({ ipAddressPools: list(scalar), interfaces: list(scalar) }),
};

/** The fields of a whole object of this kind, or null for kinds that are not known well enough. */
export function wellKnownFields(kind: string): FieldShape | null {
  const top: Fields = { ...scalars("apiVersion kind"), metadata };
  if (kind === "Namespace") return object(top, ["metadata"]);
  if (kind === "ConfigMap") return object({ ...top, data: words, binaryData: words, immutable: scalar }, ["metadata"]);
  if (kind === "Secret") return object({ ...top, ...scalars("type immutable"), data: words, stringData: words }, ["metadata"]);
  if (kind === "Role" || kind === "ClusterRole") return object({ ...top, rules }, ["metadata"]);
  if (kind === "RoleBinding" || kind === "ClusterRoleBinding") return object({ ...top, roleRef, subjects }, ["metadata"]);
  if (kind === "ServiceAccount") return object({ ...top, automountServiceAccountToken: scalar }, ["metadata"]);
  if (kind === "Endpoints") return object({ ...top, subsets }, ["metadata"]);
  if (kind === "EndpointSlice") return object({ ...top, addressType: scalar, endpoints, ports: slicePorts }, ["metadata"]);
  const spec = Object.hasOwn(SPECS, kind) ? SPECS[kind] : undefined;
  return spec === undefined ? null : object({ ...top, spec }, ["metadata", "spec"]);
}

/** Go types of Pods and what is in them. (staging/src/k8s.io/api/core/v1/types.go) */
import {
  amounts,
  any,
  anyOf,
  bool,
  conditions,
  int32,
  int64,
  intOrString,
  keyed,
  labelSelector,
  list,
  meta,
  object,
} from "./shape-parts.ts";
import { open, string, strings, struct, textsOf, union } from "./shape-parts.ts";
import { VOLUME_SOURCES } from "./pod-volumes.ts";

const handlers = {
  exec: struct("ExecAction", { command: list(string) }),
  httpGet: struct("HTTPGetAction", {
    path: string,
    port: intOrString,
    host: string,
    scheme: string,
    httpHeaders: list(struct("HTTPHeader", textsOf("name", "value"))),
  }),
  tcpSocket: struct("TCPSocketAction", { port: intOrString, host: string }),
};

const probe = struct("Probe", {
  ...handlers,
  grpc: struct("GRPCAction", { port: int32, service: string }),
  initialDelaySeconds: int32,
  timeoutSeconds: int32,
  periodSeconds: int32,
  successThreshold: int32,
  failureThreshold: int32,
  terminationGracePeriodSeconds: int64,
});

const handler = struct("LifecycleHandler", { ...handlers, sleep: struct("SleepAction", { seconds: int64 }) });

const keySelector = (name: string) => struct(name, { name: string, key: string, optional: bool });
const source = (name: string) => struct(name, { name: string, optional: bool });

const env = struct("EnvVar", {
  name: string,
  value: string,
  valueFrom: struct("EnvVarSource", {
    fieldRef: struct("ObjectFieldSelector", textsOf("apiVersion", "fieldPath")),
    resourceFieldRef: struct("ResourceFieldSelector", { containerName: string, resource: string, divisor: { kind: "quantity" } }),
    configMapKeyRef: keySelector("ConfigMapKeySelector"),
    secretKeyRef: keySelector("SecretKeySelector"),
    fileKeyRef: any,
  }),
});

const resources = struct("ResourceRequirements", { limits: amounts, requests: amounts, claims: list(any) });

const container = struct("Container", {
  name: string,
  image: string,
  command: list(string),
  args: list(string),
  workingDir: string,
  ports: keyed(
    "containerPort",
    struct("ContainerPort", { name: string, hostPort: int32, containerPort: int32, protocol: string, hostIP: string }),
  ),
  envFrom: list(
    struct("EnvFromSource", { prefix: string, configMapRef: source("ConfigMapEnvSource"), secretRef: source("SecretEnvSource") }),
  ),
  env: keyed("name", env),
  resources,
  resizePolicy: any,
  restartPolicy: string,
  restartPolicyRules: any,
  volumeMounts: keyed(
    "mountPath",
    struct("VolumeMount", {
      ...textsOf("name", "recursiveReadOnly", "mountPath", "subPath", "mountPropagation", "subPathExpr"),
      readOnly: bool,
    }),
  ),
  volumeDevices: keyed("devicePath", struct("VolumeDevice", textsOf("name", "devicePath"))),
  livenessProbe: probe,
  readinessProbe: probe,
  startupProbe: probe,
  lifecycle: struct("Lifecycle", { postStart: handler, preStop: handler, stopSignal: string }),
  terminationMessagePath: string,
  terminationMessagePolicy: string,
  imagePullPolicy: string,
  securityContext: open("SecurityContext", {
    runAsUser: int64,
    runAsGroup: int64,
    runAsNonRoot: bool,
    privileged: bool,
    readOnlyRootFilesystem: bool,
    allowPrivilegeEscalation: bool,
  }),
  stdin: bool,
  stdinOnce: bool,
  tty: bool,
  targetContainerName: string,
});

const requirements = list(struct("NodeSelectorRequirement", { key: string, operator: string, values: list(string) }));
const nodeTerm = struct("NodeSelectorTerm", { matchExpressions: requirements, matchFields: requirements });
const podTerm = struct("PodAffinityTerm", {
  labelSelector,
  namespaces: list(string),
  topologyKey: string,
  namespaceSelector: labelSelector,
  matchLabelKeys: list(string),
  mismatchLabelKeys: list(string),
});
const podAffinity = (name: string) =>
  struct(name, {
    requiredDuringSchedulingIgnoredDuringExecution: list(podTerm),
    preferredDuringSchedulingIgnoredDuringExecution: list(struct("WeightedPodAffinityTerm", { weight: int32, podAffinityTerm: podTerm })),
  });

const affinity = struct("Affinity", {
  nodeAffinity: struct("NodeAffinity", {
    requiredDuringSchedulingIgnoredDuringExecution: struct("NodeSelector", { nodeSelectorTerms: list(nodeTerm) }),
    preferredDuringSchedulingIgnoredDuringExecution: list(struct("PreferredSchedulingTerm", { weight: int32, preference: nodeTerm })),
  }),
  podAffinity: podAffinity("PodAffinity"),
  podAntiAffinity: podAffinity("PodAntiAffinity"),
});

const keyToPath = list(struct("KeyToPath", { key: string, path: string, mode: int32 }));
const volume = union("Volume", {
  ...anyOf(...VOLUME_SOURCES),
  name: string,
  emptyDir: struct("EmptyDirVolumeSource", { medium: string, sizeLimit: { kind: "quantity" } }),
  hostPath: struct("HostPathVolumeSource", textsOf("path", "type")),
  configMap: struct("ConfigMapVolumeSource", { name: string, items: keyToPath, defaultMode: int32, optional: bool }),
  secret: struct("SecretVolumeSource", { secretName: string, items: keyToPath, defaultMode: int32, optional: bool }),
  persistentVolumeClaim: struct("PersistentVolumeClaimVolumeSource", { claimName: string, readOnly: bool }),
  nfs: struct("NFSVolumeSource", { server: string, path: string, readOnly: bool }),
});

export const podSpec = struct("PodSpec", {
  volumes: keyed("name", volume),
  initContainers: keyed("name", container),
  containers: keyed("name", container),
  ephemeralContainers: keyed("name", container),
  restartPolicy: string,
  terminationGracePeriodSeconds: int64,
  activeDeadlineSeconds: int64,
  dnsPolicy: string,
  nodeSelector: strings,
  serviceAccountName: string,
  serviceAccount: string,
  automountServiceAccountToken: bool,
  nodeName: string,
  hostNetwork: bool,
  hostPID: bool,
  hostIPC: bool,
  hostUsers: bool,
  shareProcessNamespace: bool,
  securityContext: open("PodSecurityContext", { runAsUser: int64, runAsGroup: int64, fsGroup: int64, runAsNonRoot: bool }),
  imagePullSecrets: keyed("name", struct("LocalObjectReference", { name: string })),
  hostname: string,
  hostnameOverride: string,
  subdomain: string,
  setHostnameAsFQDN: bool,
  affinity,
  schedulerName: string,
  tolerations: list(struct("Toleration", { key: string, operator: string, value: string, effect: string, tolerationSeconds: int64 })),
  hostAliases: keyed("ip", struct("HostAlias", { ip: string, hostnames: list(string) })),
  priorityClassName: string,
  priority: int32,
  preemptionPolicy: string,
  runtimeClassName: string,
  enableServiceLinks: bool,
  overhead: amounts,
  dnsConfig: struct("PodDNSConfig", {
    nameservers: list(string),
    searches: list(string),
    options: list(struct("PodDNSConfigOption", { name: string, value: string })),
  }),
  readinessGates: list(struct("PodReadinessGate", { conditionType: string })),
  topologySpreadConstraints: keyed(
    "topologyKey",
    struct("TopologySpreadConstraint", {
      maxSkew: int32,
      topologyKey: string,
      whenUnsatisfiable: string,
      labelSelector,
      minDomains: int32,
      nodeAffinityPolicy: string,
      nodeTaintsPolicy: string,
      matchLabelKeys: list(string),
    }),
  ),
  schedulingGates: keyed("name", struct("PodSchedulingGate", { name: string })),
  os: struct("PodOS", { name: string }),
  resources,
  resourceClaims: keyed("name", any),
  ...anyOf("workloadRef", "schedulingGroup"),
});

export const template = struct("PodTemplateSpec", { metadata: meta, spec: podSpec });

const podStatus = open("PodStatus", {
  phase: string,
  podIP: string,
  podIPs: keyed("ip", open("PodIP", { ip: string })),
  conditions,
  containerStatuses: list(open("ContainerStatus", { name: string, ready: bool, restartCount: int32 })),
});

export const pod = object("Pod", { spec: podSpec, status: podStatus });

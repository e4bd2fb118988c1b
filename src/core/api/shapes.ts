/** The Go types of the kinds that the API server knows here, as far as decoding needs them. (staging/src/k8s.io/api) */
import type { Shape } from "./decode.ts";
import { groupOf } from "./kinds.ts";

const string: Shape = { kind: "string" };
const int32: Shape = { kind: "int32" };
const int64: Shape = { kind: "int64" };
const bool: Shape = { kind: "bool" };
const any: Shape = { kind: "any" };
const intOrString: Shape = { kind: "intOrString" };
const strings: Shape = { kind: "map", of: string };
const list = (of: Shape): Shape => ({ kind: "list", of });
const struct = (name: string, fields: { readonly [field: string]: Shape }): Shape => ({ kind: "struct", name, fields, open: false });
/** A struct of which only some fields are listed. */
const open = (name: string, fields: { readonly [field: string]: Shape }): Shape => ({ kind: "struct", name, fields, open: true });
const anyOf = (...names: readonly string[]): { readonly [field: string]: Shape } => Object.fromEntries(names.map((name) => [name, any]));

const meta = struct("ObjectMeta", {
  name: string,
  generateName: string,
  namespace: string,
  selfLink: string,
  uid: string,
  resourceVersion: string,
  generation: int64,
  creationTimestamp: string,
  deletionTimestamp: string,
  deletionGracePeriodSeconds: int64,
  labels: strings,
  annotations: strings,
  ownerReferences: list(open("OwnerReference", { apiVersion: string, kind: string, name: string, uid: string })),
  finalizers: list(string),
  managedFields: any,
  // Dropped from the API, still found in old dumps.
  clusterName: string,
});

const object = (name: string, fields: { readonly [field: string]: Shape }): Shape =>
  struct(name, { apiVersion: string, kind: string, metadata: meta, ...fields });

const labelSelector = struct("LabelSelector", {
  matchLabels: strings,
  matchExpressions: list(struct("LabelSelectorRequirement", { key: string, operator: string, values: list(string) })),
});

const handlers = {
  exec: struct("ExecAction", { command: list(string) }),
  httpGet: struct("HTTPGetAction", {
    path: string,
    port: intOrString,
    host: string,
    scheme: string,
    httpHeaders: list(struct("HTTPHeader", { name: string, value: string })),
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

const container = struct("Container", {
  name: string,
  image: string,
  command: list(string),
  args: list(string),
  workingDir: string,
  ports: list(struct("ContainerPort", { name: string, hostPort: int32, containerPort: int32, protocol: string, hostIP: string })),
  envFrom: list(any),
  env: list(struct("EnvVar", { name: string, value: string, valueFrom: any })),
  resources: open("ResourceRequirements", {}),
  resizePolicy: any,
  restartPolicy: string,
  restartPolicyRules: any,
  volumeMounts: list(open("VolumeMount", { name: string, mountPath: string })),
  volumeDevices: any,
  livenessProbe: probe,
  readinessProbe: probe,
  startupProbe: probe,
  lifecycle: struct("Lifecycle", { postStart: handler, preStop: handler, stopSignal: string }),
  terminationMessagePath: string,
  terminationMessagePolicy: string,
  imagePullPolicy: string,
  securityContext: open("SecurityContext", {}),
  stdin: bool,
  stdinOnce: bool,
  tty: bool,
  targetContainerName: string,
});

const podSpec = struct("PodSpec", {
  volumes: list(open("Volume", { name: string })),
  initContainers: list(container),
  containers: list(container),
  ephemeralContainers: list(container),
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
  securityContext: open("PodSecurityContext", {}),
  imagePullSecrets: any,
  hostname: string,
  hostnameOverride: string,
  subdomain: string,
  setHostnameAsFQDN: bool,
  affinity: any,
  schedulerName: string,
  tolerations: list(struct("Toleration", { key: string, operator: string, value: string, effect: string, tolerationSeconds: int64 })),
  hostAliases: list(struct("HostAlias", { ip: string, hostnames: list(string) })),
  priorityClassName: string,
  priority: int32,
  preemptionPolicy: string,
  runtimeClassName: string,
  enableServiceLinks: bool,
  overhead: any,
  dnsConfig: struct("PodDNSConfig", {
    nameservers: list(string),
    searches: list(string),
    options: list(struct("PodDNSConfigOption", { name: string, value: string })),
  }),
  readinessGates: list(struct("PodReadinessGate", { conditionType: string })),
  ...anyOf("topologySpreadConstraints", "os", "schedulingGates", "resourceClaims", "resources", "workloadRef", "schedulingGroup"),
});

const template = struct("PodTemplateSpec", { metadata: meta, spec: podSpec });

const service = object("Service", {
  spec: struct("ServiceSpec", {
    ports: list(
      struct("ServicePort", { name: string, protocol: string, appProtocol: string, port: int32, targetPort: intOrString, nodePort: int32 }),
    ),
    selector: strings,
    clusterIP: string,
    clusterIPs: list(string),
    type: string,
    externalIPs: list(string),
    sessionAffinity: string,
    loadBalancerIP: string,
    loadBalancerSourceRanges: list(string),
    externalName: string,
    externalTrafficPolicy: string,
    healthCheckNodePort: int32,
    publishNotReadyAddresses: bool,
    sessionAffinityConfig: struct("SessionAffinityConfig", { clientIP: struct("ClientIPConfig", { timeoutSeconds: int32 }) }),
    ipFamilies: list(string),
    ipFamilyPolicy: string,
    allocateLoadBalancerNodePorts: bool,
    loadBalancerClass: string,
    internalTrafficPolicy: string,
    trafficDistribution: string,
  }),
  status: open("ServiceStatus", {
    loadBalancer: open("LoadBalancerStatus", {
      ingress: list(open("LoadBalancerIngress", { ip: string, hostname: string, ipMode: string })),
    }),
  }),
});

const rolling = { maxSurge: intOrString, maxUnavailable: intOrString };

const deployment = object("Deployment", {
  spec: struct("DeploymentSpec", {
    replicas: int32,
    selector: labelSelector,
    template,
    minReadySeconds: int32,
    revisionHistoryLimit: int32,
    paused: bool,
    progressDeadlineSeconds: int32,
    strategy: struct("DeploymentStrategy", { type: string, rollingUpdate: struct("RollingUpdateDeployment", rolling) }),
  }),
  status: any,
});

const replicaSet = object("ReplicaSet", {
  spec: struct("ReplicaSetSpec", { replicas: int32, minReadySeconds: int32, selector: labelSelector, template }),
  status: any,
});

const statefulSet = object("StatefulSet", {
  spec: struct("StatefulSetSpec", {
    replicas: int32,
    selector: labelSelector,
    template,
    volumeClaimTemplates: list(any),
    serviceName: string,
    podManagementPolicy: string,
    updateStrategy: struct("StatefulSetUpdateStrategy", {
      type: string,
      rollingUpdate: struct("RollingUpdateStatefulSetStrategy", { partition: int32, maxUnavailable: intOrString }),
    }),
    revisionHistoryLimit: int32,
    minReadySeconds: int32,
    persistentVolumeClaimRetentionPolicy: any,
    ordinals: struct("StatefulSetOrdinals", { start: int32 }),
  }),
  status: any,
});

const daemonSet = object("DaemonSet", {
  spec: struct("DaemonSetSpec", {
    selector: labelSelector,
    template,
    minReadySeconds: int32,
    revisionHistoryLimit: int32,
    updateStrategy: struct("DaemonSetUpdateStrategy", { type: string, rollingUpdate: struct("RollingUpdateDaemonSet", rolling) }),
  }),
  status: any,
});

const replicationController = object("ReplicationController", {
  spec: struct("ReplicationControllerSpec", { replicas: int32, minReadySeconds: int32, selector: strings, template }),
  status: any,
});

const job = object("Job", {
  spec: open("JobSpec", { parallelism: int32, completions: int32, backoffLimit: int32, selector: labelSelector, template }),
  status: any,
});

const endpointSlice = object("EndpointSlice", {
  addressType: string,
  endpoints: list(
    struct("Endpoint", {
      addresses: list(string),
      conditions: struct("EndpointConditions", { ready: bool, serving: bool, terminating: bool }),
      hostname: string,
      targetRef: open("ObjectReference", { kind: string, namespace: string, name: string, uid: string }),
      deprecatedTopology: strings,
      nodeName: string,
      zone: string,
      hints: open("EndpointHints", {
        forZones: list(open("ForZone", { name: string })),
        forNodes: list(open("ForNode", { name: string })),
      }),
    }),
  ),
  ports: list(struct("EndpointPort", { name: string, protocol: string, port: int32, appProtocol: string })),
});

const endpointAddress = struct("EndpointAddress", {
  ip: string,
  hostname: string,
  nodeName: string,
  targetRef: open("ObjectReference", { name: string }),
});
const endpoints = object("Endpoints", {
  subsets: list(
    struct("EndpointSubset", {
      addresses: list(endpointAddress),
      notReadyAddresses: list(endpointAddress),
      ports: list(struct("EndpointPort", { name: string, port: int32, protocol: string, appProtocol: string })),
    }),
  ),
});

const condition = open("Condition", { type: string, status: string, reason: string, message: string });

const node = object("Node", {
  spec: open("NodeSpec", {
    podCIDR: string,
    podCIDRs: list(string),
    unschedulable: bool,
    taints: list(open("Taint", { key: string, value: string, effect: string })),
  }),
  status: open("NodeStatus", {
    addresses: list(open("NodeAddress", { type: string, address: string })),
    conditions: list(condition),
    allocatable: { kind: "map", of: any },
    capacity: { kind: "map", of: any },
  }),
});

const podStatus = open("PodStatus", {
  phase: string,
  podIP: string,
  podIPs: list(open("PodIP", { ip: string })),
  conditions: list(condition),
  containerStatuses: list(open("ContainerStatus", { name: string, ready: bool, restartCount: int32 })),
});

/** By kind; kinds that are not here are kept as they come. Versions of a group are alike as far as we care. */
const SHAPES: { readonly [kind: string]: readonly [apiVersion: string, shape: Shape] } = {
  Service: ["v1", service],
  Pod: ["v1", object("Pod", { spec: podSpec, status: podStatus })],
  Namespace: ["v1", object("Namespace", { spec: any, status: any })],
  Node: ["v1", node],
  ConfigMap: ["v1", object("ConfigMap", { data: strings, binaryData: strings, immutable: bool })],
  Endpoints: ["v1", endpoints],
  ReplicationController: ["v1", replicationController],
  Deployment: ["apps/v1", deployment],
  ReplicaSet: ["apps/v1", replicaSet],
  StatefulSet: ["apps/v1", statefulSet],
  DaemonSet: ["apps/v1", daemonSet],
  Job: ["batch/v1", job],
  EndpointSlice: ["discovery.k8s.io/v1", endpointSlice],
};

export function shapeOf(apiVersion: string, kind: string): Shape | null {
  const found = Object.hasOwn(SHAPES, kind) ? SHAPES[kind] : undefined;
  return found !== undefined && groupOf(found[0]) === groupOf(apiVersion) ? found[1] : null;
}

/** What is known of an object of any kind. */
export const anyObject: Shape = open("Object", { apiVersion: string, kind: string, metadata: meta });

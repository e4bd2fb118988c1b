/** Which kinds there are: group, plural, scope, how they are named. Kinds that are not here are kept as they come. */
import { unserved } from "../manifests/served-kinds.ts";
import { addressName, byteLength, dns1123Label, dns1123Subdomain, pathSegment } from "./formats.ts";
import type { Check } from "./formats.ts";
import type { Subject } from "./field-errors.ts";

export interface KindInfo {
  readonly group: string;
  readonly kind: string;
  /** Plural, lower case, as replies and paths name it. */
  readonly resource: string;
  readonly namespaced: boolean;
  /** Null where names are not checked (kinds that are not simulated). */
  readonly nameCheck: Check | null;
  /** Whether `metadata.generation` counts changes of the spec. */
  readonly counted: boolean;
}

const label = dns1123Label;
const subdomain = dns1123Subdomain;

type Row = readonly [apiVersion: string, kind: string, resource: string, namespaced: boolean, nameCheck: Check | null, counted: boolean];

const TABLE: readonly Row[] = [
  ["v1", "Namespace", "namespaces", false, label, false],
  ["v1", "Node", "nodes", false, subdomain, false],
  ["v1", "Service", "services", true, label, false],
  ["v1", "Endpoints", "endpoints", true, subdomain, false],
  ["v1", "Pod", "pods", true, subdomain, true],
  ["v1", "ConfigMap", "configmaps", true, subdomain, false],
  ["v1", "Secret", "secrets", true, subdomain, false],
  ["v1", "ServiceAccount", "serviceaccounts", true, subdomain, false],
  ["v1", "ReplicationController", "replicationcontrollers", true, subdomain, true],
  ["v1", "PersistentVolume", "persistentvolumes", false, null, false],
  ["v1", "PersistentVolumeClaim", "persistentvolumeclaims", true, null, false],
  ["v1", "Event", "events", true, null, false],
  ["v1", "LimitRange", "limitranges", true, null, false],
  ["v1", "ResourceQuota", "resourcequotas", true, null, false],
  ["v1", "PodTemplate", "podtemplates", true, null, false],
  ["apps/v1", "Deployment", "deployments", true, subdomain, true],
  ["apps/v1", "ReplicaSet", "replicasets", true, subdomain, true],
  ["apps/v1", "StatefulSet", "statefulsets", true, label, true],
  ["apps/v1", "DaemonSet", "daemonsets", true, subdomain, true],
  ["apps/v1", "ControllerRevision", "controllerrevisions", true, null, false],
  ["batch/v1", "Job", "jobs", true, subdomain, true],
  ["batch/v1", "CronJob", "cronjobs", true, subdomain, true],
  ["discovery.k8s.io/v1", "EndpointSlice", "endpointslices", true, subdomain, true],
  ["networking.k8s.io/v1", "NetworkPolicy", "networkpolicies", true, subdomain, true],
  ["networking.k8s.io/v1", "Ingress", "ingresses", true, subdomain, true],
  ["networking.k8s.io/v1", "IngressClass", "ingressclasses", false, subdomain, true],
  ["networking.k8s.io/v1", "ServiceCIDR", "servicecidrs", false, subdomain, false],
  ["networking.k8s.io/v1", "IPAddress", "ipaddresses", false, addressName, false],
  ["policy/v1", "PodDisruptionBudget", "poddisruptionbudgets", true, pathSegment, true],
  ["autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", true, null, false],
  ["storage.k8s.io/v1", "StorageClass", "storageclasses", false, null, false],
  ["scheduling.k8s.io/v1", "PriorityClass", "priorityclasses", false, null, false],
  ["rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles", false, null, false],
  ["rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "clusterrolebindings", false, null, false],
  ["rbac.authorization.k8s.io/v1", "Role", "roles", true, null, false],
  ["rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings", true, null, false],
  ["apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions", false, null, false],
  ["apiregistration.k8s.io/v1", "APIService", "apiservices", false, null, false],
  ["admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "validatingwebhookconfigurations", false, null, false],
  ["admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", "mutatingwebhookconfigurations", false, null, false],
  ["gateway.networking.k8s.io/v1", "GatewayClass", "gatewayclasses", false, subdomain, true],
  ["gateway.networking.k8s.io/v1", "Gateway", "gateways", true, subdomain, true],
  ["gateway.networking.k8s.io/v1", "HTTPRoute", "httproutes", true, subdomain, true],
  ["metallb.io/v1beta1", "IPAddressPool", "ipaddresspools", true, subdomain, true],
  ["metallb.io/v1beta1", "L2Advertisement", "l2advertisements", true, subdomain, true],
];

const KINDS: ReadonlyMap<string, KindInfo> = new Map(
  TABLE.map(([apiVersion, kind, resource, namespaced, nameCheck, counted]) => [
    `${groupOf(apiVersion)}/${kind}`,
    { group: groupOf(apiVersion), kind, resource, namespaced, nameCheck, counted },
  ]),
);

const KNOWN_NAMES: ReadonlySet<string> = new Set(TABLE.map(([, kind]) => kind));

/**
 * Under which name objects of a kind are stored: the kind's own, or `Service.serving.knative.dev` where another group has
 * a kind of the same name as one of ours.
 */
export function storedKind(apiVersion: string, kind: string): string {
  const known = storedAs.get(kind);
  if (known?.apiVersion === apiVersion) return known.name;
  const group = groupOf(apiVersion);
  const name = KINDS.has(`${group}/${kind}`) || !KNOWN_NAMES.has(kind) ? kind : `${kind}.${group}`;
  if (storedAs.size >= STORED_MOST) storedAs.clear();
  storedAs.set(kind, { apiVersion, name });
  return name;
}

/** A pure memo: a kind, in the version in which it was asked for last. Every write asks. */
const storedAs = new Map<string, { readonly apiVersion: string; readonly name: string }>();
const STORED_MOST = 1_000;

/** Whether no API server of Kubernetes 1.36 has this kind in this version. What other groups have is not known. */
export function isUnserved(apiVersion: string, kind: string): boolean {
  return unserved(apiVersion, kind)?.refused === true;
}

/** Never fails: a kind that nobody knows is taken for a namespaced one with a plain plural. */
export function kindInfo(apiVersion: string, kind: string): KindInfo {
  const group = groupOf(apiVersion);
  return (
    KINDS.get(`${group}/${kind}`) ?? { group, kind, resource: `${kind.toLowerCase()}s`, namespaced: true, nameCheck: null, counted: false }
  );
}

export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf("/");
  return slash < 0 ? "" : apiVersion.slice(0, slash);
}

export function subjectOf(info: KindInfo, name: string): Subject {
  return { group: info.group, kind: info.kind, resource: info.resource, name };
}

/** Kinds whose behaviour is simulated. All others are kept, shown as "not simulated", and never an error. */
const SIMULATED: ReadonlySet<string> = new Set([
  "Namespace",
  "Node",
  "Service",
  "Endpoints",
  "EndpointSlice",
  "Pod",
  "ConfigMap",
  "ReplicationController",
  "Deployment",
  "ReplicaSet",
  "StatefulSet",
  "DaemonSet",
  "Job",
  "CronJob",
  "PodDisruptionBudget",
  "NetworkPolicy",
  // Made by controllers; nothing acts on them.
  "ControllerRevision",
  "Event",
  "IPAddressPool",
  "L2Advertisement",
]);

export function isSimulated(kind: string): boolean {
  return SIMULATED.has(kind);
}

/** The part of a generated name that the client chose is cut, so that five random characters fit. */
export function generatedName(base: string, suffix: string): string {
  let cut = base;
  while (byteLength(cut) > 58) cut = cut.slice(0, -1);
  return cut + suffix;
}

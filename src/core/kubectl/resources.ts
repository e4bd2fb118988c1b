/**
 * The kinds of objects by every name that kubectl takes for them: plural, singular, short, with group and version.
 * (apimachinery's RESTMapper over the API server's discovery)
 */
import { groupOf, kindInfo, storedKind } from "../api/kinds.ts";
import { textAt } from "../api/json.ts";
import { list } from "../api/store.ts";
import type { ObjectStore } from "../api/store.ts";
import { compareText } from "../base/names.ts";
import { fail } from "./session.ts";

export interface Resource {
  readonly plural: string;
  readonly singular: string;
  readonly shorts: readonly string[];
  readonly apiVersion: string;
  readonly group: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Of the category `all`. */
  readonly inAll: boolean;
}

type Row = readonly [plural: string, shorts: string, apiVersion: string, namespaced: boolean, kind: string];

/** In the order of `kubectl api-resources` of a cluster of 1.36. */
const ROWS: readonly Row[] = [
  ["bindings", "", "v1", true, "Binding"],
  ["componentstatuses", "cs", "v1", false, "ComponentStatus"],
  ["configmaps", "cm", "v1", true, "ConfigMap"],
  ["endpoints", "ep", "v1", true, "Endpoints"],
  ["events", "ev", "v1", true, "Event"],
  ["limitranges", "limits", "v1", true, "LimitRange"],
  ["namespaces", "ns", "v1", false, "Namespace"],
  ["nodes", "no", "v1", false, "Node"],
  ["persistentvolumeclaims", "pvc", "v1", true, "PersistentVolumeClaim"],
  ["persistentvolumes", "pv", "v1", false, "PersistentVolume"],
  ["pods", "po", "v1", true, "Pod"],
  ["podtemplates", "", "v1", true, "PodTemplate"],
  ["replicationcontrollers", "rc", "v1", true, "ReplicationController"],
  ["resourcequotas", "quota", "v1", true, "ResourceQuota"],
  ["secrets", "", "v1", true, "Secret"],
  ["serviceaccounts", "sa", "v1", true, "ServiceAccount"],
  ["services", "svc", "v1", true, "Service"],
  ["mutatingadmissionpolicies", "", "admissionregistration.k8s.io/v1", false, "MutatingAdmissionPolicy"],
  ["mutatingadmissionpolicybindings", "", "admissionregistration.k8s.io/v1", false, "MutatingAdmissionPolicyBinding"],
  ["mutatingwebhookconfigurations", "", "admissionregistration.k8s.io/v1", false, "MutatingWebhookConfiguration"],
  ["validatingadmissionpolicies", "", "admissionregistration.k8s.io/v1", false, "ValidatingAdmissionPolicy"],
  ["validatingadmissionpolicybindings", "", "admissionregistration.k8s.io/v1", false, "ValidatingAdmissionPolicyBinding"],
  ["validatingwebhookconfigurations", "", "admissionregistration.k8s.io/v1", false, "ValidatingWebhookConfiguration"],
  ["customresourcedefinitions", "crd,crds", "apiextensions.k8s.io/v1", false, "CustomResourceDefinition"],
  ["apiservices", "", "apiregistration.k8s.io/v1", false, "APIService"],
  ["controllerrevisions", "", "apps/v1", true, "ControllerRevision"],
  ["daemonsets", "ds", "apps/v1", true, "DaemonSet"],
  ["deployments", "deploy", "apps/v1", true, "Deployment"],
  ["replicasets", "rs", "apps/v1", true, "ReplicaSet"],
  ["statefulsets", "sts", "apps/v1", true, "StatefulSet"],
  ["selfsubjectreviews", "", "authentication.k8s.io/v1", false, "SelfSubjectReview"],
  ["tokenreviews", "", "authentication.k8s.io/v1", false, "TokenReview"],
  ["localsubjectaccessreviews", "", "authorization.k8s.io/v1", true, "LocalSubjectAccessReview"],
  ["selfsubjectaccessreviews", "", "authorization.k8s.io/v1", false, "SelfSubjectAccessReview"],
  ["selfsubjectrulesreviews", "", "authorization.k8s.io/v1", false, "SelfSubjectRulesReview"],
  ["subjectaccessreviews", "", "authorization.k8s.io/v1", false, "SubjectAccessReview"],
  ["horizontalpodautoscalers", "hpa", "autoscaling/v2", true, "HorizontalPodAutoscaler"],
  ["cronjobs", "cj", "batch/v1", true, "CronJob"],
  ["jobs", "", "batch/v1", true, "Job"],
  ["certificatesigningrequests", "csr", "certificates.k8s.io/v1", false, "CertificateSigningRequest"],
  ["leases", "", "coordination.k8s.io/v1", true, "Lease"],
  ["endpointslices", "", "discovery.k8s.io/v1", true, "EndpointSlice"],
  ["flowschemas", "", "flowcontrol.apiserver.k8s.io/v1", false, "FlowSchema"],
  ["prioritylevelconfigurations", "", "flowcontrol.apiserver.k8s.io/v1", false, "PriorityLevelConfiguration"],
  ["ingressclasses", "", "networking.k8s.io/v1", false, "IngressClass"],
  ["ingresses", "ing", "networking.k8s.io/v1", true, "Ingress"],
  ["ipaddresses", "ip", "networking.k8s.io/v1", false, "IPAddress"],
  ["networkpolicies", "netpol", "networking.k8s.io/v1", true, "NetworkPolicy"],
  ["servicecidrs", "", "networking.k8s.io/v1", false, "ServiceCIDR"],
  ["runtimeclasses", "", "node.k8s.io/v1", false, "RuntimeClass"],
  ["poddisruptionbudgets", "pdb", "policy/v1", true, "PodDisruptionBudget"],
  ["clusterrolebindings", "", "rbac.authorization.k8s.io/v1", false, "ClusterRoleBinding"],
  ["clusterroles", "", "rbac.authorization.k8s.io/v1", false, "ClusterRole"],
  ["rolebindings", "", "rbac.authorization.k8s.io/v1", true, "RoleBinding"],
  ["roles", "", "rbac.authorization.k8s.io/v1", true, "Role"],
  ["deviceclasses", "", "resource.k8s.io/v1", false, "DeviceClass"],
  ["resourceclaims", "", "resource.k8s.io/v1", true, "ResourceClaim"],
  ["resourceclaimtemplates", "", "resource.k8s.io/v1", true, "ResourceClaimTemplate"],
  ["resourceslices", "", "resource.k8s.io/v1", false, "ResourceSlice"],
  ["priorityclasses", "pc", "scheduling.k8s.io/v1", false, "PriorityClass"],
  ["csidrivers", "", "storage.k8s.io/v1", false, "CSIDriver"],
  ["csinodes", "", "storage.k8s.io/v1", false, "CSINode"],
  ["csistoragecapacities", "", "storage.k8s.io/v1", true, "CSIStorageCapacity"],
  ["storageclasses", "sc", "storage.k8s.io/v1", false, "StorageClass"],
  ["volumeattachments", "", "storage.k8s.io/v1", false, "VolumeAttachment"],
  ["volumeattributesclasses", "vac", "storage.k8s.io/v1", false, "VolumeAttributesClass"],
];

/** What `all` stands for, in the order in which it is listed. */
export const ALL: readonly string[] = [
  "pods",
  "replicationcontrollers",
  "services",
  "daemonsets.apps",
  "deployments.apps",
  "replicasets.apps",
  "statefulsets.apps",
  "horizontalpodautoscalers.autoscaling",
  "cronjobs.batch",
  "jobs.batch",
];
const IN_ALL: ReadonlySet<string> = new Set(ALL.map((name) => name.split(".")[0] ?? ""));

export const BUILT_IN: readonly Resource[] = ROWS.map(([plural, shorts, apiVersion, namespaced, kind]) => ({
  plural,
  singular: kind.toLowerCase(),
  shorts: shorts === "" ? [] : shorts.split(","),
  apiVersion,
  group: groupOf(apiVersion),
  kind,
  namespaced,
  inAll: IN_ALL.has(plural),
}));

/** The built-in ones, and those of custom kinds that the store defines or holds. */
export function resourcesOf(store: ObjectStore): readonly Resource[] {
  const known = new Set(BUILT_IN.map(({ group, kind }) => `${group}/${kind}`));
  const custom: Resource[] = [];
  const add = (resource: Resource): void => {
    if (known.has(`${resource.group}/${resource.kind}`)) return;
    known.add(`${resource.group}/${resource.kind}`);
    custom.push(resource);
  };
  for (const definition of list(store, "CustomResourceDefinition")) {
    const defined = definedBy(definition);
    if (defined !== null) add(defined);
  }
  for (const of of store.objects.values()) {
    const [first] = of.values();
    if (first !== undefined) add(resourceOfKind(first.apiVersion, first.kind));
  }
  return [...BUILT_IN, ...custom.sort((a, b) => compareText(a.group, b.group) || compareText(a.plural, b.plural))];
}

function definedBy(definition: unknown): Resource | null {
  const group = textAt(definition, "spec", "group");
  const kind = textAt(definition, "spec", "names", "kind");
  const plural = textAt(definition, "spec", "names", "plural");
  const version = textAt(definition, "spec", "versions", 0, "name") ?? "v1";
  if (group === undefined || kind === undefined || plural === undefined) return null;
  return {
    plural,
    singular: textAt(definition, "spec", "names", "singular") ?? kind.toLowerCase(),
    shorts: [],
    apiVersion: `${group}/${version}`,
    group,
    kind,
    namespaced: textAt(definition, "spec", "scope") !== "Cluster",
    inAll: false,
  };
}

/** The resource of an object's kind. */
export function resourceOfKind(apiVersion: string, kind: string): Resource {
  const group = groupOf(apiVersion);
  const known = BUILT_IN.find((each) => each.kind === kind && each.group === group);
  if (known !== undefined) return known;
  const { resource: plural, namespaced } = kindInfo(apiVersion, kind);
  return { plural, singular: kind.toLowerCase(), shorts: [], apiVersion, group, kind, namespaced, inAll: false };
}

/** By any of its names: `svc`, `Services`, `deployments.apps`, `deployments.v1.apps`. Throws KubectlError where there is none. */
export function resourceNamed(store: ObjectStore, name: string): Resource {
  return findResource(store, name) ?? fail(`the server doesn't have a resource type "${name}"`);
}

export function findResource(store: ObjectStore, name: string): Resource | null {
  const all = resourcesOf(store);
  const [word = "", ...rest] = name.toLowerCase().split(".");
  const named = all.filter(({ plural, singular, shorts }) => word === plural || word === singular || shorts.includes(word));
  if (rest.length === 0) return named[0] ?? null;
  const suffix = rest.join(".");
  return (
    named.find(({ group, apiVersion }) => suffix === group || suffix === dotted(apiVersion) || (group === "" && suffix === "v1.")) ?? null
  );
}

/** `v1.apps`: how a version is named behind a plural. */
function dotted(apiVersion: string): string {
  const group = groupOf(apiVersion);
  return group === "" ? apiVersion : `${apiVersion.slice(group.length + 1)}.${group}`;
}

/** As replies name it: `services`, `deployments.apps`. */
export function withGroup({ plural, group }: Resource): string {
  return group === "" ? plural : `${plural}.${group}`;
}

/** As `-o name` and verbs print an object: `service/web`, `deployment.apps/web`. */
export function namedObject({ singular, group }: Resource, name: string): string {
  return `${group === "" ? singular : `${singular}.${group}`}/${name}`;
}

/** Under which name its objects are stored. */
export function storedAs({ apiVersion, kind }: Resource): string {
  return storedKind(apiVersion, kind);
}

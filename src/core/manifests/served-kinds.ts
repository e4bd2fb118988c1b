/**
 * Which kinds Kubernetes 1.36 serves under which version, and under which it once did. All of a group of Kubernetes itself
 * is here, so that a kind that is not, is none; what other groups have is not known. (pkg/controlplane/instance.go,
 * https://kubernetes.io/docs/reference/using-api/deprecation-guide/)
 */

/** Kinds by group and version. */
const SERVED: { readonly [apiVersion: string]: string } = {
  v1:
    "Binding ComponentStatus ConfigMap Endpoints Event LimitRange List Namespace Node PersistentVolume PersistentVolumeClaim Pod PodTemplate " +
    "ReplicationController ResourceQuota Secret Service ServiceAccount",
  "admissionregistration.k8s.io/v1":
    "MutatingAdmissionPolicy MutatingAdmissionPolicyBinding MutatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration",
  "apiextensions.k8s.io/v1": "CustomResourceDefinition",
  "apiregistration.k8s.io/v1": "APIService",
  "apps/v1": "ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet",
  "authentication.k8s.io/v1": "SelfSubjectReview TokenReview",
  "authorization.k8s.io/v1": "LocalSubjectAccessReview SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview",
  "autoscaling/v2": "HorizontalPodAutoscaler",
  "autoscaling/v1": "HorizontalPodAutoscaler Scale",
  "batch/v1": "CronJob Job",
  "certificates.k8s.io/v1": "CertificateSigningRequest",
  "coordination.k8s.io/v1": "Lease",
  "discovery.k8s.io/v1": "EndpointSlice",
  "events.k8s.io/v1": "Event",
  "flowcontrol.apiserver.k8s.io/v1": "FlowSchema PriorityLevelConfiguration",
  "networking.k8s.io/v1": "IPAddress Ingress IngressClass NetworkPolicy ServiceCIDR",
  "node.k8s.io/v1": "RuntimeClass",
  "policy/v1": "Eviction PodDisruptionBudget",
  "rbac.authorization.k8s.io/v1": "ClusterRole ClusterRoleBinding Role RoleBinding",
  "resource.k8s.io/v1": "DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice",
  "scheduling.k8s.io/v1": "PriorityClass",
  "storage.k8s.io/v1": "CSIDriver CSINode CSIStorageCapacity StorageClass VolumeAttachment VolumeAttributesClass",
};

/** Versions that are gone: since which minor release. */
const REMOVED: readonly (readonly [apiVersion: string, since: string, kinds: string])[] = [
  ["extensions/v1beta1", "1.16", "DaemonSet Deployment NetworkPolicy PodSecurityPolicy ReplicaSet"],
  ["extensions/v1beta1", "1.22", "Ingress"],
  ["apps/v1beta1", "1.16", "Deployment StatefulSet ControllerRevision"],
  ["apps/v1beta2", "1.16", "ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet"],
  ["batch/v2alpha1", "1.21", "CronJob"],
  ["batch/v1beta1", "1.25", "CronJob"],
  ["networking.k8s.io/v1beta1", "1.22", "Ingress IngressClass"],
  ["discovery.k8s.io/v1beta1", "1.25", "EndpointSlice"],
  ["policy/v1beta1", "1.25", "PodDisruptionBudget PodSecurityPolicy"],
  ["autoscaling/v2beta1", "1.25", "HorizontalPodAutoscaler"],
  ["autoscaling/v2beta2", "1.26", "HorizontalPodAutoscaler"],
  ["events.k8s.io/v1beta1", "1.25", "Event"],
  ["node.k8s.io/v1beta1", "1.25", "RuntimeClass"],
  ["apiextensions.k8s.io/v1beta1", "1.22", "CustomResourceDefinition"],
  ["apiregistration.k8s.io/v1beta1", "1.22", "APIService"],
  ["admissionregistration.k8s.io/v1beta1", "1.22", "MutatingWebhookConfiguration ValidatingWebhookConfiguration"],
  ["certificates.k8s.io/v1beta1", "1.22", "CertificateSigningRequest"],
  ["coordination.k8s.io/v1beta1", "1.22", "Lease"],
  ["rbac.authorization.k8s.io/v1beta1", "1.22", "ClusterRole ClusterRoleBinding Role RoleBinding"],
  ["rbac.authorization.k8s.io/v1alpha1", "1.22", "ClusterRole ClusterRoleBinding Role RoleBinding"],
  ["scheduling.k8s.io/v1beta1", "1.22", "PriorityClass"],
  ["storage.k8s.io/v1beta1", "1.22", "CSIDriver CSINode StorageClass VolumeAttachment"],
  ["storage.k8s.io/v1beta1", "1.27", "CSIStorageCapacity"],
];

const group = (apiVersion: string): string => (apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "");

const OWN_GROUPS: ReadonlySet<string> = new Set([...Object.keys(SERVED).map(group), "extensions"]);

/** Whether the group of this version is one of Kubernetes itself. */
export function isOwnGroup(apiVersion: string): boolean {
  return OWN_GROUPS.has(group(apiVersion));
}

/** The versions under which a kind is served, the newest first. */
const VERSIONS: ReadonlyMap<string, readonly string[]> = (() => {
  const versions = new Map<string, string[]>();
  for (const [apiVersion, kinds] of Object.entries(SERVED)) {
    for (const kind of kinds.split(" ")) {
      const known = versions.get(kind);
      if (known === undefined) versions.set(kind, [apiVersion]);
      else known.push(apiVersion);
    }
  }
  return versions;
})();

const BY_LOWER_CASE: ReadonlyMap<string, string> = new Map([...VERSIONS.keys()].map((kind) => [kind.toLowerCase(), kind]));

/** Groups whose kinds matter to a simulation: a wrong version there is refused, elsewhere only remarked on. */
const WEIGHTY: ReadonlySet<string> = new Set([
  "",
  "apps",
  "autoscaling",
  "batch",
  "discovery.k8s.io",
  "extensions",
  "networking.k8s.io",
  "policy",
]);

export interface Unserved {
  /** Whether the document is refused, as kubectl does; else it is kept like any object that nothing acts on. */
  readonly refused: boolean;
  /** What was probably meant; null where nothing like it is served. */
  readonly meant: { readonly apiVersion: string; readonly kind: string } | null;
  /** The release that took it away, where it once was. */
  readonly removedIn: string | null;
}

/**
 * Why a Kubernetes 1.36 has no such kind in this version; null where it has, or where the group is not Kubernetes' own:
 * the same kind in another group (Knative's Service) is another thing.
 */
export function unserved(apiVersion: string, kind: string): Unserved | null {
  if (apiVersion === "" || !OWN_GROUPS.has(group(apiVersion)) || (SERVED[apiVersion] ?? "").split(" ").includes(kind)) return null;
  const removed = REMOVED.find(([version, , kinds]) => version === apiVersion && kinds.split(" ").includes(kind));
  const right = BY_LOWER_CASE.get(kind.toLowerCase()) ?? nearestKind(kind, apiVersion);
  const versions = right === null ? [] : (VERSIONS.get(right) ?? []);
  const [first] = [...versions.filter((version) => group(version) === group(apiVersion)), ...versions];
  const meant =
    right === null || first === undefined ? null : { apiVersion: versions.includes(apiVersion) ? apiVersion : first, kind: right };
  return { refused: WEIGHTY.has(group(apiVersion)), meant, removedIn: removed?.[1] ?? null };
}

/** A kind of the same version, one or two letters away. */
function nearestKind(kind: string, apiVersion: string): string | null {
  const word = kind.toLowerCase();
  const near = (SERVED[apiVersion] ?? "").split(" ").find((other) => isNear(word, other.toLowerCase()));
  return near ?? null;
}

/** One letter too many, too few or another one, or two neighbours swapped; the plural too. */
function isNear(a: string, b: string): boolean {
  if (a === `${b}s`) return true;
  if (Math.abs(a.length - b.length) > 1 || b === "") return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  return (left.length <= 1 && right.length <= 1) || (left.length === 2 && left === [...right].reverse().join(""));
}

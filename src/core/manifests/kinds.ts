/** Kinds that the simulator does something with, and the API versions under which Kubernetes 1.36 serves them. */

/** Served under exactly one version each. What is not here is kept as it is and named as not simulated. */
const SIMULATED: ReadonlyMap<string, string> = new Map([
  ["Namespace", "v1"],
  ["Node", "v1"],
  ["Pod", "v1"],
  ["Service", "v1"],
  ["ConfigMap", "v1"],
  ["List", "v1"],
  ["Endpoints", "v1"],
  ["ReplicationController", "v1"],
  ["Deployment", "apps/v1"],
  ["ReplicaSet", "apps/v1"],
  ["StatefulSet", "apps/v1"],
  ["DaemonSet", "apps/v1"],
  ["Job", "batch/v1"],
  ["EndpointSlice", "discovery.k8s.io/v1"],
  ["Cluster", "kind.x-k8s.io/v1alpha4"],
  ["KubeProxyConfiguration", "kubeproxy.config.k8s.io/v1alpha1"],
  ["ClusterConfiguration", "kubeadm.k8s.io/v1beta4"],
  ["IPAddressPool", "metallb.io/v1beta1"],
  ["L2Advertisement", "metallb.io/v1beta1"],
]);

/** Other kinds of Kubernetes itself that are often written with a wrong version. */
const SERVED: ReadonlyMap<string, string> = new Map([
  ...SIMULATED,
  ["Secret", "v1"],
  ["ServiceAccount", "v1"],
  ["PersistentVolume", "v1"],
  ["PersistentVolumeClaim", "v1"],
  ["CronJob", "batch/v1"],
  ["Ingress", "networking.k8s.io/v1"],
  ["IngressClass", "networking.k8s.io/v1"],
  ["NetworkPolicy", "networking.k8s.io/v1"],
]);

/** Groups that belong to Kubernetes: the same kind in another group (Knative's Service) is another thing. */
const OWN_GROUP = /^(v\d+((alpha|beta)\d+)?|(apps|batch|extensions|autoscaling|policy)\/.+|(networking|discovery)\.k8s\.io\/.+)$/;

/** Settings files of tools: they have no metadata and are no API objects. */
const SETTINGS: ReadonlySet<string> = new Set([
  "Cluster",
  "KubeProxyConfiguration",
  "ClusterConfiguration",
  "InitConfiguration",
  "JoinConfiguration",
  "KubeletConfiguration",
]);
const SETTINGS_GROUP = /^(kind\.x-k8s\.io|kubeproxy\.config\.k8s\.io|kubeadm\.k8s\.io|kubelet\.config\.k8s\.io)\//;

export function isSettings(apiVersion: string, kind: string): boolean {
  return SETTINGS.has(kind) && SETTINGS_GROUP.test(apiVersion);
}

export function isSimulated(apiVersion: string, kind: string): boolean {
  return SIMULATED.get(kind) === apiVersion || (isSettings(apiVersion, kind) && SIMULATED.has(kind));
}

/** What was probably meant by a kind that Kubernetes does not serve under this version; null when it may be right. */
export function meantKind(apiVersion: string, kind: string): { readonly apiVersion: string; readonly kind: string } | null {
  if (!OWN_GROUP.test(apiVersion)) return null;
  for (const [served, version] of SERVED) {
    if (served.toLowerCase() !== kind.toLowerCase()) continue;
    return served === kind && version === apiVersion ? null : { apiVersion: version, kind: served };
  }
  return null;
}

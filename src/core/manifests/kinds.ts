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
  ["CronJob", "batch/v1"],
  ["PodDisruptionBudget", "policy/v1"],
  ["NetworkPolicy", "networking.k8s.io/v1"],
  ["EndpointSlice", "discovery.k8s.io/v1"],
  ["Cluster", "kind.x-k8s.io/v1alpha4"],
  ["KubeProxyConfiguration", "kubeproxy.config.k8s.io/v1alpha1"],
  ["ClusterConfiguration", "kubeadm.k8s.io/v1beta4"],
  ["IPAddressPool", "metallb.io/v1beta1"],
  ["L2Advertisement", "metallb.io/v1beta1"],
]);

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

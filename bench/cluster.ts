/** Clusters of any size as manifests: a Service for every 15 Pods, nodes of 30, one Pod to ask from. */
import type { ManifestFile } from "../src/core/manifests/types.ts";

const PODS_PER_SERVICE = 15;
const PODS_PER_NODE = 30;

export function clusterOf(pods: number): readonly ManifestFile[] {
  const services = Math.max(1, Math.ceil(pods / PODS_PER_SERVICE));
  const nodes = pods <= 3 * PODS_PER_NODE ? 0 : Math.ceil(pods / PODS_PER_NODE);
  const documents = [
    ...Array.from({ length: services }, (_, i) => service(`web-${i}`)),
    ...Array.from({ length: services }, (_, i) => deployment(`web-${i}`, Math.min(PODS_PER_SERVICE, pods - i * PODS_PER_SERVICE))),
    ...Array.from({ length: nodes }, (_, i) => node(i)),
    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: debug\nspec:\n  containers:\n    - name: curl\n      image: curlimages/curl:8.11.1\n      command: [sleep, infinity]\n",
  ];
  return [{ name: "cluster.yaml", text: documents.join("---\n") }];
}

/** How many Services `clusterOf` makes. */
export function servicesOf(pods: number): number {
  return Math.max(1, Math.ceil(pods / PODS_PER_SERVICE));
}

function service(name: string): string {
  return `apiVersion: v1\nkind: Service\nmetadata:\n  name: ${name}\nspec:\n  selector:\n    app: ${name}\n  ports:\n    - port: 80\n`;
}

function deployment(name: string, replicas: number): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  replicas: ${replicas}
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
    spec:
      containers:
        - name: nginx
          image: nginx:1.28
`;
}

function node(index: number): string {
  const zone = `zone-${"abc"[index % 3]}`;
  return `apiVersion: v1\nkind: Node\nmetadata:\n  name: worker-${String(index + 1).padStart(3, "0")}\n  labels:\n    topology.kubernetes.io/zone: ${zone}\n`;
}

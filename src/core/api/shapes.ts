/** The Go types of the kinds that the API server knows here, as far as decoding needs them. (staging/src/k8s.io/api) */
import type { Shape } from "./decode.ts";
import { groupOf } from "./kinds.ts";
import { amounts, any, bool, conditions, keyed, meta, object, open, string, strings, textsOf } from "./shape-parts.ts";
import { endpoints, endpointSlice, ingress, ingressClass, ipAddress, networkPolicy, service, serviceCidr } from "./shapes-networking.ts";
import { pod } from "./shapes-pods.ts";
import {
  cronJob,
  daemonSet,
  deployment,
  job,
  podDisruptionBudget,
  replicaSet,
  replicationController,
  statefulSet,
} from "./shapes-workloads.ts";

const node = object("Node", {
  spec: open("NodeSpec", {
    podCIDR: string,
    podCIDRs: keyed("", string),
    providerID: string,
    unschedulable: bool,
    taints: { kind: "list", of: open("Taint", textsOf("key", "value", "effect")) },
  }),
  status: open("NodeStatus", {
    addresses: keyed("type", open("NodeAddress", textsOf("type", "address"))),
    conditions,
    allocatable: amounts,
    capacity: amounts,
  }),
});

/** By kind; kinds that are not here are kept as they come. Versions of a group are alike as far as we care. */
const SHAPES: { readonly [kind: string]: readonly [apiVersion: string, shape: Shape] } = {
  Service: ["v1", service],
  Pod: ["v1", pod],
  Namespace: ["v1", object("Namespace", { spec: any, status: any })],
  Node: ["v1", node],
  ConfigMap: ["v1", object("ConfigMap", { data: strings, binaryData: strings, immutable: bool })],
  Secret: ["v1", object("Secret", { data: strings, stringData: strings, immutable: bool, type: string })],
  Endpoints: ["v1", endpoints],
  ReplicationController: ["v1", replicationController],
  Deployment: ["apps/v1", deployment],
  ReplicaSet: ["apps/v1", replicaSet],
  StatefulSet: ["apps/v1", statefulSet],
  DaemonSet: ["apps/v1", daemonSet],
  Job: ["batch/v1", job],
  CronJob: ["batch/v1", cronJob],
  PodDisruptionBudget: ["policy/v1", podDisruptionBudget],
  EndpointSlice: ["discovery.k8s.io/v1", endpointSlice],
  NetworkPolicy: ["networking.k8s.io/v1", networkPolicy],
  Ingress: ["networking.k8s.io/v1", ingress],
  IngressClass: ["networking.k8s.io/v1", ingressClass],
  ServiceCIDR: ["networking.k8s.io/v1", serviceCidr],
  IPAddress: ["networking.k8s.io/v1", ipAddress],
};

export function shapeOf(apiVersion: string, kind: string): Shape | null {
  const found = Object.hasOwn(SHAPES, kind) ? SHAPES[kind] : undefined;
  return found !== undefined && groupOf(found[0]) === groupOf(apiVersion) ? found[1] : null;
}

/** What is known of an object of any kind. */
export const anyObject: Shape = open("Object", { apiVersion: string, kind: string, metadata: meta });

/** A Service while it is being admitted: fields may be missing, and may still be wrong. */
import type { Draft } from "./json.ts";
import { isObject } from "./json.ts";
import type { OwnerReference, StringMap } from "./types.ts";

export interface ServicePortDraft {
  name?: string;
  protocol?: string;
  port: number;
  targetPort?: number | string;
  nodePort?: number;
  appProtocol?: string;
}

export interface ServiceSpecDraft {
  type?: string;
  selector?: StringMap;
  ports?: ServicePortDraft[];
  clusterIP?: string;
  clusterIPs?: string[];
  ipFamilies?: string[];
  ipFamilyPolicy?: string;
  externalIPs?: string[];
  externalName?: string;
  loadBalancerIP?: string;
  loadBalancerSourceRanges?: string[];
  loadBalancerClass?: string;
  allocateLoadBalancerNodePorts?: boolean;
  externalTrafficPolicy?: string;
  internalTrafficPolicy?: string;
  healthCheckNodePort?: number;
  sessionAffinity?: string;
  sessionAffinityConfig?: { clientIP?: { timeoutSeconds?: number } };
  publishNotReadyAddresses?: boolean;
  trafficDistribution?: string;
}

export interface ServiceDraft {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    annotations?: StringMap;
    labels?: StringMap;
    uid?: string;
    finalizers?: string[];
    ownerReferences?: Partial<OwnerReference>[];
  };
  spec: ServiceSpecDraft;
  status: { loadBalancer: { ingress?: { ip?: string; hostname?: string; ipMode?: string }[] } };
}

/** A decoded object seen as a Service. Decoding has checked every type that this promises. */
export function serviceDraft(object: Draft): ServiceDraft {
  const metadata = isObject(object["metadata"]) ? object["metadata"] : {};
  const spec = isObject(object["spec"]) ? object["spec"] : {};
  const status = isObject(object["status"]) ? object["status"] : {};
  const loadBalancer = isObject(status["loadBalancer"]) ? status["loadBalancer"] : {};
  const copy: unknown = structuredCloneJson({ ...object, metadata: { name: "", ...metadata }, spec, status: { ...status, loadBalancer } });
  return copy as ServiceDraft; // decodeFaults found the types right
}

function structuredCloneJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(structuredCloneJson);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, of]) => [key, structuredCloneJson(of)]));
}

export const isHeadless = (service: ServiceDraft): boolean =>
  service.spec.clusterIPs?.length === 1 && service.spec.clusterIPs[0] === "None";

const HAS_ADDRESS: readonly (string | undefined)[] = ["ClusterIP", "NodePort", "LoadBalancer"];

export const needsClusterIp = (service: ServiceDraft): boolean => HAS_ADDRESS.includes(service.spec.type);

export const needsNodePort = (service: ServiceDraft): boolean =>
  service.spec.type === "NodePort" || (service.spec.type === "LoadBalancer" && service.spec.allocateLoadBalancerNodePorts !== false);

export const needsHealthCheckPort = (service: ServiceDraft): boolean =>
  service.spec.type === "LoadBalancer" && service.spec.externalTrafficPolicy === "Local";

/** Reachable from outside the cluster: then there is an external traffic policy. */
export const isExternallyAccessible = (service: ServiceDraft): boolean =>
  service.spec.type === "NodePort" ||
  service.spec.type === "LoadBalancer" ||
  (service.spec.type === "ClusterIP" && (service.spec.externalIPs?.length ?? 0) > 0);

export const hasSelector = (service: ServiceDraft): boolean => Object.keys(service.spec.selector ?? {}).length > 0;

export function sameList(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  const left = a ?? [];
  const right = b ?? [];
  return left.length === right.length && left.every((value, index) => value === right[index]);
}

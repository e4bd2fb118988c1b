/** Defaulting of Services, in the API server's order. (pkg/apis/core/v1/defaults.go, SetDefaults_Service) */
import { isExternallyAccessible, needsClusterIp } from "./service-draft.ts";
import type { ServiceDraft } from "./service-draft.ts";

const AFFINITY_SECONDS = 10_800;

/** Fills in what was left out. Done on create, on update and after a patch. */
export function defaultService(service: ServiceDraft): void {
  const { spec } = service;
  dropEmpty(service);
  spec.sessionAffinity ??= "None";
  if (spec.sessionAffinity === "None") delete spec.sessionAffinityConfig;
  if (spec.sessionAffinity === "ClientIP" && spec.sessionAffinityConfig?.clientIP?.timeoutSeconds === undefined) {
    spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: AFFINITY_SECONDS } };
  }
  spec.type ??= "ClusterIP";
  for (const port of spec.ports ?? []) {
    port.protocol ??= "TCP";
    if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === "") port.targetPort = port.port;
  }
  if (isExternallyAccessible(service)) spec.externalTrafficPolicy ??= "Cluster";
  if (needsClusterIp(service)) spec.internalTrafficPolicy ??= "Cluster";
  if (spec.type === "LoadBalancer") spec.allocateLoadBalancerNodePorts ??= true;
  if (spec.type === "LoadBalancer") {
    for (const ingress of service.status.loadBalancer.ingress ?? []) if ((ingress.ip ?? "") !== "") ingress.ipMode ??= "VIP";
  }
}

/** Empty texts, zero numbers and empty lists are what Go does not keep apart from absent ones (`omitempty`). */
function dropEmpty(service: ServiceDraft): void {
  const { spec } = service;
  if (Object.keys(spec.selector ?? {}).length === 0) delete spec.selector;
  for (const field of ["type", "clusterIP", "sessionAffinity", "externalTrafficPolicy", "externalName", "loadBalancerIP"] as const) {
    if (spec[field] === "") delete spec[field];
  }
  for (const field of ["clusterIPs", "ipFamilies", "externalIPs", "loadBalancerSourceRanges"] as const) {
    if (spec[field]?.length === 0) delete spec[field];
  }
  if (spec.ports?.length === 0) delete spec.ports;
  if (spec.healthCheckNodePort === 0) delete spec.healthCheckNodePort;
  if (spec.publishNotReadyAddresses === false) delete spec.publishNotReadyAddresses;
  for (const port of spec.ports ?? []) {
    port.port ??= 0;
    if (port.name === "") delete port.name;
    if (port.protocol === "") delete port.protocol;
    if (port.nodePort === 0) delete port.nodePort;
  }
}

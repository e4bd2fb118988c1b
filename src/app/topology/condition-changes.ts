/** What else has to change with a condition, so that the API server accepts the result; and why one cannot apply. */
import type { ServiceType } from "../../core/api/types.ts";
import type { ServiceView } from "../../core/simulation/view.ts";
import type { FieldChange } from "../state/field-edits.ts";

/** ClientIP's own settings are not allowed beside None. */
export function affinityChanges(value: "None" | "ClientIP"): readonly FieldChange[] {
  const set = { path: "spec.sessionAffinity", value };
  return value === "None" ? [set, { path: "spec.sessionAffinityConfig", value: undefined }] : [set];
}

/** Fields that the API server refuses beside type ClusterIP go with it. */
export function typeChanges(service: ServiceView, type: ServiceType): readonly FieldChange[] {
  const set = { path: "spec.type", value: type };
  if (type !== "ClusterIP") return [set];
  const gone = ["externalTrafficPolicy", "healthCheckNodePort", "allocateLoadBalancerNodePorts", "loadBalancerClass"].map(
    (field) => `spec.${field}`,
  );
  const ports = service.ports.map((_, i) => `spec.ports[${i}].nodePort`);
  return [set, ...[...gone, ...ports].map((path) => ({ path, value: undefined }))];
}

// ---- why a condition cannot apply; null where it can --------------------------------------------------------------------

export function whyNotInText(service: ServiceView): string | null {
  return service.source === null ? `${service.name} came with the cluster; it is not in the manifests.` : null;
}

export function whyNoRules(service: ServiceView): string | null {
  if (service.type === "ExternalName") return "An ExternalName Service is only a DNS alias: there are no rules.";
  return service.headless ? "A headless Service has no address, so no rules either." : null;
}

export function whyNoExternal(service: ServiceView): string | null {
  const rules = whyNoRules(service) ?? whyNotInText(service);
  if (rules !== null) return rules;
  const outside = service.type === "NodePort" || service.type === "LoadBalancer" || service.externalIps.length > 0;
  return outside ? null : "Nothing comes from outside: the type is ClusterIP and there are no externalIPs.";
}

export function whyOneType(service: ServiceView): string | null {
  if (service.type === "ExternalName") return "An ExternalName Service has no selector or ports to keep for another type.";
  return service.headless ? "clusterIP: None goes with type ClusterIP only." : whyNotInText(service);
}

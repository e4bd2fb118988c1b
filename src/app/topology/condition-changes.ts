/** What else has to change with a condition, so that the API server accepts the result. */
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

/** Validation of Services, errors in the API server's order. (pkg/apis/core/validation/validation.go, ValidateService) */
import { familyOf } from "./addresses.ts";
import { duplicate, forbidden, goJson, invalid, notSupported, Printed, required } from "./field-errors.ts";
import type { FieldError } from "./field-errors.ts";
import {
  cidrErrors,
  dns1123Label,
  dns1123Subdomain,
  each,
  endpointIpErrors,
  ipErrors,
  labelErrors,
  portName,
  portNumber,
  qualifiedName,
} from "./formats.ts";
import { isExternallyAccessible, isHeadless, needsHealthCheckPort } from "./service-draft.ts";
import type { ServiceDraft, ServicePortDraft } from "./service-draft.ts";
import { metadataErrors } from "./metadata.ts";

const ONLY_LOAD_BALANCER = "may only be used when `type` is 'LoadBalancer'";
const SOURCE_RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges";
const HINTS = "service.kubernetes.io/topology-aware-hints";
const MODE = "service.kubernetes.io/topology-mode";
/** The kubelet's own port may not be opened to the outside. (pkg/cluster/ports) */
const KUBELET_PORT = 10_250;

/** All errors of a Service on create, and the part that create and update share. */
export function serviceErrors(service: ServiceDraft, old: ServiceDraft | null): FieldError[] {
  return [
    ...metadataErrors(service.metadata, { namespaced: true, nameCheck: dns1123Label }),
    ...topologyErrors(service),
    ...typeErrors(service),
    ...portsErrors(service),
    ...labelErrors("spec.selector", service.spec.selector ?? {}),
    ...affinityErrors(service),
    ...addressErrors(service, old),
    ...externalIpErrors(service, old),
    ...knownTypeErrors(service),
    ...nodePortErrors(service),
    ...samePortErrors(service),
    ...loadBalancerErrors(service, old),
    ...policyErrors(service),
  ];
}

function topologyErrors(service: ServiceDraft): FieldError[] {
  const annotations = service.metadata.annotations ?? {};
  const mode = annotations[MODE];
  const hints = annotations[HINTS];
  if (mode === undefined || hints === undefined || mode === hints) return [];
  return [invalid(`metadata.annotations[${MODE}]`, mode, `must match annotations[${HINTS}] when both are specified`)];
}

function typeErrors(service: ServiceDraft): FieldError[] {
  const { spec } = service;
  const errors: FieldError[] = [];
  if ((spec.ports ?? []).length === 0 && !isHeadless(service) && spec.type !== "ExternalName") errors.push(required("spec.ports"));
  if (spec.type === "LoadBalancer") {
    (spec.ports ?? []).forEach((port, index) => {
      if (port.port === KUBELET_PORT)
        errors.push(
          invalid(`spec.ports[${index}]`, port.port, `may not expose port ${KUBELET_PORT} externally since it is used by kubelet`),
        );
    });
  }
  if ((spec.type === "LoadBalancer" || spec.type === "NodePort") && isHeadless(service)) {
    errors.push(invalid("spec.clusterIPs[0]", "None", `may not be set to 'None' for ${spec.type} services`));
  }
  if (spec.type !== "ExternalName") return errors;
  const never = "may not be set for ExternalName services";
  if ((spec.clusterIPs ?? []).length > 0) errors.push(forbidden("spec.clusterIPs", never));
  if ((spec.ipFamilies ?? []).length > 0) errors.push(forbidden("spec.ipFamilies", never));
  if (spec.ipFamilyPolicy !== undefined) errors.push(forbidden("spec.ipFamilyPolicy", never));
  const name = (spec.externalName ?? "").replace(/\.$/, "");
  if (name === "") errors.push(required("spec.externalName"));
  else errors.push(...each("spec.externalName", name, dns1123Subdomain(name)));
  return errors;
}

function portsErrors(service: ServiceDraft): FieldError[] {
  const ports = service.spec.ports ?? [];
  const names = new Set<string>();
  return ports.flatMap((port, index) => portErrors(port, `spec.ports[${index}]`, ports.length > 1, names));
}

function portErrors(port: ServicePortDraft, field: string, needsName: boolean, names: Set<string>): FieldError[] {
  const errors: FieldError[] = [];
  const name = port.name ?? "";
  if (name === "" && needsName) errors.push(required(`${field}.name`));
  if (name !== "") {
    errors.push(...each(`${field}.name`, name, dns1123Label(name)));
    if (names.has(name)) errors.push(duplicate(`${field}.name`, name));
    names.add(name);
  }
  errors.push(...each(`${field}.port`, port.port, portNumber(port.port)));
  const protocol = port.protocol ?? "";
  if (!["SCTP", "TCP", "UDP"].includes(protocol)) errors.push(notSupported(`${field}.protocol`, protocol, ["SCTP", "TCP", "UDP"]));
  const target = port.targetPort ?? 0;
  errors.push(...each(`${field}.targetPort`, target, typeof target === "number" ? portNumber(target) : portName(target)));
  if (port.appProtocol !== undefined) errors.push(...each(`${field}.appProtocol`, port.appProtocol, qualifiedName(port.appProtocol)));
  return errors;
}

function affinityErrors(service: ServiceDraft): FieldError[] {
  const { sessionAffinity = "", sessionAffinityConfig } = service.spec;
  if (sessionAffinity !== "None" && sessionAffinity !== "ClientIP")
    return [notSupported("spec.sessionAffinity", sessionAffinity, ["ClientIP", "None"])];
  const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds;
  if (sessionAffinity === "None" || seconds === undefined || (seconds > 0 && seconds <= 86_400)) return [];
  return [invalid("spec.sessionAffinityConfig.clientIP.timeoutSeconds", seconds, "must be greater than 0 and less than 86400")];
}

/** `clusterIP`, `clusterIPs`, families and their policy among themselves. (ValidateServiceClusterIPsRelatedFields) */
export function addressErrors(service: ServiceDraft, old: ServiceDraft | null): FieldError[] {
  const { spec } = service;
  if (spec.type === "ExternalName") return [];
  const ips = spec.clusterIPs ?? [];
  const errors: FieldError[] = [];
  if ((spec.clusterIP ?? "") !== "") {
    if (ips.length === 0) errors.push(required("spec.clusterIPs"));
    else if (ips[0] !== spec.clusterIP) errors.push(invalid("spec.clusterIPs", ips, "first value must match `clusterIP`"));
  } else if (ips.length > 0) {
    errors.push(invalid("spec.clusterIPs", ips, "must be empty when `clusterIP` is not specified"));
  }
  errors.push(...familyErrors(service));
  let malformed = false;
  ips.forEach((ip, index) => {
    if (index === 0 && ip === "None") {
      if (ips.length > 1) {
        malformed = true;
        errors.push(invalid("spec.clusterIPs", ips, "'None' must be the first and only value"));
      }
      return;
    }
    const wrong = ipErrors(`spec.clusterIPs[${index}]`, ip, old?.spec.clusterIPs);
    malformed ||= wrong.length > 0;
    errors.push(...wrong);
  });
  if (ips.length > 2) errors.push(invalid("spec.clusterIPs", ips, "may only hold up to 2 values"));
  if (malformed) return errors;
  if (ips.length > 1 && new Set(ips.map(familyOf)).size !== 2)
    errors.push(invalid("spec.clusterIPs", ips, "may specify no more than one IP for each IP family"));
  if (isHeadless(service) || errors.length > 0) return errors;
  ips.slice(0, spec.ipFamilies?.length ?? 0).forEach((ip, index) => {
    const wanted = spec.ipFamilies?.[index] ?? "";
    if (familyOf(ip) !== wanted)
      errors.push(invalid(`spec.clusterIPs[${index}]`, ip, `expected an ${wanted} value as indicated by \`ipFamilies[${index}]\``));
  });
  return errors;
}

function familyErrors(service: ServiceDraft): FieldError[] {
  const { ipFamilies = [], ipFamilyPolicy } = service.spec;
  const errors: FieldError[] = [];
  ipFamilies.forEach((family, index) => {
    const field = `spec.ipFamilies[${index}]`;
    if (family !== "IPv4" && family !== "IPv6") errors.push(notSupported(field, family, ["IPv4", "IPv6"]));
    if (ipFamilies.indexOf(family) < index) errors.push(duplicate(field, family));
  });
  const policies = ["PreferDualStack", "RequireDualStack", "SingleStack"];
  if (ipFamilyPolicy !== undefined && !policies.includes(ipFamilyPolicy))
    errors.push(notSupported("spec.ipFamilyPolicy", ipFamilyPolicy, policies));
  return errors;
}

function externalIpErrors(service: ServiceDraft, old: ServiceDraft | null): FieldError[] {
  return (service.spec.externalIPs ?? []).flatMap((ip, index) => {
    const field = `spec.externalIPs[${index}]`;
    const malformed = ipErrors(field, ip, old?.spec.externalIPs);
    return malformed.length > 0 ? malformed : endpointIpErrors(field, ip);
  });
}

function knownTypeErrors(service: ServiceDraft): FieldError[] {
  const types = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
  const { type = "" } = service.spec;
  return types.includes(type) ? [] : [notSupported("spec.type", type, types)];
}

function nodePortErrors(service: ServiceDraft): FieldError[] {
  const { type, ports = [] } = service.spec;
  const errors: FieldError[] = [];
  if (type === "ClusterIP") {
    ports.forEach((port, index) => {
      if (port.nodePort !== undefined)
        errors.push(forbidden(`spec.ports[${index}].nodePort`, "may not be used when `type` is 'ClusterIP'"));
    });
  }
  const seen = new Set<string>();
  ports.forEach((port, index) => {
    if (port.nodePort === undefined) return;
    const pair = `${port.protocol ?? ""} ${port.nodePort}`;
    if (seen.has(pair)) errors.push(duplicate(`spec.ports[${index}].nodePort`, port.nodePort));
    seen.add(pair);
  });
  return errors;
}

function samePortErrors(service: ServiceDraft): FieldError[] {
  const seen = new Set<string>();
  return (service.spec.ports ?? []).flatMap((port, index) => {
    const pair = `${port.protocol ?? ""} ${port.port}`;
    if (!seen.has(pair)) {
      seen.add(pair);
      return [];
    }
    // The reference prints its internal struct, in which only these two fields carry values.
    const key = `{"Name":"","Protocol":${goJson(port.protocol ?? "")},"AppProtocol":null,"Port":${port.port},"TargetPort":0,"NodePort":0}`;
    return [duplicate(`spec.ports[${index}]`, new Printed(key))];
  });
}

function loadBalancerErrors(service: ServiceDraft, old: ServiceDraft | null): FieldError[] {
  const { spec, metadata } = service;
  const balanced = spec.type === "LoadBalancer";
  const errors: FieldError[] = [];
  const ranges = spec.loadBalancerSourceRanges ?? [];
  const annotation = metadata.annotations?.[SOURCE_RANGES];
  if (ranges.length > 0) {
    if (!balanced) errors.push(forbidden("spec.LoadBalancerSourceRanges", ONLY_LOAD_BALANCER));
    ranges.forEach((range, index) =>
      errors.push(...cidrErrors(`spec.LoadBalancerSourceRanges[${index}]`, range.trim(), old?.spec.loadBalancerSourceRanges)),
    );
  } else if (annotation !== undefined) {
    const field = `metadata.annotations[${SOURCE_RANGES}]`;
    if (!balanced) errors.push(forbidden(field, ONLY_LOAD_BALANCER));
    if (annotation.trim() !== "") for (const range of annotation.split(",")) errors.push(...cidrErrors(field, range.trim()));
  }
  if (spec.allocateLoadBalancerNodePorts !== undefined && !balanced)
    errors.push(forbidden("spec.allocateLoadBalancerNodePorts", ONLY_LOAD_BALANCER));
  if (spec.loadBalancerClass !== undefined) {
    if (!balanced) errors.push(forbidden("spec.loadBalancerClass", ONLY_LOAD_BALANCER));
    else errors.push(...each("spec.loadBalancerClass", spec.loadBalancerClass, qualifiedName(spec.loadBalancerClass)));
  }
  return errors;
}

function policyErrors(service: ServiceDraft): FieldError[] {
  const { externalTrafficPolicy: external, internalTrafficPolicy: internal, healthCheckNodePort, trafficDistribution } = service.spec;
  const errors: FieldError[] = [];
  const policies = ["Cluster", "Local"];
  if (external !== undefined && !isExternallyAccessible(service)) {
    errors.push(invalid("spec.externalTrafficPolicy", external, "may only be set for externally-accessible services"));
  } else if (external !== undefined && !policies.includes(external)) {
    errors.push(notSupported("spec.externalTrafficPolicy", external, policies));
  }
  if (healthCheckNodePort !== undefined && !needsHealthCheckPort(service)) {
    errors.push(
      invalid(
        "spec.healthCheckNodePort",
        healthCheckNodePort,
        "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
      ),
    );
  }
  if (internal !== undefined && !policies.includes(internal)) errors.push(notSupported("spec.internalTrafficPolicy", internal, policies));
  const distributions = ["PreferClose", "PreferSameZone", "PreferSameNode"];
  if (trafficDistribution !== undefined && !distributions.includes(trafficDistribution)) {
    errors.push(notSupported("spec.trafficDistribution", trafficDistribution, distributions));
  }
  return errors;
}

/** What only an update can break; comes after the metadata and before the rest. (ValidateServiceUpdate) */
export function serviceUpdateErrors(service: ServiceDraft, old: ServiceDraft): FieldError[] {
  const errors: FieldError[] = [];
  const external = service.spec.type === "ExternalName" || old.spec.type === "ExternalName";
  if (!external && !(isHeadless(service) && isHeadless(old))) errors.push(...changedList("clusterIPs", old.spec, service.spec));
  // To headless and from it, the families may be others.
  if (!external && !isHeadless(service) && !isHeadless(old)) errors.push(...changedList("ipFamilies", old.spec, service.spec));
  const classes = [old.spec.loadBalancerClass, service.spec.loadBalancerClass];
  if (old.spec.type === "LoadBalancer" && service.spec.type === "LoadBalancer" && classes[0] !== classes[1]) {
    errors.push(invalid("spec.loadBalancerClass", classes[1] ?? null, "may not change once set"));
  }
  if (needsHealthCheckPort(old) && needsHealthCheckPort(service) && old.spec.healthCheckNodePort !== service.spec.healthCheckNodePort) {
    errors.push(forbidden("spec.healthCheckNodePort", "field is immutable"));
  }
  return errors;
}

/** Neither the first entry nor, at equal length, any may change; the second may go only with SingleStack. */
function changedList(
  list: "clusterIPs" | "ipFamilies",
  old: ServiceDraft["spec"],
  { ipFamilyPolicy, ...spec }: ServiceDraft["spec"],
): FieldError[] {
  const before: readonly string[] = old[list] ?? [];
  const now: readonly string[] = spec[list] ?? [];
  const word = list === "clusterIPs" ? "clusterIP" : "ipFamily";
  const printed = (values: readonly string[] = []): readonly string[] | null => (values.length === 0 ? null : values);
  // The families are always blamed at the first; where one came or went, with the addresses as the value.
  const changed = (index: number, values: readonly string[] | undefined): FieldError =>
    invalid(`spec.${list}[${list === "clusterIPs" ? index : 0}]`, printed(values), "may not change once set");
  if (before.length === now.length) return before.flatMap((value, index) => (value === now[index] ? [] : [changed(index, now)]));
  const errors: FieldError[] = [];
  if (now.length === 0) errors.push(invalid(`spec.${list}[0]`, null, `primary ${word} can not be unset`));
  if (before.length > 0 && now.length > 0 && before[0] !== now[0]) errors.push(changed(0, spec.clusterIPs));
  if (before.length > now.length && now.length === 1 && ipFamilyPolicy !== "SingleStack") {
    errors.push(
      invalid("spec.ipFamilyPolicy", ipFamilyPolicy ?? null, `must be set to 'SingleStack' when releasing the secondary ${word}`),
    );
  }
  return errors;
}

/** Warnings that travel beside an accepted Service. (pkg/api/service/warnings.go) */
import { parseAddress } from "../base/address.ts";
import { addressFault, parseRange } from "./addresses.ts";
import { isHeadless } from "./service-draft.ts";
import type { ServiceDraft } from "./service-draft.ts";

export function serviceWarnings(service: ServiceDraft): readonly string[] {
  const { spec, metadata } = service;
  const warnings: string[] = [];
  const hints = "service.kubernetes.io/topology-aware-hints";
  if (metadata.annotations?.[hints] !== undefined)
    warnings.push(`annotation ${hints} is deprecated, please use service.kubernetes.io/topology-mode instead`);
  (spec.clusterIPs ?? []).forEach((ip, index) => warnings.push(...notCanonical(`spec.clusterIPs[${index}]`, ip)));
  const headless = isHeadless(service);
  const externalIps = (spec.externalIPs ?? []).length > 0;
  if (headless) {
    if (spec.loadBalancerIP !== undefined) warnings.push("spec.loadBalancerIP is ignored for headless services");
    if (externalIps) warnings.push("spec.externalIPs is ignored for headless services");
    if (spec.sessionAffinity !== "None") warnings.push("spec.SessionAffinity is ignored for headless services");
  }
  if (spec.loadBalancerIP !== undefined) warnings.push(...notCanonical("spec.loadBalancerIP", spec.loadBalancerIP));
  if (externalIps && !headless && spec.type !== "ExternalName")
    warnings.push("spec.externalIPs is deprecated and may no longer be implemented in some clusters");
  (spec.externalIPs ?? []).forEach((ip, index) => warnings.push(...notCanonical(`spec.externalIPs[${index}]`, ip)));
  (spec.loadBalancerSourceRanges ?? []).forEach((range, index) =>
    warnings.push(...rangeNotCanonical(`spec.loadBalancerSourceRanges[${index}]`, range.trim())),
  );
  if (spec.type === "ExternalName" && externalIps) warnings.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  if (spec.type !== "ExternalName" && (spec.externalName ?? "") !== "")
    warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  if (spec.trafficDistribution === "PreferClose")
    warnings.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  return warnings;
}

function notCanonical(field: string, ip: string): string[] {
  const address = parseAddress(ip);
  if (address === null || address.family !== "IPv6" || addressFault(ip) !== null || address.text === ip) return [];
  return [`${field}: IPv6 address "${ip}" should be in RFC 5952 canonical format ("${address.text}")`];
}

function rangeNotCanonical(field: string, text: string): string[] {
  const range = parseRange(text);
  if (range === null || range.family !== "IPv6" || range.text === text) return [];
  return [`${field}: IPv6 CIDR value "${text}" should be in RFC 5952 canonical format ("${range.text}")`];
}

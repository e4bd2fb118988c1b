/**
 * EndpointSlices and Endpoints that somebody writes: defaults and validation.
 * (pkg/apis/discovery/v1/defaults.go, pkg/apis/discovery/validation; pkg/apis/core/validation, ValidateEndpoints)
 */
import { parseAddress } from "../base/address.ts";
import { duplicate, invalid, notSupported, required, tooMany } from "./field-errors.ts";
import type { FieldError } from "./field-errors.ts";
import { dns1123Label, dns1123Subdomain, endpointIpErrors, ipErrors, portNumber, qualifiedName } from "./formats.ts";
import { at, isObject, listAt, textAt } from "./json.ts";
import type { Draft } from "./json.ts";

const ADDRESS_TYPES = ["FQDN", "IPv4", "IPv6"];
const PROTOCOLS = ["SCTP", "TCP", "UDP"];

/** A port without a name is the one with the empty name, one without a protocol is TCP. */
export function defaultEndpointSlice(draft: Draft): void {
  draft["endpoints"] ??= [];
  draft["ports"] = listAt(draft, "ports").map((port) =>
    isObject(port) ? { ...port, name: port["name"] ?? "", protocol: port["protocol"] ?? "TCP" } : port,
  );
}

export function defaultEndpoints(draft: Draft): void {
  const subsets = listAt(draft, "subsets");
  if (subsets.length === 0) return;
  draft["subsets"] = subsets.map((subset) => {
    const ports = listAt(subset, "ports").map((port) => (isObject(port) ? { ...port, protocol: port["protocol"] ?? "TCP" } : port));
    return isObject(subset) && ports.length > 0 ? { ...subset, ports } : subset;
  });
}

const MOST = { endpoints: 1_000, addresses: 100, ports: 100, hints: 8 } as const;

export function endpointSliceErrors(draft: Draft, old: Draft | null): FieldError[] {
  const type = textAt(draft, "addressType") ?? "";
  const errors: FieldError[] = [];
  if (type === "") errors.push(required("addressType"));
  else if (!ADDRESS_TYPES.includes(type)) errors.push(notSupported("addressType", type, ADDRESS_TYPES));
  const endpoints = listAt(draft, "endpoints");
  if (endpoints.length > MOST.endpoints) errors.push(tooMany("endpoints", endpoints.length, MOST.endpoints));
  else endpoints.forEach((endpoint, index) => errors.push(...endpointErrors(endpoint, type, `endpoints[${index}]`)));
  const ports = listAt(draft, "ports");
  const names = new Set<string>();
  if (ports.length > MOST.ports) errors.push(tooMany("ports", ports.length, MOST.ports));
  else ports.forEach((port, index) => errors.push(...slicePortErrors(port, `ports[${index}]`, names)));
  if (old !== null && old["addressType"] !== draft["addressType"]) errors.push(invalid("addressType", type, "field is immutable"));
  return errors;
}

function endpointErrors(endpoint: unknown, type: string, field: string): FieldError[] {
  const addresses = listAt(endpoint, "addresses");
  const errors = addresses.length === 0 ? [required(`${field}.addresses`, "must contain at least 1 address")] : [];
  if (addresses.length > MOST.addresses) errors.push(tooMany(`${field}.addresses`, addresses.length, MOST.addresses));
  addresses.forEach((address, index) => {
    errors.push(...addressErrors(typeof address === "string" ? address : "", type, `${field}.addresses[${index}]`));
  });
  const hostname = textAt(endpoint, "hostname");
  if (hostname !== undefined) errors.push(...dns1123Label(hostname).map((message) => invalid(`${field}.hostname`, hostname, message)));
  const nodeName = textAt(endpoint, "nodeName");
  if (nodeName !== undefined) errors.push(...dns1123Subdomain(nodeName).map((message) => invalid(`${field}.nodeName`, nodeName, message)));
  for (const list of ["forZones", "forNodes"]) errors.push(...hintErrors(listAt(endpoint, "hints", list), `${field}.hints.${list}`));
  return errors;
}

function hintErrors(hints: readonly unknown[], field: string): FieldError[] {
  if (hints.length > MOST.hints) return [tooMany(field, hints.length, MOST.hints)];
  const names = new Set<string>();
  return hints.flatMap((hint, index) => {
    const name = textAt(hint, "name") ?? "";
    const place = `${field}[${index}]`;
    const errors = names.has(name) ? [duplicate(place, name)] : [];
    names.add(name);
    return name === "" ? [...errors, required(`${place}.name`)] : errors;
  });
}

function addressErrors(address: string, type: string, field: string): FieldError[] {
  switch (type) {
    case "IPv4":
    case "IPv6":
      return parseAddress(address)?.family === type
        ? endpointIpErrors(field, address)
        : [invalid(field, address, `must be a valid ${type} address`)];
    case "FQDN":
      return dns1123Subdomain(address.replace(/\.$/, "")).map((message) => invalid(field, address, message));
    default:
      return [];
  }
}

function slicePortErrors(port: unknown, field: string, names: Set<string>): FieldError[] {
  const name = textAt(port, "name") ?? "";
  const errors: FieldError[] = [];
  if (names.has(name)) errors.push(duplicate(`${field}.name`, name));
  names.add(name);
  if (name !== "") errors.push(...dns1123Label(name).map((message) => invalid(`${field}.name`, name, message)));
  return [...errors, ...protocolErrors(port, field)];
}

function protocolErrors(port: unknown, field: string): FieldError[] {
  const protocol = textAt(port, "protocol") ?? "";
  const appProtocol = textAt(port, "appProtocol");
  const errors = PROTOCOLS.includes(protocol) ? [] : [notSupported(`${field}.protocol`, protocol, PROTOCOLS)];
  if (appProtocol !== undefined)
    errors.push(...qualifiedName(appProtocol).map((message) => invalid(`${field}.appProtocol`, appProtocol, message)));
  return errors;
}

export function endpointsErrors(draft: Draft): FieldError[] {
  return listAt(draft, "subsets").flatMap((subset, index) => subsetErrors(subset, `subsets[${index}]`));
}

function subsetErrors(subset: unknown, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const lists = ["addresses", "notReadyAddresses"] as const;
  if (lists.every((list) => listAt(subset, list).length === 0))
    errors.push(required(field, "must specify `addresses` or `notReadyAddresses`"));
  for (const list of lists) {
    listAt(subset, list).forEach((entry, index) => {
      const ip = textAt(entry, "ip") ?? "";
      const place = `${field}.${list}[${index}].ip`;
      errors.push(...ipErrors(place, ip));
      const hostname = textAt(entry, "hostname") ?? "";
      if (hostname !== "")
        errors.push(...dns1123Label(hostname).map((message) => invalid(`${field}.${list}[${index}].hostname`, hostname, message)));
      const nodeName = textAt(entry, "nodeName");
      if (nodeName !== undefined)
        errors.push(...dns1123Subdomain(nodeName).map((message) => invalid(`${field}.${list}[${index}].nodeName`, nodeName, message)));
      // The reference looks at the address a second time here.
      if (parseAddress(ip) === null) errors.push(invalid(place, ip, "must be a valid IP address"));
      errors.push(...endpointIpErrors(place, ip));
    });
  }
  const ports = listAt(subset, "ports");
  ports.forEach((port, index) => errors.push(...subsetPortErrors(port, `${field}.ports[${index}]`, ports.length > 1)));
  return errors;
}

function subsetPortErrors(port: unknown, field: string, needsName: boolean): FieldError[] {
  const name = textAt(port, "name") ?? "";
  const number = at(port, "port");
  const errors: FieldError[] = [];
  if (name === "" && needsName) errors.push(required(`${field}.name`));
  if (name !== "") errors.push(...dns1123Label(name).map((message) => invalid(`${field}.name`, name, message)));
  const value = typeof number === "number" ? number : 0;
  errors.push(...portNumber(value).map((message) => invalid(`${field}.port`, value, message)));
  return [...errors, ...protocolErrors(port, field)];
}

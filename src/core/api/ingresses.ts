/**
 * Ingresses and their classes, and the objects that say which addresses Services may have.
 * (pkg/apis/networking/validation/validation.go)
 */
import { parseAddress } from "../base/address.ts";
import { familyOf, parseRange } from "./addresses.ts";
import { forbidden, invalid, required, tooLong } from "./field-errors.ts";
import type { FieldError } from "./field-errors.ts";
import { fields, ifFilled, ifPresent, items, member, needed, oneOf, port, text } from "./field-rules.ts";
import type { Rule } from "./field-rules.ts";
import { byteLength, cidrErrors, dns1123Label, dns1123Subdomain, pathSegment, portName, wildcardSubdomain } from "./formats.ts";
import type { Draft } from "./json.ts";
import { listAt, sameJson, stringsAt, textAt } from "./json.ts";
import { specOf } from "./workload-kinds.ts";

const host: Rule = ifFilled((value, field) => {
  const name = String(value);
  const errors = parseAddress(name) === null ? [] : [invalid(field, name, "must be a DNS name, not an IP address")];
  return [...errors, ...text(name.includes("*") ? wildcardSubdomain : dns1123Subdomain)(name, field)];
});

const absolute: Rule = (value, field) =>
  String(value ?? "").startsWith("/") ? [] : [invalid(field, value ?? "", "must be an absolute path")];

const plainPath: Rule = (value, field) => {
  const path = String(value ?? "");
  return [
    ...absolute(path, field),
    ...["//", "/./", "/../", "%2f", "%2F"]
      .filter((part) => path.includes(part))
      .map((part) => invalid(field, path, `must not contain '${part}'`)),
    ...["/..", "/."].filter((end) => path.endsWith(end)).map((end) => invalid(field, path, `cannot end with '${end}'`)),
  ];
};

const reference: Rule = fields({
  apiGroup: ifPresent(text(dns1123Subdomain)),
  kind: needed(text(pathSegment)),
  name: needed(text(pathSegment)),
});

/** Where requests go: a Service's port, or some other object. */
const backend: Rule = (value, field) => {
  const service = member(value, "service");
  const resource = member(value, "resource");
  if (resource !== undefined && service !== undefined) return [invalid(field, "", "cannot set both resource and service backends")];
  if (resource !== undefined) return reference(resource, `${field}.resource`);
  if (service === undefined) return [invalid(field, "", "resource or service backend is required")];
  const errors = [...needed(text(dns1123Label))(member(service, "name"), `${field}.service.name`)];
  const name = textAt(service, "port", "name") ?? "";
  const number = member(member(service, "port"), "number");
  const numbered = typeof number === "number" && number !== 0;
  if (name !== "" && numbered) errors.push(invalid(field, "", "cannot set both port name & port number"));
  else if (name !== "") errors.push(...text(portName)(name, `${field}.service.port.name`));
  else if (numbered) errors.push(...port(number, `${field}.service.port.number`));
  else errors.push(required(field, "port name or number is required"));
  return errors;
};

const path: Rule = (value, field) => {
  const type = member(value, "pathType");
  if (type === undefined) return [required(`${field}.pathType`, "pathType must be specified")];
  const given = member(value, "path");
  const place = `${field}.path`;
  const errors =
    type === "Exact" || type === "Prefix"
      ? plainPath(given, place)
      : type === "ImplementationSpecific"
        ? ifFilled(absolute)(given, place)
        : oneOf("Exact", "ImplementationSpecific", "Prefix")(type, `${field}.pathType`);
  return [...errors, ...backend(member(value, "backend"), `${field}.backend`)];
};

const rule: Rule = fields({ host, http: ifPresent(fields({ paths: needed(items(path)) })) });
const tls: Rule = fields({
  hosts: items((value, field) => text(String(value).includes("*") ? wildcardSubdomain : dns1123Subdomain)(value, field)),
  secretName: ifFilled(text(dns1123Subdomain)),
});

const CLASS_ANNOTATION = "kubernetes.io/ingress.class";

export function ingressErrors(object: Draft, old: Draft | null): FieldError[] {
  const spec = specOf(object);
  const errors: FieldError[] = [];
  if (listAt(spec, "rules").length === 0 && spec["defaultBackend"] === undefined)
    errors.push(invalid("spec", null, "either `defaultBackend` or `rules` must be specified"));
  errors.push(
    ...fields({
      defaultBackend: ifPresent(backend),
      rules: items(rule),
      tls: items(tls),
      ingressClassName: ifPresent(text(dns1123Subdomain)),
    })(spec, "spec"),
  );
  const annotated = stringsAt(object, "metadata", "annotations")[CLASS_ANNOTATION];
  const named = textAt(spec, "ingressClassName");
  if (old === null && annotated !== undefined && named !== undefined && annotated !== named)
    errors.push(invalid(`annotations.${CLASS_ANNOTATION}`, annotated, "must match `ingressClassName` when both are specified"));
  return errors;
}

/** `example.com/name` (IsDomainPrefixedPath) */
const domainPath: Rule = (value, field) => {
  const given = String(value);
  const slash = given.indexOf("/");
  if (slash <= 0 || slash === given.length - 1) return [invalid(field, given, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  const rest = given.slice(slash + 1);
  const errors = [...text(dns1123Subdomain)(given.slice(0, slash), field)];
  if (!/^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/.test(rest))
    errors.push(invalid(field, rest, "Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')"));
  return errors;
};

const controller: Rule = (value, field) => [...(byteLength(String(value)) > 250 ? [tooLong(field, 250)] : []), ...domainPath(value, field)];

export function ingressClassErrors(object: Draft, old: Draft | null): FieldError[] {
  const spec = specOf(object);
  const errors: FieldError[] = [];
  if (old !== null && !sameJson(spec["controller"], specOf(old)["controller"]))
    errors.push(invalid("spec.controller", spec["controller"], "field is immutable"));
  return [...errors, ...fields({ controller: needed(controller), parameters: ifPresent(parameters) })(spec, "spec")];
}

const parameters: Rule = (value, field) => {
  const errors = [...reference(value, field)];
  const scope = member(value, "scope");
  const namespace = member(value, "namespace");
  if (scope === undefined) return [...errors, required(`${field}.scope`)];
  errors.push(...oneOf("Cluster", "Namespace")(scope, `${field}.scope`));
  if (scope === "Namespace")
    errors.push(...needed(text(dns1123Label), "`parameters.scope` is set to 'Namespace'")(namespace, `${field}.namespace`));
  if (scope === "Cluster" && namespace !== undefined)
    errors.push(forbidden(`${field}.namespace`, "`parameters.scope` is set to 'Cluster'"));
  return errors;
};

/** Without a scope the parameters are of the whole cluster. (SetDefaults_IngressClass) */
export function defaultIngressClass(object: Draft): void {
  const given = member(specOf(object), "parameters");
  if (typeof given === "object" && given !== null) (given as Draft)["scope"] ??= "Cluster"; // our own copy
}

// ---- addresses of Services ------------------------------------------------------------------------------------------

export function ipAddressErrors(object: Draft, old: Draft | null): FieldError[] {
  const parent = specOf(object)["parentRef"];
  if (old !== null) return sameJson(parent, specOf(old)["parentRef"]) ? [] : [invalid("spec.parentRef", parent, "field is immutable")];
  if (parent === undefined) return [required("spec.parentRef")];
  return [
    ...fields({
      group: ifFilled(text(dns1123Subdomain)),
      resource: needed(text(pathSegment)),
      name: needed(text(pathSegment)),
      namespace: ifFilled(text(pathSegment)),
    })(parent, "spec.parentRef"),
  ];
}

export function serviceCidrErrors(object: Draft, old: Draft | null): FieldError[] {
  const now = cidrsOf(object);
  if (old === null) return cidrListErrors(now);
  const before = cidrsOf(old);
  const field = "spec.cidrs";
  const fixed = (index: number): FieldError[] =>
    now[index] === before[index] ? [] : [invalid(`${field}[${index}]`, now[index] ?? null, "field is immutable")];
  if (now.length === before.length) return before.flatMap((_cidr, index) => fixed(index));
  // A second family may be added.
  if (before.length === 1 && now.length === 2) return [...fixed(0), ...cidrListErrors(now)];
  return [invalid(field, now, "field is immutable")];
}

function cidrsOf(object: Draft): readonly string[] {
  return listAt(specOf(object), "cidrs").filter((cidr) => typeof cidr === "string");
}

function cidrListErrors(cidrs: readonly string[]): FieldError[] {
  const field = "spec.cidrs";
  if (cidrs.length === 0) return [required(field, "at least one CIDR required")];
  if (cidrs.length > 2) return [invalid(field, { CIDRs: cidrs }, "may only hold up to 2 values")];
  const errors = cidrs.flatMap((cidr, index) => cidrErrors(`${field}[${index}]`, cidr));
  const families = new Set(cidrs.filter((cidr) => parseRange(cidr) !== null).map((cidr) => familyOf(cidr.split("/")[0] ?? "")));
  if (cidrs.length === 2 && cidrs.every((cidr) => parseRange(cidr) !== null) && families.size === 1)
    errors.push(invalid(field, cidrs, "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64"));
  return errors;
}

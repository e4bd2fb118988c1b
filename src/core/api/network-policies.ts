/** NetworkPolicies: defaults and validation. (pkg/apis/networking/v1/defaults.go, pkg/apis/networking/validation/validation.go) */
import { cidrContains, parseAddress } from "../base/address.ts";
import { parseRange } from "./addresses.ts";
import { forbidden, invalid, required } from "./field-errors.ts";
import type { FieldError } from "./field-errors.ts";
import { fields, ifPresent, items, member, oneOf, portOrName, selector } from "./field-rules.ts";
import type { Rule } from "./field-rules.ts";
import { cidrErrors, portNumber } from "./formats.ts";
import type { Draft } from "./json.ts";
import { isObject, listAt } from "./json.ts";
import { get, type ObjectStore } from "./store.ts";
import { part, specOf } from "./workload-kinds.ts";

/**
 * On the Namespace kube-system: `enforced`, or `ignored` where the cluster's network plugin writes nothing for policies, as
 * flannel and the older kindnet. The API server stores them all the same.
 */
export const NETWORK_POLICY_ANNOTATION = "kubehop.dev/network-policy";
export const NETWORK_POLICY_WORDS = ["enforced", "ignored"] as const;

/** Whether the network plugin of the cluster writes rules for policies. */
export function enforcesPolicies(store: ObjectStore): boolean {
  return get(store, "Namespace", "kube-system")?.metadata.annotations?.[NETWORK_POLICY_ANNOTATION] !== "ignored";
}

/**
 * Without `policyTypes` a policy is about what comes in, and about what goes out where it has a rule for that. A port
 * without a protocol is a TCP port.
 */
export function defaultNetworkPolicy(object: Draft): void {
  const spec = part(object, "spec");
  part(spec, "podSelector");
  for (const direction of ["ingress", "egress"])
    for (const rule of listAt(spec, direction))
      for (const port of listAt(rule, "ports")) if (isObject(port)) (port as Draft)["protocol"] ??= "TCP"; // our own copy
  if (listAt(spec, "policyTypes").length === 0)
    spec["policyTypes"] = listAt(spec, "egress").length > 0 ? ["Ingress", "Egress"] : ["Ingress"];
}

const port: Rule = (value, field) => {
  const number = member(value, "port");
  const end = member(value, "endPort");
  return [
    ...ifPresent(oneOf("TCP", "UDP", "SCTP"))(member(value, "protocol"), `${field}.protocol`),
    ...(typeof number === "string" ? endErrors(number, end, field) : []),
    ...ifPresent(portOrName)(number, `${field}.port`),
    ...(typeof number === "string" ? [] : endErrors(number, end, field)),
  ];
};

function endErrors(start: unknown, end: unknown, field: string): FieldError[] {
  if (typeof end !== "number") return [];
  const place = `${field}.endPort`;
  if (start === undefined) return [invalid(place, end, "may not be specified when `port` is not specified")];
  if (typeof start === "string") return [invalid(place, end, "may not be specified when `port` is non-numeric")];
  const order = typeof start === "number" && end < start ? [invalid(place, end, "must be greater than or equal to `port`")] : [];
  return [...order, ...portNumber(end).map((message) => invalid(place, end, message))];
}

/** `known` are the ranges that the stored policy has: those are not looked at again. */
const peer =
  (known: readonly string[]): Rule =>
  (value, field) => {
    const given = ["podSelector", "namespaceSelector", "ipBlock"].filter((kind) => member(value, kind) !== undefined);
    const errors: FieldError[] = [
      ...fields({ podSelector: selector, namespaceSelector: selector, ipBlock: ifPresent(ipBlock(known)) })(value, field),
    ];
    if (given.length === 0) errors.push(required(field, "must specify a peer"));
    else if (given.length > 1 && given.includes("ipBlock")) errors.push(forbidden(field, "may not specify both ipBlock and another peer"));
    return errors;
  };

const ipBlock =
  (known: readonly string[]): Rule =>
  (value, field) => {
    const cidr = member(value, "cidr");
    if (typeof cidr !== "string" || cidr === "") return [required(`${field}.cidr`)];
    const errors = cidrErrors(`${field}.cidr`, cidr, known);
    const range = parseRange(cidr);
    if (range === null) return errors;
    listAt(value, "except").forEach((hole, index) => {
      const text = typeof hole === "string" ? hole : "";
      const place = `${field}.except[${index}]`;
      errors.push(...cidrErrors(place, text, known));
      const inner = parseRange(text);
      const start = parseAddress(text.split("/")[0] ?? "");
      if (inner === null || start === null) return;
      if (!cidrContains(range, start) || range.prefix >= inner.prefix)
        errors.push(invalid(place, text, "must be a strict subset of `cidr`"));
    });
    return errors;
  };

export function networkPolicyErrors(object: Draft, old: Draft | null): FieldError[] {
  const spec = specOf(object);
  const known = old === null ? [] : rangesOf(old);
  const rule = (peers: "from" | "to"): Rule => items(fields({ ports: items(port), [peers]: items(peer(known)) }));
  const errors: FieldError[] = [...fields({ podSelector: selector, ingress: rule("from"), egress: rule("to") })(spec, "spec")];
  const types = listAt(spec, "policyTypes");
  if (types.length > 2) return [...errors, invalid("spec.policyTypes", types, "may not specify more than two policyTypes")];
  return [...errors, ...items(oneOf("Ingress", "Egress"))(types, "spec.policyTypes")];
}

function rangesOf(policy: Draft): readonly string[] {
  const spec = specOf(policy);
  const blocks = [
    ...listAt(spec, "ingress").flatMap((rule) => listAt(rule, "from")),
    ...listAt(spec, "egress").flatMap((rule) => listAt(rule, "to")),
  ];
  return blocks
    .map((each) => member(each, "ipBlock"))
    .flatMap((block) => [member(block, "cidr"), ...listAt(block, "except")])
    .filter((cidr) => typeof cidr === "string");
}

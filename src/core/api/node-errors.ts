/** Validation of Nodes. (pkg/apis/core/validation/validation.go, ValidateNode, ValidateNodeUpdate) */
import { familyOf, parseRange } from "./addresses.ts";
import { duplicate, forbidden, invalid } from "./field-errors.ts";
import type { FieldError } from "./field-errors.ts";
import { cidrErrors } from "./formats.ts";
import type { Draft } from "./json.ts";
import { isObject, listAt, textAt } from "./json.ts";
import { taints } from "./pod-placement.ts";
import { parseQuantity, printQuantity } from "./quantities.ts";
import { specOf } from "./workload-kinds.ts";

export function nodeErrors(object: Draft, old: Draft | null): FieldError[] {
  // The reference says "metadata" of taints.
  const errors: FieldError[] = [...taints(specOf(object)["taints"], "metadata.taints"), ...amountErrors(object)];
  const now = podCidrs(object);
  if (old === null) return [...errors, ...cidrListErrors(now)];
  const addresses = listAt(object, "status", "addresses");
  addresses.forEach((address, index) => {
    const isSame = (other: unknown): boolean => ["type", "address"].every((part) => textAt(other, part) === textAt(address, part));
    if (addresses.findIndex(isSame) < index) errors.push(duplicate(`status.addresses[${index}]`, address));
  });
  const before = podCidrs(old);
  if (before.length > 0 && (before.length !== now.length || before.some((cidr, index) => cidr !== now[index])))
    errors.push(forbidden("spec.podCIDRs", 'node updates may not change podCIDR except from "" to valid'));
  const provider = textAt(old, "spec", "providerID") ?? "";
  if (provider !== "" && provider !== textAt(object, "spec", "providerID"))
    errors.push(forbidden("spec.providerID", 'node updates may not change providerID except from "" to valid'));
  return errors;
}

/** The single field is the first of the list, and wins where they differ. */
function podCidrs(node: Draft): readonly string[] {
  const spec = specOf(node);
  const single = textAt(spec, "podCIDR") ?? "";
  const listed = listAt(spec, "podCIDRs").filter((cidr) => typeof cidr === "string");
  return single === "" || listed[0] === single ? listed : [single];
}

function cidrListErrors(cidrs: readonly string[]): FieldError[] {
  const errors = cidrs.flatMap((cidr, index) => cidrErrors(`spec.podCIDRs[${index}]`, cidr));
  if (cidrs.length < 2) return errors;
  const families = new Set(cidrs.filter((cidr) => parseRange(cidr) !== null).map((cidr) => familyOf(cidr.split("/")[0] ?? "")));
  if (families.size < 2 || cidrs.length > 2)
    errors.push(invalid("spec.podCIDRs", cidrs, "may specify no more than one CIDR for each IP family"));
  cidrs.forEach((cidr, index) => {
    if (cidrs.indexOf(cidr) < index) errors.push(duplicate(`spec.podCIDRs[${index}]`, cidr));
  });
  return errors;
}

function amountErrors(object: Draft): FieldError[] {
  return ["capacity", "allocatable"].flatMap((list) => {
    const status = object["status"];
    const amounts = isObject(status) ? status[list] : undefined;
    return Object.entries(isObject(amounts) ? amounts : {}).flatMap(([name, given]) => {
      const amount = parseQuantity(given);
      if (typeof amount === "string" || amount.nanos >= 0n) return [];
      return [invalid(`status.${list}.${name}`, printQuantity(amount), "must be greater than or equal to 0")];
    });
  });
}

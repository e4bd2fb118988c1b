/** What containers ask for: names and amounts. (pkg/apis/core/validation/validation.go, ValidateContainerResourceRequirements) */
import { compareText } from "../base/names.ts";
import { forbidden, invalid, required } from "./field-errors.ts";
import type { FieldError } from "./field-errors.ts";
import { member } from "./field-rules.ts";
import type { Rule } from "./field-rules.ts";
import { qualifiedName } from "./formats.ts";
import { isObject } from "./json.ts";
import { compareQuantities, isWholeQuantity, parseQuantity, printQuantity } from "./quantities.ts";
import type { Quantity } from "./quantities.ts";

/** Resources of a container that have no domain before their name. */
const STANDARD: readonly string[] = ["cpu", "memory", "ephemeral-storage"];
/** Standard elsewhere (quotas, claims), not for containers. */
const NOT_FOR_CONTAINERS: readonly string[] = [
  "storage",
  "requests.cpu",
  "requests.memory",
  "requests.ephemeral-storage",
  "limits.cpu",
  "limits.memory",
  "limits.ephemeral-storage",
  "pods",
  "services",
  "replicationcontrollers",
  "resourcequotas",
  "secrets",
  "configmaps",
  "persistentvolumeclaims",
  "services.nodeports",
  "services.loadbalancers",
];

const isHugePages = (name: string): boolean => name.startsWith("hugepages-");
const isNative = (name: string): boolean => !name.includes("/") || name.includes("kubernetes.io/");
/** Whole numbers only: devices and huge pages are not divided. */
const isInteger = (name: string): boolean => !isNative(name) || isHugePages(name);
const canOvercommit = (name: string): boolean => isNative(name) && !isHugePages(name);

export const containerResources: Rule = (value, field) => {
  const limits = amountsOf(member(value, "limits"));
  const requests = amountsOf(member(value, "requests"));
  const errors: FieldError[] = [];
  for (const [name, amount] of limits) errors.push(...amountErrors(name, amount, `${field}.limits[${name}]`));
  for (const [name, amount] of requests) {
    errors.push(...amountErrors(name, amount, `${field}.requests[${name}]`));
    errors.push(...againstLimit(name, amount, limits.get(name), field));
  }
  const names = [...limits.keys(), ...requests.keys()];
  if (names.some(isHugePages) && !names.some((name) => name === "cpu" || name === "memory"))
    errors.push(forbidden(field, "HugePages require cpu or memory"));
  return errors;
};

/** Amounts by name, sorted: the reference walks a map, whose order is nobody's. */
function amountsOf(value: unknown): ReadonlyMap<string, Quantity> {
  const amounts = new Map<string, Quantity>();
  if (!isObject(value)) return amounts;
  for (const name of Object.keys(value).sort(compareText)) {
    const amount = parseQuantity(value[name]);
    if (typeof amount !== "string") amounts.set(name, amount);
  }
  return amounts;
}

function amountErrors(name: string, amount: Quantity, field: string): FieldError[] {
  const errors = nameErrors(name, field);
  if (amount.nanos < 0n) errors.push(invalid(field, printQuantity(amount), "must be greater than or equal to 0"));
  if (isInteger(name) && !isWholeQuantity(amount)) errors.push(invalid(field, printQuantity(amount), "must be an integer"));
  return errors;
}

function nameErrors(name: string, field: string): FieldError[] {
  const errors = qualifiedName(name).map((message) => invalid(field, name, message));
  if (name.includes("/")) {
    if (!isNative(name) && errors.length === 0 && qualifiedName(`requests.${name}`).length > 0)
      errors.push(invalid(field, name, "doesn't follow extended resource name standard"));
    return errors;
  }
  if (STANDARD.includes(name) || isHugePages(name)) return errors;
  if (errors.length === 0 && !NOT_FOR_CONTAINERS.includes(name))
    errors.push(invalid(field, name, "must be a standard resource type or fully qualified"));
  errors.push(invalid(field, name, "must be a standard resource for containers"));
  return errors;
}

function againstLimit(name: string, request: Quantity, limit: Quantity | undefined, field: string): FieldError[] {
  if (limit === undefined)
    return canOvercommit(name) ? [] : [required(`${field}.limits`, "Limit must be set for non overcommitable resources")];
  const difference = compareQuantities(request, limit);
  const than = `${name} limit of ${printQuantity(limit)}`;
  if (difference !== 0 && !canOvercommit(name)) return [invalid(`${field}.requests`, printQuantity(request), `must be equal to ${than}`)];
  return difference > 0 ? [invalid(`${field}.requests`, printQuantity(request), `must be less than or equal to ${than}`)] : [];
}

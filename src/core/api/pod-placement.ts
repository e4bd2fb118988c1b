/**
 * Where a Pod may run: affinities, spreading, tolerations.
 * (pkg/apis/core/validation/validation.go, validateAffinity, ValidateTolerations, validateTopologySpreadConstraints)
 */
import { duplicate, forbidden, invalid, notSupported, required } from "./field-errors.ts";
import type { FieldError } from "./field-errors.ts";
import { atLeast, both, fields, ifFilled, ifPresent, items, member, needed, oneOf, selector, text } from "./field-rules.ts";
import type { Rule } from "./field-rules.ts";
import { dns1123Label, dns1123Subdomain, labelValue, qualifiedName } from "./formats.ts";
import { isObject, listAt, textAt } from "./json.ts";

const words = (value: unknown, list: string): readonly string[] => listAt(value, list).filter((word) => typeof word === "string");

// ---- node affinity --------------------------------------------------------------------------------------------------

/** `strict`: label values are checked too. The reference leaves them alone in preferences. */
const requirement =
  (strict: boolean): Rule =>
  (value, field) => {
    const operator = textAt(value, "operator") ?? "";
    const values = words(value, "values");
    const errors = operatorErrors(operator, values, field);
    errors.push(...text(qualifiedName)(member(value, "key"), `${field}.key`));
    if (strict) errors.push(...items(text(labelValue))(values, `${field}.values`));
    return errors;
  };

function operatorErrors(operator: string, values: readonly string[], field: string): FieldError[] {
  switch (operator) {
    case "In":
    case "NotIn":
      return values.length > 0 ? [] : [required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'")];
    case "Exists":
    case "DoesNotExist":
      return values.length === 0
        ? []
        : [forbidden(`${field}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")];
    case "Gt":
    case "Lt":
      return values.length === 1 ? [] : [required(`${field}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'")];
    default:
      return [invalid(`${field}.operator`, operator, "not a valid selector operator")];
  }
}

/** Of a node's own fields only its name can be asked for. */
const fieldRequirement: Rule = (value, field) => {
  const operator = textAt(value, "operator") ?? "";
  const values = words(value, "values");
  const errors: FieldError[] = [];
  if (operator !== "In" && operator !== "NotIn") errors.push(invalid(`${field}.operator`, operator, "not a valid selector operator"));
  else if (values.length !== 1)
    errors.push(required(`${field}.values`, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"));
  const key = textAt(value, "key") ?? "";
  if (key !== "metadata.name") errors.push(invalid(`${field}.key`, key, "not a valid field selector key"));
  else errors.push(...items(text(dns1123Subdomain))(values, `${field}.values`));
  return errors;
};

const term = (strict: boolean): Rule => fields({ matchExpressions: items(requirement(strict)), matchFields: items(fieldRequirement) });

const weight: Rule = (value, field) =>
  typeof value === "number" && value > 0 && value <= 100 ? [] : [invalid(field, value ?? 0, "must be in the range 1-100")];

const nodeAffinity: Rule = fields({
  requiredDuringSchedulingIgnoredDuringExecution: ifPresent(
    fields({ nodeSelectorTerms: needed(items(term(true)), "must have at least one node selector term") }),
  ),
  preferredDuringSchedulingIgnoredDuringExecution: items(fields({ weight, preference: term(false) })),
});

// ---- Pod affinity ---------------------------------------------------------------------------------------------------

const labelKeys =
  (value: unknown): Rule =>
  (keys, field) => {
    if (!Array.isArray(keys) || keys.length === 0) return [];
    if (member(value, "labelSelector") === undefined) return [forbidden(field, "must not be specified when labelSelector is not set")];
    return items(text(qualifiedName))(keys, field);
  };

const podTerm: Rule = (value, field) => [
  ...fields({
    labelSelector: selector,
    namespaceSelector: selector,
    // The reference names the field without its last letter, and no index.
    namespaces: (names, place) => words({ names }, "names").flatMap((name) => text(dns1123Label)(name, place.replace(/s$/, ""))),
    matchLabelKeys: labelKeys(value),
    mismatchLabelKeys: labelKeys(value),
  })(value, field),
  ...keysTwice(value, field),
  ...topologyKey(member(value, "topologyKey"), `${field}.topologyKey`),
];

function keysTwice(value: unknown, field: string): readonly FieldError[] {
  const mismatched = words(value, "mismatchLabelKeys");
  return words(value, "matchLabelKeys").flatMap((key, index) =>
    mismatched.includes(key)
      ? [invalid(`${field}.matchLabelKeys[${index}]`, key, "exists in both matchLabelKeys and mismatchLabelKeys")]
      : [],
  );
}

const topologyKey: Rule = (value, field) => [...needed(undefined, "can not be empty")(value, field), ...text(qualifiedName)(value, field)];

const podAffinity: Rule = fields({
  requiredDuringSchedulingIgnoredDuringExecution: items(podTerm),
  preferredDuringSchedulingIgnoredDuringExecution: items(fields({ weight, podAffinityTerm: podTerm })),
});

export const affinity: Rule = ifPresent(
  fields({ nodeAffinity: ifPresent(nodeAffinity), podAffinity: ifPresent(podAffinity), podAntiAffinity: ifPresent(podAffinity) }),
);

// ---- spreading ------------------------------------------------------------------------------------------------------

const nodePolicy: Rule = ifPresent(oneOf("Honor", "Ignore"));
const POSITIVE = "must be greater than zero";

export const spreadConstraints: Rule = (value, field) =>
  listAt(value).flatMap((constraint, index, all) => {
    const place = `${field}[${index}]`;
    const topology = textAt(constraint, "topologyKey") ?? "";
    const action = textAt(constraint, "whenUnsatisfiable") ?? "";
    const repeated = all
      .slice(index + 1)
      .some((other) => (textAt(other, "topologyKey") ?? "") === topology && (textAt(other, "whenUnsatisfiable") ?? "") === action);
    return [
      ...fields({
        maxSkew: (skew, at) => atLeast(1, POSITIVE)(skew ?? 0, at),
        topologyKey: needed(undefined, "can not be empty"),
        whenUnsatisfiable: oneOf("DoNotSchedule", "ScheduleAnyway"),
      })(constraint, place),
      ...(repeated ? [duplicate(`${place}.{topologyKey, whenUnsatisfiable}`, `{${topology}, ${action}}`)] : []),
      ...fields({
        minDomains: both(atLeast(1, POSITIVE), ifPresent(minDomains(action))),
        nodeAffinityPolicy: nodePolicy,
        nodeTaintsPolicy: nodePolicy,
        matchLabelKeys: spreadKeys(constraint),
        labelSelector: selector,
      })(constraint, place),
    ];
  });

const minDomains =
  (action: string): Rule =>
  (value, field) =>
    action === "DoNotSchedule" ? [] : [invalid(field, value, `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${action}`)];

const spreadKeys =
  (constraint: unknown): Rule =>
  (keys, field) => {
    if (!Array.isArray(keys) || keys.length === 0) return [];
    const chosen = member(constraint, "labelSelector");
    const labels = member(chosen, "matchLabels");
    const selected = [
      ...(isObject(labels) ? Object.keys(labels) : []),
      ...listAt(chosen, "matchExpressions").map((expression) => textAt(expression, "key")),
    ];
    return [
      ...(chosen === undefined ? [forbidden(field, "must not be specified when labelSelector is not set")] : []),
      ...words({ keys }, "keys").flatMap((key, index) => [
        ...text(qualifiedName)(key, `${field}[${index}]`),
        ...(selected.includes(key) ? [invalid(`${field}[${index}]`, key, "exists in both matchLabelKeys and labelSelector")] : []),
      ]),
    ];
  };

// ---- taints and tolerations -----------------------------------------------------------------------------------------

const EFFECTS = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

const toleration: Rule = (value, field) => {
  const key = textAt(value, "key") ?? "";
  const operator = textAt(value, "operator") ?? "";
  const effect = textAt(value, "effect") ?? "";
  const given = textAt(value, "value") ?? "";
  const errors: FieldError[] = [...ifFilled(text(qualifiedName))(key, `${field}.key`)];
  if (key === "" && operator !== "Exists")
    errors.push(
      invalid(`${field}.operator`, operator, 'operator must be Exists when `key` is empty, which means "match all values and all keys"'),
    );
  if (member(value, "tolerationSeconds") !== undefined && effect !== "NoExecute")
    errors.push(invalid(`${field}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"));
  if (operator === "" || operator === "Equal") {
    const faults = labelValue(given);
    if (faults.length > 0) errors.push(invalid(`${field}.operator`, given, faults.join(";")));
  } else if (operator === "Exists") {
    if (given !== "") errors.push(invalid(`${field}.operator`, given, "value must be empty when `operator` is 'Exists'"));
  } else errors.push(notSupported(`${field}.operator`, operator, ["Equal", "Exists"]));
  if (effect !== "") errors.push(...oneOf(...EFFECTS)(effect, `${field}.effect`));
  return errors;
};

export const tolerations: Rule = items(toleration);

/** Taints of a Node: each key and effect once. (validateNodeTaints) */
export const taints: Rule = (value, field) => {
  const seen = new Set<string>();
  return listAt(value).flatMap((taint, index) => {
    const place = `${field}[${index}]`;
    const errors: FieldError[] = [...text(qualifiedName)(member(taint, "key"), `${place}.key`)];
    const faults = labelValue(textAt(taint, "value") ?? "");
    if (faults.length > 0) errors.push(invalid(`${place}.value`, textAt(taint, "value"), faults.join(";")));
    errors.push(...needed(oneOf(...EFFECTS))(member(taint, "effect"), `${place}.effect`));
    const identity = `${textAt(taint, "key") ?? ""} ${textAt(taint, "effect") ?? ""}`;
    if (seen.has(identity)) {
      const { field: at, message, reason } = duplicate(place, taint);
      errors.push({ field: at, message: `${message}: taints must be unique by key and effect pair`, reason });
    }
    seen.add(identity);
    return errors;
  });
};

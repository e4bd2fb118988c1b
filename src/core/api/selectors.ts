/** Label selectors: matching, printing, validation. (apimachinery/pkg/labels, pkg/apis/meta/v1/validation) */
import { compareText } from "../base/names.ts";
import { forbidden, goJson, invalid, Printed, required } from "./field-errors.ts";
import type { FieldError } from "./field-errors.ts";
import { labelErrors, labelValue, qualifiedName } from "./formats.ts";
import type { LabelSelector, StringMap } from "./types.ts";

/** Whether labels have all pairs. A selector without pairs matches nothing here: that is the Service's rule. */
export function matchesPairs(selector: StringMap | undefined, labels: StringMap | undefined): boolean {
  const pairs = Object.entries(selector ?? {});
  return pairs.length > 0 && pairs.every(([key, value]) => labels?.[key] === value);
}

/** `matchLabels` and `matchExpressions` are ANDed; an empty selector matches everything. */
export function matchesSelector(selector: LabelSelector, labels: StringMap | undefined): boolean {
  const has = (key: string): boolean => labels !== undefined && Object.hasOwn(labels, key);
  const pairs = Object.entries(selector.matchLabels ?? {});
  if (!pairs.every(([key, value]) => labels?.[key] === value)) return false;
  return (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
    switch (operator) {
      case "In":
        return has(key) && values.includes(labels?.[key] ?? "");
      case "NotIn":
        return !has(key) || !values.includes(labels?.[key] ?? "");
      case "Exists":
        return has(key);
      case "DoesNotExist":
        return !has(key);
    }
  });
}

/** `app=web,tier=a`, sorted by key. */
export function printPairs(pairs: StringMap): string {
  return Object.keys(pairs)
    .sort(compareText)
    .map((key) => `${key}=${pairs[key] ?? ""}`)
    .join(",");
}

/** The Go struct prints `matchLabels` before `matchExpressions`. */
export function printedSelector(selector: LabelSelector): Printed {
  const parts = (["matchLabels", "matchExpressions"] as const).filter((field) => selector[field] !== undefined);
  return new Printed(`{${parts.map((field) => `"${field}":${goJson(selector[field])}`).join(",")}}`);
}

export function selectorErrors(selector: LabelSelector, field: string): FieldError[] {
  const errors = labelErrors(`${field}.matchLabels`, selector.matchLabels ?? {});
  // What was written may lack any of the three.
  const written: readonly { readonly key?: string; readonly operator?: string; readonly values?: readonly string[] }[] =
    selector.matchExpressions ?? [];
  written.forEach(({ key = "", operator = "", values = [] }, index) => {
    const at = `${field}.matchExpressions[${index}]`;
    const wantsValues = operator === "In" || operator === "NotIn";
    if (wantsValues && values.length === 0) errors.push(required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
    if (!wantsValues && (operator === "Exists" || operator === "DoesNotExist") && values.length > 0) {
      errors.push(forbidden(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
    }
    if (!["In", "NotIn", "Exists", "DoesNotExist"].includes(operator))
      errors.push(invalid(`${at}.operator`, operator, "not a valid selector operator"));
    for (const message of qualifiedName(key)) errors.push(invalid(`${at}.key`, key, message));
    values.forEach((value, place) => {
      for (const message of labelValue(value)) errors.push(invalid(`${at}.values[${place}]`, value, message));
    });
  });
  return errors;
}

/**
 * Validation as tables: a rule looks at the value of one field and says what is wrong with it, and rules are put
 * together field by field in the order in which the reference reports. Decoding has checked the JSON types before.
 */
import { forbidden, invalid, notSupported, required } from "./field-errors.ts";
import type { FieldError } from "./field-errors.ts";
import { labelErrors, portName, portNumber } from "./formats.ts";
import type { Check } from "./formats.ts";
import { at, isObject } from "./json.ts";
import { selectorErrors } from "./selectors.ts";
import type { LabelSelector, StringMap } from "./types.ts";

/** `field` is the path at which the value stands. An absent field is undefined; what that means is the rule's matter. */
export type Rule = (value: unknown, field: string) => readonly FieldError[];

export type RuleTable = { readonly [field: string]: Rule };

const NONE: readonly FieldError[] = [];

/** A member of an object by its name. */
export function member(owner: unknown, name: string): unknown {
  return isObject(owner) ? owner[name] : undefined;
}

/** The fields of an object, in the order of the table. An absent object has no fields, and its rules are asked all the same. */
export function fields(table: RuleTable): Rule {
  const entries = Object.entries(table);
  return (value, field) => {
    let errors: FieldError[] | null = null;
    for (const [name, rule] of entries) {
      const found = rule(member(value, name), field === "" ? name : `${field}.${name}`);
      if (found.length > 0) (errors ??= []).push(...found);
    }
    return errors ?? NONE;
  };
}

/** Every item of a list. */
export function items(rule: Rule): Rule {
  return (value, field) => (Array.isArray(value) ? value.flatMap((item: unknown, index) => rule(item, `${field}[${index}]`)) : NONE);
}

/** Several rules for one field, one after the other. */
export function both(...rules: readonly Rule[]): Rule {
  return (value, field) => rules.flatMap((rule) => rule(value, field));
}

/** Asked only where the field is there. */
export function ifPresent(rule: Rule): Rule {
  return (value, field) => (value === undefined ? NONE : rule(value, field));
}

/** Asked only where the field is there and is not the empty text. */
export function ifFilled(rule: Rule): Rule {
  return (value, field) => (value === undefined || value === "" ? NONE : rule(value, field));
}

/** Required where absent or empty, else the rule. */
export function needed(rule: Rule = () => NONE, detail = ""): Rule {
  return (value, field) =>
    value === undefined || value === "" || (Array.isArray(value) && value.length === 0) ? [required(field, detail)] : rule(value, field);
}

export function atLeast(least: number, detail = `must be greater than or equal to ${least}`): Rule {
  return (value, field) => (typeof value === "number" && value < least ? [invalid(field, value, detail)] : NONE);
}

export const notNegative: Rule = atLeast(0);

export function between(first: number, last: number): Rule {
  return (value, field) =>
    typeof value === "number" && (value < first || value > last)
      ? [invalid(field, value, `must be between ${first} and ${last}, inclusive`)]
      : NONE;
}

/** One of some words, printed in the order given. */
export function oneOf(...words: readonly string[]): Rule {
  return (value, field) => (typeof value === "string" && words.includes(value) ? NONE : [notSupported(field, value ?? "", words)]);
}

/** A text with the messages of a format. */
export function text(check: Check): Rule {
  return (value, field) => {
    const given = typeof value === "string" ? value : "";
    return check(given).map((message) => invalid(field, given, message));
  };
}

export const port: Rule = (value, field) =>
  portNumber(typeof value === "number" ? value : 0).map((message) => invalid(field, value ?? 0, message));

/** A port's number or the name of one. */
export const portOrName: Rule = (value, field) =>
  typeof value === "string" ? portName(value).map((message) => invalid(field, value, message)) : port(value, field);

export const labels: Rule = (value, field) => (isObject(value) ? labelErrors(field, value as StringMap) : NONE); // decoded

export const selector: Rule = (value, field) => (isObject(value) ? selectorErrors(value as LabelSelector, field) : NONE); // decoded

const PERCENT =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";

/** A number from 0 up, or a percentage. (ValidatePositiveIntOrPercent) */
export const countOrPercent: Rule = (value, field) => {
  if (typeof value === "number") return notNegative(value, field);
  return typeof value !== "string" || /^[0-9]+%$/.test(value) ? NONE : [invalid(field, value, PERCENT)];
};

/** (IsNotMoreThan100Percent) */
export const atMostAll: Rule = (value, field) =>
  typeof value === "string" && /^[0-9]+%$/.test(value) && Number.parseInt(value, 10) > 100
    ? [invalid(field, value, "must not be greater than 100%")]
    : NONE;

/** A number, or the number in front of the percent sign. (getIntOrPercentValue) */
export function countOf(value: unknown): number {
  if (typeof value === "number") return value;
  return typeof value === "string" && /^[0-9]+%?$/.test(value) ? Number.parseInt(value, 10) : 0;
}

/** Fields that may not be there. */
export function never(detail: string): Rule {
  return (value, field) => (value === undefined ? NONE : [forbidden(field, detail)]);
}

/** The rule of an object at a path of its parts: for a table that begins deep inside. */
export function check(rule: Rule, owner: unknown, path: readonly (string | number)[]): readonly FieldError[] {
  const field = path.map((step, index) => (typeof step === "number" ? `[${step}]` : index === 0 ? step : `.${step}`)).join("");
  return rule(at(owner, ...path), field);
}

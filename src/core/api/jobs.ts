/** Jobs and CronJobs. (pkg/apis/batch/v1/defaults.go, pkg/apis/batch/validation/validation.go, pkg/registry/batch/job/strategy.go) */
import { parseSchedule } from "./cron.ts";
import { invalid, notSupported, required, tooMany } from "./field-errors.ts";
import type { FieldError } from "./field-errors.ts";
import { atLeast, both, fields, ifPresent, items, member, needed, notNegative, oneOf, text } from "./field-rules.ts";
import type { Rule } from "./field-rules.ts";
import { byteLength, dns1123Label, qualifiedName } from "./formats.ts";
import type { Draft } from "./json.ts";
import { isObject, listAt, numberAt, sameJson, stringsAt, textAt } from "./json.ts";
import { matchesSelector, selectorErrors } from "./selectors.ts";
import { timeZoneFault } from "./time-zones.ts";
import type { LabelSelector } from "./types.ts";
import { absent, defaultTemplate, mismatch, part, specOf, templateErrors } from "./workload-kinds.ts";

// ---- defaults -----------------------------------------------------------------------------------------------------

function defaultJobSpec(spec: Draft): void {
  defaultTemplate(part(spec, "template"));
  // One Pod, unless somebody says how many may run at once: then any one that succeeds is enough.
  if (spec["completions"] === undefined && spec["parallelism"] === undefined) spec["completions"] = 1;
  absent(spec, "parallelism", 1);
  absent(spec, "completionMode", "NonIndexed");
  absent(spec, "backoffLimit", spec["backoffLimitPerIndex"] === undefined ? 6 : 2_147_483_647);
  absent(spec, "suspend", false);
  absent(spec, "podReplacementPolicy", spec["podFailurePolicy"] === undefined ? "TerminatingOrFailed" : "Failed");
  for (const rule of listAt(spec, "podFailurePolicy", "rules"))
    for (const pattern of listAt(rule, "onPodConditions")) if (isObject(pattern)) absent(pattern as Draft, "status", "True"); // our own copy
}

export function defaultJob(object: Draft): void {
  const spec = part(object, "spec");
  defaultJobSpec(spec);
  const labels = stringsAt(spec, "template", "metadata", "labels");
  if (object["metadata"] !== undefined && Object.keys(labels).length > 0) part(object, "metadata")["labels"] ??= { ...labels };
}

export function defaultCronJob(object: Draft): void {
  const spec = part(object, "spec");
  absent(spec, "concurrencyPolicy", "Allow");
  absent(spec, "suspend", false);
  absent(spec, "successfulJobsHistoryLimit", 3);
  absent(spec, "failedJobsHistoryLimit", 1);
  // Of the Job inside only the Pods are filled in: the rest waits for the Job itself.
  defaultTemplate(part(part(part(spec, "jobTemplate"), "spec"), "template"));
}

/** Labels by which a Job knows its Pods, the older two without a prefix. */
function jobLabels(name: string, uid: string): { readonly [label: string]: string } {
  return {
    "batch.kubernetes.io/controller-uid": uid,
    "batch.kubernetes.io/job-name": name,
    "controller-uid": uid,
    "job-name": name,
  };
}

/** A Job's selector is the server's own affair unless somebody insists. (generateSelector) */
export function generateSelector(object: Draft): void {
  const spec = part(object, "spec");
  if (spec["manualSelector"] === true) return;
  const uid = textAt(object, "metadata", "uid") ?? "";
  const metadata = part(part(spec, "template"), "metadata");
  metadata["labels"] = { ...stringsAt(metadata, "labels"), ...jobLabels(textAt(object, "metadata", "name") ?? "", uid) };
  const selector = part(spec, "selector");
  selector["matchLabels"] = { ...stringsAt(selector, "matchLabels"), "batch.kubernetes.io/controller-uid": uid };
}

// ---- validation ---------------------------------------------------------------------------------------------------

const MAX_INDEXED = 100_000;

const COUNTS: Rule = fields({
  parallelism: notNegative,
  completions: notNegative,
  activeDeadlineSeconds: notNegative,
  backoffLimit: notNegative,
  ttlSecondsAfterFinished: notNegative,
  backoffLimitPerIndex: notNegative,
  maxFailedIndexes: notNegative,
});

function jobSpecErrors(spec: unknown, field: string): FieldError[] {
  const errors: FieldError[] = [...COUNTS(spec, field)];
  if (member(spec, "maxFailedIndexes") !== undefined && member(spec, "backoffLimitPerIndex") === undefined)
    errors.push(required(`${field}.backoffLimitPerIndex`, "when maxFailedIndexes is specified"));
  errors.push(...completionErrors(spec, field));
  const failure = member(spec, "podFailurePolicy");
  if (failure !== undefined) errors.push(...failurePolicyErrors(spec, failure, `${field}.podFailurePolicy`));
  errors.push(...successPolicyErrors(spec, `${field}.successPolicy`));
  const replacement = failure === undefined ? ["Failed", "TerminatingOrFailed"] : ["Failed"];
  errors.push(...ifPresent(oneOf(...replacement))(member(spec, "podReplacementPolicy"), `${field}.podReplacementPolicy`));
  errors.push(...templateErrors(member(spec, "template"), `${field}.template`));
  const policy = textAt(spec, "template", "spec", "restartPolicy") ?? "";
  const place = `${field}.template.spec.restartPolicy`;
  if (policy === "Always" || policy === "") errors.push(required(place, 'valid values: "OnFailure", "Never"'));
  else if (policy !== "OnFailure" && policy !== "Never") errors.push(notSupported(place, policy, ["OnFailure", "Never"]));
  else if (failure !== undefined && policy !== "Never")
    errors.push(invalid(place, policy, 'only "Never" is supported when podFailurePolicy is specified'));
  return errors;
}

function completionErrors(spec: unknown, field: string): FieldError[] {
  const mode = textAt(spec, "completionMode") ?? "NonIndexed";
  if (mode === "NonIndexed") {
    return ["backoffLimitPerIndex", "maxFailedIndexes"].flatMap((name) => {
      const value = member(spec, name);
      return value === undefined ? [] : [invalid(`${field}.${name}`, value, "requires indexed completion mode")];
    });
  }
  if (mode !== "Indexed") return [notSupported(`${field}.completionMode`, mode, ["NonIndexed", "Indexed"])];
  const completions = numberAt(spec, "completions");
  const parallelism = numberAt(spec, "parallelism") ?? 0;
  const failed = numberAt(spec, "maxFailedIndexes");
  const errors: FieldError[] = [];
  if (completions === undefined) errors.push(required(`${field}.completions`, "when completion mode is Indexed"));
  if (parallelism > MAX_INDEXED)
    errors.push(
      invalid(`${field}.parallelism`, parallelism, `must be less than or equal to ${MAX_INDEXED} when completion mode is Indexed`),
    );
  if (failed !== undefined && completions !== undefined && failed > completions)
    errors.push(invalid(`${field}.maxFailedIndexes`, failed, "must be less than or equal to completions"));
  if (failed !== undefined && failed > MAX_INDEXED)
    errors.push(invalid(`${field}.maxFailedIndexes`, failed, `must be less than or equal to ${MAX_INDEXED}`));
  return errors;
}

const ACTIONS = ["Count", "FailIndex", "FailJob", "Ignore"];
const printed = (words: readonly string[]): string => `[${words.map((word) => `"${word}"`).join(" ")}]`;
const neededOf = (...words: readonly string[]): Rule => needed(oneOf(...words), `valid values: ${printed(words)}`);

function failurePolicyErrors(spec: unknown, policy: unknown, field: string): FieldError[] {
  const rules = listAt(policy, "rules");
  const names = ["containers", "initContainers"].flatMap((list) =>
    listAt(spec, "template", "spec", list).map((container) => textAt(container, "name")),
  );
  const errors = rules.length > 20 ? [tooMany(`${field}.rules`, rules.length, 20)] : [];
  const action: Rule = (value, place) =>
    value === "FailIndex" && member(spec, "backoffLimitPerIndex") === undefined
      ? [invalid(place, value, "requires the backoffLimitPerIndex to be set")]
      : neededOf(...ACTIONS)(value, place);
  const container: Rule = (value, place) =>
    names.includes(String(value)) ? [] : [invalid(place, value, "must be one of the container or initContainer names in the pod template")];
  const conditions: Rule = items(fields({ type: text(qualifiedName), status: neededOf("False", "True", "Unknown") }));
  rules.forEach((rule, index) => {
    const place = `${field}.rules[${index}]`;
    const codes = member(rule, "onExitCodes");
    const patterns = listAt(rule, "onPodConditions");
    errors.push(...action(member(rule, "action"), `${place}.action`));
    if (codes !== undefined) {
      errors.push(...neededOf("In", "NotIn")(member(codes, "operator"), `${place}.onExitCodes.operator`));
      errors.push(...ifPresent(container)(member(codes, "containerName"), `${place}.onExitCodes.containerName`));
      errors.push(...exitCodeErrors(codes, `${place}.onExitCodes.values`));
    }
    errors.push(...conditions(patterns, `${place}.onPodConditions`));
    if (codes !== undefined && patterns.length > 0)
      errors.push(without(place, "specifying both OnExitCodes and OnPodConditions is not supported"));
    if (codes === undefined && patterns.length === 0)
      errors.push(without(place, "specifying one of OnExitCodes and OnPodConditions is required"));
  });
  return errors;
}

/** An error about a value that is not shown. */
function without(field: string, detail: string): FieldError {
  return { reason: "FieldValueInvalid", field, message: `Invalid value: ${detail}` };
}

function exitCodeErrors(codes: unknown, field: string): FieldError[] {
  const values = listAt(codes, "values").filter((value) => typeof value === "number");
  if (values.length === 0) return [invalid(field, null, "at least one value is required")];
  const errors: FieldError[] = [];
  values.forEach((value, index) => {
    if (value === 0 && textAt(codes, "operator") === "In")
      errors.push(invalid(`${field}[${index}]`, 0, "must not be 0 for the In operator"));
    if (values.indexOf(value) < index)
      errors.push({ reason: "FieldValueDuplicate", field: `${field}[${index}]`, message: `Duplicate value: ${value}` });
  });
  if (values.some((value, index) => value < (values[index - 1] ?? value))) errors.push(invalid(field, values, "must be ordered"));
  return errors;
}

function successPolicyErrors(spec: unknown, field: string): FieldError[] {
  const policy = member(spec, "successPolicy");
  if (policy === undefined) return [];
  if (textAt(spec, "completionMode") !== "Indexed") return [invalid(field, policy, "requires indexed completion mode")];
  const rules = listAt(policy, "rules");
  if (rules.length === 0) return [required(`${field}.rules`, "at least one rules must be specified when the successPolicy is specified")];
  const completions = numberAt(spec, "completions") ?? 0;
  return rules.flatMap((rule, index) => {
    const place = `${field}.rules[${index}]`;
    const count = numberAt(rule, "succeededCount");
    if (count === undefined && member(rule, "succeededIndexes") === undefined)
      return [required(place, "at least one of succeededCount or succeededIndexes must be specified")];
    const most = `must be less than or equal to ${completions} (the number of specified completions)`;
    return [
      ...notNegative(count, `${place}.succeededCount`),
      ...(count !== undefined && count > completions ? [invalid(`${place}.succeededCount`, count, most)] : []),
    ];
  });
}

export function jobErrors(object: Draft): FieldError[] {
  const spec = specOf(object);
  const selector = spec["selector"];
  const errors = jobSpecErrors(spec, "spec");
  if (!isObject(selector)) errors.push(required("spec.selector"));
  else {
    const faults = selectorErrors(selector as LabelSelector, "spec.selector"); // decoded
    errors.push(...faults);
    if (faults.length === 0 && !matchesSelector(selector as LabelSelector, stringsAt(spec, "template", "metadata", "labels")))
      errors.push(mismatch(spec));
  }
  const name = textAt(object, "metadata", "name") ?? "";
  const completions = numberAt(spec, "completions") ?? 0;
  const last = `${name}-${completions - 1}`;
  if (spec["completionMode"] === "Indexed" && completions > 0 && dns1123Label(last).length > 0)
    errors.push(invalid("metadata.name", name, `will not able to create pod with invalid DNS label: ${last}`));
  return errors;
}

const schedule: Rule = (value, field) => {
  const given = String(value);
  const read = parseSchedule(given);
  const errors = typeof read === "string" ? [invalid(field, given, read)] : [];
  if (given.includes("TZ")) errors.push(invalid(field, given, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"));
  return errors;
};

const timeZone: Rule = ifPresent((value, field) => {
  const fault = timeZoneFault(String(value));
  return fault === null ? [] : [invalid(field, value, fault)];
});

export function cronJobErrors(object: Draft, old: Draft | null): FieldError[] {
  const spec = specOf(object);
  const template = member(spec, "jobTemplate");
  const name = textAt(object, "metadata", "name") ?? "";
  const sameZone = old !== null && sameJson(specOf(old)["timeZone"], spec["timeZone"]);
  const first = fields({
    schedule: needed(schedule),
    startingDeadlineSeconds: notNegative,
    timeZone: sameZone ? () => [] : timeZone,
    concurrencyPolicy: needed(oneOf("Allow", "Forbid", "Replace")),
  });
  const errors = [...first(spec, "spec"), ...jobSpecErrors(member(template, "spec"), "spec.jobTemplate.spec")];
  const selector = member(member(template, "spec"), "selector");
  if (selector !== undefined) errors.push(invalid("spec.jobTemplate.spec.selector", selector, "`selector` will be auto-generated"));
  if (member(member(template, "spec"), "manualSelector") === true)
    errors.push(notSupported("spec.jobTemplate.spec.manualSelector", true, ["nil", "false"]));
  errors.push(...fields({ successfulJobsHistoryLimit: both(notNegative), failedJobsHistoryLimit: atLeast(0) })(spec, "spec"));
  // Eleven characters follow in the names of its Jobs.
  if (old === null && byteLength(name) > 52) errors.push(invalid("metadata.name", name, "must be no more than 52 characters"));
  return errors;
}

// ---- updates --------------------------------------------------------------------------------------------------------

const FIXED = ["selector", "template", "completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy"];
/** Of a Job that was never started, what decides where its Pods go may still change. */
const PLACEMENT = ["affinity", "nodeSelector", "tolerations", "schedulingGates"];

export function jobChanged(object: Draft, old: Draft): FieldError[] {
  const [now, before] = [specOf(object), specOf(old)];
  const errors: FieldError[] = [];
  const indexed = now["completionMode"] === "Indexed";
  if (!sameJson(now["completions"], before["completions"])) {
    if (!indexed) errors.push(invalid("spec.completions", now["completions"], "field is immutable"));
    else if (now["completions"] !== now["parallelism"])
      errors.push(invalid("spec.completions", now["completions"], "can only be modified in tandem with spec.parallelism"));
  }
  const unstarted = before["suspend"] === true && textAt(old, "status", "startTime") === undefined;
  for (const field of FIXED) {
    const seen = (spec: Draft): unknown => (field === "template" && unstarted ? unplaced(spec[field]) : spec[field]);
    if (!sameJson(seen(now), seen(before))) errors.push(invalid(`spec.${field}`, now[field], "field is immutable"));
  }
  return errors;
}

function unplaced(template: unknown): unknown {
  const spec = member(template, "spec");
  return { spec: isObject(spec) ? Object.fromEntries(Object.entries(spec).filter(([field]) => !PLACEMENT.includes(field))) : spec };
}

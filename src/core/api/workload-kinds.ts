/**
 * Defaulting and validation of what keeps Pods running.
 * (pkg/apis/apps/v1/defaults.go, pkg/apis/apps/validation/validation.go, pkg/apis/core/validation/validation.go)
 */
import { forbidden, goJson, invalid, notSupported, Printed, required } from "./field-errors.ts";
import type { FieldError } from "./field-errors.ts";
import { atMostAll, both, countOf, countOrPercent, fields, ifFilled, ifPresent, needed, notNegative, oneOf, text } from "./field-rules.ts";
import type { Rule } from "./field-rules.ts";
import { dns1123Label, labelErrors } from "./formats.ts";
import { annotationErrors } from "./metadata.ts";
import type { Draft } from "./json.ts";
import { at, isObject, listAt, numberAt, sameJson, stringsAt, textAt } from "./json.ts";
import { defaultPodSpec, podAnnotationErrors, podSpecErrors } from "./pods.ts";
import type { PodSpecOptions } from "./pods.ts";
import { matchesPairs, matchesSelector, printedSelector, selectorErrors } from "./selectors.ts";
import type { LabelSelector, StringMap } from "./types.ts";

/** A member of a draft as a draft, made when it is absent. */
export function part(owner: Draft, field: string): Draft {
  const found = owner[field];
  if (isObject(found)) return found as Draft; // our own copy
  const made: Draft = {};
  owner[field] = made;
  return made;
}

/** Sets a field that is absent. Go keeps a given 0 apart from absent here (the fields are pointers). */
export function absent(draft: Draft, field: string, value: unknown): void {
  if (draft[field] === undefined || draft[field] === "") draft[field] = value;
}

// ---- defaults -----------------------------------------------------------------------------------------------------

export function defaultTemplate(template: Draft): void {
  part(template, "metadata");
  defaultPodSpec(part(template, "spec"));
}

export function defaultDeployment(object: Draft): void {
  const spec = part(object, "spec");
  defaultTemplate(part(spec, "template"));
  absent(spec, "replicas", 1);
  const strategy = part(spec, "strategy");
  absent(strategy, "type", "RollingUpdate");
  if (strategy["type"] === "RollingUpdate") {
    const rolling = part(strategy, "rollingUpdate");
    absent(rolling, "maxUnavailable", "25%");
    absent(rolling, "maxSurge", "25%");
  }
  absent(spec, "revisionHistoryLimit", 10);
  absent(spec, "progressDeadlineSeconds", 600);
}

export function defaultStatefulSet(object: Draft): void {
  const spec = part(object, "spec");
  defaultTemplate(part(spec, "template"));
  absent(spec, "replicas", 1);
  absent(spec, "podManagementPolicy", "OrderedReady");
  absent(spec, "revisionHistoryLimit", 10);
  const retention = part(spec, "persistentVolumeClaimRetentionPolicy");
  absent(retention, "whenDeleted", "Retain");
  absent(retention, "whenScaled", "Retain");
  defaultRolling(part(spec, "updateStrategy"), { partition: 0 });
}

export function defaultDaemonSet(object: Draft): void {
  const spec = part(object, "spec");
  defaultTemplate(part(spec, "template"));
  absent(spec, "revisionHistoryLimit", 10);
  defaultRolling(part(spec, "updateStrategy"), { maxUnavailable: 1, maxSurge: 0 });
}

function defaultRolling(strategy: Draft, values: { readonly [field: string]: number }): void {
  absent(strategy, "type", "RollingUpdate");
  if (strategy["type"] !== "RollingUpdate") return;
  const rolling = part(strategy, "rollingUpdate");
  for (const [field, value] of Object.entries(values)) absent(rolling, field, value);
}

/** A ReplicaSet without labels takes those of its template. */
export function defaultReplicaSet(object: Draft): void {
  const spec = part(object, "spec");
  const template = part(spec, "template");
  defaultTemplate(template);
  absent(spec, "replicas", 1);
  part(object, "metadata")["labels"] ??= { ...stringsAt(template, "metadata", "labels") };
}

/** And a ReplicationController its selector too. */
export function defaultReplicationController(object: Draft): void {
  defaultReplicaSet(object);
  const spec = part(object, "spec");
  if (Object.keys(stringsAt(spec, "selector")).length === 0) spec["selector"] = { ...stringsAt(spec, "template", "metadata", "labels") };
}

// ---- validation ---------------------------------------------------------------------------------------------------

/** The spec of a draft; decoding has seen to it that it is an object where it is there. */
export function specOf(object: Draft | null): Draft {
  const spec = object?.["spec"];
  return isObject(spec) ? (spec as Draft) : {}; // our own copy
}

/** Pods of a template, wherever it stands. (ValidatePodTemplateSpec) */
export function templateErrors(template: unknown, field: string, options: PodSpecOptions = {}): FieldError[] {
  const annotations = stringsAt(template, "metadata", "annotations");
  const spec = at(template, "spec");
  return [
    // The reference leaves `metadata` out of these.
    ...labelErrors(`${field}.labels`, stringsAt(template, "metadata", "labels")),
    ...annotationErrors(annotations, `${field}.annotations`),
    ...podAnnotationErrors(annotations, `${field}.annotations`),
    ...podSpecErrors(isObject(spec) ? (spec as Draft) : {}, `${field}.spec`, options),
  ];
}

/** Templates of Pods that never end. `owner` is the kind as the reference names it here. */
function keptTemplateErrors(spec: Draft, owner: string, options: PodSpecOptions = {}): FieldError[] {
  const template = spec["template"];
  const errors = templateErrors(template, "spec.template", options);
  const policy = textAt(template, "spec", "restartPolicy") ?? "";
  if (policy !== "Always") errors.push(notSupported("spec.template.spec.restartPolicy", policy, ["Always"]));
  if (at(template, "spec", "activeDeadlineSeconds") !== undefined)
    errors.push(forbidden("spec.template.spec.activeDeadlineSeconds", `activeDeadlineSeconds in ${owner} is not Supported`));
  return errors;
}

function selectorOf(spec: Draft): LabelSelector | null {
  const selector = spec["selector"];
  return isObject(selector) ? (selector as LabelSelector) : null; // decoded
}

function isEmpty(selector: LabelSelector): boolean {
  return Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0;
}

interface SelectorWords {
  /** As the kind is named where its selector is empty. */
  readonly empty: string;
  /** What is said of a selector that cannot be used. */
  readonly unusable: string;
}

/** The selector, and, where it can be used, the template that it has to match. */
function selectorAndTemplate(spec: Draft, words: SelectorWords, template: () => readonly FieldError[]): FieldError[] {
  const selector = selectorOf(spec);
  if (selector === null) return [required("spec.selector"), mismatch(spec), ...template()];
  const faults = selectorErrors(selector, "spec.selector");
  const errors = [...faults];
  if (isEmpty(selector)) errors.push(invalid("spec.selector", new Printed("{}"), `empty selector is invalid for ${words.empty}`));
  if (faults.length > 0) return [...errors, invalid("spec.selector", printedSelector(selector), words.unusable)];
  if (!isEmpty(selector) && !matchesSelector(selector, labelsOfTemplate(spec))) errors.push(mismatch(spec));
  return [...errors, ...template()];
}

function labelsOfTemplate(spec: Draft): StringMap {
  return stringsAt(spec, "template", "metadata", "labels");
}

export function mismatch(spec: Draft): FieldError {
  const labels = labelsOfTemplate(spec);
  const shown = Object.keys(labels).length === 0 ? null : labels;
  return invalid("spec.template.metadata.labels", shown, "`selector` does not match template `labels`");
}

export function deploymentErrors(object: Draft): FieldError[] {
  const spec = specOf(object);
  return [
    ...notNegative(spec["replicas"], "spec.replicas"),
    ...selectorAndTemplate(spec, { empty: "deployment", unusable: "invalid label selector" }, () => keptTemplateErrors(spec, "ReplicaSet")),
    ...strategyErrors(spec["strategy"]),
    ...notNegative(spec["minReadySeconds"], "spec.minReadySeconds"),
    ...notNegative(spec["revisionHistoryLimit"], "spec.revisionHistoryLimit"),
    ...progressErrors(spec),
  ];
}

function progressErrors(spec: Draft): FieldError[] {
  const deadline = numberAt(spec, "progressDeadlineSeconds");
  if (deadline === undefined) return [];
  const field = "spec.progressDeadlineSeconds";
  const errors = [...notNegative(deadline, field)];
  if (deadline <= (numberAt(spec, "minReadySeconds") ?? 0)) errors.push(invalid(field, deadline, "must be greater than minReadySeconds"));
  return errors;
}

function strategyErrors(strategy: unknown): readonly FieldError[] {
  const type = textAt(strategy, "type") ?? "";
  const rolling = at(strategy, "rollingUpdate");
  const field = "spec.strategy";
  if (type === "Recreate")
    return rolling === undefined ? [] : [forbidden(`${field}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'")];
  if (type !== "RollingUpdate") return [notSupported(field, printedStrategy(type, rolling), ["Recreate", "RollingUpdate"])];
  const unavailable = at(rolling, "maxUnavailable");
  const stuck: Rule = (value, place) =>
    countOf(value) === 0 && countOf(at(rolling, "maxSurge")) === 0 && isCount(value) && isCount(at(rolling, "maxSurge"))
      ? [invalid(place, value ?? 0, "may not be 0 when `maxSurge` is 0")]
      : [];
  return [
    ...fields({ maxUnavailable: countOrPercent, maxSurge: countOrPercent })(rolling, `${field}.rollingUpdate`),
    ...both(stuck, atMostAll)(unavailable, `${field}.rollingUpdate.maxUnavailable`),
  ];
}

const isCount = (value: unknown): boolean => value === undefined || typeof value === "number" || /^[0-9]+%$/.test(String(value));

/** As the reference's own type prints. */
function printedStrategy(type: string, rolling: unknown): Printed {
  return new Printed(`{"Type":${goJson(type)},"RollingUpdate":${goJson(rolling ?? null)}}`);
}

export function replicaSetErrors(object: Draft): FieldError[] {
  const spec = specOf(object);
  return [
    ...notNegative(spec["replicas"], "spec.replicas"),
    ...notNegative(spec["minReadySeconds"], "spec.minReadySeconds"),
    // The reference says "deployment" here.
    ...selectorAndTemplate(spec, { empty: "deployment", unusable: "invalid label selector" }, () => keptTemplateErrors(spec, "ReplicaSet")),
  ];
}

export function replicationControllerErrors(object: Draft): FieldError[] {
  const spec = specOf(object);
  const pairs = stringsAt(spec, "selector");
  const errors = [...notNegative(spec["minReadySeconds"], "spec.minReadySeconds")];
  if (Object.keys(pairs).length === 0) errors.push(required("spec.selector"));
  errors.push(...notNegative(spec["replicas"], "spec.replicas"));
  if (Object.keys(pairs).length > 0 && !matchesPairs(pairs, labelsOfTemplate(spec))) errors.push(mismatch(spec));
  return [...errors, ...keptTemplateErrors(spec, "ReplicationController")];
}

const RETENTION = ifPresent(oneOf("Retain", "Delete"));

const notZero: Rule = ifPresent((value, field) => (countOf(value) === 0 && isCount(value) ? [invalid(field, value, "cannot be 0")] : []));

export function statefulSetErrors(object: Draft, old: Draft | null): FieldError[] {
  const spec = specOf(object);
  const claims = listAt(spec, "volumeClaimTemplates").flatMap((claim) => textAt(claim, "metadata", "name") ?? []);
  const policy = textAt(spec, "podManagementPolicy") ?? "";
  const errors: FieldError[] = [];
  if (policy !== "OrderedReady" && policy !== "Parallel")
    errors.push(invalid("spec.podManagementPolicy", policy, "must be 'OrderedReady' or 'Parallel'"));
  errors.push(...updateStrategyErrors(spec["updateStrategy"]));
  errors.push(
    ...fields({
      persistentVolumeClaimRetentionPolicy: fields({ whenDeleted: RETENTION, whenScaled: RETENTION }),
      replicas: notNegative,
      minReadySeconds: notNegative,
      ordinals: fields({ start: notNegative }),
    })(spec, "spec"),
  );
  if (old === null) errors.push(...ifFilled(text(dns1123Label))(spec["serviceName"], "spec.serviceName"));
  const words = { empty: "statefulset", unusable: "" };
  return [...errors, ...selectorAndTemplate(spec, words, () => keptTemplateErrors(spec, "StatefulSet", { volumes: claims }))];
}

function updateStrategyErrors(strategy: unknown): readonly FieldError[] {
  const type = textAt(strategy, "type") ?? "";
  const rolling = at(strategy, "rollingUpdate");
  const field = "spec.updateStrategy";
  if (type === "OnDelete")
    return rolling === undefined ? [] : [invalid(`${field}.rollingUpdate`, rolling, "only allowed for updateStrategy 'RollingUpdate'")];
  if (type !== "RollingUpdate") return [invalid(field, printedStrategy(type, rolling), "must be 'RollingUpdate' or 'OnDelete'")];
  return fields({ partition: notNegative, maxUnavailable: both(countOrPercent, notZero, atMostAll) })(rolling, `${field}.rollingUpdate`);
}

export function daemonSetErrors(object: Draft): FieldError[] {
  const spec = specOf(object);
  const selector = selectorOf(spec);
  const errors = selector === null ? [] : selectorErrors(selector, "spec.selector");
  const usable = errors.length === 0;
  if (usable && (selector === null || !matchesSelector(selector, labelsOfTemplate(spec)))) errors.push(mismatch(spec));
  if (selector !== null && isEmpty(selector))
    errors.push(invalid("spec.selector", new Printed("{}"), "empty selector is invalid for daemonset"));
  errors.push(...keptTemplateErrors(spec, "DaemonSet"));
  errors.push(...notNegative(spec["minReadySeconds"], "spec.minReadySeconds"));
  errors.push(...daemonStrategyErrors(spec["updateStrategy"]));
  errors.push(...notNegative(spec["revisionHistoryLimit"], "spec.revisionHistoryLimit"));
  return errors;
}

function daemonStrategyErrors(strategy: unknown): readonly FieldError[] {
  const type = textAt(strategy, "type") ?? "";
  const rolling = at(strategy, "rollingUpdate");
  const field = "spec.updateStrategy";
  if (type === "OnDelete") return [];
  if (type !== "RollingUpdate") return [notSupported(field, printedStrategy(type, rolling), ["RollingUpdate", "OnDelete"])];
  const [unavailable, surge] = [at(rolling, "maxUnavailable"), at(rolling, "maxSurge")];
  const counts = fields({ maxUnavailable: countOrPercent, maxSurge: countOrPercent })(rolling, `${field}.rollingUpdate`);
  const shares = fields({ maxUnavailable: atMostAll, maxSurge: atMostAll })(rolling, `${field}.rollingUpdate`);
  const errors = [...counts, ...shares];
  if (countOf(unavailable) !== 0 && countOf(surge) !== 0)
    errors.push(invalid(`${field}.rollingUpdate.maxSurge`, surge, "may not be set when maxUnavailable is non-zero"));
  if (countOf(unavailable) === 0 && countOf(surge) === 0)
    errors.push(...needed(undefined, "cannot be 0 when maxSurge is 0")(undefined, `${field}.rollingUpdate.maxUnavailable`));
  return errors;
}

// ---- updates --------------------------------------------------------------------------------------------------------

export function selectorChanged(object: Draft, old: Draft): FieldError[] {
  const before = at(old, "spec", "selector");
  const now = selectorOf(specOf(object));
  if (before === undefined || now === null || sameJson(before, now)) return [];
  return [invalid("spec.selector", printedSelector(now), "field is immutable")];
}

const FREE = [
  "replicas",
  "ordinals",
  "template",
  "updateStrategy",
  "revisionHistoryLimit",
  "persistentVolumeClaimRetentionPolicy",
  "minReadySeconds",
];

export function statefulSetChanged(object: Draft, old: Draft): FieldError[] {
  const fixed = (of: Draft): unknown => Object.fromEntries(Object.entries(specOf(of)).filter(([field]) => !FREE.includes(field)));
  if (sameJson(fixed(object), fixed(old))) return [];
  const words = FREE.map((field) => `'${field}'`);
  const listed = `${words.slice(0, -1).join(", ")} and ${words.at(-1) ?? ""}`;
  return [forbidden("spec", `updates to statefulset spec for fields other than ${listed} are forbidden`)];
}

/** Defaulting and validation of what makes Pods. (pkg/apis/apps/v1/defaults.go, pkg/apis/apps/validation/validation.go) */
import { forbidden, invalid, notSupported, Printed, required } from "./field-errors.ts";
import type { FieldError } from "./field-errors.ts";
import { labelErrors } from "./formats.ts";
import { annotationErrors } from "./metadata.ts";
import type { Draft } from "./json.ts";
import { at, isObject, numberAt, sameJson, stringsAt, textAt } from "./json.ts";
import { defaultPodSpec, podSpecErrors } from "./pods.ts";
import { matchesPairs, matchesSelector, printedSelector, selectorErrors } from "./selectors.ts";
import type { LabelSelector, StringMap } from "./types.ts";

export type WorkloadKind = "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet" | "ReplicationController" | "Job";

const WORKLOADS: readonly string[] = [
  "Deployment",
  "ReplicaSet",
  "StatefulSet",
  "DaemonSet",
  "ReplicationController",
  "Job",
] satisfies WorkloadKind[];

export function isWorkloadKind(kind: string): kind is WorkloadKind {
  return WORKLOADS.includes(kind);
}

/** A member of a draft as a draft, made when it is absent. */
function member(owner: Draft, field: string): Draft {
  const found = owner[field];
  if (isObject(found)) return found as Draft; // our own copy
  const made: Draft = {};
  owner[field] = made;
  return made;
}

/** Sets a field that is absent. Go keeps a given 0 apart from absent here (the fields are pointers). */
function absent(draft: Draft, field: string, value: unknown): void {
  if (draft[field] === undefined || draft[field] === "") draft[field] = value;
}

export function defaultWorkload(kind: WorkloadKind, object: Draft): void {
  const spec = member(object, "spec");
  const template = member(spec, "template");
  member(template, "metadata");
  defaultPodSpec(member(template, "spec"));
  if (kind !== "DaemonSet" && kind !== "Job") absent(spec, "replicas", 1);
  switch (kind) {
    case "Deployment":
      return defaultDeployment(spec);
    case "StatefulSet":
      absent(spec, "podManagementPolicy", "OrderedReady");
      absent(spec, "revisionHistoryLimit", 10);
      return defaultRolling(member(spec, "updateStrategy"), { partition: 0 });
    case "DaemonSet":
      absent(spec, "revisionHistoryLimit", 10);
      return defaultRolling(member(spec, "updateStrategy"), { maxUnavailable: 1, maxSurge: 0 });
    case "ReplicationController": {
      const labels = stringsAt(template, "metadata", "labels");
      if (Object.keys(stringsAt(spec, "selector")).length === 0) spec["selector"] = { ...labels };
      if (at(object, "metadata", "labels") === undefined) member(object, "metadata")["labels"] = { ...labels };
      return;
    }
    case "Job":
      absent(spec, "parallelism", 1);
      absent(spec, "completions", 1);
      absent(spec, "backoffLimit", 6);
      return;
    case "ReplicaSet":
      // A ReplicaSet without labels takes those of its template.
      if (at(object, "metadata", "labels") === undefined)
        member(object, "metadata")["labels"] = { ...stringsAt(template, "metadata", "labels") };
  }
}

function defaultDeployment(spec: Draft): void {
  const strategy = member(spec, "strategy");
  absent(strategy, "type", "RollingUpdate");
  if (strategy["type"] === "RollingUpdate") {
    const rolling = member(strategy, "rollingUpdate");
    absent(rolling, "maxUnavailable", "25%");
    absent(rolling, "maxSurge", "25%");
  }
  absent(spec, "revisionHistoryLimit", 10);
  absent(spec, "progressDeadlineSeconds", 600);
}

function defaultRolling(strategy: Draft, values: { readonly [field: string]: number }): void {
  absent(strategy, "type", "RollingUpdate");
  if (strategy["type"] !== "RollingUpdate") return;
  const rolling = member(strategy, "rollingUpdate");
  for (const [field, value] of Object.entries(values)) absent(rolling, field, value);
}

export function workloadErrors(kind: WorkloadKind, object: Draft, old: Draft | null): FieldError[] {
  const spec = isObject(object["spec"]) ? (object["spec"] as Draft) : {}; // our own copy
  const errors: FieldError[] = [];
  const replicas = numberAt(spec, "replicas") ?? 0;
  const negative = replicas < 0 ? [invalid("spec.replicas", replicas, "must be greater than or equal to 0")] : [];
  // A Deployment checks its number of replicas first, the others after the metadata too.
  errors.push(...negative);
  errors.push(...(kind === "ReplicationController" ? pairSelectorErrors(spec) : kind === "Job" ? [] : labelSelectorErrors(kind, spec)));
  errors.push(...templateErrors(kind, spec));
  if (kind === "Deployment") errors.push(...strategyErrors(spec));
  const minReady = numberAt(spec, "minReadySeconds") ?? 0;
  if (minReady < 0) errors.push(invalid("spec.minReadySeconds", minReady, "must be greater than or equal to 0"));
  const start = numberAt(spec, "ordinals", "start") ?? 0;
  if (start < 0) errors.push(invalid("spec.ordinals.start", start, "must be greater than or equal to 0"));
  if (old !== null && kind !== "ReplicationController" && kind !== "Job") errors.push(...selectorChanged(spec, old));
  return errors;
}

const WORD: Readonly<Record<WorkloadKind, string>> = {
  Deployment: "deployment",
  ReplicaSet: "replicaset",
  StatefulSet: "statefulset",
  DaemonSet: "daemonset",
  ReplicationController: "replicationcontroller",
  Job: "job",
};

function labelSelectorErrors(kind: WorkloadKind, spec: Draft): FieldError[] {
  const selector = selectorOf(spec);
  if (selector === null) return [required("spec.selector")];
  const errors = selectorErrors(selector, "spec.selector");
  if (isEmpty(selector)) errors.push(invalid("spec.selector", new Printed("{}"), `empty selector is invalid for ${WORD[kind]}`));
  return errors;
}

function pairSelectorErrors(spec: Draft): FieldError[] {
  const selector = stringsAt(spec, "selector");
  return Object.keys(selector).length === 0 ? [required("spec.selector")] : labelErrors("spec.selector", selector);
}

function selectorOf(spec: Draft): LabelSelector | null {
  const selector = spec["selector"];
  return isObject(selector) ? (selector as LabelSelector) : null; // decoded
}

function isEmpty(selector: LabelSelector): boolean {
  return Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0;
}

function templateErrors(kind: WorkloadKind, spec: Draft): FieldError[] {
  const labels = stringsAt(spec, "template", "metadata", "labels");
  const errors: FieldError[] = [];
  if (!isSelected(kind, spec, labels)) {
    errors.push(
      invalid(
        "spec.template.metadata.labels",
        Object.keys(labels).length === 0 ? null : labels,
        "`selector` does not match template `labels`",
      ),
    );
  }
  errors.push(...labelErrors("spec.template.metadata.labels", labels));
  errors.push(
    ...annotationErrors(stringsAt(spec, "template", "metadata", "annotations")).map((error) => ({
      ...error,
      field: `spec.template.${error.field}`,
    })),
  );
  const podSpec = at(spec, "template", "spec");
  const checked = isObject(podSpec) ? (podSpec as Draft) : {}; // our own copy
  errors.push(...podSpecErrors(checked, "spec.template.spec"));
  const policy = textAt(checked, "restartPolicy") ?? "";
  const policies = kind === "Job" ? ["Never", "OnFailure"] : ["Always"];
  const known = ["Always", "Never", "OnFailure"].includes(policy);
  if (known && !policies.includes(policy)) {
    errors.push(
      kind === "Job"
        ? required("spec.template.spec.restartPolicy", 'valid values: "OnFailure", "Never"')
        : notSupported("spec.template.spec.restartPolicy", policy, policies),
    );
  }
  return errors;
}

function isSelected(kind: WorkloadKind, spec: Draft, labels: StringMap): boolean {
  if (kind === "Job") return true;
  if (kind === "ReplicationController") {
    const pairs = stringsAt(spec, "selector");
    return Object.keys(pairs).length === 0 || matchesPairs(pairs, labels);
  }
  const selector = selectorOf(spec);
  // Without a selector the reference asks its empty one, which matches nothing.
  return selector !== null && (isEmpty(selector) || matchesSelector(selector, labels));
}

function strategyErrors(spec: Draft): FieldError[] {
  const strategy = spec["strategy"];
  const type = textAt(strategy, "type") ?? "";
  const rolling = at(strategy, "rollingUpdate");
  const field = "spec.strategy.rollingUpdate";
  if (type === "Recreate")
    return rolling === undefined ? [] : [forbidden(field, "may not be specified when strategy `type` is 'Recreate'")];
  if (type !== "RollingUpdate") return [notSupported("spec.strategy.type", type, ["Recreate", "RollingUpdate"])];
  const errors = ["maxUnavailable", "maxSurge"].flatMap((name) => countErrors(`${field}.${name}`, at(rolling, name)));
  if (errors.length === 0 && isZero(at(rolling, "maxUnavailable")) && isZero(at(rolling, "maxSurge"))) {
    errors.push(invalid(`${field}.maxUnavailable`, zeroAsGiven(at(rolling, "maxUnavailable")), "may not be 0 when `maxSurge` is 0"));
  }
  return errors;
}

const isZero = (value: unknown): boolean => value === 0 || (typeof value === "string" && Number.parseInt(value, 10) === 0);
const zeroAsGiven = (value: unknown): unknown => value ?? 0;

/** A number of Pods or a percentage. */
function countErrors(field: string, value: unknown): FieldError[] {
  if (typeof value === "number") return value >= 0 ? [] : [invalid(field, value, "must be greater than or equal to 0")];
  if (typeof value !== "string" || /^[0-9]+%$/.test(value)) return [];
  const words =
    "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";
  return [invalid(field, value, words)];
}

function selectorChanged(spec: Draft, old: Draft): FieldError[] {
  const before = at(old, "spec", "selector");
  const now = selectorOf(spec);
  if (before === undefined || now === null || sameJson(before, now)) return [];
  return [invalid("spec.selector", printedSelector(now), "field is immutable")];
}

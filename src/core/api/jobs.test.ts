import { describe, expect, it } from "vitest";
import { at } from "./json.ts";
import { changeRefusals, created, objectOf, refusals, send } from "./test-requests.ts";

type Row = readonly [body: string, ...wanted: readonly string[]];

const TEMPLATE = "template: {spec: {restartPolicy: Never, containers: [{name: c, image: x}]}}";

describe("a Job that is refused", () => {
  it.each<Row>([
    [
      "{template: {spec: {containers: [{name: c, image: x}]}}}",
      'template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
    ],
    [
      "{template: {spec: {restartPolicy: Later, containers: [{name: c, image: x}]}}}",
      'template.spec.restartPolicy: Unsupported value: "Later": supported values: "Always", "OnFailure", "Never"',
      'template.spec.restartPolicy: Unsupported value: "Later": supported values: "OnFailure", "Never"',
    ],
    [`{parallelism: -1, ${TEMPLATE}}`, "parallelism: Invalid value: -1: must be greater than or equal to 0"],
    [`{completions: -1, ${TEMPLATE}}`, "completions: Invalid value: -1: must be greater than or equal to 0"],
    [`{backoffLimit: -1, ${TEMPLATE}}`, "backoffLimit: Invalid value: -1: must be greater than or equal to 0"],
    [`{activeDeadlineSeconds: -1, ${TEMPLATE}}`, "activeDeadlineSeconds: Invalid value: -1: must be greater than or equal to 0"],
    [`{ttlSecondsAfterFinished: -1, ${TEMPLATE}}`, "ttlSecondsAfterFinished: Invalid value: -1: must be greater than or equal to 0"],
    [`{completionMode: Any, ${TEMPLATE}}`, 'completionMode: Unsupported value: "Any": supported values: "NonIndexed", "Indexed"'],
    [`{completionMode: Indexed, parallelism: 2, ${TEMPLATE}}`, "completions: Required value: when completion mode is Indexed"],
    [
      `{completionMode: Indexed, completions: 5, parallelism: 100001, ${TEMPLATE}}`,
      "parallelism: Invalid value: 100001: must be less than or equal to 100000 when completion mode is Indexed",
    ],
    [`{backoffLimitPerIndex: 1, ${TEMPLATE}}`, "backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode"],
    [
      `{maxFailedIndexes: 1, ${TEMPLATE}}`,
      "backoffLimitPerIndex: Required value: when maxFailedIndexes is specified",
      "maxFailedIndexes: Invalid value: 1: requires indexed completion mode",
    ],
    [
      `{completionMode: Indexed, completions: 2, backoffLimitPerIndex: 1, maxFailedIndexes: 3, ${TEMPLATE}}`,
      "maxFailedIndexes: Invalid value: 3: must be less than or equal to completions",
    ],
    [
      `{podReplacementPolicy: Never, ${TEMPLATE}}`,
      'podReplacementPolicy: Unsupported value: "Never": supported values: "Failed", "TerminatingOrFailed"',
    ],
    [
      `{podFailurePolicy: {rules: [{}]}, ${TEMPLATE}}`,
      'podFailurePolicy.rules[0].action: Required value: valid values: ["Count" "FailIndex" "FailJob" "Ignore"]',
      "podFailurePolicy.rules[0]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required",
    ],
    [
      `{podFailurePolicy: {rules: [{action: FailJob, onExitCodes: {operator: In, values: [0, 3, 1, 3], containerName: z}}]}, ${TEMPLATE}}`,
      'podFailurePolicy.rules[0].onExitCodes.containerName: Invalid value: "z": must be one of the container or initContainer names in the pod template',
      "podFailurePolicy.rules[0].onExitCodes.values[0]: Invalid value: 0: must not be 0 for the In operator",
      "podFailurePolicy.rules[0].onExitCodes.values[3]: Duplicate value: 3",
      "podFailurePolicy.rules[0].onExitCodes.values: Invalid value: [0,3,1,3]: must be ordered",
    ],
    [
      "{podFailurePolicy: {rules: [{action: Count, onPodConditions: [{type: DisruptionTarget}]}]}, template: {spec: {restartPolicy: OnFailure, containers: [{name: c, image: x}]}}}",
      'template.spec.restartPolicy: Invalid value: "OnFailure": only "Never" is supported when podFailurePolicy is specified',
    ],
    [`{successPolicy: {rules: []}, ${TEMPLATE}}`, 'successPolicy: Invalid value: {"rules":[]}: requires indexed completion mode'],
    [
      `{completionMode: Indexed, completions: 3, successPolicy: {rules: [{succeededCount: 4}]}, ${TEMPLATE}}`,
      "successPolicy.rules[0].succeededCount: Invalid value: 4: must be less than or equal to 3 (the number of specified completions)",
    ],
    ["{template: {spec: {restartPolicy: Never, containers: []}}}", "template.spec.containers: Required value"],
  ])("%s", (body, ...wanted) => {
    expect(refusals("batch/v1", "Job", `{spec: ${body}}`)).toEqual(wanted.map((text) => `spec.${text}`));
  });
});

describe("what a Job is filled in with", () => {
  const made = (body: string): unknown => created(send("create", objectOf("batch/v1", "Job", `{spec: ${body}}`)));
  it.each<readonly [body: string, field: string, wanted: unknown]>([
    [`{${TEMPLATE}}`, "completions", 1],
    [`{${TEMPLATE}}`, "parallelism", 1],
    [`{parallelism: 3, ${TEMPLATE}}`, "completions", undefined],
    [`{completions: 3, ${TEMPLATE}}`, "parallelism", 1],
    [`{${TEMPLATE}}`, "backoffLimit", 6],
    [`{completionMode: Indexed, completions: 1, backoffLimitPerIndex: 1, ${TEMPLATE}}`, "backoffLimit", 2_147_483_647],
    [`{${TEMPLATE}}`, "completionMode", "NonIndexed"],
    [`{${TEMPLATE}}`, "suspend", false],
    [`{${TEMPLATE}}`, "podReplacementPolicy", "TerminatingOrFailed"],
  ])("%s: %s", (body, field, wanted) => {
    expect(at(made(body), "spec", field)).toEqual(wanted);
  });

  it("its Pods are told apart by the server", () => {
    const job = made(`{${TEMPLATE}}`);
    const uid = at(job, "metadata", "uid");
    expect(at(job, "spec", "selector")).toEqual({ matchLabels: { "batch.kubernetes.io/controller-uid": uid } });
    expect(at(job, "spec", "template", "metadata", "labels")).toEqual({
      "batch.kubernetes.io/controller-uid": uid,
      "batch.kubernetes.io/job-name": "a",
      "controller-uid": uid,
      "job-name": "a",
    });
  });

  it("unless somebody insists", () => {
    const body =
      "{manualSelector: true, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {restartPolicy: Never, containers: [{name: c, image: x}]}}}";
    expect(at(made(body), "spec", "selector")).toEqual({ matchLabels: { a: "b" } });
  });
});

describe("what may not change of a Job", () => {
  /** As kubectl apply sends it: with what the server made up. */
  const change = (before: string, after: string): readonly string[] => {
    const stored = created(send("create", objectOf("batch/v1", "Job", `{spec: ${before}}`)));
    const next = objectOf("batch/v1", "Job", `{spec: ${after}}`);
    const spec = { ...(stored["spec"] as object), ...(next["spec"] as object) };
    const answer = send("update", { ...next, spec }, { stored: JSON.stringify(stored) });
    return answer.ok ? [] : (answer.status.details?.causes ?? []).map(({ field, message }) => `${field}: ${message}`);
  };
  it.each<readonly [before: string, after: string, ...wanted: readonly string[]]>([
    [`{${TEMPLATE}}`, "{parallelism: 3}"],
    [`{${TEMPLATE}}`, "{suspend: true, ttlSecondsAfterFinished: 5, backoffLimit: 1}"],
    [`{${TEMPLATE}}`, "{completions: 2}", "spec.completions: Invalid value: 2: field is immutable"],
    [`{completionMode: Indexed, completions: 2, parallelism: 2, ${TEMPLATE}}`, "{completions: 3, parallelism: 3}"],
    [
      `{completionMode: Indexed, completions: 2, parallelism: 2, ${TEMPLATE}}`,
      "{completions: 3}",
      "spec.completions: Invalid value: 3: can only be modified in tandem with spec.parallelism",
    ],
    [`{completions: 2, ${TEMPLATE}}`, "{completionMode: Indexed}", 'spec.completionMode: Invalid value: "Indexed": field is immutable'],
  ])("%s to %s", (before, after, ...wanted) => {
    expect(change(before, after)).toEqual(wanted);
  });

  it("nor its template", () => {
    const answers = changeRefusals(
      "batch/v1",
      "Job",
      `{spec: {manualSelector: true, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {restartPolicy: Never, containers: [{name: c, image: x}]}}}}`,
      `{spec: {manualSelector: true, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {restartPolicy: Never, containers: [{name: c, image: y}]}}}}`,
    );
    expect(answers.map((text) => text.replace(/\{.*\}/, "{…}"))).toEqual(["spec.template: Invalid value: {…}: field is immutable"]);
  });
});

describe("a CronJob that is refused", () => {
  const JOB = `jobTemplate: {spec: {${TEMPLATE}}}`;
  it.each<Row>([
    [`{${JOB}}`, "spec.schedule: Required value"],
    [`{schedule: soon, ${JOB}}`, 'spec.schedule: Invalid value: "soon": expected exactly 5 fields, found 1: [soon]'],
    [`{schedule: "0 0 * * 7", ${JOB}}`, 'spec.schedule: Invalid value: "0 0 * * 7": end of range (7) above maximum (6): 7'],
    [`{schedule: "*/0 * * * *", ${JOB}}`, 'spec.schedule: Invalid value: "*/0 * * * *": step of range should be a positive number: */0'],
    [
      `{schedule: "TZ=UTC * * * * *", ${JOB}}`,
      'spec.schedule: Invalid value: "TZ=UTC * * * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
    ],
    [`{schedule: "@daily", timeZone: "", ${JOB}}`, 'spec.timeZone: Invalid value: "": timeZone must be nil or non-empty string'],
    [
      `{schedule: "@daily", timeZone: Local, ${JOB}}`,
      'spec.timeZone: Invalid value: "Local": timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones',
    ],
    [
      `{schedule: "@daily", timeZone: Middle/Earth, ${JOB}}`,
      'spec.timeZone: Invalid value: "Middle/Earth": unknown time zone Middle/Earth',
    ],
    [`{schedule: "@daily", timeZone: Europe/../x, ${JOB}}`, 'spec.timeZone: Invalid value: "Europe/../x": unknown time zone Europe/../x'],
    [
      `{schedule: "@daily", concurrencyPolicy: Never, ${JOB}}`,
      'spec.concurrencyPolicy: Unsupported value: "Never": supported values: "Allow", "Forbid", "Replace"',
    ],
    [
      `{schedule: "@daily", startingDeadlineSeconds: -1, ${JOB}}`,
      "spec.startingDeadlineSeconds: Invalid value: -1: must be greater than or equal to 0",
    ],
    [
      `{schedule: "@daily", successfulJobsHistoryLimit: -1, ${JOB}}`,
      "spec.successfulJobsHistoryLimit: Invalid value: -1: must be greater than or equal to 0",
    ],
    [
      `{schedule: "@daily", failedJobsHistoryLimit: -1, ${JOB}}`,
      "spec.failedJobsHistoryLimit: Invalid value: -1: must be greater than or equal to 0",
    ],
    [
      '{schedule: "@daily", jobTemplate: {spec: {template: {spec: {containers: [{name: c, image: x}]}}}}}',
      'spec.jobTemplate.spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
    ],
    [
      `{schedule: "@daily", jobTemplate: {spec: {selector: {matchLabels: {a: b}}, manualSelector: true, ${TEMPLATE}}}}`,
      'spec.jobTemplate.spec.selector: Invalid value: {"matchLabels":{"a":"b"}}: `selector` will be auto-generated',
      'spec.jobTemplate.spec.manualSelector: Unsupported value: true: supported values: "nil", "false"',
    ],
    [
      `{schedule: "@daily", suspend: maybe, ${JOB}}`,
      '400 CronJob in version "v1" cannot be handled as a CronJob: json: cannot unmarshal string into Go struct field CronJobSpec.spec.suspend of type bool',
    ],
    [
      `{schedule: "@daily", schedul: x, ${JOB}}`,
      '400 CronJob in version "v1" cannot be handled as a CronJob: strict decoding error: unknown field "spec.schedul"',
    ],
  ])("%s", (body, ...wanted) => {
    expect(refusals("batch/v1", "CronJob", `{spec: ${body}}`)).toEqual(wanted);
  });

  it.each(["*/5 * * * *", "@hourly", "0 9-17/2 * jan,jul MON-FRI", "@every 10m"])("but not at %s", (schedule) => {
    expect(refusals("batch/v1", "CronJob", `{spec: {schedule: "${schedule}", timeZone: Europe/Zurich, ${JOB}}}`)).toEqual([]);
  });

  it("its name leaves room for those of its Jobs", () => {
    const name = "a".repeat(53);
    expect(refusals("batch/v1", "CronJob", `{metadata: {name: ${name}}, spec: {schedule: "@daily", ${JOB}}}`)).toEqual([
      `metadata.name: Invalid value: "${name}": must be no more than 52 characters`,
    ]);
  });

  it("is filled in", () => {
    const made = created(send("create", objectOf("batch/v1", "CronJob", `{spec: {schedule: "@daily", ${JOB}}}`)));
    expect(made["spec"]).toMatchObject({
      concurrencyPolicy: "Allow",
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
      jobTemplate: { spec: { template: { spec: { dnsPolicy: "ClusterFirst", restartPolicy: "Never" } } } },
    });
    expect(at(made, "spec", "jobTemplate", "spec", "parallelism")).toBeUndefined();
  });
});

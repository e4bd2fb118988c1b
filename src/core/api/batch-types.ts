/** Jobs, CronJobs and disruption budgets as they are stored. (staging/src/k8s.io/api/{batch,policy}/v1/types.go) */
import type { KubeObject, LabelSelector, PodTemplate } from "./types.ts";

export interface JobSpec {
  readonly parallelism?: number;
  /** Absent: one success is enough, however many run. */
  readonly completions?: number;
  readonly completionMode?: "NonIndexed" | "Indexed";
  readonly backoffLimit?: number;
  readonly activeDeadlineSeconds?: number;
  readonly ttlSecondsAfterFinished?: number;
  readonly suspend?: boolean;
  readonly selector?: LabelSelector;
  readonly template: PodTemplate;
}

export interface Job extends KubeObject {
  readonly kind: "Job";
  readonly spec: JobSpec;
}

export interface CronJob extends KubeObject {
  readonly kind: "CronJob";
  readonly spec: {
    /** Readable by `parseSchedule`. */
    readonly schedule: string;
    /** Absent: the zone of the controller, UTC here. */
    readonly timeZone?: string;
    readonly startingDeadlineSeconds?: number;
    readonly concurrencyPolicy: "Allow" | "Forbid" | "Replace";
    readonly suspend: boolean;
    readonly successfulJobsHistoryLimit: number;
    readonly failedJobsHistoryLimit: number;
    readonly jobTemplate: { readonly metadata?: PodTemplate["metadata"]; readonly spec: JobSpec };
  };
}

export interface PodDisruptionBudget extends KubeObject {
  readonly kind: "PodDisruptionBudget";
  readonly spec: {
    readonly minAvailable?: number | string;
    readonly maxUnavailable?: number | string;
    readonly selector?: LabelSelector;
  };
}

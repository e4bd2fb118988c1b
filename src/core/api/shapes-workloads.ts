/** Go types of what makes Pods. (staging/src/k8s.io/api/{apps,batch,policy}/v1/types.go) */
import {
  any,
  bool,
  int32,
  int64,
  intOrString,
  labelSelector,
  list,
  meta,
  object,
  string,
  strings,
  struct,
  textsOf,
  union,
} from "./shape-parts.ts";
import { template } from "./shapes-pods.ts";

const rolling = { maxSurge: intOrString, maxUnavailable: intOrString };

export const deployment = object("Deployment", {
  spec: struct("DeploymentSpec", {
    replicas: int32,
    selector: labelSelector,
    template,
    minReadySeconds: int32,
    revisionHistoryLimit: int32,
    paused: bool,
    progressDeadlineSeconds: int32,
    strategy: union("DeploymentStrategy", { type: string, rollingUpdate: struct("RollingUpdateDeployment", rolling) }),
  }),
  status: any,
});

export const replicaSet = object("ReplicaSet", {
  spec: struct("ReplicaSetSpec", { replicas: int32, minReadySeconds: int32, selector: labelSelector, template }),
  status: any,
});

export const statefulSet = object("StatefulSet", {
  spec: struct("StatefulSetSpec", {
    replicas: int32,
    selector: labelSelector,
    template,
    volumeClaimTemplates: list(any),
    serviceName: string,
    podManagementPolicy: string,
    updateStrategy: struct("StatefulSetUpdateStrategy", {
      type: string,
      rollingUpdate: struct("RollingUpdateStatefulSetStrategy", { partition: int32, maxUnavailable: intOrString }),
    }),
    revisionHistoryLimit: int32,
    minReadySeconds: int32,
    persistentVolumeClaimRetentionPolicy: struct("StatefulSetPersistentVolumeClaimRetentionPolicy", textsOf("whenDeleted", "whenScaled")),
    ordinals: struct("StatefulSetOrdinals", { start: int32 }),
  }),
  status: any,
});

export const daemonSet = object("DaemonSet", {
  spec: struct("DaemonSetSpec", {
    selector: labelSelector,
    template,
    minReadySeconds: int32,
    revisionHistoryLimit: int32,
    updateStrategy: struct("DaemonSetUpdateStrategy", { type: string, rollingUpdate: struct("RollingUpdateDaemonSet", rolling) }),
  }),
  status: any,
});

export const replicationController = object("ReplicationController", {
  spec: struct("ReplicationControllerSpec", { replicas: int32, minReadySeconds: int32, selector: strings, template }),
  status: any,
});

const exitCodes = struct("PodFailurePolicyOnExitCodesRequirement", { containerName: string, operator: string, values: list(int32) });
const jobSpec = struct("JobSpec", {
  parallelism: int32,
  completions: int32,
  activeDeadlineSeconds: int64,
  podFailurePolicy: struct("PodFailurePolicy", {
    rules: list(
      struct("PodFailurePolicyRule", {
        action: string,
        onExitCodes: exitCodes,
        onPodConditions: list(struct("PodFailurePolicyOnPodConditionsPattern", { type: string, status: string })),
      }),
    ),
  }),
  successPolicy: struct("SuccessPolicy", {
    rules: list(struct("SuccessPolicyRule", { succeededIndexes: string, succeededCount: int32 })),
  }),
  backoffLimit: int32,
  backoffLimitPerIndex: int32,
  maxFailedIndexes: int32,
  selector: labelSelector,
  manualSelector: bool,
  template,
  ttlSecondsAfterFinished: int32,
  completionMode: string,
  suspend: bool,
  podReplacementPolicy: string,
  managedBy: string,
});

export const job = object("Job", { spec: jobSpec, status: any });

export const cronJob = object("CronJob", {
  spec: struct("CronJobSpec", {
    schedule: string,
    timeZone: string,
    startingDeadlineSeconds: int64,
    concurrencyPolicy: string,
    suspend: bool,
    jobTemplate: struct("JobTemplateSpec", { metadata: meta, spec: jobSpec }),
    successfulJobsHistoryLimit: int32,
    failedJobsHistoryLimit: int32,
  }),
  status: any,
});

export const podDisruptionBudget = object("PodDisruptionBudget", {
  spec: struct("PodDisruptionBudgetSpec", {
    minAvailable: intOrString,
    selector: labelSelector,
    maxUnavailable: intOrString,
    unhealthyPodEvictionPolicy: string,
  }),
  status: any,
});

/** What a Deployment says of itself. (pkg/controller/deployment/progress.go, sync.go: calculateStatus) */
import { numberAt } from "../api/json.ts";
import { parseInstant } from "../api/instant.ts";
import { get, keyOf } from "../api/store.ts";
import type { Deployment, ReplicaSet } from "../api/types.ts";
import { SECOND } from "../base/time.ts";
import type { Nanos } from "../base/time.ts";
import { limitsOf, REVISION } from "./rolling-update.ts";
import { instantOf, write } from "./world.ts";
import type { World } from "./world.ts";
import type { WakeUp } from "./wake-ups.ts";

interface Condition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
  readonly lastUpdateTime: string;
  readonly lastTransitionTime: string;
}

interface Sets {
  readonly sets: readonly ReplicaSet[];
  readonly current: ReplicaSet | null;
  /** The current set was made just now. */
  readonly made: boolean;
}

interface Counts {
  readonly replicas: number;
  readonly updatedReplicas: number;
  readonly readyReplicas: number;
  readonly availableReplicas: number;
  readonly unavailableReplicas: number;
}

const sum = (sets: readonly ReplicaSet[], of: (set: ReplicaSet) => number): number => sets.reduce((total, set) => total + of(set), 0);

export function reportDeployment(world: World, { metadata }: Deployment, { sets, current, made }: Sets): readonly WakeUp[] {
  const deployment = get(world.store, "Deployment", keyOf({ metadata }));
  if (deployment === undefined) return [];
  const available = sum(sets, ({ status }) => status.availableReplicas ?? 0);
  const counts: Counts = {
    replicas: sum(sets, ({ status }) => status.replicas ?? 0),
    updatedReplicas: current?.status.replicas ?? 0,
    readyReplicas: sum(sets, ({ status }) => status.readyReplicas ?? 0),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, sum(sets, ({ spec }) => spec.replicas) - available),
  };
  const progressing = progressOf(world, deployment, counts, { current, made });
  const shown = Object.fromEntries(Object.entries(counts).filter(([, value]) => value !== 0));
  const revision = current?.metadata.annotations?.[REVISION];
  write(world, {
    ...deployment,
    metadata: {
      ...deployment.metadata,
      ...(revision === undefined ? {} : { annotations: { ...deployment.metadata.annotations, [REVISION]: revision } }),
    },
    status: {
      observedGeneration: deployment.metadata.generation,
      ...shown,
      conditions: [availability(world, deployment, available), ...(progressing === null ? [] : [progressing])],
    },
  });
  const due = progressing === null ? null : deadlineOf(world, deployment, progressing);
  // Nobody waits for a rollout that hangs: its deadline comes when time has passed.
  return due === null ? [] : [{ controller: "deployment", key: keyOf(deployment), after: Math.max(0, due - world.now), idle: true }];
}

function availability(world: World, deployment: Deployment, available: number): Condition {
  const enough = available >= deployment.spec.replicas - limitsOf(deployment).unavailable;
  return stamped(world, deployment, {
    type: "Available",
    status: enough ? "True" : "False",
    reason: enough ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
    message: `Deployment ${enough ? "has" : "does not have"} minimum availability.`,
  });
}

/** How the rollout goes; null where no deadline is set, so that nobody watches it. */
function progressOf(world: World, deployment: Deployment, counts: Counts, { current, made }: Omit<Sets, "sets">): Condition | null {
  const known = conditionsOf(deployment).find(({ type }) => type === "Progressing");
  const set = current === null ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${current.metadata.name}"`;
  const say = (status: Condition["status"], reason: string, message: string): Condition =>
    stamped(world, deployment, { type: "Progressing", status, reason, message });
  if (numberAt(deployment.spec, "progressDeadlineSeconds") === undefined) return null;
  if ((deployment.spec as { readonly paused?: boolean }).paused === true)
    return known?.reason === "ProgressDeadlineExceeded" || known?.reason === "DeploymentPaused"
      ? known
      : say("Unknown", "DeploymentPaused", "Deployment is paused");
  const resumed = known?.reason === "DeploymentPaused" ? say("Unknown", "DeploymentResumed", "Deployment is resumed") : known;
  const before =
    made && current !== null ? say("True", "NewReplicaSetCreated", `Created new replica set "${current.metadata.name}"`) : resumed;
  // One that is through stays so, also while it is scaled.
  if (before?.reason === "NewReplicaSetAvailable" && counts.replicas === counts.updatedReplicas) return before;
  const { replicas } = deployment.spec;
  if (counts.updatedReplicas === replicas && counts.replicas === replicas && counts.availableReplicas === replicas)
    return say("True", "NewReplicaSetAvailable", `${set} has successfully progressed.`);
  if (before === undefined || hasProgressed(deployment, counts)) return say("True", "ReplicaSetUpdated", `${set} is progressing.`);
  const due = deadlineOf(world, deployment, before);
  return due !== null && world.now >= due ? say("False", "ProgressDeadlineExceeded", `${set} has timed out progressing.`) : before;
}

/** More new Pods, fewer old ones, or more that are ready or available than the last report said. (DeploymentProgressing) */
function hasProgressed({ status }: Deployment, now: Counts): boolean {
  const old = (field: string): number => numberAt(status, field) ?? 0;
  return (
    now.updatedReplicas > old("updatedReplicas") ||
    now.replicas - now.updatedReplicas < old("replicas") - old("updatedReplicas") ||
    now.readyReplicas > old("readyReplicas") ||
    now.availableReplicas > old("availableReplicas")
  );
}

/** When the rollout has had its time since it last got on; null where it is through, has failed or is not watched. */
function deadlineOf(world: World, deployment: Deployment, { reason, lastUpdateTime }: Condition): Nanos | null {
  if (reason === "NewReplicaSetAvailable" || reason === "ProgressDeadlineExceeded" || reason === "DeploymentPaused") return null;
  const seconds = numberAt(deployment.spec, "progressDeadlineSeconds");
  const from = parseInstant(lastUpdateTime);
  if (seconds === undefined || from === null) return null;
  // Instants are whole seconds, and the deadline has to be over.
  return (from - world.epochSeconds + seconds + 1) * SECOND;
}

function conditionsOf({ status }: Deployment): readonly Condition[] {
  return (status as { readonly conditions?: readonly Condition[] }).conditions ?? []; // our own writing, or a dump's
}

/** An update that says nothing new but the time is one nevertheless where it is about progress. */
function stamped(world: World, deployment: Deployment, now: Omit<Condition, "lastUpdateTime" | "lastTransitionTime">): Condition {
  const before = conditionsOf(deployment).find(({ type }) => type === now.type);
  const same = before?.status === now.status && before.reason === now.reason && now.reason !== "ReplicaSetUpdated";
  return {
    type: now.type,
    status: now.status,
    reason: now.reason,
    message: now.message,
    lastUpdateTime: same ? before.lastUpdateTime : instantOf(world),
    lastTransitionTime: before?.status === now.status ? before.lastTransitionTime : instantOf(world),
  };
}

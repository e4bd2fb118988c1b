/** Every command that kubectl has, in its own order: what it takes and what does it here. */
import {
  API_RESOURCES_FLAGS,
  AUTH_FLAGS,
  EVENTS_FLAGS,
  VERSION_FLAGS,
  apiResources,
  apiVersions,
  canI,
  clusterInfo,
  currentContext,
  events,
  top,
  version,
} from "./about.ts";
import { APPLY_FLAGS, VIEW_FLAGS, apply, viewLastApplied } from "./apply.ts";
import { EXEC_FLAGS, LOGS_FLAGS, exec, logs } from "./containers.ts";
import {
  CONFIG_MAP_FLAGS,
  CREATE_FLAGS,
  DEPLOYMENT_FLAGS,
  JOB_FLAGS,
  NAMESPACE_FLAGS,
  RUN_FLAGS,
  SERVICE_ACCOUNT_FLAGS,
  SERVICE_FLAGS,
  create,
  createConfigMap,
  createDeployment,
  createJob,
  createNamespace,
  createService,
  createServiceAccount,
  run,
} from "./create.ts";
import { DELETE_FLAGS, remove } from "./delete.ts";
import { EXPOSE_FLAGS, expose } from "./expose.ts";
import { flag, type Flag, type Invocation } from "./flags.ts";
import { LABEL_FLAGS, annotate, label } from "./labels.ts";
import { CORDON_FLAGS, DRAIN_FLAGS, TAINT_FLAGS, cordon, drain, taint } from "./nodes.ts";
import { PATCH_FLAGS, patch } from "./patch.ts";
import { REPLACE_FLAGS, replace } from "./replace.ts";
import {
  HISTORY_FLAGS,
  ROLLOUT_FLAGS,
  STATUS_FLAGS,
  UNDO_FLAGS,
  rolloutHistory,
  rolloutPause,
  rolloutRestart,
  rolloutStatus,
  rolloutUndo,
} from "./rollout.ts";
import { SCALE_FLAGS, scale } from "./scale.ts";
import { SET_FLAGS, setEnv, setImage, setSelector } from "./set.ts";
import { WAIT_FLAGS, wait } from "./wait.ts";
import { DESCRIBE_FLAGS, describe } from "./describe.ts";
import { GET_FLAGS, get } from "./get.ts";
import type { Session } from "./session.ts";

export interface Command {
  readonly name: string;
  /** null: the real one has it, this one does not. */
  readonly does: ((session: Session, invocation: Invocation) => void) | null;
  readonly flags: readonly Flag[];
  readonly under: readonly Command[];
}

function command(name: string, does: Command["does"] = null, flags: readonly Flag[] = [], under: readonly Command[] = []): Command {
  return { name, does, flags, under };
}

const SERVICES: readonly Command[] = [
  command("clusterip", createService("ClusterIP"), SERVICE_FLAGS),
  command("nodeport", createService("NodePort"), SERVICE_FLAGS),
  command("loadbalancer", createService("LoadBalancer"), SERVICE_FLAGS),
  command("externalname", createService("ExternalName"), SERVICE_FLAGS),
];

function serviceHelp(session: Session): void {
  session.print("Create a service using a specified subcommand: clusterip, externalname, loadbalancer, nodeport.\n");
}

const TOP_FLAGS: readonly Flag[] = [
  flag("all-namespaces", "bool", "A"),
  flag("containers", "bool"),
  flag("selector", "text", "l"),
  flag("sort-by"),
  flag("no-headers", "bool"),
];

/** In the order in which suggestions are made. (kubectl/pkg/cmd/cmd.go) */
export const COMMANDS: readonly Command[] = [
  command("create", create, CREATE_FLAGS, [
    command("namespace", createNamespace, NAMESPACE_FLAGS),
    command("ns", createNamespace, NAMESPACE_FLAGS),
    command("service", serviceHelp, SERVICE_FLAGS, SERVICES),
    command("svc", serviceHelp, SERVICE_FLAGS, SERVICES),
    command("deployment", createDeployment, DEPLOYMENT_FLAGS),
    command("deploy", createDeployment, DEPLOYMENT_FLAGS),
    command("configmap", createConfigMap, CONFIG_MAP_FLAGS),
    command("cm", createConfigMap, CONFIG_MAP_FLAGS),
    command("serviceaccount", createServiceAccount, SERVICE_ACCOUNT_FLAGS),
    command("sa", createServiceAccount, SERVICE_ACCOUNT_FLAGS),
    command("job", createJob, JOB_FLAGS),
    ...[
      "cronjob",
      "ingress",
      "poddisruptionbudget",
      "priorityclass",
      "quota",
      "role",
      "rolebinding",
      "clusterrole",
      "clusterrolebinding",
      "secret",
      "token",
    ].map((name) => command(name)),
  ]),
  command("expose", expose, EXPOSE_FLAGS),
  command("run", run, RUN_FLAGS),
  command(
    "set",
    null,
    [],
    [
      command("image", setImage, SET_FLAGS),
      command("selector", setSelector, SET_FLAGS),
      command("env", setEnv, SET_FLAGS),
      command("resources"),
      command("serviceaccount"),
      command("subject"),
    ],
  ),
  command("explain"),
  command("get", get, GET_FLAGS),
  command("edit"),
  command("delete", remove, DELETE_FLAGS),
  command(
    "rollout",
    null,
    [],
    [
      command("history", rolloutHistory, HISTORY_FLAGS),
      command("pause", rolloutPause(true), ROLLOUT_FLAGS),
      command("restart", rolloutRestart, ROLLOUT_FLAGS),
      command("resume", rolloutPause(false), ROLLOUT_FLAGS),
      command("status", rolloutStatus, STATUS_FLAGS),
      command("undo", rolloutUndo, UNDO_FLAGS),
    ],
  ),
  command("scale", scale, SCALE_FLAGS),
  command("autoscale"),
  command("certificate"),
  command("cluster-info", clusterInfo),
  command(
    "top",
    null,
    [],
    [command("node", top, TOP_FLAGS), command("nodes", top, TOP_FLAGS), command("pod", top, TOP_FLAGS), command("pods", top, TOP_FLAGS)],
  ),
  command("cordon", cordon(true), CORDON_FLAGS),
  command("uncordon", cordon(false), CORDON_FLAGS),
  command("drain", drain, DRAIN_FLAGS),
  command("taint", taint, TAINT_FLAGS),
  command("describe", describe, DESCRIBE_FLAGS),
  command("logs", logs, LOGS_FLAGS),
  command("attach"),
  command("exec", exec, EXEC_FLAGS),
  command("port-forward"),
  command("proxy"),
  command("cp"),
  command("auth", null, [], [command("can-i", canI, AUTH_FLAGS), command("whoami"), command("reconcile")]),
  command("debug"),
  command("events", events, EVENTS_FLAGS),
  command("diff"),
  command("apply", apply, APPLY_FLAGS, [
    command("view-last-applied", viewLastApplied, VIEW_FLAGS),
    command("set-last-applied"),
    command("edit-last-applied"),
  ]),
  command("patch", patch, PATCH_FLAGS),
  command("replace", replace, REPLACE_FLAGS),
  command("wait", wait, WAIT_FLAGS),
  command("kustomize"),
  command("label", label, LABEL_FLAGS),
  command("annotate", annotate, LABEL_FLAGS),
  command("completion"),
  command("alpha"),
  command(
    "config",
    null,
    [],
    [
      command("current-context", currentContext),
      ...["view", "use-context", "set-context", "get-contexts", "get-clusters"].map((name) => command(name)),
    ],
  ),
  command("plugin"),
  command("version", version, VERSION_FLAGS),
  command("api-versions", apiVersions),
  command("api-resources", apiResources, API_RESOURCES_FLAGS),
  command("options"),
];

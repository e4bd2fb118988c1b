/** Actions of a person, each handed to who knows how: the control plane's commands, or a node's kube-proxy. And their words. */
import { unreachable } from "../base/names.ts";
import { MILLISECOND, type Nanos } from "../base/time.ts";
import { commandRequests } from "../controllers/api-requests.ts";
import {
  commandCordon,
  commandCrash,
  commandCutNode,
  commandDelete,
  commandDrain,
  commandJoinNode,
  commandLabel,
  commandReady,
  commandRestart,
  commandSlow,
  commandStartNode,
  commandStopNode,
  type Done,
} from "../controllers/commands.ts";
import { commandScale, commandUndo } from "../controllers/workload-commands.ts";
import type { World } from "../controllers/world.ts";
import type { Action } from "./contract.ts";

/** Steady traffic begins or ends. */
export type TrafficAction = Extract<Action, { kind: "start-traffic" | "stop-traffic" | "set-sender" }>;

export function isTrafficAction(action: Action): action is TrafficAction {
  return action.kind === "start-traffic" || action.kind === "stop-traffic" || action.kind === "set-sender";
}

type RulesKind = "override-rules" | "own-rules" | "stop-proxy" | "start-proxy";
const RULES_KINDS: ReadonlySet<string> = new Set<RulesKind>(["override-rules", "own-rules", "stop-proxy", "start-proxy"]);

/** Actions on the control plane: all but those on a node's rules, its kube-proxy, and traffic. */
export type ControlAction = Exclude<Action, TrafficAction | { kind: RulesKind }>;

export function isControlAction(action: Action): action is ControlAction {
  return !RULES_KINDS.has(action.kind) && !isTrafficAction(action);
}

export function command(world: World, action: ControlAction): Done {
  switch (action.kind) {
    case "delete-pod":
      return commandDelete(world, action.pod);
    case "set-ready":
      return commandReady(world, action.pod, action.ready);
    case "crash-pod":
      return commandCrash(world, action.pod, action);
    case "slow-pod":
      return commandSlow(world, action.pod, action.delay);
    case "label-pod":
      return commandLabel(world, action.pod, action.label, action.value);
    case "cordon":
      return commandCordon(world, action.node, true);
    case "uncordon":
      return commandCordon(world, action.node, false);
    case "drain":
      return commandDrain(world, action.node, action.force);
    case "stop-node":
      return commandStopNode(world, action.node);
    case "start-node":
      return commandStartNode(world, action.node);
    case "cut-node":
      return commandCutNode(world, action.node);
    case "join-node":
      return commandJoinNode(world, action.node);
    case "restart-pods":
      return commandRestart(world, action.workload.kind, action.workload.key);
    case "scale":
      return commandScale(world, action.workload.kind, action.workload.key, action.replicas);
    case "undo-rollout":
      return commandUndo(world, action.workload.kind, action.workload.key, action.revision);
    case "api-requests":
      return commandRequests(world, action.requests);
    case "wait":
      // Work that nobody has: the run is at rest once it is done.
      return [{ controller: "kubelet", key: "", after: action.time }];
    default:
      return unreachable(action);
  }
}

/** What was done, for the timeline. */
export function actionText(action: Action): string {
  switch (action.kind) {
    case "set-ready":
      return action.ready === null
        ? `readiness of ${action.pod} left to its probes`
        : `${action.pod} made ${action.ready ? "ready" : "not ready"}`;
    case "delete-pod":
      return `${action.pod} deleted`;
    case "crash-pod":
      return (action.times ?? 1) === 1 ? `${action.pod} crashed` : `${action.pod} crashes ${action.times ?? 1} times`;
    case "slow-pod":
      return action.delay === 0 ? `${action.pod} answers as fast as usual` : `${action.pod} answers ${delayText(action.delay)} later`;
    case "label-pod":
      return action.value === null ? `${action.pod} lost label ${action.label}` : `${action.pod} labelled ${action.label}=${action.value}`;
    case "cordon":
      return `${action.node} cordoned`;
    case "uncordon":
      return `${action.node} uncordoned`;
    case "drain":
      return `${action.node} drained`;
    case "stop-node":
      return `${action.node} stopped`;
    case "start-node":
      return `${action.node} started`;
    case "cut-node":
      return `${action.node} cut off the network`;
    case "join-node":
      return `${action.node} joined to the network again`;
    case "stop-proxy":
      return `kube-proxy of ${action.node} stopped`;
    case "start-proxy":
      return `kube-proxy of ${action.node} started`;
    case "restart-pods":
      return `Pods of ${action.workload.kind} ${action.workload.key} restarted`;
    case "scale":
      return `${action.workload.kind} ${action.workload.key} scaled to ${action.replicas}`;
    case "undo-rollout":
      return `${action.workload.kind} ${action.workload.key} rolled back${action.revision === undefined ? "" : ` to revision ${action.revision}`}`;
    case "api-requests":
      return action.what;
    case "wait":
      return `${delayText(action.time)} gone by`;
    case "start-traffic":
      return action.request === null
        ? "steady traffic started"
        : `steady traffic to ${action.request.to} started, ${action.request.rate} a second`;
    case "stop-traffic":
      return "steady traffic stopped";
    case "set-sender":
      return action.request === null
        ? `sender ${action.sender} stopped`
        : `sender ${action.sender} to ${action.request.to}, ${action.request.rate} a second`;
    case "own-rules": {
      const where = action.node ?? "all nodes";
      return action.text === null ? `own rules of ${where} taken away` : `own rules added to ${where}`;
    }
    case "override-rules":
      return action.text === null ? `rules of ${action.node} left to kube-proxy` : `rules of ${action.node} replaced by hand`;
    default:
      return unreachable(action);
  }
}

/** `250 ms`, `1.5 s`. */
function delayText(delay: Nanos): string {
  const milliseconds = delay / MILLISECOND;
  return milliseconds < 1000 ? `${milliseconds} ms` : `${milliseconds / 1000} s`;
}

/** What an action did, in one sentence for its toast. Names are short, as on the picture. */
import { unreachable } from "../../core/base/names.ts";
import type { Action } from "../../core/simulation/contract.ts";
import type { ClusterView } from "../../core/simulation/view.ts";
import { duration, podName } from "./format.ts";

/** `cluster`: as it was before the action, which may take the Pod away. */
export function wordsOf(action: Action, cluster: ClusterView): string {
  switch (action.kind) {
    case "set-ready": {
      const name = podName(cluster, action.pod);
      if (action.ready === null) return `Readiness of ${name} is left to its probes`;
      return action.ready ? `${name} is made ready` : `${name} is made not ready`;
    }
    case "delete-pod":
      return `Deleted Pod ${podName(cluster, action.pod)}`;
    case "crash-pod": {
      const times = action.times ?? 1;
      const name = podName(cluster, action.pod);
      return times === 1 ? `${name} crashed` : `${name} crashes ${times} times in a row, with longer and longer waits`;
    }
    case "slow-pod": {
      const name = podName(cluster, action.pod);
      return action.delay === 0 ? `${name} answers as fast as usual` : `${name} answers ${duration(action.delay)} later`;
    }
    case "label-pod": {
      const name = podName(cluster, action.pod);
      return action.value === null
        ? `${name} has no label ${action.label} any more`
        : `${name} is labelled ${action.label}=${action.value}`;
    }
    case "cordon":
      return `${action.node} takes no new Pods`;
    case "uncordon":
      return `${action.node} takes new Pods again`;
    case "drain":
      return `${action.node} is drained: no new Pods, and those on it are evicted`;
    case "stop-node":
      return `${action.node} is switched off`;
    case "start-node":
      return `${action.node} is switched on`;
    case "cut-node":
      return `${action.node} is cut off the network`;
    case "join-node":
      return `${action.node} is on the network again`;
    case "stop-proxy":
      return `kube-proxy on ${action.node} is stopped: its rules stay as they are`;
    case "start-proxy":
      return `kube-proxy on ${action.node} runs again`;
    case "restart-pods":
      return `${action.workload.kind} ${nameIn(action.workload.key)} replaces its Pods`;
    case "scale":
      return `${action.workload.kind} ${nameIn(action.workload.key)} is scaled to ${action.replicas}`;
    case "undo-rollout":
      return `${action.workload.kind} ${nameIn(action.workload.key)} is rolled back`;
    case "api-requests":
      return action.what;
    case "wait":
      return `${duration(action.time)} went by`;
    case "start-traffic":
      return action.request === null ? "Steady traffic runs" : `Steady traffic to ${action.request.to}: ${action.request.rate} a second`;
    case "stop-traffic":
      return "Steady traffic is stopped";
    case "set-sender":
      return action.request === null
        ? `Sender ${action.sender} is stopped`
        : `Sender ${action.sender} to ${action.request.to}: ${action.request.rate} a second`;
    case "own-rules": {
      const where = action.node ?? "all nodes";
      return action.text === null ? `Own rules of ${where} are gone` : `Own rules stand on ${where}`;
    }
    case "override-rules":
      return action.text === null ? `kube-proxy writes the rules of ${action.node} again` : `The rules of ${action.node} are replaced`;
    default:
      return unreachable(action);
  }
}

/** `default/web` is web. */
export function nameIn(key: string): string {
  return key.slice(key.indexOf("/") + 1);
}

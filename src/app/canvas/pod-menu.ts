/** What can be done to a Pod, and to the workload that makes it. */
import type { ClusterView, PodView } from "../../core/simulation/view.ts";
import type { MenuEntry } from "../parts/menu.tsx";
import { slownessOf } from "../state/by-hand.ts";
import { perform, toggleReady } from "../state/changes.ts";
import { enforcePolicies, scaleTo } from "../state/fields.ts";
import { getState } from "../state/store.ts";
import { replicasOf, type Workload } from "../state/workloads.ts";
import { labelPod } from "./labelling.ts";

const MILLISECOND = 1_000_000;
const PACES = [
  { label: "as usual", delay: 0 },
  { label: "200 ms later", delay: 200 * MILLISECOND },
  { label: "2 s later", delay: 2_000 * MILLISECOND },
];

/** Crashes in a row after which the kubelet's wait is plain to see: 10 s, then 20 s. */
const UNTIL_BACK_OFF = 3;

export function podEntries(pod: PodView): readonly MenuEntry[] {
  const { key } = pod;
  const ready = pod.readyOverride ?? pod.state === "ready";
  const running = whyNotRunning(pod);
  const ending = pod.state === "terminating" ? "It is on its way out already." : null;
  const slowness = slownessOf(getState().actions, key);
  return [
    {
      kind: "item",
      label: ready ? "Make not ready" : "Make ready",
      icon: ready ? "not-ready" : "ready",
      keys: "R",
      unavailable: ending,
      run: () => toggleReady(key),
    },
    ...(pod.readyOverride === null
      ? []
      : [
          {
            kind: "item",
            label: "Leave readiness to its probes",
            icon: "restart",
            run: () => perform({ kind: "set-ready", pod: key, ready: null }),
          } as const,
        ]),
    {
      kind: "item",
      label: "Change its labels",
      note: "On the running Pod, as kubectl label",
      icon: "label",
      keys: "Shift L",
      unavailable: ending,
      run: () => labelPod(key),
    },
    {
      kind: "item",
      label: "Crash once",
      note: "Its kubelet starts it again",
      icon: "bolt",
      keys: "K",
      unavailable: running,
      run: () => perform({ kind: "crash-pod", pod: key }),
    },
    {
      kind: "item",
      label: "Crash until it backs off",
      note: `${UNTIL_BACK_OFF} times: each wait is twice as long`,
      icon: "bolt",
      keys: "Shift K",
      unavailable: running,
      run: () => perform({ kind: "crash-pod", pod: key, times: UNTIL_BACK_OFF }),
    },
    {
      kind: "choices",
      label: "Answers",
      unavailable: ending,
      choices: PACES.map(({ label, delay }) => ({
        label,
        checked: slowness === delay,
        run: () => perform({ kind: "slow-pod", pod: key, delay }),
      })),
    },
    {
      kind: "item",
      label: "Delete Pod",
      ...(pod.workload === null ? {} : { note: `${pod.workload.kind} ${pod.workload.name} makes another, with a new address` }),
      icon: "trash",
      keys: "Delete",
      unavailable: ending,
      run: () => perform({ kind: "delete-pod", pod: key }),
    },
  ];
}

/** Where network policies isolate it: what the network plugin makes of them, here and everywhere. */
export function policyEntries({ key }: PodView, { policies, enforcesPolicies }: ClusterView): readonly MenuEntry[] {
  if (!policies.some(({ selects }) => selects.includes(key))) return [];
  return [
    {
      kind: "choices",
      label: "Network policies of the cluster",
      choices: [
        { label: "enforced", checked: enforcesPolicies, run: () => void enforcePolicies(true) },
        { label: "stored only", checked: !enforcesPolicies, run: () => void enforcePolicies(false) },
      ],
    },
  ];
}

function whyNotRunning(pod: PodView): string | null {
  switch (pod.state) {
    case "ready":
    case "not-ready":
      return null;
    case "terminating":
      return "It is on its way out already.";
    case "crashing":
      return "It has crashed, and waits for its restart.";
    case "pending":
    case "starting":
      return "Nothing runs in it yet.";
    case "completed":
    case "failed":
      return "It has ended.";
  }
}

// ---- workloads ----------------------------------------------------------------------------------------------------

const SCALED: ReadonlySet<string> = new Set(["Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"]);
const RESTARTED: ReadonlySet<string> = new Set(["Deployment", "StatefulSet", "DaemonSet"]);
/** Counts that are offered, with the present one. */
const COUNTS = [0, 1, 2, 3, 5, 10];

/** Under a title of its own, with a line before it. */
export function workloadEntries(workload: Workload, cluster: ClusterView): readonly MenuEntry[] {
  const { kind, namespace, name } = workload;
  const key = `${namespace}/${name}`;
  const now = replicasOf(workload, cluster);
  const counts = [...new Set([...COUNTS, now])].sort((a, b) => a - b);
  return [
    { kind: "line" },
    { kind: "title", text: `${kind} ${name}` },
    {
      kind: "choices",
      label: "Replicas",
      unavailable: SCALED.has(kind) ? null : whyNoReplicas(kind),
      choices: counts.map((count) => ({ label: String(count), checked: count === now, run: () => void scaleTo(workload, count) })),
    },
    {
      kind: "item",
      label: "Restart its Pods",
      icon: "restart",
      keys: "Shift R",
      unavailable: RESTARTED.has(kind) ? null : `A ${kind} does not replace its Pods: delete them one by one.`,
      run: () => perform({ kind: "restart-pods", workload: { kind, key } }),
    },
    {
      kind: "item",
      label: "Undo rollout",
      note: "Back to the Pod template before; the manifests stay as they are",
      icon: "back",
      keys: "Shift U",
      unavailable: RESTARTED.has(kind) ? null : `A ${kind} has no rollout.`,
      run: () => perform({ kind: "undo-rollout", workload: { kind, key } }),
    },
  ];
}

function whyNoReplicas(kind: string): string {
  return kind === "DaemonSet" ? "A DaemonSet has one Pod on every node." : `A ${kind} has no replicas.`;
}

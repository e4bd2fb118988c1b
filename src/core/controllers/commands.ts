/**
 * What a person does to a running cluster beside its manifests: to Pods, nodes and workloads. Each writes what a cluster
 * would be told (kubectl's patches and evictions), or notes in the control plane's memory what happened to a machine. Each
 * returns who has to look, or in plain words why it cannot be done.
 */
import type { Nanos } from "../base/time.ts";
import { labelValue, qualifiedName } from "../api/formats.ts";
import { get, keyOf } from "../api/store.ts";
import type { KubeObject, Node, Pod, PodTemplate } from "../api/types.ts";
import { runningContainers } from "../workloads/listeners.ts";
import { DELAYS } from "./delays.ts";
import { beginDrain, drained } from "./drain.ts";
import { announcementsAfter } from "./load-balancer.ts";
import { isFinished, isReady, isTerminating } from "./lookup.ts";
import { nodeReturns, podsOn, withCordonTaint } from "./node-lifecycle.ts";
import { deletePod, setReadyOverride } from "./pod-deletion.ts";
import { crashOf, isDown, running } from "./restarts.ts";
import { controllerOf, instantOf, write } from "./world.ts";
import type { NodeFault, World } from "./world.ts";
import type { WakeUp } from "./wake-ups.ts";

export type Done = readonly WakeUp[] | { readonly error: string };

const NOTHING: readonly WakeUp[] = [];

function kubeletOf(pod: string): readonly WakeUp[] {
  return [{ controller: "kubelet", key: pod, after: 0 }];
}

function noPod(key: string): { readonly error: string } {
  return { error: `There is no Pod ${key}.` };
}

// ---- Pods ---------------------------------------------------------------------------------------------------------

export function commandDelete(world: World, key: string): Done {
  if (get(world.store, "Pod", key) === undefined) return noPod(key);
  deletePod(world, key);
  return NOTHING;
}

export function commandReady(world: World, key: string, ready: boolean | null): Done {
  if (get(world.store, "Pod", key) === undefined) return noPod(key);
  setReadyOverride(world, key, ready);
  return kubeletOf(key);
}

/** The process of a container (the first, where none is named) ends with an error, `times` times in a row. */
export function commandCrash(world: World, key: string, { container, times = 1 }: { container?: string; times?: number } = {}): Done {
  const pod = get(world.store, "Pod", key);
  if (pod === undefined) return noPod(key);
  const name = container ?? pod.spec.containers[0]?.name ?? "";
  if (!runningContainers(pod.spec).some((each) => each.name === name)) return { error: `Pod ${key} has no container ${name}.` };
  if (!Number.isInteger(times) || times < 1 || times > 100) return { error: `A container crashes 1 to 100 times in a row, not ${times}.` };
  const runtime = world.memory.pods.get(key);
  const fault = nodeFaultOf(world, pod);
  if (fault?.stopped === true) return { error: `Pod ${key} does not run: its node ${pod.spec.nodeName ?? ""} is stopped.` };
  if (isTerminating(pod)) return { error: `Pod ${key} is on its way out already.` };
  if (runtime === undefined || runtime.startedAt === null || isFinished(pod))
    return { error: `Pod ${key} does not run, so nothing in it can crash.` };
  if (isDown(runtime.crashes[name])) return { error: `Container ${name} of Pod ${key} has crashed already and waits for its restart.` };
  const before = pod.status.containerStatuses?.find((each) => each.name === name)?.restartCount ?? 0;
  const crash = crashOf(runtime, name, { now: world.now, times, before });
  world.memory.pods.set(key, { ...runtime, crashes: { ...runtime.crashes, [name]: crash } });
  return kubeletOf(key);
}

/** The Pod answers so much later than usual; 0: as usual again. */
export function commandSlow(world: World, key: string, delay: Nanos): Done {
  const pod = get(world.store, "Pod", key);
  if (pod === undefined) return noPod(key);
  if (!Number.isInteger(delay) || delay < 0) return { error: `A Pod is slowed down by a time from 0 up, not by ${delay} ns.` };
  const known = world.memory.paces.get(key);
  if ((known?.delay ?? 0) === delay) return NOTHING;
  world.memory.paces.set(key, { delay, since: world.now, readyBefore: isReady(pod) });
  return kubeletOf(key);
}

/** `kubectl label --overwrite`: on the Pod as it runs, whatever its template says; null takes the label away. */
export function commandLabel(world: World, key: string, label: string, value: string | null): Done {
  const pod = get(world.store, "Pod", key);
  if (pod === undefined) return noPod(key);
  const [wrongKey] = qualifiedName(label);
  if (wrongKey !== undefined) return { error: `"${label}" is no label: ${wrongKey}` };
  const [wrongValue] = value === null ? [] : labelValue(value);
  if (wrongValue !== undefined) return { error: `"${value ?? ""}" is no value of a label: ${wrongValue}` };
  const { [label]: now, ...others } = pod.metadata.labels ?? {};
  if (value === null && now === undefined) return { error: `Pod ${key} has no label ${label}.` };
  if (value !== now)
    write(world, { ...pod, metadata: { ...pod.metadata, labels: value === null ? others : { ...others, [label]: value } } });
  return NOTHING;
}

function nodeFaultOf(world: World, pod: Pod): NodeFault | undefined {
  return world.memory.nodeFaults.get(pod.spec.nodeName ?? "");
}

// ---- nodes --------------------------------------------------------------------------------------------------------

function onNode(world: World, name: string, act: (node: Node) => Done): Done {
  const node = get(world.store, "Node", name);
  return node === undefined ? { error: `There is no node ${name}.` } : act(node);
}

/** `kubectl cordon`, `kubectl uncordon`: with the taint that the node lifecycle controller adds to it. */
export function commandCordon(world: World, name: string, cordoned: boolean): Done {
  return onNode(world, name, (node) => {
    setCordoned(world, node, cordoned);
    // Nobody goes on with a drain whose node takes Pods again.
    if (!cordoned) world.memory.drains.delete(name);
    return NOTHING;
  });
}

function setCordoned(world: World, node: Node, cordoned: boolean): void {
  const { unschedulable: _unschedulable, ...spec } = node.spec;
  write(world, { ...node, spec: withCordonTaint(cordoned ? { ...spec, unschedulable: true } : spec) });
}

/** `kubectl drain --ignore-daemonsets`: no Pod comes, those that are there are evicted; with `force` also those that nobody makes again. */
export function commandDrain(world: World, name: string, force = false): Done {
  return onNode(world, name, (node) => {
    const alone = drained(world, name)
      .filter((pod) => controllerOf(pod) === undefined && !isFinished(pod))
      .map(keyOf);
    if (alone.length > 0 && !force)
      return { error: `Node ${name} cannot be drained: nothing would make ${alone.join(", ")} again. Drain it by force to delete them.` };
    setCordoned(world, node, true);
    return beginDrain(world, name);
  });
}

/** Switched off: whatever runs on it is gone at once, and nobody is told. */
export function commandStopNode(world: World, name: string): Done {
  return onNode(world, name, () => {
    const known = world.memory.nodeFaults.get(name);
    if (known?.stopped === true) return { error: `Node ${name} is stopped already.` };
    return fail(world, name, { stopped: true, cut: known?.cut ?? false, since: known?.since ?? world.now });
  });
}

/** Its cable is out: what is on it runs on, without the rest of the cluster. */
export function commandCutNode(world: World, name: string): Done {
  return onNode(world, name, () => {
    const known = world.memory.nodeFaults.get(name);
    if (known?.cut === true) return { error: `Node ${name} is cut off already.` };
    return fail(world, name, { stopped: known?.stopped ?? false, cut: true, since: known?.since ?? world.now });
  });
}

function fail(world: World, name: string, fault: NodeFault): Done {
  world.memory.nodeFaults.set(name, fault);
  return [
    { controller: "node-lifecycle", key: name, after: Math.max(0, fault.since + DELAYS.nodeGrace - world.now) },
    ...announcementsAfter(world, Math.max(0, fault.since + DELAYS.metallbFailover - world.now)),
  ];
}

/** Switched on again: its kubelet makes the sandboxes of its Pods anew, with new addresses. */
export function commandStartNode(world: World, name: string): Done {
  return onNode(world, name, () => {
    const known = world.memory.nodeFaults.get(name);
    if (known?.stopped !== true) return { error: `Node ${name} is not stopped.` };
    for (const pod of podsOn(world, name)) restartAfterBoot(world, pod);
    return known.cut ? stillCut(world, name, known) : back(world, name);
  });
}

export function commandJoinNode(world: World, name: string): Done {
  return onNode(world, name, () => {
    const known = world.memory.nodeFaults.get(name);
    if (known?.cut !== true) return { error: `Node ${name} is not cut off.` };
    if (known.stopped) {
      world.memory.nodeFaults.set(name, { ...known, cut: false });
      return NOTHING;
    }
    // Its kubelet hears only now which Pods are to go.
    for (const pod of podsOn(world, name)) {
      const runtime = world.memory.pods.get(keyOf(pod));
      if (isTerminating(pod) && runtime !== undefined) world.memory.pods.set(keyOf(pod), { ...runtime, deletedAt: world.now });
    }
    return back(world, name);
  });
}

function stillCut(world: World, name: string, fault: NodeFault): Done {
  world.memory.nodeFaults.set(name, { ...fault, stopped: false });
  return NOTHING;
}

function back(world: World, name: string): Done {
  world.memory.nodeFaults.delete(name);
  nodeReturns(world, name);
  return [
    ...podsOn(world, name).map((pod) => ({ controller: "kubelet" as const, key: keyOf(pod), after: 0 })),
    ...announcementsAfter(world, DELAYS.watch),
  ];
}

function restartAfterBoot(world: World, pod: Pod): void {
  const key = keyOf(pod);
  const runtime = world.memory.pods.get(key);
  if (runtime === undefined || isFinished(pod)) return;
  if (isTerminating(pod)) {
    // Its processes ended with the node.
    world.memory.pods.set(key, { ...runtime, startedAt: null, deletedAt: world.now });
    return;
  }
  const restartsOf = (name: string): number =>
    runtime.crashes[name]?.restarts ?? pod.status.containerStatuses?.find((each) => each.name === name)?.restartCount ?? 0;
  const crashes =
    runtime.startedAt === null
      ? {}
      : Object.fromEntries(
          runningContainers(pod.spec).map(({ name }) => [
            name,
            // What its processes came to nobody saw.
            { ...running(world.now, restartsOf(name) + 1), exitCode: 255, cause: "crash" as const },
          ]),
        );
  world.memory.pods.set(key, { ...runtime, boundAt: world.now, sandboxAt: null, startedAt: null, inits: {}, readySince: null, crashes });
  const { podIP: _ip, podIPs: _ips, ...status } = pod.status;
  write(world, { ...pod, status });
}

// ---- workloads ----------------------------------------------------------------------------------------------------

const ROLLED_OUT: ReadonlySet<string> = new Set(["Deployment", "StatefulSet", "DaemonSet"]);

/** `kubectl rollout restart`: an annotation of the template changes, so that all its Pods are replaced. */
export function commandRestart(world: World, kind: string, key: string): Done {
  const found = get(world.store, kind, key);
  if (!ROLLED_OUT.has(kind)) return { error: `The Pods of a ${kind} are not replaced by a restart: delete them one by one.` };
  if (found === undefined) return { error: `There is no ${kind} ${key}.` };
  const workload = found as KubeObject & { readonly spec: { readonly template: PodTemplate } }; // admitted as such
  const { template } = workload.spec;
  const annotations = { ...template.metadata?.annotations, "kubectl.kubernetes.io/restartedAt": instantOf(world) };
  write(world, {
    ...workload,
    metadata: { ...workload.metadata, generation: (workload.metadata.generation ?? 1) + 1 },
    spec: { ...workload.spec, template: { ...template, metadata: { ...template.metadata, annotations } } },
  });
  return NOTHING;
}

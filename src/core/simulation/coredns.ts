/**
 * CoreDNS processes and their Corefile in a run: a ConfigMap that changes reaches each Pod's volume when its kubelet comes
 * round, and the process when its reload plugin looks. Who starts with a file that it cannot read ends at once.
 */
import { randomState } from "../base/random.ts";
import type { NamespacedName } from "../base/names.ts";
import type { Nanos } from "../base/time.ts";
import { listAt, textAt } from "../api/json.ts";
import { get, listed } from "../api/store.ts";
import type { Container, Pod } from "../api/types.ts";
import { isUp, startOf } from "../controllers/container-life.ts";
import type { WakeUp } from "../controllers/wake-ups.ts";
import { emptyCache } from "../dns/cache.ts";
import { kubeadmCorefile, parseCorefile, type Corefile, type CorefileError } from "../dns/corefile.ts";
import { look, nextLook, startProcess, type CoreDnsProcess } from "../dns/corefile-process.ts";
import { coreDnsState, type CoreDnsState } from "../dns/pipeline.ts";
import { nameServerOf } from "../workloads/clients.ts";
import type { SimulationState } from "./state.ts";
import type { TimelineEvent } from "./view.ts";

const CONFIG = "kube-system/coredns";

/** Pure memo: a text's Corefile. */
const readTexts = new Map<string, Corefile | CorefileError>();
const MOST_TEXTS = 64;

export function readCorefile(text: string): Corefile | CorefileError {
  let read = readTexts.get(text);
  if (read === undefined) {
    if (readTexts.size >= MOST_TEXTS) readTexts.clear();
    readTexts.set(text, (read = parseCorefile(text)));
  }
  return read;
}

/** The Corefile as it is stored now: of the ConfigMap that the Pod mounts, or kubeadm's where there is none. */
export function configuredText(state: SimulationState, pod: Pod | null = null): string {
  const key = pod === null ? CONFIG : configMapOf(pod);
  return get(state.store, "ConfigMap", key)?.data?.["Corefile"] ?? kubeadmCorefile(state.settings.dnsDomain);
}

/** The ConfigMap of a volume that brings a file called Corefile. */
function configMapOf({ metadata, spec }: Pod): NamespacedName {
  const volumes = listAt(spec, "volumes");
  const named = volumes.filter((volume) => listAt(volume, "configMap", "items").some((item) => textAt(item, "path") === "Corefile"));
  const name = textAt(named[0], "configMap", "name");
  return name === undefined ? CONFIG : `${metadata.namespace ?? "default"}/${name}`;
}

/** The state of the CoreDNS that runs (or is to run) in the Pod. */
export function coreDnsOf(state: SimulationState, pod: NamespacedName): CoreDnsState {
  const { coredns, seed } = state;
  let known = coredns.get(pod);
  if (known === undefined) coredns.set(pod, (known = coreDnsState(seed, pod)));
  return known;
}

/** The process that started in the Pod then: one that nobody has met yet reads its file. */
function processStarted(state: SimulationState, pod: Pod, key: NamespacedName, startedAt: Nanos): CoreDnsProcess {
  const known = coreDnsOf(state, key);
  const { uid = "" } = pod.metadata;
  if (known.process?.uid === uid && known.process.startedAt === startedAt) return known.process;
  const random = randomState(state.seed, `corefile ${key} ${startedAt}`);
  known.cache = emptyCache();
  known.process = startProcess(configuredText(state, pod), { uid, startedAt }, readCorefile, random);
  return known.process;
}

/** For the kubelet: CoreDNS ends where it starts with a Corefile that it cannot read. */
export function cannotStart(state: SimulationState): (pod: Pod, container: Container, startedAt: Nanos) => boolean {
  return (pod, container, startedAt) => {
    if (nameServerOf(pod)?.name !== container.name) return false;
    return processStarted(state, pod, `${pod.metadata.namespace ?? "default"}/${pod.metadata.name}`, startedAt).ended;
  };
}

/** The process that runs in the Pod now; null where none does, or where nobody follows the Pod's life (stored clusters). */
export function processNow(state: SimulationState, key: NamespacedName): CoreDnsProcess | null {
  const pod = get(state.store, "Pod", key);
  const runtime = state.memory.pods.get(key);
  const container = pod === undefined ? null : nameServerOf(pod);
  if (pod === undefined || runtime === undefined || container === null || !isUp(pod, runtime, container)) return null;
  const startedAt = startOf(pod, runtime, container);
  return startedAt === null ? null : processStarted(state, pod, key, startedAt);
}

/** What the Pod's CoreDNS works with now. */
export function corefileOfPod(state: SimulationState, key: NamespacedName): Corefile {
  const process = processNow(state, key);
  const read = readCorefile(process?.text ?? configuredText(state, get(state.store, "Pod", key) ?? null));
  if (!("error" in read)) return read;
  // A stored cluster shows no process; kubeadm's file stands in for one that cannot have been loaded.
  const usual = readCorefile(kubeadmCorefile(state.settings.dnsDomain));
  if ("error" in usual) throw new Error(`kubeadm's own Corefile does not parse: ${usual.error}`);
  return usual;
}

/** The kubelet came round, or time has passed: what that does to the process, what it logs, and when to come again. */
export function followCorefile(
  state: SimulationState,
  key: NamespacedName,
): { readonly wakes: readonly WakeUp[]; readonly entries: readonly TimelineEvent[] } {
  const pod = get(state.store, "Pod", key);
  const before = pod === undefined || nameServerOf(pod) === null || isCutOff(state, pod) ? null : processNow(state, key);
  if (pod === undefined || before === null) return { wakes: [], entries: [] };
  const configured = configuredText(state, pod);
  const random = randomState(state.seed, `corefile ${key} ${state.now}`);
  const { process, reloaded, log } = look(before, configured, state.now, readCorefile, random);
  const known = coreDnsOf(state, key);
  known.process = process;
  if (reloaded) known.cache = emptyCache();
  const next = nextLook(process, configured, state.now);
  return {
    wakes: next === null ? [] : [{ controller: "kubelet", key, after: next - state.now }],
    entries: log.map((line): TimelineEvent => logEntry(key, line, state.now)),
  };
}

function isCutOff(state: SimulationState, { spec }: Pod): boolean {
  return spec.nodeName === undefined || state.memory.nodeFaults.has(spec.nodeName);
}

/** A line of a Pod's log as an entry of the run: `Pod kube-system/coredns-… · log · [ERROR] …`. */
function logEntry(pod: NamespacedName, line: string, at: Nanos): TimelineEvent {
  return { kind: "event", at, about: `Pod ${pod}`, warning: line.startsWith("[ERROR]"), reason: "log", message: line };
}

/** Pods in which CoreDNS is to run. */
export function nameServerPods(state: SimulationState): readonly NamespacedName[] {
  return listed(state.store, "Pod")
    .filter((pod) => nameServerOf(pod) !== null)
    .map(({ metadata }) => `${metadata.namespace ?? "default"}/${metadata.name}`);
}

/** Clients that look a name up once: the first address of the first answer is theirs until their process ends. */
import type { NamespacedName } from "../base/names.ts";
import { get } from "../api/store.ts";
import { startOf } from "../controllers/container-life.ts";
import type { Sender } from "../network/trace.ts";
import { resolvesOnce } from "../workloads/clients.ts";
import type { SimulationState } from "./state.ts";

/** The address that the sender's process keeps of the name, alone in a list; null where it looks the name up. */
export function keptAddress(state: SimulationState, from: Sender, host: string): readonly string[] | null {
  const process = processOf(state, from);
  const kept = process === null ? undefined : state.keptNames.get(`${process} ${host}`);
  return kept === undefined ? null : [kept];
}

/** Of a sender that looks names up once the first address, which it keeps; of any other all of them. */
export function keepFirst(state: SimulationState, from: Sender, host: string, addresses: readonly string[]): readonly string[] {
  const process = processOf(state, from);
  const [first] = addresses;
  if (process === null || first === undefined || from.kind !== "pod") return addresses;
  for (const key of state.keptNames.keys())
    if (key.startsWith(`${from.pod} `) && !key.startsWith(`${process} `)) state.keptNames.delete(key);
  state.keptNames.set(`${process} ${host}`, first);
  return [first];
}

/** The process of a Pod that keeps addresses: another start is another process. null for all other senders. */
function processOf(state: SimulationState, from: Sender): string | null {
  if (from.kind !== "pod") return null;
  const key: NamespacedName = from.pod;
  const pod = get(state.store, "Pod", key);
  if (pod === undefined || !resolvesOnce(pod)) return null;
  const runtime = state.memory.pods.get(key);
  const [container] = pod.spec.containers;
  const startedAt = runtime === undefined || container === undefined ? null : startOf(pod, runtime, container);
  return `${key} ${pod.metadata.uid ?? ""} ${startedAt ?? 0}`;
}

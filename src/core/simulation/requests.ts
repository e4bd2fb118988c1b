/** Single questions to the control plane, without a run: what the API server would store, what controllers would make. */
import { randomState } from "../base/random.ts";
import { admit, type Operation } from "../api/admission.ts";
import { defaultCluster } from "../api/default-cluster.ts";
import { parseInstant } from "../api/instant.ts";
import { readSettings } from "../api/settings.ts";
import { storeOf } from "../api/stored.ts";
import type { KubeObject } from "../api/types.ts";
import { reconcileStored } from "../controllers/stored-state.ts";
import type { ControllerName } from "../controllers/wake-ups.ts";
import type { SimulationOptions } from "./contract.ts";

const DEFAULT_NOW = 1_767_225_600; // 2026-01-01T00:00:00Z

export interface ApiRequest extends SimulationOptions {
  readonly op: Operation;
  readonly object: unknown;
  /** What an update or deletion meets; by default what is stored. */
  readonly old?: unknown;
}

/** The object as stored afterwards, or the Status that a real API server answers. */
export function apiRequest(
  request: ApiRequest,
): { readonly object: KubeObject; readonly warnings: readonly string[] } | { readonly status: unknown } {
  const { objects = [], stored, mode, seed = 1 } = request;
  const { settings } = readSettings(objects, { stored, mode });
  const store = storeOf(stored === true ? objects : [...defaultCluster(settings, objects), ...objects]);
  const answer = admit(store, request.op, request.object, request.old, {
    settings,
    nowSeconds: secondsOf(request),
    random: (name) => randomState(seed, name),
  });
  return answer.ok ? { object: answer.object, warnings: answer.warnings } : { status: answer.status };
}

/** All objects when nothing changes any more. `controllers` absent: all of them. */
export function reconcileRequest(request: SimulationOptions & { readonly controllers?: readonly ControllerName[] }): readonly KubeObject[] {
  const { objects = [], controllers, seed = 1 } = request;
  return reconcileStored(objects, controllers, { seed, epochSeconds: secondsOf(request) });
}

function secondsOf({ now }: SimulationOptions): number {
  return now === undefined ? DEFAULT_NOW : (parseInstant(now) ?? DEFAULT_NOW);
}

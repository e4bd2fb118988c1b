/**
 * EndpointSlices that came out of a cluster stay as they are while nothing changes that they follow from: a controller
 * that compared them with its own work would find the old cluster's slices in other words (an older release, a node whose
 * zone is not known here) and write them anew for no reason that anybody could see.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { World } from "./world.ts";

export type SliceController = "endpointslice" | "endpointslicemirroring";

/** Remembers that a Service's slices were brought, and what they follow from. `causes` is plain data. */
export function keepSlices(world: World, controller: SliceController, service: string, causes: unknown): void {
  world.memory.keptSlices.set(`${controller} ${service}`, digest(causes));
}

/** Whether the Service's slices stay as they were brought. Once they may not, they never are again. */
export function areKept(world: World, controller: SliceController, service: string, causes: () => unknown): boolean {
  const name = `${controller} ${service}`;
  const known = world.memory.keptSlices.get(name);
  if (known === undefined) return false;
  if (known === digest(causes())) return true;
  world.memory.keptSlices.delete(name);
  return false;
}

/** Somebody took one of the slices away: the controller puts it right. */
export function stopKeeping(world: World, service: string): void {
  world.memory.keptSlices.delete(`endpointslice ${service}`);
  world.memory.keptSlices.delete(`endpointslicemirroring ${service}`);
}

function digest(causes: unknown): string {
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify(causes))));
}

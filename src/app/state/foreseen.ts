/**
 * What the picture of a stream needs of each of its requests is worked out as they end, in slices: when the last has ended and
 * all begin to move, little is left to do.
 */
import type { Journey } from "../../core/network/trace.ts";
import { choreographBeside } from "../../scene/stream.ts";
import { inSlices } from "../parts/slices.ts";
import { usePicture } from "./picture.ts";
import { usedIn } from "./scene-again.ts";
import { getState } from "./store.ts";

let waiting: Journey[] = [];
let working = false;

/** Requests that ended, and will be shown with others that are still under way. */
export function foresee(journeys: readonly Journey[]): void {
  waiting.push(...journeys.filter(({ packets }) => packets.length > 0));
  if (working || waiting.length === 0) return;
  working = true;
  inSlices(() => {
    const journey = waiting.shift();
    working = journey !== undefined;
    if (journey !== undefined) lookAt(journey);
    return !working;
  });
}

/** They will not be shown: another run begins. */
export function forgetForeseen(): void {
  waiting = [];
}

function lookAt(journey: Journey): void {
  usedIn(journey);
  const { scene, around } = usePicture.getState();
  const { cluster } = getState();
  if (scene !== null && cluster !== null && !around.reducedMotion) choreographBeside(journey, cluster, scene);
}

/** What moves, at one moment of show time: a pure function of scene, choreography and showMs. */
import type { Choreography, ShowMs } from "./contract.ts";
import type { Scene } from "./scene.ts";

export interface FrameOptions {
  readonly playing: boolean;
  /** Speed; labels show at 1 and below, and whenever the clock stands. */
  readonly rate: number;
}

export interface Frame {
  readonly showMs: ShowMs;
}

export function frameAt(_scene: Scene, _choreography: Choreography | null, showMs: ShowMs, _options: FrameOptions): Frame {
  return { showMs };
}

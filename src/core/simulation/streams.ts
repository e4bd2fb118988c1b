/**
 * The run's random streams by name. A stream begins when it is first drawn from, and its state is part of the run's
 * state; which streams exist never shifts what another one draws.
 */
import { randomState, type RandomState } from "../base/random.ts";

export type Streams = Map<string, RandomState>;

/** The stream's state, to be advanced in place. */
export function stream(streams: Streams, seed: number, key: string): RandomState {
  let state = streams.get(key);
  if (state === undefined) streams.set(key, (state = randomState(seed, key)));
  return state;
}

export function copyStreams(streams: Streams): Streams {
  return new Map([...streams].map(([key, state]) => [key, { ...state }]));
}

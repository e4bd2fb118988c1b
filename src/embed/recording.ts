/** The recorded beginning of a scenario, as the build writes it into the first script. */
import type { FromWorker } from "../worker/protocol.ts";

/** Title and words of scenarios, by id. */
export type Contents = Readonly<Record<string, readonly [title: string, words: string]>>;

export interface Recording {
  readonly scenario: string;
  /** What was posted after `start`, and after the scenario's own `send`. Request numbers are 1 and 2. */
  readonly start: readonly FromWorker[];
  readonly send: readonly FromWorker[];
}

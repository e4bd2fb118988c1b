/** The recorded beginning of a scenario: commands, and what the simulation posted after each, in order. */
import type { Command, FromWorker } from "../worker/protocol.ts";

export interface Recording {
  readonly scenario: string;
  /** Request ids count from 1 in this order; whoever plays them back puts the page's own in their place. */
  readonly exchanges: readonly { readonly command: Command; readonly messages: readonly FromWorker[] }[];
}

/**
 * Every message between the page and the simulation worker. Requests carry a number; the reply carries it back, and
 * a late reply is dropped. Newer text cancels older work (`apply` with a higher number).
 */
import type { ManifestFile, Diagnostic } from "../core/manifests/types.ts";
import type { Family } from "../core/base/names.ts";
import type { ConntrackView, Journey } from "../core/network/trace.ts";
import type { Action, SendRequest } from "../core/simulation/contract.ts";
import type { ClusterView, Distribution, RulesView, TimelineEvent } from "../core/simulation/view.ts";

export type Command =
  | { readonly kind: "start"; readonly files: readonly ManifestFile[]; readonly seed: number; readonly actions: readonly TimedAction[] }
  | { readonly kind: "apply"; readonly files: readonly ManifestFile[] }
  | { readonly kind: "perform"; readonly action: Action }
  /** Back to before the last action, as if it had not been taken; refused where a text was applied since. */
  | { readonly kind: "take-back" }
  | { readonly kind: "send"; readonly request: SendRequest }
  | { readonly kind: "rules"; readonly node: string; readonly family: Family }
  | { readonly kind: "conntrack"; readonly node: string }
  | { readonly kind: "distribution"; readonly request: SendRequest }
  | { readonly kind: "journey"; readonly id: number };

/** An action and when it was taken: virtual nanoseconds, with what was applied before it. */
export interface TimedAction {
  readonly at: number;
  readonly action: Action;
}

export interface Request {
  readonly id: number;
  readonly command: Command;
}

export type Reply =
  /** `at`: virtual time at which an action was taken. */
  | { readonly kind: "done"; readonly at?: number }
  /** `now`: virtual time to which the run went back. Requests that ended later did not happen. */
  | { readonly kind: "taken-back"; readonly now: number }
  | { readonly kind: "refused"; readonly error: string }
  /** Our own fault: the page says so plainly and offers to start again with the same input. */
  | { readonly kind: "failed"; readonly error: string }
  | { readonly kind: "sent"; readonly journeys: readonly number[] }
  | { readonly kind: "rules"; readonly rules: RulesView | null }
  | { readonly kind: "conntrack"; readonly entries: readonly ConntrackView[] }
  | { readonly kind: "distribution"; readonly distribution: Distribution }
  | { readonly kind: "journey"; readonly journey: Journey | null };

/** Pushed by the worker, at most one a frame. */
export interface Update {
  readonly kind: "update";
  /** Number of the last `start` or `apply` that this update reflects. */
  readonly applied: number;
  readonly now: number;
  /** Present when the cluster changed. */
  readonly cluster: ClusterView | null;
  /** Present when the text was read anew. Diagnostics of severity error keep the last good picture. */
  readonly diagnostics: readonly Diagnostic[] | null;
  /** True while the cluster shown is of an earlier text, because the newest has errors. */
  readonly lastGood: boolean;
  /**
   * Journeys that ended since the last update, in order. Of a long series only the first twenty of an update carry their
   * packets (copying traces is dear); `journey` gives any other in full.
   */
  readonly journeys: readonly Journey[];
  /** Entries that were recorded since the last update; all of them after a `start`. */
  readonly timeline: readonly TimelineEvent[];
  /**
   * Position of the first of them in the whole timeline. Entries from there on that were told before did not happen:
   * typing within one value is one change, made anew from before its first letter.
   */
  readonly timelineFrom: number;
  /** True while requests are under way: more updates follow. */
  readonly busy: boolean;
}

export type FromWorker =
  | { readonly kind: "reply"; readonly id: number; readonly reply: Reply }
  | Update
  | { readonly kind: "ready" }
  /** Our own fault while no request was waiting for an answer: nothing goes on until the next `start`. */
  | { readonly kind: "failed"; readonly error: string };

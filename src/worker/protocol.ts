/**
 * Every message between the page and the simulation worker. Requests carry a number; the reply carries it back, and
 * a late reply is dropped. Newer text cancels older work (`apply` with a higher number).
 */
import type { Inventory } from "../core/manifests/inventory.ts";
import type { ManifestFile, Diagnostic } from "../core/manifests/types.ts";
import type { Family, NamespacedName } from "../core/base/names.ts";
import type { ConntrackView, Journey, Sender } from "../core/network/trace.ts";
import type { Action, SendRequest } from "../core/simulation/contract.ts";
import type { Moment, MomentsDiff } from "../core/simulation/moment-diff.ts";
import type { RunInputs } from "../core/simulation/record.ts";
import type { NameAnswer, NameQuestion } from "../core/simulation/name-questions.ts";
import type { TerminalAnswer, TerminalAsk } from "../core/terminal/types.ts";
import type { PodCondition } from "../core/api/types.ts";
import type { Variable } from "../core/workloads/environment.ts";
import type { Diagnosis } from "../core/diagnosis/types.ts";
import type { Capture } from "./capture.ts";
import type { Passage } from "../core/simulation/passage.ts";
import type { ReachView } from "../core/simulation/reach-types.ts";
import type { ClusterView, Distribution, RulesView, TimelineEvent, TrafficView } from "../core/simulation/view.ts";

export type { Passage };

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
  | { readonly kind: "reach"; readonly service: NamespacedName }
  | { readonly kind: "journey"; readonly id: number }
  | { readonly kind: "environment"; readonly pod: NamespacedName }
  | { readonly kind: "names"; readonly question: NameQuestion }
  /** Why a request failed, or what would become of one now. */
  | { readonly kind: "diagnose"; readonly of: { readonly journey: number } | { readonly from: Sender; readonly to: string } }
  /** What these files hold, by kind; the run has no part in it. */
  | { readonly kind: "inventory"; readonly files: readonly ManifestFile[] }
  /** The packets of these requests, or of all that are kept, as a capture file. */
  | { readonly kind: "capture"; readonly journeys: readonly number[] | "all" }
  /** What happened in the span of the edit or action at this position of the timeline; the run itself stays as it is. */
  | { readonly kind: "span"; readonly position: number }
  /** How virtual time runs while steady traffic stands: seconds a second, or not at all. Stays until it is said again. */
  | { readonly kind: "pace"; readonly playing: boolean; readonly rate: number }
  /**
   * To a past moment of the run (`before`: before what was put in at that very time), or (null) to its newest. There time stands, until `pace` lets it play on. What is put in
   * there forks the run: `forked` tells of it before the reply does.
   */
  | { readonly kind: "go-to"; readonly at: number | null; readonly before?: boolean }
  /** What differs between two moments of the run; it stays where it is. */
  | { readonly kind: "compare-moments"; readonly a: Moment; readonly b: Moment }
  /** All that makes the run again elsewhere, as far as it went until the moment on show. */
  | { readonly kind: "record" }
  /** SHA-256 of the whole state of the moment on show. */
  | { readonly kind: "hash" }
  /** A line of the terminal, or how it goes on. */
  | { readonly kind: "terminal"; readonly ask: TerminalAsk }
  /** To the newest moment of a run that was left (`Update.leftRuns`). */
  | { readonly kind: "change-run"; readonly index: number };

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
  /** What had been put in by the moment to which the run went. */
  | { readonly kind: "went"; readonly files: readonly ManifestFile[]; readonly actions: readonly TimedAction[]; readonly past: boolean }
  | { readonly kind: "moments"; readonly diff: MomentsDiff }
  | { readonly kind: "record"; readonly run: RunInputs }
  /** `at`: the virtual time of that moment. */
  | { readonly kind: "hash"; readonly at: number; readonly hash: string }
  | { readonly kind: "refused"; readonly error: string }
  /** Our own fault: the page says so plainly and offers to start again with the same input. */
  | { readonly kind: "failed"; readonly error: string }
  | { readonly kind: "sent"; readonly journeys: readonly number[] }
  | { readonly kind: "rules"; readonly rules: RulesView | null }
  | { readonly kind: "conntrack"; readonly entries: readonly ConntrackView[] }
  | { readonly kind: "distribution"; readonly distribution: Distribution }
  | { readonly kind: "reach"; readonly reach: ReachView }
  | { readonly kind: "journey"; readonly journey: Journey | null }
  | { readonly kind: "capture"; readonly capture: Capture }
  | { readonly kind: "names"; readonly answer: NameAnswer }
  /** null: the request is not known any more, or its destination cannot be read. */
  | { readonly kind: "diagnosis"; readonly diagnosis: Diagnosis | null }
  | { readonly kind: "inventory"; readonly inventory: Inventory }
  | { readonly kind: "terminal"; readonly answer: TerminalAnswer }
  /** Variables of the Pod's first container; `links`: whether the Pod asks for those of Services; and what its status says. */
  | {
      readonly kind: "environment";
      readonly variables: readonly Variable[];
      readonly links: boolean;
      readonly conditions: readonly PodCondition[];
    }
  /** null: the way back to before it is not remembered (only that of the last few changes is). */
  | { readonly kind: "span"; readonly span: SpanRecord | null };

/** An edit or action as it happened, moment by moment. */
export interface SpanRecord {
  /** In the timeline. */
  readonly position: number;
  readonly kind: "edit" | "action";
  readonly at: number;
  readonly endsAt: number;
  /** As the timeline says it. */
  readonly what: string;
  /** The first is before the change; then each at which something changed; of very many the weightiest. */
  readonly moments: readonly SpanMoment[];
}

export interface SpanMoment {
  readonly at: number;
  /** Shares with the moment before what did not change. */
  readonly cluster: ClusterView;
  /** What was recorded since the moment before. */
  readonly events: readonly TimelineEvent[];
}

/** Steady traffic so far. */
export interface TrafficUpdate extends Omit<TrafficView, "lastAnswered" | "lastLost" | "lastPassages"> {
  readonly playing: boolean;
  readonly rate: number;
  /** Requests that ended since the last update, in order; of very many the last. */
  readonly passages: readonly Passage[];
  /** The last that got no answer, oldest first; `journey` gives each in full while it is among the last hundred. */
  readonly losses: readonly Loss[];
}

export interface Loss {
  readonly journey: number;
  readonly sentAt: number;
  readonly endedAt: number;
  readonly outcome: Journey["outcome"]["kind"];
  readonly pod: NamespacedName | null;
  /** The client's last words. */
  readonly says: string;
}

/** The moment of the past that is shown. */
export interface PastUpdate {
  readonly at: number;
  /** The newest moment of the run. */
  readonly endsAt: number;
  /** What was put in at that very time is still to come. */
  readonly before?: true;
  /** The texts as they were applied then. */
  readonly files: readonly ManifestFile[];
  /** Actions taken until then. */
  readonly actions: readonly TimedAction[];
  /** The recorded run plays on. */
  readonly playing: boolean;
}

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
   * Journeys that ended, in order; eight of an update at most with their packets, since reading them takes time: others wait for the
   * next. Of a series so long that hundreds wait, the first come without packets; `journey` gives any of them in full.
   */
  readonly journeys: readonly Journey[];
  /** Entries that were recorded since the last update; all of them after a `start`. */
  readonly timeline: readonly TimelineEvent[];
  /**
   * Position of the first of them in the whole timeline. Entries from there on that were told before did not happen:
   * typing within one value is one change, made anew from before its first letter.
   */
  readonly timelineFrom: number;
  /** Positions in the timeline of edits and actions that can be watched again (`span`), oldest first. */
  readonly spans: readonly number[];
  /** The steady traffic that stands, or the last that did; null before the first. */
  readonly traffic: TrafficUpdate | null;
  /**
   * While the run is in its past; then `now`, `cluster` and `traffic` are as they were, and `timeline` still tells of all that
   * is recorded.
   */
  readonly past: PastUpdate | null;
  /** Runs that were left where they were forked, oldest first. */
  readonly leftRuns: readonly { readonly forkedAt: number; readonly endsAt: number }[];
  /** True while requests are under way or not told yet, or recorded actions are made again: more updates follow. Steady traffic alone is no work. */
  readonly busy: boolean;
}

export type FromWorker =
  | { readonly kind: "reply"; readonly id: number; readonly reply: Reply }
  | Update
  | { readonly kind: "ready" }
  /** A large text is being applied: so many Pods there are by now. */
  | { readonly kind: "progress"; readonly pods: number }
  /** The run went another way from a past moment, or over to one that was left: requests that ended later than `at` are not in it. */
  | { readonly kind: "forked"; readonly at: number }
  /** Our own fault while no request was waiting for an answer: nothing goes on until the next `start`. */
  | { readonly kind: "failed"; readonly error: string };

/**
 * The one façade that every shell uses: the page's worker, the CLI, tests. Everything a person does is a command at
 * the head of the river; everything they see is a view from its end.
 */
import type { Family, NamespacedName, Protocol } from "../base/names.ts";
import type { Nanos } from "../base/time.ts";
import type { KubeObject } from "../api/types.ts";
import type { ApiRequest } from "../controllers/api-requests.ts";
import type { Diagnostic, ManifestFile } from "../manifests/types.ts";
import type { ConntrackView, Journey, Sender } from "../network/trace.ts";
import type { RuleSet } from "../netfilter/rules.ts";
import type { Method } from "../network/methods.ts";
import type { Variable } from "../workloads/environment.ts";
import type { Moment, MomentsDiff } from "./moment-diff.ts";
import type { RecordedInput, RunInputs } from "./record.ts";
import type { ReachView } from "./reach-types.ts";
import type { NameAnswer, NameQuestion } from "./name-questions.ts";
import type { ClusterView, Distribution, RulesView, TimelineEvent, TrafficView } from "./view.ts";

export type ProxyMode = "iptables" | "nftables" | "ipvs";

export interface SimulationOptions {
  /** Manifests as text. */
  readonly files?: readonly ManifestFile[];
  /** Objects beside (or instead of) the files: the batch interface. */
  readonly objects?: readonly unknown[];
  /** The objects are the API server's stored state, used as given: no default cluster, no controller runs. */
  readonly stored?: boolean;
  /** Default 1. */
  readonly seed?: number;
  /** RFC 3339 instant of virtual time 0. Default 2026-01-01T00:00:00Z. */
  readonly now?: string;
  /** Wins over the documents. */
  readonly mode?: ProxyMode;
  /** Virtual time at which the start stops settling. Default: when nothing changes any more. */
  readonly settleUntil?: Nanos;
  /** What is added to the usual times (0 by default), to make the window in which rules are stale as long as one likes. */
  readonly delays?: {
    readonly slice?: Nanos;
    readonly sync?: Nanos;
    /** Of single nodes, in place of `sync`. */
    readonly syncOf?: { readonly [node: string]: Nanos };
  };
  /** So many journeys keep their packets; older ones keep the rest. Default 2,000. */
  readonly keepTraces?: number;
  /** Keeps a record, so that the run can go back to any moment of its past (`goTo`). */
  readonly recorded?: boolean;
  /** Told now and then while a change settles how many Pods there are, so that a shell can say how far it is. It changes nothing. */
  readonly progress?: (pods: number) => void;
}

/** Where a run stands that went back: then, and its newest moment. Virtual time. */
export interface Past {
  readonly at: Nanos;
  readonly endsAt: Nanos;
  /** What was put in at that very time is still to come. */
  readonly before?: true;
}

export interface SendRequest {
  readonly from: Sender;
  /** Who else sends: the requests of a series are sent in turn by `from` and these. At most 100. */
  readonly others?: readonly Sender[];
  /** What one would type: `http://web`, `web.shop:8080`, `10.96.0.1:443`. */
  readonly to: string;
  readonly count?: number;
  /** The requests of a series leave at regular times, so far apart, answered or not. Absent: each waits for the one before. */
  readonly every?: Nanos;
  /** Between the end of a request and the next of its series; where they leave at regular times it says nothing. Default 10 ms. */
  readonly pause?: Nanos;
  /** What an HTTP request asks for. Default GET. */
  readonly method?: Method;
  /** Default TCP. */
  readonly protocol?: Protocol;
  /**
   * The client keeps its connection (its socket, over UDP) for the next request to the same destination, also for later
   * ones that are sent so; or opens another after so many requests or seconds. Default: each request has its own.
   */
  readonly keepAlive?: boolean | { readonly requests?: number; readonly seconds?: number };
  /** How long the client waits for a connection, and then for an answer: up to an hour. Default 5 s. */
  readonly patience?: Nanos;
}

/** The same request again and again, at regular times. */
export interface SteadyRequest extends Omit<SendRequest, "count" | "every" | "pause"> {
  /** Requests a second, 1 to 50. */
  readonly rate: number;
}

export interface WorkloadName {
  readonly kind: string;
  readonly key: NamespacedName;
}

/** What no field of a manifest holds. Undone, shared and replayed like an edit. */
export type Action =
  | { readonly kind: "set-ready"; readonly pod: NamespacedName; readonly ready: boolean | null }
  | { readonly kind: "delete-pod"; readonly pod: NamespacedName }
  /** The process of a container (default: the first) ends with an error, so many times in a row (default 1). */
  | { readonly kind: "crash-pod"; readonly pod: NamespacedName; readonly container?: string; readonly times?: number }
  /** The Pod answers so much later than usual; 0: as usual again. */
  | { readonly kind: "slow-pod"; readonly pod: NamespacedName; readonly delay: Nanos }
  /** As `kubectl label --overwrite` on a Pod that runs: its owner lets go of it where its selector does not match any more. null: without it. */
  | { readonly kind: "label-pod"; readonly pod: NamespacedName; readonly label: string; readonly value: string | null }
  | { readonly kind: "cordon" | "uncordon"; readonly node: string }
  /** Evicts the node's Pods, those of DaemonSets aside; with `force` also those that nothing makes again. */
  | { readonly kind: "drain"; readonly node: string; readonly force?: boolean }
  /** Switched off and on; its cable out and in again. */
  | { readonly kind: "stop-node" | "start-node" | "cut-node" | "join-node"; readonly node: string }
  /** While a node's kube-proxy is stopped, its rules stay as they are. */
  | { readonly kind: "stop-proxy" | "start-proxy"; readonly node: string }
  /** As `kubectl rollout restart`: Deployment, StatefulSet or DaemonSet. */
  | { readonly kind: "restart-pods"; readonly workload: WorkloadName }
  /** As `kubectl scale`: Deployment, ReplicaSet, ReplicationController or StatefulSet. */
  | { readonly kind: "scale"; readonly workload: WorkloadName; readonly replicas: number }
  /** As `kubectl rollout undo`: to the template of a revision, by default of the last but one. */
  | { readonly kind: "undo-rollout"; readonly workload: WorkloadName; readonly revision?: number }
  /** What kubectl asks of the API server where no other action says it; all of them or none. `what`: the command, for the timeline. */
  | { readonly kind: "api-requests"; readonly what: string; readonly requests: readonly ApiRequest[] }
  /** Nothing but time goes by: what is due by then happens. */
  | { readonly kind: "wait"; readonly time: Nanos }
  /**
   * Steady traffic from now on, in place of one that stands: the request, and what Pods send on their own (annotation
   * `kubehop.dev/traffic`); null: only the latter. While it stands nothing settles at once.
   */
  | { readonly kind: "start-traffic"; readonly request: SteadyRequest | null }
  | { readonly kind: "stop-traffic" }
  /**
   * One sender beside the others, by a name of its own (no Pod's: `namespace/pod 0` is a Pod's first, by its annotation), in
   * place of what it sent; null: it sends no more. Where nothing stands steady traffic begins with it; with the last it ends.
   */
  | { readonly kind: "set-sender"; readonly sender: string; readonly request: SteadyRequest | null }
  /**
   * A person's own rules beside kube-proxy's, in place of those that they had there: of a node, or (null) of all nodes. The
   * text is what they would type (`iptables -A …`), or `iptables-save` form; null takes them away.
   */
  | { readonly kind: "own-rules"; readonly node: string | null; readonly text: string | null }
  /** Replaces rules of a node after kube-proxy wrote them (tests and the curious): `iptables-save` text. */
  | { readonly kind: "override-rules"; readonly node: string; readonly family: Family; readonly text: string | null };

export interface ApplyResult {
  /** False when an error kept the last good state, of the whole text or of a document that was refused. */
  readonly applied: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

/** A recoverable mistake in what was asked: no such Pod, unreadable destination. Shown as it stands. */
export interface Refusal {
  readonly error: string;
}

export interface SimulationFacade {
  /** Virtual now. */
  readonly now: Nanos;
  /** Wall time of virtual time 0, in seconds since 1970. */
  readonly epochSeconds: number;
  /** Manifests as typed: errors keep the last good state, and are returned with positions. */
  apply(files: readonly ManifestFile[], until?: Nanos): ApplyResult;
  /**
   * `until`: virtual time at which settling stops; by default it goes on until nothing changes any more, and where steady
   * traffic stands only what is due now happens.
   */
  perform(action: Action, until?: Nanos): Refusal | null;
  /** Enqueues requests from now on; their ids, in order. */
  send(request: SendRequest): readonly number[] | Refusal;
  /**
   * Handles at most so many events. false when nothing is left but what only time brings; with `until`, when nothing is due
   * by then, and it is then.
   */
  advance(maxEvents: number, until?: Nanos): boolean;
  /**
   * Runs until nothing changes any more (where steady traffic stands: what is due now), or `until` (virtual time) is reached. What only time brings (a CronJob's next run,
   * a deadline, a back-off without end) keeps it from rest no longer than until the last other event.
   */
  settle(until?: Nanos): void;

  view(): ClusterView;
  journey(id: number): Journey | null;
  journeys(): readonly Journey[];
  timeline(): readonly TimelineEvent[];
  /** The steady traffic that stands, or the last that did; null before the first. */
  traffic(): TrafficView | null;
  ruleSet(node: string, family: Family): RuleSet | null;
  rulesView(node: string, family: Family): RulesView | null;
  /** Text for `iptables-restore`; `sync`: exactly what kube-proxy hands over in a full sync. */
  rulesText(node: string, family: Family, sync: boolean): string | null;
  conntrack(node: string): readonly ConntrackView[];
  distribution(request: SendRequest): Distribution | Refusal;
  /** Every kind of sender by every way into a Service, and what becomes of a new flow there now (reach.ts). */
  whoCanReach(service: NamespacedName): ReachView | Refusal;
  objects(kind?: string): readonly KubeObject[];
  /** One object by its key (`namespace/name`, or the name alone), or null. */
  object(kind: string, key: string): KubeObject | null;
  /** `env` in a container of a Pod: the first, where none is named. */
  environment(pod: NamespacedName, container?: string): readonly Variable[] | Refusal;
  /** Questions about names; nothing is sent, and the run stays as it is. */
  names(question: NameQuestion): NameAnswer | Refusal;

  /**
   * Goes to a past moment of this run, or back to its newest: all inputs and events until then, none later. From there
   * `advance` and `settle` play on what is recorded; an edit, action or request forks the run. `before`: nothing that was put
   * in at `at` itself. Needs `recorded`.
   */
  goTo(at: Nanos, before?: boolean): void;
  /** null while the run is at its newest moment. */
  past(): Past | null;
  /** Runs that were left where they were forked, oldest first; only the last few are remembered. */
  leftRuns(): readonly { readonly forkedAt: Nanos; readonly endsAt: Nanos }[];
  /** Goes over to the newest moment of one of them; the present run takes its place there. */
  changeRun(index: number): Refusal | null;
  /** What was put in until now, oldest first. */
  inputs(): readonly RecordedInput[];
  /** What makes this run again in another process, as far as it went until now. */
  runInputs(): RunInputs;
  /** Makes a run again that another recorded; this one must be fresh, recorded, and of its seed. */
  replay(run: RunInputs): void;
  /** What differs between two moments of this run; it stays where it is. */
  compareMoments(a: Moment, b: Moment): MomentsDiff;

  /** Remembers the run as it is now; calling what comes back goes back to it, as often as one likes. */
  rewindPoint(): () => void;
  /** SHA-256 (hex) of the whole mutable state; equal states have equal hashes in every engine and process. */
  hash(): string;
}

/** What goes into a kubectl command and what comes out: the seam to the command line and to the page's terminal. */
import type { Nanos } from "../base/time.ts";
import type { ClusterSettings } from "../api/settings.ts";
import type { ObjectStore } from "../api/store.ts";
import type { KubeObject } from "../api/types.ts";
import type { Journey } from "../network/trace.ts";
import type { Action } from "../simulation/contract.ts";

/** The moment of a run that kubectl looks at. Nothing in it is ever written to. */
export interface KubectlRun {
  readonly store: ObjectStore;
  readonly settings: ClusterSettings;
  readonly seed: number;
  /** Wall time of virtual time 0, in seconds since 1970. */
  readonly epochSeconds: number;
  readonly now: Nanos;
  /** The store is all there is, taken as given: no controller runs. */
  readonly stored: boolean;
  /** `Kind namespace/name` → what the text applied: a manifest in the editor counts as applied with kubectl. */
  readonly manifests: ReadonlyMap<string, { readonly manifest: unknown }>;
  /** Requests that ended, oldest first: what servers have in their logs. */
  readonly journeys: readonly Journey[];
}

export interface KubectlInput {
  /** What is typed after `kubectl`. */
  readonly args: readonly string[];
  readonly stdin?: string;
  /** Name → text: what `-f NAME` reads; `dir/web.yaml` is also in `dir`. */
  readonly files?: ReadonlyMap<string, string>;
}

export type Verb =
  | "create"
  | "apply"
  | "replace"
  | "patch"
  | "label"
  | "annotate"
  | "set"
  | "delete"
  | "scale"
  | "restart"
  | "undo"
  | "cordon"
  | "uncordon"
  | "drain"
  | "taint";

/**
 * One change that a command asks the API server for, in the order in which it does. Nothing is done yet: a shell performs
 * `action`, or, where a field of a text says the same, edits the text to say `after`.
 */
export interface Effect {
  readonly verb: Verb;
  /** As stored: `Service`. */
  readonly kind: string;
  /** `namespace/name`, or `name` where cluster-scoped. */
  readonly key: string;
  /** null for a creation. */
  readonly before: KubeObject | null;
  /** As the API server stores it at first; null for a deletion. */
  readonly after: KubeObject | null;
  readonly action: Action;
}

/** `kubectl exec` (and `run -it`, `debug`): what a shell is to run in a container. */
export interface ExecWish {
  /** `namespace/name`. */
  readonly pod: string;
  readonly container: string;
  readonly command: readonly string[];
  readonly stdin: boolean;
  readonly tty: boolean;
}

export interface KubectlResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: 0 | 1;
  readonly effects: readonly Effect[];
  readonly exec: ExecWish | null;
  /** `-w`, `logs -f`, `rollout status`, `wait`: the real one would go on printing as things change. */
  readonly follows: boolean;
  /** The objects right after the effects, before any controller looks: the next command's, where the cluster is stored. */
  readonly store: ObjectStore;
}

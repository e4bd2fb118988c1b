/**
 * What a diagnosis says: one cause, and nine checks in the order in which traffic needs them. Plain data; texts may hold
 * `backquotes` around what a machine would print.
 */
import type { NamespacedName } from "../base/names.ts";
import type { Json } from "../base/names.ts";
import type { Sender } from "../network/trace.ts";
import type { Action } from "../simulation/contract.ts";
import type { SourceRef } from "../simulation/view.ts";

export const CHECKS = ["exists", "namespace", "selector", "endpoints", "readiness", "target-port", "dns", "policy", "balancer"] as const;
export type CheckId = (typeof CHECKS)[number];

export type CheckState =
  | { readonly kind: "passes" }
  | { readonly kind: "breaks" }
  /** It fails because of another check. */
  | { readonly kind: "follows"; readonly from: CheckId }
  | { readonly kind: "does-not-apply" };

/** What one would type, and what would come back. */
export interface Shown {
  readonly command: string;
  readonly output: readonly string[];
}

export interface Check {
  readonly id: CheckId;
  readonly state: CheckState;
  /** At the right of its name: "matches 0 of 7 Pods"; of one that does not apply the reason. */
  readonly says: string;
  /** null: no command would show it. */
  readonly shown: Shown | null;
}

/** What can be wrong. Each has its own words and a test that breaks exactly this. */
export type CauseCode =
  | "no-such-service"
  | "no-such-port"
  | "wrong-protocol"
  | "no-such-address"
  | "no-such-node-port"
  | "no-such-namespace"
  | "other-namespace"
  | "pods-elsewhere"
  | "selector-matches-nothing"
  | "no-endpoints-written"
  | "scaled-to-zero"
  | "pods-not-made"
  | "pods-pending"
  | "no-local-endpoint"
  | "rules-out-of-date"
  | "pod-gone"
  | "node-down"
  | "none-ready"
  | "by-hand-not-ready"
  | "target-port-name"
  | "target-port-closed"
  | "headless-port"
  | "coredns-down"
  | "coredns-unreachable"
  | "corefile"
  | "denial-kept"
  | "address-kept"
  | "no-cluster-dns"
  | "alias-unknown"
  | "no-such-name"
  | "policy"
  | "policy-port"
  | "policy-dns"
  | "not-from-outside"
  | "balancer-pending"
  | "not-announced"
  | "no-healthy-node"
  | "source-ranges"
  | "external-ip-route"
  | "own-rule"
  | "a-rule"
  | "no-route"
  | "way-back"
  | "connection-lost"
  | "slow"
  | "unmodelled"
  | "unexplained";

export interface ObjectRef {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** One way out. Texts are changed where they are edited, so a fix names what to change and not where it stands. */
export type Fix =
  /** The quick fix that the editor has for a problem of this object: the first of these codes. */
  | { readonly kind: "problem"; readonly object: ObjectRef; readonly codes: readonly string[] }
  | {
      readonly kind: "fields";
      readonly title: string;
      readonly object: ObjectRef;
      readonly changes: readonly { readonly path: string; readonly value: Json | undefined }[];
    }
  | { readonly kind: "scale"; readonly title: string; readonly workload: ObjectRef; readonly replicas: number }
  | { readonly kind: "action"; readonly title: string; readonly action: Action }
  /** Nothing of the cluster is wrong: ask otherwise. */
  | { readonly kind: "request"; readonly title: string; readonly to: string };

export interface Cause {
  readonly code: CauseCode;
  /** The check that broke; null: none of the nine looks at this. */
  readonly check: CheckId | null;
  /** "web selects no Pods" */
  readonly title: string;
  /** A sentence, two at most. */
  readonly why: string;
  readonly fix: Fix | null;
  /** Where it is written; null: nowhere in the manifests. */
  readonly source: SourceRef | null;
  /** The network policies that it is about. */
  readonly policies: readonly NamespacedName[];
}

export interface Diagnosis {
  /** The request that it is about; null: a request as it would be sent now. */
  readonly journey: number | null;
  readonly from: Sender;
  readonly to: string;
  /** The Service that is meant; null: there is none. */
  readonly service: NamespacedName | null;
  /** null: nothing is wrong. */
  readonly cause: Cause | null;
  /** All nine, in their order. */
  readonly checks: readonly Check[];
}

/** A check as its own file finds it, before it is known which of those that fail is the cause. */
export type Finding = {
  readonly says: string;
  readonly shown?: Shown | null;
} & (
  | { readonly state: "passes" | "does-not-apply" }
  /** `because`: fails only for what another check found. */
  | { readonly state: "fails"; readonly because: CheckId }
  | ({ readonly state: "fails"; readonly because?: never } & FoundCause)
);

export interface FoundCause {
  readonly code: CauseCode;
  readonly title: string;
  readonly why: string;
  readonly fix?: Fix | null;
  readonly source?: SourceRef | null;
  readonly policies?: readonly NamespacedName[];
}

export type Findings = { readonly [id in CheckId]?: Finding };

/** Who can reach a Service, as plain data: rows are senders, columns are ways in, cells are what becomes of a new flow. */
import type { Family, NamespacedName, Protocol } from "../base/names.ts";
import type { Sender } from "../network/trace.ts";
import type { EndView } from "./ends.ts";

/**
 * `pods`: a name without a cluster IP, behind which stand the Pods themselves. `own-node-port`: the node port of the sender's
 * own node, where that is not like any other. `localhost`: the node port at 127.0.0.1 or ::1.
 */
export type WayKind = "cluster-ip" | "pods" | "node-port" | "own-node-port" | "localhost" | "load-balancer" | "external-ip";

/** One way in: an address and port that one can type. */
export interface ReachWay {
  readonly kind: WayKind;
  /** As one types it: `10.96.12.7:80`, `[fd00::1]:80`, `web.shop.svc.cluster.local:8080`; "" for the sender's own node. */
  readonly to: string;
  /** The address that its packets are for; null: of Pods, as DNS answers. A load balancer's host name has one, too. */
  readonly address: string | null;
  readonly port: number;
  readonly family: Family;
  /** Whose node port it is. */
  readonly node: string | null;
  /** Node ports of other nodes at which the same comes out, each for its own node. */
  readonly others: readonly { readonly node: string; readonly to: string }[];
  /** How many of those were taken to be alike without a look: nodes that differ in nothing that rules or routes look at. */
  readonly unasked: number;
}

export type SourceKind =
  | "endpoint"
  | "pod-beside-endpoint"
  | "pod-elsewhere"
  | "pod-other-namespace"
  | "node-with-endpoint"
  | "node-elsewhere"
  | "control-plane"
  | "outside";

/** Somebody who sends. */
export interface ReachSource {
  readonly kind: SourceKind;
  /** null: there is no such Pod now; one without labels was imagined. */
  readonly sender: Sender | null;
  /** `default/client`, `node-1`, `laptop`. */
  readonly name: string;
  readonly node: string | null;
}

/** How a client feels it: told at once, told late, or never told. */
export type ReachWord = "reaches" | "sometimes" | "refused" | "unreachable" | "dropped";

export type ReachCell =
  | {
      readonly kind: "ends";
      /** As one types it for this cell. */
      readonly to: string;
      readonly word: ReachWord;
      /** What becomes of a new flow, with exact probabilities; they add up to 1. */
      readonly ends: readonly EndView[];
    }
  /** Nothing can be sent: no such address on the sender's side, no such name. */
  | { readonly kind: "says"; readonly to: string; readonly says: string };

export interface ReachRow {
  readonly source: ReachSource;
  /** Senders of the same kind to whom the same happens, each seen from its own node. */
  readonly others: readonly ReachSource[];
  /** How many of those were taken to be alike without a look. */
  readonly unasked: number;
  /** One for each way; null where the way does not exist for the sender (another machine's localhost). */
  readonly cells: readonly (ReachCell | null)[];
}

export interface ReachPort {
  readonly name: string;
  readonly protocol: Protocol;
  readonly port: number;
  readonly ways: readonly ReachWay[];
  readonly rows: readonly ReachRow[];
}

export interface ReachView {
  readonly service: NamespacedName;
  /** Why there is nothing to compute (an ExternalName); else null. */
  readonly says: string | null;
  readonly ports: readonly ReachPort[];
  /** What else one has to know to read it: pending addresses, affinity, imagined Pods. Whole sentences. */
  readonly notes: readonly string[];
}

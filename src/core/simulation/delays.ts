/**
 * How long it takes until a node's rules follow the API: kube-proxy's watch and its sync. The network's times stand in
 * network/delays.ts, the control plane's in controllers/delays.ts; docs/trace.md has all three tables.
 */
import { MILLISECOND, SECOND, type Nanos } from "../base/time.ts";

export const PROXY_DELAYS = {
  /** From a write to the API until a node's kube-proxy knows and syncs: at least. */
  watch: 12 * MILLISECOND,
  /** Spread over the nodes: up to so much later, by a draw of the node's own stream. */
  spread: 24 * MILLISECOND,
  /** kube-proxy leaves so much time between two syncs (minSyncPeriod). */
  minimumPeriod: SECOND,
} as const satisfies Record<string, Nanos>;

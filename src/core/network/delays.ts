/**
 * How long things take on the simulated network, in nanoseconds: one table, documented in docs/trace.md. The orders of
 * magnitude are those of a small cluster in one building (a connection through a Service is answered in half a
 * millisecond); nothing decides by them but the order of events.
 */
import { MICROSECOND, MILLISECOND, SECOND, type Nanos } from "../base/time.ts";

export const DELAYS = {
  /** A socket makes a packet. */
  send: 8 * MICROSECOND,
  /** Out of a Pod by its veth pair, or out of a process of the node, up to the hooks. */
  leave: 14 * MICROSECOND,
  /** Through the hooks of one node. */
  gate: 22 * MICROSECOND,
  /** From the hooks into a Pod or a process. */
  deliver: 14 * MICROSECOND,
  /** The receiving socket takes it. */
  accept: 6 * MICROSECOND,
  /** From node to node in one zone, and between zones. */
  crossZone: 90 * MICROSECOND,
  crossZones: 620 * MICROSECOND,
  /** Between a host outside and a node. */
  outside: 4 * MILLISECOND,
  /** Out of the default gateway, until it is gone. */
  beyond: 300 * MICROSECOND,
  /** A server thinks before it answers. */
  serve: 160 * MICROSECOND,
  /** CoreDNS answers a question of the cluster. */
  coredns: 90 * MICROSECOND,
  /** CoreDNS asks an upstream and hears back. */
  upstreamDns: 18 * MILLISECOND,
  /** The kernel asks three times, once a second, who has an address of the link (ARP). */
  neighbourFails: 3 * SECOND,
  /** Between the end of one request and the next of a series. */
  betweenRequests: 10 * MILLISECOND,
} as const satisfies Record<string, Nanos>;

/** When a client gives up. */
export const CLIENT = {
  /** Like `curl --connect-timeout 5`: name and handshake together. */
  connectTimeout: 5 * SECOND,
  /** A connected client hears nothing: like `curl --max-time`. Also a UDP client's patience. */
  answerTimeout: 5 * SECOND,
  /** First resend of unanswered data (TCP_RTO_MIN), doubled each time. */
  dataRetry: 200 * MILLISECOND,
  /** The longest wait between two of them (TCP_RTO_MAX). */
  longestRetry: 120 * SECOND,
  /** A receiver acknowledges data at once or with its answer, at the latest after this (TCP_DELACK_MIN). */
  delayedAck: 40 * MILLISECOND,
} as const satisfies Record<string, Nanos>;

/**
 * When a SYN that nobody answers is sent, in seconds after the first, and when the kernel gives up: tcp_syn_retries 6 after
 * tcp_syn_linear_timeouts 4, measured on Linux 6.18 (docs/fidelity.md).
 */
const SYN_SECONDS = [0, 1, 2, 3, 4, 5, 7, 11, 19, 35, 68, 134];

/** How long the kernel waits after a SYN was sent so often; null: that was the last time. */
export function synWait(sent: number): Nanos {
  const [sentAt, until] = [SYN_SECONDS[sent - 1], SYN_SECONDS[sent]];
  if (sentAt === undefined || until === undefined) throw new Error(`no SYN is sent ${sent} times`);
  return (until - sentAt) * SECOND;
}

/** So often a SYN is sent at most, and so often the same data (1 + tcp_retries2). */
export const MOST_SENT = { syn: SYN_SECONDS.length - 1, data: 16 } as const;

/** How long the kernel waits after data was sent so often without an acknowledgement. */
export function dataWait(sent: number): Nanos {
  return Math.min(CLIENT.dataRetry * 2 ** (sent - 1), CLIENT.longestRetry);
}

/** The time-to-live that Linux gives a packet. */
export const INITIAL_TTL = 64;

/**
 * The TCP state table of connection tracking (net/netfilter/nf_conntrack_proto_tcp.c, tcp_conntracks) and its time-outs.
 * It guesses from the flags that pass what state the two ends are in; sequence numbers and windows are not modelled.
 */
import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from "./packet.ts";

/** Names in the order of the kernel's numbers. */
export const TCP_STATES = [
  "NONE",
  "SYN_SENT",
  "SYN_RECV",
  "ESTABLISHED",
  "FIN_WAIT",
  "CLOSE_WAIT",
  "LAST_ACK",
  "TIME_WAIT",
  "CLOSE",
  "SYN_SENT2",
] as const;
export type TcpState = (typeof TCP_STATES)[number];

export const NONE = 0;
export const SYN_SENT = 1;
export const SYN_RECV = 2;
export const ESTABLISHED = 3;
export const FIN_WAIT = 4;
export const CLOSE_WAIT = 5;
export const TIME_WAIT = 7;
/** Results that are no states: the packet does not belong (INVALID), or passes without changing anything. */
export const INVALID = 10;
export const IGNORE = 11;

/** What of the flags counts, in the kernel's order. */
export const INDEX_SYN = 0;
export const INDEX_SYNACK = 1;
export const INDEX_FIN = 2;
export const INDEX_ACK = 3;
export const INDEX_RST = 4;
export const INDEX_NONE = 5;

/** Seconds by state number. kube-proxy raises nothing here but ESTABLISHED and CLOSE_WAIT (see NodeSettings). */
export const TCP_TIMEOUTS: readonly number[] = [0, 120, 60, 432_000, 120, 60, 30, 120, 10, 120];
/** For a connection picked up in its middle, until the other side answers. */
export const TCP_UNACKNOWLEDGED_SECONDS = 300;

const [SS, SR, ES, FW, CW, LA, TW, CL, S2, IV, IG] = [1, 2, 3, 4, 5, 6, 7, 8, 9, INVALID, IGNORE];

/** [direction][flags][old state] → new state. Rows: SYN, SYN-ACK, FIN, ACK, RST, none of these. */
const TABLE: readonly (readonly (readonly number[])[])[] = [
  [
    //NO  SS  SR  ES  FW  CW  LA  TW  CL  S2
    [SS, SS, IG, IG, IG, IG, IG, SS, SS, S2],
    [IV, IV, IG, IG, IG, IG, IG, IG, IG, SR],
    [IV, IV, FW, FW, LA, LA, LA, TW, CL, IV],
    [ES, IV, ES, ES, CW, CW, TW, TW, CL, IV],
    [IV, CL, CL, CL, CL, CL, CL, CL, CL, CL],
    [IV, IV, IV, IV, IV, IV, IV, IV, IV, IV],
  ],
  [
    [IV, S2, IV, IV, IV, IV, IV, SS, IV, S2],
    [IV, SR, IG, IG, IG, IG, IG, IG, IG, SR],
    [IV, IV, FW, FW, LA, LA, LA, TW, CL, IV],
    [IV, IG, SR, ES, CW, CW, TW, TW, CL, IG],
    [IV, CL, CL, CL, CL, CL, CL, CL, CL, CL],
    [IV, IV, IV, IV, IV, IV, IV, IV, IV, IV],
  ],
];

/** Which row the flags choose (get_conntrack_index). */
export function flagsIndex(flags: number): number {
  if ((flags & TCP_RST) !== 0) return INDEX_RST;
  if ((flags & TCP_SYN) !== 0) return (flags & TCP_ACK) !== 0 ? INDEX_SYNACK : INDEX_SYN;
  if ((flags & TCP_FIN) !== 0) return INDEX_FIN;
  return (flags & TCP_ACK) !== 0 ? INDEX_ACK : INDEX_NONE;
}

/** The state after a packet; INVALID or IGNORE are no states. direction 0: original, 1: reply. */
export function nextState(direction: 0 | 1, index: number, state: number): number {
  const next = TABLE[direction]?.[index]?.[state];
  if (next === undefined) throw new Error(`no such TCP state: ${direction} ${index} ${state}`);
  return next;
}

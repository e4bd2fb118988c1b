/**
 * The SCTP state table of connection tracking (net/netfilter/nf_conntrack_proto_sctp.c, sctp_conntracks) and its time-outs,
 * of Linux 6.2 and later. States are those of the flow as seen on the way, by the chunks that pass (RFC 9260); verification
 * tags are not modelled.
 */

/** Chunk types (RFC 9260, 3.2). */
export const SCTP_CHUNKS = {
  DATA: 0,
  INIT: 1,
  "INIT-ACK": 2,
  SACK: 3,
  ABORT: 6,
  SHUTDOWN: 7,
  "SHUTDOWN-ACK": 8,
  "COOKIE-ECHO": 10,
  "COOKIE-ACK": 11,
  "SHUTDOWN-COMPLETE": 14,
} as const;
export type SctpChunk = keyof typeof SCTP_CHUNKS;

/** Names in the order of the kernel's numbers; NONE comes before the first packet. */
export const SCTP_STATES = [
  "NONE",
  "CLOSED",
  "COOKIE_WAIT",
  "COOKIE_ECHOED",
  "ESTABLISHED",
  "SHUTDOWN_SENT",
  "SHUTDOWN_RECD",
  "SHUTDOWN_ACK_SENT",
] as const;

const [NO, CL, CW, CE, ES, SS, SR, SA, INVALID] = [0, 1, 2, 3, 4, 5, 6, 7, -1];
export { CE as COOKIE_ECHOED, CL as CLOSED, ES as ESTABLISHED, INVALID };

/** Seconds by state number. */
export const SCTP_TIMEOUTS: readonly number[] = [0, 10, 3, 3, 210, 3, 3, 3];

/** [direction][old state] → new state, by chunk; a chunk that is absent (DATA, SACK) changes nothing. */
const TABLE: { readonly [chunk in SctpChunk]?: readonly (readonly number[])[] } = {
  //                    NO  CL  CW  CE  ES  SS  SR  SA
  INIT: [
    [CL, CL, CW, CE, ES, CL, CL, SA],
    [INVALID, CL, CW, CE, ES, SS, SR, SA],
  ],
  "INIT-ACK": [
    [CL, CL, CW, CE, ES, SS, SR, SA],
    [INVALID, CW, CW, CE, ES, SS, SR, SA],
  ],
  ABORT: [
    [CL, CL, CL, CL, CL, CL, CL, CL],
    [INVALID, CL, CL, CL, CL, CL, CL, CL],
  ],
  SHUTDOWN: [
    [CL, CL, CW, CE, SS, SS, SR, SA],
    [INVALID, CL, CW, CE, SR, SS, SR, SA],
  ],
  "SHUTDOWN-ACK": [
    [SA, CL, CW, CE, ES, SA, SA, SA],
    [INVALID, CL, CW, CE, ES, SA, SA, SA],
  ],
  "COOKIE-ECHO": [
    [CL, CL, CE, CE, ES, SS, SR, SA],
    [INVALID, CL, CE, CE, ES, SS, SR, SA],
  ],
  "COOKIE-ACK": [
    [CL, CL, CW, ES, ES, SS, SR, SA],
    [INVALID, CL, CW, ES, ES, SS, SR, SA],
  ],
  "SHUTDOWN-COMPLETE": [
    [CL, CL, CW, CE, ES, SS, SR, CL],
    [INVALID, CL, CW, CE, ES, SS, SR, CL],
  ],
};

/** Chunks that begin no flow (RFC 9260, 8.4), and those that say nothing before one. */
const BEGINS_NOTHING: ReadonlySet<SctpChunk> = new Set(["ABORT", "SHUTDOWN-COMPLETE", "COOKIE-ACK", "DATA", "SACK"]);

/** The state after a packet; INVALID is no state. direction 0: original, 1: reply. */
export function nextSctpState(direction: 0 | 1, chunk: SctpChunk, state: number): number {
  if (state === NO && BEGINS_NOTHING.has(chunk)) return INVALID;
  return TABLE[chunk]?.[direction]?.[state] ?? state;
}

/**
 * What the client program prints last. TCP: `curl -sS --connect-timeout 5 --max-time …` as curl 8.14 words it, with
 * virtual milliseconds; UDP: what `nc -u` and the C library say.
 */
import { MILLISECOND, type Nanos } from "../base/time.ts";
import type { Destination } from "./flight.ts";

function ms(nanos: Nanos): number {
  return Math.floor(nanos / MILLISECOND);
}

export const words = {
  noSuchHost: (to: Destination): string => `curl: (6) Could not resolve host: ${to.host}`,
  resolvingTimedOut: (elapsed: Nanos): string => `curl: (28) Resolving timed out after ${ms(elapsed)} milliseconds`,
  noConnection: (to: Destination, elapsed: Nanos): string =>
    `curl: (7) Failed to connect to ${to.host} port ${to.port} after ${ms(elapsed)} ms: Could not connect to server`,
  connectTimedOut: (elapsed: Nanos): string => `curl: (28) Connection timed out after ${ms(elapsed)} milliseconds`,
  noAnswer: (elapsed: Nanos): string => `curl: (28) Operation timed out after ${ms(elapsed)} milliseconds with 0 bytes received`,
  /** The kernel gave up by itself (ETIMEDOUT). */
  noConnectionInTime: (to: Destination, elapsed: Nanos): string =>
    `curl: (28) Failed to connect to ${to.host} port ${to.port} after ${ms(elapsed)} ms: Could not connect to server`,
  brokenByTime: (): string => "curl: (56) Recv failure: Connection timed out",
  emptyReply: (): string => "curl: (52) Empty reply from server",
  noTls: (): string => "curl: (35) TLS connect error: error:0A00010B:SSL routines::wrong version number",
  unknownIssuer: (): string => "curl: (60) SSL certificate problem: unable to get local issuer certificate",
  reset: (): string => "curl: (56) Recv failure: Connection reset by peer",
  datagramRefused: (): string => "read: Connection refused",
  associationAborted: (): string => "read: Connection reset by peer",
  closedSilently: (): string => "the server closed without a word",
  datagramNotPermitted: (): string => "send: Operation not permitted",
  datagramNoAnswer: (elapsed: Nanos): string => `no answer in ${ms(elapsed)} ms`,
  networkUnreachable: (): string => "connect: Network is unreachable",
} as const;

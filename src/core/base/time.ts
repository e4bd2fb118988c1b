/**
 * Virtual time. The simulated clock counts integer nanoseconds from the start of the run (0); 2^53 ns are
 * 104 days, so a plain number is exact for every run. Wall time never enters the core: the RFC 3339 instant
 * that the clock shows at 0 is an input (`now`).
 */
export type Nanos = number;

export const MICROSECOND: Nanos = 1_000;
export const MILLISECOND: Nanos = 1_000_000;
export const SECOND: Nanos = 1_000_000_000;

/**
 * Numbers as the kernel keeps them, where they differ from what was written: probabilities in 31 bits
 * (libxt_statistic.c, xt_statistic.c) and rates as a period in ten thousandths of a second (libxt_limit.c, xt_limit.c).
 */

const TWO_31 = 2147483648;

/** The threshold that 31 random bits are compared with: lround(p * 2^31). */
export function probabilityThreshold(written: string): number {
  return Math.round(Number(written) * TWO_31);
}

/** A threshold as `iptables-save` prints it: eleven decimals, ties to even as C's printf rounds. */
export function thresholdText(threshold: number): string {
  // threshold / 2^31 * 10^11 = threshold * 5^11 / 2^20, exactly.
  const scaled = BigInt(threshold) * 48828125n;
  const rest = scaled & 0xfffffn;
  let digits = scaled >> 20n;
  if (rest > 0x80000n || (rest === 0x80000n && (digits & 1n) === 1n)) digits += 1n;
  const text = digits.toString().padStart(12, "0");
  return `${text.slice(0, -11)}.${text.slice(-11)}`;
}

/** Periods count in 1/10000 s (XT_LIMIT_SCALE). */
const LIMIT_SCALE = 10_000;
const RATE_UNITS = [
  { name: "day", period: 86_400 * LIMIT_SCALE },
  { name: "hour", period: 3_600 * LIMIT_SCALE },
  { name: "min", period: 60 * LIMIT_SCALE },
  { name: "sec", period: LIMIT_SCALE },
] as const;

/** `3/min`, `3/minute`, `3` → period between packets in 1/10000 s; null if unreadable, zero or too fast. */
export function limitPeriod(rate: string): number | null {
  const parts = /^(\d+)(?:\/([a-z]+))?$/i.exec(rate);
  if (parts === null) return null;
  const unit = (parts[2] ?? "second").toLowerCase();
  const found = RATE_UNITS.find((u) =>
    ["second", "minute", "hour", "day"].some((word) => word.startsWith(u.name) && word.startsWith(unit)),
  );
  const count = Number(parts[1]);
  if (found === undefined || count === 0 || count > found.period) return null;
  return Math.floor(found.period / count);
}

/** A period as `iptables-save` prints it: the largest unit in which it still divides well. */
export function periodText(period: number): string {
  let chosen: (typeof RATE_UNITS)[number] = RATE_UNITS[0];
  for (const unit of RATE_UNITS.slice(1)) {
    if (period > unit.period || Math.floor(unit.period / period) < unit.period % period) break;
    chosen = unit;
  }
  return `${Math.floor(chosen.period / period)}/${chosen.name}`;
}

/** Nanoseconds in a period of 1/10000 s. */
export function periodNanos(period: number): number {
  return period * 100_000;
}

/** How long ago, as kubectl says it. (apimachinery/pkg/util/duration, HumanDuration) */
import { parseInstant } from "../api/instant.ts";

/** `3h20m`, `2d`; `<invalid>` for what lies ahead. */
export function humanDuration(seconds: number): string {
  if (seconds <= -2) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 60 * 2) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`;
  if (minutes < 60 * 3) return `${minutes}m`;
  const hours = Math.floor(seconds / 3600);
  if (hours < 8) return minutes % 60 === 0 ? `${hours}h` : `${hours}h${minutes % 60}m`;
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (hours < 24 * 8) return hours % 24 === 0 ? `${days}d` : `${days}d${hours % 24}h`;
  if (hours < 24 * 365 * 2) return `${days}d`;
  const years = Math.floor(days / 365);
  if (hours < 24 * 365 * 8) return days % 365 === 0 ? `${years}y` : `${years}y${days % 365}d`;
  return `${years}y`;
}

/** Since an RFC 3339 instant; `<unknown>` where there is none. */
export function ageOf(instant: unknown, nowSeconds: number): string {
  const at = typeof instant === "string" ? parseInstant(instant) : null;
  return at === null ? "<unknown>" : humanDuration(nowSeconds - at);
}

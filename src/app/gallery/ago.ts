/** How long ago, as one says it: `3 hours ago`, `yesterday`. */
import { plural } from "../state/format.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function ago(ms: number): string {
  if (ms < 2 * MINUTE) return "a moment ago";
  if (ms < 2 * HOUR) return `${plural(Math.floor(ms / MINUTE), "minute")} ago`;
  if (ms < DAY) return `${plural(Math.floor(ms / HOUR), "hour")} ago`;
  if (ms < 2 * DAY) return "yesterday";
  return `${plural(Math.floor(ms / DAY), "day")} ago`;
}

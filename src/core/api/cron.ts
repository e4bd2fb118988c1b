/**
 * Schedules of CronJobs: five fields, names, steps and `@daily`, with the parser's own words for what it cannot read.
 * (github.com/robfig/cron v3, parser.go and spec.go; ParseStandard)
 */

/** The values of a field, and whether it was written as a star. */
interface Choice {
  readonly values: ReadonlySet<number>;
  readonly star: boolean;
}

export type Schedule =
  | {
      readonly kind: "calendar";
      readonly minutes: Choice;
      readonly hours: Choice;
      readonly daysOfMonth: Choice;
      readonly months: Choice;
      /** 0 is Sunday. */
      readonly daysOfWeek: Choice;
    }
  | { readonly kind: "every"; readonly seconds: number };

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
}

const MINUTES: Bounds = { min: 0, max: 59, names: [] };
const HOURS: Bounds = { min: 0, max: 23, names: [] };
const DAYS: Bounds = { min: 1, max: 31, names: [] };
const MONTHS: Bounds = { min: 1, max: 12, names: "jan feb mar apr may jun jul aug sep oct nov dec".split(" ") };
const WEEK: Bounds = { min: 0, max: 6, names: "sun mon tue wed thu fri sat".split(" ") };

const DESCRIPTORS: ReadonlyMap<string, string> = new Map([
  ["@yearly", "0 0 1 1 *"],
  ["@annually", "0 0 1 1 *"],
  ["@monthly", "0 0 1 * *"],
  ["@weekly", "0 0 * * 0"],
  ["@daily", "0 0 * * *"],
  ["@midnight", "0 0 * * *"],
  ["@hourly", "0 * * * *"],
]);

/** Thrown inside this file only: the parser stops at the first thing that it cannot read. */
class Unreadable extends Error {}

/** The schedule, or why the text is none. A time zone in front (`TZ=`, `CRON_TZ=`) is read over. */
export function parseSchedule(text: string): Schedule | string {
  try {
    return read(text);
  } catch (error) {
    if (error instanceof Unreadable) return error.message;
    throw error;
  }
}

function read(text: string): Schedule {
  if (text === "") throw new Unreadable("empty spec string");
  const spec = /^(?:CRON_)?TZ=\S+ /.test(text) ? text.slice(text.indexOf(" ")).trim() : text;
  if (spec.startsWith("@")) {
    const known = DESCRIPTORS.get(spec);
    if (known !== undefined) return read(known);
    if (spec.startsWith("@every ")) return { kind: "every", seconds: duration(spec.slice("@every ".length)) };
    throw new Unreadable(`unrecognized descriptor: ${spec}`);
  }
  const fields = spec.split(/\s+/).filter((field) => field !== "");
  const [minutes = "", hours = "", daysOfMonth = "", months = "", daysOfWeek = ""] = fields;
  if (fields.length !== 5) throw new Unreadable(`expected exactly 5 fields, found ${fields.length}: [${fields.join(" ")}]`);
  return {
    kind: "calendar",
    minutes: choice(minutes, MINUTES),
    hours: choice(hours, HOURS),
    daysOfMonth: choice(daysOfMonth, DAYS),
    months: choice(months, MONTHS),
    daysOfWeek: choice(daysOfWeek, WEEK),
  };
}

function choice(field: string, bounds: Bounds): Choice {
  const values = new Set<number>();
  let star = false;
  for (const part of field.split(",").filter((each) => each !== "")) star = range(part, bounds, values) || star;
  return { values, star };
}

/** Adds the values of `number`, `number-number` or either with `/step`; true for a plain star. */
function range(expression: string, { min, max, names }: Bounds, values: Set<number>): boolean {
  const [span = "", stepText, ...moreSteps] = expression.split("/");
  const [low = "", high, ...more] = span.split("-");
  const star = low === "*" || low === "?";
  const start = star ? min : numberOrName(low, names);
  if (!star && more.length > 0) throw new Unreadable(`too many hyphens: ${expression}`);
  let end = star ? max : high === undefined ? start : numberOrName(high, names);
  if (moreSteps.length > 0) throw new Unreadable(`too many slashes: ${expression}`);
  const step = stepText === undefined ? 1 : wholeNumber(stepText);
  // "N/step" means from N to the end.
  if (stepText !== undefined && high === undefined) end = max;
  if (start < min) throw new Unreadable(`beginning of range (${start}) below minimum (${min}): ${expression}`);
  if (end > max) throw new Unreadable(`end of range (${end}) above maximum (${max}): ${expression}`);
  if (start > end) throw new Unreadable(`beginning of range (${start}) beyond end of range (${end}): ${expression}`);
  if (step === 0) throw new Unreadable(`step of range should be a positive number: ${expression}`);
  for (let value = start; value <= end; value += step) values.add(value);
  return star && step === 1;
}

function numberOrName(text: string, names: readonly string[]): number {
  const index = names.indexOf(text.toLowerCase());
  return index < 0 ? wholeNumber(text) : index + (names === MONTHS.names ? 1 : 0);
}

function wholeNumber(text: string): number {
  if (!/^[+-]?[0-9]+$/.test(text))
    throw new Unreadable(`failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
  const value = Number(text);
  if (!Number.isSafeInteger(value))
    throw new Unreadable(`failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: value out of range`);
  if (value < 0) throw new Unreadable(`negative number (${value}) not allowed: ${text}`);
  return value;
}

const UNIT_SECONDS: { readonly [unit: string]: number } = { ns: 1e-9, us: 1e-6, µs: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3_600 };

/** A Go duration in whole seconds, at least one. (time.ParseDuration, cron.Every) */
function duration(text: string): number {
  const parts = [...text.matchAll(/([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h)/g)];
  const bare = text.replace(/^[+-]/, "");
  if (text !== "0" && (parts.length === 0 || parts.map(([whole]) => whole).join("") !== bare))
    throw new Unreadable(`failed to parse duration @every ${text}: time: ${durationFault(text)}`);
  const seconds = parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNIT_SECONDS[unit ?? "s"] ?? 1), 0);
  return Math.max(1, Math.floor(text.startsWith("-") ? -seconds : seconds));
}

function durationFault(text: string): string {
  if (/^[+-]?[0-9.]+$/.test(text)) return `missing unit in duration ${JSON.stringify(text)}`;
  const unknown = /[0-9.]([^0-9.]+)/.exec(text)?.[1];
  return unknown === undefined || unknown in UNIT_SECONDS
    ? `invalid duration ${JSON.stringify(text)}`
    : `unknown unit ${JSON.stringify(unknown)} in duration ${JSON.stringify(text)}`;
}

/** Years looked ahead for a day that comes: 29 February of a leap year that skips a century. */
const HORIZON_DAYS = 366 * 9;

/**
 * The first moment after `after` (seconds since 1970, UTC) at which the schedule is due; null when it never is, as on the
 * 30th of February.
 */
export function nextDue(schedule: Schedule, after: number): number | null {
  if (schedule.kind === "every") return Math.floor(after) + schedule.seconds;
  const start = Math.floor(after / 60) * 60 + 60;
  const firstDay = Math.floor(start / 86_400);
  for (let day = firstDay; day < firstDay + HORIZON_DAYS; day++) {
    if (!isDueOn(schedule, day)) continue;
    const from = day === firstDay ? Math.floor((start - day * 86_400) / 60) : 0;
    const minute = minuteFrom(schedule, from);
    if (minute !== null) return day * 86_400 + minute * 60;
  }
  return null;
}

function minuteFrom({ hours, minutes }: Schedule & { kind: "calendar" }, from: number): number | null {
  for (let minute = from; minute < 1_440; minute++)
    if (hours.values.has(Math.floor(minute / 60)) && minutes.values.has(minute % 60)) return minute;
  return null;
}

/** With both days given one of them is enough; with a star on either, both have to be right. (dayMatches) */
function isDueOn({ months, daysOfMonth, daysOfWeek }: Schedule & { kind: "calendar" }, day: number): boolean {
  const { month, date } = dateOf(day);
  if (!months.values.has(month)) return false;
  const byMonth = daysOfMonth.values.has(date);
  // 1 January 1970 was a Thursday.
  const byWeek = daysOfWeek.values.has((((day + 4) % 7) + 7) % 7);
  return daysOfMonth.star || daysOfWeek.star ? byMonth && byWeek : byMonth || byWeek;
}

/** Month (1-12) and day of a day number since 1970, by the Gregorian calendar counted from March. */
function dateOf(day: number): { readonly month: number; readonly date: number } {
  const shifted = day + 719_468;
  const dayOfEra = shifted - Math.floor(shifted / 146_097) * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  return { month: fromMarch + (fromMarch < 10 ? 3 : -9), date: dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1 };
}

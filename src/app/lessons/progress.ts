/**
 * How far a reader has come: for each check the most that was ever counted, so that none unticks; kept in the browser, lesson by
 * lesson. Plain values and pure functions; who listens is `following.ts`.
 */
import type { Lesson, Seen } from "./types.ts";

/** For each check of a lesson, in order. */
export type Counts = readonly number[];

/** What is kept: lessons by id. A lesson that was never begun is not in it. */
export type Progress = Readonly<Record<string, Counts>>;

export const NOTHING_DONE: Counts = [];

/** What was counted so far together with what is seen now; the same value where nothing rose. */
export function counted({ checks }: Lesson, before: Counts, seen: Seen): Counts {
  const now = checks.map(({ of, count }, i) => Math.max(before[i] ?? 0, Math.min(of, count(seen))));
  return now.length === before.length && now.every((count, i) => count === before[i]) ? before : now;
}

export function isTicked({ checks }: Lesson, counts: Counts, index: number): boolean {
  const check = checks[index];
  return check !== undefined && (counts[index] ?? 0) >= check.of;
}

export function tickedOf(lesson: Lesson, counts: Counts): number {
  return lesson.checks.filter((_, i) => isTicked(lesson, counts, i)).length;
}

export function isDone(lesson: Lesson, counts: Counts): boolean {
  return tickedOf(lesson, counts) === lesson.checks.length;
}

/** Reads what was kept, trusting nothing: what has another shape was never counted. */
export function readProgress(text: string | null): Progress {
  let value: unknown;
  try {
    value = JSON.parse(text ?? "{}");
  } catch {
    return {};
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, number[]] => isCounts(entry[1])));
}

function isCounts(value: unknown): value is Counts {
  return Array.isArray(value) && value.length <= 9 && value.every((count) => Number.isSafeInteger(count) && (count as number) >= 0);
}

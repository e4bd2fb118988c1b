/**
 * What was changed about the cluster, in order, for Undo and Redo outside the editor: texts and actions in one line.
 * Typing counts once until something else is done. Pure values; `changes.ts` carries them out.
 */
import type { ManifestFile } from "../../core/manifests/types.ts";
import type { TimedAction } from "../../worker/protocol.ts";

type Files = readonly ManifestFile[];

export type Change =
  | { readonly kind: "edit"; readonly before: Files; readonly after: Files }
  | { readonly kind: "action"; readonly timed: TimedAction };

export interface History {
  /** Oldest first. */
  readonly past: readonly Change[];
  /** Taken back; what comes again first is last. */
  readonly future: readonly Change[];
}

export const NO_HISTORY: History = { past: [], future: [] };

/** The text was changed: by typing, a switch, a fix, or the editor's own undo. */
export function edited({ past }: History, before: Files, after: Files): History {
  const last = past.at(-1);
  const from = last?.kind === "edit" ? last.before : before;
  const earlier = last?.kind === "edit" ? past.slice(0, -1) : past;
  // Back at the text from which it set out: nothing was changed.
  return { past: sameFiles(from, after) ? earlier : [...earlier, { kind: "edit", before: from, after }], future: [] };
}

export function acted({ past }: History, timed: TimedAction): History {
  return { past: [...past, { kind: "action", timed }], future: [] };
}

/** The change that is taken back first, and the history without it; null when there is none. */
export function stepBack({ past, future }: History): { readonly change: Change; readonly history: History } | null {
  const change = past.at(-1);
  return change === undefined ? null : { change, history: { past: past.slice(0, -1), future: [...future, change] } };
}

/** The change that was taken back last, and the history with it again; null when there is none. */
export function stepAgain({ past, future }: History): { readonly change: Change; readonly history: History } | null {
  const change = future.at(-1);
  return change === undefined ? null : { change, history: { past: [...past, change], future: future.slice(0, -1) } };
}

/** The history without one action, wherever it stands; what was taken back stays within reach only if it was the last. */
export function without(history: History, timed: TimedAction): History {
  const last = history.past.at(-1);
  if (last?.kind === "action" && last.timed === timed) return stepBack(history)?.history ?? history;
  return { past: history.past.filter((change) => change.kind !== "action" || change.timed !== timed), future: [] };
}

export function sameFiles(a: Files, b: Files): boolean {
  return a.length === b.length && a.every((file, i) => file.name === b[i]?.name && file.text === b[i]?.text);
}

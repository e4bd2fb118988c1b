/** What of lessons the browser keeps: how far each one is, how the open one began, and what was open before them. */
import { keep, kept } from "../state/storage.ts";
import { readWorkspace, type Workspace } from "../state/workspace.ts";
import { readProgress, type Counts, type Progress } from "./progress.ts";
import type { Opened } from "./types.ts";

const PROGRESS = "kubehop.lessons";
const BEGINNING = "kubehop.lesson";
const BEFORE = "kubehop.before-lessons";
const WORKSPACE = "kubehop.workspace";

export function keptProgress(): Progress {
  return readProgress(kept(PROGRESS));
}

export function keepProgress(progress: Progress): void {
  keep(PROGRESS, JSON.stringify(progress));
}

/** The counts of a lesson from the beginning. */
export function withoutCounts(progress: Progress, id: string): Progress {
  return Object.fromEntries(Object.entries(progress).filter(([key]) => key !== id));
}

export function withCounts(progress: Progress, id: string, counts: Counts): Progress {
  return { ...progress, [id]: counts };
}

/** How the lesson began that was open last; null where it was another, or is not known. */
export function keptBeginning(id: string): Opened | null {
  try {
    const value = JSON.parse(kept(BEGINNING) ?? "null") as { readonly id?: unknown; readonly pods?: unknown } | null;
    if (value === null || value.id !== id || !Array.isArray(value.pods)) return null;
    // Written by keepBeginning alone; what is foreign in it is left out, pod by pod.
    return { pods: value.pods.filter(isPod) };
  } catch {
    return null;
  }
}

function isPod(value: unknown): value is Opened["pods"][number] {
  if (typeof value !== "object" || value === null) return false;
  const { key, ips, state, workload } = value as Readonly<Record<string, unknown>>;
  return typeof key === "string" && Array.isArray(ips) && typeof state === "string" && (workload === null || typeof workload === "object");
}

export function keepBeginning(id: string, { pods }: Opened): void {
  keep(BEGINNING, JSON.stringify({ id, pods: pods.map(({ key, ips, state, workload }) => ({ key, ips, state, workload })) }));
}

export function keepBefore(workspace: Workspace): void {
  keep(BEFORE, JSON.stringify(workspace));
}

/** What was open before the lessons. */
export function keptBefore(): Workspace | null {
  return readKept(BEFORE);
}

/** What the page had open last, where it begins with a lesson. */
export function keptWorkspace(): Workspace | null {
  return readKept(WORKSPACE);
}

function readKept(key: string): Workspace | null {
  try {
    const read = readWorkspace(JSON.parse(kept(key) ?? "null"));
    return read.kind === "ok" ? read.workspace : null;
  } catch {
    return null;
  }
}

/**
 * What is pointed at, by the pointer or by the keyboard's focus: plain words, and what follows from them for the canvas. Panels
 * only carry `data-names` (pointing-names.ts); `linked/` listens, and marks. No panel renders because of it.
 */
import { create } from "zustand";
import type { ThingId } from "../../scene/contract.ts";
import type { PointedName } from "./pointing-names.ts";

/** Who says it; the first of them that says something counts. */
export type PointedBy = "page" | "canvas" | "editor" | "focus";
export const ORDER: readonly PointedBy[] = ["page", "canvas", "editor", "focus"];

export interface Pointing {
  readonly by: Readonly<Partial<Record<PointedBy, readonly PointedName[]>>>;
  /** Rings on the canvas: things, and stops of the request on show by number. */
  readonly things: readonly ThingId[];
  readonly stops: readonly number[];
}

const NOTHING: Pointing = { by: {}, things: [], stops: [] };
export const usePointing = create<Pointing>(() => NOTHING);

/** An empty list: nothing is pointed at there any more. */
export function pointAt(by: PointedBy, names: readonly PointedName[]): void {
  const { by: before } = usePointing.getState();
  const old = before[by] ?? [];
  if (old.length === names.length && old.every((name, i) => name === names[i])) return;
  usePointing.setState({ by: { ...before, [by]: names } });
}

/** What counts now. */
export function pointedNames({ by }: Pointing): readonly PointedName[] {
  for (const source of ORDER) {
    const names = by[source];
    if (names !== undefined && names.length > 0) return names;
  }
  return [];
}

/** What of the scene the canvas shows now, and whether its overview is folded away. */
import { create } from "zustand";
import { usePicture } from "../state/picture.ts";
import type { View } from "./camera.ts";

interface Viewing {
  readonly view: View;
  /** Of the canvas, px. */
  readonly width: number;
  readonly height: number;
  /** The whole scene is kept in view by itself. */
  readonly fits: boolean;
  /** What a person said; null: as the arrangement has it. */
  readonly folded: boolean | null;
}

export const useViewing = create<Viewing>(() => ({
  view: { scale: 1, offsetX: 0, offsetY: 0 },
  width: 0,
  height: 0,
  fits: true,
  folded: null,
}));

/** Where there is no room for it, it is folded until it is asked for. */
export function isFolded(folded: boolean | null, arrangement: "workbench" | "phone" | "embed"): boolean {
  return folded ?? arrangement === "phone";
}

/** Folds it away, or shows it again. */
export function foldOverview(): void {
  const { folded } = useViewing.getState();
  useViewing.setState({ folded: !isFolded(folded, usePicture.getState().around.arrangement) });
}

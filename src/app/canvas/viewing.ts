/** What of the scene the canvas shows now, and whether its overview is folded away. */
import { create } from "zustand";
import type { Tracked } from "../../scene/contract.ts";
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

/** What the conntrack tables of nodes hold, where they are seen closely; null: not asked for. */
export const useTracked = create<{ readonly tracked: readonly Tracked[] | null }>(() => ({ tracked: null }));

/** From this height of a Pod on, px, the picture may be at level 5. */
const CLOSE_PX = 57;

/** Whether Pods are seen so closely that they say all there is of them. */
export function useClose(): boolean {
  const height = usePicture(({ scene }) => scene?.metrics.podHeight ?? 0);
  return useViewing(({ view }) => view.scale * height >= CLOSE_PX);
}

/** Where there is no room for it, it is folded until it is asked for. */
export function isFolded(folded: boolean | null, arrangement: "workbench" | "phone" | "embed"): boolean {
  return folded ?? arrangement === "phone";
}

/** Folds it away, or shows it again. */
export function foldOverview(): void {
  const { folded } = useViewing.getState();
  useViewing.setState({ folded: !isFolded(folded, usePicture.getState().around.arrangement) });
}

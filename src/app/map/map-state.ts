/** Whether the picture is the map of a large cluster, and what its squares show. */
import { useLayoutEffect, useState } from "react";
import { create } from "zustand";
import type { Shade } from "../../scene/contract.ts";
import type { Level } from "../../scene/level.ts";
import { levelAt } from "../../scene/map.ts";
import { useViewing } from "../canvas/viewing.ts";
import { usePicture } from "../state/picture.ts";

export const useShade = create<{ readonly shade: Shade }>(() => ({ shade: "requests" }));

/**
 * Whether the picture needs the room of the panels below it: from when it has become a map until somebody has zoomed in, so that
 * a picture which fits never goes to and fro between two sizes.
 */
export function useFar(): boolean {
  const level = useMapLevel();
  const isLarge = usePicture(({ scene }) => scene !== null && scene.map !== null);
  const fits = useViewing((state) => state.fits);
  const [far, setFar] = useState(false);
  const next = isLarge && (level !== null || (far && fits));
  useLayoutEffect(() => setFar(next), [next]);
  return next;
}

/** 1 or 0 while the picture is a map, else null. */
export function useMapLevel(): Level | null {
  const scene = usePicture((picture) => picture.scene);
  const scale = useViewing(({ view }) => view.scale);
  if (scene === null || scene.map === null) return null;
  const level = levelAt(scene, scale);
  return level <= 1 ? level : null;
}

/**
 * The line above the lanes: drawn up or down it gives them more of the page's height, or less, and the browser remembers. So that
 * however many lanes there are, the picture keeps its room; what does not fit scrolls.
 */
import type { ReactElement } from "react";
import { create } from "zustand";
import { HeightGrip } from "../parts/height-grip.tsx";
import { drop, keep, kept } from "../state/storage.ts";
import { heightWithin, LEAST_PX, mostHeight } from "./lane-height.ts";

const KEY = "kubehop.lanes";

/** What was chosen, px; null: as much as is usual. */
const useChosen = create<{ readonly px: number | null }>(() => ({ px: Number(kept(KEY)) || null }));

/** Height that the lanes have at most now, px. */
export function useLaneHeight(): number {
  return heightWithin(
    useChosen(({ px }) => px),
    innerHeight,
  );
}

function choose(px: number): void {
  const next = heightWithin(px, innerHeight);
  useChosen.setState({ px: next });
  keep(KEY, String(next));
}

export function LaneSplitter(): ReactElement {
  const height = useLaneHeight();
  return (
    <HeightGrip
      className="lanesplit"
      label="Height of the lanes"
      height={height}
      least={LEAST_PX}
      most={() => mostHeight(innerHeight)}
      resize={choose}
      reset={() => {
        useChosen.setState({ px: null });
        drop(KEY);
      }}
    />
  );
}

/**
 * The line above the lanes: drawn up or down it gives them more of the page's height, or less, and the browser remembers. So that
 * however many lanes there are, the picture keeps its room; what does not fit scrolls.
 */
import type { KeyboardEvent, PointerEvent, ReactElement } from "react";
import { create } from "zustand";
import { keep, kept } from "../state/storage.ts";
import { heightWithin, LEAST_PX, mostHeight } from "./lane-height.ts";

const KEY = "kubehop.lanes";
const STEP_PX = 20;
const BIG_STEP_PX = 60;

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
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = (event.shiftKey ? BIG_STEP_PX : STEP_PX) * ({ ArrowUp: 1, ArrowDown: -1 }[event.key] ?? 0);
    if (by === 0) return;
    event.preventDefault();
    event.stopPropagation();
    choose(height + by);
  };
  const onPointerDown = (event: PointerEvent<HTMLElement>): void => {
    const { currentTarget: line, pointerId, clientY } = event;
    line.setPointerCapture(pointerId);
    const move = (next: globalThis.PointerEvent): void => choose(height + clientY - next.clientY);
    line.addEventListener("pointermove", move);
    line.addEventListener("lostpointercapture", () => line.removeEventListener("pointermove", move), { once: true });
  };
  return (
    <div
      className="lanesplit"
      role="separator"
      aria-orientation="horizontal"
      aria-label="Height of the lanes"
      aria-valuenow={height}
      aria-valuemin={LEAST_PX}
      aria-valuemax={mostHeight(innerHeight)}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
    />
  );
}

/** On a touch screen a tap on the caption plays and pauses (DESIGN 8). With a mouse it stays text, to be selected. */
import type { MouseEvent } from "react";
import { togglePlay } from "../timeline/transport.tsx";

export function tapPlays(event: MouseEvent<HTMLElement>): void {
  const { nativeEvent, target } = event;
  const byFinger = nativeEvent instanceof PointerEvent && nativeEvent.pointerType === "touch";
  const onControl = target instanceof Element && target.closest("button, a, input") !== null;
  if (byFinger && !onControl) togglePlay();
}

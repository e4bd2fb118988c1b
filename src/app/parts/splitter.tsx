/**
 * The line between two panels, inside the landmark of the panel it resizes. Dragging is the panels' own; this is what
 * shows, and what the keyboard holds: arrows by 16 px, with Shift by 64.
 */
import { useEffect, useState, type KeyboardEvent, type ReactElement, type RefObject } from "react";
import type { PanelImperativeHandle } from "react-resizable-panels";

interface SplitterProps {
  readonly panel: RefObject<PanelImperativeHandle | null>;
  /** On which side of its panel the line stands. */
  readonly edge: "left" | "right";
  readonly label: string;
}

const STEP_PX = 16;
const BIG_STEP_PX = 64;

export function Splitter({ panel, edge, label }: SplitterProps): ReactElement {
  const [size, setSize] = useState(0);
  const read = (): void => setSize(Math.round(panel.current?.getSize().inPixels ?? 0));
  useEffect(read);
  const onKeyDown = (event: KeyboardEvent): void => {
    const direction = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const handle = panel.current;
    if (direction === undefined || handle === null) return;
    event.preventDefault();
    event.stopPropagation();
    const by = direction * (event.shiftKey ? BIG_STEP_PX : STEP_PX) * (edge === "right" ? 1 : -1);
    handle.resize(`${handle.getSize().inPixels + by}px`);
    requestAnimationFrame(read);
  };
  return (
    <div
      className={`splitter ${edge}`}
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={size}
      aria-valuemin={200}
      aria-valuemax={1600}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onFocus={read}
    />
  );
}

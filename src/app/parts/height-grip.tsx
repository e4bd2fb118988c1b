/** The line above a part of the page whose height is chosen: dragged, or moved by arrows (16 px, with Shift 64), Home and End. */
import { useRef, type KeyboardEvent, type PointerEvent, type ReactElement } from "react";

interface HeightGripProps {
  readonly className: string;
  readonly label: string;
  /** All in px. */
  readonly height: number;
  readonly least: number;
  readonly most: () => number;
  /** Is given heights beyond least and most too, and keeps within them. */
  readonly resize: (to: number) => void;
  /** What a double click goes back to. */
  readonly reset: () => void;
}

const STEP_PX = 16;
const BIG_STEP_PX = 64;

export function HeightGrip({ className, label, height, least, most, resize, reset }: HeightGripProps): ReactElement {
  const from = useRef<{ readonly y: number; readonly height: number } | null>(null);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.shiftKey ? BIG_STEP_PX : STEP_PX;
    const to = { ArrowUp: height + step, ArrowDown: height - step, Home: least, End: most() }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    resize(to);
  };
  const onPointerDown = (event: PointerEvent<HTMLElement>): void => {
    event.currentTarget.setPointerCapture(event.pointerId);
    from.current = { y: event.clientY, height };
  };
  const onPointerMove = (event: PointerEvent): void => {
    if (from.current !== null) resize(from.current.height + from.current.y - event.clientY);
  };
  const letGo = (): void => {
    from.current = null;
  };
  return (
    <div
      className={className}
      role="separator"
      aria-orientation="horizontal"
      aria-label={label}
      aria-valuenow={height}
      aria-valuemin={least}
      aria-valuemax={Math.max(most(), height)}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onLostPointerCapture={letGo}
      onDoubleClick={reset}
    />
  );
}

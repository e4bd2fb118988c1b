/** A tooltip: after 400 ms of hovering, at once on keyboard focus, never by touch. Holds nothing found only there. */
import { useEffect, useId, useRef, useState, type ReactElement, type ReactNode } from "react";
import { createPortal } from "react-dom";

const DELAY_MS = 400;

interface TipProps {
  readonly text: string;
  readonly className?: string;
  readonly children: ReactNode;
}

/** Wraps a control; `text` also describes it to assistive technology through a hidden element. */
export function Tip({ text, className = "", children }: TipProps): ReactElement {
  const host = useRef<HTMLSpanElement>(null);
  const [place, setPlace] = useState<{ left: number; top: number } | null>(null);
  const timer = useRef(0);
  const id = useId();
  const show = (): void => {
    const box = host.current?.getBoundingClientRect();
    if (box !== undefined) setPlace({ left: Math.min(box.left, innerWidth - 316), top: box.bottom + 7 });
  };
  const hide = (): void => {
    clearTimeout(timer.current);
    setPlace(null);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <span
      ref={host}
      className={className}
      aria-describedby={id}
      onPointerEnter={(event) => {
        if (event.pointerType !== "touch") timer.current = window.setTimeout(show, DELAY_MS);
      }}
      onPointerLeave={hide}
      onPointerDown={hide}
      onFocus={(event) => {
        if (event.target.matches(":focus-visible")) show();
      }}
      onBlur={hide}
      onKeyDown={(event) => {
        if (event.key === "Escape") hide();
      }}
    >
      {children}
      <span id={id} hidden>
        {text}
      </span>
      {place !== null &&
        createPortal(
          <div className="tip" role="tooltip" style={{ left: Math.max(8, place.left), top: place.top }}>
            {text}
          </div>,
          document.body,
        )}
    </span>
  );
}

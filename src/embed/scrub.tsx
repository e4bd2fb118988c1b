/** The line between picture and controls: the whole story, hop by hop; drag it, or press a glyph for its card. */
import { useEffect, useMemo, useRef, type KeyboardEvent, type PointerEvent, type ReactElement } from "react";
import { Glyph, type IconName } from "../app/parts/icons.tsx";
import { useSize } from "../app/parts/use-size.ts";
import { usePicture } from "../app/state/picture.ts";
import { onFrame, seek, showMsNow, stepBack, stepForward, useMoment } from "../app/state/playback.ts";
import type { Beat } from "../scene/contract.ts";
import { scrubLine } from "./scrub-line.ts";

interface ScrubProps {
  /** A glyph was pressed. */
  readonly onBeat: (index: number) => void;
}

export function Scrub({ onBeat }: ScrubProps): ReactElement {
  const host = useRef<HTMLDivElement>(null);
  const past = useRef<HTMLDivElement>(null);
  const thumb = useRef<HTMLDivElement>(null);
  const { width } = useSize(host);
  const choreography = usePicture((picture) => picture.choreography);
  const moment = useMoment();
  const line = useMemo(() => (choreography === null ? null : scrubLine(choreography, width)), [choreography, width]);
  useEffect(
    () =>
      onFrame((showMs) => {
        const x = line === null ? 0 : line.xAt(showMs);
        if (past.current !== null) past.current.style.width = `${x}px`;
        // Kept whole at both ends of the line.
        if (thumb.current !== null) thumb.current.style.left = `${Math.max(10, Math.min(width - 10, x))}px`;
      }),
    [line, width],
  );
  const dragTo = (event: PointerEvent<HTMLDivElement>): void => {
    if (line === null || host.current === null) return;
    seek(line.msAt(event.clientX - host.current.getBoundingClientRect().left));
  };
  const beats = choreography?.beats ?? [];
  const current = moment.atStart ? 0 : (moment.caption?.number ?? 0);
  return (
    <div
      className="escrub"
      ref={host}
      onPointerDown={(event) => {
        if (event.button !== 0 || (event.target instanceof Element && event.target.closest("button") !== null)) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        dragTo(event);
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) dragTo(event);
      }}
    >
      <div className="track" />
      <div className="track past" ref={past} />
      {line !== null &&
        beats.map((beat, i) => (
          <button
            key={i}
            type="button"
            tabIndex={-1}
            className="mark"
            style={{ left: line.beats[i] }}
            aria-label={`Hop ${beat.number} of ${beats.length}: ${beat.title}`}
            onClick={() => onBeat(i)}
          >
            <Mark beat={beat} reached={i <= moment.beat && !moment.atStart} />
          </button>
        ))}
      <div
        ref={thumb}
        className="thumb"
        role="slider"
        tabIndex={0}
        aria-label="Story"
        aria-valuemin={0}
        aria-valuemax={beats.length}
        aria-valuenow={current}
        aria-valuetext={current === 0 ? "Before the first hop" : `Hop ${current} of ${beats.length}, ${beats[current - 1]?.title ?? ""}`}
        aria-disabled={choreography === null}
        onKeyDown={(event) => onKey(event, () => line !== null && moment.beat >= 0 && onBeat(moment.beat))}
      />
    </div>
  );
}

function onKey(event: KeyboardEvent, openCard: () => void): void {
  const run = KEYS[event.key] ?? (event.key === "Enter" ? openCard : undefined);
  if (run === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  event.stopPropagation();
  run();
}

const KEYS: Readonly<Record<string, () => void>> = {
  ArrowRight: stepForward,
  ArrowUp: stepForward,
  ArrowLeft: stepBack,
  ArrowDown: stepBack,
  PageUp: () => seek(showMsNow() + 2000),
  PageDown: () => seek(showMsNow() - 2000),
  Home: () => seek(0),
  End: () => seek(Infinity),
};

const GLYPH: Readonly<Partial<Record<Beat["glyph"], IconName>>> = { nat: "nat", reject: "reject", drop: "drop" };

/** What a hop was; what lies ahead is hollow. */
function Mark({ beat, reached }: { readonly beat: Beat; readonly reached: boolean }): ReactElement {
  const glyph = GLYPH[beat.glyph];
  return (
    <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
      {!reached ? (
        <circle cx="7" cy="7" r="3.5" fill="var(--surface)" stroke="var(--ctl)" strokeWidth="1.5" />
      ) : beat.glyph === "dns" ? (
        <rect
          x="3"
          y="3"
          width="8"
          height="8"
          transform="rotate(45 7 7)"
          fill="var(--dns-fill)"
          stroke="var(--surface)"
          strokeWidth="1.5"
        />
      ) : glyph !== undefined ? (
        <Glyph name={glyph} x={0} y={0} size={14} />
      ) : (
        <circle cx="7" cy="7" r="4" fill="var(--ink)" stroke="var(--surface)" strokeWidth="1.5" />
      )}
    </svg>
  );
}

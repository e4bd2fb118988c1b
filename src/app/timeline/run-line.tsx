/**
 * The whole recording on one line, and the moment of it that is on show. A request is chosen by its tick, a change is watched
 * again by its mark; anywhere else on the line, and by its slider, one goes to that moment of the run.
 */
import { useMemo, useRef, type KeyboardEvent, type PointerEvent, type ReactElement } from "react";
import { Glyph, Icon } from "../parts/icons.tsx";
import { MenuButton } from "../parts/menu.tsx";
import { follow } from "../state/commands.ts";
import { moment } from "../state/format.ts";
import { getState, useStore } from "../state/store.ts";
import { backToNow, changeRun, goInTurn, goTo } from "../state/time-travel.ts";
import { useMarked } from "../moments/marked.ts";
import { watch } from "../watch/watching.ts";
import { runAxis, stopBeside, type RunAxis } from "./run-axis.ts";
import { runMarks, type RunMark } from "./run.ts";

const RIGHT = 96;
/** A pointer that moved so far drags; one that came so near to a tick means the request. */
const DRAG_PX = 4;
const NEAR_PX = 6;

export function RunLine({ width, left }: { readonly width: number; readonly left: number }): ReactElement {
  const timeline = useStore((state) => state.timeline);
  const followed = useStore((state) => state.followed);
  const now = useStore((state) => state.now);
  const past = useStore((state) => state.past);
  const leftRuns = useStore((state) => state.leftRuns);
  const spans = useStore((state) => state.spans);
  const watched = useStore((state) => state.watched?.position ?? null);
  const { a, b } = useMarked();
  const flags = [
    ...(a === undefined ? [] : [{ letter: "A", at: a?.at ?? null }]),
    ...(b === undefined ? [] : [{ letter: "B", at: b?.at ?? null }]),
  ];
  const right = RIGHT + (past === null ? 0 : 60) + (leftRuns.length > 0 ? 30 : 0);
  const line = width - left - right;
  const marks = useMemo(() => runMarks(timeline, line), [timeline, line]);
  const end = past?.endsAt ?? now;
  const axis = useMemo(() => runAxis(marks, end, line), [marks, end, line]);
  const box = marks.find((mark) => mark.journey !== null && mark.journey === followed);
  const head = past === null ? axis.endX : axis.xOf(past.at);
  return (
    <div className="runline">
      <svg className="run" width={width} height={38} viewBox={`0 0 ${width} 38`} aria-hidden="true">
        <path d={`M0 37.5H${width}`} stroke="var(--line)" />
        <text x="16" y="23" className="lane">
          Run
        </text>
        <path d={`M${left} 19H${left + line}`} stroke="var(--line-2)" strokeWidth="1.5" strokeLinecap="round" />
        {marks.length > 0 && <path d={`M${left} 19H${left + head}`} stroke="var(--ink)" strokeWidth="2" strokeLinecap="round" />}
        {past !== null && (
          <path
            d={`M${left + head} 19H${left + axis.endX}`}
            stroke="var(--ctl)"
            strokeWidth="2"
            strokeDasharray="3 4"
            strokeLinecap="round"
          />
        )}
        {past !== null && <path d={ticks(marks, left, (at) => at > past.at)} stroke="var(--ctl)" strokeWidth="1.5" strokeLinecap="round" />}
        <path d={ticks(marks, left, (at) => past === null || at <= past.at)} stroke="var(--ink)" strokeWidth="1.5" strokeLinecap="round" />
        {box !== undefined && (
          <rect x={left + box.x - 8} y={8} width={16} height={22} rx={4} fill="var(--surface)" stroke="var(--ink)" strokeWidth="1.5" />
        )}
        {box?.glyph === "tick" && <path d={`M${left + box.x} 15v8`} stroke="var(--ink)" strokeWidth="1.5" strokeLinecap="round" />}
        {marks.map((mark, i) =>
          mark.glyph === "tick" ? null : (
            <g key={i} opacity={past !== null && mark.at > past.at ? 0.45 : 1}>
              <title>{mark.label}</title>
              <rect x={left + mark.x - 7} y={12} width={14} height={14} fill="var(--surface)" />
              <Glyph name={mark.glyph} x={left + mark.x - 6} y={13} size={12} />
            </g>
          ),
        )}
        {flags.map(({ letter, at }) => (
          <g key={letter} transform={`translate(${left + (at === null ? axis.endX : axis.xOf(at))} 0)`}>
            <title>{`Moment ${letter}`}</title>
            <path d="M0 14V33" stroke="var(--ink)" strokeWidth="1" strokeDasharray="2 2" />
            <rect x="-6" y="25.5" width="12" height="12" rx="3" fill="var(--ink)" />
            <text x="0" y="35" textAnchor="middle" className="flag">
              {letter}
            </text>
          </g>
        ))}
        {marks.length > 0 && (
          <g transform={`translate(${left + head} 0)`}>
            <path d="M0 6V32" stroke="var(--ink)" strokeWidth="1.5" />
            <path d="M-5 3.5h10v5l-5 5-5-5z" fill="var(--ink)" />
          </g>
        )}
        <text x={width - 16 - (leftRuns.length > 0 ? 30 : 0)} y="23" textAnchor="end" className="ax">
          {past === null ? seconds(now) : `${seconds(past.at)} of ${seconds(past.endsAt)}`}
        </text>
      </svg>
      {marks.length > 0 && <RunSlider axis={axis} marks={marks} left={left} line={line} />}
      {marks
        .filter((mark) => spans.includes(mark.position))
        .map((mark) => (
          <button
            key={mark.position}
            type="button"
            className="spanmark"
            style={{ left: left + mark.x - 12 }}
            aria-label={`Watch again: ${mark.label}`}
            aria-pressed={mark.position === watched}
            title={`Watch again: ${mark.label}`}
            onClick={() => void watch(mark.position)}
          />
        ))}
      {leftRuns.length > 0 && (
        <div className="leftruns">
          <MenuButton
            label="Other runs"
            className="tool small"
            entries={[
              { kind: "title", text: "Go over to another run" },
              ...leftRuns.map((run, index) => ({
                kind: "item" as const,
                label: `Left at ${moment(run.forkedAt)}`,
                note: `it went on to ${moment(run.endsAt)}`,
                run: () => void changeRun(index),
              })),
            ]}
          >
            <Icon name="dots" size={14} />
          </MenuButton>
        </div>
      )}
    </div>
  );
}

const seconds = (nanos: number): string => `${(nanos / 1e9).toFixed(2)} s`;

function ticks(marks: readonly RunMark[], left: number, which: (at: number) => boolean): string {
  return marks
    .filter((mark) => mark.glyph === "tick" && which(mark.at))
    .map((mark) => `M${left + mark.x} 15v8`)
    .join("");
}

interface SliderProps {
  readonly axis: RunAxis;
  readonly marks: readonly RunMark[];
  readonly left: number;
  readonly line: number;
}

function RunSlider({ axis, marks, left, line }: SliderProps): ReactElement {
  const past = useStore((state) => state.past);
  const end = axis.stops.at(-1)?.at ?? 0;
  const at = past?.at ?? end;
  const index = axis.stops.findLastIndex((stop) => stop.at <= at);
  const next = axis.stops[index];
  const drag = useRef<{ readonly from: number; moved: boolean } | null>(null);
  const place = (event: PointerEvent<HTMLDivElement>): number => event.clientX - event.currentTarget.getBoundingClientRect().left;
  return (
    <div
      className="runslider"
      style={{ left, width: Math.max(24, Math.min(line, axis.endX + 12)) }}
      role="slider"
      tabIndex={0}
      aria-label="Moment of the run"
      aria-valuemin={0}
      aria-valuemax={Math.max(0, axis.stops.length - 1)}
      aria-valuenow={Math.max(0, index)}
      aria-valuetext={past === null ? `Now, ${moment(end)}` : `${moment(at)}${next?.at === at && next.before ? `, ${next.label}` : ""}`}
      onKeyDown={(event) => goByKey(event, axis, at)}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { from: place(event), moved: false };
      }}
      onPointerMove={(event) => {
        const { current } = drag;
        if (current === null) return;
        if (Math.abs(place(event) - current.from) > DRAG_PX) current.moved = true;
        if (current.moved) goSoon(axis, place(event));
      }}
      onPointerUp={(event) => {
        const { current } = drag;
        drag.current = null;
        if (current === null || current.moved) return;
        const x = place(event);
        const tick = marks.filter(({ journey }) => journey !== null).sort((a, b) => Math.abs(a.x - x) - Math.abs(b.x - x))[0];
        if (tick?.journey != null && Math.abs(tick.x - x) <= NEAR_PX) follow(tick.journey, "hold");
        else goSoon(axis, x);
      }}
    />
  );
}

function goSoon(axis: RunAxis, x: number): void {
  if (x >= axis.endX - 3) goInTurn(backToNow);
  else goInTurn(() => goTo(axis.atOf(Math.max(0, x))));
}

/** Left and Right go from mark to mark, Home to the first, End back to now. */
function goByKey(event: KeyboardEvent<HTMLDivElement>, axis: RunAxis, at: number): void {
  if (event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return;
  const first = axis.stops[0];
  const target =
    event.key === "ArrowLeft" || event.key === "PageUp"
      ? stopBeside(axis, at, -1)
      : event.key === "ArrowRight" || event.key === "PageDown"
        ? stopBeside(axis, at, 1)
        : event.key === "Home"
          ? (first ?? null)
          : event.key === "End"
            ? (axis.stops.at(-1) ?? null)
            : undefined;
  if (target === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  if (target === null) return;
  if (target.before) goInTurn(() => goTo(target.at, true));
  else if (getState().past !== null) goInTurn(backToNow);
}

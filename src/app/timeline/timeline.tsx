/** The run on one line, the request on show in three lanes of simulated time, and the playhead that scrubs. */
import { useEffect, useMemo, useRef, type KeyboardEvent, type PointerEvent, type ReactElement } from "react";
import type { Choreography } from "../../scene/contract.ts";
import { captionAt, showAt, virtualAt } from "../../scene/show-time.ts";
import { Glyph } from "../parts/icons.tsx";
import { useSize } from "../parts/use-size.ts";
import { follow } from "../state/commands.ts";
import { usePicture } from "../state/picture.ts";
import { onFrame, seek, showMsNow } from "../state/playback.ts";
import { names } from "../state/pointing-names.ts";
import { getState, useStore } from "../state/store.ts";
import { useTerminal } from "../state/terminal-open.ts";
import { later } from "../parts/later.tsx";
import { SpanLanes, TrafficLanes } from "../watch/lanes.tsx";
import { useSpanStory } from "../watch/watching.ts";
import { MoreLanes } from "../lanes/more-lanes.tsx";
import { axisOf, lanesOf, type Axis, type Block, type Lanes } from "./lanes.ts";
import { RunLine } from "./run-line.tsx";
import { Transport } from "./transport.tsx";

const UnfoldTimeline = later(async () => (await import("../terminal/drawer.tsx")).UnfoldTimeline);

/** What the slider says of itself changes at most so often while playing. */
const SPEAK_EVERY_MS = 250;
/** Left of the lines stand the lane names, right of them a little air. */
const LEFT = 84;
const RIGHT = 26;

export function Timeline(): ReactElement {
  const terminal = useTerminal((state) => state.open);
  const folded = useTerminal((state) => state.open && !state.beside);
  return (
    <footer className={folded ? "time folded" : "time"} aria-label="Timeline">
      <Transport>{terminal && <UnfoldTimeline />}</Transport>
      <TimelineBody folded={folded} />
    </footer>
  );
}

function TimelineBody({ folded }: { readonly folded: boolean }): ReactElement {
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  return (
    <div className="tl" ref={box}>
      {width > 0 && (
        <>
          <RunLine width={width} left={LEFT} />
          {!folded && <Detail width={width} />}
          {!folded && <MoreLanes width={width} left={LEFT} />}
        </>
      )}
    </div>
  );
}

function Detail({ width }: { readonly width: number }): ReactElement {
  const story = useSpanStory((watching) => watching.story);
  const live = useStore((state) => state.live);
  const choreography = usePicture((picture) => picture.choreography);
  const journey = usePicture((picture) => picture.journey);
  const drawn = useMemo(() => {
    if (choreography === null || journey === null) return null;
    const lanes = lanesOf(journey, choreography);
    return { lanes, axis: axisOf(lanes) };
  }, [choreography, journey]);
  if (story !== null) return <SpanLanes story={story} width={width} />;
  if (live) return <TrafficLanes width={width} />;
  if (choreography === null || drawn === null) return <EmptyDetail width={width} />;
  return <Lanes3 width={width} choreography={choreography} lanes={drawn.lanes} axis={drawn.axis} />;
}

function EmptyDetail({ width }: { readonly width: number }): ReactElement {
  return (
    <svg className="detail" width={width} height={86} viewBox={`0 0 ${width} 86`} aria-hidden="true">
      <LaneNames />
      <path d={`M${LEFT} 35.5H${width - RIGHT}`} stroke="var(--line)" />
      <text x={LEFT + 6} y={80} className="ax">
        0 s
      </text>
    </svg>
  );
}

function LaneNames(): ReactElement {
  return (
    <>
      <text x="16" y="20" className="lane">
        DNS
      </text>
      <text x="16" y="42" className="lane">
        Packet
      </text>
      <text x="16" y="63" className="lane">
        Conntrack
      </text>
    </>
  );
}

interface LanesProps {
  readonly width: number;
  readonly choreography: Choreography;
  readonly lanes: Lanes;
  readonly axis: Axis;
}

function Lanes3({ width, choreography, lanes, axis }: LanesProps): ReactElement {
  const line = width - LEFT - RIGHT;
  const x = (nanos: number): number => LEFT + axis.at(nanos) * line;
  const host = useRef<HTMLDivElement>(null);
  const past = useRef<SVGRectElement>(null);
  const ahead = useRef<SVGRectElement>(null);
  const head = useRef<SVGGElement>(null);
  const spoken = useRef(0);

  useEffect(
    () =>
      onFrame((showMs) => {
        const at = LEFT + axis.at(virtualAt(choreography, showMs)) * line;
        head.current?.setAttribute("transform", `translate(${at} 0)`);
        past.current?.setAttribute("width", String(Math.max(0, at)));
        ahead.current?.setAttribute("x", String(at));
        const slider = host.current;
        const now = performance.now();
        if (slider === null || (getState().clock.playing && now - spoken.current < SPEAK_EVERY_MS)) return;
        spoken.current = now;
        slider.setAttribute("aria-valuenow", String(Math.round(showMs)));
        slider.setAttribute("aria-valuetext", valueText(choreography, showMs));
      }),
    [choreography, axis, line],
  );

  const scrub = (event: PointerEvent<HTMLDivElement>): void => {
    const at = (event.clientX - event.currentTarget.getBoundingClientRect().left - LEFT) / line;
    seek(showAt(choreography, nanosAt(axis, lanes, at)));
  };
  const blocks = (ghost: boolean): ReactElement => (
    <>
      {lanes.dns.map((block, i) => (
        <LaneBlock key={`d${i}`} block={block} y={7.5} x={x} ghost={ghost} />
      ))}
      {lanes.packet.map((block, i) => (
        <LaneBlock key={`p${i}`} block={block} y={29.5} x={x} ghost={ghost} />
      ))}
      {lanes.conntrack.map((block, i) => (
        <LaneBlock key={`c${i}`} block={block} y={51} x={x} ghost={ghost} />
      ))}
    </>
  );
  return (
    <div
      ref={host}
      className="scrub"
      role="slider"
      tabIndex={0}
      aria-label="Scrub through the request"
      aria-valuemin={0}
      aria-valuemax={Math.round(choreography.totalMs)}
      aria-valuenow={0}
      onKeyDown={(event) => scrubByKey(event, choreography)}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        scrub(event);
      }}
      onPointerMove={(event) => {
        if (event.buttons === 1 && event.currentTarget.hasPointerCapture(event.pointerId)) scrub(event);
      }}
    >
      <svg className="detail" width={width} height={86} viewBox={`0 0 ${width} 86`} aria-hidden="true">
        <defs>
          <clipPath id="past">
            <rect ref={past} x={0} y={0} width={0} height={86} />
          </clipPath>
          <clipPath id="ahead">
            <rect ref={ahead} x={0} y={0} width={width} height={86} />
          </clipPath>
        </defs>
        {axis.ticks.map((tick) => (
          <g key={tick.nanos}>
            <path d={`M${x(tick.nanos)} 0V68`} stroke="var(--line)" />
            <text
              x={x(tick.nanos)}
              y={80}
              dx={x(tick.nanos) < LEFT + 30 ? 6 : 0}
              textAnchor={x(tick.nanos) < LEFT + 30 ? "start" : "middle"}
              className="ax"
            >
              {tick.label}
            </text>
          </g>
        ))}
        {axis.breaks.map((gap) => (
          <Break key={gap.from} x={(x(gap.from) + x(gap.to)) / 2} />
        ))}
        <LaneNames />
        <g clipPath="url(#ahead)">{blocks(true)}</g>
        <g clipPath="url(#past)">{blocks(false)}</g>
        <g ref={head}>
          <path d="M0 0V70" stroke="var(--ink)" strokeWidth="1.5" />
          <path d="M-5 .5h10v5l-5 5-5-5z" fill="var(--ink)" />
        </g>
      </svg>
    </div>
  );
}

/** The mark of an idle stretch that is drawn short. */
function Break({ x }: { readonly x: number }): ReactElement {
  return <path d={`M${x - 3} 66l3-8 0 8 3-8`} fill="none" stroke="var(--ctl)" strokeWidth="1.25" />;
}

const TONES = {
  plain: { fill: "var(--ink)", stroke: "none", ink: "var(--on-ink)" },
  dns: { fill: "var(--dns-soft)", stroke: "var(--dns-fill)", ink: "var(--dns)" },
  /** Asked for and not found: hollow. */
  "dns-no": { fill: "var(--surface)", stroke: "var(--dns-fill)", ink: "var(--ink-2)" },
  nat: { fill: "var(--nat-soft)", stroke: "var(--nat)", ink: "var(--ink)" },
  trouble: { fill: "var(--drop-soft)", stroke: "var(--drop-fill)", ink: "var(--drop)" },
  entry: { fill: "var(--heat-1)", stroke: "none", ink: "var(--ink)" },
} as const;

/** Past: solid. Ahead (`ghost`): outlined and dashed. */
function LaneBlock({
  block,
  y,
  x,
  ghost,
}: {
  readonly block: Block;
  readonly y: number;
  readonly x: (nanos: number) => number;
  readonly ghost: boolean;
}): ReactElement | null {
  const left = x(block.from) + 0.75;
  const width = Math.max(2, x(block.to) - x(block.from) - 1.5);
  const tone = TONES[block.tone];
  const glyph = block.tone === "dns" ? "dns" : block.tone === "nat" ? "nat" : null;
  const withGlyph = glyph !== null && width > 22;
  const room = width - (withGlyph ? 24 : 10);
  const label = fitting(block.label, room);
  return (
    <g {...(block.hop === undefined ? {} : names(`hop:${block.hop}`))}>
      {ghost ? (
        <rect x={left} y={y} width={width} height={17} rx={4} fill="var(--surface)" stroke="var(--ctl)" strokeDasharray="3 3" />
      ) : (
        <rect x={left} y={y} width={width} height={17} rx={4} fill={tone.fill} stroke={tone.stroke} />
      )}
      {withGlyph && !ghost && <Glyph name={glyph} x={left + 4} y={y + 2} size={13} />}
      {label !== "" && (
        <text x={left + (withGlyph && !ghost ? 21 : 7)} y={y + 12.3} className="blk" fill={ghost ? "var(--ink-3)" : tone.ink}>
          {label}
        </text>
      )}
    </g>
  );
}

/** Generous: the type is proportional, and capitals are wide. */
const SMALL_PX = 5.8;
const CAPITAL_PX = 7.6;
const widthOf = (label: string): number => {
  const capitals = label.replace(/[^A-Z_]/g, "").length;
  return capitals * CAPITAL_PX + (label.length - capitals) * SMALL_PX;
};
/** The whole label, its first word (of a name its first part), or nothing: never a cut word. */
function fitting(label: string, room: number): string {
  if (widthOf(label) <= room) return label;
  const first = /^(?:\d+(?= )|[a-z\d-]+(?=\.))/.exec(label)?.[0] ?? "";
  return widthOf(first) <= room ? first : "";
}

/** The inverse of the axis, by bisection: it is monotone and piecewise linear. */
function nanosAt(axis: Axis, lanes: Lanes, share: number): number {
  let low = lanes.from;
  let high = lanes.to;
  for (let i = 0; i < 48; i++) {
    const middle = (low + high) / 2;
    if (axis.at(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function valueText(choreography: Choreography, showMs: number): string {
  const { number, of, sentence } = captionAt(choreography, showMs);
  const seconds = (virtualAt(choreography, showMs) / 1e9).toFixed(4);
  return number === 0 ? `Before the first hop, ${seconds} seconds` : `Hop ${number} of ${of}, ${sentence} ${seconds} seconds`;
}

/** Left and Right scrub, Page Up and Down go by request, Home and End to the ends. */
function scrubByKey(event: KeyboardEvent<HTMLDivElement>, choreography: Choreography): void {
  const step = choreography.totalMs / 50;
  const to: Readonly<Record<string, number>> = {
    ArrowLeft: showMsNow() - step,
    ArrowRight: showMsNow() + step,
    Home: 0,
    End: choreography.totalMs,
  };
  if (event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return;
  const target = to[event.key];
  if (target !== undefined) seek(target);
  else if (event.key === "PageUp") followNeighbour(-1);
  else if (event.key === "PageDown") followNeighbour(1);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** The request before or after the one on show. */
export function followNeighbour(by: -1 | 1): void {
  const { journeys, followed } = getState();
  const index = journeys.findIndex((journey) => journey.id === followed);
  const next = journeys[index === -1 ? journeys.length - 1 : index + by];
  if (next !== undefined) follow(next.id, "hold");
}

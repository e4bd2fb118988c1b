/** The timeline's lanes while a change is watched (Pods, endpoints, rules) and while steady traffic is on show. */
import { useEffect, useMemo, useRef, type KeyboardEvent, type PointerEvent, type ReactElement } from "react";
import { captionAt, showAt, virtualAt } from "../../scene/show-time.ts";
import { moment } from "../state/format.ts";
import { onFrame, seek, showMsNow } from "../state/playback.ts";
import { getState, useStore } from "../state/store.ts";
import { spanLanes, type SpanBar, type SpanStory } from "./span-story.ts";
import { secondsOf, SECONDS_SHOWN, type Second } from "./traffic-lanes.ts";

/** As the timeline's: left of the lines stand the lane names. */
const LEFT = 84;
const RIGHT = 26;
const HEIGHT = 86;
const SPEAK_EVERY_MS = 250;
const ROW_PX = 6;
const ROWS_MOST = 4;

export function SpanLanes({ story, width }: { readonly story: SpanStory; readonly width: number }): ReactElement {
  const { told, record } = story;
  const line = width - LEFT - RIGHT;
  const lanes = useMemo(() => spanLanes(story), [story]);
  const head = useRef<SVGGElement>(null);
  const slider = useRef<HTMLDivElement>(null);
  const spoken = useRef(0);
  // Places on the line are show time: what is skipped there is skipped here.
  const x = (nanos: number): number => LEFT + (showAt(told, nanos) / told.totalMs) * line;
  useEffect(
    () =>
      onFrame((showMs) => {
        head.current?.setAttribute("transform", `translate(${LEFT + (showMs / told.totalMs) * line} 0)`);
        const now = performance.now();
        if (slider.current === null || (getState().clock.playing && now - spoken.current < SPEAK_EVERY_MS)) return;
        spoken.current = now;
        slider.current.setAttribute("aria-valuenow", String(Math.round(showMs)));
        slider.current.setAttribute("aria-valuetext", `${moment(virtualAt(told, showMs))}: ${captionAt(told, showMs).sentence}`);
      }),
    [told, line],
  );
  const scrub = (event: PointerEvent<HTMLDivElement>): void => {
    const at = (event.clientX - event.currentTarget.getBoundingClientRect().left - LEFT) / line;
    seek(Math.max(0, Math.min(1, at)) * told.totalMs);
  };
  return (
    <div
      ref={slider}
      className="scrub"
      role="slider"
      tabIndex={0}
      aria-label="Scrub through what followed"
      aria-valuemin={0}
      aria-valuemax={Math.round(told.totalMs)}
      aria-valuenow={0}
      onKeyDown={(event) => scrubByKey(event, told.totalMs)}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        scrub(event);
      }}
      onPointerMove={(event) => {
        if (event.buttons === 1 && event.currentTarget.hasPointerCapture(event.pointerId)) scrub(event);
      }}
    >
      <svg className="detail" width={width} height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`} aria-hidden="true">
        <LaneName y={16} text="Pods" />
        <LaneName y={44} text="Endpoints" />
        <LaneName y={63} text="Rules" />
        {told.beats.map((beat) => (
          <path key={beat.number} d={`M${LEFT + (beat.startMs / told.totalMs) * line} 0V68`} stroke="var(--line)" />
        ))}
        {story.gaps.map((gap) => (
          <g key={gap.from}>
            <path d={`M${(x(gap.from) + x(gap.to)) / 2 - 3} 72l3-8 0 8 3-8`} fill="none" stroke="var(--ctl)" strokeWidth="1.25" />
          </g>
        ))}
        {lanes.pods.map((bar, i) => bar.row < ROWS_MOST && <PodBar key={i} bar={bar} x={x} />)}
        {lanes.endpoints.map((bar, i) => bar.row === 0 && <TextBar key={i} bar={bar} x={x} y={33} />)}
        {lanes.rules.map((bar, i) => (
          <TextBar key={i} bar={bar} x={x} y={52} />
        ))}
        <Ticks story={story} x={x} width={width} />
        <g ref={head}>
          <path d="M0 0V70" stroke="var(--ink)" strokeWidth="1.5" />
          <path d="M-5 .5h10v5l-5 5-5-5z" fill="var(--ink)" />
        </g>
      </svg>
      <span className="visually-hidden">{`From ${moment(record.at)} to ${moment(record.endsAt)}`}</span>
    </div>
  );
}

function LaneName({ y, text }: { readonly y: number; readonly text: string }): ReactElement {
  return (
    <text x="16" y={y} className="lane">
      {text}
    </text>
  );
}

/** Times of the beats, as far as they do not stand on one another. */
function Ticks({
  story,
  x,
  width,
}: {
  readonly story: SpanStory;
  readonly x: (nanos: number) => number;
  readonly width: number;
}): ReactElement {
  const ticks = story.beats.reduce<readonly { readonly px: number; readonly since: number }[]>((shown, { at }) => {
    const px = x(at);
    const crowded = px - (shown.at(-1)?.px ?? -Infinity) < TICK_PX || px > width - TICK_PX / 2;
    return crowded ? shown : [...shown, { px, since: (at - story.record.at) / 1e9 }];
  }, []);
  return (
    <>
      {ticks.map(({ px, since }) => (
        <text key={px} x={px} y={81} textAnchor="middle" className="ax">
          {since < 0.0005 ? "0 s" : `+${Number(since.toPrecision(3))} s`}
        </text>
      ))}
    </>
  );
}

/** Ticks are so far apart at least. */
const TICK_PX = 64;

const POD_FILL: Readonly<Record<SpanBar["tone"], string>> = {
  starting: "var(--heat-2)",
  ready: "var(--ready)",
  terminating: "var(--surface)",
  slice: "var(--svc-soft)",
  none: "var(--drop-soft)",
  behind: "var(--heat-1)",
};

function PodBar({ bar, x }: { readonly bar: SpanBar; readonly x: (nanos: number) => number }): ReactElement {
  const left = x(bar.from);
  const width = Math.max(4, x(bar.to) - left - 1.5);
  const ends = bar.tone === "terminating";
  return (
    <g>
      <title>{`${bar.label}: ${bar.tone}`}</title>
      <rect
        x={left}
        y={3 + bar.row * (ROW_PX + 1)}
        width={width}
        height={ROW_PX}
        rx={2}
        fill={POD_FILL[bar.tone]}
        stroke={ends ? "var(--ctl)" : "none"}
        strokeDasharray={ends ? "3 2" : undefined}
      />
    </g>
  );
}

const CHAR_PX = 6.4;

function TextBar({ bar, x, y }: { readonly bar: SpanBar; readonly x: (nanos: number) => number; readonly y: number }): ReactElement {
  const left = x(bar.from);
  const width = Math.max(4, x(bar.to) - left - 1.5);
  const short = /\d+ of \d+$/.exec(bar.label)?.[0] ?? "";
  const label = [bar.label, short].find((text) => text.length * CHAR_PX <= width - 8) ?? "";
  const stroke = bar.tone === "behind" ? "none" : bar.tone === "none" ? "var(--drop-fill)" : "var(--svc-fill)";
  return (
    <g>
      <title>{bar.label}</title>
      <rect x={left} y={y} width={width} height={15} rx={4} fill={POD_FILL[bar.tone]} stroke={stroke} strokeWidth="0.75" />
      <text x={left + 5} y={y + 11.2} className="blk" fill="var(--ink)">
        {label}
      </text>
    </g>
  );
}

/** Left and Right scrub, Home and End to the ends. */
function scrubByKey(event: KeyboardEvent<HTMLDivElement>, totalMs: number): void {
  if (event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return;
  const to: Readonly<Record<string, number>> = {
    ArrowLeft: showMsNow() - totalMs / 50,
    ArrowRight: showMsNow() + totalMs / 50,
    Home: 0,
    End: totalMs,
  };
  const target = to[event.key];
  if (target === undefined) return;
  seek(target);
  event.preventDefault();
  event.stopPropagation();
}

// ---- steady traffic -------------------------------------------------------------------------------------------------

/** The last minute: answers and losses a second, and what happened to the cluster. */
export function TrafficLanes({ width }: { readonly width: number }): ReactElement {
  const timeline = useStore((state) => state.timeline);
  const traffic = useStore((state) => state.traffic);
  const now = useStore((state) => state.now);
  const seconds = useMemo(() => secondsOf(timeline, traffic?.second ?? null, traffic?.since ?? 0, now), [timeline, traffic, now]);
  const line = width - LEFT - RIGHT;
  const step = line / SECONDS_SHOWN;
  const most = Math.max(1, ...seconds.map(({ answered }) => answered));
  const lostMost = Math.max(1, ...seconds.map(({ lost }) => lost));
  return (
    <svg className="detail" width={width} height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`} role="img" aria-label={lanesLabel(seconds)}>
      <LaneName y={22} text="Answered" />
      <LaneName y={45} text="Lost" />
      <LaneName y={63} text="Cluster" />
      <path d={`M${LEFT} 29.5H${LEFT + line}M${LEFT} 49.5H${LEFT + line}`} stroke="var(--line)" />
      {seconds.map((second, i) => (
        <g key={second.at}>
          {second.answered > 0 && (
            <rect
              x={LEFT + i * step}
              y={29 - (22 * second.answered) / most}
              width={Math.max(1, step - 1.5)}
              height={(22 * second.answered) / most}
              rx={1}
              fill="var(--ink)"
            />
          )}
          {second.lost > 0 && (
            <rect
              x={LEFT + i * step}
              y={49 - (14 * second.lost) / lostMost}
              width={Math.max(1, step - 1.5)}
              height={(14 * second.lost) / lostMost}
              rx={1}
              fill="var(--drop-fill)"
            />
          )}
          <ClusterMark second={second} x={LEFT + i * step + step / 2} />
          {second.at % 10 === 0 && (
            <text x={LEFT + i * step} y={81} textAnchor="middle" className="ax">
              {second.at} s
            </text>
          )}
        </g>
      ))}
    </svg>
  );
}

/** What a person did: a tick over the line; what followed: a dot. */
function ClusterMark({ second, x }: { readonly second: Second; readonly x: number }): ReactElement | null {
  if (second.done.length > 0)
    return (
      <g>
        <title>{second.done.join("; ")}</title>
        <path d={`M${x} 52v15`} stroke="var(--ink)" strokeWidth="2" strokeLinecap="round" />
      </g>
    );
  if (second.changes === 0) return null;
  return <circle cx={x} cy={60} r={Math.min(4, 1.5 + second.changes / 3)} fill="var(--svc-fill)" />;
}

function lanesLabel(seconds: readonly Second[]): string {
  const lost = seconds.reduce((sum, second) => sum + second.lost, 0);
  const answered = seconds.reduce((sum, second) => sum + second.answered, 0);
  return `The last minute: ${answered} answered, ${lost} lost`;
}

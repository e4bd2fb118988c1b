/**
 * More lanes of the timeline: what happened to packets, Pods, endpoints, rules and caches, around the request in detail or over the
 * whole run. Each mark is a button that goes to its moment; one Tab stop a lane, arrow keys within and between lanes.
 */
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactElement } from "react";
import type { ClusterView, TimelineEvent } from "../../core/simulation/view.ts";
import { virtualAt } from "../../scene/show-time.ts";
import "../styles/lanes.css";
import { Icon } from "../parts/icons.tsx";
import { Menu, MenuButton, type MenuAnchor } from "../parts/menu.tsx";
import { Segmented } from "../parts/segmented.tsx";
import { capital, count, moment, plural } from "../state/format.ts";
import { usePicture } from "../state/picture.ts";
import { onFrame } from "../state/playback.ts";
import { nameOfThing, names, type PointedName } from "../state/pointing-names.ts";
import { getState, useStore, type WorkbenchState } from "../state/store.ts";
import { toggleKind, useLanes } from "./choice.ts";
import { clustered, eventAxis, type Cluster, type EventAxis } from "./event-axis.ts";
import { ENTRIES_MOST, eventLanes, LANE_KINDS, LANE_NAMES, type EventLane, type EventMark } from "./event-lanes.ts";
import { goToMark } from "./going.ts";
import { LaneSplitter, useLaneHeight } from "./lane-splitter.tsx";

const RIGHT = 26;
/** Room for a time at the foot. */
const TICK_PX = 84;
/** A finger needs more room than a pointer. */
const COARSE = matchMedia("(pointer: coarse)").matches;
const ROW_PX = COARSE ? 28 : 20;
/** Marks closer than this share a place. */
const APART_PX = COARSE ? 28 : 17;
/** So much of the run is seen before and after the request in detail. */
const AROUND_NANOS = 1_000_000_000;
/** Between two looks at a run that goes on. */
const TAKEN_EVERY_MS = 400;
/** A menu of more entries than this cannot be read. */
const LISTED_MOST = 40;

export function EventLanes({ width, left }: { readonly width: number; readonly left: number }): ReactElement {
  const { stretch, kinds } = useLanes();
  const { timeline, cluster, end } = useRun();
  const followed = usePicture((picture) => picture.journey);
  const journey = stretch === "request" ? followed : null;
  const line = width - left - RIGHT;
  const lanes = useMemo(() => eventLanes({ timeline, cluster, journey }, kinds), [timeline, cluster, journey, kinds]);
  const [from, to] =
    journey === null ? [0, end] : [Math.max(0, journey.sentAt - AROUND_NANOS), Math.min(end, journey.endedAt + AROUND_NANOS)];
  const inside = useMemo(
    () => lanes.map((lane) => ({ ...lane, marks: lane.marks.filter(({ at, endsAt }) => endsAt >= from && at <= to) })),
    [lanes, from, to],
  );
  const axis = useMemo(
    () => eventAxis(timesOf(inside), from, to, journey === null ? null : { from: journey.sentAt, to: journey.endedAt }, TICK_PX / line),
    [inside, from, to, journey, line],
  );
  const changes = useMemo(
    () => timeline.filter(({ kind, at }) => (kind === "edit" || kind === "action") && at > from && at <= to).map(({ at }) => at),
    [timeline, from, to],
  );
  const [spoken, setSpoken] = useState("");
  const box = useRef<HTMLDivElement>(null);
  const height = useLaneHeight();
  const go = (mark: EventMark): void => {
    setSpoken(`${moment(mark.at)}: ${mark.sentence}`);
    void goToMark(mark);
  };
  return (
    <section className="lanes" aria-label="More lanes">
      <LaneSplitter />
      <LaneControls stretch={stretch} hasRequest={followed !== null} />
      <div className="lanebox" ref={box} style={{ maxHeight: height }} onKeyDown={(event) => moveFocus(event, box.current)}>
        {inside.map((lane, i) => (
          <Lane key={`${lane.kind} ${lane.name}`} lane={lane} row={i} axis={axis} left={left} line={line} go={go} />
        ))}
        <Ground axis={axis} left={left} line={line} rows={inside.length} changes={changes} />
        <Playhead axis={axis} left={left} line={line} from={from} to={to} />
      </div>
      <p className="visually-hidden" aria-live="polite">
        {spoken}
      </p>
    </section>
  );
}

/** What the lanes tell of. */
interface Run {
  readonly timeline: readonly TimelineEvent[];
  readonly cluster: ClusterView | null;
  /** Its newest moment. */
  readonly end: number;
}

const runNow = ({ timeline, cluster, past, now }: WorkbenchState): Run => ({ timeline, cluster, end: past?.endsAt ?? now });

/** The run as it is, and while it goes on as it was a moment ago: thousands of marks are not laid out again with every update. */
function useRun(): Run {
  const [run, setRun] = useState(() => runNow(getState()));
  useEffect(() => {
    let timer = 0;
    let takenAt = -Infinity;
    const take = (): void => {
      timer = 0;
      takenAt = performance.now();
      setRun(runNow(getState()));
    };
    const stop = useStore.subscribe((state, before) => {
      const [now, then] = [runNow(state), runNow(before)];
      if (timer !== 0 || (now.timeline === then.timeline && now.cluster === then.cluster && now.end === then.end)) return;
      const wait = takenAt + TAKEN_EVERY_MS - performance.now();
      if (wait <= 0) take();
      else timer = window.setTimeout(take, wait);
    });
    take();
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, []);
  return run;
}

/** Moments that want room of their own: what lasts, by its beginning. */
function timesOf(lanes: readonly EventLane[]): readonly number[] {
  return lanes.flatMap(({ marks }) => marks.map(({ at }) => at));
}

function LaneControls({ stretch, hasRequest }: { readonly stretch: "run" | "request"; readonly hasRequest: boolean }): ReactElement {
  const kinds = useLanes((lanes) => lanes.kinds);
  const long = useStore((state) => state.timeline.length > ENTRIES_MOST);
  return (
    <div className="lanehead">
      <Segmented
        label="Stretch of the run"
        value={hasRequest ? stretch : "run"}
        choices={[
          { value: "request", label: "Around the request" },
          { value: "run", label: "Whole run" },
        ]}
        onChange={(value) => useLanes.setState({ stretch: value === "run" ? "run" : "request" })}
      />
      <span className="c3">{long ? `The last ${count(ENTRIES_MOST)} events of the run` : "A mark goes to its moment"}</span>
      <span className="grow" />
      <MenuButton
        label="Lanes on show"
        className="btn quiet"
        entries={LANE_KINDS.map((kind) => ({
          kind: "item",
          label: LANE_NAMES[kind],
          checked: kinds.includes(kind),
          run: () => toggleKind(kind),
        }))}
      >
        Lanes
        <Icon name="chevron" size={12} />
      </MenuButton>
    </div>
  );
}

interface LaneProps {
  readonly lane: EventLane;
  readonly row: number;
  readonly axis: EventAxis;
  readonly left: number;
  readonly line: number;
  readonly go: (mark: EventMark) => void;
}

function Lane({ lane, row, axis, left, line, go }: LaneProps): ReactElement {
  const past = useStore((state) => state.past?.at ?? null);
  const x = (at: number): number => axis.at(at) * line;
  const groups = useMemo(() => clustered(lane.marks, (at) => axis.at(at) * line, APART_PX), [lane.marks, axis, line]);
  const name = lane.kind === "rules" && lane.name !== LANE_NAMES.rules ? `Rules of ${lane.name}` : lane.name;
  return (
    <div className="elane" style={{ height: ROW_PX }} role="group" aria-label={`${name}: ${plural(lane.marks.length, "event")}`}>
      <span
        className="elname"
        title={name}
        style={{ width: left - 16 }}
        {...names(lane.kind === "rules" && lane.name !== LANE_NAMES.rules ? `gate:${lane.name}` : null)}
      >
        {lane.name}
      </span>
      <div className="elmarks" style={{ left, width: line }}>
        {lane.marks.map((mark, i) =>
          mark.endsAt > mark.at ? (
            <span key={i} className="elbar" style={{ left: x(mark.at), width: Math.max(3, x(mark.endsAt) - x(mark.at)) }} />
          ) : null,
        )}
        {lane.marks.length === 0 && <span className="elnone">{lane.empty}</span>}
        {groups.map((group, i) => (
          <Mark key={i} group={group} row={row} first={i === 0} ahead={past !== null && (group.marks[0]?.at ?? 0) > past} go={go} />
        ))}
      </div>
    </div>
  );
}

/** Of several the last is what it stands for, as its glyph is. */
function nameOfMark({ about, goal }: EventMark): PointedName | null {
  const hop = goal.kind === "packet" ? hopAt(goal.at) : null;
  return hop === null ? nameOfThing(about) : `hop:${hop}`;
}

/** The number of the hop that begins there, in the request on show. */
function hopAt(at: number): number | null {
  const beats = usePicture.getState().choreography?.beats ?? [];
  return beats.findLast((beat) => beat.at <= at)?.number ?? null;
}

interface MarkProps {
  readonly group: Cluster<EventMark>;
  readonly row: number;
  /** The lane's Tab stop until another of its marks had the focus. */
  readonly first: boolean;
  /** Not yet, at the moment on show. */
  readonly ahead: boolean;
  readonly go: (mark: EventMark) => void;
}

function Mark({ group: { x, marks }, row, first, ahead, go }: MarkProps): ReactElement {
  const [menu, setMenu] = useState<MenuAnchor | null>(null);
  const last = marks.at(-1);
  const [only] = marks;
  const several = marks.length > 1;
  const text = several
    ? `${plural(marks.length, "event")} from ${moment(only?.at ?? 0)} to ${moment(last?.at ?? 0)}, the last: ${last?.sentence ?? ""}`
    : `${moment(only?.at ?? 0)}: ${only?.sentence ?? ""}`;
  return (
    <>
      <button
        type="button"
        className={`elmark${ahead ? " ahead" : ""}`}
        style={{ left: x }}
        tabIndex={first ? 0 : -1}
        data-row={row}
        aria-label={text}
        aria-haspopup={several ? "menu" : undefined}
        {...names(...marks.toReversed().map(nameOfMark))}
        title={text}
        onClick={({ currentTarget }) => {
          if (only !== undefined && !several) go(only);
          else setMenu(currentTarget.getBoundingClientRect());
        }}
      >
        {last?.glyph === "tick" ? <i className="eltick" /> : <Icon name={last?.glyph ?? "packet"} size={13} />}
        {several && <small>{marks.length}</small>}
      </button>
      {menu !== null && (
        <Menu
          label={text}
          at={menu}
          onClose={() => setMenu(null)}
          entries={[
            ...marks.slice(-LISTED_MOST).map((mark) => ({
              kind: "item" as const,
              label: capital(mark.sentence),
              note: moment(mark.at),
              ...(mark.glyph === "tick" ? {} : { icon: mark.glyph }),
              run: () => go(mark),
            })),
            ...(marks.length > LISTED_MOST
              ? [{ kind: "title" as const, text: `and ${plural(marks.length - LISTED_MOST, "event")} before these` }]
              : []),
          ]}
        />
      )}
    </>
  );
}

/** Times at the foot, what a person did, and where idle stretches were cut short. */
function Ground({
  axis,
  left,
  line,
  rows,
  changes,
}: {
  readonly axis: EventAxis;
  readonly left: number;
  readonly line: number;
  readonly rows: number;
  /** When a person edited or did something: a line through all lanes. */
  readonly changes: readonly number[];
}): ReactElement {
  const height = rows * ROW_PX;
  // So exact that no two of them read the same.
  const digits =
    [3, 4, 5, 6].find((some) => new Set(axis.ticks.map(({ nanos }) => (nanos / 1e9).toFixed(some))).size === axis.ticks.length) ?? 7;
  return (
    <svg className="elground" width={left + line + RIGHT} height={height + 18} aria-hidden="true">
      {axis.ticks.map(({ nanos, share }) => (
        <g key={nanos}>
          <path d={`M${left + share * line} 0V${height}`} stroke="var(--line)" />
          <text x={left + share * line} y={height + 13} textAnchor={share === 0 ? "start" : "middle"} className="ax">
            {`${(nanos / 1e9).toFixed(digits)} s`}
          </text>
        </g>
      ))}
      {changes.map((at, i) => (
        <path key={i} d={`M${left + axis.at(at) * line} 0V${height}`} stroke="var(--ctl)" strokeDasharray="4 3" />
      ))}
      {axis.breaks.map((gap) => {
        const x = left + ((axis.at(gap.from) + axis.at(gap.to)) / 2) * line;
        return <path key={gap.from} d={`M${x - 3} ${height}l3-8 0 8 3-8`} fill="none" stroke="var(--ctl)" strokeWidth="1.25" />;
      })}
    </svg>
  );
}

/** Where the clock stands: the moment on show of the run, within the request that of its story. */
function Playhead({
  axis,
  left,
  line,
  from,
  to,
}: {
  readonly axis: EventAxis;
  readonly left: number;
  readonly line: number;
  readonly from: number;
  readonly to: number;
}): ReactElement {
  const head = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const place = (showMs: number): void => {
      const { told } = usePicture.getState();
      const { past, now, live } = getState();
      const at = told === null || live ? (past?.at ?? now) : virtualAt(told, showMs);
      if (head.current === null) return;
      // What runs on is a little further than what is laid out of it.
      head.current.hidden = at < from || (at > to && !live);
      head.current.style.transform = `translateX(${left + axis.at(at) * line}px)`;
    };
    return onFrame(place);
  }, [axis, left, line, from, to]);
  return <span ref={head} className="elhead" />;
}

/** Left and Right within a lane, Up and Down to the nearest mark of the lane above or below, Home and End. */
function moveFocus(event: KeyboardEvent<HTMLElement>, box: HTMLElement | null): void {
  const { target } = event;
  if (box === null || !(target instanceof HTMLElement) || !target.matches(".elmark")) return;
  if (event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return;
  const all = [...box.querySelectorAll<HTMLElement>(".elmark")];
  const row = Number(target.dataset["row"]);
  const own = all.filter((one) => one.dataset["row"] === target.dataset["row"]);
  const index = own.indexOf(target);
  const beside = (by: -1 | 1): HTMLElement | undefined => {
    const rows = [...new Set(all.map((one) => Number(one.dataset["row"])))];
    const next = by === 1 ? rows.find((one) => one > row) : rows.findLast((one) => one < row);
    const x = target.getBoundingClientRect().left;
    const distance = (one: HTMLElement): number => Math.abs(one.getBoundingClientRect().left - x);
    return all.filter((one) => Number(one.dataset["row"]) === next).sort((a, b) => distance(a) - distance(b))[0];
  };
  const to = {
    ArrowRight: () => own[index + 1],
    ArrowLeft: () => own[index - 1],
    Home: () => own[0],
    End: () => own.at(-1),
    ArrowDown: () => beside(1),
    ArrowUp: () => beside(-1),
  }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  const found = to();
  if (found === undefined) return;
  for (const one of all.filter((other) => other.dataset["row"] === found.dataset["row"])) one.tabIndex = one === found ? 0 : -1;
  found.focus();
}

/**
 * Two requests side by side: the steps of both, aligned, with the first one that differs lit. Each cell goes to that hop of that
 * request; arrow keys move between cells, Escape goes back to the hop list.
 */
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactElement } from "react";
import type { Journey } from "../../core/network/trace.ts";
import { compare, type Comparison, type Row } from "../../scene/compare.ts";
import { sideOf, type Side, type Step } from "../../scene/compare-steps.ts";
import { Icon } from "../parts/icons.tsx";
import { hovers } from "../state/commands.ts";
import {
  beatOfStep,
  betweenOf,
  comparable,
  leaveComparison,
  openComparison,
  showStep,
  useComparing,
  type Pair,
} from "../state/comparing.ts";
import { thingAt } from "../state/focus.ts";
import { socket } from "../state/format.ts";
import { usePicture } from "../state/picture.ts";
import { useMoment } from "../state/playback.ts";
import { useStore } from "../state/store.ts";
import { ENDS } from "./packet-header.tsx";
import { RuleText } from "./rule-text.tsx";
import { Words } from "./words.tsx";

type Column = "before" | "after";

export function CompareTab(): ReactElement | null {
  const pair = useComparing((state) => state.pair);
  const compared = useCompared(pair);
  if (pair === null || compared === null) return null;
  return <Compared key={`${pair.before} ${pair.after}`} pair={pair} {...compared} />;
}

interface ComparedProps {
  readonly before: Side;
  readonly after: Side;
  readonly comparison: Comparison;
}

function useCompared(pair: Pair | null): ComparedProps | null {
  const before = useSide(pair?.before ?? null);
  const after = useSide(pair?.after ?? null);
  const timeline = useStore((state) => state.timeline);
  const between = pair === null ? "nothing" : betweenOf(timeline, pair.before, pair.after);
  return useMemo(
    () => (before === null || after === null ? null : { before, after, comparison: compare(before, after, between) }),
    [before, after, between],
  );
}

/** Steps of a request in the cluster as it was when the request ended. */
function useSide(id: number | null): Side | null {
  const journey = useStore((state) => state.journeys.find((one) => one.id === id) ?? null);
  const view = useStore((state) => (id === null ? null : (state.journeyViews.get(id) ?? state.cluster)));
  return useMemo(() => (journey === null || view === null || journey.packets.length === 0 ? null : sideOf(journey, view)), [journey, view]);
}

function Compared({ pair, before, after, comparison }: ComparedProps & { readonly pair: Pair }): ReactElement {
  const box = useRef<HTMLElement>(null);
  const [spoken, setSpoken] = useState("");
  const { rows, first, sentence, verdict } = comparison;
  // Said when it opens. What had the focus has gone: it goes to the step that differs, below the sentence where both find room.
  useEffect(() => {
    setSpoken(sentence);
    const cell = box.current?.querySelector<HTMLElement>("[data-stop=true]");
    cell?.focus();
    if (box.current !== null && cell !== null && cell !== undefined) toTop(box.current, cell);
  }, [sentence]);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    if (event.key === "Escape") leaveComparison();
    else if (!moveFocus(event, box.current)) return;
    event.preventDefault();
  };
  return (
    <section className="compare" aria-label="Two requests side by side" ref={box} onKeyDown={onKeyDown}>
      <div className="cmphead">
        <p>{sentence}</p>
        <button type="button" className="btn quiet flush" onClick={leaveComparison}>
          <Icon name="back" size={14} />
          Back to the hops
        </button>
      </div>
      <div className="cmpcols">
        <ColumnHead side={before} column="before" pair={pair} />
        <ColumnHead side={after} column="after" pair={pair} />
      </div>
      <ol className="cmprows" aria-label="Steps of both requests">
        {rows.map((row, i) => (
          <RowOfTwo
            key={i}
            row={row}
            mark={markOf(rows, i, first, verdict)}
            stop={i === (first ?? 0)}
            sides={{ before, after }}
            ended={endedAt(rows, i)}
          />
        ))}
      </ol>
      <p className="visually-hidden" aria-live="polite">
        {spoken}
      </p>
    </section>
  );
}

/** Scrolls the panel to the beginning of the comparison where the cell can be seen from there, else to the cell's row. */
function toTop(box: HTMLElement, cell: HTMLElement): void {
  const panel = scrollerOf(box);
  if (panel === null) return;
  const { top } = box.getBoundingClientRect();
  const fits = cell.getBoundingClientRect().bottom - top <= panel.clientHeight;
  const heads = box.querySelector(".cmpcols")?.clientHeight ?? 0;
  const row = cell.closest("li")?.getBoundingClientRect().top ?? top;
  panel.scrollTop += (fits ? top : row - heads - 8) - panel.getBoundingClientRect().top;
}

/** The panel or sheet that scrolls it; null: the page does. */
function scrollerOf(box: HTMLElement): HTMLElement | null {
  for (let one = box.parentElement; one !== null; one = one.parentElement)
    if (/auto|scroll/.test(getComputedStyle(one).overflowY) && one.scrollHeight > one.clientHeight) return one;
  return null;
}

/** Up and down among the rows, left and right between the requests. True where the key was one of these. */
function moveFocus(event: KeyboardEvent<HTMLElement>, box: HTMLElement | null): boolean {
  const at = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>("[data-row]") : null;
  if (box === null || at === null || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return false;
  const cells = [...box.querySelectorAll<HTMLElement>("[data-row]")];
  const [row, column] = [Number(at.dataset["row"]), at.dataset["column"]];
  const inColumn = cells.filter((cell) => cell.dataset["column"] === column);
  const to = {
    ArrowDown: () => inColumn.find((cell) => Number(cell.dataset["row"]) > row),
    ArrowUp: () => inColumn.findLast((cell) => Number(cell.dataset["row"]) < row),
    Home: () => inColumn[0],
    End: () => inColumn.at(-1),
    ArrowLeft: () => cells.find((cell) => Number(cell.dataset["row"]) === row && cell.dataset["column"] === "before"),
    ArrowRight: () => cells.find((cell) => Number(cell.dataset["row"]) === row && cell.dataset["column"] === "after"),
  }[event.key];
  if (to === undefined) return false;
  to()?.focus();
  return true;
}

type Mark = "differs" | "chance" | null;

/** Words stand at the first difference, and where chance begins. */
function markOf(rows: readonly Row[], i: number, first: number | null, verdict: Comparison["verdict"]): Mark {
  if (i === first) return verdict === "different" ? "differs" : "chance";
  return rows[i]?.relation === "chance" && rows.findIndex(({ relation }) => relation === "chance") === i ? "chance" : null;
}

/** Whose steps are over at this row, and were not before it. */
function endedAt(rows: readonly Row[], i: number): Column | null {
  for (const column of ["before", "after"] as const) if (rows.findLastIndex((row) => row[column] !== null) === i - 1) return column;
  return null;
}

const NAMES: Readonly<Record<Column, string>> = { before: "Before", after: "Now" };

function ColumnHead({ side, column, pair }: { readonly side: Side; readonly column: Column; readonly pair: Pair }): ReactElement {
  const journeys = useStore((state) => state.journeys);
  const timeline = useStore((state) => state.timeline);
  const between = betweenOf(timeline, pair.before, pair.after);
  const { id, outcome } = side.journey;
  const others = comparable(journeys, pair.after);
  const when = between === "nothing" ? side.journey.to : column === "before" ? `before the ${between}` : "now";
  return (
    <div className="cmpcol">
      {column === "before" && others.length > 1 ? (
        <label className="nodepick">
          <b>Request {id}</b>
          <Icon name="chevron" size={12} className="c3" />
          <select
            aria-label="Compare with"
            value={id}
            onChange={(event) => openComparison({ before: Number(event.target.value), after: pair.after })}
          >
            {others.map((one) => (
              <option key={one.id} value={one.id}>
                {nameOf(one)}
              </option>
            ))}
          </select>
        </label>
      ) : (
        <b>Request {id}</b>
      )}
      <span className="c2">{when}</span>
      <span className="cmpend">
        <Icon name={ENDS[outcome.kind].glyph} size={12} />
        {ENDS[outcome.kind].words}
      </span>
    </div>
  );
}

function nameOf({ id, to, outcome }: Journey): string {
  return `Request ${id} to ${to}, ${ENDS[outcome.kind].words}`;
}

interface RowProps {
  readonly row: Row;
  readonly mark: Mark;
  readonly stop: boolean;
  readonly sides: Readonly<Record<Column, Side>>;
  readonly ended: Column | null;
}

function RowOfTwo({ row, mark, stop, sides, ended }: RowProps): ReactElement {
  const number = Math.max(row.before?.number ?? 0, row.after?.number ?? 0);
  const lit = mark === "differs";
  return (
    <li className={`cmprow ${row.relation}${lit ? " lit" : ""}`}>
      {mark !== null && (
        <span className="cmpmark">
          {lit ? <Unequal /> : <Drawn />}
          {lit ? "Differs here" : "By chance"}
        </span>
      )}
      {(["before", "after"] as const).map((column) => {
        const step = row[column];
        return step === null ? (
          <Nothing key={column} column={column} side={sides[column]} ended={ended === column} />
        ) : (
          <Cell
            key={column}
            step={step}
            side={sides[column]}
            column={column}
            row={number}
            full={lit}
            stop={stop && (column === "after" || row.after === null)}
          />
        );
      })}
    </li>
  );
}

/** Nothing of this request stands beside that step: it is over, or it had no such step. */
function Nothing({ column, side, ended }: { readonly column: Column; readonly side: Side; readonly ended: boolean }): ReactElement {
  return (
    <div className="cmpcell none">
      <span className="cmpwho">{NAMES[column]}</span>
      {ended ? <span>Ended here: {ENDS[side.journey.outcome.kind].words}</span> : <span className="visually-hidden">no such step</span>}
    </div>
  );
}

interface CellProps {
  readonly step: Step;
  readonly side: Side;
  readonly column: Column;
  readonly row: number;
  /** The step that differs says all it knows. */
  readonly full: boolean;
  readonly stop: boolean;
}

/** The hues of the hop list's numbers. */
function toneOf({ trouble, kind }: Step): string {
  return trouble ? "bad" : kind === "lookup" ? "dns" : "";
}

function Cell({ step, side, column, row, full, stop }: CellProps): ReactElement {
  const { journey } = side;
  const current = useIsCurrent(journey.id, step);
  return (
    <button
      type="button"
      className={`cmpcell${current ? " now" : ""}`}
      data-row={row}
      data-column={column}
      data-stop={stop}
      tabIndex={stop ? 0 : -1}
      aria-current={current ? "step" : undefined}
      onClick={() => showStep(journey.id, step)}
      {...hovers(thingAt(step.place))}
    >
      <span className="cmpwho">{NAMES[column]}</span>
      <span className="visually-hidden">{`Request ${journey.id}, hop ${step.number}. `}</span>
      <span className="cmpt">
        <span className={`cmpno ${toneOf(step)}`} aria-hidden="true">
          {step.number}
        </span>
        <span>{step.title}</span>
      </span>
      <span className="cmpd">
        <Words text={step.detail} />
      </span>
      {full && <Exact step={step} />}
    </button>
  );
}

/** The header before and after, and the rule that decided. */
function Exact({ step }: { readonly step: Step }): ReactElement {
  const fields = (["dst", "src"] as const).flatMap((field) => {
    const port = field === "dst" ? "dstPort" : "srcPort";
    const [was, now] = [socket(step.before[field], step.before[port]), socket(step.after[field], step.after[port])];
    return was === now || step.kind === "lookup" ? [] : [{ field, was, now }];
  });
  return (
    <>
      {fields.map(({ field, was, now }) => (
        <span key={field} className="cmpx mono">
          <span className="c3">{field}</span> <span className="was">{was}</span>
          <span className="hl">{now}</span>
        </span>
      ))}
      {step.rule !== null && (
        <span className="cmpx">
          <RuleText text={step.rule} />
        </span>
      )}
    </>
  );
}

function useIsCurrent(id: number, step: Step): boolean {
  const followed = useStore((state) => state.followed === id);
  const choreography = usePicture((picture) => picture.choreography);
  const beat = useMoment((moment) => moment.beat);
  return followed && choreography !== null && beat >= 0 && beatOfStep(choreography, step) === beat;
}

function Unequal(): ReactElement {
  return (
    <svg width="14" height="14" viewBox="0 0 16 16" aria-hidden="true">
      <path d="M3 6h10M3 10h10M10.5 2.5l-5 11" fill="none" stroke="currentColor" strokeWidth="1.7" strokeLinecap="round" />
    </svg>
  );
}

/** A die. */
function Drawn(): ReactElement {
  return (
    <svg width="14" height="14" viewBox="0 0 16 16" aria-hidden="true">
      <rect x="2" y="2" width="12" height="12" rx="3" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <path d="M5.4 5.4v.01M8 8v.01M10.6 10.6v.01" fill="none" stroke="currentColor" strokeWidth="2.2" strokeLinecap="round" />
    </svg>
  );
}

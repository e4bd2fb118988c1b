/** The matrix as a grid: one stop in the tab order, arrow keys inside, Enter sends what the cell is about. */
import { useRef, useState, type KeyboardEvent, type ReactElement } from "react";
import type { ReachCell, ReachPort, ReachRow } from "../../core/simulation/reach-types.ts";
import { cellShort, cellText, feelsText, sourceKindText, wayKindText, wayText } from "../../core/simulation/reach-words.ts";
import { useStore } from "../state/store.ts";
import { nextCell, type Position } from "./reach-keys.ts";
import { senderText, sendersText, wayHead } from "./reach-names.ts";
import { ReachMark } from "./reach-marks.tsx";
import type { At } from "./reach.tsx";
import { sendCell, unsendable } from "./use-reach.ts";

interface ReachGridProps {
  readonly port: ReachPort;
  readonly onAt: (at: At | null) => void;
  /** With addresses and reasons in the cells. */
  readonly large: boolean;
}

export function ReachGrid({ port, onAt, large }: ReachGridProps): ReactElement {
  const cluster = useStore((state) => state.cluster);
  const table = useRef<HTMLDivElement>(null);
  const [stop, setStop] = useState<Position>({ row: 0, column: 0 });
  const size = { rows: port.rows.length, columns: port.ways.length };
  const here = { row: Math.min(stop.row, size.rows - 1), column: Math.min(stop.column, size.columns - 1) };
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = nextCell(here, size, event);
    if (next === null) return;
    event.preventDefault();
    event.stopPropagation();
    setStop(next);
    table.current?.querySelector<HTMLElement>(`[data-cell="${next.row} ${next.column}"]`)?.focus();
  };
  const cellOf = (row: ReachRow, cell: ReachCell | null, r: number, c: number): ReactElement => {
    const way = port.ways[c];
    const at = cell === null || way === undefined ? null : { port, row, way, cell };
    return (
      <div
        key={c}
        role="gridcell"
        data-cell={`${r} ${c}`}
        tabIndex={here.row === r && here.column === c ? 0 : -1}
        className={cell === null ? "none" : cell.kind === "ends" ? cell.word : "says"}
        aria-label={at === null ? "There is no such way for this sender" : spoken(at)}
        onFocus={() => {
          setStop({ row: r, column: c });
          onAt(at);
        }}
        onPointerEnter={() => onAt(at)}
        onClick={() => act(at)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" && event.key !== " ") return;
          event.preventDefault();
          event.stopPropagation();
          act(at);
        }}
      >
        {cell !== null && <Cell cell={cell} large={large} />}
      </div>
    );
  };
  return (
    <div className="gridwrap">
      <div className="rgrid" role="grid" aria-label={`Who can reach port ${port.port}`} ref={table} onKeyDown={onKeyDown}>
        <div role="rowgroup" className="rhead">
          <div role="row">
            <div role="columnheader">From</div>
            {port.ways.map((way) => (
              <div key={`${way.kind} ${way.to}`} role="columnheader" title={[way.to, ...way.others.map(({ to }) => to)].join(", ")}>
                {large ? wayKindText(way.kind) : wayHead(way).head}
                <small className={large ? "mono" : undefined}>{large ? wayText(way) : wayHead(way).sub}</small>
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup" className="rbody">
          {port.rows.map((row, r) => (
            <div role="row" key={`${row.source.kind} ${row.source.name}`}>
              <div role="rowheader" title={[row.source, ...row.others].map((each) => senderText(cluster, each)).join(", ")}>
                {sourceKindText(row.source.kind)}
                <small>{sendersText(cluster, row)}</small>
              </div>
              {row.cells.map((cell, c) => cellOf(row, cell, r, c))}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

function act(at: At | null): void {
  if (at !== null && unsendable(at.row.source, at.cell) === null) sendCell(at.row.source, at.cell, at.port.protocol);
}

function spoken({ row, way, cell }: At): string {
  const can = unsendable(row.source, cell) === null ? ". Enter sends it" : "";
  return `${sourceKindText(row.source.kind)}, ${wayKindText(way.kind)}: ${cellText(cell)}${can}`;
}

function Cell({ cell, large }: { readonly cell: ReachCell; readonly large: boolean }): ReactElement {
  return (
    <>
      <span className="w">
        <ReachMark cell={cell} />
        {cell.kind === "ends" ? feelsText(cell.word) : "nothing sent"}
      </span>
      {large && <small>{cellShort(cell)}</small>}
    </>
  );
}

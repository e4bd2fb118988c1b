/** The matrix where it has no room: a group for each kind of sender, its ways below each other, each opening in place. */
import type { ReactElement } from "react";
import type { ReachPort } from "../../core/simulation/reach-types.ts";
import { cellShort, feelsText, sourceKindText, wayKindText, wayText } from "../../core/simulation/reach-words.ts";
import { useStore } from "../state/store.ts";
import { CellEnds, SendIt } from "./reach-detail.tsx";
import { sendersText } from "./reach-names.ts";
import { ReachMark } from "./reach-marks.tsx";
import type { At } from "./reach.tsx";

interface ReachListProps {
  readonly port: ReachPort;
  readonly at: At | null;
  readonly onAt: (at: At | null) => void;
}

export function ReachList({ port, at, onAt }: ReachListProps): ReactElement {
  const cluster = useStore((state) => state.cluster);
  return (
    <div className="rlist">
      {port.rows.map((row) => (
        <section key={`${row.source.kind} ${row.source.name}`} aria-label={sourceKindText(row.source.kind)}>
          <h4>
            {sourceKindText(row.source.kind)}
            <small>{sendersText(cluster, row)}</small>
          </h4>
          <ul>
            {row.cells.map((cell, c) => {
              const way = port.ways[c];
              if (cell === null || way === undefined) return null;
              const open = at !== null && at.row === row && at.way === way;
              const own: At = { port, row, way, cell };
              return (
                <li key={`${way.kind} ${way.to}`}>
                  <button type="button" aria-expanded={open} onClick={() => onAt(open ? null : own)}>
                    <ReachMark cell={cell} size={17} />
                    <span className="way">
                      {wayKindText(way.kind)}
                      <small className="mono">{wayText(way)}</small>
                    </span>
                    <span className="said">
                      {cell.kind === "ends" && feelsText(cell.word)}
                      <small>{cellShort(cell)}</small>
                    </span>
                  </button>
                  {open && (
                    <div className="rdetail">
                      <CellEnds at={own} />
                      <SendIt at={own} />
                    </div>
                  )}
                </li>
              );
            })}
          </ul>
        </section>
      ))}
    </div>
  );
}

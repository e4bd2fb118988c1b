/** The line from a sender to where the pointer is, and what letting go would send. */
import type { ReactElement } from "react";
import { useDrawnLine } from "./drag-send.ts";

export function DrawnLine(): ReactElement | null {
  const line = useDrawnLine((state) => state.line);
  if (line === null) return null;
  const { from, to, says } = line;
  return (
    <>
      <svg className="drawn" aria-hidden="true">
        <path
          d={`M${from.x} ${from.y}L${to.x} ${to.y}`}
          stroke="var(--ink)"
          strokeWidth="2"
          strokeDasharray={says === null ? "2 5" : undefined}
        />
        <circle cx={from.x} cy={from.y} r="4" fill="var(--ink)" />
        <rect
          x={to.x - 5}
          y={to.y - 5}
          width="10"
          height="10"
          rx="2.5"
          fill={says === null ? "var(--surface)" : "var(--ink)"}
          stroke="var(--ink)"
        />
      </svg>
      {says !== null && (
        <div className="tip drawntip" style={{ left: to.x + 14, top: to.y + 14 }}>
          {says}
        </div>
      )}
    </>
  );
}

/** The shapes of the matrix: one silhouette for each thing a client can feel. */
import type { ReactElement } from "react";
import type { ReachCell } from "../../core/simulation/reach-types.ts";
import { Icon } from "../parts/icons.tsx";

/** Tick, part of a pie, turning arrow, bar, cross; a dashed ring where nothing can be sent. */
export function ReachMark({ cell, size = 15 }: { readonly cell: ReachCell; readonly size?: 15 | 17 }): ReactElement {
  if (cell.kind === "says") return <Icon name="todo" size={size} />;
  switch (cell.word) {
    case "reaches":
      return <Icon name="ok" size={size} />;
    case "sometimes":
      return <Pie share={arriving(cell)} size={size} />;
    case "refused":
      return <Icon name="reject" size={size} />;
    case "unreachable":
      return <Icon name="blocked" size={size} />;
    case "dropped":
      return <Icon name="drop" size={size} />;
  }
}

function arriving({ ends }: Extract<ReachCell, { kind: "ends" }>): number {
  return ends.filter(({ by }) => by === null).reduce((sum, { probability }) => sum + probability, 0);
}

/** So much of a disc is filled. */
function Pie({ share, size }: { readonly share: number; readonly size: number }): ReactElement {
  const angle = 2 * Math.PI * Math.min(0.999, share);
  const x = 8 + 6.5 * Math.sin(angle);
  const y = 8 - 6.5 * Math.cos(angle);
  return (
    <svg className="i" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      <circle cx="8" cy="8" r="6.2" fill="none" stroke="var(--ink)" strokeWidth="1.4" />
      <path d={`M8 8V1.5A6.5 6.5 0 ${share > 0.5 ? 1 : 0} 1 ${x.toFixed(2)} ${y.toFixed(2)}z`} fill="var(--ink)" />
    </svg>
  );
}

/** What one cell of the matrix says in full: each end with its share, whose address is seen, or what stopped it. */
import type { ReactElement } from "react";
import type { EndView, StoppedBy } from "../../core/simulation/ends.ts";
import { feelsText, percentText, seenText, sourceKindText, stoppedText, wayKindText } from "../../core/simulation/reach-words.ts";
import { Icon } from "../parts/icons.tsx";
import { hovers } from "../state/commands.ts";
import { podName } from "../state/format.ts";
import { setState, useStore } from "../state/store.ts";
import { senderText } from "./reach-names.ts";
import { ReachMark } from "./reach-marks.tsx";
import type { At } from "./reach.tsx";
import { destinationOf, sendCell, unsendable } from "./use-reach.ts";

export function ReachDetail({ at }: { readonly at: At | null }): ReactElement {
  if (at === null)
    return (
      <p className="rdetail hint c3" role="status">
        Point at a cell, or move with the arrow keys, to see what decides there. A click or Enter sends it.
      </p>
    );
  return <Told at={at} />;
}

function Told({ at }: { readonly at: At }): ReactElement {
  const { row, way, cell } = at;
  const cluster = useStore((state) => state.cluster);
  return (
    <div className="rdetail" role="status">
      <p className="rtitle">
        <ReachMark cell={cell} />
        <b>{`${sourceKindText(row.source.kind)}, ${senderText(cluster, row.source)}`}</b>
        <Icon name="arrow" size={12} className="c3" />
        <span>{wayKindText(way.kind)}</span>
        <span className="mono">{cell.to}</span>
      </p>
      <CellEnds at={at} />
      <SendIt at={at} />
      {row.others.length > 0 && <p className="c3">{`The same for ${row.others.map((other) => senderText(cluster, other)).join(", ")}.`}</p>}
    </div>
  );
}

export function CellEnds({ at: { cell } }: { readonly at: At }): ReactElement {
  if (cell.kind === "says") return <p>{`${cell.says}.`}</p>;
  return (
    <ul className="ends">
      {cell.ends.map((end) => (
        <End key={`${end.kind} ${end.endpoint} ${end.source.address} ${end.nodes.join()}`} end={end} />
      ))}
    </ul>
  );
}

function End({ end }: { readonly end: EndView }): ReactElement {
  const cluster = useStore((state) => state.cluster);
  const { pod, endpoint, by, source, probability } = end;
  const who = pod === null || cluster === null ? endpoint : podName(cluster, pod);
  return (
    <li {...hovers(pod === null ? null : { kind: "pod", key: pod })}>
      <span className="num">{percentText(probability)}</span>
      <span>
        {by === null ? (
          <>
            <b>{who}</b> {`sees ${seenText(source)}`}
          </>
        ) : by.kind === "way-back" ? (
          <>
            <b className="drop-t">no answer</b>
            {` from ${who}: ${stoppedText(by)}`}
          </>
        ) : (
          <>
            <b className="drop-t">{feelsText(feelOf(end))}</b>
            {end.translated ? ` on the way to ${who}` : ""}
            {": "}
            <Stopped by={by} />
          </>
        )}
      </span>
    </li>
  );
}

function feelOf({ kind }: EndView): "refused" | "dropped" {
  return kind === "refused" || kind === "rejected" ? "refused" : "dropped";
}

/** A rule as it stands on its node, with the way to it; all else in a sentence. */
function Stopped({ by }: { readonly by: StoppedBy }): ReactElement {
  if (by.kind !== "rule") return <>{stoppedText(by)}</>;
  const { node, rule } = by;
  return (
    <>
      {`a rule of ${node}, `}
      <button type="button" className="link" onClick={() => setState({ tab: "rules", rulesNode: node })}>
        {`${rule.table} ${rule.chain}`}
      </button>
      <code className="mono">{rule.text}</code>
    </>
  );
}

export function SendIt({ at: { row, cell, port } }: { readonly at: At }): ReactElement | null {
  const cluster = useStore((state) => state.cluster);
  if (unsendable(row.source, cell) !== null) return null;
  return (
    <button type="button" className="btn" onClick={() => sendCell(row.source, cell, port.protocol)}>
      {`Send from ${senderText(cluster, row.source)} to ${destinationOf(cell, port.protocol)}`}
    </button>
  );
}

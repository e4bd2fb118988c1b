/** The cluster's Events as they happen, oldest first; the list follows its end while that is in view. */
import { useEffect, useMemo, useRef, type ReactElement } from "react";
import type { ThingId } from "../../scene/contract.ts";
import { hovers, select, toEditor } from "../state/commands.ts";
import { count, moment } from "../state/format.ts";
import { getState, useStore } from "../state/store.ts";
import { lineOfObject } from "../state/text.ts";
import { eventRows, type EventRow } from "./event-rows.ts";

/** So many of the last show. */
const SHOWN_MOST = 1_000;

export function EventsTab(): ReactElement {
  const timeline = useStore((state) => state.timeline);
  const until = useStore(({ past }) => past?.at ?? Infinity);
  const rows = useMemo(() => eventRows(timeline, until), [timeline, until]);
  const box = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  useEffect(() => {
    if (box.current !== null && follows.current) box.current.scrollTop = box.current.scrollHeight;
  }, [rows]);
  if (rows.length === 0)
    return (
      <p className="emptytab">
        No Events yet. Controllers and kubelets write them when something happens: scale a Deployment, or stop a node.
      </p>
    );
  const shown = rows.slice(-SHOWN_MOST);
  return (
    <div
      className="eventlist"
      ref={box}
      tabIndex={0}
      role="region"
      aria-label="Events of the cluster"
      onScroll={(event) => {
        const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
        follows.current = scrollHeight - scrollTop - clientHeight < 24;
      }}
    >
      {rows.length > shown.length && <p className="termnote">{count(rows.length - shown.length)} earlier Events are not shown.</p>}
      <table>
        <thead>
          <tr>
            <th scope="col">At</th>
            <th scope="col">Type</th>
            <th scope="col">Reason</th>
            <th scope="col">Object</th>
            <th scope="col">Message</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={row.position} className={row.warning ? "warns" : undefined}>
              <td className="tnum">{moment(row.at)}</td>
              <td>{row.warning ? "Warning" : "Normal"}</td>
              <td>{row.reason}</td>
              <td>
                <About row={row} />
              </td>
              <td className="eventsays">{row.message}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Leads to the thing in the picture, else to where it stands in the manifests. */
function About({ row }: { readonly row: EventRow }): ReactElement {
  const thing = useThing(row);
  const written = useStore(({ files }) => (thing === null ? lineOfObject(files, row.kind, row.name, row.namespace) : null)?.line ?? null);
  const text = `${row.kind.toLowerCase()}/${row.name}`;
  if (thing !== null)
    return (
      <button type="button" className="eventlink" onClick={() => select(thing)} {...hovers(thing)}>
        {text}
      </button>
    );
  if (written === null) return <span>{text}</span>;
  const show = (): void => {
    const at = lineOfObject(getState().files, row.kind, row.name, row.namespace);
    if (at !== null) toEditor(at.file, (handle) => handle.revealLine(at.line));
  };
  return (
    <button type="button" className="eventlink" title="Show in the manifests" onClick={show}>
      {text}
    </button>
  );
}

function useThing({ kind, namespace, name }: EventRow): ThingId | null {
  const key = `${namespace ?? ""}/${name}`;
  const there = useStore(({ cluster }) => {
    if (cluster === null) return false;
    if (kind === "Pod") return cluster.pods.some((pod) => pod.key === key);
    if (kind === "Service") return cluster.services.some((service) => service.key === key);
    return kind === "Node" && cluster.nodes.some((node) => node.name === name);
  });
  if (!there) return null;
  return kind === "Node" ? { kind: "node", name } : kind === "Pod" ? { kind: "pod", key } : { kind: "service", key };
}

/** The cluster's Events as they happen, oldest first; the list follows its end while that is in view. */
import { useEffect, useRef, useState, type ReactElement } from "react";
import type { EventRow } from "../../core/terminal/cluster-events.ts";
import type { ThingId } from "../../scene/contract.ts";
import { ask, hovers, select, toEditor } from "../state/commands.ts";
import { count } from "../state/format.ts";
import { getState, useStore } from "../state/store.ts";
import { lineOfObject } from "../state/text.ts";

/** So many of the last show. */
const SHOWN_MOST = 1_000;

export function EventsTab(): ReactElement {
  const events = useEvents();
  const box = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  useEffect(() => {
    if (box.current !== null && follows.current) box.current.scrollTop = box.current.scrollHeight;
  }, [events]);
  if (events === null) return <p className="emptytab" />;
  const { rows, total } = events;
  if (rows.length === 0)
    return (
      <p className="emptytab">
        No Events yet. Controllers and kubelets write them when something happens: scale a Deployment, or stop a node.
      </p>
    );
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
      {total > rows.length && <p className="termnote">{count(total - rows.length)} earlier Events are not shown.</p>}
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
          {rows.map((row) => (
            <tr key={row.name} className={row.warning ? "warns" : undefined}>
              <td className="tnum">{count(row.at)} s</td>
              <td>{row.warning ? "Warning" : "Normal"}</td>
              <td>{row.reason}</td>
              <td>
                <About row={row} />
              </td>
              <td className="eventsays">
                {row.message}
                {row.count > 1 && <span className="termnote"> {count(row.count)} times</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Asked again whenever the cluster has changed; until then those of before stand. */
function useEvents(): { readonly rows: readonly EventRow[]; readonly total: number } | null {
  const cluster = useStore((state) => state.cluster);
  const [events, setEvents] = useState<{ readonly rows: readonly EventRow[]; readonly total: number } | null>(null);
  useEffect(() => {
    let current = true;
    void ask({ kind: "terminal", ask: { kind: "events", most: SHOWN_MOST } }).then((reply) => {
      if (current && reply.kind === "terminal" && reply.answer.kind === "events") setEvents(reply.answer);
    });
    return () => {
      current = false;
    };
  }, [cluster]);
  return events;
}

/** Leads to the thing in the picture, else to where it stands in the manifests. */
function About({ row: { about } }: { readonly row: EventRow }): ReactElement {
  const { kind, namespace, name } = about;
  const thing = useThing(about);
  const written = useStore(({ files }) => (thing === null ? lineOfObject(files, kind, name, namespace) : null)?.line ?? null);
  const text = `${kind.toLowerCase()}/${name}`;
  if (thing !== null)
    return (
      <button type="button" className="eventlink" onClick={() => select(thing)} {...hovers(thing)}>
        {text}
      </button>
    );
  if (written === null) return <span>{text}</span>;
  const show = (): void => {
    const at = lineOfObject(getState().files, kind, name, namespace);
    if (at !== null) toEditor(at.file, (handle) => handle.revealLine(at.line));
  };
  return (
    <button type="button" className="eventlink" title="Show in the manifests" onClick={show}>
      {text}
    </button>
  );
}

function useThing({ kind, namespace, name }: EventRow["about"]): ThingId | null {
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

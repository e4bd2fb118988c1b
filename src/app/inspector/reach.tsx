/**
 * Who can reach a Service: its page's matrix. Rows are kinds of senders, columns ways in; a cell says with a shape, a word
 * and a number what becomes of a new flow. What decided it stands below, for the cell that is pointed at or in focus.
 */
import { useState, useSyncExternalStore, type ReactElement } from "react";
import type { NamespacedName } from "../../core/base/names.ts";
import type { ReachCell, ReachPort, ReachRow, ReachView, ReachWay } from "../../core/simulation/reach-types.ts";
import { portText, reachMarkdown } from "../../core/simulation/reach-words.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Icon } from "../parts/icons.tsx";
import { Segmented } from "../parts/segmented.tsx";
import { say } from "../state/commands.ts";
import { ReachDetail } from "./reach-detail.tsx";
import { ReachGrid } from "./reach-grid.tsx";
import { ReachList } from "./reach-list.tsx";
import { useReach } from "./use-reach.ts";

/** One cell with its row and column. */
export interface At {
  readonly port: ReachPort;
  readonly row: ReachRow;
  readonly way: ReachWay;
  readonly cell: ReachCell;
}

export function WhoCanReach({ service }: { readonly service: NamespacedName }): ReactElement | null {
  const reach = useReach(service);
  const [large, setLarge] = useState(false);
  if (reach === null) return null;
  return (
    <section className="reach" aria-label="Who can reach this">
      <h3>
        Who can reach this
        <span className="grow" />
        {reach.ports.length > 0 && (
          <>
            <CopyMarkdown reach={reach} />
            <button type="button" className="btn quiet" aria-label="Show the matrix larger" onClick={() => setLarge(true)}>
              <Icon name="fit" size={13} />
              Larger
            </button>
          </>
        )}
      </h3>
      <Matrix reach={reach} large={false} />
      {large && (
        <Dialog title={`Who can reach ${reach.service}`} onClose={() => setLarge(false)}>
          <div className="reach large">
            <Matrix reach={reach} large />
          </div>
        </Dialog>
      )}
    </section>
  );
}

function Matrix({ reach, large }: { readonly reach: ReachView; readonly large: boolean }): ReactElement {
  const [chosen, setChosen] = useState(0);
  const [at, setAt] = useState<At | null>(null);
  const narrow = useNarrow();
  const port = reach.ports[chosen] ?? reach.ports[0];
  // What is pointed at may be of a port or an answer that is gone.
  const shown = at !== null && port !== undefined && port.rows.includes(at.row) ? at : null;
  return (
    <div className="matrix">
      {reach.says !== null && <p className="c2">{reach.says}</p>}
      {reach.ports.length > 1 && (
        <Segmented
          label="Port"
          value={String(reach.ports.indexOf(port ?? reach.ports[0] ?? NO_PORT))}
          choices={reach.ports.map((each, i) => ({ value: String(i), label: portText(each) }))}
          onChange={(value) => {
            setChosen(Number(value));
            setAt(null);
          }}
        />
      )}
      {port !== undefined && narrow && <ReachList port={port} onAt={setAt} at={shown} />}
      {port !== undefined && !narrow && (
        <>
          <ReachGrid port={port} onAt={setAt} large={large} />
          <ReachDetail at={shown} />
        </>
      )}
      {reach.notes.map((note) => (
        <p key={note} className="c3">
          {note}
        </p>
      ))}
    </div>
  );
}

/** Where the phone's arrangement shows, there is no room for columns. */
const PHONE = "(max-width: 559px)";

function useNarrow(): boolean {
  return useSyncExternalStore(
    (changed) => {
      const media = matchMedia(PHONE);
      media.addEventListener("change", changed);
      return () => media.removeEventListener("change", changed);
    },
    () => matchMedia(PHONE).matches,
  );
}

const NO_PORT: ReachPort = { name: "", protocol: "TCP", port: 0, ways: [], rows: [] };

function CopyMarkdown({ reach }: { readonly reach: ReachView }): ReactElement {
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(reachMarkdown(reach));
      say("Copied as Markdown.", "done");
    } catch {
      say("The browser did not allow copying.", "trouble");
    }
  };
  return (
    <button type="button" className="btn quiet" aria-label="Copy as Markdown" onClick={() => void copy()}>
      <Icon name="share" size={13} />
      Copy
    </button>
  );
}

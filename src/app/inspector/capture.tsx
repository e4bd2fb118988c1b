/** The request on show to take along: as text to read, and as a file for Wireshark (of this request, of those sent with it, of all that are kept). */
import type { ReactElement } from "react";
import type { Journey } from "../../core/network/trace.ts";
import { Icon } from "../parts/icons.tsx";
import { MenuButton, type MenuEntry } from "../parts/menu.tsx";
import { captureName, downloadCapture, sentTogether } from "../state/capture.ts";
import { count } from "../state/format.ts";
import { getState, setState, useStore } from "../state/store.ts";

const LABEL = "Download capture (pcapng)";

export function CaptureFoot({ journey }: { readonly journey: Journey }): ReactElement {
  const sent = useStore((state) => state.journeys.length);
  useStore((state) => state.sends);
  return (
    <p className="foot">
      <button type="button" className="btn quiet flush" onClick={() => setState({ dialog: "narration" })}>
        <Icon name="text" size={14} />
        Read it in words
      </button>
      {sent > 1 ? (
        <MenuButton label={LABEL} className="btn quiet flush" entries={choicesFor(journey, sent)}>
          <Icon name="download" size={14} />
          {LABEL}
          <Icon name="chevron" size={12} />
        </MenuButton>
      ) : (
        <button type="button" className="btn quiet flush" onClick={() => take([journey.id])}>
          <Icon name="download" size={14} />
          {LABEL}
        </button>
      )}
    </p>
  );
}

function choicesFor(journey: Journey, sent: number): readonly MenuEntry[] {
  const together = sentTogether(journey.id);
  return [
    { kind: "item", label: `Request ${journey.id}`, icon: "packet", run: () => take([journey.id]) },
    ...(together.length > 1
      ? [
          {
            kind: "item",
            label: `The ${count(together.length)} requests sent together`,
            note: `${together[0]} to ${together.at(-1)}`,
            icon: "packet",
            run: () => take(together),
          } as const,
        ]
      : []),
    {
      kind: "item",
      label: "All requests of this run",
      note: sent > together.length ? `${count(sent)}, as far as their packets are kept` : "as far as their packets are kept",
      icon: "packet",
      run: () => take("all"),
    },
  ];
}

function take(which: readonly number[] | "all"): void {
  const { cluster, journeys } = getState();
  if (cluster === null) return;
  const named = which === "all" ? journeys : journeys.filter(({ id }) => which.includes(id));
  void downloadCapture(which, captureName(cluster, named));
}

/** Beside steady traffic: its last requests, answered and lost. */
export function TrafficCapture(): ReactElement {
  return (
    <button type="button" className="btn quiet flush" onClick={() => void downloadCapture("all", "steady-traffic.pcapng")}>
      <Icon name="download" size={14} />
      {LABEL}
    </button>
  );
}

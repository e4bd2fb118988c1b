/** Senders with a name and senders of steady traffic: sent again, switched on and off, faster and slower; and what comes of each. */
import { useEffect, useMemo, useRef, useState, type ReactElement } from "react";
import type { ClusterView } from "../../core/simulation/view.ts";
import { Icon } from "../parts/icons.tsx";
import { MenuButton } from "../parts/menu.tsx";
import { count } from "../state/format.ts";
import { setState, useStore } from "../state/store.ts";
import { setSender, stopTraffic } from "../watch/traffic.ts";
import { isSending, nameFault, removeSender, renameSender, sendKept, setKeptRate } from "./keeping.ts";
import { linesOf, partsOf, type Line } from "./lines.ts";
import { observed, useSamples } from "./rates.ts";
import "../styles/composer.css";

/** In the composer: all of them. */
export function SenderList({ cluster }: { readonly cluster: ClusterView }): ReactElement | null {
  const lines = useLines(cluster);
  if (lines.length === 0)
    return (
      <p className="cnote cempty">Kept senders appear here, and those that Pods declare: sent again with one press, or side by side.</p>
    );
  return <Lines cluster={cluster} lines={lines} heading="h2" />;
}

/** Beside the counts of steady traffic: those that send, or have sent. */
export function Standing(): ReactElement | null {
  const cluster = useStore((state) => state.cluster);
  return cluster === null ? null : <StandingOf cluster={cluster} />;
}

function StandingOf({ cluster }: { readonly cluster: ClusterView }): ReactElement | null {
  const lines = useLines(cluster).filter(({ counts, declared }) => counts !== null || declared);
  return lines.length === 0 ? null : <Lines cluster={cluster} lines={lines} heading="h3" />;
}

function useLines(cluster: ClusterView): readonly Line[] {
  const kept = useStore((state) => state.senders);
  const traffic = useStore((state) => state.traffic);
  return useMemo(() => linesOf(cluster, kept, traffic), [cluster, kept, traffic]);
}

/** So many stand in the list; Pods of a large Deployment declare one each. */
const SHOWN = 40;

interface LinesProps {
  readonly cluster: ClusterView;
  readonly lines: readonly Line[];
  /** What fits below the headings around it. */
  readonly heading: "h2" | "h3";
}

function Lines({ cluster, lines, heading: Heading }: LinesProps): ReactElement {
  const some = lines.some(({ sends }) => sends);
  return (
    <section className="senders" aria-label="Senders">
      <header>
        <Heading>Senders</Heading>
        <span className="grow" />
        {some && (
          <button type="button" className="btn small" onClick={() => void stopTraffic()}>
            Stop all
          </button>
        )}
      </header>
      <ul>
        {lines.slice(0, SHOWN).map((line) => (
          <SenderLine key={line.sender} line={line} cluster={cluster} />
        ))}
      </ul>
      {lines.length > SHOWN && <p className="cnote">{`and ${count(lines.length - SHOWN)} more`}</p>}
    </section>
  );
}

function SenderLine({ line, cluster }: { readonly line: Line; readonly cluster: ClusterView }): ReactElement {
  const [renaming, setRenaming] = useState(false);
  const { title, from, to, rate, declared, kept, sends } = line;
  const what = [from === "" || from === title ? "" : `${from} to`, to, declared ? "by its annotation" : ""]
    .filter((part) => part !== "")
    .join(" ");
  return (
    <li className={sends ? "on" : ""}>
      <div className="shead">
        {rate === null ? null : <OnOff line={line} />}
        {renaming && kept !== null ? (
          <Rename name={kept.name} done={() => setRenaming(false)} />
        ) : (
          <span className="sname">
            <b className="clip" title={title}>
              {title}
            </b>
            <span className="c3 clip">{rate === null && kept !== null ? `${what}, ${times(kept.request.count)}` : what}</span>
          </span>
        )}
        {rate === null && kept !== null && (
          <button type="button" className="btn small" aria-label={`Send ${title} again`} onClick={() => sendKept(kept)}>
            Send
          </button>
        )}
        {kept !== null && <KeptMenu name={kept.name} line={line} rename={() => setRenaming(true)} />}
      </div>
      {rate !== null && <Rate line={line} rate={rate} />}
      {line.counts !== null && <Outcome line={line} cluster={cluster} />}
    </li>
  );
}

const times = (n: number): string => (n === 1 ? "once" : `${count(n)} times`);

function OnOff({ line }: { readonly line: Line }): ReactElement {
  const { sender, title, request, sends } = line;
  return (
    <button
      type="button"
      className="sw"
      role="switch"
      aria-checked={sends}
      aria-label={`${title} sends`}
      disabled={request === null && !sends}
      onClick={() => void setSender(sender, sends ? null : request)}
    >
      <span />
    </button>
  );
}

/** Presses of keys that follow each other so soon are one change. */
const KEYS_MS = 350;

/** A rate that is dragged is set when it is let go; it shows as it was set until the traffic has it. */
function Rate({ line, rate }: { readonly line: Line; readonly rate: number }): ReactElement {
  const [dragged, setDragged] = useState<number | null>(null);
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => setDragged((wanted) => (wanted === rate ? null : wanted)), [rate]);
  const { sender, title, request, kept, sends } = line;
  const apply = (): void => {
    clearTimeout(timer.current);
    if (dragged === null || dragged === rate) return setDragged(null);
    if (kept !== null) setKeptRate(kept.name, dragged);
    else if (request !== null) {
      void setSender(sender, { ...request, rate: dragged });
      if (sender === "") setState({ steady: { rate: dragged } });
    }
  };
  const applySoon = (): void => {
    clearTimeout(timer.current);
    timer.current = window.setTimeout(apply, KEYS_MS);
  };
  return (
    <div className="srate">
      <input
        type="range"
        min={1}
        max={50}
        step={1}
        value={dragged ?? rate}
        aria-label={`Requests a second of ${title}`}
        aria-valuetext={`${dragged ?? rate} a second`}
        disabled={kept === null && !sends}
        onChange={(event) => setDragged(Number(event.target.value))}
        onPointerUp={apply}
        onKeyUp={applySoon}
        onBlur={apply}
      />
      <output>{`${dragged ?? rate} a second`}</output>
    </div>
  );
}

function Outcome({ line, cluster }: { readonly line: Line; readonly cluster: ClusterView }): ReactElement | null {
  const samples = useSamples((state) => state.samples);
  const { counts, sender, sends } = line;
  if (counts === null) return null;
  const seen = sends ? observed(samples, sender) : null;
  const parts = partsOf(cluster, line);
  return (
    <>
      <p className="sseen">
        <span>
          <b>{count(counts.sent)}</b> sent
        </span>
        <span className={counts.lost > 0 ? "lost" : ""}>
          <b>{count(counts.lost)}</b> lost
        </span>
        <span>
          {seen === null ? "" : `${seen.sent.toFixed(1)} a second observed${seen.lost > 0 ? `, ${seen.lost.toFixed(1)} lost` : ""}`}
        </span>
      </p>
      {parts.length > 0 && (
        <ul className="sparts" aria-label={`Shares of ${line.title}`}>
          {parts.slice(0, 6).map((part) => (
            <li key={part.pod}>
              <span className="clip">{part.name}</span>
              <span className="sbar" aria-hidden="true">
                <span style={{ width: `${part.percent}%` }} />
              </span>
              <span>{`${part.percent}%`}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function KeptMenu({ name, line, rename }: { readonly name: string; readonly line: Line; readonly rename: () => void }): ReactElement {
  const { kept } = line;
  return (
    <MenuButton
      label={`More of ${name}`}
      className="tool small"
      entries={[
        {
          kind: "item",
          label: "Put into the fields",
          run: () => {
            if (kept !== null) setState({ draft: kept.request, steady: kept.rate === null ? null : { rate: kept.rate }, sendError: null });
          },
        },
        { kind: "item", label: "Rename", unavailable: isSending(name) ? "while it sends it keeps its name" : null, run: rename },
        { kind: "item", label: "Delete", icon: "trash", run: () => removeSender(name) },
      ]}
    >
      <Icon name="dots" size={14} />
    </MenuButton>
  );
}

function Rename({ name, done }: { readonly name: string; readonly done: () => void }): ReactElement {
  const [typed, setTyped] = useState(name);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.select(), []);
  const fault = nameFault(typed, name);
  const apply = (): void => {
    if (fault === null) renameSender(name, typed);
    done();
  };
  return (
    <input
      ref={field}
      className="srename"
      aria-label={`New name of ${name}`}
      value={typed}
      maxLength={40}
      aria-invalid={fault !== null || undefined}
      title={fault ?? undefined}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={apply}
      onKeyDown={(event) => {
        if (event.key === "Enter") {
          event.preventDefault();
          apply();
        } else if (event.key === "Escape") {
          event.stopPropagation();
          done();
        }
      }}
    />
  );
}

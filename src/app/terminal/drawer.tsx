/** The terminal under the picture (DESIGN 3 B): Shell, Events, and the rules of the selected node. */
import { useEffect, useRef, useState, type KeyboardEvent, type ReactElement } from "react";
import { HeightGrip } from "../parts/height-grip.tsx";
import { Icon } from "../parts/icons.tsx";
import { getState, useStore } from "../state/store.ts";
import { useTerminal } from "../state/terminal-open.ts";
import { EventsTab } from "./events.tsx";
import { NodeRulesTab } from "./node-rules.tsx";
import { Shell } from "./shell.tsx";
import "../styles/terminal.css";

type Tab = "shell" | "events" | "rules";
const TABS: readonly Tab[] = ["shell", "events", "rules"];

const USUAL_PX = 224;
const LEAST_PX = 120;
/** Of the middle column. */
const MOST = 0.6;

/** As it was when it was closed, while the page lives. */
let heightKept = USUAL_PX;

export function Drawer(): ReactElement {
  const box = useRef<HTMLElement>(null);
  const [height, setHeight] = useState(heightKept);
  const most = (): number => Math.max(LEAST_PX, Math.round((box.current?.parentElement?.clientHeight ?? 600) * MOST));
  const resize = (to: number): void => {
    heightKept = Math.round(Math.max(LEAST_PX, Math.min(most(), to)));
    setHeight(heightKept);
  };
  return (
    <section className="drawer" aria-label="Terminal" ref={box} style={{ height: `min(${height}px, ${MOST * 100}%)` }}>
      <HeightGrip
        className="drawergrip"
        label="Height of the terminal"
        height={height}
        least={LEAST_PX}
        most={most}
        resize={resize}
        reset={() => resize(USUAL_PX)}
      />
      <Terminal />
    </section>
  );
}

/** What the drawer and the phone's sheet hold. */
export function Terminal({ closes = true }: { readonly closes?: boolean }): ReactElement {
  const [tab, setTab] = useState<Tab>("shell");
  const list = useRef<HTMLDivElement>(null);
  const node = useNode();
  const wanted = useTerminal((state) => state.wanted);
  useEffect(() => {
    if (wanted > 0) setTab("shell");
  }, [wanted]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const next = TABS[(TABS.indexOf(tab) + by + TABS.length) % TABS.length] ?? "shell";
    setTab(next);
    list.current?.querySelector<HTMLElement>(`#drawer-${next}`)?.focus();
  };
  const titles: { readonly [tab in Tab]: string } = { shell: "Shell", events: "Events", rules: node === null ? "Rules" : `${node} rules` };
  return (
    <>
      <div className="drawerhead">
        <div className="drawertabs" role="tablist" aria-label="Terminal" ref={list} onKeyDown={onKeyDown}>
          {TABS.map((each) => (
            <button
              key={each}
              id={`drawer-${each}`}
              type="button"
              role="tab"
              aria-selected={tab === each}
              aria-controls="drawer-panel"
              tabIndex={tab === each ? 0 : -1}
              onClick={() => setTab(each)}
            >
              {titles[each]}
            </button>
          ))}
        </div>
        <span className="grow" />
        <span className="drawersays">Simulated, no real cluster</span>
        {closes && (
          <button
            type="button"
            className="tool small"
            aria-label="Close the terminal"
            onClick={() => useTerminal.setState({ open: false })}
          >
            <Icon name="close" size={14} />
          </button>
        )}
      </div>
      <div id="drawer-panel" className="drawerbody" role="tabpanel" aria-labelledby={`drawer-${tab}`}>
        {tab === "shell" && <Shell />}
        {tab === "events" && <EventsTab />}
        {tab === "rules" && (node === null ? <p className="emptytab">There is no node yet.</p> : <NodeRulesTab key={node} node={node} />)}
      </div>
    </>
  );
}

/** The node that is selected, or on which the selected Pod runs; else the one that the request on show left from. */
function useNode(): string | null {
  return useStore(({ selected, cluster, rulesNode }) => {
    if (cluster === null) return null;
    const pod = (key: string): string | null => cluster.pods.find((each) => each.key === key)?.node ?? null;
    const chosen =
      selected?.kind === "node"
        ? selected.name
        : selected?.kind === "gate"
          ? selected.node
          : selected?.kind === "pod"
            ? pod(selected.key)
            : rulesNode;
    const { from } = getState().draft;
    const sender = from?.kind === "pod" ? pod(from.pod) : from?.kind === "node" ? from.node : null;
    const client = cluster.pods.find(({ role }) => role === "client")?.node ?? null;
    const known = (name: string | null): boolean => cluster.nodes.some((each) => each.name === name);
    return [chosen, sender, client, cluster.nodes.at(-1)?.name ?? null].find(known) ?? null;
  });
}

/** On the folded timeline: shows all of it again, or folds it. */
export function UnfoldTimeline(): ReactElement {
  const beside = useTerminal((state) => state.beside);
  return (
    <button
      type="button"
      className="tool unfold"
      aria-label={beside ? "Fold the timeline" : "Unfold the timeline"}
      aria-expanded={beside}
      onClick={() => useTerminal.setState({ beside: !beside })}
    >
      <Icon name={beside ? "chevron" : "chevron-up"} />
    </button>
  );
}

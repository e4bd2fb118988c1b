/** The packet on show, six ways to look at what decided its way, and the page of what is selected. */
import { useRef, useState, type ComponentType, type KeyboardEvent, type ReactElement, type ReactNode } from "react";
import { later } from "../parts/later.tsx";
import { useMarked } from "../moments/marked.ts";
import { useDiagnosed } from "../state/diagnosed.ts";
import { setState, useStore, type InspectorTab } from "../state/store.ts";
import { HopsTab } from "./hops.tsx";
import { PacketHeader } from "./packet-header.tsx";

const panels = (): Promise<typeof import("./panels.ts")> => import("./panels.ts");

const TABS: readonly { readonly id: InspectorTab; readonly label: string; readonly panel: ComponentType }[] = [
  { id: "hops", label: "Hops", panel: HopsTab },
  { id: "rules", label: "Rules", panel: later(async () => (await panels()).RulesTab) },
  { id: "conntrack", label: "Conntrack", panel: later(async () => (await panels()).ConntrackTab) },
  { id: "dns", label: "DNS", panel: later(async () => (await panels()).DnsTab) },
  { id: "slices", label: "EndpointSlice", panel: later(async () => (await panels()).SlicesTab) },
  { id: "odds", label: "Odds", panel: later(async () => (await panels()).DistributionTab) },
];

/** There only while there is something to diagnose. */
const DIAGNOSIS: (typeof TABS)[number] = {
  id: "diagnosis",
  label: "Diagnosis",
  panel: later(async () => (await import("./diagnosis.tsx")).DiagnosisTab),
};
/** There only while two moments of the run are compared. */
const MOMENTS: (typeof TABS)[number] = {
  id: "moments",
  label: "Moments",
  panel: later(async () => (await import("../moments/moments-tab.tsx")).MomentsTab),
};

const MoreTabs = later(async () => (await import("./more-tabs.tsx")).MoreTabs);
const ThingPage = later(async () => (await panels()).ThingPage);

interface InspectorProps {
  /** Inside `main` it is a section of it, and begins with what is selected; beside it an `aside`. */
  readonly landmark?: "aside" | "section";
  readonly children?: ReactNode;
}

export function Inspector({ landmark: Landmark = "aside", children }: InspectorProps): ReactElement {
  const tab = useStore((state) => state.tab);
  const selected = useStore((state) => state.selected !== null);
  const row = useRef<HTMLDivElement>(null);
  const [folded, setFolded] = useState<readonly InspectorTab[]>([]);
  const diagnosed = useDiagnosed((state) => state.diagnosis !== null || state.asked !== null) || tab === "diagnosis";
  const compared = useMarked((marked) => marked.diff !== null);
  const tabs = [...(compared ? [MOMENTS] : []), ...(diagnosed ? [DIAGNOSIS] : []), ...TABS];
  const current = tabs.find((candidate) => candidate.id === tab) ?? tabs[0];
  const onKeyDown = (event: KeyboardEvent): void => {
    const index = tabs.findIndex((candidate) => candidate.id === tab);
    const to = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = (to + tabs.length) % tabs.length;
    setState({ tab: tabs[next]?.id ?? "hops" });
    // One that was folded is shown by then.
    requestAnimationFrame(() => row.current?.querySelectorAll<HTMLElement>("[role=tab]")[next]?.focus());
  };
  if (current === undefined) throw new Error("no inspector tabs");
  const Panel = current.panel;
  return (
    <Landmark className="insp" aria-label="Inspector">
      {selected && Landmark === "section" && <ThingPage />}
      <PacketHeader />
      <div className="tabs" ref={row}>
        <div role="tablist" aria-label="Inspector" onKeyDown={onKeyDown}>
          {tabs.map(({ id, label }) => (
            <button
              key={id}
              type="button"
              role="tab"
              id={`tab-${id}`}
              aria-selected={id === tab}
              aria-controls="tabpanel"
              tabIndex={id === tab ? 0 : -1}
              hidden={id !== tab && folded.includes(id)}
              onClick={() => setState({ tab: id })}
            >
              {label}
            </button>
          ))}
        </div>
        <MoreTabs tabs={tabs} open={tab} row={row} folded={folded} onFold={setFolded} />
      </div>
      <div className="tabpanel" role="tabpanel" id="tabpanel" aria-labelledby={`tab-${tab}`} tabIndex={0}>
        <Panel />
      </div>
      {selected && Landmark === "aside" && <ThingPage />}
      {children}
    </Landmark>
  );
}

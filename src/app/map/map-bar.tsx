/** Above a map: find, what its squares are shaded by, and what the shades mean. */
import { useMemo, type ReactElement } from "react";
import type { Shade } from "../../scene/contract.ts";
import { INKS, namespaceShades, rampOf, thousands, type Step } from "../../scene/map.ts";
import { openFind } from "../canvas/finding.ts";
import { Segmented } from "../parts/segmented.tsx";
import { usePicture } from "../state/picture.ts";
import { useAnswers } from "./answers.ts";
import { useShade } from "./map-state.ts";
import "../styles/map.css";

const CHOICES = [
  { value: "requests", label: "Requests" },
  { value: "readiness", label: "Readiness" },
  { value: "namespace", label: "Namespace" },
] as const satisfies readonly { readonly value: Shade; readonly label: string }[];

export function MapBar(): ReactElement {
  const shade = useShade((state) => state.shade);
  return (
    <div className="mapbar" role="group" aria-label="Map">
      <button type="button" className="mapfind" onClick={openFind}>
        <svg width="14" height="14" viewBox="0 0 16 16" aria-hidden="true">
          <path
            d="M11.2 11.2L14 14M7 12.2A5.2 5.2 0 1 0 7 1.8a5.2 5.2 0 0 0 0 10.4z"
            fill="none"
            stroke="currentColor"
            strokeWidth="1.5"
            strokeLinecap="round"
          />
        </svg>
        <span className="clip">Find a Pod, node or address</span>
        <kbd className="kbd">/</kbd>
      </button>
      <div className="mapshade">
        <span id="shade-by">Shade by</span>
        <Segmented
          label="Shade by"
          labelledBy="shade-by"
          value={shade}
          choices={CHOICES}
          onChange={(next) => useShade.setState({ shade: next })}
        />
      </div>
      <span className="grow" />
      <Legend shade={shade} />
    </div>
  );
}

function Swatch({ step }: { readonly step: Step }): ReactElement {
  return <i className="mapswatch" style={{ background: `var(${INKS[step]})` }} />;
}

function Legend({ shade }: { readonly shade: Shade }): ReactElement {
  switch (shade) {
    case "requests":
      return <RequestLegend />;
    case "readiness":
      return (
        <p className="maplegend">
          <span>
            <Swatch step={2} /> ready
          </span>
          <NotReady />
        </p>
      );
    case "namespace":
      return <NamespaceLegend />;
  }
}

function NotReady(): ReactElement {
  return (
    <span>
      <i className="mapswatch hollow" /> not ready
    </span>
  );
}

function RequestLegend(): ReactElement {
  const answers = useAnswers();
  const { full, most } = useMemo(() => rampOf(answers.values()), [answers]);
  const end = most === 0 ? "none answered yet" : `${thousands(most)} answered`;
  const cut = most > full ? `Full ink from ${thousands(full)} on: 99 of 100 Pods that answered have fewer or as many.` : undefined;
  return (
    <p className="maplegend" title={cut}>
      <span className="ramp">
        <span>0</span>
        {INKS.map((ink, step) => (
          <Swatch key={ink} step={step as Step} /> // there are six
        ))}
        <span>{end}</span>
      </span>
      <NotReady />
    </p>
  );
}

const NAMED = 5;

function NamespaceLegend(): ReactElement {
  const scene = usePicture((picture) => picture.scene);
  const shades = scene === null ? [] : namespaceShades(scene);
  const named = shades.slice(0, shades.length === NAMED + 1 ? NAMED + 1 : NAMED);
  const rest = shades.length - named.length;
  return (
    <p className="maplegend">
      {named.map(({ name, step }) => (
        <span key={name}>
          <Swatch step={step} /> {name}
        </span>
      ))}
      {rest > 0 && (
        <span>
          <Swatch step={0} /> {rest} more
        </span>
      )}
    </p>
  );
}

/** The sentences of a lesson: what is underlined points at the picture, which rings the thing and marks the word in its hue. */
import { Fragment, useMemo, type ReactElement } from "react";
import type { ClusterView } from "../../core/simulation/view.ts";
import { pointAt, pointedNames, usePointing } from "../state/pointing.ts";
import { names, type PointedName } from "../state/pointing-names.ts";
import { useStore } from "../state/store.ts";
import { partsOf, type Part } from "./marked.ts";

export function Marked({ text }: { readonly text: string }): ReactElement {
  const parts = useMemo(() => partsOf(text), [text]);
  return (
    <>
      {parts.map((part, i) => (
        <Fragment key={i}>
          <Word part={part} />
        </Fragment>
      ))}
    </>
  );
}

function Word({ part }: { readonly part: Part }): ReactElement {
  switch (part.kind) {
    case "plain":
      return <>{part.text}</>;
    case "strong":
      return <b>{part.text}</b>;
    case "mono":
      return <code className="mono">{part.text}</code>;
    case "points":
      return <Pointing part={part} />;
  }
}

function Pointing({ part }: { readonly part: Extract<Part, { kind: "points" }> }): ReactElement {
  const name = useStore((state) => (state.cluster === null ? part.at : nameNow(state.cluster, part.at)));
  const on = usePointing((state) => pointedNames(state).includes(name));
  return (
    <button
      type="button"
      className={`lesref ${part.hue}${on ? " on" : ""}`}
      {...names(name)}
      // A finger does not hover: the first tap shows, the next one lets go. The mouse does so by itself.
      onClick={() => pointAt("page", on && pointedByTap === name ? forget() : remember(name))}
    >
      {part.text}
    </button>
  );
}

let pointedByTap: PointedName | null = null;
function remember(name: PointedName): readonly PointedName[] {
  pointedByTap = name;
  return [name];
}
function forget(): readonly PointedName[] {
  pointedByTap = null;
  return [];
}

/** A slice is named by its Service: the end of its own name is nobody's choice. */
function nameNow(cluster: ClusterView, name: PointedName): PointedName {
  if (!name.startsWith("slice:")) return name;
  const service = name.slice("slice:".length);
  const slice = cluster.slices.find((one) => one.service === service);
  return slice === undefined ? `service:${service}` : `slice:${slice.namespace}/${slice.name}`;
}

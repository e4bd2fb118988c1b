/** Where a thing stands: in the manifests and on the canvas. The camera only moves when this is pressed. */
import type { ReactElement } from "react";
import type { ThingId } from "../../scene/contract.ts";
import { showOnCanvas } from "../canvas/go-to.ts";
import { titleOf } from "../canvas/thing-menu.ts";
import "../styles/places.css";
import { Icon } from "../parts/icons.tsx";
import { revealSource, select, sourceOf, toEditor } from "../state/commands.ts";
import { useStore, type TextPlace } from "../state/store.ts";
import { nameOfThing, names } from "../state/pointing-names.ts";

interface PlacesProps {
  /** What it is, for the buttons' names: "Service web". */
  readonly what: string;
  readonly source: TextPlace | null;
  /** Shown on the canvas together; the first is selected. */
  readonly things: readonly ThingId[];
}

/** Two small buttons; one that leads nowhere is not there. */
export function Places({ what, source, things }: PlacesProps): ReactElement {
  const toSource = source === null ? null : () => toEditor(source.file, (handle) => handle.revealLine(source.line));
  return <PlaceButtons what={what} toSource={toSource} things={things} />;
}

/** The same of one thing of the picture. */
export function PlacesOf({ thing }: { readonly thing: ThingId }): ReactElement {
  // Its places follow the text and the cluster.
  useStore((state) => state.cluster);
  useStore((state) => state.files);
  return <PlaceButtons what={titleOf(thing)} toSource={sourceOf(thing) === null ? null : () => revealSource(thing)} things={[thing]} />;
}

interface PlaceButtonsProps extends Pick<PlacesProps, "what" | "things"> {
  readonly toSource: (() => void) | null;
}

function PlaceButtons({ what, toSource, things }: PlaceButtonsProps): ReactElement {
  return (
    <span className="places">
      {toSource !== null && (
        <button type="button" className="tool small" title="Show in manifests" aria-label={`${what}: show in manifests`} onClick={toSource}>
          <Icon name="code" size={13} />
        </button>
      )}
      {things.length > 0 && (
        <button
          type="button"
          className="tool small"
          title="Show on canvas"
          aria-label={`${what}: show on canvas`}
          onClick={() => showOnCanvas(things)}
        >
          <Icon name="fit" size={13} />
        </button>
      )}
    </span>
  );
}

/** A thing by its name: pressed, its page opens; beside it the ways to its places. */
export function ThingLine({ thing, note = "" }: { readonly thing: ThingId; readonly note?: string }): ReactElement {
  const what = titleOf(thing);
  return (
    <span className="thingline" {...names(nameOfThing(thing))}>
      <button type="button" className="link" onClick={() => select(thing)}>
        {what}
      </button>
      {note !== "" && <span className="c3">{note}</span>}
      <span className="grow" />
      <PlacesOf thing={thing} />
    </span>
  );
}

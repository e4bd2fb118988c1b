/** One hop's card over the picture: what a workbench shows in its inspector. Escape and a press elsewhere close it. */
import { useEffect, useRef, type ReactElement } from "react";
import { hasCard, HopCard } from "../app/inspector/hop-card.tsx";
import { Words } from "../app/inspector/words.tsx";
import { Icon } from "../app/parts/icons.tsx";
import { CauseLine, HeaderLine } from "../app/phone/hop-sheet.tsx";
import { usePicture } from "../app/state/picture.ts";

export interface CardPlace {
  readonly beat: number;
  readonly side: "left" | "right";
}

const WIDTH_PX = 312;

export function BeatCard({ place, onClose }: { readonly place: CardPlace; readonly onClose: () => void }): ReactElement | null {
  const card = useRef<HTMLElement>(null);
  const choreography = usePicture((picture) => picture.choreography);
  const journey = usePicture((picture) => picture.journey);
  const beat = choreography?.beats[place.beat];
  useEffect(() => {
    const from = document.activeElement;
    card.current?.focus({ preventScroll: true });
    return () => {
      if (from instanceof HTMLElement) from.focus({ preventScroll: true });
    };
  }, [place]);
  useEffect(() => {
    const onDown = (event: PointerEvent): void => {
      if (event.target instanceof Node && card.current?.contains(event.target) === false) onClose();
    };
    addEventListener("pointerdown", onDown, { capture: true });
    return () => removeEventListener("pointerdown", onDown, { capture: true });
  }, [onClose]);
  if (choreography === null || journey === null || beat === undefined) return null;
  const width = Math.min(WIDTH_PX, innerWidth - 16);
  return (
    <section
      ref={card}
      className="beatcard"
      role="dialog"
      aria-label={`Hop ${beat.number}`}
      tabIndex={-1}
      style={{ width, [place.side]: 8 }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        onClose();
      }}
    >
      <div className="k">
        <span>
          {beat.number} of {choreography.beats.length}
        </span>
        <span className="grow" />
        <button type="button" className="tool small" aria-label="Close" onClick={onClose}>
          <Icon name="close" size={14} />
        </button>
      </div>
      <h2>{beat.title}</h2>
      <p className="exact">{beat.detail}</p>
      <p>
        <Words text={beat.past} />
      </p>
      <CauseLine beat={beat} />
      {hasCard(beat, journey) ? (
        <HopCard beat={beat} journey={journey} />
      ) : (
        <HeaderLine beat={beat} beats={choreography.beats} now="still" />
      )}
    </section>
  );
}

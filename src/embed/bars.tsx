/** Below the picture: scrub line, transport, the sentence; on narrow frames the hop's card and large controls. */
import type { ReactElement } from "react";
import { Words } from "../app/inspector/words.tsx";
import { Icon } from "../app/parts/icons.tsx";
import { Dots, HopSheet, SpeedButton } from "../app/phone/hop-sheet.tsx";
import { send } from "../app/state/commands.ts";
import { usePicture } from "../app/state/picture.ts";
import { restart, useMoment } from "../app/state/playback.ts";
import { useStore } from "../app/state/store.ts";
import { TransportButtons } from "../app/timeline/transport.tsx";
import { useHint } from "../app/topology/hint.ts";
import { Scrub } from "./scrub.tsx";
import { useMedia } from "./use-media.ts";

export function WideBar({ onCard }: { readonly onCard: (beat: number) => void }): ReactElement {
  const ready = useStore((state) => state.cluster !== null);
  return (
    <footer className="ebar" aria-label="Timeline">
      <Scrub onBeat={onCard} />
      <div className="row" role="group" aria-label="Playback">
        <TransportButtons />
      </div>
      <Sentence />
      <button type="button" className="btn again" disabled={!ready} onClick={() => send()}>
        Send again
      </button>
    </footer>
  );
}

/** What happens, in one sentence; in place of it what keeps it from happening. */
function Sentence(): ReactElement {
  const caption = useMoment((moment) => moment.caption);
  const atStart = useMoment((moment) => moment.atStart);
  const fast = useStore((state) => state.clock.playing && state.clock.rate > 1);
  const trouble = useTrouble();
  const hint = useHint();
  if (trouble !== null)
    return (
      <p className="say trouble" role="status">
        {trouble}
      </p>
    );
  if (caption === null || caption.sentence === "" || atStart) return <p className={sizeOf(hint)}>{hint}</p>;
  const quiet = fast && !caption.done;
  return (
    <p className={sizeOf(caption.sentence)} aria-live={quiet ? "off" : caption.trouble ? "assertive" : "polite"}>
      {caption.number > 0 && (
        <b>
          {caption.number} of {caption.of}.{" "}
        </b>
      )}
      <Words text={caption.sentence} />
    </p>
  );
}

/** The bar has room for two lines of a sentence, or for three small ones. */
function sizeOf(sentence: string): string {
  return sentence.length > 128 ? "say long" : "say";
}

/** Why a request cannot be sent, or why the picture is not what the text says. */
function useTrouble(): string | null {
  const refused = useStore((state) => state.sendError);
  const stale = useStore((state) => state.lastGood);
  const error = useStore((state) => state.diagnostics.find((diagnostic) => diagnostic.severity === "error"));
  if (stale && error !== undefined)
    return `Line ${error.range.line} cannot be applied. The picture still shows the last version that was good.`;
  return refused;
}

/** Frames lower than this have no room for the card: it opens over the picture instead. */
const LOW = "(max-height: 519.98px)";

export function SmallBar({ onCard }: { readonly onCard: (beat: number) => void }): ReactElement {
  const nothing = usePicture((picture) => picture.choreography === null);
  const low = useMedia(LOW);
  return (
    <>
      {low ? <HopStrip onCard={onCard} /> : <SheetOrTrouble />}
      <footer className="mtrans" aria-label="Timeline">
        <button type="button" className="tool" aria-label="Replay" disabled={nothing} onClick={restart}>
          <Icon name="restart" size={18} />
        </button>
        <span className="grow" />
        <TransportButtons size={18} />
        <span className="grow" />
        <SpeedButton />
      </footer>
    </>
  );
}

function SheetOrTrouble(): ReactElement {
  const trouble = useTrouble();
  if (trouble === null) return <HopSheet detail={null} />;
  return (
    <section className="msheetcard" aria-label="Hop">
      <p role="status">{trouble}</p>
    </section>
  );
}

/** One line that opens the card of the hop on show. */
function HopStrip({ onCard }: { readonly onCard: (beat: number) => void }): ReactElement {
  const beat = useMoment((moment) => moment.beat);
  const caption = useMoment((moment) => moment.caption);
  const choreography = usePicture((picture) => picture.choreography);
  const title = choreography?.beats[beat]?.title ?? "";
  return (
    <button
      type="button"
      className="strip"
      disabled={beat < 0}
      onClick={() => onCard(beat)}
      aria-label={beat < 0 ? "No hop yet" : `Hop ${caption?.number ?? 0} of ${caption?.of ?? 0}, ${title}, open its card`}
    >
      <Dots />
      <span className="clip">{title}</span>
      <span className="grow" />
      <Icon name="chevron-up" size={14} />
    </button>
  );
}

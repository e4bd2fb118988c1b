/** The hop on show as a card that is swiped, with what changed in the header; one mark for each hop; the speed. */
import { useRef, type ReactElement, type ReactNode, type TouchEvent } from "react";
import type { Header } from "../../core/network/trace.ts";
import type { Beat } from "../../scene/contract.ts";
import { Glyph, Icon } from "../parts/icons.tsx";
import { socket } from "../state/format.ts";
import { useDiagnosed } from "../state/diagnosed.ts";
import { usePicture } from "../state/picture.ts";
import { setRate, SPEEDS, stepBack, stepForward, useMoment } from "../state/playback.ts";
import { useTold } from "../state/story.ts";
import { useStore } from "../state/store.ts";
import { Caption } from "../topology/caption.tsx";
import { tapPlays } from "../topology/tap-plays.ts";

const SWIPE_PX = 48;

/** `detail`: how closely it is told. */
export function HopSheet({ detail }: { readonly detail: ReactNode }): ReactElement {
  const choreography = usePicture((picture) => picture.choreography);
  const index = useMoment((moment) => moment.beat);
  const caption = useMoment((moment) => moment.caption);
  const start = useRef(0);
  const atStart = useMoment((moment) => moment.atStart);
  const beat = choreography?.beats[index];
  const swipe = {
    onTouchStart: (event: TouchEvent) => {
      start.current = event.touches[0]?.clientX ?? 0;
    },
    onTouchEnd: (event: TouchEvent) => {
      const by = (event.changedTouches[0]?.clientX ?? start.current) - start.current;
      if (Math.abs(by) < SWIPE_PX) return;
      if (by < 0) stepForward();
      else stepBack();
    },
  };
  const told = useTold(caption?.done === true);
  if (choreography === null || beat === undefined || caption === null || atStart || told?.after === "change") {
    return (
      <section className="msheetcard" aria-label="Hop" {...swipe}>
        <Caption />
      </section>
    );
  }
  return (
    <section className="msheetcard" aria-label="Hop" {...swipe} onClick={tapPlays}>
      <div className="k">
        <Dots />
        <span className="grow" />
        {detail}
        <span className="nowrap">
          {beat.number} of {choreography.beats.length}
        </span>
      </div>
      <h2>{beat.title}</h2>
      <p aria-live="polite">
        {caption.sentence}
        {told?.after === "request" && ` ${told.says}`}
      </p>
      <CauseLine beat={beat} />
      <HeaderLine
        beat={beat}
        beats={choreography.beats}
        now={caption.done ? "over" : caption.sentence === beat.opening?.sentence ? "before" : "still"}
      />
    </section>
  );
}

/** Where the request failed: why, in one sentence. */
export function CauseLine({ beat }: { readonly beat: Pick<Beat, "trouble"> }): ReactElement | null {
  const cause = useDiagnosed((state) => (state.asked === null ? (state.diagnosis?.cause ?? null) : null));
  if (cause === null || !beat.trouble) return null;
  return (
    <p className="causeline" role="status">
      <Icon name="fail" size={14} />
      <span>
        <b>{cause.title}.</b> {cause.why.replaceAll("`", "")}
      </span>
    </p>
  );
}

interface HeaderLineProps {
  readonly beat: Beat;
  readonly beats: readonly Beat[];
  /** Still before what the hop is about, from there on, or the whole story is over. */
  readonly now: "before" | "still" | "over";
}

/** The field that matters at this hop, or both where both were rewritten: what it was as sent, and what it is now. */
export function HeaderLine({ beat, beats, now }: HeaderLineProps): ReactElement {
  return (
    <>
      {fieldsThatMatter(beat, beats, now).map(({ field, was, is }) => (
        <div key={field} className="mini">
          <span className="f">{field}</span>
          {was === is ? (
            <span>{is}</span>
          ) : (
            <>
              <span className="was">{was}</span>
              <Icon name="arrow" size={12} className="c3" />
              <span className="hl">{is}</span>
            </>
          )}
        </div>
      ))}
    </>
  );
}

interface Field {
  readonly field: "src" | "dst";
  readonly was: string;
  readonly is: string;
}

function fieldsThatMatter(beat: Beat, beats: readonly Beat[], now: HeaderLineProps["now"]): readonly Field[] {
  // At the end it is what was rewritten on the way out.
  const rewrote = now === "over" ? beats.find(({ glyph, direction }) => glyph === "nat" && direction === "out") : undefined;
  const { before } = rewrote ?? beat;
  const dst = (was: Header, is: Header): Field => ({
    field: "dst",
    was: socket(was.dst, was.dstPort),
    is: socket(is.dst, is.dstPort),
  });
  // A look-up ends with the answer, whose two ends are those of the question the other way round.
  if (rewrote === undefined && beat.glyph === "dns") return [dst(before, before)];
  // Where the way ends it is the packet that was stopped, not the error that answers it; nothing has changed before it is shown.
  const after = rewrote?.after ?? (beat.trouble || now === "before" ? before : beat.after);
  const sent = beat.direction === "out" ? (beats.find((one) => one.glyph !== "dns")?.before ?? before) : before;
  const src: Field = { field: "src", was: socket(before.src, before.srcPort), is: socket(after.src, after.srcPort) };
  const changed = [rewrote === undefined ? dst(sent, after) : dst(before, after), src].filter(({ was, is }) => was !== is);
  return changed.length > 0 ? changed : [dst(before, after)];
}

/** More marks than these have no room on a phone. */
const DOTS_MOST = 10;

/** One mark for each hop: what it was, where we are, what lies ahead. */
export function Dots(): ReactElement | null {
  const choreography = usePicture((picture) => picture.choreography);
  const index = useMoment((moment) => moment.beat);
  if (choreography === null) return null;
  const { length } = choreography.beats;
  // of a long story those around the current one
  const from = Math.max(0, Math.min(index - DOTS_MOST / 2, length - DOTS_MOST));
  const beats = choreography.beats.slice(from, from + DOTS_MOST);
  return (
    <svg width={beats.length * 14 + 2} height="12" aria-hidden="true">
      {beats.map((beat, at) => {
        const x = at * 14;
        const i = from + at;
        if (i === index)
          return <rect key={i} x={x + 1} y={1} width={10} height={10} rx={3} fill={beat.trouble ? "var(--drop-fill)" : "var(--ink)"} />;
        if (beat.glyph === "dns" && i < index) return <Glyph key={i} name="dns" x={x + 1} y={1} size={10} />;
        if (beat.glyph === "nat" && i < index) return <Glyph key={i} name="nat" x={x + 1} y={1} size={10} />;
        return (
          <circle
            key={i}
            cx={x + 6}
            cy={6}
            r={3.2}
            fill={i < index ? "var(--ink)" : "none"}
            stroke={i < index ? "none" : "var(--ctl)"}
            strokeWidth="1.4"
          />
        );
      })}
    </svg>
  );
}

const LABEL: Readonly<Record<number, string>> = { 0.25: "\u00bc\u00d7", 0.5: "\u00bd\u00d7", 1: "1\u00d7", 2: "2\u00d7", 4: "4\u00d7" };

/** The next speed at each press, round and round. */
export function SpeedButton(): ReactElement {
  const rate = useStore((state) => state.clock.rate);
  const next = (): void => setRate(SPEEDS[(SPEEDS.findIndex((speed) => speed === rate) + 1) % SPEEDS.length] ?? 1);
  return (
    <button type="button" className="tool rate" aria-label={`Speed ${LABEL[rate] ?? rate}, change`} onClick={next}>
      {LABEL[rate] ?? rate}
    </button>
  );
}

/** Below 560 px: the canvas, a card for each hop that is swiped, a transport with 44 px targets. */
import { useRef, useState, type ReactElement, type TouchEvent } from "react";
import type { Beat } from "../../scene/contract.ts";
import { Manifests } from "../editor/manifests.tsx";
import { ScenarioMenu } from "../header/header.tsx";
import { RequestLine } from "../header/request-line.tsx";
import { Inspector } from "../inspector/inspector.tsx";
import { Glyph, Icon } from "../parts/icons.tsx";
import { LogoMark } from "../parts/logo.tsx";
import { NoticeLine } from "../parts/notice.tsx";
import { socket } from "../state/format.ts";
import { usePicture } from "../state/picture.ts";
import { restart, setRate, SPEEDS, stepBack, stepForward, useMoment } from "../state/playback.ts";
import { setState, useStore } from "../state/store.ts";
import { SharePanel } from "../topology/share-panel.tsx";
import { Conditions } from "../topology/conditions.tsx";
import { isBusy, PictureArea } from "../topology/topology.tsx";
import { Caption } from "../topology/caption.tsx";
import { TransportButtons } from "../timeline/transport.tsx";

type Sheet = "none" | "manifests" | "inspector";

export function Phone(): ReactElement {
  const [sheet, setSheet] = useState<Sheet>("none");
  const busy = useStore(isBusy);
  const toggle = (which: Sheet): void => setSheet(sheet === which ? "none" : which);
  return (
    <div className="app phone">
      <header className="mhead">
        <h1 className="logo" aria-label="Kubehop">
          <LogoMark />
        </h1>
        <ScenarioMenu />
        <span className="grow" />
        <button type="button" className="tool" aria-label="Manifests" aria-pressed={sheet === "manifests"} onClick={() => toggle("manifests")}>
          <Icon name="code" size={18} />
        </button>
        <button type="button" className="tool" aria-label="Inspector" aria-pressed={sheet === "inspector"} onClick={() => toggle("inspector")}>
          <Icon name="table" size={18} />
        </button>
        <button type="button" className="tool" aria-label="Share" onClick={() => setState({ dialog: "share" })}>
          <Icon name="share" size={18} />
        </button>
      </header>
      <NoticeLine />
      <main className="mmain" id="topology" aria-label="Topology" aria-busy={busy} tabIndex={-1}>
        {sheet === "manifests" && (
          <div className="msheet">
            <Conditions />
            <Manifests />
          </div>
        )}
        {sheet === "inspector" && (
          <div className="msheet">
            <SharePanel />
            <Inspector landmark="section" />
          </div>
        )}
        <div className="mpicture" hidden={sheet !== "none"}>
          <div className="mrequest">
            <RequestLine />
          </div>
          <PictureArea arrangement="phone" />
          <HopSheet />
        </div>
      </main>
      <PhoneTransport />
    </div>
  );
}

const SWIPE_PX = 48;

/** The hop on show as a card: swiped left and right, with what changed in the header. */
function HopSheet(): ReactElement {
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
  if (choreography === null || beat === undefined || caption === null || atStart) {
    return (
      <section className="msheetcard" aria-label="Hop" {...swipe}>
        <Caption />
      </section>
    );
  }
  const { field, was, now } = headerLine(beat, choreography.beats);
  return (
    <section className="msheetcard" aria-label="Hop" {...swipe}>
      <div className="k">
        <Dots />
        <span className="grow" />
        <span>
          {beat.number} of {choreography.beats.length}
        </span>
      </div>
      <h2>{beat.title}</h2>
      <p aria-live="polite">{caption.sentence}</p>
      <div className="mini">
        <span className="f">{field}</span>
        {was === now ? (
          <span>{now}</span>
        ) : (
          <>
            <span className="was">{was}</span>
            <Icon name="arrow" size={12} className="c3" />
            <span className="hl">{now}</span>
          </>
        )}
      </div>
    </section>
  );
}

/** The field that matters at this hop: what it was as sent, and what it is now. */
function headerLine(beat: Beat, beats: readonly Beat[]): { readonly field: string; readonly was: string; readonly now: string } {
  const { before, after } = beat;
  if (before.src !== after.src || before.srcPort !== after.srcPort) return { field: "src", was: socket(before.src, before.srcPort), now: socket(after.src, after.srcPort) };
  const sent = beat.direction === "out" && beat.glyph !== "dns" ? (beats.find((one) => one.glyph !== "dns")?.before ?? before) : before;
  return { field: "dst", was: socket(sent.dst, sent.dstPort), now: socket(after.dst, after.dstPort) };
}

/** One mark for each hop: what it was, where we are, what lies ahead. */
function Dots(): ReactElement | null {
  const choreography = usePicture((picture) => picture.choreography);
  const index = useMoment((moment) => moment.beat);
  if (choreography === null) return null;
  const { beats } = choreography;
  return (
    <svg width={beats.length * 14 + 2} height="12" aria-hidden="true">
      {beats.map((beat, i) => {
        const x = i * 14;
        if (i === index) return <rect key={i} x={x + 1} y={1} width={10} height={10} rx={3} fill={beat.trouble ? "var(--drop-fill)" : "var(--ink)"} />;
        if (beat.glyph === "dns" && i < index) return <Glyph key={i} name="dns" x={x + 1} y={1} size={10} />;
        if (beat.glyph === "nat" && i < index) return <Glyph key={i} name="nat" x={x + 1} y={1} size={10} />;
        return <circle key={i} cx={x + 6} cy={6} r={3.2} fill={i < index ? "var(--ink)" : "none"} stroke={i < index ? "none" : "var(--ctl)"} strokeWidth="1.4" />;
      })}
    </svg>
  );
}

const LABEL: Readonly<Record<number, string>> = { 0.25: "\u00bc\u00d7", 0.5: "\u00bd\u00d7", 1: "1\u00d7", 2: "2\u00d7", 4: "4\u00d7" };

function PhoneTransport(): ReactElement {
  const rate = useStore((state) => state.clock.rate);
  const nothing = usePicture((picture) => picture.choreography === null);
  const next = (): void => setRate(SPEEDS[(SPEEDS.findIndex((speed) => speed === rate) + 1) % SPEEDS.length] ?? 1);
  return (
    <footer className="mtrans" aria-label="Timeline">
      <button type="button" className="tool" aria-label="Replay request" disabled={nothing} onClick={restart}>
        <Icon name="restart" size={18} />
      </button>
      <span className="grow" />
      <TransportButtons size={18} />
      <span className="grow" />
      <button type="button" className="tool rate" aria-label={`Speed ${LABEL[rate] ?? rate}, change`} onClick={next}>
        {LABEL[rate] ?? rate}
      </button>
    </footer>
  );
}

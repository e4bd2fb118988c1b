/** The hop list: the numbers are those of the stops on the canvas and of the blocks in the timeline. */
import { useEffect, useRef, useState, type KeyboardEvent, type ReactElement } from "react";
import type { Journey } from "../../core/network/trace.ts";
import type { Beat } from "../../scene/contract.ts";
import { Icon } from "../parts/icons.tsx";
import { later } from "../parts/later.tsx";
import { useComparing } from "../state/comparing.ts";
import { thingAt } from "../state/focus.ts";
import { duration } from "../state/format.ts";
import { unfoldLookup } from "../state/lookup-show.ts";
import { usePicture } from "../state/picture.ts";
import { seek, useMoment } from "../state/playback.ts";
import { nameOfThing, names, type Names } from "../state/pointing-names.ts";
import { useStore } from "../state/store.ts";
import { showRule } from "../rules/rules-show.ts";
import { CompareOffer } from "./compare-offer.tsx";
import { DetailChoice } from "./detail-choice.tsx";
import { HopCard, hasCard } from "./hop-card.tsx";
import { decidingRule, hopsOf, mainHop } from "./walk.ts";
import { Words } from "./words.tsx";

const CaptureFoot = later(async () => (await import("./capture.tsx")).CaptureFoot);
const QuestionCard = later(async () => (await import("./question-card.tsx")).QuestionCard);
const CompareTab = later(async () => (await import("./compare.tsx")).CompareTab);

/** The hops of the request on show, or those of two requests side by side. */
export function HopsTab(): ReactElement {
  const shown = usePicture((picture) => picture.journey !== null);
  const two = useComparing((state) => state.pair !== null);
  return two && shown ? <CompareTab /> : <HopList />;
}

function HopList(): ReactElement {
  const journey = usePicture((picture) => picture.journey);
  const choreography = usePicture((picture) => picture.choreography);
  const current = useMoment((moment) => moment.beat);
  const atEnd = useMoment((moment) => moment.atEnd);
  const still = useMoment((moment) => moment.still);
  const detail = useStore((state) => state.detail);
  const [opened, setOpened] = useState<ReadonlyMap<number, boolean>>(new Map());
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => setOpened(new Map()), [journey?.id, detail]);
  useEffect(() => {
    keepInSight(list.current);
  }, [current]);
  if (journey === null || choreography === null) return <p className="emptytab">Hops appear here as a request makes them.</p>;

  const onKeyDown = (event: KeyboardEvent<HTMLOListElement>): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    const rows = [...event.currentTarget.querySelectorAll<HTMLElement>("button.hopgo")];
    const at = rows.findIndex((row) => row === document.activeElement);
    rows[at + step]?.focus();
    event.preventDefault();
  };
  return (
    <>
      <DetailChoice />
      <CompareOffer />
      <ol className="hops" ref={list} onKeyDown={onKeyDown} aria-label="Hops">
        {choreography.beats.map((beat, i) => {
          const when = atEnd || i < current ? "past" : i === current ? "now" : "next";
          const open =
            opened.get(i) ??
            ((when === "past" || (when === "now" && still)) &&
              (beat.glyph === "nat" || beat.trouble) &&
              opensByItself(choreography.beats, i));
          return (
            <HopRow
              key={i}
              beat={beat}
              journey={journey}
              when={when}
              stop={i === Math.max(0, Math.min(current, choreography.beats.length - 1))}
              open={open && hasCard(beat, journey)}
              fold={detail === "connection" ? foldAt(choreography.beats, i, journey) : null}
              onPress={() => {
                seek(beat.stillMs);
                setOpened(new Map(opened).set(i, !(open && when === "now")));
              }}
            />
          );
        })}
      </ol>
      <CaptureFoot journey={journey} />
    </>
  );
}

/** After its last beat a look-up of several questions can be told the other way. */
function foldAt(beats: readonly Beat[], i: number, { lookup }: Journey): "open" | "folded" | null {
  if (lookup === null || lookup.queries.length < 2 || beats[i]?.glyph !== "dns" || beats[i + 1]?.glyph === "dns") return null;
  return beats[i - 1]?.glyph === "dns" ? "open" : "folded";
}

/** Scrolls the panel, never the page, until the current hop is in sight. */
function keepInSight(list: HTMLElement | null): void {
  const panel = list?.closest<HTMLElement>(".tabpanel");
  const row = list?.querySelector<HTMLElement>("[aria-current=step]");
  if (panel == null || row == null || panel.scrollHeight <= panel.clientHeight) return;
  const [outer, inner] = [panel.getBoundingClientRect(), row.getBoundingClientRect()];
  if (inner.top < outer.top) panel.scrollTop -= outer.top - inner.top;
  else if (inner.bottom > outer.bottom) panel.scrollTop += inner.bottom - outer.bottom;
}

/** The first hop that changed something, and whatever went wrong. */
function opensByItself(beats: readonly Beat[], i: number): boolean {
  return beats[i]?.trouble === true || beats.findIndex((beat) => beat.glyph === "nat") === i;
}

interface HopRowProps {
  readonly beat: Beat;
  readonly journey: Journey;
  readonly when: "past" | "now" | "next";
  /** The list's one stop in the tab order; arrows go on from there. */
  readonly stop: boolean;
  readonly open: boolean;
  /** How the look-up that ends here is told; null: no look-up of several questions ends here. */
  readonly fold: "open" | "folded" | null;
  readonly onPress: () => void;
}

function HopRow({ beat, journey, when, stop, open, fold, onPress }: HopRowProps): ReactElement {
  const took = beat.endsAt - beat.at;
  // Of a look-up several packets are told at once.
  const ttl = beat.glyph === "dns" ? null : (hopsOf(beat, journey).at(-1)?.ttl ?? null);
  const rule = beat.glyph === "dns" ? null : decidingRule(mainHop(beat, journey));
  const tone = beat.trouble ? "bad" : beat.glyph === "dns" ? "dns" : "";
  return (
    <li className={`hop ${when} ${tone}`} aria-current={when === "now" ? "step" : undefined} {...namesOfHop(beat)}>
      <span className="no" aria-hidden="true">
        {beat.number}
      </span>
      <button
        type="button"
        className="hopgo"
        tabIndex={stop ? 0 : -1}
        aria-expanded={hasCard(beat, journey) ? open : undefined}
        onClick={onPress}
      >
        <span className="visually-hidden">{`Hop ${beat.number}. `}</span>
        <span className="ht">{beat.title}</span>
        {beat.detail !== "" && (
          <span className="sub">
            <Words text={beat.detail} />
          </span>
        )}
      </button>
      <span className="ms">
        {when === "now" ? "now" : when === "past" ? duration(took) : ""}
        {ttl !== null && <span className="ttl">{`TTL ${ttl}`}</span>}
      </span>
      {open && (
        <div className="detail">
          <HopCard beat={beat} journey={journey} question={QuestionCard} />
          {rule !== null && (
            <button
              type="button"
              className="tool small torule"
              title="Show its rule"
              aria-label={`Hop ${beat.number}: show its rule`}
              onClick={() => showRule(rule)}
            >
              <Icon name="table" size={14} />
            </button>
          )}
        </div>
      )}
      {fold !== null && <FoldButton fold={fold} questions={journey.lookup?.queries.length ?? 0} />}
    </li>
  );
}

/** The hop first, which its block and its stop are called too; then where it happens. */
function namesOfHop(beat: Beat): Names {
  return names(`hop:${beat.number}`, nameOfThing(thingAt(beat.place)));
}

function FoldButton({ fold, questions }: { readonly fold: "open" | "folded"; readonly questions: number }): ReactElement {
  const open = fold === "open";
  return (
    <button type="button" className="fold" aria-expanded={open} onClick={() => unfoldLookup(!open)}>
      <Icon name="chevron" size={12} />
      {open ? "Fold the questions into one hop" : `Show its ${questions} questions one by one`}
    </button>
  );
}

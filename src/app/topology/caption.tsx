/** One sentence under the picture. It is also what a screen reader hears: faster than 1x, only the outcome. */
import { useMemo, type ReactElement } from "react";
import type { Told } from "../../scene/contract.ts";
import { useMapWords } from "../map/map-caption.ts";
import { usePicture } from "../state/picture.ts";
import { useMoment } from "../state/playback.ts";
import { useTold } from "../state/story.ts";
import { useStore } from "../state/store.ts";
import { useHint } from "./hint.ts";
import { tapPlays } from "./tap-plays.ts";

/** The longest that is said of the story on show: its room is kept, or the picture would move while it plays. */
function longestOf(told: Told | null): string {
  if (told === null) return "";
  const all = told.beats.flatMap(({ sentence, past, opening }) => [sentence, past, opening?.sentence ?? ""]);
  return [told.summary, ...all].reduce((longest, one) => (one.length > longest.length ? one : longest), "");
}

export function Caption(): ReactElement {
  const caption = useMoment((moment) => moment.caption);
  const fast = useStore((state) => state.clock.playing && state.clock.rate > 1);
  const atStart = useMoment((moment) => moment.atStart);
  const hint = useHint();
  const shown = caption === null || caption.sentence === "" || atStart ? null : caption;
  const told = useTold(shown?.done === true);
  const sentence = shown === null ? "" : told?.after === "request" ? `${shown.sentence} ${told.says}` : shown.sentence;
  const spoken =
    told?.after === "change"
      ? told.says
      : shown === null || (fast && !shown.done)
        ? ""
        : shown.done || shown.number === 0
          ? sentence
          : `Hop ${shown.number}. ${sentence}`;
  const map = useMapWords();
  const story = usePicture((picture) => picture.told);
  const room = useMemo(() => longestOf(story), [story]);
  const playing = useStore((state) => state.clock.playing);
  const onMap = map !== null && (shown === null || shown.done || !playing) ? map : null;
  const trouble = shown?.trouble === true && told?.after !== "change";
  return (
    <div className="caption" onClick={tapPlays}>
      {told?.after === "change" ? (
        <p>{told.says}</p>
      ) : onMap !== null ? (
        <>
          <span className="hopn">{onMap.counts}</span>
          <p>
            {onMap.says} <b>Zoom in</b> for names and addresses.
          </p>
        </>
      ) : shown === null ? (
        <div className="says" data-room={room}>
          <p>{hint}</p>
        </div>
      ) : (
        <>
          {shown.number > 0 && (
            <span className="hopn">
              {shown.done ? `${shown.of} ${shown.of === 1 ? "hop" : "hops"}` : `Hop ${shown.number} of ${shown.of}`}
            </span>
          )}
          <div className="says" data-room={room}>
            <p className={shown.trouble ? "trouble" : ""}>{sentence}</p>
          </div>
        </>
      )}
      <span className="visually-hidden" aria-live="polite">
        {trouble ? "" : spoken}
      </span>
      <span className="visually-hidden" aria-live="assertive">
        {trouble ? spoken : ""}
      </span>
    </div>
  );
}

/** One sentence under the picture. It is also what a screen reader hears: faster than 1x, only the outcome. */
import type { ReactElement } from "react";
import { useMapWords } from "../map/map-caption.ts";
import { useMoment } from "../state/playback.ts";
import { useTold } from "../state/story.ts";
import { useStore } from "../state/store.ts";
import { useHint } from "./hint.ts";
import { tapPlays } from "./tap-plays.ts";

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
        <p>{hint}</p>
      ) : (
        <>
          {shown.number > 0 && (
            <span className="hopn">
              {shown.done ? `${shown.of} ${shown.of === 1 ? "hop" : "hops"}` : `Hop ${shown.number} of ${shown.of}`}
            </span>
          )}
          <p className={shown.trouble ? "trouble" : ""}>{sentence}</p>
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

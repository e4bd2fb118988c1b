/** One sentence under the picture. It is also what a screen reader hears: faster than 1x, only the outcome. */
import type { ReactElement } from "react";
import { scenarioById } from "../scenarios/index.ts";
import { usePicture } from "../state/picture.ts";
import { useMoment } from "../state/playback.ts";
import { useStore } from "../state/store.ts";

export function Caption(): ReactElement {
  const caption = useMoment((moment) => moment.caption);
  const fast = useStore((state) => state.clock.playing && state.clock.rate > 1);
  const atStart = useMoment((moment) => moment.atStart);
  const hint = useHint();
  const shown = caption === null || caption.sentence === "" || atStart ? null : caption;
  const spoken =
    shown === null || (fast && !shown.done)
      ? ""
      : shown.done || shown.number === 0
        ? shown.sentence
        : `Hop ${shown.number}. ${shown.sentence}`;
  return (
    <div className="caption">
      {shown === null ? (
        <p>{hint}</p>
      ) : (
        <>
          {shown.number > 0 && <span className="hopn">{shown.done ? `${shown.of} hops` : `Hop ${shown.number} of ${shown.of}`}</span>}
          <p className={shown.trouble ? "trouble" : ""}>{shown.sentence}</p>
        </>
      )}
      <span className="visually-hidden" aria-live="polite">
        {shown?.trouble === true ? "" : spoken}
      </span>
      <span className="visually-hidden" aria-live="assertive">
        {shown?.trouble === true ? spoken : ""}
      </span>
    </div>
  );
}

/** Before anything moves: what to look at in this scenario, or what to do next. */
export function useHint(): string {
  const scenario = useStore((state) => state.scenario);
  const empty = useStore(
    (state) => state.cluster !== null && state.cluster.pods.every((pod) => pod.role !== "server" && pod.role !== "client"),
  );
  const nothing = usePicture((picture) => picture.journey === null);
  const note = scenario === null ? undefined : scenarioById(scenario)?.note;
  if (empty) return "No Pods yet.";
  return note ?? (nothing ? "Send a request to see where it goes." : "Press Play to see where the request goes.");
}

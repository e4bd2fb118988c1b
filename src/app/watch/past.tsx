/** The line that says that the run is in its past, with the ways on and back. */
import type { ReactElement } from "react";
import { compareWithNow } from "../moments/marked.ts";
import { Icon } from "../parts/icons.tsx";
import { later } from "../parts/later.tsx";
import { moment } from "../state/format.ts";
import { useStore } from "../state/store.ts";
import { backToNow, playPast } from "../state/time-travel.ts";

/** What happened at this very moment. */
const WhatHappened = later(async () => (await import("../lanes/what-happened.tsx")).WhatHappened);

export function PastLine(): ReactElement | null {
  const past = useStore((state) => state.past);
  if (past === null) return null;
  return (
    <div className="pastline" role="group" aria-label="The past">
      <p>
        <b>{`The run at ${moment(past.at)}`}</b>
        <WhatHappened />
        <span>{` It went on to ${moment(past.endsAt)}. What you do here makes another run from this moment.`}</span>
      </p>
      <button type="button" className="btn" onClick={compareWithNow}>
        Compare with now
      </button>
      <button type="button" className="btn" onClick={() => playPast(!past.playing)}>
        <Icon name={past.playing ? "pause" : "play"} size={14} />
        {past.playing ? "Pause" : "Play on"}
      </button>
      <button type="button" className="btn" onClick={() => void backToNow()}>
        Back to now
      </button>
    </div>
  );
}

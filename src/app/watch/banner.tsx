/** The line under the picture while a change is watched or steady traffic is on show. */
import { useEffect, useRef, useState, type ReactElement } from "react";
import { PastLine } from "./past.tsx";
import { ThenLine } from "./then.tsx";
import { useMoment } from "../state/playback.ts";
import { getState, useStore } from "../state/store.ts";
import { Caption } from "../topology/caption.tsx";
import { spokenCounts, TrafficCounts, useStands } from "./steady.tsx";
import { sharesSentence, useLive } from "./traffic.ts";
import { returnToNow } from "./watching.ts";

/** A screen reader hears a summary of steady traffic so often (DESIGN 9). */
const SPEAK_EVERY_MS = 5_000;

/** The caption of whatever is on show. */
export function StoryCaption(): ReactElement {
  const watched = useStore((state) => state.watched !== null);
  const live = useStore((state) => state.live);
  if (watched) return <WatchedLine />;
  if (live) return <LiveLine />;
  return (
    <>
      <PastLine />
      <ThenLine />
      <div className="captionrow">
        <Caption />
        <TrafficCounts />
      </div>
    </>
  );
}

function WatchedLine(): ReactElement {
  const caption = useMoment((moment) => moment.caption);
  const playing = useStore((state) => state.clock.playing);
  const rate = useStore((state) => state.clock.rate);
  const sentence = caption?.sentence ?? "";
  const number =
    caption === null || caption.number === 0 ? "Watching" : caption.done ? `${caption.of} moments` : `${caption.number} of ${caption.of}`;
  const quiet = playing && rate > 1 && caption?.done !== true;
  return (
    <div className="captionrow">
      <div className="caption">
        <span className="hopn">{number}</span>
        <p>{sentence}</p>
        <span className="visually-hidden" aria-live="polite">
          {quiet ? "" : sentence}
        </span>
      </div>
      <button type="button" className="btn" onClick={returnToNow}>
        Back to now
      </button>
    </div>
  );
}

function LiveLine(): ReactElement {
  const sentence = useLive((live) => live.sentence);
  const rate = useStore((state) => state.traffic?.request?.rate ?? null);
  const playing = useStore((state) => state.clock.playing);
  const said = sentence !== "" ? sentence : "Change something: what follows happens before your eyes.";
  return (
    <div className="captionrow">
      <div className="caption">
        <span className="hopn">{playing ? (rate === null ? "Steady" : `${rate} a second`) : "Paused"}</span>
        <p>{said}</p>
        <Spoken />
      </div>
      <TrafficCounts />
    </div>
  );
}

/** `24 requests, none lost. web-a 31 percent, web-b 37 percent.` */
function Spoken(): ReactElement {
  const stands = useStands();
  const [text, setText] = useState("");
  const told = useRef("");
  useEffect(() => {
    if (!stands) return;
    const timer = setInterval(() => {
      const { traffic, cluster, clock } = getState();
      if (traffic === null || cluster === null || !clock.playing) return;
      const sentence = useLive.getState().sentence;
      const happened = sentence === told.current ? "" : sentence;
      told.current = sentence;
      setText(`${spokenCounts(traffic.sent, traffic.lost)}. ${sharesSentence(traffic, cluster)}. ${happened}`);
    }, SPEAK_EVERY_MS);
    return () => clearInterval(timer);
  }, [stands]);
  return (
    <span className="visually-hidden" aria-live="polite">
      {text}
    </span>
  );
}

/** What the timeline tells of the moment of the past that is on show, in one sentence. */
import { useMemo, type ReactElement } from "react";
import { useStore } from "../state/store.ts";
import { sentenceOf } from "../watch/happenings.ts";
import { eventLanes, LANE_KINDS } from "./event-lanes.ts";

const SAID_MOST = 3;

export function WhatHappened(): ReactElement | null {
  const at = useStore((state) => state.past?.at ?? null);
  const timeline = useStore((state) => state.timeline);
  const cluster = useStore((state) => state.cluster);
  const said = useMemo(() => {
    if (at === null) return "";
    // A request is told when it ends.
    const then = timeline.filter((event) => event.at === at || ("endsAt" in event && event.kind === "journey" && event.endsAt === at));
    const marks = eventLanes({ timeline: then, cluster, journey: null }, LANE_KINDS).flatMap((lane) => lane.marks);
    return sentenceOf(
      marks.map(({ sentence }) => sentence),
      SAID_MOST,
    );
  }, [at, timeline, cluster]);
  return said === "" ? null : <span className="pastsaid" aria-live="polite">{` ${said}`}</span>;
}

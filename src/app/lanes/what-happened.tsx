/** What the timeline tells of the moment of the past that is on show, in one sentence. */
import { useMemo, type ReactElement } from "react";
import { useStore } from "../state/store.ts";
import { sentenceOf } from "../watch/happenings.ts";
import { eventLanes } from "./event-lanes.ts";
import { LANE_KINDS } from "./kinds.ts";

const SAID_MOST = 3;

export function WhatHappened(): ReactElement | null {
  const at = useStore((state) => state.past?.at ?? null);
  const before = useStore((state) => state.past?.before === true);
  const timeline = useStore((state) => state.timeline);
  const cluster = useStore((state) => state.cluster);
  const said = useMemo(() => {
    if (at === null) return "";
    const then = timeline.filter((event) => (event.kind === "journey" ? event.endsAt : event.at) === at);
    const sent = before
      ? []
      : timeline.flatMap((event) => (event.kind === "journey" && event.at === at ? [`request ${event.journey} is sent`] : []));
    const marks = eventLanes({ timeline: then, cluster, journey: null }, LANE_KINDS).flatMap((lane) => lane.marks);
    const sentences = [...marks.map(({ sentence }) => sentence), ...sent];
    return sentenceOf(sentences, SAID_MOST).replace(/^request/, "Request");
  }, [at, before, timeline, cluster]);
  return said === "" ? null : <span className="pastsaid" aria-live="polite">{` ${said}`}</span>;
}

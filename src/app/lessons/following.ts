/**
 * The open lesson while it is worked on: reads its checks whenever something happened on the page, and keeps what was counted.
 * A request counts when the picture has shown it, not when it was computed.
 */
import { create } from "zustand";
import type { ClusterView } from "../../core/simulation/view.ts";
import { lessonOf } from "../state/lesson-name.ts";
import { usePicture } from "../state/picture.ts";
import { showMsNow, useMoment } from "../state/playback.ts";
import { getState, useStore, type WorkbenchState } from "../state/store.ts";
import { lessonById } from "./course/index.ts";
import { keepBeginning, keepProgress, keptBeginning, keptProgress, withCounts, withoutCounts } from "./kept.ts";
import { counted, isTicked, NOTHING_DONE, tickedOf, type Counts, type Progress } from "./progress.ts";
import { seenRequests } from "./shown.ts";
import type { Lesson, Opened, SeenRequest } from "./types.ts";

interface Following {
  readonly progress: Progress;
  /** What a screen reader hears when a check ticks. */
  readonly said: string;
}

export const useLessons = create<Following>(() => ({ progress: keptProgress(), said: "" }));

export function countsOf(progress: Progress, id: string): Counts {
  return progress[id] ?? NOTHING_DONE;
}

/** How the lesson began; null until its cluster has come to rest. */
let opened: { readonly id: string; readonly pods: Opened["pods"] } | null = null;

/** From the beginning: what was counted is forgotten. */
export function forgetCounts(id: string): void {
  const progress = withoutCounts(useLessons.getState().progress, id);
  keepProgress(progress);
  useLessons.setState({ progress, said: "" });
}

/** The lesson is opened anew, not found again after a reload: its beginning is what comes now. */
export function beginAnew(): void {
  opened = null;
  freshly = true;
}
let freshly = false;

/** Starts it; returns how to stop. */
export function followLesson(): () => void {
  let asked = false;
  // After all that belongs together has been told: a request that has ended is on show from the next task on.
  const soon = (): void => {
    if (asked) return;
    asked = true;
    setTimeout(() => {
      asked = false;
      look();
    });
  };
  const stops = [
    useStore.subscribe((now, before) => {
      if (changed(now, before)) soon();
    }),
    useMoment.subscribe((now, before) => {
      if (now.arrived !== before.arrived || now.atEnd !== before.atEnd || now.beat !== before.beat) soon();
    }),
  ];
  soon();
  return () => {
    for (const stop of stops) stop();
  };
}

function changed(a: WorkbenchState, b: WorkbenchState): boolean {
  return (
    a.cluster !== b.cluster ||
    a.busy !== b.busy ||
    a.journeys !== b.journeys ||
    a.followed !== b.followed ||
    a.past !== b.past ||
    a.watched !== b.watched ||
    a.scenario !== b.scenario
  );
}

function look(): void {
  const state = getState();
  const lesson = lessonById(lessonOf(state));
  const cluster = state.present ?? state.cluster;
  // A past moment, and a change that is watched again, are looked at: nothing is done there.
  if (lesson === null || cluster === null || state.past !== null || state.watched !== null || state.lostOnShow !== null) return;
  const beginning = beginningOf(lesson, cluster, state.busy);
  if (beginning === null) return;
  const { progress } = useLessons.getState();
  const before = countsOf(progress, lesson.id);
  const counts = counted(lesson, before, { cluster, opened: beginning, requests: requestsSeen(state, cluster) });
  if (counts === before) return;
  const after = withCounts(progress, lesson.id, counts);
  keepProgress(after);
  const said = whatTicked(lesson, before, counts);
  useLessons.setState({ progress: after, ...(said === "" ? {} : { said }) });
}

function beginningOf(lesson: Lesson, cluster: ClusterView, busy: boolean): Opened | null {
  if (opened?.id === lesson.id) return opened;
  if (busy) return null;
  const kept = freshly ? null : keptBeginning(lesson.id);
  freshly = false;
  opened = { id: lesson.id, pods: (kept ?? cluster).pods };
  if (kept === null) keepBeginning(lesson.id, opened);
  return opened;
}

function whatTicked(lesson: Lesson, before: Counts, after: Counts): string {
  const ticked = lesson.checks.filter((_, i) => isTicked(lesson, after, i) && !isTicked(lesson, before, i));
  if (ticked.length === 0) return "";
  const done = tickedOf(lesson, after);
  const all = done === lesson.checks.length ? "All checks are done." : `${done} of ${lesson.checks.length} checks are done.`;
  return `${ticked.map(({ says }) => `Done: ${says}.`).join(" ")} ${all}`;
}

function requestsSeen({ journeys, journeyViews, sends, followed }: WorkbenchState, cluster: ClusterView): readonly SeenRequest[] {
  const { choreography } = usePicture.getState();
  const showMs = showMsNow();
  return seenRequests({
    journeys,
    views: journeyViews,
    sends,
    followed,
    arrived: new Set((choreography?.arrivals ?? []).filter(({ atMs }) => atMs <= showMs).map(({ journey }) => journey)),
    told: choreography !== null && choreography.journey === followed && showMs >= choreography.totalMs,
    cluster,
  });
}

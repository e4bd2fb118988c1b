/** Going into a lesson, to another, and out again. What was open before is kept whole, and one press away. */
import { openWorkspace } from "../state/commands.ts";
import { closeGallery, openGallery, useGallery } from "../state/gallery.ts";
import { asScenario, lessonOf } from "../state/lesson-name.ts";
import { titleOf } from "../state/recent.ts";
import { senderOfText } from "../state/scenario-workspace.ts";
import { isOwnWork, openScenario } from "../state/scenarios.ts";
import { getState, setState } from "../state/store.ts";
import { workspaceOf, type Workspace } from "../state/workspace.ts";
import { COURSE, lessonById } from "./course/index.ts";
import { beginAnew, countsOf, forgetCounts, useLessons } from "./following.ts";
import { keepBefore, keptBefore, keptWorkspace } from "./kept.ts";
import { isDone } from "./progress.ts";
import type { Lesson } from "./types.ts";

/** Opens the lesson of this id, else the first that is not done. */
export function enter(id: string | null): void {
  // The key that opens the lessons leads out of them again.
  if (id === null && lessonOf(getState()) !== null && !useGallery.getState().open) return leaveLessons();
  const { progress } = useLessons.getState();
  const lesson = lessonById(id) ?? COURSE.lessons.find((one) => !isDone(one, countsOf(progress, one.id))) ?? COURSE.lessons[0];
  if (lesson === undefined) return;
  remember();
  open(lesson);
  if (useGallery.getState().open) closeGallery();
}

/** Keeps what is open, or was open last, where that is not a lesson itself. */
function remember(): void {
  const state = getState();
  const before = state.files.length > 0 ? workspaceOf(state) : keptWorkspace();
  if (before !== null && lessonOf(before) === null) keepBefore(before);
}

/** Opens it with its own manifests, whatever was done to them before; what was counted stays. */
export function open(lesson: Lesson): void {
  beginAnew();
  openWorkspace(workspaceOfLesson(lesson), "hold");
  setState({ side: "manifests", manifestsFolded: true });
}

export function resetLesson(lesson: Lesson): void {
  forgetCounts(lesson.id);
  open(lesson);
}

export function workspaceOfLesson(lesson: Lesson): Workspace {
  const { from, to, count, keep = false } = lesson.request;
  return {
    files: lesson.files,
    seed: 1,
    scenario: asScenario(lesson.id),
    request: { from: senderOfText(from), to, count, ...(keep ? { keep } : {}) },
    actions: [],
    view: { tab: "hops", focus: lesson.emphasis.service },
    traffic: null,
  };
}

/** What Back leads to, in words. */
export function beforeWords(): string {
  const before = keptBefore();
  if (before === null) return "Leave the lessons";
  return isOwnWork(before) ? "Back to your manifests" : `Back to ${titleOf(before, false)}`;
}

export function leaveLessons(): void {
  const before = keptBefore();
  if (before === null) void openScenario(FIRST_VISIT);
  else openWorkspace(before, "hold");
}

/** The scenario that a first visit opens. */
const FIRST_VISIT = "clusterip";

/** After the last lesson: what comes next is the reader's choice. */
export function finish(): void {
  leaveLessons();
  openGallery();
}

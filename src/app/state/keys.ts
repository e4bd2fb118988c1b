/**
 * Keys of the whole page (DESIGN 8). Single letters work only while no field and no editor has the focus, and can
 * be switched off.
 */
import { useEffect } from "react";
import { openFind } from "../canvas/finding.ts";
import { foldOverview } from "../canvas/viewing.ts";
import { markOrCompare } from "../moments/marked.ts";
import { stepPacket, stepRun } from "../timeline/run-steps.ts";
import { followNeighbour } from "../timeline/timeline.tsx";
import { togglePlay } from "../timeline/transport.tsx";
import { redoLast, undoLast } from "./changes.ts";
import { send, toEditor } from "./commands.ts";
import { openLesson } from "./lesson.ts";
import { openFilter, showAll, toggleOnly } from "./narrow.ts";
import { usePicture } from "./picture.ts";
import { relayout, shiftRate, stepBack, stepForward, toggleLoop } from "./playback.ts";
import { getState, setState, type InspectorTab } from "./store.ts";
import { openTerminal } from "./terminal-open.ts";
import { toggleTheme } from "./theme.ts";
import { toggleTraffic } from "../watch/traffic.ts";
import { toggleWatching } from "../watch/watching.ts";
import { backToNow } from "./time-travel.ts";

export const TABS: readonly InspectorTab[] = ["hops", "rules", "conntrack", "dns", "slices", "odds"];

export function useKeys(): void {
  useEffect(() => {
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || document.querySelector("dialog[open]") !== null) return;
  if (withModifier(event) || (!writing(event.target) && plain(event))) event.preventDefault();
}

/** Works everywhere. */
function withModifier(event: KeyboardEvent): boolean {
  if (event.altKey && !event.ctrlKey && !event.metaKey) {
    const tab = /^Digit([1-6])$/.exec(event.code)?.[1];
    if (tab === undefined) return false;
    setState({ tab: TABS[Number(tab) - 1] ?? "hops", side: "inspector" });
    return true;
  }
  if (event.key === "F8") {
    toEditor(null, (handle) => handle.nextProblem());
    return true;
  }
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !writing(event.target)) {
    if (event.shiftKey) redoLast();
    else undoLast();
    return true;
  }
  return false;
}

function plain(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (event.key === " ") {
    if (pressable(event.target)) return false;
    togglePlay();
    return true;
  }
  if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
    if (usesArrows(event.target)) return false;
    const forward = event.key === "ArrowRight";
    if (event.shiftKey) followNeighbour(forward ? 1 : -1);
    else if (forward) stepForward();
    else stepBack();
    return true;
  }
  if (event.key === "Escape") return showAll();
  const run = getState().keysOn ? LETTERS[event.key.toLowerCase()] : undefined;
  run?.();
  return run !== undefined;
}

const LETTERS: Readonly<Record<string, () => void>> = {
  s: () => send(),
  d: () => void import("./diagnosing.ts").then(({ openDiagnosis }) => openDiagnosis()),
  f: toggleTraffic,
  h: () => (getState().past === null ? toggleWatching() : void backToNow()),
  "[": () => shiftRate(-1),
  "]": () => shiftRate(1),
  l: relayout,
  o: () => setState({ outlineOpen: !getState().outlineOpen }),
  e: () => toEditor(null, (handle) => handle.focus()),
  t: toggleTheme,
  "`": openTerminal,
  "/": openFind,
  n: openFilter,
  m: foldOverview,
  v: () => {
    const service = usePicture.getState().focus;
    if (service !== null) toggleOnly(service.key);
  },
  ".": () => stepPacket(1),
  ",": () => stepPacket(-1),
  ">": () => stepRun("event", 1),
  "<": () => stepRun("event", -1),
  "}": () => stepRun("change", 1),
  "{": () => stepRun("change", -1),
  g: toggleLoop,
  a: markOrCompare,
  b: () => void openLesson(),
  "?": () => setState({ dialog: "keys" }),
};

function writing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.closest("input, textarea, select, .monaco-editor") !== null);
}
/** Things that Space presses. */
function pressable(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("button, a, summary, [role=treeitem]") !== null;
}
/** Things that have a use for arrow keys of their own. */
function usesArrows(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest("[role=radiogroup], [role=tablist], [role=tree], [role=menu], [role=separator], [role=slider], .stage") !== null
  );
}

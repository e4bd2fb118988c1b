/**
 * The whole recording on one line. Not to scale: requests that were sent together stand close, everything else a
 * step apart, so that a run of minutes and one of milliseconds both read (idle gaps are skipped).
 */
import type { IconName } from "../parts/icons.tsx";
import type { TimelineEvent } from "../../core/simulation/view.ts";

export interface RunMark {
  /** px from the line's start. */
  readonly x: number;
  readonly at: number;
  readonly glyph: IconName | "tick";
  readonly journey: number | null;
  readonly label: string;
}

/** Requests less than this apart were sent together. */
const TOGETHER_NANOS = 1_000_000_000;
const CLOSE_PX = 7;
const APART_PX = 26;

type Shown = Exclude<TimelineEvent, { kind: "sync" }>;

export function runMarks(timeline: readonly TimelineEvent[], width: number): readonly RunMark[] {
  const shown = timeline.filter((event): event is Shown => isShown(event));
  const steps = shown.map((event, i) => {
    const before = shown[i - 1];
    if (before === undefined) return APART_PX / 2;
    const together = event.kind === "journey" && before.kind === "journey" && event.at - before.at < TOGETHER_NANOS;
    return together ? CLOSE_PX : APART_PX;
  });
  const wanted = steps.reduce((sum, step) => sum + step, 0) + APART_PX / 2;
  const scale = Math.min(1, width / wanted);
  let x = 0;
  return shown.map((event, i) => {
    x += (steps[i] ?? 0) * scale;
    return { x, at: event.at, ...markOf(event) };
  });
}

/** What a reader did or what changed traffic: Pods coming and going while the cluster starts are not. */
function isShown(event: TimelineEvent): boolean {
  if (event.kind === "journey" || event.kind === "action" || event.kind === "edit") return true;
  return event.kind === "pod" && event.what === "not-ready";
}

function markOf(event: Shown): { readonly glyph: IconName | "tick"; readonly journey: number | null; readonly label: string } {
  switch (event.kind) {
    case "journey":
      return { glyph: event.ok ? "tick" : event.outcome === "dropped" ? "drop" : "reject", journey: event.journey, label: `Request ${event.journey} to ${event.to}, ${event.outcome}` };
    case "edit":
      return { glyph: "code", journey: null, label: event.what };
    case "action":
      return { glyph: "not-ready", journey: null, label: event.what };
    case "pod":
      return { glyph: "not-ready", journey: null, label: `${event.pod} ${event.what}` };
    case "slice":
      return { glyph: "service", journey: null, label: `${event.service}: ${event.ready} of ${event.total} ready` };
  }
}

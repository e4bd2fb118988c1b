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
  /** In the timeline. */
  readonly position: number;
}

/** Requests less than this apart were sent together. */
const TOGETHER_NANOS = 1_000_000_000;
const CLOSE_PX = 7;
const APART_PX = 26;

type Shown = Exclude<TimelineEvent, { kind: "sync" | "pod" | "event" | "traffic" | "name" }>;
const HIDDEN: ReadonlySet<TimelineEvent["kind"]> = new Set(["sync", "pod", "event", "traffic", "name"]);
const isShown = (event: TimelineEvent): event is Shown => !HIDDEN.has(event.kind);

export function runMarks(timeline: readonly TimelineEvent[], width: number): readonly RunMark[] {
  const shown = shownEvents(timeline);
  const steps = shown.map(({ event }, i) => {
    const before = shown[i - 1]?.event;
    if (before === undefined) return APART_PX / 2;
    const together = event.kind === "journey" && before.kind === "journey" && event.at - before.at < TOGETHER_NANOS;
    return together ? CLOSE_PX : APART_PX;
  });
  const wanted = steps.reduce((sum, step) => sum + step, 0) + APART_PX / 2;
  const scale = Math.min(1, width / wanted);
  let x = 0;
  return shown.map(({ event, position }, i) => {
    x += (steps[i] ?? 0) * scale;
    return { x, at: event.at, position, ...markOf(event) };
  });
}

/**
 * What a reader did, and what it did to endpoints. The first edit is the manifests as they were opened; until a
 * request or another edit came, Pods were only starting.
 */
function shownEvents(timeline: readonly TimelineEvent[]): readonly { readonly event: Shown; readonly position: number }[] {
  const opened = timeline.findIndex((event) => event.kind === "edit");
  const shown: { event: Shown; position: number }[] = [];
  timeline.forEach((event, i) => {
    if (i === opened || !isShown(event)) return;
    const own = { event, position: i };
    if (event.kind !== "slice") shown.push(own);
    // Of a rollout's many changes the last one stands for all.
    else if (shown.at(-1)?.event.kind === "slice") shown[shown.length - 1] = own;
    else if (shown.length > 0) shown.push(own);
  });
  return shown;
}

function markOf(event: Shown): { readonly glyph: IconName | "tick"; readonly journey: number | null; readonly label: string } {
  switch (event.kind) {
    case "journey":
      return {
        glyph: event.ok ? "tick" : event.outcome === "dropped" ? "drop" : "reject",
        journey: event.journey,
        label: `Request ${event.journey} to ${event.to}, ${event.outcome}`,
      };
    case "edit":
      return { glyph: "code", journey: null, label: event.what };
    case "action":
      return { glyph: /not ready|delet/i.test(event.what) ? "not-ready" : "ready", journey: null, label: event.what };
    case "slice":
      return {
        glyph: event.ready === 0 ? "service-empty" : "service",
        journey: null,
        label: `${event.service}: ${event.ready} of ${event.total} ready`,
      };
  }
}

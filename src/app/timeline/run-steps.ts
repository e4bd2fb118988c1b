/**
 * Steps beside the next hop: to the next packet of the request on show, to the next entry of the recorded run, to the next change
 * of the cluster. Which moment that is, is pure; going there is `stepRun` and `stepPacket`.
 */
import type { TimelineEvent } from "../../core/simulation/view.ts";
import type { Beat } from "../../scene/contract.ts";
import { say } from "../state/commands.ts";
import { usePicture } from "../state/picture.ts";
import { seek, useMoment } from "../state/playback.ts";
import { getState } from "../state/store.ts";
import { backToNow, goInTurn, goTo } from "../state/time-travel.ts";

export type RunStep = "event" | "change";

const CHANGES: ReadonlySet<TimelineEvent["kind"]> = new Set(["edit", "action", "pod", "slice", "sync"]);

/** When an entry happened, for these steps: a request is sent, and ends. */
function timesOf(event: TimelineEvent, step: RunStep): readonly number[] {
  if (step === "change") return CHANGES.has(event.kind) ? [event.at] : [];
  return event.kind === "journey" || event.kind === "traffic" ? [event.at, event.endsAt] : [event.at];
}

/** The nearest moment after or before `at` at which something happened; null: there is none. */
export function momentBeside(timeline: readonly TimelineEvent[], step: RunStep, at: number, by: -1 | 1): number | null {
  let nearest: number | null = null;
  for (const event of timeline)
    for (const time of timesOf(event, step)) if (by * (time - at) > 0 && (nearest === null || by * (nearest - time) > 0)) nearest = time;
  return nearest;
}

/** To the next or previous event or change of the run; behind the last of them to its newest moment. */
export function stepRun(step: RunStep, by: -1 | 1): void {
  goInTurn(async () => {
    const { timeline, past, now } = getState();
    if (by === 1 && past === null) return;
    const at = past?.at ?? now;
    const target = momentBeside(timeline, step, at, by);
    if (target !== null && target < (past?.endsAt ?? now)) return goTo(target);
    if (by === 1) return backToNow();
    say(`Nothing ${step === "change" ? "changed" : "happened"} before this moment of the run.`, "done");
  });
}

/** The beat at which another packet is on its way; null: none is left. A beat may cover several packets. */
export function packetBeside(beats: readonly Pick<Beat, "hops">[], current: number, by: -1 | 1): number | null {
  const packetOf = (index: number): number | null => beats[index]?.hops[0]?.[0] ?? null;
  const own = current < 0 ? null : packetOf(current);
  for (let index = current + by; index >= 0 && index < beats.length; index += by) {
    const packet = packetOf(index);
    if (packet === null || packet === own) continue;
    if (by === 1) return index;
    // Back to where that packet set out.
    let first = index;
    while (first > 0 && packetOf(first - 1) === packet) first -= 1;
    return first;
  }
  return null;
}

export function stepPacket(by: -1 | 1): void {
  const { choreography } = usePicture.getState();
  if (choreography === null) return;
  const index = packetBeside(choreography.beats, useMoment.getState().beat, by);
  if (index === null) seek(by === 1 ? choreography.totalMs : 0);
  else seek(choreography.beats[index]?.stillMs ?? 0);
}

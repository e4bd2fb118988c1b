/** How closely a request is told: the choice, and bringing what tells more or less than usual. */
import type { Detail } from "../../scene/contract.ts";
import { showAt, virtualAt } from "../../scene/show-time.ts";
import { tellBy, usePicture } from "./picture.ts";
import { set, showMsNow } from "./playback.ts";
import { getState, setState, useStore } from "./store.ts";

/** Tells it so from now on; the story stays at the moment where it was, playing or not. */
export async function showDetail(detail: Detail): Promise<void> {
  if (detail !== "connection") await bring();
  keepingMoment(() => setState({ detail }));
}

async function bring(): Promise<void> {
  const { choreographIn } = await import("../../scene/detail.ts");
  keepingMoment(() => tellBy(choreographIn));
}

/** The same moment of virtual time has another show time in another telling. */
function keepingMoment(change: () => void): void {
  const { told } = usePicture.getState();
  const { playing } = getState().clock;
  const showMs = showMsNow();
  const atEnd = told !== null && showMs >= told.totalMs;
  const nanos = told === null ? 0 : virtualAt(told, showMs);
  change();
  const after = usePicture.getState().told;
  if (after === null || after === told) return;
  set({ playing, showMs: showMs === 0 ? 0 : atEnd ? after.totalMs : showAt(after, nanos) });
}

/** A workspace that was opened may say how closely. */
export function followDetail(): void {
  let brought = false;
  useStore.subscribe(({ detail }) => {
    if (brought || detail === "connection") return;
    brought = true;
    // It is told as usual where it cannot be had.
    void bring().catch(() => (brought = false));
  });
}

/** A look-up on the canvas: folded to one beat or question by question, and the way from a question to its packet. */
import { showAt, virtualAt } from "../../scene/show-time.ts";
import { setSurroundings, usePicture } from "./picture.ts";
import { seek, set, showMsNow } from "./playback.ts";
import { getState } from "./store.ts";

/** Tells the look-up question by question, or as one beat again; the story stays where it was, playing or not. */
export function unfoldLookup(open: boolean): void {
  const { told, around } = usePicture.getState();
  if ((around.lookup === "open") === open) return;
  const { playing } = getState().clock;
  const showMs = showMsNow();
  const atEnd = told !== null && showMs >= told.totalMs;
  const nanos = told === null ? 0 : virtualAt(told, showMs);
  setSurroundings({ lookup: open ? "open" : "folded" });
  const after = usePicture.getState().told;
  if (after === null) return;
  set({ playing, showMs: atEnd ? after.totalMs : showAt(after, nanos) });
}

/** Goes to the question that this packet asked, told by itself, and stays there. */
export function showPacket(packet: number): void {
  unfoldLookup(true);
  const { choreography } = usePicture.getState();
  const beat = choreography?.beats.find(({ hops }) => hops[0]?.[0] === packet);
  if (beat !== undefined) return seek(beat.stillMs);
  const last = choreography?.motions.filter((motion) => motion.packet === packet).at(-1);
  if (last !== undefined) seek(last.endMs);
}

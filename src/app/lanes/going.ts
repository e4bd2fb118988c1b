/** What a click on a mark does: the run goes to that moment, and the thing that the mark is about is selected. */
import { showAt } from "../../scene/show-time.ts";
import { follow, select } from "../state/commands.ts";
import { usePicture } from "../state/picture.ts";
import { seek } from "../state/playback.ts";
import { getState } from "../state/store.ts";
import { goTo } from "../state/time-travel.ts";
import { returnToNow } from "../watch/watching.ts";
import type { EventMark } from "./event-lanes.ts";

export async function goToMark({ goal, about }: EventMark): Promise<void> {
  if (goal.kind === "packet") {
    const { told } = usePicture.getState();
    if (told !== null) seek(showAt(told, goal.at));
    return;
  }
  if (getState().watched !== null) returnToNow();
  await goTo(goal.at);
  if (goal.journey !== null) follow(goal.journey, "hold");
  if (about !== null) select(about);
}

/** What the open lesson adds to the picture: room for what hangs from its Service, and what each gate's rules hold. */
import { useEffect } from "react";
import { addToPicture, type Added } from "../state/picture.ts";
import { getState, useStore } from "../state/store.ts";
import { gateLists } from "./gate-lists.ts";
import type { Emphasis, Lesson } from "./types.ts";

/** px at zoom 1: a row for the slice, a row of squares in each Pod. */
export const SLICE_ROOM = 66;
export const SQUARES_ROOM = 20;

export function useAddedPicture({ emphasis }: Lesson, arrangement: "wide" | "stacked" | "phone"): void {
  const cluster = useStore((state) => state.cluster);
  useEffect(() => {
    let current = true;
    const room = roomFor(emphasis, arrangement);
    const show = (gates?: Added["gates"]): void =>
      addToPicture({ ...room, unfocused: emphasis.service === null, ...(gates === undefined ? {} : { gates }) });
    const { service, gates } = emphasis;
    if (gates !== true || service === null || arrangement === "phone" || getState().cluster === null) show();
    else void gateLists(service).then((lists) => current && show(lists));
    return () => {
      current = false;
    };
  }, [emphasis, arrangement, cluster]);
  useEffect(() => () => addToPicture(null), []);
}

/** A phone's canvas has no room to give away. */
export function roomFor(emphasis: Emphasis, arrangement: "wide" | "stacked" | "phone"): Pick<Added, "room"> {
  if (arrangement === "phone") return {};
  const [shelf, pod] = [emphasis.slice === true ? SLICE_ROOM : 0, emphasis.squares === true ? SQUARES_ROOM : 0];
  return { room: { shelf, pod, inside: emphasis.outside !== true } };
}

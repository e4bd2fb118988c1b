/** What stands under the picture before anything moves. */
import { useNote } from "../scenarios/at-hand.ts";
import { usePicture } from "../state/picture.ts";
import { useStore } from "../state/store.ts";

/** What to look at in this scenario, or what to do next. */
export function useHint(): string {
  const scenario = useStore((state) => state.scenario);
  const empty = useStore(
    (state) => state.cluster !== null && state.cluster.pods.every((pod) => pod.role !== "server" && pod.role !== "client"),
  );
  const nothing = usePicture((picture) => picture.journey === null);
  const note = useNote(scenario);
  if (empty) return "No Pods yet.";
  return note ?? (nothing ? "Send a request to see where it goes." : "Press Play to see where the request goes.");
}

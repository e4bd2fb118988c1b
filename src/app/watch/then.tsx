/** The line that says that the cluster has changed since the request on show, with the way to the cluster as it was. */
import type { ReactElement } from "react";
import { follow } from "../state/commands.ts";
import { changedSince } from "../state/gone.ts";
import { usePicture } from "../state/picture.ts";
import { useStore } from "../state/store.ts";
import { goInTurn, goTo } from "../state/time-travel.ts";

export function ThenLine(): ReactElement | null {
  const journey = usePicture((picture) => picture.journey);
  const said = useStore(({ past, journeyViews, cluster }) =>
    past !== null || journey === null || cluster === null ? null : changedSince(journey, journeyViews.get(journey.id), cluster),
  );
  if (said === null || journey === null) return null;
  const { id, endedAt } = journey;
  return (
    <div className="pastline thenline" role="group" aria-label="Since this request">
      <p>{said}</p>
      <button
        type="button"
        className="btn"
        onClick={() =>
          goInTurn(async () => {
            await goTo(endedAt);
            follow(id, "hold");
          })
        }
      >
        See the cluster as it was then
      </button>
    </div>
  );
}

/** When a run is at rest: what only time brings (schedules, deadlines, back-offs without end) keeps nobody waiting. */
import { isStale } from "../network/events.ts";
import { nextEvent, waitsSome } from "./queue.ts";
import type { SimulationEvent, SimulationState } from "./state.ts";
import { isVoid } from "./steady.ts";

/** Whether something waits in the queue that a run has to see through before it is at rest. */
export function hasWork({ queue, flights }: Pick<SimulationState, "queue" | "flights">): boolean {
  const first = nextEvent(queue);
  // The next event is nearly always work; what stands behind one that is not has to be looked through.
  if (first === null || !isIdle(first)) return first !== null;
  return waitsSome(queue, (event) => !isIdle(event) && !isTimerOfNobody(event, flights));
}

function isIdle(event: SimulationEvent): boolean {
  return event.kind === "control" && event.idle === true;
}

/** A timer of a flight that has ended or gone on since. */
function isTimerOfNobody(event: SimulationEvent, flights: SimulationState["flights"]): boolean {
  if (event.kind !== "network") return false;
  const flight = flights.get(event.event.flight);
  return flight === undefined || isStale(flight, event.event);
}

/** An event that does not count any more: it must not move the clock, and a run that comes to it early or late is the same. */
export function isVoidEvent(state: SimulationState, event: SimulationEvent): boolean {
  return event.kind === "beat" ? isVoid(state, event) : isTimerOfNobody(event, state.flights);
}

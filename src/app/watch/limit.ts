/**
 * Steady traffic that goes on and on fills the page's memory with what it remembers of it. At so many requests it pauses,
 * says so, and leaves the choice: go on, or clear.
 */
import { startRun } from "../state/commands.ts";
import { pause, play } from "../state/playback.ts";
import { getState, setState, useStore } from "../state/store.ts";

export const LIMIT = 100_000;

/** Where the next pause is due. `sent`: requests of the traffic that stands; fewer than before: another run. */
export function nextLimit(limit: number, sent: number, before: number): { readonly limit: number; readonly reached: boolean } {
  const from = sent < before ? LIMIT : limit;
  return sent >= from ? { limit: (Math.floor(sent / LIMIT) + 1) * LIMIT, reached: true } : { limit: from, reached: false };
}

export function followLimit(): void {
  let limit = LIMIT;
  useStore.subscribe(({ traffic }, { traffic: before }) => {
    if (traffic === before || traffic === null || traffic.until !== null) return;
    const next = nextLimit(limit, traffic.sent, before?.sent ?? 0);
    limit = next.limit;
    if (!next.reached) return;
    pause();
    setState({ notice: { kind: "limit", requests: traffic.sent, goOn, clear } });
  });
}

function goOn(): void {
  setState({ notice: null });
  play();
}

/** The run begins anew, without the traffic: manifests and all else that was done stay. */
function clear(): void {
  const actions = getState().actions.filter(({ action }) => !/-traffic$|^set-sender$/.test(action.kind));
  setState({ notice: null, actions, steady: null, live: false, traffic: null });
  startRun();
}

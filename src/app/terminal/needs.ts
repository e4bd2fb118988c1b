/**
 * What a line of the terminal waits for, done as the rest of the page does it: requests by the way of Send, so that they play on
 * the canvas and a failed one opens its diagnosis; changes in the text where a field or a document says them, else as actions.
 * All of it can be undone.
 */
import type { Json } from "../../core/base/names.ts";
import type { Effect } from "../../core/kubectl/types.ts";
import type { Action } from "../../core/simulation/contract.ts";
import type { Got, Need } from "../../core/terminal/types.ts";
import { performed, undoLast } from "../state/changes.ts";
import { applyEdits, ask, follow, say } from "../state/commands.ts";
import { plannedEdits, plannedRemoval, type ObjectName, type Planned } from "../state/field-edits.ts";
import { getState, setState, useStore } from "../state/store.ts";
import { changedFields, documentOf } from "./as-text.ts";

/** `stopped`: nobody waits any more (Ctrl C). */
export async function satisfy(need: Need, stopped: () => boolean): Promise<Got> {
  switch (need.kind) {
    case "send": {
      setState({ sendError: null, chosenService: null });
      const reply = await ask({ kind: "send", request: need.request });
      if (reply.kind === "refused" || reply.kind === "failed") return { kind: "refused", error: reply.error };
      if (reply.kind !== "sent") return { kind: "refused", error: "The request did not leave." };
      await ended(reply.journeys, stopped);
      return { kind: "sent", journeys: reply.journeys };
    }
    case "wait":
      return told(await performed({ kind: "wait", time: need.time }));
    case "effects":
      return change(need.effects);
  }
}

function told(error: string | null): Got {
  return error === null ? { kind: "done" } : { kind: "refused", error };
}

/** Until all of them have ended and are known here. */
function ended(ids: readonly number[], stopped: () => boolean): Promise<void> {
  const known = (): boolean => ids.every((id) => getState().journeys.some((journey) => journey.id === id));
  return new Promise((resolve) => {
    if (known()) return resolve();
    const stop = useStore.subscribe(() => {
      // Without a cluster the run is being made anew, and they never end.
      if (!known() && !stopped() && getState().cluster !== null) return;
      stop();
      resolve();
    });
  });
}

/** Plays the last request of a line. */
export function showLast(journey: number | null): void {
  if (journey !== null && getState().journeys.some(({ id }) => id === journey)) follow(journey, "play");
}

async function change(effects: readonly Effect[]): Promise<Got> {
  const actions = new Set<Action>();
  for (const effect of effects) {
    // Several effects may be one action.
    if (actions.has(effect.action) || (await byText(effect))) continue;
    actions.add(effect.action);
    const error = await performed(effect.action);
    if (error !== null) return { kind: "refused", error };
  }
  return { kind: "done" };
}

/** Whether the manifests could say it; then they do. */
async function byText(effect: Effect): Promise<boolean> {
  const planned = await plannedText(effect);
  if (planned === null || "refused" in planned || planned.length === 0) return false;
  applyEdits(planned);
  say(wordsOf(effect), "done", undoLast);
  return true;
}

async function plannedText({ kind, key, before, after, action }: Effect): Promise<Planned | null> {
  const { files, activeFile } = getState();
  const object: ObjectName = key.includes("/")
    ? { kind, namespace: key.slice(0, key.indexOf("/")), name: key.slice(key.indexOf("/") + 1) }
    : { kind, namespace: "default", name: key };
  if (after === null) return plannedRemoval(files, object);
  if (before !== null) {
    const changes = changedFields(before as unknown as Json, after as unknown as Json); // objects are plain data
    return changes === null || changes.length === 0 ? null : plannedEdits(files, object, changes);
  }
  const file = files.find(({ name }) => name === activeFile) ?? files[0];
  const made = action.kind === "api-requests" && action.requests.length === 1 ? action.requests[0] : undefined;
  if (file === undefined || made?.op !== "create") return null;
  const text = await documentOf(made.object, key);
  if (text === null) return null;
  const separator = file.text.trim() === "" ? "" : `${file.text.endsWith("\n") ? "" : "\n"}---\n`;
  return [{ file: file.name, start: file.text.length, end: file.text.length, text: separator + text }];
}

function wordsOf({ kind, key, before, after }: Effect): string {
  const name = key.slice(key.indexOf("/") + 1);
  if (after === null) return `${kind} ${name} is out of the manifests`;
  return before === null ? `${kind} ${name} is in the manifests` : `${kind} ${name} is changed in the manifests`;
}

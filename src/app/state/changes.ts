/**
 * What a person does to the running cluster, and taking it back. What no field holds is an action: recorded with its
 * moment, so that the link replays it, and undone by going back to before it. Texts and actions stand in one history.
 */
import type { Action } from "../../core/simulation/contract.ts";
import type { ThingId } from "../../scene/contract.ts";
import type { TimedAction } from "../../worker/protocol.ts";
import { editor } from "../editor/handle.ts";
import { wordsOf } from "./action-words.ts";
import { ask, follow, say, setFiles, startRun } from "./commands.ts";
import { acted, sameFiles, stepAgain, stepBack, without } from "./history.ts";
import { getState, setState, type Toast } from "./store.ts";

/** One change after the other: what is taken back is the last that was made, not one whose answer is still on its way. */
let turn: Promise<void> = Promise.resolve();
function inTurn(work: () => Promise<void> | void): void {
  turn = turn.then(work, work);
}

/** Does it, says so with Undo; or says why it cannot be done, with what may be done in its place. */
export function perform(action: Action): void {
  inTurn(async () => {
    const error = await carryOut(action, (timed) => acted(getState().history, timed));
    if (error !== null) say(error, "trouble", null, insteadOf(action), thingOf(action));
  });
}

/** The same; whoever asks is told why it cannot be done, and null where it was. */
export function performed(action: Action): Promise<string | null> {
  return new Promise((resolve) => {
    inTurn(async () => resolve(await carryOut(action, (timed) => acted(getState().history, timed))));
  });
}

async function carryOut(action: Action, remember: (timed: TimedAction) => ReturnType<typeof acted>): Promise<string | null> {
  const { cluster, now } = getState();
  const reply = await ask({ kind: "perform", action });
  if (reply.kind === "refused") return reply.error;
  if (reply.kind !== "done") return null;
  const timed: TimedAction = { at: reply.at ?? now, action };
  setState({ actions: [...getState().actions, timed], history: remember(timed) });
  if (cluster !== null) say(wordsOf(action, cluster), "done", () => inTurn(() => takeBack(timed)));
  return null;
}

/** A drain stops before Pods that nothing makes again: they may go too. */
function insteadOf(action: Action): Toast["next"] {
  if (action.kind !== "drain" || action.force === true) return null;
  return { label: "Delete those too", run: () => perform({ ...action, force: true }) };
}

/** What the action was to change (of a workload: its first Pod); undefined where the picture has no such thing. */
function thingOf(action: Action): ThingId | undefined {
  if ("pod" in action) return { kind: "pod", key: action.pod };
  if ("node" in action && action.node !== null) return { kind: "node", name: action.node };
  if (!("workload" in action)) return undefined;
  const { kind, key } = action.workload;
  const made = getState().cluster?.pods.find(({ workload: by }) => by?.kind === kind && `${by.namespace}/${by.name}` === key);
  return made === undefined ? undefined : { kind: "pod", key: made.key };
}

/** The run without this action: back to before it where nothing but requests came after, else made anew. */
async function takeBack(timed: TimedAction): Promise<void> {
  const { actions, history } = getState();
  const isLast = actions.at(-1) === timed;
  setState({ actions: actions.filter((one) => one !== timed), history: without(history, timed) });
  const reply = isLast ? await ask({ kind: "take-back" }) : null;
  if (reply?.kind === "taken-back") forgetAfter(reply.now);
  else startRun();
}

/** Requests that ended later did not happen in the run as it is now. */
function forgetAfter(now: number): void {
  const { journeys, journeyViews, sends, followed } = getState();
  const kept = journeys.filter((journey) => journey.endedAt <= now);
  const ids = new Set(kept.map((journey) => journey.id));
  setState({
    journeys: kept,
    journeyViews: new Map([...journeyViews].filter(([id]) => ids.has(id))),
    sends: sends.filter((send) => send.every((id) => ids.has(id))),
    followed: followed !== null && ids.has(followed) ? followed : null,
    awaited: [],
  });
  const last = kept.at(-1);
  if (getState().followed === null && last !== undefined) follow(last.id, "hold");
}

/** Takes back the last change of the cluster, text or action. */
export function undoLast(): void {
  inTurn(undo);
}

async function undo(): Promise<void> {
  const { history } = getState();
  const step = stepBack(history);
  if (step === null) return;
  if (step.change.kind === "action") {
    await takeBack(step.change.timed);
    return;
  }
  travel(() => editor()?.undo(), step.change.before);
  // The editor may have taken back a part only: then the rest is still there to be undone.
  setState({ history: sameFiles(getState().files, step.change.before) ? step.history : { ...history, future: [] } });
}

/** Makes again what was taken back last. */
export function redoLast(): void {
  inTurn(redo);
}

async function redo(): Promise<void> {
  const { history } = getState();
  const step = stepAgain(history);
  if (step === null) {
    editor()?.redo();
    return;
  }
  if (step.change.kind === "action") {
    const error = await carryOut(step.change.timed.action, (timed) => ({
      past: [...history.past, { kind: "action", timed }],
      future: history.future.slice(0, -1),
    }));
    if (error !== null) say(error, "trouble");
    return;
  }
  travel(() => editor()?.redo(), step.change.after);
  setState({ history: sameFiles(getState().files, step.change.after) ? step.history : history });
}

/** By the editor, which knows its own steps; where it is closed or knows none, straight to the text. */
function travel(byEditor: () => void, to: Parameters<typeof setFiles>[0]): void {
  const { files } = getState();
  byEditor();
  if (sameFiles(getState().files, files)) setFiles(to);
}

export function toggleReady(key: string): void {
  const pod = getState().cluster?.pods.find((candidate) => candidate.key === key);
  if (pod === undefined) return;
  const ready = pod.readyOverride ?? pod.state === "ready";
  perform({ kind: "set-ready", pod: key, ready: !ready });
}

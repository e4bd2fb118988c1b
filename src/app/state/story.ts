/** A scenario's steps as the reader takes them, and the sentence that each has to say. */
import { create } from "zustand";
import type { ScenarioStep } from "../scenarios/types.ts";
import { applyEdits, say, send, setDraft } from "./commands.ts";
import { perform, undoLast } from "./changes.ts";
import { senderOfText } from "./scenario-workspace.ts";
import { actionOfStep, editOfStep } from "./steps.ts";
import { getState, setState, useStore, type Draft, type WorkbenchState } from "./store.ts";

/** The last step's sentence, and how things stood when it was taken. */
type Told =
  /** Said at once, until the picture moves on or the change is taken back. */
  | { readonly kind: "edit" | "action"; readonly says: string; readonly at: WorkbenchState }
  /** Said at the end of a request that is still the step's own. */
  | { readonly kind: "send"; readonly says: string; readonly draft: Draft };

const useStory = create<{ readonly told: Told | null }>(() => ({ told: null }));

/** Whether the step can be taken now. */
export function canTake({ does }: ScenarioStep, { files, cluster }: Pick<WorkbenchState, "files" | "cluster">): boolean {
  if (cluster === null) return false;
  if (does.kind === "edit") return editOfStep(files, does) !== null;
  return does.kind === "send" || actionOfStep(does.action, cluster) !== null;
}

/** Takes the step; one that cannot be taken now is left alone. */
export function take(step: ScenarioStep): void {
  const state = getState();
  if (state.cluster === null || !canTake(step, state)) return;
  const { does, says } = step;
  switch (does.kind) {
    case "edit": {
      const edit = editOfStep(state.files, does);
      if (edit === null) return;
      applyEdits([edit]);
      say(`Changed ${edit.file}`, "done", undoLast, state.followed === null ? null : { label: "Send again", run: () => send() });
      useStory.setState({ told: { kind: "edit", says, at: getState() } });
      return;
    }
    case "action": {
      const action = actionOfStep(does.action, state.cluster);
      if (action === null) return;
      perform(action);
      useStory.setState({ told: { kind: "action", says, at: state } });
      return;
    }
    case "send": {
      const { from, to, count, keep } = does;
      setDraft({
        ...(from === undefined ? {} : { from: senderOfText(from) }),
        ...(to === undefined ? {} : { to }),
        ...(count === undefined ? {} : { count }),
        ...(keep === undefined ? {} : { keep }),
      });
      useStory.setState({ told: { kind: "send", says, draft: getState().draft } });
      // So many times once, also where the request line was set to so many a second.
      if (state.traffic?.until !== null) setState({ steady: null });
      send();
    }
  }
}

/** What the last step has to say now; `ended`: the request on show is over. */
export function useTold(ended: boolean): { readonly says: string; readonly after: "change" | "request" } | null {
  const told = useStory((story) => story.told);
  const holds = useStore((state) => told !== null && stillHolds(told, state));
  if (told === null || !holds || (told.kind === "send" && !ended)) return null;
  return { says: told.says, after: told.kind === "send" ? "request" : "change" };
}

function stillHolds(told: Told, now: WorkbenchState): boolean {
  if (told.kind === "send") return now.draft === told.draft;
  const { at } = told;
  if (now.scenario !== at.scenario || now.followed !== at.followed || now.clock !== at.clock) return false;
  return told.kind === "edit" ? now.files === at.files : now.actions.length > at.actions.length;
}

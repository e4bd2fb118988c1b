/** What a reader does with the controls of a task, and with the hint: the same as elsewhere on the page. */
import { perform } from "../state/changes.ts";
import { applyEdits, send, setDraft, toEditor } from "../state/commands.ts";
import { senderOfText } from "../state/scenario-workspace.ts";
import { actionOfStep, editOfStep } from "../state/steps.ts";
import { getState } from "../state/store.ts";
import type { ScenarioRequest, StepDeed } from "../scenarios/types.ts";

/** False where it cannot be done now. */
export function does(deed: StepDeed): boolean {
  const { cluster, files } = getState();
  if (cluster === null) return false;
  switch (deed.kind) {
    case "send":
      sendThat(deed);
      return true;
    case "edit": {
      const edit = editOfStep(files, deed);
      if (edit !== null) applyEdits([edit]);
      return edit !== null;
    }
    case "action": {
      const action = actionOfStep(deed.action, cluster);
      if (action !== null) perform(action);
      return action !== null;
    }
  }
}

/** Whether it can be done now, and would change something. */
export function canDo(deed: StepDeed): boolean {
  const { cluster, files } = getState();
  if (cluster === null) return false;
  if (deed.kind === "edit") return editOfStep(files, deed) !== null;
  return deed.kind === "send" || actionOfStep(deed.action, cluster) !== null;
}

export function sendThat({ from, to, count = 1, keep = false }: Partial<ScenarioRequest>): void {
  const { draft } = getState();
  setDraft({
    ...(from === undefined ? {} : { from: senderOfText(from) }),
    to: to ?? draft.to,
    count,
    keep,
  });
  send();
}

/** Opens the manifests where a text stands. */
export function showText(text: string): void {
  const file = getState().files.find((one) => one.text.includes(text)) ?? getState().files[0];
  if (file === undefined) return;
  const at = file.text.indexOf(text);
  const line = at === -1 ? 1 : file.text.slice(0, at).split("\n").length;
  toEditor(file.name, (handle) => {
    handle.revealLine(line);
    handle.focus();
  });
}

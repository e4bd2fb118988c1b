/** A scenario's steps against what is there: whether one can be taken, and what it means in this text and this cluster. */
import type { ManifestFile, TextEdit } from "../../core/manifests/types.ts";
import type { Action } from "../../core/simulation/contract.ts";
import type { ClusterView } from "../../core/simulation/view.ts";
import type { PodChoice, StepAction, StepDeed } from "../scenarios/types.ts";

/**
 * The edit that a step makes; null where its text does not stand exactly once, or where what it puts in stands there
 * already.
 */
export function editOfStep(files: readonly ManifestFile[], { from, to }: Extract<StepDeed, { kind: "edit" }>): TextEdit | null {
  const holding = files.filter(({ text }) => text.includes(from));
  const [file] = holding;
  if (file === undefined || holding.length > 1) return null;
  const start = file.text.indexOf(from);
  if (file.text.includes(from, start + 1)) return null;
  if (to.includes(from) && file.text.includes(to)) return null;
  return { file: file.name, start, end: start + from.length, text: to };
}

/** What takes the edit back, in the text as it is after it. */
export function inverseOf(files: readonly ManifestFile[], { file, start, end, text }: TextEdit): TextEdit {
  const before = files.find(({ name }) => name === file)?.text.slice(start, end) ?? "";
  return { file, start, end: start + text.length, text: before };
}

/** The action with its Pod as it is called now; null where there is no such Pod. */
export function actionOfStep(action: StepAction, cluster: ClusterView): Action | null {
  if (!("pod" in action)) return action;
  const pod = podChosen(action.pod, cluster);
  return pod === null ? null : { ...action, pod };
}

function podChosen(choice: PodChoice, { pods }: ClusterView): string | null {
  if (typeof choice === "string") return pods.some(({ key }) => key === choice) ? choice : null;
  const own = pods.filter(
    ({ workload, state, node }) =>
      workload !== null &&
      `${workload.namespace}/${workload.name}` === choice.workload &&
      state !== "terminating" &&
      (choice.node === undefined || node === choice.node),
  );
  return own[choice.index]?.key ?? null;
}

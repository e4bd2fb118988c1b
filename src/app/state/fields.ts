/** Switches write YAML, as one step of undo. */
import { perform, undoLast } from "./changes.ts";
import { applyEdits, say } from "./commands.ts";
import { plannedEdits, plannedRemoval, type FieldChange, type ObjectName } from "./field-edits.ts";
import { plural } from "./format.ts";
import { plannedEnforcement } from "./policy-switch.ts";
import { getState } from "./store.ts";

export type { FieldChange, ObjectName } from "./field-edits.ts";

/** Makes the changes as one step of undo; says so when the text cannot take them. */
export async function changeFields(object: ObjectName, changes: readonly FieldChange[]): Promise<void> {
  const result = await plannedEdits(getState().files, object, changes);
  if ("refused" in result) say(result.refused, "trouble");
  else applyEdits(result);
}

/** What the network plugin makes of network policies, for the whole cluster. */
export async function enforcePolicies(enforced: boolean): Promise<void> {
  const planned = await plannedEnforcement(getState().files, enforced);
  if ("refused" in planned) say(planned.refused, "trouble");
  else applyEdits(planned);
}

/** Takes an object out of the manifests, and says so with Undo. */
export async function removeObject(object: ObjectName): Promise<void> {
  const result = await plannedRemoval(getState().files, object);
  if ("refused" in result) say(result.refused, "trouble");
  else {
    applyEdits(result);
    say(`${object.kind} ${object.name} is out of the manifests`, "done", undoLast);
  }
}

/** Where the text has the workload, its replicas are written there; else it is an action. */
export async function scaleTo(workload: ObjectName, replicas: number): Promise<void> {
  const planned = await plannedEdits(getState().files, workload, [{ path: "spec.replicas", value: replicas }]);
  // No edit: the text says so already, and what runs was scaled by hand.
  if ("refused" in planned || planned.length === 0) {
    const { kind, namespace, name } = workload;
    perform({ kind: "scale", workload: { kind, key: `${namespace}/${name}` }, replicas });
    return;
  }
  applyEdits(planned);
  say(`${workload.kind} ${workload.name} wants ${plural(replicas, "replica")}`, "done", undoLast);
}

/** Switches write YAML, as one step of undo. */
import { applyEdits, say } from "./commands.ts";
import { plannedEdits, type FieldChange, type ObjectName } from "./field-edits.ts";
import { getState } from "./store.ts";

export type { FieldChange, ObjectName } from "./field-edits.ts";

/** Makes the changes as one step of undo; says so when the text cannot take them. */
export async function changeFields(object: ObjectName, changes: readonly FieldChange[]): Promise<void> {
  const result = await plannedEdits(getState().files, object, changes);
  if ("refused" in result) say(result.refused, "trouble");
  else applyEdits(result);
}

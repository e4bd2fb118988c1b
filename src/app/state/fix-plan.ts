/**
 * What a fix of a diagnosis comes to in the text as it is now: a diagnosis names what to change, the text says where that
 * stands. Pure but for the parser, which comes on its first use.
 */
import type { Fix, ObjectRef } from "../../core/diagnosis/types.ts";
import type { Diagnostic, ManifestFile, TextEdit } from "../../core/manifests/types.ts";
import type { ClusterView } from "../../core/simulation/view.ts";
import { plannedEdits } from "./field-edits.ts";
import { lineOfObject } from "./text.ts";

export interface FixGround {
  readonly files: readonly ManifestFile[];
  readonly diagnostics: readonly Diagnostic[];
  readonly cluster: ClusterView | null;
}

export interface FixPlan {
  /** What it does: "Change to web". */
  readonly title: string;
  /** What it does to the text; none where it changes no text. */
  readonly edits: readonly TextEdit[];
}

/** null: there is nothing to change any more, or the text cannot take it. */
export async function fixPlan(fix: Fix, ground: FixGround): Promise<FixPlan | null> {
  switch (fix.kind) {
    case "problem": {
      const quick = problemOf(fix.object, fix.codes, ground)?.fixes[0];
      return quick === undefined ? null : { title: quick.title, edits: quick.edits };
    }
    case "fields": {
      const planned = await plannedEdits(ground.files, fix.object, fix.changes);
      return "refused" in planned || planned.length === 0 ? null : { title: fix.title, edits: planned };
    }
    case "scale": {
      // Where the text has no such workload it is scaled by an action.
      const planned = await plannedEdits(ground.files, fix.workload, [{ path: "spec.replicas", value: fix.replicas }]);
      return { title: fix.title, edits: "refused" in planned ? [] : planned };
    }
    case "action":
    case "request":
      return { title: fix.title, edits: [] };
  }
}

/** The problem that the editor shows for that object: of several the one that stands next below where the object begins. */
export function problemOf(object: ObjectRef, codes: readonly string[], { files, diagnostics, cluster }: FixGround): Diagnostic | null {
  const key = `${object.namespace}/${object.name}`;
  const source = object.kind === "Service" ? (cluster?.services.find((service) => service.key === key)?.source ?? null) : null;
  const at = source ?? lineOfObject(files, object.kind, object.name);
  if (at === null) return null;
  const below = diagnostics.filter(
    ({ code, file, range, fixes }) => codes.includes(code) && fixes.length > 0 && file === at.file && range.line >= at.line,
  );
  return below.toSorted((a, b) => a.range.line - b.range.line)[0] ?? null;
}

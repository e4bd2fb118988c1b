/**
 * The way out of a cause, as it can be gone now: a diagnosis names what to change, the text says where that stands. Applied like
 * any other edit or action, so that Undo knows it; then the same request is offered again.
 */
import type { Fix, ObjectRef } from "../../core/diagnosis/types.ts";
import type { Diagnostic, ManifestFile, TextEdit } from "../../core/manifests/types.ts";
import type { ClusterView } from "../../core/simulation/view.ts";
import { perform } from "./changes.ts";
import { applyFix, send, setDraft } from "./commands.ts";
import { openComparison } from "./comparing.ts";
import { plannedEdits } from "./field-edits.ts";
import { scaleTo } from "./fields.ts";
import { getState, useStore } from "./store.ts";
import { lineOfObject } from "./text.ts";

export interface ReadyFix {
  /** What it does: "Change to web". */
  readonly title: string;
  /** What it does to the text; none where it changes no text. */
  readonly edits: readonly TextEdit[];
  readonly apply: () => void;
  /** It sends the request itself. */
  readonly sends: boolean;
}

interface Ground {
  readonly files: readonly ManifestFile[];
  readonly diagnostics: readonly Diagnostic[];
  readonly cluster: ClusterView | null;
}

/** null: there is nothing to change any more, or the text cannot take it. */
export async function readyFix(fix: Fix | null, ground: Ground): Promise<ReadyFix | null> {
  if (fix === null) return null;
  switch (fix.kind) {
    case "problem": {
      const found = problemOf(fix.object, fix.codes, ground);
      const quick = found?.fixes[0];
      return quick === undefined ? null : { ...byEdits(quick.title, quick.edits), sends: false };
    }
    case "fields": {
      const planned = await plannedEdits(ground.files, fix.object, fix.changes);
      return "refused" in planned || planned.length === 0 ? null : { ...byEdits(fix.title, planned), sends: false };
    }
    case "scale": {
      const planned = await plannedEdits(ground.files, fix.workload, [{ path: "spec.replicas", value: fix.replicas }]);
      const edits = "refused" in planned ? [] : planned;
      return { title: fix.title, edits, apply: () => void scaleTo(fix.workload, fix.replicas), sends: false };
    }
    case "action":
      return { title: fix.title, edits: [], apply: () => perform(fix.action), sends: false };
    case "request":
      return {
        title: fix.title,
        edits: [],
        apply: () => {
          setDraft({ to: fix.to });
          send();
        },
        sends: true,
      };
  }
}

function byEdits(title: string, edits: readonly TextEdit[]): Pick<ReadyFix, "title" | "edits" | "apply"> {
  return { title, edits, apply: () => applyFix(edits) };
}

/** The problem that the editor shows for that object: of several the one that stands next below where the object begins. */
export function problemOf(object: ObjectRef, codes: readonly string[], { files, diagnostics, cluster }: Ground): Diagnostic | null {
  const key = `${object.namespace}/${object.name}`;
  const source = object.kind === "Service" ? (cluster?.services.find((service) => service.key === key)?.source ?? null) : null;
  const at = source ?? lineOfObject(files, object.kind, object.name);
  if (at === null) return null;
  const below = diagnostics.filter(
    ({ code, file, range, fixes }) => codes.includes(code) && fixes.length > 0 && file === at.file && range.line >= at.line,
  );
  return below.toSorted((a, b) => a.range.line - b.range.line)[0] ?? null;
}

/** The same request once more; once it has ended it stands beside the one before. */
export function sendAgain(before: number): void {
  const known = new Set(getState().journeys.map(({ id }) => id));
  const stop = useStore.subscribe(({ followed, journeys }) => {
    const after = journeys.find(({ id }) => id === followed);
    if (after === undefined || known.has(after.id)) return;
    stop();
    openComparison({ before, after: after.id });
  });
  send();
}

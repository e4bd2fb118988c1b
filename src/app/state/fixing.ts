/** The way out of a cause: applied like any other edit or action, so that Undo knows it; then the same request is offered again. */
import type { Fix } from "../../core/diagnosis/types.ts";
import { perform } from "./changes.ts";
import { applyFix, send, setDraft } from "./commands.ts";
import { openComparison } from "./comparing.ts";
import { scaleTo } from "./fields.ts";
import { fixPlan, type FixGround, type FixPlan } from "./fix-plan.ts";
import { getState, useStore } from "./store.ts";

export interface ReadyFix extends FixPlan {
  readonly apply: () => void;
  /** It sends the request itself. */
  readonly sends: boolean;
}

/** null: there is nothing to change any more, or the text cannot take it. */
export async function readyFix(fix: Fix | null, ground: FixGround): Promise<ReadyFix | null> {
  const plan = fix === null ? null : await fixPlan(fix, ground);
  return fix === null || plan === null ? null : { ...plan, apply: () => carryOut(fix, plan), sends: fix.kind === "request" };
}

function carryOut(fix: Fix, { edits }: FixPlan): void {
  switch (fix.kind) {
    case "problem":
    case "fields":
      return applyFix(edits);
    case "scale":
      return void scaleTo(fix.workload, fix.replicas);
    case "action":
      return perform(fix.action);
    case "request":
      setDraft({ to: fix.to });
      return send();
  }
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

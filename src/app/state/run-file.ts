/** The run as a file that `kubehop replay` makes again, and what of it a link does not hold. */
import type { RunInputs } from "../../core/simulation/record.ts";
import { ask } from "./commands.ts";
import { saveFile } from "./save-file.ts";

/** All that was put in until the moment on show; null where the simulation cannot say. */
export async function recordedRun(): Promise<RunInputs | null> {
  const reply = await ask({ kind: "record" });
  return reply.kind === "record" ? reply.run : null;
}

/** Texts that were applied while steady traffic stood: a link holds the last of them, and not when each came. */
export function editsUnderTraffic({ inputs }: RunInputs): number {
  let stands = false;
  let edits = 0;
  for (const { input } of inputs) {
    if (input.kind === "apply" && stands) edits += 1;
    if (input.kind === "perform" && (input.action.kind === "start-traffic" || input.action.kind === "set-sender")) stands = true;
    if (input.kind === "perform" && input.action.kind === "stop-traffic") stands = false;
  }
  return edits;
}

export function downloadRun(run: RunInputs): void {
  saveFile(new Blob([JSON.stringify(run)], { type: "application/json" }), "kubehop-run.json");
}

/** Stands in for app/canvas/render-worker.ts in this build: the render worker is this script in another role. */
import { OWN_TEXT, workerFrom } from "./own-text.ts";

export const makeRenderWorker = (): Worker => workerFrom(OWN_TEXT(), "render");

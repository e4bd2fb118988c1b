/** Entry of the render worker in the page's build. */
import { serveRendering } from "./rendering.ts";
import type { WorkerScope } from "./rendering.ts";

// the cast: in a dedicated worker `self` is a worker scope, whatever the DOM library says
serveRendering(globalThis as unknown as WorkerScope);

/** Makes the render worker of this build. The embed, one classic script, puts its own maker in this module's place. */
export const makeRenderWorker = (): Worker =>
  new Worker(new URL("../../worker/render.worker.ts", import.meta.url), { type: "module", name: "render" });

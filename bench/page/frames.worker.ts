/** The product's render worker, with a note of when each frame was drawn and how long that took. */
import { serveRendering } from "../../src/worker/rendering.ts";
import type { WorkerScope } from "../../src/worker/rendering.ts";

const frames: [at: number, took: number][] = [];
// the cast: in a dedicated worker `self` is a worker scope, whatever the DOM library says
const self = globalThis as unknown as WorkerScope & { requestAnimationFrame(callback: () => void): number };
const requestFrame = self.requestAnimationFrame.bind(self);

serveRendering({
  postMessage: (message) => self.postMessage(message),
  setTimeout: (callback, ms) => self.setTimeout(callback, ms),
  addEventListener: (type, listener) =>
    self.addEventListener(type, (event) => {
      if (event.data instanceof MessagePort) event.data.postMessage(frames.splice(0));
      else listener(event);
    }),
  requestAnimationFrame: (callback) =>
    requestFrame(() => {
      const begun = performance.now();
      callback();
      frames.push([performance.timeOrigin + begun, performance.now() - begun]);
    }),
  ...(self.fonts === undefined ? {} : { fonts: self.fonts }),
});

/** Long work of the page in slices, each a task of its own, so that keys, clicks and frames come in between. */

/** About so long a slice works: a good part of a frame, and no more. */
const SLICE_MS = 8;

/**
 * Calls `step` again and again until it says that it has done all there was. The first slice begins in a task of its own too.
 * Returns how to stop.
 */
export function inSlices(step: () => boolean): () => void {
  const { port1, port2 } = new MessageChannel();
  let stopped = false;
  const stop = (): void => {
    stopped = true;
    port1.close();
  };
  // A channel, because a timer of 0 ms is stretched and starves in background tabs.
  port1.onmessage = () => {
    const until = performance.now() + SLICE_MS;
    do {
      if (stopped) return;
      if (step()) return stop();
    } while (performance.now() < until);
    port2.postMessage(null);
  };
  port2.postMessage(null);
  return stop;
}

/**
 * Stands in for app/client/engine.ts in this build. A scenario begins from its recording while the simulator is fetched
 * (head-start.ts); then the simulator runs in a worker made from its own text, or on this thread where the frame allows
 * no worker or the worker does not come to its first word in time. Nothing is made before the frame has been seen
 * (`allowEngine`): ten frames on a page do not start ten simulations.
 */
import { recordings } from "virtual:embed-recordings";
import type { Engine, EngineFactory } from "../app/client/simulation-client.ts";
import type { FromWorker } from "../worker/protocol.ts";
import { loadCore, type Core } from "./core-loader.ts";
import { headStart } from "./head-start.ts";
import { workerFrom } from "./own-text.ts";
import { unpack } from "./packed.ts";
import type { Recording } from "./recording.ts";

const FIRST_WORD_MS = 8_000;
/** The first packet is well under way, and its picture drawn, before the simulator asks for the line and the processor. */
const FETCH_AFTER_MS = 1_500;

let allow: () => void = () => {};
const allowed = new Promise<void>((resolve) => {
  allow = resolve;
});
export const allowEngine = (): void => allow();

/** The second script, once the frame has been seen. Rejects with one sentence; the next call tries again. */
export async function coreOnceSeen(): Promise<Core> {
  await allowed;
  return loadCore();
}

export const createEngine: EngineFactory = async (listener, died) => {
  await allowed;
  // The cast: the build packed recordings (record.ts).
  return headStart(unpack(recordings) as readonly Recording[], {
    listener,
    live: async (hear) => {
      const core = await loadCore();
      return (await inWorker(core, hear, died)) ?? core.onThisThread(hear);
    },
    later: (callback) => setTimeout(callback, FETCH_AFTER_MS),
  });
};

function inWorker(core: Core, listener: (message: FromWorker) => void, died: (why: string) => void): Promise<Engine | null> {
  return new Promise((resolve) => {
    let worker: Worker;
    try {
      worker = workerFrom(core.text(), "simulation");
    } catch {
      resolve(null);
      return;
    }
    const giveUp = (): void => {
      clearTimeout(timer);
      worker.terminate();
      resolve(null);
    };
    const timer = setTimeout(giveUp, FIRST_WORD_MS);
    let ready = false;
    worker.addEventListener("message", (event: MessageEvent<FromWorker>) => {
      if (!ready) {
        ready = true;
        clearTimeout(timer);
        resolve({ replaceable: true, post: (request) => worker.postMessage(request), stop: () => worker.terminate() });
      }
      listener(event.data);
    });
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      if (ready) died(event.message);
      else giveUp();
    });
  });
}

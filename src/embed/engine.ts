/**
 * Stands in for app/client/engine.ts in this build: the simulation runs in a worker made from this script's own text,
 * or on this thread where the frame allows no worker or the worker does not come to its first word in time.
 * Nothing is made before the frame has been seen (`allowEngine`): ten frames on a page do not start ten simulations.
 */
import { createSimulation } from "../core/simulation/simulation.ts";
import { browserHost } from "../worker/host.ts";
import type { FromWorker } from "../worker/protocol.ts";
import { SimulationSession } from "../worker/session.ts";
import type { Engine, EngineFactory } from "../app/client/simulation-client.ts";
import { ownWorker } from "./own-text.ts";

const FIRST_WORD_MS = 8_000;

let allow: () => void = () => {};
const allowed = new Promise<void>((resolve) => {
  allow = resolve;
});
export const allowEngine = (): void => allow();

export const createEngine: EngineFactory = async (listener, died) => {
  await allowed;
  return (await inWorker(listener, died)) ?? onThisThread(listener);
};

function inWorker(listener: (message: FromWorker) => void, died: (why: string) => void): Promise<Engine | null> {
  return new Promise((resolve) => {
    let worker: Worker;
    try {
      worker = ownWorker("simulation");
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

function onThisThread(listener: (message: FromWorker) => void): Engine {
  const session = new SimulationSession(browserHost(listener), createSimulation);
  return { replaceable: false, post: (request) => session.handle(request), stop: () => {} };
}

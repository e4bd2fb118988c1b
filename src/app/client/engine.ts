/** Makes the simulation run: in a worker, or on this thread where workers are not to be had (sandboxed frames). */
import type { FromWorker } from "../../worker/protocol.ts";
import { fromWire, type OverWire } from "../../worker/view-wire.ts";
import type { Engine, EngineFactory } from "./simulation-client.ts";

export const createEngine: EngineFactory = async (listener, died) => (await inWorker(listener, died)) ?? onThisThread(listener);

/** Resolves to null when the worker cannot be made or does not get as far as its first word. */
function inWorker(listener: (message: FromWorker) => void, died: (why: string) => void): Promise<Engine | null> {
  return new Promise((resolve) => {
    let worker: Worker;
    try {
      worker = new Worker(new URL("../../worker/simulation.worker.ts", import.meta.url), { type: "module" });
    } catch {
      resolve(null);
      return;
    }
    let ready = false;
    const read = fromWire();
    worker.onmessage = (event: MessageEvent<OverWire>) => {
      if (!ready) {
        ready = true;
        resolve({ replaceable: true, post: (request) => worker.postMessage(request), stop: () => worker.terminate() });
      }
      const message = read(event.data);
      if (message !== null) listener(message);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      if (ready) {
        died(event.message);
        return;
      }
      worker.terminate();
      resolve(null);
    };
  });
}

async function onThisThread(listener: (message: FromWorker) => void): Promise<Engine> {
  const [{ SimulationSession }, { browserHost }, { createSimulation }, { terminalOfSession }] = await Promise.all([
    import("../../worker/session.ts"),
    import("../../worker/host.ts"),
    import("../../core/simulation/simulation.ts"),
    import("../../worker/terminal.ts"),
  ]);
  const session = new SimulationSession(browserHost(listener), createSimulation, undefined, terminalOfSession());
  return { replaceable: false, post: (request) => session.handle(request), stop: () => {} };
}

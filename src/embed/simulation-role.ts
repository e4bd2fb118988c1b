/** The simulation in a worker of its own: a session on the worker's message port. */
import { createSimulation } from "../core/simulation/simulation.ts";
import { browserHost } from "../worker/host.ts";
import type { FromWorker, Request } from "../worker/protocol.ts";
import { SimulationSession } from "../worker/session.ts";

export function serveSimulation(): void {
  const session = new SimulationSession(
    browserHost((message: FromWorker) => postMessage(message)),
    createSimulation,
  );
  // Only the page that made this worker can write to it (protocol.ts).
  addEventListener("message", (event: MessageEvent<Request>) => session.handle(event.data));
  postMessage({ kind: "ready" } satisfies FromWorker);
}

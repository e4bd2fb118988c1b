/**
 * Entry of the embed's second script: the simulator, and the scenarios that begin only with it. In the page it only leaves itself behind where core-loader.ts finds
 * it; called in the role of the simulation worker it serves requests.
 */
import { SCENARIOS } from "../app/scenarios/index.ts";
import { createSimulation } from "../core/simulation/simulation.ts";
import { browserHost } from "../worker/host.ts";
import type { FromWorker } from "../worker/protocol.ts";
import { SimulationSession } from "../worker/session.ts";
import type { Core } from "./core-loader.ts";
import { ROLE, OWN_TEXT } from "./own-text.ts";
import { serveSimulation } from "./simulation-role.ts";

if (ROLE === "simulation") serveSimulation();
else {
  const core: Core = {
    text: OWN_TEXT,
    scenarios: SCENARIOS,
    onThisThread(listener: (message: FromWorker) => void) {
      const session = new SimulationSession(browserHost(listener), createSimulation);
      return { replaceable: false, post: (request) => session.handle(request), stop: () => {} };
    },
  };
  // core-loader.ts asked for this script and waits for this name.
  (globalThis as { kubehopCore?: Core }).kubehopCore = core;
}

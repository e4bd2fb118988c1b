/** The simulation in a worker of its own: a session on the worker's message port. */
import { createSimulation } from "../core/simulation/simulation.ts";
import { browserHost } from "./host.ts";
import type { FromWorker, Request } from "./protocol.ts";
import { SimulationSession } from "./session.ts";
import { terminalOfSession } from "./terminal.ts";
import { toWire } from "./view-wire.ts";

const wired = toWire((message) => postMessage(message));
const session = new SimulationSession(browserHost(wired), createSimulation, undefined, terminalOfSession());
// Only this page's own requests come in here (protocol.ts).
addEventListener("message", (event: MessageEvent<Request>) => session.handle(event.data));
postMessage({ kind: "ready" } satisfies FromWorker);

/**
 * Records the beginning of the scenarios that are embedded most: what the simulation answers to the start and to the scenario's request. Runs
 * at build time, in Node, on the same session and core that the page loads later; a run is the same to the byte
 * everywhere, so the page may show the recorded beginning while the core is still on its way (head-start.ts).
 */
import { SCENARIOS } from "../app/scenarios/index.ts";
import { workspaceOfScenario } from "../app/state/scenario-workspace.ts";
import { createSimulation } from "../core/simulation/simulation.ts";
import type { FromWorker, Request } from "../worker/protocol.ts";
import { SimulationSession } from "../worker/session.ts";
import { AT_ONCE } from "./at-once.ts";
import { pack, type Packed } from "./packed.ts";
import type { Contents, Recording } from "./recording.ts";

/** A session that works its requests off at once, on a clock that only its own tasks move. */
function answersTo(): (request: Request) => readonly FromWorker[] {
  let messages: FromWorker[] = [];
  const tasks: (() => void)[] = [];
  let now = 0;
  const host = {
    post: (message: FromWorker) => void messages.push(message),
    now: () => now,
    soon: (task: () => void) => void tasks.push(task),
    later: (task: () => void) => void tasks.push(task),
  };
  const session = new SimulationSession(host, createSimulation);
  return (request) => {
    messages = [];
    session.handle(request);
    for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) {
      // A second a task: updates are never held back to spare a screen.
      now += 1000;
      task();
    }
    return messages;
  };
}

export function record(): readonly Recording[] {
  return AT_ONCE.map((scenario) => {
    const { files, seed, actions, request } = workspaceOfScenario(scenario);
    if (request.from === null) throw new Error(`the scenario ${scenario.id} names no sender`);
    const answer = answersTo();
    const start = { kind: "start", files, seed, actions } as const;
    const send = { kind: "send", request: { from: request.from, to: request.to, count: request.count } } as const;
    const recorded = { start: answer({ id: 1, command: start }), send: answer({ id: 2, command: send }) };
    return { scenario: scenario.id, start: recorded.start.map(withoutContents), send: recorded.send.map(withoutContents) };
  });
}

/** What packets carry is for captures, which the embed does not make: it stays out of the first script. */
export function withoutContents(message: FromWorker): FromWorker {
  if (message.kind !== "update") return message;
  const journeys = message.journeys.map((journey) => ({
    ...journey,
    packets: journey.packets.map((packet) => ({ ...packet, payload: null })),
  }));
  return { ...message, journeys };
}

/** The recordings as the build writes them into the first script. */
export function packedRecordings(): Packed {
  return pack(record());
}

/** What the first script says of scenarios before they have come. */
export function contents(): Contents {
  return Object.fromEntries(SCENARIOS.map(({ id, title, words }) => [id, [title, words]]));
}

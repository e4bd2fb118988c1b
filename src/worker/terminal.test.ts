import { expect, it } from "vitest";
import { createSimulation } from "../core/simulation/simulation.ts";
import { web } from "../core/simulation/testing.ts";
import { FRESH_SHELL, type TerminalAnswer, type TerminalAsk } from "../core/terminal/types.ts";
import type { FromWorker } from "./protocol.ts";
import { SimulationSession } from "./session.ts";
import { terminalOfSession } from "./terminal.ts";

/** A page without a clock: what it asks is answered, and what it sends ends. */
function page(): { ask(ask: TerminalAsk): TerminalAnswer; send(request: unknown): void; start(): void } {
  const messages: FromWorker[] = [];
  const tasks: (() => void)[] = [];
  const session = new SimulationSession(
    { post: (message) => messages.push(structuredClone(message)), now: () => 0, soon: (task) => tasks.push(task), later: () => {} },
    createSimulation,
    undefined,
    terminalOfSession(),
  );
  let id = 0;
  const handle = (command: unknown): FromWorker | undefined => {
    id += 1;
    session.handle({ id, command: command as never }); // what structuredClone made of it is checked by the test itself
    for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) task();
    return messages.find((message) => message.kind === "reply" && message.id === id);
  };
  const start = (): void => void handle({ kind: "start", files: [{ name: "web.yaml", text: web() }], seed: 1, actions: [] });
  start();
  return {
    start,
    send: (request) => void handle({ kind: "send", request }),
    ask: (ask) => {
      const reply = handle({ kind: "terminal", ask: structuredClone(ask) });
      if (reply?.kind !== "reply" || reply.reply.kind !== "terminal") throw new Error(JSON.stringify(reply));
      return reply.reply.answer;
    },
  };
}

const line = (text: string): TerminalAsk => ({ kind: "line", line: text, shell: FRESH_SHELL });

it("stops a line where it needs a request, and goes on when that has ended", () => {
  const { ask, send } = page();
  const first = ask(line("kubectl exec client -- curl -sI web | head -1"));
  if (first.kind !== "turn" || first.turn.need?.kind !== "send") throw new Error(JSON.stringify(first));
  send(first.turn.need.request);
  const second = ask({ kind: "go-on", got: { kind: "sent", journeys: [1] } });
  expect(second).toMatchObject({
    kind: "turn",
    turn: {
      need: null,
      output: [
        { kind: "request", journey: 1 },
        { kind: "out", text: "HTTP/1.1 200 OK\r\n" },
      ],
    },
  });
});

it("forgets a line under way when the run is made anew", () => {
  const { ask, start } = page();
  ask(line("kubectl exec client -- curl web"));
  start();
  expect(ask({ kind: "go-on", got: { kind: "sent", journeys: [1] } })).toMatchObject({ kind: "gone" });
});

it("reads manifests by their names", () => {
  const answer = page().ask({ kind: "complete", text: "kubectl apply -f w", shell: FRESH_SHELL });
  expect(answer).toMatchObject({ kind: "completion", completion: { text: "kubectl apply -f web.yaml " } });
});

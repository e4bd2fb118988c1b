/** The question why, over the session: of a request that was sent, of one as it would be sent now, of one that nobody knows. */
import { expect, test } from "vitest";
import { createSimulation } from "../core/simulation/simulation.ts";
import type { Command, FromWorker, Reply } from "./protocol.ts";
import { SimulationSession } from "./session.ts";

const MANIFESTS = `
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: webb}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {containers: [{name: nginx, image: "nginx:1.28"}]}
---
apiVersion: v1
kind: Pod
metadata: {name: client}
spec: {containers: [{name: curl, image: "curlimages/curl:8.11.1"}]}
`;

/** Asks one thing after the other, each once the one before has been seen through. */
function asked(commands: readonly Command[]): readonly Reply[] {
  const posted: FromWorker[] = [];
  const tasks: (() => void)[] = [];
  let now = 0;
  const host = {
    post: (message: FromWorker) => void posted.push(message),
    now: () => now,
    soon: (callback: () => void) => void tasks.push(callback),
    later: (callback: () => void, ms: number) => {
      tasks.push(() => {
        now += ms;
        callback();
      });
    },
  };
  const session = new SimulationSession(host, createSimulation);
  commands.forEach((command, i) => {
    session.handle({ id: i + 1, command });
    for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) task();
  });
  return posted.flatMap((message) => (message.kind === "reply" ? [message.reply] : []));
}

test("each has its answer, and asking changes nothing", () => {
  const from = { kind: "pod", pod: "default/client" } as const;
  const replies = asked([
    { kind: "start", files: [{ name: "web.yaml", text: MANIFESTS }], seed: 1, actions: [] },
    { kind: "send", request: { from, to: "http://web" } },
    { kind: "diagnose", of: { journey: 1 } },
    { kind: "diagnose", of: { from, to: "http://web" } },
    { kind: "diagnose", of: { journey: 7 } },
    { kind: "diagnose", of: { from, to: "gopher://web" } },
  ]);
  const said = replies.map((reply) =>
    reply.kind === "diagnosis" ? [reply.diagnosis?.journey ?? null, reply.diagnosis?.cause?.title ?? null] : reply.kind,
  );
  expect(said).toEqual(["done", "sent", [1, "web selects no Pods"], [null, "web selects no Pods"], [null, null], [null, null]]);
});

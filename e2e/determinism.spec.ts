/**
 * The same run everywhere: the worker of the built page gives the journeys, to the byte, that the same session gives in
 * Node. `golden.spec.ts` holds the browser's engine to the golden run.
 */
import { createSimulation } from "../src/core/simulation/simulation.ts";
import type { Command, FromWorker, Update } from "../src/worker/protocol.ts";
import { SimulationSession } from "../src/worker/session.ts";
import { fromWire, type OverWire, type WiredUpdate } from "../src/worker/view-wire.ts";
import { scenarioById } from "../src/app/scenarios/index.ts";
import { expect, test } from "./fixtures.ts";

/** A short story as commands; each waits until the one before has come to rest. */
const COMMANDS: readonly Command[] = [
  { kind: "start", files: scenarioById("clusterip")?.files ?? [], seed: 7, actions: [] },
  { kind: "send", request: { from: { kind: "pod", pod: "default/debug" }, to: "http://web", count: 12 } },
  { kind: "send", request: { from: { kind: "node", node: "node-2" }, to: "http://10.96.0.1:443", count: 1 } },
  {
    kind: "apply",
    files: (scenarioById("clusterip")?.files ?? []).map((one) => ({ ...one, text: one.text.replace("app: web #", "app: webb #") })),
  },
  { kind: "send", request: { from: { kind: "pod", pod: "default/debug" }, to: "http://web", count: 2 } },
  { kind: "apply", files: scenarioById("nodeport")?.files ?? [] },
  { kind: "send", request: { from: { kind: "outside", id: "external" }, to: "http://192.168.10.12:30080", count: 6 } },
];

/** What must be the same: everything that ended, everything that was recorded, and how the cluster looks at the end. */
function resultOf(updates: readonly Update[]): unknown {
  return {
    journeys: updates.flatMap((update) => update.journeys),
    timeline: updates.flatMap((update) => update.timeline),
    cluster: updates.flatMap((update) => (update.cluster === null ? [] : [{ ...update.cluster, version: 0 }])).at(-1),
    now: updates.at(-1)?.now,
  };
}

/** Where two texts part, with what stands there; null where they do not. Megabytes of JSON help nobody. */
function firstDifference(a: string, b: string): string | null {
  if (a === b) return null;
  let at = 0;
  while (a[at] === b[at]) at += 1;
  return `at ${at}: page …${a.slice(Math.max(0, at - 120), at + 80)}…, Node …${b.slice(Math.max(0, at - 120), at + 80)}…`;
}

function inNode(): readonly Update[] {
  const updates: Update[] = [];
  const queue: (() => void)[] = [];
  let now = 0;
  const session = new SimulationSession(
    {
      post: (message: FromWorker) => {
        if (message.kind === "update") updates.push(message);
        if (message.kind === "failed" || (message.kind === "reply" && message.reply.kind === "failed"))
          throw new Error(JSON.stringify(message));
      },
      now: () => (now += 100),
      soon: (callback) => queue.push(callback),
      later: (callback) => queue.push(callback),
    },
    createSimulation,
  );
  COMMANDS.forEach((command, i) => {
    session.handle({ id: i + 1, command });
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) next();
  });
  return updates;
}

test("the worker of the built page gives the journeys that Node gives, byte for byte", async ({ page }) => {
  const worker = page.waitForEvent("worker", (one) => one.url().includes("simulation.worker"));
  await page.goto("./");
  const url = (await worker).url();
  const updates = await page.evaluate(
    async ({ url, commands }) => {
      const worker = new Worker(url, { type: "module" });
      const updates: WiredUpdate[] = [];
      let heard: () => void = () => {};
      let replied = 0;
      let busy = true;
      worker.onmessage = ({ data }: MessageEvent<OverWire>) => {
        if (data.kind === "update") {
          updates.push(data);
          busy = data.busy;
        }
        if (data.kind === "reply") replied = data.id;
        heard();
      };
      for (const [i, command] of commands.entries()) {
        const before = updates.length;
        worker.postMessage({ id: i + 1, command });
        const atRest = (): boolean => replied === i + 1 && updates.length > before && !busy;
        while (!atRest()) await new Promise<void>((resolve) => (heard = resolve));
      }
      worker.terminate();
      return updates;
    },
    { url, commands: COMMANDS },
  );
  const read = fromWire();
  const got = updates.map((update) => read(update)).filter((message) => message?.kind === "update");
  const want = inNode();
  expect(want.flatMap((update) => update.journeys)).toHaveLength(21);
  expect(firstDifference(JSON.stringify(resultOf(got)), JSON.stringify(resultOf(want)))).toBeNull();
});

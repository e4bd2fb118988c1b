/**
 * The same run everywhere: the golden run in the browser's engine is the file that Node wrote, and the worker of the
 * built page gives the same journeys, to the byte, as the same session in Node.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { createSimulation } from "../src/core/simulation/simulation.ts";
import type { Command, FromWorker, Update } from "../src/worker/protocol.ts";
import { SimulationSession } from "../src/worker/session.ts";
import { scenarioById } from "../src/app/scenarios/index.ts";
import { expect, test } from "./fixtures.ts";

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

test("the golden run is the same in the browser, byte for byte", async ({ page }) => {
  const built = await build({
    configFile: false,
    logLevel: "silent",
    build: {
      write: false,
      minify: true,
      target: "es2023",
      lib: { entry: file("../src/core/simulation/golden/golden-run.ts"), formats: ["es"], fileName: "golden-run" },
    },
  });
  const [output] = Array.isArray(built) ? built : [built];
  if (output === undefined || !("output" in output)) throw new Error("the build gave no output");
  const script = output.output[0].code;
  await page.route("**/golden-run.js", (route) => route.fulfill({ contentType: "text/javascript", body: script }));
  await page.goto("./");
  const text = await page.evaluate(async () => {
    const module = (await import(new URL("golden-run.js", document.baseURI).href)) as { goldenRun: () => string };
    return module.goldenRun();
  });
  expect(text).toBe(readFileSync(file("../src/core/simulation/golden/running-example.txt"), "utf8"));
});

/** A short story as commands; each waits until the one before has come to rest. */
const COMMANDS: readonly Command[] = [
  { kind: "start", files: scenarioById("clusterip")?.files ?? [], seed: 7, actions: [] },
  { kind: "send", request: { from: { kind: "pod", pod: "default/debug" }, to: "http://web", count: 12 } },
  { kind: "send", request: { from: { kind: "node", node: "node-2" }, to: "http://10.96.0.1:443", count: 1 } },
  { kind: "apply", files: (scenarioById("clusterip")?.files ?? []).map((one) => ({ ...one, text: one.text.replace("app: web #", "app: webb #") })) },
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

function inNode(): readonly Update[] {
  const updates: Update[] = [];
  const queue: (() => void)[] = [];
  let now = 0;
  const session = new SimulationSession(
    {
      post: (message: FromWorker) => {
        if (message.kind === "update") updates.push(message);
        if (message.kind === "failed" || (message.kind === "reply" && message.reply.kind === "failed")) throw new Error(JSON.stringify(message));
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
      const updates: Update[] = [];
      let heard: () => void = () => {};
      let replied = 0;
      let busy = true;
      worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
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
        while (replied < i + 1 || updates.length === before || busy) await new Promise<void>((resolve) => (heard = resolve));
      }
      worker.terminate();
      return updates;
    },
    { url, commands: COMMANDS },
  );
  const want = inNode();
  expect(want.flatMap((update) => update.journeys)).toHaveLength(21);
  expect(JSON.stringify(resultOf(updates))).toBe(JSON.stringify(resultOf(want)));
});

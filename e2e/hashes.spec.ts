/**
 * The hash of the whole state at random moments: the same in the browser's worker after playing, after going there from both sides,
 * and in a new process of Node that makes the run again.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { nextBelow, randomState } from "../src/core/base/random.ts";
import type { ManifestFile } from "../src/core/manifests/types.ts";
import type { RunInputs } from "../src/core/simulation/record.ts";
import type { Command, FromWorker } from "../src/worker/protocol.ts";
import { scenarioById } from "../src/app/scenarios/index.ts";
import { expect, test } from "./fixtures.ts";

const KUBEHOP = new URL("../bin/kubehop.mjs", import.meta.url).pathname;
const SEED = Number(process.env.KUBEHOP_SEED ?? Date.now() % 1_000_000);
const MOMENTS = 8;

interface Hashed {
  readonly at: number;
  readonly hash: string;
}

interface Told {
  /** Played: as it came to rest, before the next thing was put in. And gone there afterwards. */
  readonly rests: readonly Hashed[];
  readonly restsAgain: readonly Hashed[];
  readonly forward: readonly Hashed[];
  readonly backward: readonly Hashed[];
  /** Back at the newest moment. */
  readonly end: Hashed;
  readonly run: RunInputs;
}

const files = (id: string): readonly ManifestFile[] => scenarioById(id)?.files ?? [];
const replaced = (id: string, from: string | RegExp, to: string): readonly ManifestFile[] => {
  const texts = files(id).map((one) => ({ ...one, text: one.text.replace(from, to) }));
  if (texts.every(({ text }, i) => text === files(id)[i]?.text)) throw new Error(`${id} does not hold ${String(from)}`);
  return texts;
};
const fromPod = (pod: string, to: string, count = 1): Command => ({ kind: "send", request: { from: { kind: "pod", pod }, to, count } });

/** What is done in each run; a number is so many milliseconds of the browser's own time, in which steady traffic goes on. */
const RUNS: Readonly<Record<string, readonly (Command | number)[]>> = {
  "requests and an edit": [
    { kind: "start", files: files("clusterip"), seed: 7, actions: [] },
    fromPod("default/debug", "http://web", 12),
    { kind: "apply", files: replaced("clusterip", "app: web #", "app: webb #") },
    fromPod("default/debug", "http://web", 2),
    { kind: "perform", action: { kind: "stop-proxy", node: "node-1" } },
    { kind: "apply", files: files("clusterip") },
    fromPod("default/debug", "http://web", 3),
  ],
  "from outside through node ports": [
    { kind: "start", files: files("nodeport"), seed: 20, actions: [] },
    { kind: "send", request: { from: { kind: "outside", id: "external" }, to: "http://192.168.10.12:30080", count: 9 } },
    { kind: "perform", action: { kind: "stop-node", node: "node-3" } },
    { kind: "send", request: { from: { kind: "outside", id: "external" }, to: "http://192.168.10.12:30080", count: 4 } },
  ],
  "steady traffic, a restart in it, an edit in it": [
    { kind: "pace", playing: true, rate: 4 },
    { kind: "start", files: files("clusterip"), seed: 3, actions: [] },
    {
      kind: "perform",
      action: { kind: "start-traffic", request: { from: { kind: "pod", pod: "default/debug" }, to: "http://web", rate: 20 } },
    },
    500,
    { kind: "perform", action: { kind: "restart-pods", workload: { kind: "Deployment", key: "default/web" } } },
    900,
    { kind: "apply", files: replaced("clusterip", /replicas: \d+/, "replicas: 5") },
    900,
    { kind: "perform", action: { kind: "stop-traffic" } },
  ],
};

for (const [title, story] of Object.entries(RUNS)) {
  test(`${title}: the worker's state at random moments is the one that a new process makes`, async ({ page }) => {
    test.info().annotations.push({ type: "seed", description: `KUBEHOP_SEED=${SEED}` });
    const worker = page.waitForEvent("worker", (one) => one.url().includes("simulation.worker"));
    await page.goto("./");
    const url = (await worker).url();
    const shares = Array.from(
      { length: MOMENTS },
      (_, i) => nextBelow(randomState(SEED, `moment ${i} of ${title}`), 1_000_000) / 1_000_000,
    );
    const told = await page.evaluate(tellInWorker, { url, story, shares });

    const seed = `KUBEHOP_SEED=${SEED}`;
    // Gone to from both sides: one after the other from the first, and from the last.
    expect(told.backward.toReversed(), seed).toEqual(told.forward);
    expect(told.restsAgain, seed).toEqual(told.rests);
    const moments = [...told.forward, told.end];
    expect(
      await inNewProcess(
        told.run,
        moments.map(({ at }) => at),
      ),
      seed,
    ).toEqual(moments);
    expect(new Set(moments.map(({ hash }) => hash)).size).toBeGreaterThan(MOMENTS / 2);
  });
}

async function inNewProcess(run: RunInputs, times: readonly number[]): Promise<readonly Hashed[]> {
  const folder = mkdtempSync(join(tmpdir(), "kubehop-hashes-"));
  try {
    const file = join(folder, "run.json");
    writeFileSync(file, JSON.stringify(run));
    const at = times.map((time) => `${time}ns`).join(",");
    const { stdout } = await promisify(execFile)(process.execPath, [KUBEHOP, "replay", file, "--at", at, "--json"]);
    return (JSON.parse(stdout) as { readonly hashes: readonly Hashed[] }).hashes; // what the command prints
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs in the page: a worker of its own, told the story; then its run at these shares of its length, in order and back. */
async function tellInWorker({
  url,
  story,
  shares,
}: {
  readonly url: string;
  readonly story: readonly (Command | number)[];
  readonly shares: readonly number[];
}): Promise<Told> {
  const worker = new Worker(url, { type: "module" });
  const waiting = new Map<number, (message: Extract<FromWorker, { kind: "reply" }>["reply"]) => void>();
  let busy = true;
  let heard: () => void = () => {};
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    if (data.kind === "update") ({ busy } = data);
    if (data.kind === "reply") waiting.get(data.id)?.(data.reply);
    heard();
  };
  const atRest = (): boolean => !busy;
  let lastId = 0;
  const ask = (command: Command): Promise<Extract<FromWorker, { kind: "reply" }>["reply"]> =>
    new Promise((resolve) => {
      const id = ++lastId;
      waiting.set(id, resolve);
      worker.postMessage({ id, command });
    });
  const hash = async (): Promise<Hashed> => {
    const reply = await ask({ kind: "hash" });
    if (reply.kind !== "hash") throw new Error(JSON.stringify(reply));
    return { at: reply.at, hash: reply.hash };
  };
  const there = async (at: number, before?: true): Promise<Hashed> => {
    await ask({ kind: "go-to", at, ...(before === undefined ? {} : { before }) });
    return hash();
  };
  const played: Hashed[] = [];
  for (const command of story) {
    if (typeof command === "number") {
      await new Promise((resolve) => setTimeout(resolve, command));
      continue;
    }
    busy = command.kind !== "pace";
    const reply = await ask(command);
    if (reply.kind === "refused" || reply.kind === "failed") throw new Error(JSON.stringify(reply));
    while (!atRest()) await new Promise<void>((resolve) => (heard = resolve));
    if (command.kind !== "pace") played.push(await hash());
  }
  const length = (await hash()).at;
  const record = await ask({ kind: "record" });
  if (record.kind !== "record") throw new Error(JSON.stringify(record));
  const times = shares.map((share) => Math.floor(share * length)).sort((a, b) => a - b);
  const forward: Hashed[] = [];
  for (const at of times) forward.push(await there(at));
  const backward: Hashed[] = [];
  for (const at of times.toReversed()) backward.push(await there(at));
  // Where it came to rest before the next thing was put in: as it was then, before that.
  const { inputs } = record.run;
  const rests = played.filter(({ at }, i) => (inputs[i]?.at ?? at) < at && inputs[i + 1]?.at === at);
  const restsAgain: Hashed[] = [];
  for (const { at } of rests) restsAgain.push(await there(at, true));
  await ask({ kind: "go-to", at: null });
  const end = await hash();
  worker.terminate();
  return { rests, restsAgain, end, forward, backward, run: record.run };
}

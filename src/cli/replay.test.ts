/** A recorded run in a new process: the same hash of the whole state at every moment. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nextBelow, randomState } from "../core/base/random.ts";
import { SECOND } from "../core/base/time.ts";
import type { Simulation } from "../core/simulation/simulation.ts";
import { cluster, edit, sender, web } from "../core/simulation/testing.ts";
import { main } from "./main.ts";

const KUBEHOP = new URL("../../bin/kubehop.mjs", import.meta.url).pathname;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kubehop-replay-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Requests, a deleted Pod, steady traffic with an edit in it. */
function eventful(): Simulation {
  const simulation = cluster(web(), { recorded: true });
  const request = { from: sender("default/client"), to: "http://web" };
  simulation.send({ ...request, count: 5 });
  simulation.settle();
  const pod = simulation.view().pods.find(({ name }) => name.startsWith("web-"))?.key ?? "";
  simulation.perform({ kind: "delete-pod", pod });
  simulation.perform({ kind: "start-traffic", request: { ...request, rate: 10 } });
  simulation.settle(simulation.now + 2 * SECOND);
  edit(simulation, web({ replicas: 5 }));
  simulation.settle(simulation.now + 6 * SECOND);
  return simulation;
}

function written(name: string, value: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof value === "string" ? value : JSON.stringify(value));
  return path;
}

describe("replay", () => {
  test("a new process has the same state at random moments", () => {
    const simulation = eventful();
    const seed = Number(process.env.KUBEHOP_SEED ?? 20);
    const random = randomState(seed, "moments of a replay");
    const end = simulation.now;
    const times = Array.from({ length: 6 }, () => Math.floor((end * nextBelow(random, 100_000)) / 100_000));
    const want = [...times, end].map((at) => {
      simulation.goTo(at);
      return { at: simulation.now, hash: simulation.hash() };
    });
    const run = written("run.json", simulation.runInputs());
    const at = [...times, end].map((time) => `${time}ns`).join(",");
    const out = execFileSync(process.execPath, [KUBEHOP, "replay", run, "--at", at, "--json"], { encoding: "utf8" });
    expect(JSON.parse(out), `KUBEHOP_SEED=${seed}`).toEqual({ seed: simulation.seed, hashes: want });
  });

  test.each([
    ["{", "@run.json is not JSON"],
    ["[]", "@run.json holds no recorded run: an object with seed, inputs and end"],
    [
      { seed: 1, inputs: [], end: { at: 0, handled: 7 } },
      "@run.json is not a run that can be made again: 0 events by 0, where the record has 7",
    ],
  ])("%j is a mistake in how it was asked", async (text, error) => {
    const run = written("run.json", text);
    let err = "";
    const io = { out: () => {}, err: (line: string) => (err += line), file: () => {}, input: () => "", lines: async function* () {} };
    expect(await main(["replay", run], io)).toBe(2);
    expect(err.replaceAll(`${folder}/`, "@")).toBe(`kubehop: ${error}\n`);
  });
});

/**
 * `npm run bench` measures everything but the soak, `npm run bench -- core frames` what is named, `-- memory 3` the soak of
 * three minutes. Numbers are printed, and with
 * `--json FILE` written down; RESULTS.md is written by hand from them.
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { ensureChromium } from "../scripts/chromium.mjs";
import { benchBytes, benchPage } from "./browser.ts";
import { benchCore } from "./core.ts";
import { benchEdits } from "./edits.ts";
import { benchFrames } from "./frames.ts";
import { benchMemory } from "./memory.ts";
import { benchPlay } from "./play.ts";
import { benchPolicies } from "./policies.ts";
import { benchScalePage } from "./scale-page.ts";
import { benchScale } from "./scale.ts";
import type { Row } from "./report.ts";

/** Rules and flows have a program of their own; it runs in a process of its own, so that no heap is shared. */
function benchFlows(): readonly Row[] {
  const result = spawnSync(process.execPath, ["scripts/run-ts.mjs", "bench/flows.ts"], { stdio: "inherit" });
  if (result.status !== 0) throw new Error("bench/flows.ts failed");
  return [];
}

const BENCHES: Readonly<Record<string, () => readonly Row[] | Promise<readonly Row[]>>> = {
  flows: benchFlows,
  core: benchCore,
  edits: () => benchEdits(),
  policies: () => benchPolicies(),
  scale: async () => [...benchScale(), ...(await benchScalePage(await ensureChromium()))],
  "scale-page": async () => benchScalePage(await ensureChromium()),
  bytes: async () => benchBytes(await ensureChromium()),
  page: async () => benchPage(await ensureChromium()),
  frames: async () => benchFrames(await ensureChromium()),
  play: async () => benchPlay(await ensureChromium()),
  memory: async () => benchMemory(await ensureChromium(), minutes),
};

/** Too long to be measured with the others, or measured with one of them: only when it is named. */
const LONG = new Set(["memory", "scale-page"]);
/** How long the soak lasts, in minutes of wall time. */
let minutes = 10;

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const number = args.findIndex((arg) => /^\d+$/.test(arg));
  if (number !== -1) minutes = Number(args.splice(number, 1)[0]);
  const json = args.indexOf("--json");
  const file = json === -1 ? null : args.splice(json, 2)[1];
  const unknown = args.filter((arg) => !(arg in BENCHES));
  if (unknown.length > 0) throw new Error(`No benchmark ${unknown.join(", ")}. There are ${Object.keys(BENCHES).join(", ")}.`);
  const [cpu] = cpus();
  console.log(`${cpus().length} x ${cpu?.model.trim() ?? "?"}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`);
  const results: Record<string, readonly Row[]> = {};
  for (const [name, run] of Object.entries(BENCHES)) {
    if (args.length > 0 ? !args.includes(name) : LONG.has(name)) continue;
    console.log(`\n--- ${name}`);
    results[name] = await run();
  }
  if (file != null) writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
}

await main();

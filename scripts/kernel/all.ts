/**
 * `npm run test:kernel`: every scenario, with each iptables program that is installed, then clusters drawn at random.
 * `npm run test:kernel -- --seed N --probes N`: only the clusters of that seed (several: `--seed 4,5`).
 * `npm run test:kernel -- --only TEXT`: the cases with this in their name.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ALL_CASES } from "./cases.ts";
import { main } from "./main.ts";

process.env["KUBEHOP_KERNEL_REPORT"] ??= join(process.cwd(), "node_modules", ".cache", "kubehop", "reports", "kernel-all.json");

const { values } = parseArgs({ options: { seed: { type: "string" }, probes: { type: "string" }, only: { type: "string" } } });
const numbers = (text: string, what: string): readonly number[] =>
  text.split(",").map((word) => {
    if (!/^\d{1,9}$/.test(word)) throw new Error(`${what} takes whole numbers, not ${JSON.stringify(word)}`);
    return Number(word);
  });
const [probes = 117] = numbers(values.probes ?? "117", "--probes");
const { only } = values;
if (only !== undefined) await main({ cases: ALL_CASES.filter(({ name }) => name.includes(only)), everyBackend: true, withinMs: 900_000 });
else if (values.seed === undefined && values.probes === undefined)
  await main({ cases: ALL_CASES, everyBackend: true, random: { seeds: [1, 2, 3], probes }, withinMs: 1_800_000 });
else
  await main({
    cases: [],
    everyBackend: true,
    random: { seeds: numbers(values.seed ?? "1", "--seed"), probes },
    withinMs: 60_000 + probes * 10_000,
  });

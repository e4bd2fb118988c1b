/**
 * Rules and flows. A flow is a first packet (SYN) and its first answer (SYN-ACK) through every hook of every node on the
 * way, conntrack entries on each, from a source port never used before; rules are what kube-proxy writes for so many Services
 * with ten endpoints each. Every measure runs in processes of its own, since what one leaves in a heap and in compiled code
 * changes the next. Run: `node scripts/run-ts.mjs bench/flows.ts [processes] [words of a row…]`.
 */
import { spawnSync } from "node:child_process";
import { loadavg } from "node:os";
import { rewriteRules } from "../src/core/kube-proxy/iptables.ts";
import type { Written } from "../src/core/kube-proxy/iptables.ts";
import type { ServicePortInfo } from "../src/core/kube-proxy/service-ports.ts";
import type { TraceMode } from "../src/core/netfilter/stack.ts";
import { ENDPOINTS, Traffic, firstPacket, manyPorts, nodeWith, portWith, proxyInput, tableWith } from "./flow-bed.ts";
import type { Measure } from "./flow-bed.ts";
import { quantile } from "./report.ts";

interface Case {
  readonly what: string;
  readonly unit: string;
  /** True where more is better. */
  readonly isRate: boolean;
  readonly measure: () => number;
}

const SIZES = [10, 1_000, 10_000];
const FLOWS = "thousand flows/s";

function flowCase(what: string, measure: Measure): Case {
  return { what, unit: FLOWS, isRate: true, measure: () => flowsPerSecond(measure) / 1000 };
}

function cases(): readonly Case[] {
  const modes: readonly TraceMode[] = ["none", "summary", "full"];
  const flows = SIZES.flatMap((services) => {
    const base = { services, used: services, nodes: 1, useIndex: true } as const;
    return [
      ...modes.map((mode) => flowCase(`${services}: one node, ${mode}`, { ...base, mode })),
      flowCase(`${services}: two nodes, full`, { ...base, nodes: 2, mode: "full" }),
      flowCase(`${services}: one node, summary, plain walk`, { ...base, mode: "summary", useIndex: false }),
      ...(services > 10 ? [flowCase(`${services}: one node, summary, 10 in use`, { ...base, used: 10, mode: "summary" })] : []),
    ];
  });
  const last = 10_000;
  return [
    ...flows,
    {
      what: `${last}: service ports to rules to first packet, as one waits for it`,
      unit: "ms",
      isRate: false,
      measure: () => (writeAnother(), toFirstPacket(last, () => performance.now())),
    },
    {
      what: `${last}: the same, the first rules that a process writes`,
      unit: "ms",
      isRate: false,
      measure: () => toFirstPacket(last, () => performance.now()),
    },
    {
      what: `${last}: the same, time of the processor with its helpers`,
      unit: "ms",
      isRate: false,
      measure: () => toFirstPacket(last, milliseconds),
    },
    { what: `${last}: one changed endpoint, rules to packet, median`, unit: "ms", isRate: false, measure: () => changes(last, 0.5) },
    { what: `${last}: one changed endpoint, rules to packet, p95`, unit: "ms", isRate: false, measure: () => changes(last, 0.95) },
    { what: "100,000 conntrack entries: bytes each", unit: "bytes", isRate: false, measure: () => bytesPerEntry(100_000) },
  ];
}

// ---- the measures ---------------------------------------------------------------------------------------------------

/**
 * The best of ten rounds, after a warm-up in which nearly every endpoint's chain was met: rules are made when a packet first
 * asks for them, and a run of any length meets each once.
 */
function flowsPerSecond(measure: Measure): number {
  const rules = rewriteRules(proxyInput(manyPorts(measure.services)), null).ruleSet;
  const traffic = new Traffic(rules, measure);
  const plain = measure.useIndex ? 1 : 30;
  const warm = Math.max(60_000, (4 * ENDPOINTS * measure.used) / plain);
  while (traffic.sent < warm) traffic.flow();
  let best = 0;
  for (let round = 0; round < 10; round++) {
    const begun = milliseconds();
    let flows = 0;
    let spent = 0;
    for (; spent < 150; spent = milliseconds() - begun) for (let i = 0; i < 5000; i++, flows++) traffic.flow();
    best = Math.max(best, (flows / spent) * 1000);
  }
  if (measure.useIndex && traffic.compared < traffic.sent / 1000) throw new Error(`${traffic.compared} flows compared of ${traffic.sent}`);
  compared += traffic.compared;
  return best;
}

let compared = 0;

/** What every page has behind it: the rules of the small cluster with which it opened, and those of its edits. */
function writeAnother(): void {
  for (let time = 0; time < 20; time++) toFirstPacket(10 + time, milliseconds);
}

/** From service ports that nobody has seen to the first packet's last hook; what making the ports left behind is collected before. */
function toFirstPacket(services: number, clock: () => number): number {
  const ports = manyPorts(services);
  globalThis.gc?.();
  const begun = clock();
  firstPacket(nodeWith(rewriteRules(proxyInput(ports), null).ruleSet), 0, 0);
  return clock() - begun;
}

/** One service port loses or gets an endpoint: rules written, laid in, and a packet of the Service through them. */
function changes(services: number, share: number): number {
  const ports = [...manyPorts(services)];
  let written: Written = rewriteRules(proxyInput(ports), null);
  const stack = nodeWith(written.ruleSet);
  const all = Array.from({ length: ENDPOINTS }, (_, i) => i);
  const times: number[] = [];
  // A thousand Services are in use, so that their chains lie in the node's tables.
  for (let service = 0; service < 1000; service++) firstPacket(stack, service, service);
  for (let round = 0; round < 600; round++) {
    const service = (round * 7919) % 1000;
    const port: ServicePortInfo = portWith(service, round % 2 === 0 ? all.slice(1) : all);
    const next = [...ports];
    next[service] = port;
    const input = proxyInput(next);
    const begun = milliseconds();
    written = rewriteRules(input, written);
    firstPacket(nodeWith(written.ruleSet, stack), service, 1000 + round);
    times.push(milliseconds() - begun);
    ports[service] = port;
  }
  // The first hundred warm the code.
  return quantile(times.slice(100), share);
}

/** What the table holds beyond an empty one, its unused room included. */
function bytesPerEntry(entries: number): number {
  const used = (): number => {
    if (globalThis.gc === undefined) throw new Error("needs --expose-gc");
    globalThis.gc();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  tableWith(10);
  const before = used();
  const table = tableWith(entries);
  const after = used();
  if (table.size !== entries) throw new Error(`${table.size} entries of ${entries}`);
  return (after - before) / entries;
}

/** Of the processor, this process's helpers (garbage collection, compiler) included: others use the machine too. */
function milliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

// ---- processes ------------------------------------------------------------------------------------------------------

interface Answer {
  readonly value: number;
  readonly compared: number;
}

function inProcess(what: string): Answer {
  const result = spawnSync(process.execPath, ["--expose-gc", process.argv[1] ?? "", "--case", what], { encoding: "utf8" });
  if (result.status !== 0) throw new Error(`${what}: ${result.stderr}`);
  return JSON.parse(result.stdout) as Answer; // our own child's
}

function main(): void {
  const args = process.argv.slice(2);
  const all = cases();
  if (args[0] === "--case") {
    const found = all.find(({ what }) => what === args[1]);
    if (found === undefined) throw new Error(`no such case: ${args[1]}`);
    const value = found.measure();
    console.log(JSON.stringify({ value, compared }));
    return;
  }
  const processes = Number(args.find((arg) => /^\d$/.test(arg)) ?? "3");
  const words = args.filter((arg) => !/^\d$/.test(arg));
  let inTotal = 0;
  console.log(`best and median of ${processes} processes; load of the machine ${loadavg()[0]?.toFixed(1)} at the beginning`);
  for (const { what, unit, isRate } of all.filter((one) => words.every((word) => one.what.includes(word)))) {
    const answers = Array.from({ length: processes }, () => inProcess(what));
    const values = answers.map(({ value }) => value);
    inTotal += answers.reduce((sum, answer) => sum + answer.compared, 0);
    const best = isRate ? Math.max(...values) : Math.min(...values);
    const digits = best < 10 ? 2 : best < 100 ? 1 : 0;
    console.log(`${what.padEnd(58)} ${best.toFixed(digits).padStart(8)} ${quantile(values, 0.5).toFixed(digits).padStart(8)} ${unit}`);
  }
  console.log(`index and plain walk agreed on ${inTotal} flows, every 1,000th; load ${loadavg()[0]?.toFixed(1)} at the end`);
}

main();

/** A list of clusters with their probes and faults, run against the kernel, one line each. */
import { printSave } from "../../src/core/netfilter/print.ts";
import { familyOf } from "../../src/core/network/topology.ts";
import { compare, DOUBTFUL_P } from "./compare.ts";
import type { Comparison, Expected } from "./compare.ts";
import type { TestCluster } from "./cluster.ts";
import { expectedOf } from "./expect.ts";
import type { Fault } from "./faults.ts";
import { buildMachines } from "./machines.ts";
import type { Machines } from "./machines.ts";
import { BRIEF_MS, PATIENT_MS, destination, observe, patience } from "./probe.ts";
import type { Probe } from "./probe.ts";
import { newShapes, shapeDifferences, snapshot } from "./tracked.ts";
import type { Report } from "./report.ts";
import type { Backend } from "./requirements.ts";

export interface Case {
  readonly name: string;
  /** Several share one network: the same nodes, Pods and servers with other rules. */
  readonly make: () => Trials | readonly [Trials, ...Trials[]];
}

/** A cluster with what is tried in it. Faults are planted last. */
export interface Trials {
  readonly cluster: TestCluster;
  readonly probes: readonly Probe[];
  readonly faults?: readonly Fault[];
  /** What takes time and changes the rules on its way; told last. */
  readonly stories?: readonly Story[];
}

export interface Story {
  readonly name: string;
  /** Differences between the kernel and the simulator; empty: none. A text is printed beside the line. */
  readonly tell: (machines: Machines) => Promise<readonly string[] | string>;
  /** null, or why it cannot be told here. */
  readonly missing?: () => string | null;
}

/** Enough to see a fault; less than for a probe that must not be wrong by chance. */
const FAULT_COUNT = 60;

export async function runCases(cases: readonly Case[], backend: Backend, report: Report): Promise<void> {
  for (const one of cases) {
    const found: { trials?: readonly [Trials, ...Trials[]]; machines?: Machines } = {};
    await report.check(`${one.name}: the network stands, every server answers`, async () => {
      const made = one.make();
      const trials = (found.trials = "cluster" in made ? [made] : made);
      const { topology, listeners } = trials[0].cluster;
      const routes = trials.flatMap(({ cluster }) => cluster.routes);
      const listening = listeners.flatMap((listener) => ("outside" in listener ? listener.outside : []));
      const outside = [...new Set([...outsideSenders(trials.flatMap(({ probes }) => probes)), ...listening])];
      found.machines = await buildMachines({ topology, listeners, outside, backend, routes });
      return [];
    });
    const { trials, machines } = found;
    if (trials === undefined || machines === undefined) continue;
    try {
      for (const each of trials) await runTrials(each, machines, report);
    } finally {
      machines.tearDown();
    }
  }
}

function outsideSenders(probes: readonly Probe[]): readonly string[] {
  const prefix = "outside/";
  return [...new Set(probes.flatMap(({ from }) => (from.startsWith(prefix) ? [from.slice(prefix.length)] : [])))];
}

async function runTrials(trials: Trials, machines: Machines, report: Report): Promise<void> {
  const { cluster } = trials;
  for (const { node, family, tables, sync } of cluster.texts) {
    const shown = (): string[] => textDifferences(normalForm(tables), normalForm(machines.savedRules(node, family)));
    await report.check(`${cluster.name}: ${node} loads its ${family} rules and shows them as the simulator prints them`, async () => {
      machines.loadRules(node, tables, family);
      return shown();
    });
    await report.check(`${cluster.name}: ${node} shows the same after kube-proxy's ${family} sync`, async () => {
      machines.syncRules(node, sync, family);
      return shown();
    });
  }
  machines.forgetNeighbours();
  for (const probe of trials.probes) {
    await report.check(`${cluster.name}: ${probe.name}`, async () => {
      const expected = expectedOf(cluster, probe);
      const own = probe.simulated === undefined ? [] : compare(expected, probe.simulated).differences;
      const kernels = await judged(machines, probe, expected, report);
      return own.length > 0
        ? [...own.map((difference) => `the simulator's own packets: ${difference}`), ...kernels.differences]
        : said(kernels);
    });
  }
  for (const fault of trials.faults ?? []) await plantFault(trials, machines, fault, report);
  for (const story of trials.stories ?? []) {
    const missing = story.missing?.() ?? null;
    if (missing === null) await report.check(`${cluster.name}: ${story.name}`, () => story.tell(machines));
    else report.skipped(`${cluster.name}: ${story.name}`, missing);
  }
}

/**
 * What the kernel did; once more where the shares are doubtful, for chance does not repeat itself, and where more was silent than is
 * expected: on a busy machine answers can be late.
 */
async function judged(machines: Machines, probe: Probe, expected: Expected, report: Report): Promise<Comparison> {
  const first = await judgedOnce(machines, probe, expected, { report, timeoutMs: patience(probe, expected) });
  if (first.differences.length > 0) {
    if (!first.late) return first;
    report.late();
    return judgedOnce(machines, probe, expected, { report, timeoutMs: Math.max(patience(probe, expected), PATIENT_MS) });
  }
  if (first.p === null || first.p >= DOUBTFUL_P) return first;
  const second = await judgedOnce(machines, probe, expected, { report, timeoutMs: patience(probe, expected) });
  if (second.p === null || second.p >= DOUBTFUL_P || second.differences.length > 0) return second;
  return { ...second, differences: [`shares are doubtful twice running: p = ${first.p.toPrecision(2)}, then ${second.p.toPrecision(2)}`] };
}

interface Asking {
  readonly report: Report;
  readonly timeoutMs: number;
}

async function judgedOnce(
  machines: Machines,
  probe: Probe,
  expected: Expected,
  { report, timeoutMs }: Asking,
): Promise<Comparison & { readonly late: boolean }> {
  const { tracked } = probe;
  const before = tracked === undefined ? null : await snapshot(machines, tracked.keys());
  const attempts = await observe(machines, { ...probe, slow: expected.failures.has("ECONNREFUSED") }, timeoutMs);
  const silent = attempts.filter(({ error }) => error === "TIMEOUT").length;
  const late = silent > attempts.length * (expected.failures.get("TIMEOUT") ?? 0);
  const result = compare(expected, attempts);
  report.probed(attempts.length, result.p);
  if (tracked === undefined || before === null) return { ...result, late };
  const flows = newShapes(before, await snapshot(machines, tracked.keys()));
  return { ...result, late, differences: [...result.differences, ...shapeDifferences(tracked, flows).slice(0, MOST_DIFFERENCES)] };
}

function said({ differences, p }: Comparison): readonly string[] | string {
  return differences.length > 0 ? differences : p === null ? "" : `p = ${p.toPrecision(2)}`;
}

/** The kernel gets faulty rules on every node; the prediction from the right ones must fail, that from these must hold. */
async function plantFault({ cluster, probes }: Trials, machines: Machines, fault: Fault, report: Report): Promise<void> {
  const probe = probes.find((candidate) => candidate.name === fault.probe);
  if (probe === undefined) throw new Error(`no probe ${fault.probe} for the fault ${fault.name}`);
  const family = familyOf(destination(probe).address);
  const right = cluster.rules[family];
  const wrong = new Map([...right].map(([node, rules]) => [node, fault.plant(rules)]));
  const faulty: TestCluster = { ...cluster, rules: { ...cluster.rules, [family]: wrong } };
  await report.check(`${cluster.name}: planted fault is reported: ${fault.name}`, async () => {
    for (const [node, rules] of wrong) machines.loadRules(node, printSave(rules), family);
    try {
      const timeoutMs = fault.answerLost === true ? BRIEF_MS : patience(probe, expectedOf(faulty, probe));
      const attempts = await observe(machines, probe, timeoutMs, FAULT_COUNT);
      const reported = compare(expectedOf(cluster, probe), attempts).differences;
      if (reported.length === 0) return ["nothing was reported"];
      const agreed = fault.answerLost === true ? [] : compare(expectedOf(faulty, probe), attempts).differences;
      return agreed.length > 0 ? agreed.map((difference) => `given the same faulty rules: ${difference}`) : `seen: ${reported[0]}`;
    } finally {
      for (const [node, rules] of right) machines.loadRules(node, printSave(rules), family);
    }
  });
}

/** Tables and chains sorted, counters cut, the lines of each chain in their order. */
export function normalForm(text: string): string[] {
  const tables = text
    .split(/^COMMIT$/m)
    .map((table) => table.trim())
    .filter((table) => table !== "");
  return tables
    .map((table) => {
      const lines = table.split("\n").map((line) => line.trimEnd().replace(/ \[\d+:\d+\]$/, ""));
      const heads = lines.filter((line) => line.startsWith(":")).sort();
      const chains = new Map<string, string[]>();
      for (const line of lines.filter((text) => text.startsWith("-A "))) {
        const chain = line.split(" ")[1] ?? "";
        chains.set(chain, [...(chains.get(chain) ?? []), line]);
      }
      const rules = [...chains.keys()].sort().flatMap((chain) => chains.get(chain) ?? []);
      return [lines[0] ?? "", ...heads, ...rules].join("\n");
    })
    .sort()
    .flatMap((table) => table.split("\n"));
}

const MOST_DIFFERENCES = 4;

function textDifferences(ours: readonly string[], kernels: readonly string[]): string[] {
  const only = (a: readonly string[], b: readonly string[]): string[] => a.filter((line) => !b.includes(line));
  const differences = [
    ...only(ours, kernels).map((line) => `only printed: ${line}`),
    ...only(kernels, ours).map((line) => `only in the kernel: ${line}`),
  ];
  if (differences.length === 0 && ours.join("\n") !== kernels.join("\n")) differences.push("the same lines in another order");
  return differences.slice(0, MOST_DIFFERENCES);
}

/** What both entries do: find out whether the tests can run here, go where they can, run them, report. */
import { enterNamespaces } from "./enter.ts";
import { sweepLeftovers } from "./machines.ts";
import { Report, skip } from "./report.ts";
import { randomCases } from "./random/clusters.ts";
import { installedBackends, missingPrograms, missingRights, widenPath } from "./requirements.ts";
import type { Backend } from "./requirements.ts";
import { runCases } from "./suite.ts";
import type { Case } from "./suite.ts";

export interface Plan {
  /** Run with each installed iptables program, or only with the usual one. */
  readonly cases: readonly Case[];
  readonly everyBackend: boolean;
  /** Clusters drawn from these seeds, so many probes in each; the seeds take turns with the programs. */
  readonly random?: { readonly seeds: readonly number[]; readonly probes: number };
  /** The whole run ends after this long, whatever happens. */
  readonly withinMs: number;
}

export async function main(plan: Plan): Promise<void> {
  widenPath();
  const missing = missingPrograms();
  if (missing !== null) return skip(missing);
  const entry = enterNamespaces(process.argv.slice(2));
  if (entry.kind === "impossible") return skip(entry.why);
  if (entry.kind === "done") {
    process.exitCode = entry.status;
    return;
  }
  const installed = installedBackends();
  const backends = installed.slice(0, plan.everyBackend ? undefined : 1);
  const [first = "iptables-nft"] = installed;
  const right = missingRights(first);
  if (right !== null) return skip(right);
  if (entry.how === "root") sweepLeftovers();
  // Legacy programs share one lock file on a machine.
  process.env["XTABLES_LOCKFILE"] = `/run/kubehop-${process.pid}.lock`;
  const report = new Report();
  const late = setTimeout(() => process.exit(report.abort(`not done within ${plan.withinMs / 1000} s`)), plan.withinMs);
  for (const backend of backends) {
    if (plan.cases.length === 0) continue;
    console.log(`rules are loaded with ${backend}-restore`);
    await runCases(plan.cases, backend, report);
  }
  const { seeds, probes } = plan.random ?? { seeds: [], probes: 0 };
  for (const [i, seed] of seeds.entries()) await runRandom(seed, probes, installed[i % installed.length] ?? first, report);
  clearTimeout(late);
  process.exitCode = report.finish(entry.how === "root" ? "as root" : "without root, in namespaces of its own");
}

/** Prints the seed and what its clusters came to. */
async function runRandom(seed: number, probes: number, backend: Backend, report: Report): Promise<void> {
  console.log(`clusters drawn from seed ${seed}, ${probes} probes; rules are loaded with ${backend}-restore`);
  const before = report.numbers();
  await runCases(randomCases(seed, probes), backend, report);
  const { probes: sent, connections, passed, failed } = report.numbers(before);
  console.log(`seed ${seed}: ${sent} probes, ${connections} connections, ${passed} checks passed, ${failed} disagreements`);
}

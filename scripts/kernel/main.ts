/** What both entries do: find out whether the tests can run here, go where they can, run them, report. */
import { enterNamespaces } from "./enter.ts";
import { sweepLeftovers } from "./machines.ts";
import { Report, skip } from "./report.ts";
import { installedBackends, missingPrograms, missingRights, widenPath } from "./requirements.ts";
import { runCases } from "./suite.ts";
import type { Case } from "./suite.ts";

/**
 * @param everyBackend run the cases with each installed iptables program, not only the usual one.
 * @param withinMs the whole run ends after this long, whatever happens.
 */
export async function main(cases: readonly Case[], options: { readonly everyBackend: boolean; readonly withinMs: number }): Promise<void> {
  widenPath();
  const missing = missingPrograms();
  if (missing !== null) return skip(missing);
  const entry = enterNamespaces(process.argv.slice(2));
  if (entry.kind === "impossible") return skip(entry.why);
  if (entry.kind === "done") {
    process.exitCode = entry.status;
    return;
  }
  const backends = installedBackends().slice(0, options.everyBackend ? undefined : 1);
  const [first = "iptables-nft"] = backends;
  const right = missingRights(first);
  if (right !== null) return skip(right);
  if (entry.how === "root") sweepLeftovers();
  // Legacy programs share one lock file on a machine.
  process.env["XTABLES_LOCKFILE"] = `/run/kubehop-${process.pid}.lock`;
  const report = new Report();
  const late = setTimeout(() => process.exit(report.abort(`not done within ${options.withinMs / 1000} s`)), options.withinMs);
  for (const backend of backends) {
    console.log(`rules are loaded with ${backend}-restore`);
    await runCases(cases, backend, report);
  }
  clearTimeout(late);
  process.exitCode = report.finish(entry.how === "root" ? "as root" : "without root, in namespaces of its own");
}

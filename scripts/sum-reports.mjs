/** Sums what `npm test` and `npm run test:kernel` reported into one plain last line for CI. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const reports = join(resolve(dirname(fileURLToPath(import.meta.url)), ".."), "node_modules", ".cache", "kubehop", "reports");
const sum = { passed: 0, failed: 0, skipped: 0 };
for (const name of ["total.json", "kernel-all.json"]) {
  const file = join(reports, name);
  if (!existsSync(file)) {
    console.error(`${name} is missing: a runner stopped before it could report`);
    sum.failed += 1;
    continue;
  }
  const report = JSON.parse(readFileSync(file, "utf8"));
  if (typeof report.skipped === "string") {
    console.log(`kernel suite skipped: ${report.skipped}`);
    sum.skipped += 1;
    continue;
  }
  sum.passed += report.passed;
  sum.failed += report.failed;
  sum.skipped += typeof report.skipped === "number" ? report.skipped : 0;
}
console.log(`${sum.passed} passed, ${sum.failed} failed${sum.skipped > 0 ? `, ${sum.skipped} skipped` : ""}`);
process.exit(sum.failed > 0 ? 1 : 0);

/**
 * `npm test`: installs what is missing, then types, lint, format, imports, unit and conformance tests, build, the
 * kernel smoke and the browser tests. Every step runs even when one before it failed; a step that cannot run here
 * says why. Ends with one plain line `N passed, N failed` (and skipped, if any) over all runners, and exits 1 if
 * anything failed. `npm test -- unit browser` runs only the steps named.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { installPackages, requireNode } from "./install.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const reports = join(root, "node_modules", ".cache", "kubehop", "reports");

requireNode();
installPackages();
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });

const total = { passed: 0, failed: 0, skipped: 0 };
const lines = [];

function bin(name) {
  return join(root, "node_modules", ".bin", process.platform === "win32" ? `${name}.cmd` : name);
}

function run(command, args, env = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: "inherit", env: { ...process.env, TZ: "UTC", ...env } });
  if (result.error !== undefined) console.error(String(result.error));
  return result.status === 0;
}

function record(step, counts, note = "") {
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped ?? 0;
  const skipped = counts.skipped ? `, ${counts.skipped} skipped` : "";
  lines.push(`${step.padEnd(8)} ${counts.passed} passed, ${counts.failed} failed${skipped}${note === "" ? "" : `: ${note}`}`);
}

/** A step that either holds or does not counts as one test. */
function check(step, commands) {
  const ok = commands.map(([command, args]) => run(command, args)).every(Boolean);
  record(step, { passed: ok ? 1 : 0, failed: ok ? 0 : 1 });
}

function readReport(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : null;
}

const steps = {
  types: async () => {
    const { prepare } = await import("./prepare.mjs");
    await prepare();
    check(
      "types",
      ["core", "app", "node"].map((name) => [bin("tsc"), ["-p", `tsconfig.${name}.json`]]),
    );
  },
  lint: () =>
    check("lint", [
      [bin("oxlint"), ["--deny-warnings"]],
      [bin("oxfmt"), ["--check", "."]],
    ]),
  imports: () => check("imports", [[process.execPath, ["scripts/check-imports.mjs"]]]),
  unit: () => {
    const file = join(reports, "unit.json");
    const ok = run(bin("vitest"), ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${file}`]);
    const report = readReport(file);
    if (report === null || report.numTotalTests === 0) record("unit", { passed: 0, failed: 1 }, "no test ran");
    else {
      // A file that could not be loaded fails without a test of its own.
      const broken = ok || report.numFailedTests > 0 ? 0 : 1;
      record("unit", { passed: report.numPassedTests, failed: report.numFailedTests + broken, skipped: report.numPendingTests });
    }
  },
  build: () => {
    const ok = run(process.execPath, ["scripts/build.mjs"]);
    record("build", { passed: ok ? 1 : 0, failed: ok ? 0 : 1 });
  },
  kernel: () => {
    const file = join(reports, "kernel.json");
    const ok = run(process.execPath, ["scripts/run-ts.mjs", "scripts/kernel/smoke.ts"], { KUBEHOP_KERNEL_REPORT: file });
    const report = readReport(file);
    if (report === null) record("kernel", { passed: 0, failed: 1 }, "the smoke wrote no report");
    else if (report.skipped !== undefined && report.skipped !== null)
      record("kernel", { passed: 0, failed: 0, skipped: 1 }, report.skipped);
    else record("kernel", { passed: report.passed, failed: report.failed + (ok || report.failed > 0 ? 0 : 1) });
  },
  browser: async () => {
    const { ensureChromium } = await import("./chromium.mjs");
    let chromium;
    try {
      chromium = await ensureChromium();
    } catch (error) {
      console.error(error.message);
      record("browser", { passed: 0, failed: 1 }, error.message);
      return;
    }
    if (!existsSync(join(root, "dist", "index.html"))) steps.build();
    const file = join(reports, "browser.json");
    const ok = run(bin("playwright"), ["test"], { KUBEHOP_CHROMIUM: chromium, PLAYWRIGHT_JSON_OUTPUT_NAME: file });
    const report = readReport(file);
    if (report === null) record("browser", { passed: 0, failed: 1 }, "the runner wrote no report");
    else {
      const { expected, unexpected, flaky, skipped } = report.stats;
      const broken = ok || unexpected > 0 ? 0 : 1;
      record(
        "browser",
        { passed: expected + flaky, failed: unexpected + broken, skipped },
        flaky > 0 ? `${flaky} passed only when tried again` : "",
      );
    }
  },
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in steps));
if (unknown.length > 0) {
  console.error(`No step ${unknown.join(", ")}. Steps: ${Object.keys(steps).join(", ")}.`);
  process.exit(2);
}
for (const [name, step] of Object.entries(steps)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`\n--- ${name}`);
  const started = Date.now();
  await step();
  lines[lines.length - 1] += `  (${((Date.now() - started) / 1000).toFixed(1)} s)`;
}

writeFileSync(join(reports, "total.json"), JSON.stringify(total));
console.log(`\n${lines.join("\n")}\n`);
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ""}`);
process.exit(total.failed > 0 ? 1 : 0);

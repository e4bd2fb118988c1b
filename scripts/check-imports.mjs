/**
 * Holds the source against the table of allowed imports: the river flows one way (ARCHITECTURE.md). Also refuses, in
 * the pure rooms, what would make two runs differ: wall time, chance, locales, inexact mathematics.
 * Prints every breach and exits 1, or a count and exits 0.
 */
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const src = join(root, "src");

/** Room → rooms it may import from. Every room may import from itself. */
const ROOMS = {
  "core/base": [],
  "core/manifests": ["core/base"],
  "core/api": ["core/base", "core/manifests"],
  "core/workloads": ["core/base", "core/api"],
  "core/controllers": ["core/base", "core/manifests", "core/api", "core/workloads"],
  "core/netfilter": ["core/base"],
  "core/kube-proxy": ["core/base", "core/api", "core/netfilter"],
  "core/network-policy": ["core/base", "core/api", "core/netfilter", "core/kube-proxy"],
  "core/dns": ["core/base", "core/api", "core/workloads"],
  "core/network": ["core/base", "core/api", "core/workloads", "core/netfilter", "core/kube-proxy", "core/dns"],
  "core/simulation": [
    "core/base",
    "core/manifests",
    "core/api",
    "core/workloads",
    "core/controllers",
    "core/netfilter",
    "core/kube-proxy",
    "core/network-policy",
    "core/dns",
    "core/network",
  ],
  "core/diagnosis": [
    "core/base",
    "core/api",
    "core/workloads",
    "core/controllers",
    "core/netfilter",
    "core/dns",
    "core/network",
    "core/simulation",
  ],
  "core/kubectl": ["core/base", "core/manifests", "core/api", "core/workloads", "core/controllers", "core/network", "core/simulation"],
  "core/terminal": [
    "core/base",
    "core/api",
    "core/workloads",
    "core/controllers",
    "core/netfilter",
    "core/dns",
    "core/network",
    "core/simulation",
    "core/kubectl",
  ],
  scene: ["core/base", "core/api", "core/netfilter", "core/network", "core/simulation"],
  worker: ["core/*", "scene", "tools"],
  tools: ["core/*", "scene"],
  cli: ["core/*", "tools"],
  app: ["core/*", "scene", "tools", "worker"],
  embed: ["core/*", "scene", "tools", "worker", "app"],
};

/** Room → packages it may import. */
const PACKAGES = {
  "core/base": ["ipaddr.js", "@noble/hashes"],
  "core/manifests": ["yaml"],
  "core/api": ["ipaddr.js"],
  // MetalLB's speakers order nodes by SHA-256.
  "core/controllers": ["@noble/hashes"],
  "core/kube-proxy": ["@noble/hashes"],
  "core/simulation": ["@noble/hashes"],
  scene: ["d3", "d3-shape", "d3-scale", "d3-path", "d3-interpolate"],
  cli: ["node:"],
  app: [
    "react",
    "react-dom",
    "zustand",
    "d3",
    "monaco-editor",
    "react-resizable-panels",
    "@tanstack/react-virtual",
    "@fontsource-variable/inter",
    "@fontsource-variable/jetbrains-mono",
    "yaml",
  ],
  embed: [
    "virtual:embed-contents",
    "virtual:embed-fonts",
    "virtual:embed-recordings",
    "react",
    "react-dom",
    "zustand",
    "d3",
    "monaco-editor",
    "@fontsource-variable/inter",
    "@fontsource-variable/jetbrains-mono",
  ],
};

/** Exceptions, each with its reason. */
const EXCEPTIONS = [];

/** The scene may only take types from the core's data rooms; values would drag the simulation into every painter. */
const TYPES_ONLY = [{ from: "scene", to: /^core\/(?!base)/ }];

const IMPURE = [
  [/\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.now\b/, "wall time"],
  [/\bMath\.random\b|\bcrypto\.getRandomValues\b/, "chance"],
  [/\bIntl\b|\.localeCompare\b|\.toLocale[A-Z]\w*\(/, "locale"],
  [/\bMath\.(exp|expm1|log|log2|log10|log1p|pow|sin|cos|tan|asin|acos|atan|atan2|sinh|cosh|tanh|cbrt|hypot)\b/, "inexact mathematics"],
  [/\bset(Timeout|Interval)\b|\brequestAnimationFrame\b/, "timers"],
];
/** Geometry in the scene never decides a run, so inexact mathematics is allowed there. */
const IMPURE_ROOMS = { core: IMPURE, scene: IMPURE.filter(([, what]) => what !== "inexact mathematics") };

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : /\.(ts|tsx)$/.test(entry.name) ? [path] : [];
  });
}

function roomOf(path) {
  const parts = relative(src, path).split(sep);
  return parts[0] === "core" ? `core/${parts[1]}` : parts[0];
}

const breaches = [];
let count = 0;
for (const file of filesBelow(src)) {
  const room = roomOf(file);
  // Tests, and the files that only tests use.
  const isTest = /\.test\.tsx?$|[\\/](test-[\w-]+|testing)\.ts$/.test(file);
  const text = readFileSync(file, "utf8");
  const where = relative(root, file);
  const allowed = ROOMS[room];
  if (allowed === undefined) {
    breaches.push(`${where}: the room ${room} is not in the table of scripts/check-imports.mjs`);
    continue;
  }
  // import … from "x", export … from "x", import "x", import("x"); not inside line comments.
  const code = text.replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, " ")).replace(/(^|[^:"'`])\/\/.*$/gm, "$1");
  for (const match of code.matchAll(
    /\b(import|export)\s+(type\s+)?(?:[\w*{}\s,$]+?\s+from\s+)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)/g,
  )) {
    count += 1;
    const target = match[3] ?? match[4];
    const typeOnly = match[2] !== undefined;
    if (EXCEPTIONS.some((exception) => exception.file === where && exception.imports === target)) continue;
    if (target.startsWith(".")) {
      const clean = target.replace(/\?.*$/, "");
      const resolved = resolve(dirname(file), clean);
      if (!resolved.startsWith(src + sep)) {
        if (!isTest) breaches.push(`${where}: imports ${target}, outside src`);
        continue;
      }
      const to = roomOf(resolved);
      if (to === room || isTest) continue;
      if (!allowed.some((name) => name === to || (name === "core/*" && to.startsWith("core/"))))
        breaches.push(`${where}: ${room} must not import from ${to} (${target})`);
      for (const rule of TYPES_ONLY)
        if (rule.from === room && rule.to.test(to) && !typeOnly)
          breaches.push(`${where}: ${room} may import only types from ${to} (${target})`);
    } else if (!isTest) {
      const packages = PACKAGES[room] ?? [];
      if (!packages.some((name) => target === name || target.startsWith(`${name}/`) || (name.endsWith(":") && target.startsWith(name))))
        breaches.push(`${where}: ${room} must not import the package ${target}`);
    }
  }
  if (isTest) continue;
  const impure = IMPURE_ROOMS[room.split("/")[0]] ?? [];
  code.split("\n").forEach((line, index) => {
    for (const [pattern, what] of impure)
      if (pattern.test(line)) breaches.push(`${where}:${index + 1}: ${what} in a pure room: ${line.trim()}`);
  });
}
if (breaches.length > 0) {
  console.error(breaches.join("\n"));
  console.error(`imports: ${breaches.length} breaches of the table in scripts/check-imports.mjs`);
  process.exit(1);
}
console.log(`imports: ${count} imports follow the table`);

/**
 * Installs what is missing: the npm packages of the lock file, nothing else. Plain Node without packages, since
 * there may be none yet.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync, mkdirSync } from "node:fs";
import { createHash } from "node:crypto";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/** Stops with one sentence when this Node is older than package.json's `engines` says. */
export function requireNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`Kubehop needs Node 20.19 or newer; this is ${process.versions.node}.`);
  process.exit(2);
}

/** Runs `npm ci` unless node_modules already holds what the lock file says. */
export function installPackages() {
  requireNode();
  const lock = readFileSync(join(root, "package-lock.json"));
  const digest = createHash("sha256").update(lock).digest("hex");
  const stamp = join(root, "node_modules", ".kubehop-lock");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return;
  console.log("Installing packages (npm ci) …");
  const result = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (result.status !== 0) {
    console.error("npm ci failed: see the message above.");
    process.exit(2);
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, digest);
}

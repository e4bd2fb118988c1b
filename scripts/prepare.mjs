/** What has to be generated before types, build or tests: the editor's Kubernetes schema. */
import { existsSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");

export async function prepare() {
  const script = join(root, "scripts", "generate-schema.mjs");
  if (!existsSync(script)) return;
  const result = spawnSync(process.execPath, [script], { cwd: root, stdio: "inherit" });
  if (result.status !== 0) throw new Error("scripts/generate-schema.mjs failed");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await prepare();

/**
 * Bundles a TypeScript entry for Node (one ES module, packages from node_modules left as imports) with Vite, and
 * caches the result under node_modules/.cache/kubehop until a source file changes. Used by `npm run` scripts that
 * are written in TypeScript, by the benchmarks and by the `kubehop` command.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/** A digest of names, sizes and change times of the given files and of all sources below the given folders. */
function fingerprint(paths) {
  const hash = createHash("sha256");
  const visit = (path) => {
    const stats = statSync(path);
    if (stats.isDirectory()) for (const name of readdirSync(path)) visit(join(path, name));
    else hash.update(`${path}\0${stats.size}\0${stats.mtimeMs}\n`);
  };
  for (const path of paths) if (existsSync(path)) visit(path);
  return hash.digest("hex");
}

/**
 * Returns the path of the bundled module of `entry` (relative to the project's root), built if a source changed.
 * Throws what Vite throws when the source does not compile.
 */
export async function bundleForNode(entry) {
  const name = entry.replace(/[^a-zA-Z0-9]+/g, "-");
  const outDir = join(root, "node_modules", ".cache", "kubehop", name);
  const outFile = join(outDir, `${basename(entry).replace(/\.tsx?$/, "")}.mjs`);
  const stampFile = join(outDir, "stamp");
  const stamp = fingerprint([join(root, "src"), dirname(join(root, entry)), join(root, "scripts", "bundle.mjs")].filter(existsSync));
  if (existsSync(outFile) && existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return outFile;
  const { build } = await import("vite");
  // Built aside and moved into place, so that commands that start at the same moment do not take a half-written file.
  const aside = `${outDir}-${process.pid}`;
  await build({
    root,
    configFile: false,
    logLevel: "error",
    publicDir: false,
    build: {
      ssr: entry,
      outDir: aside,
      emptyOutDir: true,
      minify: false,
      target: "node20",
      rolldownOptions: { output: { entryFileNames: basename(outFile), format: "es", codeSplitting: false } },
    },
  });
  mkdirSync(outDir, { recursive: true });
  renameSync(join(aside, basename(outFile)), outFile);
  rmSync(aside, { recursive: true });
  writeFileSync(stampFile, stamp);
  return outFile;
}

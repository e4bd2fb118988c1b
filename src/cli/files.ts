/** FILE arguments: a path, a folder, or `-` for standard input. Several are one cluster. */
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { ManifestFile } from "../core/manifests/types.ts";
import { UsageError } from "./arguments.ts";

const MANIFEST = /\.(yaml|yml|json)$/;

/** Reads the named files in order; a folder gives its manifests, sorted by name. Throws UsageError for what cannot be read. */
export function clusterFiles(names: readonly string[], standardInput: () => string): readonly ManifestFile[] {
  if (names.length === 0) throw new UsageError("no FILE given; - reads standard input");
  return names.flatMap((name) => (name === "-" ? [{ name: "-", text: standardInput() }] : filesAt(name)));
}

function filesAt(path: string): ManifestFile[] {
  try {
    if (!statSync(path).isDirectory()) return [textFile(path)];
    const inside = readdirSync(path)
      .filter((entry) => MANIFEST.test(entry))
      .sort();
    if (inside.length === 0) throw new UsageError(`${path} holds no *.yaml, *.yml or *.json`);
    return inside.map((entry) => textFile(join(path, entry)));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${path} cannot be read: ${reason(error)}`);
  }
}

/** One file as text. Throws UsageError where it cannot be read or is not UTF-8. */
export function textFile(path: string): ManifestFile {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${reason(error)}`);
  }
  try {
    return { name: path, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    throw new UsageError(`${path} cannot be read: it is not UTF-8 text`);
  }
}

function reason(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : "";
  switch (code) {
    case "ENOENT":
      return "there is no such file";
    case "EACCES":
      return "permission denied";
    case "EISDIR":
      return "it is a folder";
    default:
      return error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
  }
}

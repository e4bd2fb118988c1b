/** Files as a browser hands them over. */
import type { ManifestFile } from "../../core/manifests/types.ts";

/** Pasted text has no name; it gets the one of its dialect. */
export function textFile(text: string): ManifestFile {
  return { name: /^\s*[[{]/.test(text) ? "cluster.json" : "cluster.yaml", text };
}

/** Two files of the same name get a number. */
export async function filesOf(list: Iterable<File>): Promise<readonly ManifestFile[]> {
  const taken = new Map<string, number>();
  const files: ManifestFile[] = [];
  for (const file of list) {
    const seen = taken.get(file.name) ?? 0;
    taken.set(file.name, seen + 1);
    files.push({ name: seen === 0 ? file.name : numbered(file.name, seen + 1), text: await file.text() });
  }
  return files;
}

function numbered(name: string, number: number): string {
  const dot = name.lastIndexOf(".");
  return dot <= 0 ? `${name}-${number}` : `${name.slice(0, dot)}-${number}${name.slice(dot)}`;
}

/** `12 KB`, `3.4 MB` of text. */
export function byteWords(characters: number): string {
  if (characters < 1_000) return `${characters} characters`;
  if (characters < 1_000_000) return `${Math.round(characters / 1_000)} KB`;
  return `${(characters / 1_000_000).toFixed(1).replace(/\.0$/, "")} MB`;
}

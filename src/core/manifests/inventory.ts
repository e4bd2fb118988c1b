/** What a text holds, by kind: so that somebody who brings a whole cluster sees what was understood before it opens. */
import { isSimulated } from "./kinds.ts";
import { expandList } from "./list.ts";
import { parseManifests } from "./parse.ts";
import { readableDocuments } from "./readable.ts";
import type { ManifestFile } from "./types.ts";

export interface KindCount {
  readonly kind: string;
  readonly apiVersion: string;
  readonly count: number;
  /** Something in the simulation acts on it; else it is kept as text, and nothing more. */
  readonly simulated: boolean;
}

export interface Inventory {
  /** By number, the most first, then by name. */
  readonly kinds: readonly KindCount[];
  /** Objects without a kind, which no diagnostic names. */
  readonly others: number;
}

/** Counts the objects of all files, lists opened; what cannot be read is in the diagnostics, and not counted. */
export function inventoryOf(files: readonly ManifestFile[]): Inventory {
  const counts = new Map<string, KindCount>();
  let others = 0;
  for (const { value } of readableDocuments(parseManifests(files)).flatMap(expandList)) {
    const { kind, apiVersion } = headOf(value);
    if (kind === "") {
      if (value !== null) others += 1;
      continue;
    }
    const key = `${apiVersion} ${kind}`;
    counts.set(key, { kind, apiVersion, count: (counts.get(key)?.count ?? 0) + 1, simulated: isSimulated(apiVersion, kind) });
  }
  const kinds = [...counts.values()].sort((a, b) => b.count - a.count || (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0));
  return { kinds, others };
}

function headOf(value: unknown): { readonly kind: string; readonly apiVersion: string } {
  if (typeof value !== "object" || value === null) return { kind: "", apiVersion: "" };
  const { kind, apiVersion } = value as { readonly kind?: unknown; readonly apiVersion?: unknown };
  return { kind: typeof kind === "string" ? kind : "", apiVersion: typeof apiVersion === "string" ? apiVersion : "" };
}

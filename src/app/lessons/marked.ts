/**
 * The text of a lesson: `[a word](service:default/web)` points at a thing of the picture by its name (pointing-names.ts),
 * `**a word**` stands out, and `` `10.96.0.10` `` is what a machine would print. Nothing else is special.
 */
import type { PointedName } from "../state/pointing-names.ts";

export type Part =
  | { readonly kind: "plain" | "strong" | "mono"; readonly text: string }
  | { readonly kind: "points"; readonly text: string; readonly at: PointedName; readonly hue: Hue };

/** The colour that a thing has on the picture; what has none of its own is ink. */
export type Hue = "svc" | "dns" | "nat" | "ink";

const MARKS = /\[([^\]]+)\]\(([^)\s]+)\)|\*\*([^*]+)\*\*|`([^`]+)`/g;

export function partsOf(text: string): readonly Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const found of text.matchAll(MARKS)) {
    if (found.index > at) parts.push({ kind: "plain", text: text.slice(at, found.index) });
    at = found.index + found[0].length;
    const [, word, name, strong, mono] = found;
    if (word !== undefined && name !== undefined) {
      const pointed = pointedName(name);
      parts.push(pointed === null ? { kind: "plain", text: word } : { kind: "points", text: word, at: pointed, hue: hueOf(pointed) });
    } else if (strong !== undefined) parts.push({ kind: "strong", text: strong });
    else if (mono !== undefined) parts.push({ kind: "mono", text: mono });
  }
  if (at < text.length) parts.push({ kind: "plain", text: text.slice(at) });
  return parts;
}

const NAME = /^(pod|selected|service|node|gate|outside|address|chain|hop|policy|slice|workload):.+$/;

function pointedName(name: string): PointedName | null {
  // The pattern is the type's.
  return NAME.test(name) ? (name as PointedName) : null;
}

function hueOf(name: PointedName): Hue {
  if (/^(service:kube-system\/kube-dns|pod:kube-system\/coredns|workload:Deployment\/kube-system\/coredns)/.test(name)) return "dns";
  if (/^(service|slice):/.test(name)) return "svc";
  if (/^(gate|chain):/.test(name)) return "nat";
  return "ink";
}

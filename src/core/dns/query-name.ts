/**
 * The grammar of names below a zone of the kubernetes plugin: `endpoint.service.namespace.svc`,
 * `_port._protocol.service.namespace.svc`, `1-2-3-4.namespace.pod`.
 * Source: coredns plugin/kubernetes/parse.go; the kinds of names are those of the DNS schema 1.1.0.
 */
import { labelsOf } from "./names.ts";

export type QueryName =
  /** The zone itself, `svc` or `pod`: a name without records of its own. */
  | { readonly kind: "empty" }
  | { readonly kind: "invalid" }
  | { readonly kind: "namespace"; readonly below: "svc" | "pod"; readonly namespace: string }
  | {
      readonly kind: "object";
      readonly below: "svc" | "pod";
      readonly namespace: string;
      /** A Service's name, or the dashed address of a Pod. */
      readonly name: string;
      /** "" where the name has none. */
      readonly endpoint: string;
      readonly port: string;
      readonly protocol: string;
    };

/** `name` in lower case, below `zone` or equal to it. */
export function parseQueryName(name: string, zone: string): QueryName {
  const labels = labelsOf(name);
  const base = labels.slice(0, labels.length - labelsOf(zone).length);
  const [below, namespace, object, ...left] = base.reverse();
  if (below === undefined) return { kind: "empty" };
  if (below !== "svc" && below !== "pod") return { kind: "invalid" };
  if (namespace === undefined) return { kind: "empty" };
  if (object === undefined) return { kind: "namespace", below, namespace };
  const found = { kind: "object", below, namespace, name: object, endpoint: "", port: "", protocol: "" } as const;
  const [first, second] = left;
  if (left.length > 2) return { kind: "invalid" };
  if (second !== undefined) return { ...found, port: stripUnderscore(second), protocol: stripUnderscore(first ?? "") };
  return { ...found, endpoint: first ?? "" };
}

/** One underscore; labels without any are as good. */
function stripUnderscore(label: string): string {
  return label.startsWith("_") ? label.slice(1) : label;
}

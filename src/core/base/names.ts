/** Words that every room uses. Names are those of Kubernetes and of the kernel. */

export type Family = "IPv4" | "IPv6";
export type Protocol = "TCP" | "UDP" | "SCTP";

/** `namespace/name` of a namespaced object. */
export type NamespacedName = string;

/** Plain JSON, as YAML documents and API objects hold it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A `never` in a closed switch: the compiler finds the case that was forgotten. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}

/** Order by UTF-16 code units, equal in every engine (no locale). */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * What the API server answers to a dry run: addresses and ports that it would choose are stand-ins, for it takes none. The
 * network address of the range, node ports from 32769 upward. (pkg/registry/core/service/ipallocator, …/portallocator, dryRun)
 */
import { at, listAt, numberAt, textAt } from "../api/json.ts";
import type { KubeObject } from "../api/types.ts";

const FIRST_PORT = 32_769;

/** `sent`: what was asked for; `before`: what is stored already, or null. */
export function withStandIns(object: KubeObject, sent: unknown, before: KubeObject | null, serviceSubnets: readonly string[]): KubeObject {
  if (object.kind !== "Service" || object.apiVersion !== "v1") return object;
  const known = new Set([
    textAt(sent, "spec", "clusterIP"),
    textAt(before, "spec", "clusterIP"),
    "None",
    undefined,
    ...listAt(sent, "spec", "clusterIPs"),
    ...listAt(before, "spec", "clusterIPs"),
  ]);
  const standIn = (address: string): string => {
    const range = serviceSubnets.find((subnet) => subnet.includes(":") === address.includes(":"));
    return range === undefined ? address : (range.split("/")[0] ?? address);
  };
  const replaced = (address: unknown): unknown => (typeof address === "string" && !known.has(address) ? standIn(address) : address);
  const spec = at(object, "spec") as { readonly [field: string]: unknown }; // of a Service that was admitted
  const chosen = new Set(
    [...listAt(sent, "spec", "ports"), ...listAt(before, "spec", "ports")].map((port) => numberAt(port, "nodePort") ?? 0),
  );
  let next = FIRST_PORT;
  const ports = listAt(object, "spec", "ports").map((port) => {
    const nodePort = numberAt(port, "nodePort") ?? 0;
    return chosen.has(nodePort) || nodePort === 0 ? port : { ...(port as object), nodePort: next++ }; // a port that was admitted
  });
  return {
    ...object,
    spec: {
      ...spec,
      ...(spec["clusterIP"] === undefined ? {} : { clusterIP: replaced(spec["clusterIP"]) }),
      ...(spec["clusterIPs"] === undefined ? {} : { clusterIPs: listAt(spec, "clusterIPs").map(replaced) }),
      ...(ports.length === 0 ? {} : { ports }),
    },
  };
}

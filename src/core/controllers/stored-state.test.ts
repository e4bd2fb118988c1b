import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { EndpointSlice, KubeObject } from "../api/types.ts";
import { reconcileStored } from "./stored-state.ts";

interface Row {
  readonly request: { readonly objects: readonly unknown[]; readonly options: { readonly controllers: readonly string[] } };
  readonly expect: { readonly name: string; readonly "slices of": { readonly [service: string]: readonly EndpointRow[] | null } };
}

interface EndpointRow {
  readonly ip: string;
  readonly port?: number | null;
  readonly name?: string;
  readonly protocol?: string;
  readonly ready?: boolean;
  readonly serving?: boolean;
  readonly terminating?: boolean;
  readonly node?: string;
  readonly zone?: string;
  readonly hostname?: string;
  readonly hintZones?: readonly string[];
}

function rows(): Row[] {
  const text = readFileSync(new URL("./fixtures/endpointslices.jsonl", import.meta.url), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Row);
}

/** A row per address and port of a Service's slices; null when it has no slices. */
function rowsOf(objects: readonly KubeObject[], service: string): readonly string[] | null {
  const [namespace, name] = service.split("/");
  const slices = objects.filter(
    (object) =>
      object.kind === "EndpointSlice" &&
      object.metadata.namespace === namespace &&
      object.metadata.labels?.["kubernetes.io/service-name"] === name,
  ) as EndpointSlice[];
  if (slices.length === 0) return null;
  const found = slices.flatMap((slice) =>
    slice.endpoints.flatMap((endpoint) =>
      (slice.ports.length === 0 ? [undefined] : slice.ports).map((port) =>
        rowText({
          ip: endpoint.addresses[0] ?? "",
          port: port?.port ?? null,
          protocol: port?.protocol,
          ...endpoint.conditions,
          node: endpoint.nodeName,
          zone: endpoint.zone,
          hostname: endpoint.hostname,
          hintZones: endpoint.hints?.forZones?.map((zone) => zone.name),
        }),
      ),
    ),
  );
  return found.sort();
}

function rowText({ ip, port = null, protocol = "TCP", ready, serving, terminating, node, zone, hostname, hintZones }: EndpointRow): string {
  return JSON.stringify({ ip, port, protocol, ready, serving, terminating, node, zone, hostname, hintZones });
}

describe("reconcile examples", () => {
  it.each(rows().map((row) => [row.expect.name, row] as const))("%s", (_name, row) => {
    const objects = reconcileStored(row.request.objects, row.request.options.controllers);
    for (const [service, wanted] of Object.entries(row.expect["slices of"])) {
      expect(rowsOf(objects, service)).toEqual(wanted === null ? null : wanted.map(rowText).sort());
    }
  });
});

/** What CoreDNS knows after any writes is what it would read anew. */
import { array, assert, boolean, constantFrom, integer, property, record } from "fast-check";
import { expect, test } from "vitest";
import { emptyStore, put, remove } from "../api/store.ts";
import type { KubeObject } from "../api/types.ts";
import { DnsDataBook, dnsDataOf } from "./dns-data.ts";

const WRITE = record({
  kind: constantFrom("Service", "EndpointSlice", "Pod", "Namespace"),
  name: constantFrom("a", "a-b", "b"),
  namespace: constantFrom("x", "x-y"),
  service: constantFrom("a", "b"),
  address: integer({ min: 1, max: 4 }),
  flag: boolean(),
  gone: boolean(),
  look: boolean(),
});

test("after any writes, however many between two questions", () => {
  assert(
    property(array(WRITE, { maxLength: 40 }), (writes) => {
      const store = emptyStore();
      const book = new DnsDataBook();
      for (const { kind, name, namespace, service, address, flag, gone, look } of writes) {
        const metadata = kind === "Namespace" ? { name } : { name, namespace };
        const bodies: { readonly [kind: string]: object } = {
          Service: {
            metadata,
            spec: { type: flag ? "ClusterIP" : "ExternalName", externalName: "e.example", clusterIP: `10.96.0.${address}`, ports: [] },
          },
          EndpointSlice: {
            metadata: { ...metadata, labels: { "kubernetes.io/service-name": service } },
            addressType: "IPv4",
            ports: [],
            endpoints: [{ addresses: [`10.244.0.${address}`], conditions: { ready: flag } }, { addresses: ["10.244.9.9"] }],
          },
          Pod: { metadata, spec: {}, status: { phase: flag ? "Running" : "Succeeded", podIP: `10.244.0.${address}` } },
          Namespace: { metadata },
        };
        if (gone) remove(store, kind, kind === "Namespace" ? name : `${namespace}/${name}`);
        else put(store, { apiVersion: kind === "EndpointSlice" ? "discovery.k8s.io/v1" : "v1", kind, ...bodies[kind] } as KubeObject); // as far as it is read
        if (look) expect(book.dataOf(store)).toEqual(dnsDataOf(store));
      }
      expect(book.dataOf(store)).toEqual(dnsDataOf(store));
    }),
    { numRuns: 300, seed: 20260101 },
  );
});

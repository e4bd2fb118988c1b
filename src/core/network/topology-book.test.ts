/** The topology that follows changes is the one that is made anew, and stays the same value where nothing it is made of changed. */
import { array, assert, boolean, constantFrom, integer, property, record } from "fast-check";
import { expect, test } from "vitest";
import { emptyStore, put, remove } from "../api/store.ts";
import type { KubeObject } from "../api/types.ts";
import { TopologyBook, topologyOf } from "./topology.ts";

const WRITE = record({
  kind: constantFrom("Pod", "EndpointSlice", "Node", "Service"),
  name: constantFrom("a", "b"),
  address: integer({ min: 1, max: 3 }),
  fault: boolean(),
  gone: boolean(),
  look: boolean(),
});

test("after any writes and faults", () => {
  assert(
    property(array(WRITE, { maxLength: 30 }), (writes) => {
      const store = emptyStore();
      const book = new TopologyBook();
      const hosts = [{ id: "external", name: "external", address: "203.0.113.24", kind: "client" as const }];
      let faults = new Map<string, { readonly stopped: boolean; readonly cut: boolean }>();
      for (const { kind, name, address, fault, gone, look } of writes) {
        const metadata = kind === "Node" ? { name } : { name, namespace: "default" };
        const bodies: { readonly [kind: string]: object } = {
          Node: {
            spec: { podCIDR: `10.244.${name === "a" ? 1 : 2}.0/24` },
            status: { addresses: [{ type: "InternalIP", address: `192.168.1.${address}` }] },
          },
          // The first address of a node's Pod CIDR is its bridge's, unless somebody has it.
          Pod: { spec: { nodeName: "a", containers: [] }, status: { phase: "Running", podIPs: [{ ip: `10.244.1.${address}` }] } },
          EndpointSlice: { addressType: "IPv4", ports: [], endpoints: [{ addresses: [`10.244.2.${address}`] }] },
          Service: { spec: {} },
        };
        const apiVersion = kind === "EndpointSlice" ? "discovery.k8s.io/v1" : "v1";
        if (gone) remove(store, kind, kind === "Node" ? name : `default/${name}`);
        else put(store, { apiVersion, kind, metadata, ...bodies[kind] } as KubeObject); // as far as it is read
        if (fault) faults = new Map([["a", { stopped: address === 1, cut: address === 2 }]]);
        if (!look) continue;
        const topology = book.topologyOf(store, hosts, faults);
        expect(topology).toEqual(topologyOf(store, hosts, faults));
        put(store, { apiVersion: "v1", kind: "Service", metadata: { name: "c", namespace: "default" } });
        expect(book.topologyOf(store, hosts, faults)).toBe(topology);
      }
    }),
    { numRuns: 200, seed: 20260101 },
  );
});

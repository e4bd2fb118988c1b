import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { EndpointSlice, KubeObject } from "../api/types.ts";
import { readControllers, reconcileStored } from "./stored-state.ts";
import type { ControllerName } from "./wake-ups.ts";

interface Row {
  readonly request: { readonly objects: readonly unknown[]; readonly options: { readonly controllers: readonly ControllerName[] } };
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

describe("names of controllers", () => {
  it.each([
    [
      ["deployment", "endpointslice"],
      ["deployment", "endpointslice"],
    ],
    [
      ["deployment-controller", "endpointslice-mirroring-controller"],
      ["deployment", "endpointslicemirroring"],
    ],
    [
      ["garbage-collector-controller", "garbagecollector"],
      ["garbage-collector", "garbage-collector"],
    ],
    [
      ["service-lb-controller", "podgc"],
      ["load-balancer", "pod-garbage-collector"],
    ],
    // Real ones that change nothing here.
    [["serviceaccount-token-controller", "resourcequota"], []],
    [[], []],
  ])("%j", (names, wanted) => {
    expect(readControllers(names)).toEqual(wanted);
  });

  it("that nobody has are an error that lists those there are", () => {
    expect(readControllers(["endpointslices"])).toEqual({
      error: expect.stringMatching(/^there is no controller "endpointslices"; there are deployment, /),
    });
  });
});

describe("stored objects of a running cluster", () => {
  const set = {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "db", namespace: "default", uid: "set" },
    spec: {
      replicas: 1,
      serviceName: "db",
      selector: { matchLabels: { app: "db" } },
      template: { metadata: { labels: { app: "db" } }, spec: { containers: [{ name: "c", image: "redis" }] } },
    },
    status: { updateRevision: "db-6d8f5c7b9", currentRevision: "db-6d8f5c7b9" },
  };
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "db-0",
      namespace: "default",
      uid: "pod",
      labels: { app: "db", "controller-revision-hash": "db-6d8f5c7b9" },
      ownerReferences: [{ apiVersion: "apps/v1", kind: "StatefulSet", name: "db", uid: "set", controller: true }],
    },
    spec: { nodeName: "a", containers: [{ name: "c", image: "redis" }] },
    status: { phase: "Running", podIP: "10.9.0.4", podIPs: [{ ip: "10.9.0.4" }], conditions: [{ type: "Ready", status: "True" }] },
  };
  const node = { apiVersion: "v1", kind: "Node", metadata: { name: "a" }, spec: { podCIDR: "10.9.0.0/24" }, status: {} };

  it("keep their Pods, whatever their revision was called there", () => {
    const after = reconcileStored([node, set, pod]);
    expect(after.filter(({ kind }) => kind === "Pod").map(({ metadata }) => metadata.uid)).toEqual(["pod"]);
  });

  it("get their load balancer where a provider is named", () => {
    const service = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web", namespace: "default", annotations: { "kubehop.dev/load-balancer": "cloud" } },
      spec: { type: "LoadBalancer", clusterIP: "10.96.3.3", ports: [{ port: 80 }] },
    };
    const [of] = reconcileStored([service]).filter(({ kind }) => kind === "Service");
    expect(of?.["status"]).toEqual({ loadBalancer: { ingress: [{ ip: "198.51.100.10", ipMode: "VIP" }] } });
    expect(reconcileStored([service], ["endpointslice"]).find(({ kind }) => kind === "Service")?.["status"]).toEqual({ loadBalancer: {} });
  });
});

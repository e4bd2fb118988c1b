import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { at, listAt, numberAt, textAt } from "../api/json.ts";
import { storeOf } from "../api/stored.ts";
import type { KubeObject } from "../api/types.ts";
import { endpointsObjects } from "./endpoints-object.ts";

const NODE = "{apiVersion: v1, kind: Node, metadata: {name: a}}\n";
const service = (spec: string, metadata = ""): string =>
  `---\n{apiVersion: v1, kind: Service, metadata: {name: web, namespace: default, uid: s${metadata}}, spec: {type: ClusterIP, clusterIP: 10.96.1.2, ipFamilies: [IPv4], selector: {app: web}, ${spec}}}\n`;
const pod = (name: string, ip: string, { ready = true, metadata = "", ports = "" } = {}): string =>
  `---\n{apiVersion: v1, kind: Pod, metadata: {name: ${name}, namespace: default, uid: ${name}, labels: {app: web}${metadata}}, spec: {nodeName: a, containers: [{name: c, image: x${ports}}]}, status: {phase: Running, podIP: ${ip}, podIPs: [{ip: ${ip}}], conditions: [{type: Ready, status: "${ready ? "True" : "False"}"}]}}\n`;
const PORT = "ports: [{port: 80, protocol: TCP, targetPort: 8080}]";
const HTTP = "ports: [{name: http, port: 80, protocol: TCP, targetPort: http}]";
const named = (number: number): string => `, ports: [{name: http, containerPort: ${number}, protocol: TCP}]`;
const GONE = ", deletionTimestamp: 2026-01-01T00:00:00Z";

function endpoints(text: string): readonly KubeObject[] {
  return endpointsObjects(storeOf(parseAllDocuments(NODE + text).map((document): unknown => document.toJS())));
}

/** `ready ready | unready : ports`, a subset each. */
function shown(object: KubeObject | undefined): readonly string[] {
  return listAt(object, "subsets").map((subset) => {
    const ips = (field: string): string =>
      listAt(subset, field)
        .map((each) => textAt(each, "ip") ?? "")
        .join(" ");
    const ports = listAt(subset, "ports")
      .map((each) => `${textAt(each, "name") ?? ""}/${numberAt(each, "port") ?? 0}`)
      .join(",");
    return `${ips("addresses")} | ${ips("notReadyAddresses")} : ${ports}`.replaceAll(/ +/g, " ").trim();
  });
}

describe("the Endpoints of a Service", () => {
  it.each([
    [
      "ready and not, by their addresses as text",
      PORT,
      pod("p", "10.1.0.9") + pod("q", "10.1.0.10") + pod("r", "10.1.0.2", { ready: false }),
      ["10.1.0.10 10.1.0.9 | 10.1.0.2 : /8080"],
    ],
    ["nobody", PORT, "", []],
    ["without those on their way out", PORT, pod("p", "10.1.0.1") + pod("q", "10.1.0.2", { metadata: GONE }), ["10.1.0.1 | : /8080"]],
    [
      "with them where all are published",
      `publishNotReadyAddresses: true, ${PORT}`,
      pod("p", "10.1.0.1", { ready: false }) + pod("q", "10.1.0.2", { metadata: GONE }),
      ["10.1.0.1 10.1.0.2 | : /8080"],
    ],
    [
      "a subset for each number of a named port, none for a Pod without it",
      HTTP,
      pod("p", "10.1.0.1", { ports: named(8080) }) + pod("q", "10.1.0.2", { ports: named(9090) }) + pod("r", "10.1.0.3"),
      ["10.1.0.1 | : http/8080", "10.1.0.2 | : http/9090"],
    ],
  ])("%s", (_name, spec, pods, wanted) => {
    expect(shown(endpoints(service(spec) + pods)[0])).toEqual(wanted);
  });

  it("say who they are", () => {
    const [found] = endpoints(service(PORT, ", labels: {team: x}") + pod("p", "10.1.0.1"));
    expect(found?.metadata.labels).toEqual({ team: "x", "endpoints.kubernetes.io/managed-by": "endpoint-controller" });
    expect(at(found, "subsets", 0, "addresses", 0)).toEqual({
      ip: "10.1.0.1",
      nodeName: "a",
      targetRef: { kind: "Pod", namespace: "default", name: "p", uid: "p" },
    });
  });

  it.each([
    ["headless", service(PORT).replace("clusterIP: 10.96.1.2", "clusterIP: None"), ["10.1.0.1 | : /8080"]],
    ["headless without ports", service("ports: []").replace("clusterIP: 10.96.1.2", "clusterIP: None"), ["10.1.0.1 | :"]],
  ])("%s bear a label", (_name, text, wanted) => {
    const [found] = endpoints(text + pod("p", "10.1.0.1"));
    expect(found?.metadata.labels?.["service.kubernetes.io/headless"]).toBe("");
    expect(shown(found)).toEqual(wanted);
  });

  it.each([
    ["without a selector", service(PORT).replace("selector: {app: web}, ", "")],
    ["ExternalName", service(PORT).replace("type: ClusterIP", "type: ExternalName")],
  ])("there are none %s", (_name, text) => {
    expect(endpoints(text + pod("p", "10.1.0.1"))).toEqual([]);
  });

  it("that people wrote stand as they are", () => {
    const own =
      "---\n{apiVersion: v1, kind: Endpoints, metadata: {name: web, namespace: default}, subsets: [{addresses: [{ip: 192.0.2.1}], ports: [{port: 80}]}]}\n";
    expect(endpoints(service(PORT).replace("selector: {app: web}, ", "") + own).map(shown)).toEqual([["192.0.2.1 | : /80"]]);
  });

  it("hold a thousand addresses, the ready ones first", () => {
    const pods = Array.from({ length: 1010 }, (_none, index) =>
      pod(`p${index}`, `10.${Math.floor(index / 250)}.1.${index % 250}`, { ready: index >= 20 }),
    ).join("");
    const [found] = endpoints(service(PORT) + pods);
    expect([listAt(found, "subsets", 0, "addresses").length, listAt(found, "subsets", 0, "notReadyAddresses").length]).toEqual([990, 10]);
    expect(found?.metadata.annotations).toEqual({ "endpoints.kubernetes.io/over-capacity": "truncated" });
  });
});

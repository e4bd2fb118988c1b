import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { get, list } from "../api/store.ts";
import type { EndpointSlice, KubeObject, Service } from "../api/types.ts";
import { deletePod } from "./pod-deletion.ts";
import { reconcileStored } from "./stored-state.ts";
import { testCluster } from "./test-world.ts";
import { write } from "./world.ts";

const NODES = `{apiVersion: v1, kind: Node, metadata: {name: a, labels: {topology.kubernetes.io/zone: zone-a}}, status: {allocatable: {cpu: "4"}, conditions: [{type: Ready, status: "True"}]}}
---
{apiVersion: v1, kind: Node, metadata: {name: b, labels: {topology.kubernetes.io/zone: zone-b}}, status: {allocatable: {cpu: "4"}, conditions: [{type: Ready, status: "True"}]}}
`;

/** A running, ready Pod with label app=web; `more` overrides parts of it. */
function pod(
  name: string,
  ip: string,
  node: string,
  more: { readonly spec?: string; readonly metadata?: string; readonly ready?: boolean; readonly status?: string } = {},
): string {
  const { spec = "containers: [{name: c, image: x}]", metadata = "", ready = true, status = "" } = more;
  const at = node === "" ? "" : `nodeName: ${node}, `;
  return `---\n{apiVersion: v1, kind: Pod, metadata: {name: ${name}, namespace: default, uid: uid-${name}, labels: {app: web}${metadata}}, spec: {${at}${spec}}, status: {phase: Running, podIP: ${JSON.stringify(ip)}, podIPs: [{ip: ${JSON.stringify(ip)}}], conditions: [{type: Ready, status: "${ready ? "True" : "False"}"}]${status}}}\n`;
}

function service(spec: string, metadata = ""): string {
  return `---\n{apiVersion: v1, kind: Service, metadata: {name: web, namespace: default, uid: svc${metadata}}, spec: {type: ClusterIP, clusterIP: 10.96.1.2, clusterIPs: [10.96.1.2], ipFamilies: [IPv4], selector: {app: web}, ${spec}}}\n`;
}

const PORT = "ports: [{port: 80, protocol: TCP, targetPort: 8080}]";

function slicesOf(text: string): readonly EndpointSlice[] {
  const objects = parseAllDocuments(text).map((document): unknown => document.toJS());
  return reconcileStored(objects, ["endpointslice", "endpointslicemirroring"]).filter(
    (object: KubeObject): object is EndpointSlice => object.kind === "EndpointSlice",
  );
}

/** `ports: ip+conditions@node/zone=hostname>hints …`; a slice a line. */
function shown(slices: readonly EndpointSlice[]): readonly string[] {
  return slices.map((slice) => {
    const ports = slice.ports.map(({ name, port, protocol }) => `${name ?? "-"}/${String(port)}/${protocol ?? "-"}`).join(",");
    const endpoints = slice.endpoints.map(({ addresses, conditions = {}, nodeName = "-", zone = "-", hostname, hints }) => {
      const flags = (["ready", "serving", "terminating"] as const)
        .filter((flag) => conditions[flag])
        .map((flag) => flag[0])
        .join("");
      const near = [...(hints?.forZones ?? []), ...(hints?.forNodes ?? [])].map(({ name }) => name).join("+");
      return `${addresses.join()}:${flags}@${nodeName}/${zone}${hostname === undefined ? "" : `=${hostname}`}${near === "" ? "" : `>${near}`}`;
    });
    return `${slice.addressType} [${ports}] ${endpoints.join(" ")}`.trim();
  });
}

describe("the order of a slice", () => {
  const endpoint = (name: string, ip: string, node: string): string =>
    `{addresses: [${ip}], conditions: {ready: true, serving: true, terminating: false}, nodeName: ${node}, zone: zone-${node}, targetRef: {kind: Pod, namespace: default, name: ${name}, uid: uid-${name}}}`;
  const slice = (...endpoints: readonly string[]): string =>
    `---\n{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: web-old, namespace: default, generation: 4, labels: {kubernetes.io/service-name: web, endpointslice.kubernetes.io/managed-by: endpointslice-controller.k8s.io}, ownerReferences: [{apiVersion: v1, kind: Service, name: web, uid: svc, controller: true}]}, addressType: IPv4, ports: [{name: "", port: 8080, protocol: TCP}], endpoints: [${endpoints.join(", ")}]}\n`;
  const [p, q] = [pod("p", "10.1.0.1", "a"), pod("q", "10.1.0.2", "b")];
  const listed = slice(endpoint("q", "10.1.0.2", "b"), endpoint("p", "10.1.0.1", "a"));

  it.each([
    ["nothing changes where only the order is another", p + q, ["10.1.0.2", "10.1.0.1"], 4],
    ["a change of one leaves all in their place", p.replace('"True"', '"False"') + q, ["10.1.0.2", "10.1.0.1"], 5],
    ["one that comes follows those that are there", pod("n", "10.1.0.3", "a") + p + q, ["10.1.0.2", "10.1.0.1", "10.1.0.3"], 5],
    ["one that goes leaves the others in their place", p, ["10.1.0.1"], 5],
  ])("%s", (_name, pods, addresses, generation) => {
    const [found] = slicesOf(NODES + service(PORT) + pods + listed);
    expect(found?.endpoints.map((each) => each.addresses[0])).toEqual(addresses);
    expect(found?.metadata).toMatchObject({ name: "web-old", generation });
  });
});

describe("slices of a Service", () => {
  it.each([
    [
      "two ready Pods",
      service(PORT) + pod("p", "10.1.0.1", "a") + pod("q", "10.1.0.2", "b"),
      ["IPv4 [/8080/TCP] 10.1.0.1:rs@a/zone-a 10.1.0.2:rs@b/zone-b"],
    ],
    ["no Pods: a slice that stands for it", service(PORT), ["IPv4 []"]],
    ["an unready Pod is listed", service(PORT) + pod("p", "10.1.0.1", "a", { ready: false }), ["IPv4 [/8080/TCP] 10.1.0.1:@a/zone-a"]],
    [
      "published though not ready",
      service(`publishNotReadyAddresses: true, ${PORT}`) + pod("p", "10.1.0.1", "a", { ready: false }),
      ["IPv4 [/8080/TCP] 10.1.0.1:r@a/zone-a"],
    ],
    [
      "terminating, still serving",
      service(PORT) + pod("p", "10.1.0.1", "a", { metadata: ", deletionTimestamp: 2026-01-01T00:00:00Z" }),
      ["IPv4 [/8080/TCP] 10.1.0.1:st@a/zone-a"],
    ],
    ["on a node that is not there", service(PORT) + pod("p", "10.1.0.1", "gone"), ["IPv4 []"]],
    [
      "on a node that is not there, published",
      service(`publishNotReadyAddresses: true, ${PORT}`) + pod("p", "10.1.0.1", "gone"),
      ["IPv4 [/8080/TCP] 10.1.0.1:rs@gone/-"],
    ],
    [
      "hostname of its subdomain",
      service(PORT) +
        pod("p", "10.1.0.1", "a", { spec: "hostname: h, subdomain: web, containers: []" }) +
        pod("q", "10.1.0.2", "a", { spec: "hostname: i, subdomain: other, containers: []" }),
      ["IPv4 [/8080/TCP] 10.1.0.1:rs@a/zone-a=h 10.1.0.2:rs@a/zone-a"],
    ],
    [
      "a named port with two numbers",
      service("ports: [{name: http, port: 80, protocol: TCP, targetPort: http}]") +
        pod("p", "10.1.0.1", "a", { spec: "containers: [{name: c, image: x, ports: [{name: http, containerPort: 8080}]}]" }) +
        pod("q", "10.1.0.2", "a", { spec: "containers: [{name: c, image: x, ports: [{name: http, containerPort: 9090, protocol: TCP}]}]" }),
      ["IPv4 [http/8080/TCP] 10.1.0.1:rs@a/zone-a", "IPv4 [http/9090/TCP] 10.1.0.2:rs@a/zone-a"],
    ],
    [
      "a named port of a sidecar",
      service("ports: [{port: 80, protocol: TCP, targetPort: http}]") +
        pod("p", "10.1.0.1", "a", {
          spec: "containers: [{name: c, image: x}], initContainers: [{name: s, image: x, restartPolicy: Always, ports: [{name: http, containerPort: 15001}]}]",
        }),
      ["IPv4 [/15001/TCP] 10.1.0.1:rs@a/zone-a"],
    ],
    [
      "a named port that nobody has",
      service("ports: [{port: 80, protocol: TCP, targetPort: http}]") + pod("p", "10.1.0.1", "a"),
      ["IPv4 [] 10.1.0.1:rs@a/zone-a"],
    ],
    [
      "headless without ports",
      service("ports: []").replace("clusterIP: 10.96.1.2, clusterIPs: [10.96.1.2]", "clusterIP: None, clusterIPs: [None]") +
        pod("p", "10.1.0.1", "a"),
      ["IPv4 [] 10.1.0.1:rs@a/zone-a"],
    ],
    ["ExternalName", service(PORT).replace("type: ClusterIP", "type: ExternalName") + pod("p", "10.1.0.1", "a"), []],
    [
      "PreferSameNode",
      service(`trafficDistribution: PreferSameNode, ${PORT}`) + pod("p", "10.1.0.1", "a") + pod("q", "10.1.0.2", "b", { ready: false }),
      ["IPv4 [/8080/TCP] 10.1.0.1:rs@a/zone-a>zone-a+a 10.1.0.2:@b/zone-b"],
    ],
    [
      "PreferClose",
      service(`trafficDistribution: PreferClose, ${PORT}`) + pod("p", "10.1.0.1", "a") + pod("q", "10.1.0.2", "b"),
      ["IPv4 [/8080/TCP] 10.1.0.1:rs@a/zone-a>zone-a 10.1.0.2:rs@b/zone-b>zone-b"],
    ],
    [
      "PreferSameZone: none for those that are not ready",
      service(`trafficDistribution: PreferSameZone, ${PORT}`) + pod("p", "10.1.0.1", "a") + pod("q", "10.1.0.2", "b", { ready: false }),
      ["IPv4 [/8080/TCP] 10.1.0.1:rs@a/zone-a>zone-a 10.1.0.2:@b/zone-b"],
    ],
    [
      "terminating and published: ready all the same",
      service(`publishNotReadyAddresses: true, ${PORT}`) +
        pod("p", "10.1.0.1", "a", { metadata: ", deletionTimestamp: 2026-01-01T00:00:00Z" }),
      ["IPv4 [/8080/TCP] 10.1.0.1:rst@a/zone-a"],
    ],
    [
      "terminating, its process ended",
      service(PORT) + pod("p", "10.1.0.1", "a", { ready: false, metadata: ", deletionTimestamp: 2026-01-01T00:00:00Z" }),
      ["IPv4 [/8080/TCP] 10.1.0.1:t@a/zone-a"],
    ],
    [
      "Pods that have ended are none",
      service(PORT) +
        pod("p", "10.1.0.1", "a").replace("phase: Running", "phase: Succeeded") +
        pod("q", "10.1.0.2", "a").replace("phase: Running", "phase: Failed"),
      ["IPv4 []"],
    ],
    [
      "a name that stands for another protocol is not found",
      service("ports: [{port: 53, protocol: UDP, targetPort: dns}]") +
        pod("p", "10.1.0.1", "a", { spec: "containers: [{name: c, image: x, ports: [{name: dns, containerPort: 53, protocol: TCP}]}]" }),
      ["IPv4 [] 10.1.0.1:rs@a/zone-a"],
    ],
    [
      "one of two named ports is found in one Pod, both in the other",
      service("ports: [{name: a, port: 1, protocol: TCP, targetPort: a}, {name: b, port: 2, protocol: TCP, targetPort: b}]") +
        pod("p", "10.1.0.1", "a", { spec: "containers: [{name: c, image: x, ports: [{name: a, containerPort: 11}]}]" }) +
        pod("q", "10.1.0.2", "a", {
          spec: "containers: [{name: c, image: x, ports: [{name: a, containerPort: 11}, {name: b, containerPort: 12}]}]",
        }),
      ["IPv4 [a/11/TCP] 10.1.0.1:rs@a/zone-a", "IPv4 [a/11/TCP,b/12/TCP] 10.1.0.2:rs@a/zone-a"],
    ],
    [
      "Auto with a node that has no zone gives none",
      service(PORT, ", annotations: {service.kubernetes.io/topology-mode: Auto}") +
        pod("p", "10.1.0.1", "a") +
        pod("q", "10.1.0.2", "b") +
        '---\n{apiVersion: v1, kind: Node, metadata: {name: c}, status: {allocatable: {cpu: "4"}, conditions: [{type: Ready, status: "True"}]}}\n',
      ["IPv4 [/8080/TCP] 10.1.0.1:rs@a/zone-a 10.1.0.2:rs@b/zone-b"],
    ],
    [
      "PreferSameNode on a node without a zone",
      service(`trafficDistribution: PreferSameNode, ${PORT}`) +
        pod("p", "10.1.0.1", "c") +
        "---\n{apiVersion: v1, kind: Node, metadata: {name: c}}\n",
      ["IPv4 [/8080/TCP] 10.1.0.1:rs@c/->c"],
    ],
    [
      "PreferSameZone on a node without a zone",
      service(`trafficDistribution: PreferSameZone, ${PORT}`) +
        pod("p", "10.1.0.1", "c") +
        "---\n{apiVersion: v1, kind: Node, metadata: {name: c}}\n",
      ["IPv4 [/8080/TCP] 10.1.0.1:rs@c/-"],
    ],
    [
      "Auto",
      service(PORT, ", annotations: {service.kubernetes.io/topology-mode: Auto}") + pod("p", "10.1.0.1", "a") + pod("q", "10.1.0.2", "b"),
      ["IPv4 [/8080/TCP] 10.1.0.1:rs@a/zone-a>zone-a 10.1.0.2:rs@b/zone-b>zone-b"],
    ],
    [
      "Auto with all Pods in one zone lends",
      service(PORT, ", annotations: {service.kubernetes.io/topology-mode: auto}") +
        ["1", "2", "3", "4"].map((n) => pod(`p${n}`, `10.1.0.${n}`, "a")).join(""),
      ["IPv4 [/8080/TCP] 10.1.0.1:rs@a/zone-a>zone-b 10.1.0.2:rs@a/zone-a>zone-b 10.1.0.3:rs@a/zone-a>zone-a 10.1.0.4:rs@a/zone-a>zone-a"],
    ],
    [
      // Four fifths of the CPU in zone-a: of four endpoints it wants 3.2, at least ceil(3.2 / 1.2) = 3, zone-b at least 1.
      "Auto by the zones' CPU",
      service(PORT, ", annotations: {service.kubernetes.io/topology-mode: Auto}") +
        ["1", "2", "3", "4"].map((n) => pod(`p${n}`, `10.1.0.${n}`, n < "3" ? "a" : "b")).join("") +
        '---\n{apiVersion: v1, kind: Node, metadata: {name: a2, labels: {topology.kubernetes.io/zone: zone-a}}, status: {allocatable: {cpu: 12000m}, conditions: [{type: Ready, status: "True"}]}}\n',
      ["IPv4 [/8080/TCP] 10.1.0.1:rs@a/zone-a>zone-a 10.1.0.2:rs@a/zone-a>zone-a 10.1.0.3:rs@b/zone-b>zone-a 10.1.0.4:rs@b/zone-b>zone-b"],
    ],
    [
      // 12 to 4: of three endpoints zone-a needs ceil(2.25 / 1.2) = 2, zone-b ceil(0.75 / 1.2) = 1; of two it would need three.
      "Auto that would overload a zone",
      service(PORT, ", annotations: {service.kubernetes.io/topology-mode: Auto}") +
        pod("p1", "10.1.0.1", "a") +
        pod("p2", "10.1.0.2", "b") +
        '---\n{apiVersion: v1, kind: Node, metadata: {name: a2, labels: {topology.kubernetes.io/zone: zone-a}}, status: {allocatable: {cpu: "8"}, conditions: [{type: Ready, status: "True"}]}}\n',
      ["IPv4 [/8080/TCP] 10.1.0.1:rs@a/zone-a 10.1.0.2:rs@b/zone-b"],
    ],
    [
      "Auto with fewer endpoints than zones",
      service(`trafficDistribution: PreferSameZone, ${PORT}`, ", annotations: {service.kubernetes.io/topology-mode: Auto}") +
        pod("p", "10.1.0.1", "a"),
      ["IPv4 [/8080/TCP] 10.1.0.1:rs@a/zone-a"],
    ],
  ])("%s", (_name, text, wanted) => {
    expect(shown(slicesOf(NODES + text))).toEqual(wanted);
  });

  it("come in two families", () => {
    const dual = service(PORT).replace("ipFamilies: [IPv4]", "ipFamilies: [IPv4, IPv6]");
    const both = pod("p", "10.1.0.1", "a", { status: "" }).replace(
      'podIPs: [{ip: "10.1.0.1"}]',
      'podIPs: [{ip: 10.1.0.1}, {ip: "FD00:0::1"}]',
    );
    expect([...shown(slicesOf(NODES + dual + both))].sort()).toEqual([
      "IPv4 [/8080/TCP] 10.1.0.1:rs@a/zone-a",
      "IPv6 [/8080/TCP] fd00::1:rs@a/zone-a",
    ]);
  });

  it("hold at most a hundred endpoints", () => {
    const pods = Array.from({ length: 205 }, (_, index) =>
      pod(`p${index}`, `10.1.${Math.floor(index / 200)}.${(index % 200) + 1}`, "a"),
    ).join("");
    expect(
      slicesOf(NODES + service(PORT) + pods)
        .map(({ endpoints }) => endpoints.length)
        .sort(),
    ).toEqual([100, 100, 5]);
  });

  it("carry the Service's labels and the controller's, and belong to it", () => {
    const [slice] = slicesOf(
      NODES +
        service(PORT, ", labels: {team: x, kubernetes.io/service-name: lie}").replace(
          "clusterIP: 10.96.1.2, clusterIPs: [10.96.1.2]",
          "clusterIP: None, clusterIPs: [None]",
        ),
    );
    expect(slice?.metadata).toMatchObject({
      generateName: "web-",
      labels: {
        team: "x",
        "kubernetes.io/service-name": "web",
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
        "service.kubernetes.io/headless": "",
      },
      ownerReferences: [{ kind: "Service", name: "web", uid: "svc", controller: true, blockOwnerDeletion: true }],
    });
    expect(slice?.metadata.name).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });

  it("are left to people where there is no selector", () => {
    const own =
      "---\n{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: mine, namespace: default, labels: {kubernetes.io/service-name: web}}, addressType: IPv4, endpoints: [{addresses: [192.0.2.1]}], ports: [{port: 80}]}\n";
    expect(slicesOf(NODES + service(PORT).replace("selector: {app: web}, ", "") + own).map(({ metadata }) => metadata.name)).toEqual([
      "mine",
    ]);
  });
});

describe("Endpoints made by hand", () => {
  const bare = service(PORT).replace("selector: {app: web}, ", "");
  const endpoints = (metadata = ""): string =>
    `---\n{apiVersion: v1, kind: Endpoints, metadata: {name: web, namespace: default, uid: ep, labels: {x: y${metadata}}}, subsets: [{addresses: [{ip: 192.0.2.1, nodeName: a}, {ip: "2001:db8::1"}], notReadyAddresses: [{ip: 192.0.2.2, hostname: h}], ports: [{name: http, port: 8080}]}]}\n`;
  it("are mirrored, a slice a family", () => {
    const slices = slicesOf(NODES + bare + endpoints());
    expect([...shown(slices)].sort()).toEqual([
      "IPv4 [http/8080/TCP] 192.0.2.1:r@a/- 192.0.2.2:@-/-=h",
      "IPv6 [http/8080/TCP] 2001:db8::1:r@-/-",
    ]);
    expect(slices[0]?.metadata).toMatchObject({
      labels: { x: "y", "endpointslice.kubernetes.io/managed-by": "endpointslicemirroring-controller.k8s.io" },
      ownerReferences: [{ kind: "Endpoints", name: "web" }],
    });
    expect(slices[0]?.endpoints[0]?.conditions).toEqual({ ready: true });
  });

  it.each([
    ["not when they say so", bare + endpoints(', endpointslice.kubernetes.io/skip-mirror: "true"')],
    ["not without a Service", endpoints()],
    ["not with a selector", service(PORT) + endpoints()],
  ])("%s", (_name, text) => {
    expect(
      slicesOf(NODES + text).filter(
        ({ metadata }) => metadata.labels?.["endpointslice.kubernetes.io/managed-by"]?.startsWith("endpointslicemirroring") === true,
      ),
    ).toEqual([]);
  });
});

describe("slices over time", () => {
  const WEB = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: nginx, image: nginx}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
`;
  it("keep their name while endpoints come and go, and their order is that of the Pods", () => {
    const cluster = testCluster();
    cluster.apply(WEB);
    const slice = (): EndpointSlice => {
      const [only, ...more] = list(cluster.world.store, "EndpointSlice").filter(({ metadata }) => metadata.name.startsWith("web"));
      if (only === undefined || more.length > 0) throw new Error("expected one slice");
      return only;
    };
    const first = slice();
    expect(first.endpoints).toHaveLength(3);
    deletePod(cluster.world, `default/${first.endpoints[0]?.targetRef?.name ?? ""}`);
    cluster.settle();
    expect(slice().metadata.name).toBe(first.metadata.name);
    expect(
      slice()
        .endpoints.slice(0, 2)
        .map(({ addresses }) => addresses),
    ).toEqual(first.endpoints.slice(1).map(({ addresses }) => addresses));
    cluster.apply(WEB.replace("replicas: 3", "replicas: 0"));
    expect(slice()).toMatchObject({ metadata: { name: first.metadata.name }, endpoints: [], ports: [] });
  });

  it("follow the Service's selector", () => {
    const cluster = testCluster();
    cluster.apply(WEB);
    const service = get(cluster.world.store, "Service", "default/web");
    if (service === undefined) throw new Error("no Service");
    write(cluster.world, { ...service, spec: { ...service.spec, selector: { app: "webb" } } } satisfies Service);
    cluster.settle();
    expect(list(cluster.world.store, "EndpointSlice").find(({ metadata }) => metadata.name.startsWith("web"))?.endpoints).toEqual([]);
  });
});

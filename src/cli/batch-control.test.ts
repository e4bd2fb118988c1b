/** `api`, `reconcile` and `check` of a batch, with requests of our own: what is stored, what comes of it, what is wrong. */
import { describe, expect, test } from "vitest";
import { at, isObject } from "../core/api/json.ts";
import { answerLine } from "./batch.ts";

function ask(command: string, request: { readonly [field: string]: unknown }): unknown {
  const answer = answerLine(JSON.stringify({ id: 1, command, ...request }));
  return answer.ok ? answer.result : answer.error.message;
}

const service = (spec: object = {}, metadata: object = {}): object => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web", ...metadata },
  spec: { ports: [{ port: 80 }], ...spec },
});
const stored = (spec: object = {}, metadata: object = {}): object =>
  service(
    { type: "ClusterIP", clusterIP: "10.96.3.3", clusterIPs: ["10.96.3.3"], ...spec },
    { namespace: "default", uid: "u", ...metadata },
  );
const namespace = (name: string): object => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } });

/** `object clusterIP`, `409 AlreadyExists`, or the message of a request that could not be answered. */
function shown(answer: unknown): string {
  if (!isObject(answer)) return String(answer);
  const status = answer["status"];
  if (status !== undefined) return `${String(at(status, "code"))} ${String(at(status, "reason"))}: ${String(at(status, "message"))}`;
  return `${String(at(answer, "object", "spec", "type") ?? at(answer, "object", "kind"))} ${String(at(answer, "object", "metadata", "name"))}`;
}

describe("api", () => {
  test.each([
    ["a Service", [], { op: "create", object: service() }, "ClusterIP web"],
    ["one that is there already", [service()], { op: "create", object: service() }, '409 AlreadyExists: services "web" already exists'],
    [
      "one in a List of what is stored",
      [{ apiVersion: "v1", kind: "List", items: [stored()] }],
      { stored: true, op: "create", object: service() },
      '409 AlreadyExists: services "web" already exists',
    ],
    [
      "the address of the cluster's own DNS",
      [],
      { op: "create", object: service({ clusterIP: "10.96.0.10" }) },
      /^422 Invalid: .*provided IP is already allocated$/,
    ],
    [
      "that address where nothing else is stored",
      [],
      { stored: true, op: "create", object: service({ clusterIP: "10.96.0.10" }) },
      "ClusterIP web",
    ],
    ["an update of nothing", [], { op: "update", object: service() }, '404 NotFound: services "web" not found'],
    ["an update of what is stored", [stored()], { stored: true, op: "update", object: stored({ type: "NodePort" }) }, "NodePort web"],
    [
      "an update of what it is told was there",
      [],
      { stored: true, op: "update", old: stored(), object: stored({ type: "LoadBalancer" }) },
      "LoadBalancer web",
    ],
    [
      "an address that changes",
      [stored()],
      { stored: true, op: "update", object: stored({ clusterIP: "10.96.3.4", clusterIPs: ["10.96.3.4"] }) },
      /^422 Invalid: .*may not change once set$/,
    ],
    [
      "an older version",
      [],
      { stored: true, op: "update", old: stored({}, { resourceVersion: "4" }), object: stored({}, { resourceVersion: "3" }) },
      /^409 Conflict: Operation cannot be fulfilled/,
    ],
    ["a deletion", [stored()], { stored: true, op: "delete", object: service() }, "ClusterIP web"],
    [
      "a Namespace that is not there",
      [],
      { op: "create", object: service({}, { namespace: "shop" }) },
      '404 NotFound: namespaces "shop" not found',
    ],
    ["one that is", [namespace("shop")], { stored: true, op: "create", object: service({}, { namespace: "shop" }) }, "ClusterIP web"],
    [
      "a field that does not exist",
      [],
      { op: "create", object: service({ selectr: {} }) },
      /^400 BadRequest: .*unknown field "spec.selectr"$/,
    ],
    [
      "a value of another type",
      [],
      { op: "create", object: service({ ports: [{ port: "80" }] }) },
      /^400 BadRequest: .*cannot unmarshal string/,
    ],
    [
      "a kind of somebody's own",
      [],
      { op: "create", object: { apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "w" } } },
      "Widget w",
    ],
    ["no object", [], { op: "create" }, "object is missing: what to create"],
    ["no operation", [], { object: service() }, "op is missing: create, update or delete"],
    ["another operation", [], { op: "patch", object: service() }, '--op takes create, update, delete, not "patch"'],
    ["no instant", [], { op: "create", object: service(), now: "yesterday" }, /^--now takes an instant/],
    ["something that is no object", [], { op: "create", object: [1] }, /^400 BadRequest/],
  ] as const)("%s", (_name, objects, options, wanted) => {
    const answer = shown(ask("api", { objects, options }));
    if (typeof wanted === "string") expect(answer).toBe(wanted);
    else expect(answer).toMatch(wanted);
  });

  test("the settings of the cluster are documents among the objects", () => {
    const range = { apiVersion: "kubeadm.k8s.io/v1beta4", kind: "ClusterConfiguration", networking: { serviceSubnet: "10.50.0.0/24" } };
    const answer = ask("api", { objects: [range], options: { stored: true, op: "create", object: service() } });
    expect(at(answer, "object", "spec", "clusterIP")).toMatch(/^10\.50\.0\.\d+$/);
  });

  test("files are what is stored too", () => {
    const files = [
      { name: "web.yaml", text: "apiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec: { ports: [ { port: 80 } ] }\n" },
    ];
    expect(shown(ask("api", { files, options: { op: "create", object: service() } }))).toBe(
      '409 AlreadyExists: services "web" already exists',
    );
  });

  test("warnings come beside the object; the same request has the same answer", () => {
    const request = { objects: [], options: { op: "create", object: service({ trafficDistribution: "PreferClose" }) } };
    const answer = ask("api", request);
    expect(at(answer, "warnings")).toEqual(['spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"']);
    expect(ask("api", request)).toEqual(answer);
    expect(
      at(
        ask("api", { ...request, options: { ...request.options, now: "2026-11-21T12:00:00Z" } }),
        "object",
        "metadata",
        "creationTimestamp",
      ),
    ).toBe("2026-11-21T12:00:00Z");
  });
});

describe("reconcile", () => {
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "default" },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: "web" } },
      template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "c", image: "nginx" }] } },
    },
  };
  const node = {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "n" },
    spec: { podCIDR: "10.1.0.0/24" },
    status: { conditions: [{ type: "Ready", status: "True" }] },
  };
  const selecting = stored({ selector: { app: "web" } });

  /** How many of each kind are in `default`. */
  function made(objects: readonly object[], options: object): string {
    const answer = ask("reconcile", { objects, options });
    if (!isObject(answer)) return String(answer);
    const kinds = (answer["objects"] as readonly { kind: string; metadata: { namespace?: string } }[])
      .filter(({ metadata }) => metadata.namespace === "default")
      .map(({ kind }) => kind);
    return [...new Set(kinds)]
      .sort()
      .map((kind) => `${kinds.filter((each) => each === kind).length} ${kind}`)
      .join(", ");
  }

  test.each([
    ["everything", {}, "1 Deployment, 1 EndpointSlice, 2 Pod, 1 ReplicaSet, 1 Service"],
    ["only Deployments", { controllers: ["deployment"] }, "1 Deployment, 1 ReplicaSet, 1 Service"],
    ["up to ReplicaSets", { controllers: ["deployment", "replicaset"] }, "1 Deployment, 2 Pod, 1 ReplicaSet, 1 Service"],
    [
      "as kube-controller-manager spells them",
      { controllers: ["deployment-controller", "replicaset-controller"] },
      "1 Deployment, 2 Pod, 1 ReplicaSet, 1 Service",
    ],
    ["only slices", { controllers: ["endpointslice"] }, "1 Deployment, 1 EndpointSlice, 1 Service"],
    ["named as one text", { controllers: "deployment,replicaset" }, "1 Deployment, 2 Pod, 1 ReplicaSet, 1 Service"],
    ["none", { controllers: [] }, "1 Deployment, 1 Service"],
    ["one that does nothing here", { controllers: ["resourcequota"] }, "1 Deployment, 1 Service"],
    ["one that does not exist", { controllers: ["endpointslices"] }, /^controllers: there is no controller "endpointslices"; there are /],
  ])("of stored objects: %s", (_name, options, wanted) => {
    const answer = made([node, deployment, selecting], { stored: true, ...options });
    if (typeof wanted === "string") expect(answer).toBe(wanted);
    else expect(answer).toMatch(wanted);
  });

  test("of manifests that the API server refuses", () => {
    expect(made([service({ ports: [{ port: 70_000 }] })], {})).toMatch(/^objects:1:\d+: spec\.ports\[0\]\.port: Invalid value: 70000/);
  });

  test("of stored objects that no API server can have stored", () => {
    expect(made([{ apiVersion: "v1", kind: "Service", metadata: { name: "web" }, spec: { ports: "80" } }], { stored: true })).toMatch(
      /cannot unmarshal/,
    );
  });

  test("stored Pods count as they are, ready or not; nothing is started anew", () => {
    const pod = (name: string, ready: boolean, ip: string): object => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "default", uid: name, labels: { app: "web" } },
      spec: { nodeName: "n", containers: [{ name: "c", image: "nginx", readinessProbe: { tcpSocket: { port: 9 } } }] },
      status: { phase: "Running", podIP: ip, podIPs: [{ ip }], conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
    });
    const answer = ask("reconcile", {
      objects: [node, selecting, pod("a", true, "10.1.0.5"), pod("b", false, "10.1.0.6")],
      options: { stored: true },
    });
    const slice = (at(answer, "objects") as readonly { kind: string }[]).find(({ kind }) => kind === "EndpointSlice");
    const endpoints = at(slice, "endpoints") as readonly { addresses: readonly string[]; conditions: { ready: boolean } }[];
    expect(endpoints.map(({ addresses, conditions }) => `${addresses.join()} ${String(conditions.ready)}`)).toEqual([
      "10.1.0.5 true",
      "10.1.0.6 false",
    ]);
  });

  test("a dump that is no stored state is a running cluster all the same", () => {
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "web-x", namespace: "default", uid: "p", labels: { app: "web" } },
      spec: { nodeName: "box", containers: [{ name: "c", image: "nginx" }] },
      status: {
        phase: "Running",
        podIP: "10.244.9.9",
        podIPs: [{ ip: "10.244.9.9" }],
        hostIP: "192.0.2.7",
        conditions: [{ type: "Ready", status: "True" }],
      },
    };
    const answer = ask("reconcile", { objects: [pod, selecting], options: {} });
    const all = at(answer, "objects") as readonly { kind: string; metadata: { name: string }; status?: { podIP?: string } }[];
    expect(all.filter(({ kind }) => kind === "Node").map(({ metadata }) => metadata.name)).toEqual(["box"]);
    expect(all.find(({ metadata }) => metadata.name === "web-x")?.status?.podIP).toBe("10.244.9.9");
  });
});

describe("check", () => {
  const lines = (answer: unknown): readonly string[] =>
    (answer as readonly { file: string; line: number; column: number; severity: string; code: string }[]).map(
      ({ file, line, column, severity, code }) => `${file}:${line}:${column} ${severity} ${code}`,
    );
  const good = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports:\n    - port: 80\n";

  test.each([
    ["nothing wrong", [["web.yaml", good]], []],
    [
      "a port and a bracket, in the order of the text",
      [["web.yaml", `${good.replace("80", "0")}---\nfoo: [\n`]],
      ["web.yaml:7:7 error invalid-value", "web.yaml:7:13 error invalid-value", "web.yaml:9:6 error yaml-unclosed-bracket"],
    ],
    [
      "two files, in their order",
      [
        ["b.yaml", good.replace("kind: Service\n", "")],
        ["a.yaml", good.replace("80", "70000")],
      ],
      ["b.yaml:1:1 error missing-kind", "a.yaml:7:7 error invalid-value", "a.yaml:7:13 error invalid-value"],
    ],
    ["a paste without indentation", [["web.yaml", good.replace(/^ +/gm, "")]], ["web.yaml:4:1 error lost-indentation"]],
    ["Windows line ends and a byte order mark", [["web.yaml", `\uFEFF${good.replaceAll("\n", "\r\n")}`]], []],
    ["empty documents", [["web.yaml", `---\n# nothing\n---\n\n---\n${good}---\n`]], []],
    ["tabs after values", [["web.yaml", good.replaceAll("\n", "\t\n")]], []],
    [
      "a List in a List",
      [["web.json", JSON.stringify({ apiVersion: "v1", kind: "List", items: [{ apiVersion: "v1", kind: "List", items: [service()] }] })]],
      [],
    ],
    ["the same object twice", [["web.yaml", `${good}---\n${good}`]], ["web.yaml:12:9 warning duplicate-object"]],
  ] as const)("%s", (_name, files, wanted) => {
    const answer = ask("check", { files: files.map(([name, text]) => ({ name, text })), options: {} });
    expect(lines(answer)).toEqual(wanted);
  });

  test("a file that is not there", () => {
    expect(ask("check", { files: ["/nowhere/web.yaml"], options: {} })).toBe("/nowhere/web.yaml cannot be read: there is no such file");
  });

  test("objects have places in the text that they make", () => {
    expect(
      lines(ask("check", { objects: [service({ ports: [{ port: 70_000 }] })], options: {} })).map((line) => line.replace(/:\d+ /, " ")),
    ).toEqual(["objects:1 error invalid-value", "objects:1 error invalid-value"]);
  });
});

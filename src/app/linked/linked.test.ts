import { describe, expect, test } from "vitest";
import type { ManifestFile } from "../../core/manifests/types.ts";
import { createSimulation } from "../../core/simulation/simulation.ts";
import type { PointedName } from "../state/pointing-names.ts";
import { writtenIn } from "./documents.ts";
import { addressOf, thingAtAddress } from "./holders.ts";
import { linesNaming, namesAtLine } from "./lines.ts";
import { meaningOf } from "./meaning.ts";
import { namesOfRule, thingsOfOrigin } from "./rule-names.ts";

const TEXT = `# Two of them.
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  clusterIP: 10.96.7.7
  selector:
    app: web
  ports:
    - port: 80
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: default }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata:
      labels: { app: web }
    spec:
      containers: [{ name: web, image: nginx }]

---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: only-here
spec:
  podSelector: { matchLabels: { app: web } }
  ingress: []
`;
const file: ManifestFile = { name: "all.yaml", text: TEXT };
const simulation = createSimulation({ files: [file], seed: 1 });
simulation.settle();
const cluster = simulation.view();
const pods = cluster.pods.filter(({ labels }) => labels.app === "web");
const [first] = pods;
if (first === undefined || pods.length !== 2) throw new Error("two Pods were asked for");
const ip = first.ips[0] ?? "";

test("objects in the text, with their names, templates and selectors", () => {
  expect(
    writtenIn(file).map(({ kind, namespace, name, start, end, nameLine, template, selector }) => [
      `${kind} ${namespace}/${name}`,
      `${start}-${end}`,
      nameLine,
      template,
      selector,
    ]),
  ).toEqual([
    ["Service default/web", "1-11", 5, null, [8, 9]],
    ["Deployment default/web", "13-23", 15, [19, 23], null],
    ["NetworkPolicy default/only-here", "26-32", 29, null, null],
  ]);
});

describe("what a line names", () => {
  test.each([
    ["the address of a Service", 7, ["address:10.96.7.7"]],
    ["a selector takes Pods", 9, ["selected:default/web"]],
    ["any other line is its object", 11, ["service:default/web"]],
    ["between documents there is nothing", 12, []],
    ["a workload", 17, ["workload:Deployment/default/web"]],
    ["a policy", 31, ["policy:default/only-here"]],
    ["beyond the end", 400, []],
  ] as const)("%s", (_, line, wanted) => expect(namesAtLine(cluster, file, line)).toEqual(wanted));
});

describe("what a name means", () => {
  const meaning = (...of: PointedName[]): { readonly names: readonly string[]; readonly things: readonly unknown[] } => {
    const { names, things } = meaningOf(cluster, of);
    return { names: [...names].sort(), things };
  };
  const pod = { kind: "pod", key: first.key };

  test("an address is who holds it, and a Pod its addresses", () => {
    expect(meaning(`address:${ip}`)).toEqual({ names: [`address:${ip}`, `pod:${first.key}`], things: [pod] });
    expect(meaning(`pod:${first.key}`)).toEqual({ names: [`address:${ip}`, `pod:${first.key}`], things: [pod] });
    expect(meaning("address:10.96.7.7")).toEqual({
      names: ["address:10.96.7.7", "service:default/web"],
      things: [{ kind: "service", key: "default/web" }],
    });
    expect(meaning("address:203.0.113.254")).toEqual({ names: ["address:203.0.113.254"], things: [] });
  });

  test("a hop is itself, and rings its place; a rule marks the chain that it hands to", () => {
    expect(meaning("hop:3", "gate:node-1")).toEqual({ names: ["hop:3"], things: [{ kind: "gate", node: "node-1" }] });
    expect(meaning("service:default/web", "chain:nat/KUBE-SVC-X").names).toContain("chain:nat/KUBE-SVC-X");
  });

  test("a workload, a selector and a policy are their Pods", () => {
    const keys = pods.map(({ key }) => ({ kind: "pod", key }));
    expect(meaning("workload:Deployment/default/web").things).toEqual(keys);
    expect(meaning("selected:default/web").things).toEqual(keys);
    expect(meaning("policy:default/only-here")).toEqual({ names: ["policy:default/only-here"], things: keys });
  });

  test("nothing means nothing", () => expect(meaning()).toEqual({ names: [], things: [] }));
});

describe("lines that say what is pointed at", () => {
  const lines = (...of: PointedName[]): readonly string[] =>
    linesNaming(cluster, [file], new Set(meaningOf(cluster, of).names)).map(({ from, to, kind }) => `${kind} ${from}-${to}`);
  test("a Service: its document, its name, its address", () => {
    expect(lines("service:default/web")).toEqual(["object 1-11", "mention 5-5", "mention 7-7"]);
  });
  test("a Pod that a Deployment makes: the template", () => {
    expect(lines(`pod:${first.key}`)).toEqual(["object 19-23", "mention 19-19"]);
  });
  test("a node of the default cluster stands nowhere", () => expect(lines("node:node-1")).toEqual([]));
});

describe("what a rule names", () => {
  const origin = { servicePort: "default/web" };
  test.each([
    [
      "-A KUBE-SERVICES -d 10.96.7.7/32 -p tcp -m tcp --dport 80 -j KUBE-SVC-A",
      origin,
      ["service:default/web", "address:10.96.7.7", "chain:nat/KUBE-SVC-A"],
    ],
    [
      '-A KUBE-SVC-A -m comment --comment "default/web -> 10.9.9.9:80" -j KUBE-SEP-B',
      { ...origin, endpoint: "10.244.1.3:80" },
      ["address:10.244.1.3", "chain:nat/KUBE-SEP-B"],
    ],
    ["-A KUBE-SVC-A ! -s 10.244.0.0/16 -j KUBE-MARK-MASQ", null, []],
    ["-A KUBE-SEP-B -p tcp -m tcp -j DNAT --to-destination [fd00:10:244::3]:80", null, ["address:fd00:10:244::3"]],
    ["-A KUBE-SEP-B -s fd00:10:244::3/128 -j KUBE-MARK-MASQ", null, ["address:fd00:10:244::3"]],
    ["-A X -s fd00:10:244::/56 -j ACCEPT", null, []],
  ] as const)("%s", (text, origin, wanted) => expect(namesOfRule({ text, origin, table: "nat" })).toEqual(wanted));

  test("who it was written for", () => {
    expect(thingsOfOrigin(cluster, { servicePort: "default/web:http", endpoint: `${ip}:80` })).toEqual([
      { kind: "service", key: "default/web" },
      { kind: "pod", key: first.key },
    ]);
    expect(thingsOfOrigin(cluster, { servicePort: "default/gone" })).toEqual([]);
  });
});

test.each([
  ["10.244.1.3:80", "10.244.1.3"],
  ["[fd00::3]:80", "fd00::3"],
  ["fd00::3", "fd00::3"],
])("%s is at %s", (socket, address) => expect(addressOf(socket)).toBe(address));
test("nobody holds an address that nobody has", () => expect(thingAtAddress(cluster, "10.1.1.1")).toBeNull());

/** A running cluster, printed as kubectl prints it and read by another run: its objects are used as they are. */
import { describe, expect, it } from "vitest";
import type { KubeObject, Pod } from "../api/types.ts";
import { act, cluster, edit, sendOne, web } from "./testing.ts";
import { createSimulation, type Simulation } from "./simulation.ts";

const SECRETS = `---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db }
spec:
  serviceName: db
  replicas: 2
  selector: { matchLabels: { app: db } }
  template: { metadata: { labels: { app: db } }, spec: { containers: [ { name: redis, image: redis:7 } ] } }
---
apiVersion: v1
kind: Service
metadata: { name: db }
spec: { clusterIP: None, selector: { app: db }, ports: [ { port: 6379 } ] }
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: agent, namespace: kube-system }
spec:
  selector: { matchLabels: { app: agent } }
  template: { metadata: { labels: { app: agent } }, spec: { containers: [ { name: a, image: nginx } ] } }
`;

/** A cluster that ran elsewhere: other names and other addresses than this run would give. */
function elsewhere(): Simulation {
  return cluster(`${web({ extra: "type: NodePort" })}\n${SECRETS}`, { seed: 77, now: "2025-06-01T10:00:00Z" });
}

type Keep = (object: KubeObject) => boolean;

/** `kubectl get … -A -o json` of it. */
function dump(simulation: Simulation, keep: Keep = () => true): string {
  const items = simulation.objects().filter((object) => object.kind !== "Event" && keep(object));
  return JSON.stringify({ apiVersion: "v1", kind: "List", metadata: { resourceVersion: "" }, items }, null, 2);
}

function read(text: string): Simulation {
  const simulation = createSimulation({ seed: 1 });
  edit(simulation, text);
  return simulation;
}

const named =
  (...kinds: readonly string[]): Keep =>
  ({ kind }) =>
    kinds.includes(kind);

/** An object without what a write alone changes. */
function plain(object: KubeObject): unknown {
  const { resourceVersion: _version, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function pods(simulation: Simulation, namespace = "default"): readonly Pod[] {
  return (simulation.objects("Pod") as Pod[]).filter(({ metadata }) => metadata.namespace === namespace); // the kind says so
}

const podLines = (simulation: Simulation): readonly string[] =>
  (simulation.objects("Pod") as Pod[]).map(({ metadata, spec, status }) => `${metadata.name} ${status.podIP ?? ""} ${spec.nodeName ?? ""}`);

describe("a dump of a running cluster", () => {
  const source = elsewhere();
  const text = dump(source);

  it.each(["Pod", "EndpointSlice", "Service", "ReplicaSet", "Node", "Deployment", "StatefulSet", "DaemonSet"])(
    "keeps every %s as it is",
    (kind) => {
      const copy = read(text);
      expect(copy.objects(kind).map(plain)).toEqual(source.objects(kind).map(plain));
    },
  );

  it.each(["control-plane", "node-1", "node-2", "node-3"])("makes the same rules on %s, to the byte", (node) => {
    const rules = source.rulesText(node, "IPv4", false);
    expect(rules).toContain("-A KUBE-SEP-");
    expect(read(text).rulesText(node, "IPv4", false)).toBe(rules);
  });

  it("is read once more, and nothing changes", () => {
    const copy = read(text);
    const before = podLines(copy);
    const revision = copy.snapshot().revision;
    edit(copy, text);
    expect(podLines(copy)).toEqual(before);
    expect(copy.snapshot().revision).toBe(revision);
  });

  it("takes a request by name, through its own name servers, to one of its own Pods", () => {
    const copy = read(text);
    const journey = sendOne(copy, "default/client", "http://web");
    expect(journey.outcome.kind).toBe("delivered");
    const web = pods(source).filter(({ metadata }) => metadata.name.startsWith("web-"));
    const arrived = journey.packets.find(({ purpose }) => purpose === "request")?.outcome;
    const at = arrived?.kind === "delivered" && arrived.to.kind === "pod" ? arrived.to.pod : arrived;
    expect(web.map(({ metadata }) => `default/${metadata.name}`)).toContain(at);
  });

  it("scales: the Pods of the dump live on, and new ones join them", () => {
    const copy = read(text);
    const before = podLines(copy).filter((line) => line.startsWith("web-"));
    edit(copy, text.replace('"replicas": 3,', '"replicas": 5,'));
    const after = podLines(copy).filter((line) => line.startsWith("web-"));
    expect(after).toHaveLength(5);
    expect(after).toEqual(expect.arrayContaining([...before]));
    expect(new Set(podLines(copy).map((line) => line.split(" ")[1])).size).toBe(podLines(copy).length);
    const endpoints = copy.objects("EndpointSlice").find(({ metadata }) => metadata.name.startsWith("web-"))?.["endpoints"];
    expect(endpoints).toHaveLength(5);
  });

  it("rolls out another image", () => {
    const copy = read(text);
    const old = podLines(copy).filter((line) => line.startsWith("web-"));
    const [deployment, rest] = cutAfterKind(text, "Deployment", "web");
    edit(copy, deployment + rest.replace("nginx:1.27", "nginx:1.28"));
    const now = pods(copy).filter(({ metadata }) => metadata.name.startsWith("web-"));
    expect(now).toHaveLength(3);
    expect(now.map(({ spec }) => spec.containers[0]?.image)).toEqual(["nginx:1.28", "nginx:1.28", "nginx:1.28"]);
    expect(now.map(({ metadata, status, spec }) => `${metadata.name} ${status.podIP ?? ""} ${spec.nodeName ?? ""}`)).not.toEqual(
      expect.arrayContaining([old[0]]),
    );
    // The old ReplicaSet stays for a rollback, as in the cluster that the dump came from.
    const sets = copy.objects("ReplicaSet").filter(({ metadata }) => metadata.name.startsWith("web-"));
    expect(sets.map(({ metadata }) => metadata.annotations?.["deployment.kubernetes.io/revision"]).sort()).toEqual(["1", "2"]);
  });

  it("gives a deleted Pod a successor, and an unchanged text does not bring it back", () => {
    const copy = read(text);
    const [first] = pods(copy).filter(({ metadata }) => metadata.name.startsWith("web-"));
    const name = first?.metadata.name ?? "";
    act(copy, { kind: "delete-pod", pod: `default/${name}` });
    const now = (): readonly string[] =>
      pods(copy)
        .map(({ metadata }) => metadata.name)
        .filter((each) => each.startsWith("web-"));
    expect(now()).toHaveLength(3);
    expect(now()).not.toContain(name);
    const settled = now();
    edit(copy, text);
    expect(now()).toEqual(settled);
  });

  it("a Deployment that goes takes its Pods along, and put back brings them back", () => {
    const copy = read(text);
    const before = podLines(copy);
    const items = (JSON.parse(text) as { items: KubeObject[] }).items;
    const isWeb = ({ kind, metadata }: KubeObject): boolean => kind === "Deployment" && metadata.name === "web";
    edit(copy, JSON.stringify({ apiVersion: "v1", kind: "List", items: items.filter((item) => !isWeb(item)) }));
    expect(podLines(copy)).toEqual(before.filter((line) => !line.startsWith("web-")));
    edit(copy, text);
    expect([...podLines(copy)].sort()).toEqual([...before].sort());
    expect(sendOne(copy, "default/client", "http://web").outcome.kind).toBe("delivered");
  });

  it("a rollout that was half done goes on", () => {
    const halfway = createSimulation({ seed: 77 });
    edit(halfway, web());
    halfway.apply([{ name: "test.yaml", text: web().replace("nginx:1.27", "nginx:1.28") }], halfway.now + 1_200_000_000);
    const sets = halfway.objects("ReplicaSet").filter(({ metadata }) => metadata.namespace === "default");
    expect(sets).toHaveLength(2);
    const copy = read(dump(halfway));
    const images = pods(copy)
      .filter(({ metadata }) => metadata.name.startsWith("web-"))
      .map(({ spec }) => spec.containers[0]?.image);
    expect(images).toEqual(["nginx:1.28", "nginx:1.28", "nginx:1.28"]);
    expect(copy.objects("ReplicaSet").filter(({ metadata }) => metadata.namespace === "default")).toHaveLength(2);
  });

  it("a StatefulSet and a DaemonSet keep their Pods, whatever the revision was called there", () => {
    const renamed = text
      .replaceAll(/"(db-[0-9a-z]+)"(?=,?\s*(?:"statefulset|\}|"))/g, '"$1"')
      .replaceAll(/("controller-revision-hash": ")[^"]+"/g, '$1made-in-go"')
      .replaceAll(/("(?:current|update)Revision": ")[^"]+"/g, '$1made-in-go"');
    const copy = read(renamed);
    const uids = (simulation: Simulation): readonly unknown[] => simulation.objects("Pod").map(({ metadata }) => metadata.uid);
    expect(uids(copy)).toEqual(uids(source));
    const [before, after] = cutAfterKind(renamed, "StatefulSet", "db");
    edit(copy, before + after.replace('"image": "redis:7"', '"image": "redis:8"'));
    const db = pods(copy).filter(({ metadata }) => metadata.name.startsWith("db-"));
    expect(db.map(({ metadata, spec }) => [metadata.name, spec.containers[0]?.image])).toEqual([
      ["db-0", "redis:8"],
      ["db-1", "redis:8"],
    ]);
  });

  it("an unready Pod stays unready until somebody says otherwise", () => {
    const [pod] = pods(source).filter(({ metadata }) => metadata.name.startsWith("web-"));
    const name = `default/${pod?.metadata.name ?? ""}`;
    const sick = cluster(`${web({ extra: "type: NodePort" })}\n${SECRETS}`, { seed: 77 });
    act(sick, { kind: "set-ready", pod: name, ready: false });
    const copy = read(dump(sick));
    const isReady = (): boolean => copy.view().pods.find((each) => each.key === name)?.state === "ready";
    expect(isReady()).toBe(false);
    edit(copy, dump(sick).replace('"replicas": 3,', '"replicas": 4,'));
    expect(isReady()).toBe(false);
    act(copy, { kind: "set-ready", pod: name, ready: true });
    expect(isReady()).toBe(true);
    act(copy, { kind: "set-ready", pod: name, ready: null });
    expect(isReady()).toBe(false);
  });

  it("counts restarts from where they were", () => {
    const [pod] = pods(source).filter(({ metadata }) => metadata.name.startsWith("web-"));
    const name = pod?.metadata.name ?? "";
    const [before, after] = cutAfterKind(text, "Pod", name);
    const copy = read(before + after.replace('"restartCount": 0', '"restartCount": 7'));
    const restarts = (): unknown => pods(copy).find(({ metadata }) => metadata.name === name)?.status.containerStatuses?.[0]?.restartCount;
    expect(restarts()).toBe(7);
    act(copy, { kind: "crash-pod", pod: `default/${name}` });
    expect(restarts()).toBe(8);
  });
});

/** The text up to an object, and from its name on (names come after kinds in what `JSON.stringify` prints of our objects). */
function cutAfterKind(text: string, kind: string, name: string): readonly [string, string] {
  const at = new RegExp(`"kind": "${kind}",\\s*"metadata": \\{\\s*"name": "${name}"`).exec(text)?.index ?? -1;
  if (at < 0) throw new Error(`no ${kind} ${name}`);
  return [text.slice(0, at), text.slice(at)];
}

describe("a dump that lacks something", () => {
  const source = elsewhere();

  it.each([
    ["ReplicaSets", named("Node", "Pod", "Service", "EndpointSlice", "Deployment", "StatefulSet", "DaemonSet")],
    ["all owners", named("Node", "Pod", "Service", "EndpointSlice")],
    ["Nodes", named("Pod", "Service", "EndpointSlice", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet")],
    ["EndpointSlices", named("Node", "Pod", "Service", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet")],
    ["everything but Pods and Services", named("Pod", "Service")],
  ] as const)("%s: the Pods stay, and requests reach them", (_what, keep) => {
    const copy = read(dump(source, keep));
    expect(podLines(copy)).toEqual(podLines(source));
    for (const to of ["http://web", "http://db-0.db:6379"]) expect(sendOne(copy, "default/client", to).outcome.kind).toBe("delivered");
    const [pod] = pods(copy).filter(({ metadata }) => metadata.name.startsWith("web-"));
    act(copy, { kind: "delete-pod", pod: `default/${pod?.metadata.name ?? ""}` });
    expect(pods(copy).filter(({ metadata }) => metadata.name.startsWith("web-"))).toHaveLength(3);
    expect(sendOne(copy, "default/client", "http://web").outcome.kind).toBe("delivered");
  });
});

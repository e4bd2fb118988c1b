/** What a person does to a running cluster: what each action changes, what packets meet then, and what is refused. */
import { describe, expect, test } from "vitest";
import { SECOND } from "../base/time.ts";
import type { Journey } from "../network/trace.ts";
import type { Action } from "./contract.ts";
import type { Simulation } from "./simulation.ts";
import { CLIENT, act, cluster, send, sendOne, sender, web } from "./testing.ts";
import type { EndpointView, PodView } from "./view.ts";

function podsOf(simulation: Simulation, prefix = "web-"): readonly PodView[] {
  return simulation.view().pods.filter(({ name, namespace }) => namespace === "default" && name.startsWith(prefix));
}

function podOn(simulation: Simulation, node: string): PodView {
  const pod = podsOf(simulation).find((each) => each.node === node);
  if (pod === undefined) throw new Error(`no Pod of web on ${node}`);
  return pod;
}

function endpointsOf(simulation: Simulation): readonly EndpointView[] {
  return simulation.view().services.find(({ key }) => key === "default/web")?.endpoints ?? [];
}

const readyNodes = (simulation: Simulation): readonly (string | null)[] =>
  endpointsOf(simulation)
    .filter(({ ready }) => ready)
    .map(({ node }) => node)
    .sort();

function nodeOf(simulation: Simulation, name: string) {
  const node = simulation.view().nodes.find((each) => each.name === name);
  if (node === undefined) throw new Error(`no node ${name}`);
  return node;
}

function soon(simulation: Simulation, action: Action, seconds: number): void {
  const refusal = simulation.perform(action, simulation.now + seconds * SECOND);
  if (refusal !== null) throw new Error(refusal.error);
}

/** One request; other things go on for so long, no longer. */
function sendFor(simulation: Simulation, from: string, to: string, seconds: number): Journey {
  const ids = simulation.send({ from: sender(from), to });
  if ("error" in ids) throw new Error(ids.error);
  simulation.settle(simulation.now + seconds * SECOND);
  const journey = simulation.journey(ids[0] ?? 0);
  if (journey === null) throw new Error(`${to} has not ended`);
  return journey;
}

const outcomes = (journeys: ReturnType<typeof send>): readonly string[] => [...new Set(journeys.map(({ outcome }) => outcome.kind))].sort();

describe("a crashed container", () => {
  test("leaves the endpoints until it runs again, a second later the first time", () => {
    const simulation = cluster(web());
    const pod = podOn(simulation, "node-2");
    soon(simulation, { kind: "crash-pod", pod: pod.key }, 0.5);
    expect(simulation.view().pods.find(({ key }) => key === pod.key)).toMatchObject({ state: "not-ready", restarts: 0 });
    expect(readyNodes(simulation)).toEqual(["node-1", "node-3"]);
    simulation.settle();
    expect(simulation.view().pods.find(({ key }) => key === pod.key)).toMatchObject({ state: "ready", restarts: 1, ips: pod.ips });
    expect(readyNodes(simulation)).toEqual(["node-1", "node-2", "node-3"]);
  });

  test("that crashes again and again waits 10, 20, 40 s", () => {
    const simulation = cluster(web({ replicas: 1 }));
    const [pod] = podsOf(simulation);
    const from = simulation.now;
    const seen: string[] = [];
    soon(simulation, { kind: "crash-pod", pod: pod?.key ?? "", times: 4 }, 0);
    for (let second = 0; second < 90; second++) {
      simulation.settle(from + second * SECOND + SECOND / 2);
      const status = simulation.object("Pod", pod?.key ?? "")?.["status"];
      const line =
        JSON.stringify(status).match(/back-off \w+ restarting failed container=nginx/)?.[0] ?? podsOf(simulation)[0]?.state ?? "";
      if (seen.at(-1)?.endsWith(` s ${line}`) !== true) seen.push(`${second} s ${line}`);
    }
    expect(seen).toEqual([
      "0 s not-ready",
      "1 s ready",
      "2 s back-off 10s restarting failed container=nginx",
      "12 s ready",
      "13 s back-off 20s restarting failed container=nginx",
      "33 s ready",
      "34 s back-off 40s restarting failed container=nginx",
      "74 s ready",
    ]);
    expect(podsOf(simulation)[0]).toMatchObject({ restarts: 4 });
  });

  test("of a Pod that is never restarted ends the Pod", () => {
    const simulation = cluster(
      "apiVersion: v1\nkind: Pod\nmetadata: { name: once }\nspec: { restartPolicy: Never, containers: [ { name: c, image: nginx } ] }\n",
    );
    act(simulation, { kind: "crash-pod", pod: "default/once" });
    expect(podsOf(simulation, "once")[0]).toMatchObject({ state: "failed", restarts: 0 });
  });

  test("refuses connections in the stale window", () => {
    const simulation = cluster(web({ replicas: 1 }), { delays: { slice: 5 * SECOND } });
    const [pod] = podsOf(simulation);
    soon(simulation, { kind: "crash-pod", pod: pod?.key ?? "", times: 2 }, 2.5);
    const sent = simulation.send({
      from: { kind: "pod", pod: "default/client" },
      to: simulation.view().services.find(({ key }) => key === "default/web")?.clusterIps[0] ?? "",
    });
    simulation.settle(simulation.now + SECOND);
    expect("error" in sent ? sent : simulation.journey(sent[0] ?? 0)).toMatchObject({ outcome: { kind: "refused" }, pod: pod?.key });
  });
});

describe("a slow Pod", () => {
  const probed = web({ replicas: 1 }).replace(
    "image: nginx:1.27 }",
    "image: nginx:1.27, readinessProbe: { httpGet: { port: 80 }, periodSeconds: 5, failureThreshold: 2, timeoutSeconds: 2 } }",
  );

  test.each([
    [0, "delivered"],
    [300_000_000, "delivered"],
    [6 * SECOND, "dropped"],
  ])("answers %d ns later", (delay, outcome) => {
    const simulation = cluster(web({ replicas: 1 }));
    const usual = sendOne(simulation, "default/client", "http://web");
    act(simulation, { kind: "slow-pod", pod: podsOf(simulation)[0]?.key ?? "", delay });
    const slow = sendOne(simulation, "default/client", "http://web");
    expect(slow.outcome.kind).toBe(outcome);
    if (outcome === "delivered") expect(Math.round((slow.endedAt - slow.sentAt - (usual.endedAt - usual.sentAt)) / 1e8)).toBe(delay / 1e8);
  });

  test("is not ready after so many failed probes, and ready again after one that passes", () => {
    const simulation = cluster(probed);
    const key = podsOf(simulation)[0]?.key ?? "";
    const at = simulation.now;
    act(simulation, { kind: "slow-pod", pod: key, delay: 3 * SECOND });
    expect(podsOf(simulation)[0]).toMatchObject({ state: "not-ready" });
    expect(podsOf(simulation)[0]?.reason).toContain("context deadline exceeded");
    // Up to one period to the next probe, one more to the second, and its time-out.
    expect((simulation.now - at) / SECOND).toBeGreaterThan(7);
    expect((simulation.now - at) / SECOND).toBeLessThan(13);
    act(simulation, { kind: "slow-pod", pod: key, delay: 0 });
    expect(podsOf(simulation)[0]).toMatchObject({ state: "ready" });
  });

  test("within the probe's patience stays ready", () => {
    const simulation = cluster(probed);
    act(simulation, { kind: "slow-pod", pod: podsOf(simulation)[0]?.key ?? "", delay: SECOND });
    expect(podsOf(simulation)[0]).toMatchObject({ state: "ready" });
  });
});

describe("a cordoned node", () => {
  test("keeps its Pods and takes no new ones until it is uncordoned", () => {
    const simulation = cluster(web());
    act(simulation, { kind: "cordon", node: "node-2" });
    expect(nodeOf(simulation, "node-2")).toMatchObject({ cordoned: true, ready: true });
    expect(readyNodes(simulation)).toEqual(["node-1", "node-2", "node-3"]);
    act(simulation, { kind: "delete-pod", pod: podOn(simulation, "node-2").key });
    expect(readyNodes(simulation)).not.toContain("node-2");
    act(simulation, { kind: "uncordon", node: "node-2" });
    expect(nodeOf(simulation, "node-2").cordoned).toBe(false);
    expect(simulation.object("Node", "node-2")?.["spec"]).not.toHaveProperty("taints");
    act(simulation, { kind: "delete-pod", pod: podsOf(simulation)[0]?.key ?? "" });
    expect(readyNodes(simulation)).toContain("node-2");
  });
});

describe("draining", () => {
  const AGENT = `
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: agent }
spec: { selector: { matchLabels: { app: agent } }, template: { metadata: { labels: { app: agent } }, spec: { containers: [ { name: c, image: redis } ] } } }
`;
  test("evicts all Pods but those of DaemonSets", () => {
    const simulation = cluster(web() + AGENT);
    act(simulation, { kind: "drain", node: "node-3" });
    expect(readyNodes(simulation)).toEqual(expect.arrayContaining(["node-1", "node-2"]));
    expect(readyNodes(simulation)).toHaveLength(3);
    expect(
      simulation
        .view()
        .pods.filter(({ node }) => node === "node-3")
        .map(({ shortName }) => shortName.split("-")[0]),
    ).toEqual(["agent"]);
  });

  test("stops before Pods that nothing makes again, unless it is by force", () => {
    const simulation = cluster(web());
    expect(simulation.perform({ kind: "drain", node: "node-1" })).toEqual({
      error: "Node node-1 cannot be drained: nothing would make default/client again. Drain it by force to delete them.",
    });
    expect(nodeOf(simulation, "node-1").cordoned).toBe(false);
    act(simulation, { kind: "drain", node: "node-1", force: true });
    expect(podsOf(simulation, "client")).toEqual([]);
  });
});

describe.each([
  ["stop-node", "start-node"],
  ["cut-node", "join-node"],
] as const)("%s", (down, up) => {
  test("loses packets at once; after the grace the endpoints go, after 300 s the Pods are made elsewhere", () => {
    const simulation = cluster(web());
    const lost = podOn(simulation, "node-2");
    soon(simulation, { kind: down, node: "node-2" }, 1);
    const since = simulation.now;
    expect(nodeOf(simulation, "node-2")).toMatchObject({ ready: true, fault: down === "stop-node" ? "stopped" : "cut" });
    // 50 s until the node counts as lost, 300 s more until its Pods are evicted
    expect(Math.round(((nodeOf(simulation, "node-2").evictsAt ?? 0) - since) / SECOND)).toBe(349);
    const journey = sendFor(simulation, "default/client", lost.ips[0] ?? "", 10);
    expect(journey.outcome.kind).toBe("dropped");
    expect(journey.packets.at(-1)?.outcome).toMatchObject({ kind: "lost", why: "node-down" });
    simulation.settle(simulation.now + 41 * SECOND);
    expect(nodeOf(simulation, "node-2").ready).toBe(false);
    expect(readyNodes(simulation)).toEqual(["node-1", "node-3"]);
    expect(podsOf(simulation)).toHaveLength(3);
    for (let request = 0; request < 10; request++)
      expect(sendFor(simulation, "default/client", "http://web", 1).outcome.kind).toBe("delivered");
    simulation.settle();
    expect(readyNodes(simulation)).toHaveLength(3);
    expect(readyNodes(simulation)).not.toContain("node-2");
    // Its kubelet cannot say that it has ended.
    expect(podsOf(simulation).find(({ key }) => key === lost.key)?.state).toBe("terminating");
    expect(simulation.timeline()).toContainEqual(expect.objectContaining({ kind: "event", about: "Node node-2", reason: "NodeNotReady" }));
    act(simulation, { kind: up, node: "node-2" });
    expect(nodeOf(simulation, "node-2")).toMatchObject({ ready: true, changesBehind: 0 });
    expect(podsOf(simulation).map(({ key }) => key)).not.toContain(lost.key);
  });

  test("shorter than the eviction keeps the Pods", () => {
    const simulation = cluster(web());
    const pod = podOn(simulation, "node-2");
    soon(simulation, { kind: down, node: "node-2" }, 100);
    expect(nodeOf(simulation, "node-2").changesBehind).toBeGreaterThan(0);
    act(simulation, { kind: up, node: "node-2" });
    const again = podsOf(simulation).find(({ key }) => key === pod.key);
    expect(again).toMatchObject({ state: "ready", restarts: down === "stop-node" ? 1 : 0 });
    // A booted node makes sandboxes anew; a cut one ran on.
    expect(again?.ips[0] === pod.ips[0]).toBe(down === "cut-node");
    expect(outcomes(send(simulation, "default/client", "http://web", { count: 20 }))).toEqual(["delivered"]);
  });

  test("while it lasts, Pods on the node hear each other or nobody", () => {
    const simulation = cluster(web({ replicas: 6 }));
    const here = podsOf(simulation).filter(({ node }) => node === "node-1");
    soon(simulation, { kind: down, node: "node-1" }, 1);
    const local = simulation.send({ from: { kind: "pod", pod: "default/client" }, to: here[0]?.ips[0] ?? "" });
    const far = simulation.send({ from: { kind: "pod", pod: "default/client" }, to: podOn(simulation, "node-2").ips[0] ?? "" });
    simulation.settle(simulation.now + 20 * SECOND);
    const [localJourney, farJourney] = [local, far].map((ids) =>
      "error" in ids ? ids.error : simulation.journey(ids[0] ?? 0)?.outcome.kind,
    );
    if (down === "cut-node") expect([localJourney, farJourney]).toEqual(["delivered", "dropped"]);
    else expect(localJourney).toBe("Pod default/client does not run: its node node-1 is stopped.");
  });
});

describe("a stopped kube-proxy", () => {
  test("leaves its rules as they are while the cluster changes, and says how far it is behind", () => {
    const simulation = cluster(
      web({ replicas: 2 }) + CLIENT.replace("name: client", "name: other").replace("node-1", "node-2").replace(/^/, "\n---\n"),
    );
    act(simulation, { kind: "stop-proxy", node: "node-1" });
    const before = simulation.rulesText("node-1", "IPv4", false);
    const { syncedAt } = nodeOf(simulation, "node-1").proxy;
    expect(nodeOf(simulation, "node-1").proxy).toEqual({ stopped: true, syncedAt, dueAt: null });
    for (const { key } of podsOf(simulation)) act(simulation, { kind: "delete-pod", pod: key });
    expect(simulation.rulesText("node-1", "IPv4", false)).toBe(before);
    expect(nodeOf(simulation, "node-1").proxy.syncedAt).toBe(syncedAt);
    expect(nodeOf(simulation, "node-1").changesBehind).toBeGreaterThan(0);
    expect(nodeOf(simulation, "node-2").changesBehind).toBe(0);
    expect(outcomes(send(simulation, "default/client", "http://web", { count: 5 }))).not.toContain("delivered");
    expect(outcomes(send(simulation, "default/other", "http://web", { count: 5 }))).toEqual(["delivered"]);
    act(simulation, { kind: "start-proxy", node: "node-1" });
    expect(nodeOf(simulation, "node-1").changesBehind).toBe(0);
    expect(outcomes(send(simulation, "default/client", "http://web", { count: 5 }))).toEqual(["delivered"]);
  });
});

describe("restarting a workload's Pods", () => {
  test("replaces each of them, in a rolling update", () => {
    const simulation = cluster(web());
    const before = podsOf(simulation).map(({ key }) => key);
    act(simulation, { kind: "restart-pods", workload: { kind: "Deployment", key: "default/web" } });
    const after = podsOf(simulation).map(({ key }) => key);
    expect(after).toHaveLength(3);
    expect(after.filter((key) => before.includes(key))).toEqual([]);
  });
});

describe("what cannot be done is refused in plain words, and nothing changes", () => {
  const simulation = cluster(web());
  const none = "default/none";
  test.each<readonly [Action, string]>([
    [{ kind: "delete-pod", pod: none }, "There is no Pod default/none."],
    [{ kind: "set-ready", pod: none, ready: true }, "There is no Pod default/none."],
    [{ kind: "crash-pod", pod: none }, "There is no Pod default/none."],
    [{ kind: "crash-pod", pod: "default/client", container: "x" }, "Pod default/client has no container x."],
    [{ kind: "crash-pod", pod: "default/client", times: 0 }, "A container crashes 1 to 100 times in a row, not 0."],
    [{ kind: "slow-pod", pod: none, delay: 1 }, "There is no Pod default/none."],
    [{ kind: "slow-pod", pod: "default/client", delay: -1 }, "A Pod is slowed down by a time from 0 up, not by -1 ns."],
    [{ kind: "cordon", node: "x" }, "There is no node x."],
    [{ kind: "uncordon", node: "x" }, "There is no node x."],
    [{ kind: "drain", node: "x" }, "There is no node x."],
    [{ kind: "stop-node", node: "x" }, "There is no node x."],
    [{ kind: "start-node", node: "node-1" }, "Node node-1 is not stopped."],
    [{ kind: "cut-node", node: "x" }, "There is no node x."],
    [{ kind: "join-node", node: "node-1" }, "Node node-1 is not cut off."],
    [{ kind: "stop-proxy", node: "x" }, "There is no node x."],
    [{ kind: "start-proxy", node: "node-1" }, "kube-proxy of node-1 runs already."],
    [{ kind: "restart-pods", workload: { kind: "Deployment", key: none } }, "There is no Deployment default/none."],
    [
      { kind: "restart-pods", workload: { kind: "ReplicaSet", key: "default/web" } },
      "The Pods of a ReplicaSet are not replaced by a restart: delete them one by one.",
    ],
  ])("%o", (action, error) => {
    const before = simulation.hash();
    expect(simulation.perform(action)).toEqual({ error });
    expect(simulation.hash()).toBe(before);
  });
});

test("an action is an entry of the timeline, and going back undoes it", () => {
  const simulation = cluster(web());
  const back = simulation.rewindPoint();
  const before = simulation.hash();
  for (const action of [
    { kind: "crash-pod", pod: podOn(simulation, "node-3").key },
    { kind: "slow-pod", pod: podOn(simulation, "node-3").key, delay: 1_500_000_000 },
    { kind: "stop-proxy", node: "node-1" },
    { kind: "stop-node", node: "node-2" },
  ] as const)
    act(simulation, action);
  const said = simulation.timeline().flatMap((entry) => (entry.kind === "action" ? [entry.what.replace(/web-\S+/, "web")] : []));
  expect(said).toEqual(["default/web crashed", "default/web answers 1.5 s later", "kube-proxy of node-1 stopped", "node-2 stopped"]);
  back();
  expect(simulation.hash()).toBe(before);
});

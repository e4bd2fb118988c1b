import { describe, expect, test } from "vitest";
import { createSimulation } from "../../core/simulation/simulation.ts";
import type { Action } from "../../core/simulation/contract.ts";
import type { SimulationFacade } from "../../core/simulation/contract.ts";
import type { ThingId } from "../../scene/contract.ts";
import type { TimelineEvent } from "../../core/simulation/view.ts";
import { eventsAbout, factsOf } from "./thing-facts.ts";

const WEB = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [ { name: nginx, image: nginx:1.28 } ] }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [ { name: http, port: 80 } ] }
---
apiVersion: v1
kind: Service
metadata: { name: front }
spec: { type: LoadBalancer, selector: { app: nobody }, ports: [ { port: 80, nodePort: 30080 } ] }
---
apiVersion: v1
kind: Pod
metadata: { name: lost }
spec: { nodeSelector: { disk: ssd }, containers: [ { name: c, image: curlimages/curl } ] }
`;

function cluster(...actions: readonly Action[]): SimulationFacade {
  const simulation = createSimulation({ files: [{ name: "web.yaml", text: WEB }] });
  for (const action of actions) expect(simulation.perform(action)).toBeNull();
  return simulation;
}

/** `label: line / line`, as the page shows them. */
function page(simulation: SimulationFacade, thing: ThingId, actions: readonly Action[] = []): readonly string[] {
  const facts = factsOf(
    simulation.view(),
    thing,
    actions.map((action) => ({ at: 0, action })),
  );
  if (facts === null) return [];
  return [`${facts.title}, ${facts.state}`, ...facts.facts.map(({ label, lines }) => `${label}: ${lines.join(" / ")}`)];
}

const podOf = (simulation: SimulationFacade): string => simulation.view().pods.find(({ name }) => name.startsWith("web-"))?.key ?? "";
/** What the simulation draws is not what these tests are about. */
const withoutNames = (lines: readonly string[]): readonly string[] =>
  lines.map((line) => line.replaceAll(/web-[a-z0-9]+-[a-z0-9]{5}/g, "web-…").replace(/10\.244\.\d+\.\d+|node-\d/, "…"));

describe("a page says", () => {
  test("who makes a ready Pod, where it listens, and whose endpoint it is", () => {
    const simulation = cluster();
    expect(withoutNames(page(simulation, { kind: "pod", key: podOf(simulation) }))).toEqual([
      "Pod web-…, ready",
      "Address: …",
      "Node: …",
      "Made by: Deployment web",
      "Listens: 80/TCP: image nginx listens on 80",
      "Endpoint of: web, ready",
    ]);
  });

  test("why a Pod has no node", () => {
    const lines = page(cluster(), { kind: "pod", key: "default/lost" });
    expect(lines[0]).toBe("Pod lost, waiting for a node");
    expect(lines[1]).toMatch(/^Why: 0\/4 nodes are available/);
    expect(lines).toContain("Made by: nobody: deleted, it does not come again");
    expect(lines).toContain("Node: none yet");
  });

  test("what was changed by hand", () => {
    const pod = podOf(cluster());
    const actions: readonly Action[] = [
      { kind: "set-ready", pod, ready: false },
      { kind: "slow-pod", pod, delay: 200_000_000 },
    ];
    const lines = page(cluster(...actions), { kind: "pod", key: pod }, actions);
    expect(lines).toContain("By hand: made not ready, whatever its probes say / answers 200 ms later than usual");
    expect(lines).toContain("Endpoint of: web, not ready");
  });

  test("that a node takes no Pods, that its kube-proxy is stopped, that it is off", () => {
    const node: ThingId = { kind: "node", name: "node-2" };
    expect(page(cluster({ kind: "cordon", node: "node-2" }), node)).toEqual(
      expect.arrayContaining(["Node node-2, ready, cordoned", "New Pods: none: it is cordoned"]),
    );
    expect(page(cluster({ kind: "stop-proxy", node: "node-2" }), { kind: "gate", node: "node-2" })[0]).toBe(
      "kube-proxy on node-2, stopped",
    );
    expect(page(cluster({ kind: "stop-node", node: "node-2" }), node)).toEqual(
      expect.arrayContaining(["Node node-2, not ready", "Machine: switched off"]),
    );
  });

  test("what is behind a Service, and what is wrong with its load balancer", () => {
    const simulation = cluster();
    expect(page(simulation, { kind: "service", key: "default/web" })).toEqual(
      expect.arrayContaining(["Service web, ClusterIP", "Endpoints: 2 of 2 ready", "Ports: http 80/TCP to 80", "Selects: app=web"]),
    );
    expect(page(simulation, { kind: "service", key: "default/front" })).toEqual(
      expect.arrayContaining([
        "Endpoints: none: no Pod has its labels, so requests are rejected",
        "Load balancer: pending: nobody here provides load balancers",
        "Ports: 80/TCP to 80, node port 30080",
      ]),
    );
  });

  test("nothing of what is gone", () => {
    expect(page(cluster(), { kind: "pod", key: "default/none" })).toEqual([]);
  });
});

test("events about one object, newest first, repeated ones once", () => {
  const event = (at: number, about: string, reason: string, warning = false): TimelineEvent => ({
    kind: "event",
    at,
    about,
    warning,
    reason,
    message: reason.toLowerCase(),
  });
  const timeline = [
    event(1, "Pod default/a", "Scheduled"),
    event(2, "Pod default/a", "BackOff", true),
    event(3, "Pod default/b", "Scheduled"),
    event(4, "Pod default/a", "Started"),
    event(5, "Pod default/a", "BackOff", true),
  ];
  expect(eventsAbout(timeline, ["Pod default/a"]).map(({ at, reason, times }) => `${at} ${reason} ${times}`)).toEqual([
    "5 BackOff 2",
    "4 Started 1",
    "1 Scheduled 1",
  ]);
});

test("events of what makes a thing stand among its own", () => {
  const simulation = cluster();
  const pod = podOf(simulation);
  const about = factsOf(simulation.view(), { kind: "pod", key: pod }, [])?.about ?? [];
  expect(about).toEqual([`Pod ${pod}`, "Deployment default/web"]);
  const said = (at: number, whom: string): TimelineEvent => ({
    kind: "event",
    at,
    about: whom,
    warning: true,
    reason: "Failed",
    message: "",
  });
  const timeline = [said(1, "Deployment default/web"), said(2, "Deployment default/api"), said(3, `Pod ${pod}`)];
  expect(eventsAbout(timeline, about).map(({ at }) => at)).toEqual([3, 1]);
});

test("what the cluster says of a thing is found by the name that its page gives", () => {
  const balancer = WEB.replace("metadata: { name: front }", "metadata: { name: front, annotations: { kubehop.dev/load-balancer: quota } }");
  const simulation = createSimulation({ files: [{ name: "web.yaml", text: balancer }] });
  expect(simulation.perform({ kind: "stop-node", node: "node-1" })).toBeNull();
  const reasons = (thing: ThingId): readonly string[] =>
    eventsAbout(simulation.timeline(), factsOf(simulation.view(), thing, [])?.about ?? []).map(({ reason }) => reason);
  expect(reasons({ kind: "service", key: "default/front" })).toEqual(["SyncLoadBalancerFailed", "EnsuringLoadBalancer"]);
  expect(reasons({ kind: "node", name: "node-1" })).toContain("NodeNotReady");
});

/** Menus over a real run, on this thread: what is offered, what it does, and what Undo and Redo make of it. */
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { ThingId } from "../../scene/contract.ts";
import { redoLast, undoLast } from "../state/changes.ts";
import { openWorkspace, typeText } from "../state/commands.ts";
import { getState, useStore, type WorkbenchState } from "../state/store.ts";
import { entryOfKey, menuOf } from "./thing-menu.ts";

const TEXT = `apiVersion: apps/v1
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
spec: { type: LoadBalancer, selector: { app: web }, ports: [ { port: 80 } ], externalIPs: [ 203.0.113.9 ] }
---
apiVersion: v1
kind: Pod
metadata: { name: debug }
spec: { nodeName: node-1, containers: [ { name: curl, image: curlimages/curl, command: [sleep, infinity] } ] }
`;

const NODE_2: ThingId = { kind: "node", name: "node-2" };
const SERVICE: ThingId = { kind: "service", key: "default/web" };

/** The next state of the store that is as wanted, or the present one. */
function until(wanted: (state: WorkbenchState) => boolean): Promise<void> {
  if (wanted(getState())) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = useStore.subscribe((state) => {
      if (!wanted(state)) return;
      stop();
      resolve();
    });
  });
}

const node = (name: string) => getState().cluster?.nodes.find((one) => one.name === name);
const web = () => getState().cluster?.pods.filter((pod) => pod.workload?.name === "web" && pod.state !== "terminating") ?? [];
const aPod = (): ThingId => ({ kind: "pod", key: web()[0]?.key ?? "" });

/** `label [keys]`, `label: a (b) c` with the chosen one in brackets; `- label: why` where it cannot be done; titles and lines. */
function print(thing: ThingId): readonly string[] {
  return menuOf(thing).map((entry) => {
    switch (entry.kind) {
      case "title":
        return entry.text.replace(/web-[a-z0-9]+-[a-z0-9]{5}/, "web-…");
      case "line":
        return "—";
      case "choices":
        return `${entry.label}: ${entry.choices.map(({ label, checked }) => (checked ? `(${label})` : label)).join(" ")}`;
      case "item":
        if (entry.unavailable != null) return `- ${entry.label}: ${entry.unavailable}`;
        return `${entry.label}${entry.keys === undefined ? "" : ` [${entry.keys}]`}`;
    }
  });
}

/** Presses a key on the thing. */
function press(thing: ThingId, key: string): void {
  const run = entryOfKey(thing, key);
  if (run === null) throw new Error(`${key} does nothing there`);
  run();
}

// A busy machine takes its time to load the whole page.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
// The show stands still: frames are asked for and never come.
vi.stubGlobal("requestAnimationFrame", () => 1);
vi.stubGlobal("cancelAnimationFrame", () => {});

beforeEach(async () => {
  openWorkspace(
    {
      files: [{ name: "web.yaml", text: TEXT }],
      seed: 1,
      scenario: null,
      request: { from: null, to: "http://web", count: 1 },
      actions: [],
      view: { tab: "hops", focus: null },
      traffic: null,
    },
    "hold",
  );
  await until((state) => state.cluster !== null && state.journeys.length === 1 && !state.busy);
});

describe("a menu offers what can be done", () => {
  test("to a Pod and its workload", () => {
    expect(print(aPod())).toEqual([
      "Pod web-…",
      "Make not ready [R]",
      "Change its labels [Shift L]",
      "Crash once [K]",
      "Crash until it backs off [Shift K]",
      "Answers: (as usual) 200 ms later 2 s later",
      "Delete Pod [Delete]",
      "—",
      "Deployment web",
      "Replicas: 0 1 (2) 3 5 10",
      "Restart its Pods [Shift R]",
      "Undo rollout [Shift U]",
      "—",
      "Send from here",
      "Look up a name",
      "Show in manifests",
    ]);
  });

  test("to a node with a Pod that nothing makes again", () => {
    expect(print({ kind: "node", name: "node-1" })).toEqual([
      "node-1",
      "Cordon [C]",
      "Drain [Shift C]",
      "Drain, also Pods that nothing makes again",
      "Cut off the network [X]",
      "Stop node [Shift X]",
      "Stop kube-proxy [P]",
      "Rules of your own",
      "—",
      "Send from here",
      "Show its rules",
      "- Show in manifests: It came with the cluster; no document makes it.",
    ]);
  });

  test("to a Service, its load balancer and its external IPs", () => {
    expect(print(SERVICE)).toEqual(
      expect.arrayContaining([
        "Show only what web touches",
        "Send to http://web",
        "type: ClusterIP NodePort (LoadBalancer)",
        "externalTrafficPolicy: (Cluster) Local",
        "internalTrafficPolicy: (Cluster) Local",
        "sessionAffinity: (None) ClientIP",
        "Address from: (nobody) cloud cloud, as a proxy cloud, by name kind MetalLB quota used up not permitted no subnet",
        "External IPs are routed to: (nobody) node-1 node-2 node-3",
        "Delete Service [Delete]",
        "Replicas: 0 1 (2) 3 5 10",
      ]),
    );
    expect(print({ kind: "service", key: "default/kubernetes" })).toContain(
      "- Delete Service: kubernetes came with the cluster; it is not in the manifests.",
    );
  });

  test("to the load balancer of a Service, outside the cluster", () => {
    expect(print({ kind: "outside", id: "balancer default/web" })).toEqual([
      "Load balancer of web",
      "Address from: (nobody) cloud cloud, as a proxy cloud, by name kind MetalLB quota used up not permitted no subnet",
      "—",
      "Show in manifests",
    ]);
  });

  test("to a node that is off", async () => {
    press(NODE_2, "Shift X");
    await until(() => node("node-2")?.fault === "stopped");
    expect(print(NODE_2)).toEqual(
      expect.arrayContaining([
        "Start node [Shift X]",
        "- Cut off the network: It is switched off.",
        "- Stop kube-proxy: The node is switched off.",
      ]),
    );
    expect(entryOfKey(NODE_2, "P")).toBeNull();
  });
});

describe("an action", () => {
  test("is recorded and said, undone to the run before it, and made again", async () => {
    press(NODE_2, "Shift C");
    await until((state) => state.actions.length === 1 && node("node-2")?.cordoned === true);
    expect(getState().actions.map(({ action }) => action)).toEqual([{ kind: "drain", node: "node-2" }]);
    expect(getState().toast?.text).toBe("node-2 is drained: no new Pods, and those on it are evicted");
    const { now } = getState();

    undoLast();
    await until(() => node("node-2")?.cordoned === false);
    expect(getState().actions).toEqual([]);
    expect(getState().now).toBeLessThan(now);
    expect(getState().journeys).toHaveLength(1);

    redoLast();
    await until(() => node("node-2")?.cordoned === true);
    expect(getState().actions.map(({ action }) => action)).toEqual([{ kind: "drain", node: "node-2" }]);
    expect(getState().now).toBe(now);
  });

  test("is taken back though its answer is still on its way", async () => {
    press(NODE_2, "C");
    await until(() => node("node-2")?.cordoned === true);
    press({ kind: "node", name: "node-3" }, "C");
    undoLast();
    await until((state) => state.history.future.length === 1);
    await until(() => node("node-3")?.cordoned === false);
    expect(node("node-2")?.cordoned).toBe(true);
    expect(getState().actions.map(({ action }) => action)).toEqual([{ kind: "cordon", node: "node-2" }]);
  });

  test("that is refused says why at its thing, and leaves no trace", async () => {
    press({ kind: "node", name: "node-1" }, "Shift C");
    await until((state) => state.toast?.tone === "trouble");
    expect(getState().toast).toMatchObject({ at: { kind: "node", name: "node-1" }, undo: null, next: { label: "Delete those too" } });
    expect(getState().actions).toEqual([]);
    getState().toast?.next?.run();
    await until((state) => state.actions.length === 1);
    expect(getState().actions[0]?.action).toEqual({ kind: "drain", node: "node-1", force: true });
  });

  test("that is not the last is taken out of the run, which is made anew", async () => {
    press(NODE_2, "C");
    await until(() => node("node-2")?.cordoned === true);
    const undo = getState().toast?.undo;
    press({ kind: "node", name: "node-3" }, "C");
    await until(() => node("node-3")?.cordoned === true);
    undo?.();
    await until(() => getState().cluster !== null && node("node-2")?.cordoned === false);
    expect(node("node-3")?.cordoned).toBe(true);
    expect(getState().actions.map(({ action }) => action)).toEqual([{ kind: "cordon", node: "node-3" }]);
  });

  test("and a text are undone in the order in which they came", async () => {
    press(NODE_2, "C");
    await until(() => node("node-2")?.cordoned === true);
    typeText("web.yaml", TEXT.replace("replicas: 2", "replicas: 3"));
    await until(() => web().length === 3);
    undoLast();
    await until(() => web().length === 2);
    expect(getState().files[0]?.text).toBe(TEXT);
    expect(node("node-2")?.cordoned).toBe(true);
    undoLast();
    await until(() => node("node-2")?.cordoned === false);
    redoLast();
    await until(() => node("node-2")?.cordoned === true);
    redoLast();
    await until(() => web().length === 3);
  });
});

describe("what a field holds is an edit of the text", () => {
  async function choose(thing: ThingId, label: string, choice: string): Promise<void> {
    const entry = menuOf(thing).find((one) => one.kind === "choices" && one.label === label);
    if (entry?.kind !== "choices") throw new Error(`no ${label}`);
    entry.choices.find((one) => one.label === choice)?.run();
    const before = getState().files;
    await until((state) => state.files !== before);
  }

  test("replicas", async () => {
    await choose(aPod(), "Replicas", "5");
    expect(getState().files[0]?.text).toBe(TEXT.replace("replicas: 2", "replicas: 5"));
    await until(() => web().length === 5);
    expect(getState().actions).toEqual([]);
    getState().toast?.undo?.();
    await until(() => web().length === 2);
    expect(getState().files[0]?.text).toBe(TEXT);
  });

  test("who gives the load balancer its address, and where external IPs are routed", async () => {
    await choose(SERVICE, "Address from", "cloud");
    await until(({ cluster }) => cluster?.services.find(({ key }) => key === "default/web")?.loadBalancer.state === "ready");
    await choose(SERVICE, "External IPs are routed to", "node-2");
    expect(getState().files[0]?.text).toContain("kubehop.dev/load-balancer: cloud");
    expect(getState().files[0]?.text).toContain("kubehop.dev/external-ip-route: node-2");
    expect(print(SERVICE)).toContain("External IPs are routed to: nobody node-1 (node-2) node-3");
    await choose(SERVICE, "External IPs are routed to", "nobody");
    expect(getState().files[0]?.text).not.toContain("external-ip-route");
  });
});

test("conditions of a Service from its menu: the text says so", async () => {
  const entry = menuOf(SERVICE).find((one) => one.kind === "choices" && one.label === "externalTrafficPolicy");
  if (entry?.kind !== "choices") throw new Error("no externalTrafficPolicy");
  entry.choices.find(({ label }) => label === "Local")?.run();
  await until(({ files }) => files[0]?.text.includes("externalTrafficPolicy: Local") === true);
  expect(getState().actions).toEqual([]);
});

test("a workload scaled to 0 is still there to be scaled: as itself, and behind its Service", async () => {
  const choose = (thing: ThingId, count: string): void => {
    const entry = menuOf(thing).find((one) => one.kind === "choices" && one.label === "Replicas");
    if (entry?.kind !== "choices") throw new Error("no replicas");
    entry.choices.find(({ label }) => label === count)?.run();
  };
  choose(SERVICE, "0");
  await until(({ cluster }) => cluster?.idle !== undefined);
  expect(web()).toEqual([]);
  const idle: ThingId = { kind: "workload", key: "Deployment default/web" };
  expect(print(idle)).toEqual([
    "Deployment web",
    "Replicas: (0) 1 2 3 5 10",
    "Restart its Pods [Shift R]",
    "Undo rollout [Shift U]",
    "—",
    "Show in manifests",
  ]);
  expect(print(SERVICE)).toContain("Replicas: (0) 1 2 3 5 10");
  choose(idle, "2");
  await until(() => web().length === 2);
  expect(getState().cluster?.idle).toBeUndefined();
});

test("what no document makes is scaled by an action", async () => {
  const coredns = getState().cluster?.pods.find(({ role }) => role === "dns");
  const entry = menuOf({ kind: "pod", key: coredns?.key ?? "" }).find((one) => one.kind === "choices" && one.label === "Replicas");
  if (entry?.kind !== "choices") throw new Error("CoreDNS has no replicas");
  entry.choices.find(({ label }) => label === "3")?.run();
  await until((state) => state.actions.length === 1);
  expect(getState().actions[0]?.action).toEqual({
    kind: "scale",
    workload: { kind: "Deployment", key: "kube-system/coredns" },
    replicas: 3,
  });
});

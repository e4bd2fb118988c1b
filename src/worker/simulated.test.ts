/** The session with the real simulation: what crosses to the page can be copied, and tells the whole story. */
import { expect, test } from "vitest";
import { createSimulation } from "../core/simulation/simulation.ts";
import { web } from "../core/simulation/testing.ts";
import type { FromWorker, Reply, Request, Update } from "./protocol.ts";
import { SimulationSession } from "./session.ts";

class Page {
  readonly replies = new Map<number, Reply>();
  readonly updates: Update[] = [];
  private readonly tasks: (() => void)[] = [];
  private time = 0;
  readonly session = new SimulationSession(
    {
      post: (message: FromWorker) => this.receive(structuredClone(message)),
      now: () => this.time,
      soon: (callback) => this.tasks.push(callback),
      later: (callback, ms) => {
        this.time += ms;
        this.tasks.push(callback);
      },
    },
    createSimulation,
  );

  private receive(message: FromWorker): void {
    if (message.kind === "reply") this.replies.set(message.id, message.reply);
    if (message.kind === "update") this.updates.push(message);
  }

  ask(request: Request): Reply | undefined {
    this.session.handle(request);
    for (let task = this.tasks.shift(); task !== undefined; task = this.tasks.shift()) task();
    return this.replies.get(request.id);
  }
}

const files = (text: string): readonly { name: string; text: string }[] => [{ name: "web.yaml", text }];

test("the packets of requests come as a capture file, those of all that are kept too", () => {
  const page = new Page();
  page.ask({ id: 1, command: { kind: "start", files: files(web()), seed: 1, actions: [] } });
  page.ask({ id: 2, command: { kind: "send", request: { from: { kind: "pod", pod: "default/client" }, to: "http://web", count: 3 } } });
  const one = page.ask({ id: 3, command: { kind: "capture", journeys: [2] } });
  const all = page.ask({ id: 4, command: { kind: "capture", journeys: "all" } });
  expect(one).toMatchObject({ kind: "capture", capture: { requests: 1, forgotten: 0 } });
  expect(all).toMatchObject({ kind: "capture", capture: { requests: 3, forgotten: 0 } });
  if (one?.kind !== "capture" || all?.kind !== "capture") throw new Error("no capture");
  // A section header block (draft-ietf-opsawg-pcapng), then interfaces and packets.
  expect(Array.from(one.capture.octets.slice(0, 4))).toEqual([0x0a, 0x0d, 0x0d, 0x0a]);
  expect(all.capture.octets.length).toBeGreaterThan(2 * one.capture.octets.length);
  expect(page.ask({ id: 5, command: { kind: "capture", journeys: [7] } })).toMatchObject({ capture: { requests: 0, forgotten: 1 } });
});

test("start, send, break, look", () => {
  const page = new Page();
  expect(page.ask({ id: 1, command: { kind: "start", files: files(web()), seed: 1, actions: [] } })).toEqual({ kind: "done" });
  expect(page.updates.at(-1)).toMatchObject({ applied: 1, lastGood: false, diagnostics: [], busy: false });
  expect(page.updates[0]?.cluster?.pods.filter(({ state }) => state === "ready")).toHaveLength(6);

  expect(
    page.ask({ id: 2, command: { kind: "send", request: { from: { kind: "pod", pod: "default/client" }, to: "http://web", count: 30 } } }),
  ).toMatchObject({ kind: "sent", journeys: { length: 30 } });
  const journeys = page.updates.flatMap((update) => update.journeys);
  expect(journeys.map(({ id }) => id)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
  expect(journeys.every(({ outcome }) => outcome.kind === "delivered")).toBe(true);
  expect(page.ask({ id: 3, command: { kind: "journey", id: 30 } })).toMatchObject({
    kind: "journey",
    journey: { id: 30, packets: { length: 13 } },
  });

  page.ask({ id: 4, command: { kind: "apply", files: files(web({ selector: "webb" })) } });
  const broken = page.updates.findLast(({ cluster }) => cluster !== null);
  expect(broken).toMatchObject({ applied: 4, lastGood: false });
  expect(broken?.cluster?.services.find(({ key }) => key === "default/web")?.health).toBe("selects-nothing");
  expect(broken?.diagnostics?.map(({ code }) => code)).toContain("selector-matches-nothing");

  page.ask({ id: 5, command: { kind: "apply", files: files("kind: [") } });
  expect(page.updates.at(-1)).toMatchObject({ applied: 5, lastGood: true, cluster: null });

  const timeline = page.updates.flatMap((update) => update.timeline);
  expect(timeline.filter(({ kind }) => kind === "edit")).toHaveLength(2);
  expect(timeline.filter(({ kind }) => kind === "journey")).toHaveLength(30);

  expect(page.ask({ id: 6, command: { kind: "rules", node: "node-1", family: "IPv4" } })).toMatchObject({
    kind: "rules",
    rules: { node: "node-1" },
  });
  expect(page.ask({ id: 7, command: { kind: "conntrack", node: "node-1" } })).toMatchObject({ kind: "conntrack" });
  expect(
    page.ask({ id: 8, command: { kind: "distribution", request: { from: { kind: "pod", pod: "default/client" }, to: "http://web" } } }),
  ).toMatchObject({ kind: "distribution", distribution: { rejected: 1 } });
  expect(page.ask({ id: 9, command: { kind: "send", request: { from: { kind: "pod", pod: "default/none" }, to: "http://web" } } })).toEqual(
    { kind: "refused", error: "There is no Pod default/none." },
  );
});

test("files plus timed actions are the run again", () => {
  const first = new Page();
  first.ask({ id: 1, command: { kind: "start", files: files(web()), seed: 3, actions: [] } });
  const pod = first.updates[0]?.cluster?.pods.find(({ name }) => name.startsWith("web-"))?.key ?? "";
  const action = { kind: "set-ready", pod, ready: false } as const;
  const at = first.updates.at(-1)?.now ?? 0;
  first.ask({ id: 2, command: { kind: "perform", action } });
  const again = new Page();
  again.ask({ id: 1, command: { kind: "start", files: files(web()), seed: 3, actions: [{ at, action }] } });
  expect(again.updates.at(-1)?.now).toBe(first.updates.at(-1)?.now);
  expect(again.updates.findLast(({ cluster }) => cluster !== null)?.cluster?.services).toEqual(
    first.updates.findLast(({ cluster }) => cluster !== null)?.cluster?.services,
  );
});

test("typing a number is one change of the cluster, and the timeline tells only that one", () => {
  const page = new Page();
  const text = (replicas: string): readonly { name: string; text: string }[] =>
    files(web().replace("replicas: 3", `replicas: ${replicas}`));
  page.ask({ id: 1, command: { kind: "start", files: text("3"), seed: 1, actions: [] } });
  page.ask({ id: 2, command: { kind: "apply", files: text("1") } });
  page.ask({ id: 3, command: { kind: "apply", files: text("10") } });
  let timeline: Update["timeline"] = [];
  for (const update of page.updates) timeline = [...timeline.slice(0, update.timelineFrom), ...update.timeline];
  expect(timeline.filter(({ kind }) => kind === "edit")).toHaveLength(2);
  expect(timeline.some((entry) => entry.kind === "pod" && entry.what === "terminating")).toBe(false);
  const cluster = page.updates.findLast((update) => update.cluster !== null)?.cluster;
  expect(cluster?.pods.filter(({ name }) => name.startsWith("web-"))).toHaveLength(10);
});

test("an action that is taken back did not happen: state, timeline and later requests are as without it", () => {
  const page = new Page();
  const send = { kind: "send", request: { from: { kind: "pod", pod: "default/client" }, to: "http://web", count: 2 } } as const;
  page.ask({ id: 1, command: { kind: "start", files: files(web()), seed: 1, actions: [] } });
  page.ask({ id: 2, command: send });
  const before = page.updates.findLast(({ cluster }) => cluster !== null);
  const now = page.updates.at(-1)?.now ?? 0;

  expect(page.ask({ id: 3, command: { kind: "perform", action: { kind: "drain", node: "node-2" } } })).toEqual({ kind: "done", at: now });
  page.ask({ id: 4, command: send });
  expect(page.updates.flatMap((update) => update.journeys).map(({ id }) => id)).toEqual([1, 2, 3, 4]);
  expect(page.updates.at(-1)?.now).toBeGreaterThan(now);

  expect(page.ask({ id: 5, command: { kind: "take-back" } })).toEqual({ kind: "taken-back", now });
  const after = page.updates.findLast(({ cluster }) => cluster !== null);
  expect(after?.now).toBe(now);
  expect(after?.cluster?.pods).toEqual(before?.cluster?.pods);
  expect(after?.cluster?.nodes).toEqual(before?.cluster?.nodes);
  let timeline: Update["timeline"] = [];
  for (const update of page.updates) timeline = [...timeline.slice(0, update.timelineFrom), ...update.timeline];
  expect(timeline.filter(({ kind }) => kind === "action")).toEqual([]);
  expect(timeline.filter(({ kind }) => kind === "journey")).toHaveLength(2);

  // The numbers of requests that did not happen are free again.
  expect(page.ask({ id: 6, command: send })).toEqual({ kind: "sent", journeys: [3, 4] });
  expect(page.ask({ id: 7, command: { kind: "take-back" } })).toMatchObject({ kind: "refused" });
});

test("actions of a link are taken back one by one, and none once another text was applied", () => {
  const page = new Page();
  const actions = [
    { at: 60e9, action: { kind: "cordon", node: "node-1" } },
    { at: 61e9, action: { kind: "cordon", node: "node-2" } },
  ] as const;
  const cordoned = (): readonly string[] =>
    (page.updates.findLast(({ cluster }) => cluster !== null)?.cluster?.nodes ?? [])
      .filter((node) => node.cordoned)
      .map((node) => node.name);
  page.ask({ id: 1, command: { kind: "start", files: files(web()), seed: 1, actions } });
  expect(cordoned()).toEqual(["node-1", "node-2"]);
  expect(page.ask({ id: 2, command: { kind: "take-back" } })).toEqual({ kind: "taken-back", now: 61e9 });
  expect(cordoned()).toEqual(["node-1"]);
  page.ask({ id: 3, command: { kind: "apply", files: files(web({ selector: "webb" })) } });
  expect(page.ask({ id: 4, command: { kind: "take-back" } })).toMatchObject({ kind: "refused" });
  expect(cordoned()).toEqual(["node-1"]);
});

test("the environment of a Pod is asked for by name", () => {
  const page = new Page();
  page.ask({ id: 1, command: { kind: "start", files: files(web()), seed: 1, actions: [] } });
  const reply = page.ask({ id: 2, command: { kind: "environment", pod: "default/client" } });
  expect(reply).toMatchObject({ kind: "environment", links: true });
  expect(reply?.kind === "environment" && reply.variables.some(({ name }) => name === "KUBERNETES_SERVICE_HOST")).toBe(true);
  expect(page.ask({ id: 3, command: { kind: "environment", pod: "default/none" } })).toEqual({
    kind: "refused",
    error: "There is no Pod default/none.",
  });
});

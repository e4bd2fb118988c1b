import { describe, expect, test } from "vitest";
import type { SimulationFacade } from "../core/simulation/contract.ts";
import type { ClusterView } from "../core/simulation/view.ts";
import type { FromWorker, Request } from "./protocol.ts";
import { SimulationSession } from "./session.ts";

/** A host whose time stands still until the test moves it. */
function testHost(): { posted: FromWorker[]; now: number; run(): void; session: (create: () => SimulationFacade) => SimulationSession } {
  const tasks: (() => void)[] = [];
  const timers: { at: number; callback: () => void }[] = [];
  const host = {
    posted: [] as FromWorker[],
    now: 0,
    run(): void {
      for (;;) {
        const task = tasks.shift();
        if (task !== undefined) task();
        else {
          const timer = timers.shift();
          if (timer === undefined) return;
          host.now = Math.max(host.now, timer.at);
          timer.callback();
        }
      }
    },
    session: (create: () => SimulationFacade): SimulationSession =>
      new SimulationSession(
        {
          post: (message) => host.posted.push(message),
          now: () => host.now,
          soon: (callback) => tasks.push(callback),
          later: (callback, ms) => timers.push({ at: host.now + ms, callback }),
        },
        create,
      ),
  };
  return host;
}

/** A façade that only counts: the session must not care what the simulation does. */
function counting(log: string[], faults: { advance?: boolean } = {}): SimulationFacade {
  let work = 0;
  const view = { version: 1, at: 0, pods: [] } as unknown as ClusterView;
  return {
    now: 0,
    epochSeconds: 0,
    apply: (files) => {
      log.push(`apply ${files.map((file) => file.text).join("+")}`);
      return { applied: true, diagnostics: [] };
    },
    perform: (action) => {
      log.push(`perform ${action.kind}`);
      return null;
    },
    send: () => {
      work = 3;
      return [1];
    },
    advance: () => {
      if (faults.advance === true) throw new Error("queue out of order: 5 before 7");
      if (work === 0) return false;
      work -= 1;
      return work > 0;
    },
    settle: () => {},
    view: () => view,
    journey: (id) => (work === 0 ? ({ id } as never) : null),
    journeys: () => [],
    timeline: () => [],
    traffic: () => null,
    past: () => null,
    leftRuns: () => [],
    goTo: () => {},
    changeRun: () => null,
    inputs: () => [],
    runInputs: () => {
      throw new Error("not asked here");
    },
    replay: () => {},
    compareMoments: () => {
      throw new Error("not asked here");
    },
    ruleSet: () => null,
    rulesView: () => null,
    rulesText: () => null,
    conntrack: () => [],
    distribution: () => ({ error: "no such Pod: default/x" }),
    whoCanReach: (service) => ({ error: `There is no Service ${service}.` }),
    objects: () => [],
    object: () => null,
    environment: () => [],
    names: () => ({ error: "there is no Pod default/x" }),
    rewindPoint: () => () => log.push("rewind"),
    hash: () => "",
  };
}

const text = (value: string): readonly { name: string; text: string }[] => [{ name: "a.yaml", text: value }];
const start: Request = { id: 1, command: { kind: "start", files: text("one"), seed: 1, actions: [] } };

function outline(messages: readonly FromWorker[]): string[] {
  return messages.map((message) => {
    if (message.kind === "reply") return `reply ${message.id} ${message.reply.kind}`;
    if (message.kind === "update")
      return `update of ${message.applied}, cluster ${message.cluster === null ? "same" : "new"}, ended ${message.journeys.map((j) => j.id).join()}`;
    return message.kind;
  });
}

describe("a session", () => {
  test("answers a start and posts the cluster once", () => {
    const host = testHost();
    const session = host.session(() => counting([]));
    session.handle(start);
    expect(host.posted).toEqual([]);
    host.run();
    expect(outline(host.posted)).toEqual(["reply 1 done", "update of 1, cluster new, ended "]);
  });

  test("says that work has ended even when nothing else is left to tell", () => {
    const host = testHost();
    // Slow work whose last slices bring no news: the journey ends in the first.
    let slices = 3;
    const slow = (): SimulationFacade => ({
      ...counting([]),
      advance: () => {
        host.now += 20;
        slices -= 1;
        return slices > 0;
      },
      journey: (id) => ({ id }) as never,
    });
    const session = host.session(slow);
    session.handle(start);
    session.handle({ id: 2, command: { kind: "send", request: { from: { kind: "node", node: "n" }, to: "a" } } });
    host.run();
    const updates = host.posted.filter((message) => message.kind === "update");
    expect(updates.map((update) => update.busy)).toEqual([true, false]);
  });

  test("the newest text wins; the older apply is answered, not done", () => {
    const host = testHost();
    const log: string[] = [];
    const session = host.session(() => counting(log));
    session.handle(start);
    host.run();
    for (const id of [2, 3, 4]) session.handle({ id, command: { kind: "apply", files: text(`text ${id}`) } });
    host.run();
    expect(log).toEqual(["apply one", "apply text 4"]);
    expect(outline(host.posted.slice(2))).toEqual(["reply 2 done", "reply 3 done", "reply 4 done", "update of 4, cluster same, ended "]);
  });

  test("letters within one line are one change: each text is applied to the state before the first", () => {
    const host = testHost();
    const log: string[] = [];
    const session = host.session(() => counting(log));
    let id = 0;
    const tell = (command: Request["command"]): void => {
      session.handle({ id: ++id, command });
      host.run();
    };
    tell({ kind: "start", files: text("a: 1\nb: 2"), seed: 1, actions: [] });
    tell({ kind: "apply", files: text("a: 1\nb: 23") });
    tell({ kind: "apply", files: text("a: 1\nb: 234") });
    tell({ kind: "apply", files: text("a: 1\nb: 24") });
    tell({ kind: "apply", files: text("a: 12\nb: 24") });
    tell({ kind: "apply", files: text("a: 123\nb: 24") });
    tell({ kind: "send", request: { from: { kind: "outside", id: "external" }, to: "http://10.0.0.1" } });
    tell({ kind: "apply", files: text("a: 1234\nb: 24") });
    tell({ kind: "apply", files: text("a: 1234\nb: 24\nc: 3") });
    expect(log.map((entry) => entry.replaceAll("\n", " "))).toEqual([
      "apply a: 1 b: 2",
      "apply a: 1 b: 23",
      "rewind",
      "apply a: 1 b: 234",
      "rewind",
      "apply a: 1 b: 24",
      "apply a: 12 b: 24",
      "rewind",
      "apply a: 123 b: 24",
      "apply a: 1234 b: 24",
      "apply a: 1234 b: 24 c: 3",
    ]);
  });

  test("a sent request is answered at once and its journey comes with a later update", () => {
    const host = testHost();
    const session = host.session(() => counting([]));
    session.handle(start);
    host.run();
    host.posted.length = 0;
    session.handle({ id: 2, command: { kind: "send", request: { from: { kind: "outside", id: "external" }, to: "http://10.0.0.1" } } });
    host.run();
    expect(outline(host.posted)).toEqual(["reply 2 sent", "update of 1, cluster same, ended 1"]);
  });

  test("at most one update in 16 ms", () => {
    const host = testHost();
    const session = host.session(() => counting([]));
    session.handle(start);
    host.run();
    session.handle({ id: 2, command: { kind: "apply", files: text("two") } });
    const before = host.now;
    host.run();
    expect(host.now - before).toBe(16);
  });

  test("our own fault is a failed reply, and the next start works again", () => {
    const host = testHost();
    const session = host.session(() => ({
      ...counting([]),
      perform: () => {
        throw new Error("negative delay: -1");
      },
    }));
    session.handle(start);
    session.handle({ id: 2, command: { kind: "perform", action: { kind: "delete-pod", pod: "default/a" } } });
    session.handle({ id: 3, command: { kind: "journey", id: 1 } });
    session.handle({ ...start, id: 4 });
    host.run();
    expect(outline(host.posted).slice(0, 4)).toEqual(["reply 1 done", "reply 2 failed", "reply 3 failed", "reply 4 done"]);
  });

  test("a fault between requests is told without a request", () => {
    const host = testHost();
    const session = host.session(() => counting([], { advance: true }));
    session.handle(start);
    host.run();
    expect(outline(host.posted)).toEqual(["reply 1 done", "failed"]);
  });

  test("what cannot be done is refused in words", () => {
    const host = testHost();
    const session = host.session(() => counting([]));
    const request = { from: { kind: "pod", pod: "default/x" }, to: "http://web" } as const;
    session.handle({ id: 7, command: { kind: "distribution", request } });
    session.handle(start);
    session.handle({ id: 8, command: { kind: "distribution", request } });
    host.run();
    expect(host.posted.filter((m) => m.kind === "reply" && m.id > 6)).toEqual([
      { kind: "reply", id: 7, reply: { kind: "refused", error: "Nothing was started yet." } },
      { kind: "reply", id: 8, reply: { kind: "refused", error: "no such Pod: default/x" } },
    ]);
  });
});

/** Steady traffic in a session: paced by the wall clock, told in sums and ways, replayed from what was recorded. */
import { describe, expect, test } from "vitest";
import { web } from "../core/simulation/testing.ts";
import type { Command, TimedAction } from "./protocol.ts";
import { Page, files, started } from "./testing.ts";

const SEND = { from: { kind: "pod", pod: "default/client" }, to: "http://web" } as const;

const startTraffic = (rate: number): Command => ({ kind: "perform", action: { kind: "start-traffic", request: { ...SEND, rate } } });
const webPod = (page: Page): string => page.run?.view().pods.find(({ name }) => name.startsWith("web-"))?.key ?? "";

describe("virtual time under steady traffic", () => {
  test("runs with the wall clock, at the speed asked for, and not while paused", () => {
    const page = started();
    page.ask(startTraffic(10));
    const begins = page.run?.now ?? 0;
    const seconds = (): number => Math.round(((page.run?.now ?? 0) - begins) / 1e8) / 10;
    page.pass(3_000);
    expect(seconds()).toBe(3);
    expect(page.updates.at(-1)?.busy).toBe(false);
    page.ask({ kind: "pace", playing: true, rate: 4 });
    page.pass(1_000);
    expect(seconds()).toBe(7);
    page.ask({ kind: "pace", playing: false, rate: 4 });
    page.pass(5_000);
    expect(seconds()).toBe(7);
    page.ask({ kind: "pace", playing: true, rate: 1 });
    page.pass(1_000);
    expect(seconds()).toBe(8);
    expect(page.traffic.sent).toBe(80);
  });

  test("an edit and an action happen in it: a rollout takes its time", () => {
    const page = started();
    page.ask(startTraffic(10));
    page.pass(1_000);
    const before = page.run?.now ?? 0;
    expect(page.ask({ kind: "perform", action: { kind: "delete-pod", pod: webPod(page) } })).toEqual({ kind: "done", at: before });
    const states = (): string =>
      (page.updates.findLast(({ cluster }) => cluster !== null)?.cluster?.pods ?? [])
        .filter(({ name }) => name.startsWith("web-"))
        .map(({ state }) => state)
        .sort()
        .join(" ");
    page.pass(100);
    expect(states()).toBe("ready ready starting terminating");
    page.pass(20_000);
    expect(states()).toBe("ready ready ready");
  });

  test("typing within a line is one change, made when the last letter was typed; another edit is made at once", () => {
    const page = started();
    page.ask(startTraffic(5));
    page.pass(500);
    const webs = (): number => page.run?.view().pods.filter(({ name }) => name.startsWith("web-")).length ?? 0;
    page.ask({ kind: "apply", files: files(web({ replicas: 30 })) });
    page.pass(300);
    expect(webs()).toBe(3);
    page.ask({ kind: "apply", files: files(web({ replicas: 5 })) });
    page.pass(300);
    expect(webs()).toBe(3);
    page.pass(400);
    expect(webs()).toBe(5);
    const line = `${web({ replicas: 5 })}---\napiVersion: v1\nkind: Pod\nmetadata: { name: web-extra }\nspec: { containers: [ { name: c, image: nginx } ] }\n`;
    page.ask({ kind: "apply", files: files(line) });
    expect(webs()).toBe(6);
    expect(page.updates.at(-1)?.lastGood).toBe(false);
  });

  test("a text that waits is applied before anything else is done", () => {
    const page = started();
    page.ask(startTraffic(5));
    page.ask({ kind: "apply", files: files(web({ replicas: 4 })) });
    page.ask({ kind: "perform", action: { kind: "stop-traffic" } });
    expect(page.run?.view().pods.filter(({ name, state }) => name.startsWith("web-") && state === "ready")).toHaveLength(4);
  });

  test("when it is stopped, all settles and the page is quiet", () => {
    const page = started();
    page.ask(startTraffic(20));
    page.pass(990);
    page.ask({ kind: "perform", action: { kind: "stop-traffic" } });
    page.pass(1_000);
    const told = page.updates.length;
    page.pass(10_000);
    expect(page.updates.length).toBe(told);
    expect(page.traffic).toMatchObject({ sent: 20, answered: 20, lost: 0 });
    expect(page.traffic.until).not.toBeNull();
  });
});

describe("what the page is told", () => {
  test("each request's way once, without what rules said; sums that agree", () => {
    const page = started();
    page.ask(startTraffic(20));
    page.pass(2_990);
    page.ask({ kind: "perform", action: { kind: "stop-traffic" } });
    page.pass(100);
    const passages = page.updates.flatMap(({ traffic }) => traffic?.passages ?? []);
    expect(passages.map(({ journey }) => journey)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
    expect(passages[0]?.hops.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["send", "leave", "rewrite", "deliver"]));
    expect(passages.every(({ hops }) => hops.every((hop) => !("walks" in hop) || hop.walks.length === 0))).toBe(true);
    expect(page.traffic.answeredBy.reduce((sum, { count }) => sum + count, 0)).toBe(page.traffic.answered);
    expect(page.updates.flatMap(({ journeys }) => journeys)).toEqual([]);
  });

  test("not more than ten times a second when nothing else happens", () => {
    const page = started();
    page.ask(startTraffic(50));
    const told = page.updates.length;
    page.pass(2_000);
    expect(page.updates.length - told).toBeLessThanOrEqual(21);
  });

  test("a request that was lost can be asked for in full", () => {
    const page = started(web({ selector: "webb" }));
    page.ask(startTraffic(5));
    page.pass(1_000);
    const [loss] = page.traffic.losses;
    expect(loss).toMatchObject({ outcome: "refused", pod: null });
    const reply = page.ask({ kind: "journey", id: loss?.journey ?? 0 });
    expect(reply.kind === "journey" && reply.journey?.packets.some(({ outcome }) => outcome.kind === "rejected")).toBe(true);
    expect(page.updates.flatMap(({ traffic }) => traffic?.passages ?? [])[0]?.hops.at(-1)?.kind).toBe("reject");
  });
});

describe("the record of a run", () => {
  test("makes it again: traffic, an action in it, the same state at the same time", () => {
    const page = started();
    const actions: TimedAction[] = [];
    const act = (action: TimedAction["action"]): void => {
      const reply = page.ask({ kind: "perform", action });
      if (reply.kind !== "done" || reply.at === undefined) throw new Error(JSON.stringify(reply));
      actions.push({ at: reply.at, action });
    };
    act({ kind: "start-traffic", request: { ...SEND, rate: 20 } });
    page.pass(1_730);
    act({ kind: "delete-pod", pod: webPod(page) });
    page.pass(2_345);
    act({ kind: "cordon", node: "node-2" });
    const [hash, now] = [page.run?.hash(), page.run?.now];

    const again = new Page();
    again.ask({ kind: "pace", playing: false, rate: 1 });
    again.ask({ kind: "start", files: files(web()), seed: 1, actions });
    again.pass(1_000);
    expect(again.run?.now).toBe(now);
    expect(again.run?.hash()).toBe(hash);
    // It stands still until somebody lets it go on.
    again.pass(5_000);
    expect(again.run?.now).toBe(now);
    again.ask({ kind: "pace", playing: true, rate: 1 });
    again.pass(1_000);
    expect((again.run?.now ?? 0) - (now ?? 0)).toBeGreaterThan(9e8);
  });

  test("an action under traffic that is taken back did not happen, nor the time since", () => {
    const page = started();
    page.ask(startTraffic(10));
    page.pass(1_000);
    const [hash, now] = [page.run?.hash(), page.run?.now];
    page.ask({ kind: "perform", action: { kind: "delete-pod", pod: webPod(page) } });
    page.pass(2_000);
    expect(page.ask({ kind: "take-back" })).toEqual({ kind: "taken-back", now });
    expect(page.run?.hash()).toBe(hash);
    page.pass(1_000);
    expect(page.traffic.sent).toBe(20);
  });
});

/** A page in the past of its run: what it is told, how time plays on there, what an input there does. */
import { describe, expect, test } from "vitest";
import { SECOND } from "../core/base/time.ts";
import { web } from "../core/simulation/testing.ts";
import type { Command, PastUpdate, Update } from "./protocol.ts";
import { files, started, type Page } from "./testing.ts";

const SEND: Command = { kind: "send", request: { from: { kind: "pod", pod: "default/client" }, to: "http://web" } };

function last(page: Page): Update {
  const update = page.updates.at(-1);
  if (update === undefined) throw new Error("nothing was told");
  return update;
}

function pastOf(page: Page): PastUpdate {
  const { past } = last(page);
  if (past === null) throw new Error("the run is not in its past");
  return past;
}

/** Three web Pods, then a selector that matches none, then a request that fails. */
function broken(): { readonly page: Page; readonly before: number } {
  const page = started();
  page.pass(100);
  const before = last(page).now;
  page.ask({ kind: "apply", files: files(web({ selector: "nobody" })) });
  page.pass(100);
  page.ask(SEND);
  page.pass(1_000);
  return { page, before };
}

const endpoints = (update: Update): number | undefined =>
  update.cluster?.services.find(({ key }) => key === "default/web")?.endpoints.length;

describe("a page that goes to the past", () => {
  test("is shown the cluster, the text and the time of then; the recorded timeline stays told", () => {
    const { page, before } = broken();
    const { length } = page.run?.timeline() ?? [];
    page.ask({ kind: "go-to", at: before, before: true });
    page.pass(100);
    expect(last(page).now).toBe(before);
    expect(endpoints(last(page))).toBe(3);
    expect(pastOf(page).files).toEqual(files(web()));
    expect(pastOf(page).endsAt).toBeGreaterThan(before);
    expect(last(page)).toMatchObject({ timeline: [], timelineFrom: length });
    page.ask({ kind: "go-to", at: null });
    page.pass(100);
    expect(last(page).past).toBeNull();
    expect(endpoints(last(page))).toBe(0);
    expect(page.forks).toEqual([]);
  });

  test("stands there until it is played on, and then comes to the newest moment by itself", () => {
    const { page, before } = broken();
    const end = last(page).now;
    page.ask({ kind: "go-to", at: before, before: true });
    page.pass(2_000);
    expect(last(page).now).toBe(before);
    page.ask({ kind: "pace", playing: true, rate: 1 });
    page.pass(150);
    expect(last(page).now).toBeGreaterThan(before);
    expect(pastOf(page).playing).toBe(true);
    page.pass((end - before) / 1e6 + 200);
    expect(last(page)).toMatchObject({ past: null, now: end });
    expect(endpoints(last(page))).toBe(0);
  });

  test("forks the run with what it puts in: the page is told before the reply, and all of the timeline again", () => {
    const { page, before } = broken();
    const left = last(page).now;
    page.ask({ kind: "go-to", at: before, before: true });
    page.pass(100);
    const sent = page.ask(SEND);
    page.pass(1_000);
    expect(page.forks).toEqual([before]);
    // The request of the other run had the same number.
    expect(sent).toEqual({ kind: "sent", journeys: [1] });
    expect(page.run?.journey(1)?.outcome).toEqual({ kind: "delivered" });
    expect(last(page).leftRuns).toEqual([{ forkedAt: before, endsAt: left }]);
    const told = page.updates.findLast(({ timelineFrom, timeline }) => timelineFrom === 0 && timeline.length > 0);
    expect(told?.timeline.filter(({ kind }) => kind === "edit").length).toBe(1);

    page.ask({ kind: "change-run", index: 0 });
    page.pass(100);
    expect(last(page).now).toBe(left);
    expect(page.run?.journey(1)?.outcome.kind).toBe("refused");
    expect(page.ask({ kind: "change-run", index: 7 })).toEqual({ kind: "refused", error: "That run is not remembered any more." });
  });

  test("types there: one fork, however many letters", () => {
    const { page, before } = broken();
    page.ask({ kind: "go-to", at: before, before: true });
    for (const selector of ["webb", "webbb", "web"]) page.ask({ kind: "apply", files: files(web({ selector, replicas: 2 })) });
    page.pass(1_000);
    expect(last(page).leftRuns.length).toBe(1);
    expect(endpoints(last(page))).toBe(2);
  });
});

test("under steady traffic the past stands still, and the newest moment runs on", () => {
  const page = started();
  page.ask({
    kind: "perform",
    action: { kind: "start-traffic", request: { from: { kind: "pod", pod: "default/client" }, to: "http://web", rate: 10 } },
  });
  page.pass(3_000);
  const now = last(page).now;
  page.ask({ kind: "go-to", at: now - 2 * SECOND });
  page.pass(1_000);
  expect(last(page).now).toBe(now - 2 * SECOND);
  expect(page.traffic.sent).toBeLessThanOrEqual(12);
  page.ask({ kind: "go-to", at: null });
  page.pass(1_000);
  expect(last(page).past).toBeNull();
  expect(last(page).now).toBeGreaterThan(now + 0.9 * SECOND);
});

describe("what is asked of moments", () => {
  test("a page learns what differs, how the whole state hashes, and what makes the run again; the run stays where it is", () => {
    const { page, before } = broken();
    const hash = page.ask({ kind: "hash" });
    expect(hash).toEqual({ kind: "hash", at: page.run?.now, hash: page.run?.hash() });
    const reply = page.ask({ kind: "compare-moments", a: { at: before, before: true }, b: null });
    if (reply.kind !== "moments") throw new Error(reply.kind);
    expect(reply.diff.services.map(({ name, what }) => [name, what])).toEqual([["web", "changed"]]);
    expect(reply.diff.lost).toEqual([{ key: "refused", from: 0, to: 1 }]);
    expect(page.ask({ kind: "hash" })).toEqual(hash);
    const record = page.ask({ kind: "record" });
    if (record.kind !== "record") throw new Error(record.kind);
    expect(record.run.inputs.map(({ input }) => input.kind)).toEqual(["apply", "apply", "send"]);
    expect(record.run.end.at).toBe(page.run?.now);
  });
});

describe("what is said of the text", () => {
  test("in the past it is said of the text of then, also where the run plays over an edit; at the newest moment of the newest", () => {
    const page = started();
    page.pass(100);
    const good = last(page).now;
    page.ask({ kind: "apply", files: files("kind: [") });
    page.pass(100);
    const said = (): readonly (string | boolean)[] => {
      const latest = page.updates.findLast(({ diagnostics }) => diagnostics !== null);
      return [latest?.diagnostics?.some(({ severity }) => severity === "error") === true ? "error" : "no error", last(page).lastGood];
    };
    expect(said()).toEqual(["error", true]);
    page.ask({ kind: "go-to", at: good, before: true });
    page.pass(100);
    expect(pastOf(page).files).toEqual(files(web()));
    expect(said()).toEqual(["no error", false]);
    page.ask({ kind: "go-to", at: null });
    page.pass(100);
    expect(said()).toEqual(["error", true]);
    // Played, not gone to.
    page.ask({ kind: "go-to", at: good - SECOND });
    page.pass(100);
    expect(said()).toEqual(["no error", false]);
    page.ask({ kind: "pace", playing: true, rate: 4 });
    page.pass(2_000);
    expect(last(page).past).toBeNull();
    expect(said()).toEqual(["error", true]);
  });
});

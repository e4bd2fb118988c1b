/** Several senders of steady traffic in a session. */
import { expect, test } from "vitest";
import { web } from "../core/simulation/testing.ts";
import type { Command, TimedAction } from "./protocol.ts";
import { Page, files, started } from "./testing.ts";

const request = (rate: number) => ({ from: { kind: "pod", pod: "default/client" }, to: "http://web", rate }) as const;
const set = (sender: string, rate: number | null): Command => ({
  kind: "perform",
  action: { kind: "set-sender", sender, request: rate === null ? null : request(rate) },
});
const told = (page: Page): readonly string[] => page.traffic.bySender.map(({ sender, sent }) => `${sender} ${sent}`);

test("time runs with the first sender, and stands with the last", () => {
  const page = started();
  page.ask(set("a", 10));
  page.pass(1_000);
  page.ask(set("b", 5));
  page.pass(1_950);
  expect(told(page)).toEqual(["a 29", "b 10"]);
  page.ask(set("a", null));
  page.ask(set("b", null));
  page.pass(200);
  expect(page.traffic.until).not.toBeNull();
  const { now } = page.updates.at(-1)!;
  page.pass(2_000);
  expect(page.updates.at(-1)?.now).toBe(now);
});

test("ways are told from the first request of a series that a sender begins after another had ended", () => {
  const page = started();
  page.ask(set("a", 50));
  page.pass(2_000);
  page.ask({ kind: "perform", action: { kind: "stop-traffic" } });
  page.pass(500);
  const before = page.updates.length;
  page.ask(set("b", 10));
  page.pass(1_000);
  const passages = page.updates.slice(before).flatMap(({ traffic }) => traffic?.passages ?? []);
  expect(passages.length).toBeGreaterThan(5);
  expect(told(page)).toEqual(["b 10"]);
});

test("recorded senders are made again at their times, beside requests in between", () => {
  const actions: readonly TimedAction[] = [
    { at: 2_000_000_000, action: { kind: "set-sender", sender: "a", request: request(10) } },
    { at: 3_000_000_000, action: { kind: "set-sender", sender: "b", request: request(5) } },
    { at: 4_000_000_000, action: { kind: "set-sender", sender: "a", request: null } },
  ];
  const page = new Page();
  page.ask({ kind: "pace", playing: false, rate: 1 });
  page.ask({ kind: "start", files: files(web()), seed: 1, actions });
  page.pass(1_000);
  expect(page.updates.at(-1)?.now).toBe(4_000_000_000);
  expect(told(page)).toEqual(["a 21", "b 6"]);
});

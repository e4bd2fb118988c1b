import { describe, expect, it } from "vitest";
import { SECOND } from "../base/time.ts";
import { crashOf, ended, isDown, isOver, running, started, waitText } from "./restarts.ts";
import type { End } from "./restarts.ts";
import type { Crash, PodRuntime } from "./world.ts";

const exit = (at: number, exitCode = 1): End => ({ at, exitCode, cause: "exit", why: "" });

/** A container that lives so long each time, and the waits before it is started again, in seconds. */
function waits(livesSeconds: number, times: number): readonly number[] {
  let crash: Crash = running(0, 0);
  const seen: number[] = [];
  for (let time = 0; time < times; time++) {
    const end = crash.startedAt + livesSeconds * SECOND;
    crash = ended(crash, exit(end), true);
    seen.push(((crash.startsAt ?? 0) - end) / SECOND);
    crash = started(crash, crash.startsAt ?? 0);
  }
  return seen;
}

describe("a container that ends", () => {
  it.each([
    ["waits longer and longer, five minutes at most", 1, [1, 10, 20, 40, 80, 160, 300, 300]],
    ["begins anew after ten minutes of life", 601, [1, 1, 1]],
    ["does not after less", 599, [1, 10, 20]],
  ])("%s", (_name, lives, wanted) => {
    expect(waits(lives, wanted.length)).toEqual(wanted);
  });

  it("is down until it is started, and over when it is not", () => {
    const up = running(5 * SECOND, 2);
    const down = ended(up, exit(7 * SECOND), true);
    const over = ended(up, exit(7 * SECOND, 0), false);
    expect([up, down, over, started(down, 8 * SECOND)].map((crash) => [isDown(crash), isOver(crash), crash.restarts])).toEqual([
      [false, false, 2],
      [true, false, 2],
      [true, true, 2],
      [false, false, 3],
    ]);
    expect([isDown(undefined), isOver(undefined)]).toEqual([false, false]);
  });

  it("ends again as often as a person wants, and then runs on", () => {
    const runtime = { startedAt: 0, crashes: {} } as unknown as PodRuntime;
    let crash = crashOf(runtime, "c", { now: 3 * SECOND, times: 2, before: 4 });
    expect([crash.endsAt, crash.restarts, isDown(crash)]).toEqual([3 * SECOND, 4, false]);
    crash = started(ended(crash, { ...exit(3 * SECOND), cause: "crash" }, true), 4 * SECOND);
    expect([crash.endsAt, crash.restarts]).toEqual([5 * SECOND, 5]);
    crash = started(ended(crash, { ...exit(5 * SECOND), cause: "crash" }, true), 15 * SECOND);
    expect([crash.endsAt, crash.restarts]).toEqual([null, 6]);
  });
});

describe("a wait is written", () => {
  it.each([
    [10, "10s"],
    [60, "1m0s"],
    [80, "1m20s"],
    [300, "5m0s"],
  ])("%d s: %s", (seconds, text) => {
    expect(waitText(seconds * SECOND)).toBe(text);
  });
});

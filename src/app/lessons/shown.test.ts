import { expect, test } from "vitest";
import { lessonById } from "./course/index.ts";
import { seenRequests, type Shown } from "./shown.ts";
import { LessonRun } from "./testing.ts";

const run = new LessonRun(lessonById("readiness") ?? expect.fail("no lesson"));
run.does({ kind: "send" }); // six together: 1 to 6
run.does({ kind: "send", count: 1 }); // 7 alone
const journeys = run.requests.map(({ journey }) => journey);
const cluster = run.simulation.view();
const SENDS = [[1, 2, 3, 4, 5, 6]];
const NONE: ReadonlySet<number> = new Set();

/** Numbers of those that are seen; with a dot those whose answer is not back yet. */
function seen(of: Pick<Shown, "followed" | "arrived" | "told">): string {
  return seenRequests({ journeys, views: new Map(), sends: SENDS, cluster, ...of })
    .map(({ journey, over }) => `${journey.id}${over ? "" : "."}`)
    .join(" ");
}

test.each([
  ["nothing is on show", { followed: null, arrived: NONE, told: false }, ""],
  ["six together begin", { followed: 6, arrived: NONE, told: false }, ""],
  ["two of them have arrived", { followed: 6, arrived: new Set([1, 2]), told: false }, "1. 2."],
  ["they are told", { followed: 6, arrived: new Set([1, 2, 3, 4, 5, 6]), told: true }, "1 2 3 4 5 6"],
  ["some never arrive, and are told", { followed: 6, arrived: NONE, told: true }, "1 2 3 4 5 6"],
  ["the next one begins", { followed: 7, arrived: NONE, told: false }, "1 2 3 4 5 6"],
  ["it has arrived", { followed: 7, arrived: new Set([7]), told: false }, "1 2 3 4 5 6 7."],
  ["it is over", { followed: 7, arrived: new Set([7]), told: true }, "1 2 3 4 5 6 7"],
  ["an earlier one is looked at again", { followed: 6, arrived: new Set([1]), told: false }, "1."],
])("%s", (_, of, wanted) => {
  expect(seen(of)).toBe(wanted);
});

test("the cluster is that of its end, where it is remembered", () => {
  const before = { ...cluster, version: -1 };
  const views = new Map([[1, before]]);
  const [first, second] = seenRequests({ journeys, views, sends: SENDS, followed: 7, arrived: NONE, told: false, cluster });
  expect(first?.view).toBe(before);
  expect(second?.view).toBe(cluster);
});

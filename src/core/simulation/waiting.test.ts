import { expect, test } from "vitest";
import { copyWaiting, waitingForm, waitsBy, waitsNoMore, type Waiting } from "./waiting.ts";

const web = { controller: "kubelet", key: "default/web" } as const;

test("a key waits once for a controller, for the earliest time, and once more for what only time brings", () => {
  const waiting: Waiting = new Map();
  expect(waitsBy(waiting, web, false, 20)).toBe(false);
  expect(waitsBy(waiting, web, false, 30)).toBe(true);
  expect(waitsBy(waiting, web, true, 50)).toBe(false);
  expect(waitsBy(waiting, { ...web, controller: "replicaset" }, false, 40)).toBe(false);
  expect(waitsBy(waiting, web, false, 10)).toBe(false);
  expect([...waitingForm(waiting)]).toEqual([
    ["kubelet default/web", 10],
    ["kubelet default/web idle", 50],
    ["replicaset default/web", 40],
  ]);
});

test("work that is done waits no more, unless it is due at another time as well", () => {
  const waiting: Waiting = new Map();
  waitsBy(waiting, web, false, 20);
  waitsNoMore(waiting, web, false, 10);
  expect(waitingForm(waiting).size).toBe(1);
  const copy = copyWaiting(waiting);
  waitsNoMore(waiting, web, false, 20);
  expect(waitingForm(waiting).size).toBe(0);
  expect(waitingForm(copy).size).toBe(1);
});

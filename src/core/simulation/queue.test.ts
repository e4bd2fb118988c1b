import { array, assert, integer, property } from "fast-check";
import { expect, test } from "vitest";
import { copyQueue, emptyQueue, nextAt, schedule, takeNext } from "./queue.ts";

test("events come in the order of time, ties in the order of insertion", () => {
  assert(
    property(array(integer({ min: 0, max: 20 })), (times) => {
      const queue = emptyQueue<number>();
      times.forEach((at, i) => schedule(queue, at, i));
      const taken: { at: number; event: number }[] = [];
      for (let next = takeNext(queue); next !== null; next = takeNext(queue)) taken.push({ at: next.at, event: next.event });
      const wanted = times.map((at, event) => ({ at, event })).sort((a, b) => a.at - b.at || a.event - b.event);
      expect(taken).toEqual(wanted);
    }),
    { seed: 20260101 },
  );
});

test("a copy goes its own way", () => {
  const queue = emptyQueue<string>();
  schedule(queue, 5, "a");
  const copy = copyQueue(queue);
  takeNext(queue);
  schedule(copy, 1, "b");
  expect(nextAt(queue)).toBe(null);
  expect(nextAt(copy)).toBe(1);
});

test("a time that is not a whole number is our own mistake", () => {
  expect(() => schedule(emptyQueue(), 0.5, "x")).toThrow("event at 0.5");
});

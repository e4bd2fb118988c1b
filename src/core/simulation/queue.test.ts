import { array, assert, integer, property } from "fast-check";
import { expect, test } from "vitest";
import { copyQueue, emptyQueue, inOrder, nextAt, nextEvent, schedule, takeNext, waitsSome } from "./queue.ts";

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

test("what waits shows as it will come, also while a long line is being taken, and in a copy", () => {
  assert(
    property(array(integer({ min: 0, max: 3 }), { minLength: 1 }), integer({ min: 0, max: 5_000 }), (times, taken) => {
      const queue = emptyQueue<number>();
      const all = Array.from({ length: 3_000 }, (_, i) => times[i % times.length] ?? 0);
      all.forEach((at, i) => schedule(queue, at, i));
      for (let i = 0; i < taken; i++) takeNext(queue);
      const wanted = all
        .map((at, order) => ({ at, order, event: order }))
        .sort((a, b) => a.at - b.at || a.order - b.order)
        .slice(taken);
      expect(inOrder(queue)).toEqual(wanted);
      expect(inOrder(copyQueue(queue))).toEqual(wanted);
      expect(nextEvent(queue)).toBe(wanted[0]?.event ?? null);
      expect(nextAt(queue)).toBe(wanted[0]?.at ?? null);
      expect(waitsSome(queue, (event) => event === wanted.at(-1)?.event)).toBe(wanted.length > 0);
      expect(waitsSome(queue, (event) => !wanted.some((waits) => waits.event === event))).toBe(false);
    }),
    { seed: 20260101, numRuns: 20 },
  );
});

test("what is put in at the time that is being taken comes last of it", () => {
  const queue = emptyQueue<string>();
  schedule(queue, 5, "a");
  schedule(queue, 5, "b");
  expect(takeNext(queue)?.event).toBe("a");
  schedule(queue, 5, "c");
  expect([takeNext(queue)?.event, takeNext(queue)?.event]).toEqual(["b", "c"]);
  schedule(queue, 5, "d");
  expect(takeNext(queue)).toEqual({ at: 5, order: 3, event: "d" });
  expect(takeNext(queue)).toBe(null);
});

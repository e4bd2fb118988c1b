import { expect, test } from "vitest";
import { EMPTY_RECORD, isDue, keep, type RecordedState, type RunRecord } from "./record.ts";
import type { Checkpoint } from "./state.ts";

/** A record of a run of so many events, whose states hold so many Pods and connections each. */
function recordOf(events: number, thingsAt: (handled: number) => number): RunRecord {
  let record = EMPTY_RECORD;
  for (let handled = 0; handled <= events; handled += 100) {
    if (!isDue(record, handled)) continue;
    // the cast: a record looks into no checkpoint
    const state: RecordedState = { at: handled, handled, inputs: 0, checkpoint: {} as Checkpoint };
    record = keep(record, state, thingsAt(handled));
  }
  return record;
}

test.each([
  { name: "few Pods: as many states as are ever kept", things: 12, most: 48 },
  { name: "a large cluster: fewer", things: 3_000, most: 48 },
  { name: "fifteen thousand connections: fewer still", things: 15_000, most: 13 },
  { name: "a hundred thousand: the least", things: 100_000, most: 4 },
])("$name", ({ things, most }) => {
  const { states } = recordOf(200_000, () => things);
  expect(states.length).toBeLessThanOrEqual(most);
  expect(states.length).toBeGreaterThan(most / 2 - 1);
  expect(states[0]!.handled).toBe(0);
  expect(200_000 - states.at(-1)!.handled).toBeLessThan(200_000 / (most / 2 - 1));
});

test("as connections come, states that were kept before go", () => {
  const before = recordOf(24_000, () => 12);
  expect(before.states.length).toBeGreaterThan(24);
  const after = recordOf(400_000, (handled) => (handled <= 24_000 ? 12 : 20_000));
  expect(after.states.length).toBeLessThanOrEqual(10);
});

/** What of a run its link does not hold. */
import { expect, test } from "vitest";
import type { RecordedInput } from "../../core/simulation/record.ts";
import { editsUnderTraffic } from "./run-file.ts";

const at = (input: RecordedInput["input"], i: number): RecordedInput => ({ input, at: i, handled: i, endsAt: i });
const edit: RecordedInput["input"] = { kind: "apply", files: [] };
const start: RecordedInput["input"] = { kind: "perform", action: { kind: "start-traffic", request: null } };
const stop: RecordedInput["input"] = { kind: "perform", action: { kind: "stop-traffic" } };

test.each([
  ["before, in and after steady traffic", [edit, edit, start, edit, edit, stop, edit], 2],
  ["without it", [edit, edit], 0],
  ["where it stands still", [edit, start, edit], 1],
])("edits %s", (_, inputs, count) => {
  expect(editsUnderTraffic({ seed: 1, inputs: inputs.map(at), end: { at: 9, handled: 9 } })).toBe(count);
});

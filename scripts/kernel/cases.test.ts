import { describe, expect, it } from "vitest";
import { SCENARIOS } from "../../src/app/scenarios/index.ts";
import { ALL_CASES, NOT_JUDGED } from "./cases.ts";

describe("every scenario of the page is held against the kernel, or it is said why it cannot be", () => {
  it.each(SCENARIOS.map(({ id }) => id))("%s", (id) => {
    const isJudged = ALL_CASES.some(({ name }) => name === `scenario ${id}` || name.startsWith(`scenario ${id}, `));
    expect({ isJudged, reason: NOT_JUDGED[id] }).toEqual(
      isJudged ? { isJudged, reason: undefined } : { isJudged, reason: expect.any(String) },
    );
  });
});

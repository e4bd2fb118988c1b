import { describe, expect, test } from "vitest";
import { wantedHeight } from "./wanted-height.ts";

describe("the height that the embed asks its host for", () => {
  const rows = [
    ["before anything is known", 760, null, 420],
    ["a phone before anything is known", 390, null, 640],
    ["a picture as wide as the frame", 760, { width: 758, height: 306 }, 420],
    ["a taller cluster", 760, { width: 758, height: 500 }, 614],
    ["a picture wider than the frame is scaled", 600, { width: 1200, height: 600 }, 414],
    ["never less than the smallest size", 760, { width: 758, height: 100 }, 360],
    ["never without end", 760, { width: 758, height: 4000 }, 900],
  ] as const;
  test.each(rows)("%s", (_name, frameWidth, scene, wanted) =>
    expect(wantedHeight({ frameWidth, layoutWidth: frameWidth, scene })).toBe(wanted),
  );

  test("a frame that is too low asks for as much as one that is not", () => {
    const natural = wantedHeight({ frameWidth: 390, layoutWidth: 390, scene: { width: 390, height: 500 } });
    expect(natural).toBe(774);
    expect(wantedHeight({ frameWidth: 390, layoutWidth: 540, scene: { width: 540, height: 500 } })).toBe(natural);
  });
});

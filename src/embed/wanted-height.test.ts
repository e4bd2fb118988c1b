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
  test.each(rows)("%s", (_name, frameWidth, scene, wanted) => expect(wantedHeight({ frameWidth, scene })).toBe(wanted));
});

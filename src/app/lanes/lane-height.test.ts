import { expect, test } from "vitest";
import { heightWithin } from "./lane-height.ts";

test.each([
  ["unless chosen, a small part of the page", null, 900, 135],
  ["of a large page no more than six rows", null, 2000, 200],
  ["what was chosen", 180, 900, 180],
  ["not more than leaves the picture its room", 800, 900, 405],
  ["nor less than two rows", 10, 900, 60],
  ["chosen on a large page, opened on a small one", 400, 600, 270],
  ["a page of no height", null, 100, 60],
])("%s", (_, chosen, page, wanted) => expect(heightWithin(chosen, page)).toBe(wanted));

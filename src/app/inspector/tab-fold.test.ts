import { expect, test } from "vitest";
import { foldedTabs } from "./tab-fold.ts";

/** Letters are tabs of their number of repetitions times 10 px; the capital one is open. `A bb c` in 60 px → `bb`. */
function folded(row: string, room: number): string {
  const tabs = row.split(" ");
  const input = { widths: tabs.map((tab) => 10 * tab.length), open: tabs.findIndex((tab) => tab !== tab.toLowerCase()), room, button: 10 };
  return foldedTabs(input)
    .map((i) => tabs[i])
    .join(" ");
}

test.each([
  ["all fit: no button", "A bb c", 40, ""],
  ["a little less: the button needs room too", "A bb ccc", 59, "ccc"],
  ["the last go first", "A bb cc dd", 45, "cc dd"],
  ["the open tab shows wherever it stands", "a bb cc DD", 45, "bb cc"],
  ["after the first that does not fit none does, however short", "A bbbbb c d", 40, "bbbbb c d"],
  ["too narrow for two: the open one alone", "a bb CCC", 25, "a bb"],
])("%s", (_, row, room, wanted) => expect(folded(row, room)).toBe(wanted));

import { expect, test } from "vitest";
import { cardsEach } from "./conntrack.tsx";

test.each([
  { tables: [], most: 40, each: Infinity },
  { tables: [40], most: 40, each: Infinity },
  { tables: [41], most: 40, each: 40 },
  { tables: [3, 5, 200], most: 40, each: 32 },
  { tables: [100, 100, 100, 100], most: 40, each: 10 },
  { tables: Array.from({ length: 60 }, () => 2), most: 40, each: 1 },
])("of tables of $tables entries, $most cards: $each of each", ({ tables, most, each }) => {
  expect(cardsEach(tables, most)).toBe(each);
});

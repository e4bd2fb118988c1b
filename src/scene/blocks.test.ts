import { expect, it } from "vitest";
import type { NodeView } from "../core/simulation/view.ts";
import { planOf, rowOf } from "./blocks.ts";
import { metricsOf } from "./metrics.ts";

const METRICS = metricsOf("workbench", true);
const FRAME = { width: 985, height: 640, focus: null, previous: null, arrangement: "workbench", podDetail: "address" } as const;

function nodes(zones: Readonly<Record<string, number>>): readonly NodeView[] {
  return Object.entries(zones).flatMap(
    ([zone, count]) => Array.from({ length: count }, (_, i) => ({ name: `${zone}${i}`, zone }) as NodeView), // no more is asked of them
  );
}

it.each([
  ["few nodes stand row by row", { a: 12, b: 12 }, null],
  ["three equal zones fill a screen", { a: 100, b: 100, c: 100 }, "a 9x12 | b 9x12 | c 9x12"],
  ["a smaller zone is narrower, and its rows are those of the others", { a: 40, b: 10 }, "a 8x5 | b 2x5"],
  ["nodes without a zone are one block", { "": 30 }, " 8x4"],
])("%s", (_name, zones: Readonly<Record<string, number>>, want) => {
  const plan = planOf(nodes(zones), 17, FRAME, METRICS, 0);
  const told = plan?.blocks.map(({ zone, across, nodes: { length } }) => `${zone} ${across}x${Math.ceil(length / across)}`).join(" | ");
  expect(told ?? null).toBe(want);
});

it("every node stands once, in rows that run through all blocks, and none on another", () => {
  const all = nodes({ a: 37, b: 5, c: 61 });
  const plan = planOf(all, 30, FRAME, METRICS, 0);
  if (plan === null) throw new Error("103 nodes are a map");
  const rows = Array.from({ length: plan.rows }, (_, row) => rowOf(plan, row));
  expect(new Set(rows.flat().map(({ node }) => node.name)).size).toBe(all.length);
  expect(rows.flat()).toHaveLength(all.length);
  for (const row of rows) row.forEach(({ x }, i) => expect(x).toBeGreaterThanOrEqual(i === 0 ? 0 : (row[i - 1]?.x ?? 0) + plan.nodeWidth));
});

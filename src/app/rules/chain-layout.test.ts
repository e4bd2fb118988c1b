import { describe, expect, test } from "vitest";
import { layOut, type LaidEdge, type SizedNode } from "./chain-layout.ts";

const node = (id: string): SizedNode => ({ id, width: 100, height: 40 });
const edge = (text: string): LaidEdge => {
  const [from = "", to = ""] = text.split(">");
  return { id: text, from, to, labelWidth: 0 };
};
const of = (names: string, edges: string): ReturnType<typeof layOut> => layOut(names.split(" ").map(node), edges.split(" ").map(edge), 44);

describe("layers of chains", () => {
  test("each chain stands right of all that jump to it", () => {
    const { columns, boxes } = of(
      "pre out services svc sep1 sep2 mark",
      "pre>services out>services services>svc svc>sep1 svc>sep2 svc>mark sep1>mark sep2>mark",
    );
    expect(Object.fromEntries(columns)).toEqual({ pre: 0, out: 0, services: 1, svc: 2, sep1: 3, sep2: 3, mark: 4 });
    const at = (id: string): number => boxes.get(id)?.x ?? -1;
    expect(at("svc")).toBeGreaterThan(at("services") + 100);
  });

  test("no two boxes lie on each other, nor does a long edge on a box", () => {
    const names = Array.from({ length: 12 }, (_, i) => `s${i}`);
    const { boxes, paths } = of(
      ["a", "b", ...names, "z"].join(" "),
      ["a>b", ...names.map((name) => `b>${name}`), ...names.map((name) => `${name}>z`), "a>z"].join(" "),
    );
    const all = [...boxes.values()];
    for (const [i, one] of all.entries())
      for (const other of all.slice(i + 1))
        expect(
          one.x + one.width <= other.x ||
            other.x + other.width <= one.x ||
            one.y + one.height <= other.y ||
            other.y + other.height <= one.y,
        ).toBe(true);
    for (const [x, y] of paths.get("a>z")?.slice(1, -1) ?? [])
      for (const box of all) expect(x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height).toBe(false);
  });

  test("a chain stands at the middle of those that it hands to, and nothing has a negative place", () => {
    const { boxes, height } = of("a x y z", "a>x a>y a>z");
    expect((boxes.get("a")?.y ?? 0) + 20).toBe(height / 2);
    expect([...boxes.values()].every(({ x, y }) => x >= 0 && y >= 0)).toBe(true);
  });

  test("a circle, which the kernel would refuse, is drawn without going round", () => {
    expect(of("a b", "a>b b>a").boxes.size).toBe(2);
  });
});

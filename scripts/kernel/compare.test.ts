import { describe, expect, it } from "vitest";
import { compare } from "./compare.ts";
import type { Expected, Failure } from "./compare.ts";
import type { Attempt } from "./helpers.ts";

const A = "10.0.0.1:80";
const B = "10.0.0.2:80";

function expected(
  endpoints: Record<string, [probability: number, source: string, port: "kept" | "changed"]>,
  failures: [Failure, number][] = [],
  affinity: Expected["affinity"] = null,
): Expected {
  return {
    endpoints: new Map(
      Object.entries(endpoints).map(([key, [probability, source, port]]) => [
        key,
        new Map([[source, { probability, portKept: port === "kept" }]]),
      ]),
    ),
    failures: new Map(failures),
    affinity,
  };
}

/** `n` attempts that met `who` (an endpoint or an errno). */
function met(n: number, who: string, source = "10.0.0.9", port: "kept" | "changed" = "kept"): Attempt[] {
  return Array.from({ length: n }, (_, i) =>
    who.includes(":") ? { name: who, address: source, port: port === "kept" ? 40000 + i : 5000 + i, sent: 40000 + i } : { error: who },
  );
}

const HALVES = expected({ [A]: [0.5, "10.0.0.9", "kept"], [B]: [0.5, "10.0.0.9", "kept"] });

describe("compare", () => {
  it.each<[string, Expected, Attempt[], RegExp | null]>([
    ["agrees", HALVES, [...met(48, A), ...met(52, B)], null],
    ["sees an endpoint that is never met", HALVES, met(100, A), /nothing met 10\.0\.0\.2:80/],
    [
      "forgives a rare one that stays away",
      expected({ [A]: [0.95, "10.0.0.9", "kept"], [B]: [0.05, "10.0.0.9", "kept"] }),
      met(60, A),
      null,
    ],
    ["sees a stranger", HALVES, [...met(50, A), ...met(50, B), ...met(1, "10.0.0.3:80")], /1 of 101 met 10\.0\.0\.3:80/],
    ["sees wrong shares", HALVES, [...met(90, A), ...met(10, B)], /shares: 10\.0\.0\.1:80 90 of 100 for 0\.5000/],
    [
      "sees another source",
      HALVES,
      [...met(50, A), ...met(50, B, "192.168.0.1")],
      /10\.0\.0\.2:80 saw the source 192\.168\.0\.1, the simulator says 10\.0\.0\.9/,
    ],
    [
      "sees two sources where one is right",
      HALVES,
      [...met(50, A), ...met(49, B), ...met(1, B, "192.168.0.1")],
      /saw the source 10\.0\.0\.9, 192\.168\.0\.1/,
    ],
    [
      "sees a changed port",
      HALVES,
      [...met(50, A), ...met(50, B, "10.0.0.9", "changed")],
      /10\.0\.0\.2:80 saw the client's own port 0 times of 50/,
    ],
    [
      "sees a kept port",
      expected({ [A]: [1, "10.0.0.9", "changed"] }),
      met(50, A),
      /50 times of 50 from 10\.0\.0\.9, the simulator says it is changed/,
    ],
    ["agrees on refusals", expected({}, [["ECONNREFUSED", 1]]), met(20, "ECONNREFUSED"), null],
    ["tells refusals from silence", expected({}, [["ECONNREFUSED", 1]]), met(20, "TIMEOUT"), /20 of 20 met TIMEOUT/],
    ["sees a single failure", HALVES, [...met(50, A), ...met(50, B), ...met(1, "TIMEOUT")], /1 of 101 met TIMEOUT/],
    ["agrees on affinity", { ...HALVES, affinity: "one" }, met(30, B), null],
    ["agrees on affinity that each node has for itself", { ...HALVES, affinity: "by-node" }, [...met(29, A), ...met(1, B)], null],
    [
      "sees that affinity is lost",
      { ...HALVES, affinity: "one" },
      [...met(29, A), ...met(1, B)],
      /not sticky: 10\.0\.0\.1:80, 10\.0\.0\.2:80/,
    ],
  ])("%s", (_, wanted, attempts, difference) => {
    const { differences } = compare(wanted, attempts);
    if (difference === null) expect(differences).toEqual([]);
    else expect(differences.join("\n")).toMatch(difference);
  });
});

import { describe, expect, test } from "vitest";
import { randomState } from "../base/random.ts";
import { odds } from "./odds.ts";
import type { NodeStack } from "./stack.ts";
import { stackState } from "./stack.ts";
import { arrival, nodeA, packet, routeOnNodeA, rules, send } from "./testing.ts";

/** `50.00% 10.244.1.10:8443 masq | …` */
function shares(stack: NodeStack, from: string, to: string): string {
  const inside = from.startsWith("192.168.1.11:");
  const ways = odds(stack, packet(from, to), inside ? { hook: "OUTPUT" } : { hook: "PREROUTING", inInterface: "cni0" }, {
    now: 0,
    route: routeOnNodeA,
  });
  expect(ways.reduce((sum, way) => sum + way.probability, 0)).toBeCloseTo(1, 12);
  return ways
    .map(
      (way) =>
        `${(way.probability * 100).toFixed(2)}% ${way.translated || way.verdict.kind === "forward" ? way.destination : way.verdict.kind}${way.masqueraded ? " masq" : ""}`,
    )
    .join(" | ");
}

test.each([
  [
    "three endpoints, one of them the client",
    "10.244.1.10:4000",
    "10.96.10.2:80",
    "33.33% 10.244.1.10:8080 masq | 33.33% 10.244.2.10:8080 | 33.33% 10.244.2.11:8080",
  ],
  [
    "affinity set aside",
    "10.244.1.77:4000",
    "10.96.10.1:80",
    "33.33% 10.244.1.10:8080 | 33.33% 10.244.2.10:8080 | 33.33% 10.244.2.11:8080",
  ],
  ["the node itself", "192.168.1.11:4000", "10.96.10.3:443", "50.00% 10.244.1.10:8443 masq | 50.00% 10.244.2.10:8443 masq"],
  ["no endpoints", "10.244.1.77:4000", "10.96.10.9:80", "100.00% reject"],
  ["not in the source range", "10.244.1.77:4000", "203.0.113.10:443", "100.00% drop"],
  ["no rule", "10.244.1.77:4000", "10.96.10.9:81", "100.00% 10.96.10.9:81"],
])("%s", (_, from, to, want) => {
  expect(shares(nodeA(), from, to)).toBe(want);
});

test("the rules decide: another probability, swapped rules, another address", () => {
  const text = (rule: string): string => `*nat\n:S - [0:0]\n-A PREROUTING -d 10.96.0.1 -j S\n${rule}\nCOMMIT\n`;
  const a = "-A S -m statistic --mode random --probability 0.9 -j DNAT --to-destination 10.0.0.1";
  const b = "-A S -j DNAT --to-destination 10.0.0.2";
  const at = (rule: string): string => shares(nodeA(rules(text(rule))), "10.244.1.7:4000", "10.96.0.1:80");
  expect(at(`${a}\n${b}`)).toBe("90.00% 10.0.0.1:80 | 10.00% 10.0.0.2:80");
  expect(at(`${b}\n${a}`)).toBe("100.00% 10.0.0.2:80");
  expect(at(`${a.replace("-m stat", "-m mark --mark 1 -m stat")}\n${b}`)).toBe("100.00% 10.0.0.2:80");
});

test("a destination that a rule translates to itself is translated all the same", () => {
  const text = "*nat\n-A PREROUTING -p tcp -d 10.0.0.1 -j DNAT --to-destination 10.0.0.1:80\nCOMMIT\n";
  const [way] = odds(
    nodeA(rules(text)),
    packet("10.244.1.7:4000", "10.0.0.1:80"),
    { hook: "PREROUTING", inInterface: "cni0" },
    { now: 0, route: routeOnNodeA },
  );
  expect(way).toMatchObject({ translated: true, destination: "10.0.0.1:80" });
});

describe("a rehearsal", () => {
  test("leaves no mark: no counter, no record, no entry", () => {
    const stack = nodeA();
    const before = JSON.stringify(stackState(stack, 0));
    shares(stack, "10.244.1.77:4000", "10.96.10.1:80");
    expect(JSON.stringify(stackState(stack, 0))).toBe(before);
  });

  test("agrees with what packets do, counted", () => {
    const text =
      "*nat\n-A PREROUTING -m statistic --mode random --probability 0.2 -j DNAT --to-destination 10.0.0.1\n-A PREROUTING -m statistic --mode random ! --probability 0.7 -j DNAT --to-destination 10.0.0.2\nCOMMIT\n";
    const stack = nodeA(rules(text));
    const random = randomState(11, "odds");
    const counts = new Map<string, number>();
    for (let i = 0; i < 4000; i++) {
      const to = arrival(send(stack, `10.244.1.77:${20000 + i}`, "10.96.0.1:80", { random, mode: "none" }));
      counts.set(to, (counts.get(to) ?? 0) + 1);
    }
    for (const way of odds(
      stack,
      packet("10.244.1.77:4000", "10.96.0.1:80"),
      { hook: "PREROUTING", inInterface: "cni0" },
      { now: 0, route: routeOnNodeA },
    )) {
      const expected = way.probability * 4000;
      const deviation = Math.sqrt(expected * (1 - way.probability));
      expect(Math.abs((counts.get(way.destination) ?? 0) - expected)).toBeLessThan(5 * deviation);
    }
  });

  test("stops at a limit and says so", () => {
    const coins = Array.from({ length: 20 }, () => "-A PREROUTING -m statistic --mode random --probability 0.5 -j MARK --set-mark 1").join(
      "\n",
    );
    const ways = odds(
      nodeA(rules(`*mangle\n${coins}\nCOMMIT\n`)),
      packet("10.244.1.77:4000", "10.96.0.1:80"),
      { hook: "PREROUTING", inInterface: "cni0" },
      { now: 0, route: routeOnNodeA },
    );
    expect(ways.map((way) => way.verdict.kind)).toEqual(["forward", "unmodelled"]);
  });
});

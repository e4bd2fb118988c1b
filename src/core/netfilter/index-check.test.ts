/** Index and plain walk, compared on a sample while packets pass: a difference is found, and looking leaves nothing behind. */
import { describe, expect, test } from "vitest";
import { addressId } from "../base/address.ts";
import { randomState } from "../base/random.ts";
import { compileChain } from "./compile.ts";
import type { Positions } from "./compile.ts";
import { COMPARE_EVERY } from "./index-check.ts";
import type { NodeStack, TraverseResult, RouteResult } from "./stack.ts";
import { stackState } from "./stack.ts";
import { arrival, nodeA, routeOnNodeA, rules, send } from "./testing.ts";
import { traverse } from "./stack.ts";
import { TCP_SYN } from "./packet.ts";

/** Twenty Services of two endpoints each. */
function manyServices(): string {
  const services = Array.from({ length: 20 }, (_, i) => i);
  const jumps = services.map((i) => `-A PREROUTING -d 10.96.0.${i} -p tcp -m tcp --dport 80 -j S${i}`);
  const chances = services.flatMap((i) => [
    `-A S${i} -p tcp -m statistic --mode random --probability 0.5 -j DNAT --to-destination 10.244.1.${i}:8080`,
    `-A S${i} -p tcp -j DNAT --to-destination 10.244.2.${i}:8080`,
  ]);
  return ["*nat", ...services.map((i) => `:S${i} - [0:0]`), ...jumps, ...chances, "COMMIT", ""].join("\n");
}

function flow(stack: NodeStack, port: number, service: number, compareEvery?: number): TraverseResult<RouteResult> {
  return traverse(
    stack,
    {
      family: "IPv4",
      protocol: "TCP",
      src: "10.244.1.77",
      srcPort: port,
      dst: `10.96.0.${service}`,
      dstPort: 80,
      tcpFlags: TCP_SYN,
    },
    { hook: "PREROUTING", inInterface: "cni0" },
    { now: 0, random: randomState(port, "index check"), route: routeOnNodeA, mode: "summary", compareEvery },
  );
}

describe("an index that left out a rule", () => {
  /** The index of the chain that leads to the Services, without one of them. */
  function damaged(): NodeStack {
    const ruleSet = rules(manyServices());
    const chain = ruleSet.tables.get("nat")?.chains.get("PREROUTING");
    const index = chain === undefined ? null : compileChain(chain).index;
    if (index === null) throw new Error("a chain of twenty pinned rules has no index");
    // What a fault of ours would do; nobody else may write here.
    (index.byAddress as Map<number, Positions>).delete(addressId("10.96.0.7"));
    return nodeA(ruleSet);
  }

  test("is found by the first flow that it misleads, with both traces", () => {
    const stack = damaged();
    expect(arrival(flow(stack, 1, 6, 1))).toMatch(/^10\.244\.[12]\.6:8080$/);
    expect(() => flow(stack, 2, 7, 1)).toThrow(
      /index and plain walk differ in PREROUTING of table nat on node-a\nplain walk: .*10\.244\.[12]\.7:8080.*\nby index: {3}(?!.*8080)/,
    );
  });

  test("is found by the sample that is taken anyway", () => {
    const stack = damaged();
    // The second flow is compared, and then the sixty-sixth.
    for (let port = 1; port <= COMPARE_EVERY + 1; port++) flow(stack, port, port === 2 ? 6 : 7);
    expect(() => flow(stack, 1000, 7)).toThrow(/index and plain walk differ/);
  });
});

test("of each node's new flows the second is compared, and every sixty-fourth after it; known flows are not", () => {
  const stack = nodeA(rules(manyServices()));
  for (let port = 1; port <= 2 * COMPARE_EVERY + 2; port++) {
    flow(stack, port, port % 20);
    flow(stack, port, port % 20);
  }
  expect(stack.sample).toEqual({ flows: 2 * COMPARE_EVERY + 2, compared: 3 });
});

test("what is compared counts, draws, remembers and spends nothing", () => {
  const text = [
    "*nat",
    ":MASQ - [0:0]",
    "-A PREROUTING -d 10.96.0.1 -p tcp -m recent --rcheck --seconds 10 --name A -j DNAT --to-destination 10.244.2.1:80",
    "-A PREROUTING -d 10.96.0.1 -p tcp -m recent --set --name A",
    "-A PREROUTING -d 10.96.0.1 -p tcp -m limit --limit 1/min --limit-burst 3 -j DNAT --to-destination 10.244.2.2:80",
    "-A PREROUTING -d 10.96.0.1 -p tcp -m statistic --mode random --probability 0.5 -j DNAT --to-destination 10.244.2.3:80",
    "-A POSTROUTING -j MASQUERADE --random-fully",
    "COMMIT",
    "",
  ].join("\n");
  const play = (compareEvery: number): unknown => {
    const stack = nodeA(rules(text));
    const random = randomState(7, "sample");
    const ends = Array.from({ length: 40 }, (_, i) => {
      const from = `10.244.1.${20 + (i % 15)}`;
      const packet = { src: from, srcPort: 2000 + i, dst: "10.96.0.1", dstPort: 80, tcpFlags: TCP_SYN } as const;
      const context = { now: i * 1_000_000_000, random, route: routeOnNodeA, mode: "full", compareEvery } as const;
      const result = traverse(stack, { family: "IPv4", protocol: "TCP", ...packet }, { hook: "PREROUTING", inInterface: "cni0" }, context);
      return [arrival(result), result.walks];
    });
    return JSON.stringify([ends, random, stackState(stack, 0)]);
  };
  expect(play(1)).toBe(play(1_000_000));
});

test("the plain walk alone is not compared with itself", () => {
  const stack = nodeA(rules(manyServices()));
  send(stack, "10.244.1.77:40000", "10.96.0.3:80", { useIndex: false });
  expect(stack.sample).toEqual({ flows: 0, compared: 0 });
});

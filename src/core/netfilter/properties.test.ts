/**
 * What must hold for any rules: tables are drawn at random (acyclic, of all modelled matches and targets), packets from
 * a space so small that they meet. fast-check prints the seed of a failure.
 */
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { endpointText } from "../base/address.ts";
import { randomState } from "../base/random.ts";
import { MILLISECOND } from "../base/time.ts";
import { compileChain } from "./compile.ts";
import { probabilityThreshold, thresholdText } from "./kernel-numbers.ts";
import { odds } from "./odds.ts";
import { TCP_ACK, TCP_SYN } from "./packet.ts";
import type { Packet } from "./packet.ts";
import { BUILT_IN, parseRules } from "./parse.ts";
import { printSave } from "./print.ts";
import type { AddressMatch, Chain, Match, PortRange, Rule, RuleSet, Table, TableName, Target } from "./rules.ts";
import { conntrackViews, createNodeStack, setRules, stackState, traverse } from "./stack.ts";
import type { NodeStack, RouteResult, TraceMode, TraverseResult } from "./stack.ts";

// Machines under load are slow.
vi.setConfig({ testTimeout: 60_000 });

const ADDRESSES = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.1.1", "192.168.0.1"] as const;
const PORTS = [80, 81, 443, 8080] as const;

const address = fc.constantFrom(...ADDRESSES);
const port = fc.constantFrom(...PORTS);
const rarely = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { freq: 1, nil: null });

const addressMatch: fc.Arbitrary<AddressMatch> = fc.record({
  cidr: fc.oneof(
    { weight: 4, arbitrary: address.map((text) => `${text}/32`) },
    { weight: 1, arbitrary: fc.constantFrom("10.0.0.0/24", "10.0.0.0/30", "192.168.0.0/16") },
  ),
  invert: fc.nat(7).map((n) => n === 0),
});
const portRange: fc.Arbitrary<PortRange> = fc
  .tuple(port, fc.nat(3), fc.nat(7))
  .map(([from, more, n]) => ({ from, to: from + (more === 0 ? 5 : 0), invert: n === 0 }));

const match: fc.Arbitrary<Match> = fc.oneof(
  fc.constantFrom("web", "shop/web:http", 'a "quoted" comment').map((text): Match => ({ kind: "comment", text })),
  fc
    .record({
      states: fc.constantFrom<(readonly ("NEW" | "ESTABLISHED" | "DNAT" | "INVALID")[])[]>(
        ["NEW"],
        ["ESTABLISHED"],
        ["NEW", "DNAT"],
        ["INVALID"],
      ),
      invert: fc.boolean(),
    })
    .map(({ states, invert }): Match => ({ kind: "conntrack", states, invert })),
  fc.record({ value: fc.nat(3), invert: fc.boolean() }).map(({ value, invert }): Match => ({ kind: "mark", value, mask: 3, invert })),
  fc
    .record({ probability: fc.constantFrom("0.5000000000", "0.3333333333", "0.9", "1", "0"), invert: fc.boolean() })
    .map(({ probability, invert }): Match => ({ kind: "statistic", probability, invert })),
  fc.constantFrom<Match>({ kind: "addrtype", destination: "LOCAL" }, { kind: "addrtype", source: "LOCAL", sourceInvert: true }),
  fc
    .record({
      name: fc.constantFrom("A", "B"),
      action: fc.constantFrom<("set" | "rcheck" | "update" | "remove")[]>("set", "rcheck", "update", "remove"),
      invert: fc.boolean(),
    })
    .map(({ name, action, invert }): Match => ({
      kind: "recent",
      name,
      action,
      ...(action === "rcheck" ? { seconds: 10 } : {}),
      reap: action === "rcheck",
      invert,
    })),
  fc.constant<Match>({ kind: "limit", rate: "3/sec", burst: 2 }),
  fc.constantFrom<Match>(
    { kind: "connection", tests: [{ field: "address", side: "original", end: "destination", cidr: "10.0.0.2/32", invert: false }] },
    {
      kind: "connection",
      tests: [
        { field: "protocol", number: 17, invert: true },
        { field: "port", side: "reply", end: "source", from: 80, to: 90, invert: true },
      ],
    },
    { kind: "connection", tests: [{ field: "status", statuses: ["SEEN_REPLY"], invert: false }] },
    { kind: "connection", tests: [{ field: "direction", isReply: true }] },
  ),
  fc.boolean().map((invert): Match => ({ kind: "set", name: "hosts", flags: ["src"], invert })),
  fc.constant<Match>({ kind: "nfacct", name: "x" }),
);

/** Targets that go on or come back, and those that end a table's walk. */
function target(table: TableName, chains: readonly string[]): fc.Arbitrary<Target | null> {
  const jumps = chains.map((chain): fc.Arbitrary<Target> =>
    fc.constantFrom<Target>({ kind: "jump", chain }, { kind: "jump", chain }, { kind: "goto", chain }),
  );
  const marks = fc.nat(3).map((value): Target => ({ kind: "MARK", value, mask: value, written: "set-xmark" }));
  const ends: fc.Arbitrary<Target>[] =
    table === "filter" ? [fc.constantFrom<Target>({ kind: "DROP" }, { kind: "REJECT", with: "icmp-port-unreachable" })] : [];
  return fc.oneof(
    fc.constant(null),
    marks,
    fc.constantFrom<Target>({ kind: "ACCEPT" }, { kind: "RETURN" }, { kind: "RETURN" }),
    fc.constantFrom<Target>({ kind: "LOG", prefix: "seen: " }, { kind: "aside", text: "-j NFLOG" }),
    ...ends,
    ...jumps,
    ...jumps,
  );
}

/** Translations belong into nat's own chains; they are built in where the hook allows them. */
function translation(hook: string): fc.Arbitrary<Target> {
  if (hook === "PREROUTING" || hook === "OUTPUT") {
    return fc.oneof(
      fc.record({ address, port }).map((to): Target => ({ kind: "DNAT", ...to })),
      address.map((to): Target => ({ kind: "DNAT", address: to })),
      fc.record({ address, port }).map((to): Target => ({ kind: "DNAT", ...to, portTo: to.port + 3 })),
    );
  }
  return fc.oneof(
    fc.boolean().map((randomFully): Target => ({ kind: "MASQUERADE", randomFully })),
    address.map((to): Target => ({ kind: "SNAT", address: to, randomFully: false })),
  );
}

function rule(to: fc.Arbitrary<Target | null>): fc.Arbitrary<Rule> {
  const parts = fc.record({
    tcp: fc.boolean(),
    source: rarely(addressMatch),
    destination: fc.option(addressMatch, { nil: null }),
    sourcePort: rarely(portRange),
    destinationPort: fc.option(portRange, { nil: null }),
    matches: fc.array(match, { maxLength: 2 }),
    place: fc.nat(4),
    to,
  });
  return parts.map(({ tcp, source, destination, sourcePort, destinationPort, matches, place, to }): Rule => {
    const translates = to?.kind === "DNAT" && to.port !== undefined;
    const base: Rule = {
      protocol: tcp || translates ? { name: "tcp", invert: false } : null,
      source,
      destination,
      inInterface: null,
      outInterface: null,
      sourcePort: tcp ? sourcePort : null,
      destinationPort: tcp ? destinationPort : null,
      matches,
      target: to,
      origin: null,
    };
    return tcp && place < matches.length && !matches.some((m) => m.kind === "nfacct") ? { ...base, protocolMatchAt: place } : base;
  });
}

/** A rule that asks chance alone. */
function rowRule(probability: string, to: Target | null): Rule {
  const matches: Match[] = [{ kind: "statistic", probability, invert: false }];
  return {
    protocol: null,
    source: null,
    destination: null,
    inInterface: null,
    outInterface: null,
    sourcePort: null,
    destinationPort: null,
    matches,
    target: to,
    origin: null,
  };
}

const USER_CHAINS = ["C0", "C1", "C2"] as const;

/** A chain may jump to later ones only. */
function chain(table: TableName, name: string, reachable: readonly string[], builtIn: boolean): fc.Arbitrary<Chain> {
  const plain = rule(target(table, reachable));
  const one =
    table === "nat" && builtIn && name !== "INPUT"
      ? fc.oneof({ weight: 3, arbitrary: plain }, { weight: 1, arbitrary: rule(translation(name)) })
      : plain;
  const policy = builtIn ? fc.nat(9).map((n): Chain["policy"] => (n === 0 && table === "filter" ? "DROP" : "ACCEPT")) : fc.constant(null);
  const chance = fc.record({ probability: fc.constantFrom("0.5", "0.3333333333", "0.9", "1", "0"), to: target(table, reachable) });
  const row = fc.array(chance, { minLength: 3, maxLength: 6 }).map((rules) => rules.map(({ probability, to }) => rowRule(probability, to)));
  const few = fc.array(one, { maxLength: 5 });
  // Often longer than what makes an index, or with a row of chances as kube-proxy writes for endpoints.
  return fc
    .record({
      policy,
      rules: fc.oneof(
        few,
        fc.array(one, { minLength: 9, maxLength: 40 }),
        fc.tuple(few, row, few).map((parts) => parts.flat()),
      ),
    })
    .map((made) => ({ name, ...made }));
}

function table(name: TableName): fc.Arbitrary<Table> {
  const builtIn = BUILT_IN[name].map((hook) => chain(name, hook, USER_CHAINS, true));
  const user = USER_CHAINS.map((chainName, i) => chain(name, chainName, USER_CHAINS.slice(i + 1), false));
  return fc.tuple(...builtIn, ...user).map((chains) => ({ name, chains: new Map(chains.map((made) => [made.name, made])) }));
}

const ruleSet: fc.Arbitrary<RuleSet> = fc
  .tuple(table("mangle"), table("nat"), table("filter"))
  .map((tables) => ({ family: "IPv4", tables: new Map(tables.map((made) => [made.name, made])) }));

const packet: fc.Arbitrary<Packet> = fc
  .record({ src: address, srcPort: port, dst: address, dstPort: port, udp: fc.nat(4), flags: fc.constantFrom(TCP_SYN, TCP_SYN, TCP_ACK) })
  .map(({ udp, flags, ...header }): Packet => ({
    family: "IPv4",
    ...header,
    ...(udp === 0 ? { protocol: "UDP" } : { protocol: "TCP", tcpFlags: flags }),
  }));

const step = fc.record({ packet, output: fc.nat(3), wait: fc.nat(400) });

function route({ dst }: { readonly dst: string }): RouteResult {
  return dst === "192.168.0.1"
    ? { kind: "local", outInterface: "lo", masqueradeAddress: dst }
    : { kind: "forward", outInterface: "eth0", masqueradeAddress: "192.168.0.1" };
}

function stackWith(rules: RuleSet): NodeStack {
  const stack = createNodeStack({ node: "n", localAddresses: ["192.168.0.1"], sets: { hosts: ["10.0.0.1", "10.0.1.0/24"] } });
  setRules(stack, rules);
  return stack;
}

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

function play(
  stack: NodeStack,
  steps: readonly Step[],
  useIndex: boolean,
  compareEvery = 1_000,
  mode: TraceMode = "full",
): TraverseResult<RouteResult>[] {
  const random = randomState(1, "property");
  let now = 0;
  return steps.map(({ packet, output, wait }) => {
    now += wait * MILLISECOND;
    const entry = output === 0 ? ({ hook: "OUTPUT" } as const) : ({ hook: "PREROUTING", inInterface: "eth1" } as const);
    return traverse(stack, packet, entry, { now, random, route, mode, useIndex, compareEvery });
  });
}

/** What a result says, as plain data. */
function said(result: TraverseResult<RouteResult>): unknown {
  const { verdict, header, mark, ctState, nat, walks, matched } = result;
  return { verdict, header, mark, ctState, nat, walks, matched: matched.map((cell) => cell.ref) };
}

test("index and plain walk: the same traces, draws, counters, lists and flows, also where both are asked on the way", () => {
  let [indexes, chances] = [0, 0];
  fc.assert(
    fc.property(ruleSet, fc.array(step, { minLength: 1, maxLength: 25 }), (rules, steps) => {
      const [indexed, walked, compared, brief] = [stackWith(rules), stackWith(rules), stackWith(rules), stackWith(rules)];
      for (const { chains } of rules.tables.values())
        for (const chain of chains.values()) {
          const { index, chances: row } = compileChain(chain);
          if (index !== null) indexes += 1;
          if (row !== null) chances += 1;
        }
      // As text: comparing deep values costs more than making them.
      const [a, b, c] = [play(indexed, steps, true), play(walked, steps, false), play(compared, steps, true, 1)].map((results) =>
        results.map((result) => JSON.stringify(said(result))),
      );
      expect(a).toEqual(b);
      expect(c).toEqual(b);
      const ends = (results: readonly TraverseResult<RouteResult>[]): string[] =>
        results.map((result) => JSON.stringify({ ...(said(result) as object), walks: null }));
      expect(ends(play(brief, steps, true, 2, "summary"))).toEqual(
        (b ?? []).map((text) => JSON.stringify({ ...(JSON.parse(text) as object), walks: null })),
      );
      expect(JSON.stringify(stackState(brief, 0))).toBe(JSON.stringify(stackState(walked, 0)));
      expect(JSON.stringify(stackState(indexed, 0))).toBe(JSON.stringify(stackState(walked, 0)));
      expect(JSON.stringify(stackState(compared, 0))).toBe(JSON.stringify(stackState(walked, 0)));
      expect(compared.sample.compared).toBe(compared.sample.flows);
    }),
    { numRuns: 150, seed: 20260101 },
  );
  expect(indexes).toBeGreaterThan(500);
  expect(chances).toBeGreaterThan(500);
});

test("what is printed reads back as the same rules, and prints the same", () => {
  fc.assert(
    fc.property(ruleSet, (rules) => {
      const text = printSave(rules);
      const { ruleSet: read, diagnostics } = parseRules(text);
      expect(diagnostics).toEqual([]);
      expect(printSave(read)).toBe(text);
      // Chains come back in print order; their rules are the same, probabilities as the kernel keeps them.
      for (const [name, made] of rules.tables) {
        for (const chain of made.chains.values()) {
          expect(canonical(read.tables.get(name)?.chains.get(chain.name))).toBe(canonical(kept(chain)));
        }
      }
    }),
    { numRuns: 100, seed: 20260101 },
  );
});

/** Keys sorted, so that equal values are equal text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** As it stands after a round through text: thresholds of statistic matches in eleven decimals. */
function kept(chain: Chain): Chain {
  const keep = (m: Match): Match =>
    m.kind === "statistic" ? { ...m, probability: thresholdText(probabilityThreshold(m.probability)) } : m;
  return { ...chain, rules: chain.rules.map((r) => ({ ...r, matches: r.matches.map(keep) })) };
}

test("an answer to a flow's packet carries back the addresses that its sender used", () => {
  let answered = 0;
  fc.assert(
    fc.property(ruleSet, fc.array(step, { minLength: 1, maxLength: 15 }), (rules, steps) => {
      const stack = stackWith(rules);
      const random = randomState(1, "answers");
      for (const { packet } of steps) {
        const there = traverse(stack, packet, { hook: "PREROUTING", inInterface: "eth1" }, { now: 0, random, route, mode: "none" });
        const { header, entry } = there;
        // The other side's own packets are answers themselves.
        if (entry === null || there.nat.kind === "reply" || (there.verdict.kind !== "forward" && there.verdict.kind !== "local")) continue;
        // A packet from and to one socket is its own answer.
        if (header.src === header.dst && header.srcPort === header.dstPort) continue;
        const answer: Packet = {
          family: "IPv4",
          protocol: packet.protocol,
          src: header.dst,
          srcPort: header.dstPort,
          dst: header.src,
          dstPort: header.srcPort,
          tcpFlags: TCP_SYN | TCP_ACK,
        };
        // Rewritten so that its answer is its own twin, no answer can be told from it.
        if (
          answer.src === packet.src &&
          answer.srcPort === packet.srcPort &&
          answer.dst === packet.dst &&
          answer.dstPort === packet.dstPort
        )
          continue;
        const back = traverse(stack, answer, { hook: "PREROUTING", inInterface: "eth0" }, { now: 0, random, route, mode: "none" });
        expect(back.entry?.id).toBe(entry.id);
        if (back.verdict.kind === "drop" || back.verdict.kind === "reject") continue;
        answered += 1;
        expect(endpointText(back.header.src, back.header.srcPort)).toBe(endpointText(packet.dst, packet.dstPort));
        expect(endpointText(back.header.dst, back.header.dstPort)).toBe(endpointText(packet.src, packet.srcPort));
      }
    }),
    { numRuns: 100, seed: 20260101 },
  );
  expect(answered).toBeGreaterThan(100);
});

test("no two flows have one tuple, and every packet has one end", () => {
  fc.assert(
    fc.property(ruleSet, fc.array(step, { minLength: 5, maxLength: 60 }), (rules, steps) => {
      const stack = stackWith(rules);
      for (const result of play(stack, steps, true)) {
        expect(["forward", "local", "drop", "reject"]).toContain(result.verdict.kind);
        if (result.verdict.kind === "drop" && result.verdict.why === "rule") expect(result.verdict.rule).not.toBeNull();
      }
      const tuples = conntrackViews(stack, 0).flatMap(({ original, reply }) => {
        const [a, b] = [original, reply].map((t) => `${t.protocol} ${t.src}:${t.srcPort} ${t.dst}:${t.dstPort}`);
        return a === b ? [a] : [a, b];
      });
      expect(new Set(tuples).size).toBe(tuples.length);
    }),
    { numRuns: 100, seed: 20260101 },
  );
});

test("odds add up to one and change nothing", () => {
  fc.assert(
    fc.property(ruleSet, packet, (rules, packet) => {
      const stack = stackWith(rules);
      const before = stackState(stack, 0);
      const ways = odds(stack, packet, { hook: "PREROUTING", inInterface: "eth1" }, { now: 0, route });
      expect(ways.reduce((sum, way) => sum + way.probability, 0)).toBeCloseTo(1, 9);
      expect(stackState(stack, 0)).toEqual(before);
    }),
    { numRuns: 60, seed: 20260101 },
  );
});

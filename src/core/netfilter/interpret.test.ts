/** Each match and target by a rule of its own: does the packet meet it? */
import { describe, expect, test } from "vitest";
import { nextUint32, randomState } from "../base/random.ts";
import { SECOND } from "../base/time.ts";
import { TCP_ACK, TCP_SYN } from "./packet.ts";
import { parseRules } from "./parse.ts";
import { createNodeStack, setRules } from "./stack.ts";
import type { RouteResult, TraverseResult } from "./stack.ts";
import { arrival, nodeA, routeOnNodeA, rules, send } from "./testing.ts";
import type { Sending } from "./testing.ts";

const FROM = "10.244.1.77:40000";

/** True if the packet is dropped by a DROP rule with these words in filter FORWARD. */
function matches(words: string, to = "10.0.0.1:80", sending: Sending & { readonly from?: string } = {}): boolean {
  const text = `*filter\n-A FORWARD ${words} -j DROP\nCOMMIT\n`;
  return send(nodeA(rules(text)), sending.from ?? FROM, to, sending).verdict.kind === "drop";
}

describe("what a rule's header asks", () => {
  test.each([
    ["-s 10.244.1.77", true],
    ["-s 10.244.1.78", false],
    ["! -s 10.244.1.77", false],
    ["! -s 10.244.1.78", true],
    ["-s 10.244.0.0/16", true],
    ["! -s 10.244.0.0/16", false],
    ["-d 10.0.0.1", true],
    ["-d 10.0.0.0/30", true],
    ["-d 10.0.0.4/30", false],
    ["! -d 10.0.0.4/30", true],
    ["-p tcp", true],
    ["-p udp", false],
    ["! -p udp", true],
    ["-p tcp --dport 80", true],
    ["-p tcp ! --dport 80", false],
    ["-p tcp --dport 79:80", true],
    ["-p tcp --dport 81:", false],
    ["-p tcp --sport 40000", true],
    ["-p tcp ! --sport 40000", false],
    ["-p udp --dport 80", false],
    ["-i cni0", true],
    ["! -i cni0", false],
    ["-i cni+", true],
    ["-i eth+", false],
    ["-o eth0", true],
    ["-o lo", false],
    ["-i cni0 -o eth0 -s 10.244.1.77 -d 10.0.0.1 -p tcp --dport 80", true],
  ])("%s: %s", (words, want) => {
    expect(matches(words)).toBe(want);
  });
});

describe("matches", () => {
  test.each([
    ["-m comment --comment x", true],
    ["-m conntrack --ctstate NEW", true],
    ["-m conntrack ! --ctstate NEW", false],
    ["-m conntrack --ctstate RELATED,ESTABLISHED", false],
    ["-m mark --mark 0", true],
    ["-m mark --mark 0x4000/0x4000", false],
    ["-m mark ! --mark 0x4000/0x4000", true],
    ["-m addrtype --dst-type LOCAL", false],
    ["-m addrtype --dst-type UNICAST", true],
    ["-m addrtype ! --src-type LOCAL --dst-type UNICAST", true],
    ["-m addrtype --src-type LOCAL --dst-type UNICAST", false],
    ["-m statistic --mode random --probability 1", true],
    ["-m statistic --mode random --probability 0", false],
    ["-m statistic --mode random ! --probability 0", true],
    ["-p tcp -m multiport --dports 22,80", true],
    ["-p tcp -m multiport --dports 22,81:90", false],
    ["-p tcp -m multiport ! --dports 22,81:90", true],
    ["-p tcp -m multiport --sports 40000:40010", true],
    ["-p tcp -m multiport --ports 40000", true],
    ["-m limit --limit 1/sec", true],
    ["-m nfacct --nfacct-name x", true],
    ["-m recent --name R --rcheck", false],
    ["-m recent --name R --set", true],
    ["-m recent --name R ! --rcheck", true],
  ])("%s: %s", (words, want) => {
    expect(matches(words)).toBe(want);
  });

  test.each([
    ["10.244.1.1:80", "LOCAL", true],
    ["192.168.1.11:80", "LOCAL", true],
    ["127.3.2.1:80", "LOCAL", true],
    ["192.168.1.12:80", "LOCAL", false],
    ["192.168.1.255:80", "BROADCAST", true],
    ["224.0.0.1:80", "MULTICAST", true],
    ["8.8.8.8:80", "UNICAST", true],
    ["192.168.1.11:80", "UNICAST", false],
  ])("addrtype of %s is %s: %s", (to, type, want) => {
    const text = `*mangle\n-A PREROUTING -m addrtype --dst-type ${type} -j DROP\nCOMMIT\n`;
    expect(send(nodeA(rules(text)), FROM, to).verdict.kind === "drop").toBe(want);
  });

  test("statistic: 31 random bits below round(p * 2^31), drawn in rule order", () => {
    const text =
      "*mangle\n-A PREROUTING -m statistic --mode random --probability 0.3333333333 -j MARK --or-mark 1\n-A PREROUTING -m statistic --mode random --probability 0.5 -j MARK --or-mark 2\nCOMMIT\n";
    const stack = nodeA(rules(text));
    for (let seed = 0; seed < 200; seed++) {
      const expected = randomState(seed, "draws");
      const [a, b] = [nextUint32(expected) >>> 1, nextUint32(expected) >>> 1];
      const { mark, walks } = send(stack, `10.244.1.77:${seed + 1}`, "10.0.0.1:80", { random: randomState(seed, "draws") });
      expect(mark).toBe((a < 715_827_883 ? 1 : 0) | (b < 1_073_741_824 ? 2 : 0));
      expect(walks[0]?.steps.map((step) => step.kind === "rule" && step.draw)).toEqual([
        { drawn: a / 2 ** 31, below: 715_827_883 / 2 ** 31 },
        { drawn: b / 2 ** 31, below: 0.5 },
      ]);
    }
  });

  test("a later packet of a flow is ESTABLISHED, a translated one DNAT", () => {
    const text =
      "*nat\n-A PREROUTING -d 10.96.0.1 -j DNAT --to-destination 10.0.0.1\nCOMMIT\n*filter\n-A FORWARD -m conntrack --ctstate DNAT -j MARK --or-mark 1\n-A FORWARD -m conntrack --ctstate ESTABLISHED -j MARK --or-mark 2\n-A FORWARD -m conntrack --ctstate SNAT -j MARK --or-mark 4\nCOMMIT\n";
    const stack = nodeA(rules(text));
    expect(send(stack, FROM, "10.96.0.1:80").mark).toBe(1);
    expect(send(stack, "10.0.0.1:80", FROM, { tcpFlags: TCP_SYN | TCP_ACK }).mark).toBe(3);
    expect(send(stack, FROM, "10.96.0.1:80", { tcpFlags: TCP_ACK }).mark).toBe(3);
  });

  test("limit lets a burst through, then one a period", () => {
    const stack = nodeA(rules("*filter\n-A FORWARD -m limit --limit 1/sec --limit-burst 2 -j ACCEPT\n-A FORWARD -j DROP\nCOMMIT\n"));
    const at = (seconds: number, port: number): string =>
      send(stack, `10.244.1.77:${port}`, "10.0.0.1:80", { now: seconds * SECOND }).verdict.kind;
    expect([at(0, 1), at(0, 2), at(0, 3), at(0.9, 4), at(1, 5), at(1, 6), at(10, 7), at(10, 8), at(10, 9)]).toEqual([
      "forward",
      "forward",
      "drop",
      "drop",
      "forward",
      "drop",
      "forward",
      "forward",
      "drop",
    ]);
  });

  test("a set that is given has its members", () => {
    const stack = createNodeStack({ node: "n", localAddresses: [], sets: { friends: ["10.244.1.0/24", "10.9.9.9"] } });
    setRules(stack, rules("*filter\n-A FORWARD -m set --match-set friends src -j ACCEPT\n-A FORWARD -j DROP\nCOMMIT\n"));
    expect(send(stack, FROM, "10.0.0.1:80").verdict.kind).toBe("forward");
    expect(send(stack, "10.9.9.9:1", "10.0.0.1:80").verdict.kind).toBe("forward");
    expect(send(stack, "10.9.9.8:1", "10.0.0.1:80").verdict.kind).toBe("drop");
  });

  test("ports behind a match that remembers are asked after it", () => {
    const stack = nodeA(
      rules(
        "*filter\n-A FORWARD -p tcp -m recent --name R --set -m tcp --dport 81 -j DROP\n-A FORWARD -m recent --name R --rcheck -j MARK --set-mark 1\nCOMMIT\n",
      ),
    );
    expect(send(stack, FROM, "10.0.0.1:80").mark).toBe(1);
  });
});

describe("targets", () => {
  /** What becomes of a packet under these rules of filter. */
  const fate = (lines: string): TraverseResult<RouteResult> =>
    send(nodeA(rules(`*filter\n:A - [0:0]\n:B - [0:0]\n${lines}\nCOMMIT\n`)), FROM, "10.0.0.1:80");

  test.each([
    ["ACCEPT ends the table", "-A FORWARD -j ACCEPT\n-A FORWARD -j DROP", "forward"],
    ["a chain's end comes back", "-A FORWARD -j A\n-A FORWARD -j DROP\n-A A -j MARK --set-mark 1", "drop"],
    ["RETURN comes back", "-A FORWARD -j A\n-A A -j RETURN\n-A A -j DROP", "forward"],
    ["RETURN in a base chain is its policy", ":FORWARD DROP [0:0]\n-A FORWARD -j RETURN\n-A FORWARD -j ACCEPT", "drop"],
    ["goto does not come back", "-A FORWARD -j A\n-A FORWARD -j ACCEPT\n-A A -g B\n-A A -j DROP\n-A B -j MARK --set-mark 1", "forward"],
    ["goto from a base chain ends in its policy", ":FORWARD DROP [0:0]\n-A FORWARD -g A\n-A FORWARD -j ACCEPT", "drop"],
    ["a rule without target goes on", "-A FORWARD -m comment --comment x\n-A FORWARD -j DROP", "drop"],
    ["LOG goes on", "-A FORWARD -j LOG --log-prefix x\n-A FORWARD -j DROP", "drop"],
    ["REJECT refuses", "-A FORWARD -j REJECT", "reject"],
    ["policy ACCEPT", "-A FORWARD -s 1.2.3.4 -j DROP", "forward"],
    ["an unknown target", "-A FORWARD -j NFQUEUE", "unmodelled"],
    ["a target that changes no packet's way", "-A FORWARD -j NFLOG\n-A FORWARD -p tcp -j TCPMSS --clamp-mss-to-pmtu", "forward"],
    ["an unknown match", "-A FORWARD -m time --timestart 8:00 -j ACCEPT", "unmodelled"],
    ["an unknown rule whose header does not fit", "-A FORWARD -p udp -m time --timestart 8:00 -j ACCEPT", "forward"],
  ])("%s", (_, lines, want) => {
    expect(want === "unmodelled" || lines.includes("time") ? unknownFate(lines) : fate(lines).verdict.kind).toBe(want);
  });

  test("MARK: or, xor, and, set, set with mask", () => {
    const marked = (words: string): number => fate(`-A FORWARD -j MARK --set-mark 0xff00ff00\n-A FORWARD -j MARK ${words}`).mark;
    expect(marked("--or-mark 0xf1")).toBe(0xff00fff1);
    expect(marked("--xor-mark 0xf0000000")).toBe(0x0f00ff00);
    expect(marked("--and-mark 0xff")).toBe(0);
    expect(marked("--set-mark 0x1")).toBe(1);
    expect(marked("--set-mark 0x1/0xff")).toBe(0xff00ff01);
    expect(marked("--set-xmark 0x3/0x1")).toBe(0xff00ff03);
  });

  test("a policy drop names no rule, a rule's drop names it", () => {
    expect(fate(":FORWARD DROP [0:0]").verdict).toEqual({ kind: "drop", rule: null, why: "policy" });
    expect(fate("-A FORWARD -j A\n-A A -j DROP").verdict).toMatchObject({
      kind: "drop",
      rule: { chain: "A", index: 0, text: "-A A -j DROP" },
      why: "rule",
    });
  });

  test.each([
    ["-j DNAT --to-destination 10.0.0.9:8080", "10.0.0.9:8080"],
    ["-j DNAT --to-destination 10.0.0.9", "10.0.0.9:80"],
    ["-p tcp -j DNAT --to-destination :8080", "10.0.0.1:8080"],
    ["-p tcp -j DNAT --to-destination 10.0.0.9:79-81", "10.0.0.9:80"],
    ["-p tcp -j REDIRECT --to-ports 8080", "10.244.1.1:8080"],
  ])("nat PREROUTING %s goes to %s", (words, want) => {
    const target = words.startsWith("-p") || !words.includes(":") ? words : `-p tcp ${words}`;
    expect(arrival(send(nodeA(rules(`*nat\n-A PREROUTING ${target}\nCOMMIT\n`)), FROM, "10.0.0.1:80"))).toBe(want);
  });

  test("a DNAT port range draws a port outside of which the packet's is", () => {
    const stack = nodeA(rules("*nat\n-A PREROUTING -p tcp -j DNAT --to-destination 10.0.0.9:8000-8009\nCOMMIT\n"));
    const ports = new Set(
      Array.from(
        { length: 60 },
        (_, i) => send(stack, `10.244.1.77:${i + 1}`, "10.0.0.1:80", { random: randomState(i, "p") }).header.dstPort,
      ),
    );
    expect([...ports].every((port) => port >= 8000 && port <= 8009)).toBe(true);
    expect(ports.size).toBeGreaterThan(5);
  });

  test.each([
    ["-j MASQUERADE", "192.168.1.11", 40000],
    ["-j SNAT --to-source 9.9.9.9", "9.9.9.9", 40000],
    ["-p tcp -j SNAT --to-source 9.9.9.9:500", "9.9.9.9", 500],
  ])("nat POSTROUTING %s", (words, address, port) => {
    const { header } = send(nodeA(rules(`*nat\n-A POSTROUTING ${words}\nCOMMIT\n`)), FROM, "10.0.0.1:80");
    expect([header.src, header.srcPort]).toEqual([address, port]);
  });

  test.each([
    [40000, 1024, 65535],
    [700, 600, 1023],
    [80, 1, 511],
  ])("--random-fully changes port %d within its class", (port, low, high) => {
    const stack = nodeA(rules("*nat\n-A POSTROUTING -j MASQUERADE --random-fully\nCOMMIT\n"));
    for (let i = 0; i < 30; i++) {
      const { header } = send(stack, `10.244.1.${i + 10}:${port}`, "10.0.0.1:80", { random: randomState(i, "p") });
      expect(header.srcPort).toBeGreaterThanOrEqual(low);
      expect(header.srcPort).toBeLessThanOrEqual(high);
    }
  });

  test("MASQUERADE without an address to take drops", () => {
    const stack = nodeA(rules("*nat\n-A POSTROUTING -j MASQUERADE\nCOMMIT\n"));
    const result = send(stack, FROM, "10.0.0.1:80", { route: () => ({ kind: "forward", outInterface: "eth0", masqueradeAddress: null }) });
    expect(result.verdict).toMatchObject({ kind: "drop", why: "rule" });
  });
});

function unknownFate(lines: string): string {
  const stack = nodeA();
  setRules(stack, parseRules(`*filter\n${lines}\nCOMMIT\n`).ruleSet);
  return send(stack, FROM, "10.0.0.1:80").verdict.kind;
}

describe("bounds", () => {
  // iptables-legacy 1.8.9 loads 200 chains within each other on Linux 6.18; iptables-nft refuses the sixteenth.
  test("jumps nest as deep as iptables-legacy lets them", () => {
    const nested = (depth: number): string => {
      const chains = Array.from({ length: depth }, (_, i) => `C${i}`);
      const jumps = chains.map((chain, i) => `-A ${i === 0 ? "FORWARD" : `C${i - 1}`} -j ${chain}`);
      const text = ["*filter", ...chains.map((chain) => `:${chain} - [0:0]`), ...jumps, `-A C${depth - 1} -j DROP`, "COMMIT", ""].join(
        "\n",
      );
      return send(nodeA(rules(text)), FROM, "10.0.0.1:80").verdict.kind;
    };
    expect(nested(15)).toBe("drop");
    expect(nested(200)).toBe("drop");
    expect(nested(501)).toBe("unmodelled");
  });

  test("a jump to a chain that is gone is named", () => {
    const whole = rules("*filter\n:A - [0:0]\n-A FORWARD -j A\nCOMMIT\n");
    const filter = whole.tables.get("filter");
    if (filter === undefined) throw new Error("no filter table");
    const chains = new Map(filter.chains);
    chains.delete("A");
    const stack = nodeA({ ...whole, tables: new Map([["filter", { ...filter, chains }]]) });
    expect(arrival(send(stack, FROM, "10.0.0.1:80"))).toBe("unmodelled: a jump to chain A, which table filter does not have");
  });
});

test("routes: none ends the packet, from a process before any rule", () => {
  const none = (): RouteResult => ({ kind: "none", outInterface: "", masqueradeAddress: null });
  expect(send(nodeA(), FROM, "10.0.0.1:80", { route: none }).verdict.kind).toBe("no-route");
  const own = send(nodeA(), "192.168.1.11:40000", "10.96.10.2:80", { route: none });
  expect([own.verdict.kind, own.walks.length]).toEqual(["no-route", 0]);
  expect(routeOnNodeA({ family: "IPv4", src: "", dst: "10.244.1.9", mark: 0, inInterface: null }).outInterface).toBe("cni0");
});

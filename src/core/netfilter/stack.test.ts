/** The packets of the worked example (fixtures/rule-texts.ts), and what a kernel does around translation. */
import { describe, expect, test } from "vitest";
import { endpointText } from "../base/address.ts";
import { randomState } from "../base/random.ts";
import { SECOND } from "../base/time.ts";
import { TCP_ACK, TCP_RST, TCP_SYN } from "./packet.ts";
import { conntrackViews } from "./stack.ts";
import type { Packet } from "./packet.ts";
import { parseRules } from "./parse.ts";
import type { RuleSet } from "./rules.ts";
import type { NodeStack, RouteResult, TraverseResult } from "./stack.ts";
import { createNodeStack, setRules, traverse } from "./stack.ts";
import { arrival, nodeA, routeOnNodeA, rules, send } from "./testing.ts";

function sendPacket(stack: NodeStack, packet: Packet): TraverseResult<RouteResult> {
  return traverse(
    stack,
    packet,
    { hook: "PREROUTING", inInterface: "eth0" },
    { now: 0, random: randomState(1, "icmp"), route: routeOnNodeA, mode: "full" },
  );
}

function rulesWithUnknown(): RuleSet {
  return parseRules("*filter\n-A FORWARD -m time --timestart 8:00 -j ACCEPT\nCOMMIT\n").ruleSet;
}

/** Where so many new connections of one client go: sorted, without repetition. */
function destinations(from: string, to: string, count = 60): string {
  const stack = nodeA();
  const random = randomState(7, `${from} ${to}`);
  const seen = new Set<string>();
  for (let i = 0; i < count; i++) seen.add(arrival(send(stack, `${from}:${40000 + i}`, to, { random })));
  return [...seen].sort().join(" | ");
}

const WEB = "10.244.1.10:8080 | 10.244.2.10:8080 | 10.244.2.11:8080";
const WEB_MASQUERADED = "10.244.1.10:8080 masq 10.244.1.1 | 10.244.2.10:8080 masq 192.168.1.11 | 10.244.2.11:8080 masq 192.168.1.11";

test.each([
  [
    "a Pod may meet itself, masqueraded",
    "10.244.1.10",
    "10.96.10.2:80",
    "10.244.1.10:8080 masq 10.244.1.1 | 10.244.2.10:8080 | 10.244.2.11:8080",
  ],
  ["a Pod to a cluster IP", "10.244.1.77", "10.96.10.2:80", WEB],
  ["the node to a cluster IP", "192.168.1.11", "10.96.10.2:80", WEB_MASQUERADED],
  ["outside to a node port, policy Cluster", "198.51.100.7", "192.168.1.11:30080", WEB_MASQUERADED],
  ["outside to a node port, policy Local", "198.51.100.7", "192.168.1.11:30443", "10.244.1.10:8443"],
  ["outside to the load balancer, in the range", "198.51.100.7", "203.0.113.10:443", "10.244.1.10:8443"],
  ["outside to the load balancer, not in the range", "192.0.2.9", "203.0.113.10:443", "DROP KUBE-PROXY-FIREWALL"],
  ["a Pod to the load balancer", "10.244.1.77", "203.0.113.10:443", "DROP KUBE-PROXY-FIREWALL"],
  ["a Pod to a node port, policy Local", "10.244.1.77", "192.168.1.11:30443", "10.244.1.10:8443 | 10.244.2.10:8443"],
  ["the node to its loopback's node port", "127.0.0.1", "127.0.0.1:30080", WEB_MASQUERADED],
  ["no endpoints", "10.244.1.77", "10.96.10.9:80", "REJECT icmp-port-unreachable"],
  ["a port without rule", "10.244.1.77", "10.96.10.2:81", "10.96.10.2:81"],
  ["the health check port", "198.51.100.7", "192.168.1.11:32100", "192.168.1.11:32100"],
])("%s: %s → %s", (_, from, to, want) => {
  expect(destinations(from, to)).toBe(want);
});

test("with affinity a client stays with its first endpoint for three hours of silence, and not longer", () => {
  const at = (seconds: number, port: number): string =>
    arrival(send(stack, `10.244.1.77:${port}`, "10.96.10.1:80", { now: seconds * SECOND, random }));
  const stack = nodeA();
  const random = randomState(3, "affinity");
  const first = at(0, 40000);
  for (let i = 1; i <= 20; i++) expect(at(i * 10_799, 40000 + i)).toBe(first);
  const later = new Set<string>();
  for (let i = 1; i <= 20; i++) later.add(at(1_000_000 + i * 10_801, 41000 + i));
  expect(later.size).toBe(3);
});

test("draws follow the statistic rules: thirds, by 31 bits against a threshold", () => {
  const stack = nodeA();
  const random = randomState(1, "thirds");
  const counts = new Map<string, number>();
  for (let i = 0; i < 3000; i++) {
    const to = arrival(send(stack, `10.244.1.77:${30000 + i}`, "10.96.10.2:80", { random, mode: "none" }));
    counts.set(to, (counts.get(to) ?? 0) + 1);
  }
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(120);
  expect(counts.size).toBe(3);
});

describe("the walk as data", () => {
  test("each hook in kernel order, each rule in chain order, draws shown", () => {
    const result = send(nodeA(), "10.244.1.77:40000", "10.96.10.2:80", { random: randomState(5, "x") });
    const lines = result.walks.flatMap((walk) => [
      `${walk.table} ${walk.hook} ${walk.verdict}`,
      ...walk.steps.map((step) => {
        if (step.kind === "skipped") return `  ${step.chain} -${step.count}`;
        const draw = step.draw === null ? "" : ` ${step.draw.drawn < step.draw.below ? "<" : ">="} ${step.draw.below.toFixed(4)}`;
        return `  ${step.rule.chain}[${step.rule.index}] ${step.result}${draw} ${step.did === null ? "" : JSON.stringify(step.did)}`.trimEnd();
      }),
    ]);
    expect(lines.join("\n")).toMatchInlineSnapshot(`
      "nat PREROUTING accept
        PREROUTING[0] matched {"kind":"jump","chain":"KUBE-SERVICES"}
        KUBE-SERVICES -3
        KUBE-SERVICES[3] matched {"kind":"jump","chain":"KUBE-SVC-67NZLRHBNDSAWJRO"}
        KUBE-SVC-67NZLRHBNDSAWJRO -1
        KUBE-SVC-67NZLRHBNDSAWJRO[1] matched < 0.3333 {"kind":"jump","chain":"KUBE-SEP-FZQ6KZLGXRSKN2AD"}
        KUBE-SEP-FZQ6KZLGXRSKN2AD -1
        KUBE-SEP-FZQ6KZLGXRSKN2AD[1] matched {"kind":"dnat","to":"10.244.1.10:8080"}
      filter FORWARD accept
        FORWARD[0] matched {"kind":"jump","chain":"KUBE-PROXY-FIREWALL"}
        KUBE-PROXY-FIREWALL -1
        FORWARD[1] matched {"kind":"jump","chain":"KUBE-FORWARD"}
        KUBE-FORWARD[0] passed
        KUBE-FORWARD[1] passed
        KUBE-FORWARD[2] passed
        FORWARD[2] matched {"kind":"jump","chain":"KUBE-SERVICES"}
        KUBE-SERVICES -1
        FORWARD[3] matched {"kind":"jump","chain":"KUBE-EXTERNAL-SERVICES"}
      nat POSTROUTING accept
        POSTROUTING[0] matched {"kind":"jump","chain":"KUBE-POSTROUTING"}
        KUBE-POSTROUTING[0] matched {"kind":"return"}"
    `);
  });

  test("a rule's text is that of iptables-save", () => {
    const result = send(nodeA(), "10.244.1.77:40000", "10.96.10.9:80");
    expect(result.verdict.kind === "reject" && result.verdict.rule.text).toBe(
      '-A KUBE-SERVICES -d 10.96.10.9/32 -p tcp -m comment --comment "shop/empty:http has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable',
    );
  });

  test("summary holds the matched rules, none holds nothing", () => {
    const texts = (mode: "none" | "summary" | "full"): string[] =>
      send(nodeA(), "10.244.1.77:40000", "10.96.10.2:80", { mode, random: randomState(5, "x") }).matched.map((cell) => cell.ref.text);
    expect(texts("none")).toEqual([]);
    expect(texts("summary")).toEqual(texts("full"));
    expect(texts("summary").length).toBeGreaterThan(5);
  });
});

describe("answers and later packets", () => {
  test("an answer carries back the address the client sent to; later packets follow the entry and ask no nat rule", () => {
    const stack = nodeA();
    const there = send(stack, "198.51.100.7:5555", "192.168.1.11:30080");
    expect(there.nat).toEqual({ kind: "new", changed: { source: true, destination: true } });
    const { src, srcPort, dst, dstPort } = there.header;
    const back = send(stack, `${dst}:${dstPort}`, `${src}:${srcPort}`, {
      tcpFlags: TCP_SYN | TCP_ACK,
      entry: { hook: "PREROUTING", inInterface: "cni0" },
    });
    expect(back.header).toMatchObject({ src: "192.168.1.11", srcPort: 30080, dst: "198.51.100.7", dstPort: 5555 });
    expect(back.nat.kind).toBe("reply");
    expect(back.ctState).toBe("ESTABLISHED");
    const again = send(stack, "198.51.100.7:5555", "192.168.1.11:30080", { tcpFlags: TCP_ACK });
    expect(again.header).toEqual(there.header);
    expect(again.nat.kind).toBe("known");
    expect(again.walks.filter((walk) => walk.table === "nat")).toEqual([]);
  });

  test("a refused or dropped first packet leaves no entry", () => {
    const stack = nodeA();
    send(stack, "10.244.1.77:40000", "10.96.10.9:80");
    send(stack, "192.0.2.9:40000", "203.0.113.10:443");
    expect(conntrackViews(stack, 0)).toEqual([]);
  });

  test("a reset as the only answer is translated and takes the entry away", () => {
    const stack = nodeA();
    const there = send(stack, "10.244.1.77:40000", "10.96.10.2:80");
    const { dst, dstPort } = there.header;
    const back = send(stack, `${dst}:${dstPort}`, "10.244.1.77:40000", {
      tcpFlags: TCP_RST | TCP_ACK,
      entry: { hook: "PREROUTING", inInterface: "eth0" },
    });
    expect(back.header).toMatchObject({ src: "10.96.10.2", srcPort: 80, dst: "10.244.1.77" });
    expect(conntrackViews(stack, 0)).toEqual([]);
  });

  test("node to its own address passes OUTPUT, POSTROUTING, PREROUTING and INPUT, and stays local", () => {
    const result = send(nodeA(), "192.168.1.11:40000", "192.168.1.11:32100");
    expect(result.verdict.kind).toBe("local");
    expect(result.walks.map((walk) => `${walk.table} ${walk.hook}`)).toEqual([
      "nat OUTPUT",
      "filter OUTPUT",
      "nat POSTROUTING",
      "filter INPUT",
    ]);
  });

  test("an ICMP error about a translated flow seems to come from the service, and quotes what the client sent", () => {
    const stack = nodeA();
    const there = send(stack, "10.244.1.77:40000", "10.96.10.2:80");
    const error = {
      family: "IPv4" as const,
      protocol: "ICMP" as const,
      src: "192.168.1.12",
      srcPort: 0,
      dst: "10.244.1.77",
      dstPort: 0,
      icmp: { kind: "error" as const, type: 3, code: 1, quoted: there.header },
    };
    const result = sendPacket(stack, error);
    expect(result.ctState).toBe("RELATED");
    expect(result.header).toMatchObject({ src: "10.96.10.2", dst: "10.244.1.77", protocol: "ICMP" });
    expect(result.quoted).toMatchObject({ src: "10.244.1.77", srcPort: 40000, dst: "10.96.10.2", dstPort: 80 });
  });
});

test("what is not modelled ends the packet by name", () => {
  const stack = nodeA(rulesWithUnknown());
  const result = send(stack, "10.244.1.77:40000", "10.96.10.2:80");
  expect(arrival(result)).toBe("unmodelled: a rule that is not modelled: -A FORWARD -m time --timestart 8:00 -j ACCEPT");
});

describe("IPv6", () => {
  const text = `*filter
:KUBE-SERVICES - [0:0]
-A FORWARD -m conntrack --ctstate NEW -j KUBE-SERVICES
-A KUBE-SERVICES -d fd00:10:96::9/128 -p tcp -m tcp --dport 80 -j REJECT --reject-with icmp6-port-unreachable
COMMIT
*nat
:KUBE-MARK-MASQ - [0:0]
:KUBE-SVC - [0:0]
-A PREROUTING -d fd00:10:96::1/128 -p tcp -m tcp --dport 80 -j KUBE-SVC
-A PREROUTING -p tcp -m addrtype --dst-type LOCAL -m tcp --dport 30080 -j KUBE-SVC
-A POSTROUTING -m mark --mark 0x4000/0x4000 -j MASQUERADE --random-fully
-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
-A KUBE-SVC ! -s fd00:10:244::/48 -j KUBE-MARK-MASQ
-A KUBE-SVC -p tcp -m tcp -j DNAT --to-destination [fd00:10:244:2::5]:8080
COMMIT
`;
  const node = (): NodeStack => {
    const stack = createNodeStack({ node: "n", localAddresses: ["fd00::11", "192.168.1.11"] });
    setRules(stack, rules(text, "IPv6"));
    return stack;
  };
  const route = ({ dst }: { readonly dst: string }): RouteResult =>
    dst === "fd00::11"
      ? { kind: "local", outInterface: "lo", masqueradeAddress: "fd00::11" }
      : { kind: "forward", outInterface: "eth0", masqueradeAddress: "fd00::11" };

  test.each([
    ["[fd00:10:244:1::7]:4000", "[fd00:10:96::1]:80", "fd00:10:244:2::5:8080"],
    ["[2001:db8::7]:4000", "[fd00:10:96::1]:80", "fd00:10:244:2::5:8080 masq fd00::11"],
    ["[2001:db8::7]:4000", "[fd00::11]:30080", "fd00:10:244:2::5:8080 masq fd00::11"],
    ["[2001:db8::7]:4000", "[fd00:10:96::9]:80", "REJECT icmp6-port-unreachable"],
    ["[2001:db8::7]:4000", "[fd00::11]:22", "fd00::11:22"],
  ])("%s to %s: %s", (from, to, want) => {
    const stack = node();
    const there = send(stack, from, to, { route });
    expect(arrival(there)).toBe(want);
    if (there.verdict.kind !== "forward") return;
    const { src, srcPort, dst, dstPort } = there.header;
    const back = send(stack, endpointText(dst, dstPort), endpointText(src, srcPort), { route, tcpFlags: TCP_SYN | TCP_ACK });
    expect([endpointText(back.header.src, back.header.srcPort), endpointText(back.header.dst, back.header.dstPort)]).toEqual([to, from]);
  });

  test("families have rules of their own", () => {
    expect(arrival(send(node(), "10.244.1.7:4000", "10.96.0.1:80", { route }))).toBe("10.96.0.1:80");
  });
});

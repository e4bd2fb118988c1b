/**
 * The matches that a person adds, by facts of the real programs: what iptables 1.8.9 refuses, what iptables-save prints, and
 * whom the rules meet. Recorded on Linux 6.18 in a network namespace of its own.
 */
import { describe, expect, test } from "vitest";
import { addressId } from "../base/address.ts";
import { randomState } from "../base/random.ts";
import { SECOND } from "../base/time.ts";
import { IpSetReader, isInSet } from "./ip-sets.ts";
import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from "./packet.ts";
import { parseRules } from "./parse.ts";
import { printSave } from "./print.ts";
import { createNodeStack, setRules, traverse } from "./stack.ts";
import { nodeA, routeOnNodeA, rules, send } from "./testing.ts";

const inFilter = (line: string): string => `*filter\n-A INPUT ${line}\nCOMMIT\n`;
const inNat = (line: string): string => `*nat\n-A PREROUTING ${line}\nCOMMIT\n`;

function saved(text: string): string | undefined {
  const { ruleSet, diagnostics } = parseRules(text);
  const problem = diagnostics.find(({ severity }) => severity === "error");
  if (problem !== undefined) return problem.message;
  return printSave(ruleSet)
    .split("\n")
    .find((line) => line.startsWith("-A"))
    ?.replace(/^-A \S+ /, "");
}

describe("as iptables-save prints it", () => {
  test.each([
    [
      "-m conntrack --ctorigdst 10.96.0.10 --ctorigdstport 80 --ctdir ORIGINAL --ctstatus SEEN_REPLY,ASSURED ! --ctproto 6 --ctexpire 1:9 -j DROP",
      "-m conntrack ! --ctproto 6 --ctorigdst 10.96.0.10 --ctorigdstport 80 --ctstatus SEEN_REPLY,ASSURED --ctexpire 1:9 --ctdir ORIGINAL -j DROP",
    ],
    [
      "-p tcp -m conntrack --ctorigdst 10.96.0.10 ! --ctorigdstport 80:90 ! --ctreplsrc 1.2.3.0/24 -j DROP",
      "-p tcp -m conntrack --ctorigdst 10.96.0.10 ! --ctreplsrc 1.2.3.0/24 ! --ctorigdstport 80:90 -j DROP",
    ],
    ["-p tcp --syn -j DROP", "-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j DROP"],
    ["-p tcp ! --syn -j DROP", "-p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN -j DROP"],
    ["-p tcp --tcp-flags SYN,ACK,FIN SYN,ACK -j DROP", "-p tcp -m tcp --tcp-flags FIN,SYN,ACK SYN,ACK -j DROP"],
    ["-p tcp --tcp-flags ALL NONE -j DROP", "-p tcp -m tcp --tcp-flags FIN,SYN,RST,PSH,ACK,URG NONE -j DROP"],
    ["-p icmp --icmp-type echo-request -j DROP", "-p icmp -m icmp --icmp-type 8 -j DROP"],
    ["-p icmp ! --icmp-type 3/4 -j DROP", "-p icmp -m icmp ! --icmp-type 3/4 -j DROP"],
    ["-p icmp --icmp-type any -j DROP", "-p icmp -m icmp --icmp-type any -j DROP"],
    ["-m limit --limit 10/s --limit-burst 10000 -j DROP", "-m limit --limit 10/sec --limit-burst 10000 -j DROP"],
    ["-m mark ! --mark 1 -j MARK --set-mark 2", "-m mark ! --mark 0x1 -j MARK --set-xmark 0x2/0xffffffff"],
    ["-p udp -m udp ! --sport 1000:2000 -j DROP", "-p udp -m udp ! --sport 1000:2000 -j DROP"],
    ["-m recent --set", "-m recent --set --name DEFAULT --mask 255.255.255.255 --rsource"],
    ["-m statistic --mode nth --every 3 --packet 1 -j DROP", "-m statistic --mode nth --every 3 --packet 1 -j DROP"],
    ["-m addrtype --src-type UNSPEC -j DROP", "-m addrtype --src-type UNSPEC -j DROP"],
    ["-m set ! --match-set s2 src,dst -j DROP", "-m set ! --match-set s2 src,dst -j DROP"],
    ['-j LOG --log-prefix "a b: " --log-level 4', '-j LOG --log-prefix "a b: "'],
    ["-s 10.0.0.0/255.255.0.0 -j DROP", "-s 10.0.0.0/16 -j DROP"],
  ])("%s", (written, want) => {
    expect(saved(inFilter(written))).toBe(want);
    expect(saved(inFilter(want))).toBe(want);
  });
});

describe("what iptables refuses", () => {
  test.each([
    [
      inFilter("-p tcp -m multiport --dports 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16 -j DROP"),
      "multiport: too many ports, 15 are allowed and a range counts as two",
    ],
    [
      inFilter("-p tcp -m multiport --dports 1:2,3:4,5:6,7:8,9:10,11:12,13:14,15:16 -j DROP"),
      "multiport: too many ports, 15 are allowed and a range counts as two",
    ],
    [inFilter("-m multiport --dports 1 -j DROP"), "multiport needs -p tcp, udp, udplite, sctp or dccp"],
    [inFilter("-p tcp -m multiport --dports 5:2 -j DROP"), "cannot read the ports of multiport"],
    [inFilter("-m limit ! --limit 1/s -j DROP"), "limit cannot be inverted"],
    [inFilter("-m limit --limit 20000/s -j DROP"), "cannot read --limit 20000/s"],
    [inFilter("-m limit --limit 10/s --limit-burst 10001 -j DROP"), "bad --limit-burst: 0 to 10000"],
    [inFilter("-j REJECT --reject-with tcp-reset"), "REJECT with tcp-reset needs -p tcp"],
    [inFilter("-m conntrack -j DROP"), "conntrack needs at least one option"],
    [inFilter("-m conntrack --ctdir SIDEWAYS -j DROP"), "--ctdir takes ORIGINAL or REPLY, not SIDEWAYS"],
    [inFilter("-m conntrack --ctorigdst fd00::1 -j DROP"), "fd00::1 is not an IPv4 address"],
    [inFilter("-p udp --syn -j DROP"), "--syn needs -p tcp"],
    [inFilter("-p tcp --tcp-flags SYN NOPE -j DROP"), "cannot read --tcp-flags SYN NOPE"],
    [inFilter("-p icmp --icmp-type sideways -j DROP"), "unknown ICMP type sideways"],
    [inFilter("-o eth0 -j DROP"), "-o cannot be used in INPUT"],
    [inNat("-j DNAT --to-destination 1.2.3.4:80"), "a port of DNAT needs -p tcp, udp, sctp or dccp"],
    [inNat("-j MASQUERADE"), "MASQUERADE works only in POSTROUTING, not in PREROUTING"],
    ["*nat\n-A INPUT -p tcp -j REDIRECT --to-ports 80\nCOMMIT\n", "REDIRECT works only in PREROUTING and OUTPUT, not in INPUT"],
    ["*nat\n-A POSTROUTING -j DNAT --to-destination 1.2.3.4\nCOMMIT\n", "DNAT works only in PREROUTING and OUTPUT, not in POSTROUTING"],
  ])("%j", (text, error) => {
    expect(saved(text)).toBe(error);
  });

  test.each([
    inFilter("-p tcp -m multiport --dports 1:2,3:4,5:6,7:8,9:10,11:12,13:14,15 -j DROP"),
    "*nat\n-A INPUT -j SNAT --to-source 1.2.3.4\nCOMMIT\n",
  ])("and takes %j", (text) => {
    expect(parseRules(text).diagnostics).toEqual([]);
  });

  test("what is only not modelled is kept word for word", () => {
    const line = "-p tcp -j DNAT --to-destination 1.2.3.4-1.2.3.9:80-90";
    expect(parseRules(inNat(line)).diagnostics).toEqual([
      { line: 2, severity: "unmodelled", message: "-j DNAT --to-destination 1.2.3.4-1.2.3.9:80-90" },
    ]);
    expect(saved(inNat(line))).toBe(line);
  });
});

/** True if a first packet from a Pod to 10.96.10.9:80, sent on to 10.244.1.9:8080 by DNAT, meets a rule with these words in FORWARD. */
function meets(words: string, flags = TCP_SYN): boolean {
  const text = `*nat\n-A PREROUTING -d 10.96.10.9 -p tcp --dport 80 -j DNAT --to-destination 10.244.1.9:8080\nCOMMIT\n*filter\n-A FORWARD ${words} -j DROP\nCOMMIT\n`;
  return send(nodeA(rules(text)), "10.244.1.77:40000", "10.96.10.9:80", { tcpFlags: flags }).verdict.kind === "drop";
}

describe("-m conntrack asks the flow, not the packet", () => {
  test.each([
    ["-d 10.96.10.9", false],
    ["-m conntrack --ctorigdst 10.96.10.9", true],
    ["-m conntrack ! --ctorigdst 10.96.10.9", false],
    ["-m conntrack --ctorigdst 10.96.0.0/16 --ctorigdstport 80", true],
    ["-m conntrack --ctorigdstport 79:81", true],
    ["-m conntrack --ctorigdstport 8080", false],
    ["-m conntrack --ctreplsrc 10.244.1.9 --ctreplsrcport 8080", true],
    ["-m conntrack --ctorigsrc 10.244.1.77 --ctorigsrcport 40000", true],
    ["-m conntrack --ctrepldst 10.244.1.77", true],
    ["-m conntrack --ctrepldstport 40000", true],
    ["-m conntrack --ctproto 6", true],
    ["-m conntrack --ctproto udp", false],
    ["-m conntrack ! --ctproto udp", true],
    ["-m conntrack --ctdir ORIGINAL", true],
    ["-m conntrack --ctdir REPLY", false],
    ["-m conntrack --ctstatus NONE", true],
    ["-m conntrack --ctstatus CONFIRMED", false],
    ["-m conntrack ! --ctstatus SEEN_REPLY", true],
    ["-m conntrack --ctstate DNAT", true],
    ["-m conntrack --ctstate NEW --ctorigdstport 80", true],
    ["-m conntrack --ctstate ESTABLISHED --ctorigdstport 80", false],
    ["-m conntrack --ctexpire 0", true],
    ["-m conntrack --ctexpire 5:9", false],
  ])("%s: %s", (words, want) => {
    expect(meets(words)).toBe(want);
  });

  test("an answer has direction REPLY, and an entry that counts down", () => {
    const text =
      "*nat\n-A PREROUTING -d 10.96.10.9 -p tcp -j DNAT --to-destination 10.244.1.9:8080\nCOMMIT\n*filter\n-A FORWARD -m conntrack --ctdir REPLY --ctstatus SEEN_REPLY --ctexpire 55:60 -j DROP\nCOMMIT\n";
    const stack = nodeA(rules(text));
    expect(send(stack, "10.0.0.5:4000", "10.96.10.9:80").verdict.kind).toBe("forward");
    expect(send(stack, "10.244.1.9:8080", "10.0.0.5:4000", { tcpFlags: TCP_SYN | TCP_ACK }).verdict.kind).toBe("drop");
  });

  test("a packet that belongs to no flow meets states alone", () => {
    const out = (words: string): string =>
      send(nodeA(rules(`*filter\n-A FORWARD ${words} -j DROP\nCOMMIT\n`)), "10.244.1.77:1", "10.0.0.1:80", { tcpFlags: TCP_RST | TCP_SYN })
        .verdict.kind;
    expect(out("-m conntrack --ctstate INVALID")).toBe("drop");
    expect(out("-m conntrack --ctproto 6")).toBe("forward");
    expect(out("-m conntrack ! --ctproto 6")).toBe("forward");
  });
});

describe("-m tcp --tcp-flags", () => {
  test.each([
    ["-p tcp --syn", TCP_SYN, true],
    ["-p tcp --syn", TCP_SYN | TCP_ACK, false],
    ["-p tcp ! --syn", TCP_ACK, true],
    ["-p tcp ! --syn", TCP_SYN, false],
    ["-p tcp --dport 8080 --tcp-flags SYN,ACK SYN", TCP_SYN, true],
    ["-p tcp --dport 81 --tcp-flags SYN,ACK SYN", TCP_SYN, false],
    ["-p tcp --tcp-flags FIN FIN", TCP_FIN | TCP_ACK, true],
    ["-p tcp --tcp-flags ALL NONE", TCP_SYN, false],
  ])("%s, flags %d: %s", (words, flags, want) => {
    expect(meets(words, flags)).toBe(want);
  });
});

describe("-m icmp", () => {
  const ping = (words: string, reply = false): string => {
    const stack = nodeA(rules(`*filter\n-A FORWARD -p icmp ${words} -j DROP\nCOMMIT\n`));
    const packet = { family: "IPv4", protocol: "ICMP", src: "10.244.1.77", srcPort: 0, dst: "10.0.0.1", dstPort: 0 } as const;
    return traverse(
      stack,
      { ...packet, icmp: { kind: "echo", id: 7, reply } },
      { hook: "PREROUTING", inInterface: "cni0" },
      { now: 0, random: randomState(1, "ping"), route: routeOnNodeA, mode: "full" },
    ).verdict.kind;
  };
  test.each([
    ["--icmp-type 8", "drop"],
    ["--icmp-type echo-request", "drop"],
    ["--icmp-type 8/0", "drop"],
    ["--icmp-type 8/1", "forward"],
    ["--icmp-type echo-reply", "forward"],
    ["! --icmp-type echo-reply", "drop"],
    ["--icmp-type any", "drop"],
  ])("%s: %s", (words, want) => {
    expect(ping(words)).toBe(want);
  });
});

// Counted by the kernel: 40 datagrams, one every 50 ms, against these rates (granularity: its clock tick).
describe("-m limit by its token bucket", () => {
  test.each([
    ["5/sec", 3, 12],
    ["1/sec", 5, 6],
    ["8/sec", 1, 14],
    // A burst of 0 is the default, 5.
    ["60/min", 0, 6],
    ["3/hour", 5, 5],
  ])("%s, burst %d: %d of 40", (rate, burst, want) => {
    const stack = nodeA(rules(`*filter\n-A FORWARD -m limit --limit ${rate} --limit-burst ${burst} -j DROP\nCOMMIT\n`));
    let met = 0;
    for (let i = 0; i < 40; i++) {
      const sent = send(stack, `10.244.1.77:${1000 + i}`, "10.0.0.1:80", { protocol: "UDP", now: (i * SECOND) / 20 });
      if (sent.verdict.kind === "drop") met += 1;
    }
    expect(met).toBe(want);
  });
});

describe("sets of ipset", () => {
  const TEXT = [
    "create hosts hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0xb52f1148",
    "add hosts 10.244.1.77",
    "create nets hash:net family inet hashsize 1024 maxelem 65536",
    "add nets 10.0.0.0/8",
    "add nets 10.244.0.0/16 nomatch",
    "create doors hash:ip,port family inet hashsize 1024 maxelem 65536",
    "add doors 10.0.0.1,tcp:80",
    "add doors 10.0.0.1,udp:53",
    "create ports bitmap:port range 0-1024",
    "add ports 80-90",
    "create six hash:ip family inet6 hashsize 1024 maxelem 65536",
    "add six fd00::1",
  ];
  const reader = new IpSetReader();
  for (const line of TEXT) expect(reader.read(line)).toBe(null);
  const sets = reader.finish();
  const fate = (words: string, to = "10.0.0.1:80"): string => {
    const stack = createNodeStack({ node: "n", localAddresses: [], sets });
    setRules(stack, rules(`*filter\n-A FORWARD ${words} -j DROP\nCOMMIT\n`));
    const { verdict } = send(stack, "10.244.1.77:40000", to);
    return verdict.kind === "unmodelled" ? verdict.what : verdict.kind;
  };

  test.each([
    ["-m set --match-set hosts src", "drop"],
    ["-m set --match-set hosts dst", "forward"],
    ["-m set ! --match-set hosts dst", "drop"],
    ["-m set --match-set nets dst", "drop"],
    // The narrower network is an exception.
    ["-m set --match-set nets src", "forward"],
    ["-m set --match-set doors dst,dst", "drop"],
    ["-m set --match-set doors src,dst", "forward"],
    // Fewer flags than the set has dimensions: never.
    ["-m set --match-set doors dst", "forward"],
    ["-m set ! --match-set doors dst", "drop"],
    ["-m set --match-set ports dst", "drop"],
    ["-m set --match-set ports src", "forward"],
    ["-m set --match-set six src", "forward"],
    ["-m set --match-set gone src", "the members of set gone are not known: -A FORWARD -m set --match-set gone src -j DROP"],
  ])("%s: %s", (words, want) => {
    expect(fate(words)).toBe(want);
  });

  test("a kind of set that is not known is unknown as a whole", () => {
    const other = new IpSetReader();
    expect(other.read("create macs hash:mac hashsize 1024")).toEqual({ severity: "unmodelled", message: "set macs of type hash:mac" });
    expect(other.read("add macs 01:02:03:04:05:06")).toBe(null);
    expect(other.read("add nobody 1.2.3.4")).toEqual({ severity: "error", message: "no set named nobody" });
    expect(other.finish().size).toBe(0);
  });

  test("a port of another protocol is another member", () => {
    const doors = sets.get("doors");
    if (doors === undefined) throw new Error("no set");
    const at = (protocol: number): boolean =>
      isInSet(doors, ["dst", "dst"], {
        source: 0,
        sourcePort: 1,
        destination: addressId("10.0.0.1"),
        destinationPort: 53,
        family: "IPv4",
        protocol,
      });
    expect([at(17), at(6)]).toEqual([true, false]);
  });
});

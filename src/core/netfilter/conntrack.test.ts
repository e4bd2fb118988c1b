/** Flows over time: states, time-outs and what becomes of translations, as measured on a kernel. */
import { describe, expect, test } from "vitest";
import { randomState } from "../base/random.ts";
import { SECOND } from "../base/time.ts";
import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from "./packet.ts";
import { SCTP_CHUNKS, type SctpChunk } from "./sctp-states.ts";
import type { Packet } from "./packet.ts";
import { conntrackViews, deleteEntries, packetsOf, restoreStack, setRules, stackState, traverse } from "./stack.ts";
import type { NodeSettings, NodeStack } from "./stack.ts";
import { arrival, nodeA, nodeARules, routeOnNodeA, rules, send } from "./testing.ts";

const FLAGS: Readonly<Record<string, number>> = {
  SYN: TCP_SYN,
  SYNACK: TCP_SYN | TCP_ACK,
  ACK: TCP_ACK,
  FIN: TCP_FIN | TCP_ACK,
  RST: TCP_RST,
  NONE: 0,
};
const CLIENT = "10.244.1.77:40000";
const SERVER = "10.0.0.1:80";

/**
 * Plays `> SYN, < SYNACK, 5 > ACK`: seconds since the last packet (0 if absent), direction, flags; UDP without flags.
 * Gives what conntrack shows afterwards: `ESTABLISHED 432000 assured`, or `nothing`, and the state each packet had.
 */
function play(
  script: string,
  protocol: "TCP" | "UDP" | "SCTP" = "TCP",
  settings: NodeSettings = {},
): { readonly entry: string; readonly seen: string } {
  const stack = nodeA(rules("*nat\nCOMMIT\n"), settings);
  let now = 0;
  const seen = script.split(",").map((step) => {
    const words = step.trim().split(" ");
    const after = /^[\d.]+$/.test(words[0] ?? "") ? Number(words.shift()) : 0;
    const [direction = "", flags = ""] = words;
    now += after * SECOND;
    const [from, to] = direction === ">" ? [CLIENT, SERVER] : [SERVER, CLIENT];
    const of = protocol === "SCTP" ? { sctpChunk: chunkNamed(flags) } : { tcpFlags: FLAGS[flags] ?? 0 };
    return send(stack, from, to, { now, protocol, ...of }).ctState;
  });
  const [view] = conntrackViews(stack, now);
  const entry = view === undefined ? "nothing" : `${view.state} ${(view.expiresAt - now) / SECOND}${view.assured ? " assured" : ""}`;
  return { entry, seen: seen.join(" ") };
}

function chunkNamed(name: string): SctpChunk {
  const [found] = (Object.keys(SCTP_CHUNKS) as SctpChunk[]).filter((chunk) => chunk === name); // keys of a literal
  if (found === undefined) throw new Error(`no chunk ${name}`);
  return found;
}

describe("TCP states and time-outs", () => {
  test.each([
    ["> SYN", "SYN_SENT 120"],
    ["> SYN, < SYNACK", "SYN_RECV 60"],
    ["> SYN, < SYNACK, > ACK", "ESTABLISHED 432000 assured"],
    ["> SYN, < SYNACK, > ACK, < ACK, 10 > ACK", "ESTABLISHED 432000 assured"],
    ["> SYN, < SYNACK, > ACK, < FIN", "FIN_WAIT 120 assured"],
    ["> SYN, < SYNACK, > ACK, < FIN, > ACK", "CLOSE_WAIT 60 assured"],
    ["> SYN, < SYNACK, > ACK, < FIN, > ACK, > FIN", "LAST_ACK 30 assured"],
    ["> SYN, < SYNACK, > ACK, < FIN, > ACK, > FIN, < ACK", "TIME_WAIT 120 assured"],
    ["> SYN, < SYNACK, > ACK, < RST", "CLOSE 10 assured"],
    ["> SYN, < SYNACK, > RST", "CLOSE 10"],
    ["> SYN, 3 > SYN, 4 > SYN", "SYN_SENT 120"], // retransmissions
    ["> SYN, < RST", "nothing"], // refused: never was one
    ["> SYN, 121 > ACK", "ESTABLISHED 300"], // expired, then picked up in its middle
    ["> ACK", "ESTABLISHED 300"], // loose: picked up, not answered yet
    ["> ACK, < ACK", "ESTABLISHED 300"],
    ["> ACK, < ACK, > ACK", "ESTABLISHED 432000 assured"],
  ])("%s: %s", (script, want) => {
    expect(play(script).entry).toBe(want);
  });

  test.each([
    ["< SYNACK", "INVALID"],
    ["> FIN", "INVALID"],
    ["> RST", "INVALID"],
    ["> NONE", "INVALID"],
    ["> SYN, > ACK", "NEW INVALID"],
    ["> SYN, > SYN", "NEW NEW"],
    ["> SYN, < SYNACK, > ACK", "NEW ESTABLISHED ESTABLISHED"],
    ["> SYN, < SYNACK, > ACK, > SYN", "NEW ESTABLISHED ESTABLISHED ESTABLISHED"], // ignored, passes
  ])("packets of %s are %s", (script, want) => {
    expect(play(script).seen).toBe(want);
  });

  test("what kube-proxy sets on a node", () => {
    const settings = { tcpEstablishedSeconds: 86_400, tcpCloseWaitSeconds: 3_600 };
    expect(play("> SYN, < SYNACK, > ACK", "TCP", settings).entry).toBe("ESTABLISHED 86400 assured");
    expect(play("> SYN, < SYNACK, > ACK, < FIN, > ACK", "TCP", settings).entry).toBe("CLOSE_WAIT 3600 assured");
  });

  test("without loose tracking a connection cannot be picked up in its middle", () => {
    expect(play("> ACK", "TCP", { tcpLoose: false })).toEqual({ entry: "nothing", seen: "INVALID" });
  });
});

describe("the same client port again", () => {
  const WEB = "10.96.10.2:80";

  test("TCP chooses anew: the SYN replaces the entry in TIME_WAIT", () => {
    const stack = nodeA();
    const random = randomState(2, "reuse");
    const seen = new Set<string>();
    for (let i = 0; i < 40; i++) {
      const now = i * SECOND;
      const there = send(stack, CLIENT, WEB, { now, random });
      expect(there.ctState).toBe("NEW");
      const pod = `${there.header.dst}:${there.header.dstPort}`;
      seen.add(pod);
      for (const [from, to, flags] of [
        [pod, CLIENT, "SYNACK"],
        [CLIENT, WEB, "ACK"],
        [pod, CLIENT, "FIN"],
        [CLIENT, WEB, "FIN"],
        [pod, CLIENT, "ACK"],
      ] as const) {
        send(stack, from, to, { now, tcpFlags: FLAGS[flags], entry: { hook: "PREROUTING", inInterface: "cni0" } });
      }
      expect(conntrackViews(stack, now).map((view) => view.state)).toEqual(["TIME_WAIT"]);
    }
    expect(seen.size).toBe(3);
  });

  test("UDP does not while the entry lives, and does when it has run out", () => {
    const text = nodeARulesForUdp();
    const stack = nodeA(rules(text));
    const random = randomState(3, "udp");
    const at = (seconds: number): string =>
      arrival(send(stack, CLIENT, "10.96.0.10:53", { now: seconds * SECOND, protocol: "UDP", random }));
    const first = at(0);
    for (let i = 1; i < 30; i++) expect(at(i * 29)).toBe(first);
    const later = new Set(Array.from({ length: 30 }, (_, i) => at(10_000 + i * 31)));
    expect(later.size).toBe(2);
  });
});

function nodeARulesForUdp(): string {
  return "*nat\n:S - [0:0]\n-A PREROUTING -d 10.96.0.10 -p udp --dport 53 -j S\n-A S -p udp -m statistic --mode random --probability 0.5 -j DNAT --to-destination 10.244.1.2:53\n-A S -p udp -j DNAT --to-destination 10.244.2.2:53\nCOMMIT\n";
}

describe("UDP and SCTP: states and time-outs", () => {
  test.each([
    ["UDP", ">", "UNREPLIED 30"],
    ["UDP", ">, <", "REPLIED 30"], // one quick question and answer
    ["UDP", ">, <, 1 >", "REPLIED 30"],
    ["UDP", ">, <, 2.5 >", "REPLIED 120 assured"],
    ["UDP", ">, 10 >, 10 >", "UNREPLIED 30"],
    ["SCTP", "> INIT", "CLOSED 10"],
    ["SCTP", "> INIT, 3 > INIT", "CLOSED 7"], // sent again: the entry does not live longer
    ["SCTP", "> INIT, < INIT-ACK", "COOKIE_WAIT 3"],
    ["SCTP", "> INIT, < INIT-ACK, > COOKIE-ECHO", "COOKIE_ECHOED 3"],
    ["SCTP", "> INIT, < INIT-ACK, > COOKIE-ECHO, < COOKIE-ACK", "ESTABLISHED 210 assured"],
    ["SCTP", "> INIT, < INIT-ACK, > COOKIE-ECHO, < COOKIE-ACK, > DATA, < SACK, 100 < DATA", "ESTABLISHED 210 assured"],
    ["SCTP", "> INIT, < INIT-ACK, > COOKIE-ECHO, < COOKIE-ACK, > SHUTDOWN", "SHUTDOWN_SENT 3 assured"],
    ["SCTP", "> INIT, < INIT-ACK, > COOKIE-ECHO, < COOKIE-ACK, < SHUTDOWN", "SHUTDOWN_RECD 3 assured"],
    ["SCTP", "> INIT, < INIT-ACK, > COOKIE-ECHO, < COOKIE-ACK, > SHUTDOWN, < SHUTDOWN-ACK", "SHUTDOWN_ACK_SENT 3 assured"],
    ["SCTP", "> INIT, < INIT-ACK, > COOKIE-ECHO, < COOKIE-ACK, > SHUTDOWN, < SHUTDOWN-ACK, > SHUTDOWN-COMPLETE", "CLOSED 10 assured"],
    ["SCTP", "> INIT, < ABORT", "CLOSED 10"],
    ["SCTP", "> DATA", "nothing"],
    ["SCTP", "> COOKIE-ACK", "nothing"],
  ] as const)("%s %s: %s", (protocol, script, want) => {
    expect(play(script, protocol).entry).toBe(want);
  });
});

describe("rules change, entries stay", () => {
  const one = (address: string): string =>
    `*nat\n-A PREROUTING -d 10.96.0.10 -p udp --dport 53 -j DNAT --to-destination ${address}:53\nCOMMIT\n`;
  const ask = (stack: NodeStack, seconds: number): string =>
    arrival(send(stack, CLIENT, "10.96.0.10:53", { now: seconds * SECOND, protocol: "UDP" }));

  test("a UDP socket that keeps sending stays with its old endpoint until the entry is deleted", () => {
    const stack = nodeA(rules(one("10.244.1.2")));
    expect(ask(stack, 0)).toBe("10.244.1.2:53");
    setRules(stack, rules(one("10.244.2.2")));
    expect(ask(stack, 20)).toBe("10.244.1.2:53");
    const stale = (original: string): number =>
      deleteEntries(stack, (entry) => entry.original.dst === original && entry.reply.src !== "10.244.2.2", "UDP");
    expect(stale("10.96.0.99")).toBe(0);
    expect(stale("10.96.0.10")).toBe(1);
    expect(ask(stack, 21)).toBe("10.244.2.2:53");
  });

  test("a flow that began before any rule keeps going where it went; one that was refused left no entry", () => {
    const stack = nodeA(rules("*nat\nCOMMIT\n"));
    expect(ask(stack, 0)).toBe("10.96.0.10:53");
    setRules(stack, rules(one("10.244.2.2")));
    expect(ask(stack, 10)).toBe("10.96.0.10:53");
    expect(ask(stack, 50)).toBe("10.244.2.2:53"); // silent for longer than 30 s
    const refusing = nodeA(rules("*filter\n-A FORWARD -p udp -j REJECT\nCOMMIT\n*nat\nCOMMIT\n"));
    expect(ask(refusing, 0)).toBe("REJECT icmp-port-unreachable");
    setRules(refusing, rules(one("10.244.2.2")));
    expect(ask(refusing, 1)).toBe("10.244.2.2:53");
  });

  test("an open TCP connection goes on although its service has no endpoints any more", () => {
    const stack = nodeA();
    const there = send(stack, CLIENT, "10.96.10.2:80");
    send(stack, `${there.header.dst}:8080`, CLIENT, { tcpFlags: TCP_SYN | TCP_ACK });
    setRules(stack, rules("*filter\n-A FORWARD -m conntrack --ctstate NEW -j REJECT\nCOMMIT\n*nat\nCOMMIT\n"));
    expect(send(stack, CLIENT, "10.96.10.2:80", { tcpFlags: TCP_ACK }).header).toEqual(there.header);
    expect(arrival(send(stack, "10.244.1.77:40001", "10.96.10.2:80"))).toBe("REJECT icmp-port-unreachable");
  });
});

describe("no two flows look alike to an answer", () => {
  test("a Service connection and a direct one from the same port to the same Pod: the later changes its source port", () => {
    const text = "*nat\n-A PREROUTING -d 10.96.0.1 -p tcp -j DNAT --to-destination 10.244.2.9:80\nCOMMIT\n";
    const pair = (first: string, second: string): boolean[] => {
      const stack = nodeA(rules(text));
      return [first, second].map((to) => {
        const result = send(stack, CLIENT, to);
        expect(`${result.header.dst}:${result.header.dstPort}`).toBe("10.244.2.9:80");
        return result.header.srcPort === 40000;
      });
    };
    expect(pair("10.96.0.1:80", "10.244.2.9:80")).toEqual([true, false]);
    expect(pair("10.244.2.9:80", "10.96.0.1:80")).toEqual([true, false]);
  });

  test("masquerade keeps the port unless it is taken; random-fully never shares one", () => {
    const plain = nodeA(rules("*nat\n-A POSTROUTING -j MASQUERADE\nCOMMIT\n"));
    expect(send(plain, "10.244.1.5:4000", SERVER).header.srcPort).toBe(4000);
    expect(send(plain, "10.244.1.6:4000", SERVER).header.srcPort).not.toBe(4000);
    const random = randomState(4, "ports");
    const full = nodeA(rules("*nat\n-A POSTROUTING -j MASQUERADE --random-fully\nCOMMIT\n"));
    const ports = new Set(
      Array.from({ length: 3000 }, (_, i) => send(full, `10.244.1.5:${5000 + i}`, SERVER, { random, mode: "none" }).header.srcPort),
    );
    expect(ports.size).toBe(3000);
  });

  test("without a nat table a clash is dropped at its end", () => {
    const stack = nodeA(rules("*nat\n-A PREROUTING -d 10.96.0.1 -p tcp -j DNAT --to-destination 10.244.2.9:80\nCOMMIT\n"));
    send(stack, CLIENT, "10.96.0.1:80");
    setRules(stack, rules("*filter\nCOMMIT\n"));
    expect(send(stack, CLIENT, "10.244.2.9:80").verdict).toEqual({ kind: "drop", rule: null, why: "clash" });
  });
});

test("a full table drops new flows and takes them again when old ones have run out", () => {
  const stack = nodeA(rules("*nat\nCOMMIT\n"), { conntrackMax: 2 });
  const at = (seconds: number, port: number): string => arrival(send(stack, `10.244.1.77:${port}`, SERVER, { now: seconds * SECOND }));
  expect([at(0, 1), at(1, 2), at(2, 3), at(121, 4), at(121, 5)]).toEqual([
    "10.0.0.1:80",
    "10.0.0.1:80",
    "DROP table-full",
    "10.0.0.1:80",
    "10.0.0.1:80",
  ]);
});

describe("ICMP", () => {
  const icmp = (stack: NodeStack, from: string, to: string, message: Packet["icmp"], inInterface = "eth0"): ReturnType<typeof send> =>
    traverse(
      stack,
      { family: "IPv4", protocol: "ICMP", src: from, srcPort: 0, dst: to, dstPort: 0, icmp: message },
      { hook: "PREROUTING", inInterface },
      { now: 0, random: randomState(1, "icmp"), route: routeOnNodeA, mode: "full" },
    );

  test("an echo is a flow; its answer belongs to it, a stray answer to nothing", () => {
    const stack = nodeA();
    expect(icmp(stack, "10.244.1.77", "10.244.2.9", { kind: "echo", id: 7, reply: false }, "cni0").ctState).toBe("NEW");
    expect(icmp(stack, "10.244.2.9", "10.244.1.77", { kind: "echo", id: 7, reply: true }).ctState).toBe("ESTABLISHED");
    expect(icmp(stack, "10.244.2.9", "10.244.1.77", { kind: "echo", id: 8, reply: true }).ctState).toBe("INVALID");
    expect(conntrackViews(stack, 0).map((view) => view.protocol)).toEqual(["ICMP"]);
  });

  test("ping of a cluster IP meets no rule", () => {
    expect(arrival(icmp(nodeA(), "10.244.1.77", "10.96.10.2", { kind: "echo", id: 7, reply: false }, "cni0"))).toBe("10.96.10.2:0");
  });

  test("an error about a masqueraded flow goes home to the client and quotes what it sent", () => {
    const stack = nodeA();
    const there = send(stack, "198.51.100.7:5555", "192.168.1.11:30080");
    const back = icmp(stack, there.header.dst, there.header.src, { kind: "error", type: 3, code: 3, quoted: there.header });
    expect(back.header).toMatchObject({ src: "192.168.1.11", dst: "198.51.100.7" });
    expect(back.quoted).toEqual({ src: "198.51.100.7", srcPort: 5555, dst: "192.168.1.11", dstPort: 30080, protocol: "TCP" });
  });

  test("an error about nothing known is INVALID, and kube-proxy's rule drops it", () => {
    const quoted = { src: "1.1.1.1", srcPort: 1, dst: "2.2.2.2", dstPort: 2, protocol: "TCP" as const };
    const result = icmp(nodeA(), "10.244.2.9", "10.244.1.77", { kind: "error", type: 3, code: 3, quoted });
    expect([result.ctState, arrival(result)]).toEqual(["INVALID", "DROP KUBE-FORWARD"]);
  });
});

describe("state as a plain value", () => {
  test("a restored stack goes on like the one it was taken from", () => {
    const options = { node: "node-a", localAddresses: ["192.168.1.11", "10.244.1.1"] };
    const a = nodeA();
    const traffic = (stack: NodeStack, from: number, seed: number): string[] => {
      const random = randomState(seed, "traffic");
      return Array.from({ length: 50 }, (_, i) => {
        const now = (from + i) * SECOND;
        return arrival(
          send(stack, `10.244.1.${10 + (i % 20)}:${4000 + from + i}`, i % 2 === 0 ? "10.96.10.1:80" : "192.168.1.11:30080", {
            now,
            random,
          }),
        );
      });
    };
    traffic(a, 0, 1);
    const state = structuredClone(stackState(a, 50 * SECOND));
    const b = restoreStack(state, options);
    setRules(b, nodeARules());
    expect(stackState(b, 50 * SECOND)).toEqual(state);
    expect(traffic(b, 50, 2)).toEqual(traffic(a, 50, 2));
    expect(stackState(b, 100 * SECOND)).toEqual(stackState(a, 100 * SECOND));
  });

  test("counters count matches, and begin anew where a chain was written anew", () => {
    const stack = nodeA();
    for (let i = 0; i < 5; i++) send(stack, `10.244.1.77:${4000 + i}`, "10.96.10.9:80");
    const rejects = (): number =>
      stackState(stack, 0).cells.find((cell) => cell.table === "filter" && cell.chain === "KUBE-SERVICES")?.packets ?? 0;
    expect(rejects()).toBe(5);
    setRules(stack, nodeARules());
    expect(rejects(), "the same rules: nobody wrote the chain anew").toBe(5);
    const { tables } = nodeARules();
    const filter = tables.get("filter");
    const chain = filter?.chains.get("KUBE-SERVICES");
    if (filter === undefined || chain === undefined) throw new Error("the fixture has no such chain");
    const without = { ...filter, chains: new Map([...filter.chains, ["KUBE-SERVICES", { ...chain, rules: chain.rules.slice(1) }]]) };
    setRules(stack, { ...nodeARules(), tables: new Map([...tables, ["filter", without]]) });
    setRules(stack, nodeARules());
    expect(rejects(), "written anew twice, though no packet came between").toBe(0);
    // Nobody rewrote the built-in chains.
    expect(packetsOf(stack, "IPv4", "filter", "FORWARD", 2)).toBe(5);
  });
});

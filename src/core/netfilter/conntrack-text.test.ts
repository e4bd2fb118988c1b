import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { conntrackLine, conntrackLines, conntrackSummary } from "./conntrack-text.ts";
import type { ConntrackView, Header } from "./walk.ts";

const NAMES: { readonly [name: string]: Header["protocol"] } = { tcp: "TCP", udp: "UDP", sctp: "SCTP", icmp: "ICMP", icmpv6: "ICMP" };
const recorded = readFileSync(new URL("fixtures/conntrack-list.txt", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"));

/** A line of the real program as the entry that it tells of, seen at 0. */
function read(line: string): ConntrackView {
  const [name = "", , left = "", ...rest] = line.split(/\s+/);
  const state = rest[0]?.includes("=") === false ? rest[0] : "";
  const all = [...line.matchAll(/(src|dst|sport|dport|id)=(\S+)/g)].map(([, key = "", value = ""]) => [key, value] as const);
  const protocol = NAMES[name] ?? "TCP";
  const tuple = (which: number): Header => {
    const value = (key: string): string => all.filter(([of]) => of === key)[which]?.[1] ?? "0";
    return { src: value("src"), dst: value("dst"), srcPort: Number(value("sport")), dstPort: Number(value("dport")), protocol };
  };
  const id = all.find(([key]) => key === "id")?.[1];
  return {
    id: 1,
    node: "node-1",
    protocol,
    state,
    original: tuple(0),
    reply: tuple(1),
    assured: line.includes("[ASSURED]"),
    seenReply: !line.includes("[UNREPLIED]"),
    createdAt: 0,
    // The program rounds down: anything up to the next second prints the same.
    expiresAt: Number(left) * 1e9 + 999_999_999,
    journey: null,
    ...(id === undefined ? {} : { echo: Number(id) }),
  };
}

describe("as conntrack -L prints it", () => {
  it("has TCP in each state, UDP, SCTP, ICMP, translated and masqueraded flows and IPv6 among the recording", () => {
    const states = new Set(recorded.map((line) => read(line).state));
    for (const state of ["SYN_SENT", "SYN_RECV", "ESTABLISHED", "FIN_WAIT", "CLOSE_WAIT", "LAST_ACK", "TIME_WAIT", "CLOSE"])
      expect(states).toContain(state);
    expect(recorded.length).toBeGreaterThan(24);
  });

  it.each(recorded)("%s", (line) => {
    expect(conntrackLine(read(line), 0)).toBe(line);
  });

  it("leaves out what has expired, and counts", () => {
    const [first = ""] = recorded;
    const entry = read(first);
    expect(conntrackLines([entry, { ...entry, expiresAt: 5 }], 5)).toHaveLength(1);
    expect(conntrackSummary(1)).toBe("conntrack v1.4.7 (conntrack-tools): 1 flow entries have been shown.");
  });
});

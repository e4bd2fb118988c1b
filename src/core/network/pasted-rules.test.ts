import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { tracePasted, type PastedAnswer } from "./pasted-rules.ts";

/** What a node with kube-proxy, flannel, Calico, docker and Istio prints: loaded into Linux 6.18, saved by iptables 1.8.9. */
const SAVED = {
  "iptables-nft": readFileSync(new URL("fixtures/pasted-nft.txt", import.meta.url), "utf8"),
  "iptables-legacy": readFileSync(new URL("fixtures/pasted-legacy.txt", import.meta.url), "utf8"),
};

type Protocol = "TCP" | "UDP" | "SCTP";

function trace(
  text: string,
  from: string,
  to: string,
  protocol: Protocol = "TCP",
  faces: { readonly inInterface?: string; readonly outInterface?: string } = {},
): PastedAnswer {
  const ends = (end: string): readonly [string, number] => {
    const at = end.lastIndexOf(":");
    return [end.slice(0, at).replace(/[[\]]/g, ""), Number(end.slice(at + 1))];
  };
  const [[src, srcPort], [dst, dstPort]] = [ends(from), ends(to)];
  return tracePasted({ text, addresses: ["192.168.1.11", "fd01::11"], header: { src, srcPort, dst, dstPort, protocol }, ...faces });
}

/** `dnat 10.244.1.5:8080 50%, …`, with what stopped it where something did. */
function short({ answer, errors }: PastedAnswer): string {
  if (answer === null) return `line ${errors[0]?.line ?? 0}: ${errors[0]?.message ?? ""}`;
  const shares = answer.endpoints.map((endpoint, i) => `${endpoint} ${((answer.probabilities[i] ?? 0) * 100).toFixed(0)}%`).join(", ");
  const last = answer.stoppers[0]?.text ?? "the policy";
  const why =
    answer.verdict === "drop" || answer.verdict === "reject"
      ? ` by ${last}`
      : answer.verdict === "unmodelled"
        ? ` ${answer.unmodelled[0]?.what ?? ""}`
        : "";
  return `${answer.verdict}${shares === "" ? "" : ` ${shares}`}${answer.masquerade ? " masqueraded" : ""}${why}`;
}

describe.each(Object.entries(SAVED))("what %s-save printed of a node", (program, text) => {
  it("is read whole; what is not modelled is named with its line", () => {
    const { errors, unmodelled } = trace(text, "203.0.113.9:4000", "10.96.5.5:80");
    expect(errors).toEqual([]);
    const lines = text.split("\n");
    for (const { line, message } of unmodelled) {
      const words = message.replace(/^table /, "*");
      expect(lines[line - 1]?.replaceAll('"', "")).toContain(words.replaceAll('"', ""));
    }
    expect(unmodelled.map(({ message }) => message).sort()).toEqual([
      "-j CT --notrack",
      "-j TPROXY --on-port 15006 --on-ip 127.0.0.1 --tproxy-mark 0x539/0xffffffff",
      "-m owner --uid-owner 1337",
      "-m physdev --physdev-in veth0 --physdev-is-bridged",
      "-m rpfilter --validmark --invert",
      expect.stringMatching(/^-m u32 --u32 "?0x0>>0x16/),
      "table security",
    ]);
    expect(text).toContain(program === "iptables-nft" ? "iptables-nft-save" : "iptables-save v1.8.9 on");
  });

  it.each([
    ["a Service, from a Pod", "10.244.3.3:4000", "10.96.5.5:80", "dnat 10.244.1.5:8080 50%, 10.244.2.6:8080 50%"],
    ["the same from outside", "203.0.113.9:4000", "10.96.5.5:80", "dnat 10.244.1.5:8080 50%, 10.244.2.6:8080 50% masqueraded"],
    ["an endpoint to itself", "10.244.1.5:4000", "10.96.5.5:80", "dnat 10.244.1.5:8080 50%, 10.244.2.6:8080 50% masqueraded"],
    [
      "a sender that asks for what it may not, by the flow's first destination",
      "203.0.113.7:4000",
      "10.96.5.5:80",
      "drop by -A DOCKER-USER -s 203.0.113.7/32 -m conntrack --ctorigdst 10.96.5.5 --ctorigdstport 80 -j DROP",
    ],
    [
      "a port of docker",
      "203.0.113.9:4000",
      "192.168.1.11:8080",
      "unmodelled a rule that is not modelled: -A FORWARD -m physdev --physdev-in veth0 --physdev-is-bridged -j ACCEPT",
    ],
    [
      "a range of ports that is refused",
      "203.0.113.9:4000",
      "10.244.1.5:137",
      "reject by -A DOCKER-USER -p tcp -m multiport --dports 25,135:139 -j REJECT --reject-with icmp-admin-prohibited",
    ],
    ["the node's own port 22, as the burst lets it in", "203.0.113.9:4000", "192.168.1.11:22", "accept"],
    [
      "the node itself, through a rule that asks who sends",
      "192.168.1.11:4000",
      "10.9.9.9:80",
      "unmodelled a rule that is not modelled: -A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN",
    ],
    [
      "to a port that a proxy takes transparently",
      "203.0.113.9:4000",
      "10.244.1.5:15006",
      "unmodelled a rule that is not modelled: -A ISTIO_TPROXY ! -d 127.0.0.1/32 -p tcp -j TPROXY --on-port 15006 --on-ip 127.0.0.1 --tproxy-mark 0x539/0xffffffff",
    ],
  ])("%s", (_name, from, to, want) => {
    expect(short(trace(text, from, to))).toBe(want);
  });

  it("a rule that is not modelled and cannot be reached does not matter", () => {
    // physdev stands in FORWARD: what comes to the node itself never meets it.
    expect(short(trace(text, "203.0.113.9:4000", "192.168.1.11:9999"))).toBe("accept");
    expect(short(trace(text, "203.0.113.9:4000", "192.168.1.11:9999", "UDP"))).toMatch(/^unmodelled .*u32/);
    expect(short(trace(text, "203.0.113.9:4000", "10.244.1.5:4789", "UDP"))).toMatch(/^unmodelled .*CT --notrack/);
  });

  it("interfaces decide where rules name them", () => {
    expect(short(trace(text, "172.17.0.2:4000", "198.51.100.1:443", "TCP", { inInterface: "docker0" }))).toMatch(/^(accept|unmodelled)/);
    expect(short(trace(text, "172.17.0.3:4000", "192.168.1.11:8080", "TCP", { inInterface: "docker0" }))).toBe("accept");
  });
});

describe("a pasted text", () => {
  const V4 = "# Generated by iptables-save v1.8.9 (nf_tables) on Sat Nov 21 19:55:17 2026\n*filter\n:INPUT DROP [0:0]\nCOMMIT\n";
  const V6 = "# Generated by ip6tables-save v1.8.9 (nf_tables) on Sat Nov 21 19:55:17 2026\n*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n";

  it("of both families is asked by the packet's own", () => {
    expect(short(trace(V4 + V6, "203.0.113.9:1", "192.168.1.11:1"))).toBe("drop by the policy");
    expect(short(trace(V4 + V6, "[fd00::9]:1", "[fd01::11]:1"))).toBe("accept");
  });

  it.each([
    ["*filter\n-A INPUT -j NOPE\nCOMMIT\n", "line 2: no chain named NOPE"],
    ["*filter\n-A INPUT -j ACCEPT\n", "line 3: COMMIT of table filter is missing"],
    [
      `${V4}*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n`,
      "line 5: table filter stands in line 2 already; where a node has rules of iptables-nft and iptables-legacy, take one of them",
    ],
    ["Chain INPUT (policy ACCEPT)\n", "line 1: no table for Chain INPUT (policy ACCEPT)"],
    ["add nobody 1.2.3.4\n", "line 1: no set named nobody"],
    ["", "line 1: there are no rules in it: iptables-save prints tables, each from a line such as *nat to COMMIT"],
    ["# Warning: iptables-legacy tables present\n\n", expect.stringContaining("line 1: there are no rules in it")],
    [V6, "line 1: there are no rules of IPv4 in it, only of IPv6: put what iptables-save prints behind them"],
    [
      "table ip kube-proxy {\n\tchain services {\n\t}\n}\n",
      "line 1: this is nft's form (table ip kube-proxy {): rules are read in the form of iptables-save",
    ],
  ])("that cannot be read is answered by nothing but its line: %j", (text, want) => {
    expect(short(trace(text, "203.0.113.9:1", "192.168.1.11:1"))).toEqual(want);
  });

  it("with a set whose members are not in it says so where a packet comes to it", () => {
    const text = "*filter\n-A INPUT -m set --match-set friends src -j ACCEPT\n-A INPUT -j DROP\nCOMMIT\n";
    expect(short(trace(text, "203.0.113.9:1", "192.168.1.11:1"))).toBe(
      "unmodelled the members of set friends are not known: -A INPUT -m set --match-set friends src -j ACCEPT",
    );
    expect(
      short(trace(`create friends hash:net family inet\nadd friends 203.0.113.0/24\n${text}`, "203.0.113.9:1", "192.168.1.11:1")),
    ).toBe("accept");
  });

  it("redirects to the address of the interface by which the packet came", () => {
    const text = "*nat\n-A PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports 8080\n-A PREROUTING -p udp -j REDIRECT\nCOMMIT\n";
    expect(short(trace(text, "203.0.113.9:1", "198.51.100.1:80"))).toBe("dnat 192.168.1.11:8080 100%");
    expect(short(trace(text, "203.0.113.9:1", "198.51.100.1:53", "UDP"))).toBe("dnat 192.168.1.11:53 100%");
  });

  it("names both where only one of two ways meets what is not modelled", () => {
    const text =
      "*filter\n-A FORWARD -m statistic --mode random --probability 0.25 -j ACCEPT\n-A FORWARD -m u32 --u32 0 -j DROP\nCOMMIT\n*nat\n-A PREROUTING -p tcp -j DNAT --to-destination 10.1.1.1:80\nCOMMIT\n";
    const { answer } = trace(text, "203.0.113.9:1", "198.51.100.1:80");
    expect(answer?.verdict).toBe("dnat");
    expect(answer?.unmodelled).toEqual([{ what: "a rule that is not modelled: -A FORWARD -m u32 --u32 0 -j DROP", probability: 0.75 }]);
    expect(answer?.probabilities).toEqual([0.25]);
  });
});

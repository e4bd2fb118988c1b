import { describe, expect, it } from "vitest";
import { createSimulation, type Simulation } from "./simulation.ts";

const WEB = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: nginx }] }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
---
apiVersion: v1
kind: Pod
metadata: { name: tmp }
spec: { containers: [{ name: tmp, image: busybox, command: [sleep, infinity] }] }
`;

const cluster = (more = ""): Simulation => createSimulation({ files: [{ name: "web.yaml", text: `${WEB}${more}` }] });

/** So many chains, each in the one before. */
function nested(depth: number): string {
  const chains = Array.from({ length: depth }, (_, i) => `C${i}`);
  const jumps = chains.slice(1).map((chain, i) => `iptables -A C${i} -j ${chain}`);
  return [...chains.map((chain) => `iptables -N ${chain}`), ...jumps, "iptables -A INPUT -j C0"].join("\n");
}

function add(simulation: Simulation, text: string | null, node: string | null = null): string | null {
  return simulation.perform({ kind: "own-rules", node, text })?.error ?? null;
}

function ask(
  simulation: Simulation,
  to = "http://web",
): { readonly outcome: string; readonly by: string | null; readonly own: number | undefined } {
  const ids = simulation.send({ from: { kind: "pod", pod: "default/tmp" }, to });
  if ("error" in ids) throw new Error(ids.error);
  simulation.settle();
  const journey = simulation.journey(ids[0] ?? 0);
  const ends = journey?.packets.map(({ outcome }) => outcome) ?? [];
  const stopped = ends.find((end) => end.kind === "dropped" || end.kind === "rejected");
  const rule = stopped !== undefined && "rule" in stopped ? stopped.rule : null;
  return { outcome: journey?.outcome.kind ?? "", by: rule?.text ?? null, own: rule?.own };
}

describe("a person's own rules", () => {
  it.each([
    [
      "a drop where Pods' packets are forwarded",
      "-A FORWARD -p tcp --dport 80 -j DROP",
      "dropped",
      "-A FORWARD -p tcp -m tcp --dport 80 -j DROP",
    ],
    [
      "as typed in a shell",
      "sudo iptables -A FORWARD -p tcp --dport 80 -j DROP # no web",
      "dropped",
      "-A FORWARD -p tcp -m tcp --dport 80 -j DROP",
    ],
    [
      "a refusal",
      "iptables -I FORWARD -p tcp --dport 80 -j REJECT --reject-with tcp-reset",
      "refused",
      "-A FORWARD -p tcp -m tcp --dport 80 -j REJECT --reject-with tcp-reset",
    ],
    [
      "in a chain of their own",
      "*filter\n:MINE - [0:0]\n-A FORWARD -j MINE\n-A MINE -p tcp --dport 80 -j DROP\nCOMMIT",
      "dropped",
      "-A MINE -p tcp -m tcp --dport 80 -j DROP",
    ],
    ["one of the other family", "ip6tables -A FORWARD -j DROP", "delivered", null],
    ["one that only logs", "-A FORWARD -j LOG --log-prefix seen", "delivered", null],
    ["a policy of FORWARD, which stops the look-up already", "iptables -P FORWARD DROP", "dns-failed", null],
    [
      "in mangle",
      "iptables -t mangle -A PREROUTING -p tcp --dport 80 -j DROP",
      "dropped",
      "-A PREROUTING -p tcp -m tcp --dport 80 -j DROP",
    ],
  ])("%s", (_name, text, outcome, by) => {
    const simulation = cluster();
    expect(add(simulation, text)).toBe(null);
    const asked = ask(simulation);
    expect([asked.outcome, asked.by]).toEqual([outcome, by]);
    if (by !== null) expect(asked.own).toBeGreaterThan(0);
  });

  it("behind kube-proxy's jumps with -A, before them with -I", () => {
    const simulation = cluster();
    add(simulation, "iptables -t nat -A PREROUTING -p tcp --dport 9 -j ACCEPT\niptables -t nat -I PREROUTING -p tcp --dport 7 -j ACCEPT");
    const text = simulation.rulesText("node-1", "IPv4", false) ?? "";
    expect(text.split("\n").filter((line) => line.startsWith("-A PREROUTING"))).toEqual([
      "-A PREROUTING -p tcp -m tcp --dport 7 -j ACCEPT",
      '-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
      "-A PREROUTING -p tcp -m tcp --dport 9 -j ACCEPT",
    ]);
    expect(simulation.rulesText("node-1", "IPv4", true)).not.toContain("--dport 7");
  });

  it("a Service asked for in place of another: an own DNAT comes first", () => {
    const simulation = cluster();
    expect(add(simulation, "iptables -t nat -I PREROUTING -p tcp --dport 8081 -j DNAT --to-destination 10.244.9.9:80")).toBe(null);
    const ids = simulation.send({ from: { kind: "pod", pod: "default/tmp" }, to: "http://web:8081" });
    if ("error" in ids) throw new Error(ids.error);
    simulation.settle();
    const hops = simulation.journey(ids[0] ?? 0)?.packets.flatMap(({ hops: of }) => of) ?? [];
    expect(hops.find((hop) => hop.kind === "rewrite" && hop.after.dst === "10.244.9.9")).toBeDefined();
  });

  it("stay when kube-proxy writes its rules anew, and go with the node's text", () => {
    const simulation = cluster();
    add(simulation, "iptables -A FORWARD -p tcp --dport 80 -j DROP");
    simulation.perform({ kind: "scale", workload: { kind: "Deployment", key: "default/web" }, replicas: 4 });
    expect(ask(simulation).outcome).toBe("dropped");
    add(simulation, null);
    expect(ask(simulation).outcome).toBe("delivered");
  });

  it("nest as deep as iptables-nft lets them", () => {
    expect(add(cluster(), nested(15))).toBe(null);
  });

  it("of one node touch no other", () => {
    const simulation = cluster();
    add(simulation, "iptables -A FORWARD -j DROP", "node-1");
    expect(simulation.rulesText("node-1", "IPv4", false)).toContain("-A FORWARD -j DROP");
    expect(simulation.rulesText("node-2", "IPv4", false)).not.toContain("-A FORWARD -j DROP");
  });

  it.each([
    ["iptables -A FORWARD -j NOWHERE", "line 1: no chain named NOWHERE"],
    ["\n-A FORWARD -m u32 --u32 0x0 -j DROP", "line 2: not modelled: -m u32 --u32 0x0"],
    ["iptables -A KUBE-SERVICES -j DROP", "line 1: chain KUBE-SERVICES is kube-proxy's: it writes it anew at each change"],
    ["iptables -D FORWARD 1", "line 1: -D: own rules only add (-A, -I, -N, -P); kube-proxy's stay as it writes them"],
    ["iptables -t nat -A PREROUTING -j DROP", 'line 1: the "nat" table is not for filtering, DROP is refused there'],
    ["iptables -A OUTPUT -i eth0 -j DROP", "line 1: -i cannot be used in OUTPUT"],
    [
      "iptables -t nat -A POSTROUTING -j DNAT --to-destination 1.2.3.4",
      "line 1: DNAT works only in PREROUTING and OUTPUT, not in POSTROUTING",
    ],
    ["*filter\n-A INPUT -j DROP", "line 2: COMMIT of table filter is missing"],
    ["iptables -A INPUT -j KUBE-SVC-AAAAAAAAAAAAAAAA", "line 1: no chain named KUBE-SVC-AAAAAAAAAAAAAAAA in table filter"],
    ["iptables -I INPUT 9 -j DROP", "line 1: no place 9 in chain INPUT: it has 4 so far"],
    ["iptables -N A\niptables -N B\niptables -A A -j B\niptables -A B -j A", "line 4: chain A can reach itself"],
    [nested(16), "line 32: more than 15 chains within each other"],
    ["reboot", "line 1: begins with no iptables command: reboot"],
    ["iptables -A INPUT -m comment --comment 'open", "line 1: a quotation mark is not closed"],
    [
      "iptables -t nat -N M\niptables -t nat -A M -j MASQUERADE\niptables -t nat -A PREROUTING -j M",
      "line 2: MASQUERADE works only in POSTROUTING, not in PREROUTING, from where chain M is reached",
    ],
  ])("refused: %s", (text, error) => {
    const simulation = cluster();
    add(simulation, "iptables -A INPUT -p tcp --dport 1 -j DROP");
    const before = simulation.hash();
    expect(add(simulation, text)).toBe(error);
    expect(simulation.hash()).toBe(before);
  });

  it("come with the Node's document, each line that is not taken said at its place", () => {
    const node = (rules: string): string => `---
apiVersion: v1
kind: Node
metadata:
  name: node-1
  annotations:
    kubehop.dev/iptables-rules: |
      iptables -A FORWARD -p tcp --dport 80 -j DROP
      ${rules}
`;
    const good = cluster(node("ip6tables -A FORWARD -j DROP"));
    expect(good.startResult?.diagnostics.filter(({ code }) => code.startsWith("annotation"))).toEqual([]);
    expect(good.rulesText("node-1", "IPv4", false)).toContain("-A FORWARD -p tcp -m tcp --dport 80 -j DROP");
    const bad = cluster(node("iptables -A FORWARD -m owner --uid-owner 0 -j DROP"));
    const [said] = bad.startResult?.diagnostics.filter(({ code }) => code === "annotation-value") ?? [];
    const lines = `${WEB}${node("")}`.split("\n");
    expect(lines[(said?.range.line ?? 0) - 2]).toContain("--dport 80 -j DROP");
    expect(said?.range.column).toBe(7);
    expect(said?.message).toContain("line 2: not modelled: -m owner --uid-owner 0");
    expect(bad.rulesText("node-1", "IPv4", false)).not.toContain("--dport 80 -j DROP");
    // What was good before stands while it is mended.
    good.apply([{ name: "web.yaml", text: `${WEB}${node("iptables -A FORWARD -j")}` }]);
    expect(good.rulesText("node-1", "IPv4", false)).toContain("-A FORWARD -p tcp -m tcp --dport 80 -j DROP");
    good.apply([{ name: "web.yaml", text: WEB }]);
    expect(good.rulesText("node-1", "IPv4", false)).not.toContain("--dport 80 -j DROP");
  });

  it("a run without them has the hash it always had, and one that took them away as well", () => {
    const [one, two] = [cluster(), cluster()];
    add(two, "iptables -A FORWARD -j ACCEPT");
    expect(two.hash()).not.toBe(one.hash());
  });
});

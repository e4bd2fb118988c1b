/** The rules decide: what stands in a node's tables is what happens, whoever wrote it. */
import { describe, expect, test } from "vitest";
import type { Simulation } from "./simulation.ts";
import { cluster, rewriteRules, send, sendOne, sender, web } from "./testing.ts";

function addressOf(simulation: Simulation): string {
  return simulation.view().services.find(({ key }) => key === "default/web")?.clusterIps[0] ?? "";
}

function shares(simulation: Simulation): readonly (number | null)[] {
  const distribution = simulation.distribution({ from: sender("default/client"), to: addressOf(simulation) });
  if ("error" in distribution) throw new Error(distribution.error);
  return distribution.candidates.map(({ probability }) => (probability === null ? null : Math.round(probability * 1000) / 1000));
}

const FIRST_CHANCE = "--probability 0.33333333349";

describe("an edit of the table between writing and interpreting", () => {
  test("probability 0.9: odds and packets follow", () => {
    const simulation = cluster(web());
    expect(shares(simulation)).toEqual([0.333, 0.333, 0.333]);
    rewriteRules(simulation, "node-1", [FIRST_CHANCE, "--probability 0.90000000000"]);
    expect(shares(simulation)).toEqual([0.9, 0.05, 0.05]);
    const journeys = send(simulation, "default/client", addressOf(simulation), { count: 300 });
    const [first] = simulation.view().services.find(({ key }) => key === "default/web")?.endpoints ?? [];
    const hits = journeys.filter(({ endpoint }) => endpoint === `${first?.address}:80`).length;
    // 300 draws of 0.9: five standard deviations are 26.
    expect(Math.abs(hits - 270)).toBeLessThan(26);
    const draws = journeys
      .flatMap(({ packets }) => packets)
      .flatMap(({ hops }) => hops)
      .flatMap((hop) => ("walks" in hop ? hop.walks : []));
    const below = new Set(
      draws
        .flatMap(({ steps }) => steps)
        .flatMap((step) => (step.kind === "rule" && step.draw !== null ? [step.draw.below.toFixed(3)] : [])),
    );
    expect([...below].sort()).toEqual(["0.500", "0.900"]);
  });

  test("another --to-destination: the packet goes there, and the trace names the rule", () => {
    const simulation = cluster(web({ replicas: 1 }));
    const other = simulation.view().pods.find(({ role }) => role === "dns")?.ips[0] ?? "";
    rewriteRules(simulation, "node-1", [/--to-destination 10\.244\.\d+\.\d+:80/, `--to-destination ${other}:8080`]);
    const journey = sendOne(simulation, "default/client", addressOf(simulation));
    expect(journey).toMatchObject({
      outcome: { kind: "delivered" },
      endpoint: `${other}:8080`,
      clientSays: "HTTP/1.1 404 Not Found 404 page not found",
    });
    const rewrite = journey.packets[0]?.hops.find(({ kind }) => kind === "rewrite");
    expect(rewrite).toMatchObject({ after: { dst: other, dstPort: 8080 }, servicePort: "default/web" });
    expect(simulation.distribution({ from: sender("default/client"), to: addressOf(simulation) })).toMatchObject({
      candidates: [{ endpoint: `${other}:8080`, probability: 1 }],
    });
  });

  test("KUBE-MARK-MASQ removed: the Pod that reaches itself sees its own address, and the answer never comes back right", () => {
    const hairpin = (simulation: Simulation): string => {
      const pod = simulation.view().pods.find(({ name }) => name.startsWith("web-"));
      if (pod?.node === undefined || pod.node === null) throw new Error("no web Pod");
      return pod.key;
    };
    const before = cluster(web({ replicas: 1 }));
    expect(sendOne(before, hairpin(before), addressOf(before))).toMatchObject({ outcome: { kind: "delivered" }, masqueraded: true });
    const simulation = cluster(web({ replicas: 1 }));
    const pod = simulation.view().pods.find(({ name }) => name.startsWith("web-"));
    rewriteRules(simulation, pod?.node ?? "", [/-A KUBE-SEP-\w+ -s [\d./]+ -m comment --comment "?default\/web"? -j KUBE-MARK-MASQ\n/, ""]);
    const journey = sendOne(simulation, hairpin(simulation), addressOf(simulation));
    expect(journey).toMatchObject({
      outcome: { kind: "dropped" },
      masqueraded: false,
      sourceSeen: expect.stringContaining(`${pod?.ips[0]}:`) as string,
    });
  });

  test("two rules swapped: the one that always matches now stands first and takes everything", () => {
    const simulation = cluster(web());
    const text = simulation.rulesText("node-1", "IPv4", false) ?? "";
    const rules = [...text.matchAll(/^-A KUBE-SVC-\w+ -m comment --comment "default\/web -> .*$/gm)].map(([line]) => line);
    expect(rules).toHaveLength(3);
    const [first = "", , last = ""] = rules;
    rewriteRules(simulation, "node-1", [first, "SWAPPED"], [last, first], ["SWAPPED", last]);
    expect(shares(simulation)).toEqual([1]);
    const endpoints = new Set(send(simulation, "default/client", addressOf(simulation), { count: 20 }).map(({ endpoint }) => endpoint));
    expect([...endpoints]).toEqual([/-> ([\d.:]+)"/.exec(last)?.[1]]);
  });

  test("a foreign DROP: the packet ends at that rule, and the odds say so", () => {
    const simulation = cluster(web({ replicas: 1 }));
    const endpoint = simulation.view().services.find(({ key }) => key === "default/web")?.endpoints[0];
    const node = endpoint?.node ?? "";
    rewriteRules(simulation, node, [/(-A KUBE-FORWARD )/, `-A FORWARD -d ${endpoint?.address}/32 -p tcp -m tcp --dport 80 -j DROP\n$1`]);
    const journey = sendOne(simulation, "default/client", addressOf(simulation));
    expect(journey.outcome).toEqual({ kind: "dropped" });
    expect(journey.packets[0]?.outcome).toMatchObject({
      kind: "dropped",
      node,
      rule: { chain: "FORWARD", text: `-A FORWARD -d ${endpoint?.address}/32 -p tcp -m tcp --dport 80 -j DROP` },
    });
    expect(simulation.distribution({ from: sender("default/client"), to: addressOf(simulation) })).toMatchObject({
      candidates: [],
      dropped: 1,
    });
  });

  test("no rules at all: nobody owns the Service's address, and the packet is lost beyond the gateway", () => {
    const simulation = cluster(web());
    const text = "*nat\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n";
    expect(simulation.perform({ kind: "override-rules", node: "node-1", family: "IPv4", text })).toBe(null);
    const journey = sendOne(simulation, "default/client", addressOf(simulation));
    expect(journey).toMatchObject({ outcome: { kind: "dropped" }, servicePort: null, endpoint: null });
    expect(journey.packets[0]?.outcome).toEqual({ kind: "lost", why: "no-route", at: { kind: "beyond" } });
    simulation.perform({ kind: "override-rules", node: "node-1", family: "IPv4", text: null });
    expect(sendOne(simulation, "default/client", addressOf(simulation)).outcome).toEqual({ kind: "delivered" });
  });

  test("a rule that is not modelled ends the packet in words, never in a guess", () => {
    const simulation = cluster(web({ replicas: 1 }));
    rewriteRules(simulation, "node-1", [/(-A PREROUTING )/, "-A PREROUTING -p tcp -m tcp --dport 80 -m quota --quota 1000 -j ACCEPT\n$1"]);
    const journey = sendOne(simulation, "default/client", addressOf(simulation));
    expect(journey.outcome.kind).toBe("unmodelled");
    expect(journey.packets[0]?.outcome).toMatchObject({ kind: "unmodelled", node: "node-1" });
  });

  test("text that is no rule is refused with its line", () => {
    const simulation = cluster(web());
    const refusal = simulation.perform({
      kind: "override-rules",
      node: "node-1",
      family: "IPv4",
      text: "*nat\n-A NOWHERE -j ACCEPT\nCOMMIT\n",
    });
    expect(refusal?.error).toMatch(/^line 2: /);
    expect(simulation.perform({ kind: "override-rules", node: "node-9", family: "IPv4", text: "" })).toEqual({
      error: "There is no node node-9.",
    });
  });
});

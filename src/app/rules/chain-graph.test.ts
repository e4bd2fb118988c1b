import { describe, expect, test } from "vitest";
import { hookWalksOn } from "./walks.ts";
import { createSimulation } from "../../core/simulation/simulation.ts";
import type { Journey } from "../../core/network/trace.ts";
import type { RulesView } from "../../core/simulation/view.ts";
import { CLUSTER_IP } from "../scenarios/clusterip.ts";
import { NODE_PORT } from "../scenarios/nodeport.ts";
import { SELECTOR_TYPO } from "../scenarios/selector-typo.ts";
import { SCENARIOS } from "../scenarios/index.ts";
import { Play } from "../scenarios/testing.ts";
import { chainGraph, type ChainGraph, type GraphAsk } from "./chain-graph.ts";
import { readRule } from "./rule-reading.ts";

function rulesOf({ simulation }: Play, node: string): RulesView {
  const rules = simulation.rulesView(node, "IPv4");
  if (rules === null) throw new Error(`no rules on ${node}`);
  return rules;
}

/** The node whose rules decided about the connection. */
function decidedOn({ packets }: Journey): string {
  const hops = packets.filter(({ purpose }) => !purpose.startsWith("dns")).flatMap((packet) => packet.hops);
  const hop = hops.find((one) => one.kind === "rewrite" || one.kind === "reject");
  if (hop === undefined || !("node" in hop)) throw new Error("no rule decided");
  return hop.node;
}

/** One line an edge: who hands on to whom, how often, what went there; `*` where the packet went. */
function print({ bands }: ChainGraph): readonly string[] {
  return bands.flatMap(({ title, nodes, edges }) => [
    title,
    ...edges.map(
      ({ from, to, share, when, packets, walked }) =>
        `${walked ? "*" : " "} ${from} > ${to}${when === "" ? "" : ` (${when})`}${share === null ? "" : ` ${(100 * share).toFixed(1)}%`} ${packets}`,
    ),
    ...nodes.flatMap((node) =>
      node.kind === "fold"
        ? [`  ${node.id}: ${node.chains}`]
        : node.ends.filter(({ kind }) => kind !== "other").map((end) => `${end.walked ? "*" : " "} ${node.id}: ${end.text} ${end.packets}`),
    ),
  ]);
}

const ask = (rules: RulesView, more: Partial<GraphAsk> = {}): GraphAsk => ({
  rules,
  service: "default/web",
  walks: [],
  unfolded: new Set(),
  ...more,
});

describe("chains of a node as a graph", () => {
  test("the way of a packet to a ClusterIP, with its odds", () => {
    const play = new Play(CLUSTER_IP);
    const [journey] = play.send();
    if (journey === undefined) throw new Error("nothing was sent");
    const name = decidedOn(journey);
    const walks = hookWalksOn(journey, name, "IPv4");
    expect(print(chainGraph(ask(rulesOf(play, name), { walks })))).toMatchInlineSnapshot(`
      [
        "Table nat: where the destination is chosen",
        "* nat PREROUTING > nat KUBE-SERVICES 2",
        "* nat KUBE-SERVICES > nat KUBE-SVC-CDGGSHYLG3RE2FKL (10.104.202.168:80) 1",
        "  nat KUBE-SERVICES > nat KUBE-NODEPORTS (to this node) 0",
        "  nat KUBE-SERVICES > fold nat KUBE-SERVICES 1",
        "  nat KUBE-SVC-CDGGSHYLG3RE2FKL > nat KUBE-MARK-MASQ (10.104.202.168:80) 0",
        "  nat KUBE-SVC-CDGGSHYLG3RE2FKL > nat KUBE-SEP-BHMTFEMIGCOTLSJP 33.3% 0",
        "* nat KUBE-SVC-CDGGSHYLG3RE2FKL > nat KUBE-SEP-7MXUJOUG3G2M65AE 33.3% 1",
        "  nat KUBE-SVC-CDGGSHYLG3RE2FKL > nat KUBE-SEP-TN2664DP7XCOHO6B 33.3% 0",
        "  nat KUBE-SEP-BHMTFEMIGCOTLSJP > nat KUBE-MARK-MASQ 0",
        "  nat KUBE-SEP-7MXUJOUG3G2M65AE > nat KUBE-MARK-MASQ 0",
        "  nat KUBE-SEP-TN2664DP7XCOHO6B > nat KUBE-MARK-MASQ 0",
        "  nat OUTPUT > nat KUBE-SERVICES 0",
        "  nat KUBE-SEP-BHMTFEMIGCOTLSJP: DNAT to 10.244.1.3:80 0",
        "* nat KUBE-SEP-7MXUJOUG3G2M65AE: DNAT to 10.244.2.3:80 1",
        "  nat KUBE-SEP-TN2664DP7XCOHO6B: DNAT to 10.244.3.3:80 0",
        "  fold nat KUBE-SERVICES: 4",
        "Table filter: what may pass",
        "  filter INPUT > filter KUBE-FIREWALL 0",
        "  filter INPUT > filter KUBE-PROXY-FIREWALL 0",
        "  filter INPUT > filter KUBE-NODEPORTS 0",
        "  filter INPUT > filter KUBE-EXTERNAL-SERVICES 0",
        "* filter FORWARD > filter KUBE-PROXY-FIREWALL 3",
        "* filter FORWARD > filter KUBE-FORWARD 13",
        "* filter FORWARD > filter KUBE-SERVICES 3",
        "* filter FORWARD > filter KUBE-EXTERNAL-SERVICES 3",
        "  filter OUTPUT > filter KUBE-FIREWALL 0",
        "  filter OUTPUT > filter KUBE-PROXY-FIREWALL 0",
        "  filter OUTPUT > filter KUBE-SERVICES 0",
        "  filter KUBE-FIREWALL: DROP 0",
        "  filter KUBE-FORWARD: DROP 0",
        "Table nat: whether the source is replaced",
        "* nat POSTROUTING > nat KUBE-POSTROUTING 2",
        "  nat POSTROUTING > nat CNI-MASQ 0",
        "  nat KUBE-POSTROUTING: MASQUERADE 0",
        "  nat CNI-MASQ: MASQUERADE 0",
      ]
    `);
  });

  test("without a packet nothing is lit, and the chains of the Service stand there all the same", () => {
    const play = new Play(CLUSTER_IP);
    const lines = print(chainGraph(ask(rulesOf(play, "node-3"))));
    expect(lines.filter((line) => line.startsWith("*"))).toEqual([]);
    expect(lines.filter((line) => line.includes("KUBE-SEP-"))).not.toEqual([]);
  });

  test("a node port comes by KUBE-NODEPORTS and KUBE-EXT", () => {
    const play = new Play(NODE_PORT);
    const [journey] = play.send();
    if (journey === undefined) throw new Error("nothing was sent");
    const name = decidedOn(journey);
    const lit = print(chainGraph(ask(rulesOf(play, name), { walks: hookWalksOn(journey, name, "IPv4") }))).filter((line) =>
      line.startsWith("*"),
    );
    expect(lit.map((line) => line.replace(/-[A-Z0-9]{16}/g, "-…").replace(/\d+\.\d+\.\d+\.\d+:\d+/g, "IP"))).toMatchInlineSnapshot(`
      [
        "* nat PREROUTING > nat KUBE-SERVICES 1",
        "* nat KUBE-SERVICES > nat KUBE-NODEPORTS (to this node) 1",
        "* nat KUBE-SVC-… > nat KUBE-SEP-… 33.3% 1",
        "* nat KUBE-NODEPORTS > nat KUBE-EXT-… (port 30080) 1",
        "* nat KUBE-EXT-… > nat KUBE-MARK-MASQ 1",
        "* nat KUBE-EXT-… > nat KUBE-SVC-… 1",
        "* nat KUBE-SEP-…: DNAT to IP 1",
        "* filter FORWARD > filter KUBE-PROXY-FIREWALL 1",
        "* filter FORWARD > filter KUBE-FORWARD 9",
        "* nat POSTROUTING > nat KUBE-POSTROUTING 1",
        "* nat KUBE-POSTROUTING: MASQUERADE 1",
      ]
    `);
  });

  test("a Service without endpoints is refused in the filter table", () => {
    const play = new Play(SELECTOR_TYPO);
    const [journey] = play.send();
    if (journey === undefined) throw new Error("nothing was sent");
    const name = decidedOn(journey);
    const service = journey.servicePort ?? "default/web";
    const graph = chainGraph(ask(rulesOf(play, name), { service, walks: hookWalksOn(journey, name, "IPv4") }));
    expect(print(graph).filter((line) => line.startsWith("*"))).toMatchInlineSnapshot(`
      [
        "* nat PREROUTING > nat KUBE-SERVICES 2",
        "* filter FORWARD > filter KUBE-PROXY-FIREWALL 3",
        "* filter FORWARD > filter KUBE-FORWARD 5",
        "* filter FORWARD > filter KUBE-SERVICES 3",
        "* filter KUBE-SERVICES: REJECT with icmp-port-unreachable 1",
      ]
    `);
  });

  test("of two hundred Services the others are a number, until they are unfolded", () => {
    const others = Array.from(
      { length: 200 },
      (_, i) => `apiVersion: v1\nkind: Service\nmetadata: { name: s${i} }\nspec: { selector: { app: web }, ports: [{ port: 80 }] }\n`,
    );
    const simulation = createSimulation({
      files: [{ name: "a.yaml", text: `${CLUSTER_IP.files[0]?.text ?? ""}\n---\n${others.join("---\n")}` }],
      seed: 1,
    });
    simulation.settle();
    const rules = simulation.rulesView("node-1", "IPv4");
    if (rules === null) throw new Error("no rules");
    const folded = (unfolded: ReadonlySet<string>): readonly string[] =>
      print(chainGraph(ask(rules, { unfolded }))).filter((line) => line.trim().startsWith("fold"));
    expect(folded(new Set())).toEqual(["  fold nat KUBE-SERVICES: 204"]);
    expect(folded(new Set(["nat KUBE-SERVICES"]))).toEqual(["  fold nat KUBE-SERVICES: 147"]);
  });
});

test("what is read from a rule's text is what the rule model says, in every scenario", () => {
  let read = 0;
  for (const scenario of SCENARIOS) {
    const { simulation } = new Play(scenario);
    // Nodes differ in what is local to them; of hundreds alike a few say as much.
    for (const { name } of simulation.view().nodes.slice(0, 4)) {
      for (const table of simulation.rulesView(name, "IPv4")?.tables ?? []) {
        const chains = new Set(table.chains.map((chain) => chain.name));
        for (const { rows } of table.chains) {
          for (const { rule } of rows) {
            const reading = readRule(rule.text);
            // Only a chain can be handed to, and only a target of the kernel can be done.
            expect(reading.to === null || chains.has(reading.to), rule.text).toBe(true);
            expect(reading.to === null ? reading.does : "", rule.text).toMatch(/^$|^[A-Z]+( |$)/);
            const last = / -[jg] (\S+)$/.exec(rule.text)?.[1];
            expect(last !== undefined && chains.has(last) ? last : null, rule.text).toBe(reading.to);
            read += 1;
          }
        }
      }
    }
  }
  expect(read).toBeGreaterThan(1000);
});

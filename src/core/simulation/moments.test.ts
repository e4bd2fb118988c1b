/** Two moments held against each other: what came, went and changed, in every part of the cluster. */
import { describe, expect, test } from "vitest";
import { kubeadmCorefile } from "../api/default-cluster.ts";
import { SECOND } from "../base/time.ts";
import type { MomentsDiff, ThingDiff } from "./moment-diff.ts";
import type { Simulation } from "./simulation.ts";
import { cluster, edit, send, sender, web } from "./testing.ts";

const said = ({ name, what, fields }: ThingDiff): string =>
  [what, name, ...fields.map(({ field, from, to }) => `${field}: ${from} > ${to}`)].join(" ");

/** Pod names end in letters that say nothing here. */
const short = (text: string): string => text.replace(/\bweb-[a-z0-9]{5}\b/g, "web-#").replace(/10\.244\.\d+\.\d+/g, "10.244.#");

function between(simulation: Simulation, make: () => void): MomentsDiff {
  const before = simulation.now;
  make();
  simulation.settle();
  return simulation.compareMoments({ at: before, before: true }, null);
}

/** As it was before 1.33: by default CoreDNS keeps no name of the cluster. */
const KEEPING_NAMES = JSON.stringify({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "coredns", namespace: "kube-system" },
  data: { Corefile: kubeadmCorefile().replace(/cache 30 \{[^}]*\}/, "cache 30") },
});

describe("what differs between two moments", () => {
  test("nothing, where nothing happened", () => {
    const simulation = cluster(web(), { recorded: true });
    const diff = simulation.compareMoments({ at: simulation.now }, null);
    const { from, to, nodesNotCompared, ...lists } = diff;
    expect([from, to, nodesNotCompared]).toEqual([simulation.now, simulation.now, 0]);
    for (const list of Object.values(lists)) expect(list).toEqual([]);
  });

  test("a Service that selects nobody: its endpoints and the rules of each node", () => {
    const simulation = cluster(web(), { recorded: true });
    const diff = between(simulation, () => void edit(simulation, web({ selector: "nobody" })));
    expect(diff.pods).toEqual([]);
    expect(diff.services.map(said)).toEqual(["changed web selector: app=web > app=nobody"]);
    expect(diff.endpoints.map((one) => [one.service, one.what])).toEqual(Array.from({ length: 3 }, () => ["default/web", "went"]));
    expect(diff.endpoints.every(({ pod }) => pod?.startsWith("default/web-"))).toBe(true);
    // Every node holds the same rules, so they are told once.
    const [rules, ...others] = diff.rules;
    expect(others).toEqual([]);
    expect(rules?.nodes).toEqual(["control-plane", "node-1", "node-2", "node-3"]);
    expect(rules?.added.map(({ chain, text }) => `${chain} ${text.includes("REJECT")}`)).toEqual(["KUBE-SERVICES true"]);
    expect(rules?.removed.filter(({ chain }) => chain.startsWith("KUBE-SVC-")).length).toBeGreaterThanOrEqual(3);
    expect((rules?.to ?? 0) - (rules?.from ?? 0)).toBe((rules?.added.length ?? 0) - (rules?.removed.length ?? 0));
  });

  test("a deleted Pod: another stands in its place, with another address", () => {
    const simulation = cluster(web(), { recorded: true });
    const pod = simulation.view().pods.find(({ name }) => name.startsWith("web-"))?.key ?? "";
    const diff = between(simulation, () => void simulation.perform({ kind: "delete-pod", pod }));
    expect(diff.pods.map(said).map(short)).toEqual(["went web-#", "came web-#"]);
    expect(diff.pods[0]?.key).toBe(pod);
    expect(diff.endpoints.map(({ what }) => what)).toEqual(["went", "came"]);
  });

  test("a Pod that is made unready: the conditions of its address", () => {
    const simulation = cluster(web(), { recorded: true });
    const pod = simulation.view().pods.find(({ name }) => name.startsWith("web-"))?.key ?? "";
    const diff = between(simulation, () => void simulation.perform({ kind: "set-ready", pod, ready: false }));
    expect(diff.endpoints.map(said).map(short)).toEqual(["changed 10.244.# ready: yes > no serving: yes > no"]);
    expect(diff.pods.map(({ fields }) => fields.map(({ field }) => field))).toEqual([["state", "reason", "readiness by hand"]]);
  });

  test("a request: its tracked connection, the names that CoreDNS keeps, what rules counted, who answered", () => {
    const simulation = cluster(`${web()}---\n${KEEPING_NAMES}`, { recorded: true });
    const diff = between(simulation, () => void send(simulation, "default/client", "http://web"));
    expect(diff.pods).toEqual([]);
    expect(diff.rules).toEqual([]);
    expect(diff.conntrack.filter(({ entry }) => entry.protocol === "TCP").map(({ what, was }) => [what, was])).toContainEqual([
      "came",
      null,
    ]);
    // Kept are the address, and that there is none of IPv6: by the replicas that were asked.
    expect(new Set(diff.caches.map(({ name, type, denial, what }) => `${name} ${type} ${denial} ${what}`))).toEqual(
      new Set(["web.default.svc.cluster.local. A false came", "web.default.svc.cluster.local. AAAA true came"]),
    );
    expect(diff.counters.some(({ chain, from, to }) => chain.startsWith("KUBE-SEP-") && from === 0 && to === 1)).toBe(true);
    expect(diff.answered.map(({ from, to }) => [from, to])).toEqual([[0, 1]]);
    expect(diff.lost).toEqual([]);
  });

  test("a node's kube-proxy that is stopped keeps old rules: only the others' differ", () => {
    const simulation = cluster(web(), { recorded: true });
    simulation.perform({ kind: "stop-proxy", node: "node-2" });
    const diff = between(simulation, () => void edit(simulation, web({ replicas: 4 })));
    expect(diff.rules.map(({ nodes }) => nodes)).toEqual([["control-plane", "node-1", "node-3"]]);
    expect(diff.nodes.map(said)).toEqual(["changed node-2 kube-proxy: runs > stopped changes its rules do not hold: 0 > 2"]);
  });

  test("the run stays where it is, also under steady traffic and in its past; which is named first does not matter", () => {
    const simulation = cluster(web(), { recorded: true });
    const start = simulation.now;
    simulation.perform({ kind: "start-traffic", request: { from: sender("default/client"), to: "http://web", rate: 10 } });
    simulation.settle(start + 3 * SECOND);
    for (const at of [null, start + SECOND]) {
      if (at !== null) simulation.goTo(at);
      const hash = simulation.hash();
      const diff = simulation.compareMoments({ at: start }, { at: start + 2 * SECOND });
      expect(simulation.compareMoments({ at: start + 2 * SECOND }, { at: start })).toEqual(diff);
      expect(diff.answered.reduce((sum, { from, to }) => sum + to - from, 0)).toBeGreaterThan(15);
      expect([simulation.hash(), simulation.past()?.at ?? null]).toEqual([hash, at]);
      simulation.settle(simulation.now + SECOND / 10);
    }
  });
});

/** What the picture says where rules of a person's own decide, from their text to words. */
import { expect, test } from "vitest";
import { cluster, sendOne, web } from "../core/simulation/testing.ts";
import { choreograph } from "./choreography.ts";
import { buildScene, usedBy } from "./layout.ts";

function said(rules: string, to: "Service" | "Pod" | "other port" = "Service"): readonly string[] {
  const simulation = cluster(web({ replicas: 1 }));
  expect(simulation.perform({ kind: "own-rules", node: null, text: rules })).toBe(null);
  const view = simulation.view();
  const service = view.services.find(({ key }) => key === "default/web")?.clusterIps[0] ?? "";
  const pod = view.pods.find(({ key }) => key.startsWith("default/web"))?.ips[0] ?? "";
  const address = to === "Pod" ? pod : to === "Service" ? service : `${service}:8081`;
  const journey = sendOne(simulation, "default/client", `http://${address}`);
  const scene = buildScene(view, {
    width: 900,
    focus: "default/web",
    previous: null,
    arrangement: "workbench",
    podDetail: "address",
    used: usedBy(journey),
  });
  const { beats } = choreograph({ journey, view, scene });
  return beats.map(({ detail, sentence }) => `${detail}: ${sentence}`.replace(/web-\w{5}/g, "web-#").replace(/node-\d/g, "node"));
}

test.each<[string, string, string]>([
  [
    "a drop",
    "iptables -A FORWARD -p tcp -j DROP",
    "node, a rule of your own: node rewrites the destination to web-#, then drops the packet and tells nobody: a rule of your own in chain FORWARD says so.",
  ],
  [
    "a refusal",
    "iptables -A FORWARD -p tcp -j REJECT",
    "node, a rule of your own: node rewrites the destination to web-#, then refuses the packet and tells the sender: a rule of your own in chain FORWARD says so.",
  ],
  [
    "a policy",
    "iptables -P FORWARD DROP",
    "node, policy of FORWARD: node rewrites the destination to web-#, then drops the packet and tells nobody: no rule of chain FORWARD takes it, and the chain's policy is to drop.",
  ],
])("%s", (_, rules, expected) => {
  expect(said(rules)).toContain(expected);
});

test("a rewrite of one's own is not kube-proxy's", () => {
  const words = said("iptables -t nat -I PREROUTING -p tcp --dport 8081 -j DNAT --to-destination 10.244.1.2:80", "other port");
  expect(words.find((text) => text.startsWith("a rule of your own on node"))).toBeDefined();
});

test("a packet that a rule of one's own logs or accepts passes", () => {
  const words = said("iptables -A FORWARD -j LOG --log-prefix seen\niptables -t mangle -A PREROUTING -j ACCEPT", "Pod");
  expect(words.join("\n")).toMatch(/a rule of your own (logs|accepts) it, forwarded/);
});

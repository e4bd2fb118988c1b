/** What the picture says of a packet that a network policy stops, from manifests to words. */
import { expect, test } from "vitest";
import { cluster, sendOne, web } from "../core/simulation/testing.ts";
import { choreograph } from "./choreography.ts";
import { buildScene, usedBy } from "./layout.ts";

function policy(name: string, spec: string): string {
  return `---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: ${name} }\nspec: ${spec}\n`;
}
const WEB = "podSelector: { matchLabels: { app: web } }";

function said(...policies: readonly string[]): string {
  const simulation = cluster([web({ replicas: 1 }), ...policies].join(""));
  const address = simulation.view().services.find(({ key }) => key === "default/web")?.clusterIps[0] ?? "";
  const journey = sendOne(simulation, "default/client", `http://${address}`);
  const view = simulation.view();
  const scene = buildScene(view, {
    width: 900,
    focus: "default/web",
    previous: null,
    arrangement: "workbench",
    podDetail: "address",
    used: usedBy(journey),
  });
  const { beats } = choreograph({ journey, view, scene });
  const beat = beats.find(({ trouble }) => trouble);
  return `${beat?.detail}: ${beat?.sentence}`.replace(/web-\w{5}/g, "web-#").replace(/node-\d/g, "node");
}

test.each<[string, readonly string[], string]>([
  [
    "ingress: it sees the Pod's port",
    [policy("deny", `{ ${WEB}, policyTypes: [Ingress] }`)],
    "node, network policy deny: node replaces the Service address of web with the address of web-#, as kube-proxy's rules say, then drops the packet and tells nobody: network policy deny does not let it in to web-#, port 80.",
  ],
  [
    "egress, after the rewrite",
    [policy("quiet", "{ podSelector: {}, policyTypes: [Egress] }")],
    "node, network policy quiet: node replaces the Service address of web with the address of web-#, as kube-proxy's rules say, then drops the packet and tells nobody: network policy quiet does not let client send to web-#, port 80.",
  ],
  [
    "two policies, none of which lets it pass",
    [policy("deny", `{ ${WEB}, policyTypes: [Ingress] }`), policy("other-port", `{ ${WEB}, ingress: [{ ports: [{ port: 81 }] }] }`)],
    "node, network policies deny, other-port: node replaces the Service address of web with the address of web-#, as kube-proxy's rules say, then drops the packet and tells nobody: network policies deny, other-port do not let it in to web-#, port 80.",
  ],
])("%s", (_, policies, expected) => {
  expect(said(...policies)).toBe(expected);
});

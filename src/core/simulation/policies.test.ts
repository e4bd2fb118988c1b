import { describe, expect, test } from "vitest";
import type { Simulation } from "./simulation.ts";
import { cluster, edit, send, sendOne, web } from "./testing.ts";

function policy(name: string, spec: string): string {
  return `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: ${name} }
spec: ${spec}
`;
}

const CLIENT_ONLY = policy(
  "client-only",
  "{ podSelector: { matchLabels: { app: web } }, ingress: [{ from: [{ podSelector: { matchLabels: { app: client } } }] }] }",
);
const DENY = policy("deny", "{ podSelector: { matchLabels: { app: web } }, policyTypes: [Ingress] }");

function withPolicy(...policies: readonly string[]): Simulation {
  return cluster([web(), ...policies].join("---\n"));
}

/** The rule that dropped the journey's last packet out. */
function droppedBy(simulation: Simulation, from: string, to: string): string | null {
  const journey = sendOne(simulation, from, to);
  const hops = journey.packets.flatMap(({ hops }) => hops);
  const drop = hops.find((hop) => hop.kind === "drop");
  return drop?.kind === "drop" ? (drop.rule?.text ?? null) : null;
}

describe("network policies", () => {
  test("default deny drops at the receiver's node, and the rule says whose Pod and which policy", () => {
    const simulation = withPolicy(DENY);
    const journey = sendOne(simulation, "default/client", "http://web");
    expect(journey.outcome).toEqual({ kind: "dropped" });
    expect(droppedBy(simulation, "default/client", "http://web")).toMatch(/not let in to default\/web-\S+ by deny" -j DROP$/);
  });

  test("a policy taken away lets packets pass again", () => {
    const simulation = withPolicy(DENY);
    expect(sendOne(simulation, "default/client", "http://web").outcome.kind).toBe("dropped");
    edit(simulation, web());
    expect(sendOne(simulation, "default/client", "http://web").outcome.kind).toBe("delivered");
  });

  test("a Pod is let in by its labels", () => {
    const labelled = web().replace("{ name: client }", "{ name: client, labels: { app: client } }");
    expect(sendOne(cluster([labelled, CLIENT_ONLY].join("---\n")), "default/client", "http://web").outcome.kind).toBe("delivered");
    expect(sendOne(withPolicy(CLIENT_ONLY), "default/client", "http://web").outcome.kind).toBe("dropped");
  });

  test("ports are the Pod's own, after DNAT: a policy for the Service's port lets nothing through", () => {
    const rule = (port: number): string =>
      policy("port", `{ podSelector: { matchLabels: { app: web } }, ingress: [{ ports: [{ port: ${port} }] }] }`);
    const service = web({ port: "{ port: 8000, targetPort: 80 }" });
    const simulation = cluster([service, rule(8000)].join("---\n"));
    expect(sendOne(simulation, "default/client", "http://web:8000").outcome.kind).toBe("dropped");
    edit(simulation, [service, rule(80)].join("---\n"));
    expect(sendOne(simulation, "default/client", "http://web:8000").outcome.kind).toBe("delivered");
  });

  test("egress that forbids name servers breaks names, not addresses", () => {
    const egress = policy(
      "only-web",
      "{ podSelector: {}, policyTypes: [Egress], egress: [{ to: [{ podSelector: { matchLabels: { app: web } } }] }] }",
    );
    const simulation = withPolicy(egress);
    const address = simulation.view().services.find(({ key }) => key === "default/web")?.clusterIps[0] ?? "";
    expect(sendOne(simulation, "default/client", "http://web").outcome.kind).toBe("dns-failed");
    expect(sendOne(simulation, "default/client", `http://${address}`).outcome.kind).toBe("delivered");
  });

  test("a Pod on its node's network is outside of policies", () => {
    const own = web({ replicas: 1, port: "{ port: 80, targetPort: 80 }" }).replace(
      "spec: { containers",
      "spec: { hostNetwork: true, containers",
    );
    const simulation = cluster([own, DENY].join("---\n"));
    expect(sendOne(simulation, "default/client", "http://web").outcome.kind).toBe("delivered");
  });

  test("counters of its rules go on while nothing about them changes", () => {
    const simulation = withPolicy(DENY);
    send(simulation, "default/client", "http://web", { count: 5 });
    const dropped = (): number =>
      simulation
        .view()
        .nodes.flatMap(({ name }) => simulation.rulesView(name, "IPv4")?.tables ?? [])
        .flatMap(({ chains }) => chains)
        .flatMap(({ rows }) => rows)
        .filter(({ rule }) => rule.text.includes("not let in to"))
        .reduce((sum, { packets }) => sum + packets, 0);
    const before = dropped();
    expect(before).toBeGreaterThanOrEqual(5);
    edit(simulation, [web(), DENY, "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: other }\n"].join("---\n"));
    send(simulation, "default/client", "http://web", { count: 5 });
    expect(dropped()).toBeGreaterThanOrEqual(before + 5);
  });

  test("going back in time and on again ends in the same state", () => {
    const simulation = withPolicy(CLIENT_ONLY);
    const back = simulation.rewindPoint();
    const run = (): string => {
      send(simulation, "default/client", "http://web", { count: 3 });
      edit(simulation, [web(), DENY].join("---\n"));
      send(simulation, "default/client", "http://web", { count: 3 });
      return simulation.hash();
    };
    const first = run();
    back();
    expect(run()).toBe(first);
  });
});

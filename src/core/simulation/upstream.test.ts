/** Names outside the cluster: CoreDNS has to get its question out, and says SERVFAIL when it cannot. */
import { describe, expect, test } from "vitest";
import { SECOND } from "../base/time.ts";
import type { Journey } from "../network/trace.ts";
import { createSimulation, type Simulation } from "./simulation.ts";

const PODS = `apiVersion: v1
kind: Service
metadata: { name: web }
spec: { clusterIP: 10.96.20.20, selector: { app: web }, ports: [{ port: 80 }] }
---
apiVersion: v1
kind: Pod
metadata: { name: web, labels: { app: web } }
spec: { containers: [{ name: nginx, image: "nginx:1.28" }] }
---
apiVersion: v1
kind: Pod
metadata: { name: debug }
spec: { containers: [{ name: box, image: "debian:12", command: ["sleep", "infinity"] }] }
`;

const LOCKED_IN = `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: coredns, namespace: kube-system }
spec: { podSelector: { matchLabels: { k8s-app: kube-dns } }, policyTypes: [Egress], egress: [] }
`;

function run(text: string): Simulation {
  const simulation = createSimulation({ files: [{ name: "web.yaml", text }] });
  simulation.settle();
  return simulation;
}

function ask(simulation: Simulation, to: string): Journey {
  const sent = simulation.send({ from: { kind: "pod", pod: "default/debug" }, to, patience: 120 * SECOND });
  if ("error" in sent) throw new Error(sent.error);
  simulation.settle();
  const journey = simulation.journey(sent[0] ?? 0);
  if (journey === null) throw new Error("no journey");
  return journey;
}

const first = ({ lookup }: Journey): { readonly rcode?: string; readonly seconds: number } => {
  const [query] = lookup?.queries ?? [];
  return { rcode: query?.rcode, seconds: query === undefined ? 0 : (query.endsAt - query.at) / SECOND };
};

test("CoreDNS asks outside, and hears within milliseconds", () => {
  const { rcode, seconds } = first(ask(run(PODS), "http://www.example.com."));
  expect(rcode).toBe("NOERROR");
  expect(seconds).toBeLessThan(0.1);
});

describe("a policy that lets nothing out of CoreDNS", () => {
  test("names outside fail after its two tries of 2 s each, those of the cluster do not", () => {
    const simulation = run(PODS + LOCKED_IN);
    const outside = ask(simulation, "http://www.example.com.");
    const { rcode, seconds } = first(outside);
    expect(rcode).toBe("SERVFAIL");
    expect(seconds).toBeGreaterThanOrEqual(4);
    expect(seconds).toBeLessThan(4.1);
    expect(outside.outcome.kind).toBe("dns-failed");
    expect(ask(simulation, "http://web").outcome.kind).toBe("delivered");
  });

  test("the failure itself is kept for 5 s: the next question is told at once", () => {
    const simulation = run(PODS + LOCKED_IN);
    const { lookup } = ask(simulation, "http://www.example.com.");
    const repeats = lookup?.queries.filter(({ rcode, at, endsAt }) => rcode === "SERVFAIL" && endsAt - at < SECOND) ?? [];
    // glibc asks twice, and both times one of two replicas by lot: a repeat is quick where it meets the same.
    expect(repeats.length + (lookup?.queries.filter(({ endsAt, at }) => endsAt - at >= 4 * SECOND).length ?? 0)).toBe(
      lookup?.queries.length,
    );
  });

  test("taken away, the names are found again once the failures have run out", () => {
    const simulation = run(PODS + LOCKED_IN);
    ask(simulation, "http://www.example.com.");
    simulation.apply([{ name: "web.yaml", text: PODS }]);
    simulation.settle(simulation.now + 6 * SECOND);
    expect(first(ask(simulation, "http://www.example.com.")).rcode).toBe("NOERROR");
  });
});

describe("the question itself, as packets of the journey", () => {
  const packetsOf = (simulation: Simulation): Journey["packets"] => ask(simulation, "http://www.example.com.").packets;
  const asked = (packets: Journey["packets"]): Journey["packets"] => packets.filter(({ hops }) => hops[0]?.after.dst === "192.0.2.53");

  test("it leaves under the node's address, and the answer comes home to the CoreDNS Pod that asked", () => {
    const packets = packetsOf(run(PODS));
    const [question] = asked(packets);
    const answer = packets.find(({ answers }) => answers === question?.index);
    const pod = question?.hops[0]?.from;
    expect(pod).toMatchObject({ kind: "pod", pod: expect.stringMatching(/^kube-system\/coredns-/) as string });
    expect(question).toMatchObject({ purpose: "dns-query", direction: "out", outcome: { kind: "delivered", to: { kind: "outside" } } });
    expect(question?.hops.at(-1)?.after.src).toMatch(/^192\.168\.10\.\d+$/);
    expect(question?.payload).toMatchObject({ kind: "dns", message: { question: { name: "www.example.com." } } });
    expect(answer).toMatchObject({ purpose: "dns-answer", direction: "back", outcome: { kind: "delivered", to: pod } });
    expect(answer?.payloadBytes).toBeGreaterThan(question?.payloadBytes ?? 0);
  });

  test("a policy's rule drops each of its tries, and so does a plugin that lets nobody outside answer lose the answers", () => {
    const dropped = asked(packetsOf(run(PODS + LOCKED_IN)));
    expect(new Set(dropped.map(({ outcome }) => outcome.kind))).toEqual(new Set(["dropped"]));
    expect(dropped.length).toBeGreaterThanOrEqual(2);
    const none = "---\napiVersion: v1\nkind: Namespace\nmetadata: { name: kube-system, annotations: { kubehop.dev/masquerade: none } }\n";
    const packets = packetsOf(run(PODS + none));
    const [question] = asked(packets);
    expect(packets.find(({ answers }) => answers === question?.index)?.outcome).toMatchObject({ kind: "lost", why: "no-route" });
  });

  test("to any other server the way out is judged without packets", () => {
    const corefile = ".:53 {\n        kubernetes cluster.local\n        forward . 8.8.8.8\n    }";
    const map = `---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: coredns, namespace: kube-system }\ndata:\n  Corefile: |\n    ${corefile}\n`;
    const journey = ask(run(PODS + map), "http://www.example.com.");
    expect(first(journey).rcode).toBe("NOERROR");
    expect(asked(journey.packets)).toEqual([]);
    expect(journey.packets.some(({ hops }) => hops[0]?.after.dst === "8.8.8.8")).toBe(false);
  });
});

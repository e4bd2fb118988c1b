/** Requests through a whole cluster: what arrives where, what each side sees, how it fails. */
import { describe, expect, test } from "vitest";
import type { Journey } from "../network/trace.ts";
import type { Simulation } from "./simulation.ts";
import { CLIENT, act, cluster, edit, send, sendOne, sender, wayOf, web } from "./testing.ts";

function addressOf(simulation: Simulation, service = "default/web"): string {
  return simulation.view().services.find(({ key }) => key === service)?.clusterIps[0] ?? "";
}

function endpointsOf(simulation: Simulation): readonly string[] {
  return (simulation.view().services.find(({ key }) => key === "default/web")?.endpoints ?? []).map(({ address }) => `${address}:80`);
}

/** Pearson's statistic of these counts against equal shares. */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + ((count - expected) * (count - expected)) / expected, 0);
}

function countsOf(journeys: readonly Journey[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { endpoint } of journeys) counts.set(endpoint ?? "", (counts.get(endpoint ?? "") ?? 0) + 1);
  return counts;
}

describe("a Service by every name", () => {
  const simulation = cluster(web());
  test.each([
    ["http://web"],
    ["web"],
    ["http://web.default"],
    ["http://web.default.svc.cluster.local"],
    ["http://web.default.svc.cluster.local."],
    [addressOf(simulation)],
    [`${addressOf(simulation)}:80`],
  ])("%s", (to) => {
    const journey = sendOne(simulation, "default/client", to);
    expect(journey).toMatchObject({
      outcome: { kind: "delivered" },
      servicePort: "default/web",
      masqueraded: false,
      clientSays: "HTTP/1.1 200 OK <!DOCTYPE html>",
    });
    expect(endpointsOf(simulation)).toContain(journey.endpoint);
    expect(journey.lookup === null).toBe(to.startsWith("10."));
  });

  test("one journey holds the look-up's packets, then the connection's", () => {
    const purposes = sendOne(simulation, "default/client", "http://web").packets.map(({ purpose }) => purpose);
    expect(purposes.join(" ")).toBe("dns-query dns-query dns-answer dns-answer syn syn-ack ack request response ack fin fin ack");
  });

  test("a server that does not know the language closes first, and the connection ends without a reset", () => {
    const db = web({ port: "{ port: 5432 }" }).replace("image: nginx:1.27", "image: postgres:16");
    const { packets, clientSays } = sendOne(cluster(db), "default/client", "http://web:5432");
    expect(clientSays).toBe("curl: (52) Empty reply from server");
    expect(packets.map(({ purpose, outcome }) => `${purpose} ${outcome?.kind}`).slice(4)).toEqual(
      ["syn", "syn-ack", "ack", "request", "fin", "fin", "ack"].map((purpose) => `${purpose} delivered`),
    );
  });

  test("the look-up asks candidate by candidate", () => {
    const { lookup } = sendOne(simulation, "default/client", "http://web.default");
    expect(lookup).toMatchObject({ nameserver: "10.96.0.10", ndots: 5, error: null, addresses: [addressOf(simulation)] });
    expect(lookup?.candidates.map(({ name, result }) => `${name} ${result}`)).toEqual([
      "web.default.default.svc.cluster.local. no-such-name",
      "web.default.svc.cluster.local. found",
      "web.default.cluster.local. not-asked",
      "web.default. not-asked",
    ]);
    expect(lookup?.queries.map(({ name, type, rcode }) => `${name} ${type} ${rcode}`)).toEqual([
      "web.default.default.svc.cluster.local. A NXDOMAIN",
      "web.default.default.svc.cluster.local. AAAA NXDOMAIN",
      "web.default.svc.cluster.local. A NOERROR",
      "web.default.svc.cluster.local. AAAA NOERROR",
    ]);
    expect(lookup?.queries[0]?.by).toMatchObject({ kind: "pod", pod: expect.stringMatching(/^kube-system\/coredns-/) as string });
  });

  test("a name that nobody has", () => {
    expect(sendOne(simulation, "default/client", "http://webb")).toMatchObject({
      outcome: { kind: "dns-failed" },
      clientSays: "curl: (6) Could not resolve host: webb",
    });
  });
});

describe("balancing", () => {
  test("3,000 flows spread as the rules' odds say", () => {
    const simulation = cluster(web());
    const counts = countsOf(send(simulation, "default/client", addressOf(simulation), { count: 3000 }));
    expect([...counts.keys()].sort()).toEqual([...endpointsOf(simulation)].sort());
    // Two degrees of freedom: above 27.6 one run in a million.
    expect(chiSquare([...counts.values()])).toBeLessThan(27.6);
  }, 60_000);

  test("every connection of a series has a port of its own", () => {
    const simulation = cluster(web());
    const sources = send(simulation, "default/client", addressOf(simulation), { count: 50 }).map(({ sourceSeen }) => sourceSeen);
    expect(new Set(sources).size).toBe(50);
  });

  test("ClientIP affinity: all of one client go to one Pod, until the time is over", () => {
    const simulation = cluster(web({ extra: "sessionAffinity: ClientIP\nsessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } }" }));
    const first = countsOf(send(simulation, "default/client", addressOf(simulation), { count: 40 }));
    expect(first.size).toBe(1);
    const later = new Set<string | null>();
    for (let i = 0; i < 30; i++) {
      simulation.settle(simulation.now + 61e9);
      later.add(sendOne(simulation, "default/client", addressOf(simulation)).endpoint);
    }
    expect(later.size).toBeGreaterThan(1);
  });
});

describe("when it fails", () => {
  test("app: web becomes webb: the next packet is rejected, with the rule that did it", () => {
    const simulation = cluster(web());
    expect(sendOne(simulation, "default/client", "http://web").outcome.kind).toBe("delivered");
    edit(simulation, web({ selector: "webb" }));
    const journey = sendOne(simulation, "default/client", "http://web");
    expect(journey).toMatchObject({
      outcome: { kind: "refused" },
      servicePort: "default/web",
      clientSays: "curl: (7) Failed to connect to web port 80 after 0 ms: Could not connect to server",
    });
    const syn = journey.packets.find(({ purpose }) => purpose === "syn");
    expect(syn?.outcome).toMatchObject({
      kind: "rejected",
      node: "node-1",
      rule: {
        table: "filter",
        chain: "KUBE-SERVICES",
        text: `-A KUBE-SERVICES -d ${addressOf(simulation)}/32 -p tcp -m comment --comment "default/web has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable`,
      },
    });
    const error = journey.packets.at(-1);
    expect(error).toMatchObject({ purpose: "icmp-error", direction: "back", answers: syn?.index, outcome: { kind: "delivered" } });
    expect(error?.hops[0]?.after).toMatchObject({ src: "10.244.1.1", protocol: "ICMP" });
  });

  test("targetPort that nobody listens on: the Pod itself refuses, and the reset comes from the Service's address", () => {
    const simulation = cluster(web({ port: "{ port: 80, targetPort: 8080 }" }));
    const journey = sendOne(simulation, "default/client", "http://web");
    expect(journey.outcome).toEqual({ kind: "refused" });
    expect(journey.endpoint).toMatch(/:8080$/);
    expect(journey.packets.find(({ purpose }) => purpose === "syn")?.outcome.kind).toBe("refused");
    expect(journey.packets.at(-1)?.hops.at(-1)?.after).toMatchObject({ src: addressOf(simulation), srcPort: 80 });
  });

  test("a UDP Service whose Pod does not listen: the error seems to come from the Service's address", () => {
    const simulation = cluster(web({ port: "{ port: 53, protocol: UDP }" }));
    const journey = sendOne(simulation, "default/client", `${addressOf(simulation)}:53`, { protocol: "UDP" });
    expect(journey).toMatchObject({ outcome: { kind: "refused" }, clientSays: "read: Connection refused" });
    const last = journey.packets.at(-1);
    expect(last?.purpose).toBe("icmp-error");
    expect(last?.hops.at(-1)?.after.src).toBe(addressOf(simulation));
  });

  test("no ready CoreDNS: names fail, addresses work", () => {
    const simulation = cluster(web());
    for (const { key, role } of simulation.view().pods) if (role === "dns") act(simulation, { kind: "set-ready", pod: key, ready: false });
    expect(sendOne(simulation, "default/client", "http://web").outcome).toEqual({ kind: "dns-failed" });
    expect(sendOne(simulation, "default/client", addressOf(simulation)).outcome).toEqual({ kind: "delivered" });
  });

  test("a Pod that is not there: host unreachable after three seconds of asking", () => {
    const simulation = cluster(web());
    const journey = sendOne(simulation, "default/client", "http://10.244.2.200");
    expect(journey).toMatchObject({
      outcome: { kind: "unreachable" },
      clientSays: "curl: (7) Failed to connect to 10.244.2.200 port 80 after 3000 ms: Could not connect to server",
    });
    expect(journey.packets[0]?.outcome).toMatchObject({ kind: "lost", why: "pod-gone" });
  });

  test("an endpoint whose Pod is gone but that the rules still have: sent there, and host unreachable", () => {
    const byHand = `---
apiVersion: v1
kind: Service
metadata: { name: old }
spec: { clusterIP: 10.96.0.77, ports: [{ port: 80 }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: old-1, labels: { kubernetes.io/service-name: old } }
addressType: IPv4
endpoints: [{ addresses: [10.244.2.200] }]
ports: [{ name: "", port: 80, protocol: TCP }]
`;
    expect(sendOne(cluster(web() + byHand), "default/client", "10.96.0.77:80")).toMatchObject({
      outcome: { kind: "unreachable" },
      servicePort: "default/old",
      endpoint: "10.244.2.200:80",
      pod: null,
    });
  });

  test("a port of the Service that no rule has: the packet leaves by the gateway and is lost; five SYNs, then curl gives up", () => {
    const simulation = cluster(web());
    const journey = sendOne(simulation, "default/client", `${addressOf(simulation)}:81`);
    expect(journey).toMatchObject({ outcome: { kind: "dropped" }, clientSays: "curl: (28) Connection timed out after 5000 milliseconds" });
    expect(journey.packets.map(({ purpose, outcome }) => `${purpose} ${outcome.kind}`)).toEqual(Array(5).fill("syn lost"));
  });

  test("a UDP datagram of a node's own process that a rule refuses: EPERM from send()", () => {
    const simulation = cluster(web({ selector: "nobody", port: "{ port: 53, protocol: UDP }" }));
    const journey = sendOne(simulation, "node/node-1", `${addressOf(simulation)}:53`, { protocol: "UDP" });
    expect(journey).toMatchObject({ outcome: { kind: "refused" }, clientSays: "send: Operation not permitted" });
  });

  test.each([
    ["default/nobody", "http://web", "There is no Pod default/nobody."],
    ["node/node-9", "http://web", "There is no node node-9."],
    ["outside/somewhere", "http://web", '"somewhere" is no host outside the cluster: external, laptop or an address.'],
    ["outside/127.0.0.1", "http://192.168.1.11", "127.0.0.1 is no address that a host outside the cluster can have."],
    ["outside/255.255.255.255", "http://192.168.1.11", "255.255.255.255 is no address that a host outside the cluster can have."],
    ["outside/ff02::1", "http://192.168.1.11", "ff02::1 is no address that a host outside the cluster can have."],
    ["default/client", "ftp://web", '"ftp://web": the scheme ftp is not simulated; http, https, tcp, udp and sctp are.'],
    ["default/client", "http://web:0", '"http://web:0": "0" is not a port from 1 to 65535.'],
    ["default/client", "fd00::1:80", '"fd00::1:80" is not a destination; an IPv6 address stands in brackets: [fd00::1]:80.'],
  ])("from %s to %s is refused in words", (from, to, error) => {
    expect(cluster(web()).send({ from: sender(from), to })).toEqual({ error });
  });
});

describe("the way of a packet", () => {
  const simulation = cluster(web({ replicas: 6 }));
  const toNode = (node: string): Journey => {
    for (let i = 0; i < 60; i++) {
      const journey = sendOne(simulation, "default/client", addressOf(simulation));
      if (journey.node === node) return journey;
    }
    throw new Error(`nothing went to ${node}`);
  };

  test("to another node: rewritten at the sender's gate, passed through at the other, restored on the way back", () => {
    const journey = toNode("node-3");
    expect(wayOf(journey, "syn")).toBe("send leave rewrite cross pass deliver accept");
    expect(wayOf(journey, "request")).toBe("send leave known cross pass deliver accept");
    expect(wayOf(journey, "response")).toBe("send leave pass cross restore deliver accept");
    const syn = journey.packets[0];
    expect(syn?.hops.find(({ kind }) => kind === "cross")).toMatchObject({
      sameZone: false,
      route: { prefix: "10.244.3.0/24", via: "192.168.10.13", device: "eth0" },
    });
    expect(syn?.hops.at(-1)?.ttl).toBe(62);
    expect(journey.packets[1]?.hops.at(-1)?.ttl).toBe(62);
  });

  test("to the sender's own node: through the same gate and back, the TTL stays", () => {
    const journey = toNode("node-1");
    expect(wayOf(journey, "syn")).toBe("send leave rewrite deliver accept");
    expect(journey.packets[0]?.hops.at(-1)?.ttl).toBe(64);
  });

  test("sequence numbers fit: each side acknowledges what the other sent", () => {
    const { packets } = toNode("node-2");
    const [syn, synAck, ack, request, response, ack2, fin, fin2, last] = packets.map(({ tcp, payloadBytes }) => ({
      seq: tcp?.seq ?? 0,
      ack: tcp?.ack ?? 0,
      bytes: payloadBytes,
    }));
    const next = (base: number | undefined, by: number | undefined): number => ((base ?? 0) + (by ?? 0)) >>> 0;
    expect(synAck?.ack).toBe(next(syn?.seq, 1));
    expect(ack).toMatchObject({ seq: synAck?.ack, ack: next(synAck?.seq, 1) });
    expect(request?.seq).toBe(ack?.seq);
    expect(response).toMatchObject({ seq: ack?.ack, ack: next(request?.seq, request?.bytes) });
    expect(ack2?.ack).toBe(next(response?.seq, response?.bytes));
    expect(fin).toMatchObject({ seq: ack2?.seq, ack: ack2?.ack });
    expect(fin2).toMatchObject({ seq: fin?.ack, ack: next(fin?.seq, 1) });
    expect(last?.ack).toBe(next(fin2?.seq, 1));
  });
});

describe("source addresses", () => {
  const manifests = web({ replicas: 6, extra: "type: NodePort", port: "{ port: 80, nodePort: 30080 }" });
  const collect = (from: string, to: (simulation: Simulation) => string): ReadonlyMap<string, string> => {
    const simulation = cluster(manifests);
    const journeys = send(simulation, from, to(simulation), { count: 60 });
    return new Map(journeys.map(({ node, sourceSeen }) => [node ?? "", sourceSeen?.replace(/:\d+$/, "") ?? ""]));
  };

  test.each([
    ["Pod → ClusterIP", "default/client", addressOf, { "node-1": "10.244.1.2", "node-2": "10.244.1.2", "node-3": "10.244.1.2" }],
    [
      "Pod → NodePort of its node",
      "default/client",
      () => "192.168.10.11:30080",
      { "node-1": "10.244.1.1", "node-2": "192.168.10.11", "node-3": "192.168.10.11" },
    ],
    [
      "node process → ClusterIP",
      "node/node-1",
      addressOf,
      { "node-1": "10.244.1.1", "node-2": "192.168.10.11", "node-3": "192.168.10.11" },
    ],
    [
      "node process → NodePort on localhost",
      "node/node-1",
      () => "127.0.0.1:30080",
      { "node-1": "10.244.1.1", "node-2": "192.168.10.11", "node-3": "192.168.10.11" },
    ],
    [
      "outside → NodePort",
      "outside/external",
      () => "192.168.10.12:30080",
      { "node-1": "192.168.10.12", "node-2": "10.244.2.1", "node-3": "192.168.10.12" },
    ],
  ] as const)("%s", (_, from, to, wanted) => {
    expect(Object.fromEntries([...collect(from, to)].sort())).toEqual(wanted);
  });

  test("hairpin: a Pod that reaches itself sees the bridge's address", () => {
    const simulation = cluster(web({ replicas: 1 }));
    const pod = simulation.view().pods.find(({ name }) => name.startsWith("web-"));
    const journey = sendOne(simulation, pod?.key ?? "", addressOf(simulation));
    expect(journey).toMatchObject({ outcome: { kind: "delivered" }, pod: pod?.key, masqueraded: true });
    expect(journey.sourceSeen?.replace(/:\d+$/, "")).toBe(pod?.ips[0]?.replace(/\.\d+$/, ".1"));
  });
});

describe("from outside", () => {
  test("NodePort: enters at the node that was asked, both addresses change", () => {
    const simulation = cluster(web({ extra: "type: NodePort", port: "{ port: 80, nodePort: 30080 }" }));
    const journey = sendOne(simulation, "outside/external", "http://192.168.10.12:30080");
    expect(journey).toMatchObject({ outcome: { kind: "delivered" }, servicePort: "default/web", masqueraded: true });
    const rewrite = journey.packets[0]?.hops.find(({ kind }) => kind === "rewrite");
    expect(rewrite).toMatchObject({ node: "node-2", changed: { source: true, destination: true } });
    expect(journey.packets[0]?.hops[1]).toMatchObject({ kind: "enter-cluster", from: { kind: "outside", id: "external" } });
  });

  test("externalTrafficPolicy Local: kept source where there is a Pod, silence where there is none", () => {
    const simulation = cluster(
      web({ replicas: 1, extra: "type: NodePort\nexternalTrafficPolicy: Local", port: "{ port: 80, nodePort: 30080 }" }),
    );
    const home = simulation.view().pods.find(({ name }) => name.startsWith("web-"))?.node;
    for (const { name, internalIp } of simulation.view().nodes) {
      const journey = sendOne(simulation, "outside/external", `${internalIp}:30080`);
      if (name === home) {
        expect(journey).toMatchObject({
          outcome: { kind: "delivered" },
          masqueraded: false,
          sourceSeen: expect.stringContaining("203.0.113.24:") as string,
        });
        expect(journey.packets[0]?.hops.at(-1)?.ttl).toBe(63);
      } else {
        expect(journey).toMatchObject({ outcome: { kind: "dropped" }, servicePort: "default/web" });
        expect(journey.packets[0]?.outcome).toMatchObject({
          kind: "dropped",
          node: name,
          rule: { text: expect.stringContaining("has no local endpoints") as string },
        });
      }
    }
  });

  test("a Service's address and a Pod's are unknown outside", () => {
    const simulation = cluster(web());
    const pod = simulation.view().pods.find(({ name }) => name.startsWith("web-"))?.ips[0] ?? "";
    for (const to of [addressOf(simulation), pod]) {
      expect(sendOne(simulation, "outside/external", to).packets[0]?.outcome).toEqual({
        kind: "lost",
        why: "no-route",
        at: { kind: "beyond" },
      });
    }
  });

  test("a node port that nobody has: the node answers for itself", () => {
    expect(sendOne(cluster(web()), "outside/external", "192.168.10.11:30999").outcome).toEqual({ kind: "refused" });
  });

  test("an address that somebody sends from becomes a host", () => {
    const simulation = cluster(web({ extra: "type: NodePort", port: "{ port: 80, nodePort: 30080 }" }));
    expect(sendOne(simulation, "outside/198.51.100.7", "192.168.10.11:30080").outcome).toEqual({ kind: "delivered" });
    expect(simulation.view().outsiders.map(({ id }) => id)).toEqual(["external", "laptop", "dns", "198.51.100.7"]);
  });
});

describe("other kinds of Services", () => {
  test("headless: the name gives Pod addresses, no rule is asked", () => {
    const simulation = cluster(web({ extra: "clusterIP: None" }));
    const journey = sendOne(simulation, "default/client", "http://web");
    expect(journey.lookup?.addresses).toHaveLength(3);
    expect(journey).toMatchObject({ outcome: { kind: "delivered" }, servicePort: null });
    expect(
      journey.packets
        .filter(({ purpose }) => purpose === "syn")
        .flatMap(({ hops }) => hops)
        .some(({ kind }) => kind === "rewrite"),
    ).toBe(false);
    const distribution = simulation.distribution({ from: sender("default/client"), to: "http://web" });
    expect("error" in distribution ? [] : distribution.candidates.map(({ probability }) => probability)).toEqual([1 / 3, 1 / 3, 1 / 3]);
  });

  test("internalTrafficPolicy Local without a Pod on the node: dropped at the sender's own gate", () => {
    const simulation = cluster(web({ replicas: 1, extra: "internalTrafficPolicy: Local" }));
    const home = simulation.view().pods.find(({ name }) => name.startsWith("web-"))?.node;
    const journey = sendOne(simulation, "default/client", addressOf(simulation));
    expect(journey.outcome.kind).toBe(home === "node-1" ? "delivered" : "dropped");
    if (home !== "node-1") expect(journey.packets[0]?.outcome).toMatchObject({ kind: "dropped", node: "node-1" });
  });

  test("ExternalName: an alias, then a name outside; the packet leaves by the gateway", () => {
    const simulation = cluster(
      `apiVersion: v1\nkind: Service\nmetadata: { name: ext }\nspec: { type: ExternalName, externalName: www.example.com }\n---\n${CLIENT}`,
    );
    const journey = sendOne(simulation, "default/client", "http://ext");
    expect(journey.lookup?.queries[0]?.answers.map(({ type }) => type)).toEqual(["CNAME", "A"]);
    expect(journey.packets.at(-1)?.outcome).toEqual({ kind: "lost", why: "no-route", at: { kind: "beyond" } });
  });

  test("the API server's own Service: its endpoint is the control plane's process", () => {
    const journey = sendOne(cluster(web()), "default/client", "https://kubernetes");
    expect(journey).toMatchObject({
      outcome: { kind: "delivered" },
      servicePort: "default/kubernetes:https",
      endpoint: "192.168.10.10:6443",
      pod: null,
      node: "control-plane",
    });
    expect(journey.clientSays).toBe("curl: (60) SSL certificate problem: unable to get local issuer certificate");
  });
});

describe("two families", () => {
  test("a dual-stack Service answers on both addresses, each by rules of its own", () => {
    const kind = `apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nnodes: [ { role: control-plane }, { role: worker }, { role: worker } ]\nnetworking: { ipFamily: dual }\n---\n`;
    const simulation = cluster(
      kind + web({ extra: "ipFamilyPolicy: PreferDualStack" }).replace("nodeName: node-1", "nodeName: kind-worker"),
    );
    const addresses = simulation.view().services.find(({ key }) => key === "default/web")?.clusterIps ?? [];
    expect(addresses).toHaveLength(2);
    for (const address of addresses) {
      const v6 = address.includes(":");
      const journey = sendOne(simulation, "default/client", v6 ? `http://[${address}]` : `http://${address}`);
      expect(journey).toMatchObject({ outcome: { kind: "delivered" }, servicePort: "default/web" });
      expect(journey.endpoint?.startsWith("[")).toBe(v6);
    }
    expect(sendOne(simulation, "default/client", "http://web").lookup?.addresses).toEqual(addresses);
    const shares = simulation.distribution({ from: sender("default/client"), to: "http://web" });
    const candidates = "error" in shares ? [] : shares.candidates;
    expect(candidates.map(({ probability }) => probability?.toFixed(4))).toEqual(["0.3333", "0.3333", "0.3333"]);
    expect(candidates.filter(({ endpoint }) => endpoint.startsWith("["))).toEqual([]);
  });

  test("Pods on their nodes' network are named, although the packet ends at the node", () => {
    const simulation = cluster(web().replace("spec: { containers", "spec: { hostNetwork: true, containers"));
    const { pod, node, endpoint, packets } = sendOne(simulation, "default/client", "http://web");
    const view = simulation.view().pods.find(({ key }) => key === pod);
    expect(view).toMatchObject({ node, hostNetwork: true });
    expect(endpoint).toBe(`${view?.ips[0]}:80`);
    expect(packets.find(({ purpose }) => purpose === "syn")?.hops.at(-1)?.to).toEqual({ kind: "node", node });
    const shares = simulation.distribution({ from: sender("default/client"), to: "http://web" });
    expect("error" in shares ? [] : shares.candidates.map((each) => each.pod)).toContain(pod);
  });
});

describe("while rules are stale", () => {
  test("a deleted Pod stays in the rules until kube-proxy hears of it: its node behind, then in step", () => {
    const simulation = cluster(web({ replicas: 2 }));
    const before = simulation.now;
    const pod = simulation.view().pods.find(({ name }) => name.startsWith("web-"));
    act(simulation, { kind: "delete-pod", pod: pod?.key ?? "" });
    const entries = simulation.timeline().filter(({ at, kind }) => (kind === "sync" ? at > before : at >= before));
    const gone = entries.find((entry) => entry.kind === "pod" && entry.what === "terminating");
    const sync = entries.find((entry) => entry.kind === "sync");
    expect(gone?.at).toBeLessThan(sync?.at ?? 0);
    expect(simulation.view().nodes.map(({ changesBehind }) => changesBehind)).toEqual([0, 0, 0, 0]);
    expect(endpointsOf(simulation)).toHaveLength(2);
    expect(endpointsOf(simulation)).not.toContain(`${pod?.ips[0]}:80`);
  });

  test("readiness by hand: a Pod made not ready gets no new connections", () => {
    const simulation = cluster(web({ replicas: 2 }));
    const pod = simulation.view().pods.find(({ name }) => name.startsWith("web-"));
    act(simulation, { kind: "set-ready", pod: pod?.key ?? "", ready: false });
    expect(simulation.view().pods.find(({ key }) => key === pod?.key)).toMatchObject({ state: "not-ready", readyOverride: false });
    expect(countsOf(send(simulation, "default/client", addressOf(simulation), { count: 20 })).size).toBe(1);
  });
});

/** Connections that a client keeps: one endpoint for all requests, until either end closes it. */
import { describe, expect, test } from "vitest";
import type { Journey } from "../network/trace.ts";
import type { Simulation } from "./simulation.ts";
import type { SendRequest } from "./contract.ts";
import { act, cluster, send, sendOne, sender, web } from "./testing.ts";

const KEPT = { keepAlive: true } as const;

function purposes({ packets }: Journey): string {
  return packets
    .filter(({ purpose }) => !purpose.startsWith("dns"))
    .map(({ purpose }) => purpose)
    .join(" ");
}

function endpoints(journeys: readonly Journey[]): ReadonlySet<string | null> {
  return new Set(journeys.map(({ endpoint }) => endpoint));
}

function scale(simulation: Simulation, replicas: number): void {
  act(simulation, { kind: "scale", workload: { kind: "Deployment", key: "default/web" }, replicas });
}

describe("a kept TCP connection", () => {
  test("ten requests: one look-up, one handshake, one Pod, one source port; numbered in their order", () => {
    const simulation = cluster(web());
    const journeys = send(simulation, "default/client", "http://web", { count: 10, ...KEPT });
    expect(journeys.map(purposes)).toEqual([
      "syn syn-ack ack request response ack",
      ...Array.from({ length: 9 }, () => "request response ack"),
    ]);
    expect(journeys.map(({ outcome }) => outcome.kind)).toEqual(Array.from({ length: 10 }, () => "delivered"));
    expect(endpoints(journeys).size).toBe(1);
    expect(new Set(journeys.map(({ sourceSeen, servicePort, pod }) => `${sourceSeen} ${servicePort} ${pod}`)).size).toBe(1);
    expect(journeys.map(({ lookup }) => lookup === null)).toEqual([false, ...Array.from({ length: 9 }, () => true)]);
    expect(journeys.map(({ connection }) => connection)).toEqual(
      Array.from({ length: 10 }, (_, i) => ({ opened: journeys[0]?.id, request: i + 1, of: 10, instead: null })),
    );
  });

  test("no nat rule is asked after the first packet: the gate knows the connection", () => {
    const [, second] = send(cluster(web()), "default/client", "http://web", { count: 2, ...KEPT });
    const gates = second?.packets[0]?.hops.filter(({ kind }) => kind === "rewrite" || kind === "known").map(({ kind }) => kind);
    expect(gates?.[0]).toBe("known");
    expect(gates).not.toContain("rewrite");
  });

  test("sequence numbers go on where the request before ended", () => {
    const journeys = send(cluster(web()), "default/client", "http://web", { count: 3, ...KEPT });
    const requests = journeys.map(({ packets }) => packets.find(({ purpose }) => purpose === "request"));
    const answers = journeys.map(({ packets }) => packets.find(({ purpose }) => purpose === "response"));
    for (const i of [1, 2]) {
      expect(requests[i]?.tcp?.seq).toBe(((requests[i - 1]?.tcp?.seq ?? 0) + (requests[i - 1]?.payloadBytes ?? 0)) >>> 0);
      expect(requests[i]?.tcp?.ack).toBe(((answers[i - 1]?.tcp?.seq ?? 0) + (answers[i - 1]?.payloadBytes ?? 0)) >>> 0);
    }
  });

  test("scaling up moves nothing: later requests stay with the Pod, and one on a new connection may go to any", () => {
    const simulation = cluster(web({ replicas: 1 }));
    const before = endpoints(send(simulation, "default/client", "http://web", { count: 3, ...KEPT }));
    scale(simulation, 5);
    const after = send(simulation, "default/client", "http://web", { count: 40, ...KEPT });
    expect(endpoints(after)).toEqual(before);
    expect(after.at(-1)?.connection).toMatchObject({ opened: 1, request: 43, of: 43 });
    expect(endpoints(send(simulation, "default/client", "http://web", { count: 40 })).size).toBeGreaterThan(1);
  });

  test("another sender, another port and another name have connections of their own", () => {
    const simulation = cluster(web());
    const [first] = send(simulation, "default/client", "http://web", KEPT);
    expect(first?.connection).toMatchObject({ opened: 1, request: 1 });
    expect(sendOne(simulation, "default/client", "http://web.default", KEPT).connection).toMatchObject({ opened: 2, request: 1 });
    expect(sendOne(simulation, "node/node-1", "http://web.default.svc.cluster.local", KEPT).connection?.request).toBe(1);
    expect(sendOne(simulation, "default/client", "http://web", KEPT).connection).toMatchObject({ opened: 1, request: 2 });
  });

  test("a client that opens another after two requests closes the old one itself", () => {
    const journeys = send(cluster(web()), "default/client", "http://web", { count: 4, keepAlive: { requests: 2 } });
    expect(journeys.map(purposes)).toEqual([
      "syn syn-ack ack request response ack",
      "request response ack fin fin ack",
      "syn syn-ack ack request response ack",
      "request response ack fin fin ack",
    ]);
    expect(journeys.map(({ connection }) => `${connection?.opened} ${connection?.request} of ${connection?.of}`)).toEqual([
      "1 1 of 2",
      "1 2 of 2",
      "3 1 of 2",
      "3 2 of 2",
    ]);
  });

  test("or for the first request after so many seconds", () => {
    const simulation = cluster(web());
    const keepAlive = { seconds: 60 };
    expect(sendOne(simulation, "default/client", "http://web", { keepAlive }).connection?.opened).toBe(1);
    simulation.settle(simulation.now + 30e9);
    expect(purposes(sendOne(simulation, "default/client", "http://web", { keepAlive }))).toBe("request response ack");
    simulation.settle(simulation.now + 31e9);
    expect(purposes(sendOne(simulation, "default/client", "http://web", { keepAlive }))).toBe("request response ack fin fin ack");
    expect(sendOne(simulation, "default/client", "http://web", { keepAlive }).connection).toMatchObject({ opened: 4, request: 1 });
  });
});

describe("when the server's process ends", () => {
  test("an idle connection is closed by it, and the next request opens one to another Pod", () => {
    const simulation = cluster(web({ replicas: 2 }));
    const first = sendOne(simulation, "default/client", "http://web", KEPT);
    act(simulation, { kind: "delete-pod", pod: first.pod ?? "" });
    const entry = simulation.conntrack("node-1").find(({ protocol, original }) => protocol === "TCP" && original.dstPort === 80);
    // Closed by the server's side: both FINs went through the rules.
    expect(entry?.state ?? "gone").toMatch(/TIME_WAIT|LAST_ACK|gone/);
    const next = sendOne(simulation, "default/client", "http://web", KEPT);
    expect(next).toMatchObject({
      outcome: { kind: "delivered" },
      connection: { opened: 2, request: 1, instead: "its server's process had ended" },
    });
    expect(next.pod).not.toBe(first.pod);
  });

  test("a Pod that terminates answers on the connection until its process ends, though no rule names it any more", () => {
    const preStop = web({ replicas: 2 }).replace(
      "image: nginx:1.27",
      "image: nginx:1.27, lifecycle: { preStop: { sleep: { seconds: 10 } } }",
    );
    const simulation = cluster(preStop);
    const first = sendOne(simulation, "default/client", "http://web", KEPT);
    expect(simulation.perform({ kind: "delete-pod", pod: first.pod ?? "" }, simulation.now + 5e9)).toBeNull();
    expect(simulation.rulesText("node-1", "IPv4", false)).not.toContain(`DNAT --to-destination ${first.endpoint}`);
    const sent = simulation.send({ from: first.from, to: "http://web", ...KEPT });
    simulation.settle(simulation.now + 1e9);
    expect(simulation.journey(Array.isArray(sent) ? sent[0] : 0)).toMatchObject({
      outcome: { kind: "delivered" },
      endpoint: first.endpoint,
      connection: { request: 2 },
    });
  });
});

/** Sends, and lets so many seconds pass: nothing is waited for. */
function begin(simulation: Simulation, to: string, more: Partial<SendRequest>, seconds: number): number {
  const sent = simulation.send({ from: sender("default/client"), to, ...more });
  if ("error" in sent) throw new Error(sent.error);
  simulation.settle(simulation.now + seconds * 1e9);
  return sent[0] ?? 0;
}

describe("what the client says when a connection breaks, by the packets that reach it", () => {
  test("52: the process ends while it works on the request, and its kernel sends a FIN", () => {
    const simulation = cluster(web({ replicas: 1 }));
    const pod = sendOne(simulation, "default/client", "http://web").pod ?? "";
    act(simulation, { kind: "slow-pod", pod, delay: 3e9 });
    const id = begin(simulation, "http://web", {}, 1);
    act(simulation, { kind: "crash-pod", pod });
    const journey = simulation.journey(id);
    expect(journey).toMatchObject({ outcome: { kind: "refused" }, clientSays: "curl: (52) Empty reply from server" });
    // The request was acknowledged after 40 ms, so that nothing was sent again.
    expect(journey === null ? "" : purposes(journey)).toBe("syn syn-ack ack request ack fin fin ack");
    expect((journey?.endedAt ?? 0) - (journey?.sentAt ?? 0)).toBeLessThan(1.1e9);
  });

  test("56: a node on the way has forgotten the connection, takes its next packet for a new one, and the Pod resets it", () => {
    const simulation = cluster(web({ port: "{ port: 80, nodePort: 30080 }", extra: "type: NodePort" }));
    const to = "http://192.168.10.13:30080";
    const first = sendOne(simulation, "outside/external", to, KEPT);
    // A machine that was switched off has lost its table of connections.
    for (const kind of ["stop-node", "start-node"] as const) simulation.perform({ kind, node: "node-3" }, simulation.now + 10e9);
    const next = sendOne(simulation, "outside/external", to, KEPT);
    expect(first.outcome.kind).toBe("delivered");
    expect(next).toMatchObject({ outcome: { kind: "refused" }, clientSays: "curl: (56) Recv failure: Connection reset by peer" });
    expect(purposes(next)).toBe("request reset");
    expect(next.packets[0]?.hops.map(({ kind }) => kind)).toContain("rewrite");
    expect(sendOne(simulation, "outside/external", to, KEPT)).toMatchObject({
      outcome: { kind: "delivered" },
      connection: { request: 1, instead: "it was reset" },
    });
  });

  test("28 again: the Pod has another address since its machine was switched off, and nobody has the old one", () => {
    const simulation = cluster(
      web({ replicas: 1 }).replace("{ containers: [ { name: nginx", "{ nodeName: node-2, containers: [ { name: nginx"),
    );
    const first = sendOne(simulation, "default/client", "http://web", KEPT);
    for (const kind of ["stop-node", "start-node"] as const) simulation.perform({ kind, node: "node-2" }, simulation.now + 10e9);
    const next = sendOne(simulation, "default/client", "http://web", KEPT);
    expect(next).toMatchObject({ outcome: { kind: "dropped" }, endpoint: first.endpoint, servicePort: "default/web", pod: first.pod });
    expect(next.packets[0]?.outcome).toMatchObject({ kind: "lost", why: "pod-gone" });
    // Host unreachable is no more than advice to a connection that stands (RFC 1122, 4.2.3.9).
    expect(purposes(next)).toMatch(/^request request request request request icmp-error/);
  });

  test("28: the machine is off; the request is sent again after 0.2, 0.6, 1.4 and 3 s, to the same endpoint", () => {
    const simulation = cluster(web({ replicas: 2 }));
    const first = sendOne(simulation, "default/client", "http://web", KEPT);
    simulation.perform({ kind: "stop-node", node: first.node ?? "" }, simulation.now);
    const journey = simulation.journey(begin(simulation, "http://web", KEPT, 6));
    expect(journey).toMatchObject({ outcome: { kind: "dropped" }, endpoint: first.endpoint });
    expect(journey?.clientSays).toMatch(/^curl: \(28\) Operation timed out after 50\d\d milliseconds with 0 bytes received$/);
    const at = journey?.packets.map(({ hops }) => ((hops[0]?.at ?? 0) - (journey.sentAt ?? 0)) / 1e9);
    expect(at).toEqual([0, 0.2, 0.6, 1.4, 3]);
    expect(new Set(journey?.packets.map(({ hops }) => hops.find(({ kind }) => kind === "known")?.after.dst))).toEqual(
      new Set([first.endpoint?.split(":")[0]]),
    );
  });

  test("7: the process has ended and its rules still stand", () => {
    const simulation = cluster(web({ replicas: 1 }));
    const pod = sendOne(simulation, "default/client", "http://web").pod ?? "";
    const node = simulation.view().nodes.map(({ name }) => name);
    for (const name of node) act(simulation, { kind: "stop-proxy", node: name });
    simulation.perform({ kind: "crash-pod", pod }, simulation.now + 0.1e9);
    expect(simulation.journey(begin(simulation, "http://web", {}, 0.5))?.clientSays).toMatch(
      /^curl: \(7\) Failed to connect to web port 80 after \d+ ms/,
    );
  });
});

describe("a drop is silent for long", () => {
  test("a client without patience of its own: SYNs at 0, 1, 2, 3, 4, 5, 7, 11, 19, 35 and 68 s, and the end after 134 s", () => {
    const simulation = cluster(web());
    act(simulation, { kind: "override-rules", node: "node-1", family: "IPv4", text: "*filter\n:FORWARD DROP [0:0]\nCOMMIT\n" });
    const journey = sendOne(simulation, "default/client", "10.244.200.1:80", { patience: 600e9 });
    expect(journey.clientSays).toBe("curl: (28) Failed to connect to 10.244.200.1 port 80 after 134000 ms: Could not connect to server");
    expect(journey.packets.map(({ purpose, hops }) => `${purpose} ${((hops[0]?.at ?? 0) - journey.sentAt) / 1e9}`)).toEqual(
      [0, 1, 2, 3, 4, 5, 7, 11, 19, 35, 68].map((at) => `syn ${at}`),
    );
  });

  test("retransmissions stay with the endpoint that the first packet got", () => {
    const simulation = cluster(web({ replicas: 2 }));
    const [gone, other] = simulation.view().pods.filter(({ workload }) => workload?.name === "web");
    if (gone === undefined || other === undefined) throw new Error("two Pods");
    act(simulation, { kind: "override-rules", node: gone.node ?? "", family: "IPv4", text: "*filter\n:FORWARD DROP [0:0]\nCOMMIT\n" });
    const ip = simulation.view().services.find(({ key }) => key === "default/web")?.clusterIps[0] ?? "";
    const timedOut = send(simulation, "node/node-3", `${ip}:80`, { count: 24 }).filter(({ outcome }) => outcome.kind === "dropped");
    for (const { packets } of timedOut)
      expect(new Set(packets.map(({ hops }) => hops.find(({ kind }) => kind === "rewrite" || kind === "known")?.after.dst)).size).toBe(1);
    expect(timedOut.length).toBeGreaterThan(0);
  });
});

describe("steady traffic on a kept connection", () => {
  const answeredBy = (simulation: Simulation): readonly number[] => (simulation.traffic()?.answeredBy ?? []).map(({ count }) => count);

  test("all of a sender's requests go to one Pod, also after scaling up; what breaks it makes the next one connect anew", () => {
    const simulation = cluster(web({ replicas: 2 }));
    act(simulation, { kind: "start-traffic", request: { from: sender("default/client"), to: "http://web", rate: 5, ...KEPT } });
    simulation.settle(simulation.now + 4.9e9);
    expect(answeredBy(simulation)).toEqual([25]);
    scale(simulation, 6);
    simulation.settle(simulation.now + 5e9);
    expect(answeredBy(simulation)).toEqual([50]);
    const pod = simulation.traffic()?.answeredBy[0]?.pod ?? "";
    act(simulation, { kind: "delete-pod", pod });
    simulation.settle(simulation.now + 5e9);
    expect(answeredBy(simulation).length).toBe(2);
    expect(simulation.traffic()).toMatchObject({ lost: 0 });
    expect(simulation.traffic()?.lastAnswered.at(-1)?.connection).toMatchObject({ of: null, instead: null });
  });

  test("three clients that keep their connections leave Pods idle that were added since", () => {
    const clients = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: shop }
spec:
  replicas: 3
  selector: { matchLabels: { app: shop } }
  template:
    metadata: { labels: { app: shop }, annotations: { kubehop.dev/traffic: "http://web 5/s keep-alive" } }
    spec: { containers: [ { name: shop, image: curlimages/curl, command: [sleep, infinity] } ] }
---`;
    const simulation = cluster(clients + web({ replicas: 2 }));
    act(simulation, { kind: "start-traffic", request: null });
    simulation.settle(simulation.now + 3e9);
    scale(simulation, 8);
    simulation.settle(simulation.now + 10e9);
    expect(simulation.view().pods.filter(({ workload, state }) => workload?.name === "web" && state === "ready")).toHaveLength(8);
    expect(answeredBy(simulation).length).toBeLessThanOrEqual(2);
  });

  test("a request that finds the connection busy waits for it, and goes on a new one where it breaks", () => {
    const simulation = cluster(web({ replicas: 1 }));
    const { pod } = sendOne(simulation, "default/client", "http://web", KEPT);
    act(simulation, { kind: "slow-pod", pod: pod ?? "", delay: 2e9 });
    const [first, second] = [begin(simulation, "http://web", KEPT, 0.5), begin(simulation, "http://web", KEPT, 0.1)];
    simulation.settle(simulation.now + 5e9);
    const at = (id: number): number => simulation.journey(id)?.packets.find(({ purpose }) => purpose === "request")?.hops[0]?.at ?? 0;
    expect(simulation.journey(second)).toMatchObject({ outcome: { kind: "delivered" }, connection: { opened: 1, request: 3 } });
    expect(at(second)).toBeGreaterThanOrEqual(simulation.journey(first)?.endedAt ?? Infinity);
  });
});

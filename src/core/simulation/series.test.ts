/** Series of requests: clients in turn, regular times, pauses, methods. */
import { describe, expect, test } from "vitest";
import type { Journey } from "../network/trace.ts";
import type { SendRequest } from "./contract.ts";
import { createSimulation } from "./simulation.ts";
import { cluster, send, sendOne, sender, web } from "./testing.ts";

const MS = 1_000_000;
const outside = (n: number): readonly SendRequest["from"][] =>
  Array.from({ length: n }, (_, i) => ({ kind: "outside", id: `198.51.100.${i + 1}` }) as const);
const sentAt = (journeys: readonly Journey[]): readonly number[] =>
  journeys.map((journey) => (journey.sentAt - (journeys[0]?.sentAt ?? 0)) / MS);

describe("clients in turn", () => {
  test("six requests of three clients: each its own socket, in the order of their turns", () => {
    const [first, ...others] = outside(3);
    const simulation = cluster(web({ extra: "type: NodePort" }));
    const node = simulation.view().nodes[0]?.addresses[0];
    const port = simulation.view().services.find(({ key }) => key === "default/web")?.ports[0]?.nodePort;
    const sent = simulation.send({ from: first!, others, to: `http://${node}:${port}`, count: 6 });
    if ("error" in sent) throw new Error(sent.error);
    simulation.settle();
    const journeys = sent.map((id) => simulation.journey(id)!);
    expect(journeys.map(({ from }) => (from.kind === "outside" ? from.id : ""))).toEqual([
      "198.51.100.1",
      "198.51.100.2",
      "198.51.100.3",
      "198.51.100.1",
      "198.51.100.2",
      "198.51.100.3",
    ]);
    expect(journeys.every(({ outcome }) => outcome.kind === "delivered")).toBe(true);
    expect(new Set(journeys.map(({ packets }) => packets[0]?.hops[0]?.before.src)).size).toBe(3);
  });

  test("with ClientIP affinity every client keeps its Pod, and twenty clients reach more than one", () => {
    const [first, ...others] = outside(20);
    const simulation = cluster(web({ extra: "type: NodePort\nsessionAffinity: ClientIP\nexternalTrafficPolicy: Cluster" }));
    const node = simulation.view().nodes[0]?.addresses[0];
    const port = simulation.view().services.find(({ key }) => key === "default/web")?.ports[0]?.nodePort;
    const sent = simulation.send({ from: first!, others, to: `${node}:${port}`, count: 60 });
    if ("error" in sent) throw new Error(sent.error);
    simulation.settle();
    const podsOf = new Map<string, Set<string | null>>();
    for (const id of sent) {
      const journey = simulation.journey(id)!;
      const client = journey.from.kind === "outside" ? journey.from.id : "";
      podsOf.set(client, (podsOf.get(client) ?? new Set()).add(journey.pod));
    }
    expect([...podsOf.values()].map(({ size }) => size)).toEqual(Array.from({ length: 20 }, () => 1));
    expect(new Set([...podsOf.values()].flatMap((pods) => [...pods])).size).toBeGreaterThan(1);
  });

  test("each keeps a connection of its own", () => {
    const journeys = send(cluster(web()), "default/client", "http://web", {
      count: 6,
      keepAlive: true,
      others: [{ kind: "node", node: "node-1" }],
      to: "http://web.default.svc.cluster.local",
    } as Partial<SendRequest>);
    const client = journeys.filter(({ from }) => from.kind === "pod");
    expect(client.map(({ connection }) => connection?.request)).toEqual([1, 2, 3]);
    expect(client.map(({ connection }) => connection?.of)).toEqual([3, 3, 3]);
  });

  test("a client that is not there is refused by name, and nothing is sent", () => {
    const simulation = cluster(web());
    const refusal = simulation.send({ from: sender("default/client"), others: [sender("default/nobody")], to: "http://web", count: 2 });
    expect(refusal).toEqual({ error: "There is no Pod default/nobody." });
    expect(simulation.journeys()).toHaveLength(0);
  });
});

describe("times", () => {
  test("regular: so far apart, also where nobody answers", () => {
    const journeys = send(cluster(web()), "default/client", "10.96.99.99:80", { count: 4, every: 250 * MS });
    expect(sentAt(journeys)).toEqual([0, 250, 500, 750]);
    expect(journeys.every(({ outcome }) => outcome.kind !== "delivered")).toBe(true);
  });

  test("a pause passes between the end of one and the next", () => {
    const journeys = send(cluster(web()), "default/client", "http://web", { count: 3, pause: 40 * MS });
    const gaps = journeys.slice(1).map((journey, i) => (journey.sentAt - (journeys[i]?.endedAt ?? 0)) / MS);
    for (const gap of gaps) {
      expect(gap).toBeGreaterThanOrEqual(40);
      expect(gap).toBeLessThan(42);
    }
  });

  test("a run that goes back makes the same series again", () => {
    const simulation = createSimulation({ recorded: true });
    simulation.apply([{ name: "web.yaml", text: web() }]);
    send(simulation, "default/client", "http://web", { count: 20, every: 5 * MS, others: [sender("node/node-1")], method: "POST" });
    const hash = simulation.hash();
    const now = simulation.now;
    simulation.goTo(now - 40 * MS);
    expect(simulation.hash()).not.toBe(hash);
    simulation.goTo(Infinity);
    expect(simulation.hash()).toBe(hash);
    simulation.goTo(now - 40 * MS);
    simulation.settle(now);
    expect(simulation.hash()).toBe(hash);
  });
});

describe("methods", () => {
  const says = (method: SendRequest["method"], path = "/"): string =>
    sendOne(cluster(web()), "default/client", `http://web${path}`, method === undefined ? {} : { method }).clientSays.split("<")[0] ?? "";
  const text = (journey: Journey, purpose: string): string => {
    const payload = journey.packets.find((packet) => packet.purpose === purpose)?.payload;
    return payload?.kind === "text" ? payload.text : "";
  };

  test.each([
    ["GET", "/", "HTTP/1.1 200 OK"],
    ["HEAD", "/", "HTTP/1.1 200 OK"],
    ["POST", "/", "HTTP/1.1 405 Not Allowed"],
    ["POST", "/nowhere", "HTTP/1.1 404 Not Found"],
    ["DELETE", "/nowhere", "HTTP/1.1 405 Not Allowed"],
  ] as const)("nginx answers %s %s with %s", (method, path, wanted) => {
    expect(says(method, path).trim()).toBe(wanted);
  });

  test("the packet carries it, and what answers HEAD has no body", () => {
    const journey = sendOne(cluster(web()), "default/client", "http://web/a", { method: "HEAD" });
    expect(text(journey, "request")).toMatch(/^HEAD \/a HTTP\/1\.1\r\n/);
    expect(text(journey, "response")).toMatch(/\r\n\r\n$/);
  });

  test("on a kept connection each request asks for its own path", () => {
    const simulation = cluster(web());
    const [first] = send(simulation, "default/client", "http://web/", { keepAlive: true });
    const [second] = send(simulation, "default/client", "http://web/nowhere", { keepAlive: true });
    expect(second?.connection?.opened).toBe(first?.id);
    expect(second?.clientSays).toMatch(/^HTTP\/1\.1 404/);
  });
});

test.each([
  [{ every: 0 }, "Requests leave some time apart, up to an hour."],
  [{ pause: -1 }, "Between two requests passes some time, up to an hour."],
  [{ method: "FETCH" as "GET" }, '"FETCH": the methods are GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS.'],
] as const)("%j is refused", (more, error) => {
  expect(cluster(web()).send({ from: sender("default/client"), to: "http://web", ...more })).toEqual({ error });
});

test("more than a hundred clients are refused", () => {
  const others = Array.from({ length: 100 }, () => sender("node/node-1"));
  const refusal = { error: "At most 100 clients take turns." };
  expect(cluster(web()).send({ from: sender("default/client"), to: "http://web", others })).toEqual(refusal);
});

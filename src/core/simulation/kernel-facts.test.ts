/** What clients felt on a real kernel (Linux 6.18, measured), situation by situation; the kernel suite measures most of it again. */
import { describe, expect, test } from "vitest";
import type { Simulation } from "./simulation.ts";
import { CLIENT, act, cluster, edit, send, sendOne } from "./testing.ts";

interface Shape {
  readonly replicas?: number;
  /** Where the Pods listen, and where the Service sends to. */
  readonly listens?: string;
  readonly node?: string;
  readonly extra?: string;
}

function both({ replicas = 1, listens = "80, 80/udp", node = "node-2", extra = "" }: Shape = {}): string {
  return `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web }, annotations: { kubehop.dev/listen: "${listens}" } }
    spec: { nodeName: ${node}, containers: [ { name: web, image: example.com/web } ] }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec:
  clusterIP: 10.96.9.9
  selector: { app: web }
  ports:
    - { name: tcp, port: 80, nodePort: 30080 }
    - { name: udp, port: 80, nodePort: 30080, protocol: UDP }
  type: NodePort
  ${extra}
---
${CLIENT}`;
}

/** The last Pod goes while no node's kube-proxy hears of it. */
function goneUnnoticed(simulation: Simulation): void {
  const pod = simulation.view().pods.find(({ workload }) => workload?.name === "web")?.key ?? "";
  for (const node of ["control-plane", "node-1", "node-2", "node-3"]) act(simulation, { kind: "stop-proxy", node });
  act(simulation, { kind: "delete-pod", pod });
}

const REFUSED = /^curl: \(7\) Failed to connect to \S+ port \d+ after \d+ ms: Could not connect to server$/;
const REFUSED_AFTER_3_S = /^curl: \(7\) .* after 30\d\d ms: /;
const SILENCE = /^curl: \(28\) Connection timed out after 500\d milliseconds$/;
const TOLD = "read: Connection refused";
const NOT_PERMITTED = "send: Operation not permitted";
const NOTHING = "no answer in 5000 ms";
const LOCAL = "internalTrafficPolicy: Local";

describe("what the client sees", () => {
  test.each([
    {
      name: "a Service without endpoints, from a Pod",
      shape: { replicas: 0 },
      from: "default/client",
      to: "10.96.9.9",
      tcp: REFUSED,
      udp: TOLD,
    },
    { name: "the same from outside", shape: { replicas: 0 }, from: "outside/external", to: "192.168.10.12:30080", tcp: REFUSED, udp: TOLD },
    {
      name: "the same from a process of a node",
      shape: { replicas: 0 },
      from: "node/node-1",
      to: "10.96.9.9",
      tcp: REFUSED,
      udp: NOT_PERMITTED,
    },
    { name: "nothing listens on targetPort", shape: { listens: "81" }, from: "default/client", to: "10.96.9.9", tcp: REFUSED, udp: TOLD },
    {
      name: "Local without a local endpoint, from a Pod",
      shape: { extra: LOCAL },
      from: "default/client",
      to: "10.96.9.9",
      tcp: SILENCE,
      udp: NOTHING,
    },
    {
      name: "the same from a process of the node",
      shape: { extra: LOCAL },
      from: "node/node-1",
      to: "10.96.9.9",
      tcp: SILENCE,
      udp: NOT_PERMITTED,
    },
    {
      name: "externalTrafficPolicy Local without a local endpoint, from outside",
      shape: { extra: "externalTrafficPolicy: Local" },
      from: "outside/external",
      to: "192.168.10.11:30080",
      tcp: SILENCE,
      udp: NOTHING,
    },
    {
      name: "a Pod that is gone, still in the rules",
      shape: {},
      gone: true,
      from: "default/client",
      to: "10.96.9.9",
      tcp: REFUSED_AFTER_3_S,
      udp: NOTHING,
    },
    { name: "a port of the Service that no rule has", shape: {}, from: "default/client", to: "10.96.9.9:81", tcp: SILENCE, udp: NOTHING },
    {
      name: "an address of the range that no Service has",
      shape: {},
      from: "default/client",
      to: "10.96.200.200",
      tcp: SILENCE,
      udp: NOTHING,
    },
    { name: "a node port that nobody has", shape: {}, from: "outside/external", to: "192.168.10.12:30999", tcp: REFUSED, udp: TOLD },
  ])("$name", ({ shape, gone = false, from, to, tcp, udp }) => {
    const simulation = cluster(both(shape));
    if (gone) goneUnnoticed(simulation);
    expect(sendOne(simulation, from, to).clientSays).toMatch(tcp);
    expect(sendOne(simulation, from, to, { protocol: "UDP" }).clientSays).toBe(udp);
  });

  test("a Pod that is gone: four SYNs, then host unreachable that seems to come from the Service's address", () => {
    const simulation = cluster(both());
    goneUnnoticed(simulation);
    const { packets, outcome } = sendOne(simulation, "default/client", "10.96.9.9");
    expect(outcome.kind).toBe("unreachable");
    expect(packets.filter(({ purpose }) => purpose === "syn")).toHaveLength(4);
    const error = packets.find(({ purpose }) => purpose === "icmp-error")?.hops.at(-1)?.after;
    expect(error).toMatchObject({ src: "10.96.9.9", error: { type: 3, code: 1 } });
  });

  test("the refusal of a rule comes from the bridge of the sender's node and quotes the Service's address", () => {
    const { packets } = sendOne(cluster(both({ replicas: 0 })), "default/client", "10.96.9.9");
    expect(packets[1]?.hops.at(-1)?.after).toMatchObject({ src: "10.244.1.1", error: { type: 3, code: 3, quoted: { dst: "10.96.9.9" } } });
  });

  test("a reset and a port unreachable of the Pod carry the Service's address; 62 is left of the reset's TTL", () => {
    const simulation = cluster(both({ listens: "81" }));
    const [, reset] = sendOne(simulation, "default/client", "10.96.9.9").packets;
    expect(reset).toMatchObject({ purpose: "reset" });
    expect(reset?.hops.at(-1)).toMatchObject({ ttl: 62, after: { src: "10.96.9.9", srcPort: 80 } });
    const [, error] = sendOne(simulation, "default/client", "10.96.9.9", { protocol: "UDP" }).packets;
    expect(error?.hops.at(-1)?.after).toMatchObject({ src: "10.96.9.9", error: { type: 3, code: 3 } });
  });

  test.each(["TCP", "UDP"] as const)("%s: a first packet that is refused or dropped leaves no entry", (protocol) => {
    for (const shape of [{ replicas: 0 }, { extra: LOCAL }]) {
      const simulation = cluster(both(shape));
      sendOne(simulation, "default/client", "10.96.9.9", { protocol });
      expect(simulation.conntrack("node-1").filter(({ original }) => original.dst === "10.96.9.9")).toEqual([]);
    }
  });

  test("REJECT is not rate limited here: the seventh refusal of a second is one too", () => {
    const says = send(cluster(both({ replicas: 0 })), "default/client", "10.96.9.9", { count: 12 }).map(({ clientSays }) => clientSays);
    expect(says.filter((text) => REFUSED.test(text))).toHaveLength(12);
  });
});

describe("an open TCP connection", () => {
  test("goes on with its Pod when the Service has no endpoint left; only new connections see the change", () => {
    const simulation = cluster(both());
    const first = sendOne(simulation, "default/client", "http://web", { keepAlive: true });
    edit(simulation, both().replace("selector: { app: web }\n  ports", "selector: { app: nobody }\n  ports"));
    expect(simulation.rulesText("node-1", "IPv4", false)).toContain('"default/web:tcp has no endpoints"');
    expect(sendOne(simulation, "default/client", "http://web", { keepAlive: true })).toMatchObject({
      outcome: { kind: "delivered" },
      endpoint: first.endpoint,
      sourceSeen: first.sourceSeen,
    });
    expect(sendOne(simulation, "default/client", "http://web").clientSays).toMatch(REFUSED);
  });

  test("after the close its entry is in TIME_WAIT, which a new SYN may replace; that of a UDP flow stays as it was", () => {
    const simulation = cluster(both({ replicas: 3 }));
    const entryAfter = (protocol: "TCP" | "UDP"): string | undefined => {
      sendOne(simulation, "default/client", "10.96.9.9", { protocol });
      return simulation.conntrack("node-1").findLast((entry) => entry.protocol === protocol && entry.original.dst === "10.96.9.9")?.state;
    };
    expect(entryAfter("TCP")).toBe("TIME_WAIT");
    expect(entryAfter("UDP")).toBe("REPLIED");
  });
});

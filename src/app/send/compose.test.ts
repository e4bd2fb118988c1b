/** What the composer's fields mean. */
import { expect, test } from "vitest";
import { requestOf, steadyOf, type More } from "../state/requests.ts";
import type { Draft } from "../state/store.ts";
import { createSimulation } from "../../core/simulation/simulation.ts";
import { addresses, clientsKind, everyOf, perSecond, schemeOf, sentenceOf, withClients, withMore, withScheme } from "./compose.ts";
import { suggestionsOf } from "./suggestions.ts";

const CLUSTER = (() => {
  const simulation = createSimulation();
  simulation.apply([
    {
      name: "web.yaml",
      text: `
apiVersion: v1
kind: Pod
metadata: { name: debug, annotations: { kubehop.dev/traffic: "http://web 5/s" } }
spec: { nodeName: node-1, containers: [ { name: curl, image: curlimages/curl, command: [sleep, infinity] } ] }
---
apiVersion: v1
kind: Pod
metadata: { name: server, labels: { app: web } }
spec: { nodeName: node-2, containers: [ { name: nginx, image: "nginx:1.27" } ] }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { type: NodePort, selector: { app: web }, clusterIP: 10.96.0.50, ports: [ { port: 80, nodePort: 30080 } ] }
---
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: v1
kind: Service
metadata: { name: stats, namespace: shop }
spec: { clusterIP: 10.96.0.51, ports: [ { port: 8125, protocol: UDP } ] }
`,
    },
  ]);
  return simulation.view();
})();

const DEBUG = { kind: "pod", pod: "default/debug" } as const;
const draft = (of: Partial<Draft> = {}): Draft => ({ from: DEBUG, to: "http://web", count: 1, ...of });

test.each([
  ["http://web", "http"],
  ["web.shop:8080", "http"],
  ["UDP://stats:8125", "udp"],
  ["https://10.0.0.1", "https"],
  ["ftp://web", "http"],
] as const)("%s is sent by %s", (to, scheme) => expect(schemeOf(to)).toBe(scheme));

test.each([
  ["http://web/a?b=1", "https", "https://web/a?b=1"],
  ["http://web/a?b=1", "tcp", "tcp://web"],
  ["web:80", "udp", "udp://web:80"],
  ["udp://[fd00::1]:53", "sctp", "sctp://[fd00::1]:53"],
] as const)("%s by %s is %s", (to, scheme, wanted) => expect(withScheme(to, scheme)).toBe(wanted));

test("clients: one, addresses outside, several of the cluster", () => {
  expect(clientsKind(draft())).toBe("one");
  const many = withClients(draft(), addresses(3));
  expect(clientsKind(many)).toBe("addresses");
  expect([many.from, ...(many.more?.others ?? [])].map((one) => (one?.kind === "outside" ? one.id : ""))).toEqual([
    "198.51.100.1",
    "198.51.100.2",
    "198.51.100.3",
  ]);
  expect(clientsKind(withClients(draft(), [DEBUG, { kind: "node", node: "node-1" }]))).toBe("several");
  expect(withClients(many, [DEBUG])).toEqual(draft());
  expect(addresses(99)).toHaveLength(20);
});

test("what is as usual is not said", () => {
  const said = withMore(draft(), { pause: 5, method: "POST" });
  expect(said.more).toEqual({ pause: 5, method: "POST" });
  expect(withMore(said, { pause: undefined, method: undefined })).toEqual(draft());
});

test("a rate and its time between two requests are the same thing", () => {
  for (const rate of [1, 3, 7, 10, 250]) expect(perSecond(everyOf(rate))).toBe(rate);
});

const S = 1_000_000_000;
test.each<[string, Draft, number | null, string]>([
  ["one", draft(), null, "debug sends 1 request to http://web."],
  ["ten", draft({ count: 10 }), null, "debug sends 10 requests to http://web, one after another."],
  [
    "kept",
    draft({ count: 10, keep: true, more: { until: { requests: 4 } } }),
    null,
    "debug sends 10 requests to http://web, one after another, all on one connection for 4 requests.",
  ],
  ["rate", draft({ count: 10, more: { every: S / 4, method: "POST" } }), null, "debug sends 10 POST requests to http://web, 4 a second."],
  [
    "steady",
    draft({ more: { patience: 2 * S } }),
    20,
    "debug sends requests to http://web, 20 a second until stopped, and waits up to 2 s.",
  ],
  [
    "clients",
    withClients(draft({ count: 40, keep: true }), [DEBUG, ...addresses(2)]),
    null,
    "debug and 2 others send in turn 40 requests to http://web, one after another, each client on one connection.",
  ],
])("the sentence: %s", (_, of, rate, wanted) => expect(sentenceOf(of, rate, of.from, CLUSTER)).toBe(wanted));

test("a request says all of it; a steady one leaves out what only a series has", () => {
  const more: More = { every: S, pause: 5, method: "PUT", patience: S, until: { seconds: 30 }, others: [{ kind: "node", node: "node-1" }] };
  const of = draft({ count: 7, keep: true, more });
  expect(requestOf(of, DEBUG)).toEqual({
    from: DEBUG,
    to: "http://web",
    count: 7,
    every: S,
    pause: 5,
    method: "PUT",
    patience: S,
    others: more.others,
    keepAlive: { seconds: 30 },
  });
  expect(steadyOf(of, DEBUG, 3)).toEqual({
    from: DEBUG,
    to: "http://web",
    rate: 3,
    method: "PUT",
    patience: S,
    others: more.others,
    keepAlive: { seconds: 30 },
  });
});

test("suggestions: Services by name, address and node port, other namespaces by their full name, Pods", () => {
  const list = suggestionsOf(CLUSTER, "default").map(({ to }) => to);
  expect(list).toContain("http://web");
  expect(list).toContain("http://10.96.0.50");
  expect(list).toContain("udp://stats.shop:8125");
  expect(list.some((to) => /^http:\/\/192\.168\.\d+\.\d+:30080$/.test(to))).toBe(true);
  expect(list.some((to) => /^http:\/\/10\.244\.\d+\.\d+$/.test(to))).toBe(true);
  expect(suggestionsOf(CLUSTER, "shop").map(({ to }) => to)).toContain("udp://stats:8125");
  expect(new Set(list).size).toBe(list.length);
});

/** What each scenario leads to, and each of its steps: all of it comes out of the simulation. */
import { describe, expect, test } from "vitest";
import type { Journey, Outcome } from "../../core/network/trace.ts";
import { MILLISECOND, SECOND } from "../../core/base/time.ts";
import type { ServiceView } from "../../core/simulation/view.ts";
import { scenarioById, SCENARIOS } from "./index.ts";
import { Play } from "./testing.ts";

/** How each journey ended, what the client saw of it, who served it, and the address that the server saw. */
interface Want {
  readonly outcome: Journey["outcome"]["kind"];
  readonly says: RegExp;
  readonly served?: RegExp;
  readonly source?: RegExp;
}

const WEB = /^default\/web-/;
const ANSWERED: Want = { outcome: "delivered", says: /200 OK/, served: WEB };
const TIMED_OUT: Want = { outcome: "dropped", says: /^curl: \(28\) Connection timed out/ };
const REFUSED: Want = { outcome: "refused", says: /^curl: \(7\)/ };
/** Nobody has the address: the node that asks for it says so. */
const UNREACHABLE: Want = { outcome: "unreachable", says: /^curl: \(7\)/ };
const NO_NAME: Want = { outcome: "dns-failed", says: /^curl: \(6\) Could not resolve host/ };
/** A name server that never answers is another thing than one that knows no such name. */
const NO_ANSWER_TO_NAME: Want = { outcome: "dns-failed", says: /^curl: \((6|28)\) (Could not resolve host|Resolving timed out)/ };
const PAID: Want = { outcome: "delivered", says: /200 OK/, served: /^shop\/checkout-/ };
const COUNTED: Want = { outcome: "delivered", says: /^stats-/, served: /^default\/stats-/ };
const CLIENT = /^203\.0\.113\.24:/;
/** A node: its own address, or that of its bridge towards its own Pods. */
const NODE = /^(192\.168\.10\.1[1-3]|10\.244\.[1-3]\.1):/;
/** A node's bridge; a Pod of its own. */
const BRIDGE = /^10\.244\.[1-3]\.1:/;
const OWN = /^10\.244\.[1-3]\.([2-9]|\d\d):/;

const WANT: Readonly<Record<string, { readonly opens: Want; readonly steps?: Readonly<Record<string, Want>> }>> = {
  clusterip: {
    opens: ANSWERED,
    steps: { "Send 60 requests": ANSWERED, "Ask for port 8080": TIMED_OUT, "Delete a Pod": ANSWERED },
  },
  headless: { opens: ANSWERED, steps: { "Send ten requests": ANSWERED, "Give it an address": ANSWERED } },
  statefulset: {
    opens: { outcome: "delivered", says: /Hostname: store-1$/, served: /^default\/store-1$/ },
    steps: {
      "Delete store-1": { outcome: "delivered", says: /Hostname: store-1$/, served: /^default\/store-1$/ },
      "Ask for store-2": { outcome: "delivered", says: /Hostname: store-2$/, served: /^default\/store-2$/ },
      "Scale down to 2": { outcome: "delivered", says: /Hostname: store-1$/, served: /^default\/store-1$/ },
    },
  },
  "no-selector": {
    opens: { outcome: "delivered", says: /the old ledger/ },
    steps: {
      "Mark it as not ready": REFUSED,
      "Mark it as ready again": { outcome: "delivered", says: /the old ledger/ },
      "List it as Endpoints": { outcome: "delivered", says: /the old ledger/ },
    },
  },
  environment: {
    opens: ANSWERED,
    steps: {
      "Add a Service, api": ANSWERED,
      "Ask by its name": ANSWERED,
      "Restart the container": ANSWERED,
      "Ask by its variable": ANSWERED,
    },
  },
  "dns-search": {
    opens: ANSWERED,
    steps: {
      "Ask with a final dot": ANSWERED,
      "Ask for web alone": ANSWERED,
      "Set ndots to 2": ANSWERED,
      "Ask for the long name": ANSWERED,
    },
  },
  namespaces: {
    opens: ANSWERED,
    steps: {
      "Ask for web.shop": { ...ANSWERED, served: /^shop\/web-/ },
      "Ask for api": NO_NAME,
      "Ask from shop": { ...ANSWERED, served: /^shop\/web-/ },
    },
  },
  "external-name": { opens: ANSWERED, steps: { "Point it at a typo": NO_NAME, "Point it out": TIMED_OUT } },
  "headless-kept": {
    opens: ANSWERED,
    steps: { "Send ten requests": ANSWERED, "Replace the Pods": UNREACHABLE, "Crash the client": ANSWERED },
  },
  "dns-denial": {
    opens: NO_NAME,
    steps: {
      "Add the Service": ANSWERED,
      "Keep denials, drop the Service": NO_NAME,
      "Ask while it is gone": NO_NAME,
      "Add it once more": NO_NAME,
      "Wait 30 seconds": ANSWERED,
    },
  },
  "coredns-down": {
    opens: ANSWERED,
    steps: { "Scale CoreDNS to 0": NO_ANSWER_TO_NAME, "Ask by the address": ANSWERED, "Scale it to 2": ANSWERED },
  },
  "corefile-broken": {
    opens: ANSWERED,
    steps: {
      "Misspell loadbalance": ANSWERED,
      "Scale CoreDNS to 0": NO_ANSWER_TO_NAME,
      "Scale it to 2": NO_ANSWER_TO_NAME,
      "Mend the Corefile": NO_ANSWER_TO_NAME,
      "Wait a minute": ANSWERED,
    },
  },
  nodeport: {
    opens: { ...ANSWERED, source: NODE },
    steps: { "Keep the client's address": { ...ANSWERED, source: CLIENT }, "Ask another node": { ...ANSWERED, source: CLIENT } },
  },
  hairpin: {
    opens: { outcome: "delivered", says: /Hostname: echo-a$/, served: /^default\/echo-a$/, source: BRIDGE },
    steps: {
      "Add a second Pod": { outcome: "delivered", says: /Hostname: echo-[ab]$/, served: /^default\/echo-[ab]$/ },
      "Send ten requests": { outcome: "delivered", says: /Hostname: echo-[ab]$/, served: /^default\/echo-[ab]$/ },
    },
  },
  "source-address": {
    opens: { ...ANSWERED, source: /^192\.168\.10\.12:/ },
    steps: {
      "Ask node-1": { ...ANSWERED, source: /^10\.244\.1\.1:/ },
      "Ask from a Pod": { ...ANSWERED, source: /^10\.244\.[123]\.([2-9]|\d\d):/ },
      "Keep the source": TIMED_OUT,
      "Ask node-1 again": { ...ANSWERED, source: CLIENT },
    },
  },
  "source-ranges": {
    opens: TIMED_OUT,
    steps: {
      "Ask from 198.51.100.99": ANSWERED,
      "Ask the node port": ANSWERED,
      "Let 203.0.113.0/24 in": ANSWERED,
      "Ask the address again": ANSWERED,
    },
  },
  loadbalancer: {
    opens: { ...ANSWERED, source: NODE },
    steps: { "Keep the client's address": { ...ANSWERED, source: CLIENT }, "Take the cloud away": TIMED_OUT },
  },
  "loadbalancer-pending": {
    opens: { ...ANSWERED, source: NODE },
    steps: { "Let a cloud provide it": { ...ANSWERED, source: NODE }, "Send to 198.51.100.10": { ...ANSWERED, source: NODE } },
  },
  metallb: {
    opens: { ...ANSWERED, source: NODE },
    steps: {
      "Keep the client's address": { ...ANSWERED, source: CLIENT },
      "Stop node-3": { ...ANSWERED, source: CLIENT },
      "Withdraw the announcement": TIMED_OUT,
    },
  },
  "external-ip": {
    opens: { ...ANSWERED, source: NODE },
    steps: { "Stop node-2": TIMED_OUT, "Start node-2": { ...ANSWERED, source: NODE }, "Take the route away": TIMED_OUT },
  },
  "session-affinity": { opens: ANSWERED, steps: { "Turn affinity off": ANSWERED } },
  "session-affinity-proxy": {
    opens: { ...ANSWERED, source: /^198\.51\.100\.10:/ },
    steps: {
      "Ask from another client": { ...ANSWERED, source: /^198\.51\.100\.10:/ },
      "Keep each client's address": { ...ANSWERED, source: CLIENT },
      "Ask from a third client": { ...ANSWERED, source: /^198\.51\.100\.99:/ },
    },
  },
  readiness: {
    opens: { ...ANSWERED, served: /^default\/web-(?!next)/ },
    steps: { "Mend the probe": ANSWERED, "Make a Pod not ready": ANSWERED, "Publish not-ready Pods too": ANSWERED },
  },
  scaling: { opens: ANSWERED, steps: { "Scale to 10": ANSWERED, "Send 60 requests": ANSWERED, "Scale to 0": REFUSED } },
  "keep-alive": {
    opens: ANSWERED,
    steps: { "Scale to 6": ANSWERED, "Send ten more": ANSWERED, "Restart the Pods": ANSWERED, "Open new connections": ANSWERED },
  },
  "stale-udp": {
    opens: COUNTED,
    steps: {
      "Scale to 0": { outcome: "dropped", says: /^no answer in 5000 ms$/ },
      "Use a new socket": { outcome: "refused", says: /^read: Connection refused$/ },
      "Scale back to 1": COUNTED,
    },
  },
  "pod-recreated": {
    opens: ANSWERED,
    steps: { "Delete a Pod": ANSWERED, "Send ten requests": ANSWERED, "Crash a Pod": ANSWERED },
  },
  "rolling-update": {
    opens: ANSWERED,
    steps: { "Roll out nginx 1.29": ANSWERED, "Add the preStop hook": ANSWERED, "Roll out nginx 1.30": ANSWERED },
  },
  "rolling-update-prestop": {
    opens: ANSWERED,
    steps: { "Roll out nginx 1.29": ANSWERED, "Take the preStop hook out": ANSWERED, "Roll out nginx 1.30": ANSWERED },
  },
  "zone-aware": {
    opens: ANSWERED,
    steps: {
      "Ask from zone-a": ANSWERED,
      "Unready the zone's Pod": ANSWERED,
      "Ask from zone-b": ANSWERED,
      "Remove trafficDistribution": ANSWERED,
    },
  },
  "large-cluster": {
    opens: PAID,
    steps: { "Send 1,000 requests": PAID, "Switch a node off": PAID, "Keep requests in their zone": PAID, "Send 200 more": PAID },
  },
  "traffic-policy-local": {
    opens: TIMED_OUT,
    steps: { "Ask node-1": { ...ANSWERED, source: CLIENT }, "Let all nodes answer": { ...ANSWERED, source: NODE } },
  },
  "internal-traffic-policy": {
    opens: TIMED_OUT,
    steps: {
      "Ask from node-1": { ...ANSWERED, source: OWN },
      "Let any Pod answer": { ...ANSWERED, source: OWN },
      "Ask from node-2": { ...ANSWERED, source: OWN },
    },
  },
  "selector-typo": { opens: REFUSED, steps: { "Mend the selector": ANSWERED } },
  "target-port": { opens: REFUSED, steps: { "Mend targetPort": ANSWERED } },
  "deleted-service": {
    opens: ANSWERED,
    steps: { "Delete the Service": NO_NAME, "Ask the old address": TIMED_OUT, "Make it again": ANSWERED },
  },
  "external-ip-no-route": {
    opens: TIMED_OUT,
    steps: { "Ask from a Pod": ANSWERED, "Route it to node-2": { ...ANSWERED, source: NODE }, "Ask from outside": ANSWERED },
  },
  "loadbalancer-quota": { opens: TIMED_OUT, steps: { "Raise the quota": ANSWERED, "Take a permission away": TIMED_OUT } },
  "network-policy": { opens: TIMED_OUT, steps: { "Let debug in": ANSWERED, "Ask from outside": TIMED_OUT } },
  "network-policy-port": { opens: TIMED_OUT, steps: { "Allow the Pod's port": ANSWERED } },
  "network-policy-dns": {
    opens: NO_ANSWER_TO_NAME,
    steps: { "Ask by the address": ANSWERED, "Allow DNS": ANSWERED, "Ask by the name": ANSWERED },
  },
  "network-policy-ignored": { opens: ANSWERED, steps: { "Enforce policies": TIMED_OUT } },
};

function check(journeys: readonly Journey[], { outcome, says, served, source }: Want): void {
  for (const journey of journeys) {
    expect(journey.outcome.kind).toBe(outcome);
    expect(journey.clientSays).toMatch(says);
    if (served !== undefined) expect(journey.pod).toMatch(served);
    if (source !== undefined) expect(journey.sourceSeen).toMatch(source);
  }
}

describe.each(SCENARIOS)("$id", (scenario) => {
  const want = WANT[scenario.id];
  if (want === undefined) throw new Error(`say what ${scenario.id} leads to`);

  test("each step has its outcome here", () => {
    expect(Object.keys(want.steps ?? {})).toEqual((scenario.steps ?? []).map(({ label }) => label));
  });

  // 5,000 Pods take their time: once is enough
  const seeds = scenario.id === "large-cluster" ? [1] : [1, 2, 3];
  test.each(seeds)("it and its steps, one after another, lead to what they promise, seed %i", (seed) => {
    const play = new Play(scenario, seed);
    const journeys = play.send();
    expect(journeys).toHaveLength(scenario.request.count);
    check(journeys, want.opens);
    for (const [label, after] of Object.entries(want.steps ?? {})) check(play.take(label), after);
  });
});

// ---- what the words promise beyond that ---------------------------------------------------------------------------

function opened(id: string, seed = 1): Play {
  const scenario = scenarioById(id);
  if (scenario === null) throw new Error(`no scenario ${id}`);
  return new Play(scenario, seed);
}

const servedBy = (journeys: readonly Journey[]): ReadonlySet<string | null> => new Set(journeys.map(({ pod }) => pod));

function serviceOf(play: Play, name = "web"): ServiceView {
  const service = play.simulation.view().services.find(({ key }) => key === `default/${name}`);
  if (service === undefined) throw new Error(`no Service ${name}`);
  return service;
}

/** The nodes at which the requests came into the cluster. */
const entered = (journeys: readonly Journey[]): readonly (string | undefined)[] => [
  ...new Set(
    journeys.map(({ packets }) => {
      const hop = packets.find(({ purpose }) => purpose === "syn")?.hops.find(({ kind }) => kind === "enter-cluster");
      return hop?.to.kind === "gate" ? hop.to.node : undefined;
    }),
  ),
];

function podsOf({ simulation }: Play, workload: string): readonly { readonly key: string; readonly ip: string; readonly node: string }[] {
  return simulation
    .view()
    .pods.filter((pod) => pod.workload?.name === workload && pod.state !== "terminating")
    .map(({ key, ips, node }) => ({ key, ip: ips[0] ?? "", node: node ?? "" }));
}

test("session affinity: five connections, one Pod", () => {
  for (const seed of [1, 2, 3, 4]) expect(servedBy(opened("session-affinity", seed).send()).size).toBe(1);
});

test("affinity behind one address: whoever asks, one Pod answers; known by their own addresses, clients are told apart", () => {
  for (const seed of [1, 2, 3, 4]) {
    const play = opened("session-affinity-proxy", seed);
    expect(servedBy([...play.send(), ...play.take("Ask from another client"), ...play.send({ from: "198.51.100.99" })]).size).toBe(1);
    play.take("Keep each client's address");
    const clients = Array.from({ length: 12 }, (_, i) => `203.0.113.${100 + i}`);
    const served = clients.map((from) => servedBy(play.send({ from })));
    expect(served.every((pods) => pods.size === 1)).toBe(true);
    expect(new Set(served.flatMap((pods) => [...pods])).size).toBeGreaterThan(1);
  }
});

test("hairpin: the bridge's address where the Pod met itself, its own where it met the other", () => {
  const play = opened("hairpin");
  play.take("Add a second Pod");
  const journeys = play.send({ count: 40 });
  expect(servedBy(journeys).size).toBe(2);
  for (const { pod, sourceSeen, masqueraded } of journeys) {
    expect(sourceSeen).toMatch(pod === "default/echo-a" ? BRIDGE : OWN);
    expect(masqueraded).toBe(pod === "default/echo-a");
  }
});

test("ClusterIP: over some requests every Pod gets its turn", () => {
  expect(servedBy(opened("clusterip").send({ count: 30 })).size).toBe(3);
});

describe("readiness", () => {
  test("none of forty requests meets the Pod that is not ready; mended, it gets its share", () => {
    for (const seed of [1, 2, 3]) {
      const play = opened("readiness", seed);
      const toNext = (): number => play.send({ count: 40 }).filter(({ pod }) => pod?.includes("web-next") === true).length;
      expect(
        serviceOf(play)
          .endpoints.map(({ ready }) => ready)
          .sort(),
      ).toEqual([false, true, true]);
      expect(toNext()).toBe(0);
      play.take("Mend the probe");
      expect(toNext()).toBeGreaterThan(0);
    }
  });

  test("a Pod that a person makes not ready gets none, until not-ready Pods are published", () => {
    const play = opened("readiness");
    const [first] = podsOf(play, "web");
    play.take("Make a Pod not ready");
    expect(servedBy(play.send({ count: 40 })).has(first?.key ?? "")).toBe(false);
    play.take("Publish not-ready Pods too");
    expect(servedBy(play.send({ count: 60 })).size).toBe(3);
  });
});

describe("a rolling update under steady traffic, twenty requests a second", () => {
  const SPAN = 16 * SECOND;

  /** Takes the step and goes on sending until every Pod is of the new image; how many requests got no answer. */
  function lostWhile(play: Play, label: string): number {
    const { simulation } = play;
    const before = simulation.journeys().length;
    const begins = simulation.now;
    play.does(play.step(label), begins);
    for (let at = begins; at < begins + SPAN; at += 50 * MILLISECOND) {
      simulation.settle(at);
      simulation.send({ from: { kind: "pod", pod: "default/debug" }, to: "http://web" });
    }
    const images = simulation
      .view()
      .pods.flatMap(({ workload, image }) => (workload?.name === "web" ? [image.slice("nginx:".length)] : []));
    expect(images).toEqual(Array.from({ length: 4 }, () => label.slice(-4)));
    simulation.settle();
    const ended = simulation.journeys().slice(before);
    expect(ended).toHaveLength(320);
    return ended.filter(({ outcome }) => outcome.kind !== "delivered").length;
  }

  test("without preStop requests are lost in the window in which rules are stale; with the hook added none is", { timeout: 60_000 }, () => {
    const play = opened("rolling-update");
    expect(lostWhile(play, "Roll out nginx 1.29")).toBeGreaterThan(0);
    play.take("Add the preStop hook");
    expect(lostWhile(play, "Roll out nginx 1.30")).toBe(0);
  });

  test("with preStop none is lost; with the hook taken out some are", { timeout: 60_000 }, () => {
    const play = opened("rolling-update-prestop");
    expect(lostWhile(play, "Roll out nginx 1.29")).toBe(0);
    play.take("Take the preStop hook out");
    expect(lostWhile(play, "Roll out nginx 1.30")).toBeGreaterThan(0);
  });
});

describe("Pod recreated", () => {
  test("another name, another address, the same Service", () => {
    const play = opened("pod-recreated");
    const before = podsOf(play, "web");
    const address = serviceOf(play).clusterIps;
    play.take("Delete a Pod");
    const after = podsOf(play, "web");
    const fresh = after.filter(({ key }) => !before.some((old) => old.key === key));
    expect(after).toHaveLength(2);
    expect(fresh).toHaveLength(1);
    expect(before.map(({ ip }) => ip)).not.toContain(fresh[0]?.ip);
    expect(serviceOf(play).clusterIps).toEqual(address);
    expect(servedBy(play.send({ count: 20 }))).toEqual(new Set(after.map(({ key }) => key)));
  });

  test("a crash keeps name and address, and counts a restart", () => {
    const play = opened("pod-recreated");
    const before = podsOf(play, "web");
    play.take("Crash a Pod");
    expect(podsOf(play, "web")).toEqual(before);
    expect(play.simulation.view().pods.reduce((sum, { restarts }) => sum + restarts, 0)).toBe(1);
  });
});

describe("load balancers", () => {
  const said = (play: Play): readonly string[] =>
    play.simulation
      .timeline()
      .flatMap((entry) => (entry.kind === "event" && entry.about === "Service default/web" ? [`${entry.reason} ${entry.warning}`] : []));

  test("without a provider it stays pending; a cloud gives 198.51.100.10 and leaves the rest alone", () => {
    const play = opened("loadbalancer-pending");
    const before = serviceOf(play);
    expect(before.loadBalancer).toMatchObject({ state: "pending", addresses: [] });
    play.take("Let a cloud provide it");
    const after = serviceOf(play);
    expect(after.loadBalancer).toMatchObject({ state: "ready", addresses: ["198.51.100.10"] });
    expect([after.clusterIps, after.ports]).toEqual([before.clusterIps, before.ports]);
  });

  test("a cloud takes half a minute, which the first events show", () => {
    const play = opened("loadbalancer");
    expect(said(play)).toEqual(["EnsuringLoadBalancer false", "EnsuredLoadBalancer false"]);
    const [ensuring, ensured] = play.simulation.timeline().filter(({ kind }) => kind === "event");
    expect(((ensured?.at ?? 0) - (ensuring?.at ?? 0)) / SECOND).toBe(30);
  });

  test("a cloud that refuses warns with its reason, and with another reason the second time", () => {
    const play = opened("loadbalancer-quota");
    expect(said(play)).toContain("SyncLoadBalancerFailed true");
    expect(serviceOf(play).loadBalancer).toMatchObject({ state: "pending", trouble: expect.stringContaining("Exceeded quota") as string });
    play.take("Raise the quota");
    expect(serviceOf(play).loadBalancer.state).toBe("ready");
    play.take("Take a permission away");
    expect(serviceOf(play).loadBalancer).toMatchObject({ state: "pending", trouble: expect.stringContaining("not authorized") as string });
  });

  test("MetalLB: one node takes everything, another when that one stops, and with Local only its own Pods", () => {
    const play = opened("metallb");
    const before = play.send({ count: 40 });
    expect(entered(before)).toEqual(["node-3"]);
    expect(servedBy(before).size).toBe(3);
    const kept = play.take("Keep the client's address");
    expect([...servedBy(kept)]).toEqual(podsOf(play, "web").flatMap(({ key, node }) => (node === entered(kept)[0] ? [key] : [])));
    const moved = entered(play.take("Stop node-3"));
    expect(moved).toHaveLength(1);
    expect(moved).not.toContain("node-3");
    expect(serviceOf(play).loadBalancer.addresses).toEqual(["192.168.10.200"]);
  });
});

describe("external IPs", () => {
  const end = (journeys: readonly Journey[]): Outcome | undefined => journeys[0]?.packets[0]?.outcome;

  test("with a route every packet enters at its node; without one it is lost outside the cluster", () => {
    const play = opened("external-ip");
    expect(entered(play.send({ count: 20 }))).toEqual(["node-2"]);
    expect(end(play.take("Take the route away"))).toMatchObject({ kind: "lost", why: "no-route", at: { kind: "beyond" } });
  });

  test("a route does not move away from a node that has stopped", () => {
    expect(end(opened("external-ip").take("Stop node-2"))).toMatchObject({ kind: "lost", why: "node-down" });
  });

  test("the rules are the same with and without a route", () => {
    const rules = (id: string): string | null => opened(id).simulation.rulesText("node-2", "IPv4", false);
    expect(rules("external-ip")).toBe(rules("external-ip-no-route"));
    expect(rules("external-ip")).toContain("198.51.100.33/32");
  });
});

describe("no selector", () => {
  test("no controller touches the slice; Endpoints are copied into one", () => {
    const play = opened("no-selector");
    const slices = (): readonly string[] =>
      play.simulation.view().slices.flatMap(({ service, name }) => (service === "default/ledger" ? [name] : []));
    expect(slices()).toEqual(["ledger-1"]);
    play.take("List it as Endpoints");
    expect(slices()).toEqual([expect.stringMatching(/^ledger-\w{5}$/)]);
  });
});

describe("service environment variables", () => {
  test("no name is asked for; a Service that came later has no variable until the container starts anew", () => {
    const play = opened("environment");
    expect(play.send()[0]?.lookup).toBeNull();
    play.take("Add a Service, api");
    expect(() => play.take("Ask by its variable")).toThrow("API_SERVICE_HOST is not set in Pod default/debug");
    const [named] = play.take("Ask by its name");
    expect([named?.lookup === null, named?.outcome.kind]).toEqual([false, "delivered"]);
    play.take("Restart the container");
    const [journey] = play.take("Ask by its variable");
    expect([journey?.lookup, journey?.servicePort]).toEqual([null, "default/api:http"]);
  });
});

describe("StatefulSet", () => {
  test("a Pod comes back under its name with another address, and the name leads to it", () => {
    const play = opened("statefulset");
    const address = (): string | undefined => podsOf(play, "store").find(({ key }) => key === "default/store-1")?.ip;
    const before = address();
    const [journey] = play.take("Delete store-1");
    expect(address()).not.toBe(before);
    expect(journey?.endpoint).toBe(`${address()}:80`);
    expect(journey?.packets.some(({ hops }) => hops.some(({ kind }) => kind === "rewrite") && hops[0]?.before.dst !== "10.96.0.10")).toBe(
      false,
    );
  });

  test("a Pod that is no more has no name, and the Service's name stands for all", () => {
    const play = opened("statefulset");
    expect(servedBy(play.send({ to: "http://store", count: 30 })).size).toBe(3);
    play.take("Scale down to 2");
    check(play.send({ to: "http://store-2.store" }), NO_NAME);
  });
});

describe("zone-aware routing", () => {
  const zoneOf: Readonly<Record<string, string>> = { "node-1": "zone-a", "node-2": "zone-a", "node-3": "zone-b" };
  const zones = (journeys: readonly Journey[]): readonly string[] =>
    [...new Set(journeys.map(({ node }) => zoneOf[node ?? ""] ?? ""))].sort();

  test("all stay in the zone of their sender, as long as it has a ready Pod", () => {
    for (const seed of [1, 2, 3]) {
      const play = opened("zone-aware", seed);
      expect(zones(play.send({ count: 40 }))).toEqual(["zone-b"]);
      const fromA = play.send({ from: "default/debug-a", count: 40 });
      expect([zones(fromA), servedBy(fromA).size]).toEqual([["zone-a"], 2]);
      play.take("Unready the zone's Pod");
      expect(zones(play.send({ count: 40 }))).toEqual(["zone-a"]);
    }
  });

  test("without the field they go to all zones", () => {
    const play = opened("zone-aware");
    play.take("Remove trafficDistribution");
    expect(zones(play.send({ count: 40 }))).toEqual(["zone-a", "zone-b"]);
  });
});

describe("scaling", () => {
  test("two share, then ten, each with a chance of one in ten", () => {
    const play = opened("scaling");
    const chances = (): readonly (number | null)[] => {
      const shares = play.simulation.distribution({ from: { kind: "pod", pod: "default/debug" }, to: "http://web" });
      if ("error" in shares) throw new Error(shares.error);
      return shares.candidates.map(({ probability }) => probability);
    };
    expect(chances()).toHaveLength(2);
    play.take("Scale to 10");
    expect(chances()).toHaveLength(10);
    for (const chance of chances()) expect(chance).toBeCloseTo(0.1, 6);
    expect(servedBy(play.send({ count: 100 })).size).toBe(10);
    expect(play.simulation.view().slices.filter(({ service }) => service === "default/web")).toHaveLength(1);
  });
});

describe("a kept connection", () => {
  const busy = (journeys: readonly Journey[]): readonly (string | null)[] => [...new Set(journeys.map(({ pod }) => pod))];

  test("new Pods get nothing until the client connects anew", () => {
    const play = opened("keep-alive");
    const [pod, ...others] = busy(play.send());
    expect(others).toEqual([]);
    play.does(play.step("Scale to 6"));
    expect(podsOf(play, "web")).toHaveLength(6);
    expect(busy(play.take("Send ten more"))).toEqual([pod]);
    expect(busy(play.take("Open new connections")).length).toBeGreaterThan(2);
    // The kept one is still there.
    expect(busy(play.send())).toEqual([pod]);
    play.does(play.step("Restart the Pods"));
    const [first] = play.send();
    expect(first?.connection).toMatchObject({ request: 1, instead: "its server's process had ended" });
    expect(first?.pod).not.toBe(pod);
  });

  test("the entry of a UDP socket outlives its Pod, and goes at the sync that has another", () => {
    const play = opened("stale-udp");
    const gone = play.send().at(-1)?.endpoint;
    play.does(play.step("Scale to 0"));
    expect(play.send().map(({ endpoint, outcome }) => `${outcome.kind} ${endpoint}`)).toEqual(
      Array.from({ length: 3 }, () => `dropped ${gone}`),
    );
    const [refused] = play.take("Use a new socket");
    expect(refused?.packets.find(({ purpose }) => purpose === "datagram")?.outcome.kind).toBe("rejected");
    play.does(play.step("Scale back to 1"));
    const cured = play.send();
    expect(busy(cured)).toHaveLength(1);
    expect(cured[0]?.endpoint).not.toBe(gone);
  });
});

describe("a deleted Service", () => {
  test("its slices and rules go, its Pods stay; made again it has the same address", () => {
    const play = opened("deleted-service");
    const pods = podsOf(play, "web");
    const rules = (): string => play.simulation.rulesText("node-1", "IPv4", false) ?? "";
    expect(rules()).toContain("10.96.0.80");
    play.take("Delete the Service");
    expect(rules()).not.toContain("10.96.0.80");
    expect(podsOf(play, "web")).toEqual(pods);
    expect(play.simulation.view().slices.some(({ service }) => service === "default/web")).toBe(false);
    const [journey] = play.take("Ask the old address");
    expect(journey?.packets[0]?.outcome).toMatchObject({ kind: "lost", why: "no-route" });
    play.take("Make it again");
    expect(serviceOf(play).clusterIps).toEqual(["10.96.0.80"]);
  });
});

describe("who ends the packet", () => {
  test.each([
    { id: "selector-typo", want: "rejected on the sender's node" },
    { id: "target-port", want: "refused by a pod" },
    { id: "traffic-policy-local", want: "dropped on node-3" },
    { id: "loadbalancer-quota", want: "lost: no-route" },
    { id: "external-ip-no-route", want: "lost: no-route" },
  ])("$id: $want", ({ id, want }) => {
    const play = opened(id);
    const sender = play.simulation.view().pods.find((pod) => pod.key === play.scenario.request.from);
    const syn = play.send()[0]?.packets.find((packet) => packet.tcp?.flags.join() === "SYN");
    expect(ending(syn?.outcome, sender?.node ?? null)).toBe(want);
  });
});

function ending(outcome: Outcome | undefined, senderNode: string | null): string {
  switch (outcome?.kind) {
    case "rejected":
      return outcome.node === senderNode ? "rejected on the sender's node" : `rejected on ${outcome.node}`;
    case "dropped":
      return `dropped on ${outcome.node}`;
    case "refused":
      return `refused by a ${outcome.by.kind}`;
    case "lost":
      return `lost: ${outcome.why}`;
    default:
      return JSON.stringify(outcome);
  }
}

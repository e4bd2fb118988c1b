import { describe, expect, test } from "vitest";
import type { Journey } from "../../core/network/trace.ts";
import type { ClusterView, Distribution, EndpointView, ServiceView, TimelineEvent } from "../../core/simulation/view.ts";
import { band, countedJourneys, requestTo, sharesOf } from "./share.ts";

describe("band", () => {
  test.each([
    // n, p, and the counts between which 95 of 100 runs fall (quantiles summed in exact fractions).
    [60, 1 / 3, 13, 27],
    [10, 0.5, 2, 8],
    [100, 0.5, 40, 60],
    [200, 0.05, 4, 16],
    [1000, 1 / 3, 304, 363],
  ])("of %d requests at %d: %d to %d", (n, p, low, high) => {
    const { low: a, high: b } = band(n, p);
    expect([Math.round(a * n), Math.round(b * n)]).toEqual([low, high]);
  });

  test("certainty has no width", () => {
    expect(band(50, 1)).toEqual({ low: 1, high: 1 });
    expect(band(50, 0)).toEqual({ low: 0, high: 0 });
  });

  test("ten thousand requests neither underflow nor overflow", () => {
    const { low, high } = band(10_000, 0.001);
    expect([Math.round(low * 10_000), Math.round(high * 10_000)]).toEqual([4, 17]);
  });
});

describe("sharesOf", () => {
  const endpoint = (address: string, ready = true): EndpointView => ({
    address,
    ports: [],
    pod: `default/pod-${address}`,
    node: "node-1",
    zone: null,
    ready,
    serving: ready,
    terminating: false,
    hostname: null,
  });
  const service = (over: Partial<ServiceView> = {}): ServiceView =>
    ({
      key: "default/web",
      name: "web",
      namespace: "default",
      sessionAffinity: "None",
      affinitySeconds: null,
      headless: false,
      clusterIps: ["10.96.0.7"],
      externalIps: [],
      ports: [],
      loadBalancer: { state: "none", addresses: [] },
      dnsName: "web.default.svc.cluster.local",
      endpoints: [endpoint("10.1.1.1"), endpoint("10.1.1.2"), endpoint("10.1.1.3", false)],
      ...over,
    }) as ServiceView; // only what is read here
  const cluster = (of: ServiceView): ClusterView => ({ pods: [], services: [of], nodes: [] }) as unknown as ClusterView;
  const journeys = (...to: string[]): Journey[] =>
    to.map(
      (address, i) =>
        ({
          id: i + 1,
          sentAt: i,
          to: "http://web",
          servicePort: "default/web:http",
          endpoint: `${address}:80`,
          pod: `default/pod-${address}`,
          outcome: { kind: "delivered" },
        }) as Journey,
    );
  const odds: Distribution = {
    candidates: ["10.1.1.1", "10.1.1.2"].map((ip) => ({
      endpoint: `${ip}:80`,
      pod: null,
      node: null,
      probability: 0.5,
      masqueraded: false,
    })),
    rejected: 0,
    dropped: 0,
    untouched: 0,
    ends: [],
  };
  const times = (n: number, address: string): string[] => new Array<string>(n).fill(address);

  test("few requests: counts, no band", () => {
    const { rows, total, sentence } = sharesOf(cluster(service()), service(), journeys("10.1.1.1", "10.1.1.2"), odds);
    expect([total, sentence]).toEqual([2, "After 10 requests the shares mean something."]);
    expect(rows.map(({ count, expected, band: of, note }) => [count, expected, of, note])).toEqual([
      [1, 0.5, null, null],
      [1, 0.5, null, null],
      [0, null, null, "not ready, so no rule points to it"],
    ]);
  });

  test.each([
    { name: "within the band", to: [...times(6, "10.1.1.1"), ...times(6, "10.1.1.2")], want: "All shares lie where 95 of 100 runs fall." },
    {
      name: "an outlier is named",
      to: [...times(19, "10.1.1.1"), "10.1.1.2"],
      want: "10.1.1.1 lies outside the band: fewer than 5 of 100 runs look like this.",
    },
    { name: "all to one", to: times(20, "10.1.1.1"), want: "All 20 requests went to 10.1.1.1." },
  ])("$name", ({ to, want }) => {
    expect(sharesOf(cluster(service()), service(), journeys(...to), odds).sentence).toBe(want);
  });

  test("affinity, drops and nothing ready have their own words", () => {
    const sticky = service({ sessionAffinity: "ClientIP", affinitySeconds: 600 });
    expect(sharesOf(cluster(sticky), sticky, journeys(...times(12, "10.1.1.1")), odds).sentence).toBe(
      "One client, one Pod: ClientIP affinity keeps it for 600 seconds.",
    );
    expect(sharesOf(cluster(service()), service(), [], { ...odds, candidates: [], dropped: 1 }).sentence).toBe(
      "Nothing arrives from here: the rules drop it.",
    );
    const none = service({ endpoints: [endpoint("10.1.1.3", false)] });
    expect(sharesOf(cluster(none), none, [], null).sentence).toBe("None ready: nothing to share between.");
  });

  test("requests count from the last change of the endpoints on", () => {
    const of = service();
    const timeline: TimelineEvent[] = [{ kind: "slice", at: 2, service: "default/web", ready: 2, total: 3 }];
    expect(countedJourneys(cluster(of), of, journeys(...times(4, "10.1.1.1")), timeline, new Set()).map(({ id }) => id)).toEqual([3, 4]);
    expect(countedJourneys(cluster(of), of, journeys(...times(4, "10.1.1.1")), timeline, new Set([4])).map(({ id }) => id)).toEqual([3]);
  });

  test("a headless Service counts who typed its name", () => {
    const of = service({ headless: true });
    const direct = journeys("10.1.1.1").map((journey) => ({ ...journey, servicePort: null }));
    expect(countedJourneys(cluster(of), of, direct, [], new Set())).toHaveLength(1);
    expect(
      countedJourneys(
        cluster(of),
        of,
        direct.map((journey) => ({ ...journey, to: "http://10.1.1.1" })),
        [],
        new Set(),
      ),
    ).toHaveLength(0);
  });

  test("the odds asked for are those of the Service in sight", () => {
    const of = service({ ports: [{ name: "", protocol: "UDP", port: 53, targetPort: 53, nodePort: null }] });
    const from = { kind: "node", node: "node-1" } as const;
    expect(requestTo(cluster(of), of, from, "http://web")).toEqual({ from, to: "http://web" });
    expect(requestTo(cluster(of), of, from, "http://other")).toEqual({ from, to: "10.96.0.7:53", protocol: "UDP" });
    const headless = service({ headless: true, clusterIps: ["None"] });
    expect(requestTo(cluster(headless), headless, from, "http://other")).toEqual({ from, to: "web.default.svc.cluster.local" });
  });
});

/** What the scenarios about names promise beyond their outcomes: how many questions, what is kept, who is up. */
import { describe, expect, test } from "vitest";
import { SECOND } from "../../core/base/time.ts";
import { costOf } from "../../core/dns/cost.ts";
import type { Journey } from "../../core/network/trace.ts";
import { dnsView } from "../../core/simulation/dns-view.ts";
import { scenarioById } from "./index.ts";
import { Play } from "./testing.ts";

function opened(id: string, seed = 1): Play {
  const scenario = scenarioById(id);
  if (scenario === null) throw new Error(`no scenario ${id}`);
  return new Play(scenario, seed);
}

function questions([journey]: readonly Journey[]): number {
  return journey?.lookup?.queries.length ?? 0;
}

const dns = ({ simulation }: Play): ReturnType<typeof dnsView> => dnsView(simulation.checkpoint().state);

test("search list: eight questions; two with a final dot, for the short name, or with fewer ndots", () => {
  const play = opened("dns-search");
  const journeys = play.send();
  expect(questions(journeys)).toBe(8);
  const [journey] = journeys;
  expect(journey?.lookup && costOf(journey.lookup).hint).toMatchObject({
    kind: "dot",
    savesQueries: 6,
    type: "web.default.svc.cluster.local.",
  });
  expect(questions(play.take("Ask with a final dot"))).toBe(2);
  expect(questions(play.take("Ask for web alone"))).toBe(2);
  play.does(play.step("Set ndots to 2"));
  expect(questions(play.take("Ask for the long name"))).toBe(2);
});

test("across namespaces: the first candidate is the sender's own", () => {
  const play = opened("namespaces");
  expect(play.send()[0]?.lookup?.candidates[0]).toEqual({ name: "web.default.svc.cluster.local.", result: "found" });
  expect(
    play
      .take("Ask for web.shop")[0]
      ?.lookup?.candidates.map(({ result }) => result)
      .slice(0, 2),
  ).toEqual(["no-such-name", "found"]);
  expect(play.take("Ask for api")[0]?.lookup?.candidates).toHaveLength(4);
  expect(play.take("Ask from shop")[0]?.lookup?.candidates[0]?.name).toBe("web.shop.svc.cluster.local.");
});

test("ExternalName: an alias before the address, and no rule for store", () => {
  const play = opened("external-name");
  const [journey] = play.send();
  const answers = journey?.lookup?.queries.flatMap((query) => query.answers.map(({ type }) => type));
  expect(answers?.slice(0, 2)).toEqual(["CNAME", "A"]);
  expect(journey?.servicePort).toBe("default/web:http");
  expect(
    play
      .take("Point it at a typo")[0]
      ?.lookup?.queries.slice(0, 2)
      .map(({ rcode, answers: none }) => `${rcode} ${none.length}`),
  ).toEqual(["NOERROR 0", "NOERROR 0"]);
  const [out] = play.take("Point it out");
  expect(out?.lookup?.addresses[0]).toBe("192.0.2.80");
  expect(out?.servicePort).toBeNull();
});

test("a client that asks once: one look-up, one Pod, then an address that nobody has, until its process is another", () => {
  const play = opened("headless-kept");
  const [first] = play.send();
  expect(first?.lookup?.addresses).toHaveLength(3);
  const ten = play.take("Send ten requests");
  expect(ten.map(({ lookup }) => lookup)).toEqual(ten.map(() => null));
  expect(new Set(ten.map(({ pod }) => pod))).toEqual(new Set([first?.pod]));
  const [stale] = play.take("Replace the Pods");
  expect(stale?.lookup).toBeNull();
  expect(stale?.endpoint).toBeNull();
  const [anew] = play.take("Crash the client");
  expect(anew?.lookup?.addresses).toHaveLength(3);
  expect(anew?.lookup?.addresses).not.toContain(first?.lookup?.addresses[0]);
});

describe("a new name and an old denial", () => {
  test.each([1, 2, 3, 4, 5])(
    "kubeadm's file keeps nothing; plain cache 30 keeps a denial in each replica until it has run out, seed %i",
    (seed) => {
      const play = opened("dns-denial", seed);
      const denials = (): number[] =>
        dns(play).replicas.map(
          ({ cache }) =>
            cache.filter(({ kind, rcode, name }) => kind === "denial" && rcode === "NXDOMAIN" && name.startsWith("web.default.")).length,
        );
      play.send();
      expect(denials()).toEqual([0, 0]);
      play.take("Add the Service");
      expect(denials()).toEqual([0, 0]);
      play.does(play.step("Keep denials, drop the Service"));
      play.take("Ask while it is gone");
      expect(denials().every((count) => count > 0)).toBe(true);
      const from = play.simulation.now;
      expect(play.take("Add it once more").every(({ outcome }) => outcome.kind === "dns-failed")).toBe(true);
      expect(play.simulation.now - from).toBeLessThan(30 * SECOND);
      expect(play.take("Wait 30 seconds").every(({ outcome }) => outcome.kind === "delivered")).toBe(true);
    },
  );

  test("where only one replica keeps it, only its share of requests fails", () => {
    const play = opened("dns-denial");
    play.take("Add the Service");
    play.does(play.step("Keep denials, drop the Service"));
    play.send({ count: 1 });
    const kept = dns(play).replicas.map(({ cache }) =>
      cache.some(({ name, rcode }) => rcode === "NXDOMAIN" && name.startsWith("web.default.")),
    );
    expect(kept.filter(Boolean)).toHaveLength(1);
    play.does(play.step("Add it once more"));
    const ends = new Set(play.send({ count: 30 }).map(({ outcome }) => outcome.kind));
    expect(ends).toEqual(new Set(["dns-failed", "delivered"]));
  });
});

test("CoreDNS down: refused by a rule, and the client waits all the same; the address needs no name", () => {
  const play = opened("coredns-down");
  const [journey] = play.take("Scale CoreDNS to 0");
  expect(journey?.packets.some(({ purpose, outcome }) => purpose === "dns-query" && outcome.kind === "rejected")).toBe(true);
  expect((journey?.endedAt ?? 0) - (journey?.sentAt ?? 0)).toBeGreaterThanOrEqual(5 * SECOND);
  expect(play.take("Ask by the address")[0]?.lookup).toBeNull();
});

test("a broken Corefile: kept out while they run, the end of those that start", () => {
  const play = opened("corefile-broken");
  play.take("Misspell loadbalance");
  expect(dns(play).replicas.map(({ running, current, refused }) => [running, current, refused !== null])).toEqual([
    [true, false, true],
    [true, false, true],
  ]);
  play.take("Scale CoreDNS to 0");
  play.take("Scale it to 2");
  const states = (): string[] =>
    play.simulation
      .view()
      .pods.filter(({ role }) => role === "dns")
      .map(({ state }) => state);
  expect(states()).toEqual(["crashing", "crashing"]);
  play.does(play.step("Mend the Corefile"));
  expect(states()).toContain("crashing");
  play.take("Wait a minute");
  expect(states()).toEqual(["ready", "ready"]);
});

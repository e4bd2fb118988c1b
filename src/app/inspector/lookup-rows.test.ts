import { describe, expect, test } from "vitest";
import type { Journey, Lookup } from "../../core/network/trace.ts";
import { act, cluster, send, web } from "../../core/simulation/testing.ts";
import { failureOf } from "./lookup-failure.ts";
import { answerText, pluginText, walkOf } from "./lookup-rows.ts";

function asked(to: string, manifests = web()): { readonly journey: Journey; readonly lookup: Lookup } {
  const [journey] = send(cluster(manifests), "default/client", to);
  if (journey?.lookup == null) throw new Error(`no look-up of ${to}`);
  return { journey, lookup: journey.lookup };
}

/** `web.default.svc.cluster.local found: A 10.96.0.1, TTL 30 s; AAAA empty: no such record` */
function told(to: string): readonly string[] {
  const { journey, lookup } = asked(to);
  return walkOf(journey, lookup).map(
    ({ name, result, queries }) => `${name} ${result}: ${queries.map((row) => `${row.type} ${answerText(row)}`).join("; ")}`,
  );
}

test("a name of the same namespace: the first name is found, the others are not asked", () => {
  expect(told("http://web")).toEqual([
    expect.stringMatching(/^web\.default\.svc\.cluster\.local found: A 10\.\d+\.\d+\.\d+, TTL 30 s; AAAA empty: no such record$/),
    "web.svc.cluster.local not-asked: ",
    "web.cluster.local not-asked: ",
    "web not-asked: ",
  ]);
});

test("a name that nobody knows: every name of the search, A and AAAA", () => {
  expect(told("http://wbe")).toEqual(
    ["wbe.default.svc.cluster.local", "wbe.svc.cluster.local", "wbe.cluster.local", "wbe"].map(
      (name) => `${name} no-such-name: A NXDOMAIN; AAAA NXDOMAIN`,
    ),
  );
});

test("each question has its rewrite, its packets and the plugin that answered", () => {
  const { journey, lookup } = asked("http://wbe");
  const rows = walkOf(journey, lookup).flatMap(({ queries }) => queries);
  expect(rows.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  // A and AAAA leave from one port: the second is of a flow that conntrack knows.
  expect(rows.map(({ rewrite }) => rewrite?.known)).toEqual([false, true, false, true, false, true, false, true]);
  expect(new Set(rows.map(({ rewrite }) => `${rewrite?.from.address}:${rewrite?.to.port}`))).toEqual(new Set(["10.96.0.10:53"]));
  expect(rows.map(({ plugin }) => plugin)).toEqual([...Array<string>(6).fill("kubernetes"), "forward", "forward"]);
  for (const { question, answer, name, took } of rows) {
    expect(question?.payload).toMatchObject({ kind: "dns", message: { response: false, question: { name } } });
    expect(answer?.payload).toMatchObject({ kind: "dns", message: { response: true, question: { name } } });
    expect(took).toBeGreaterThan(0);
  }
});

test("an outside name that is asked for again comes from the cache of the replica that knows it", () => {
  const journeys = send(cluster(web()), "default/client", "http://www.example.com.", { count: 12 });
  const plugins = journeys.flatMap((journey) =>
    journey.lookup === null ? [] : walkOf(journey, journey.lookup).flatMap(({ queries }) => queries.map(({ plugin }) => plugin)),
  );
  expect(new Set(plugins)).toEqual(new Set(["forward", "cache"]));
  expect(pluginText("cache", null)).toBe("from its cache");
});

describe("how a look-up fails, in words", () => {
  test.each([
    ["a typo", "http://wbe", web(), "NXDOMAIN"],
    ["a namespace", "http://default.svc.cluster.local.", web(), "Empty answer"],
    ["found", "http://web", web(), undefined],
  ])("%s", (_, to, manifests, title) => {
    expect(failureOf(asked(to, manifests).lookup)?.title).toBe(title);
  });

  test("no CoreDNS Pod is ready", () => {
    const simulation = cluster(web());
    for (const { key, role } of simulation.view().pods) if (role === "dns") act(simulation, { kind: "set-ready", pod: key, ready: false });
    const [journey] = send(simulation, "default/client", "http://web");
    expect(journey?.lookup == null ? null : failureOf(journey.lookup)?.title).toBe("The name server's address was refused");
    expect(journey?.clientSays).toBe("curl: (28) Resolving timed out after 5000 milliseconds");
  });
});

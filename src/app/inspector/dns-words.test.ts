import { expect, test } from "vitest";
import type { CachePolicy } from "../../core/dns/cache-view.ts";
import type { RecordSet } from "../../core/dns/record-set.ts";
import { policySentence, zoneText } from "./dns-words.ts";

const CASES: readonly (readonly [string, CachePolicy | null, string])[] = [
  ["kubeadm's Corefile", { success: null, denial: null }, "A new Service is found by the next question."],
  [
    "plain cache 30",
    { success: 30, denial: 30 },
    "answers are kept up to 30 s, denials kept up to 30 s. A name that was asked for before it existed stays unknown so long",
  ],
  [
    "denials disabled",
    { success: 30, denial: null },
    "answers are kept up to 30 s, denials not kept. A new Service is found by the next question.",
  ],
  ["no cache", null, "The Corefile has no cache for names of the cluster"],
];

test.each(CASES)("what the page says of %s", (_, policy, words) => {
  expect(policySentence({ domain: "cluster.local", replicas: [{ policy }] })).toContain(words);
});

test("records as zone text: each once, and what is not there as comments", () => {
  const name = "db-0.db.shop.svc.cluster.local.";
  const a = { name, ttl: 30, type: "A", address: "10.244.1.30" } as const;
  const srv = { name: "db.shop.svc.cluster.local.", ttl: 30, type: "SRV", priority: 0, weight: 100, port: 5432, target: name } as const;
  const records: RecordSet = {
    name: "db.shop.svc.cluster.local.",
    chases: null,
    rows: [
      { name: srv.name, type: "SRV", of: "service", outcome: "records", records: [srv], additional: [a] },
      { name, type: "A", of: "endpoint", outcome: "records", records: [a], additional: [] },
      { name, type: "SRV", of: "endpoint", outcome: "records", records: [a, srv], additional: [] },
      { name: srv.name, type: "AAAA", of: "service", outcome: "none", records: [], additional: [] },
    ],
  };
  expect(zoneText(records, [{ name: "db-1.db.shop.svc.cluster.local.", because: "Pod db-1 is not ready" }])).toBe(
    [
      "db.shop.svc.cluster.local. 30 IN SRV 0 100 5432 db-0.db.shop.svc.cluster.local.",
      "db-0.db.shop.svc.cluster.local. 30 IN A 10.244.1.30",
      "; db-1.db.shop.svc.cluster.local. is not there because Pod db-1 is not ready",
      "",
    ].join("\n"),
  );
});

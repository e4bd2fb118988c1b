/** The facts that people see: a Service's record set, what a look-up cost, what a cache keeps. */
import { describe, expect, test } from "vitest";
import { SECOND } from "../base/time.ts";
import { cachePolicyOf, cacheRows } from "./cache-view.ts";
import { parseCorefile, kubeadmCorefile, type Corefile } from "./corefile.ts";
import { costOf, hintText, type FinishedLookup } from "./cost.ts";
import { dnsDataOf } from "./dns-data.ts";
import { clusterOf, SHOP } from "./fixtures/cluster.ts";
import { defaultInternet } from "./internet.ts";
import { coreDnsState, serveAtOnce, type CoreDnsServer } from "./pipeline.ts";
import { recordSetOf, type RecordSet } from "./record-set.ts";
import { queryMessage, recordText } from "./records.ts";
import { resolveFromPod, storedDns } from "./resolve.ts";

function corefile(text = kubeadmCorefile()): Corefile {
  const read = parseCorefile(text);
  if ("error" in read) throw new Error(read.error);
  return read;
}

function setOf(key: string, text?: string): RecordSet {
  const config = corefile(text).blocks[0]?.kubernetes;
  if (config === undefined || config === null) throw new Error("no kubernetes directive");
  const set = recordSetOf({ config, data: dnsDataOf(clusterOf(SHOP)) }, key);
  if (set === null) throw new Error(`no record set of ${key}`);
  return set;
}

function lines({ rows }: RecordSet): string[] {
  return rows.map(({ name, type, outcome, records }) =>
    outcome === "records" ? records.map((record) => recordText(record)).join(" + ") : `${name} ${type} ${outcome}`,
  );
}

describe("the record set of a Service", () => {
  test.each<[string, string[]]>([
    [
      "default/web",
      [
        "web.default.svc.cluster.local. 30 IN A 10.96.45.12",
        "web.default.svc.cluster.local. AAAA none",
        "web.default.svc.cluster.local. 30 IN SRV 0 100 80 web.default.svc.cluster.local.",
        "_http._tcp.web.default.svc.cluster.local. 30 IN SRV 0 100 80 web.default.svc.cluster.local.",
        "10-244-1-10.web.default.svc.cluster.local. 30 IN A 10.244.1.10",
        "10-244-1-10.web.default.svc.cluster.local. 30 IN SRV 0 100 8080 10-244-1-10.web.default.svc.cluster.local.",
        "10-244-2-10.web.default.svc.cluster.local. 30 IN A 10.244.2.10",
        "10-244-2-10.web.default.svc.cluster.local. 30 IN SRV 0 100 8080 10-244-2-10.web.default.svc.cluster.local.",
        "12.45.96.10.in-addr.arpa. 30 IN PTR web.default.svc.cluster.local.",
        "10.1.244.10.in-addr.arpa. 30 IN PTR 10-244-1-10.web.default.svc.cluster.local.",
        "10.2.244.10.in-addr.arpa. 30 IN PTR 10-244-2-10.web.default.svc.cluster.local.",
      ],
    ],
    [
      "shop/db",
      [
        "db.shop.svc.cluster.local. 30 IN A 10.244.1.30 + db.shop.svc.cluster.local. 30 IN A 10.244.2.30",
        "db.shop.svc.cluster.local. AAAA none",
        "db.shop.svc.cluster.local. 30 IN SRV 0 50 5432 db-0.db.shop.svc.cluster.local. + db.shop.svc.cluster.local. 30 IN SRV 0 50 5432 db-1.db.shop.svc.cluster.local.",
        "_postgres._tcp.db.shop.svc.cluster.local. 30 IN SRV 0 50 5432 db-0.db.shop.svc.cluster.local. + _postgres._tcp.db.shop.svc.cluster.local. 30 IN SRV 0 50 5432 db-1.db.shop.svc.cluster.local.",
        "db-0.db.shop.svc.cluster.local. 30 IN A 10.244.1.30",
        "db-0.db.shop.svc.cluster.local. 30 IN SRV 0 100 5432 db-0.db.shop.svc.cluster.local.",
        "db-1.db.shop.svc.cluster.local. 30 IN A 10.244.2.30",
        "db-1.db.shop.svc.cluster.local. 30 IN SRV 0 100 5432 db-1.db.shop.svc.cluster.local.",
        "30.1.244.10.in-addr.arpa. 30 IN PTR db-0.db.shop.svc.cluster.local.",
        "30.2.244.10.in-addr.arpa. 30 IN PTR db-1.db.shop.svc.cluster.local.",
      ],
    ],
    [
      "shop/hl-empty",
      [
        "hl-empty.shop.svc.cluster.local. A missing",
        "hl-empty.shop.svc.cluster.local. AAAA missing",
        "hl-empty.shop.svc.cluster.local. SRV missing",
      ],
    ],
    ["shop/ext", ["ext.shop.svc.cluster.local. 30 IN CNAME www.example.com."]],
  ])("%s", (key, want) => {
    expect(lines(setOf(key))).toEqual(want);
  });

  test("an alias to the outside is chased, one to the inside is not", () => {
    expect(setOf("shop/ext").chases).toBe("www.example.com.");
    expect(setOf("shop/ext-in").chases).toBeNull();
  });

  test("a Corefile that hides endpoints leaves only the Service's names", () => {
    const text = kubeadmCorefile().replace("pods insecure", "pods insecure\n       noendpoints");
    expect(setOf("default/web", text).rows.map(({ of }) => of)).toEqual(["service", "service", "service", "port", "reverse"]);
  });

  test("a Service that is not there has none", () => {
    const config = corefile().blocks[0]?.kubernetes;
    expect(config && recordSetOf({ config, data: dnsDataOf(clusterOf(SHOP)) }, "default/nope")).toBeNull();
  });
});

/** A look-up in the test cluster, each query one millisecond long. */
function looked(name: string): FinishedLookup {
  const store = clusterOf(`${SHOP}\n  pod default/client 10.244.1.5`);
  const dns = storedDns(store);
  if ("error" in dns) throw new Error(dns.error);
  const pod = store.objects.get("Pod")?.get("default/client");
  if (pod === undefined) throw new Error("no client");
  const found = resolveFromPod(store, dns, defaultInternet(), { pod: pod as never, name, family: "both", libc: "glibc" });
  const last = found.names.at(-1);
  return {
    name,
    ndots: 5,
    addresses: found.addresses,
    candidates: found.names.map((each) => ({ name: each, result: each === last && found.error === null ? "found" : "no-such-name" })),
    queries: found.queries.map(({ question }, i) => ({ name: question.name, rcode: "NOERROR", at: i * 1e6, endsAt: i * 1e6 + 1e6 })),
  };
}

describe("the cost of a look-up", () => {
  test.each([
    ["web", 2, 0, null],
    ["db.shop", 4, 2, "The whole name with a final dot would save 2 queries: db.shop.svc.cluster.local."],
    ["web.default.svc.cluster.local", 8, 6, "A final dot would save 6 queries: web.default.svc.cluster.local."],
    ["web.default.svc.cluster.local.", 2, 0, null],
    ["www.example.com", 8, 6, "A final dot would save 6 queries: www.example.com."],
    ["webb", 8, 0, null],
    ["10.96.0.10", 0, 0, null],
  ])("%s", (name, queries, wasted, hint) => {
    const cost = costOf(looked(name));
    expect({ queries: cost.queries, wasted: cost.wasted, hint: hintText(cost) }).toEqual({ queries, wasted, hint });
    expect(cost.took).toBe(queries * 1e6);
    expect(cost.packets).toBe(2 * queries);
  });

  test("a question without an answer is one packet", () => {
    const cost = costOf({
      name: "web",
      ndots: 5,
      addresses: [],
      candidates: [{ name: "web.default.svc.cluster.local", result: "failed" }],
      queries: [{ name: "web.default.svc.cluster.local.", rcode: "TIMEOUT", at: 0, endsAt: 5 * SECOND }],
    });
    expect(cost).toMatchObject({ queries: 1, packets: 1, took: 5 * SECOND, hint: null });
  });
});

describe("what a cache keeps", () => {
  const plain = kubeadmCorefile().replace(/cache 30 \{[^}]*\}/, "cache 30");

  function after(text: string, questions: readonly (readonly [name: string, type: string, at: number])[], now: number): string[] {
    const server: CoreDnsServer = {
      config: corefile(text),
      data: dnsDataOf(clusterOf(SHOP)),
      addresses: ["10.244.0.2"],
      upstreams: ["192.0.2.53"],
      serial: 1,
      synced: true,
    };
    const state = coreDnsState(1, "kube-system/coredns-a");
    for (const [name, type, at] of questions)
      serveAtOnce(server, state, queryMessage(1, { name, type }), at * SECOND, "udp", defaultInternet());
    return cacheRows(state.cache, now * SECOND).map(({ name, type, kind, rcode, age, left, records }) =>
      `${kind} ${rcode} ${name} ${type} ${age}/${left} ${records.join("; ")}`.trim(),
    );
  }

  test("kubeadm's Corefile keeps nothing of the cluster", () => {
    expect(
      after(
        kubeadmCorefile(),
        [
          ["web.default.svc.cluster.local.", "A", 0],
          ["nope.default.svc.cluster.local.", "A", 0],
        ],
        1,
      ),
    ).toEqual([]);
  });

  test("plain cache 30 keeps answers and denials, each with its age, until they run out", () => {
    const questions = [
      ["web.default.svc.cluster.local.", "A", 0],
      ["nope.default.svc.cluster.local.", "A", 5],
    ] as const;
    expect(after(plain, questions, 12)).toEqual([
      "denial NXDOMAIN nope.default.svc.cluster.local. A 7/23",
      "success NOERROR web.default.svc.cluster.local. A 12/18 web.default.svc.cluster.local. 18 IN A 10.96.45.12",
    ]);
    expect(after(plain, questions, 31)).toEqual(["denial NXDOMAIN nope.default.svc.cluster.local. A 26/4"]);
    expect(after(plain, questions, 35)).toEqual([]);
  });

  test.each([
    ["kubeadm's", kubeadmCorefile(), { success: null, denial: null }],
    ["plain cache 30", plain, { success: 30, denial: 30 }],
    ["no cache", kubeadmCorefile().replace(/cache 30 \{[^}]*\}\n/, ""), null],
    ["a shorter denial", kubeadmCorefile().replace(/cache 30 \{[^}]*\}/, "cache 30 {\n denial 9984 5\n}"), { success: 30, denial: 5 }],
  ])("what %s says of names of the cluster", (_, text, want) => {
    expect(cachePolicyOf(corefile(text), "cluster.local")).toEqual(want);
  });
});

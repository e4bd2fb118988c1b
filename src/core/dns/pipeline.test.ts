import { describe, expect, test } from "vitest";
import { MILLISECOND, SECOND } from "../base/time.ts";
import type { Nanos } from "../base/time.ts";
import { kubeadmCorefile, parseCorefile } from "./corefile.ts";
import type { Corefile } from "./corefile.ts";
import { dnsDataOf } from "./dns-data.ts";
import { digAnswer, digQuery } from "./dig.ts";
import { OUTSIDE, SHOP, clusterOf } from "./fixtures/cluster.ts";
import { askInternet, defaultInternet, internetOf, internetOfZone } from "./internet.ts";
import type { Internet } from "./internet.ts";
import { coreDnsState, resume, serve, serveAtOnce } from "./pipeline.ts";
import type { CoreDnsServer, CoreDnsState, Served } from "./pipeline.ts";
import { queryMessage, recordText } from "./records.ts";
import type { Message } from "./records.ts";

const outside = internetOf(OUTSIDE) as Internet;
const data = dnsDataOf(clusterOf(SHOP));

function serverWith(corefile = kubeadmCorefile(), upstreams = ["192.0.2.53"]): CoreDnsServer {
  const config = parseCorefile(corefile);
  if ("error" in config) throw new Error(`${config.line}: ${config.error}`);
  return { config: config satisfies Corefile, data, addresses: ["10.244.0.2"], upstreams, serial: 7, synced: true };
}

function questionOf(text: string): Message {
  const [name = "", type = "A"] = text.split(" ");
  return queryMessage(1, { name: name.replace("…", ".svc.cluster.local."), type });
}

/** rcode, flags, then the sections, each record `type ttl data`. */
function ask(server: CoreDnsServer, state: CoreDnsState, text: string, at: Nanos = 0, internet = outside): string {
  const served = serveAtOnce(server, state, questionOf(text), at, "udp", internet);
  return served === null ? "silence" : inOneLine(served.message);
}

function inOneLine(message: Message): string {
  const { rcode, flags, answer, authority, additional } = digAnswer(message, []);
  const set = (["aa", "tc", "ra"] as const).filter((flag) => flags[flag]).join(" ");
  const section = (records: typeof answer): string =>
    records
      .map((record) => `${record.type} ${record.ttl}${record.type === "SOA" ? "" : ` ${record.data}`}`)
      .sort()
      .join(", ");
  return [rcode, set, section(answer), section(authority), section(additional)].filter((part) => part !== "").join(" | ");
}

describe("cache 30 of kubeadm", () => {
  test("cluster names are never stored, and every record shows 30", () => {
    const [server, state] = [serverWith(), coreDnsState(1, "a")];
    for (const at of [0, 10 * SECOND]) {
      expect(ask(server, state, "web.default…", at)).toBe("NOERROR | aa | A 30 10.96.45.12");
      expect(ask(server, state, "nothere.default…", at)).toBe("NXDOMAIN | aa | SOA 30");
      expect(ask(server, state, "dns-version.cluster.local. TXT", at)).toBe('NOERROR | aa | TXT 30 "1.1.0"');
    }
    expect([state.cache.success.size, state.cache.denial.size]).toEqual([0, 0]);
  });

  test("an outside name: fresh with RA, then from the cache with AA and less TTL, gone after 30 s", () => {
    const [server, state] = [serverWith(), coreDnsState(1, "a")];
    expect(ask(server, state, "www.example.com.", 0)).toBe("NOERROR | ra | A 30 192.0.2.34");
    expect(ask(server, state, "WWW.example.com.", 10 * SECOND + 1)).toBe("NOERROR | aa ra | A 20 192.0.2.34");
    expect(ask(server, state, "www.example.com.", 29 * SECOND + 999 * MILLISECOND)).toBe("NOERROR | aa ra | A 1 192.0.2.34");
    expect(ask(server, state, "www.example.com.", 30 * SECOND)).toBe("NOERROR | ra | A 30 192.0.2.34");
    expect(ask(server, coreDnsState(1, "b"), "www.example.com.", 5 * SECOND)).toBe("NOERROR | ra | A 30 192.0.2.34");
  });

  test.each([
    ["short.example.com. A", "NOERROR | ra | A 5 192.0.2.78", "NOERROR | aa ra | A 3 192.0.2.78"],
    [
      "alias.example.com. A",
      "NOERROR | ra | A 30 192.0.2.77, CNAME 30 target.example.com.",
      "NOERROR | aa ra | A 28 192.0.2.77, CNAME 28 target.example.com.",
    ],
    ["nowhere.example.com. A", "NXDOMAIN | ra | SOA 30", "NXDOMAIN | aa ra | SOA 28"],
    ["empty.example.com. A", "NOERROR | ra | SOA 30", "NOERROR | aa ra | SOA 28"],
    [
      "alias.example.com. AAAA",
      "NOERROR | ra | CNAME 30 target.example.com. | SOA 30",
      "NOERROR | aa ra | CNAME 28 target.example.com. | SOA 28",
    ],
    ["34.2.0.192.in-addr.arpa. PTR", "NOERROR | ra | PTR 30 www.example.com.", "NOERROR | aa ra | PTR 28 www.example.com."],
    [
      "12.45.96.10.in-addr.arpa. PTR",
      "NOERROR | aa | PTR 30 web.default.svc.cluster.local.",
      "NOERROR | aa | PTR 28 web.default.svc.cluster.local.",
    ],
    [
      "ext.shop… A",
      "NOERROR | aa | A 30 192.0.2.34, CNAME 30 www.example.com.",
      "NOERROR | aa | A 28 192.0.2.34, CNAME 28 www.example.com.",
    ],
    [
      "ext-short.shop… A",
      "NOERROR | aa | A 5 192.0.2.78, CNAME 5 short.example.com.",
      "NOERROR | aa | A 5 192.0.2.78, CNAME 5 short.example.com.",
    ],
    ["ext-nx.shop… A", "NOERROR | aa | CNAME 30 does-not-exist.example.com.", "NOERROR | aa | CNAME 30 does-not-exist.example.com."],
  ])("%s: fresh %s; 2 s later %s", (question, fresh, later) => {
    const [server, state] = [serverWith(), coreDnsState(1, "a")];
    expect(ask(server, state, question, 0)).toBe(fresh);
    expect(ask(server, state, question, 2 * SECOND)).toBe(later);
  });

  test("a stored target is younger in the alias's reply", () => {
    const [server, state] = [serverWith(), coreDnsState(1, "a")];
    ask(server, state, "www.example.com.", 0);
    expect(ask(server, state, "ext.shop…", 12 * SECOND)).toBe("NOERROR | aa | A 18 192.0.2.34, CNAME 18 www.example.com.");
  });

  test("an alias that ends nowhere, without an SOA, is not kept", () => {
    const [server, state] = [serverWith(), coreDnsState(1, "a")];
    const soaless = { ...outside, soa: null };
    expect(ask(server, state, "alias.example.com. AAAA", 0, soaless)).toBe("NOERROR | ra | CNAME 30 target.example.com.");
    expect(ask(server, state, "alias.example.com. AAAA", SECOND, soaless)).toBe("NOERROR | ra | CNAME 30 target.example.com.");
    expect(ask(server, state, "nowhere.example.com. A", 0, soaless)).toBe("NXDOMAIN | ra");
    expect(ask(server, state, "nowhere.example.com. A", SECOND, soaless)).toBe("NXDOMAIN | ra");
  });

  test("AD of an upstream reaches who asked for it, with AD or DO", () => {
    const [server, state] = [serverWith(), coreDnsState(1, "a")];
    const adOf = (query: Message): boolean => {
      let served = serve(server, state, query, 0);
      if (served.kind === "forward")
        served = resume(server, state, served.pending, { ...askInternet(outside, served.message), ad: true }, 0);
      return served.kind === "reply" && served.message.ad;
    };
    const plain = questionOf("www.example.com.");
    // Fresh and, without DO, from the cache.
    expect([adOf(plain), adOf({ ...plain, ad: true }), adOf(plain)]).toEqual([false, true, false]);
    const edns = { udpSize: 1232, version: 0, dnssecOk: true, options: [] };
    expect([adOf({ ...plain, edns }), adOf({ ...plain, edns })]).toEqual([true, true]);
  });

  test("SERVFAIL of the outside is kept 5 s", () => {
    const [server, state] = [serverWith(), coreDnsState(1, "a")];
    expect(ask(server, state, "www.example.com.", 0, { ...outside, records: [], otherwise: "SERVFAIL" })).toBe("SERVFAIL | ra");
    expect(ask(server, state, "www.example.com.", 4 * SECOND)).toBe("SERVFAIL | aa ra");
    expect(ask(server, state, "www.example.com.", 5 * SECOND)).toBe("NOERROR | ra | A 30 192.0.2.34");
  });

  test("not synced: SERVFAIL with an SOA of 5 s", () => {
    const server = { ...serverWith(), synced: false };
    expect(ask(server, coreDnsState(1, "a"), "nothere.default…")).toBe("SERVFAIL | aa | SOA 5");
  });

  test("without the two disable lines (before kubeadm 1.32) cluster names are stored, denials too", () => {
    const corefile = kubeadmCorefile().replace(/ *disable .*\n/g, "");
    const [server, state] = [serverWith(corefile), coreDnsState(1, "a")];
    ask(server, state, "nothere.default…", 0);
    const later = { ...server, data: dnsDataOf(clusterOf(`${SHOP}\nsvc default/nothere 10.96.7.7 p:1`)) };
    expect(ask(later, state, "nothere.default…", 10 * SECOND)).toBe("NXDOMAIN | aa | SOA 20");
    expect(ask(later, state, "nothere.default…", 30 * SECOND)).toBe("NOERROR | aa | A 30 10.96.7.7");
  });

  test.each([
    ["ttl 30", "ttl 0", "NOERROR | aa | A 5 10.96.45.12"],
    ["cache 30 {", "cache 3 {", "NOERROR | aa | A 3 10.96.45.12"],
    ["       ttl 30\n", "", "NOERROR | aa | A 5 10.96.45.12"],
    ["ttl 30", "ttl 3600", "NOERROR | aa | A 30 10.96.45.12"],
  ])("%j → %j: %s", (from, to, want) => {
    expect(ask(serverWith(kubeadmCorefile().replace(from, to)), coreDnsState(1, "a"), "web.default…")).toBe(want);
  });

  test("without cache the plugins' own TTLs show, and an SOA is capped at 300", () => {
    const corefile = ".:53 {\n kubernetes cluster.local {\n ttl 3600\n }\n forward . 192.0.2.53\n}";
    const [server, state] = [serverWith(corefile), coreDnsState(1, "a")];
    expect(ask(server, state, "web.default…")).toBe("NOERROR | aa | A 3600 10.96.45.12");
    expect(ask(server, state, "nothere.default…")).toBe("NXDOMAIN | aa | SOA 300");
    expect(ask(server, state, "dns-version.cluster.local. TXT")).toBe('NOERROR | aa | TXT 28800 "1.1.0"');
    expect(ask(server, state, "ext.shop…")).toBe("NOERROR | aa | A 300 192.0.2.34, CNAME 3600 www.example.com.");
  });
});

describe("loadbalance", () => {
  /** How often each order of the addresses came up in so many queries. */
  function orders(text: string, queries: number): Map<string, number> {
    const [server, state] = [serverWith(), coreDnsState(3, "a")];
    const counts = new Map<string, number>();
    for (let i = 0; i < queries; i++) {
      const reply = serveAtOnce(server, state, questionOf(text), 0, "udp", outside);
      const order = reply?.message.answer.map((record) => (record.type === "A" ? record.address : record.type)).join(" ") ?? "";
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    return counts;
  }
  test("two addresses are swapped half of the time", () => {
    const counts = orders("db.shop…", 4000);
    expect([...counts.keys()]).toHaveLength(2);
    for (const count of counts.values()) expect(Math.abs(count - 2000)).toBeLessThan(160); // five standard deviations
  });
  test("three addresses: all six orders alike", () => {
    const counts = orders("hl-multi.shop…", 6000);
    expect([...counts.keys()]).toHaveLength(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
  test("the CNAME stays first, SRV stay in order", () => {
    expect([...orders("ext-hl.shop…", 50).keys()].every((order) => order.startsWith("CNAME"))).toBe(true);
    const [server, state] = [serverWith(), coreDnsState(3, "a")];
    const targets = Array.from({ length: 20 }, () =>
      serveAtOnce(server, state, questionOf("db.shop… SRV"), 0, "udp", outside)?.message.answer.map(recordText).join(),
    );
    expect(new Set(targets).size).toBe(1);
  });
  test("the same seed, the same orders; without the directive, always the slice's", () => {
    expect(orders("hl-multi.shop…", 20)).toEqual(orders("hl-multi.shop…", 20));
    const [server, state] = [serverWith(kubeadmCorefile().replace("    loadbalance\n", "")), coreDnsState(3, "a")];
    const plain = Array.from({ length: 20 }, () =>
      serveAtOnce(server, state, questionOf("db.shop…"), 0, "udp", outside)?.message.answer.map(recordText).join(),
    );
    expect(new Set(plain).size).toBe(1);
  });
});

describe("forward", () => {
  type Upstream = (to: string) => "timeout" | "unreachable" | Message | null;
  /** Where each try went, and what the client got; `answer` decides for each try. */
  function forwarded(upstreams: readonly string[], answer: Upstream, text = "www.example.com."): string {
    const [server, state] = [serverWith(kubeadmCorefile(), [...upstreams]), coreDnsState(5, "a")];
    const tries: string[] = [];
    let at = 0;
    let served: Served = serve(server, state, questionOf(text), at);
    while (served.kind === "forward") {
      tries.push(`${served.to}@${at / SECOND}`);
      const heard = answer(served.to);
      if (heard === "timeout") at += served.timeout;
      served = resume(server, state, served.pending, heard ?? askInternet(outside, served.message), at);
    }
    return `${tries.join(" ")} → ${served.kind === "reply" ? `${inOneLine(served.message)} by ${served.by}` : served.kind} @${at / SECOND}`;
  }

  const rows: readonly (readonly [string, readonly string[], Upstream, string])[] = [
    ["answers", ["192.0.2.53"], () => null, "192.0.2.53@0 → NOERROR | ra | A 30 192.0.2.34 by forward @0"],
    [
      "is silent: two tries of 2 s, then a bare SERVFAIL",
      ["192.0.2.53"],
      () => "timeout",
      "192.0.2.53@0 192.0.2.53@2 → SERVFAIL by server @4",
    ],
    ["is closed", ["192.0.2.53"], () => "unreachable", "192.0.2.53@0 192.0.2.53@0 → SERVFAIL by server @0"],
    ["of none", [], () => null, " → SERVFAIL by server @0"],
  ];
  test.each(rows)("one upstream %s", (_, upstreams, answer, want) => expect(forwarded(upstreams, answer)).toBe(want));

  test("of two upstreams the next is tried; all together take 5 s at most", () => {
    expect(forwarded(["192.0.2.53", "192.0.2.54"], (to) => (to === "192.0.2.53" ? "timeout" : null))).toMatch(/→ NOERROR/);
    expect(forwarded(["192.0.2.53", "192.0.2.54"], () => "timeout")).toMatch(/@0 .*@2 .*@4 → SERVFAIL by server @6$/);
  });

  test("a random upstream per query", () => {
    const [server, state] = [serverWith(kubeadmCorefile(), ["192.0.2.53", "192.0.2.54"]), coreDnsState(5, "a")];
    const to = Array.from({ length: 50 }, () => serve(server, state, questionOf("www.example.com."), 0)).map((served) =>
      served.kind === "forward" ? served.to : "",
    );
    expect(new Set(to)).toEqual(new Set(["192.0.2.53", "192.0.2.54"]));
  });

  test("the query goes on with an ID of its own and comes back with the client's", () => {
    const [server, state] = [serverWith(), coreDnsState(5, "a")];
    const query = digQuery(77, "www.example.com", "A", "0123456789abcdef");
    const served = serve(server, state, query, 0);
    if (served.kind !== "forward") throw new Error(served.kind);
    expect(served.message.id).not.toBe(77);
    expect({ ...served.message, id: 77 }).toEqual(query);
    const done = resume(server, state, served.pending, askInternet(outside, served.message), 0);
    expect(done.kind === "reply" ? [done.message.id, done.message.question, done.message.edns] : []).toEqual([
      77,
      query.question,
      query.edns,
    ]);
  });

  test("a reply to another question is FORMERR", () => {
    const reply = forwarded(["192.0.2.53"], () => askInternet(outside, questionOf("short.example.com.")));
    expect(reply).toBe("192.0.2.53@0 → FORMERR by server @0");
  });

  test("an ExternalName whose upstream is silent: the alias alone", () => {
    expect(forwarded(["192.0.2.53"], () => "timeout", "ext.shop…")).toBe(
      "192.0.2.53@0 192.0.2.53@2 → NOERROR | aa | CNAME 30 www.example.com. by kubernetes @4",
    );
  });

  test("a cluster name asks nobody", () => {
    expect(forwarded(["192.0.2.53"], () => "timeout", "webb.default…")).toBe(" → NXDOMAIN | aa | SOA 30 by kubernetes @0");
  });
});

describe("other Corefiles", () => {
  const answers = (corefile: string, text: string): string => ask(serverWith(corefile), coreDnsState(1, "a"), text);

  test("a server block for a domain of its own (stub domain)", () => {
    const corefile = `${kubeadmCorefile()}corp.example:53 {\n  forward . 203.0.113.53\n}\n`;
    const to = (name: string): string => {
      const served = serve(serverWith(corefile), coreDnsState(1, "a"), questionOf(name), 0);
      return served.kind === "forward" ? served.to : served.kind;
    };
    expect([to("db.corp.example."), to("corp.example."), to("www.example.com."), to("web.default…")]).toEqual([
      "203.0.113.53",
      "203.0.113.53",
      "192.0.2.53",
      "reply",
    ]);
  });

  test("forward: the first directive that covers the name takes it, exceptions aside", () => {
    const corefile =
      ".:53 {\n forward example.org 192.0.2.2 {\n except in.example.org\n }\n forward . 192.0.2.1\n forward example.com 192.0.2.3\n}";
    const to = (name: string): string => {
      const served = serve(serverWith(corefile), coreDnsState(1, "a"), questionOf(name), 0);
      return served.kind === "forward" ? served.to : served.kind;
    };
    expect([to("a.example.org."), to("x.in.example.org."), to("example.com.")]).toEqual(["192.0.2.2", "192.0.2.1", "192.0.2.1"]);
  });

  test("no block for the name, or no plugin for it: REFUSED", () => {
    expect(answers("example.org {\n whoami\n}", "web.default…")).toBe("REFUSED");
    expect(answers(". {\n kubernetes cluster.local\n}", "www.example.com.")).toBe("REFUSED");
  });

  test.each([
    ["extra.example. A", "NOERROR | aa | A 30 192.0.2.200"],
    ["extra.example. AAAA", "NOERROR | aa | AAAA 30 2001:db8::200"],
    ["extra.example. MX", "NOERROR | aa"],
    ["EXTRA.example. A", "NOERROR | aa | A 30 192.0.2.200"],
    ["200.2.0.192.in-addr.arpa. PTR", "NOERROR | aa | PTR 30 also.example., PTR 30 extra.example."],
    ["www.example.com. A", "NOERROR | ra | A 30 192.0.2.34"],
    ["web.default… A", "NOERROR | aa | A 30 10.96.45.12"],
  ])("hosts with fallthrough: %s → %s", (question, want) => {
    const hosts = "hosts {\n 192.0.2.200 extra.example also.example\n 2001:db8::200 extra.example\n fallthrough\n }\n";
    expect(answers(kubeadmCorefile().replace("prometheus", `${hosts}prometheus`), question)).toBe(want);
  });

  test("hosts without fallthrough says SERVFAIL to every other name of its zone", () => {
    const hosts = "hosts example {\n 192.0.2.200 extra.example\n }\n";
    const corefile = kubeadmCorefile().replace("prometheus", `${hosts}prometheus`);
    expect(answers(corefile, "other.example.")).toBe("SERVFAIL");
    expect(answers(corefile, "www.example.com.")).toBe("NOERROR | ra | A 30 192.0.2.34");
  });

  test.each([
    ["name shop.example web.default.svc.cluster.local", "shop.example. A", "shop.example. 30 IN A 10.96.45.12"],
    ["name exact Shop.example web.default.svc.cluster.local", "SHOP.example. A", "SHOP.example. 30 IN A 10.96.45.12"],
    ["name prefix old- web", "old-.default… A", "web.default.svc.cluster.local. 30 IN A 10.96.45.12"],
    [
      "name suffix .cluster.example .cluster.local",
      "web.default.svc.cluster.example. A",
      "web.default.svc.cluster.local. 30 IN A 10.96.45.12",
    ],
    [
      "name suffix .cluster.example .cluster.local answer auto",
      "web.default.svc.cluster.example. A",
      "web.default.svc.cluster.example. 30 IN A 10.96.45.12",
    ],
    [
      "name substring cluster.example cluster.local",
      "web.default.svc.cluster.example. A",
      "web.default.svc.cluster.local. 30 IN A 10.96.45.12",
    ],
    [
      "name regex ^(.*)\\.prod\\.example\\.$ {1}.prod.svc.cluster.local",
      "web.prod.example. A",
      "web.prod.svc.cluster.local. 30 IN A 10.96.90.1",
    ],
    [
      "name regex (.*)\\.prod\\.example\\. {1}.prod.svc.cluster.local answer name (.*)\\.prod\\.svc\\.cluster\\.local\\. {1}.prod.example",
      "web.prod.example. A",
      "web.prod.example. 30 IN A 10.96.90.1",
    ],
    ["name other.example web.default.svc.cluster.local", "web.prod.svc.cluster.local. A", "web.prod.svc.cluster.local. 30 IN A 10.96.90.1"],
  ])("rewrite %s: %s", (rule, question, want) => {
    const server = serverWith(kubeadmCorefile().replace("prometheus", `rewrite ${rule}\n    prometheus`));
    const reply = serveAtOnce(server, coreDnsState(1, "a"), questionOf(question), 0, "udp", outside);
    expect(reply?.message.question).toEqual(questionOf(question).question);
    expect(reply?.message.answer.map(recordText)).toEqual([want]);
  });

  test("rewrite: the first rule that matches stops, `continue` goes on", () => {
    const rules = (next: string): string =>
      kubeadmCorefile().replace(
        "prometheus",
        `rewrite ${next} name a.example b.example\n    rewrite name b.example web.default.svc.cluster.local\n    prometheus`,
      );
    expect(answers(rules("continue"), "a.example.")).toBe("NOERROR | aa | A 30 10.96.45.12");
    const reply = serveAtOnce(serverWith(rules("continue")), coreDnsState(1, "a"), questionOf("a.example."), 0, "udp", outside);
    expect(reply?.message.answer.map(recordText)).toEqual(["a.example. 30 IN A 10.96.45.12"]);
    expect(answers(rules("stop"), "a.example.")).toBe("NXDOMAIN | ra | SOA 30");
  });

  test.each([
    ["ip-10-0-0-1.example. A", "NOERROR | aa | A 30 10.0.0.1"],
    ["ip-10-0-0-1.example. AAAA", "NOERROR | ra | SOA 30"],
    ["other.example. A", "NXDOMAIN | ra | SOA 30"],
    ["block.invalid. A", "NXDOMAIN | aa"],
    ["block.invalid. TXT", "NXDOMAIN | aa"],
  ])("template: %s → %s", (question, want) => {
    const templates = `template IN A example {\n match ^ip-(?P<a>\\d+)-(\\d+)-(\\d+)-(\\d+)[.]example[.]$\n answer "{{ .Name }} 60 IN A {{ .Group.a }}.{{ index .Match 2 }}.{{ .Group.3 }}.{{ index .Match 4 }}"\n fallthrough\n }
      template ANY ANY invalid {\n rcode NXDOMAIN\n }\n    prometheus`;
    const internet = internetOf({ records: [{ name: "ip-10-0-0-1.example.", type: "TXT", ttl: 60, data: "x" }] }) as Internet;
    expect(ask(serverWith(kubeadmCorefile().replace("prometheus", templates)), coreDnsState(1, "a"), question, 0, internet)).toBe(want);
  });
});

describe("what is not an ordinary query", () => {
  const [server, state] = [serverWith(), coreDnsState(1, "a")];
  const got = (change: Partial<Message>): string => {
    const served = serve(server, state, { ...questionOf("web.default…"), ...change }, 0);
    return served.kind === "reply"
      ? `${inOneLine(served.message)} ${served.message.question === null ? "no question" : "question"}`
      : served.kind;
  };
  test.each([
    ["a response", { response: true }, "ignore"],
    ["an update", { opcode: 5 }, "NOTIMP no question"],
    ["no question", { question: null }, "FORMERR no question"],
    ["EDNS version 1", { edns: { udpSize: 1232, version: 1, dnssecOk: false, options: [] } }, "BADVERS question"],
  ] as const)("%s: %s", (_, change, want) => expect(got(change)).toBe(want));
});

describe("the internet", () => {
  test("the default one knows documentation names on documentation addresses", () => {
    const reply = (name: string): string => inOneLine(askInternet(defaultInternet(), questionOf(name)));
    expect(reply("www.example.com.")).toBe("NOERROR | ra | A 300 192.0.2.80");
    expect(reply("shop.example.com.")).toBe("NOERROR | ra | A 300 192.0.2.80, CNAME 120 www.example.com.");
    expect(reply("www.example.com. MX")).toBe("NOERROR | ra | SOA 86400");
    expect(reply("web.")).toBe("NXDOMAIN | ra | SOA 86400");
  });
  test("a zone file", () => {
    const zone = internetOfZone(
      "$ORIGIN example.net.\n$TTL 60\n@ 300 IN SOA ns hostmaster 1 2 3 4 5 ; serial …\nwww 60 IN A 192.0.2.1\n    60 IN A 192.0.2.2\nweb IN 30 CNAME www\n; nothing\n",
    );
    if ("error" in zone) throw new Error(zone.error);
    expect(inOneLine(askInternet(zone, questionOf("web.example.net.")))).toBe(
      "NOERROR | ra | A 60 192.0.2.1, A 60 192.0.2.2, CNAME 30 www.example.net.",
    );
    expect(zone.soa && recordText(zone.soa)).toBe("example.net. 300 IN SOA ns.example.net. hostmaster.example.net. 1 2 3 4 5");
  });
  test("mistakes are values", () => {
    expect(internetOfZone("www 60 IN A 192.0.2.1\nwww 60 IN A 192.0.2.300")).toEqual({
      error: "cannot read this record: www 60 IN A 192.0.2.300",
      line: 2,
    });
    expect(internetOf({ records: [{ name: "a.", type: "A", ttl: 1, data: "x" }] })).toEqual({
      error: "internet: cannot read the data of a. A: x",
    });
  });
  test("aliases in a circle end", () => {
    const circle = internetOf({
      records: [
        { name: "a.", type: "CNAME", ttl: 1, data: "b." },
        { name: "b.", type: "CNAME", ttl: 1, data: "a." },
      ],
    }) as Internet;
    expect(inOneLine(askInternet(circle, questionOf("a.")))).toBe("SERVFAIL | ra");
  });
});

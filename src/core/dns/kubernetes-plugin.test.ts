import { describe, expect, test } from "vitest";
import { dig } from "./dig.ts";
import type { DigAnswer } from "./dig.ts";
import { OUTSIDE, SHOP, clusterOf } from "./fixtures/cluster.ts";
import { internetOf } from "./internet.ts";
import type { Internet } from "./internet.ts";
import { storedDns } from "./resolve.ts";
import { kubeadmCorefile } from "./corefile.ts";

const outside = internetOf(OUTSIDE) as Internet;

/**
 * A reply in one line: data of the answer sorted (types other than the one asked named), `+` and the glue; "–" for NODATA,
 * "NX" for NXDOMAIN. Checks on the way what holds for every reply of the plugin.
 */
function ask(cluster: string, question: string, options: { corefile?: string; server?: string[]; synced?: boolean } = {}): string {
  const [short = "", type = "A"] = question.split(" ");
  const name = short.replace("…", ".svc.cluster.local.");
  const dns = storedDns(clusterOf(cluster, options.corefile), { serverAddresses: options.server ?? ["10.244.0.2"], serial: 7 });
  if ("error" in dns) throw new Error(dns.error);
  const answer = dig({ ...dns, server: { ...dns.server, synced: options.synced ?? true } }, outside, name, type);
  return inOneLine(answer, type);
}

function inOneLine(answer: DigAnswer, type: string): string {
  const records = answer.answer.map((record) => (record.type === type ? record.data : `${record.type} ${record.data}`));
  const aliases = answer.answer.filter((record) => record.type === "CNAME").length;
  const text = [...records.slice(0, aliases), ...records.slice(aliases).sort()].join(", ");
  const glue = answer.additional.map((record) => record.data).sort();
  if (answer.rcode === "NXDOMAIN" || (answer.rcode === "NOERROR" && text === "")) {
    expect(answer.authority.map((record) => record.type)).toEqual(["SOA"]);
    return answer.rcode === "NXDOMAIN" ? "NX" : "–";
  }
  if (answer.rcode !== "NOERROR") return answer.rcode;
  expect(answer.authority).toEqual([]);
  return glue.length === 0 ? text : `${text} + ${glue.join(" ")}`;
}

/** `name | A | AAAA | SRV | CNAME | TXT`, an empty cell is not asked. */
function table(rows: string): (readonly [string, string])[] {
  const lines = rows
    .trim()
    .split("\n")
    .map((line) => line.split("|").map((cell) => cell.trim()));
  const [head = [], ...body] = lines;
  return body.flatMap(([name = "", ...cells]) =>
    cells.flatMap((want, i) => (want === "" ? [] : [[`${name} ${head[i + 1] ?? ""}`, want] as const])),
  );
}

describe("a ClusterIP Service", () => {
  test.each(
    table(`
    name                      | A           | AAAA | SRV                                                              | CNAME | TXT | MX | HTTPS
    web.default…              | 10.96.45.12 | –    | 0 100 80 web.default.svc.cluster.local. + 10.96.45.12            | –     | –   | –  | –
    _http._tcp.web.default…   | 10.96.45.12 | –    | 0 100 80 web.default.svc.cluster.local. + 10.96.45.12            | –     | –   | –  | –
    http.tcp.web.default…     | 10.96.45.12 | –    | 0 100 80 web.default.svc.cluster.local. + 10.96.45.12            |       |     |    |
    _https._tcp.web.default…  | NX          | NX   | NX                                                               | NX    | NX  | NX | NX
    _http._udp.web.default…   | NX          | NX   | NX                                                               |       |     |    |
    _tcp.web.default…         | NX          | NX   | NX                                                               |       |     |    |
    10-244-1-10.web.default…  | 10.244.1.10 | –    | 0 100 8080 10-244-1-10.web.default.svc.cluster.local. + 10.244.1.10 | –  | –   | –  | –
    10-244-1-11.web.default…  | NX          | NX   | NX                                                               | NX    | NX  | NX | NX
    web-0a.web.default…       | NX          | NX   | NX                                                               | NX    | NX  | NX | NX
    a._http._tcp.web.default… | NX          | NX   | NX                                                               | NX    | NX  | NX | NX
    nothere.default…          | NX          | NX   | NX                                                               | NX    | NX  | NX | NX
    web.nosuchns…             | NX          | NX   | NX                                                               | NX    | NX  | NX | NX
    *.default…                | NX          | NX   | NX                                                               |       |     |    |
    any.default…              | NX          | NX   | NX                                                               |       |     |    |
    nobackend.shop…           | 10.96.80.4  | –    | 0 100 80 nobackend.shop.svc.cluster.local. + 10.96.80.4          | –     | –   | –  | –
    dual.shop…                | 10.96.80.8  | fd00:10:96::8 | 0 50 80 dual.shop.svc.cluster.local. + 10.96.80.8 fd00:10:96::8 | – | – | – | –
    six.shop…                 | –           | fd00:10:96::9 | 0 100 80 six.shop.svc.cluster.local. + fd00:10:96::9    | –     | –   | –  | –
    api.shop…                 | 10.96.80.1  | –    | 0 50 80 api.shop.svc.cluster.local., 0 50 9090 api.shop.svc.cluster.local. + 10.96.80.1 | – | – | – | –
    _metrics._tcp.api.shop…   | 10.96.80.1  | –    | 0 100 9090 api.shop.svc.cluster.local. + 10.96.80.1              |       |     |    |
    10-244-1-20.api.shop…     | 10.244.1.20 | –    | 0 50 3000 10-244-1-20.api.shop.svc.cluster.local., 0 50 9090 10-244-1-20.api.shop.svc.cluster.local. + 10.244.1.20 | | | |
    unnamed.shop…             | 10.96.80.2  | –    | 0 100 8080 unnamed.shop.svc.cluster.local. + 10.96.80.2          |       |     |    |
    udp.shop…                 | 10.96.80.3  | –    | 0 50 53 udp.shop.svc.cluster.local. + 10.96.80.3                 |       |     |    |
    _dns._udp.udp.shop…       | 10.96.80.3  | –    | 0 100 53 udp.shop.svc.cluster.local. + 10.96.80.3                |       |     |    |
    _dns-tcp._tcp.udp.shop…   | 10.96.80.3  | –    | 0 100 53 udp.shop.svc.cluster.local. + 10.96.80.3                |       |     |    |
    _dns._tcp.udp.shop…       | NX          | NX   | NX                                                               |       |     |    |
    noselector.shop…          | 10.96.80.10 | –    | 0 100 80 noselector.shop.svc.cluster.local. + 10.96.80.10        |       |     |    |
    192-0-2-50.noselector.shop… | 192.0.2.50 | –   | 0 100 80 192-0-2-50.noselector.shop.svc.cluster.local. + 192.0.2.50 |    |     |    |
  `),
  )("%s → %s", (question, want) => expect(ask(SHOP, question)).toBe(want));
});

describe("a headless Service", () => {
  test.each(
    table(`
    name                     | A                                     | AAAA | SRV | TXT | CNAME
    db.shop…                 | 10.244.1.30, 10.244.2.30              | –  | 0 50 5432 db-0.db.shop.svc.cluster.local., 0 50 5432 db-1.db.shop.svc.cluster.local. + 10.244.1.30 10.244.2.30 | – | –
    _postgres._tcp.db.shop…  | 10.244.1.30, 10.244.2.30              | –  | 0 50 5432 db-0.db.shop.svc.cluster.local., 0 50 5432 db-1.db.shop.svc.cluster.local. + 10.244.1.30 10.244.2.30 | – | –
    db-0.db.shop…            | 10.244.1.30                           | –  | 0 100 5432 db-0.db.shop.svc.cluster.local. + 10.244.1.30 | – | –
    DB-0.Db.ShOp…            | 10.244.1.30                           | –  | 0 100 5432 db-0.db.shop.svc.cluster.local. + 10.244.1.30 | – | –
    db-2.db.shop…            | NX                                    | NX | NX | NX | NX
    10-244-1-30.db.shop…     | NX                                    | NX | NX | NX | NX
    _postgres._tcp.db-0.db.shop… | NX                                | NX | NX | NX | NX
    hl-empty.shop…           | NX                                    | NX | NX | NX | NX
    hl-dual.shop…            | 10.244.1.40                           | fd00:10:244::40 | 0 50 80 10-244-1-40.hl-dual.shop.svc.cluster.local., 0 50 80 fd00-10-244--40.hl-dual.shop.svc.cluster.local. + 10.244.1.40 fd00:10:244::40 | – | –
    fd00-10-244--40.hl-dual.shop… | –                                | fd00:10:244::40 | 0 100 80 fd00-10-244--40.hl-dual.shop.svc.cluster.local. + fd00:10:244::40 | – | –
    hl-noports.shop…         | 10.244.1.44, 10.244.1.45              | –  | –  | – | –
    _http._tcp.hl-noports.shop… | NX                                 | NX | NX | NX | NX
    hl-pair.shop…            | 10.244.1.46, 10.244.1.47              | –  | 0 50 80 twin.hl-pair.shop.svc.cluster.local. + 10.244.1.46 10.244.1.47 | – | –
    twin.hl-pair.shop…       | 10.244.1.46, 10.244.1.47              | –  | 0 50 80 twin.hl-pair.shop.svc.cluster.local. + 10.244.1.46 10.244.1.47 | – | –
  `),
  )("%s → %s", (question, want) => expect(ask(SHOP, question)).toBe(want));

  test("two ports and three endpoints: three addresses, six SRV of weight 16", () => {
    expect(ask(SHOP, "hl-multi.shop… A")).toBe("10.244.1.41, 10.244.1.42, 10.244.1.43");
    const srv = ask(SHOP, "hl-multi.shop… SRV").split(" + ")[0]?.split(", ") ?? [];
    expect(srv.map((record) => record.split(" ").slice(0, 3).join(" "))).toEqual([
      "0 16 443",
      "0 16 443",
      "0 16 443",
      "0 16 80",
      "0 16 80",
      "0 16 80",
    ]);
  });

  test.each([
    [1, 100],
    [2, 50],
    [3, 33],
    [4, 25],
    [6, 16],
    [7, 14],
    [99, 1],
    [100, 1],
    [120, 1],
  ])("%i endpoints: weight %i", (endpoints, weight) => {
    const addresses = Array.from({ length: endpoints }, (_, i) => `10.1.${Math.floor(i / 200)}.${(i % 200) + 1}`);
    const srv = ask(`ns shop\nsvc shop/n None p:1\nslice shop/n ${addresses.join(" ")} : p:1`, "n.shop… SRV");
    expect(srv.split(" ")[1]).toBe(String(weight));
  });

  test("an IPv6 endpoint's dashed name that would end in a dash ends in 0", () => {
    const cluster = "ns a\nsvc a/s None p:1\nslice a/s 2001:db8:: : p:1";
    expect(ask(cluster, "2001-db8--0.s.a… AAAA")).toBe("2001:db8::");
    expect(ask(cluster, "s.a… SRV")).toBe("0 100 1 2001-db8--0.s.a.svc.cluster.local. + 2001:db8::");
  });

  test("a slice without the Service label is nobody's; slices of one name in another namespace are not taken", () => {
    const cluster = "ns a b\nsvc a/s None p:1\nslice b/s 10.1.0.1 : p:1";
    expect(ask(cluster, "s.a… A")).toBe("NX");
    expect(ask(`${cluster}\nslice a/s 10.1.0.2 : p:1`, "s.a… A")).toBe("10.1.0.2");
  });
});

describe("an ExternalName Service", () => {
  test.each(
    table(`
    name                 | A                                        | AAAA                                      | CNAME                          | SRV | TXT | MX
    ext.shop…            | CNAME www.example.com., 192.0.2.34       | CNAME www.example.com., 2001:db8::34      | www.example.com.               | –   | –   | –
    ext-dot.shop…        | CNAME www.example.com., 192.0.2.34       | CNAME www.example.com., 2001:db8::34      | www.example.com.               | –   | –   | –
    x.ext.shop…          | NX                                       | NX                                        | NX                             | NX  | NX  | NX
    _http._tcp.ext.shop… | NX                                       | NX                                        | NX                             | NX  | NX  | NX
    ext-nx.shop…         | CNAME does-not-exist.example.com.        | CNAME does-not-exist.example.com.         | does-not-exist.example.com.    | –   | –   | –
    ext-v6.shop…         | CNAME six.example.com.                   | CNAME six.example.com., 2001:db8::6       | six.example.com.               | –   | –   | –
    ext-cname.shop…      | CNAME alias.example.com., CNAME target.example.com., 192.0.2.77 | CNAME alias.example.com., CNAME target.example.com. | alias.example.com. | – | – | –
    ext-in.shop…         | CNAME web.default.svc.cluster.local., 10.96.45.12 | –                                | web.default.svc.cluster.local. | –   | –   | –
    ext-chain.shop…      | CNAME ext-in.shop.svc.cluster.local., CNAME web.default.svc.cluster.local., 10.96.45.12 | – | ext-in.shop.svc.cluster.local. | – | – | –
    ext-hl.shop…         | CNAME db.shop.svc.cluster.local., 10.244.1.30, 10.244.2.30 | –                       | db.shop.svc.cluster.local.     | –   | –   | –
    ext-in-missing.shop… | –                                        | –                                         | nothere.default.svc.cluster.local. | – | – | –
    ext-self.shop…       | –                                        | –                                         | ext-self.shop.svc.cluster.local. | – | – | –
    ext-loop-a.shop…     | –                                        | –                                         | ext-loop-b.shop.svc.cluster.local. | – | – | –
    ext-ip.shop…         | NX                                       | NX                                        | NX                             | NX  | NX  | NX
  `),
  )("%s → %s", (question, want) => expect(ask(SHOP, question)).toBe(want));

  test.each([
    [11, "found"],
    [12, "–"],
  ])("a chain of %i aliases: %s", (aliases, want) => {
    const chain = Array.from(
      { length: aliases },
      (_, i) => `svc c/a${i} -> ${i + 1 === aliases ? "end" : `a${i + 1}`}.c.svc.cluster.local`,
    );
    const got = ask(`ns c\nsvc c/end 10.96.1.1 p:1\n${chain.join("\n")}`, "a0.c… A");
    expect(got.endsWith("10.96.1.1") ? "found" : got).toBe(want);
  });
});

describe("names that no object makes", () => {
  test.each(
    table(`
    name                                  | A          | AAAA | TXT     | SOA | NS | SRV | MX
    svc.cluster.local.                    | –          | –    | NX      | –   | –  | –   | –
    pod.cluster.local.                    | –          | –    | NX      | –   | –  | –   | –
    default…                              | –          | –    | NX      | –   | –  | –   | –
    default.pod.cluster.local.            | –          | –    | NX      | –   | –  | –   | –
    nosuchns…                             | NX         | NX   | NX      | –   | NX | NX  | NX
    nosuchns.pod.cluster.local.           | NX         | NX   | NX      | –   | NX | NX  | NX
    dns-version.cluster.local.            | NX         | NX   | "1.1.0" | –   | NX | NX  | NX
    x.dns-version.cluster.local.          | NX         | NX   | NX      | –   | NX | NX  | NX
    ns.dns.cluster.local.                 | 10.96.0.10 | –    | NX      | –   | –  | –   | –
    dns.cluster.local.                    | NX         | NX   | NX      | –   | NX | NX  | NX
    hostmaster.cluster.local.             | NX         | NX   | NX      | –   | NX | NX  | NX
    web.default.cluster.local.            | NX         | NX   | NX      | –   | NX | NX  | NX
    10-244-1-5.default.pod.cluster.local. | 10.244.1.5 | –    | –       | –   | –  | 0 100 0 10-244-1-5.default.pod.cluster.local. + 10.244.1.5 | –
    x.10-244-1-5.default.pod.cluster.local. | 10.244.1.5 | –  | –       | –   | –  | 0 100 0 10-244-1-5.default.pod.cluster.local. + 10.244.1.5 | –
    x.y.10-244-1-5.default.pod.cluster.local. | 10.244.1.5 | –  |       |     |    |     |
    x.y.z.10-244-1-5.default.pod.cluster.local. | NX     | NX   | NX      | –   | NX | NX  | NX
    10-244-1-05.default.pod.cluster.local. | NX        | NX   | NX      | –   | NX | NX  | NX
    10-244-1-256.default.pod.cluster.local. | NX       | NX   |         |     |    |     |
    10--244-1-5.default.pod.cluster.local. | –         | 10::244:1:5 |  |     |    |     |
    fd00-10-244--40.shop.pod.cluster.local. | –        | fd00:10:244::40 | – | –  | –  |     |
    10-244-1-5.nosuchns.pod.cluster.local. | NX        | NX   | NX      | –   | NX | NX  | NX
    client.default.pod.cluster.local.     | NX         | NX   | NX      | –   | NX | NX  | NX
    cluster.local.                        | –          | –    | NX      | ns.dns.cluster.local. hostmaster.cluster.local. 7 7200 1800 86400 30 | kube-dns.kube-system.svc.cluster.local. + 10.96.0.10 | – | –
    Cluster.local.                        | –          | –    | NX      | ns.dns.Cluster.local. hostmaster.Cluster.local. 7 7200 1800 86400 30 | – | – | –
  `),
  )("%s → %s", (question, want) => expect(ask(SHOP, question)).toBe(want));

  test.each([
    ["web.default… AXFR", "REFUSED"],
    ["cluster.local. AXFR", "REFUSED"],
    ["cluster.local. IXFR", "REFUSED"],
    ["web.default… ANY", "–"],
    ["nothere.default… ANY", "NX"],
    ["web.default… TYPE65400", "–"],
    ["nothere.default… SOA", "–"],
    ["cluster.local. ANY", "–"],
    ["cluster.local. PTR", "–"],
    ["cluster.local. CNAME", "–"],
    ["ns.dns.cluster.local. PTR", "NX"],
    ["ns.dns.cluster.local. CNAME", "–"],
    ["web.default… PTR", "–"],
    ["nothere.default… PTR", "NX"],
  ])("%s → %s", (question, want) => expect(ask(SHOP, question)).toBe(want));

  test.each([
    ["disabled", "10-244-1-5.default.pod.cluster.local.", "NX"],
    ["disabled", "default.pod.cluster.local.", "NX"],
    ["disabled", "pod.cluster.local.", "–"],
    ["verified", "10-244-1-5.default.pod.cluster.local.", "10.244.1.5"],
    ["verified", "10-244-1-5.shop.pod.cluster.local.", "NX"],
    ["verified", "10-244-1-99.default.pod.cluster.local.", "NX"],
    ["verified", "10-244-9-1.default.pod.cluster.local.", "NX"],
    ["verified", "10-244-9-2.default.pod.cluster.local.", "NX"],
    ["verified", "default.pod.cluster.local.", "–"],
    ["insecure", "10-244-9-9.default.pod.cluster.local.", "10.244.9.9"],
  ])("pods %s: %s → %s", (mode, name, want) => {
    const corefile = kubeadmCorefile().replace("pods insecure", `pods ${mode}`);
    const more = "pod default/done 10.244.9.1 phase=Succeeded\npod default/going 10.244.9.2 deleting";
    expect(ask(`${SHOP}\n${more}`, `${name} A`, { corefile })).toBe(want);
  });
});

describe("reverse names", () => {
  test.each([
    ["12.45.96.10.in-addr.arpa. PTR", "web.default.svc.cluster.local."],
    ["10.1.244.10.in-addr.arpa. PTR", "10-244-1-10.web.default.svc.cluster.local."],
    ["30.1.244.10.in-addr.arpa. PTR", "db-0.db.shop.svc.cluster.local."],
    ["30.3.244.10.in-addr.arpa. PTR", "NX"],
    ["5.1.244.10.in-addr.arpa. PTR", "NX"],
    ["8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.6.9.0.0.0.1.0.0.0.0.d.f.ip6.arpa. PTR", "dual.shop.svc.cluster.local."],
    ["0.4.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.4.4.2.0.0.1.0.0.0.0.d.f.ip6.arpa. PTR", "fd00-10-244--40.hl-dual.shop.svc.cluster.local."],
    ["34.2.0.192.in-addr.arpa. PTR", "www.example.com."],
    ["12.45.96.10.in-addr.arpa. A", "NX"],
    ["12.45.96.10.in-addr.arpa. SOA", "–"],
    ["45.96.10.in-addr.arpa. PTR", "NX"],
    ["web.default.svc.10.in-addr.arpa. A", "NX"],
    ["in-addr.arpa. A", "–"],
  ])("%s → %s", (question, want) => expect(ask(SHOP, question)).toBe(want));

  test("one address behind several Services has a name in each", () => {
    const cluster =
      "ns a b\nsvc a/x None p:1\nsvc b/y None p:1\nslice a/x 10.1.0.1 : p:1\nslice a/x 10.1.0.1 : p:1\nslice b/y 10.1.0.1=h : p:1";
    expect(ask(cluster, "1.0.1.10.in-addr.arpa. PTR")).toBe("10-1-0-1.x.a.svc.cluster.local., h.y.b.svc.cluster.local.");
  });

  test("the name is in the configured spelling, the owner in the question's", () => {
    expect(ask(SHOP, "12.45.96.10.IN-ADDR.ARPA. PTR")).toBe("web.default.svc.cluster.local.");
  });
});

describe("the server's own names", () => {
  const headless = "ns d\nsvc d/dns None dns:53/UDP\nslice d/dns 10.1.0.1=one 10.1.0.2 : dns:53/UDP";
  test.each([
    [SHOP, ["10.244.0.2"], "kube-dns.kube-system.svc.cluster.local. + 10.96.0.10"],
    [SHOP, ["10.1.2.3"], "ns.dns.cluster.local. + 10.1.2.3"],
    [SHOP, ["10.1.2.3", "fd00::7"], "ns.dns.cluster.local. + 10.1.2.3 fd00::7"],
    [headless, ["10.1.0.1"], "10-1-0-2.dns.d.svc.cluster.local., one.dns.d.svc.cluster.local. + 10.1.0.1 10.1.0.2"],
  ])("NS with own addresses %#", (cluster, server, want) => expect(ask(cluster, "cluster.local. NS", { server })).toBe(want));
  test("ns.dns in the address's family", () => {
    expect(ask(SHOP, "ns.dns.cluster.local. AAAA", { server: ["10.1.2.3", "fd00::7"] })).toBe("fd00::7");
  });
});

describe("options of the kubernetes directive", () => {
  const withOption = (line: string): string => kubeadmCorefile().replace("ttl 30", `ttl 30\n       ${line}`);
  test.each([
    ["endpoint_pod_names", "web-0a.web.default… A", "10.244.1.10"],
    ["endpoint_pod_names", "10-244-1-10.web.default… A", "NX"],
    ["endpoint_pod_names", "db-0.db.shop… A", "10.244.1.30"],
    ["noendpoints", "db.shop… A", "NX"],
    ["noendpoints", "web.default… A", "10.96.45.12"],
    ["noendpoints", "10.1.244.10.in-addr.arpa. PTR", "NX"],
    ["namespaces default", "web.default… A", "10.96.45.12"],
    ["namespaces default", "api.shop… A", "NX"],
    ["namespaces default", "shop… A", "NX"],
    ["namespaces default", "1.80.96.10.in-addr.arpa. PTR", "NX"],
    ["ignore empty_service", "nobackend.shop… A", "NX"],
    ["ignore empty_service", "web.default… A", "10.96.45.12"],
    ["fallthrough", "www.example.com. A", "192.0.2.34"],
    ["fallthrough", "nothere.default… A", "NX"],
  ])("%s: %s → %s", (option, question, want) => expect(ask(SHOP, question, { corefile: withOption(option) })).toBe(want));

  test("not synced: a known name is answered, another is SERVFAIL", () => {
    expect(ask(SHOP, "web.default… A", { synced: false })).toBe("10.96.45.12");
    expect(ask(SHOP, "nothere.default… A", { synced: false })).toBe("SERVFAIL");
    expect(ask(SHOP, "default… A", { synced: false })).toBe("–");
  });
});

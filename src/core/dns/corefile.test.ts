import { describe, expect, test } from "vitest";
import { corefileOf, kubeadmCorefile, parseCorefile } from "./corefile.ts";
import type { Corefile, ServerBlock } from "./corefile.ts";
import { clusterOf } from "./fixtures/cluster.ts";
import { zonesOf } from "./zones.ts";

function read(text: string): Corefile {
  const corefile = parseCorefile(text);
  if ("error" in corefile) throw new Error(`${corefile.line}: ${corefile.error}`);
  return corefile;
}

const block = (directives: string): ServerBlock => read(`.:53 {\n${directives}\n}`).blocks[0] as ServerBlock;

test("kubeadm's Corefile", () => {
  const { blocks, notSimulated } = read(kubeadmCorefile());
  expect(notSimulated).toEqual([]);
  expect(blocks).toEqual([
    {
      zones: ["."],
      port: 53,
      line: 1,
      kubernetes: {
        zones: ["cluster.local.", "in-addr.arpa.", "ip6.arpa."],
        pods: "insecure",
        ttl: 30,
        fallthrough: ["in-addr.arpa.", "ip6.arpa."],
        endpointPodNames: false,
        noEndpoints: false,
        namespaces: [],
        ignoreEmptyService: false,
      },
      cache: {
        zones: ["."],
        success: { min: 5, max: 30, except: ["cluster.local."] },
        denial: { min: 5, max: 30, except: ["cluster.local."] },
        servfail: 5,
      },
      forwards: [{ from: ".", except: [], to: ["/etc/resolv.conf"], policy: "random", forceTcp: false }],
      hosts: null,
      rewrites: [],
      templates: [],
      loadbalance: true,
    },
  ]);
});

test("the ConfigMap's text is taken, kubeadm's where there is none", () => {
  const store = clusterOf("ns default", ".:53 {\n forward . 192.0.2.1\n}");
  expect(corefileOf(store)).toEqual(read(".:53 {\n forward . 192.0.2.1\n}"));
  store.objects.delete("ConfigMap");
  expect(corefileOf(store, "k8s.example")).toEqual(read(kubeadmCorefile("k8s.example")));
});

describe("server blocks", () => {
  test.each([
    [".:53 {\n}", [[".", 53]]],
    [". {\n}", [[".", 53]]],
    ["example.org, Example.net:53 {\n}", [["example.org. example.net.", 53]]],
    ["example.org,\nexample.net {\n}", [["example.org. example.net.", 53]]],
    [
      "example.org:5353 example.net {\n}",
      [
        ["example.org.", 5353],
        ["example.net.", 53],
      ],
    ],
    ["dns://example.org {\n}", [["example.org.", 53]]],
    [":1053 {\n}", [[".", 1053]]],
    ["10.0.0.0/24 {\n}", [["0.0.10.in-addr.arpa.", 53]]],
    [
      ".:53 {\n}\nexample.org {\n}",
      [
        [".", 53],
        ["example.org.", 53],
      ],
    ],
    ["# a comment\n.:53 { # another\n errors # more\n}", [[".", 53]]],
    ["example.org\nerrors\nloadbalance", [["example.org.", 53]]],
    ["(common) {\n loadbalance\n}\n. {\n import common\n}", [[".", 53]]],
  ] as const)("%j", (text, want) => {
    expect(read(text).blocks.map((one) => [one.zones.join(" "), one.port])).toEqual(want);
  });
  test("a snippet's directives come in", () => {
    expect(read("(common) {\n loadbalance\n}\n. {\n import common\n}").blocks[0]?.loadbalance).toBe(true);
  });
});

describe("directives", () => {
  test.each([
    ["kubernetes", { zones: ["."], pods: "disabled", ttl: 5, fallthrough: [] }],
    ["kubernetes Cluster.Local", { zones: ["cluster.local."] }],
    ["kubernetes cluster.local {\n pods verified\n ttl 0\n}", { pods: "verified", ttl: 0 }],
    ["kubernetes cluster.local {\n fallthrough\n}", { fallthrough: ["."] }],
    [
      "kubernetes cluster.local {\n endpoint_pod_names\n noendpoints\n namespaces a b\n ignore empty_service\n}",
      { endpointPodNames: true, noEndpoints: true, namespaces: ["a", "b"], ignoreEmptyService: true },
    ],
    ["kubernetes cluster.local 10.0.0.0/16", { zones: ["cluster.local.", "0.10.in-addr.arpa."] }],
  ])("%j", (text, want) => expect(block(text).kubernetes).toMatchObject(want));

  test.each([
    ["cache", { success: { min: 5, max: 3600 }, denial: { min: 5, max: 1800 } }],
    ["cache 60 example.org", { zones: ["example.org."], success: { max: 60 } }],
    [
      "cache {\n success 5000 120 10\n denial 100 7\n servfail 0\n}",
      { success: { min: 10, max: 120 }, denial: { min: 5, max: 7 }, servfail: 0 },
    ],
    ["cache 30 {\n disable success\n servfail 1m\n}", { success: { except: ["."] }, denial: { except: [] }, servfail: 60 }],
  ])("%j", (text, want) => expect(block(text).cache).toMatchObject(want));

  test.each([
    ["forward . 192.0.2.1 192.0.2.2:5353", { from: ".", to: ["192.0.2.1", "192.0.2.2:5353"], policy: "random" }],
    [
      "forward example.org 192.0.2.1 {\n except internal.example.org\n policy sequential\n force_tcp\n max_fails 0\n}",
      { from: "example.org.", except: ["internal.example.org."], policy: "sequential", forceTcp: true },
    ],
  ])("%j", (text, want) => expect(block(text).forwards[0]).toMatchObject(want));

  test("what is kept and not simulated is named, with its line", () => {
    const text =
      ".:53 {\n    dnssec\n    cache 30 {\n        prefetch 10\n    }\n    rewrite ttl example.org 30\n    autopath @kubernetes\n}";
    expect(read(text).notSimulated).toEqual([
      { name: "dnssec", line: 2 },
      { name: "cache.prefetch", line: 4 },
      { name: "rewrite.ttl", line: 6 },
      { name: "autopath", line: 7 },
    ]);
  });
});

describe("mistakes", () => {
  test.each([
    [".:53 {\n errors\n", 2, "Syntax error: Unexpected token 'errors', expecting '}'"],
    [".:53 {\n cache 30 {\n", 2, "Unexpected EOF"],
    [".:53 {\n errors }\n", 2, "Unexpected '}' because no matching opening brace"],
    // The brace that is missing is found at the end of the file, and what stands before it is taken for options.
    [".:53 {\n kubernetes cluster.local {\n  ttl 30\n prometheus :9153\n}", 4, "plugin/kubernetes: unknown property 'prometheus'"],
    [".:53 {\n errors\n}\n}", 4, "a closing brace without an opening one"],
    [".:53 {\n kubernets cluster.local\n}", 2, "Unknown directive 'kubernets'"],
    [".:53 {\n kubernetes cluster.local {\n  pods maybe\n }\n}", 3, "pods must be one of: disabled, verified, insecure"],
    [".:53 {\n kubernetes cluster.local {\n  ttl 3601\n }\n}", 3, "ttl must be in range [0, 3600]: 3601"],
    [".:53 {\n kubernetes cluster.local {\n  ttl soon\n }\n}", 3, "not a number of seconds: soon"],
    [".:53 {\n kubernetes cluster.local {\n  wildcards\n }\n}", 3, "unknown property 'wildcards'"],
    [".:53 {\n kubernetes a\n kubernetes b\n}", 3, "only be used once"],
    [".:53 {\n cache 0\n}", 2, "cache TTL can not be zero"],
    [".:53 {\n cache {\n  disable everything\n }\n}", 3, 'must be "success" or "denial"'],
    [".:53 {\n forward .\n}", 2, "at least one upstream"],
    [".:53 {\n forward . 192.0.2.1 {\n  policy best\n }\n}", 3, "unknown policy 'best'"],
    [".:53 {\n rewrite name regex ( x\n}", 2, "invalid regex"],
    [".:53 {\n rewrite name a\n}", 2, "too few arguments"],
    [".:53 {\n rewrite name like a b\n}", 2, "received: like"],
    [".:53 {\n hosts {\n  ttl -1\n }\n}", 3, "ttl provided is invalid"],
    [".:53 {\n hosts {\n  nonsense\n }\n}", 3, "unknown property 'nonsense'"],
    [".:53 {\n loadbalance sometimes\n}", 2, "unknown policy: sometimes"],
    [".:53 {\n template IN A {\n  rcode WHAT\n }\n}", 3, "unknown rcode"],
    [".:53 {\n import nothing\n}", 2, "File to import not found: nothing"],
    ['.:53 {\n template IN A {\n  answer "x\n }\n}', 3, "no closing"],
    ["{\n errors\n}", 1, "needs a zone"],
    [".:53 {\n cache 30\n {\n }\n}", 3, "must stand at the end"],
  ])("%j: line %i, %s", (text, line, error) => {
    const got = parseCorefile(text);
    expect("error" in got ? [got.line, got.error] : got).toEqual([line, expect.stringContaining(error)]);
  });
});

test.each([
  ["cluster.local", ["cluster.local."]],
  ["10.0.0.0/8", ["10.in-addr.arpa."]],
  ["10.1.2.0/24", ["2.1.10.in-addr.arpa."]],
  ["10.1.2.0/23", ["2.1.10.in-addr.arpa.", "3.1.10.in-addr.arpa."]],
  ["2001:db8::/32", ["8.b.d.0.1.0.0.2.ip6.arpa."]],
  ["10.1.2.3/99x", ["10.1.2.3/99x."]],
])("zone %s", (text, want) => expect(zonesOf(text)).toEqual(want));

import { describe, expect, test } from "vitest";
import type { Pod, PodSpec } from "../api/types.ts";
import { hostsFileOf } from "./hosts-file.ts";
import { DEFAULT_NODE_RESOLV_CONF, ndotsOf, parseResolvConf, resolvConfOf } from "./resolv-conf.ts";
import type { DnsSettings } from "./resolv-conf.ts";

const SETTINGS: DnsSettings = {
  clusterDns: ["10.96.0.10"],
  domain: "cluster.local",
  nodeResolvConf: "search corp.example.com\nnameserver 192.0.2.53\noptions rotate\n",
};

function pod(spec: Partial<PodSpec>, namespace = "shop"): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p", namespace },
    spec: { containers: [], ...spec },
    status: { podIPs: [{ ip: "10.244.1.5" }] },
  };
}

/** The file, lines joined with " | ". */
function file(spec: Partial<PodSpec>, settings: Partial<DnsSettings> = {}): string {
  return resolvConfOf(pod(spec), { ...SETTINGS, ...settings })
    .text.trimEnd()
    .replaceAll("\n", " | ");
}

const CLUSTER = "search shop.svc.cluster.local svc.cluster.local cluster.local corp.example.com | nameserver 10.96.0.10 | options ndots:5";
const NODE = "search corp.example.com | nameserver 192.0.2.53 | options rotate";

describe("/etc/resolv.conf", () => {
  test.each([
    ["no policy", {}, CLUSTER],
    ["ClusterFirst", { dnsPolicy: "ClusterFirst" }, CLUSTER],
    ["ClusterFirst on the host network", { dnsPolicy: "ClusterFirst", hostNetwork: true }, NODE],
    ["ClusterFirstWithHostNet", { dnsPolicy: "ClusterFirstWithHostNet", hostNetwork: true }, CLUSTER],
    ["ClusterFirstWithHostNet off the host network", { dnsPolicy: "ClusterFirstWithHostNet" }, CLUSTER],
    ["Default", { dnsPolicy: "Default" }, NODE],
    ["None", { dnsPolicy: "None", dnsConfig: { nameservers: ["192.0.2.1"] } }, "nameserver 192.0.2.1"],
    [
      "dnsConfig on ClusterFirst",
      {
        dnsConfig: {
          nameservers: ["192.0.2.1", "10.96.0.10"],
          searches: ["corp.example.com", "x.example"],
          options: [{ name: "ndots", value: "2" }, { name: "edns0" }],
        },
      },
      "search shop.svc.cluster.local svc.cluster.local cluster.local corp.example.com x.example | nameserver 10.96.0.10 | nameserver 192.0.2.1 | options ndots:2 edns0",
    ],
  ] as const)("%s", (_, spec, want) => expect(file(spec)).toBe(want));

  test("another domain, and a node without a search list", () => {
    expect(file({}, { domain: "k8s.example", nodeResolvConf: DEFAULT_NODE_RESOLV_CONF })).toBe(
      "search shop.svc.k8s.example svc.k8s.example k8s.example | nameserver 10.96.0.10 | options ndots:5",
    );
  });

  test("no cluster DNS: Default, with a warning", () => {
    const conf = resolvConfOf(pod({}), { ...SETTINGS, clusterDns: [] });
    expect(conf.nameservers).toEqual(["192.0.2.53"]);
    expect(conf.warnings.map((warning) => warning.reason)).toEqual(["MissingClusterDNS"]);
  });

  test.each([
    [["10.96.0.10"], "search . | nameserver 127.0.0.1"],
    [["fd00::a"], "search . | nameserver ::1"],
  ])("no file on the node, cluster DNS %j", (clusterDns, want) => {
    expect(file({ dnsPolicy: "Default" }, { nodeResolvConf: null, clusterDns })).toBe(want);
  });

  test("more name servers and search domains than fit are cut, with warnings", () => {
    const many = pod({
      dnsPolicy: "None",
      dnsConfig: {
        nameservers: ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"],
        searches: Array.from({ length: 40 }, (_, i) => `s${i}.example`),
      },
    });
    const conf = resolvConfOf(many, SETTINGS);
    expect(conf.nameservers).toEqual(["192.0.2.1", "192.0.2.2", "192.0.2.3"]);
    expect(conf.searches).toHaveLength(32);
    expect(conf.warnings.map((warning) => warning.message.split(", the applied")[0])).toEqual([
      "Nameserver limits were exceeded, some nameservers have been omitted",
      "Search Line limits were exceeded, some search paths have been omitted",
    ]);
    const long = Array.from({ length: 12 }, (_, i) => `${"x".repeat(60)}.${"y".repeat(60)}.${"z".repeat(60)}.s${i}.example`);
    expect(
      resolvConfOf(pod({ dnsPolicy: "None", dnsConfig: { nameservers: ["192.0.2.1"], searches: long } }), SETTINGS).searches,
    ).toHaveLength(10);
    expect(resolvConfOf(pod({ dnsConfig: { searches: ["x".repeat(254)] } }), SETTINGS).searches).toHaveLength(4);
  });

  test.each([
    ["nameserver 1.1.1.1\nnameserver 2.2.2.2", "1.1.1.1 2.2.2.2 | | "],
    ["search a. b\nsearch c.d. .", " | c.d | "],
    ["options ndots:2\noptions rotate", " | | rotate"],
    ["# nameserver 9.9.9.9\ndomain x\n  nameserver\t1.1.1.1  \n;x", "1.1.1.1 | | "],
  ])("reading %j", (text, want) => {
    const { nameservers, searches, options } = parseResolvConf(text);
    expect(
      [nameservers, searches, options]
        .map((list) => list.join(" "))
        .join(" | ")
        .replaceAll("|  |", "| |"),
    ).toBe(want);
  });

  test("ndots: 1 where the file is silent, never above 15", () => {
    const of = (...options: string[]): number => ndotsOf({ nameservers: [], searches: [], options });
    expect([of(), of("ndots:5"), of("ndots:99"), of("ndots:x"), of("ndots:2", "ndots:3")]).toEqual([1, 5, 15, 1, 3]);
  });
});

describe("/etc/hosts", () => {
  test("a Pod with a subdomain has its long name first", () => {
    const text = hostsFileOf(pod({ hostname: "db-0", subdomain: "db" }), "cluster.local").text;
    expect(text).toBe(
      [
        "# Kubernetes-managed hosts file.",
        "127.0.0.1\tlocalhost",
        "::1\tlocalhost\tip6-localhost\tip6-loopback",
        "fe00::0\tip6-localnet",
        "fe00::0\tip6-mcastprefix",
        "fe00::1\tip6-allnodes",
        "fe00::2\tip6-allrouters",
        "10.244.1.5\tdb-0.db.shop.svc.cluster.local\tdb-0",
        "",
      ].join("\n"),
    );
  });
  test("any other Pod has its hostname, and hostAliases follow", () => {
    const aliased = { ...pod({}), spec: { containers: [], hostAliases: [{ ip: "192.0.2.9", hostnames: ["foo", "bar"] }] } };
    expect(hostsFileOf(aliased, "cluster.local").text.split("\n").slice(7)).toEqual([
      "10.244.1.5\tp",
      "",
      "# Entries added by HostAliases.",
      "192.0.2.9\tfoo\tbar",
      "",
    ]);
    expect(hostsFileOf(aliased, "cluster.local").entries.at(-1)).toEqual({ address: "192.0.2.9", names: ["foo", "bar"] });
  });
  test("a host-network Pod sees the node's file", () => {
    const names = hostsFileOf(pod({ hostNetwork: true, nodeName: "node-1" }), "cluster.local").entries.flatMap((entry) => entry.names);
    expect(names).toEqual(["localhost", "localhost", "ip6-localhost", "ip6-loopback", "node-1"]);
  });
});

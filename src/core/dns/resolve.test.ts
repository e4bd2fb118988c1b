import { describe, expect, test } from "vitest";
import { get } from "../api/store.ts";
import { digFromPod } from "./dig.ts";
import { OUTSIDE, SHOP, clusterOf } from "./fixtures/cluster.ts";
import { internetOf } from "./internet.ts";
import type { Internet } from "./internet.ts";
import { domainOf, resolveFromPod, storedDns } from "./resolve.ts";
import type { StoredDns } from "./resolve.ts";
import { kubeadmCorefile } from "./corefile.ts";
import type { ObjectStore } from "../api/store.ts";
import type { Pod } from "../api/types.ts";

const outside = internetOf(OUTSIDE) as Internet;

function dnsOf(store: ObjectStore): StoredDns {
  const dns = storedDns(store);
  if ("error" in dns) throw new Error(dns.error);
  return dns;
}

function podOf(store: ObjectStore, key: string): Pod {
  const pod = get(store, "Pod", key);
  if (pod === undefined) throw new Error(key);
  return pod;
}

describe("dig through a Pod's resolver files", () => {
  const store = clusterOf(SHOP);
  test.each([
    ["default/client", "web A", "web.default.svc.cluster.local.", "10.96.45.12"],
    [
      "default/client",
      "db.shop SRV",
      "db.shop.default.svc.cluster.local. db.shop.svc.cluster.local.",
      "0 50 5432 db-0.db.shop.svc.cluster.local. 0 50 5432 db-1.db.shop.svc.cluster.local.",
    ],
    ["default/client", "web.default.svc.cluster.local. A", "web.default.svc.cluster.local.", "10.96.45.12"],
    ["default/client", "webb A", "webb.default.svc.cluster.local. webb.svc.cluster.local. webb.cluster.local. webb.", "NXDOMAIN"],
    ["default/client", "shop A", "shop.default.svc.cluster.local. shop.svc.cluster.local. shop.cluster.local. shop.", "NOERROR"],
    ["default/plain", "web A", "web.", "NXDOMAIN"],
    ["default/plain", "www.example.com A", "www.example.com.", "192.0.2.34"],
  ])("%s %s: %s → %s", (pod, question, queries, want) => {
    const [name = "", type = ""] = question.split(" ");
    const answer = digFromPod(dnsOf(store), outside, { pod: podOf(store, pod), libc: "glibc", name, type });
    if (answer === null) throw new Error("no answer");
    expect(answer.queries.join(" ")).toBe(queries);
    expect(answer.answer.length === 0 ? answer.rcode : answer.answer.map((record) => record.data).join(" ")).toBe(want);
  });
  test("musl stops at the first name that exists, and a name of no use is null", () => {
    const ask = (name: string): string | undefined =>
      digFromPod(dnsOf(store), outside, { pod: podOf(store, "default/client"), libc: "musl", name, type: "A" })?.queries.join(" ");
    expect(ask("shop")).toBe("shop.default.svc.cluster.local. shop.svc.cluster.local.");
    expect(ask("x..y")).toBe(undefined);
  });
});

describe("a cluster's DNS in stored objects", () => {
  const resolve = (store: ObjectStore): string => {
    const found = resolveFromPod(store, dnsOf(store), outside, {
      pod: podOf(store, "default/client"),
      name: "web",
      family: "IPv4",
      libc: "glibc",
    });
    return found.error?.because ?? found.addresses.join(" ");
  };
  const small = "ns default kube-system\nsvc default/web 10.96.45.12 http:80\npod default/client 10.244.1.5\n";
  test.each([
    ["no Service kube-dns: the usual address", small, "10.96.45.12"],
    ["another address", `${small}svc kube-system/kube-dns 10.96.0.99 dns:53/UDP`, "10.96.45.12"],
    [
      "nobody ready: rejected",
      `${small}svc kube-system/kube-dns 10.96.0.10 dns:53/UDP\nslice kube-system/kube-dns !10.244.0.2 : dns:53/UDP`,
      "unreachable",
    ],
  ])("%s", (_, cluster, want) => expect(resolve(clusterOf(cluster))).toBe(want));

  test("a Corefile with a mistake is said", () => {
    expect(storedDns(clusterOf(small, ".:53 {\n nonsense\n}"))).toEqual({ error: "Unknown directive 'nonsense'", line: 2 });
  });

  test("the domain is the Corefile's", () => {
    expect(dnsOf(clusterOf(small, kubeadmCorefile("k8s.example"))).domain).toBe("k8s.example");
    expect(domainOf({ blocks: [], reload: null, notSimulated: [] })).toBe("cluster.local");
  });
});

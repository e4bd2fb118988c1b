import { describe, expect, test } from "vitest";
import { get } from "../api/store.ts";
import { randomState } from "../base/random.ts";
import { SECOND } from "../base/time.ts";
import type { Nanos } from "../base/time.ts";
import { OUTSIDE, SHOP, clusterOf } from "./fixtures/cluster.ts";
import { internetOf } from "./internet.ts";
import type { Internet } from "./internet.ts";
import { bareReply } from "./records.ts";
import type { Message, Rcode, ResourceRecord } from "./records.ts";
import { resolveFromPod, resolveSync, storedDns } from "./resolve.ts";
import type { Resolved } from "./resolve.ts";
import { candidatesOf, startLookup, stepLookup } from "./resolver.ts";
import type { Libc, LookupFamily, LookupStep, OutgoingQuery } from "./resolver.ts";

const outside = internetOf(OUTSIDE) as Internet;
const store = clusterOf(SHOP);

/** What a Pod of the cluster gets: names asked for (below cluster.local shortened to "…"), packets, result. */
function lookUp(from: string, name: string, libc: Libc, family: LookupFamily = "both", nodeResolvConf?: string): string {
  const dns = storedDns(store);
  const pod = get(store, "Pod", from);
  if ("error" in dns || pod === undefined) throw new Error(from);
  return inOneLine(resolveFromPod(store, dns, outside, { pod, name, family, libc, nodeResolvConf }));
}

function inOneLine(resolved: Resolved): string {
  const names = resolved.names.map((name) => name.replace(/\.cluster\.local\.$/, "…"));
  const result = resolved.error === null ? [...resolved.addresses].sort().join(" ") : resolved.error.code.replace("EAI_", "");
  return `${names.join(" ")} [${resolved.queries.length}] ${result}`.trim();
}

describe("what a Pod asks for in a kubeadm cluster", () => {
  test.each([
    // from, name, libc → candidates, packets, result
    ["default/client", "web", "glibc", "web.default.svc… [2] 10.96.45.12"],
    ["default/client", "web", "musl", "web.default.svc… [2] 10.96.45.12"],
    ["default/client", "webb", "glibc", "webb.default.svc… webb.svc… webb… webb. [8] NONAME"],
    ["default/client", "webb", "musl", "webb.default.svc… webb.svc… webb… webb. [8] NONAME"],
    ["default/client", "db.shop", "glibc", "db.shop.default.svc… db.shop.svc… [4] 10.244.1.30 10.244.2.30"],
    [
      "default/client",
      "web.default.svc.cluster.local",
      "glibc",
      "web.default.svc.cluster.local.default.svc… web.default.svc.cluster.local.svc… web.default.svc.cluster.local… web.default.svc… [8] 10.96.45.12",
    ],
    ["default/client", "web.default.svc.cluster.local.", "glibc", "web.default.svc… [2] 10.96.45.12"],
    ["default/client", "web.default.svc.cluster.local.", "musl", "web.default.svc… [2] 10.96.45.12"],
    [
      "default/client",
      "www.example.com",
      "glibc",
      "www.example.com.default.svc… www.example.com.svc… www.example.com… www.example.com. [8] 192.0.2.34 2001:db8::34",
    ],
    ["default/client", "a.b.c.d.e.f", "glibc", "a.b.c.d.e.f. a.b.c.d.e.f.default.svc… a.b.c.d.e.f.svc… a.b.c.d.e.f… [8] NONAME"],
    ["default/client", "a.b.c.d.e.f", "musl", "a.b.c.d.e.f. [2] NONAME"],
    ["default/client", "shop", "glibc", "shop.default.svc… shop.svc… shop… shop. [8] NODATA"],
    ["default/client", "shop", "musl", "shop.default.svc… shop.svc… [4] NODATA"],
    ["default/client", "hl-empty.shop", "glibc", "hl-empty.shop.default.svc… hl-empty.shop.svc… hl-empty.shop… hl-empty.shop. [8] NONAME"],
    ["default/client", "ext.shop", "glibc", "ext.shop.default.svc… ext.shop.svc… [4] 192.0.2.34 2001:db8::34"],
    ["default/client", "ext-nx.shop", "glibc", "ext-nx.shop.default.svc… ext-nx.shop.svc… [4] NONAME"],
    ["default/client", "ext-nx.shop", "musl", "ext-nx.shop.default.svc… ext-nx.shop.svc… [4] NODATA"],
    ["shop/toolbox", "kubernetes.default", "glibc", "kubernetes.default.shop.svc… kubernetes.default.svc… [4] 10.96.0.1"],
    [
      "default/client",
      "10-244-1-5.default.pod",
      "glibc",
      "10-244-1-5.default.pod.default.svc… 10-244-1-5.default.pod.svc… 10-244-1-5.default.pod… [6] 10.244.1.5",
    ],
    ["default/client", "localhost", "glibc", "[0] 127.0.0.1 ::1"],
    ["default/client", "client", "musl", "[0] 10.244.1.5"],
    ["shop/db-0", "db-0.db.shop.svc.cluster.local", "glibc", "[0] 10.244.1.30"],
    ["default/client", "10.96.45.12", "glibc", "[0] 10.96.45.12"],
    ["default/client", "fd00:10:96::8", "musl", "[0] fd00:10:96::8"],
    ["default/host-client", "web", "glibc", "web. [2] NONAME"],
    ["default/host-cf", "web", "glibc", "web.default.svc… [2] 10.96.45.12"],
    ["default/plain", "www.example.com", "glibc", "www.example.com. [2] 192.0.2.34 2001:db8::34"],
    ["prod/in-prod", "web", "glibc", "web.prod.svc… [2] 10.96.90.1"],
    ["default/client", "dual.shop", "musl", "dual.shop.default.svc… dual.shop.svc… [4] 10.96.80.8 fd00:10:96::8"],
  ] as const)("%s %s (%s): %s", (from, name, libc, want) => expect(lookUp(from, name, libc)).toBe(want));

  test.each([
    ["default/client", "six.shop", "glibc", "IPv4", "six.shop.default.svc… six.shop.svc… six.shop… six.shop. [4] NODATA"],
    ["default/client", "six.shop", "musl", "IPv4", "six.shop.default.svc… six.shop.svc… [2] NODATA"],
    ["default/client", "six.shop", "musl", "IPv6", "six.shop.default.svc… six.shop.svc… [2] fd00:10:96::9"],
    ["default/client", "ext-nx.shop", "glibc", "IPv4", "ext-nx.shop.default.svc… ext-nx.shop.svc… [2] NODATA"],
    ["default/client", "localhost", "musl", "IPv4", "[0] 127.0.0.1"],
    ["default/host-client", "localhost", "glibc", "IPv6", "[0] ::1"],
    ["default/client", "10.96.45.12", "glibc", "IPv4", "[0] 10.96.45.12"],
    ["default/client", "10.96.45.12", "glibc", "IPv6", "[0] ADDRFAMILY"],
    ["default/client", "fd00:10:96::8", "musl", "IPv4", "[0] NODATA"],
    ["default/client", "client", "musl", "IPv6", "[0] NODATA"],
    ["default/client", "client", "glibc", "IPv6", "client.default.svc… client.svc… client… client. [4] NONAME"],
  ] as const)("%s %s (%s, %s): %s", (from, name, libc, family, want) => expect(lookUp(from, name, libc, family)).toBe(want));

  test("a search domain of the node is one more step", () => {
    const conf = "search corp.example.com\nnameserver 192.0.2.53\n";
    expect(lookUp("default/client", "www.example.com", "glibc", "IPv4", conf)).toBe(
      "www.example.com.default.svc… www.example.com.svc… www.example.com… www.example.com.corp.example.com. www.example.com. [5] 192.0.2.34",
    );
  });

  test("ndots 2 of the Pod's dnsConfig: as is first", () => {
    const pod = get(store, "Pod", "shop/toolbox");
    const dns = storedDns(store);
    if (pod === undefined || "error" in dns) throw new Error("no Pod");
    const changed = { ...pod, spec: { ...pod.spec, dnsConfig: { options: [{ name: "ndots", value: "2" }] } } };
    const ask = (name: string, libc: Libc): string =>
      inOneLine(resolveFromPod(store, dns, outside, { pod: changed, name, family: "IPv4", libc }));
    expect(ask("www.example.com", "glibc")).toBe("www.example.com. [1] 192.0.2.34");
    expect(ask("web.default.svc", "glibc")).toBe(
      "web.default.svc. web.default.svc.shop.svc… web.default.svc.svc… web.default.svc… [4] 10.96.45.12",
    );
    expect(ask("web.default.svc", "musl")).toBe("web.default.svc. [1] NONAME");
  });
});

// ---------------------------------------------------------------- servers that misbehave

const CONF = {
  nameservers: ["10.96.0.10"],
  searches: ["default.svc.cluster.local", "svc.cluster.local", "cluster.local"],
  options: ["ndots:5"],
};

function request(
  name: string,
  libc: Libc,
  family: LookupFamily = "both",
  conf: Partial<typeof CONF> = {},
): Parameters<typeof startLookup>[0] {
  return { name, family, libc, resolvConf: { ...CONF, ...conf }, hosts: { entries: [] }, random: randomState(1, "test") };
}

function reply(query: Message, rcode: Rcode, addresses: readonly string[] = []): Message {
  const name = query.question?.name ?? ".";
  const answer = addresses.map((address): ResourceRecord => ({ name, ttl: 30, type: address.includes(":") ? "AAAA" : "A", address }));
  return { ...bareReply(query, rcode), aa: true, answer };
}

type Behaviour = (query: OutgoingQuery, now: Nanos) => Message | "timeout" | "unreachable";

/** Candidates in the order asked, with the packets sent for each, the error and the seconds it took. */
function against(behaviour: Behaviour, ...args: Parameters<typeof request>): string {
  const resolved = resolveSync(request(...args), behaviour);
  const counts = resolved.names.map(
    (name) => `${name.replace(/\.cluster\.local\.$/, "…")}×${resolved.queries.filter((query) => query.question.name === name).length}`,
  );
  const result = resolved.error === null ? resolved.addresses.join(" ") : `${resolved.error.code} ${resolved.error.because}`;
  return `${counts.join(" ")} ${result} ${resolved.took / SECOND}s`;
}

const silent: Behaviour = () => "timeout";
const closed: Behaviour = () => "unreachable";
const always =
  (rcode: Rcode): Behaviour =>
  (query) =>
    reply(query.message, rcode);

describe("servers that do not answer", () => {
  test.each([
    ["glibc", silent, "web.default.svc…×4 web.×4 EAI_AGAIN timeout 20s"],
    ["musl", silent, "web.default.svc…×4 EAI_AGAIN timeout 5s"],
    ["glibc", closed, "web.default.svc…×4 EAI_AGAIN unreachable 0s"],
    ["musl", closed, "web.default.svc…×4 EAI_AGAIN timeout 5s"],
    ["glibc", always("SERVFAIL"), "web.default.svc…×4 web.svc…×4 web…×4 web.×4 EAI_AGAIN servfail 0s"],
    ["musl", always("SERVFAIL"), "web.default.svc…×12 EAI_AGAIN timeout 5s"],
    ["glibc", always("REFUSED"), "web.default.svc…×4 web.×4 EAI_AGAIN refused 0s"],
    ["musl", always("REFUSED"), "web.default.svc…×4 EAI_AGAIN timeout 5s"],
    ["glibc", always("NXDOMAIN"), "web.default.svc…×2 web.svc…×2 web…×2 web.×2 EAI_NONAME not-found 0s"],
    ["glibc", always("NOERROR"), "web.default.svc…×2 web.svc…×2 web…×2 web.×2 EAI_NODATA no-address 0s"],
    ["musl", always("NOERROR"), "web.default.svc…×2 EAI_NODATA no-address 0s"],
  ] as const)("%s %#: %s", (libc, behaviour, want) => expect(against(behaviour, "web", libc)).toBe(want));

  test("one server of two is silent: the second answers", () => {
    const first: Behaviour = (query) =>
      query.server === "10.0.0.1" ? "timeout" : reply(query.message, "NOERROR", query.question.type === "A" ? ["10.96.0.1"] : []);
    const conf = { nameservers: ["10.0.0.1", "10.0.0.2"] };
    expect(against(first, "web", "glibc", "both", conf)).toBe("web.default.svc…×4 10.96.0.1 5s");
    expect(against(first, "web", "musl", "both", conf)).toBe("web.default.svc…×4 10.96.0.1 0s");
  });

  test("options timeout and attempts", () => {
    expect(against(silent, "web", "glibc", "IPv4", { options: ["ndots:5", "timeout:1", "attempts:3"] })).toBe(
      "web.default.svc…×3 web.×3 EAI_AGAIN timeout 6s",
    );
    expect(against(silent, "web", "musl", "IPv4", { options: ["ndots:5", "timeout:1", "attempts:4"] })).toBe(
      "web.default.svc…×4 EAI_AGAIN timeout 1s",
    );
  });

  test("glibc: a reply to one of two is lost, so it asks one by one", () => {
    const lost: Behaviour = (query) => (query.question.type === "A" ? reply(query.message, "NOERROR", ["10.96.0.1"]) : "timeout");
    // Together, then A and AAAA in turn on one socket, then on two; what came is used in the end.
    expect(against(lost, "web", "glibc")).toBe("web.default.svc…×6 10.96.0.1 15s");
    const raced: Behaviour = (query, now) =>
      now === 0 && query.question.type === "AAAA"
        ? "timeout"
        : reply(query.message, "NOERROR", query.question.type === "A" ? ["10.96.0.1"] : []);
    expect(against(raced, "web", "glibc")).toBe("web.default.svc…×4 10.96.0.1 5s");
    expect(against(raced, "web", "glibc", "both", { options: ["ndots:5", "single-request"] })).toBe("web.default.svc…×4 10.96.0.1 5s");
  });

  test("glibc: SERVFAIL to AAAA does not spoil the A", () => {
    const half: Behaviour = (query) =>
      query.question.type === "A" ? reply(query.message, "NOERROR", ["10.96.0.1"]) : reply(query.message, "SERVFAIL");
    expect(against(half, "web", "glibc")).toBe("web.default.svc…×2 10.96.0.1 0s");
    expect(against(half, "web", "musl")).toBe("web.default.svc…×11 EAI_AGAIN timeout 5s");
  });

  test("a name tried as is first keeps its first error", () => {
    const list: Behaviour = (query) => reply(query.message, query.question.name === "a.b.c.d.e.f." ? "NOERROR" : "NXDOMAIN");
    expect(against(list, "a.b.c.d.e.f", "glibc").replace(/^.*?EAI/, "EAI")).toBe("EAI_NODATA no-address 0s");
    const other: Behaviour = (query) => reply(query.message, query.question.name === "a.b.c.d.e.f." ? "NXDOMAIN" : "NOERROR");
    expect(against(other, "a.b.c.d.e.f", "glibc").replace(/^.*?EAI/, "EAI")).toBe("EAI_NONAME not-found 0s");
  });
});

describe("what goes on the wire", () => {
  const first = (name: string, libc: Libc, family: LookupFamily = "both", conf = {}): LookupStep =>
    startLookup(request(name, libc, family, conf), 0);

  test("A and AAAA leave together from one socket, RD set, AD not, without EDNS", () => {
    for (const libc of ["glibc", "musl"] as const) {
      const { send } = first("web", libc);
      expect(send.map((query) => [query.question.type, query.socket, query.server, query.transport])).toEqual([
        ["A", 0, "10.96.0.10", "udp"],
        ["AAAA", 0, "10.96.0.10", "udp"],
      ]);
      expect(send.map(({ message }) => [message.rd, message.ad, message.edns])).toEqual([
        [true, false, null],
        [true, false, null],
      ]);
      expect(send[0]?.message.id).not.toBe(send[1]?.message.id);
    }
  });

  test("glibc: options edns0, trust-ad, no-aaaa, use-vc", () => {
    const { send } = first("web", "glibc", "both", { options: ["edns0", "trust-ad", "no-aaaa", "use-vc"] });
    expect(send.map(({ question, transport, message }) => [question.type, transport, message.ad, message.edns?.udpSize])).toEqual([
      ["A", "tcp", true, 1200],
    ]);
  });

  test("each candidate has a socket of its own; a resend after a time-out keeps it", () => {
    for (const libc of ["glibc", "musl"] as const) {
      const start = first("web", libc);
      const [a, aaaa] = start.send;
      if (a === undefined || aaaa === undefined || start.wakeAt === null) throw new Error("two queries wanted");
      const again = stepLookup(start.state, { kind: "timer" }, start.wakeAt);
      expect(again.send.map((query) => query.socket)).toEqual([0, 0]);
      let step = stepLookup(start.state, { kind: "reply", query: a.index, message: reply(a.message, "NXDOMAIN") }, 1);
      expect([step.send, step.done, step.wakeAt]).toEqual([[], null, start.wakeAt]);
      step = stepLookup(step.state, { kind: "reply", query: aaaa.index, message: reply(aaaa.message, "NXDOMAIN") }, 2);
      expect(step.send.map((query) => [query.question.name, query.socket])).toEqual([
        ["web.svc.cluster.local.", 1],
        ["web.svc.cluster.local.", 1],
      ]);
      expect(candidatesOf(step.state).map((candidate) => candidate.result)).toEqual([
        "no-such-name",
        "not-asked",
        "not-asked",
        "not-asked",
      ]);
    }
  });

  test("glibc: a refused socket is closed, the next attempt has another; the error of its second query is nobody's", () => {
    const start = first("web", "glibc");
    const again = stepLookup(start.state, { kind: "unreachable", query: 0 }, 1);
    expect(again.send.map((query) => query.socket)).toEqual([1, 1]);
    expect(stepLookup(again.state, { kind: "unreachable", query: 1 }, 2)).toEqual({
      state: again.state,
      send: [],
      wakeAt: again.wakeAt,
      done: null,
    });
    expect(stepLookup(again.state, { kind: "unreachable", query: 3 }, 2).done?.error?.because).toBe("unreachable");
  });

  test("late replies, early timers and strangers change nothing", () => {
    for (const libc of ["glibc", "musl"] as const) {
      const { state, send, wakeAt } = first("web", libc, "IPv4");
      const message = reply(send[0]?.message as Message, "NXDOMAIN");
      expect(stepLookup(state, { kind: "timer" }, 1)).toEqual({ state, send: [], wakeAt, done: null });
      expect(stepLookup(state, { kind: "reply", query: 99, message }, 1)).toEqual({ state, send: [], wakeAt, done: null });
      const next = stepLookup(state, { kind: "reply", query: 0, message }, 1);
      expect(stepLookup(next.state, { kind: "reply", query: 0, message }, 2).send).toEqual([]);
    }
  });

  test("a truncated reply is asked for again over TCP", () => {
    for (const libc of ["glibc", "musl"] as const) {
      const big: Behaviour = (query) =>
        query.transport === "udp"
          ? { ...reply(query.message, "NOERROR", ["10.1.0.1"]), tc: true }
          : reply(query.message, "NOERROR", ["10.1.0.1", "10.1.0.2"]);
      expect(against(big, "web", libc, "IPv4")).toBe("web.default.svc…×2 10.1.0.1 10.1.0.2 0s");
    }
  });

  test("states are values: a step leaves the state it started from as it was", () => {
    const start = first("web", "glibc");
    const before = structuredClone(start.state);
    stepLookup(start.state, { kind: "reply", query: 0, message: reply(start.send[0]?.message as Message, "NXDOMAIN") }, 1);
    expect(start.state).toEqual(before);
    expect(first("web", "glibc")).toEqual(start);
  });

  test("musl gives at most 48 addresses, glibc all", () => {
    const many = Array.from({ length: 60 }, (_, i) => `10.1.0.${i + 1}`);
    const behaviour: Behaviour = (query) => reply(query.message, "NOERROR", many);
    expect(resolveSync(request("web", "musl", "IPv4"), behaviour).addresses).toHaveLength(48);
    expect(resolveSync(request("web", "glibc", "IPv4"), behaviour).addresses).toHaveLength(60);
  });

  test.each(["", ".web", "a..b", "x".repeat(64), `${"a.".repeat(130)}a`])("a name that cannot be asked for: %j", (name) => {
    expect(startLookup(request(name, "glibc"), 0).done?.error?.code).toBe("EAI_NONAME");
  });
});

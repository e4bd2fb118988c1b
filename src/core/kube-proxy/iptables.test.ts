import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ObjectStore } from "../api/store.ts";
import { printRule, printSave } from "../netfilter/print.ts";
import { writeRules, writeSync } from "./iptables.ts";
import { servicePorts } from "./service-ports.ts";
import { probabilityOf } from "./service-rules.ts";
import { DEFAULT_PROXY_SETTINGS } from "./settings.ts";
import type { ProxySettings } from "./settings.ts";
import { proxyInput } from "./sync.ts";
import { storeOf } from "./test-objects.ts";
import { syncText } from "./text.ts";

const POD_NETWORK: ProxySettings = { ...DEFAULT_PROXY_SETTINGS, clusterCidr: "10.244.0.0/16,fd00:10:244::/56" };

function golden(name: string): string {
  return readFileSync(new URL(`./golden/${name}`, import.meta.url), "utf8");
}

describe("the worked example", () => {
  const store = storeOf(golden("worked-example.yaml"));
  const input = (node: string, settings: Partial<ProxySettings> = {}) => proxyInput(store, node, "IPv4", { ...POD_NETWORK, ...settings });

  it("hands over kube-proxy's restore text on node-a, line for line", () => {
    expect(syncText(input("node-a", { accounting: true }))).toBe(golden("worked-example.sync.txt"));
  });

  it("leaves the accounting rules and matches out where the kernel has no accounting objects", () => {
    const without = golden("worked-example.sync.txt")
      .split("\n")
      .filter((line) => !line.includes("localhost_nps_accepted_pkts"))
      .map((line) => line.replace(" -m nfacct --nfacct-name ct_state_invalid_dropped_pkts", ""));
    expect(syncText(input("node-a"))).toBe(without.join("\n"));
  });

  it("is what iptables-save shows after it was loaded", () => {
    const shown = printSave(writeRules(input("node-a"))).replaceAll(" [0:0]", "");
    const mangle = /\*mangle\n[^]*?COMMIT\n/.exec(shown)?.[0] ?? "";
    // The golden leaves mangle out: it holds nothing but the empty canary chain.
    expect(shown.replace(mangle, "")).toBe(golden("worked-example.save.txt"));
    expect(mangle.split("\n")).toContain(":KUBE-PROXY-CANARY -");
  });

  it("differs on node-b in the endpoint that is local", () => {
    const b = syncText(input("node-b")).split("\n");
    expect(b.filter((line) => line.startsWith("-A KUBE-SVL"))).toEqual([
      '-A KUBE-SVL-ZKQSJYZOTP5ALPHW -m comment --comment "shop/store:https -> 10.244.2.10:8443" -j KUBE-SEP-B2YXP3BWBBKBCELA',
    ]);
    expect(b.filter((line) => !line.startsWith("-A KUBE-SVL"))).toEqual(
      syncText(input("node-a"))
        .split("\n")
        .filter((line) => !line.startsWith("-A KUBE-SVL")),
    );
  });

  it("names the service port and the endpoint that each rule was written for", () => {
    const table = writeRules(input("node-a")).tables.get("nat");
    const origins = (chain: string) => table?.chains.get(chain)?.rules.map((rule) => rule.origin);
    expect(origins("KUBE-SVL-ZKQSJYZOTP5ALPHW")).toEqual([{ servicePort: "shop/store:https", endpoint: "10.244.1.10:8443" }]);
    expect(origins("KUBE-SEP-OUI7MIAAFRFDZMCV")?.[1]).toEqual({ servicePort: "shop/store:https", endpoint: "10.244.1.10:8443" });
    expect(origins("KUBE-EXT-ZKQSJYZOTP5ALPHW")?.[0]).toEqual({ servicePort: "shop/store:https" });
    expect(origins("KUBE-POSTROUTING")?.[0]).toBeNull();
  });

  it("keeps the very same chains while a service port's rules stay the same", () => {
    const first = writeRules(input("node-a")).tables.get("nat")?.chains;
    const again = writeRules(input("node-a")).tables.get("nat")?.chains;
    const other = writeRules(input("node-b")).tables.get("nat")?.chains;
    expect(again?.get("KUBE-SVC-YI7FANR2652WTB3A")).toBe(first?.get("KUBE-SVC-YI7FANR2652WTB3A"));
    expect(other?.get("KUBE-SVC-YI7FANR2652WTB3A"), "a view that node-b shares").toBe(first?.get("KUBE-SVC-YI7FANR2652WTB3A"));
    expect(other?.get("KUBE-SVL-ZKQSJYZOTP5ALPHW"), "a view of its own").not.toBe(first?.get("KUBE-SVL-ZKQSJYZOTP5ALPHW"));
    const otherAgain = writeRules(input("node-b")).tables.get("nat")?.chains;
    expect(otherAgain?.get("KUBE-SVL-ZKQSJYZOTP5ALPHW"), "its own again").toBe(other?.get("KUBE-SVL-ZKQSJYZOTP5ALPHW"));
  });
});

/** One Service `n/s` with `fields` over a ClusterIP Service, and its endpoints 10.244.1.1 … on node `a`, or fd00:10:244::1 …. */
function oneService(
  fields: string,
  endpoints: number,
  options: { status?: string; protocol?: string; family?: "IPv4" | "IPv6"; nodeName?: string } = {},
): ObjectStore {
  const { status = "{}", protocol = "TCP", family = "IPv4", nodeName = "a" } = options;
  const v6 = family === "IPv6";
  const clusterIp = v6 ? "fd00:10:96::1" : "10.96.0.1";
  const address = (i: number): string =>
    v6 ? `"fd00:10:244::${(i + 1).toString(16)}"` : `10.244.${1 + Math.floor(i / 250)}.${(i % 250) + 1}`;
  const list = Array.from({ length: endpoints }, (_, i) => `{ addresses: [${address(i)}], nodeName: ${nodeName} }`);
  return storeOf(`
kind: Node
metadata: { name: a }
spec: { podCIDR: 10.244.1.0/24 }
status: { addresses: [{ type: InternalIP, address: 192.168.0.2 }, { type: InternalIP, address: "2001:db8::2" }] }
---
kind: Service
metadata: { name: s, namespace: n }
spec: { type: ClusterIP, clusterIP: "${clusterIp}", clusterIPs: ["${clusterIp}"], ipFamilies: [${family}], sessionAffinity: None, ports: [{ name: p, port: 80, protocol: ${protocol} }], ${fields} }
status: { loadBalancer: ${status} }
---
kind: EndpointSlice
addressType: ${family}
metadata: { name: s-1, namespace: n, labels: { kubernetes.io/service-name: s } }
ports: [{ name: p, port: 8080, protocol: ${protocol} }]
endpoints: [${list.join(", ")}]
`);
}

const LOAD_BALANCER =
  "type: LoadBalancer, externalIPs: [192.0.2.1], loadBalancerSourceRanges: [203.0.113.0/24], ports: [{ name: p, port: 80, protocol: TCP, nodePort: 30001 }]";
const INGRESS = "{ ingress: [{ ip: 198.51.100.5 }] }";

describe("rule counts", () => {
  const counts = (store: ObjectStore): string =>
    writeSync(proxyInput(store, "a", "IPv4", { ...POD_NETWORK, accounting: true }))
      .map((table) => table.rules.length)
      .join(" filter ");
  it.each<[string, ObjectStore, number, number]>([
    ["no service", storeOf(""), 4, 5],
    ["a ClusterIP service port with 1 endpoint", oneService("", 1), 4, 5 + 2 + 3],
    ["with 10 endpoints", oneService("", 10), 4, 5 + 2 + 30],
    ["without endpoints", oneService("", 0), 5, 5],
    ["a LoadBalancer service port with 1 endpoint", oneService(LOAD_BALANCER, 1, { status: INGRESS }), 5, 5 + 10 + 3],
    ["with 4 endpoints", oneService(LOAD_BALANCER, 4, { status: INGRESS }), 5, 5 + 10 + 12],
    ["without endpoints", oneService(LOAD_BALANCER, 0, { status: INGRESS }), 8, 5],
  ])("%s", (_, store, filter, nat) => {
    expect(counts(store)).toBe(`${filter} filter ${nat}`);
  });
});

it.each([
  [2, "0.5000000000"],
  [3, "0.3333333333"],
  [4, "0.2500000000"],
  [6, "0.1666666667"],
  [7, "0.1428571429"],
  [10, "0.1000000000"],
  [2048, "0.0004882812"],
  [100001, "0.0000099999"],
])("probability of one among %d is %s", (n, wanted) => {
  expect(probabilityOf(n)).toBe(wanted);
});

/** Lines of the sync that hold all of `words`, without comments. */
function lines(store: ObjectStore, words: string, settings: Partial<ProxySettings> = {}, family: "IPv4" | "IPv6" = "IPv4"): string[] {
  const { rules, text } = { rules: syncText(proxyInput(store, "a", family, { ...POD_NETWORK, ...settings })), text: words.split(" ") };
  return rules
    .split("\n")
    .map((line) => line.replace(/ -m comment --comment ("[^"]*"|\S+)/, ""))
    .filter((line) => text.every((word) => line.includes(word)));
}

describe("settings", () => {
  const service = oneService("type: NodePort, ports: [{ name: p, port: 80, protocol: TCP, nodePort: 30001 }]", 1);
  const marks = (settings: Partial<ProxySettings>) =>
    lines(service, "-A KUBE-SVC-YQY2PNGNITIBCENI KUBE-MARK-MASQ", settings).map((line) => line.replace(/^.*--dport 80/, ""));

  it.each<[string, Partial<ProxySettings>, string[]]>([
    ["cluster CIDR", {}, [" ! -s 10.244.0.0/16 -j KUBE-MARK-MASQ"]],
    ["no detector", { clusterCidr: "" }, []],
    ["only the other family's CIDR", { clusterCidr: "fd00::/56" }, []],
    ["the first CIDR of the family", { clusterCidr: "10.1.0.0/16,10.2.0.0/16" }, [" ! -s 10.1.0.0/16 -j KUBE-MARK-MASQ"]],
    ["the node's CIDR", { detectLocalMode: "NodeCIDR" }, [" ! -s 10.244.1.0/24 -j KUBE-MARK-MASQ"]],
    ["a bridge", { detectLocalMode: "BridgeInterface", bridgeInterface: "cni0" }, [" ! -i cni0 -j KUBE-MARK-MASQ"]],
    ["interfaces by prefix", { detectLocalMode: "InterfaceNamePrefix", interfaceNamePrefix: "veth" }, [" ! -i veth+ -j KUBE-MARK-MASQ"]],
    ["masqueradeAll", { masqueradeAll: true }, [" -j KUBE-MARK-MASQ"]],
    ["masqueradeAll without a detector", { masqueradeAll: true, clusterCidr: "" }, [" -j KUBE-MARK-MASQ"]],
  ])("detects Pods by %s", (_, settings, wanted) => {
    expect(marks(settings)).toEqual(wanted);
  });

  const ALL = "-A KUBE-SERVICES -m addrtype --dst-type LOCAL";
  it.each<[string, Partial<ProxySettings>, string[]]>([
    ["everywhere", {}, [`${ALL} -j KUBE-NODEPORTS`]],
    ["not on localhost", { localhostNodePorts: false }, [`${ALL} ! -d 127.0.0.0/8 -j KUBE-NODEPORTS`]],
    ["on the primary address", { nodePortAddresses: ["primary"] }, ["-A KUBE-SERVICES -d 192.168.0.2 -j KUBE-NODEPORTS"]],
    ["in a CIDR", { nodePortAddresses: ["192.168.0.0/16"] }, ["-A KUBE-SERVICES -d 192.168.0.2 -j KUBE-NODEPORTS"]],
    [
      "on localhost too",
      { nodePortAddresses: ["192.168.0.0/16", "127.0.0.0/8"] },
      ["-A KUBE-SERVICES -d 127.0.0.1 -j KUBE-NODEPORTS", "-A KUBE-SERVICES -d 192.168.0.2 -j KUBE-NODEPORTS"],
    ],
    ["on localhost if it was on", { nodePortAddresses: ["127.0.0.0/8"], localhostNodePorts: false }, []],
    ["nowhere", { nodePortAddresses: ["10.9.0.0/16"] }, []],
    ["everywhere by a zero prefix", { nodePortAddresses: ["10.9.0.0/16", "0.0.0.0/0"] }, [`${ALL} -j KUBE-NODEPORTS`]],
    ["everywhere if only the other family is named", { nodePortAddresses: ["fd00::/8"] }, [`${ALL} -j KUBE-NODEPORTS`]],
  ])("node ports accept %s", (_, settings, wanted) => {
    expect(lines(service, "-A KUBE-SERVICES -j KUBE-NODEPORTS", settings)).toEqual(wanted);
  });

  it("guards loopback only where node ports listen on it", () => {
    const guards = (settings: Partial<ProxySettings>, family: "IPv4" | "IPv6" = "IPv4") =>
      lines(service, "KUBE-FIREWALL", settings, family).length;
    expect([guards({}), guards({ localhostNodePorts: false }), guards({ nodePortAddresses: ["primary"] }), guards({}, "IPv6")]).toEqual([
      2, 0, 0, 0,
    ]);
  });

  it("keeps the jumps to KUBE-FIREWALL even where the chain is empty", () => {
    const filter = writeRules(proxyInput(service, "a", "IPv6", POD_NETWORK)).tables.get("filter");
    expect(filter?.chains.get("KUBE-FIREWALL")?.rules).toEqual([]);
    expect(filter?.chains.get("INPUT")?.rules.map((rule) => printRule("INPUT", rule, "save", "IPv6"))[0]).toBe("-A INPUT -j KUBE-FIREWALL");
  });

  it("drops INVALID packets unless conntrack is liberal", () => {
    expect([lines(service, "INVALID").length, lines(service, "INVALID", { conntrackTcpBeLiberal: true }).length]).toEqual([1, 0]);
  });

  it("marks with another bit", () => {
    expect(lines(service, "0x", { masqueradeBit: 31 })).toEqual([
      "-A KUBE-FORWARD -m mark --mark 0x80000000/0x80000000 -j ACCEPT",
      "-A KUBE-POSTROUTING -m mark ! --mark 0x80000000/0x80000000 -j RETURN",
      "-A KUBE-POSTROUTING -j MARK --xor-mark 0x80000000",
      "-A KUBE-MARK-MASQ -j MARK --or-mark 0x80000000",
    ]);
  });
});

/** All rules of one service port, chain hashes cut, in the order of the sync. */
function rulesOf(store: ObjectStore, settings: Partial<ProxySettings> = {}, family: "IPv4" | "IPv6" = "IPv4"): string[] {
  const [filter, nat] = writeSync(proxyInput(store, "a", family, { ...POD_NETWORK, ...settings }));
  return [...(filter?.rules ?? []), ...(nat?.rules ?? [])]
    .filter(({ rule }) => rule.origin !== null)
    .map(({ chain, rule }) =>
      printRule(chain, rule, "restore", family)
        .replaceAll(/(KUBE-(SVC|SVL|EXT|FW|SEP))-\w{16}/g, "$1")
        .replaceAll(/ -m (tcp|udp|sctp) -p \1/g, " $1"),
    );
}

describe("one service port", () => {
  it.each<[string, ObjectStore, string[]]>([
    [
      "external traffic policy Local without a local endpoint",
      oneService(
        "type: LoadBalancer, externalTrafficPolicy: Local, externalIPs: [192.0.2.1], ports: [{ name: p, port: 80, protocol: TCP, nodePort: 30001 }]",
        1,
        { nodeName: "b", status: INGRESS },
      ),
      [
        '-A KUBE-EXTERNAL-SERVICES -m comment --comment "n/s:p has no local endpoints" tcp -d 192.0.2.1 --dport 80 -j DROP',
        '-A KUBE-EXTERNAL-SERVICES -m comment --comment "n/s:p has no local endpoints" tcp -d 198.51.100.5 --dport 80 -j DROP',
        '-A KUBE-EXTERNAL-SERVICES -m comment --comment "n/s:p has no local endpoints" -m addrtype --dst-type LOCAL tcp --dport 30001 -j DROP',
        '-A KUBE-SERVICES -m comment --comment "n/s:p cluster IP" tcp -d 10.96.0.1 --dport 80 -j KUBE-SVC',
        '-A KUBE-SERVICES -m comment --comment "n/s:p external IP" tcp -d 192.0.2.1 --dport 80 -j KUBE-EXT',
        '-A KUBE-SERVICES -m comment --comment "n/s:p loadbalancer IP" tcp -d 198.51.100.5 --dport 80 -j KUBE-EXT',
        "-A KUBE-NODEPORTS -m comment --comment n/s:p tcp --dport 30001 -j KUBE-EXT",
        '-A KUBE-SVC -m comment --comment "n/s:p cluster IP" tcp -d 10.96.0.1 --dport 80 ! -s 10.244.0.0/16 -j KUBE-MARK-MASQ',
        '-A KUBE-EXT -m comment --comment "pod traffic for n/s:p external destinations" -s 10.244.0.0/16 -j KUBE-SVC',
        '-A KUBE-EXT -m comment --comment "masquerade LOCAL traffic for n/s:p external destinations" -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ',
        '-A KUBE-EXT -m comment --comment "route LOCAL traffic for n/s:p external destinations" -m addrtype --src-type LOCAL -j KUBE-SVC',
        '-A KUBE-SVC -m comment --comment "n/s:p -> 10.244.1.1:8080" -j KUBE-SEP',
        "-A KUBE-SEP -m comment --comment n/s:p -s 10.244.1.1 -j KUBE-MARK-MASQ",
        "-A KUBE-SEP -m comment --comment n/s:p tcp -j DNAT --to-destination 10.244.1.1:8080",
      ],
    ],
    [
      "internal traffic policy Local without a local endpoint",
      oneService("internalTrafficPolicy: Local", 1, { nodeName: "b" }),
      ['-A KUBE-SERVICES -m comment --comment "n/s:p has no local endpoints" tcp -d 10.96.0.1 --dport 80 -j DROP'],
    ],
    [
      "internal traffic policy Local with one",
      oneService("internalTrafficPolicy: Local", 1),
      [
        '-A KUBE-SERVICES -m comment --comment "n/s:p cluster IP" tcp -d 10.96.0.1 --dport 80 -j KUBE-SVL',
        '-A KUBE-SVL -m comment --comment "n/s:p cluster IP" tcp -d 10.96.0.1 --dport 80 ! -s 10.244.0.0/16 -j KUBE-MARK-MASQ',
        '-A KUBE-SVL -m comment --comment "n/s:p -> 10.244.1.1:8080" -j KUBE-SEP',
        "-A KUBE-SEP -m comment --comment n/s:p -s 10.244.1.1 -j KUBE-MARK-MASQ",
        "-A KUBE-SEP -m comment --comment n/s:p tcp -j DNAT --to-destination 10.244.1.1:8080",
      ],
    ],
    [
      "no endpoints, every kind of address",
      oneService(`${LOAD_BALANCER}, externalTrafficPolicy: Local, healthCheckNodePort: 32000`, 0, { status: INGRESS }),
      [
        '-A KUBE-SERVICES -m comment --comment "n/s:p has no endpoints" tcp -d 10.96.0.1 --dport 80 -j REJECT',
        '-A KUBE-EXTERNAL-SERVICES -m comment --comment "n/s:p has no endpoints" tcp -d 192.0.2.1 --dport 80 -j REJECT',
        '-A KUBE-EXTERNAL-SERVICES -m comment --comment "n/s:p has no endpoints" tcp -d 198.51.100.5 --dport 80 -j REJECT',
        '-A KUBE-EXTERNAL-SERVICES -m comment --comment "n/s:p has no endpoints" -m addrtype --dst-type LOCAL tcp --dport 30001 -j REJECT',
        '-A KUBE-NODEPORTS -m comment --comment "n/s:p health check node port" tcp --dport 32000 -j ACCEPT',
      ],
    ],
    [
      "source ranges that hold the node",
      oneService("type: LoadBalancer, loadBalancerSourceRanges: [192.168.0.9/16, 1.2.3.4/32]", 1, { status: INGRESS }),
      [
        '-A KUBE-PROXY-FIREWALL -m comment --comment "n/s:p traffic not accepted by KUBE-FW" tcp -d 198.51.100.5 --dport 80 -j DROP',
        '-A KUBE-SERVICES -m comment --comment "n/s:p cluster IP" tcp -d 10.96.0.1 --dport 80 -j KUBE-SVC',
        '-A KUBE-SERVICES -m comment --comment "n/s:p loadbalancer IP" tcp -d 198.51.100.5 --dport 80 -j KUBE-FW',
        '-A KUBE-SVC -m comment --comment "n/s:p cluster IP" tcp -d 10.96.0.1 --dport 80 ! -s 10.244.0.0/16 -j KUBE-MARK-MASQ',
        '-A KUBE-EXT -m comment --comment "masquerade traffic for n/s:p external destinations" -j KUBE-MARK-MASQ',
        "-A KUBE-EXT -j KUBE-SVC",
        '-A KUBE-FW -m comment --comment "n/s:p loadbalancer IP" -s 192.168.0.0/16 -j KUBE-EXT',
        '-A KUBE-FW -m comment --comment "n/s:p loadbalancer IP" -s 1.2.3.4/32 -j KUBE-EXT',
        '-A KUBE-FW -m comment --comment "n/s:p loadbalancer IP" -s 198.51.100.5 -j KUBE-EXT',
        '-A KUBE-FW -m comment --comment "other traffic to n/s:p will be dropped by KUBE-PROXY-FIREWALL"',
        '-A KUBE-SVC -m comment --comment "n/s:p -> 10.244.1.1:8080" -j KUBE-SEP',
        "-A KUBE-SEP -m comment --comment n/s:p -s 10.244.1.1 -j KUBE-MARK-MASQ",
        "-A KUBE-SEP -m comment --comment n/s:p tcp -j DNAT --to-destination 10.244.1.1:8080",
      ],
    ],
  ])("%s", (_, store, wanted) => {
    expect(rulesOf(store)).toEqual(wanted);
  });

  it("in IPv6, UDP, with affinity", () => {
    const store = oneService(
      "type: NodePort, sessionAffinity: ClientIP, ports: [{ name: p, port: 53, protocol: UDP, nodePort: 30053 }]",
      2,
      { family: "IPv6", protocol: "UDP" },
    );
    expect(rulesOf(store, {}, "IPv6").map((line) => line.replace("--name KUBE-SEP ", ""))).toEqual([
      '-A KUBE-SERVICES -m comment --comment "n/s:p cluster IP" udp -d fd00:10:96::1 --dport 53 -j KUBE-SVC',
      "-A KUBE-NODEPORTS -m comment --comment n/s:p udp --dport 30053 -j KUBE-EXT",
      '-A KUBE-SVC -m comment --comment "n/s:p cluster IP" udp -d fd00:10:96::1 --dport 53 ! -s fd00:10:244::/56 -j KUBE-MARK-MASQ',
      '-A KUBE-EXT -m comment --comment "masquerade traffic for n/s:p external destinations" -j KUBE-MARK-MASQ',
      "-A KUBE-EXT -j KUBE-SVC",
      '-A KUBE-SVC -m comment --comment "n/s:p -> [fd00:10:244::1]:8080" -m recent --rcheck --seconds 10800 --reap -j KUBE-SEP',
      '-A KUBE-SVC -m comment --comment "n/s:p -> [fd00:10:244::2]:8080" -m recent --rcheck --seconds 10800 --reap -j KUBE-SEP',
      '-A KUBE-SVC -m comment --comment "n/s:p -> [fd00:10:244::1]:8080" -m statistic --mode random --probability 0.5000000000 -j KUBE-SEP',
      '-A KUBE-SVC -m comment --comment "n/s:p -> [fd00:10:244::2]:8080" -j KUBE-SEP',
      "-A KUBE-SEP -m comment --comment n/s:p -s fd00:10:244::1 -j KUBE-MARK-MASQ",
      "-A KUBE-SEP -m comment --comment n/s:p -m recent --set udp -j DNAT --to-destination [fd00:10:244::1]:8080",
      "-A KUBE-SEP -m comment --comment n/s:p -s fd00:10:244::2 -j KUBE-MARK-MASQ",
      "-A KUBE-SEP -m comment --comment n/s:p -m recent --set udp -j DNAT --to-destination [fd00:10:244::2]:8080",
    ]);
    expect(lines(store, "-A KUBE-SERVICES KUBE-NODEPORTS", {}, "IPv6")).toEqual([
      "-A KUBE-SERVICES -m addrtype --dst-type LOCAL ! -d ::1/128 -j KUBE-NODEPORTS",
    ]);
    expect(rulesOf(store), "no rules in the other family").toEqual([]);
  });

  it("leaves comments of endpoint rules out above 1000 endpoints", () => {
    const commented = (n: number) =>
      rulesOf(oneService("", n)).filter((line) => /^-A KUBE-(SVC|SEP)/.test(line) && line.includes("comment")).length;
    expect(commented(1000)).toBe(1 + 3 * 1000);
    expect(commented(1001), "only the rule for the cluster IP").toBe(1);
  });
});

it("writes services by namespace, name, port name and protocol", () => {
  const service = (namespace: string, name: string, ports: string): string => `
kind: Service
metadata: { name: ${name}, namespace: ${namespace} }
spec: { type: ClusterIP, clusterIP: 10.96.0.1, clusterIPs: [10.96.0.1], ipFamilies: [IPv4], sessionAffinity: None, ports: [${ports}] }
`;
  const port = (name: string, protocol: string): string => `{ name: "${name}", port: 80, protocol: ${protocol} }`;
  const store = storeOf(
    [
      service("b", "a", port("", "TCP")),
      service("a", "b", `${port("z", "TCP")}, ${port("a", "UDP")}, ${port("a", "TCP")}`),
      service("a", "a-b", port("", "TCP")),
      service("a", "a", port("", "TCP")),
    ].join("---"),
  );
  expect(servicePorts(store, "IPv4").map((info) => `${info.name} ${info.protocol}`)).toEqual([
    "a/a TCP",
    "a/a-b TCP",
    "a/b:a TCP",
    "a/b:a UDP",
    "a/b:z TCP",
    "b/a TCP",
  ]);
});

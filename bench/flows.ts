/**
 * Flows per second through a node's rules. A flow is the first packet (SYN) and its first answer (SYN-ACK) through every
 * hook of every node on the way, conntrack entries on each, from a source port never used before. Tables hold S Services
 * with 10 endpoints each. Run: `node scripts/run-ts.mjs bench/flows.ts [seconds per measure]`; prints JSON with --json.
 */
import { randomState, nextBelow } from "../src/core/base/random.ts";
import { MILLISECOND } from "../src/core/base/time.ts";
import { TCP_ACK, TCP_SYN } from "../src/core/netfilter/packet.ts";
import type { Packet } from "../src/core/netfilter/packet.ts";
import { parseRules } from "../src/core/netfilter/parse.ts";
import type { Chain, Rule, RuleSet, Table, TableName } from "../src/core/netfilter/rules.ts";
import { createNodeStack, setRules, traverse } from "../src/core/netfilter/stack.ts";
import type { NodeStack, RouteResult, TraceMode } from "../src/core/netfilter/stack.ts";

const ENDPOINTS = 10;

interface Bed {
  readonly services: number;
  readonly ruleSet: RuleSet;
  /** Milliseconds to make the rules, and from there to the end of the first flow. */
  readonly made: number;
}

const BASE = `*filter
:KUBE-SERVICES - [0:0]
:KUBE-FORWARD - [0:0]
:KUBE-EXTERNAL-SERVICES - [0:0]
:KUBE-PROXY-FIREWALL - [0:0]
-A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL
-A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD
-A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes externally-visible service portals" -j KUBE-EXTERNAL-SERVICES
-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP
-A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark 0x4000/0x4000 -j ACCEPT
-A KUBE-FORWARD -m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
COMMIT
*nat
:KUBE-SERVICES - [0:0]
:KUBE-NODEPORTS - [0:0]
:KUBE-POSTROUTING - [0:0]
:KUBE-MARK-MASQ - [0:0]
-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING
-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0
-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully
-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
-A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
COMMIT
`;

const serviceAddress = (service: number): string => `10.${96 + (service >> 16)}.${(service >> 8) & 255}.${service & 255}`;
const endpointAddress = (service: number, endpoint: number): string => {
  const n = service * ENDPOINTS + endpoint;
  return `10.${244 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}`;
};

function makeRules(services: number): Bed {
  const begun = performance.now();
  const base = parseRules(BASE).ruleSet;
  const nat = base.tables.get("nat");
  if (nat === undefined) throw new Error("no nat table");
  const chains = new Map<string, Chain>(nat.chains);
  const dispatch: Rule[] = [];
  for (let service = 0; service < services; service++) dispatch.push(addService(chains, service));
  const shared = nat.chains.get("KUBE-SERVICES");
  chains.set("KUBE-SERVICES", { name: "KUBE-SERVICES", policy: null, rules: [...dispatch, ...(shared?.rules ?? [])] });
  const tables = new Map<TableName, Table>(base.tables);
  tables.set("nat", { name: "nat", chains });
  return { services, ruleSet: { family: "IPv4", tables }, made: performance.now() - begun };
}

/** A service port's chains, and the rule that leads to them. */
function addService(chains: Map<string, Chain>, service: number): Rule {
  const name = `bench/s${service}:http`;
  const hash = service.toString(36).toUpperCase().padStart(16, "X");
  const svc = `KUBE-SVC-${hash}`;
  const origin = { servicePort: name };
  const comment = (text: string): Rule["matches"][number] => ({ kind: "comment", text });
  const pinned = {
    protocol: { name: "tcp", invert: false },
    destination: { cidr: `${serviceAddress(service)}/32`, invert: false },
    destinationPort: { from: 80, to: 80, invert: false },
  };
  const notFromPods: Rule = rule({
    ...pinned,
    source: { cidr: "10.240.0.0/12", invert: true },
    matches: [comment(`${name} cluster IP`)],
    target: { kind: "jump", chain: "KUBE-MARK-MASQ" },
    origin,
  });
  const choices: Rule[] = [notFromPods];
  for (let endpoint = 0; endpoint < ENDPOINTS; endpoint++) {
    const address = endpointAddress(service, endpoint);
    const sep = `KUBE-SEP-${hash.slice(0, 15)}${endpoint}`;
    const left = ENDPOINTS - endpoint;
    const to = comment(`${name} -> ${address}:8080`);
    const chance: Rule["matches"] = left === 1 ? [to] : [to, { kind: "statistic", probability: (1 / left).toFixed(10), invert: false }];
    choices.push(rule({ matches: chance, target: { kind: "jump", chain: sep }, origin }));
    chains.set(sep, {
      name: sep,
      policy: null,
      rules: [
        rule({
          source: { cidr: `${address}/32`, invert: false },
          matches: [comment(name)],
          target: { kind: "jump", chain: "KUBE-MARK-MASQ" },
          origin,
        }),
        rule({ protocol: pinned.protocol, matches: [comment(name)], target: { kind: "DNAT", address, port: 8080 }, origin }),
      ],
    });
  }
  chains.set(svc, { name: svc, policy: null, rules: choices });
  return rule({ ...pinned, matches: [comment(`${name} cluster IP`)], target: { kind: "jump", chain: svc }, origin });
}

function rule(fields: Partial<Rule>): Rule {
  return {
    protocol: fields.protocol ?? null,
    source: fields.source ?? null,
    destination: fields.destination ?? null,
    inInterface: null,
    outInterface: null,
    sourcePort: null,
    destinationPort: fields.destinationPort ?? null,
    matches: fields.matches ?? [],
    target: fields.target ?? null,
    origin: fields.origin ?? null,
  };
}

// ---- flows --------------------------------------------------------------------------------------------------------

const TO_POD: RouteResult = { kind: "forward", outInterface: "cni0", masqueradeAddress: "10.244.0.1" };
const TO_NODE: RouteResult = { kind: "forward", outInterface: "eth0", masqueradeAddress: "192.168.1.11" };
const toPod = (): RouteResult => TO_POD;
const toNode = (): RouteResult => TO_NODE;

/** Text is made outside the measure: a simulator's addresses are text already. */
const CLIENTS = Array.from({ length: 32_768 }, (_, n) => `10.243.${n >> 8}.${n & 255}`);

interface Measure {
  readonly mode: TraceMode;
  readonly useIndex: boolean;
  readonly nodes: 1 | 2;
  /** Services that are used; all others only lie there. */
  readonly used: number;
}

/** Sends flows from ever new sockets, one a virtual millisecond, to services drawn uniformly. */
class Traffic {
  readonly #stacks: readonly NodeStack[];
  readonly #measure: Measure;
  readonly #random = randomState(1, "bench");
  readonly #choice = randomState(1, "choice");
  readonly #addresses: readonly string[];
  #sent = 0;

  constructor(bed: Bed, measure: Measure) {
    this.#addresses = Array.from({ length: bed.services }, (_, service) => serviceAddress(service));
    this.#measure = measure;
    this.#stacks = Array.from({ length: measure.nodes }, (_, i) => {
      const stack = createNodeStack({ node: `node-${i + 1}`, localAddresses: [`192.168.1.1${i + 1}`] });
      setRules(stack, bed.ruleSet);
      return stack;
    });
  }

  flow(): void {
    const { mode, useIndex, nodes, used } = this.#measure;
    const n = this.#sent++;
    const context = { now: n * MILLISECOND, random: this.#random, mode, useIndex, route: nodes === 1 ? toPod : toNode };
    const [first, second] = this.#stacks as [NodeStack, NodeStack | undefined];
    const client = CLIENTS[n % CLIENTS.length] as string;
    const packet: Packet = {
      family: "IPv4",
      protocol: "TCP",
      src: client,
      srcPort: 1024 + (Math.floor(n / CLIENTS.length) % 64_000),
      dst: this.#addresses[nextBelow(this.#choice, used)] as string,
      dstPort: 80,
      tcpFlags: TCP_SYN,
    };
    const there = traverse(first, packet, { hook: "PREROUTING", inInterface: "cni0" }, context);
    const { header } = there;
    if (header.dstPort !== 8080 || there.verdict.kind !== "forward") throw new Error(`not translated: ${JSON.stringify(header)}`);
    if (second !== undefined)
      traverse(second, { ...packet, ...header }, { hook: "PREROUTING", inInterface: "eth0" }, { ...context, route: toPod });
    const answer: Packet = {
      family: "IPv4",
      protocol: "TCP",
      src: header.dst,
      srcPort: header.dstPort,
      dst: header.src,
      dstPort: header.srcPort,
      tcpFlags: TCP_SYN | TCP_ACK,
    };
    if (second !== undefined) traverse(second, answer, { hook: "PREROUTING", inInterface: "cni0" }, { ...context, route: toNode });
    const back = traverse(
      first,
      answer,
      { hook: "PREROUTING", inInterface: second === undefined ? "cni0" : "eth0" },
      { ...context, route: toPod },
    );
    if (back.header.src !== packet.dst || back.header.dst !== client) throw new Error(`not restored: ${JSON.stringify(back.header)}`);
  }
}

/** Flows a second: the best of twelve short rounds after a warm-up, since others use the machine too. */
function measureFlows(bed: Bed, measure: Measure, seconds: number): number {
  const traffic = new Traffic(bed, measure);
  const spend = (milliseconds: number): number => {
    const begun = performance.now();
    let flows = 0;
    for (;;) {
      for (let i = 0; i < 200; i++) traffic.flow();
      flows += 200;
      const spent = performance.now() - begun;
      if (spent >= milliseconds) return (flows / spent) * 1000;
    }
  };
  spend((seconds * 1000) / 2);
  return Math.max(...Array.from({ length: 12 }, () => spend((seconds * 1000) / 12)));
}

/** Every so many flows the plain walk and the index must agree in verdict, header, steps and draws. */
function compare(bed: Bed, flows: number): number {
  const results = [true, false].map((useIndex) => {
    const stack = createNodeStack({ node: "node-1", localAddresses: ["192.168.1.11"] });
    setRules(stack, bed.ruleSet);
    const random = randomState(9, "compare");
    return Array.from({ length: flows }, (_, n) => {
      const packet: Packet = {
        family: "IPv4",
        protocol: "TCP",
        src: `10.243.0.${n & 255}`,
        srcPort: 1024 + n,
        dst: serviceAddress((n * 7919) % bed.services),
        dstPort: 80,
        tcpFlags: TCP_SYN,
      };
      const result = traverse(
        stack,
        packet,
        { hook: "PREROUTING", inInterface: "cni0" },
        { now: n, random, mode: "full", useIndex, route: toPod },
      );
      return JSON.stringify([result.verdict, result.header, result.walks]);
    });
  });
  return (results[0] ?? []).filter((text, i) => text !== results[1]?.[i]).length;
}

function main(): void {
  const args = process.argv.slice(2);
  const seconds = Number(args.find((arg) => /^[\d.]+$/.test(arg)) ?? "2");
  const rows: { readonly what: string; readonly value: number; readonly unit: string }[] = [];
  const note = (what: string, value: number, unit: string): void => {
    rows.push({ what, value: Math.round(value * 10) / 10, unit });
    if (!args.includes("--json")) console.log(`${what.padEnd(64)} ${value.toFixed(1).padStart(9)} ${unit}`);
  };
  for (const services of [10, 1_000, 10_000]) {
    const bed = makeRules(services);
    note(`${services} Services x ${ENDPOINTS}: rules made`, bed.made, "ms");
    const begun = performance.now();
    new Traffic(bed, { mode: "summary", useIndex: true, nodes: 1, used: services }).flow();
    note(`${services}: rules made to first flow`, performance.now() - begun, "ms");
    for (const mode of ["none", "summary", "full"] as const) {
      note(
        `${services}: one node, ${mode}`,
        measureFlows(bed, { mode, useIndex: true, nodes: 1, used: services }, seconds) / 1000,
        "k flows/s",
      );
    }
    note(
      `${services}: one node, summary, plain walk`,
      measureFlows(bed, { mode: "summary", useIndex: false, nodes: 1, used: services }, seconds) / 1000,
      "k flows/s",
    );
    note(
      `${services}: two nodes, full`,
      measureFlows(bed, { mode: "full", useIndex: true, nodes: 2, used: services }, seconds) / 1000,
      "k flows/s",
    );
    if (services > 10)
      note(
        `${services}: one node, summary, 10 in use`,
        measureFlows(bed, { mode: "summary", useIndex: true, nodes: 1, used: 10 }, seconds) / 1000,
        "k flows/s",
      );
    note(`${services}: index against walk, of 300 flows`, compare(bed, 300), "differ");
  }
  if (args.includes("--json")) console.log(JSON.stringify(rows, null, 2));
}

main();

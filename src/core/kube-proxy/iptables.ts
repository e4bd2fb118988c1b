/**
 * kube-proxy's iptables mode for one node and family: the content of a full sync, and the tables that a node without
 * rules has after it. Source: `pkg/proxy/iptables/proxier.go` (Kubernetes 1.36).
 *
 *     ProxyInput ─► writeSync ─► tables of chain lines and -A lines, in kube-proxy's order   (kubehop rules --sync)
 *                └► writeRules ─► RuleSet: the same with built-in chains, jumps and canaries (what packets meet)
 */
import { cidrContains } from "../base/address.ts";
import type { Address } from "../base/address.ts";
import type { Family } from "../base/names.ts";
import { differences } from "../api/store-order.ts";
import type { Chain, Hook, Match, Rule, RuleSet, Table, TableName, Target } from "../netfilter/rules.ts";
import { hostCidr, isLoopback } from "./addresses.ts";
import { categorizeEndpoints } from "./endpoints.ts";
import type { NodePlace } from "./endpoints.ts";
import { LazyChains } from "./lazy-chains.ts";
import { comment, jump, makeRule, NEW_CONNECTION, TO_LOCAL, toCidr } from "./rule-parts.ts";
import type { ChainRule, Header } from "./rule-parts.ts";
import { EXTERNAL_SERVICES, MARK_MASQ, NODE_PORTS, PROXY_FIREWALL, SERVICES, commonView, serviceRules } from "./service-rules.ts";
import type { ServiceRules } from "./service-rules.ts";
import { comparePorts, type ServicePortInfo } from "./service-ports.ts";
import { localhostNodePorts, nodePortAddresses, podSource } from "./settings.ts";
import type { NodePortAddresses, ProxySettings } from "./settings.ts";

const FORWARD = "KUBE-FORWARD";
const FIREWALL = "KUBE-FIREWALL";
const POSTROUTING = "KUBE-POSTROUTING";
const CANARY = "KUBE-PROXY-CANARY";
/** Above so many endpoints of all service ports together, the comments of endpoint rules are left out. */
const LARGE_CLUSTER_ENDPOINTS = 1000;

/** The node as its kube-proxy knows it. */
export interface ProxyNode extends NodePlace {
  /** Addresses of the family on the node's interfaces, loopback included. */
  readonly addresses: readonly Address[];
  readonly podCidrs: readonly string[];
  /** The node's own address of the family. */
  readonly nodeIp: Address;
}

/** Everything one instance of kube-proxy writes rules from. */
export interface ProxyInput {
  readonly family: Family;
  readonly node: ProxyNode;
  readonly settings: ProxySettings;
  /** In the order in which they are to be written. */
  readonly servicePorts: readonly ServicePortInfo[];
}

/** One table of a restore text: `:CHAIN` lines, then `-A` lines, both in kube-proxy's order. */
export interface RestoreTable {
  readonly name: TableName;
  readonly chains: readonly string[];
  readonly rules: readonly ChainRule[];
}

/** What a sync consists of: the tables' shared parts, and what each service port adds. */
interface Sync {
  readonly node: NodeSettings;
  /** In the order of `servicePorts`. */
  readonly services: readonly ServiceRules[];
  /** Of all service ports together. */
  readonly endpoints: number;
}

function planSync(input: ProxyInput): Sync {
  const endpoints = endpointCount(input.servicePorts);
  const node = nodeSettings(input);
  return { node, endpoints, services: rulesOfPorts(input, node, endpoints, input.servicePorts) };
}

function endpointCount(ports: readonly ServicePortInfo[]): number {
  return ports.reduce((sum, port) => sum + port.endpoints.length, 0);
}

/** What kube-proxy hands to `iptables-restore --noflush --counters` in a full sync: filter, then nat. */
export function writeSync(input: ProxyInput): readonly RestoreTable[] {
  const sync = planSync(input);
  const nat = natPart(input, sync);
  const owns = sync.services.map((service) => service.own());
  return [
    filterPart(sync),
    {
      name: "nat",
      chains: [...nat.chains, ...owns.flatMap((own) => own.chains.map((chain) => chain.name))],
      rules: [...nat.before, ...sync.services.flatMap((service, i) => [...service.nat, ...(owns[i]?.nat ?? [])]), ...nat.after],
    },
  ];
}

function filterPart({ node, services }: Sync): RestoreTable {
  return {
    name: "filter",
    chains: [SERVICES, EXTERNAL_SERVICES, FORWARD, NODE_PORTS, PROXY_FIREWALL, ...(node.localhost ? [FIREWALL] : [])],
    rules: [...(node.localhost ? [guardLoopback()] : []), ...rulesIn(services, "filter"), ...forwardRules(node)],
  };
}

/** What all of them add to the shared chains of a table. A plain loop: with ten thousand Services most add one rule or none. */
function rulesIn(services: readonly ServiceRules[], table: "filter" | "nat"): readonly ChainRule[] {
  const all: ChainRule[] = [];
  for (const service of services) for (const rule of service[table]) all.push(rule);
  return all;
}

/** The shared chains of nat, with the rules that stand before and after those of the service ports. */
function natPart(
  input: ProxyInput,
  { node }: Sync,
): { readonly chains: readonly string[]; readonly before: readonly ChainRule[]; readonly after: readonly ChainRule[] } {
  return { chains: [SERVICES, NODE_PORTS, POSTROUTING, MARK_MASQ], before: masqueradeRules(node), after: nodePortJumps(input, node) };
}

/** Settings as they reach the rules of this node. */
interface NodeSettings {
  readonly accepted: NodePortAddresses;
  /** Node ports on 127.0.0.1 work. */
  readonly localhost: boolean;
  readonly mark: number;
  readonly accounting: boolean;
  readonly dropInvalid: boolean;
}

function nodeSettings(input: ProxyInput): NodeSettings {
  const { settings, family, node } = input;
  const accepted = nodePortAddresses(settings, family, node.nodeIp);
  return {
    accepted,
    localhost: localhostNodePorts(settings, family, accepted),
    mark: 2 ** settings.masqueradeBit,
    accounting: settings.accounting,
    dropInvalid: !settings.conntrackTcpBeLiberal,
  };
}

function rulesOfPorts(
  { settings, node, family }: ProxyInput,
  shared: NodeSettings,
  endpoints: number,
  ports: readonly ServicePortInfo[],
): readonly ServiceRules[] {
  const common = commonView({
    pods: podSource(settings, family, node.podCidrs),
    masqueradeAll: settings.masqueradeAll,
    countLocalhost: settings.accounting && shared.localhost,
    commented: areCommented(endpoints),
  });
  return ports.map((port) =>
    serviceRules(port, {
      common,
      choice: categorizeEndpoints(port, node),
      nodeInSourceRanges: port.sourceRanges.some((range) => cidrContains(range, node.nodeIp)),
    }),
  );
}

function areCommented(endpoints: number): boolean {
  return endpoints <= LARGE_CLUSTER_ENDPOINTS;
}

function on(chain: string, header: Header, matches: readonly Match[], target: Target): ChainRule {
  return { chain, rule: makeRule(header, matches, target, null) };
}

/** With route_localnet set, a neighbour could reach services on 127.0.0.1 (CVE-2020-8558). */
function guardLoopback(): ChainRule {
  const header: Header = { destination: { cidr: "127.0.0.0/8", invert: false }, source: { cidr: "127.0.0.0/8", invert: true } };
  const known: Match = { kind: "conntrack", states: ["RELATED", "ESTABLISHED", "DNAT"], invert: true };
  return on(FIREWALL, header, [comment("block incoming localnet connections"), known], { kind: "DROP" });
}

function masqueradeRules(node: NodeSettings): ChainRule[] {
  const { mark } = node;
  return [
    on(POSTROUTING, {}, [{ kind: "mark", value: mark, mask: mark, invert: true }], { kind: "RETURN" }),
    // Cleared, so that the packet is not masqueraded a second time when it passes this stack a second time.
    on(POSTROUTING, {}, [], { kind: "MARK", value: mark, mask: 0, written: "xor" }),
    on(POSTROUTING, {}, [comment("kubernetes service traffic requiring SNAT")], { kind: "MASQUERADE", randomFully: true }),
    on(MARK_MASQ, {}, [], { kind: "MARK", value: mark, mask: mark, written: "or" }),
  ];
}

function forwardRules(node: NodeSettings): ChainRule[] {
  const { mark } = node;
  const counted: readonly Match[] = node.accounting ? [{ kind: "nfacct", name: "ct_state_invalid_dropped_pkts" }] : [];
  const invalid = on(FORWARD, {}, [{ kind: "conntrack", states: ["INVALID"], invert: false }, ...counted], { kind: "DROP" });
  return [
    ...(node.dropInvalid ? [invalid] : []),
    on(FORWARD, {}, [comment("kubernetes forwarding rules"), { kind: "mark", value: mark, mask: mark, invert: false }], { kind: "ACCEPT" }),
    on(
      FORWARD,
      {},
      [comment("kubernetes forwarding conntrack rule"), { kind: "conntrack", states: ["RELATED", "ESTABLISHED"], invert: false }],
      { kind: "ACCEPT" },
    ),
  ];
}

/** The end of KUBE-SERVICES: what is addressed to the node itself may be for a node port. */
function nodePortJumps(input: ProxyInput, node: NodeSettings): ChainRule[] {
  const remark = comment("kubernetes service nodeports; NOTE: this must be the last rule in this chain");
  if (node.accepted.kind === "all") {
    const except = input.family === "IPv6" ? toCidr("::1/128", true) : node.localhost ? {} : toCidr("127.0.0.0/8", true);
    return [on(SERVICES, except, [remark, TO_LOCAL], jump(NODE_PORTS))];
  }
  const { cidrs } = node.accepted;
  return input.node.addresses
    .filter((address) => cidrs.some((cidr) => cidrContains(cidr, address)) && (!isLoopback(address) || node.localhost))
    .map((address) => on(SERVICES, toCidr(hostCidr(address)), [remark], jump(NODE_PORTS)));
}

/** kube-proxy's jumps from built-in chains, in the order in which it makes them; each goes to the top of its chain. */
const JUMPS: readonly { readonly table: TableName; readonly hook: Hook; readonly matches: readonly Match[]; readonly chain: string }[] = [
  {
    table: "filter",
    hook: "INPUT",
    matches: [NEW_CONNECTION, comment("kubernetes externally-visible service portals")],
    chain: EXTERNAL_SERVICES,
  },
  {
    table: "filter",
    hook: "FORWARD",
    matches: [NEW_CONNECTION, comment("kubernetes externally-visible service portals")],
    chain: EXTERNAL_SERVICES,
  },
  { table: "filter", hook: "INPUT", matches: [comment("kubernetes health check service ports")], chain: NODE_PORTS },
  { table: "filter", hook: "FORWARD", matches: [NEW_CONNECTION, comment("kubernetes service portals")], chain: SERVICES },
  { table: "filter", hook: "OUTPUT", matches: [NEW_CONNECTION, comment("kubernetes service portals")], chain: SERVICES },
  { table: "filter", hook: "FORWARD", matches: [comment("kubernetes forwarding rules")], chain: FORWARD },
  { table: "filter", hook: "INPUT", matches: [NEW_CONNECTION, comment("kubernetes load balancer firewall")], chain: PROXY_FIREWALL },
  { table: "filter", hook: "OUTPUT", matches: [NEW_CONNECTION, comment("kubernetes load balancer firewall")], chain: PROXY_FIREWALL },
  { table: "filter", hook: "FORWARD", matches: [NEW_CONNECTION, comment("kubernetes load balancer firewall")], chain: PROXY_FIREWALL },
  { table: "nat", hook: "OUTPUT", matches: [comment("kubernetes service portals")], chain: SERVICES },
  { table: "nat", hook: "PREROUTING", matches: [comment("kubernetes service portals")], chain: SERVICES },
  { table: "nat", hook: "POSTROUTING", matches: [comment("kubernetes postrouting rules")], chain: POSTROUTING },
  { table: "filter", hook: "INPUT", matches: [], chain: FIREWALL },
  { table: "filter", hook: "OUTPUT", matches: [], chain: FIREWALL },
];

/** Built-in chains of each table that kube-proxy touches, in the kernel's order. */
const BUILT_IN: readonly (readonly [TableName, readonly Hook[]])[] = [
  ["filter", ["INPUT", "FORWARD", "OUTPUT"]],
  ["nat", ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"]],
  ["mangle", ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"]],
];

/** A node's rules and what they were made from, so that those after the next change can be made from both. */
export interface Written {
  readonly input: ProxyInput;
  readonly ruleSet: RuleSet;
  readonly sync: Sync;
  readonly nat: LazyChains;
}

/**
 * The tables of a node that had no rules, after kube-proxy's first full sync. They include the built-in chains with
 * policy ACCEPT, the jumps from them, and the empty canary chains. Printed, they load into an empty machine.
 */
export function writeRules(input: ProxyInput): RuleSet {
  return writeAnew(input, null).ruleSet;
}

/**
 * The same, from what the node had before: service ports that stayed the same are not looked at, and lists of rules in which
 * nothing changed stay the same objects, so that what is made of them can be kept.
 */
export function rewriteRules(input: ProxyInput, before: Written | null): Written {
  if (before === null || !isSameView(input, before.input)) return writeAnew(input, null);
  const { gone, come } = differences(before.input.servicePorts, input.servicePorts, comparePorts);
  const endpoints = before.sync.endpoints - endpointCount(gone) + endpointCount(come);
  if (areCommented(endpoints) !== areCommented(before.sync.endpoints)) return writeAnew(input, before);
  const { node } = before.sync;
  const made = rulesOfPorts(input, node, endpoints, come);
  const services = followed(before, input.servicePorts, come, made);
  const sync: Sync = { node, endpoints, services };
  const replaced = gone.map((port) => before.sync.services[placeIn(before.input.servicePorts, port)] as ServiceRules); // as long as its ports
  const keepsShared = gone.length === come.length && replaced.every((old, i) => addsTheSame(old, made[i]));
  if (!keepsShared) return assembled(input, sync, before, { gone: replaced, come: made });
  const nat = before.nat.changed(writtenAnew(before.nat.shared), services, replaced, made);
  const tables = new Map<TableName, Table>();
  for (const [name, { chains }] of before.ruleSet.tables) tables.set(name, { name, chains: name === "nat" ? nat : writtenAnew(chains) });
  return { input, sync, nat, ruleSet: { family: input.family, tables } };
}

/** Every sync writes the shared chains: they begin to count anew, whether or not their rules changed. */
function writtenAnew(chains: ReadonlyMap<string, Chain>): ReadonlyMap<string, Chain> {
  return new Map([...chains].map(([name, chain]) => [name, { ...chain }]));
}

function writeAnew(input: ProxyInput, before: Written | null): Written {
  return assembled(input, planSync(input), before);
}

/** What decides about all service ports alike. Settings are few and short. */
function isSameView(a: ProxyInput, b: ProxyInput): boolean {
  const view = ({ family, node, settings }: ProxyInput): string => JSON.stringify([family, node, settings]);
  return a.family === b.family && view(a) === view(b);
}

/** The rules of each port of the new list: made now, or as they were. */
function followed(
  before: Written,
  ports: readonly ServicePortInfo[],
  come: readonly ServicePortInfo[],
  made: readonly ServiceRules[],
): readonly ServiceRules[] {
  const { servicePorts } = before.input;
  const { services } = before.sync;
  if (servicePorts.length === ports.length && come.length <= FEW) {
    const positions = come.map((port) => placeIn(ports, port));
    // No port came or went: each change stands where its port stood.
    if (come.every((port, i) => comparePorts(servicePorts[positions[i] ?? -1] ?? port, port) === 0)) {
      const next = [...services];
      positions.forEach((position, i) => (next[position] = made[i] as ServiceRules));
      return next;
    }
  }
  const known = new Map(servicePorts.map((port, i) => [port, services[i]] as const));
  come.forEach((port, i) => known.set(port, made[i]));
  return ports.map((port) => known.get(port) as ServiceRules); // every port is old or new
}

const FEW = 500;

/** Where the port stands in its list. */
function placeIn(ports: readonly ServicePortInfo[], port: ServicePortInfo): number {
  let [from, to] = [0, ports.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (comparePorts(ports[middle] as ServicePortInfo, port) < 0) from = middle + 1;
    else to = middle;
  }
  // Ports of one name differ in their number.
  while (from < ports.length && ports[from] !== port && comparePorts(ports[from] as ServicePortInfo, port) === 0) from++;
  return from;
}

/** Whether both stand for one service port and add the same rules to the chains that all share. */
function addsTheSame(a: ServiceRules, b: ServiceRules | undefined): boolean {
  return b !== undefined && a.hash === b.hash && sameRules(a.nat, b.nat) && sameRules(a.filter, b.filter);
}

function sameRules(a: readonly ChainRule[], b: readonly ChainRule[]): boolean {
  return a.length === b.length && a.every((rule, i) => rule === b[i] || JSON.stringify(rule) === JSON.stringify(b[i]));
}

/** @param changes what differs from `before`; absent: anything may. */
function assembled(
  input: ProxyInput,
  sync: Sync,
  before: Written | null,
  changes?: { readonly gone: readonly ServiceRules[]; readonly come: readonly ServiceRules[] },
): Written {
  const { chains, before: first, after } = natPart(input, sync);
  const parts: { readonly [table in TableName]?: RestoreTable } = {
    filter: filterPart(sync),
    nat: { name: "nat", chains, rules: [...first, ...rulesIn(sync.services, "nat"), ...after] },
  };
  const tables = new Map<TableName, Table>();
  let nat = new LazyChains(new Map(), []);
  for (const [name, hooks] of BUILT_IN) {
    const old = name === "nat" ? before?.nat.shared : before?.ruleSet.tables.get(name)?.chains;
    const shared = kept(assemble(hooks, parts[name] ?? { name, chains: [], rules: [] }), old);
    // Own chains stay the same objects as long as a service port's rules do: what is compiled from them can be kept.
    if (name === "nat") {
      nat =
        before === null || changes === undefined
          ? new LazyChains(shared, sync.services)
          : before.nat.changed(shared, sync.services, changes.gone, changes.come);
    }
    tables.set(name, { name, chains: name === "nat" ? nat : shared });
  }
  return { input, sync, nat, ruleSet: { family: input.family, tables } };
}

/** Chains whose rules are the same objects as before keep their list of rules: what is compiled from it can be kept. */
function kept(now: ReadonlyMap<string, Chain>, before: ReadonlyMap<string, Chain> | undefined): ReadonlyMap<string, Chain> {
  if (before === undefined) return now;
  return new Map(
    [...now].map(([name, chain]) => {
      const old = before.get(name);
      const same = old !== undefined && old.rules.length === chain.rules.length && old.rules.every((rule, i) => rule === chain.rules[i]);
      return [name, same ? { ...chain, rules: old.rules } : chain];
    }),
  );
}

/** The chains that are no service port's own. */
function assemble(hooks: readonly Hook[], part: RestoreTable): ReadonlyMap<string, Chain> {
  const shared = new Map<string, Rule[]>([...hooks, ...part.chains].map((chain) => [chain, []]));
  for (const { table, hook, matches, chain } of JUMPS) {
    if (table !== part.name) continue;
    if (!shared.has(chain)) shared.set(chain, []);
    shared.get(hook)?.unshift(makeRule({}, matches, jump(chain), null));
  }
  shared.set(CANARY, []);
  for (const { chain, rule } of part.rules) {
    const of = shared.get(chain);
    if (of === undefined) throw new Error(`rule for undeclared chain ${chain} of table ${part.name}`);
    of.push(rule);
  }
  const builtIn = new Set<string>(hooks);
  return new Map([...shared].map(([name, rules]) => [name, { name, policy: builtIn.has(name) ? "ACCEPT" : null, rules }]));
}

/**
 * The iptables rules of one service port, as one node sees it. Pure, and remembered by (service port, view): nodes
 * with the same view share the rules, and one changed endpoint rewrites one service port.
 * Source: `syncProxyRules` in `pkg/proxy/iptables/proxier.go` (Kubernetes 1.36); the steps stand in its order.
 */
import type { Chain, Match, Rule, RuleOrigin, Target } from "../netfilter/rules.ts";
import { policyState } from "./endpoints.ts";
import type { EndpointChoice, PolicyState } from "./endpoints.ts";
import { endpointChain, serviceChain, servicePortHash } from "./names.ts";
import {
  comment,
  FROM_LOCAL,
  fromAddress,
  fromPods,
  fromRange,
  jump,
  makeRule,
  notFromPods,
  protocolOf,
  TO_LOCAL,
  toCidr,
  toPort,
} from "./rule-parts.ts";
import type { ChainRule, Header } from "./rule-parts.ts";
import { externallyAccessible } from "./service-ports.ts";
import type { EndpointInfo, ServicePortInfo } from "./service-ports.ts";
import type { PodSource } from "./settings.ts";

export const MARK_MASQ = "KUBE-MARK-MASQ";
export const SERVICES = "KUBE-SERVICES";
export const NODE_PORTS = "KUBE-NODEPORTS";
export const EXTERNAL_SERVICES = "KUBE-EXTERNAL-SERVICES";
export const PROXY_FIREWALL = "KUBE-PROXY-FIREWALL";

/** What of a node and its kube-proxy is the same for all service ports and can change the text of their rules. */
export interface CommonView {
  /** null: the local-traffic detector is off. */
  readonly pods: PodSource | null;
  readonly masqueradeAll: boolean;
  /** Node ports on 127.0.0.1 are counted by a rule of their own. */
  readonly countLocalhost: boolean;
  /** False in clusters with many endpoints: the comments of endpoint rules are left out. */
  readonly commented: boolean;
}

/** What of it differs from one service port to the next. */
export interface ServiceView {
  readonly common: CommonView;
  readonly choice: EndpointChoice;
  /** One of the source ranges contains the node's address. */
  readonly nodeInSourceRanges: boolean;
}

export interface OwnRules {
  /** Chains of its own with their rules, in the order of their `:CHAIN` lines. All stand in table nat. */
  readonly chains: readonly Chain[];
  /** The same rules as `-A` lines, in kube-proxy's order (which goes back and forth between chains). */
  readonly nat: readonly ChainRule[];
}

export interface ServiceRules {
  /** The hash that its own chains end in, endpoint chains aside. */
  readonly hash: string;
  /** Rules in chains that all service ports share (always written). */
  readonly filter: readonly ChainRule[];
  readonly nat: readonly ChainRule[];
  /** Rules in chains of its own (what a partial sync leaves out where nothing changed); made at the first call. */
  own(): OwnRules;
}

/** Rules of a port in the view that came first. Most ports have no other; where each node has its own there are many. */
interface Remembered {
  readonly common: CommonView;
  readonly own: string;
  readonly rules: ServiceRules;
  others: Map<CommonView, Map<string, ServiceRules>> | null;
}

/** A pure memo, held weakly by the service port. */
const memo = new WeakMap<ServicePortInfo, Remembered>();

/**
 * Views with the same content, once each: kube-proxies of one configuration then share theirs. A pure memo of one entry,
 * or of one a node where each detects Pods by its own range.
 */
const commonViews = new Map<string, CommonView>();

/** The one object that stands for views with this content. */
export function commonView(view: CommonView): CommonView {
  const { pods } = view;
  const source = pods === null ? "" : pods.kind === "cidr" ? pods.cidr : `%${pods.name}`;
  const key = `${source}|${view.masqueradeAll}|${view.countLocalhost}|${view.commented}`;
  const known = commonViews.get(key);
  if (known === undefined) commonViews.set(key, view);
  return known ?? view;
}

/** The rules of `port` in `view`, each with its origin. The same port and view give the same object. */
export function serviceRules(port: ServicePortInfo, view: ServiceView): ServiceRules {
  const { common } = view;
  const first = memo.get(port);
  const own = ownKey(port, view);
  if (first === undefined) {
    const rules = new PortRules(port, view);
    memo.set(port, { common, own, rules, others: null });
    return rules;
  }
  if (first.common === common && first.own === own) return first.rules;
  first.others ??= new Map();
  let byOwn = first.others.get(common);
  if (byOwn === undefined) first.others.set(common, (byOwn = new Map()));
  let rules = byOwn.get(own);
  if (rules === undefined) byOwn.set(own, (rules = new PortRules(port, view)));
  return rules;
}

/** What of the view is the port's own: "" where it uses all its endpoints and nothing is local. */
function ownKey(port: ServicePortInfo, { choice, nodeInSourceRanges }: ServiceView): string {
  if (choice.cluster === port.endpoints && choice.local.length === 0 && !nodeInSourceRanges) return "";
  const texts = (endpoints: readonly EndpointInfo[]): string =>
    endpoints.length === port.endpoints.length ? "*" : endpoints.map((endpoint) => endpoint.text).join(",");
  return `${nodeInSourceRanges}|${choice.any}|${texts(choice.cluster)}|${texts(choice.local)}`;
}

/** What the steps share. */
interface Scope {
  readonly port: ServicePortInfo;
  readonly view: ServiceView;
  readonly state: PolicyState;
  readonly hash: string;
  readonly origin: RuleOrigin;
  readonly firewalled: boolean;
}

function scopeOf(port: ServicePortInfo, view: ServiceView, hash: string, origin: RuleOrigin): Scope {
  const state = policyState(port, view.choice);
  const firewalled = state.hasEndpoints && port.loadBalancerIps.length > 0 && port.sourceRanges.length > 0;
  return { port, view, state, hash, origin, firewalled };
}

/** Chain of internal traffic. */
function internalChain({ port, hash }: Scope): string {
  return serviceChain(port.internalLocal ? "SVL" : "SVC", hash);
}

/** Chain of external traffic after the short cuts. */
function balancedExternally({ port, hash }: Scope): string {
  return serviceChain(port.externalLocal ? "SVL" : "SVC", hash);
}

/** A node holds one for each service port, and most are never asked for their own rules: so it keeps little. */
class PortRules implements ServiceRules {
  readonly hash: string;
  readonly filter: readonly ChainRule[];
  readonly nat: readonly ChainRule[];
  readonly #port: ServicePortInfo;
  readonly #view: ServiceView;
  readonly #origin: RuleOrigin;
  #own: OwnRules | null = null;

  constructor(port: ServicePortInfo, view: ServiceView) {
    this.hash = servicePortHash(port.name, port.protocol);
    this.#port = port;
    this.#view = view;
    this.#origin = { servicePort: port.name };
    const scope = scopeOf(port, view, this.hash, this.#origin);
    const internal = dispatchClusterIp(scope);
    const outside = externallyAccessible(port) || port.healthCheckPort !== 0 ? dispatchExternal(scope) : NOTHING;
    const nat = scope.state.hasInternal;
    this.filter = nat ? outside.filter : [internal, ...outside.filter];
    this.nat = !nat ? outside.nat : outside.nat.length === 0 ? [internal] : [internal, ...outside.nat];
  }

  own(): OwnRules {
    this.#own ??= writeOwn(scopeOf(this.#port, this.#view, this.hash, this.#origin));
    return this.#own;
  }
}

interface Dispatch {
  readonly filter: readonly ChainRule[];
  readonly nat: readonly ChainRule[];
}

const NOTHING: Dispatch = { filter: [], nat: [] };

/** Steps 2 to 5. */
function dispatchExternal(scope: Scope): Dispatch {
  const filter: ChainRule[] = [];
  const nat: ChainRule[] = [];
  dispatchExternalIps(scope, filter, nat);
  dispatchLoadBalancerIps(scope, filter, nat);
  dispatchNodePort(scope, filter, nat);
  acceptHealthCheck(scope, filter);
  return { filter, nat };
}

/** REJECT without any endpoint, DROP where only the policy leaves none. */
function refusal(scope: Scope): { readonly comment: Match; readonly target: Target } {
  const { port, state } = scope;
  if (state.hasEndpoints) return { comment: comment(`${port.name} has no local endpoints`), target: { kind: "DROP" } };
  const reply = port.family === "IPv6" ? "icmp6-port-unreachable" : "icmp-port-unreachable";
  return { comment: comment(`${port.name} has no endpoints`), target: { kind: "REJECT", with: reply } };
}

/** Step 1: a rule of table nat where an endpoint takes internal traffic, else of table filter. */
function dispatchClusterIp(scope: Scope): ChainRule {
  const { port, origin } = scope;
  const header = toPort(port.protocol, port.clusterIp, port.port);
  if (scope.state.hasInternal) {
    return { chain: SERVICES, rule: makeRule(header, [comment(`${port.name} cluster IP`)], jump(internalChain(scope)), origin) };
  }
  const refuse = refusal(scope);
  return { chain: SERVICES, rule: makeRule(header, [refuse.comment], refuse.target, origin) };
}

/** Step 2. Both rules stand where policy Local finds no local endpoint: short cuts go on, the rest is dropped. */
function dispatchExternalIps(scope: Scope, filter: ChainRule[], nat: ChainRule[]): void {
  const { port, state, hash, origin } = scope;
  for (const address of port.externalIps) {
    const header = toPort(port.protocol, address, port.port);
    if (state.hasEndpoints)
      nat.push({ chain: SERVICES, rule: makeRule(header, [comment(`${port.name} external IP`)], jump(serviceChain("EXT", hash)), origin) });
    if (!state.hasExternal) filter.push(refuseExternal(scope, header, []));
  }
}

function refuseExternal(scope: Scope, header: Header, matches: readonly Match[]): ChainRule {
  const refuse = refusal(scope);
  return { chain: EXTERNAL_SERVICES, rule: makeRule(header, [refuse.comment, ...matches], refuse.target, scope.origin) };
}

/** Step 3. */
function dispatchLoadBalancerIps(scope: Scope, filter: ChainRule[], nat: ChainRule[]): void {
  const { port, state, hash, origin } = scope;
  const firewall = serviceChain("FW", hash);
  if (port.loadBalancerIps.length === 0) return;
  const headers = port.loadBalancerIps.map((address) => toPort(port.protocol, address, port.port));
  for (const header of headers) {
    const target = jump(scope.firewalled ? firewall : serviceChain("EXT", hash));
    if (state.hasEndpoints)
      nat.push({ chain: SERVICES, rule: makeRule(header, [comment(`${port.name} loadbalancer IP`)], target, origin) });
    if (scope.firewalled) {
      const remark = comment(`${port.name} traffic not accepted by ${firewall}`);
      filter.push({ chain: PROXY_FIREWALL, rule: makeRule(header, [remark], { kind: "DROP" }, origin) });
    }
  }
  if (!state.hasExternal) filter.push(...headers.map((header) => refuseExternal(scope, header, [])));
}

/** Step 4. Source ranges do not apply here. */
function dispatchNodePort(scope: Scope, filter: ChainRule[], nat: ChainRule[]): void {
  const { port, state, view, origin } = scope;
  if (port.nodePort === 0) return;
  const header = toPort(port.protocol, null, port.nodePort);
  const target = jump(serviceChain("EXT", scope.hash));
  const name = comment(port.name);
  if (state.hasEndpoints) {
    if (view.common.countLocalhost) {
      const counted: Match = { kind: "nfacct", name: "localhost_nps_accepted_pkts" };
      nat.push({ chain: NODE_PORTS, rule: makeRule({ ...header, ...toCidr("127.0.0.0/8") }, [name, counted], target, origin) });
    }
    nat.push({ chain: NODE_PORTS, rule: makeRule(header, [name], target, origin) });
  }
  if (!state.hasExternal) filter.push(refuseExternal(scope, header, [TO_LOCAL]));
}

/** Step 5: kube-proxy itself answers there, with or without endpoints. */
function acceptHealthCheck(scope: Scope, filter: ChainRule[]): void {
  const { port, origin } = scope;
  if (port.healthCheckPort === 0) return;
  const remark = comment(`${port.name} health check node port`);
  filter.push({ chain: NODE_PORTS, rule: makeRule(toPort("TCP", null, port.healthCheckPort), [remark], { kind: "ACCEPT" }, origin) });
}

/** Steps 6 to 10. */
function writeOwn(scope: Scope): OwnRules {
  const { state, hash } = scope;
  const { choice } = scope.view;
  const names: string[] = [];
  const nat: ChainRule[] = [];
  if (state.hasInternal) markInternal(scope, nat);
  if (state.useExternalChain) {
    names.push(serviceChain("EXT", hash));
    externalRules(scope, nat);
  }
  if (scope.firewalled) {
    names.push(serviceChain("FW", hash));
    firewallRules(scope, nat);
  }
  if (state.useClusterChain) {
    const chain = serviceChain("SVC", hash);
    names.push(chain);
    balance(scope, chain, choice.cluster, nat);
  }
  if (state.useLocalChain) {
    const chain = serviceChain("SVL", hash);
    names.push(chain);
    balance(scope, chain, choice.local, nat);
  }
  for (const endpoint of choice.reachable) {
    const chain = endpointChain(scope.port.name, scope.port.protocol, endpoint.text);
    names.push(chain);
    endpointRules(scope, chain, endpoint, nat);
  }
  return { chains: group(names, nat), nat };
}

function group(names: readonly string[], lines: readonly ChainRule[]): readonly Chain[] {
  const rules = new Map<string, Rule[]>(names.map((name) => [name, []]));
  for (const { chain, rule } of lines) {
    const of = rules.get(chain);
    if (of === undefined) throw new Error(`rule for undeclared chain ${chain}`);
    of.push(rule);
  }
  return [...rules].map(([name, list]) => ({ name, policy: null, rules: list }));
}

/** Step 6: cluster IP traffic from elsewhere than a Pod comes back through this node. First rule of its chain. */
function markInternal(scope: Scope, nat: ChainRule[]): void {
  const { port, origin } = scope;
  const { masqueradeAll, pods } = scope.view.common;
  if (!masqueradeAll && pods === null) return;
  const outsiders = masqueradeAll || pods === null ? {} : notFromPods(pods);
  const header = { ...toPort(port.protocol, port.clusterIp, port.port), ...outsiders };
  nat.push({ chain: internalChain(scope), rule: makeRule(header, [comment(`${port.name} cluster IP`)], jump(MARK_MASQ), origin) });
}

/** Step 7. Pods and the node itself take a short cut round policy Local, as if they used the cluster IP. */
function externalRules(scope: Scope, nat: ChainRule[]): void {
  const { port, hash, origin } = scope;
  const { pods } = scope.view.common;
  const chain = serviceChain("EXT", hash);
  const cluster = serviceChain("SVC", hash);
  const what = `${port.name} external destinations`;
  const add = (header: Header, matches: readonly Match[], target: Target): void => {
    nat.push({ chain, rule: makeRule(header, matches, target, origin) });
  };
  if (port.externalLocal) {
    if (pods !== null) add(fromPods(pods), [comment(`pod traffic for ${what}`)], jump(cluster));
    add({}, [comment(`masquerade LOCAL traffic for ${what}`), FROM_LOCAL], jump(MARK_MASQ));
    add({}, [comment(`route LOCAL traffic for ${what}`), FROM_LOCAL], jump(cluster));
  } else {
    add({}, [comment(`masquerade traffic for ${what}`)], jump(MARK_MASQ));
  }
  if (scope.state.hasExternal) add({}, [], jump(balancedExternally(scope)));
}

/** Step 8. What runs off the end is not translated, and so meets the DROP in KUBE-PROXY-FIREWALL. */
function firewallRules(scope: Scope, nat: ChainRule[]): void {
  const { port, view, hash, origin } = scope;
  const chain = serviceChain("FW", hash);
  const external = serviceChain("EXT", hash);
  const name = comment(`${port.name} loadbalancer IP`);
  const sources = port.sourceRanges.map((range) => fromRange(range.text));
  // A packet of the node to the balancer's address can have that address as its source.
  if (view.nodeInSourceRanges) sources.push(...port.loadBalancerIps.map(fromAddress));
  for (const source of sources) nat.push({ chain, rule: makeRule(source, [name], jump(external), origin) });
  const remark = comment(`other traffic to ${port.name} will be dropped by KUBE-PROXY-FIREWALL`);
  nat.push({ chain, rule: makeRule({}, [remark], null, origin) });
}

/** Step 9: remembered clients first, then a draw in which each endpoint has an equal share. */
function balance(scope: Scope, chain: string, endpoints: readonly EndpointInfo[], nat: ChainRule[]): void {
  const { port } = scope;
  const each = endpoints.map((endpoint) => ({
    endpoint,
    target: endpointChain(port.name, port.protocol, endpoint.text),
    said: scope.view.common.commented ? [comment(`${port.name} -> ${endpoint.text}`)] : [],
  }));
  const add = (of: (typeof each)[number], match: readonly Match[]): void => {
    const origin = { servicePort: port.name, endpoint: of.endpoint.text };
    nat.push({ chain, rule: makeRule({}, [...of.said, ...match], jump(of.target), origin) });
  };
  if (port.affinitySeconds !== null) {
    const seconds = port.affinitySeconds;
    for (const of of each) add(of, [{ kind: "recent", name: of.target, action: "rcheck", seconds, reap: true, invert: false }]);
  }
  each.forEach((of, i) => {
    const left = each.length - i;
    add(of, left === 1 ? [] : [{ kind: "statistic", probability: probabilityOf(left), invert: false }]);
  });
}

/** 1/n with ten decimals, as Go prints it. */
export function probabilityOf(n: number): string {
  // The one tie among them: exactly 0.00048828125, which Go rounds to even and toFixed rounds up.
  return n === 2048 ? "0.0004882812" : (1 / n).toFixed(10);
}

/** Step 10: mark the hairpin (a client that chose itself), then translate. */
function endpointRules(scope: Scope, chain: string, endpoint: EndpointInfo, nat: ChainRule[]): void {
  const { port, view } = scope;
  const origin = { servicePort: port.name, endpoint: endpoint.text };
  const said = view.common.commented ? [comment(port.name)] : [];
  nat.push({ chain, rule: makeRule(fromAddress(endpoint.address), said, jump(MARK_MASQ), origin) });
  const remember: readonly Match[] =
    port.affinitySeconds === null ? [] : [{ kind: "recent", name: chain, action: "set", reap: false, invert: false }];
  const header: Header = { protocol: protocolOf(port.protocol) };
  const target: Target = { kind: "DNAT", address: endpoint.address.text, port: endpoint.port };
  nat.push({ chain, rule: makeRule(header, [...said, ...remember], target, origin) });
}

/**
 * The iptables rules of one service port, as one node sees it. Pure, and remembered by (service port, view): nodes
 * with the same view share the rules, and one changed endpoint rewrites one service port.
 * Source: `syncProxyRules` in `pkg/proxy/iptables/proxier.go` (Kubernetes 1.36); the steps stand in its order.
 */
import type { Chain, Match, Rule, RuleOrigin, Target } from "../netfilter/rules.ts";
import { policyState } from "./endpoints.ts";
import type { EndpointChoice, PolicyState } from "./endpoints.ts";
import { chainHash, endpointChain, serviceChains } from "./names.ts";
import type { ServiceChains } from "./names.ts";
import {
  comment,
  FROM_LOCAL,
  fromAddress,
  fromPods,
  fromRange,
  jump,
  makeRule,
  notFromPods,
  TO_LOCAL,
  toCidr,
  toPort,
} from "./rule-parts.ts";
import type { ChainRule, Header } from "./rule-parts.ts";
import type { EndpointInfo, ServicePortInfo } from "./service-ports.ts";
import type { PodSource } from "./settings.ts";

export const MARK_MASQ = "KUBE-MARK-MASQ";
export const SERVICES = "KUBE-SERVICES";
export const NODE_PORTS = "KUBE-NODEPORTS";
export const EXTERNAL_SERVICES = "KUBE-EXTERNAL-SERVICES";
export const PROXY_FIREWALL = "KUBE-PROXY-FIREWALL";

/** All of a node that can change the text of a service port's rules. */
export interface ServiceView {
  readonly choice: EndpointChoice;
  /** null: the local-traffic detector is off. */
  readonly pods: PodSource | null;
  readonly masqueradeAll: boolean;
  /** Node ports on 127.0.0.1 are counted by a rule of their own. */
  readonly countLocalhost: boolean;
  /** False in clusters with many endpoints: the comments of endpoint rules are left out. */
  readonly commented: boolean;
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

/** A pure memo, held weakly by the service port. */
const memo = new WeakMap<ServicePortInfo, Map<string, ServiceRules>>();

/** The rules of `port` in `view`, each with its origin. The same port and view give the same object. */
export function serviceRules(port: ServicePortInfo, view: ServiceView): ServiceRules {
  let views = memo.get(port);
  if (views === undefined) memo.set(port, (views = new Map()));
  const key = viewKey(port, view);
  let rules = views.get(key);
  if (rules === undefined) views.set(key, (rules = writeService(port, view)));
  return rules;
}

function viewKey(port: ServicePortInfo, view: ServiceView): string {
  const { choice, pods } = view;
  const texts = (endpoints: readonly EndpointInfo[]): string =>
    endpoints.length === port.endpoints.length ? "*" : endpoints.map((endpoint) => endpoint.text).join(",");
  const source = pods === null ? "" : pods.kind === "cidr" ? pods.cidr : `%${pods.name}`;
  return `${source}|${view.masqueradeAll}|${view.countLocalhost}|${view.commented}|${view.nodeInSourceRanges}|${choice.any}|${texts(choice.cluster)}|${texts(choice.local)}`;
}

/** What the steps share. */
interface Scope {
  readonly port: ServicePortInfo;
  readonly view: ServiceView;
  readonly state: PolicyState;
  readonly chains: ServiceChains;
  readonly origin: RuleOrigin;
  /** Chain of internal traffic, and of external traffic after the short cuts. */
  readonly internal: string;
  readonly external: string;
  readonly firewalled: boolean;
}

function writeService(port: ServicePortInfo, view: ServiceView): ServiceRules {
  const chains = serviceChains(port.name, port.protocol);
  const state = policyState(port, view.choice);
  const scope: Scope = {
    port,
    view,
    state,
    chains,
    origin: { servicePort: port.name },
    internal: port.internalLocal ? chains.local : chains.cluster,
    external: port.externalLocal ? chains.local : chains.cluster,
    firewalled: state.hasEndpoints && port.loadBalancerIps.length > 0 && port.sourceRanges.length > 0,
  };
  const filter: ChainRule[] = [];
  const nat: ChainRule[] = [];
  dispatchClusterIp(scope, filter, nat);
  dispatchExternalIps(scope, filter, nat);
  dispatchLoadBalancerIps(scope, filter, nat);
  dispatchNodePort(scope, filter, nat);
  acceptHealthCheck(scope, filter);
  let own: OwnRules | null = null;
  return { hash: chainHash(port.name + port.protocol.toLowerCase()), filter, nat, own: () => (own ??= writeOwn(scope)) };
}

/** REJECT without any endpoint, DROP where only the policy leaves none. */
function refusal(scope: Scope): { readonly comment: Match; readonly target: Target } {
  const { port, state } = scope;
  if (state.hasEndpoints) return { comment: comment(`${port.name} has no local endpoints`), target: { kind: "DROP" } };
  const reply = port.family === "IPv6" ? "icmp6-port-unreachable" : "icmp-port-unreachable";
  return { comment: comment(`${port.name} has no endpoints`), target: { kind: "REJECT", with: reply } };
}

/** Step 1. */
function dispatchClusterIp(scope: Scope, filter: ChainRule[], nat: ChainRule[]): void {
  const { port, origin } = scope;
  const header = toPort(port.protocol, port.clusterIp, port.port);
  if (scope.state.hasInternal) {
    nat.push({ chain: SERVICES, rule: makeRule(header, [comment(`${port.name} cluster IP`)], jump(scope.internal), origin) });
  } else {
    const refuse = refusal(scope);
    filter.push({ chain: SERVICES, rule: makeRule(header, [refuse.comment], refuse.target, origin) });
  }
}

/** Step 2. Both rules stand where policy Local finds no local endpoint: short cuts go on, the rest is dropped. */
function dispatchExternalIps(scope: Scope, filter: ChainRule[], nat: ChainRule[]): void {
  const { port, state, origin } = scope;
  for (const address of port.externalIps) {
    const header = toPort(port.protocol, address, port.port);
    if (state.hasEndpoints)
      nat.push({ chain: SERVICES, rule: makeRule(header, [comment(`${port.name} external IP`)], jump(scope.chains.external), origin) });
    if (!state.hasExternal) filter.push(refuseExternal(scope, header, []));
  }
}

function refuseExternal(scope: Scope, header: Header, matches: readonly Match[]): ChainRule {
  const refuse = refusal(scope);
  return { chain: EXTERNAL_SERVICES, rule: makeRule(header, [refuse.comment, ...matches], refuse.target, scope.origin) };
}

/** Step 3. */
function dispatchLoadBalancerIps(scope: Scope, filter: ChainRule[], nat: ChainRule[]): void {
  const { port, state, chains, origin } = scope;
  const headers = port.loadBalancerIps.map((address) => toPort(port.protocol, address, port.port));
  for (const header of headers) {
    const target = jump(scope.firewalled ? chains.firewall : chains.external);
    if (state.hasEndpoints)
      nat.push({ chain: SERVICES, rule: makeRule(header, [comment(`${port.name} loadbalancer IP`)], target, origin) });
    if (scope.firewalled) {
      const remark = comment(`${port.name} traffic not accepted by ${chains.firewall}`);
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
  const target = jump(scope.chains.external);
  const name = comment(port.name);
  if (state.hasEndpoints) {
    if (view.countLocalhost) {
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
  const { state, chains, view } = scope;
  const { choice } = view;
  const names: string[] = [];
  const nat: ChainRule[] = [];
  if (state.hasInternal) markInternal(scope, nat);
  if (state.useExternalChain) {
    names.push(chains.external);
    externalRules(scope, nat);
  }
  if (scope.firewalled) {
    names.push(chains.firewall);
    firewallRules(scope, nat);
  }
  if (state.useClusterChain) {
    names.push(chains.cluster);
    balance(scope, chains.cluster, choice.cluster, nat);
  }
  if (state.useLocalChain) {
    names.push(chains.local);
    balance(scope, chains.local, choice.local, nat);
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
  const { port, view, origin } = scope;
  if (!view.masqueradeAll && view.pods === null) return;
  const outsiders = view.masqueradeAll || view.pods === null ? {} : notFromPods(view.pods);
  const header = { ...toPort(port.protocol, port.clusterIp, port.port), ...outsiders };
  nat.push({ chain: scope.internal, rule: makeRule(header, [comment(`${port.name} cluster IP`)], jump(MARK_MASQ), origin) });
}

/** Step 7. Pods and the node itself take a short cut round policy Local, as if they used the cluster IP. */
function externalRules(scope: Scope, nat: ChainRule[]): void {
  const { port, view, chains, origin } = scope;
  const chain = chains.external;
  const what = `${port.name} external destinations`;
  const add = (header: Header, matches: readonly Match[], target: Target): void => {
    nat.push({ chain, rule: makeRule(header, matches, target, origin) });
  };
  if (port.externalLocal) {
    if (view.pods !== null) add(fromPods(view.pods), [comment(`pod traffic for ${what}`)], jump(chains.cluster));
    add({}, [comment(`masquerade LOCAL traffic for ${what}`), FROM_LOCAL], jump(MARK_MASQ));
    add({}, [comment(`route LOCAL traffic for ${what}`), FROM_LOCAL], jump(chains.cluster));
  } else {
    add({}, [comment(`masquerade traffic for ${what}`)], jump(MARK_MASQ));
  }
  if (scope.state.hasExternal) add({}, [], jump(scope.external));
}

/** Step 8. What runs off the end is not translated, and so meets the DROP in KUBE-PROXY-FIREWALL. */
function firewallRules(scope: Scope, nat: ChainRule[]): void {
  const { port, view, chains, origin } = scope;
  const name = comment(`${port.name} loadbalancer IP`);
  const sources = port.sourceRanges.map((range) => fromRange(range.text));
  // A packet of the node to the balancer's address can have that address as its source.
  if (view.nodeInSourceRanges) sources.push(...port.loadBalancerIps.map(fromAddress));
  for (const source of sources) nat.push({ chain: chains.firewall, rule: makeRule(source, [name], jump(chains.external), origin) });
  const remark = comment(`other traffic to ${port.name} will be dropped by KUBE-PROXY-FIREWALL`);
  nat.push({ chain: chains.firewall, rule: makeRule({}, [remark], null, origin) });
}

/** Step 9: remembered clients first, then a draw in which each endpoint has an equal share. */
function balance(scope: Scope, chain: string, endpoints: readonly EndpointInfo[], nat: ChainRule[]): void {
  const { port } = scope;
  const each = endpoints.map((endpoint) => ({
    endpoint,
    target: endpointChain(port.name, port.protocol, endpoint.text),
    said: scope.view.commented ? [comment(`${port.name} -> ${endpoint.text}`)] : [],
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
  const said = view.commented ? [comment(port.name)] : [];
  nat.push({ chain, rule: makeRule(fromAddress(endpoint.address), said, jump(MARK_MASQ), origin) });
  const remember: readonly Match[] =
    port.affinitySeconds === null ? [] : [{ kind: "recent", name: chain, action: "set", reap: false, invert: false }];
  const header: Header = { protocol: { name: port.protocol.toLowerCase(), invert: false } };
  const target: Target = { kind: "DNAT", address: endpoint.address.text, port: endpoint.port };
  nat.push({ chain, rule: makeRule(header, [...said, ...remember], target, origin) });
}

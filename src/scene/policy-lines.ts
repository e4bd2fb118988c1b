/** Network policies in plain words: which ways of a Pod they decide, and what each lets through. */
import { compareText, type NamespacedName } from "../core/base/names.ts";
import type { NetworkPolicyPeer, NetworkPolicyPort } from "../core/api/network-types.ts";
import type { LabelSelector } from "../core/api/types.ts";
import type { ClusterView, PolicyView } from "../core/simulation/view.ts";

/** Said wherever policies show in a cluster whose network plugin does nothing with them. */
export const NOT_ENFORCED = "stored, but nothing enforces it: the cluster's network plugin writes no rules for policies";

/** The policies that select the Pod, in the order of their names. */
export function policiesOf(view: Pick<ClusterView, "policies">, pod: NamespacedName): readonly PolicyView[] {
  return view.policies.filter(({ selects }) => has(selects, pod)).sort((a, b) => compareText(a.key, b.key));
}

/** Selected Pods stand in the order of their keys. */
function has(keys: readonly NamespacedName[], key: NamespacedName): boolean {
  let [from, to] = [0, keys.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (compareText(keys[middle] ?? "", key) < 0) from = middle + 1;
    else to = middle;
  }
  return keys[from] === key;
}

/** "network policy web decides what comes in"; none for a Pod that is open. */
export function isolationWords(view: ClusterView, pod: NamespacedName): readonly string[] {
  const policies = policiesOf(view, pod);
  if (policies.length === 0) return [];
  if (!view.enforcesPolicies) return [`${namesText(policies)} selects it, but nothing enforces network policies here`];
  const of = (type: "Ingress" | "Egress"): readonly PolicyView[] => policies.filter(({ spec }) => spec.policyTypes.includes(type));
  const [ingress, egress] = [of("Ingress"), of("Egress")];
  if (ingress.length > 0 && egress.length > 0 && namesText(ingress) === namesText(egress))
    return [`${namesText(ingress)} ${decides(ingress)} what comes in and what goes out`];
  return [
    ...(ingress.length === 0 ? [] : [`${namesText(ingress)} ${decides(ingress)} what comes in`]),
    ...(egress.length === 0 ? [] : [`${namesText(egress)} ${decides(egress)} what goes out`]),
  ];
}

function namesText(policies: readonly PolicyView[]): string {
  const names = policies.map(({ name }) => name);
  return names.length === 1 ? `network policy ${names[0] ?? ""}` : `network policies ${andList(names)}`;
}

function decides(policies: readonly PolicyView[]): string {
  return policies.length === 1 ? "decides" : "decide";
}

/** What a policy lets through, a line for each way that it decides. */
export function allowLines({ namespace, spec }: Pick<PolicyView, "namespace" | "spec">): readonly string[] {
  const lines: string[] = [];
  if (spec.policyTypes.includes("Ingress"))
    lines.push(
      direction(
        "in",
        namespace,
        (spec.ingress ?? []).map(({ from, ports }) => ({ peers: from, ports })),
      ),
    );
  if (spec.policyTypes.includes("Egress"))
    lines.push(
      direction(
        "out",
        namespace,
        (spec.egress ?? []).map(({ to, ports }) => ({ peers: to, ports })),
      ),
    );
  return lines;
}

interface Rule {
  readonly peers?: readonly NetworkPolicyPeer[] | undefined;
  readonly ports?: readonly NetworkPolicyPort[] | undefined;
}

/** "lets in: from Pods with app=api, to port 80/TCP; …" */
function direction(way: "in" | "out", namespace: string, rules: readonly Rule[]): string {
  if (rules.length === 0) return way === "in" ? "lets nothing in" : "lets nothing out";
  const texts = rules.map((rule) => ruleText(way, namespace, rule));
  return `lets ${way}: ${texts.map((text) => (text === "" ? "everything" : text)).join("; or ")}`;
}

function ruleText(way: "in" | "out", namespace: string, { peers = [], ports = [] }: Rule): string {
  const who = peers.length === 0 ? "" : `${way === "in" ? "from" : "to"} ${peers.map((peer) => peerText(peer, namespace)).join(" or ")}`;
  const where = ports.length === 0 ? "" : `${way === "in" ? "to its" : "on"} ${ports.map(portText).join(" or ")}`;
  return [who, where].filter((part) => part !== "").join(", ");
}

/** "Pods with app=api of namespaces with team=a", "203.0.113.0/24 but not 203.0.113.7/32" */
function peerText({ podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer, namespace: string): string {
  if (ipBlock !== undefined) {
    const { cidr, except = [] } = ipBlock;
    return except.length === 0 ? cidr : `${cidr} but not ${except.join(" or ")}`;
  }
  const pods = podSelector === undefined || isEmpty(podSelector) ? "all Pods" : `Pods with ${selectorText(podSelector)}`;
  if (namespaceSelector === undefined) return `${pods} of ${namespace}`;
  return isEmpty(namespaceSelector) ? `${pods} of every namespace` : `${pods} of ${namespaceText(namespaceSelector)}`;
}

const NAME_LABEL = "kubernetes.io/metadata.name";

/** A namespace chosen by the label that bears its name is called by that name. */
function namespaceText(selector: LabelSelector): string {
  const { matchLabels = {}, matchExpressions = [] } = selector;
  const name = matchLabels[NAME_LABEL];
  if (name !== undefined && Object.keys(matchLabels).length === 1 && matchExpressions.length === 0) return name;
  return `namespaces with ${selectorText(selector)}`;
}

function isEmpty({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean {
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
}

/** As `kubectl` takes it: "app=api,tier in (a,b)". */
export function selectorText({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const pairs = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  const more = matchExpressions.map(({ key, operator, values = [] }) => {
    switch (operator) {
      case "In":
        return `${key} in (${values.join(",")})`;
      case "NotIn":
        return `${key} notin (${values.join(",")})`;
      case "Exists":
        return key;
      case "DoesNotExist":
        return `!${key}`;
    }
  });
  return [...pairs, ...more].join(",");
}

/** "port 80/TCP", "ports 8000 to 9000/TCP", "port http/TCP", "any TCP port" */
function portText({ protocol, port, endPort }: NetworkPolicyPort): string {
  if (port === undefined) return `any ${protocol} port`;
  return endPort === undefined || endPort === port ? `port ${port}/${protocol}` : `ports ${port} to ${endPort}/${protocol}`;
}

/** "a", "a and b", "a, b and c" */
function andList(names: readonly string[]): string {
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
}

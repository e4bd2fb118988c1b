/** Does the way from outside lead to a node: load balancer, external IP, or none at all? */
import { parseAddress } from "../base/address.ts";
import { ROUTE_ANNOTATION } from "../controllers/annotations.ts";
import { BALANCER_ANNOTATION } from "../controllers/load-balancer.ts";
import type { ServiceView } from "../simulation/view.ts";
import { isCause } from "./check-members.ts";
import { serviceShown } from "./check-service.ts";
import type { Facts } from "./facts.ts";
import type { Finding, Findings, Fix, FoundCause, Shown } from "./types.ts";
import { andList, because, inNamespace, refOf, senderName } from "./words.ts";

export function checkBalancer(facts: Facts, found: Findings): Finding {
  const { service, from, target } = facts;
  if (service === null)
    return { state: "does-not-apply", says: target.way.kind === "other-address" ? "no Service has this address" : "there is no Service" };
  const shown = serviceShown(service);
  const { way } = target;
  if (from.kind === "outside" && way.kind === "name" && found.dns?.state === "fails")
    return { state: "does-not-apply", says: "the name comes first" };
  if (from.kind === "outside" && (way.kind === "cluster-ip" || way.kind === "name"))
    return { state: "fails", says: `${service.name} is not open to the outside here`, shown, ...notFromOutside(facts, service) };
  if (way.kind === "external-ip") return externalIp(facts, service);
  if (service.type !== "LoadBalancer")
    return { state: "does-not-apply", says: `${service.name} is ${service.headless ? "headless" : service.type}` };
  const { state, addresses } = service.loadBalancer;
  if (state === "pending") return { state: "fails", says: "external address pending", shown, ...pending(service) };
  return lost(facts, service, found) ?? { state: "passes", says: `${addresses.join(", ")} assigned`, shown };
}

function notFromOutside({ view, from, target }: Facts, service: ServiceView): FoundCause {
  const { name, ports, loadBalancer, externalIps } = service;
  const address = loadBalancer.addresses[0] ?? externalIps[0];
  const nodePort = ports.find(({ port }) => port === target.port)?.nodePort ?? ports[0]?.nodePort ?? null;
  const node = view.nodes.find(({ controlPlane, fault }) => !controlPlane && fault === null);
  const to =
    address !== undefined ? `http://${address}` : nodePort !== null && node !== undefined ? `http://${node.internalIp}:${nodePort}` : null;
  return {
    code: "not-from-outside",
    title: `${name} cannot be reached like this from outside`,
    why: `${target.way.kind === "name" ? "Its name is known" : `${target.host} is known`} inside the cluster only: ${senderName(view, from)} has ${target.way.kind === "name" ? "another name server" : "no route to it"}${
      to === null ? `, and ${name} is ${service.type}, which has no way in` : ""
    }.`,
    fix: to === null ? null : { kind: "request", title: `Ask for ${to}`, to },
    source: service.source,
  };
}

function pending(service: ServiceView): FoundCause {
  const { name, loadBalancer, source } = service;
  const why =
    loadBalancer.trouble !== undefined
      ? `The provider failed: \`${loadBalancer.trouble.trim()}\``
      : loadBalancer.reach === undefined || loadBalancer.reach.provider === "none"
        ? `\`type: LoadBalancer\` is a wish, and nothing in this cluster provides load balancers.`
        : "The provider has not answered yet.";
  return {
    code: "balancer-pending",
    title: `${name} has no external address`,
    why: /[.`]$/.test(why) ? why : `${why}.`,
    fix: letCloud(service),
    source,
  };
}

/** Who provides load balancers is a matter of the cluster; here an annotation says it, and with it that a cloud refuses. */
function letCloud(service: ServiceView): Fix | null {
  const { source, loadBalancer } = service;
  if (source === null || (loadBalancer.reach !== undefined && loadBalancer.reach.provider === "metallb")) return null;
  return {
    kind: "fields",
    title: loadBalancer.trouble === undefined ? "Let a cloud provide it" : "Let the cloud give it",
    object: refOf(service),
    changes: [{ path: `metadata.annotations[${BALANCER_ANNOTATION}]`, value: "cloud" }],
  };
}

function externalIp(facts: Facts, service: ServiceView): Finding {
  const { evidence, target, view } = facts;
  const shown = serviceShown(service);
  const lost =
    evidence.kind === "stopped" && evidence.by.kind === "lost" && evidence.by.why !== "node-down" && evidence.header.dst === target.host;
  if (!lost) return { state: "passes", says: `${target.host} leads to a node`, shown };
  const node = view.nodes.find(({ controlPlane }) => !controlPlane)?.name;
  const fix: Fix | null =
    node === undefined || service.source === null
      ? null
      : {
          kind: "fields",
          title: `Route it to ${node}`,
          object: refOf(service),
          changes: [{ path: `metadata.annotations[${ROUTE_ANNOTATION}]`, value: node }],
        };
  return {
    state: "fails",
    says: `no route leads ${target.host} to a node`,
    shown,
    code: "external-ip-route",
    title: `Nothing brings ${target.host} to a node`,
    why: `\`externalIPs\` makes every node's rules catch packets for ${target.host}. That one of them gets there is up to the network outside, and no route there leads to a node.`,
    fix,
    source: service.source,
  };
}

function lost({ evidence, target, from, view, spec }: Facts, service: ServiceView, found: Findings): Finding | null {
  if (evidence.kind !== "stopped" || evidence.dns) return null;
  const { by, header } = evidence;
  const shown = serviceShown(service);
  if ((by.kind === "rule" && by.says === "source-ranges") || (by.kind === "lost" && by.why === "source-not-allowed")) {
    const { src } = header;
    return {
      state: "fails",
      says: `${src} is not in the source ranges`,
      shown: rangesShown(service, spec?.loadBalancerSourceRanges ?? []),
      ...outOfRanges(service, { src, who: senderName(view, from), ranges: spec?.loadBalancerSourceRanges ?? [] }),
    };
  }
  if (by.kind !== "lost" || (target.way.kind !== "load-balancer" && target.way.kind !== "other-address")) return null;
  if (by.why === "no-healthy-node") {
    const first = (["selector", "endpoints", "readiness"] as const).find((id) => isCause(found[id]));
    if (first !== undefined) return { state: "fails", because: first, says: `no healthy node, ${because(first)}`, shown };
    const checks = service.loadBalancer.reach?.checks ?? [];
    const why = [...new Set(checks.flatMap((check) => (check.healthy ? [] : [check.why])))].slice(0, 2);
    return {
      state: "fails",
      says: "no healthy node",
      shown,
      code: "no-healthy-node",
      title: "The load balancer finds no healthy node",
      why: `It asks every node for its health, and brings traffic only to those that pass.${why.length === 0 ? "" : ` None does: ${andList(why)}.`}`,
      source: service.source,
    };
  }
  if (by.why !== "no-route" && by.why !== "nobody-has-the-address") return null;
  return {
    state: "fails",
    says: "no node answers for the address",
    shown,
    code: "not-announced",
    title: `No node answers for ${target.host}`,
    why: `${service.name} has the address ${target.host}, and nobody announces it: without an L2Advertisement for its pool no node takes its packets.`,
    source: service.source,
  };
}

function rangesShown({ name, namespace }: ServiceView, ranges: readonly string[]): Shown {
  return {
    command: `kubectl get service ${name}${inNamespace(namespace)} -o jsonpath={.spec.loadBalancerSourceRanges}`,
    output: [JSON.stringify(ranges)],
  };
}

function outOfRanges(
  service: ServiceView,
  { src, who, ranges }: { readonly src: string; readonly who: string; readonly ranges: readonly string[] },
): FoundCause {
  const bits = parseAddress(src)?.family === "IPv6" ? 128 : 32;
  return {
    code: "source-ranges",
    title: `${src} is not in the source ranges`,
    why: `\`loadBalancerSourceRanges\` of ${service.name} lets in ${ranges.length === 0 ? "nobody else" : andList(ranges)}. The address of ${who} is in none of them, and its packet is dropped without a word.`,
    fix: {
      kind: "fields",
      title: `Let ${src}/${bits} in`,
      object: refOf(service),
      changes: [{ path: `spec.loadBalancerSourceRanges[${ranges.length}]`, value: `${src}/${bits}` }],
    },
    source: service.source,
  };
}

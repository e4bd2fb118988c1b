/**
 * The picture in words: accessible names of things (DESIGN 9) and the outline, the picture's twin as a nested list:
 * zones with their nodes, their gates and Pods; Services; what stands outside.
 */
import { unreachable } from "../core/base/names.ts";
import type { ClusterView, NodeView, PodState, PodView, ServiceView } from "../core/simulation/view.ts";
import type { GateShow, ThingId } from "./contract.ts";
import { externalAddresses, externalId } from "./externals.ts";
import { balancerNotes, countOf, gateRest, momentText } from "./notes.ts";
import { isolationWords } from "./policy-lines.ts";
import { viewIndex } from "./view-index.ts";
import { balancedService } from "./wires.ts";

/** What a screen reader says of a thing; its identifier where the cluster has it no more. */
export function nameOf(view: ClusterView, thing: ThingId): string {
  switch (thing.kind) {
    case "pod": {
      const pod = viewIndex(view).pods.get(thing.key);
      return pod === undefined ? `Pod ${thing.key}, gone` : podName(view, pod);
    }
    case "service": {
      const service = viewIndex(view).services.get(thing.key);
      return service === undefined ? `Service ${thing.key}, gone` : serviceName(service);
    }
    case "node": {
      const node = viewIndex(view).nodes.get(thing.name);
      return node === undefined ? `Node ${thing.name}, gone` : nodeName(view, node);
    }
    case "gate": {
      const node = viewIndex(view).nodes.get(thing.node);
      return node === undefined ? `kube-proxy on ${thing.node}, gone` : gateName(node, null);
    }
    case "outside": {
      const service = balancedService(view, thing.id);
      if (service !== null) return balancerName(service);
      const host = view.outsiders.find((one) => one.id === thing.id);
      if (host === undefined && thing.id.startsWith("external ")) return externalName(view, thing.id);
      return host === undefined ? `${thing.id}, gone` : `${host.name}, outside the cluster, ${host.address}`;
    }
    case "workload":
      return workloadName(view, thing.key);
    case "group":
      return groupName(thing.name);
    default:
      return unreachable(thing);
  }
}

/** "Deployment web, no Pods" */
function workloadName(view: ClusterView, key: string): string {
  const idle = view.idle?.find((one) => one.key === key);
  if (idle === undefined) return `${key}, with Pods or gone`;
  return `${idle.kind} ${idle.name}${idle.namespace === "default" ? "" : ` in ${idle.namespace}`}, no Pods`;
}

/** "Pod web-9xq7, ready, 10.244.2.6, on node-2, endpoint of web" */
function podName(view: ClusterView, pod: PodView): string {
  const of = (viewIndex(view).servicesOf.get(pod.key) ?? []).map((service) => service.name);
  return [
    `Pod ${pod.name}`,
    stateWords(pod.state),
    ...(pod.endsBy === null ? [] : [`at the latest at ${momentText(pod.endsBy)}`]),
    ...(pod.restarts > 0 ? [countOf(pod.restarts, "restart")] : []),
    ...(pod.hostNetwork ? ["with its node's address"] : []),
    ...(pod.ips.length > 0 ? [pod.ips.join(" and ")] : ["no address yet"]),
    pod.node === null ? "on no node yet" : `on ${pod.node}`,
    ...(of.length > 0 ? [`endpoint of ${of.join(", ")}`] : []),
    ...isolationWords(view, pod.key),
    ...(pod.reason === "" || pod.state === "terminating" || pod.state === "completed" ? [] : [pod.reason]),
  ].join(", ");
}

/** A Pod's state in plain words. */
export function stateWords(state: PodState): string {
  switch (state) {
    case "ready":
      return "ready";
    case "not-ready":
      return "not ready";
    case "pending":
      return "waiting for a node";
    case "starting":
      return "starting";
    case "terminating":
      return "ending";
    case "crashing":
      return "crashing";
    case "completed":
      return "completed";
    case "failed":
      return "failed";
    default:
      return unreachable(state);
  }
}

/** "Service web, LoadBalancer, 10.96.142.31 port 80, 3 of 4 endpoints ready" */
function serviceName(service: ServiceView): string {
  const kind = service.headless ? "headless" : service.type;
  const ports = service.ports.map((port) => port.port);
  const at = ports.length === 0 ? "" : ` ${ports.length === 1 ? "port" : "ports"} ${ports.join(", ")}`;
  const address =
    service.externalName === null
      ? service.headless
        ? "no address"
        : `${service.clusterIps.join(" and ")}${at}`
      : `alias for ${service.externalName}`;
  const nodePorts = service.ports.flatMap((port) => (port.nodePort === null ? [] : [port.nodePort]));
  return [
    `Service ${service.name}`,
    ...(service.namespace === "default" ? [] : [`in ${service.namespace}`]),
    kind,
    address,
    nodePorts.length === 0 ? "" : `${nodePorts.length === 1 ? "node port" : "node ports"} ${nodePorts.join(", ")}`,
    healthWords(service),
    balancerWords(service),
  ]
    .filter((part) => part !== "")
    .join(", ");
}

function healthWords(service: ServiceView): string {
  switch (service.health) {
    case "selects-nothing":
      return "selects no Pods";
    case "external-name":
      return "";
    case "ok":
    case "none-ready":
    case "no-selector": {
      const ready = service.endpoints.filter((endpoint) => endpoint.ready).length;
      const by = service.selector === null ? "no selector, " : "";
      return service.endpoints.length === 0 ? `${by}no endpoints` : `${by}${ready} of ${service.endpoints.length} endpoints ready`;
    }
    default:
      return unreachable(service.health);
  }
}

/** Of the Service: whether its external address is there. */
function balancerWords({ loadBalancer }: ServiceView): string {
  if (loadBalancer.state === "none") return "";
  if (loadBalancer.addresses.length > 0) return `external address ${loadBalancer.addresses.join(" and ")}`;
  return loadBalancer.trouble === undefined ? "external address pending" : `external address pending, ${loadBalancer.trouble}`;
}

/** "Load balancer of web, outside the cluster, 198.51.100.10:80, healthy: node-1, node-2; not healthy: node-3, no ready Pod there" */
function balancerName(service: ServiceView): string {
  const { state, address, notes } = balancerNotes(service);
  const { loadBalancer } = service;
  const checks = loadBalancer.reach?.checks ?? [];
  const healthy = checks.filter((check) => check.healthy).map((check) => check.node);
  const not = checks.filter((check) => !check.healthy).map((check) => `${check.node}, ${check.why}`);
  const health = [healthy.length === 0 ? "" : `healthy: ${healthy.join(", ")}`, not.length === 0 ? "" : `not healthy: ${not.join("; ")}`];
  return [
    `Load balancer of ${service.name}`,
    "outside the cluster",
    address,
    ...(state === "trouble" && loadBalancer.trouble !== undefined ? [loadBalancer.trouble] : []),
    ...(checks.length === 0 || healthy.length === 0 ? notes.slice(0, 1) : []),
    ...health.filter((words) => words !== ""),
  ].join(", ");
}

/** "external address 203.0.113.30:8080, outside the cluster, endpoint of legacy" */
function externalName(view: ClusterView, id: string): string {
  const has = view.services.filter((service) => externalAddresses(view, service).some((one) => externalId(one) === id));
  const words = id.slice("external ".length);
  if (has.length === 0) return `${words}, gone`;
  const alias = has.some((service) => service.externalName !== null);
  return `${words}, outside the cluster, ${alias ? "what" : "endpoint of"} ${has.map((service) => service.name).join(", ")}${alias ? " stands for" : ""}`;
}

function nodeName(view: ClusterView, node: NodeView): string {
  const pods = viewIndex(view).podsOn.get(node.name)?.length ?? 0;
  return [
    `Node ${node.name}`,
    node.ready ? "ready" : "not ready",
    ...(node.fault === null ? [] : [node.fault === "cut" ? "cut off the network" : "switched off"]),
    ...(node.evictsAt === null ? [] : [`its Pods leave from ${momentText(node.evictsAt)} on`]),
    ...(node.controlPlane ? ["control plane"] : []),
    ...(node.cordoned ? ["takes no new Pods"] : []),
    ...(node.zone === "" ? [] : [node.zone]),
    node.internalIp,
    countOf(pods, "Pod"),
  ].join(", ");
}

/** "kube-proxy on node-1, iptables, rewriting to 10.244.2.6" */
export function gateName(node: NodeView, show: GateShow | null): string {
  const rest = gateRest(node);
  const doing = show !== null ? gateWords(show) : rest.kind === "rest" ? "" : (rest.words[0] ?? "");
  return [`kube-proxy on ${node.name}`, node.proxyMode, doing].filter((part) => part !== "").join(", ");
}

function gateWords(show: GateShow): string {
  switch (show.kind) {
    case "matching":
      return `considering ${countOf(show.rules, "rule")}`;
    case "choosing":
      return `choosing, ${show.text}`;
    case "rewriting":
      if (show.to !== "") return `rewriting to ${show.to}`;
      return `${show.byPlugin === true ? "the network plugin " : ""}putting ${show.masquerade ?? "its own address"} in place of the sender`;
    case "known":
      return "known connection";
    case "restoring":
      return `restoring ${show.to}`;
    case "naming":
      return `passing a question for ${show.service}`;
    case "refusing":
      return `refusing, ${show.text}`;
    case "dropping":
      return `dropping, ${show.text}`;
    default:
      return unreachable(show);
  }
}

function groupName(name: string): string {
  return name;
}

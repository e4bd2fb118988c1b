/** A Pod, a node, a kube-proxy or a Service in words: what its page in the inspector says. Pure, from the view and the run's record. */
import { stateWords } from "../../scene/describe.ts";
import { gateRest, nodeNotes } from "../../scene/notes.ts";
import { balancedService } from "../../scene/wires.ts";
import type { ThingId } from "../../scene/contract.ts";
import type { ClusterView, IdleWorkload, NodeView, PodView, ServiceView, TimelineEvent } from "../../core/simulation/view.ts";
import type { TimedAction } from "../../worker/protocol.ts";
import { slownessOf } from "../state/by-hand.ts";
import { capital, duration, moment, plural } from "../state/format.ts";
import type { IconName } from "../parts/icons.tsx";
import { workloadsBehind, wouldSelect } from "../state/workloads.ts";

export interface Fact {
  readonly label: string;
  /** One or several lines. */
  readonly lines: readonly string[];
  /** Something a machine would print. */
  readonly mono?: boolean;
  /** Traffic stops because of it. */
  readonly stops?: boolean;
}

export interface ThingFacts {
  readonly title: string;
  readonly glyph: IconName;
  /** Beside the title: `ready`, `not ready, 2 restarts`. */
  readonly state: string;
  readonly facts: readonly Fact[];
  /** Whose events belong here, as events name them (`Pod default/web-1`): the thing's own first, then those of what makes it. */
  readonly about: readonly string[];
}

/** null where the cluster has it no more, and for things without a page. */
export function factsOf(cluster: ClusterView, thing: ThingId, actions: readonly TimedAction[]): ThingFacts | null {
  switch (thing.kind) {
    case "pod": {
      const pod = cluster.pods.find(({ key }) => key === thing.key);
      return pod === undefined ? null : podFacts(cluster, pod, actions);
    }
    case "service": {
      const service = cluster.services.find(({ key }) => key === thing.key);
      return service === undefined ? null : serviceFacts(cluster, service);
    }
    case "node":
    case "gate": {
      const node = cluster.nodes.find(({ name }) => name === (thing.kind === "node" ? thing.name : thing.node));
      if (node === undefined) return null;
      return thing.kind === "node" ? nodeFacts(cluster, node) : gateFacts(node);
    }
    case "workload": {
      const idle = cluster.idle?.find(({ key }) => key === thing.key);
      return idle === undefined ? null : idleFacts(cluster, idle);
    }
    case "outside":
      return outsideFacts(cluster, thing.id);
    case "group":
      return null;
  }
}

/** A thing that a fact names, and what is said of it beside its name. */
export interface FactLink {
  readonly thing: ThingId;
  readonly note: string;
}

/** Things that stand in the place of a fact's lines: where a Pod runs and what it answers for; whose load balancer it is. */
export function linksOf(cluster: ClusterView, of: ThingId, { label, lines }: Fact): readonly FactLink[] {
  if (of.kind === "outside" && label === "Brings traffic to") {
    const service = balancedService(cluster, of.id);
    return service === null ? [] : [{ thing: { kind: "service", key: service.key }, note: "" }];
  }
  const pod = of.kind === "pod" ? cluster.pods.find(({ key }) => key === of.key) : undefined;
  if (pod === undefined) return [];
  if (label === "Node" && pod.node !== null) return [{ thing: { kind: "node", name: pod.node }, note: "" }];
  if (label !== "Endpoint of") return [];
  // A line a Service, in their order: "web, ready".
  const services = cluster.services.filter((service) => endpointLine(service, pod) !== null);
  return services.map(({ key, name }, i) => ({
    thing: { kind: "service", key },
    note: (lines[i] ?? "").slice(name.length).replace(/^, /, "").trim(),
  }));
}

// ---- outside ------------------------------------------------------------------------------------------------------

function outsideFacts(cluster: ClusterView, id: string): ThingFacts | null {
  const balanced = balancedService(cluster, id);
  if (balanced !== null) {
    return {
      title: `Load balancer of ${balanced.name}`,
      glyph: "client",
      state: balanced.loadBalancer.state,
      about: [`Service ${balanced.key}`],
      facts: [
        ...fact("Brings traffic to", `Service ${balanced.name}`),
        ...balancerFacts(balanced),
        ...fact(
          "Ports",
          balanced.ports.map(
            ({ port, protocol, nodePort }) => `${port}/${protocol}${nodePort === null ? "" : ` to node port ${nodePort}`}`,
          ),
          { mono: true },
        ),
      ],
    };
  }
  const host = cluster.outsiders.find((one) => one.id === id);
  if (host === undefined) return null;
  return {
    title: capital(host.name),
    glyph: "client",
    state: "outside the cluster",
    about: [],
    facts: [...fact("Address", host.address, { mono: true }), ...fact("Sends", "through node ports, external IPs and load balancers")],
  };
}

/** A row, or none where there is nothing to say. */
function fact(label: string, lines: string | readonly string[], more: Pick<Fact, "mono" | "stops"> = {}): readonly Fact[] {
  const said = (typeof lines === "string" ? [lines] : lines).filter((line) => line !== "");
  return said.length === 0 ? [] : [{ label, lines: said, ...more }];
}

// ---- Pods ---------------------------------------------------------------------------------------------------------

const POD_GLYPH: Readonly<Record<PodView["state"], IconName>> = {
  ready: "ready",
  "not-ready": "not-ready",
  crashing: "not-ready",
  failed: "not-ready",
  completed: "not-ready",
  pending: "starting",
  starting: "starting",
  terminating: "terminating",
};

function podFacts(cluster: ClusterView, pod: PodView, actions: readonly TimedAction[]): ThingFacts {
  const restarts = pod.restarts === 0 ? "" : `, ${plural(pod.restarts, "restart")}`;
  const slowness = slownessOf(actions, pod.key);
  const hand = [
    pod.readyOverride === null ? "" : `made ${pod.readyOverride ? "ready" : "not ready"}, whatever its probes say`,
    slowness === 0 ? "" : `answers ${duration(slowness)} later than usual`,
  ];
  return {
    title: `Pod ${pod.name}`,
    glyph: POD_GLYPH[pod.state],
    state: `${stateWords(pod.state)}${restarts}`,
    about: [`Pod ${pod.key}`, ...(pod.workload === null ? [] : [workloadName(pod.workload)])],
    facts: [
      ...fact("Why", pod.state === "ready" ? "" : capital(pod.reason)),
      ...fact("Ends", pod.endsBy === null ? "" : `by ${moment(pod.endsBy)}, when its grace period is over`),
      ...fact("By hand", hand),
      ...fact("Address", pod.ips.length === 0 ? "none yet" : pod.ips, { mono: pod.ips.length > 0 }),
      ...fact("Node", pod.node ?? "none yet"),
      ...fact("Made by", pod.workload === null ? "nobody: deleted, it does not come again" : `${pod.workload.kind} ${pod.workload.name}`),
      ...fact("Listens", listenLines(pod)),
      ...fact("Endpoint of", endpointLines(cluster, pod)),
    ],
  };
}

function workloadName({ kind, namespace, name }: NonNullable<PodView["workload"]>): string {
  return `${kind} ${namespace}/${name}`;
}

function listenLines({ listens, role }: PodView): readonly string[] {
  if (listens.length === 0) return role === "client" ? ["on no port: it only asks"] : ["on no port"];
  return listens.map(({ port, protocol, because }) => `${port}/${protocol}: ${because}`);
}

function endpointLines({ services }: ClusterView, pod: PodView): readonly string[] {
  return services.flatMap((service) => endpointLine(service, pod) ?? []);
}

/** null where the Service has nothing to do with it. */
function endpointLine(service: ServiceView, pod: PodView): string | null {
  const endpoint = service.endpoints.find((candidate) => candidate.pod === pod.key);
  if (endpoint !== undefined) {
    const how = endpoint.ready ? "ready" : endpoint.terminating ? (endpoint.serving ? "ending, still answers" : "ending") : "not ready";
    return `${service.name}, ${how}`;
  }
  return service.selects.includes(pod.key) ? `${service.name} selects it, and has no address of it yet` : null;
}

// ---- workloads without Pods -----------------------------------------------------------------------------------------

function idleFacts(cluster: ClusterView, { key, kind, namespace, name, labels, source }: IdleWorkload): ThingFacts {
  return {
    title: `${kind} ${name}`,
    glyph: "table",
    state: "no Pods",
    about: [key],
    facts: [
      ...fact(
        "Its Pods",
        `would have ${Object.entries(labels)
          .map(([label, value]) => `${label}=${value}`)
          .join(", ")}`,
      ),
      ...fact(
        "Chosen by",
        cluster.services.filter((service) => wouldSelect(service, { namespace, labels })).map((service) => service.name),
      ),
      ...fact("From", source === null ? "no document of the manifests" : ""),
    ],
  };
}

// ---- nodes --------------------------------------------------------------------------------------------------------

function nodeFacts(cluster: ClusterView, node: NodeView): ThingFacts {
  const pods = cluster.pods.filter((pod) => pod.node === node.name);
  const ready = pods.filter((pod) => pod.state === "ready").length;
  return {
    title: `Node ${node.name}`,
    glyph: "node",
    state: [node.ready ? "ready" : "not ready", ...(node.cordoned ? ["cordoned"] : [])].join(", "),
    about: [`Node ${node.name}`],
    facts: [
      ...fact("State", node.ready && node.fault === null ? "" : capital(nodeNotes(node)[0] ?? "")),
      ...fact("Machine", node.fault === null ? "" : node.fault === "stopped" ? "switched off" : "its cable is out: its Pods run on"),
      ...fact("New Pods", node.cordoned ? "none: it is cordoned" : ""),
      ...fact("Ready", node.ready ? "True" : "Unknown: nothing is heard of its kubelet"),
      ...fact("kube-proxy", proxyWords(node)),
      ...fact("Zone", node.zone),
      ...fact("Addresses", node.addresses, { mono: true }),
      ...fact("Pod range", node.podCidrs, { mono: true }),
      ...fact("Pods", pods.length === 0 ? "none" : `${plural(pods.length, "Pod")}, ${ready} ready`),
    ],
  };
}

function gateFacts(node: NodeView): ThingFacts {
  return {
    title: `kube-proxy on ${node.name}`,
    glyph: "swap",
    state: node.proxy.stopped ? "stopped" : node.proxyMode,
    about: [],
    facts: [
      ...fact("Rules", proxyWords(node)),
      ...fact("Written", node.proxy.syncedAt === null ? "never yet" : `at ${moment(node.proxy.syncedAt)}`),
      ...fact("Next", node.proxy.dueAt === null ? "" : `at ${moment(node.proxy.dueAt)}`),
    ],
  };
}

function proxyWords(node: NodeView): string {
  const rest = gateRest(node);
  return rest.kind === "rest" ? `${node.proxyMode}, its rules are up to date` : (rest.words[0] ?? "");
}

// ---- Services -----------------------------------------------------------------------------------------------------

function serviceFacts(cluster: ClusterView, service: ServiceView): ThingFacts {
  const ready = service.endpoints.filter((endpoint) => endpoint.ready).length;
  return {
    title: `Service ${service.name}`,
    glyph: service.health === "ok" ? "service" : "service-empty",
    state: service.headless ? "headless" : service.type,
    about: [`Service ${service.key}`, ...workloadsBehind(service, cluster).map(workloadName)],
    facts: [
      ...fact("Endpoints", healthWords(service, ready), { stops: stopsTraffic(service) }),
      ...balancerFacts(service),
      ...fact("Address", service.headless ? "none: its name stands for its Pods" : service.clusterIps, { mono: !service.headless }),
      ...fact("Alias for", service.externalName ?? "", { mono: true }),
      ...fact("Ports", service.ports.map(portText), { mono: true }),
      ...fact("External IPs", service.externalIps, { mono: true }),
      ...fact("Name", service.dnsName, { mono: true }),
      ...fact("Selects", selectorText(service), { mono: true }),
      ...fact("Namespace", service.namespace === "default" ? "" : service.namespace),
      ...fact("Made by", service.source === null ? "the cluster; no document of the manifests" : ""),
    ],
  };
}

function stopsTraffic({ health }: ServiceView): boolean {
  return health === "selects-nothing" || health === "none-ready";
}

function healthWords(service: ServiceView, ready: number): string {
  switch (service.health) {
    case "ok":
      return `${ready} of ${service.endpoints.length} ready`;
    case "none-ready":
      return `none of ${service.endpoints.length} ready: requests are rejected`;
    case "selects-nothing":
      return "none: no Pod has its labels, so requests are rejected";
    case "no-selector":
      return "none: it has no selector, and no EndpointSlice names it";
    case "external-name":
      return "";
  }
}

function balancerFacts({ loadBalancer }: ServiceView): readonly Fact[] {
  const { state, addresses, trouble, reach } = loadBalancer;
  if (state === "none") return [];
  const pending = reach?.provider === "none" ? "pending: nobody here provides load balancers" : "pending";
  const checks = reach?.checks ?? [];
  const sick = checks.filter((check) => !check.healthy);
  return [
    ...fact("Load balancer", state === "ready" ? addresses : pending, { mono: state === "ready" }),
    ...fact("Trouble", trouble ?? "", { stops: true }),
    ...fact(
      "Announced by",
      reach?.provider !== "metallb" || state !== "ready" ? "" : (reach.announcedBy ?? "no node, so nobody answers for it"),
      {
        stops: reach?.announcedBy === null,
      },
    ),
    ...fact(
      "Health checks",
      checks.length === 0
        ? ""
        : [`${checks.length - sick.length} of ${checks.length} nodes pass`, ...sick.map((check) => `${check.node}: ${check.why}`)],
    ),
  ];
}

function portText({ name, port, protocol, targetPort, nodePort }: ServiceView["ports"][number]): string {
  return `${name === "" ? "" : `${name} `}${port}/${protocol} to ${targetPort}${nodePort === null ? "" : `, node port ${nodePort}`}`;
}

function selectorText({ selector }: ServiceView): string {
  return selector === null
    ? ""
    : Object.entries(selector)
        .map(([key, value]) => `${key}=${value}`)
        .join(", ");
}

// ---- events -------------------------------------------------------------------------------------------------------

export interface EventLine {
  readonly at: number;
  readonly about: string;
  readonly warning: boolean;
  readonly reason: string;
  readonly message: string;
  /** So often in a row. */
  readonly times: number;
}

/** What was said about these objects, newest first; the same again and again is one line with the time of the last. */
export function eventsAbout(timeline: readonly TimelineEvent[], objects: readonly string[]): readonly EventLine[] {
  const lines = new Map<string, EventLine>();
  for (const event of timeline) {
    if (event.kind !== "event" || !objects.includes(event.about)) continue;
    const { at, about, warning, reason, message } = event;
    const same = `${about} ${reason} ${message}`;
    const times = (lines.get(same)?.times ?? 0) + 1;
    // Moves to the end: a Map keeps the order in which keys came.
    lines.delete(same);
    lines.set(same, { at, about, warning, reason, message, times });
  }
  return [...lines.values()].reverse();
}

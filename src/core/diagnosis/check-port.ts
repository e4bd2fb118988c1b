/** Does a process listen where the Service sends to? */
import { runningContainers } from "../workloads/listeners.ts";
import { targetPortOf } from "../controllers/endpoints-of-service.ts";
import type { PodView, ServicePortView, ServiceView } from "../simulation/view.ts";
import { storedPod, type Facts } from "./facts.ts";
import type { Finding, FoundCause, Shown } from "./types.ts";
import { andList, capital, inNamespace, refOf, several, table } from "./words.ts";

export function checkTargetPort(facts: Facts): Finding {
  const { service, evidence } = facts;
  if (service === null)
    return {
      state: "does-not-apply",
      says: facts.target.way.kind === "pod-address" ? "asked for a Pod's own address" : "there is no Service",
    };
  if (service.externalName !== null) return { state: "does-not-apply", says: "an alias sends nowhere" };
  if (service.headless) return headless(facts, service);
  const port = facts.target.servicePort ?? service.ports[0];
  if (port === undefined) return { state: "does-not-apply", says: `${service.name} has no ports` };
  const pods = facts.pods.filter(({ state }) => state !== "completed" && state !== "failed");
  const refused = evidence.kind === "stopped" && !evidence.dns && evidence.by.kind === "port";
  if (pods.length === 0)
    return refused
      ? byHand(facts, service)
      : { state: "does-not-apply", says: service.selector === null ? "endpoints say their own ports" : "no Pods to listen" };
  const numbers = pods.map((pod) => ({ pod, number: numberIn(facts, port, pod) }));
  const known = numbers.flatMap(({ pod, number }) => (number === null ? [] : [{ pod, number }]));
  const says = (number: number): string =>
    `${number} is open on ${service.selects.length > 0 ? "its" : `${pods[0]?.workload?.name ?? "the"}`} Pods`;
  if (known.length === 0)
    return {
      state: "fails",
      says: `no Pod names a port ${String(port.targetPort)}`,
      ...noSuchName(facts, service, port, pods),
      shown: portsShown(facts, pods),
    };
  const closed = known.filter(({ pod, number }) => !hears(pod, port, number));
  const number = closed[0]?.number ?? known[0]?.number ?? port.port;
  if (closed.length === 0) return { state: "passes", says: says(number), shown: portsShown(facts, pods) };
  if (closed.length < known.length && !refused)
    return {
      state: "passes",
      says: `${number} is open on ${known.length - closed.length} of ${pods.length} Pods`,
      shown: portsShown(facts, pods),
    };
  return {
    state: "fails",
    says: `nothing listens on ${number}`,
    ...nothingListens(service, port, { number, closed: closed.map(({ pod }) => pod), all: known.length }),
    shown: portsShown(facts, pods),
  };
}

function numberIn(facts: Facts, { name, protocol, port, targetPort }: ServicePortView, { key }: PodView): number | null {
  const pod = storedPod(facts, key);
  return pod === null ? null : targetPortOf({ name, protocol, port, targetPort }, pod);
}

function hears({ listens }: PodView, { protocol }: Pick<ServicePortView, "protocol">, number: number): boolean {
  return listens.some((listener) => listener.port === number && listener.protocol === protocol);
}

function nothingListens(
  service: ServiceView,
  { protocol, targetPort }: ServicePortView,
  { number, closed, all }: { readonly number: number; readonly closed: readonly PodView[]; readonly all: number },
): FoundCause {
  const [pod] = closed;
  const listens = pod === undefined ? "nothing" : listensText(pod);
  const who =
    closed.length === all
      ? "Its Pods listen"
      : `${capital(several(closed.length, "Pod"))} of its ${all} ${closed.length === 1 ? "listens" : "listen"}`;
  const by = typeof targetPort === "string" ? `\`targetPort: ${targetPort}\`, which is ${number} in its Pods` : `\`targetPort: ${number}\``;
  return {
    code: "target-port-closed",
    title: `Nothing listens on ${number}${protocol === "TCP" ? "" : `/${protocol}`}`,
    why: `${service.name} sends to ${by}. ${who} on ${listens}, and ${closed.length === 1 ? "its" : "their"} kernel refuses the rest.`,
    fix: { kind: "problem", object: refOf(service), codes: ["target-port-not-listening", "target-port-unknown"] },
    source: service.source,
  };
}

/** `80 (image nginx listens on 80)`. */
function listensText({ listens }: PodView): string {
  if (listens.length === 0) return "nothing";
  return andList(
    listens.slice(0, 3).map(({ port, protocol, because }) => `${port}${protocol === "TCP" ? "" : `/${protocol}`} (${because})`),
  );
}

function noSuchName(facts: Facts, service: ServiceView, { targetPort }: ServicePortView, pods: readonly PodView[]): FoundCause {
  const names = [
    ...new Set(
      pods.flatMap(({ key }) => {
        const pod = storedPod(facts, key);
        return pod === null ? [] : runningContainers(pod.spec).flatMap(({ ports = [] }) => ports.flatMap(({ name }) => name ?? []));
      }),
    ),
  ];
  return {
    code: "target-port-name",
    title: `No Pod of ${service.name} names a port ${String(targetPort)}`,
    why: `\`targetPort: ${String(targetPort)}\` is the name of a container's port. ${names.length === 0 ? "Its Pods name none" : `Its Pods name ${andList(names.map((name) => `\`${name}\``))}`}, so their addresses stand in the EndpointSlice without a port.`,
    fix: { kind: "problem", object: refOf(service), codes: ["target-port-name-unknown"] },
    source: service.source,
  };
}

/** The name leads to the Pods, and the port is the one that was typed. */
function headless(facts: Facts, service: ServiceView): Finding {
  const { target, evidence, pods } = facts;
  const { port, protocol } = target;
  const refused = evidence.kind === "stopped" && !evidence.dns && evidence.by.kind === "port";
  const open = pods.filter((pod) => hears(pod, target, port));
  if (pods.length === 0 || (open.length > 0 && !refused))
    return { state: "passes", says: "headless: the port that was asked for", shown: pods.length === 0 ? null : portsShown(facts, pods) };
  if (open.length > 0)
    return { state: "passes", says: `${port} is open on ${open.length} of ${pods.length} Pods`, shown: portsShown(facts, pods) };
  const [listener] = pods[0]?.listens.filter((each) => each.protocol === protocol) ?? [];
  return {
    state: "fails",
    says: `nothing listens on ${port}`,
    shown: portsShown(facts, pods),
    code: "headless-port",
    title: `Nothing listens on ${port}`,
    why: `${service.name} is headless: its name leads straight to its Pods, and nothing rewrites the port. They listen on ${pods[0] === undefined ? "nothing" : listensText(pods[0])}.`,
    fix:
      listener === undefined
        ? null
        : {
            kind: "request",
            title: `Ask for port ${listener.port}`,
            to: `${/^[a-z]+:\/\//i.exec(facts.to)?.[0] ?? ""}${target.host}:${listener.port}`,
          },
    source: service.source,
  };
}

function byHand(facts: Facts, service: ServiceView): Finding {
  const { evidence } = facts;
  const at = evidence.kind === "stopped" ? `${evidence.header.dst}:${evidence.header.dstPort}` : "";
  return {
    state: "fails",
    says: `nobody listens at ${at}`,
    code: "target-port-closed",
    title: `Nobody listens at ${at}`,
    why: `The endpoint of ${service.name} is written by hand, and the machine with that address refuses the port.`,
    source: service.source,
  };
}

/** What the Pods declare: what a process opens is known to who runs it. */
function portsShown(facts: Facts, pods: readonly PodView[]): Shown | null {
  const [first] = pods;
  if (first === undefined) return null;
  const rows = pods.slice(0, 6).map((pod) => {
    const stored = storedPod(facts, pod.key);
    const ports =
      stored === null ? [] : runningContainers(stored.spec).flatMap(({ ports = [] }) => ports.map(({ containerPort }) => containerPort));
    return [pod.name, ports.length === 0 ? "<none>" : ports.join(",")];
  });
  return {
    command: `kubectl get pods${inNamespace(first.namespace)}${labelOf(first)} -o custom-columns=NAME:.metadata.name,PORTS:.spec.containers[*].ports[*].containerPort`,
    output: table([["NAME", "PORTS"], ...rows]),
  };
}

function labelOf({ labels }: PodView): string {
  const pair = Object.entries(labels).find(([key]) => !key.includes("hash"));
  return pair === undefined ? "" : ` -l ${pair[0]}=${pair[1]}`;
}

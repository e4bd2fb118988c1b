/** Whom the Service selects, which endpoints came of it, and which of them are ready. */
import { textAt } from "../api/json.ts";
import { printPairs } from "../api/selectors.ts";
import { SECOND } from "../base/time.ts";
import type { NodeView, PodView, ServiceView } from "../simulation/view.ts";
import type { Stop } from "./evidence.ts";
import { nearMisses, podAt, templatesFor, type Facts } from "./facts.ts";
import type { Finding, Findings, Fix, FoundCause, Shown } from "./types.ts";
import { andList, because, capital, countOf, inNamespace, pairsText, podsShown, refOf, several, table } from "./words.ts";

const NO_SERVICE = "there is no Service";

/** Why nothing is asked about Pods; null: it is. */
function withoutPods({ service, target }: Facts): string | null {
  if (service === null) return target.way.kind === "pod-address" ? "asked for a Pod's own address" : NO_SERVICE;
  return service.externalName === null ? null : "an alias has no Pods";
}

// ---- selector -------------------------------------------------------------------------------------------------------

export function checkSelector(facts: Facts, found: Findings): Finding {
  const { service, view } = facts;
  const none = withoutPods(facts);
  if (none !== null || service === null) return { state: "does-not-apply", says: none ?? NO_SERVICE };
  if (service.selector === null) return { state: "does-not-apply", says: `${service.name} has none: its endpoints are written by hand` };
  const selected = facts.pods.filter(({ key }) => service.selects.includes(key));
  const shown = podsShown(selected, service);
  if (selected.length > 0) return { state: "passes", says: `matches ${countOf(selected.length, "Pod")}`, shown };
  const [template] = templatesFor(facts, service, (namespace) => namespace === service.namespace);
  if (template !== undefined) return { state: "passes", says: `fits ${template.kind} ${template.name}`, shown };
  const here = view.pods.filter(({ namespace }) => namespace === service.namespace).length;
  const says = `matches 0 of ${countOf(here, "Pod")}`;
  if (found.namespace?.state === "fails" && found.namespace.because === undefined)
    return { state: "fails", because: "namespace", says: `${says}, ${because("namespace")}`, shown };
  return { state: "fails", says, shown, ...selectsNothing(facts, service) };
}

function selectsNothing({ view }: Facts, service: ServiceView): FoundCause {
  const { name, namespace, selector } = service;
  const [miss] = nearMisses(view, service);
  const asks = `The selector asks for ${pairsText(selector ?? {})}.`;
  return {
    code: "selector-matches-nothing",
    title: `${name} selects no Pods`,
    why: miss === undefined ? `${asks} No Pod of ${namespace} has that.` : `${asks} ${haveInstead(miss.has, miss.pods)}`,
    fix: { kind: "problem", object: refOf(service), codes: ["selector-matches-nothing"] },
    source: service.source,
  };
}

/** "Four Pods are labelled `app: web`, three of them ready." */
function haveInstead(has: string, pods: readonly PodView[]): string {
  const ready = pods.filter(({ state }) => state === "ready").length;
  const who = `${capital(several(pods.length, "Pod"))} ${pods.length === 1 ? "is" : "are"} labelled \`${has}\``;
  if (pods.length === 1) return `${who}, ${ready === 1 ? "and ready" : "and not ready"}.`;
  return `${who}, ${ready === pods.length ? "all" : ready === 0 ? "none" : several(ready, "").trim()} of them ready.`;
}

// ---- endpoints ------------------------------------------------------------------------------------------------------

export function checkEndpoints(facts: Facts, found: Findings): Finding {
  const { service } = facts;
  const none = withoutPods(facts);
  if (none !== null || service === null) return { state: "does-not-apply", says: none ?? NO_SERVICE };
  const shown = slicesShown(facts, service);
  const kept = facts.evidence.kind === "stopped" && facts.evidence.known ? atTheRules(facts, service) : null;
  if (kept !== null) return { state: "fails", ...kept, shown: kept.shown ?? shown };
  for (const id of ["namespace", "selector"] as const)
    if (service.endpoints.length === 0 && isCause(found[id])) return { state: "fails", because: id, says: `none, ${because(id)}`, shown };
  const unnamed = found["target-port"];
  if (
    service.endpoints.every(({ ports }) => ports.length === 0) &&
    unnamed?.state === "fails" &&
    unnamed.because === undefined &&
    unnamed.code === "target-port-name"
  )
    return { state: "fails", because: "target-port", says: `none with a port, ${because("target-port")}`, shown };
  if (service.endpoints.length === 0) return { state: "fails", says: "none", shown, ...noEndpoints(facts, service) };
  const trouble = atTheRules(facts, service);
  if (trouble !== null) return { state: "fails", ...trouble, shown: trouble.shown ?? shown };
  const ports = [...new Set(service.endpoints.flatMap((endpoint) => endpoint.ports.map(({ port }) => port)))];
  const at = ports.length === 0 || ports.length > 2 ? "" : ` at port ${andList(ports.map(String))}`;
  return { state: "passes", says: `${service.endpoints.length}${at}`, shown };
}

export function isCause(finding: Finding | undefined): boolean {
  return finding?.state === "fails" && finding.because === undefined;
}

function noEndpoints(facts: Facts, service: ServiceView): FoundCause {
  const { name, namespace, selector, source } = service;
  if (selector === null)
    return {
      code: "no-endpoints-written",
      title: `${name} has no endpoints`,
      why: `It has no selector, so no controller fills its EndpointSlices, and nobody wrote one with the label \`kubernetes.io/service-name: ${name}\`.`,
      source,
    };
  const selected = facts.pods.filter(({ key }) => service.selects.includes(key));
  const alive = selected.filter(({ state }) => state !== "completed" && state !== "failed" && state !== "terminating");
  if (alive.length > 0) return pending(alive, service);
  const [template] = templatesFor(facts, service, (each) => each === namespace);
  if (template === undefined)
    return {
      code: "pods-not-made",
      title: `The Pods of ${name} have ended`,
      why: `${capital(several(selected.length, "Pod"))} with ${pairsText(selector)} ran to ${selected.length === 1 ? "its" : "their"} end or is being deleted, and nothing makes others.`,
      source,
    };
  const workload = `${template.kind} ${template.name}`;
  if (template.replicas === 0)
    return {
      code: "scaled-to-zero",
      title: `${workload} is scaled to 0`,
      why: `The selector fits its Pods, but it wants none: no Pod has ${pairsText(selector)} now.`,
      fix: {
        kind: "scale",
        title: `Scale ${template.name} to 1`,
        workload: { kind: template.kind, namespace, name: template.name },
        replicas: 1,
      },
      source: facts.run.object(template.kind, `${namespace}/${template.name}`) === null ? null : source,
    };
  const said = lastWarning(facts, template.kind, template.name, namespace) ?? lastWarning(facts, "ReplicaSet", template.name, namespace);
  return {
    code: "pods-not-made",
    title: `${workload} has no Pods`,
    why: `It wants ${template.replicas ?? "one on each node"}, and none is there${said === null ? " yet" : `: ${said}`}.`,
    source,
  };
}

function pending(pods: readonly PodView[], service: ServiceView): FoundCause {
  const waiting = pods.filter(({ unschedulable }) => unschedulable);
  const [first] = waiting.length > 0 ? waiting : pods;
  const reason = (first?.reason ?? "").replace(/\.$/, "");
  const who = capital(several(waiting.length > 0 ? waiting.length : pods.length, "Pod"));
  return {
    code: "pods-pending",
    title: waiting.length > 0 ? `No node takes the Pods of ${service.name}` : `The Pods of ${service.name} have not started`,
    why: `${who} of ${service.name} ${pods.length === 1 ? "has" : "have"} no address yet${reason === "" ? "" : `: ${reason}`}.`,
    source: first?.source ?? service.source,
  };
}

/** The last Warning about an object of that name (of a ReplicaSet: one that begins with it). */
function lastWarning({ run }: Facts, kind: string, name: string, namespace: string): string | null {
  const about = run.objects("Event").filter((event) => {
    const who = textAt(event, "involvedObject", "name") ?? "";
    return (
      event["type"] === "Warning" &&
      textAt(event, "involvedObject", "kind") === kind &&
      (event.metadata.namespace ?? "") === namespace &&
      (who === name || (kind === "ReplicaSet" && who.startsWith(`${name}-`)))
    );
  });
  return textAt(about.at(-1), "message") ?? null;
}

// ---- what the rules make of endpoints -------------------------------------------------------------------------------

type AtRules = FoundCause & { readonly says: string; readonly shown?: Shown };

/** There are endpoints, and a node's rules have none that it may use: a policy says Local, or the rules are old. */
function atTheRules(facts: Facts, service: ServiceView): AtRules | null {
  const { evidence } = facts;
  if (evidence.kind !== "stopped" || evidence.dns) return null;
  const { by } = evidence;
  if (by.kind === "rule" && by.says === "no-local-endpoints") return notHere(facts, service, by);
  if (by.kind === "rule" && by.says === "no-endpoints" && service.endpoints.some(({ ready }) => ready))
    return outOfDate(facts, service, by.node, "name no endpoint");
  if (by.kind !== "lost") return null;
  const { dst } = evidence.header;
  if (by.why === "node-down") return nodeDown(facts, by.node);
  if (by.why === "pod-gone" || by.why === "nobody-has-the-address") return podGone(facts, service, dst, evidence.known);
  return null;
}

function notHere(facts: Facts, service: ServiceView, { node, rule }: Extract<Stop, { readonly kind: "rule" }>): AtRules {
  const { name, endpoints } = service;
  const outside = rule.chain === "KUBE-EXTERNAL-SERVICES" || service.internalTrafficPolicy !== "Local";
  const field = outside ? "externalTrafficPolicy" : "internalTrafficPolicy";
  const elsewhere = [...new Set(endpoints.flatMap((endpoint) => (endpoint.ready && endpoint.node !== null ? [endpoint.node] : [])))];
  return {
    says: `none on ${node}`,
    code: "no-local-endpoint",
    title: `${name} has no ready Pod on ${node}`,
    why: `With \`${field}: Local\` a node hands ${outside ? "what comes from outside" : "what its own Pods send"} to its own Pods only. ${
      elsewhere.length === 0 ? "No node has a ready one." : `Ready ones are on ${andList(elsewhere)}.`
    }`,
    fix: { kind: "fields", title: `Change to Cluster`, object: refOf(service), changes: [{ path: `spec.${field}`, value: "Cluster" }] },
    source: service.source,
    shown: nodesShown(facts, service),
  };
}

function outOfDate(facts: Facts, service: ServiceView, node: string, what: string): AtRules {
  const { view } = facts;
  const seen = view.nodes.find(({ name }) => name === node);
  const lag = seen === undefined ? "" : lagText(seen);
  const overridden = seen !== undefined && !seen.proxy.stopped && seen.changesBehind === 0;
  return {
    says: `${node}'s rules ${what}`,
    code: "rules-out-of-date",
    title: `${node}'s rules are out of date`,
    why: overridden
      ? `The EndpointSlice has endpoints, and the rules of ${node} ${what}: they are not what kube-proxy would write.`
      : `The EndpointSlice has endpoints, and the rules of ${node} ${what}. ${lag}`,
    fix:
      seen?.proxy.stopped === true
        ? { kind: "action", title: `Start kube-proxy on ${node}`, action: { kind: "start-proxy", node } }
        : dueFix(seen, view.at),
    shown: rulesShown(facts, node, service),
  };
}

function lagText({ name, proxy, changesBehind, fault }: NodeView): string {
  const behind = changesBehind === 0 ? "" : `, ${countOf(changesBehind, "change")} behind`;
  if (fault !== null) return `${name} hears nothing of the cluster${behind}.`;
  const from = proxy.syncedAt === null ? "has written none yet" : `wrote them at ${secondsText(proxy.syncedAt)}`;
  if (proxy.stopped) return `kube-proxy there is stopped; it ${from}${behind}.`;
  return proxy.dueAt === null
    ? `kube-proxy there ${from}${behind}.`
    : `kube-proxy there ${from}${behind}, and writes the next at ${secondsText(proxy.dueAt)}.`;
}

function dueFix(node: NodeView | undefined, now: number): Fix | null {
  const due = node?.proxy.dueAt ?? null;
  if (due === null || due <= now) return null;
  return { kind: "action", title: `Wait until ${secondsText(due)}`, action: { kind: "wait", time: due - now } };
}

function secondsText(at: number): string {
  return `${Math.round(at / (SECOND / 10)) / 10} s`;
}

export function nodeDown({ view }: Pick<Facts, "view">, name: string | null): AtRules | null {
  const broken = view.nodes.filter(({ fault }) => fault !== null);
  // Where the packet never came to a node it is the one that is down, if only one is.
  const node = name === null ? (broken.length === 1 ? broken[0] : undefined) : view.nodes.find((each) => each.name === name);
  if (node === undefined) return null;
  const cut = node.fault === "cut";
  return {
    says: `${node.name} is ${cut ? "cut off" : "switched off"}`,
    code: "node-down",
    title: `${node.name} is ${cut ? "cut off" : "switched off"}`,
    why: node.ready
      ? `The cluster has not noticed yet: rules still send packets to ${node.name}, and nobody there takes them.`
      : `Packets that are sent to ${node.name} are lost: nobody there takes them.`,
    fix: {
      kind: "action",
      title: cut ? `Plug ${node.name} in` : `Switch ${node.name} on`,
      action: { kind: cut ? "join-node" : "start-node", node: node.name },
    },
    source: node.source,
    shown: {
      command: `kubectl get node ${node.name}`,
      output: table([
        ["NAME", "STATUS"],
        [node.name, node.ready ? "Ready" : "NotReady"],
      ]),
    },
  };
}

function podGone(facts: Facts, service: ServiceView, address: string, known: boolean): AtRules | null {
  const listed = service.endpoints.some((endpoint) => endpoint.address === address);
  const holder = facts.view.pods.find(({ ips }) => ips.includes(address)) ?? null;
  if (holder !== null) return nodeDown(facts, holder.node);
  if (known)
    return {
      says: `this flow still goes to ${address}`,
      code: "pod-gone",
      title: `The flow still goes to a Pod that is gone`,
      why: `Conntrack has an entry for this flow that names ${address}, so no rule is asked; no Pod has that address any more.`,
    };
  if (listed)
    return {
      says: `${address} is nobody's`,
      code: "pod-gone",
      title: `No Pod has ${address}`,
      why: `An EndpointSlice of ${service.name} lists it as ready, so the rules send packets there, and no machine answers for it.`,
      source: service.source,
    };
  // The client asked for that address itself: no rule sent it there.
  if (facts.evidence.kind === "stopped" && facts.evidence.sent?.dst === address) return null;
  const evidence = facts.evidence.kind === "stopped" ? facts.evidence.by : null;
  const behind =
    facts.view.nodes.find(({ changesBehind, proxy }) => changesBehind > 0 || proxy.stopped)?.name ??
    (evidence?.kind === "lost" ? evidence.node : null);
  if (behind === null) return null;
  return outOfDate(facts, service, behind, `still name ${address}, whose Pod is gone`);
}

function slicesShown({ view }: Facts, { key, name, namespace }: ServiceView): Shown {
  const command = `kubectl get endpointslices${inNamespace(namespace)} -l kubernetes.io/service-name=${name}`;
  const slices = view.slices.filter(({ service }) => service === key).slice(0, 4);
  if (slices.length === 0) return { command, output: [`No resources found in ${namespace} namespace.`] };
  const rows = slices.map((slice) => [
    slice.name,
    slice.addressType,
    listed(slice.ports.flatMap(({ port }) => port ?? [])),
    listed(slice.endpoints.map(({ address }) => address)),
  ]);
  return { command, output: table([["NAME", "ADDRESSTYPE", "PORTS", "ENDPOINTS"], ...rows]) };
}

/** As kubectl prints it: three, then how many more. */
function listed(values: readonly (string | number)[]): string {
  if (values.length === 0) return "<unset>";
  const more = values.length > 3 ? ` + ${values.length - 3} more...` : "";
  return values.slice(0, 3).join(",") + more;
}

function nodesShown(facts: Facts, { name, namespace, selector }: ServiceView): Shown {
  const label = printPairs(selector ?? { app: name });
  return {
    command: `kubectl get pods${inNamespace(namespace)} -l ${label} -o custom-columns=NAME:.metadata.name,NODE:.spec.nodeName`,
    output: table([["NAME", "NODE"], ...facts.pods.slice(0, 6).map((pod) => [pod.name, pod.node ?? "<none>"])]),
  };
}

/** What the node's rules say of the Service. */
function rulesShown({ run }: Facts, node: string, { key }: ServiceView): Shown {
  const lines = (run.rulesText(node, "IPv4", false) ?? "").split("\n").filter((line) => line.includes(`"${key}`));
  return { command: `iptables-save | grep ${key}  # on ${node}`, output: lines.length === 0 ? ["nothing"] : lines.slice(0, 6) };
}

// ---- readiness ------------------------------------------------------------------------------------------------------

export function checkReadiness(facts: Facts): Finding {
  const { service, spec } = facts;
  const none = withoutPods(facts);
  if (none !== null || service === null) return { state: "does-not-apply", says: none ?? NO_SERVICE };
  if (spec?.publishNotReadyAddresses === true) return { state: "does-not-apply", says: "published ready or not" };
  if (service.selector === null) return byHand(service);
  const pods = facts.pods.filter(({ state }) => state !== "completed" && state !== "failed");
  if (pods.length === 0) return { state: "does-not-apply", says: "no Pods to be ready" };
  // Pods without an address are no endpoints yet: that is asked before.
  if (pods.every(({ ips }) => ips.length === 0)) return { state: "fails", because: "endpoints", says: `none, ${because("endpoints")}` };
  const ready = pods.filter(({ state }) => state === "ready").length;
  const shown = podsShown(pods, { namespace: service.namespace, selector: { ...commonLabels(pods, service) } });
  const of = service.selects.length > 0 ? "" : ` ${workloadName(pods)}`;
  if (ready > 0) return { state: "passes", says: `${ready} of ${pods.length}${of} ready`, shown };
  return { state: "fails", says: `0 of ${pods.length} ready`, shown, ...noneReady(facts, service, pods) };
}

function commonLabels(pods: readonly PodView[], { selector, selects }: ServiceView): Readonly<Record<string, string>> {
  if (selects.length > 0) return selector ?? {};
  const [first] = pods;
  const pair = Object.entries(first?.labels ?? {}).find(
    ([key, value]) => key !== "pod-template-hash" && pods.every(({ labels }) => labels[key] === value),
  );
  return pair === undefined ? {} : { [pair[0]]: pair[1] };
}

function workloadName(pods: readonly PodView[]): string {
  return `${pods[0]?.workload?.name ?? pods[0]?.name ?? ""} Pods`;
}

function byHand({ endpoints }: ServiceView): Finding {
  const ready = endpoints.filter((endpoint) => endpoint.ready).length;
  if (endpoints.length === 0) return { state: "does-not-apply", says: "no endpoints to be ready" };
  if (ready > 0) return { state: "passes", says: `${ready} of ${endpoints.length} ready` };
  return {
    state: "fails",
    says: `0 of ${endpoints.length} ready`,
    code: "by-hand-not-ready",
    title: "No endpoint is marked as ready",
    why: "The endpoints are written by hand, and each says `ready: false`: kube-proxy writes no rule for them.",
  };
}

function noneReady(facts: Facts, service: ServiceView, pods: readonly PodView[]): FoundCause {
  const overridden = pods.find(({ readyOverride }) => readyOverride === false);
  const crashing = pods.find(({ state }) => state === "crashing");
  const [first] = pods;
  const title = pods.length === 1 ? `The Pod of ${service.name} is not ready` : `No Pod of ${service.name} is ready`;
  const source = first === undefined ? null : sourceOfPod(facts, first);
  const only = "Only Pods that are ready get traffic.";
  if (overridden !== undefined)
    return {
      code: "none-ready",
      title,
      why: `${pods.length === 1 ? "It was" : "They were"} switched to not ready by hand. ${only}`,
      fix: {
        kind: "action",
        title: `Let ${overridden.shortName} be ready`,
        action: { kind: "set-ready", pod: overridden.key, ready: null },
      },
      source,
    };
  const why =
    crashing !== undefined
      ? `The process of ${crashing.shortName} ends as often as it is started (${countOf(crashing.restarts, "restart")}).`
      : (unhealthy(facts, pods) ?? `${first?.shortName ?? ""}: ${first?.reason === "" ? "starting" : (first?.reason ?? "")}.`);
  const { workload } = first ?? { workload: null };
  const object = workload ?? (first === undefined ? null : { kind: "Pod", namespace: first.namespace, name: first.name });
  return {
    code: "none-ready",
    title,
    why: `${why} ${only}`,
    fix: object === null ? null : { kind: "problem", object, codes: ["readiness-probe-fails"] },
    source,
  };
}

function sourceOfPod({ view }: Facts, pod: PodView): FoundCause["source"] {
  return pod.source ?? view.services.find(({ selects }) => selects.includes(pod.key))?.source ?? null;
}

/** What a kubelet said of the probe. */
function unhealthy({ run }: Facts, pods: readonly PodView[]): string | null {
  const names = new Set(pods.map(({ key }) => key));
  const said = run
    .objects("Event")
    .findLast(
      (event) =>
        event["reason"] === "Unhealthy" && names.has(`${event.metadata.namespace ?? ""}/${textAt(event, "involvedObject", "name") ?? ""}`),
    );
  const message = textAt(said, "message");
  return message === undefined ? null : `${message.replace(/\.$/, "")}.`;
}

/** The endpoint's Pod, where a packet was stopped on the way to it. */
export function podAddressed(facts: Facts): PodView | null {
  const { evidence, journey } = facts;
  if (journey?.pod != null) return podAt(facts, journey.pod);
  if (evidence.kind !== "stopped") return null;
  return facts.view.pods.find(({ ips }) => ips.includes(evidence.header.dst)) ?? null;
}

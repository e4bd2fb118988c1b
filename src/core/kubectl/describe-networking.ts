/** Descriptions of Ingresses, NetworkPolicies, address ranges and disruption budgets. (kubectl/pkg/describe) */
import { at, isObject, listAt, numberAt, textAt } from "../api/json.ts";
import { get } from "../api/store.ts";
import type { KubeObject } from "../api/types.ts";
import { endpointsText } from "./describe-network.ts";
import type { Scene } from "./describe-scene.ts";
import { Description, annotationLines, dateText, eventTable, labelLines } from "./description.ts";
import { selectorText } from "./selector-words.ts";
import { ingressesOf } from "./service-cells.ts";

/** Name, labels and annotations of what has no namespace. */
function head({ metadata }: KubeObject): Description {
  const to = new Description().field(0, "Name", metadata.name);
  labelLines(to, "Labels", metadata.labels);
  annotationLines(to, "Annotations", metadata.annotations);
  return to;
}

function ended(to: Description, { events, now }: Scene): string {
  eventTable(to, events, now);
  return to.toString();
}

export function describeIngress(ingress: KubeObject, scene: Scene): string {
  const { metadata } = ingress;
  const to = new Description().field(0, "Name", metadata.name);
  labelLines(to, "Labels", metadata.labels);
  const fallback = at(ingress, "spec", "defaultBackend");
  const defaultBackend = fallback === undefined ? "<default>" : backendText(scene, metadata.namespace ?? "", fallback);
  to.field(0, "Namespace", metadata.namespace ?? "")
    .field(0, "Address", [...new Set(ingressesOf(ingress))].sort().join(","))
    .field(0, "Ingress Class", textAt(ingress, "spec", "ingressClassName") ?? "<none>")
    .field(0, "Default backend", defaultBackend);
  const tls = listAt(ingress, "spec", "tls");
  if (tls.length > 0) to.line(0, "TLS:");
  for (const each of tls) {
    const hosts = listAt(each, "hosts").map(String).join(",");
    const secret = textAt(each, "secretName") ?? "";
    to.line(1, secret === "" ? `SNI routes ${hosts}` : `${secret} terminates ${hosts}`);
  }
  to.line(0, "Rules:").line(1, "Host\tPath\tBackends").line(1, "----\t----\t--------");
  const rules = listAt(ingress, "spec", "rules").filter((rule) => at(rule, "http") !== undefined);
  for (const rule of rules) {
    const host = textAt(rule, "host") ?? "";
    to.line(1, `${host === "" ? "*" : host}\t`);
    for (const path of listAt(rule, "http", "paths")) {
      const backend = backendText(scene, metadata.namespace ?? "", at(path, "backend"));
      to.line(2, `\t${textAt(path, "path") ?? ""} \t${backend}`);
    }
  }
  if (rules.length === 0) to.line(1, `*\t*\t${defaultBackend}`);
  annotationLines(to, "Annotations", metadata.annotations);
  return ended(to, scene);
}

/** `web:80 (10.244.1.2:80)` */
function backendText({ session, slicesOf }: Scene, namespace: string, backend: unknown): string {
  const name = textAt(backend, "service", "name");
  if (name === undefined) {
    const part = (field: string): string => textAt(backend, "resource", field) ?? "<none>";
    return `APIGroup: ${part("apiGroup")}, Kind: ${part("kind")}, Name: ${part("name")}`;
  }
  const wanted = at(backend, "service", "port", "name") ?? at(backend, "service", "port", "number");
  const shown = `${name}:${typeof wanted === "string" || typeof wanted === "number" ? wanted : 0}`;
  const service = get(session.store, "Service", `${namespace}/${name}`);
  if (service === undefined) return `${shown} (<error: services "${name}" not found>)`;
  const port = service.spec.ports?.find(({ name: own, port: number }) => own === wanted || number === wanted);
  return `${shown} (${endpointsText(slicesOf(service), port?.name ?? "")})`;
}

export function describeIngressClass(object: KubeObject, scene: Scene): string {
  const to = head(object).field(0, "Controller", textAt(object, "spec", "controller") ?? "");
  const part = (field: string): string | undefined => textAt(object, "spec", "parameters", field);
  if (at(object, "spec", "parameters") !== undefined)
    to.line(0, "Parameters:")
      .field(1, "APIGroup", part("apiGroup"))
      .field(1, "Kind", part("kind") ?? "")
      .field(1, "Name", part("name") ?? "");
  return ended(to, scene);
}

export function describeServiceCidr(object: KubeObject, scene: Scene): string {
  const to = head(object).field(0, "CIDRs", listAt(object, "spec", "cidrs").map(String).join(", "));
  const conditions = listAt(object, "status", "conditions");
  if (conditions.length > 0)
    to.line(0, "Status:")
      .line(0, "Conditions:")
      .line(1, "Type\tStatus\tLastTransitionTime\tReason\tMessage")
      .line(1, "----\t------\t------------------\t------\t-------");
  for (const each of conditions) {
    const text = (field: string): string => textAt(each, field) ?? "";
    to.line(1, `${text("type")}\t${text("status")}\t${dateText(text("lastTransitionTime"))}\t${text("reason")}\t${text("message")}`);
  }
  return ended(to, scene);
}

export function describeIpAddress(object: KubeObject, scene: Scene): string {
  const to = head(object);
  const part = (field: string): string => textAt(object, "spec", "parentRef", field) ?? "";
  if (at(object, "spec", "parentRef") !== undefined)
    to.line(0, "Parent Reference:")
      .field(1, "Group", part("group"))
      .field(1, "Resource", part("resource"))
      .field(1, "Namespace", part("namespace"))
      .field(1, "Name", part("name"));
  return ended(to, scene);
}

export function describeDisruptionBudget(object: KubeObject, scene: Scene): string {
  const to = new Description().field(0, "Name", object.metadata.name).field(0, "Namespace", object.metadata.namespace ?? "");
  const bound = (field: string): string | undefined => {
    const found = at(object, "spec", field);
    return typeof found === "string" || typeof found === "number" ? String(found) : undefined;
  };
  to.field(0, "Min available", bound("minAvailable"));
  if (bound("minAvailable") === undefined) to.field(0, "Max unavailable", bound("maxUnavailable"));
  const selector = at(object, "spec", "selector");
  const status = (field: string): string => String(numberAt(object, "status", field) ?? 0);
  to.field(0, "Selector", selector === undefined ? "<unset>" : selectorText(selector))
    .line(0, "Status:")
    .field(2, "Allowed disruptions", status("disruptionsAllowed"))
    .field(2, "Current", status("currentHealthy"))
    .field(2, "Desired", status("desiredHealthy"))
    .field(2, "Total", status("expectedPods"));
  return ended(to, scene);
}

export function describeNetworkPolicy(policy: KubeObject): string {
  const { metadata } = policy;
  const to = new Description().field(0, "Name", metadata.name).field(0, "Namespace", metadata.namespace ?? "");
  to.field(0, "Created on", `${(metadata.creationTimestamp ?? "").replace("T", " ").replace("Z", "")} +0000 UTC`);
  labelLines(to, "Labels", metadata.labels);
  annotationLines(to, "Annotations", metadata.annotations);
  const selector = selectorText(at(policy, "spec", "podSelector"));
  const selected = selector === "<none>" ? "<none> (Allowing the specific traffic to all pods in this namespace)" : selector;
  const types = listAt(policy, "spec", "policyTypes").map(String);
  to.line(0, "Spec:").line(1, `PodSelector:     ${selected}`);
  const isIngress = types.length === 0 || types.includes("Ingress");
  const isEgress = types.length === 0 ? listAt(policy, "spec", "egress").length > 0 : types.includes("Egress");
  if (isIngress) ruleLines(to, listAt(policy, "spec", "ingress"), INGRESS);
  else to.line(1, "Not affecting ingress traffic");
  if (isEgress) ruleLines(to, listAt(policy, "spec", "egress"), EGRESS);
  else to.line(1, "Not affecting egress traffic");
  return to.line(1, `Policy Types: ${types.length === 0 ? "<none>" : types.join(", ")}`).toString();
}

const INGRESS = { traffic: "ingress", field: "from", word: "From", any: "From: <any> (traffic not restricted by source)" };
const EGRESS = { traffic: "egress", field: "to", word: "To", any: "To: <any> (traffic not restricted by destination)" };

function ruleLines(to: Description, rules: readonly unknown[], { traffic, field, word, any }: typeof INGRESS): void {
  to.line(1, `Allowing ${traffic} traffic:`);
  if (rules.length === 0) to.line(2, `<none> (Selected pods are isolated for ${traffic} connectivity)`);
  rules.forEach((rule, i) => {
    const ports = listAt(rule, "ports");
    if (ports.length === 0) to.line(2, "To Port: <any> (traffic allowed to all ports)");
    for (const port of ports) {
      const number = at(port, "port");
      to.line(
        2,
        `To Port: ${typeof number === "string" || typeof number === "number" ? number : "<nil>"}/${textAt(port, "protocol") ?? "TCP"}`,
      );
    }
    const peers = listAt(rule, field);
    if (peers.length === 0) to.line(2, any);
    for (const peer of peers) peerLines(to.line(2, `${word}:`), peer);
    if (i < rules.length - 1) to.line(2, "----------");
  });
}

function peerLines(to: Description, peer: unknown): void {
  const [pods, namespaces, block] = [at(peer, "podSelector"), at(peer, "namespaceSelector"), at(peer, "ipBlock")];
  if (isObject(namespaces)) to.line(3, `NamespaceSelector: ${selectorText(namespaces)}`);
  if (isObject(pods)) to.line(3, `PodSelector: ${selectorText(pods)}`);
  if (isObject(pods) || isObject(namespaces) || block === undefined) return;
  to.line(3, "IPBlock:")
    .line(4, `CIDR: ${textAt(block, "cidr") ?? ""}`)
    .line(4, `Except: ${listAt(block, "except").map(String).join(", ")}`);
}

/** Descriptions of Services and of what is behind them. (kubectl/pkg/describe, describeService …) */
import { at, booleanAt, listAt, numberAt, stringsAt, textAt } from "../api/json.ts";
import type { KubeObject } from "../api/types.ts";
import { Description, annotationLines, eventTable, labelLines } from "./description.ts";
import { hostPort } from "./host-port.ts";
import { labelsText } from "./service-cells.ts";
import type { Scene } from "./describe-scene.ts";

export function describeService(service: KubeObject, { events, now, slicesOf }: Scene): string {
  const to = new Description();
  const { name, namespace, labels, annotations } = service.metadata;
  const text = (...path: readonly string[]): string | undefined => textAt(service, "spec", ...path);
  const words = (...path: readonly string[]): readonly string[] => listAt(service, "spec", ...path).map(String);
  const orNone = (all: readonly string[]): string => (all.length === 0 ? "<none>" : all.join(","));
  to.field(0, "Name", name).field(0, "Namespace", namespace ?? "");
  labelLines(to, "Labels", labels);
  annotationLines(to, "Annotations", annotations);
  to.field(0, "Selector", labelsText(stringsAt(service, "spec", "selector")))
    .field(0, "Type", text("type") ?? "")
    .field(0, "IP Family Policy", text("ipFamilyPolicy"))
    .field(0, "IP Families", orNone(words("ipFamilies")))
    .field(0, "IP", text("clusterIP") ?? "")
    .field(0, "IPs", orNone(words("clusterIPs")));
  if (words("externalIPs").length > 0) to.field(0, "External IPs", words("externalIPs").join(","));
  to.field(0, "Desired LoadBalancer IP", text("loadBalancerIP")).field(0, "External Name", text("externalName"));
  const ingress = ingressText(service);
  if (ingress !== "") to.field(0, "LoadBalancer Ingress", ingress);
  for (const port of listAt(service, "spec", "ports")) portLines(to, port, slicesOf(service));
  to.field(0, "Session Affinity", text("sessionAffinity") ?? "")
    .field(0, "External Traffic Policy", text("externalTrafficPolicy"))
    .field(0, "Internal Traffic Policy", text("internalTrafficPolicy"));
  const health = numberAt(service, "spec", "healthCheckNodePort") ?? 0;
  if (health !== 0) to.field(0, "HealthCheck NodePort", String(health));
  if (words("loadBalancerSourceRanges").length > 0) to.field(0, "LoadBalancer Source Ranges", words("loadBalancerSourceRanges").join(","));
  to.field(0, "Traffic Distribution", text("trafficDistribution"));
  eventTable(to, events, now);
  return to.toString();
}

/** `203.0.113.10 (VIP)`, or a host name. */
function ingressText(service: KubeObject): string {
  return listAt(service, "status", "loadBalancer", "ingress")
    .map((each) => {
      const ip = textAt(each, "ip") ?? "";
      const mode = textAt(each, "ipMode");
      return ip === "" ? (textAt(each, "hostname") ?? "") : mode === undefined ? ip : `${ip} (${mode})`;
    })
    .join(", ");
}

function portLines(to: Description, port: unknown, slices: readonly KubeObject[]): void {
  const own = textAt(port, "name") ?? "";
  const name = own === "" ? "<unset>" : own;
  const protocol = textAt(port, "protocol") ?? "TCP";
  to.field(0, "Port", `${name}\t${numberAt(port, "port") ?? 0}/${protocol}`);
  const target = at(port, "targetPort");
  to.field(0, "TargetPort", `${typeof target === "number" || typeof target === "string" ? target : 0}/${protocol}`);
  to.field(0, "AppProtocol", textAt(port, "appProtocol"));
  const nodePort = numberAt(port, "nodePort") ?? 0;
  if (nodePort !== 0) to.field(0, "NodePort", `${name}\t${nodePort}/${protocol}`);
  to.field(0, "Endpoints", endpointsText(slices, own));
}

/** At most three ready ones; that there are more is noticed only when the next one is met, ready or not. */
export function endpointsText(slices: readonly KubeObject[], portName: string | null): string {
  if (slices.length === 0) return "<none>";
  const shown: string[] = [];
  let more = false;
  let count = 0;
  const meet = (endpoint: unknown, printed: (address: string) => string): void => {
    if (shown.length === 3) more = true;
    if (booleanAt(endpoint, "conditions", "ready") === false) return;
    if (!more) shown.push(printed(textAt(endpoint, "addresses", 0) ?? ""));
    count += 1;
  };
  for (const slice of slices) {
    const ports = listAt(slice, "ports");
    const endpoints = listAt(slice, "endpoints");
    if (ports.length === 0) for (const endpoint of endpoints) meet(endpoint, (address) => address);
    for (const port of ports) {
      if (portName !== null && (textAt(port, "name") ?? "") !== portName) continue;
      for (const endpoint of endpoints) meet(endpoint, (address) => hostPort(address, numberAt(port, "port") ?? 0));
    }
  }
  return more ? `${shown.join(",")} + ${count - 3} more...` : shown.join(",");
}

export function describeEndpoints(object: KubeObject, { events, now }: Scene): string {
  const to = new Description();
  const { name, namespace, labels, annotations } = object.metadata;
  to.field(0, "Name", name).field(0, "Namespace", namespace ?? "");
  labelLines(to, "Labels", labels);
  annotationLines(to, "Annotations", annotations);
  to.line(0, "Subsets:");
  const ips = (subset: unknown, field: string): string => {
    const all = listAt(subset, field).map((each) => textAt(each, "ip") ?? "");
    return all.length === 0 ? "<none>" : all.join(",");
  };
  for (const subset of listAt(object, "subsets")) {
    to.field(1, "Addresses", ips(subset, "addresses")).field(1, "NotReadyAddresses", ips(subset, "notReadyAddresses"));
    const ports = listAt(subset, "ports");
    if (ports.length > 0) portTable(to, ports);
    to.line(0, "");
  }
  eventTable(to, events, now);
  return to.toString();
}

function portTable(to: Description, ports: readonly unknown[]): void {
  to.line(1, "Ports:").line(2, "Name\tPort\tProtocol").line(2, "----\t----\t--------");
  portRows(to, ports, 2);
}

function portRows(to: Description, ports: readonly unknown[], level: number): void {
  for (const port of ports) {
    const name = textAt(port, "name") ?? "";
    const number = numberAt(port, "port");
    to.line(level, `${name === "" ? "<unset>" : name}\t${number ?? "<unset>"}\t${textAt(port, "protocol") ?? "TCP"}`);
  }
}

export function describeEndpointSlice(slice: KubeObject, { events, now }: Scene): string {
  const to = new Description();
  const { name, namespace, labels, annotations } = slice.metadata;
  to.field(0, "Name", name).field(0, "Namespace", namespace ?? "");
  labelLines(to, "Labels", labels);
  annotationLines(to, "Annotations", annotations);
  to.field(0, "AddressType", textAt(slice, "addressType") ?? "");
  const ports = listAt(slice, "ports");
  if (ports.length === 0) to.line(0, "Ports: <unset>");
  else {
    to.line(0, "Ports:").line(1, "Name\tPort\tProtocol").line(1, "----\t----\t--------");
    portRows(to, ports, 1);
  }
  const endpoints = listAt(slice, "endpoints");
  if (endpoints.length === 0) to.line(0, "Endpoints: <none>");
  else to.line(0, "Endpoints:");
  for (const endpoint of endpoints) endpointLines(to, endpoint);
  eventTable(to, events, now);
  return to.toString();
}

function endpointLines(to: Description, endpoint: unknown): void {
  const orUnset = (field: string): string => textAt(endpoint, field) ?? "<unset>";
  const ready = booleanAt(endpoint, "conditions", "ready");
  to.field(1, "- Addresses", listAt(endpoint, "addresses").map(String).join(","))
    .line(2, "Conditions:")
    .field(3, "Ready", ready === undefined ? "<unset>" : String(ready))
    .field(2, "Hostname", orUnset("hostname"));
  const kind = textAt(endpoint, "targetRef", "kind");
  if (kind !== undefined) to.field(2, "TargetRef", `${kind}/${textAt(endpoint, "targetRef", "name") ?? ""}`);
  to.field(2, "NodeName", orUnset("nodeName")).field(2, "Zone", orUnset("zone"));
}

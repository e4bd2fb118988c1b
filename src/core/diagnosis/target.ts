/** Which Service a request means, by the name or the address that was typed; whether or not there is one. */
import { canonicalAddress, cidrContains, parseAddress, parseCidr } from "../base/address.ts";
import type { NamespacedName, Protocol } from "../base/names.ts";
import { nearest } from "../controllers/edit-distance.ts";
import { readDestination } from "../network/destination.ts";
import type { Sender } from "../network/trace.ts";
import type { ClusterView, ServicePortView, ServiceView } from "../simulation/view.ts";

/** A name of a Service, as it was spelled. */
export interface WantedName {
  readonly name: string;
  readonly namespace: string;
  /** The namespace was not said: it is the sender's. */
  readonly short: boolean;
}

export type Way =
  | { readonly kind: "name"; readonly wanted: WantedName }
  /** A name that is none of the cluster's. */
  | { readonly kind: "outside-name" }
  | { readonly kind: "cluster-ip" | "load-balancer" | "external-ip" }
  | { readonly kind: "node-port"; readonly node: string }
  /** The address of a Pod itself, of a Service that is no more, of anybody else. */
  | { readonly kind: "pod-address" | "service-range" | "other-address" };

export interface Target {
  readonly host: string;
  readonly port: number;
  readonly protocol: Protocol;
  readonly way: Way;
  readonly service: ServiceView | null;
  /** null: the Service has no such port. */
  readonly servicePort: ServicePortView | null;
}

export interface Ground {
  readonly view: ClusterView;
  readonly namespaces: readonly string[];
}

/** `protocol`: of the packets that were sent, where some were. */
export function targetOf(
  { view, namespaces }: Ground,
  { from, to, protocol }: { readonly from: Sender; readonly to: string; readonly protocol: Protocol | null },
): Target | null {
  const read = readDestination(to);
  if ("error" in read) return null;
  const { host, port, isAddress } = read;
  const asked = { host, port, protocol: protocol ?? read.protocol ?? "TCP" };
  return isAddress ? byAddress(view, asked) : byName({ view, namespaces }, from, asked);
}

type Asked = Pick<Target, "host" | "port" | "protocol">;

function withPort(asked: Asked, way: Way, service: ServiceView | null): Target {
  const servicePort =
    service?.ports.find(
      (each) => each.protocol === asked.protocol && (way.kind === "node-port" ? each.nodePort : each.port) === asked.port,
    ) ?? null;
  return { ...asked, way, service, servicePort };
}

// ---- by address -----------------------------------------------------------------------------------------------------

function byAddress(view: ClusterView, asked: Asked): Target {
  const { host, port, protocol } = asked;
  const having = (list: (service: ServiceView) => readonly string[]): ServiceView | null => {
    const all = view.services.filter((service) => list(service).some((each) => canonicalAddress(each) === host));
    const fits = (service: ServiceView): boolean => service.ports.some((each) => each.port === port && each.protocol === protocol);
    return all.find(fits) ?? all[0] ?? null;
  };
  const fronts = [
    ["cluster-ip", having(({ clusterIps }) => clusterIps)],
    ["load-balancer", having(({ loadBalancer }) => loadBalancer.addresses)],
    ["external-ip", having(({ externalIps }) => externalIps)],
  ] as const;
  for (const [kind, service] of fronts) if (service !== null) return withPort(asked, { kind }, service);
  const node = view.nodes.find(({ addresses }) => addresses.includes(host));
  if (node !== undefined) {
    const service = view.services.find(({ ports }) => ports.some((each) => each.nodePort === port && each.protocol === protocol)) ?? null;
    return withPort(asked, { kind: "node-port", node: node.name }, service);
  }
  if (isIn(host, view.serviceCidrs)) return withPort(asked, { kind: "service-range" }, null);
  if (isIn(host, view.podCidrs)) return withPort(asked, { kind: "pod-address" }, null);
  // An address that a provider would give is nobody's until it does: the one Service that waits for it is meant.
  const waiting = view.services.filter(({ type, loadBalancer }) => type === "LoadBalancer" && loadBalancer.state === "pending");
  const [only] = waiting;
  return withPort(asked, { kind: "other-address" }, waiting.length === 1 && only !== undefined ? only : null);
}

function isIn(address: string, cidrs: readonly string[]): boolean {
  const parsed = parseAddress(address);
  return (
    parsed !== null &&
    cidrs.some((text) => {
      const cidr = parseCidr(text);
      return cidr !== null && cidrContains(cidr, parsed);
    })
  );
}

// ---- by name --------------------------------------------------------------------------------------------------------

function byName({ view, namespaces }: Ground, from: Sender, asked: Asked): Target {
  const own = from.kind === "pod" ? (from.pod.split("/")[0] ?? "default") : "default";
  const readings = readingsOf(asked.host.replace(/\.$/, "").toLowerCase(), own, view.domain);
  for (const wanted of readings) {
    const service = serviceAt(view, wanted);
    if (service !== null) return withPort(asked, { kind: "name", wanted }, service);
  }
  const wanted = readings.find((reading) => looksLikeOurs({ view, namespaces }, reading, asked.host));
  return withPort(asked, wanted === undefined ? { kind: "outside-name" } : { kind: "name", wanted }, null);
}

function serviceAt(view: ClusterView, { name, namespace }: WantedName): ServiceView | null {
  return view.services.find((service) => service.name === name && service.namespace === namespace) ?? null;
}

/** `web`, `web.shop`, `web-0.web`, `web-0.web.shop`, each also with `.svc` and the cluster's domain: what they can mean. */
function readingsOf(host: string, own: NamespacedName, domain: string): readonly WantedName[] {
  const full = host.endsWith(`.svc.${domain}`) ? host.slice(0, -`.svc.${domain}`.length) : null;
  const bare = full ?? host.replace(/\.svc$/, "");
  const said = full !== null || bare !== host;
  const labels = bare.split(".");
  const [first = "", second = "", third = ""] = labels;
  if (labels.length === 1) return said ? [] : [{ name: first, namespace: own, short: true }];
  if (labels.length === 2)
    return [{ name: first, namespace: second, short: false }, ...(said ? [] : [{ name: second, namespace: own, short: true }])];
  return labels.length === 3 ? [{ name: second, namespace: third, short: false }] : [];
}

/** Whether a name that nothing answers to was meant for the cluster, and not for the world. */
function looksLikeOurs({ view, namespaces }: Ground, { name, namespace, short }: WantedName, host: string): boolean {
  if (short && !host.includes(".")) return true;
  if (host.endsWith(".svc") || host.endsWith(`.${view.domain}`)) return true;
  if (namespaces.includes(namespace)) return !short || view.services.some((service) => service.name === name);
  return nearest(namespace, namespaces) !== null || view.services.some((service) => service.name === name);
}

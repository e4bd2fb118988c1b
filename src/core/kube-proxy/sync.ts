/**
 * From the stored objects to the input of one sync, and what a sync leads to beside rules: UDP conntrack entries to
 * delete and the answers of health check ports. Sources (Kubernetes 1.36): `pkg/proxy/node.go`,
 * `pkg/proxy/conntrack/cleanup.go`, `pkg/proxy/healthcheck/service_health.go`.
 */
import { endpointText, parseAddress } from "../base/address.ts";
import type { Address } from "../base/address.ts";
import { compareText } from "../base/names.ts";
import type { Family } from "../base/names.ts";
import { get } from "../api/store.ts";
import type { ObjectStore } from "../api/store.ts";
import { differences } from "../api/store-order.ts";
import type { Node } from "../api/types.ts";
import { addressesOf } from "./addresses.ts";
import type { ProxyInput, ProxyNode } from "./iptables.ts";
import { comparePorts, servicePorts } from "./service-ports.ts";
import type { ServicePortInfo } from "./service-ports.ts";
import type { ProxySettings } from "./settings.ts";

const LOOPBACK: { readonly [family in Family]: Address } = { IPv4: loopback("127.0.0.1"), IPv6: loopback("::1") };

function loopback(text: string): Address {
  const address = parseAddress(text);
  if (address === null) throw new Error(`not an address: ${text}`);
  return address;
}

/**
 * What the kube-proxy of `nodeName` sees of one family. Callers that sync many nodes from one state read
 * `servicePorts(store, family)` once and pass it. An unknown node has no zone, no addresses and nothing local.
 * @param bridgeAddresses addresses on the node's Pod bridge, where it has one; node ports listen there too.
 */
export function proxyInput(
  store: ObjectStore,
  nodeName: string,
  family: Family,
  settings: ProxySettings,
  ports: readonly ServicePortInfo[] = servicePorts(store, family),
  bridgeAddresses: readonly string[] = [],
): ProxyInput {
  return inputFor({ name: nodeName, node: get(store, "Node", nodeName), bridgeAddresses }, family, settings, ports);
}

/** The same for a node that is at hand; `node` is undefined where no such Node is stored. */
export function inputFor(
  of: { readonly name: string; readonly node: Node | undefined; readonly bridgeAddresses: readonly string[] },
  family: Family,
  settings: ProxySettings,
  ports: readonly ServicePortInfo[],
): ProxyInput {
  return { family, node: proxyNode(of.name, of.node, family, settings, of.bridgeAddresses), settings, servicePorts: ports };
}

function proxyNode(
  name: string,
  node: Node | undefined,
  family: Family,
  settings: ProxySettings,
  bridgeAddresses: readonly string[],
): ProxyNode {
  const reported = node?.status?.addresses ?? [];
  const ofType = (type: string): Address[] =>
    addressesOf(
      reported.filter((entry) => entry.type === type).map((entry) => entry.address),
      family,
    );
  const [first] = [...ofType("InternalIP"), ...ofType("ExternalIP")];
  const own = addressesOf(
    reported.map((entry) => entry.address),
    family,
  );
  const { spec } = node ?? {};
  return {
    name,
    zone: node?.metadata.labels?.["topology.kubernetes.io/zone"] ?? "",
    addresses: [LOOPBACK[family], ...own, ...addressesOf(bridgeAddresses, family)],
    podCidrs: spec?.podCIDRs ?? (spec?.podCIDR === undefined ? [] : [spec.podCIDR]),
    nodeIp: bindAddress(settings, family) ?? first ?? LOOPBACK[family],
  };
}

/** null where none of the family is set, or the unspecified one. */
function bindAddress(settings: ProxySettings, family: Family): Address | null {
  const [address] = addressesOf([settings.bindAddress], family);
  return address === undefined || address.words.every((word) => word === 0) ? null : address;
}

/** What differs between two states of the service ports: names, each once, sorted. Empty: nothing to sync. */
export function changedServicePorts(before: readonly ServicePortInfo[], after: readonly ServicePortInfo[]): readonly string[] {
  const old = new Set(before);
  const now = new Set(after);
  const changed = [...before.filter((port) => !now.has(port)), ...after.filter((port) => !old.has(port))];
  return [...new Set(changed.map((port) => port.name))].sort(compareText);
}

/** Conntrack entries of UDP to delete: those to `destination`, except answered from one of `keep`. */
export interface StaleFlows {
  readonly servicePort: string;
  readonly protocol: "UDP";
  /** Original destination: one address and port, or any address with a node port. */
  readonly destination: { readonly address: string | null; readonly port: number };
  /** `ip:port` of the serving endpoints: entries whose reply comes from one of them stay. */
  readonly keep: ReadonlySet<string>;
}

/**
 * What kube-proxy deletes from conntrack after a sync. It looks only when endpoints of a UDP service port changed,
 * then at all of them; a service port without a serving endpoint is left alone, and so are TCP and SCTP.
 * Policies and hints do not matter: an existing flow may stay with any endpoint that serves.
 */
export function staleFlows(before: readonly ServicePortInfo[], after: readonly ServicePortInfo[]): readonly StaleFlows[] {
  if (before === after || !udpEndpointsChanged(before, after)) return [];
  const udp = after.filter((port) => port.protocol === "UDP");
  return udp.flatMap((port) => {
    const keep = new Set(port.endpoints.filter((endpoint) => endpoint.serving).map((endpoint) => endpoint.text));
    if (keep.size === 0) return [];
    const addresses = [port.clusterIp, ...port.loadBalancerIps, ...port.externalIps];
    const destinations = [
      ...addresses.map((address) => ({ address: address.text, port: port.port })),
      ...(port.nodePort === 0 ? [] : [{ address: null, port: port.nodePort }]),
    ];
    return destinations.map((destination) => ({ servicePort: port.name, protocol: "UDP" as const, destination, keep }));
  });
}

function udpEndpointsChanged(before: readonly ServicePortInfo[], after: readonly ServicePortInfo[]): boolean {
  // Ports that stayed the same object cannot differ; the others are few.
  const { gone, come } = differences(before, after, comparePorts);
  const texts = (ports: readonly ServicePortInfo[]): string =>
    ports
      .filter((port) => port.protocol === "UDP")
      .map((port) => `${port.name}=${port.endpoints.map((endpoint) => `${endpoint.text}${endpoint.serving ? "" : "!"}`).join(",")}`)
      .join(" ");
  return texts(gone) !== texts(come);
}

/** Whether kube-proxy deletes this entry: its original destination, and where its replies come from. */
export function isStale(
  flows: readonly StaleFlows[],
  entry: {
    readonly protocol: string;
    readonly dst: string;
    readonly dstPort: number;
    readonly replySrc: string;
    readonly replySrcPort: number;
  },
): boolean {
  if (entry.protocol !== "UDP") return false;
  const from = parseAddress(entry.replySrc);
  const source = from === null ? "" : endpointText(from.text, entry.replySrcPort);
  return flows.some(
    ({ destination, keep }) =>
      destination.port === entry.dstPort && (destination.address === null || destination.address === entry.dst) && !keep.has(source),
  );
}

export interface HealthAnswer {
  readonly status: 200 | 503;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

/**
 * What a health check node port of this node answers, whatever the path; null where nothing listens on it.
 * @param healthy whether kube-proxy itself is.
 */
export function healthCheckAnswer(ports: readonly ServicePortInfo[], nodeName: string, port: number, healthy = true): HealthAnswer | null {
  const first = ports.find((candidate) => candidate.healthCheckPort === port);
  if (port === 0 || first === undefined) return null;
  const { namespace, service } = first;
  const local = new Set<string>();
  for (const candidate of ports) {
    if (candidate.namespace !== namespace || candidate.service !== service) continue;
    for (const endpoint of candidate.endpoints) if (endpoint.ready && endpoint.nodeName === nodeName) local.add(endpoint.address.text);
  }
  return {
    status: local.size > 0 && healthy ? 200 : 503,
    headers: [
      ["Content-Type", "application/json"],
      ["X-Content-Type-Options", "nosniff"],
      ["X-Load-Balancing-Endpoint-Weight", String(local.size)],
    ],
    body: JSON.stringify({ service: { namespace, name: service }, localEndpoints: local.size, serviceProxyHealthy: healthy }, null, "\t"),
  };
}

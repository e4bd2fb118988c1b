/** Destinations that this cluster offers to who types one: Services by name and address, their ports outside, Pods. */
import type { ClusterView, ServiceView } from "../../core/simulation/view.ts";

export interface Suggestion {
  readonly to: string;
  /** What it is. */
  readonly what: string;
}

/** So many at most: a list that nobody reads helps nobody. */
const MOST = 60;
const PODS_MOST = 20;

export function suggestionsOf({ services, pods, nodes }: ClusterView, namespace: string): readonly Suggestion[] {
  const ofServices = services.flatMap((service) => serviceWays(service, namespace, nodes[0]?.internalIp ?? null));
  const ofPods = pods
    .filter(({ ips, listens, role }) => ips.length > 0 && listens.length > 0 && role === "server")
    .slice(0, PODS_MOST)
    .flatMap(({ ips, listens, shortName }) => {
      const [port] = listens;
      return port === undefined ? [] : [{ to: urlOf(port.protocol, host(ips[0] ?? ""), port.port), what: `Pod ${shortName}` }];
    });
  return once([...ofServices, ...ofPods]).slice(0, MOST);
}

function serviceWays(service: ServiceView, namespace: string, node: string | null): readonly Suggestion[] {
  const name = service.namespace === namespace ? service.name : `${service.name}.${service.namespace}`;
  const title = `Service ${name}`;
  return service.ports.flatMap((port) => {
    const way = (to: string, what: string): Suggestion => ({ to: urlOf(port.protocol, to, port.port), what });
    const [ip] = service.clusterIps;
    const outside = service.loadBalancer.addresses[0] ?? service.externalIps[0];
    return [
      way(name, title),
      ...(ip === undefined || service.headless ? [] : [way(host(ip), `${title}, its ClusterIP`)]),
      ...(outside === undefined ? [] : [way(host(outside), `${title}, from outside`)]),
      ...(port.nodePort === null || port.nodePort === undefined || node === null
        ? []
        : [{ to: urlOf(port.protocol, host(node), port.nodePort), what: `${title}, its node port` }]),
    ];
  });
}

const host = (address: string): string => (address.includes(":") ? `[${address}]` : address);

function urlOf(protocol: string, at: string, port: number): string {
  if (protocol === "TCP") return port === 80 ? `http://${at}` : port === 443 ? `https://${at}` : `http://${at}:${port}`;
  return `${protocol.toLowerCase()}://${at}:${port}`;
}

function once(list: readonly Suggestion[]): readonly Suggestion[] {
  return [...new Map([...list].reverse().map((one) => [one.to, one])).values()].reverse();
}

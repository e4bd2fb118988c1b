/** Who sends what where in a random cluster. */
import { endpointText } from "../../../src/core/base/address.ts";
import { familyOf } from "../../../src/core/network/topology.ts";
import type { Place } from "../machines.ts";
import type { Draw } from "./draw.ts";
import { OUTSIDE, type Ground } from "./ground.ts";
import type { DrawnPort, DrawnService } from "./services.ts";

export interface DrawnProbe {
  readonly from: Place;
  readonly to: string;
  readonly protocol: "TCP" | "UDP";
  /** What kind of address that is. */
  readonly what: string;
  readonly affinity: boolean;
}

export function drawProbe(draw: Draw, ground: Ground, services: readonly DrawnService[]): DrawnProbe {
  const service = draw.pick(services);
  const port = draw.pick(service.ports);
  const sender = drawSender(draw, ground, service);
  const { address, number, what } = drawTarget(draw, ground, { service, port, sender });
  const isOutside = sender === "outside";
  const from: Place = isOutside ? `outside/${draw.pick(OUTSIDE[familyOf(address)])}` : sender;
  return { from, to: endpointText(address, number), protocol: port.protocol, what, affinity: service.affinity };
}

/** `outside`: which host depends on the family of the address that is asked. */
function drawSender(draw: Draw, ground: Ground, service: DrawnService): Place | "outside" {
  const pods = ground.servers.filter(({ hostNetwork }) => !hostNetwork).map(({ key }) => key);
  const kind = draw.weighted<"client" | "endpoint" | "server" | "node" | "outside">([
    ["client", 30],
    ["endpoint", 12],
    ["server", 8],
    ["node", 18],
    ["outside", 32],
  ]);
  switch (kind) {
    case "client":
      return `pod/${draw.pick(ground.clients).key}`;
    case "endpoint":
      return `pod/${draw.pick(service.pods.length > 0 ? service.pods : pods)}`;
    case "server":
      return `pod/${draw.pick(pods)}`;
    case "node":
      return `node/${draw.pick(ground.nodes).name}`;
    case "outside":
      return "outside";
  }
}

interface Asking {
  readonly service: DrawnService;
  readonly port: DrawnPort;
  readonly sender: Place | "outside";
}

interface Target {
  readonly address: string;
  readonly number: number;
  readonly what: string;
}

function drawTarget(draw: Draw, ground: Ground, asking: Asking): Target {
  const { service, port, sender } = asking;
  const isOutside = sender === "outside";
  const family = draw.pick(ground.families);
  const ofFamily = (address: string): boolean => familyOf(address) === family;
  const targets: [Target, number][] = [];
  const add = (what: string, address: string | undefined, number: number, weight: number): void => {
    if (address !== undefined) targets.push([{ address, number, what }, weight]);
  };
  add("cluster IP", draw.pick(service.clusterIps), port.port, isOutside ? 3 : 40);
  const { externalIps, balancerIps } = service;
  if (externalIps.length > 0) add("external IP", draw.pick(externalIps), port.port, isOutside ? 25 : 15);
  if (balancerIps.length > 0) add("balancer address", draw.pick(balancerIps), port.port, isOutside ? 35 : 20);
  const node = draw.pick(ground.nodes);
  const nodeAddress = node.addresses.find(ofFamily);
  if (port.nodePort !== null) {
    add("node port", nodeAddress, port.nodePort, 30);
    add("node port at another address of the node", node.addresses.filter(ofFamily)[1], port.nodePort, 10);
    if (!isOutside) add("node port at the bridge", node.bridges.find(ofFamily), port.nodePort, 6);
    if (sender.startsWith("node/") && ground.families.some((one) => one === "IPv4"))
      add("node port at loopback", "127.0.0.1", port.nodePort, 10);
  }
  add("port that the Service does not have", draw.pick(service.clusterIps), 81, 3);
  add("node port that nobody has", nodeAddress, 30_999, 3);
  if (balancerIps.length > 0) add("port that the balancer does not have", draw.pick(balancerIps), 81, 3);
  add("address that no Service has", family === "IPv4" ? "10.96.0.250" : "fd00:10:96::fff", port.port, 3);
  if (!isOutside) {
    const server = draw.pick(ground.servers.filter(({ key }) => sender !== `pod/${key}`));
    add("Pod without a Service", server.addresses[family] ?? undefined, port.protocol === "TCP" ? server.ports.http : server.ports.dns, 10);
  }
  return draw.weighted(targets);
}

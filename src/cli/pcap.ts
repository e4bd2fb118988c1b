/** `kubehop pcap`: the packets of traffic as a capture file. */
import type { ClusterView } from "../core/simulation/view.ts";
import { captureOf } from "../tools/capture/pcapng.ts";
import { sightingsOf, type InterfaceName } from "../tools/capture/sightings.ts";
import { UsageError, listOption, requiredOption } from "./arguments.ts";
import type { CommandInput, CommandOutput } from "./cluster.ts";
import { trafficOf } from "./traffic.ts";

/** In `batch` there is no file: the answer holds its octets in base64. */
export function pcap(input: CommandInput): CommandOutput {
  const toFile = input.batch !== true;
  const name = toFile ? requiredOption(input.options, "out") : "";
  const chosen = listOption(input.options, "interface").map(interfaceNamed);
  const { simulation, journeys } = trafficOf(input);
  const seen = sightingsOf(journeys);
  const interfaces = chosen.length > 0 ? chosen : [...new Set(seen.map((sighting) => sighting.interface))];
  const missing = chosen.find((one) => !interfacesIn(simulation.view()).has(one));
  if (missing !== undefined) throw new UsageError(`--interface: there is no ${missing}`);
  const octets = captureOf(journeys, { epochSeconds: simulation.epochSeconds, interfaces });
  const packets = seen.filter((sighting) => interfaces.includes(sighting.interface)).length;
  const json = { packets, interfaces };
  return {
    json: toFile ? { ...json, file: name } : { ...json, pcapng: base64(octets) },
    text: `${packets} packets at ${interfaces.length === 1 ? "1 interface" : `${interfaces.length} interfaces`}: ${name}\n`,
    exit: 0,
    ...(toFile ? { file: { name, octets } } : {}),
  };
}

/** `NS/POD`, `POD`, `node/NODE`, `external`, `ip:ADDRESS`: as senders are named. */
function interfaceNamed(text: string): InterfaceName {
  if (text === "external" || text === "laptop") return `outside ${text}`;
  if (text.startsWith("ip:")) return `outside ${text.slice(3)}`;
  if (text.startsWith("node/")) return `node ${text.slice("node/".length)}`;
  return `pod ${text.includes("/") ? text : `default/${text}`}`;
}

function interfacesIn({ pods, nodes, outsiders }: ClusterView): Set<InterfaceName> {
  return new Set([
    ...pods.filter(({ hostNetwork }) => !hostNetwork).map(({ key }) => `pod ${key}`),
    ...nodes.map(({ name }) => `node ${name}`),
    ...outsiders.map(({ id }) => `outside ${id}`),
  ]);
}

function base64(octets: Uint8Array): string {
  return Buffer.from(octets).toString("base64");
}

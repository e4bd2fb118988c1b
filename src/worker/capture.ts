/** The packets of requests as a capture file, made where the traces are: they need not travel to the page for it. */
import type { SimulationFacade } from "../core/simulation/contract.ts";
import type { Journey } from "../core/network/trace.ts";
import { captureOf } from "../tools/capture/pcapng.ts";
import { sightingsOf } from "../tools/capture/sightings.ts";

/** A file for Wireshark. */
export interface Capture {
  readonly octets: Uint8Array<ArrayBuffer>;
  readonly packets: number;
  readonly interfaces: number;
  /** Requests whose packets are in it, and how many were asked for but are kept without their packets. */
  readonly requests: number;
  readonly forgotten: number;
}

/** A file of more requests than these takes longer than one likes to wait; the last ones are in it. */
const REQUESTS_MOST = 1_000;

/** At every interface on the way. "all": every request that is kept, those of steady traffic too. */
export function captureIn(simulation: SimulationFacade, wanted: readonly number[] | "all"): Capture {
  const asked = wanted === "all" ? everyRequest(simulation) : wanted.flatMap((id) => simulation.journey(id) ?? []);
  const whole = asked.filter(({ packets }) => packets.length > 0).slice(-REQUESTS_MOST);
  const seen = sightingsOf(whole);
  const octets = captureOf(whole, { epochSeconds: simulation.epochSeconds });
  const count = wanted === "all" ? asked.length : wanted.length;
  return {
    octets: new Uint8Array(octets),
    packets: seen.length,
    interfaces: new Set(seen.map((sighting) => sighting.interface)).size,
    requests: whole.length,
    forgotten: count - whole.length,
  };
}

/** By the moment of sending. */
function everyRequest(simulation: SimulationFacade): readonly Journey[] {
  const traffic = simulation.traffic();
  const steady = traffic === null ? [] : [...traffic.lastAnswered, ...traffic.lastLost];
  const all = new Map([...simulation.journeys(), ...steady].map((journey) => [journey.id, journey]));
  return [...all.values()].sort((a, b) => a.sentAt - b.sentAt || a.id - b.id);
}

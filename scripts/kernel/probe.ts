/** One question to both worlds: who sends what where, and how often. */
import type { Attempt, Transport } from "./helpers.ts";
import type { Machines, Place } from "./machines.ts";

export interface Probe {
  readonly name: string;
  readonly from: Place;
  /** `10.96.0.10:80` */
  readonly to: string;
  readonly protocol?: Transport;
  readonly count?: number;
  /** The Service has session affinity. */
  readonly sticky?: true;
  /** Every connection from this one port, above 40000 (below, the helper takes one after another). */
  readonly sourcePort?: number;
}

/** With three equal endpoints, one is missed with a chance of 10⁻¹²; shares are told apart well. */
export const DEFAULT_COUNT = 200;
/** An answer takes less than a millisecond; a lost first packet would be sent again after a second. */
const TIMEOUT_MS = 300;

export function destination(probe: Probe): { readonly address: string; readonly port: number } {
  const [address = "", port = ""] = probe.to.split(":");
  return { address, port: Number(port) };
}

/** Sends the probe in the kernel. */
export function observe(machines: Machines, probe: Probe, count = probe.count ?? DEFAULT_COUNT): Promise<readonly Attempt[]> {
  const { address, port } = destination(probe);
  const { protocol = "TCP", sourcePort } = probe;
  return machines
    .helper(probe.from)
    .connect({ protocol, address, port, count, timeoutMs: TIMEOUT_MS, ...(sourcePort === undefined ? {} : { sourcePort }) });
}

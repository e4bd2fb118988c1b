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
  /** What the simulator's own packets came to; must fit the prediction as well. */
  readonly simulated?: readonly Attempt[];
}

/** With three equal endpoints, one is missed with a chance of 10⁻¹²; shares are told apart well. */
export const DEFAULT_COUNT = 200;
/** An answer takes less than a millisecond, on a busy machine more; a lost first packet is sent again after a second. */
const PATIENT_MS = 900;
/** Where silence is expected, it need not be listened to for long. */
const BRIEF_MS = 300;

export function destination(probe: Probe): { readonly address: string; readonly port: number } {
  const [address = "", port = ""] = probe.to.split(":");
  return { address, port: Number(port) };
}

/** Sends the probe in the kernel. `silence`: some of the connections are expected to time out. */
export function observe(
  machines: Machines,
  probe: Probe,
  silence: boolean,
  count = probe.count ?? DEFAULT_COUNT,
): Promise<readonly Attempt[]> {
  const { address, port } = destination(probe);
  const { protocol = "TCP", sourcePort } = probe;
  const timeoutMs = silence ? BRIEF_MS : PATIENT_MS;
  return machines
    .helper(probe.from)
    .connect({ protocol, address, port, count, timeoutMs, ...(sourcePort === undefined ? {} : { sourcePort }) });
}

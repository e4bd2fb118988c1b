/** One question to both worlds: who sends what where, and how often. */
import { parseEndpoint } from "../../src/core/base/address.ts";
import type { Attempt, Transport } from "./helpers.ts";
import type { Machines, Place } from "./machines.ts";

export interface Probe {
  readonly name: string;
  readonly from: Place;
  /** `10.96.0.10:80`, `[fd00:10:96::10]:80` */
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
export const BRIEF_MS = 300;

export function destination(probe: Probe): { readonly address: string; readonly port: number } {
  const to = parseEndpoint(probe.to);
  if (to === null) throw new Error(`${probe.name}: ${probe.to} is no address and port`);
  return to;
}

/** A neighbour that does not answer is given up after three seconds. */
const DEAD_NEIGHBOUR_MS = 3_800;

/** How long an answer is waited for, by the failures that are expected. */
export function patience(failures: ReadonlyMap<string, number>): number {
  return failures.has("EHOSTUNREACH") ? DEAD_NEIGHBOUR_MS : failures.has("TIMEOUT") ? BRIEF_MS : PATIENT_MS;
}

/** Sends the probe in the kernel. */
export function observe(
  machines: Machines,
  probe: Probe,
  timeoutMs: number,
  count = probe.count ?? DEFAULT_COUNT,
): Promise<readonly Attempt[]> {
  const { address, port } = destination(probe);
  const { protocol = "TCP", sourcePort } = probe;
  return machines
    .helper(probe.from)
    .connect({ protocol, address, port, count, timeoutMs, ...(sourcePort === undefined ? {} : { sourcePort }) });
}

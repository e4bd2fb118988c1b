/** One question to both worlds: who sends what where, and how often. */
import { parseEndpoint } from "../../src/core/base/address.ts";
import { familyOf } from "../../src/core/network/topology.ts";
import type { Expected } from "./compare.ts";
import type { Attempt, Transport } from "./helpers.ts";
import type { Shapes } from "./tracked.ts";
import type { Machines, Place } from "./machines.ts";

export interface Probe {
  readonly name: string;
  readonly from: Place;
  /** `10.96.0.10:80`, `[fd00:10:96::10]:80` */
  readonly to: string;
  readonly protocol?: Transport;
  readonly count?: number;
  /** The Service has session affinity: all connections meet one endpoint, or one for each node that they come in by. */
  readonly sticky?: boolean;
  readonly affinityByNode?: boolean;
  /** Each connection takes a second (refusals of TCP over IPv6). */
  readonly slow?: boolean;
  /** Every connection from this one port, above 40000 (below, the helper takes one after another). */
  readonly sourcePort?: number;
  /** What the simulator's own flows left in each node's connection tracking; the kernel's must leave the same. */
  readonly tracked?: Shapes;
  /** What the simulator's own packets came to; must fit the prediction as well. */
  readonly simulated?: readonly Attempt[];
}

/** With three equal endpoints, one is missed with a chance of 10⁻¹²; shares are told apart well. */
export const DEFAULT_COUNT = 200;
/** An answer takes less than a millisecond, on a busy machine more; a lost first packet is sent again after a second. */
export const PATIENT_MS = 900;
/** Where silence is expected, it need not be listened to for long. */
export const BRIEF_MS = 300;

export function destination(probe: Probe): { readonly address: string; readonly port: number } {
  const to = parseEndpoint(probe.to);
  if (to === null) throw new Error(`${probe.name}: ${probe.to} is no address and port`);
  return to;
}

/** A neighbour that does not answer is given up after three seconds. */
const DEAD_NEIGHBOUR_MS = 3_800;

/**
 * A second packet of IPv6 is waited for. A neighbour's answer can be late by one question, and an ICMPv6 refusal of a SYN comes while
 * connect() still holds the socket: only that of the SYN sent again after a second is felt. (So it is with ICMP too, but for
 * Node's IPv4 sockets, which look into the queue of errors.)
 */
const SECOND_TRY_MS = 1_600;

/** How long an answer is waited for, by what is expected. */
export function patience(probe: Probe, { endpoints, failures }: Pick<Expected, "endpoints" | "failures">): number {
  if (failures.has("EHOSTUNREACH")) return DEAD_NEIGHBOUR_MS;
  const onlySilence = endpoints.size === 0 && failures.size === 1 && failures.has("TIMEOUT");
  if (familyOf(destination(probe).address) === "IPv6") return onlySilence ? BRIEF_MS : SECOND_TRY_MS;
  return failures.has("TIMEOUT") ? BRIEF_MS : PATIENT_MS;
}

/** Side by side from the first on, where each would be waited for. */
function isSlow(probe: Probe, timeoutMs: number): boolean {
  return timeoutMs === DEAD_NEIGHBOUR_MS || (timeoutMs === SECOND_TRY_MS && probe.slow === true);
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
  return machines.helper(probe.from).connect({
    protocol,
    address,
    port,
    count,
    timeoutMs,
    atOnce: isSlow(probe, timeoutMs),
    ...(sourcePort === undefined ? {} : { sourcePort }),
  });
}

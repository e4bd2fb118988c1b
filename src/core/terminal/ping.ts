/**
 * busybox's ping. ICMP is worked out from rules, routes and cables (simulation/echo.ts), not sent: nothing moves on the canvas.
 * To a Service's address it goes unanswered: kube-proxy's iptables rules are about TCP, UDP and SCTP ports, and nobody has the
 * address (https://kubernetes.io/docs/reference/networking/virtual-ips). A note says so.
 */
import { MICROSECOND } from "../base/time.ts";
import { DELAYS, INITIAL_TTL } from "../network/delays.ts";
import type { EchoEnd } from "../simulation/echo.ts";
import { senderAt, type Call } from "./types.ts";

/** Without `-c` a ping goes on for ever; here so many. */
const USUAL = 4;
const MOST = 100;

export function ping(call: Call): number {
  let count: number | null = null;
  let host: string | null = null;
  for (let i = 0; i < call.args.length; i++) {
    const arg = call.args[i] ?? "";
    if (/^-[cwWisItq]/.test(arg) && arg !== "-q") {
      const value = arg.length > 2 ? arg.slice(2) : call.args[++i];
      if (arg.startsWith("-c")) count = Number(value);
    } else if (!arg.startsWith("-")) host = arg;
  }
  if (host === null) {
    call.err("Usage: ping [-c COUNT] [-W SEC] HOST\n");
    return 1;
  }
  const resolved = call.world.names({ kind: "addresses", from: senderAt(call.spot), name: host });
  const address = "error" in resolved || resolved.kind !== "addresses" ? undefined : resolved.found.addresses[0];
  if (address === undefined) {
    call.err(`ping: bad address '${host}'\n`);
    return 1;
  }
  const end = call.world.echo(senderAt(call.spot), address);
  call.out(`PING ${host} (${address}): 56 data bytes\n`);
  if (end === null || "error" in end) {
    call.err("ping: sendto: Network unreachable\n");
    return 1;
  }
  if (count === null)
    call.note(`A real ping goes on until Ctrl C; this one sends ${USUAL}. ICMP is worked out from the rules, and not drawn.`);
  const times = Math.max(1, Math.min(MOST, count ?? USUAL));
  const answered = end.fate === "answered";
  const took = roundTrip(call, end);
  if (answered)
    for (let i = 0; i < times; i++)
      call.out(`64 bytes from ${address}: seq=${i} ttl=${INITIAL_TTL - end.nodes.length} time=${ms(took)} ms\n`);
  const lost = answered ? 0 : 100;
  call.out(
    `\n--- ${host} ping statistics ---\n${times} packets transmitted, ${answered ? times : 0} packets received, ${lost}% packet loss\n`,
  );
  if (answered) call.out(`round-trip min/avg/max = ${ms(took)}/${ms(took)}/${ms(took)} ms\n`);
  else explain(call, address, end);
  return answered ? 0 : 1;
}

function ms(nanos: number): string {
  return (nanos / (1000 * MICROSECOND)).toFixed(3);
}

/** There and back, by the same table as every packet's way. */
function roundTrip(call: Call, { nodes }: EchoEnd): number {
  const zones = new Map(call.world.view().nodes.map(({ name, zone }) => [name, zone]));
  const way = nodes.reduce(
    (sum, node, i) => {
      const before = nodes[i - 1];
      const cross = before === undefined ? 0 : zones.get(before) === zones.get(node) ? DELAYS.crossZone : DELAYS.crossZones;
      return sum + DELAYS.gate + cross;
    },
    DELAYS.send + DELAYS.leave + DELAYS.deliver + DELAYS.accept,
  );
  return 2 * way;
}

function explain(call: Call, address: string, end: EchoEnd): void {
  const service = call.world.view().services.find(({ clusterIps }) => clusterIps.includes(address));
  if (service !== undefined)
    call.note(
      `No machine has ${address}. kube-proxy's rules catch TCP, UDP and SCTP to the Service's ports, and leave ICMP alone: a Service does not answer ping, however well it works. Try its port: curl http://${service.name}`,
    );
  else if (end.fate === "refused") call.note("A rule rejects it.");
}

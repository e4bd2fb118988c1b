/** `kubehop trace`: traffic in the settled cluster, hop by hop. */
import type { ConnectionUse, Header, Hop, Journey, PacketTrace, Place, Sender } from "../core/network/trace.ts";
import type { CommandInput, CommandOutput } from "./cluster.ts";
import { stepOf } from "./steps.ts";
import { trafficOf } from "./traffic.ts";

export function trace(input: CommandInput): CommandOutput {
  const { simulation, request, distribution, journeys } = trafficOf(input);
  const json = {
    from: senderText(request.from),
    to: request.to,
    seed: simulation.seed,
    results: journeys.map(resultOf),
    candidates:
      "error" in distribution ? [] : distribution.candidates.map(({ endpoint, pod, probability }) => ({ endpoint, pod, probability })),
  };
  return { json, text: journeys.map(asText).join("\n"), exit: journeys.every(({ outcome }) => outcome.kind === "delivered") ? 0 : 1 };
}

function senderText(sender: Sender): string {
  return sender.kind === "pod" ? sender.pod : sender.kind === "node" ? `node/${sender.node}` : sender.id;
}

function resultOf(journey: Journey): unknown {
  const { lookup } = journey;
  return {
    disposition: journey.outcome.kind,
    cause: null,
    service: journey.servicePort,
    pod: journey.pod,
    node: journey.node,
    endpoint: journey.endpoint,
    sourceSeen: journey.sourceSeen,
    masqueraded: journey.masqueraded,
    says: journey.clientSays,
    ...(journey.connection === undefined ? {} : { connection: journey.connection }),
    dns:
      lookup === null
        ? null
        : { queries: [...new Set(lookup.queries.map(({ name }) => name))], answer: lookup.addresses, error: lookup.error },
    hops: hopsOf(journey).map(({ packet, hop }) => hopJson(journey, packet, hop)),
  };
}

/** All hops of all packets in the order of time. */
function hopsOf(journey: Journey): readonly { readonly packet: PacketTrace; readonly hop: Hop }[] {
  return journey.packets
    .flatMap((packet) => packet.hops.map((hop) => ({ packet, hop })))
    .sort((a, b) => a.hop.at - b.hop.at || a.packet.index - b.packet.index);
}

function hopJson(journey: Journey, packet: PacketTrace, hop: Hop): unknown {
  const same = sameHeader(hop.before, hop.after);
  return {
    at: (hop.at - journey.sentAt) / 1e6,
    where: placeText(hop.from),
    ...(placeText(hop.to) === placeText(hop.from) ? {} : { to: placeText(hop.to) }),
    packet: packet.index,
    purpose: packet.purpose,
    kind: hop.kind,
    step: stepOf(hop, packet),
    rule: ruleOf(hop),
    ...(same ? {} : { before: hop.before, after: hop.after }),
  };
}

function sameHeader(a: Header, b: Header): boolean {
  return a.src === b.src && a.srcPort === b.srcPort && a.dst === b.dst && a.dstPort === b.dstPort;
}

/** The rule that decided at a gate: that refused or dropped, or the last that rewrote. */
function ruleOf(hop: Hop): string | null {
  if (hop.kind === "reject") return hop.rule.text;
  if (hop.kind === "drop") return hop.rule?.text ?? null;
  if (hop.kind !== "rewrite") return null;
  const rewrote = hop.walks
    .flatMap(({ steps }) => steps)
    .findLast((step) => step.kind === "rule" && (step.did?.kind === "dnat" || step.did?.kind === "snat"));
  const destination = hop.walks.flatMap(({ steps }) => steps).findLast((step) => step.kind === "rule" && step.did?.kind === "dnat");
  const step = destination ?? rewrote;
  return step?.kind === "rule" ? step.rule.text : null;
}

export function placeText(place: Place): string {
  switch (place.kind) {
    case "pod":
      return `pod ${place.pod}`;
    case "node":
      return `node ${place.node}`;
    case "gate":
      return `rules of ${place.node}`;
    case "outside":
      return `outside ${place.id}`;
    case "beyond":
      return "beyond the gateway";
  }
}

function asText(journey: Journey): string {
  const rows = hopsOf(journey).map(({ packet, hop }) => {
    const at = ((hop.at - journey.sentAt) / 1e6).toFixed(3).padStart(10);
    return `${at} ms  ${String(packet.index).padStart(2)} ${packet.purpose.padEnd(14)} ${placeText(hop.from).padEnd(30)} ${stepOf(hop, packet)}`;
  });
  const end = [
    ...(journey.connection === undefined ? [] : [connectionText(journey.connection, journey.id)]),
    `${journey.outcome.kind}${journey.pod === null ? "" : ` to ${journey.pod}`}${journey.endpoint === null ? "" : ` (${journey.endpoint})`}: ${journey.clientSays}`,
  ];
  return `${[...rows, ...end].join("\n")}\n`;
}

/** `request 3 of 10 on the connection of request 1`. */
function connectionText({ opened, request, of, instead }: ConnectionUse, id: number): string {
  const which = `request ${request}${of === null ? "" : ` of ${of}`}`;
  if (opened !== id) return `${which} on the same connection, which request ${opened} opened`;
  return `${which} on a connection of its own${instead === null ? "" : `: of the one before, ${instead}`}`;
}

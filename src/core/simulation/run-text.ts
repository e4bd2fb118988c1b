/** A run as compact text, for goldens and for people who debug: a line a packet, what each gate did, the state's hash. */
import { endpointText } from "../base/address.ts";
import type { Header, Hop, Journey, PacketTrace, Place } from "../network/trace.ts";
import type { Simulation } from "./simulation.ts";
import type { TimelineEvent } from "./view.ts";

/** All journeys, the timeline, and the hash of the whole state. */
export function runText(simulation: Simulation): string {
  const parts = [
    ...simulation.timeline().map(entryText),
    "",
    ...simulation.journeys().flatMap((journey) => [...journeyText(journey), ""]),
    `state ${simulation.hash()} at ${simulation.now}`,
  ];
  return `${parts.join("\n")}\n`;
}

function ms(nanos: number): string {
  return (nanos / 1e6).toFixed(3);
}

function entryText(entry: TimelineEvent): string {
  const at = ms(entry.at).padStart(12);
  switch (entry.kind) {
    case "journey":
      return `${at} journey ${entry.journey} ${entry.outcome} until ${ms(entry.endsAt)}`;
    case "edit":
      return `${at} edit ${entry.what} until ${ms(entry.endsAt)}`;
    case "action":
      return `${at} action ${entry.what}`;
    case "pod":
      return `${at} pod ${entry.pod} ${entry.what}`;
    case "event":
      return `${at} event ${entry.about} ${entry.reason}: ${entry.message}`;
    case "slice":
      return `${at} slice ${entry.service} ${entry.ready}/${entry.total}`;
    case "sync":
      return `${at} sync ${entry.node}`;
    case "name":
      return `${at} name ${entry.name} ${entry.type} ${entry.denial ? "denied" : "kept"} by ${entry.pod} until ${ms(entry.goneAt)}`;
    case "traffic":
      return `${at} traffic ${entry.answered} answered, ${entry.lost} lost${entry.losses.length === 0 ? "" : ` (${entry.losses.join(", ")})`}`;
  }
}

export function journeyText(journey: Journey): readonly string[] {
  const { id, from, to, outcome, lookup, clientSays, servicePort, endpoint, pod, sourceSeen, masqueraded } = journey;
  const who = from.kind === "pod" ? from.pod : from.kind === "node" ? `node ${from.node}` : `outside ${from.id}`;
  const head = `journey ${id}: ${who} -> ${to}: ${outcome.kind}, ${ms(journey.endedAt - journey.sentAt)} ms: ${clientSays}`;
  const found = lookup === null ? [] : [`  ${lookup.name}: ${lookup.candidates.map(({ name, result }) => `${name} ${result}`).join(", ")}`];
  const reached =
    endpoint === null
      ? []
      : [`  ${servicePort ?? "no Service"} -> ${endpoint} ${pod ?? ""} saw ${sourceSeen}${masqueraded ? " (masqueraded)" : ""}`];
  return [head, ...found, ...reached, ...journey.packets.map((packet) => packetText(journey, packet))];
}

function packetText(journey: Journey, packet: PacketTrace): string {
  const [first] = packet.hops;
  const flags = packet.tcp === null ? "" : ` seq ${packet.tcp.seq} ack ${packet.tcp.ack}`;
  const start = first === undefined ? "" : `${ms(first.at - journey.sentAt)} ${placeText(first.from)} ${headerText(first.before)}`;
  const answers = packet.answers === null ? "" : `<${packet.answers}`;
  const way = packet.hops
    .slice(1)
    .map(hopText)
    .filter((text) => text !== "");
  return `  ${packet.index}${answers} ${packet.purpose} ${start}${flags} id ${packet.ipId} | ${[...way, packet.outcome.kind].join(" | ")}`;
}

function hopText(hop: Hop): string {
  switch (hop.kind) {
    case "send":
    case "leave":
    case "accept":
      return "";
    case "enter-cluster":
    case "leave-cluster":
    case "cross":
    case "deliver":
      return `to ${placeText(hop.to)} ttl ${hop.ttl}`;
    case "pass":
      return "pass";
    case "rewrite":
    case "known":
    case "restore":
      return `${hop.kind} ${changes(hop)}${hop.kind === "rewrite" ? ` by ${chainsOf(hop)}` : ""}`;
    case "reject":
      return `reject ${hop.with} by ${hop.rule.chain} ${hop.rule.index}`;
    case "drop":
      return hop.rule === null ? "drop" : `drop by ${hop.rule.chain} ${hop.rule.index}`;
    case "refuse":
      return `refuse ${hop.with}`;
    case "lost":
      return `lost ${hop.why}`;
  }
}

/** Jumps and translations, with the draws: the way through the nat table. */
function chainsOf(hop: Extract<Hop, { kind: "rewrite" }>): string {
  const steps = hop.walks.filter(({ table }) => table === "nat").flatMap(({ steps: of }) => of);
  return steps
    .flatMap((step) =>
      step.kind === "rule" && step.result === "matched"
        ? [`${step.rule.chain}[${step.rule.index}]${step.draw === null ? "" : ` ${step.draw.drawn.toFixed(6)}`}`]
        : [],
    )
    .join(" ");
}

function changes({ before, after }: { readonly before: Header; readonly after: Header }): string {
  const source = before.src === after.src && before.srcPort === after.srcPort ? "" : `src=${endpointText(after.src, after.srcPort)}`;
  const destination = before.dst === after.dst && before.dstPort === after.dstPort ? "" : `dst=${endpointText(after.dst, after.dstPort)}`;
  return [destination, source].filter((text) => text !== "").join(" ");
}

function headerText({ src, srcPort, dst, dstPort, protocol }: Header): string {
  return protocol === "ICMP" ? `${src} > ${dst}` : `${endpointText(src, srcPort)} > ${endpointText(dst, dstPort)}`;
}

function placeText(place: Place): string {
  switch (place.kind) {
    case "pod":
      return place.pod;
    case "node":
      return `process of ${place.node}`;
    case "gate":
      return place.node;
    case "outside":
      return `outside ${place.id}`;
    case "beyond":
      return "beyond";
  }
}

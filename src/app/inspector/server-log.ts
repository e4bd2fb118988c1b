/** What the server in a Pod would have in its access log: who asked, as the Pod saw it, what for, and what it answered. Pure. */
import type { Journey, PacketTrace } from "../../core/network/trace.ts";

export interface LogLine {
  readonly journey: number;
  /** When the request reached it, in virtual nanoseconds. */
  readonly at: number;
  /** The source address of the packet as it arrived, and as it was sent: they differ where it was masqueraded on the way. */
  readonly source: string;
  readonly sent: string;
  /** `GET / HTTP/1.1`: the request's first line. */
  readonly asks: string;
  /** `200`; null where no answer was made. */
  readonly status: string | null;
}

/** The newest first. Requests of which only the outcome is kept are not among them. */
export function serverLog(journeys: readonly Journey[], pod: string, most: number): readonly LogLine[] {
  const lines: LogLine[] = [];
  for (let i = journeys.length - 1; i >= 0 && lines.length < most; i--) {
    const journey = journeys[i];
    // A request may go through a Pod that it does not end in, never be answered by one: most are passed over here.
    if (journey === undefined || (journey.pod !== null && journey.pod !== pod)) continue;
    lines.push(...journey.packets.flatMap((packet) => lineOf(journey, packet, pod) ?? []).reverse());
  }
  return lines.slice(0, most);
}

function lineOf(journey: Journey, packet: PacketTrace, pod: string): LogLine | null {
  const [first, last] = [packet.hops[0], packet.hops.at(-1)];
  if (packet.purpose !== "request" || packet.payload?.kind !== "text" || first === undefined) return null;
  if (last?.kind !== "accept" || last.to.kind !== "pod" || last.to.pod !== pod) return null;
  const answer = journey.packets.find(({ purpose, index }) => purpose === "response" && index > packet.index);
  const status = answer?.payload?.kind === "text" ? /^HTTP\/\S+ (\d{3})/.exec(answer.payload.text)?.[1] : undefined;
  return {
    journey: journey.id,
    at: last.endsAt,
    source: last.after.src,
    sent: first.before.src,
    asks: packet.payload.text.split(/\r?\n/, 1)[0] ?? "",
    status: status ?? null,
  };
}

/** A request of a program in the simulation, and what of it the program gets to know. */
import type { Journey } from "../network/trace.ts";
import type { SendRequest } from "../simulation/contract.ts";
import { senderAt, type Call, type Got, type Need } from "./types.ts";

/** Sends one request and gives what became of it; a text: why it could not leave. */
export function* sendOne(call: Call, request: Omit<SendRequest, "from">): Generator<Need, Journey | string, Got> {
  const got = yield { kind: "send", request: { from: senderAt(call.spot), ...request } };
  if (got.kind === "refused") return got.error;
  const [id] = got.kind === "sent" ? got.journeys : [];
  const journey = id === undefined ? null : call.world.journey(id);
  if (journey === null) return "The request was not found again.";
  call.request(journey.id);
  return journey;
}

export interface HttpAnswer {
  /** `HTTP/1.1 200 OK` */
  readonly statusLine: string;
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: string;
}

/** The answer as the journey's packets carried it; null: none came. */
export function answerIn({ packets }: Journey): HttpAnswer | null {
  const packet = packets.findLast(
    ({ direction, payload }) => direction === "back" && payload?.kind === "text" && payload.text.startsWith("HTTP/"),
  );
  if (packet?.payload?.kind !== "text") return null;
  const { text } = packet.payload;
  const end = text.indexOf("\r\n\r\n");
  const [statusLine = "", ...headers] = text.slice(0, end < 0 ? text.length : end).split("\r\n");
  return { statusLine, status: Number(statusLine.split(" ")[1] ?? 0), headers, body: end < 0 ? "" : text.slice(end + 4) };
}

export interface Peer {
  readonly address: string;
  readonly port: number;
  readonly from: { readonly address: string; readonly port: number };
}

/** Whom the client's socket was for: the address that it asked for, whatever the rules made of it. */
export function peerOf({ packets }: Journey): Peer | null {
  const header = packets.find(({ purpose }) => purpose === "syn" || purpose === "datagram")?.hops[0]?.before;
  if (header === undefined) return null;
  return { address: header.dst, port: header.dstPort, from: { address: header.src, port: header.srcPort } };
}

/** When the client's connection stood, or null. */
export function connectedAt({ packets }: Journey): number | null {
  return packets.find(({ purpose, outcome }) => purpose === "syn-ack" && outcome.kind === "delivered")?.hops.at(-1)?.endsAt ?? null;
}

/** What kept the connection from being made, as the kernel tells the program. */
export type ConnectFault = "no-name" | "refused" | "timeout" | "unreachable";

export function connectFault(journey: Journey): ConnectFault | null {
  const says = journey.clientSays;
  if (journey.outcome.kind === "dns-failed" || /^curl: \((6|28)\) (Could not resolve|Resolving)/.test(says)) return "no-name";
  if (connectedAt(journey) !== null || journey.outcome.kind === "delivered") return null;
  if (journey.outcome.kind === "refused") return "refused";
  return journey.outcome.kind === "unreachable" ? "unreachable" : "timeout";
}

/** strerror of it: glibc and musl word one of them otherwise. */
export function faultWords(fault: Exclude<ConnectFault, "no-name">, libc: "glibc" | "musl"): string {
  switch (fault) {
    case "refused":
      return "Connection refused";
    case "timeout":
      return libc === "musl" ? "Operation timed out" : "Connection timed out";
    case "unreachable":
      return "No route to host";
  }
}

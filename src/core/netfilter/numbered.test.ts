/** A packet whose addresses are numbers passes a node as the same packet in text does. */
import { describe, expect, test } from "vitest";
import { addressText } from "../base/address.ts";
import { randomState } from "../base/random.ts";
import { numbered } from "./packet.ts";
import type { NumberedPacket, Packet } from "./packet.ts";
import { stackState, traverse } from "./stack.ts";
import type { NodeStack, RouteResult, TraverseResult } from "./stack.ts";
import { nodeA, packet, routeOnNodeA } from "./testing.ts";

const CLIENT = "10.244.1.77:40000";
const ECHO: Packet = {
  family: "IPv4",
  protocol: "ICMP",
  src: "10.244.1.77",
  srcPort: 0,
  dst: "10.244.2.10",
  dstPort: 0,
  icmp: { kind: "echo", id: 7, reply: false },
};

function pass(stack: NodeStack, sent: Packet | NumberedPacket): TraverseResult<RouteResult> {
  const context = { now: 0, random: randomState(3, "numbered"), route: routeOnNodeA, mode: "full" } as const;
  return traverse(stack, sent, { hook: "PREROUTING", inInterface: "cni0" }, context);
}

function said({ verdict, header, tuple, nat, ctState, walks }: TraverseResult<RouteResult>): string {
  return JSON.stringify({ verdict, header, tuple, nat, ctState, walks });
}

describe("the same fate, trace and flow", () => {
  test.each([
    ["a connection to a Service", packet(CLIENT, "10.96.10.2:80")],
    ["one that is refused", packet(CLIENT, "10.96.10.9:80")],
    ["a datagram past all Services", packet(CLIENT, "10.244.2.10:53", { protocol: "UDP" })],
    ["an echo", ECHO],
    [
      "an error about a packet that nobody sent",
      { ...ECHO, icmp: { kind: "error" as const, type: 3, code: 3, quoted: packet(CLIENT, "10.244.2.10:53") } },
    ],
  ])("%s", (_, sent) => {
    const [inText, inNumbers] = [nodeA(), nodeA()];
    expect(said(pass(inNumbers, numbered(sent)))).toBe(said(pass(inText, sent)));
    expect(stackState(inNumbers, 0)).toEqual(stackState(inText, 0));
  });
});

test("the header in text is that in numbers, and the answer finds its way back by them", () => {
  const stack = nodeA();
  const { header, tuple } = pass(stack, packet(CLIENT, "10.96.10.2:80"));
  expect([addressText(tuple.source), tuple.sourcePort]).toEqual([header.src, header.srcPort]);
  expect([addressText(tuple.destination), tuple.destinationPort]).toEqual([header.dst, header.dstPort]);
  expect(header.dst).not.toBe("10.96.10.2");
  const back = pass(stack, {
    family: "IPv4",
    protocol: "TCP",
    source: tuple.destination,
    sourcePort: tuple.destinationPort,
    destination: tuple.source,
    destinationPort: tuple.sourcePort,
    tcpFlags: 0x12,
  });
  expect(back.header).toEqual({ src: "10.96.10.2", srcPort: 80, dst: "10.244.1.77", dstPort: 40_000, protocol: "TCP" });
});

/** IP protocol numbers (IANA), as the kernel compares them. */
import type { Family, Protocol } from "../base/names.ts";

export const TCP = 6;
export const UDP = 17;
export const SCTP = 132;
export const ICMP = 1;
export const ICMPV6 = 58;

const NUMBERS: Readonly<Record<string, number>> = {
  icmp: ICMP,
  igmp: 2,
  tcp: TCP,
  udp: UDP,
  dccp: 33,
  gre: 47,
  esp: 50,
  ah: 51,
  "ipv6-icmp": ICMPV6,
  sctp: SCTP,
  udplite: 136,
};

/** The number of a protocol as a rule names it (`tcp`, `47`); -2, which no packet has, if unknown. */
export function protocolNumber(name: string): number {
  return NUMBERS[name] ?? (/^\d{1,3}$/.test(name) ? Number(name) : -2);
}

/** The number of a packet's protocol. */
export function packetProtocol(protocol: Protocol | "ICMP", family: Family): number {
  switch (protocol) {
    case "TCP":
      return TCP;
    case "UDP":
      return UDP;
    case "SCTP":
      return SCTP;
    case "ICMP":
      return family === "IPv4" ? ICMP : ICMPV6;
  }
}

/** The name of a number that packetProtocol gave. */
export function protocolName(number: number): Protocol | "ICMP" {
  return number === TCP ? "TCP" : number === UDP ? "UDP" : number === SCTP ? "SCTP" : "ICMP";
}

import { describe, expect, test } from "vitest";
import { bytesOfHex, encodeMessage } from "../../core/dns/message.ts";
import { bareReply, queryMessage, type Message, type ResourceRecord } from "../../core/dns/records.ts";
import { dissectDns, type DnsField } from "./dns.ts";

const WEB = "web.default.svc.cluster.local.";
const query = queryMessage(0x1234, { name: WEB, type: "A" });

function reply(rcode: Message["rcode"], sections: Partial<Message>): Message {
  return { ...bareReply(query, rcode), aa: true, ...sections };
}

/** `12-18 answer[0] Name: web.` */
function line({ from, to, section, record, label, value }: DnsField): string {
  return `${from}-${to} ${section}${record === null ? "" : `[${record}]`} ${label}: ${value}`;
}

function lines(bytes: Uint8Array): readonly string[] {
  return dissectDns(bytes).fields.map(line);
}

const A: ResourceRecord = { name: WEB, ttl: 30, type: "A", address: "10.96.45.12" };
const SOA: ResourceRecord = {
  name: "cluster.local.",
  ttl: 30,
  type: "SOA",
  mname: "ns.dns.cluster.local.",
  rname: "hostmaster.cluster.local.",
  serial: 1_700_000_000,
  refresh: 7200,
  retry: 1800,
  expire: 86_400,
  minimum: 30,
};

test("a query of one question", () => {
  expect(lines(encodeMessage(query))).toEqual([
    "0-2 header ID: 0x1234",
    "2-4 header Flags: QUERY rd NOERROR",
    "4-6 header Questions: 1",
    "6-8 header Answers: 0",
    "8-10 header Authority: 0",
    "10-12 header Additional: 0",
    `12-43 question[0] Name: ${WEB}`,
    "43-45 question[0] Type: A",
    "45-47 question[0] Class: IN",
  ]);
});

test("an address, uncompressed and compressed", () => {
  const message = reply("NOERROR", { answer: [A] });
  expect(lines(encodeMessage(message)).slice(9)).toEqual([
    `47-78 answer[0] Name: ${WEB}`,
    "78-80 answer[0] Type: A",
    "80-82 answer[0] Class: IN",
    "82-86 answer[0] TTL: 30 s",
    "86-88 answer[0] Data length: 4 octets",
    "88-92 answer[0] Address: 10.96.45.12",
  ]);
  expect(lines(encodeMessage(message, true))[9]).toBe(`47-49 answer[0] Name: ${WEB} (compressed)`);
});

test("a denial names the zone's start of authority, and the OPT comes last", () => {
  const edns = { udpSize: 1232, version: 0, dnssecOk: false, options: [{ code: 10, hex: "0011223344556677" }] };
  const text = lines(encodeMessage(reply("NXDOMAIN", { authority: [SOA], edns })));
  expect(text[1]).toBe("2-4 header Flags: QUERY qr aa rd NXDOMAIN");
  expect(text.filter((each) => each.includes(" authority[0] ")).map((each) => each.replace(/^\S+ authority\[0\] /, ""))).toEqual([
    "Name: cluster.local.",
    "Type: SOA",
    "Class: IN",
    "TTL: 30 s",
    "Data length: 68 octets",
    "Primary server: ns.dns.cluster.local.",
    "Mailbox: hostmaster.cluster.local.",
    "Serial: 1700000000",
    "Refresh: 7200",
    "Retry: 1800",
    "Expire: 86400",
    "Minimum: 30",
  ]);
  expect(text.filter((each) => each.includes(" additional[0] ")).map((each) => each.replace(/^\S+ additional\[0\] /, ""))).toEqual([
    "Name: .",
    "Type: OPT",
    "UDP size: 1232 octets",
    "Extended code: 0",
    "EDNS version: 0",
    "EDNS flags: none",
    "Data length: 12 octets",
    "Option: COOKIE",
    "Option length: 8 octets",
    "COOKIE: 0011223344556677",
  ]);
});

const RECORDS: readonly ResourceRecord[] = [
  A,
  { name: WEB, ttl: 30, type: "AAAA", address: "fd00:10:96::8" },
  { name: WEB, ttl: 30, type: "CNAME", target: "www.example.com." },
  { name: "12.45.96.10.in-addr.arpa.", ttl: 30, type: "PTR", target: WEB },
  { name: `_http._tcp.${WEB}`, ttl: 30, type: "SRV", priority: 0, weight: 100, port: 80, target: WEB },
  { name: "example.com.", ttl: 30, type: "MX", preference: 10, exchange: "mail.example.com." },
  { name: "dns-version.cluster.local.", ttl: 30, type: "TXT", strings: ["1.1.0", "two words"] },
  SOA,
  { name: "example.com.", ttl: 30, type: "other", typeName: "CAA", hex: "00056973737565" },
];

describe("every octet belongs to exactly one field", () => {
  test.each(RECORDS.map((record) => [record.type, record] as const))("%s", (_, record) => {
    for (const compress of [false, true]) {
      const bytes = encodeMessage(reply("NOERROR", { answer: [record], additional: RECORDS }), compress);
      const { fields, fault } = dissectDns(bytes);
      expect(fault).toBeNull();
      expect(fields[0]?.from).toBe(0);
      for (const [i, field] of fields.entries()) expect(fields[i + 1]?.from ?? bytes.length).toBe(field.to);
    }
  });
});

test.each([
  ["a header cut in two", "1234", "the message ends too early"],
  ["a name without an end", "123401000001000000000000037765", "a name without an end"],
  ["a pointer to itself", "123401000001000000000000c00c00010001", "a name that points in circles"],
  ["octets after the end", "12340100000000000000000000", "octets after the end"],
])("%s is told, and its octets are there", (_, hex, fault) => {
  const bytes = bytesOfHex(hex);
  const read = dissectDns(bytes);
  expect(read.fault).toBe(fault);
  expect(read.fields.at(-1)?.to ?? 0).toBe(bytes.length);
});

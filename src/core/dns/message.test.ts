import * as fc from "fast-check";
import { decode, encode } from "dns-packet";
import type { PacketRecord } from "dns-packet";
import { describe, expect, test } from "vitest";
import { answerMessage } from "./dns-message.ts";
import { digQuery } from "./dig.ts";
import { OUTSIDE, SHOP, clusterOf } from "./fixtures/cluster.ts";
import { internetOf } from "./internet.ts";
import type { Internet } from "./internet.ts";
import { bytesOfHex, decodeMessage, encodeMessage, hexOf, knownType } from "./message.ts";
import { labelsOf, wireLengthOf } from "./names.ts";
import { serveAtOnce } from "./pipeline.ts";
import { bareReply, queryMessage, recordText } from "./records.ts";
import type { Message, ResourceRecord, Transport } from "./records.ts";
import { storedDns } from "./resolve.ts";
import type { StoredDns } from "./resolve.ts";

const outside = internetOf(OUTSIDE) as Internet;

function dnsOf(cluster: string): StoredDns {
  const dns = storedDns(clusterOf(cluster), { serial: 1700000000 });
  if ("error" in dns) throw new Error(dns.error);
  return dns;
}

function decoded(bytes: Uint8Array): Message {
  const got = decodeMessage(bytes);
  if (got.kind !== "message") throw new Error(got.kind);
  return got.message;
}

describe("replies byte for byte", () => {
  const WEB = "037765620764656661756c740373766307636c7573746572056c6f63616c00";
  const ZONE = "07636c7573746572056c6f63616c00";
  const KUBERNETES = "0a6b756265726e657465730764656661756c740373766307636c7573746572056c6f63616c00";
  const HTTPS = `065f6874747073045f746370${KUBERNETES}`;
  test.each([
    ["A", `123401000001000000000000${WEB}00010001`, `123485000001000100000000${WEB}00010001${WEB}000100010000001e00040a602d0c`],
    [
      "SRV with glue",
      `123401000001000000000000${HTTPS}00210001`,
      `123485000001000100000001${HTTPS}00210001${HTTPS}002100010000001e002c0000006401bb${KUBERNETES}${KUBERNETES}000100010000001e00040a600001`,
    ],
    [
      "NODATA",
      `123401000001000000000000${WEB}001c0001`,
      `123485000001000000010000${WEB}001c0001${ZONE}000600010000001e0044026e7303646e73${ZONE}0a686f73746d6173746572${ZONE}6553f10000001c2000000708000151800000001e`,
    ],
    [
      "CD is copied, AD is not",
      `123401300001000000000000${WEB}00010001`,
      `123485100001000100000000${WEB}00010001${WEB}000100010000001e00040a602d0c`,
    ],
    ["two questions: FORMERR, a header alone", `123401000002000000000000${WEB}00010001${WEB}00010001`, "123481010000000000000000"],
    ["an update: NOTIMP", `123428000001000000000000${ZONE}00060001`, "1234a8040000000000000000"],
  ])("%s", (_, query, reply) => expect(answerMessage(dnsOf(SHOP), outside, query, "udp")).toEqual({ kind: "reply", hex: reply }));

  test("options: the cookie comes back, the client subnet does not; DO is copied", () => {
    const query = {
      ...queryMessage(1, { name: "web.default.svc.cluster.local.", type: "A" }),
      edns: {
        udpSize: 4096,
        version: 0,
        dnssecOk: true,
        options: [
          { code: 8, hex: "000118000a0000" },
          { code: 10, hex: "0011223344556677" },
        ],
      },
    };
    const reply = serveAtOnce(dnsOf(SHOP).server, dnsOf(SHOP).state, query, 0, "udp", outside);
    expect(decoded(reply?.bytes ?? new Uint8Array()).edns).toEqual({
      udpSize: 4096,
      version: 0,
      dnssecOk: true,
      options: [{ code: 10, hex: "0011223344556677" }],
    });
  });

  test.each([
    ["NSID", 3, true],
    ["client subnet", 8, false],
    ["EXPIRE", 9, true],
    ["COOKIE", 10, true],
    ["TCP-KEEPALIVE", 11, true],
    ["PADDING", 12, true],
    ["CHAIN", 13, false],
    ["extended error", 15, false],
    ["one that nobody knows", 65001, false],
  ])("the option %s (%i) comes back: %s", (_, code, back) => {
    const edns = { udpSize: 1232, version: 0, dnssecOk: false, options: [{ code, hex: "0011223344556677" }] };
    const query = { ...queryMessage(1, { name: "web.default.svc.cluster.local.", type: "A" }), edns };
    const reply = serveAtOnce(dnsOf(SHOP).server, dnsOf(SHOP).state, query, 0, "udp", outside);
    expect(decoded(reply?.bytes ?? new Uint8Array()).edns?.options).toEqual(back ? edns.options : []);
  });

  test("BADVERS: the question and an empty OPT with the upper bits of the rcode", () => {
    const query = `123401000001000000000001${WEB}000100010000290200000100000000`;
    expect(answerMessage(dnsOf(SHOP), outside, query, "udp")).toEqual({
      kind: "reply",
      hex: `123481000001000000000001${WEB}000100010000290000010000000000`,
    });
  });

  test.each([
    ["less than a header", "1234", { kind: "silence" }],
    ["a response", `123481000001000000000000${WEB}00010001`, { kind: "silence" }],
    ["no hexadecimal", "12x4", { kind: "error", error: "hex: not pairs of hexadecimal digits" }],
    ["a question cut off: FORMERR", "123401000001000000000000037765", { kind: "reply", hex: "123481010000000000000000" }],
    ["a pointer to itself: FORMERR", "123401000001000000000000c00c00010001", { kind: "reply", hex: "123481010000000000000000" }],
  ])("%s", (_, hex, want) => expect(answerMessage(dnsOf(SHOP), outside, hex, "udp")).toEqual(want));

  test("over TCP two octets of length go before, both ways", () => {
    const query = `123401000001000000000000${WEB}00010001`;
    const framed = (hex: string): string => (hex.length / 2).toString(16).padStart(4, "0") + hex;
    const udp = answerMessage(dnsOf(SHOP), outside, query, "udp");
    expect(answerMessage(dnsOf(SHOP), outside, framed(query), "tcp")).toEqual({
      kind: "reply",
      hex: udp.kind === "reply" ? framed(udp.hex) : "",
    });
  });
});

describe("size, compression, truncation of a headless Service of N endpoints", () => {
  function big(endpoints: number): StoredDns {
    const name = `big${endpoints}`;
    const addresses = Array.from({ length: endpoints }, (_, i) => `10.1.${Math.floor(i / 200)}.${(i % 200) + 1}`);
    return dnsOf(`ns shop\nsvc shop/${name} None http:80\nslice shop/${name} ${addresses.join(" ")} : http:80`);
  }
  function sizeOf(endpoints: number, how: "plain" | "dig", transport: Transport = "udp"): string {
    const dns = big(endpoints);
    const name = `big${endpoints}.shop.svc.cluster.local.`;
    const query = how === "dig" ? digQuery(1, name, "A") : queryMessage(1, { name, type: "A" });
    const reply = serveAtOnce(dns.server, dns.state, query, 0, transport, outside);
    if (reply === null) throw new Error("no reply");
    const back = decode(Buffer.from(reply.bytes));
    expect(back.answers).toHaveLength(reply.message.answer.length);
    expect(back.flag_tc).toBe(reply.message.tc);
    return `${reply.message.answer.length}${reply.message.tc ? " + TC" : ""}, ${reply.bytes.length} B`;
  }
  test.each([
    [10, "10, 486 B"],
    [27, "27, 478 B"],
    [29, "29, 510 B"],
    [30, "29 + TC, 510 B"],
    [74, "29 + TC, 510 B"],
    [120, "29 + TC, 511 B"],
  ])("N=%i: without EDNS %s", (endpoints, plain) => expect(sizeOf(endpoints, "plain")).toBe(plain));
  test.each([
    [10, "10, 509 B"],
    [27, "27, 501 B"],
    [29, "29, 533 B"],
    [30, "30, 549 B"],
    [74, "72 + TC, 1221 B"],
  ])("N=%i: dig %s", (endpoints, want) => expect(sizeOf(endpoints, "dig")).toBe(want));
  test("above 1480 octets a UDP reply is compressed although it fits", () => {
    const dns = big(60);
    const name = "big60.shop.svc.cluster.local.";
    const query = { ...queryMessage(1, { name, type: "A" }), edns: { udpSize: 4096, version: 0, dnssecOk: false, options: [] } };
    const bytes = (transport: Transport): number => serveAtOnce(dns.server, dns.state, query, 0, transport, outside)?.bytes.length ?? 0;
    expect([bytes("udp"), bytes("tcp")]).toEqual([12 + 34 + 60 * 16 + 11, 12 + 34 + 60 * 44 + 11]);
  });
  test("over TCP all fit", () => expect(sizeOf(120, "plain", "tcp")).toMatch(/^120, /));
});

test("an SRV's target is never compressed, but later names may point at it", () => {
  const name = "_p._tcp.s.a.svc.cluster.local.";
  const target = "x.s.a.svc.cluster.local.";
  const reply: Message = {
    ...bareReply(queryMessage(1, { name, type: "SRV" }), "NOERROR"),
    answer: [{ name, ttl: 30, type: "SRV", priority: 0, weight: 1, port: 1, target }],
    additional: [{ name: target, ttl: 30, type: "A", address: "10.1.0.1" }],
  };
  const bytes = encodeMessage(reply, true);
  expect(bytes.length).toBe(12 + (wireLengthOf(name) + 4) + (2 + 10 + 6 + wireLengthOf(target)) + (2 + 10 + 4));
  expect(decoded(bytes).additional).toEqual(reply.additional);
});

// ---------------------------------------------------------------- the encoder against an independent reader

const label = fc.stringMatching(/^[a-z0-9_-]{1,12}$/);
const name = fc.array(label, { minLength: 1, maxLength: 5 }).map((labels) => `${labels.join(".")}.`);
const uint = (bits: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: 2 ** bits - 1 });
const octet = fc.integer({ min: 0, max: 255 });
const record: fc.Arbitrary<ResourceRecord> = fc.record({ name, ttl: uint(31) }).chain((base) =>
  fc.oneof(
    fc.tuple(octet, octet, octet, octet).map((octets): ResourceRecord => ({ ...base, type: "A", address: octets.join(".") })),
    name.map((target): ResourceRecord => ({ ...base, type: "CNAME", target })),
    name.map((target): ResourceRecord => ({ ...base, type: "PTR", target })),
    fc
      .record({ priority: uint(16), weight: uint(16), port: uint(16), target: name })
      .map((srv): ResourceRecord => ({ ...base, type: "SRV", ...srv })),
    fc
      .record({ mname: name, rname: name, serial: uint(32), refresh: uint(31), retry: uint(31), expire: uint(31), minimum: uint(31) })
      .map((soa): ResourceRecord => ({ ...base, type: "SOA", ...soa })),
    fc.stringMatching(/^[ -~]{0,30}$/).map((text): ResourceRecord => ({ ...base, type: "TXT", strings: [text] })),
  ),
);
const message: fc.Arbitrary<Message> = fc.record({
  id: uint(16),
  response: fc.constant(true),
  opcode: fc.constant(0),
  aa: fc.boolean(),
  tc: fc.boolean(),
  rd: fc.boolean(),
  ra: fc.boolean(),
  ad: fc.boolean(),
  cd: fc.boolean(),
  rcode: fc.constantFrom("NOERROR", "NXDOMAIN", "SERVFAIL", "REFUSED"),
  question: name.map((text) => ({ name: text, type: "A", class: 1 })),
  answer: fc.array(record, { maxLength: 6 }),
  authority: fc.array(record, { maxLength: 2 }),
  additional: fc.array(record, { maxLength: 3 }),
  edns: fc.option(fc.constant({ udpSize: 1232, version: 0, dnssecOk: true, options: [{ code: 10, hex: "0102030405060708" }] })),
});

describe("any message", () => {
  test("reads back as it was written, compressed or not", () => {
    fc.assert(
      fc.property(message, fc.boolean(), (written, compress) => {
        const bytes = encodeMessage(written, compress);
        expect(decoded(bytes)).toEqual(written);
        if (compress) expect(bytes.length).toBeLessThanOrEqual(encodeMessage(written).length);
      }),
      { seed: 11, numRuns: 300 },
    );
  });

  test("is read alike by another library", () => {
    fc.assert(
      fc.property(message, fc.boolean(), (written, compress) => {
        const back = decode(Buffer.from(encodeMessage(written, compress)));
        expect([back.id, back.flag_aa, back.flag_tc, back.flag_ra, back.rcode]).toEqual([
          written.id,
          written.aa,
          written.tc,
          written.ra,
          written.rcode,
        ]);
        const text = (records: readonly ResourceRecord[]): string[] =>
          records.map((one) => `${one.name.slice(0, -1)} ${one.type} ${one.ttl}`);
        const theirs = (records: readonly PacketRecord[]): string[] =>
          records.filter((one) => one.type !== "OPT").map((one) => `${one.name} ${one.type} ${one.ttl}`);
        expect(theirs(back.answers)).toEqual(text(written.answer));
        expect(theirs(back.authorities)).toEqual(text(written.authority));
        expect(theirs(back.additionals)).toEqual(text(written.additional));
        const targets = back.answers.flatMap((one) => (one.type === "CNAME" ? [`${String(one.data)}.`] : []));
        expect(targets).toEqual(written.answer.flatMap((one) => (one.type === "CNAME" ? [one.target] : [])));
      }),
      { seed: 12, numRuns: 300 },
    );
  });

  test("of another library is read here", () => {
    const theirs = encode({
      id: 9,
      type: "query",
      flags: 0x0100,
      questions: [{ name: "www.example.com", type: "SRV" }],
      additionals: [
        { type: "OPT", name: ".", udpPayloadSize: 1232, extendedRcode: 0, ednsVersion: 0, flags: 0, flag_do: false, options: [] } as never,
      ],
    });
    expect(decoded(theirs)).toEqual({
      ...queryMessage(9, { name: "www.example.com.", type: "SRV", class: 1 }),
      edns: { udpSize: 1232, version: 0, dnssecOk: false, options: [] },
    });
  });

  test("random octets never throw", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => ["message", "rejected", "unreadable"].includes(decodeMessage(bytes).kind)),
      { seed: 13, numRuns: 2000 },
    );
  });
});

test.each([
  ["a.b.", ["a", "b"], 5],
  [".", [], 1],
  ["a\\.b.c.", ["a\\.b", "c"], 7],
  ["\\032x.", ["\\032x"], 4],
])("labels of %s", (text, labels, octets) => {
  expect(labelsOf(text)).toEqual(labels);
  expect(wireLengthOf(text)).toBe(octets);
  const bytes = encodeMessage(queryMessage(1, { name: text, type: "A" }));
  expect(bytes.length).toBe(12 + octets + 4);
  expect(encodeMessage(decoded(bytes))).toEqual(bytes);
});

test.each([
  ["a", "A"],
  ["srv", "SRV"],
  ["TYPE65", "HTTPS"],
  ["type33", "SRV"],
  ["TYPE65400", "TYPE65400"],
  ["what", null],
])("type %s", (text, want) => expect(knownType(text)).toBe(want));

test("hexadecimal text and octets", () => {
  expect(hexOf(bytesOfHex("00ff7F"))).toBe("00ff7f");
  expect(() => bytesOfHex("0")).toThrow("not hexadecimal");
});

test("records as zone lines", () => {
  const other: ResourceRecord = { name: "x.", ttl: 1, type: "other", typeName: "CAA", hex: "00" };
  expect(recordText(other)).toBe("x. 1 IN CAA \\# 1 00");
  expect(recordText({ name: "x.", ttl: 1, type: "TXT", strings: ['say "hi"'] })).toBe('x. 1 IN TXT "say \\"hi\\""');
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addressAt,
  addressId,
  addressText,
  canonicalAddress,
  canonicalCidr,
  cidrContains,
  cidrCovers,
  cidrSize,
  cidrTest,
  cidrsOverlap,
  compareAddresses,
  endpointText,
  idInCidr,
  isIpv6Id,
  offsetIn,
  parseAddress,
  parseCidr,
  parseEndpoint,
} from "./address.ts";
import type { Address, Cidr } from "./address.ts";

const address = (text: string): Address => parseAddress(text) ?? expect.fail(`not an address: ${text}`);
const cidr = (text: string): Cidr => parseCidr(text) ?? expect.fail(`not a prefix: ${text}`);

test.each([
  ["10.0.0.1", "10.0.0.1"],
  ["010.000.0.08", "10.0.0.8"], // leading zeros are decimal, as Kubernetes reads them
  ["255.255.255.255", "255.255.255.255"],
  ["FD00:0:0:1::000A", "fd00:0:0:1::a"],
  ["::", "::"],
  ["1:0:0:2:0:0:0:3", "1:0:0:2::3"],
  ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"], // one zero group is not shortened
  ["::ffff:10.0.0.1", "::ffff:10.0.0.1"],
  ["256.0.0.1", null],
  ["10.0.0", null],
  ["10.0.0.1.2", null],
  ["", null],
  ["web", null],
  ["fe80::1%eth0", null],
  ["1::2::3", null],
])("canonical text of %j is %j", (text, want) => {
  expect(canonicalAddress(text)).toBe(want);
});

test.each([
  ["1.2.3.4/28", "1.2.3.0/28"],
  ["10.0.0.1", "10.0.0.1/32"],
  ["10.1.2.3/0", "0.0.0.0/0"],
  ["fd00:1:2:3::1/64", "fd00:1:2:3::/64"],
  ["fd00::1/65", "fd00::/65"],
  ["10.0.0.0/33", null],
  ["10.0.0.0/", null],
  ["10.0.0.0/-1", null],
  ["10.0.0.0/8/8", null],
])("canonical prefix of %j is %j", (text, want) => {
  expect(canonicalCidr(text)).toBe(want);
});

test.each([
  ["10.244.0.0/16", "10.244.255.255", true],
  ["10.244.0.0/16", "10.245.0.0", false],
  ["0.0.0.0/0", "203.0.113.9", true],
  ["0.0.0.0/0", "::1", false],
  ["::/0", "10.0.0.1", false],
  ["fd00::/64", "fd00::ffff:1:2:3", true],
  ["fd00::/64", "fd00:0:0:1::", false],
  ["200.0.0.0/5", "207.255.255.255", true],
])("%s holds %s: %s, with and without interning", (prefix, text, want) => {
  expect(cidrContains(cidr(prefix), address(text))).toBe(want);
  expect(idInCidr(addressId(text), cidrTest(cidr(prefix)))).toBe(want);
});

test("prefixes cover and overlap", () => {
  expect(cidrCovers(cidr("10.0.0.0/8"), cidr("10.1.0.0/16"))).toBe(true);
  expect(cidrCovers(cidr("10.1.0.0/16"), cidr("10.0.0.0/8"))).toBe(false);
  expect(cidrsOverlap(cidr("10.1.0.0/16"), cidr("10.0.0.0/8"))).toBe(true);
  expect(cidrsOverlap(cidr("10.1.0.0/16"), cidr("10.2.0.0/16"))).toBe(false);
});

describe("counting through a prefix", () => {
  test.each([
    ["10.244.1.0/24", 0, "10.244.1.0"],
    ["10.244.1.0/24", 255, "10.244.1.255"],
    ["10.244.1.0/24", 256, null],
    ["10.0.0.0/8", 65536 * 255 + 1, "10.255.0.1"],
    ["fd00::/64", 4294967296, "fd00::1:0:0"],
    ["fd00::ffff:ffff:0/112", 65535, "fd00::ffff:ffff:ffff"],
  ])("%s + %d = %s and back", (prefix, offset, want) => {
    expect(addressAt(cidr(prefix), offset)).toBe(want);
    if (want !== null) expect(offsetIn(cidr(prefix), address(want))).toBe(offset);
  });

  test("sizes", () => {
    expect(cidrSize(cidr("10.0.0.0/12"))).toBe(1048576);
    expect(cidrSize(cidr("fd00::/64"))).toBe(2 ** 64);
    expect(offsetIn(cidr("fd00::/16"), address("fd00:1::"))).toBeNull(); // beyond 2^53
  });
});

test.each([
  ["10.0.0.1:80", { address: "10.0.0.1", port: 80 }],
  ["[FD00::1]:443", { address: "fd00::1", port: 443 }],
  ["10.0.0.1", null],
  ["10.0.0.1:65536", null],
  ["fd00::1:80", null],
  ["[10.0.0.1]:80", null],
])("endpoint %j", (text, want) => {
  expect(parseEndpoint(text)).toEqual(want);
});

test("text of an endpoint", () => {
  expect(endpointText("10.0.0.1", 80)).toBe("10.0.0.1:80");
  expect(endpointText("fd00::1", 80)).toBe("[fd00::1]:80");
});

test("addresses order by number, not by text", () => {
  const sorted = ["::1", "10.0.0.10", "10.0.0.9", "200.0.0.1"].map(address).sort(compareAddresses);
  expect(sorted.map((a) => a.text)).toEqual(["10.0.0.9", "10.0.0.10", "200.0.0.1", "::1"]);
});

test("interning is for canonical text", () => {
  expect(addressText(addressId("10.9.8.7"))).toBe("10.9.8.7");
  expect(addressId("10.9.8.7")).toBe(addressId("10.9.8.7"));
  expect(() => addressId("010.9.8.7")).toThrow("not a canonical address");
});

test("any address reads back as itself", () => {
  fc.assert(
    fc.property(fc.ipV6(), (text) => {
      const once = address(text).text;
      expect(address(once)).toEqual({ ...address(text) });
    }),
    { seed: 20260101 },
  );
  fc.assert(
    fc.property(fc.ipV4(), (text) => canonicalAddress(text) === text),
    { seed: 20260101 },
  );
});

describe("ids of addresses", () => {
  test.each([
    "",
    "1",
    "1.2.3",
    "1.2.3.",
    ".1.2.3",
    "1..2.3",
    "1.2.3.4.5",
    "1.2.3.4.",
    "1.2.3.256",
    "256.1.1.1",
    "1.2.3.04",
    "00.1.2.3",
    "1.2.3.4 ",
    "1.2.3.a",
    "1.2.3.4294967297",
    "fd00::01",
  ])("%j is no canonical address", (text) => {
    expect(() => addressId(text)).toThrow("not a canonical address");
  });

  test("ten thousand of both families: one id each, which says the family and leads back to the text", () => {
    const all = Array.from({ length: 10_000 }, (_, i) =>
      i % 5 === 0 ? `fd00::${(i + 1).toString(16)}` : `${i % 256}.${(i * 7) % 256}.${i >> 8}.${(i * 31) % 256}`,
    );
    const ids = all.map(addressId);
    expect(ids.map(addressText)).toEqual(all);
    expect(all.map(addressId)).toEqual(ids);
    expect(new Set(ids).size).toBe(new Set(all).size);
    expect(ids.map(isIpv6Id)).toEqual(all.map((text) => text.includes(":")));
  });
});

import { describe, expect, it } from "vitest";
import { cidrContains, hostCidr, isLoopback, joinHostPort, parseAddress, parseCidr } from "./addresses.ts";
import type { Address } from "./addresses.ts";

describe("parseAddress", () => {
  it.each([
    ["10.0.0.1", "10.0.0.1"],
    ["010.000.08.1", "10.0.8.1"],
    [" 10.0.0.1 ", "10.0.0.1"],
    ["FD00:0:0::00A", "fd00::a"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["::ffff:10.0.0.1", "10.0.0.1"],
    ["0.0.0.0", "0.0.0.0"],
    ["::", "::"],
    ["10.0.0", undefined],
    ["0x0a.0.0.1", undefined],
    ["167772161", undefined],
    ["10.0.0.256", undefined],
    ["fe80::1%eth0", undefined],
    ["web", undefined],
    ["", undefined],
  ])("%s → %s", (text, canonical) => {
    expect(parseAddress(text)?.text).toBe(canonical);
  });
});

describe("parseCidr", () => {
  it.each([
    ["1.2.3.4/28", "1.2.3.0/28"],
    ["010.1.2.3/8", "10.0.0.0/8"],
    ["10.1.2.3/32", "10.1.2.3/32"],
    ["0.0.0.0/0", "0.0.0.0/0"],
    ["fd00:1:2:3::9/60", "fd00:1:2::/60"],
    ["10.0.0.0/33", undefined],
    ["10.0.0.0", undefined],
    ["10.0.0.0/8/8", undefined],
    ["10.0.0.0/-1", undefined],
  ])("%s → %s", (text, canonical) => {
    expect(parseCidr(text)?.text).toBe(canonical);
  });
});

function address(text: string): Address {
  const parsed = parseAddress(text);
  if (parsed === null) throw new Error(text);
  return parsed;
}

it.each([
  ["10.244.0.0/16", "10.244.255.255", true],
  ["10.244.0.0/16", "10.245.0.0", false],
  ["10.0.0.0/9", "10.127.0.1", true],
  ["10.0.0.0/9", "10.128.0.1", false],
  ["0.0.0.0/0", "1.2.3.4", true],
  ["0.0.0.0/0", "::1", false],
  ["fd00::/63", "fd00:0:0:1::5", true],
  ["fd00::/63", "fd00:0:0:2::5", false],
])("%s contains %s: %s", (cidr, text, wanted) => {
  const parsed = parseCidr(cidr);
  expect(parsed !== null && cidrContains(parsed, address(text))).toBe(wanted);
});

it("prints addresses as rules and endpoint strings do", () => {
  expect([hostCidr(address("10.0.0.1")), hostCidr(address("fd00::1"))]).toEqual(["10.0.0.1/32", "fd00::1/128"]);
  expect([joinHostPort(address("10.0.0.1"), 80), joinHostPort(address("fd00::1"), 80)]).toEqual(["10.0.0.1:80", "[fd00::1]:80"]);
  expect(["127.9.9.9", "::1", "128.0.0.1", "::2"].map((text) => isLoopback(address(text)))).toEqual([true, true, false, false]);
});

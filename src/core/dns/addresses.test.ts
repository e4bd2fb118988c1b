import { expect, test } from "vitest";
import { addressBytes, addressOfBytes, addressOfReverseName, parseAddress, reverseName } from "./addresses.ts";

test.each([
  ["10.0.0.1", "10.0.0.1"],
  ["010.0.0.1", null],
  ["10.0.0.256", null],
  ["10.0.0", null],
  ["10.0.0.1.2", null],
  ["abc", null],
  ["", null],
  ["FD00::0001", "fd00::1"],
  ["1:0:0:2:0:0:0:3", "1:0:0:2::3"],
  ["::", "::"],
  ["fe80::1%eth0", null],
  ["1::2::3", null],
])("%j is %j", (text, want) => expect(parseAddress(text)?.text ?? null).toBe(want));

test.each([
  ["10.96.45.12", "12.45.96.10.in-addr.arpa."],
  ["fd00:10:96::8", "8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.6.9.0.0.0.1.0.0.0.0.d.f.ip6.arpa."],
  ["255.0.0.1", "1.0.0.255.in-addr.arpa."],
])("%s is %s in reverse, and back", (address, name) => {
  expect(reverseName(address)).toBe(name);
  expect(addressOfReverseName(name)).toBe(address);
  expect(addressOfBytes(addressBytes(address))).toBe(address);
});

test.each([
  "45.96.10.in-addr.arpa.",
  "x.45.96.10.in-addr.arpa.",
  "1.2.3.4.5.in-addr.arpa.",
  "8.0.ip6.arpa.",
  "web.default.",
  "in-addr.arpa.",
])("%s is no address", (name) => expect(addressOfReverseName(name)).toBe(null));

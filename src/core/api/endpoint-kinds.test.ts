import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { at } from "./json.ts";
import { created, faults, send } from "./test-requests.ts";

function slice(text: string): unknown {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: "web-1", namespace: "default" },
    ...(parse(text) as object),
  };
}

function endpoints(text: string): unknown {
  return { apiVersion: "v1", kind: "Endpoints", metadata: { name: "web", namespace: "default" }, ...(parse(text) as object) };
}

test("a port of a slice is named with the empty name and is TCP", () => {
  const stored = created(send("create", slice("{addressType: IPv4, ports: [{port: 8080}, {name: dns, port: 53, protocol: UDP}]}")));
  expect(at(stored, "ports")).toEqual([
    { name: "", protocol: "TCP", port: 8080 },
    { name: "dns", protocol: "UDP", port: 53 },
  ]);
  expect(at(stored, "endpoints")).toEqual([]);
});

test("a port of Endpoints is TCP", () => {
  const stored = created(send("create", endpoints("{subsets: [{addresses: [{ip: 192.0.2.1}], ports: [{port: 80}]}]}")));
  expect(at(stored, "subsets", 0, "ports")).toEqual([{ protocol: "TCP", port: 80 }]);
});

describe("slices that are refused", () => {
  test.each([
    ["no address type", "{endpoints: []}", ["addressType: Required value"]],
    ["an unknown one", "{addressType: IP}", ['addressType: Unsupported value: "IP": supported values: "FQDN", "IPv4", "IPv6"']],
    [
      "an endpoint without addresses",
      "{addressType: IPv4, endpoints: [{}]}",
      ["endpoints[0].addresses: Required value: must contain at least 1 address"],
    ],
    [
      "text",
      "{addressType: IPv4, endpoints: [{addresses: [abc]}]}",
      ['endpoints[0].addresses[0]: Invalid value: "abc": must be a valid IPv4 address'],
    ],
    [
      "the other family",
      "{addressType: IPv6, endpoints: [{addresses: [10.0.0.1]}]}",
      ['endpoints[0].addresses[0]: Invalid value: "10.0.0.1": must be a valid IPv6 address'],
    ],
    [
      "loopback",
      "{addressType: IPv4, endpoints: [{addresses: [127.0.0.1]}]}",
      ['endpoints[0].addresses[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)'],
    ],
    ["one name twice", "{addressType: IPv4, ports: [{port: 80}, {port: 81}]}", ['ports[1].name: Duplicate value: ""']],
    [
      "a protocol",
      "{addressType: IPv4, ports: [{port: 80, protocol: ICMP}]}",
      ['ports[0].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"'],
    ],
  ])("%s", (_, text, wanted) => {
    expect(faults(send("create", slice(text)))).toEqual(wanted);
  });
});

describe("Endpoints that are refused", () => {
  test.each([
    ["no addresses", "{subsets: [{ports: [{port: 80}]}]}", ["subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`"]],
    [
      "text and a port without a name among several",
      "{subsets: [{addresses: [{ip: abc}], ports: [{port: 80}, {name: b, port: 0}]}]}",
      [
        'subsets[0].addresses[0].ip: Invalid value: "abc": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
        'subsets[0].addresses[0].ip: Invalid value: "abc": must be a valid IP address',
        "subsets[0].ports[0].name: Required value",
        "subsets[0].ports[1].port: Invalid value: 0: must be between 1 and 65535, inclusive",
      ],
    ],
  ])("%s", (_, text, wanted) => {
    expect(faults(send("create", endpoints(text)))).toEqual(wanted);
  });
});

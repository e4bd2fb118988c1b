import { describe, expect, test } from "vitest";
import { readDestination } from "./destination.ts";

describe("what a person types", () => {
  test.each([
    ["http://web", "http name web:80 /"],
    ["https://web", "https name web:443 /"],
    ["HTTP://web.shop:8080/a/b?c=1#d", "http name web.shop:8080 /a/b?c=1"],
    ["web.shop:8080", "none name web.shop:8080 /"],
    ["web", "none name web:80 /"],
    ["10.96.0.1:443", "none address 10.96.0.1:443 /"],
    ["010.096.000.001", "none address 10.96.0.1:80 /"],
    ["[fd00::1]:80", "none address fd00::1:80 /"],
    ["http://[FD00:0::1]/x", "http address fd00::1:80 /x"],
    ["http://user:secret@web/", "http name web:80 /"],
    ["web.default.svc.cluster.local.", "none name web.default.svc.cluster.local.:80 /"],
    ["http://web?x=1", "http name web:80 /?x=1"],
  ])("%s", (text, wanted) => {
    const read = readDestination(text);
    if ("error" in read) throw new Error(read.error);
    expect(`${read.scheme ?? "none"} ${read.isAddress ? "address" : "name"} ${read.host}:${read.port} ${read.path}`).toBe(wanted);
    expect(read.text).toBe(text);
  });

  test.each([
    ["udp://stats:8125", "UDP"],
    ["SCTP://core:38412", "SCTP"],
    ["tcp://10.96.0.1:443", "TCP"],
    ["http://web", null],
    ["web:80", null],
  ])("%s says the protocol: %s", (text, protocol) => expect(readDestination(text)).toMatchObject({ protocol }));

  test.each([
    ["", "Say where to: a URL, HOST:PORT or IP:PORT."],
    ["ftp://web", '"ftp://web": the scheme ftp is not simulated; http, https, tcp, udp and sctp are.'],
    ["web:0", '"web:0": "0" is not a port from 1 to 65535.'],
    ["web:65536", '"web:65536": "65536" is not a port from 1 to 65535.'],
    ["web:http", '"web:http": "http" is not a port from 1 to 65535.'],
    ["a b", '"a b": "a b" is neither a name nor an address.'],
    ["10.96.0", '"10.96.0": "10.96.0" is neither a name nor an address.'],
    ["[10.0.0.1]:80", '"[10.0.0.1]:80": "10.0.0.1" is not an IPv6 address.'],
    ["fd00::1", '"fd00::1" is not a destination; an IPv6 address stands in brackets: [fd00::1]:80.'],
    ["http:///path", '"http:///path": "" is neither a name nor an address.'],
  ])("%j is refused in words", (text, error) => expect(readDestination(text)).toEqual({ error }));
});

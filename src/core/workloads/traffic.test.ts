import { describe, expect, test } from "vitest";
import { TRAFFIC_ANNOTATION, standingRequests, trafficFaults } from "./traffic.ts";

const read = (text: string): string =>
  standingRequests({ [TRAFFIC_ANNOTATION]: text })
    .map(({ to, rate, keepAlive }) => `${to} ${rate}/s${keepAlive === undefined ? "" : ` ${JSON.stringify(keepAlive)}`}`)
    .join(", ");

describe("kubehop.dev/traffic", () => {
  test.each([
    { name: "a destination and a rate", text: "http://web 5/s", want: "http://web 5/s" },
    { name: "no rate: one a second", text: "web.shop:8080", want: "web.shop:8080 1/s" },
    { name: "several", text: "http://web 5/s, api:8080 50 / s", want: "http://web 5/s, api:8080 50/s" },
    { name: "one a line", text: "http://web 5/s\nhttp://api 2/s\n", want: "http://web 5/s, http://api 2/s" },
    { name: "one connection for all", text: "http://web 5/s keep-alive", want: "http://web 5/s true" },
    { name: "and no rate", text: "http://web keep-alive", want: "http://web 1/s true" },
    { name: "another after so many requests", text: "http://web 5/s keep-alive=100", want: 'http://web 5/s {"requests":100}' },
    { name: "or seconds", text: "http://web 5/s keep-alive=30s", want: 'http://web 5/s {"seconds":30}' },
    { name: "over UDP, from one socket", text: "udp://stats:8125 2/s keep-alive", want: "udp://stats:8125 2/s true" },
    { name: "never kept", text: "http://web keep-alive=0", want: "", faults: ["http://web keep-alive=0"] },
    { name: "more than a sender may make", text: "http://web 51/s", want: "", faults: ["http://web 51/s"] },
    { name: "never", text: "http://web 0/s", want: "", faults: ["http://web 0/s"] },
    { name: "another unit", text: "http://web 5/min, http://api", want: "http://api 1/s", faults: ["http://web 5/min"] },
    { name: "nothing", text: " , ", want: "" },
  ])("$name", ({ text, want, faults = [] }) => {
    expect(read(text)).toBe(want);
    expect(trafficFaults(text)).toEqual(faults);
  });

  test("a Pod without the annotation sends nothing", () => expect(standingRequests(undefined)).toEqual([]));
});

import { expect, test } from "vitest";
import type { ConntrackView } from "../../core/network/trace.ts";
import { cluster, send, web } from "../../core/simulation/testing.ts";
import { endsOf } from "./conntrack-places.ts";

const simulation = cluster(web());
const [journey] = send(simulation, "default/client", "http://web");
const view = simulation.view();
const address = (key: string): string => view.pods.find((pod) => pod.key === key)?.ips[0] ?? "";
const service = view.services.find(({ key }) => key === "default/web")?.clusterIps[0] ?? "";
const chosen = journey?.pod ?? "";

/** `a:1 -> b:2, b:2 -> a:1` as an entry. */
function entry(from: string, to: string, by: string): Pick<ConntrackView, "original" | "reply"> {
  const tuple = { protocol: "TCP" as const, srcPort: 40000, dstPort: 80 };
  return { original: { ...tuple, src: from, dst: to }, reply: { ...tuple, src: by, dst: from } };
}

test.each([
  ["through a Service: who answers, who asked, the Service", service, ["pod " + chosen, "pod default/client", "service default/web"]],
  ["straight to the Pod: its two ends", address(chosen), ["pod " + chosen, "pod default/client"]],
])("%s", (_, to, wanted) => {
  const things = endsOf(view, entry(address("default/client"), to, address(chosen)));
  expect(things.map((thing) => `${thing.kind} ${"key" in thing ? thing.key : ""}`)).toEqual(wanted);
});

test("an address that nobody holds is no thing", () => {
  expect(endsOf(view, entry("192.0.2.9", "192.0.2.8", "192.0.2.8"))).toEqual([]);
});

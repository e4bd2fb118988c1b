import { expect, test } from "vitest";
import { cluster, send, web } from "../../core/simulation/testing.ts";
import { serverLog } from "./server-log.ts";

const simulation = cluster(web({ extra: "type: NodePort" }));
const view = simulation.view();
const nodePort = view.services.find(({ key }) => key === "default/web")?.ports[0]?.nodePort ?? 0;
const nodes = view.nodes.filter(({ controlPlane }) => !controlPlane);
const first = send(simulation, "default/client", "http://web/first");
const sent = [...first, ...nodes.flatMap((node) => send(simulation, "default/client", `http://${node.internalIp}:${nodePort}/second?x=1`))];
const client = view.pods.find(({ key }) => key === "default/client")?.ips[0] ?? "";

const logOf = (pod: string): readonly string[] =>
  serverLog(sent, pod, 10).map(({ journey, source, sent, asks, status }) => `${journey} ${source === sent} "${asks}" ${status}`);

test("each answered request is a line of the Pod that answered it, the newest first", () => {
  const pods = new Set(sent.flatMap(({ pod }) => pod ?? []));
  const all = [...pods].flatMap((pod) => serverLog(sent, pod, 10));
  expect(all.map(({ journey }) => journey).toSorted((a, b) => a - b)).toEqual(sent.map(({ id }) => id));
  expect(all.every((line) => line.sent === client)).toBe(true);
  for (const pod of pods) {
    const ids = serverLog(sent, pod, 10).map(({ journey }) => journey);
    expect(ids).toEqual(ids.toSorted((a, b) => b - a));
  }
});

test("the source seen is the client's through the cluster's address, and a node's where it was masqueraded", () => {
  const [journey] = first;
  expect(logOf(journey?.pod ?? "")).toContain(`${journey?.id} true "GET /first HTTP/1.1" 404`);
  const through = sent.slice(1).flatMap(({ pod, id }) => logOf(pod ?? "").filter((line) => line.startsWith(`${id} `)));
  expect(through.length).toBe(nodes.length);
  // by a node port each packet is masqueraded: no Pod sees the client
  for (const line of through) expect(line).toMatch(/^\d+ false "GET \/second\?x=1 HTTP\/1\.1" \d{3}$/);
});

test("so many at most, and none of a Pod that was not asked", () => {
  expect(serverLog(sent, first[0]?.pod ?? "", 1)).toHaveLength(1);
  expect(serverLog(sent, "default/client", 10)).toEqual([]);
});

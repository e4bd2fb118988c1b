/** The health check port of a Service of policy Local, asked by a person. */
import { expect, test } from "vitest";
import type { Simulation } from "./simulation.ts";
import { act, cluster, sendOne, web } from "./testing.ts";

const LOCAL = web({ replicas: 1, extra: "type: LoadBalancer\nexternalTrafficPolicy: Local\nhealthCheckNodePort: 32100" }).replace(
  "spec: { containers: [ { name: nginx",
  "spec: { nodeName: node-1, containers: [ { name: nginx",
);

function asked(simulation: Simulation, from: string, node: number): string {
  return sendOne(simulation, from, `http://192.168.10.1${node}:32100/healthz`).clientSays.replace(/ after \d+ ms.*/, "");
}

test("each node answers for itself: 200 where it has a ready Pod, else 503", () => {
  const simulation = cluster(LOCAL);
  expect(asked(simulation, "outside/external", 1)).toBe(
    'HTTP/1.1 200 OK { "service": { "namespace": "default", "name": "web" }, "localEndpoints": 1, "serviceProxyHealthy": true }',
  );
  expect(asked(simulation, "outside/external", 2)).toMatch(/^HTTP\/1\.1 503 Service Unavailable .*"localEndpoints": 0/);
  expect(asked(simulation, "default/client", 1)).toMatch(/^HTTP\/1\.1 200 OK/);
});

test("a stopped kube-proxy listens no more; without policy Local none does", () => {
  const simulation = cluster(LOCAL);
  act(simulation, { kind: "stop-proxy", node: "node-1" });
  expect(asked(simulation, "outside/external", 1)).toMatch(/^curl: \(7\) Failed to connect/);
  const other = cluster(web({ replicas: 1, extra: "type: LoadBalancer" }));
  expect(asked(other, "outside/external", 1)).toMatch(/^curl: \(7\) Failed to connect/);
});

test.each([
  ["[192.168.10.11/32]", true, false],
  ["[primary]", true, true],
  ["[10.0.0.0/8]", false, false],
])("nodePortAddresses %s: it listens where node ports do", (addresses, first, second) => {
  const settings = `apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nnodePortAddresses: ${addresses}\n---\n`;
  const simulation = cluster(settings + LOCAL);
  expect([1, 2].map((node) => asked(simulation, "outside/external", node).startsWith("HTTP/1.1"))).toEqual([first, second]);
});

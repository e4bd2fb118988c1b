/** A Service of both families, asked for by name: each C library has its own opinion of which address to try first. */
import { expect, test } from "vitest";
import { createSimulation } from "./simulation.ts";

const CLUSTER = `apiVersion: kind.x-k8s.io/v1alpha4
kind: Cluster
nodes: [{ role: control-plane }, { role: worker }]
networking: { ipFamily: dual }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { ipFamilyPolicy: PreferDualStack, selector: { app: web }, ports: [{ port: 80 }] }
---
apiVersion: v1
kind: Pod
metadata: { name: web, labels: { app: web } }
spec: { containers: [{ name: nginx, image: "nginx:1.28" }] }
---
apiVersion: v1
kind: Pod
metadata: { name: glibc }
spec: { containers: [{ name: box, image: "debian:12", command: ["sleep", "infinity"] }] }
---
apiVersion: v1
kind: Pod
metadata: { name: musl }
spec: { containers: [{ name: box, image: "alpine:3.22", command: ["sleep", "infinity"] }] }
`;

test.each([
  ["glibc", "IPv6", /^\[fd00:10:244:/],
  ["musl", "IPv4", /^10\.244\./],
])("%s goes to the %s address, and its packets by that family's rules", (libc, family, endpoint) => {
  const simulation = createSimulation({ files: [{ name: "web.yaml", text: CLUSTER }] });
  simulation.settle();
  const sent = simulation.send({ from: { kind: "pod", pod: `default/${libc}` }, to: "http://web" });
  if ("error" in sent) throw new Error(sent.error);
  simulation.settle();
  const journey = simulation.journey(sent[0] ?? 0);
  expect(journey?.lookup?.addresses).toHaveLength(2);
  expect(journey?.lookup?.addresses[0]?.includes(":")).toBe(family === "IPv6");
  expect(journey?.outcome.kind).toBe("delivered");
  expect(journey?.endpoint).toMatch(endpoint);
});

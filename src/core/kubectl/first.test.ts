import { expect, test } from "vitest";
import { createSimulation } from "../simulation/simulation.ts";
import { kubectlRunOf, runKubectl } from "./run.ts";

test("lists pods and services of a running cluster (derived)", () => {
  const text = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "nginx:1.27" }] }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
`;
  const run = kubectlRunOf(createSimulation({ files: [{ name: "web.yaml", text }] }));
  const pods = runKubectl(run, { args: ["get", "pods"] });
  expect(pods.stdout).toMatch(/^NAME +READY +STATUS +RESTARTS +AGE\nweb-[a-z0-9]+-[a-z0-9]{5} +1\/1 +Running +0 +\d+s\n/);
  const services = runKubectl(run, { args: ["get", "svc", "-o", "wide"] });
  expect(services.stdout).toMatch(
    /^NAME {9}TYPE {8}CLUSTER-IP +EXTERNAL-IP +PORT\(S\) +AGE +SELECTOR\nkubernetes +ClusterIP +10\.96\.0\.1 /,
  );
  expect(runKubectl(run, { args: ["get", "svc", "nope"] })).toMatchObject({
    stdout: "",
    stderr: 'Error from server (NotFound): services "nope" not found\n',
    exit: 1,
  });
});

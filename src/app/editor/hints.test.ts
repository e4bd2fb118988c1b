import { expect, test } from "vitest";
import { createSimulation } from "../../core/simulation/simulation.ts";
import { hintsOf } from "./hints.ts";

const text = `apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector:
    app: web
  ports:
    - port: 80
---
apiVersion: v1
kind: Service
metadata:
  name: none
spec:
  selector:
    app: nobody
  ports:
    - port: 80
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 3
  selector:
    matchLabels: { app: web }
  template:
    metadata:
      labels: { app: web }
    spec:
      containers: [{ name: nginx, image: nginx }]
`;

test("a selector's hint follows its Pods while the text stays, and the place follows the text", () => {
  const file = { name: "web.yaml", text };
  const simulation = createSimulation({ files: [file] });
  simulation.settle();
  expect(hintsOf(file, simulation.view())).toEqual([{ line: 7, text: "3 of 3 Pods ready", tone: "ready" }]);
  const [pod] = simulation.view().pods.filter(({ name }) => name.startsWith("web-"));
  simulation.perform({ kind: "set-ready", pod: pod!.key, ready: false });
  simulation.settle();
  expect(hintsOf(file, simulation.view())).toEqual([{ line: 7, text: "2 of 3 Pods ready", tone: "ready" }]);
  const moved = { name: "web.yaml", text: `# a line more\n${text}` };
  expect(hintsOf(moved, simulation.view()).map(({ line }) => line)).toEqual([8]);
});

import { expect, test } from "vitest";
import { createSimulation } from "../../core/simulation/simulation.ts";
import { hintsOf, isRead, readOn } from "./hints.ts";

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

test("a text may be read document by document, and is what it is when read at once", () => {
  const many = Array.from({ length: 5 }, () => text).join("---\n");
  const [file, same] = [
    { name: "web.yaml", text: many },
    { name: "web.yaml", text: many },
  ];
  const simulation = createSimulation({ files: [{ name: "web.yaml", text }] });
  simulation.settle();
  let steps = 1;
  while (!readOn(file)) steps++;
  expect(steps).toBe(15);
  expect(isRead(file)).toBe(true);
  expect(isRead(same)).toBe(false);
  expect(hintsOf(file, simulation.view())).toEqual(hintsOf(same, simulation.view()));
  expect(hintsOf(file, simulation.view()).map(({ line }) => line)).toEqual(
    many.split("\n").flatMap((line, i) => (line === "    app: web" ? [i + 1] : [])),
  );
});

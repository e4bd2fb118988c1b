/** What the page says of somebody's own files before it opens them, from text to sentences. */
import { expect, test } from "vitest";
import { inventoryOf } from "../../core/manifests/inventory.ts";
import { createSimulation } from "../../core/simulation/simulation.ts";
import { summaryOf, type Summary } from "./summary.ts";

function read(...texts: readonly string[]): Summary {
  const files = texts.map((text, i) => ({ name: `${i + 1}.yaml`, text }));
  const simulation = createSimulation({ seed: 1 });
  const { diagnostics } = simulation.apply(files);
  simulation.settle();
  return summaryOf({ files, inventory: inventoryOf(files), cluster: simulation.view(), diagnostics });
}

const POD = `apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop, uid: 8d3a, labels: { app: web } }
spec: { nodeName: worker-1, containers: [{ name: nginx, image: "nginx:1.28", ports: [{ containerPort: 80 }] }] }
status: { phase: Running, podIP: 10.244.1.5, hostIP: 10.0.0.4, conditions: [{ type: Ready, status: "True" }] }
`;
const SERVICE = `apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop, uid: 77aa }
spec: { selector: { app: web }, clusterIP: 10.96.3.4, ports: [{ port: 8080, targetPort: 80 }] }
`;
const SECRET = "apiVersion: v1\nkind: Secret\nmetadata: { name: key, namespace: shop }\n";
const NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n";
const all = (...texts: readonly string[]): string => texts.join("---\n");

test("a dump with what belongs to it opens, and says what was made here", () => {
  const summary = read(all(NAMESPACE, POD, SERVICE));
  expect(summary.stops).toBeNull();
  expect([summary.pods, summary.ready, summary.services]).toEqual([1, 1, 1]);
  expect(summary.made.join(" ")).toMatch(/worker-1 is not in this input/);
  expect(summary.leftOut).toEqual([]);
  expect(summary.request).toEqual({ from: null, to: "http://web.shop:8080", count: 1 });
});

test("kinds that nothing acts on are named, and Secrets are pointed out", () => {
  const summary = read(all(NAMESPACE, SECRET, SECRET.replace("key", "other")));
  expect(summary.leftOut).toEqual([
    { what: "2 Secret", why: "v1: kept in the text, and nothing in the simulation acts on it.", line: null },
  ]);
  expect(summary.secrets).toBe(2);
});

test("an object that the API server refuses is left out with its words and its line", () => {
  const summary = read(all(NAMESPACE, SERVICE.replace("port: 8080", "port: 70000")));
  expect(summary.stops).toBeNull();
  expect(summary.services).toBe(0);
  expect(summary.leftOut[0]?.what).toBe("Line 8");
  expect(summary.leftOut[0]?.why).toMatch(/^The API server would refuse it: .*70000/);
});

test("a document that cannot be read is left out, and said; where nothing else is there, nothing opens", () => {
  const summary = read(`${NAMESPACE}---\nkind: Pod\n metadata: {`);
  expect(summary.simulated).toEqual([{ kind: "Namespace", count: 1 }]);
  expect(summary.leftOut[0]?.why).toMatch(/^Cannot be read: /);
  expect(read("a: [").stops?.what).toBe("Line 1 cannot be read");
  expect(read("a: [", "b: [").stops).toMatchObject({ what: "1.yaml, line 1 cannot be read", line: 1 });
});

test("a text without any object says so", () => {
  expect(read("# nothing\n").stops?.what).toBe("No Kubernetes object in it");
});

test("a long list of leftovers is cut, and the rest is counted", () => {
  const kinds = Array.from({ length: 15 }, (_, i) => `apiVersion: example.com/v1\nkind: Thing${i}\nmetadata: { name: a }\n`);
  const summary = read(all(NAMESPACE, ...kinds));
  expect(summary.leftOut).toHaveLength(12);
  expect(summary.more).toBe(3);
});

import { describe, expect, test } from "vitest";
import type { ServiceView } from "../../core/simulation/view.ts";
import { affinityChanges, typeChanges } from "../topology/condition-changes.ts";
import { difference, plannedEdits, plannedRemoval, type FieldChange, type ObjectName } from "./field-edits.ts";
import { replaceRanges } from "./text.ts";

const TEXT = `# the shop's front
apiVersion: v1
kind: Service
metadata:
  name: web # do not rename
spec:
  type: NodePort
  selector: { app: web }
  externalTrafficPolicy: Local
  sessionAffinity: ClientIP
  sessionAffinityConfig:
    clientIP:
      timeoutSeconds: 600
  ports:
    - port: 80
      nodePort: 30080 # agreed with the firewall
---
apiVersion: v1
kind: List
items:
  - apiVersion: apps/v1
    kind: Deployment
    metadata: { name: web, namespace: shop }
    spec:
      replicas: 3 # three are enough
`;
const WEB: ObjectName = { kind: "Service", namespace: "default", name: "web" };

async function changed(object: ObjectName, changes: readonly FieldChange[]): Promise<string> {
  const edits = await plannedEdits([{ name: "web.yaml", text: TEXT }], object, changes);
  return "refused" in edits ? edits.refused : replaceRanges(TEXT, edits);
}

/** Lines that are gone and lines that came. */
function diff(after: string): string[] {
  const [a, b] = [TEXT.split("\n"), after.split("\n")];
  return [
    ...a.filter((line) => !b.includes(line)).map((line) => `- ${line.trim()}`),
    ...b.filter((line) => !a.includes(line)).map((line) => `+ ${line.trim()}`),
  ];
}

describe("a switch changes its lines and no others", () => {
  const service = { ports: [{ port: 80 }] } as unknown as ServiceView; // only the number of ports is read
  test.each([
    {
      name: "a policy",
      object: WEB,
      changes: [{ path: "spec.externalTrafficPolicy", value: "Cluster" }],
      want: ["- externalTrafficPolicy: Local", "+ externalTrafficPolicy: Cluster"],
    },
    {
      name: "a field that was not there",
      object: WEB,
      changes: [{ path: "spec.internalTrafficPolicy", value: "Local" }],
      want: ["+ internalTrafficPolicy: Local"],
    },
    {
      name: "affinity off takes its settings along",
      object: WEB,
      changes: affinityChanges("None"),
      want: ["- sessionAffinity: ClientIP", "- sessionAffinityConfig:", "- clientIP:", "- timeoutSeconds: 600", "+ sessionAffinity: None"],
    },
    {
      name: "type ClusterIP takes along what the API server refuses beside it",
      object: WEB,
      changes: typeChanges(service, "ClusterIP"),
      want: ["- type: NodePort", "- externalTrafficPolicy: Local", "- nodePort: 30080 # agreed with the firewall", "+ type: ClusterIP"],
    },
    {
      name: "type LoadBalancer keeps them",
      object: WEB,
      changes: typeChanges(service, "LoadBalancer"),
      want: ["- type: NodePort", "+ type: LoadBalancer"],
    },
    {
      name: "an object in a List",
      object: { kind: "Deployment", namespace: "shop", name: "web" },
      changes: [{ path: "spec.replicas", value: 5 }],
      want: ["- replicas: 3 # three are enough", "+ replicas: 5 # three are enough"],
    },
  ])("$name", async ({ object, changes, want }) => {
    expect(diff(await changed(object, changes))).toEqual(want);
  });

  test("an object that is not in the text is refused in words", async () => {
    expect(await changed({ ...WEB, namespace: "other" }, [{ path: "spec.type", value: "NodePort" }])).toBe(
      "Service web is not in the manifests.",
    );
  });

  test("the result is one replacement, so that undo takes it back at once", async () => {
    const edits = await plannedEdits([{ name: "web.yaml", text: TEXT }], WEB, typeChanges(service, "ClusterIP"));
    expect(edits).toHaveLength(1);
  });
});

test.each([
  ["abc", "abc", 0],
  ["aXc", "aYc", 1],
  ["aaa", "aa", 1],
  ["", "x", 1],
])("the difference between %j and %j", (before, after, count) => {
  const edits = difference({ name: "f", text: before }, after);
  expect(edits).toHaveLength(count);
  expect(replaceRanges(before, edits)).toBe(after);
});

describe("an object is taken out of the text", () => {
  async function left(text: string, object: ObjectName): Promise<string> {
    const edits = await plannedRemoval([{ name: "web.yaml", text }], object);
    return "refused" in edits ? edits.refused : replaceRanges(text, edits);
  }
  const one = (name: string): string => `# ${name}\nkind: Service\nmetadata: { name: ${name} }\n`;
  const service = (name: string): ObjectName => ({ kind: "Service", namespace: "default", name });

  test.each([
    { name: "the only one", text: one("a"), object: service("a"), want: "" },
    { name: "the first, with the line between", text: `${one("a")}---\n${one("b")}`, object: service("a"), want: one("b") },
    { name: "the last", text: `${one("a")}---\n${one("b")}`, object: service("b"), want: one("a") },
    {
      name: "one in the middle",
      text: `${one("a")}---\n${one("b")}--- # last\n${one("c")}`,
      object: service("b"),
      want: `${one("a")}--- # last\n${one("c")}`,
    },
    {
      name: "an item of a List",
      text: "kind: List\nitems:\n  - kind: Service\n    metadata: { name: a }\n  - kind: Service\n    metadata: { name: b }\n",
      object: service("a"),
      want: "kind: List\nitems:\n  - kind: Service\n    metadata: { name: b }\n",
    },
    { name: "what is not there is refused in words", text: one("a"), object: service("b"), want: "Service b is not in the manifests." },
  ])("$name", async ({ text, object, want }) => {
    expect(await left(text, object)).toBe(want);
  });
});

import { expect, test } from "vitest";
import { inventoryOf } from "./inventory.ts";

const told = (...texts: readonly string[]): string => {
  const { kinds, others } = inventoryOf(texts.map((text, i) => ({ name: `${i}.yaml`, text })));
  return [
    ...kinds.map(({ kind, count, simulated }) => `${count} ${kind}${simulated ? "" : " kept"}`),
    ...(others > 0 ? [`${others} other`] : []),
  ].join(", ");
};

test.each([
  {
    name: "documents of one file",
    texts: [
      "apiVersion: v1\nkind: Service\nmetadata: { name: a }\n---\napiVersion: v1\nkind: Pod\nmetadata: { name: b }\n---\napiVersion: v1\nkind: Pod\nmetadata: { name: c }\n",
    ],
    want: "2 Pod, 1 Service",
  },
  {
    name: "a List, as kubectl prints it",
    texts: [
      "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Node\n  metadata: { name: a }\n- apiVersion: v1\n  kind: Secret\n  metadata: { name: b }\n",
    ],
    want: "1 Node, 1 Secret kept",
  },
  {
    name: "the same as JSON",
    texts: ['{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"Node","metadata":{"name":"a"}}]}'],
    want: "1 Node",
  },
  {
    name: "a typed list, whose members have no kind",
    texts: ["apiVersion: v1\nkind: ServiceList\nitems:\n- metadata: { name: a }\n"],
    want: "1 Service",
  },
  {
    name: "a kind of another group by the same name",
    texts: ["apiVersion: example.com/v1\nkind: Deployment\nmetadata: { name: a }\n"],
    want: "1 Deployment kept",
  },
  {
    name: "a list of which one member has no name",
    texts: ["apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n- apiVersion: v1\n  kind: Pod\n  metadata: { name: b }\n"],
    want: "1 Pod",
  },
  {
    name: "several files",
    texts: ["apiVersion: v1\nkind: Pod\nmetadata: { name: a }\n", "apiVersion: v1\nkind: Pod\nmetadata: { name: b }\n"],
    want: "2 Pod",
  },
  {
    name: "documents with an error, which the diagnostics name",
    texts: ["just words\n---\napiVersion: v1\nkind: Pod\nmetadata: { name: a }\n---\nkind: [\n"],
    want: "1 Pod",
  },
  { name: "nothing", texts: ["# only a comment\n", "---\n---\n"], want: "" },
])("$name", ({ texts, want }) => {
  expect(told(...texts)).toBe(want);
});

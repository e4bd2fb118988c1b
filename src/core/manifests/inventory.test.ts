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
    texts: ["apiVersion: v1\nkind: Service\n---\napiVersion: v1\nkind: Pod\n---\napiVersion: v1\nkind: Pod\n"],
    want: "2 Pod, 1 Service",
  },
  {
    name: "a List, as kubectl prints it",
    texts: ["apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Node\n- apiVersion: v1\n  kind: Secret\n"],
    want: "1 Node, 1 Secret kept",
  },
  { name: "the same as JSON", texts: ['{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"Node"}]}'], want: "1 Node" },
  {
    name: "a typed list, whose members have no kind",
    texts: ["apiVersion: v1\nkind: ServiceList\nitems:\n- metadata: { name: a }\n"],
    want: "1 Service",
  },
  { name: "a version that is not served", texts: ["apiVersion: extensions/v1beta1\nkind: Deployment\n"], want: "1 Deployment kept" },
  { name: "several files", texts: ["apiVersion: v1\nkind: Pod\n", "apiVersion: v1\nkind: Pod\n"], want: "2 Pod" },
  { name: "what is no object", texts: ["just words\n---\n- a\n- b\n"], want: "2 other" },
  { name: "nothing", texts: ["# only a comment\n", "---\n---\n"], want: "" },
])("$name", ({ texts, want }) => {
  expect(told(...texts)).toBe(want);
});

import { expect, test } from "vitest";
import { createSimulation } from "./simulation.ts";

const GOOD = (name: string): string => `  - apiVersion: v1
    kind: Pod
    metadata: { name: ${name} }
    spec: { nodeName: node-1, containers: [ { name: c, image: nginx } ] }
`;
const NAMELESS = "  - kind: Pod\n    metadata: { name: nameless }\n    spec: { containers: [ { name: c, image: nginx } ] }\n";
const LIST = "apiVersion: v1\nkind: List\nitems:\n";

function podsOf(text: string): readonly string[] {
  const simulation = createSimulation();
  const { applied } = simulation.apply([{ name: "list.yaml", text }]);
  expect(applied).toBe(false);
  return simulation
    .view()
    .pods.filter(({ namespace }) => namespace === "default")
    .map(({ name }) => name);
}

// kubectl refuses a member at a time: the others are applied.
test.each([
  ["a member that is null", `${LIST}${GOOD("a")}  - null\n${GOOD("b")}`, ["a", "b"]],
  ["a member without apiVersion", `${LIST}${NAMELESS}${GOOD("b")}`, ["b"]],
  ["two of them", `${LIST}  - null\n${GOOD("a")}${NAMELESS}`, ["a"]],
  ["nothing but them", `${LIST}  - null\n`, []],
  ["a key of the list twice", `kind: List\n${LIST}${GOOD("a")}`, []],
  ["another document is wrong", `${NAMELESS.replace("  - kind", "kind").replaceAll("\n    ", "\n")}---\n${LIST}${GOOD("a")}`, ["a"]],
])("the other members of a list stand: %s", (_, text, expected) => {
  expect(podsOf(text)).toEqual(expected);
});

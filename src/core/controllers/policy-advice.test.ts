import { expect, test } from "vitest";
import { createSimulation } from "../simulation/simulation.ts";

const DENY = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: deny }\nspec: { podSelector: {} }\n";
const kubeSystem = (word: string): string =>
  `---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: kube-system\n  annotations: { kubehop.dev/network-policy: ${word} }\n`;

test.each<[string, string, readonly string[]]>([
  ["nothing is said where policies are enforced", DENY, []],
  ["nor where the document says so", DENY + kubeSystem("enforced"), []],
  ["a policy that nothing enforces", DENY + kubeSystem("ignored"), ["2:7 policy-not-enforced"]],
  ["no policy", kubeSystem("ignored").slice(4), []],
  ["a word that means nothing", DENY + kubeSystem("none"), ["10:46 annotation-value"]],
])("%s", (_, text, expected) => {
  const simulation = createSimulation({ files: [{ name: "a.yaml", text }] });
  const said = simulation.apply([{ name: "a.yaml", text }]).diagnostics;
  expect(said.map(({ range, code }) => `${range.line}:${range.column} ${code}`)).toEqual(expected);
});

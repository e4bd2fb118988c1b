import { expect, test } from "vitest";
import { partsOf } from "./marked.ts";

test.each([
  ["plain words", [["plain", "plain words"]]],
  [
    "[web](service:default/web) has `10.96.0.1`",
    [
      ["points", "web"],
      ["plain", " has "],
      ["mono", "10.96.0.1"],
    ],
  ],
  [
    "**one** of three",
    [
      ["strong", "one"],
      ["plain", " of three"],
    ],
  ],
  [
    "[no thing](elsewhere) is plain",
    [
      ["plain", "no thing"],
      ["plain", " is plain"],
    ],
  ],
  ["ingress: [] is no mark", [["plain", "ingress: [] is no mark"]]],
])("%s", (text, wanted) => {
  expect(partsOf(text).map(({ kind, text }) => [kind, text])).toEqual(wanted);
});

test.each([
  ["service:default/web", "svc"],
  ["slice:default/web", "svc"],
  ["service:kube-system/kube-dns", "dns"],
  ["workload:Deployment/kube-system/coredns", "dns"],
  ["gate:node-1", "nat"],
  ["pod:default/debug", "ink"],
  ["selected:default/web", "ink"],
])("%s has the hue %s", (name, hue) => {
  expect(partsOf(`[it](${name})`)).toEqual([{ kind: "points", text: "it", at: name, hue }]);
});

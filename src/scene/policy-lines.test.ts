/** Network policies in words, from their YAML. */
import { describe, expect, test } from "vitest";
import { cluster, web } from "../core/simulation/testing.ts";
import { nameOf } from "./describe.ts";
import { allowLines } from "./policy-lines.ts";

function policy(spec: string, name = "p"): string {
  return `---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: ${name} }\nspec: ${spec}\n`;
}
const WEB = "podSelector: { matchLabels: { app: web } }";

describe("what a policy lets through", () => {
  test.each<[string, readonly string[]]>([
    [`{ ${WEB} }`, ["lets nothing in"]],
    [`{ ${WEB}, ingress: [{}] }`, ["lets in: everything"]],
    [`{ ${WEB}, policyTypes: [Egress] }`, ["lets nothing out"]],
    [`{ ${WEB}, egress: [{}] }`, ["lets nothing in", "lets out: everything"]],
    [`{ ${WEB}, ingress: [{ from: [{ podSelector: { matchLabels: { app: api } } }] }] }`, ["lets in: from Pods with app=api of default"]],
    [
      `{ ${WEB}, ingress: [{ from: [{ podSelector: {} }, { namespaceSelector: {} }] }] }`,
      ["lets in: from all Pods of default or all Pods of every namespace"],
    ],
    [
      `{ ${WEB}, ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: a } }, podSelector: { matchExpressions: [{ key: app, operator: In, values: [x, z] }] } }] }] }`,
      ["lets in: from Pods with app in (x,z) of namespaces with team=a"],
    ],
    [
      `{ ${WEB}, ingress: [{ from: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: shop } } }] }] }`,
      ["lets in: from all Pods of shop"],
    ],
    [
      `{ ${WEB}, ingress: [{ from: [{ ipBlock: { cidr: 203.0.113.0/24, except: [203.0.113.7/32] } }], ports: [{ port: 80 }, { protocol: UDP, port: 53 }] }] }`,
      ["lets in: from 203.0.113.0/24 but not 203.0.113.7/32, to its port 80/TCP or port 53/UDP"],
    ],
    [
      `{ ${WEB}, ingress: [{ ports: [{ port: 8000, endPort: 9000 }] }, { ports: [{ port: http }] }] }`,
      ["lets in: to its ports 8000 to 9000/TCP; or to its port http/TCP"],
    ],
    [`{ ${WEB}, policyTypes: [Egress], egress: [{ ports: [{ protocol: SCTP }] }] }`, ["lets out: on any SCTP port"]],
  ])("%s", (spec, lines) => {
    const [one] = cluster(web() + policy(spec)).view().policies;
    expect(one === undefined ? [] : allowLines(one)).toEqual(lines);
  });
});

const NOT_ENFORCED =
  "---\napiVersion: v1\nkind: Namespace\nmetadata: { name: kube-system, annotations: { kubehop.dev/network-policy: ignored } }\n";

describe("a Pod's accessible name", () => {
  test.each<[string, string, RegExp]>([
    ["a Pod that no policy selects", policy("{ podSelector: { matchLabels: { app: other } } }"), /endpoint of web$/],
    ["ingress", policy(`{ ${WEB} }`, "deny"), /, network policy deny decides what comes in$/],
    [
      "both ways",
      policy(`{ ${WEB}, policyTypes: [Ingress, Egress] }`, "deny"),
      /, network policy deny decides what comes in and what goes out$/,
    ],
    [
      "two policies",
      policy(`{ ${WEB} }`, "deny") + policy(`{ ${WEB}, policyTypes: [Ingress, Egress] }`, "quiet"),
      /, network policies deny and quiet decide what comes in, network policy quiet decides what goes out$/,
    ],
    [
      "nothing enforces it",
      policy(`{ ${WEB} }`, "deny") + NOT_ENFORCED,
      /, network policy deny selects it, but nothing enforces network policies here$/,
    ],
  ])("%s", (_, policies, expected) => {
    const view = cluster(web() + policies).view();
    const pod = view.pods.find(({ name }) => name.startsWith("web-"))?.key ?? "";
    expect(nameOf(view, { kind: "pod", key: pod })).toMatch(expected);
  });
});

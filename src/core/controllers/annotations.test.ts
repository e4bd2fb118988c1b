import { describe, expect, it } from "vitest";
import { applyEdits } from "../manifests/edits.ts";
import { PROVIDERS } from "./load-balancer.ts";
import { testCluster } from "./test-world.ts";

const object = (head: string, name: string, annotations: string, spec = ""): string =>
  `${head}\nmetadata:\n  name: ${name}\n  annotations:\n    ${annotations}\n${spec}`;
const service = (annotations: string): string =>
  object("apiVersion: v1\nkind: Service", "web", annotations, "spec: {type: LoadBalancer, ports: [{port: 80}]}\n");
const pod = (annotations: string): string =>
  object("apiVersion: v1\nkind: Pod", "a", annotations, "spec: {containers: [{name: c, image: nginx}]}\n");
const deployment = (annotations: string): string =>
  `apiVersion: apps/v1
kind: Deployment
metadata: {name: d}
spec:
  selector: {matchLabels: {app: d}}
  template:
    metadata:
      labels: {app: d}
      annotations:
        ${annotations}
    spec: {containers: [{name: c, image: nginx}]}
`;

const said = (text: string): readonly string[] =>
  testCluster()
    .apply(text)
    .filter(({ code }) => code.startsWith("annotation-"))
    .map(({ range, severity, code, message }) => `${range.line}:${range.column} ${severity} ${code} ${message}`);

describe("an annotation of the simulator that it cannot read is named at its place", () => {
  it.each([
    [
      "a provider that nobody is",
      service("kubehop.dev/load-balancer: aws"),
      [`6:32 warning annotation-value kubehop.dev/load-balancer: "aws" is no provider of load balancers: one of ${PROVIDERS.join(", ")}.`],
    ],
    [
      "a node that there is not",
      service("kubehop.dev/external-ip-route: node-9"),
      ['6:36 warning annotation-value kubehop.dev/external-ip-route: "node-9" is no node: one of control-plane, node-1, node-2, node-3.'],
    ],
    [
      "words that are no ports",
      pod('kubehop.dev/listen: "http, 8080/icmp, 53/udp, 70000"'),
      [
        '6:25 warning annotation-value kubehop.dev/listen: "http" is no port: write numbers from 1 to 65535, with /udp or /sctp where it is not TCP, as in "8080, 53/udp".',
        '6:25 warning annotation-value kubehop.dev/listen: "8080/icmp" is no port: write numbers from 1 to 65535, with /udp or /sctp where it is not TCP, as in "8080, 53/udp".',
        '6:25 warning annotation-value kubehop.dev/listen: "70000" is no port: write numbers from 1 to 65535, with /udp or /sctp where it is not TCP, as in "8080, 53/udp".',
      ],
    ],
    [
      "a rate that nobody keeps, in a template",
      deployment("kubehop.dev/traffic: http://web 900/s"),
      [
        '10:30 warning annotation-value kubehop.dev/traffic: "http://web 900/s" is no destination with a rate of 1 to 50 a second, as in "http://web 5/s".',
      ],
    ],
    [
      "a name of its own making",
      service("kubehop.dev/loadbalancer: cloud"),
      [
        "6:5 warning annotation-unknown kubehop.dev/loadbalancer is no annotation of the simulator: it knows kubehop.dev/load-balancer, kubehop.dev/external-ip-route, kubehop.dev/network-policy, kubehop.dev/masquerade, kubehop.dev/iptables-rules, kubehop.dev/listen, kubehop.dev/traffic, kubehop.dev/resolve.",
      ],
    ],
    [
      "on the object instead of its Pods",
      deployment("a: b").replace("{name: d}", "{name: d, annotations: {kubehop.dev/listen: '80'}}"),
      ["3:35 warning annotation-place kubehop.dev/listen does nothing here: it is for the Pods, under spec.template.metadata.annotations."],
    ],
    [
      "on the wrong kind",
      pod("kubehop.dev/load-balancer: cloud"),
      ["6:5 warning annotation-place kubehop.dev/load-balancer does nothing on a Pod: it is for a Service or a Namespace."],
    ],
    [
      "on a kind that nothing is known of",
      object("apiVersion: example.com/v1\nkind: Widget", "w", "kubehop.dev/listen: '80'"),
      ["6:5 warning annotation-place kubehop.dev/listen does nothing on a Widget: it is for a Pod."],
    ],
  ])("%s", (_name, text, wanted) => {
    expect(said(text)).toEqual(wanted);
  });

  it.each([
    ["a provider", service("kubehop.dev/load-balancer: cloud-hostname")],
    ["a node", service("kubehop.dev/external-ip-route: node-2")],
    ["ports", pod('kubehop.dev/listen: "8080, 53/udp"')],
    ["clients that resolve once", deployment("kubehop.dev/resolve: once")],
    ["senders", deployment('kubehop.dev/traffic: "http://web 5/s, api:8080"')],
    ["somebody else's", service("example.com/load-balancer: aws")],
    ["a provider for all of a namespace", object("apiVersion: v1\nkind: Namespace", "shop", "kubehop.dev/load-balancer: cloud")],
  ])("and one that it can is not: %s", (_name, text) => {
    expect(said(text)).toEqual([]);
  });
});

it.each([
  ["the word", service("kubehop.dev/load-balancer: clould"), service("kubehop.dev/load-balancer: cloud")],
  ["the node", service("kubehop.dev/external-ip-route: nod-1"), service("kubehop.dev/external-ip-route: node-1")],
  ["the name", pod("kubehop.dev/listn: '80'"), pod("kubehop.dev/listen: '80'")],
])("a fix puts %s right", (_name, text, wanted) => {
  const [found] = testCluster()
    .apply(text)
    .filter(({ code }) => code.startsWith("annotation-"));
  expect(applyEdits(text, found?.fixes[0]?.edits ?? [])).toBe(wanted);
});

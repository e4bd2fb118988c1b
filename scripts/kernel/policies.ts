/** Network policies among Services, nodes and the outside, to hold against the kernel: the rules of `network-policy` and what they see. */
import type { Scenario } from "../../src/app/scenarios/types.ts";
import type { Sender } from "../../src/core/network/trace.ts";
import { scenarioCase, senderText, type Trial } from "./scenario.ts";
import type { Case } from "./suite.ts";

const pod = (name: string, node: string): string => `apiVersion: v1
kind: Pod
metadata: { name: ${name}, labels: { app: ${name} } }
spec: { nodeName: ${node}, containers: [{ name: c, image: traefik/whoami }] }
`;
const SERVICE = `apiVersion: v1
kind: Service
metadata: { name: web }
spec: { type: NodePort, clusterIP: 10.96.20.20, selector: { app: web }, ports: [{ name: http, port: 80, nodePort: 30080 }] }
`;
const policy = (spec: string, name = "guard"): string => `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: ${name} }
spec: ${spec}
`;
/** More Pods than stand in a policy's own chain; they only have to be there. */
const MANY = `apiVersion: apps/v1
kind: Deployment
metadata: { name: many }
spec:
  replicas: 34
  selector: { matchLabels: { app: many } }
  template:
    metadata: { labels: { app: many } }
    spec: { containers: [{ name: c, image: curlimages/curl, command: [sleep, infinity] }] }
`;
const WEB = "podSelector: { matchLabels: { app: web } }";
const PODS = [pod("web", "node-1"), pod("near", "node-1"), pod("far", "node-2"), SERVICE];

const inPod = (name: string): Sender => ({ kind: "pod", pod: `default/${name}` });
const onNode = (node: string): Sender => ({ kind: "node", node });
const OUTSIDE: Sender = { kind: "outside", id: "external" };

const CLUSTER_IP = "http://10.96.20.20";
const NODE_PORT_1 = "http://192.168.10.11:30080";
const NODE_PORT_2 = "http://192.168.10.12:30080";

/** The cluster with these policies, and requests beside the first, which is from far by the Service. */
function guarded(name: string, policies: readonly string[], trials: readonly (readonly [Sender, string])[]): Case {
  const scenario: Scenario = {
    id: `policy-${name}`,
    title: name,
    words: "",
    group: "wrong",
    files: [{ name: "a.yaml", text: [...PODS, ...policies].join("---\n") }],
    request: { from: "default/far", to: CLUSTER_IP, count: 1 },
    note: "",
  };
  return scenarioCase(scenario, {
    trials: trials.map(([from, to]): Trial => ({ name: `${senderText(from)} to ${to}`, from: () => from, to })),
  });
}

export const POLICY_CASES: readonly Case[] = [
  guarded(
    "deny-all",
    [policy("{ podSelector: {}, policyTypes: [Ingress, Egress] }")],
    [
      [inPod("web"), CLUSTER_IP],
      [onNode("node-1"), CLUSTER_IP],
      [onNode("node-1"), NODE_PORT_1],
      [onNode("node-2"), CLUSTER_IP],
      [OUTSIDE, NODE_PORT_1],
    ],
  ),
  guarded(
    "client-address",
    [policy(`{ ${WEB}, ingress: [{ from: [{ ipBlock: { cidr: 203.0.113.0/24 } }] }] }`)],
    [
      [OUTSIDE, NODE_PORT_1],
      [OUTSIDE, NODE_PORT_2],
    ],
  ),
  guarded(
    "node-address",
    [policy(`{ ${WEB}, ingress: [{ from: [{ ipBlock: { cidr: 192.168.10.12/32 } }] }] }`)],
    [
      [OUTSIDE, NODE_PORT_1],
      [OUTSIDE, NODE_PORT_2],
      [onNode("node-2"), CLUSTER_IP],
    ],
  ),
  guarded(
    "peer-and-range",
    [policy(`{ ${WEB}, ingress: [{ from: [{ podSelector: { matchLabels: { app: far } } }], ports: [{ port: 79, endPort: 80 }] }] }`)],
    [[inPod("near"), CLUSTER_IP]],
  ),
  guarded(
    "holes-and-several-policies",
    [
      policy(`{ ${WEB}, ingress: [{ from: [{ ipBlock: { cidr: 0.0.0.0/0, except: [10.244.0.0/16] } }] }] }`, "outside"),
      policy(`{ ${WEB}, ingress: [{ from: [{ podSelector: { matchLabels: { app: near } } }] }] }`, "near"),
    ],
    [
      [inPod("near"), CLUSTER_IP],
      [OUTSIDE, NODE_PORT_1],
    ],
  ),
  guarded(
    "egress",
    [
      policy(
        "{ podSelector: { matchLabels: { app: far } }, policyTypes: [Egress], egress: [{ to: [{ ipBlock: { cidr: 10.96.0.0/12 } }] }] }",
      ),
    ],
    [[inPod("near"), CLUSTER_IP]],
  ),
  guarded(
    "many-peers",
    [MANY, policy(`{ ${WEB}, ingress: [{ from: [{ namespaceSelector: {} }], ports: [{ port: 80 }] }] }`)],
    [
      [inPod("near"), CLUSTER_IP],
      [OUTSIDE, NODE_PORT_1],
    ],
  ),
];

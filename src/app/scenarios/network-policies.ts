import { DEBUG_POD, WEB_DEPLOYMENT, documents } from "./pieces.ts";
import type { Scenario } from "./types.ts";

function service(port: number): string {
  return `apiVersion: v1
kind: Service
metadata:
  name: web
  labels:
    app: web
spec:
  clusterIP: 10.96.20.20 # chosen, so that one can ask without a name
  selector:
    app: web
  ports:
    - name: http
      port: ${port}
      targetPort: 80
`;
}

const DENY = `# Selects the Pods of web and lets nothing in: whatever no policy allows is dropped.
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
spec:
  podSelector:
    matchLabels:
      app: web
  policyTypes:
    - Ingress
  ingress: []
`;

const LET_DEBUG_IN = `  ingress:
    - from:
        - podSelector:
            matchLabels:
              app: debug
`;

export const NETWORK_POLICY: Scenario = {
  id: "network-policy",
  title: "Network policy",
  words: "The rules send it on, a policy drops it.",
  group: "wrong",
  files: [{ name: "web.yaml", text: documents(DENY, service(80), WEB_DEPLOYMENT, DEBUG_POD) }],
  request: { from: "default/debug", to: "http://web", count: 1 },
  note: "The Service works: the name is found and a Pod is chosen. On that Pod's node the network policy drops the packet, and nobody tells the client, which waits until it gives up. Let Pods with the label app: debug in, and send again.",
  steps: [
    {
      label: "Let debug in",
      says: "The policy now has a rule for Pods with app: debug. Send again: it answers. Anybody else is still dropped.",
      does: { kind: "edit", from: "  ingress: []\n", to: LET_DEBUG_IN },
    },
    {
      label: "Ask from outside",
      says: "A client outside knows no Pod and no Service address, policy or not.",
      does: { kind: "send", from: "external", to: "http://10.96.20.20" },
    },
  ],
};

const KUBE_SYSTEM = `# The network plugin of this cluster does nothing with network policies, as flannel.
apiVersion: v1
kind: Namespace
metadata:
  name: kube-system
  annotations:
    kubehop.dev/network-policy: ignored
`;

export const NETWORK_POLICY_IGNORED: Scenario = {
  id: "network-policy-ignored",
  title: "Policy that nobody enforces",
  words: "Stored by the API server, read by nobody.",
  group: "wrong",
  files: [
    { name: "web.yaml", text: documents(DENY, service(80), WEB_DEPLOYMENT, DEBUG_POD) },
    { name: "cluster.yaml", text: KUBE_SYSTEM },
  ],
  request: { from: "default/debug", to: "http://web", count: 1 },
  note: "The policy lets nobody in, and web answers all the same. Policies are for the cluster's network plugin to enforce, and this one writes no rules for them; the API server only stores them, without a warning. The bars at the Pods are dashed.",
  steps: [
    {
      label: "Enforce policies",
      says: "With a plugin that knows policies there are rules for them in each node's FORWARD chain. Send again: the packet is dropped at the Pod.",
      does: { kind: "edit", from: "kubehop.dev/network-policy: ignored", to: "kubehop.dev/network-policy: enforced" },
    },
  ],
};

const SERVICE_PORT = `# Means the port that clients ask for. But by now the packet has the Pod's.
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
spec:
  podSelector:
    matchLabels:
      app: web
  policyTypes:
    - Ingress
  ingress:
    - ports:
        - protocol: TCP
          port: 8080
`;

export const NETWORK_POLICY_PORT: Scenario = {
  id: "network-policy-port",
  title: "Policy for the wrong port",
  words: "A policy sees the Pod's port, not the Service's.",
  group: "wrong",
  files: [{ name: "web.yaml", text: documents(SERVICE_PORT, service(8080), WEB_DEPLOYMENT, DEBUG_POD) }],
  request: { from: "default/debug", to: "http://web:8080", count: 1 },
  note: "Clients ask for port 8080, and the policy allows 8080. It is judged after the rewrite, though, when the packet is on its way to port 80 of a Pod. Allow the Pod's port, and send again.",
  steps: [
    {
      label: "Allow the Pod's port",
      says: "The policy now allows port 80, which is what the packet has when it comes to the Pod. Send again: it answers.",
      does: { kind: "edit", from: "          port: 8080\n", to: "          port: 80\n" },
    },
  ],
};

const ONLY_WEB = `# Lets debug talk to web and to nobody else. The name server is somebody else.
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: debug
spec:
  podSelector:
    matchLabels:
      app: debug
  policyTypes:
    - Egress
  egress:
    - to:
        - podSelector:
            matchLabels:
              app: web
`;

const AND_NAMES = `  egress:
    - to:
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: kube-system
          podSelector:
            matchLabels:
              k8s-app: kube-dns
      ports:
        - protocol: UDP
          port: 53
        - protocol: TCP
          port: 53
    - to:
        - podSelector:
            matchLabels:
              app: web
`;

export const NETWORK_POLICY_DNS: Scenario = {
  id: "network-policy-dns",
  title: "Policy without DNS",
  words: "Allowed to reach web, but not to ask where.",
  group: "wrong",
  files: [{ name: "web.yaml", text: documents(ONLY_WEB, service(80), WEB_DEPLOYMENT, DEBUG_POD) }],
  request: { from: "default/debug", to: "http://web", count: 1 },
  note: "The policy allows debug to reach web, yet the request never gets that far: its question for the name is dropped on its own node. Ask by the address, which needs no name, or allow DNS.",
  steps: [
    {
      label: "Ask by the address",
      says: "No name to look up, so nothing forbidden is sent: it answers.",
      does: { kind: "send", to: "http://10.96.20.20" },
    },
    {
      label: "Allow DNS",
      says: "The policy now lets questions through to the Pods of kube-dns, port 53. Send again by name.",
      does: {
        kind: "edit",
        from: "  egress:\n    - to:\n        - podSelector:\n            matchLabels:\n              app: web\n",
        to: AND_NAMES,
      },
    },
    {
      label: "Ask by the name",
      says: "The name is found, and web answers.",
      does: { kind: "send", to: "http://web" },
    },
  ],
};

/** The same Service of type LoadBalancer, with another answer each time to who gives it an address. */
import { WEB_DEPLOYMENT, documents } from "./pieces.ts";
import type { Scenario } from "./types.ts";

interface Parts {
  readonly comment: string;
  /** Lines of metadata. */
  readonly annotations?: string;
  /** Lines of the port. */
  readonly nodePort?: string;
}

const SPEC = "spec:\n  type: LoadBalancer\n";
const LOCAL = "  externalTrafficPolicy: Local # only nodes with a ready Pod get traffic, and they keep the source\n";

function service({ comment, annotations = "", nodePort = "" }: Parts): string {
  return `${comment}
apiVersion: v1
kind: Service
metadata:
  name: web
  labels:
    app: web
${annotations}${SPEC}  selector:
    app: web
  ports:
    - name: http
      port: 80
      targetPort: 80
${nodePort}`;
}

/** Who provides load balancers is a matter of the cluster; here the annotation says it. */
function provider(name: string): string {
  return `  annotations:\n    kubehop.dev/load-balancer: ${name}\n`;
}

const CLOUD_ADDRESS = "http://198.51.100.10";

export const LOAD_BALANCER_PENDING: Scenario = {
  id: "loadbalancer-pending",
  title: "LoadBalancer without a provider",
  words: "The external address stays pending for ever.",
  group: "outside",
  files: [
    {
      name: "web.yaml",
      text: documents(
        service({
          comment: "# Asks for a load balancer, in a cluster where nobody makes any.",
          nodePort: "      nodePort: 30080 # a load balancer would send its packets here; left out, one is chosen\n",
        }),
        WEB_DEPLOYMENT,
      ),
    },
  ],
  request: { from: "external", to: "http://192.168.10.12:30080", count: 1 },
  note: "Kubernetes itself has no load balancers: type LoadBalancer is a wish, and here nobody hears it. The external address stays pending. The node port that comes with the type works all the same, as this request shows. Let a cloud hear the wish and compare.",
  steps: [
    {
      label: "Let a cloud provide it",
      says: "A cloud's controller heard the wish: after half a minute the Service has 198.51.100.10. Nothing else about it changed.",
      does: { kind: "edit", from: `    app: web\n${SPEC}`, to: `    app: web\n${provider("cloud")}${SPEC}` },
    },
    {
      label: "Send to 198.51.100.10",
      says: "The load balancer brings the packet to a node with the address still in it, and the rules of that node choose the Pod.",
      does: { kind: "send", from: "external", to: CLOUD_ADDRESS, count: 1 },
    },
  ],
};

export const LOAD_BALANCER: Scenario = {
  id: "loadbalancer",
  title: "LoadBalancer",
  words: "A cloud gives the address and picks a node.",
  group: "outside",
  files: [
    {
      name: "web.yaml",
      text: documents(
        service({
          comment: "# A cloud makes a load balancer for it, with an address for the whole world.",
          annotations: provider("cloud"),
        }),
        WEB_DEPLOYMENT,
      ),
    },
  ],
  request: { from: "external", to: CLOUD_ADDRESS, count: 1 },
  note: "The address was pending for half a minute until the cloud gave 198.51.100.10. The load balancer only picks a node; the node's rules pick the Pod and put the node's address in as the source. Set externalTrafficPolicy to Local and compare.",
  steps: [
    {
      label: "Keep the client's address",
      says: "With Local a node hands traffic only to Pods of its own, and the source stays. Send again: the Pod sees 203.0.113.24.",
      does: {
        kind: "edit",
        from: SPEC,
        to: `${SPEC}${LOCAL}`,
      },
    },
    {
      label: "Take the cloud away",
      says: "The address is given back, and the Service waits for another provider. Send again: the packet is lost outside.",
      does: { kind: "edit", from: provider("cloud"), to: "" },
    },
  ],
};

export const LOAD_BALANCER_QUOTA: Scenario = {
  id: "loadbalancer-quota",
  title: "LoadBalancer refused",
  words: "The cloud says no, and an event says why.",
  group: "wrong",
  files: [
    {
      name: "web.yaml",
      text: documents(
        service({
          comment: "# The wish is heard, but the account has no load balancer left. kubectl describe shows the event.",
          annotations: provider("quota"),
        }),
        WEB_DEPLOYMENT,
      ),
    },
  ],
  request: { from: "external", to: CLOUD_ADDRESS, count: 1 },
  note: "Pending, as if the cloud were slow, but it has failed: a Warning event on the Service names the quota. 198.51.100.10, which it would have given, is nobody's, and packets to it are lost outside. Let the cloud give it and send again.",
  steps: [
    {
      label: "Raise the quota",
      says: "The cloud was asked again and gave 198.51.100.10. Send again: the same request arrives.",
      does: { kind: "edit", from: provider("quota"), to: provider("cloud") },
    },
    {
      label: "Take a permission away",
      says: "Pending again, with another Warning: the cluster's role may not create load balancers.",
      does: { kind: "edit", from: provider("cloud"), to: provider("permission") },
    },
  ],
};

export const POOL = `# MetalLB makes load balancers of the nodes themselves. These addresses it may give away.
apiVersion: v1
kind: Namespace
metadata:
  name: metallb-system
---
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata:
  name: lan
  namespace: metallb-system
spec:
  addresses:
    - 192.168.10.200-192.168.10.219 # free ones of the nodes' own network
`;
export const ADVERTISEMENT = `# One node answers for each address, as if it were its own (ARP).
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata:
  name: lan
  namespace: metallb-system
spec:
  ipAddressPools:
    - lan
`;

export const METALLB: Scenario = {
  id: "metallb",
  title: "MetalLB",
  words: "One node announces the address and takes everything.",
  group: "outside",
  files: [
    {
      name: "web.yaml",
      text: documents(service({ comment: "# Gets its address from a pool: no cloud is needed." }), WEB_DEPLOYMENT),
    },
    { name: "metallb.yaml", text: documents(POOL, ADVERTISEMENT) },
  ],
  request: { from: "external", to: "http://192.168.10.200", count: 10 },
  note: "192.168.10.200 comes out of the pool, and of all nodes node-3 answers for it: all ten connections enter there, and its rules spread them over the Pods. That is no balancing over nodes but one door that can move. Stop node-3 and send again.",
  steps: [
    {
      label: "Keep the client's address",
      says: "With Local only a node with a ready Pod may announce the address, and it uses only its own Pods: all ten connections reach one.",
      does: { kind: "edit", from: SPEC, to: `${SPEC}${LOCAL}` },
    },
    {
      label: "Stop node-3",
      says: "Once node-3 was silent another node announced the address. Send again: it leads there now, and the client notices nothing.",
      does: { kind: "action", action: { kind: "stop-node", node: "node-3" } },
    },
    {
      label: "Withdraw the announcement",
      says: "The Service keeps its address, but no node answers for it. Send again: the packet is lost outside.",
      does: { kind: "edit", from: `---\n${ADVERTISEMENT}`, to: "" },
    },
  ],
};

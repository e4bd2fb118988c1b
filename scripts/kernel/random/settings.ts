/** kube-proxy's settings and network policies, drawn at random. */
import type { Family } from "../../../src/core/base/names.ts";
import type { Draw } from "./draw.ts";
import { LABELS, NAMESPACES, OUTSIDE, type Ground } from "./ground.ts";

export function drawSettings(draw: Draw, anchored: boolean): object {
  const detector = draw.pick([
    { detectLocalMode: "ClusterCIDR", clusterCIDR: "10.244.0.0/16,fd00:10:244::/56" },
    { detectLocalMode: "ClusterCIDR", clusterCIDR: "" },
    { detectLocalMode: "NodeCIDR" },
    { detectLocalMode: "BridgeInterface", detectLocal: { bridgeInterface: "cni0" } },
    { detectLocalMode: "InterfaceNamePrefix", detectLocal: { interfaceNamePrefix: "cni" } },
  ]);
  const nodePortAddresses = anchored
    ? []
    : draw.weighted<readonly string[]>([
        [[], 70],
        [["primary"], 15],
        [["192.168.100.0/24", "2001:db8:100::/64"], 10],
        [["127.0.0.0/8", "10.244.0.0/16", "fd00:10:244::/48"], 5],
      ]);
  return {
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    mode: "iptables",
    ...detector,
    nodePortAddresses,
    // Where everything is masqueraded anyway, a missing mark is no fault.
    linux: { masqueradeAll: !anchored && draw.chance(15) },
    iptables: { masqueradeBit: draw.pick([14, 14, 5]), localhostNodePorts: draw.chance(75) },
  };
}

export function drawPolicies(draw: Draw, ground: Ground, count: number): readonly object[] {
  return Array.from({ length: count }, (_, i) => {
    const policyTypes = draw.pick([["Ingress"], ["Ingress"], ["Egress"], ["Ingress", "Egress"]]);
    const rules = (): object[] => Array.from({ length: draw.between(0, 2) }, () => drawRule(draw, ground));
    const ingress = rules().map(({ peers, ports }: DrawnRule) => ({ ...(peers === undefined ? {} : { from: peers }), ...ports }));
    const egress = rules().map(({ peers, ports }: DrawnRule) => ({ ...(peers === undefined ? {} : { to: peers }), ...ports }));
    return {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: `policy-${i + 1}`, namespace: draw.pick(NAMESPACES) },
      spec: {
        podSelector: draw.chance(50) ? {} : { matchLabels: { app: draw.pick(LABELS) } },
        policyTypes,
        ...(policyTypes.includes("Ingress") ? { ingress } : {}),
        ...(policyTypes.includes("Egress") ? { egress } : {}),
      },
    };
  });
}

interface DrawnRule {
  readonly peers?: readonly object[];
  readonly ports?: object;
}

function drawRule(draw: Draw, ground: Ground): DrawnRule {
  const ports = draw.weighted<object>([
    [{}, 40],
    [{ ports: [{ protocol: "TCP", port: 8080 }] }, 20],
    [{ ports: [{ protocol: "TCP", port: "http" }, { protocol: "UDP" }] }, 20],
    [{ ports: [{ protocol: "TCP", port: 8000, endPort: 8100 }] }, 10],
    // What one might take for the Service's port: policies see the Pod's.
    [{ ports: [{ protocol: "TCP", port: 80 }] }, 10],
  ]);
  const peers = draw.chance(30) ? undefined : Array.from({ length: draw.between(1, 2) }, () => drawPeer(draw, draw.pick(ground.families)));
  return { ports, ...(peers === undefined ? {} : { peers }) };
}

function drawPeer(draw: Draw, family: Family): object {
  const [first = ""] = OUTSIDE[family];
  const blocks =
    family === "IPv4"
      ? [
          { cidr: "0.0.0.0/0" },
          { cidr: "192.168.100.0/24" },
          { cidr: `${first}/32` },
          { cidr: "10.244.0.0/16", except: ["10.244.1.0/24"] },
          { cidr: "0.0.0.0/0", except: ["192.168.100.11/32", "10.244.2.0/24"] },
        ]
      : [
          { cidr: "::/0" },
          { cidr: "2001:db8:100::/64" },
          { cidr: `${first}/128` },
          { cidr: "fd00:10:244::/56", except: ["fd00:10:244:1::/64"] },
        ];
  return draw.weighted<object>([
    [{ podSelector: { matchLabels: { app: draw.pick(LABELS) } } }, 35],
    [{ namespaceSelector: { matchLabels: { team: draw.pick(NAMESPACES) } } }, 20],
    [{ namespaceSelector: {}, podSelector: { matchLabels: { app: draw.pick(LABELS) } } }, 15],
    [{ ipBlock: draw.pick<object>(blocks) }, 30],
  ]);
}

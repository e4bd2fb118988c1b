/** Nodes that load balancers send traffic to. (cloud-provider/controllers/service, node predicates; MetalLB's speakers do alike) */
import type { Node } from "../api/types.ts";

/** Load balancers leave such nodes out: kubeadm labels control planes so. */
const EXCLUDED = "node.kubernetes.io/exclude-from-external-load-balancers";
const CONTROL_PLANE = "node-role.kubernetes.io/control-plane";

/** Whether load balancers have the node on their list at all, ready or not. */
export function isBackendNode({ metadata: { labels } }: Node): boolean {
  return labels?.[EXCLUDED] === undefined && labels?.[CONTROL_PLANE] === undefined;
}

/** NetworkPolicy as `networking.k8s.io/v1` has it: the fields that decide. */
import type { LabelSelector, StringMap } from "../api/types.ts";
import type { NamespacedName, Protocol } from "../base/names.ts";

export interface PolicyPort {
  /** Default TCP. */
  readonly protocol?: Protocol;
  /** A number, or the name of a container port. Absent: every port of the protocol. */
  readonly port?: number | string;
  /** Last port of a range that begins at `port`. */
  readonly endPort?: number;
}

/** Either a block of addresses, or Pods by labels of their own and of their namespace. */
export interface PolicyPeer {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

export interface PolicySpec {
  readonly podSelector?: LabelSelector;
  /** Absent: Ingress, and Egress where there are egress rules. */
  readonly policyTypes?: readonly ("Ingress" | "Egress")[];
  readonly ingress?: readonly { readonly from?: readonly PolicyPeer[]; readonly ports?: readonly PolicyPort[] }[];
  readonly egress?: readonly { readonly to?: readonly PolicyPeer[]; readonly ports?: readonly PolicyPort[] }[];
}

export interface Policy {
  readonly namespace: string;
  readonly name: string;
  readonly spec: PolicySpec;
}

/** A Pod as policies see it. Host-network Pods are outside of all policies and are not handed in. */
export interface PolicyPod {
  readonly key: NamespacedName;
  readonly namespace: string;
  readonly labels: StringMap;
  readonly node: string;
  readonly addresses: readonly string[];
  readonly ports: readonly { readonly name?: string; readonly containerPort: number; readonly protocol?: Protocol }[];
}

export interface PolicyWorld {
  readonly policies: readonly Policy[];
  readonly pods: readonly PolicyPod[];
  /** Labels of each namespace. */
  readonly namespaces: ReadonlyMap<string, StringMap>;
}

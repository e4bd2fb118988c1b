/** What decides: policies as the API server stores them, Pods and namespaces by their labels. */
import type { NetworkPolicy } from "../api/network-types.ts";
import type { StringMap } from "../api/types.ts";
import type { NamespacedName, Protocol } from "../base/names.ts";

export type PolicySpec = NetworkPolicy["spec"];

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

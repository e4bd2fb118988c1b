/**
 * Objects of the network beyond Services, as they are stored: defaulted, so that what is not optional here is there.
 * (staging/src/k8s.io/api/networking/v1/types.go; sigs.k8s.io/gateway-api/apis/v1)
 */
import type { Protocol } from "../base/names.ts";
import type { KubeObject, LabelSelector, LoadBalancerIngress, StringMap } from "./types.ts";

export type PolicyType = "Ingress" | "Egress";

/** Either Pods by labels of their own, of their namespace, or both; or a block of addresses with holes. */
export interface NetworkPolicyPeer {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

export interface NetworkPolicyPort {
  readonly protocol: Protocol;
  /** A number, or the name of a container port. Absent: every port of the protocol. */
  readonly port?: number | string;
  /** Last port of a range that begins at `port`. */
  readonly endPort?: number;
}

/** Without peers the rule is for everybody, without ports for every port. */
export interface NetworkPolicyIngressRule {
  readonly from?: readonly NetworkPolicyPeer[];
  readonly ports?: readonly NetworkPolicyPort[];
}

export interface NetworkPolicyEgressRule {
  readonly to?: readonly NetworkPolicyPeer[];
  readonly ports?: readonly NetworkPolicyPort[];
}

export interface NetworkPolicy extends KubeObject {
  readonly kind: "NetworkPolicy";
  readonly spec: {
    /** Empty: all Pods of the namespace. */
    readonly podSelector: LabelSelector;
    readonly policyTypes: readonly PolicyType[];
    readonly ingress?: readonly NetworkPolicyIngressRule[];
    readonly egress?: readonly NetworkPolicyEgressRule[];
  };
}

export interface IngressBackend {
  readonly service?: { readonly name: string; readonly port: { readonly name?: string; readonly number?: number } };
  readonly resource?: { readonly apiGroup?: string; readonly kind: string; readonly name: string };
}

export interface IngressPath {
  readonly path?: string;
  readonly pathType: "Exact" | "Prefix" | "ImplementationSpecific";
  readonly backend: IngressBackend;
}

export interface Ingress extends KubeObject {
  readonly kind: "Ingress";
  readonly spec: {
    readonly ingressClassName?: string;
    readonly defaultBackend?: IngressBackend;
    readonly tls?: readonly { readonly hosts?: readonly string[]; readonly secretName?: string }[];
    /** Without a host a rule is for every host. */
    readonly rules?: readonly { readonly host?: string; readonly http?: { readonly paths: readonly IngressPath[] } }[];
  };
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly LoadBalancerIngress[] } };
}

export interface IngressClass extends KubeObject {
  readonly kind: "IngressClass";
  readonly spec: { readonly controller: string };
}

export interface ServiceCIDR extends KubeObject {
  readonly kind: "ServiceCIDR";
  readonly spec: { readonly cidrs: readonly string[] };
}

/** Named by the address; says whose it is. */
export interface IPAddress extends KubeObject {
  readonly kind: "IPAddress";
  readonly spec: {
    readonly parentRef: { readonly group?: string; readonly resource: string; readonly namespace?: string; readonly name: string };
  };
}

export interface GatewayClass extends KubeObject {
  readonly kind: "GatewayClass";
  readonly spec: { readonly controllerName: string };
}

export interface GatewayListener {
  readonly name: string;
  /** Absent: every host. */
  readonly hostname?: string;
  readonly port: number;
  /** HTTP, HTTPS, TLS, TCP, UDP, or a name of an implementation's own. */
  readonly protocol: string;
  readonly tls?: { readonly mode: "Terminate" | "Passthrough" };
  readonly allowedRoutes: {
    readonly namespaces: { readonly from: "All" | "Selector" | "Same"; readonly selector?: LabelSelector };
    readonly kinds?: readonly { readonly group: string; readonly kind: string }[];
  };
}

export interface Gateway extends KubeObject {
  readonly kind: "Gateway";
  readonly spec: { readonly gatewayClassName: string; readonly listeners: readonly GatewayListener[] };
}

export interface HTTPRouteMatch {
  readonly path: { readonly type: "Exact" | "PathPrefix" | "RegularExpression"; readonly value: string };
  readonly headers?: readonly { readonly type: "Exact" | "RegularExpression"; readonly name: string; readonly value: string }[];
  readonly queryParams?: readonly { readonly type: "Exact" | "RegularExpression"; readonly name: string; readonly value: string }[];
  readonly method?: string;
}

export interface HTTPRouteBackend {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly port?: number;
  /** Share of the requests among the backends of a rule; 0 takes none. */
  readonly weight: number;
}

export interface HTTPRoute extends KubeObject {
  readonly kind: "HTTPRoute";
  readonly spec: {
    readonly parentRefs?: readonly {
      readonly group: string;
      readonly kind: string;
      readonly namespace?: string;
      readonly name: string;
      readonly sectionName?: string;
      readonly port?: number;
    }[];
    readonly hostnames?: readonly string[];
    readonly rules: readonly {
      readonly name?: string;
      readonly matches: readonly HTTPRouteMatch[];
      readonly filters?: readonly { readonly type: string; readonly [field: string]: unknown }[];
      readonly backendRefs?: readonly HTTPRouteBackend[];
      readonly timeouts?: StringMap;
    }[];
  };
}

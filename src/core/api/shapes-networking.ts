/** Go types of the network's objects. (staging/src/k8s.io/api/{core,discovery,networking}/v1/types.go) */
import { any, bool, int32, intOrString, keyed, labelSelector, list, object, objectReference, open } from "./shape-parts.ts";
import { string, strings, struct, textsOf } from "./shape-parts.ts";

export const service = object("Service", {
  spec: struct("ServiceSpec", {
    ports: keyed(
      "port",
      struct("ServicePort", { name: string, protocol: string, appProtocol: string, port: int32, targetPort: intOrString, nodePort: int32 }),
    ),
    selector: strings,
    clusterIP: string,
    clusterIPs: list(string),
    type: string,
    externalIPs: list(string),
    sessionAffinity: string,
    loadBalancerIP: string,
    loadBalancerSourceRanges: list(string),
    externalName: string,
    externalTrafficPolicy: string,
    healthCheckNodePort: int32,
    publishNotReadyAddresses: bool,
    sessionAffinityConfig: struct("SessionAffinityConfig", { clientIP: struct("ClientIPConfig", { timeoutSeconds: int32 }) }),
    ipFamilies: list(string),
    ipFamilyPolicy: string,
    allocateLoadBalancerNodePorts: bool,
    loadBalancerClass: string,
    internalTrafficPolicy: string,
    trafficDistribution: string,
  }),
  status: open("ServiceStatus", {
    loadBalancer: open("LoadBalancerStatus", {
      ingress: list(open("LoadBalancerIngress", { ip: string, hostname: string, ipMode: string })),
    }),
  }),
});

export const endpointSlice = object("EndpointSlice", {
  addressType: string,
  endpoints: list(
    struct("Endpoint", {
      addresses: list(string),
      conditions: struct("EndpointConditions", { ready: bool, serving: bool, terminating: bool }),
      hostname: string,
      targetRef: objectReference,
      deprecatedTopology: strings,
      nodeName: string,
      zone: string,
      hints: open("EndpointHints", {
        forZones: list(open("ForZone", { name: string })),
        forNodes: list(open("ForNode", { name: string })),
      }),
    }),
  ),
  ports: list(struct("EndpointPort", { name: string, protocol: string, port: int32, appProtocol: string })),
});

const endpointAddress = struct("EndpointAddress", {
  ip: string,
  hostname: string,
  nodeName: string,
  targetRef: objectReference,
});
export const endpoints = object("Endpoints", {
  subsets: list(
    struct("EndpointSubset", {
      addresses: list(endpointAddress),
      notReadyAddresses: list(endpointAddress),
      ports: list(struct("EndpointPort", { name: string, port: int32, protocol: string, appProtocol: string })),
    }),
  ),
});

const peers = list(
  struct("NetworkPolicyPeer", {
    podSelector: labelSelector,
    namespaceSelector: labelSelector,
    ipBlock: struct("IPBlock", { cidr: string, except: list(string) }),
  }),
);
const policyPorts = list(struct("NetworkPolicyPort", { protocol: string, port: intOrString, endPort: int32 }));

export const networkPolicy = object("NetworkPolicy", {
  spec: struct("NetworkPolicySpec", {
    podSelector: labelSelector,
    ingress: list(struct("NetworkPolicyIngressRule", { ports: policyPorts, from: peers })),
    egress: list(struct("NetworkPolicyEgressRule", { ports: policyPorts, to: peers })),
    policyTypes: list(string),
  }),
  // Gone since 1.28, still found in old dumps.
  status: any,
});

const typedReference = struct("TypedLocalObjectReference", textsOf("apiGroup", "kind", "name"));
const ingressBackend = struct("IngressBackend", {
  service: struct("IngressServiceBackend", { name: string, port: struct("ServiceBackendPort", { name: string, number: int32 }) }),
  resource: typedReference,
});

export const ingress = object("Ingress", {
  spec: struct("IngressSpec", {
    ingressClassName: string,
    defaultBackend: ingressBackend,
    tls: list(struct("IngressTLS", { hosts: list(string), secretName: string })),
    rules: list(
      struct("IngressRule", {
        host: string,
        http: struct("HTTPIngressRuleValue", {
          paths: list(struct("HTTPIngressPath", { path: string, pathType: string, backend: ingressBackend })),
        }),
      }),
    ),
  }),
  status: any,
});

export const ingressClass = object("IngressClass", {
  spec: struct("IngressClassSpec", {
    controller: string,
    parameters: struct("IngressClassParametersReference", textsOf("apiGroup", "kind", "name", "scope", "namespace")),
  }),
});

export const serviceCidr = object("ServiceCIDR", { spec: struct("ServiceCIDRSpec", { cidrs: list(string) }), status: any });

export const ipAddress = object("IPAddress", {
  spec: struct("IPAddressSpec", { parentRef: struct("ParentReference", textsOf("group", "resource", "namespace", "name")) }),
});

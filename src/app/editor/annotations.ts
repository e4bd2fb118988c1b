/**
 * Annotations that mean something here: the simulator's own, under kubehop.dev/, and those of Kubernetes and MetalLB
 * that are simulated. Completion offers them where they count; hover explains them. Pure data and look-ups.
 */
import type { Provider } from "../../core/controllers/load-balancer.ts";
import type { Path } from "./yaml-path.ts";

/** What an annotation stands on: an object of this kind, or the template of one. */
type Bearer = "Service" | "Namespace" | "Pod" | "EndpointSlice";

export interface AnnotationValue {
  readonly value: string;
  readonly note: string;
}

export interface Annotation {
  readonly name: string;
  readonly on: readonly Bearer[];
  readonly words: string;
  readonly values: readonly AnnotationValue[];
  /** Its values are names of nodes. */
  readonly nodes?: true;
}

const PROVIDERS: Readonly<Record<Provider, string>> = {
  none: "nobody: pending for ever",
  cloud: "pending, then an address of a cloud",
  "cloud-proxy": "a cloud whose balancer ends connections itself",
  "cloud-hostname": "pending, then a host name",
  "cloud-provider-kind": "what kind clusters have on a laptop",
  metallb: "layer 2, from the IPAddressPools",
  quota: "fails: the account's quota is used up",
  permission: "fails: the cluster may not create one",
  subnet: "fails: no suitable subnet",
};

const ANNOTATIONS: readonly Annotation[] = [
  {
    name: "kubehop.dev/resolve",
    on: ["Pod"],
    words: "How the Pod's programs use names that they send to.",
    values: [
      { value: "once", note: "look up at the first use, keep the first address while they run" },
      { value: "always", note: "look up for each request (the default)" },
    ],
  },
  {
    name: "kubehop.dev/load-balancer",
    on: ["Service", "Namespace"],
    words: "Who provides the load balancer of a Service of type LoadBalancer; on a Namespace, of all its Services.",
    values: Object.entries(PROVIDERS).map(([value, note]) => ({ value, note })),
  },
  {
    name: "kubehop.dev/external-ip-route",
    on: ["Service"],
    words: "The node to which the network outside brings packets for the Service's externalIPs. Without it they are lost outside.",
    values: [],
    nodes: true,
  },
  {
    name: "kubehop.dev/network-policy",
    on: ["Namespace"],
    words: "On the Namespace kube-system: whether the cluster's network plugin writes rules for network policies.",
    values: [
      { value: "enforced", note: "as plugins that know policies do" },
      { value: "ignored", note: "stored only, as with flannel" },
    ],
  },
  {
    name: "kubehop.dev/masquerade",
    on: ["Namespace"],
    words:
      "On the Namespace kube-system: whether the cluster's network plugin puts the node's address in what Pods send out of the cluster.",
    values: [
      { value: "outside", note: "as most plugins do" },
      { value: "none", note: "nobody outside can answer, unless it knows the Pods" },
    ],
  },
  {
    name: "kubehop.dev/listen",
    on: ["Pod"],
    words:
      "Where the containers listen, whatever the image is known for and whatever containerPort says. A port is TCP unless it says otherwise.",
    values: [
      { value: '"8080"', note: "TCP port 8080" },
      { value: '"8080, 53/udp"', note: "two ports" },
    ],
  },
  {
    name: "kubehop.dev/traffic",
    on: ["Pod"],
    words: "Where this Pod keeps sending, and how often a second (1 to 50), while steady traffic runs.",
    values: [
      { value: '"http://web"', note: "once a second" },
      { value: '"http://web 5/s"', note: "five times a second" },
      { value: '"http://web 5/s, api:8080"', note: "two destinations" },
      { value: '"http://web 5/s keep-alive"', note: "all on one connection" },
      { value: '"udp://stats:8125 2/s"', note: "datagrams" },
    ],
  },
  {
    name: "service.kubernetes.io/topology-mode",
    on: ["Service"],
    words: "Auto: the EndpointSlice controller gives each zone its share of endpoints. trafficDistribution is the newer way.",
    values: [{ value: "Auto", note: "" }],
  },
  {
    name: "metallb.io/address-pool",
    on: ["Service"],
    words: "The IPAddressPool from which MetalLB takes the address.",
    values: [],
  },
  {
    name: "metallb.io/loadBalancerIPs",
    on: ["Service"],
    words: "The addresses that MetalLB shall give, separated by commas: one a family.",
    values: [],
  },
];

/** Annotations that count at a path of a document; empty where the path is not of annotations. */
export function annotationsAt(kind: string | null, path: Path): readonly Annotation[] {
  const bearer = bearerAt(kind, path);
  return bearer === null ? [] : ANNOTATIONS.filter(({ on }) => on.some((one) => one === bearer));
}

/** The annotation whose name ends a path. */
export function annotationAt(kind: string | null, path: Path): Annotation | null {
  return annotationsAt(kind, path.slice(0, -1)).find(({ name }) => name === path.at(-1)) ?? null;
}

/** `metadata.annotations` of the object itself, or of a Pod template anywhere in it. */
function bearerAt(kind: string | null, path: Path): string | null {
  if (path.at(-1) !== "annotations" || path.at(-2) !== "metadata") return null;
  const owner = path.at(-3);
  if (owner === "template") return "Pod";
  return owner === undefined || typeof owner === "number" ? kind : null;
}

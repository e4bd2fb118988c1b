/**
 * What shells and the scene see of a cluster: plain data, cheap to clone, ordered by name. A ClusterView is made
 * from the state after each change; it holds no rules and no traffic.
 */
import type { Family, NamespacedName, Protocol } from "../base/names.ts";
import type { Nanos } from "../base/time.ts";
import type { Balancer } from "../controllers/world.ts";
import type { Hook, RuleRef, TableName } from "../netfilter/rules.ts";
import type { Journey } from "../network/trace.ts";
import type { StandingRequest } from "../workloads/traffic.ts";
import type { SteadyRequest } from "./contract.ts";
import type { EndView } from "./ends.ts";
import type { Passage } from "./passage.ts";
import type { NetworkPolicy } from "../api/network-types.ts";
import type { StringMap, ServiceType, TrafficPolicy } from "../api/types.ts";

/** Where in the manifests an object stands; null for objects that the cluster brought along. */
export interface SourceRef {
  readonly file: string;
  readonly document: number;
  /** First line of the document, from 1. */
  readonly line: number;
}

export interface NodeView {
  readonly name: string;
  /** Label topology.kubernetes.io/zone, or "". */
  readonly zone: string;
  readonly addresses: readonly string[];
  /** Those of them that it has on the bridge to its own Pods. */
  readonly bridges: readonly string[];
  readonly internalIp: string;
  readonly podCidrs: readonly string[];
  readonly ready: boolean;
  readonly cordoned: boolean;
  readonly controlPlane: boolean;
  readonly proxyMode: "iptables" | "nftables" | "ipvs";
  /** Changes of Services or slices that this node's rules do not hold yet; 0 = in step. */
  readonly changesBehind: number;
  readonly proxy: {
    /** A person stopped it: its rules stay as they are. */
    readonly stopped: boolean;
    /** When the rules were written last, or null before the first time. */
    readonly syncedAt: Nanos | null;
    /** When they are written next, or null. */
    readonly dueAt: Nanos | null;
  };
  /** What a person did to the machine: switched off, or its cable pulled; null: nothing. */
  readonly fault: "stopped" | "cut" | null;
  /** When the first of its Pods is evicted because nobody hears of the node; null where none will be. */
  readonly evictsAt: Nanos | null;
  readonly source: SourceRef | null;
}

export type PodState = "pending" | "starting" | "ready" | "not-ready" | "terminating" | "crashing" | "completed" | "failed";

export interface ListenerView {
  readonly port: number;
  readonly protocol: Protocol;
  /** Why it is known: "image nginx listens on 80", "annotation kubehop.dev/listen", … */
  readonly because: string;
}

export interface PodView {
  /** `namespace/name`. */
  readonly key: NamespacedName;
  readonly namespace: string;
  readonly name: string;
  /** Workload and last five characters where the name is generated (`web-x2k8b`), else the name. */
  readonly shortName: string;
  readonly node: string | null;
  readonly ips: readonly string[];
  readonly hostNetwork: boolean;
  readonly state: PodState;
  /** Why it is not ready, or "". */
  readonly reason: string;
  /** The scheduler found no node for it; `reason` says why. */
  readonly unschedulable: boolean;
  /** While it is terminating: when its grace period is over. */
  readonly endsBy: Nanos | null;
  readonly restarts: number;
  /** `Deployment default/web`: the outermost owner, or null. */
  readonly workload: { readonly kind: string; readonly namespace: string; readonly name: string } | null;
  readonly labels: StringMap;
  /** server: listens; client: nothing listens and a person sends from it; dns: CoreDNS; system: other kube-system. */
  readonly role: "server" | "client" | "dns" | "system";
  readonly image: string;
  readonly listens: readonly ListenerView[];
  /** Readiness that a person forced, or null. */
  readonly readyOverride: boolean | null;
  /** What its processes keep sending while steady traffic stands (annotation `kubehop.dev/traffic`); absent: nothing. */
  readonly sends?: readonly StandingRequest[];
  readonly source: SourceRef | null;
}

/** A workload with replicas that has no Pod now: scaled to 0, or not able to make any. */
export interface IdleWorkload {
  /** `Deployment default/web` */
  readonly key: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** Those that its Pods would have. */
  readonly labels: StringMap;
  readonly source: SourceRef | null;
}

export interface EndpointView {
  readonly address: string;
  /** Slice port number for each slice port name. */
  readonly ports: readonly { readonly name: string; readonly protocol: Protocol; readonly port: number }[];
  readonly pod: NamespacedName | null;
  readonly node: string | null;
  readonly zone: string | null;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  readonly hostname: string | null;
}

export interface SliceView {
  readonly namespace: string;
  readonly name: string;
  readonly service: NamespacedName | null;
  readonly addressType: Family | "FQDN";
  readonly ports: readonly { readonly name: string; readonly protocol: Protocol; readonly port: number | null }[];
  readonly endpoints: readonly EndpointView[];
}

export interface ServicePortView {
  readonly name: string;
  readonly protocol: Protocol;
  readonly port: number;
  readonly targetPort: number | string;
  readonly nodePort: number | null;
}

export type ServiceHealth = "ok" | "selects-nothing" | "none-ready" | "no-selector" | "external-name";

/** Who provides a Service's load balancer, and which nodes it brings traffic to now. */
export interface BalancerReach {
  readonly provider: Balancer["provider"];
  /** What is wrong, in a word or two ("quota"); null where nothing is. */
  readonly fault: string | null;
  /** MetalLB, layer 2: the one node that answers for the address; null where none does, and for others. */
  readonly announcedBy: string | null;
  /** The balancer's health checks, node by node; `why` is "" where it passes. Empty where nobody checks. */
  readonly checks: readonly { readonly node: string; readonly healthy: boolean; readonly why: string }[];
}

export interface ServiceView {
  readonly key: NamespacedName;
  readonly namespace: string;
  readonly name: string;
  readonly type: ServiceType;
  readonly headless: boolean;
  readonly clusterIps: readonly string[];
  readonly ports: readonly ServicePortView[];
  readonly externalIps: readonly string[];
  readonly externalName: string | null;
  readonly loadBalancer: {
    readonly state: "none" | "pending" | "ready";
    readonly addresses: readonly string[];
    /** What the provider says is wrong. */ readonly trouble?: string;
    /** Absent where the Service asks for no load balancer. */ readonly reach?: BalancerReach;
  };
  readonly selector: StringMap | null;
  /** Pods of the namespace that the selector matches, ready or not. */
  readonly selects: readonly NamespacedName[];
  readonly endpoints: readonly EndpointView[];
  readonly health: ServiceHealth;
  readonly internalTrafficPolicy: TrafficPolicy | null;
  readonly externalTrafficPolicy: TrafficPolicy | null;
  readonly sessionAffinity: "None" | "ClientIP";
  readonly affinitySeconds: number | null;
  /** `web.default.svc.cluster.local` */
  readonly dnsName: string;
  readonly source: SourceRef | null;
}

/** A NetworkPolicy and the Pods that it isolates. Host-network Pods are in none, nor Pods without an address yet. */
export interface PolicyView {
  readonly key: NamespacedName;
  readonly namespace: string;
  readonly name: string;
  readonly spec: NetworkPolicy["spec"];
  readonly selects: readonly NamespacedName[];
  readonly source: SourceRef | null;
}

/** A host outside the cluster that can send: the default client, a laptop, addresses a person added. */
export interface OutsideView {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly kind: "client" | "laptop" | "dns";
}

export interface ClusterView {
  /** Rises with every change of the cluster. */
  readonly version: number;
  readonly at: Nanos;
  readonly domain: string;
  readonly podCidrs: readonly string[];
  readonly serviceCidrs: readonly string[];
  readonly nodes: readonly NodeView[];
  readonly pods: readonly PodView[];
  /** Absent: none. */
  readonly idle?: readonly IdleWorkload[];
  readonly services: readonly ServiceView[];
  readonly slices: readonly SliceView[];
  readonly policies: readonly PolicyView[];
  /** Whether the network plugin writes rules for policies; else they are stored, and nothing more. */
  readonly enforcesPolicies: boolean;
  readonly outsiders: readonly OutsideView[];
  /** Kinds that were kept but are not simulated, with counts. */
  readonly notSimulated: readonly { readonly kind: string; readonly count: number }[];
}

/** One row of a node's rules for the inspector. */
export interface RuleRow {
  readonly rule: RuleRef;
  readonly packets: number;
}

export interface RulesView {
  readonly node: string;
  readonly family: Family;
  /** What people added beside kube-proxy's rules, as they wrote it: in the Node's document, for all nodes, for this one. Absent: nothing. */
  readonly own?: { readonly document: string | null; readonly all: string | null; readonly node: string | null };
  readonly tables: readonly {
    readonly name: TableName;
    readonly chains: readonly {
      readonly name: string;
      readonly policy: string | null;
      readonly hook: Hook | null;
      readonly rows: readonly RuleRow[];
    }[];
  }[];
}

/** The exact share of each endpoint for a new flow, computed from the rules. */
export interface Candidate {
  /** `ip:port` */
  readonly endpoint: string;
  readonly pod: NamespacedName | null;
  readonly node: string | null;
  /** null where the rules give no fixed odds. */
  readonly probability: number | null;
  readonly masqueraded: boolean;
}

export interface Distribution {
  readonly candidates: readonly Candidate[];
  /** Probability that the flow is rejected, dropped, or not touched by any rule. */
  readonly rejected: number;
  readonly dropped: number;
  readonly untouched: number;
  /** Everything that a new flow can come to, endpoint by endpoint; probabilities add up to 1. */
  readonly ends: readonly EndView[];
}

/** What became of steady traffic in one second; counted when a client had its answer or gave up. */
export interface TrafficSecond {
  readonly kind: "traffic";
  readonly at: Nanos;
  readonly endsAt: Nanos;
  readonly answered: number;
  readonly lost: number;
  /** Journeys of the first that were lost in it. */
  readonly losses: readonly number[];
}

/** One sender of steady traffic, in this series. */
export interface SenderView {
  /** `""`: the request line; `namespace/pod 0`: a Pod's own, by its annotation; else a person's name for it. */
  readonly sender: string;
  /** What it sends; null: nothing now. */
  readonly request: SteadyRequest | null;
  readonly sent: number;
  readonly answered: number;
  readonly lost: number;
  readonly answeredBy: readonly { readonly pod: NamespacedName; readonly count: number }[];
}

/** Steady traffic so far: sums, and the last journeys with their packets. */
export interface TrafficView {
  readonly since: Nanos;
  /** When it was stopped; null while it stands. */
  readonly until: Nanos | null;
  /** What a person sends; null: only Pods send, on their own. */
  readonly request: SteadyRequest | null;
  /** How many send. */
  readonly senders: number;
  /** By name. */
  readonly bySender: readonly SenderView[];
  readonly sent: number;
  readonly answered: number;
  /** Ended without an answer. */
  readonly lost: number;
  readonly answeredBy: readonly { readonly pod: NamespacedName; readonly count: number }[];
  readonly lostBy: readonly { readonly outcome: string; readonly count: number }[];
  /** The second that is not over. */
  readonly second: TrafficSecond | null;
  /** In the order in which they ended. Of those that were answered only the newest still have their packets. */
  readonly lastAnswered: readonly Journey[];
  readonly lastLost: readonly Journey[];
  /** The ways of the last of both, in that order. */
  readonly lastPassages: readonly Passage[];
}

/** One entry of the recorded run. */
export type TimelineEvent =
  | {
      readonly kind: "journey";
      readonly at: Nanos;
      readonly endsAt: Nanos;
      readonly journey: number;
      readonly ok: boolean;
      readonly outcome: string;
      readonly to: string;
    }
  | { readonly kind: "edit"; readonly at: Nanos; readonly endsAt: Nanos; readonly what: string }
  | { readonly kind: "action"; readonly at: Nanos; readonly endsAt: Nanos; readonly what: string }
  | TrafficSecond
  | {
      readonly kind: "pod";
      readonly at: Nanos;
      readonly pod: NamespacedName;
      readonly what: "created" | "ready" | "not-ready" | "terminating" | "deleted" | "starting";
    }
  /** What a controller or a kubelet says about an object: `Service default/web`. */
  | {
      readonly kind: "event";
      readonly at: Nanos;
      readonly about: string;
      readonly warning: boolean;
      readonly reason: string;
      readonly message: string;
    }
  | { readonly kind: "slice"; readonly at: Nanos; readonly service: NamespacedName; readonly ready: number; readonly total: number }
  | { readonly kind: "sync"; readonly at: Nanos; readonly node: string }
  /** A CoreDNS Pod keeps an answer, or (`denial`) that there is none, until `goneAt`. */
  | {
      readonly kind: "name";
      readonly at: Nanos;
      readonly pod: NamespacedName;
      readonly name: string;
      readonly type: string;
      readonly denial: boolean;
      readonly goneAt: Nanos;
    };

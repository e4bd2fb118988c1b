/** The clusters and probes of both suites. */
import { CLUSTER_IP } from "../../src/app/scenarios/clusterip.ts";
import { DELETED_SERVICE } from "../../src/app/scenarios/deleted-service.ts";
import { DNS_SEARCH } from "../../src/app/scenarios/dns-search.ts";
import { ENVIRONMENT } from "../../src/app/scenarios/environment.ts";
import { EXTERNAL_IP, EXTERNAL_IP_NO_ROUTE } from "../../src/app/scenarios/external-ips.ts";
import { EXTERNAL_NAME } from "../../src/app/scenarios/external-name.ts";
import { HAIRPIN as HAIRPIN_SCENARIO } from "../../src/app/scenarios/hairpin.ts";
import { INTERNAL_TRAFFIC_POLICY } from "../../src/app/scenarios/internal-traffic-policy.ts";
import { KEEP_ALIVE, STALE_UDP } from "../../src/app/scenarios/kept-connections.ts";
import { LOAD_BALANCER, LOAD_BALANCER_PENDING, LOAD_BALANCER_QUOTA, METALLB } from "../../src/app/scenarios/load-balancers.ts";
import { NAMESPACES } from "../../src/app/scenarios/namespaces.ts";
import { NETWORK_POLICY, NETWORK_POLICY_IGNORED, NETWORK_POLICY_PORT } from "../../src/app/scenarios/network-policies.ts";
import { NO_SELECTOR } from "../../src/app/scenarios/no-selector.ts";
import { NODE_PORT as NODE_PORT_SCENARIO } from "../../src/app/scenarios/nodeport.ts";
import { POD_RECREATED } from "../../src/app/scenarios/pod-recreated.ts";
import { READINESS } from "../../src/app/scenarios/readiness.ts";
import { ROLLING_UPDATE, ROLLING_UPDATE_PRE_STOP } from "../../src/app/scenarios/rolling-update.ts";
import { SCALING } from "../../src/app/scenarios/scaling.ts";
import { SELECTOR_TYPO } from "../../src/app/scenarios/selector-typo.ts";
import { SESSION_AFFINITY_PROXY } from "../../src/app/scenarios/session-affinity-proxy.ts";
import { SESSION_AFFINITY } from "../../src/app/scenarios/session-affinity.ts";
import { SOURCE_ADDRESS } from "../../src/app/scenarios/source-address.ts";
import { SOURCE_RANGES } from "../../src/app/scenarios/source-ranges.ts";
import { STATEFUL_SET_NAMES } from "../../src/app/scenarios/statefulset.ts";
import { TARGET_PORT } from "../../src/app/scenarios/target-port.ts";
import { TRAFFIC_POLICY_LOCAL } from "../../src/app/scenarios/traffic-policy-local.ts";
import { ZONE_AWARE } from "../../src/app/scenarios/zone-aware.ts";
import type { Sender } from "../../src/core/network/trace.ts";
import services from "./clusters/services.yaml?raw";
import { storedCluster } from "./cluster.ts";
import { plantedFaults } from "./faults.ts";
import type { Listener } from "./machines.ts";
import type { Probe } from "./probe.ts";
import { MASQUERADE_CASE } from "./masquerade.ts";
import { POLICY_CASES } from "./policies.ts";
import { podBehind, scenarioCase, senderText } from "./scenario.ts";
import type { Trial } from "./scenario.ts";
import { STORIES } from "./stories/index.ts";
import type { Case } from "./suite.ts";

const SERVERS: readonly Listener[] = ["t/a", "t/b", "t/c"].flatMap((pod): Listener[] => [
  { pod, protocol: "TCP", port: 8080 },
  { pod, protocol: "UDP", port: 5353 },
]);

const ROUTES = [
  { prefix: "198.51.100.0/24", node: "node-1" },
  { prefix: "203.0.113.10/32", node: "node-1" },
  { prefix: "203.0.113.20/32", node: "node-1" },
];

const CLIENT = "pod/t/client";
const OUTSIDE = "outside/external";
const ALLOWED = "outside/allowed";
const FEW = 20;

const FROM_POD: Probe = { name: "Pod to cluster IP", from: CLIENT, to: "10.96.0.10:80", count: 300 };
const HAIRPIN: Probe = { name: "Pod to its own Service (hairpin)", from: "pod/t/a", to: "10.96.0.10:80" };
const NODE_PORT: Probe = { name: "outside to node port", from: OUTSIDE, to: "192.168.100.11:30010" };

const SMOKE: readonly Probe[] = [
  FROM_POD,
  HAIRPIN,
  NODE_PORT,
  { name: "Pod to a Service without endpoints", from: CLIENT, to: "10.96.0.50:80", count: FEW },
  { name: "outside to a node port without endpoints", from: OUTSIDE, to: "192.168.100.11:30050", count: FEW },
  { name: "Pod to a Service with affinity", from: CLIENT, to: "10.96.0.40:80", count: 60, sticky: true },
  { name: "policy Local, endpoint on this node", from: OUTSIDE, to: "192.168.100.12:30020" },
  { name: "policy Local, no endpoint on this node", from: OUTSIDE, to: "192.168.100.11:30020", count: FEW },
  { name: "UDP from a Pod", from: CLIENT, to: "10.96.0.10:53", protocol: "UDP" },
];

const FAULTS = plantedFaults("t/open:tcp", 8080, { fromPod: FROM_POD.name, hairpin: HAIRPIN.name, nodePort: NODE_PORT.name });

const MORE: readonly Probe[] = [
  { name: "node to cluster IP", from: "node/node-1", to: "10.96.0.10:80" },
  { name: "node to its own node port", from: "node/node-1", to: "192.168.100.11:30010" },
  { name: "node to node port on loopback", from: "node/node-1", to: "127.0.0.1:30010" },
  { name: "node to node port on the bridge address", from: "node/node-1", to: "10.244.1.1:30010" },
  { name: "node to balancer address, policy Local", from: "node/node-1", to: "198.51.100.20:80", count: FEW },
  { name: "node to external IP, policy Local", from: "node/node-1", to: "203.0.113.20:80" },
  { name: "Pod to external IP", from: CLIENT, to: "203.0.113.10:80" },
  { name: "Pod to external IP, policy Local (short cut)", from: CLIENT, to: "203.0.113.20:80" },
  { name: "Pod to balancer address", from: CLIENT, to: "198.51.100.10:80" },
  { name: "Pod to balancer address outside its ranges", from: CLIENT, to: "198.51.100.20:80", count: FEW },
  { name: "Pod to node port of its node", from: CLIENT, to: "192.168.100.11:30010" },
  { name: "Pod to node port of its node, policy Local (short cut)", from: CLIENT, to: "192.168.100.11:30020" },
  { name: "outside to balancer address", from: OUTSIDE, to: "198.51.100.10:80" },
  { name: "outside to external IP", from: OUTSIDE, to: "203.0.113.10:80" },
  { name: "outside to external IP, policy Local, no endpoint on that node", from: OUTSIDE, to: "203.0.113.20:80", count: FEW },
  { name: "allowed source to balancer address", from: ALLOWED, to: "198.51.100.25:80" },
  { name: "other source to balancer address", from: OUTSIDE, to: "198.51.100.25:80", count: FEW },
  { name: "node in the source ranges to balancer address", from: "node/node-1", to: "198.51.100.25:80" },
  { name: "outside to a balancer address without endpoints", from: OUTSIDE, to: "198.51.100.50:80", count: FEW },
  { name: "UDP to a Service without endpoints", from: CLIENT, to: "10.96.0.50:53", protocol: "UDP", count: FEW },
  { name: "UDP from the node to a Service without endpoints", from: "node/node-1", to: "10.96.0.50:53", protocol: "UDP", count: FEW },
  { name: "UDP hairpin", from: "pod/t/a", to: "10.96.0.10:53", protocol: "UDP" },
  { name: "UDP to node port", from: OUTSIDE, to: "192.168.100.12:30053", protocol: "UDP" },
  { name: "internal policy Local, none on this node", from: CLIENT, to: "10.96.0.30:80", count: FEW },
  { name: "internal policy Local, one on this node", from: "pod/t/c", to: "10.96.0.30:80" },
  { name: "internal policy Local from the node itself", from: "node/node-1", to: "10.96.0.30:80", count: FEW },
  { name: "outside to node port with affinity", from: OUTSIDE, to: "192.168.100.11:30040", count: 60, sticky: true },
  { name: "an endpoint where nobody listens", from: "pod/t/a", to: "10.96.0.60:80" },
  { name: "endpoints in the same zone", from: CLIENT, to: "10.96.0.70:80" },
  { name: "endpoints in the same zone, from the other zone", from: "pod/t/c", to: "10.96.0.70:80" },
  { name: "endpoints on their way out, where none is ready", from: CLIENT, to: "10.96.0.80:80" },
  { name: "a port that no Service has", from: CLIENT, to: "10.96.0.10:81", count: FEW },
  { name: "a node port that no Service has", from: OUTSIDE, to: "192.168.100.11:30999", count: FEW },
  { name: "health check port, nobody there to answer", from: OUTSIDE, to: "192.168.100.11:32020", count: FEW },
  { name: "Pod to Pod without a Service", from: CLIENT, to: "10.244.2.6:8080", count: 60 },
  { name: "TCP chooses anew from one port", from: CLIENT, to: "10.96.0.10:80", sourcePort: 41000, count: 120 },
];

function servicesCase(probes: readonly Probe[]): Case {
  return { name: "services", make: () => ({ cluster: storedCluster("services", services, SERVERS, ROUTES), probes, faults: FAULTS }) };
}

const HAIRPIN_TRIAL: Trial = { name: "a Pod behind web to http://web (hairpin)", from: podBehind("default/web"), to: "http://web" };

function from(sender: Sender, to: string): Trial {
  return { name: `${senderText(sender)} to ${to}`, from: () => sender, to };
}
const inPod = (pod: string): Sender => ({ kind: "pod", pod });
const OUTSIDE_CLIENT: Sender = { kind: "outside", id: "external" };
/** Another client, by its address. */
const IN_RANGE: Sender = { kind: "outside", id: "198.51.100.99" };

const SMOKE_SCENARIOS: readonly Case[] = [
  scenarioCase(CLUSTER_IP, { trials: [HAIRPIN_TRIAL] }),
  scenarioCase(SELECTOR_TYPO),
  scenarioCase(EXTERNAL_IP, { trials: [from(inPod("default/debug"), "http://198.51.100.33")] }),
  scenarioCase(LOAD_BALANCER),
  scenarioCase(ZONE_AWARE, { trials: [from(inPod("default/debug-a"), "http://web")] }),
];
const MORE_SCENARIOS: readonly Case[] = [
  scenarioCase(NODE_PORT_SCENARIO),
  scenarioCase(SESSION_AFFINITY, { sticky: true }),
  scenarioCase(TARGET_PORT),
  scenarioCase(TRAFFIC_POLICY_LOCAL),
  scenarioCase(READINESS),
  scenarioCase(READINESS, { after: ["Mend the probe", "Make a Pod not ready", "Publish not-ready Pods too"] }),
  scenarioCase(SCALING, { after: ["Scale to 10"] }),
  scenarioCase(POD_RECREATED, { after: ["Delete a Pod"] }),
  scenarioCase(STATEFUL_SET_NAMES, { trials: [from(inPod("default/debug"), "http://store-2.store")] }),
  scenarioCase(NO_SELECTOR),
  scenarioCase(NO_SELECTOR, { after: ["List it as Endpoints"] }),
  scenarioCase(LOAD_BALANCER, { after: ["Keep the client's address"] }),
  scenarioCase(LOAD_BALANCER_PENDING, { after: ["Let a cloud provide it"], trials: [from(OUTSIDE_CLIENT, "http://198.51.100.10")] }),
  scenarioCase(LOAD_BALANCER_QUOTA),
  scenarioCase(NETWORK_POLICY),
  scenarioCase(NETWORK_POLICY, { after: ["Let debug in"], trials: [from({ kind: "node", node: "node-1" }, "http://10.96.20.20")] }),
  scenarioCase(NETWORK_POLICY_PORT),
  scenarioCase(NETWORK_POLICY_PORT, { after: ["Allow the Pod's port"] }),
  scenarioCase(NETWORK_POLICY_IGNORED),
  ...POLICY_CASES,
  MASQUERADE_CASE,
  scenarioCase(SOURCE_ADDRESS, {
    trials: [from(OUTSIDE_CLIENT, "http://192.168.10.11:30080"), from(inPod("default/debug"), "http://web")],
  }),
  scenarioCase(SOURCE_ADDRESS, { after: ["Keep the source"], trials: [from(OUTSIDE_CLIENT, "http://192.168.10.11:30080")] }),
  scenarioCase(HAIRPIN_SCENARIO),
  scenarioCase(HAIRPIN_SCENARIO, { after: ["Add a second Pod"] }),
  scenarioCase(SOURCE_RANGES, { trials: [from(IN_RANGE, "http://192.168.10.200"), from(OUTSIDE_CLIENT, "http://192.168.10.12:30080")] }),
  scenarioCase(SOURCE_RANGES, { after: ["Let 203.0.113.0/24 in"] }),
  scenarioCase(SESSION_AFFINITY_PROXY, { after: ["Keep each client's address"], sticky: true }),
  scenarioCase(INTERNAL_TRAFFIC_POLICY, { trials: [from(inPod("default/debug-near"), "http://web")] }),
  scenarioCase(INTERNAL_TRAFFIC_POLICY, { after: ["Let any Pod answer"] }),
  scenarioCase(METALLB),
  scenarioCase(METALLB, { after: ["Keep the client's address"] }),
  scenarioCase(EXTERNAL_IP_NO_ROUTE, { trials: [from(inPod("default/debug"), "http://198.51.100.33")] }),
  scenarioCase(ZONE_AWARE, { after: ["Unready the zone's Pod"] }),
  scenarioCase(KEEP_ALIVE, { after: ["Scale to 6"] }),
  scenarioCase(STALE_UDP),
  scenarioCase(STALE_UDP, { after: ["Scale to 0"] }),
  scenarioCase(ENVIRONMENT),
  scenarioCase(NAMESPACES),
  scenarioCase(DNS_SEARCH),
  scenarioCase(EXTERNAL_NAME),
  scenarioCase(ROLLING_UPDATE),
  scenarioCase(ROLLING_UPDATE_PRE_STOP),
  scenarioCase(DELETED_SERVICE, { trials: [from(inPod("default/debug"), "http://10.96.0.80:8080")] }),
];

/** Scenarios in which a kernel cannot judge the packets, by id, and why. */
export const NOT_JUDGED: Readonly<Record<string, string>> = {
  headless: "a name with several addresses: DNS chooses, no rule does",
  "headless-kept": "a client that keeps one of DNS's addresses: no rule chooses",
  "dns-denial": "what a name server remembers; no packet to a Service is sent",
  "coredns-down": "the request ends with its look-up",
  "corefile-broken": "the request ends with its look-up",
  "large-cluster": "300 nodes: the same rules as of three, and more network namespaces than a machine for tests should make",
  "network-policy-dns": "the request ends with its look-up, whose packets policies judge like any other",
};

export const SMOKE_CASES: readonly Case[] = [...SMOKE_SCENARIOS, servicesCase(SMOKE)];
export const ALL_CASES: readonly Case[] = [...SMOKE_SCENARIOS, ...MORE_SCENARIOS, servicesCase([...SMOKE, ...MORE]), STORIES];
